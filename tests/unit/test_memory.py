"""A run that was ended in the middle takes up where it was, and comes to the same proposal."""

from __future__ import annotations

from pathlib import Path

import pytest

from redistrict import pipeline, profiles
from redistrict.assembly.progress import Silent
from redistrict.memory import Kept, fingerprint, once
from redistrict.synthetic import write_city
from tests.cities import QUICK, small


class Counting(Kept):
    """Counts what is kept, by name of the stage or ``answer``."""

    kept = 0
    recalled = 0

    def keep(self, key: str, value: object) -> None:
        self.kept += 1
        super().keep(key, value)

    def recall(self, key: str) -> tuple[object] | None:
        found = super().recall(key)
        self.recalled += found is not None
        return found


class EndsAt(Silent):
    """A kill after so many answers, or at a stage."""

    def __init__(self, answers: int) -> None:
        self.left = answers

    def office(self, name: str, done: int, total: int, own: tuple[int, int] | None = None) -> None:
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt


def test_a_run_taken_up_again_answers_only_what_is_left(tmp_path: Path) -> None:
    survey = tmp_path / "survey"
    write_city(small(13), survey)
    whole = Counting(tmp_path / "whole", "job")
    told = pipeline.run(survey, tmp_path / "one", settings=QUICK, memory=whole)
    assert whole.recalled == 0
    first = Counting(tmp_path / "steps", "job")
    with pytest.raises(KeyboardInterrupt):
        pipeline.run(survey, tmp_path / "two", settings=QUICK, memory=first, progress=EndsAt(2))
    assert 0 < first.kept < whole.kept
    second = Counting(tmp_path / "steps", "job")
    again = pipeline.run(survey, tmp_path / "two", settings=QUICK, memory=second)
    assert second.kept + first.kept == whole.kept
    assert second.recalled == first.kept
    assert again.content_hash == told.content_hash
    third = Counting(tmp_path / "steps", "job")  # killed while it published
    last = pipeline.run(survey, tmp_path / "three", settings=QUICK, memory=third)
    assert (third.kept, third.recalled) == (0, 2)
    assert last.content_hash == told.content_hash


def test_what_is_damaged_or_of_another_run_is_not_believed(tmp_path: Path) -> None:
    memory = Kept(tmp_path, "job")
    memory.keep("stage", [1, 2])
    assert memory.recall("stage") == ([1, 2],)
    assert Kept(tmp_path, "another job").recall("stage") is None
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    for damaged in (whole[:-1], whole[:40], b"", whole[:-1] + bytes([whole[-1] ^ 1])):
        file.write_bytes(damaged)
        assert memory.recall("stage") is None
    assert once(memory, "stage", lambda: 3) == 3
    assert once(memory, "stage", lambda: 4) == 3


def test_a_step_that_finds_no_room_is_done_without(tmp_path: Path) -> None:
    memory = Kept(tmp_path / "gone", "job")
    (tmp_path / "gone").rmdir()
    memory.keep("stage", 1)
    assert memory.recall("stage") is None


def test_a_key_is_of_what_is_asked_and_of_whom() -> None:
    assert fingerprint((profiles.load, 1)) == fingerprint((profiles.load, 1))
    assert fingerprint((profiles.load, 1)) != fingerprint((profiles.load, 2))

"""What a run has worked out already, kept so that a run that was killed takes up where it was.

Two kinds of things are kept: the answer to a problem, under the problem itself, and the outcome of
a stage, under its name. Both under the code that made them: another version works them out anew.
What is kept is read back by this program only, from a folder that is its own (it is pickled).
"""

from __future__ import annotations

import hashlib
import logging
import os
import pickle
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol, TypeVar

from redistrict.cluster import code_in_use

T = TypeVar("T")
_LOG = logging.getLogger(__name__)
_DIGEST = hashlib.sha256().digest_size


class Memory(Protocol):
    """Where answers are kept while a run is under way."""

    def recall(self, key: str) -> tuple[Any] | None:
        """What was kept under ``key``, in a tuple of one; None where nothing was."""
        ...

    def keep(self, key: str, value: object) -> None:
        """Keep ``value``; where that fails the run goes on without."""
        ...


class Forgetful:
    """Keeps nothing: a run that nobody will take up again."""

    def recall(self, key: str) -> tuple[Any] | None:
        """Nothing."""
        del key
        return None

    def keep(self, key: str, value: object) -> None:
        """Nothing."""


class Held:
    """Keeps answers as long as the process lives: what is asked twice is worked out once."""

    def __init__(self) -> None:
        self._held: dict[str, object] = {}

    def recall(self, key: str) -> tuple[Any] | None:
        """As `Memory.recall`."""
        return (self._held[key],) if key in self._held else None

    def keep(self, key: str, value: object) -> None:
        """As `Memory.keep`."""
        self._held[key] = value


class Kept:
    """A folder with one file an answer, whole or not there; what was damaged is not believed."""

    def __init__(self, folder: Path, of: object) -> None:
        """``of``: what, beside the code, tells this run from others (it is pickled)."""
        self._folder = folder
        self._of = fingerprint((of, code_in_use()))
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def __len__(self) -> int:
        return sum(1 for _ in self._folder.glob("*.kept"))

    def recall(self, key: str) -> tuple[Any] | None:
        """As `Memory.recall`."""
        try:
            said = self._path(key).read_bytes()
        except OSError:
            return None
        digest, content = said[:_DIGEST], said[_DIGEST:]
        if hashlib.sha256(content).digest() != digest:
            return None
        return (pickle.loads(content),)  # noqa: S301 - written by this class, in our own folder

    def keep(self, key: str, value: object) -> None:
        """As `Memory.keep`; the file has its name only when it is whole and on the disk."""
        path = self._path(key)
        aside = path.with_name(f"{secrets.token_hex(8)}.aside")
        try:
            content = pickle.dumps(value, protocol=5)
            with aside.open("xb") as out:
                out.write(hashlib.sha256(content).digest() + content)
                out.flush()
                os.fsync(out.fileno())
            aside.rename(path)
        except OSError as error:
            _LOG.warning("a step could not be kept: %s", error.strerror)
            with suppress(OSError):
                aside.unlink()

    def _path(self, key: str) -> Path:
        return self._folder / f"{fingerprint((self._of, key))}.kept"


def fingerprint(said: object) -> str:
    """What tells ``said`` from anything else. The same thing may have two (then it is worked out
    twice, which harms nobody); two things never have the same."""
    return hashlib.sha256(pickle.dumps(said, protocol=5)).hexdigest()


def once(memory: Memory, stage: str, make: Callable[[], T]) -> T:
    """The outcome of ``stage``: as it was kept, or made and kept."""
    known = memory.recall(stage)
    if known is not None:
        return known[0]
    made = make()
    memory.keep(stage, made)
    return made

"""Surveys sent to a service, as a client would."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from httpx import Response

from api.layers import Role
from tests.api.world import World
from tests.unit.survey.makers import good_survey


def files_of(folder: Path) -> list[tuple[str, tuple[str, bytes]]]:
    """The files of a folder as multipart fields."""
    return [("files", (p.name, p.read_bytes())) for p in sorted(folder.iterdir()) if p.is_file()]


def send(
    world: World,
    files: list[tuple[str, tuple[str, bytes]]],
    role: Role = "planner",
    path: str = "/api/surveys",
    title: str = "示范",
) -> Response:
    """The answer to an upload."""
    return world.client.post(path, files=files, data={"title": title}, headers=world.as_(role))


def kept(world: World, folder: Path, **layers: Any) -> Mapping[str, Any]:
    """A small good survey, taken in."""
    answer = send(world, files_of(good_survey(folder, **layers)))
    assert answer.status_code == 201, answer.text
    return answer.json()

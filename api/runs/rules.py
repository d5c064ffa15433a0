"""Rule profiles that a city writes for itself: kept by their content, named by its hash."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from api.errors import NotFound, Unprocessable
from api.store import Artifacts
from redistrict import profiles
from redistrict.model.finding import Finding
from redistrict.model.profile import Profile

OWN = "own:"
Figure = str | int | float | list[str] | list[int] | None


def keep(
    artifacts: Artifacts,
    extends: str,
    title: str,
    figures: Mapping[str, Figure],
    reasons: Mapping[str, str],
) -> tuple[str, Profile, tuple[Finding, ...]]:
    """Its name, the whole profile, and what a person should know of it.

    ``figures``: ``section.key`` -> value, those that differ from ``extends``; ``reasons``: why.
    Raises the library's ProfileError with every fault.
    """
    text = written(extends, title, figures, reasons)
    with tempfile.TemporaryDirectory(prefix="redistrict-profile-") as folder:
        path = Path(folder) / "profile.toml"
        path.write_text(text, "utf-8")
        rules, noticed = profiles.load(path)
    return OWN + artifacts.put([text.encode()]), rules, noticed


def source(artifacts: Artifacts, name: str) -> str:
    """What the library loads the profile by: a built-in name, or a path.

    Raises Unprocessable (profile-unknown) for what is no profile.
    """
    if name in profiles.names():
        return name
    try:
        path = artifacts.path(name.removeprefix(OWN)) if name.startswith(OWN) else None
    except NotFound:
        path = None
    if path is None:
        raise Unprocessable("profile-unknown", profile=name, names=profiles.names())
    return str(path)


def written(
    extends: str, title: str, figures: Mapping[str, Figure], reasons: Mapping[str, str]
) -> str:
    """The profile as a TOML file: JSON's strings, numbers and lists are a part of TOML's."""
    lines = [f"extends = {_value(extends)}", 'name = "own"']
    if title:
        lines += [f"title_zh = {_value(title)}", f"title_en = {_value(title)}"]
    sections: dict[str, list[str]] = {}
    for path, value in sorted(figures.items()):
        section, _, key = path.partition(".")
        said = "open" if value is None else value
        sections.setdefault(section, []).append(f"{_value(key)} = {_value(said)}")
    for section, rows in sections.items():
        lines += ["", f"[{_value(section)}]", *rows]
    if reasons:
        lines += ["", "[latitude]"]
        lines += [f"{_value(path)} = {_value(text)}" for path, text in sorted(reasons.items())]
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True)

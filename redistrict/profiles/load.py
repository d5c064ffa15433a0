"""Reading a rule profile: a built-in name or a city's own TOML file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import asdict
from difflib import get_close_matches
from importlib import resources
from pathlib import Path
from typing import Any

from redistrict.model.errors import ProfileError
from redistrict.model.finding import Finding
from redistrict.model.profile import Profile
from redistrict.profiles.fields import KEYS, TEXTS, rule_class
from redistrict.profiles.latitude import noticed
from redistrict.profiles.rules import broken

DEFAULT = "tengzhou-2007"
_LARGEST_BYTES = 1_000_000


def names() -> tuple[str, ...]:
    """The built-in profiles."""
    folder = resources.files("redistrict") / "profiles"
    return tuple(sorted(e.name[:-5] for e in folder.iterdir() if e.name.endswith(".toml")))


def load(name_or_path: str | Path = DEFAULT) -> tuple[Profile, tuple[Finding, ...]]:
    """The profile and what a person should know about it (latitudes used without a reason ...).

    ``name_or_path``: a built-in name, else the path of a TOML file. Raises `ProfileError` with
    every fault found, each naming the file and the key.
    """
    wanted = str(name_or_path)
    if not isinstance(name_or_path, Path) and wanted in names():
        rules, _ = _build(_built_in(wanted), f"{wanted}.toml", stem=wanted)
        return rules, ()  # a built-in profile is its own source
    path = Path(name_or_path)
    named = not isinstance(name_or_path, Path)
    # An empty name is no folder either, whatever `Path` makes of it.
    if named and (not wanted.strip() or (not path.suffix and not path.exists())):
        near = get_close_matches(wanted, names(), n=1, cutoff=0.0)
        raise ProfileError(
            Finding(
                "profile-unknown",
                "error",
                feature_id=wanted,
                params={
                    "name": wanted,
                    "known": "、".join(names()),
                    "near": near[0] if near else "",
                },
            )
        )
    return _build(_parse(_read(path), path.name), path.name, stem=path.stem)


def from_dict(values: Mapping[str, Any], source: str = "proposal.json") -> Profile:
    """The profile of a manifest (`as_dict`), checked like a file. Raises `ProfileError`.

    A figure that did not exist when the manifest was written has the default of the model.
    """
    flat = {k: v for k, v in values.items() if v is not None or k != "extends"}
    flat.pop("extends", None)
    for section in KEYS:
        if isinstance(known := flat.get(section), Mapping):
            flat[section] = {**asdict(rule_class(section)()), **known}
    return _build(flat, source, stem="manifest")[0]


def _built_in(name: str) -> dict[str, Any]:
    folder = resources.files("redistrict") / "profiles"
    return tomllib.loads((folder / f"{name}.toml").read_text("utf-8"))


def _fault(code: str, file: str, key: str | None = None, **params: Any) -> Finding:
    return Finding(
        code, "error", layer=file, feature_id=key, params={"file": file, "key": key or "", **params}
    )


def _read(path: Path) -> str:
    try:
        if not path.is_file():  # a device or a pipe would never end
            raise ProfileError(_fault("profile-unreadable-missing", path.name))
        if path.stat().st_size > _LARGEST_BYTES:
            raise ProfileError(_fault("profile-too-big", path.name, limit_bytes=_LARGEST_BYTES))
        return path.read_bytes().decode("utf-8-sig")
    except (OSError, ValueError) as error:
        # ValueError: not UTF-8, or a path with a NUL in it.
        kind = "encoding" if isinstance(error, UnicodeDecodeError) else "missing"
        raise ProfileError(_fault(f"profile-unreadable-{kind}", path.name)) from None


def _parse(content: str, file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(content)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        where = str(error) if isinstance(error, tomllib.TOMLDecodeError) else ""
        raise ProfileError(_fault("profile-not-toml", file, where=where)) from None


def _build(values: Mapping[str, Any], file: str, stem: str) -> tuple[Profile, tuple[Finding, ...]]:
    faults: list[Finding] = []
    base = _base(values, file)
    own = _sections(values, file, faults)
    latitude = _latitude(values, file, faults)
    texts = _texts(values, file, faults, stem)
    if base is None:
        faults += _missing(own, file)
    if faults:
        raise ProfileError(faults)
    inherited: dict[str, Any] = {} if base is None else asdict(base)
    sections = {
        section: rule_class(section)(**{**_tuples(inherited.get(section, {})), **own[section]})
        for section in KEYS
    }
    changed = _changed(base, own)
    reasons = {} if base is None else {k: v for k, v in base.latitude.items() if k not in changed}
    profile = Profile(**texts, **sections, latitude={**reasons, **latitude})
    wrong = broken(profile)
    if wrong:
        raise ProfileError(
            [
                _fault(f"profile-rule-{rule}", file, key, **_readable(params))
                for key, rule, params in wrong
            ]
        )
    return profile, noticed(profile, base, changed, file)


def _base(values: Mapping[str, Any], file: str) -> Profile | None:
    name = values.get("extends")
    if name is None:
        return None
    if not isinstance(name, str) or name not in names():
        raise ProfileError(
            _fault(
                "profile-extends-unknown",
                file,
                "extends",
                value=str(name),
                known="、".join(names()),
            )
        )
    # Built-in profiles extend only built-in ones without a base, so this ends.
    return load(name)[0]


def _sections(
    values: Mapping[str, Any], file: str, faults: list[Finding]
) -> dict[str, dict[str, Any]]:
    own: dict[str, dict[str, Any]] = {section: {} for section in KEYS}
    for name, value in values.items():
        if name in TEXTS or name == "latitude":
            continue
        if name not in KEYS:
            faults.append(_unknown(name, file, [*KEYS, *TEXTS, "latitude"]))
        elif not isinstance(value, Mapping):
            faults.append(_fault("profile-type-table", file, name))
        else:
            for key, given in value.items():
                _one(name, str(key), given, file, own, faults)
    return own


def _one(
    section: str,
    key: str,
    given: Any,
    file: str,
    own: dict[str, dict[str, Any]],
    faults: list[Finding],
) -> None:
    known = KEYS[section]
    if key not in known:
        faults.append(_unknown(f"{section}.{key}", file, [k.path for k in known.values()]))
        return
    try:
        own[section][key] = known[key].convert(given)
    except ValueError as error:
        faults.append(
            _fault(
                f"profile-type-{error}",
                file,
                known[key].path,
                value=str(given)[:80],
                choices="、".join(known[key].choices),
            )
        )


def _unknown(key: str, file: str, known: list[str]) -> Finding:
    near = get_close_matches(key, known, n=1, cutoff=0.0)
    return _fault(
        "profile-key-unknown", file, key, near=near[0] if near else "", known="、".join(known)
    )


def _latitude(values: Mapping[str, Any], file: str, faults: list[Finding]) -> dict[str, str]:
    given = values.get("latitude", {})
    if not isinstance(given, Mapping):
        faults.append(_fault("profile-type-table", file, "latitude"))
        return {}
    paths = [k.path for section in KEYS.values() for k in section.values()]
    reasons: dict[str, str] = {}
    for key, reason in given.items():
        if isinstance(reason, Mapping):
            # `committee.upper = "..."` without quotes nests in TOML: read as it was meant.
            nested = {f"{key}.{k}": v for k, v in reason.items()}
        else:
            nested = {str(key): reason}
        for path, text in nested.items():
            if path not in paths:
                faults.append(_unknown(f"latitude.{path}", file, [f"latitude.{p}" for p in paths]))
            elif not isinstance(text, str) or not text.strip():
                faults.append(
                    _fault("profile-type-text", file, f"latitude.{path}", value=str(text))
                )
            else:
                reasons[path] = text.strip()
    return reasons


def _texts(
    values: Mapping[str, Any], file: str, faults: list[Finding], stem: str
) -> dict[str, str | None]:
    texts: dict[str, str | None] = {"extends": None}
    for key in TEXTS:
        if key not in values:
            continue
        given = values[key]
        if not isinstance(given, str) or not given.strip():
            faults.append(_fault("profile-type-text", file, key, value=str(given)[:80]))
        else:
            texts[key] = given.strip()
    name = texts.setdefault("name", stem)
    texts.setdefault("title_zh", name)
    texts.setdefault("title_en", name)
    return texts


def _missing(own: Mapping[str, Mapping[str, Any]], file: str) -> list[Finding]:
    """Without a base nothing may be left to a default that nobody chose."""
    missing = [
        key.path
        for section, known in KEYS.items()
        for key in known.values()
        if key.required and key.name not in own[section]
    ]
    if not missing:
        return []
    return [
        _fault(
            "profile-incomplete",
            file,
            "extends",
            missing="、".join(missing[:6]),
            count=len(missing),
            default=DEFAULT,
        )
    ]


def _tuples(section: Mapping[str, Any]) -> dict[str, Any]:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in section.items()}


def _changed(base: Profile | None, own: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Keys whose value differs from the base's, with the base's value."""
    if base is None:
        return {}
    return {
        f"{section}.{key}": getattr(getattr(base, section), key)
        for section, given in own.items()
        for key, value in given.items()
        if key != "clause" and value != getattr(getattr(base, section), key)
    }


def _readable(params: Mapping[str, Any]) -> dict[str, Any]:
    return {k: "、".join(map(str, v)) if isinstance(v, list) else v for k, v in params.items()}

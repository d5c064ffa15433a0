"""The keys a profile file may hold, taken from the model's own dataclasses."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from redistrict.model.profile import Profile

OPEN = "open"
"""Written for a figure that is left open (TOML has no null)."""

TEXTS = ("name", "title_zh", "title_en", "extends")
_LARGEST = 10**12


@dataclass(frozen=True)
class Key:
    """One figure: ``section.name``, what it may be, and how to turn a TOML value into it.

    ``convert`` returns the value or raises `ValueError` whose text is a catalogue key
    ``profile.expected.<text>``.
    """

    section: str
    name: str
    required: bool
    convert: Callable[[Any], Any]
    choices: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """``committee.upper``"""
        return f"{self.section}.{self.name}"


def _integer(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > _LARGEST:
        raise ValueError("integer")
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("number")
    if not math.isfinite(value) or abs(value) > _LARGEST:
        raise ValueError("number")
    return float(value)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("text")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(v, str) for v in value):
        raise ValueError("texts")
    return tuple(value)


def _three(value: Any) -> tuple[int, ...]:
    if not isinstance(value, list | tuple) or len(value) != 3:
        raise ValueError("three-integers")
    try:
        return tuple(_integer(v) for v in value)
    except ValueError:
        raise ValueError("three-integers") from None


def _optional(inner: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def convert(value: Any) -> Any:
        return None if value is None or value == OPEN else inner(value)

    return convert


def _choice(allowed: tuple[str, ...]) -> Callable[[Any], Any]:
    def convert(value: Any) -> Any:
        if value not in allowed:
            raise ValueError("choice")
        return value

    return convert


_PLAIN: Mapping[Any, Callable[[Any], Any]] = {
    int: _integer,
    float: _number,
    str: _text,
    tuple[str, ...]: _texts,
    tuple[int, int, int]: _three,
}


def _converter(kind: Any) -> tuple[Callable[[Any], Any], tuple[str, ...]]:
    if get_origin(kind) is Literal:
        allowed = tuple(str(a) for a in get_args(kind))
        return _choice(allowed), allowed
    if get_origin(kind) in (Union, UnionType):
        inner = next(a for a in get_args(kind) if a is not type(None))
        return _optional(_PLAIN[inner]), ()
    return _PLAIN[kind], ()


def _keys() -> dict[str, dict[str, Key]]:
    sections: dict[str, dict[str, Key]] = {}
    kinds = get_type_hints(Profile)
    for section in fields(Profile):
        rule = kinds[section.name]
        if section.name in (*TEXTS, "latitude"):
            continue
        hints = get_type_hints(rule)
        sections[section.name] = {}
        for field in fields(rule):
            convert, choices = _converter(hints[field.name])
            sections[section.name][field.name] = Key(
                section.name, field.name, field.name != "clause", convert, choices
            )
    return sections


KEYS: Mapping[str, Mapping[str, Key]] = _keys()
"""section -> key name -> `Key`."""


def rule_class(section: str) -> type[Any]:
    """The dataclass of a section."""
    return get_type_hints(Profile)[section]

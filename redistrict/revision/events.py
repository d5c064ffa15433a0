"""Events: what a person does to a proposal, as data with stable names and a version.

``id`` is given by whoever records the event (unique within a revision); ``by``, ``at`` and ``note``
are theirs, too. ``note`` is also the reason that a frozen revision states for an area that the
event leaves outside its window.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Literal, TypeAlias, cast

from redistrict.model.errors import InputError
from redistrict.model.finding import Finding

VERSION = 1
AreaLayer = Literal["service_grids", "committees"]
AREA_LAYERS: tuple[AreaLayer, ...] = ("service_grids", "committees")


@dataclass(frozen=True)
class Area:
    """A service grid or a committee, by contract layer and id."""

    layer: AreaLayer
    id: str


@dataclass(frozen=True)
class Members:
    """What is moved: buildings (all stairwells), whole courtyards, single stairwells of a divided
    building ``(building_id, 1..k)``, whole service grids."""

    buildings: tuple[str, ...] = ()
    courtyards: tuple[str, ...] = ()
    stairwells: tuple[tuple[str, int], ...] = ()
    service_grids: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.buildings or self.courtyards or self.stairwells or self.service_grids)


@dataclass(frozen=True, kw_only=True)
class _Event:
    type: ClassVar[str]
    id: str = ""
    by: str | None = None
    at: str | None = None
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class Move(_Event):
    """Members go to an area: into a service grid, or into a committee (whole grids as they are;
    other members join the grid of the committee with which they share most boundary).

    ``whole_courtyards``: what shares courtyard and grid with a moved building goes along.
    ``exact``: nothing goes along, not even land without people that is cut off; for plans that
    have seen to that, such as suggestions."""

    type: ClassVar[str] = "move"
    members: Members
    to: Area
    whole_courtyards: bool = True
    exact: bool = False


@dataclass(frozen=True, kw_only=True)
class Merge(_Event):
    """Areas of one layer become part of ``into``, which keeps its id."""

    type: ClassVar[str] = "merge"
    layer: AreaLayer
    areas: tuple[str, ...]
    into: str


@dataclass(frozen=True, kw_only=True)
class Split(_Event):
    """Each of ``parts`` leaves the area and becomes one of its own; what is named in none stays.

    Parts of a service grid name buildings, courtyards or stairwells; parts of a committee name
    service grids. ``new_ids``: one per part, or empty: provisional ids are made. ``exact``: as of
    `Move`."""

    type: ClassVar[str] = "split"
    area: Area
    parts: tuple[Members, ...]
    new_ids: tuple[str, ...] = ()
    exact: bool = False


@dataclass(frozen=True, kw_only=True)
class Renumber(_Event):
    """The area gets another id."""

    type: ClassVar[str] = "renumber"
    area: Area
    new_id: str


@dataclass(frozen=True, kw_only=True)
class Rename(_Event):
    """The committee gets another name."""

    type: ClassVar[str] = "rename"
    committee_id: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Lock(_Event):
    """A locked grid stays as it is; of a locked committee nothing leaves and nothing joins it."""

    type: ClassVar[str] = "lock"
    area: Area


@dataclass(frozen=True, kw_only=True)
class Unlock(_Event):
    """The lock is lifted."""

    type: ClassVar[str] = "unlock"
    area: Area


@dataclass(frozen=True, kw_only=True)
class Batch(_Event):
    """Several events as one: all apply, or none."""

    type: ClassVar[str] = "batch"
    events: tuple[Edit, ...]


@dataclass(frozen=True, kw_only=True)
class Undo(_Event):
    """As if the event ``target`` had not happened; those after it stand if they still can."""

    type: ClassVar[str] = "undo"
    target: str


@dataclass(frozen=True, kw_only=True)
class Redo(_Event):
    """The undone event ``target`` holds again, in its place."""

    type: ClassVar[str] = "redo"
    target: str


Edit: TypeAlias = Move | Merge | Split | Renumber | Rename | Lock | Unlock | Batch
Event: TypeAlias = Edit | Undo | Redo

_TYPES: dict[str, type[Any]] = {
    c.type: c for c in (Move, Merge, Split, Renumber, Rename, Lock, Unlock, Batch, Undo, Redo)
}


def to_json(event: Event) -> dict[str, Any]:
    """JSON-ready: ``type``, ``version`` and the fields that are set."""
    return {"type": event.type, "version": VERSION, **_fields(event)}


def _fields(value: Any) -> dict[str, Any]:
    held = {f.name: getattr(value, f.name) for f in fields(value)}
    return {k: _plain(v) for k, v in held.items() if v not in (None, (), "")}


def _plain(value: Any) -> Any:
    if isinstance(value, _Event):
        return to_json(cast("Event", value))
    if isinstance(value, Area | Members):
        return _fields(value)
    if isinstance(value, tuple):
        return [_plain(v) for v in cast("tuple[Any, ...]", value)]
    return value


def from_json(value: Mapping[str, Any]) -> Event:
    """The event that `to_json` gave. Raises `InputError` (``event-malformed``) saying where."""
    return cast("Event", _Reader().event(value))


@dataclass
class _Reader:
    """Where in the JSON we are, for the error."""

    path: list[str] = field(default_factory=list)

    def event(self, value: Any) -> _Event:
        known = self._object(value)
        made = _TYPES.get(str(known.get("type")))
        if made is None:
            raise self._wrong("type")
        if known.get("version") != VERSION:
            raise self._wrong("version")
        given = {k: v for k, v in known.items() if k not in ("type", "version")}
        return cast("_Event", self._made(made, given))

    def _made(self, made: type[Any], given: Mapping[str, Any]) -> Any:
        names = {f.name: str(f.type) for f in fields(made)}
        unknown = sorted(set(given) - set(names))
        if unknown:
            raise self._wrong(unknown[0])
        values: dict[str, Any] = {}
        for name, kind in names.items():
            if name in given:
                self.path.append(name)
                values[name] = self._value(given[name], kind)
                self.path.pop()
        try:
            return made(**values)
        except TypeError:
            missing = sorted(set(names) - set(values))
            raise self._wrong(missing[0]) from None

    def _value(self, value: Any, kind: str) -> Any:
        if kind == "tuple[str, int]":
            return self._stairwell(value)
        if kind.startswith("tuple["):
            if not isinstance(value, list):
                raise self._wrong()
            inner = kind.removeprefix("tuple[").removesuffix(", ...]")
            return tuple(self._value(v, inner) for v in cast("list[Any]", value))
        match kind:
            case "Area":
                return self._made(Area, self._object(value))
            case "Members":
                return self._made(Members, self._object(value))
            case "Edit":
                found = self.event(value)
                if isinstance(found, Undo | Redo):
                    raise self._wrong("type")
                return found
            case "AreaLayer":
                return self._is(value, value in AREA_LAYERS)
            case "bool":
                return self._is(value, isinstance(value, bool))
            case "str | None":
                return self._is(value, value is None or isinstance(value, str))
            case _:
                return self._is(value, isinstance(value, str))

    def _stairwell(self, value: Any) -> tuple[str, int]:
        pair = cast("list[Any]", value) if isinstance(value, list | tuple) else []
        if len(pair) != 2 or not isinstance(pair[0], str) or type(pair[1]) is not int:
            raise self._wrong()
        return pair[0], pair[1]

    def _is(self, value: Any, right: bool) -> Any:
        if not right:
            raise self._wrong()
        return value

    def _object(self, value: Any) -> Mapping[str, Any]:
        if not isinstance(value, Mapping):
            raise self._wrong()
        return cast("Mapping[str, Any]", value)

    def _wrong(self, *more: str) -> InputError:
        where = ".".join([*self.path, *more]) or "."
        return InputError(Finding("event-malformed", "error", params={"where": where}))

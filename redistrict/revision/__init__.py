"""Revisions: a frozen proposal, edited by events. Knows no web and no database.

`load(folder) -> Base` once; ``start(base) -> State``; then for every event
``apply(state, event) -> (State, Answer) | Refusal``. ``fold(base, events) -> State | Refusal``
replays a log. States are values: keep any of them, compare them, throw them away.

Events (`to_json`, `from_json`; ``type`` in the JSON): `Move` ``move``, `Merge` ``merge``, `Split`
``split``, `Renumber` ``renumber``, `Rename` ``rename``, `Lock` ``lock``, `Unlock` ``unlock``,
`Batch` ``batch``, `Undo` ``undo``, `Redo` ``redo``; built from `Area` (layer, id) and `Members`.
Whoever records an event gives it a unique ``id``.

`Answer`: ``changes`` (each area before and after: `Measure`), ``breaks``/``mends``/``stands``
(`Breach`: code, clause, sentence), ``totals`` (`Totals`); `as_dict` for JSON. `Refusal`: code,
clause, sentence. `breaches(state)`: all that the whole city breaks.
"""

from redistrict.revision.answer import (
    Answer,
    Change,
    Totals,
    answered,
    as_dict,
    breaches,
    totals,
)
from redistrict.revision.apply import advance, apply, fold
from redistrict.revision.base import Base, load
from redistrict.revision.events import (
    Area,
    AreaLayer,
    Batch,
    Edit,
    Event,
    Lock,
    Members,
    Merge,
    Move,
    Redo,
    Rename,
    Renumber,
    Split,
    Undo,
    Unlock,
    from_json,
    to_json,
)
from redistrict.revision.refusal import Refusal
from redistrict.revision.rules import Breach, Measure
from redistrict.revision.state import State, start

__all__ = [
    "Answer",
    "Area",
    "AreaLayer",
    "Base",
    "Batch",
    "Breach",
    "Change",
    "Edit",
    "Event",
    "Lock",
    "Measure",
    "Members",
    "Merge",
    "Move",
    "Redo",
    "Refusal",
    "Rename",
    "Renumber",
    "Split",
    "State",
    "Totals",
    "Undo",
    "Unlock",
    "advance",
    "answered",
    "apply",
    "as_dict",
    "breaches",
    "fold",
    "from_json",
    "load",
    "start",
    "to_json",
    "totals",
]

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

``suggest(state, answer.breaks, answer.changed_cells) -> Suggestion | None``: the fewest further
moves that mend what an edit broke, as an event to apply, with its certificate;
``divide(state, area, parts) -> Suggestion | Refusal``: the `Split` of an area by the engine.
``compare(a, b) -> Comparison``. ``redraw(state) -> Redrawn``: the polygons that differ from the
base's. ``footprint(a, b)``: the areas that differ. ``freeze(state, folder) -> Frozen``: a proposal
of its own, to be loaded in its turn.
``at_point(state, longitude, latitude)``, ``of_building(state, id)``, ``of_address(state, text)``:
`Place`: grid, committee, street office.
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
from redistrict.revision.compare import Comparison, compare
from redistrict.revision.divide import divide
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
from redistrict.revision.footprint import footprint
from redistrict.revision.freeze import Frozen, freeze
from redistrict.revision.locate import Place, at_point, of_address, of_building
from redistrict.revision.redraw import Drawing, Redrawn, first_drawing, redraw
from redistrict.revision.refusal import Refusal
from redistrict.revision.rules import Breach, Measure, measure
from redistrict.revision.state import State, start
from redistrict.revision.suggest import suggest
from redistrict.revision.suggestion import Suggestion

__all__ = [
    "Answer",
    "Area",
    "AreaLayer",
    "Base",
    "Batch",
    "Breach",
    "Change",
    "Comparison",
    "Drawing",
    "Edit",
    "Event",
    "Frozen",
    "Lock",
    "Measure",
    "Members",
    "Merge",
    "Move",
    "Place",
    "Redo",
    "Redrawn",
    "Refusal",
    "Rename",
    "Renumber",
    "Split",
    "State",
    "Suggestion",
    "Totals",
    "Undo",
    "Unlock",
    "advance",
    "answered",
    "apply",
    "as_dict",
    "at_point",
    "breaches",
    "compare",
    "divide",
    "first_drawing",
    "fold",
    "footprint",
    "freeze",
    "from_json",
    "load",
    "measure",
    "of_address",
    "of_building",
    "redraw",
    "start",
    "suggest",
    "to_json",
    "totals",
]

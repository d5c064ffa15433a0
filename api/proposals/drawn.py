"""Drawn: the layers of revisions, each made from the one before it, and where they differ.

A revision's layers are the fold of the edits that hold, so whoever undoes an edit sees what was
there before it, vertex by vertex, and so does whoever asks after a start.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import geopandas as gpd

from api.bounded import Bounded
from api.layers import Box
from api.proposals.differing import Boxes, differing
from api.proposals.revisions import Revision, Revisions
from redistrict import revision
from redistrict.publish.rows import KEYS
from redistrict.revision import Base, Redo, Refusal, Undo
from redistrict.revision.layers import Shown, first_shown

KEPT = 24
"""Revisions whose layers are held in memory."""
KEPT_BOXES = 4000
Layers = Mapping[str, gpd.GeoDataFrame]
Chain = tuple[str, ...]
"""The ids of the edits that hold: they name what a revision says."""


class Drawn:
    """Those of a service; safe to share between threads."""

    def __init__(self, revisions: Revisions, frozen: Callable[[str], Layers]) -> None:
        """``frozen``: the layers of a proposal as it was kept."""
        self._revisions = revisions
        self._frozen = frozen
        self._shown = Bounded[Shown](KEPT, lambda _: 1)
        self._boxes = Bounded[Boxes](KEPT_BOXES, lambda _: 1)
        self._last = Bounded[int](KEPT_BOXES, lambda _: 1)

    def layers(self, proposal: str, version: int) -> Layers:
        """The layers after ``version`` edits. Raises NotFound where there are fewer."""
        if version == 0:
            return self._frozen(proposal)
        return self._of(proposal, self._revisions.at(proposal, version)).layers

    def touched(self, proposal: str, version: int, layer: str, box: Box) -> int:
        """The last version, not after ``version``, with other rows in ``box`` than the one before.

        As far as is known: where the layers before a version are no longer in memory, it is taken
        to have changed everything.
        """
        if version == 0:
            return 0
        key = (proposal, version, layer, box)
        return self._last.get(key, lambda: self._touched(proposal, version, layer, box))

    def _touched(self, proposal: str, version: int, layer: str, box: Box) -> int:
        seen = self._revisions.at(proposal, version)
        self._of(proposal, seen)
        chains = holding(seen.state.log)
        west, south, east, north = box
        for number in range(version, 0, -1):
            found = self._differing(proposal, chains[number - 1], chains[number], layer)
            if found is None:
                return number
            meets = (found[:, 0] <= east) & (found[:, 2] >= west)
            if (meets & (found[:, 1] <= north) & (found[:, 3] >= south)).any():
                return number
        return 0

    def forget(self) -> None:
        """Nothing is held in memory any more, as after a start."""
        self._shown = Bounded[Shown](KEPT, lambda _: 1)
        self._boxes = Bounded[Boxes](KEPT_BOXES, lambda _: 1)
        self._last = Bounded[int](KEPT_BOXES, lambda _: 1)

    def _differing(self, proposal: str, before: Chain, after: Chain, layer: str) -> Boxes | None:
        key = (proposal, before, after, layer)
        ends = (proposal, before), (proposal, after)
        if not self._boxes.holds(key) and not all(map(self._shown.holds, ends)):
            return None

        def made() -> Boxes:
            one, other = (self._shown.get(end, _gone).layers[layer] for end in ends)
            return differing(one, other, KEYS[layer])

        try:
            return self._boxes.get(key, made)
        except LookupError:
            return None

    def _of(self, proposal: str, seen: Revision) -> Shown:
        """The layers of a revision: from the nearest one before it that is held, edit by edit."""
        base, edits = seen.state.base, seen.state.effective
        ids = tuple(e.id for e in edits)
        at = next((k for k in range(len(ids), 0, -1) if self._shown.holds((proposal, ids[:k]))), 0)
        shown = self._shown.get(
            (proposal, ids[:at]), lambda: self._folded(proposal, base, edits[:at])
        )
        for k in range(at, len(ids)):

            def made(before: Shown = shown, edit: revision.Edit = edits[k]) -> Shown:
                return _edited(before, edit)

            shown = self._shown.get((proposal, ids[: k + 1]), made)
        return shown

    def _folded(self, proposal: str, base: Base, edits: Sequence[revision.Edit]) -> Shown:
        shown = first_shown(base, self._frozen(proposal))
        for edit in edits:
            shown = _edited(shown, edit)
        return shown


def holding(log: Sequence[revision.Event]) -> list[Chain]:
    """For every version 0..n of a story of n events, the ids of the edits that hold in it."""
    order: dict[str, int] = {}
    now: list[str] = []
    chains: list[Chain] = [()]
    for event in log:
        if isinstance(event, Undo):
            now.remove(event.target)
        elif isinstance(event, Redo):
            at = sum(order[e] < order[event.target] for e in now)
            now.insert(at, event.target)
        else:
            order[event.id] = len(order)
            now.append(event.id)
        chains.append(tuple(now))
    return chains


def _edited(before: Shown, edit: revision.Edit) -> Shown:
    after = revision.advance(before.drawing.state, edit)
    if isinstance(after, Refusal):  # it holds in a state that was recorded
        raise RuntimeError(f"edit {edit.id}: {after.code}")
    return before.then(after)


def _gone() -> Shown:
    raise LookupError

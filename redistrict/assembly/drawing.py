"""Committees and grids for the whole city: offices with a present map, and greenfield ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np

from redistrict import committees, grids
from redistrict.assembly.borders import settle
from redistrict.assembly.progress import Stopwatch
from redistrict.assembly.proposal import Drawn
from redistrict.atoms import IntArray, codes
from redistrict.model.cells import Cells
from redistrict.model.plan import AreaReason
from redistrict.model.profile import Profile
from redistrict.model.settings import RunSettings
from redistrict.model.survey import Survey
from redistrict.parallel import Workers


def ready() -> None:
    """What a worker does while the land is being cut: importing this module is the second or two
    that its first task would otherwise wait for."""


def draw(
    cells: Cells,
    survey: Survey,
    profile: Profile,
    settings: RunSettings,
    workers: Workers,
    watch: Stopwatch,
) -> Drawn:
    """Where committees exist they come first; where none does, grids do (ADR 0003)."""
    office = codes(cells, "street_office_id")
    has_map = np.bincount(office, codes(cells, "committee_id") >= 0) > 0
    greenfield = ~has_map[office]
    shown = _Shown(watch, cells, office)
    with watch.stage("committees"):
        redrawn = committees.draw(
            cells, survey, profile, settings, workers, greenfield, shown.offices
        )
    scope = _scopes(redrawn.area, office)
    names = [{"scope": str(s)} for s in range(int(scope.max()) + 1)]
    with watch.stage("service_grids"):
        sections = grids.lay(cells, scope, profile, settings, workers, shown.scopes(scope))
        # Scopes of committees have the committees' own numbers, so they outlive a moved border.
        free = committees.movable(cells, survey, profile)
        area, sections = settle(cells, redrawn.area, sections, free, profile, settings, workers)
        laid = grids.plan_of(len(cells), sections, names)
    if (area != redrawn.area).any():
        redrawn = committees.settled(redrawn, cells, survey, profile, area)
        scope = _scopes(area, office)
    plans = [redrawn]
    area = redrawn.area.copy()
    reasons: dict[int, AreaReason] = dict(redrawn.reasons)
    open_land = area < 0
    if open_land.any():
        with watch.stage("committees"):
            gathered = committees.gather(
                cells, np.where(open_land, laid.area, -1), survey, profile, settings, workers
            )
        offset = int(area.max()) + 1
        area[open_land] = gathered.area[open_land] + offset
        reasons |= {a + offset: r for a, r in gathered.reasons.items()}
        plans.append(gathered)
    return Drawn(cells, area, laid.area, tuple(plans), laid, reasons, scope)


def _scopes(area: IntArray, office: IntArray) -> IntArray:
    """Dense scopes of the grids: committee areas as they are, then greenfield offices."""
    count = int(area.max()) + 1
    scope = np.where(area >= 0, area, count + office)
    return np.unique(scope, return_inverse=True)[1].astype(np.int64)


class _Shown:
    """Progress per street office, by name."""

    def __init__(self, watch: Stopwatch, cells: Cells, office: IntArray) -> None:
        self._progress = watch.progress
        self._names = cells.frame["street_office_id"].to_numpy(dtype=object)
        self._office = office
        self._first = np.unique(office, return_index=True)[1]
        self._done = 0

    def offices(self, key: int) -> None:
        """One office's committees are answered."""
        self._done += 1
        name = str(self._names[self._first[key]])
        self._progress.office(name, self._done, len(self._first), (1, 1))

    def scopes(self, scope: IntArray) -> Callable[[int], None]:
        """A callback for grids: the office of each scope, counted over all scopes."""
        first = np.unique(scope, return_index=True)[1]
        total = Counter(str(self._names[at]) for at in first)
        done: Counter[str] = Counter()

        def answered(key: int) -> None:
            name = str(self._names[first[key]])
            done[name] += 1
            self._progress.office(name, done.total(), len(first), (done[name], total[name]))

        return answered

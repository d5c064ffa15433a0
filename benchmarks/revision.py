"""How long an edit takes on a published proposal: `python benchmarks/revision.py FOLDER [EDITS]`.

Moves of random buildings at borders of grids, each answered; then suggestions for the first that
break something; every edit drawn after the one before it; then replaying. FOLDER is what
`redistrict run` wrote.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np

from redistrict.revision import (
    Area,
    Members,
    Move,
    Refusal,
    State,
    Undo,
    apply,
    first_drawing,
    fold,
    load,
    start,
    suggest,
)

T = TypeVar("T")
SUGGESTIONS = 20


def _timed(spent: list[float], work: Callable[[], T]) -> T:
    begun = time.perf_counter()
    answer = work()
    spent.append(time.perf_counter() - begun)
    return answer


def random_move(state: State, rng: np.random.Generator, name: str) -> Move:
    """Some building at a border of two grids, across it."""
    base = state.base
    edge = int(rng.choice(np.flatnonzero(state.grid[base.a] != state.grid[base.b])))
    here, there = int(base.a[edge]), int(base.b[edge])
    members = Members(buildings=(base.building.ids[base.building.of[here]],))
    return Move(
        id=name, members=members, to=Area("service_grids", state.grid_ids[state.grid[there]])
    )


def main(folder: Path, edits: int) -> None:
    """Print the times in milliseconds."""
    spent: dict[str, list[float]] = {
        name: [] for name in ("load", "edit", "undo", "suggest", "redraw", "replay")
    }
    base = _timed(spent["load"], lambda: load(folder))
    rng = np.random.default_rng(0)
    state = start(base)
    drawn = first_drawing(base)
    asked = mended = far = 0
    for k in range(edits):
        event = random_move(state, rng, f"e{k}")
        found = _timed(spent["edit"], lambda now=state, e=event: apply(now, e))
        if isinstance(found, Refusal):
            continue
        after, answer = found
        _timed(spent["undo"], lambda now=after, e=event: apply(now, Undo(id="u", target=e.id)))
        if answer.breaks and asked < SUGGESTIONS:
            asked += 1
            what = (after, answer.breaks, answer.changed_cells)
            offered = _timed(spent["suggest"], lambda what=what: suggest(*what))
            mended += offered is not None and offered.mended
        drawn = _timed(spent["redraw"], lambda now=after, last=drawn: last.then(now))
        far += not drawn.local
        state = after
    log = state.log
    _timed(spent["replay"], lambda: fold(base, log))
    print(f"{base.n} cells, {len(base.grid_ids)} grids; {mended} of {asked} suggestions mend all")
    print(f"{far} of {len(spent['redraw'])} edits had the whole city drawn again")
    for name, times in spent.items():
        shown = [f"{1000 * t:8.1f}" for t in np.percentile(times or [0.0], [50, 95, 100])]
        print(f"{name:8} n={len(times):4}  p50/p95/max ms: {' '.join(shown)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 300)

"""An edit and what the map asks next, over HTTP: `python -m benchmarks.editing FOLDER [EDITS]`.

FOLDER is what `redistrict run` wrote. A service in this process keeps it (SQLite); a planner moves
random buildings at borders of grids, and after each edit asks for the tile of the buildings and of
the grids in which the building stands (zoom 16), and for one that the edit did not touch. Wall
milliseconds, and beside them the processor's: this machine may be shared.
"""

from __future__ import annotations

import math
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.revision import random_move
from redistrict.revision import State, advance, load, start
from tests.api.editing import kept, said, send
from tests.api.world import World, made

ZOOM = 16
Spent = dict[str, list[tuple[float, float]]]


def _timed(spent: Spent, name: str, work: Callable[[], Any]) -> Any:
    wall, cpu = time.perf_counter(), time.process_time()
    answer = work()
    spent.setdefault(name, []).append((time.perf_counter() - wall, time.process_time() - cpu))
    return answer


def _tile(state: State, name: str) -> str:
    """z/x/y of the tile that a building stands in."""
    cell = int(state.base.building.cells(state.base.building.index[name])[0])
    point = state.base.workings.cells.frame["footprint"].iloc[cell].representative_point()
    lon, lat = state.base.to_working.transform(point.x, point.y, direction="INVERSE")
    side = 2**ZOOM
    x = int((lon + 180) / 360 * side)
    y = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * side)
    return f"{ZOOM}/{x}/{y}.mvt"


def _asked(world: World, path: str) -> Any:
    answer = world.client.get(path, headers=world.as_("planner"))
    assert answer.status_code == 200, answer.text
    return answer


def main(folder: Path, edits: int) -> None:
    """Print the times."""
    spent: Spent = {}
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as data, made(Path(data), None) as world:
        proposal = kept(world, folder)
        state, version = start(load(folder)), 0
        for layer in ("buildings", "service_grids"):
            _asked(world, f"/tiles/{proposal}/{layer}/{_tile(state, state.base.building.ids[0])}")
        for k in range(edits):
            event = random_move(state, rng, f"e{k}")
            body = said(event)
            sent = _timed(spent, "edit", lambda b=body, v=version: send(world, proposal, b, v))
            if sent.status_code != 201:
                continue
            after = advance(state, event)
            assert isinstance(after, State)
            state, version = after, version + 1
            place = _tile(state, event.members.buildings[0])
            for layer in ("service_grids", "buildings"):
                path = f"/tiles/{proposal}/{layer}/{place}"
                _timed(spent, f"{layer} tile", lambda p=path: _asked(world, p))
                _timed(spent, f"{layer} tile again", lambda p=path: _asked(world, p))
    print(f"{state.base.n} cells, {version} edits; p50/p95/max ms, wall (processor)")
    for name, times in spent.items():
        wall, cpu = (
            1000 * np.percentile(np.array(t), [50, 95, 100]) for t in zip(*times, strict=True)
        )
        shown = "  ".join(f"{w:7.1f} ({c:.1f})" for w, c in zip(wall, cpu, strict=True))
        print(f"{name:26} n={len(times):4}  {shown}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 40)

"""Vector tiles: ours cold beside `shapely.clip_by_rect` alone, zoom 10 to 16.

Usage: ``python -m benchmarks.tiles PROPOSAL_FOLDER`` (one that `redistrict run` wrote). Cold: the
layer is ready, the tile is not. CPU milliseconds, the least of seven; the ratio is what to watch.
"""

from __future__ import annotations

import argparse
import gzip
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyogrio
import shapely

from api.tiles.prepared import prepared, shaped
from api.tiles.pyramid import HALF, Tile


def least(work: Callable[[], object]) -> float:
    """CPU milliseconds of the best of seven."""
    spent: list[float] = []
    for _ in range(7):
        start = time.process_time()
        work()
        spent.append(time.process_time() - start)
    return 1000 * min(spent)


def main() -> None:
    """Print one line a zoom."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("proposal", type=Path)
    parser.add_argument("--layer", default="buildings")
    asked = parser.parse_args()
    frame = pyogrio.read_dataframe(asked.proposal / "proposal.gpkg", layer=asked.layer)
    start = time.process_time()
    shape = shaped(asked.layer, frame)
    layer = prepared(asked.layer, frame, shape)
    shape.groups(16)
    print(f"{len(frame)} features; ready in {time.process_time() - start:.2f} s CPU")
    print("zoom   bytes  zipped  ours ms  +gzip ms  clip ms  ours/clip")
    x, y = np.median(shapely.bounds(shape.mercator)[:, :2], axis=0)
    for z in (10, 11, 12, 13, 14, 15, 16):
        side = 2 * HALF / 2**z
        tile = Tile(z, int((x + HALF) / side), int((HALF - y) / side))
        content = layer.tile(tile)
        ours = least(lambda tile=tile: layer.tile(tile))
        zipped = least(lambda content=content: gzip.compress(content, 1))
        clip = least(lambda tile=tile: shapely.clip_by_rect(shape.mercator, *tile.box()))
        size = len(gzip.compress(content, 1))
        times = f"{ours:8.1f} {zipped:9.1f} {clip:8.1f} {ours / clip:9.2f}"
        print(f"{z:4} {len(content):8} {size:7} {times}")


if __name__ == "__main__":
    main()

"""The pieces of the generator on their own."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
import shapely

from redistrict.synthetic import CitySpec, footprints, generate_city
from redistrict.synthetic.divide import Divider
from redistrict.synthetic.names import NamePool
from redistrict.synthetic.picture import draw_city
from redistrict.synthetic.streets import settle
from redistrict.synthetic.warp import Warp

BOX = (0.0, 0.0, 180.0, 160.0)


@pytest.mark.parametrize(
    ("fill", "least", "most", "wells"),
    [
        (footprints.walkups, 24, 72, (2, 6)),
        (footprints.towers, 96, 272, (1, 4)),
        (footprints.villas, 1, 2, (1, 2)),
    ],
)
def test_sizes_of_houses(fill, least: int, most: int, wells: tuple[int, int]) -> None:
    for seed in range(40):
        made = fill(BOX, np.random.default_rng(seed))
        assert len(made)
        assert made["households"].min() >= least
        assert made["households"].max() <= most
        assert made["stairwells"].min() >= wells[0]
        assert made["stairwells"].max() <= wells[1]
        # a building is divided by stairwells into equal shares
        assert (made["households"] % made["stairwells"] == 0).all()


@pytest.mark.parametrize(
    "fill",
    [footprints.walkups, footprints.towers, footprints.villas, footprints.courtyards,
     footprints.shops, footprints.school, footprints.works, footprints.offices],
)  # fmt: skip
@pytest.mark.parametrize("size", [(180, 160), (90, 75), (40, 30), (15, 11), (9, 4)])
def test_rows_stay_in_their_box_and_apart(fill, size: tuple[int, int]) -> None:
    box = (0.0, 0.0, float(size[0]), float(size[1]))
    for seed in range(10):
        made = fill(box, np.random.default_rng(seed))
        long = np.where(made["upright"], made["depth"], made["length"]) / 2
        high = np.where(made["upright"], made["length"], made["depth"]) / 2
        shapes = shapely.box(made["u"] - long, made["v"] - high, made["u"] + long, made["v"] + high)
        assert shapely.covers(shapely.box(*box).buffer(1e-6), shapes).all()
        one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
        assert (one == other).all()


def test_courtyards_have_a_house_each() -> None:
    made = footprints.courtyards(BOX, np.random.default_rng(3))
    yards, houses = np.unique(made["yard"], return_counts=True)
    assert (yards >= 0).all()
    assert houses.max() <= 4


def ring_graph(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    turn = np.arange(n) / n * 2 * np.pi
    a = np.arange(n)
    return np.column_stack([np.cos(turn), np.sin(turn)]) * 100, a, (a + 1) % n


@pytest.mark.parametrize("parts", [1, 2, 3, 7, 12, 40])
def test_parts_of_a_ring_are_connected(parts: int) -> None:
    xy, a, b = ring_graph(24)
    divider = Divider(xy, np.ones(24), a, b, np.random.default_rng(1))
    found = divider.into(np.arange(24), parts)
    assert len(found) == min(parts, 24)
    assert sorted(np.concatenate(found).tolist()) == list(range(24))
    assert all(len(divider.pieces(part)) == 1 for part in found)


def test_parts_where_no_straight_cut_is_connected() -> None:
    # a spiral: every straight cut takes it apart
    turn = np.linspace(0, 6 * np.pi, 60)
    xy = np.column_stack([turn * np.cos(turn), turn * np.sin(turn)])
    n = np.arange(60)
    divider = Divider(xy, np.ones(60), n[:-1], n[1:], np.random.default_rng(0))
    one, other = divider.cut(n, 0.5)
    assert len(one) + len(other) == 60
    assert len(divider.pieces(one)) == len(divider.pieces(other)) == 1


def test_settle_drops_what_hangs_off_and_fills_holes() -> None:
    ring = [(c, r) for c in range(3) for r in range(3) if (c, r) != (1, 1)]
    cells = np.array([*ring, (9, 9)])
    kept, holes = settle(cells)
    assert kept.tolist() == list(range(8))
    assert holes.tolist() == [[1, 1]]


def test_the_bend_is_one_to_one() -> None:
    for seed in range(20):
        warp = Warp(
            np.random.default_rng(seed), (1500.0, 1500.0), 2000.0, 1300.0, (900.0, 75, 1950, 675)
        )
        u, v = (g.ravel() for g in np.meshgrid(np.arange(0, 3000, 50.0), np.arange(0, 3000, 50.0)))
        x, y = warp.metres(u, v)
        xu, yu = warp.metres(u + 1, v)
        xv, yv = warp.metres(u, v + 1)
        turned = (xu - x) * (yv - y) - (yu - y) * (xv - x)
        assert turned.min() > 0.3


def test_names_never_repeat() -> None:
    pool = NamePool(np.random.default_rng(0), ["锦绣", "阳光"], ["花园", "苑"])
    names = [pool.take() for _ in range(60)]
    assert len(set(names)) == 60


def test_picture(tmp_path: Path) -> None:
    draw_city(generate_city(CitySpec.small(0)), tmp_path / "maps" / "city.png", dpi=40)
    image = plt.imread(tmp_path / "maps" / "city.png")
    assert min(image.shape[:2]) > 150
    assert len(np.unique(image.reshape(-1, image.shape[2]), axis=0)) > 20

"""The triangulation and the lines drawn from it, against independent answers."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import shapely
from scipy.spatial import Delaunay

from redistrict.units.delaunay import triangulate
from redistrict.units.field import field, sample_outlines
from redistrict.units.slices import slices
from tests.unit.units.town import box


@pytest.mark.parametrize("n", [3, 10, 200, 3000])
def test_triangulation_is_delaunay(n: int) -> None:
    rng = np.random.default_rng(n)
    points = np.unique(rng.integers(0, 40 * n, (n, 2)), axis=0)
    mesh = triangulate(points)
    ours = {tuple(sorted(t)) for t in mesh.corners.reshape(-1, 3).tolist()}
    theirs = {tuple(sorted(t)) for t in Delaunay(points).simplices.tolist()}
    assert ours == theirs


def test_triangulation_of_a_lattice_covers_it() -> None:
    """Every quad is cocircular: any diagonal will do, but nothing may be missing or doubled."""
    xy = np.stack(np.meshgrid(np.arange(30), np.arange(20)), axis=-1).reshape(-1, 2) * 1000
    mesh = triangulate(xy)
    t = mesh.points[mesh.corners.reshape(-1, 3)]
    twice = np.cross(
        np.pad(t[:, 1] - t[:, 0], ((0, 0), (0, 1))), np.pad(t[:, 2] - t[:, 0], ((0, 0), (0, 1)))
    )[:, 2]
    assert len(t) == 29 * 19 * 2
    assert np.abs(twice).sum() == 2 * 29_000 * 19_000
    assert len(set(np.sign(twice))) == 1
    inner = mesh.twin >= 0
    assert (mesh.twin[mesh.twin[inner]] == np.flatnonzero(inner)).all()


def test_missing_edges() -> None:
    mesh = triangulate(np.array([[0, 0], [10, 0], [10, 1], [0, 1], [5, -50]]) * 100)
    start, stop = np.array([0, 2, 4]), np.array([1, 3, 2])
    assert mesh.missing(start, stop).tolist() == [False, False, True]


def _houses() -> np.ndarray:
    rng = np.random.default_rng(3)
    return np.array(
        [
            box(12 * i + 1, 14 * j + 1, 12 * i + rng.uniform(4, 10), 14 * j + rng.uniform(4, 12))
            for i in range(8)
            for j in range(8)
        ],
        dtype=object,
    )


def test_lines_keep_clear_of_the_walls() -> None:
    houses = _houses()
    lines = field(sample_outlines(houses, np.arange(len(houses)))).borders()
    assert not shapely.intersects(shapely.union_all(lines), shapely.union_all(houses))
    hit = shapely.STRtree(lines).query(lines, predicate="crosses")
    assert hit.shape[1] == 0


def test_places_belong_to_the_faces_the_lines_make() -> None:
    houses = _houses()
    one = field(sample_outlines(houses, np.arange(len(houses))))
    frame = box(-5, -5, 105, 125)
    lines = shapely.union_all([*shapely.intersection(one.borders(), frame), frame.exterior])
    faces = shapely.get_parts(shapely.polygonize([shapely.node(lines)]))
    rng = np.random.default_rng(0)
    at = rng.uniform((-4, -4), (104, 124), (3000, 2))
    face_of = shapely.STRtree(faces).query(shapely.points(at), predicate="within")
    label = one.locate(at)
    clear = shapely.distance(shapely.points(at), lines) > 0.8  # lines are straightened a little
    for f in range(len(faces)):
        mine = face_of[0][(face_of[1] == f)]
        assert len(set(label[mine[clear[mine]]])) <= 1
    inner = shapely.get_coordinates(shapely.centroid(houses))
    assert one.locate(inner).tolist() == list(range(len(houses)))


@pytest.mark.parametrize(
    "shape",
    [
        box(0, 0, 60, 10),
        shapely.Polygon([(0, 0), (50, 20), (46, 30), (-4, 10)]),
        shapely.Polygon([(0, 0), (40, 0), (40, 40), (30, 40), (30, 10), (0, 10)]),
    ],
)
def test_slices_are_equal_and_in_order(shape: shapely.Geometry) -> None:
    parts = slices(shape, 5)
    assert [p.area for p in parts] == pytest.approx([shape.area / 5] * 5, rel=1e-6)
    assert shapely.union_all(parts).symmetric_difference(shape).area < 1e-6
    assert all(a.intersects(b.buffer(1e-6)) for a, b in pairwise(parts))

"""Where labels go: inside their area, upright, never on top of one another.

Candidate places are a lattice inside the area, those nearest to the centre of the largest inscribed
circle first; font sizes are tried from large to small.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from redistrict.publish.overview.fonts import CHINESE

LATTICE = 9
"""Candidates are a lattice of at most 9 x 9 points over the bounds of the area."""
LINE, PAD = 1.25, 0.25
"""Height of a line and free room around a label, in em."""


@dataclass(frozen=True)
class Label:
    """A text for an area; ``sizes`` in points, large to small."""

    text: str
    area: BaseGeometry
    sizes: Sequence[float]
    spill: bool = False
    """May run over the edge of its area, at the smallest size, rather than be left out."""
    must: bool = False
    """Drawn even where it covers another label."""
    bold: bool = False


@dataclass(frozen=True)
class Placed:
    """A label with its centre (data units) and size (points)."""

    label: Label
    x: float
    y: float
    size: float


@dataclass
class Lettering:
    """The labels of one panel. ``unit``: data units (metres) per point of the page."""

    unit: float
    window: tuple[float, float, float, float]
    placed: list[Placed] = field(default_factory=list)
    _taken: list[tuple[float, float, float, float]] = field(default_factory=list)

    def add(self, labels: Sequence[Label]) -> None:
        """Place what fits, the largest areas first; what must be there goes to its centre."""
        for label in sorted(labels, key=lambda a: -a.area.area):
            room = shapely.intersection(label.area, shapely.box(*self.window))
            if not room.is_empty:
                self._add(label, room)

    def _add(self, label: Label, room: BaseGeometry) -> None:
        points = _candidates(room)
        shapely.prepare(room)
        for size in label.sizes:
            boxes = self._boxes(label.text, size, points)
            free = self._free(boxes) & shapely.contains(room, shapely.box(*boxes.T))
            if free.any():
                self._take(label, points, boxes, int(np.argmax(free)), size)
                return
        smallest = label.sizes[-1]
        boxes = self._boxes(label.text, smallest, points)
        free = self._free(boxes)
        if (label.spill and free.any()) or label.must:
            self._take(label, points, boxes, int(np.argmax(free)), smallest)

    def _take(
        self,
        label: Label,
        points: NDArray[np.float64],
        boxes: NDArray[np.float64],
        i: int,
        size: float,
    ) -> None:
        x, y = points[i].tolist()
        self.placed.append(Placed(label, x, y, size))
        self._taken.append(tuple(boxes[i].tolist()))

    def _boxes(self, text: str, size: float, points: NDArray[np.float64]) -> NDArray[np.float64]:
        lines = text.split("\n")
        em = size * self.unit
        half = np.array([max(map(width, lines)) + PAD, len(lines) * LINE]) * em / 2
        return np.hstack([points - half, points + half])

    def _free(self, boxes: NDArray[np.float64]) -> NDArray[np.bool_]:
        west, south, east, north = self.window
        free = (
            (boxes[:, 0] >= west)
            & (boxes[:, 1] >= south)
            & (boxes[:, 2] <= east)
            & (boxes[:, 3] <= north)
        )
        if self._taken:
            taken = np.array(self._taken)
            apart = (
                (boxes[:, None, 0] >= taken[None, :, 2])
                | (boxes[:, None, 2] <= taken[None, :, 0])
                | (boxes[:, None, 1] >= taken[None, :, 3])
                | (boxes[:, None, 3] <= taken[None, :, 1])
            )
            free &= apart.all(axis=1)
        return free


def width(text: str) -> float:
    """Width of a line in em: Chinese characters are one wide, Latin ones little more than half."""
    return sum(1.0 if ord(c) >= CHINESE else 0.6 for c in text)


def _candidates(area: BaseGeometry) -> NDArray[np.float64]:
    largest = max(shapely.get_parts(area).tolist(), key=lambda part: part.area)
    if largest.geom_type != "Polygon" or largest.area == 0:
        return shapely.get_coordinates(largest.representative_point())
    west, south, east, north = largest.bounds
    tolerance = max(east - west, north - south) / 50
    circle = shapely.maximum_inscribed_circle(largest, tolerance)
    centre = shapely.get_coordinates(circle)[:1]
    steps = (np.arange(LATTICE) + 0.5) / LATTICE
    x, y = np.meshgrid(west + steps * (east - west), south + steps * (north - south))
    lattice = np.column_stack([x.ravel(), y.ravel()])
    shapely.prepare(largest)
    lattice = lattice[shapely.contains_xy(largest, lattice)]
    distance = np.hypot(*(lattice - centre).T)
    return np.vstack([centre, lattice[np.argsort(distance, kind="stable")]])

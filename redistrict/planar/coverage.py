"""Which claimant gets each face: the stated rules by which a broken coverage becomes exact.

Overlap: a claimant more than half of whose land is disputed keeps it (otherwise an area inside
another would vanish), the smaller first; else it goes to the claimant with whose undisputed land
it shares the longest border; equal: to the larger; equal: to the one further west.
Gap: a sliver goes to the neighbour with the longest shared border (then larger, then west);
anything wider is a hole and stays.
Fragment: a sliver cut off from its own area goes to the neighbour with the longest border.
Every decision looks at the undisputed land only, so the order of rows never matters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from redistrict.planar.faces import Faces, Ints
from redistrict.planar.geometries import Geometries
from redistrict.planar.shares import place_rank
from redistrict.planar.slivers import is_sliver

Kind = Literal["overlap", "gap", "hole", "fragment"]


@dataclass(frozen=True)
class Change:
    """One decision. ``claimants`` and ``given_to`` are polygon indices; a hole is given to None."""

    kind: Kind
    geometry: BaseGeometry
    claimants: tuple[int, ...]
    given_to: int | None
    domain: int = 0

    @property
    def area(self) -> float:
        return float(self.geometry.area)


def assign(
    faces: Faces,
    claim_face: Ints,
    claim_by: Ints,
    polygons: Geometries,
    domain: Ints | None = None,
) -> tuple[Ints, list[Change]]:
    """Label every face with the polygon that gets it (-1: none).

    ``claim_face``/``claim_by``: pairs (face, polygon), sorted by face. ``domain`` (faces,): faces
    of different domains never share a label; domain -1 is nobody's land and is not labelled.
    """
    work = _Work(faces, polygons, domain)
    changes = work.overlaps(claim_face, claim_by)
    changes += work.gaps()
    changes += work.fragments()
    return work.label, changes


def settle_fragments(
    faces: Faces,
    label: Ints,
    polygons: Geometries,
    domain: Ints | None = None,
    untouchable: NDArray[np.bool_] | None = None,
) -> tuple[Ints, list[Change]]:
    """The fragment rule alone, on labels made elsewhere; ``untouchable`` faces stay as they are.

    ``polygons`` (labels,) are the areas as they were, for size and place.
    """
    work = _Work(faces, polygons, domain)
    work.label = label.copy()
    return work.label, work.fragments(untouchable)


def _sums(index: Ints, amount: NDArray[np.float64], length: int) -> NDArray[np.float64]:
    return np.bincount(index, weights=amount, minlength=length).astype(np.float64)


class _Work:
    def __init__(self, faces: Faces, polygons: Geometries, domain: Ints | None) -> None:
        self.faces = faces
        self.domain = np.zeros(len(faces), dtype=np.int64) if domain is None else domain
        self.size = shapely.area(polygons)
        self.west = place_rank(polygons)
        self.label = np.full(len(faces), -1, dtype=np.int64)
        a, b, length = faces.neighbours
        same = self.domain[a] == self.domain[b]  # a border with another domain is no border
        self.start = np.r_[a[same], b[same]]
        self.end = np.r_[b[same], a[same]]
        self.length = np.r_[length[same], length[same]]
        order = np.argsort(self.start, kind="stable")
        self.start, self.end, self.length = self.start[order], self.end[order], self.length[order]
        self.first = np.searchsorted(self.start, np.arange(len(faces) + 1))

    def overlaps(self, claim_face: Ints, claim_by: Ints) -> list[Change]:
        count = np.bincount(claim_face, minlength=len(self.faces))
        single = count[claim_face] == 1
        self.label[claim_face[single]] = claim_by[single]
        sole = self.label.copy()
        claimed = _sums(claim_by, self.faces.area[claim_face], len(self.size))
        undisputed = _sums(claim_by[single], self.faces.area[claim_face[single]], len(self.size))
        cut = np.searchsorted(claim_face, np.arange(len(self.faces) + 1))
        contested = np.flatnonzero(count > 1)
        if len(contested) == 0:
            return []
        sets = [tuple(claim_by[cut[f] : cut[f + 1]].tolist()) for f in contested]
        number = {claimants: k for k, claimants in enumerate(sorted(set(sets)))}
        group = np.full(len(self.faces), -1, dtype=np.int64)
        group[contested] = [number[s] for s in sets]
        claimants_of = list(number)
        changes: list[Change] = []
        for piece in self._pieces(group):
            claimants = claimants_of[group[piece[0]]]
            winner = self._overlap_winner(piece, claimants, sole, claimed, undisputed)
            self.label[piece] = winner
            changes.append(Change("overlap", self.faces.union(piece), claimants, winner))
        return changes

    def _overlap_winner(
        self,
        piece: Ints,
        claimants: tuple[int, ...],
        sole: Ints,
        claimed: NDArray[np.float64],
        undisputed: NDArray[np.float64],
    ) -> int:
        covered = [c for c in claimants if undisputed[c] < 0.5 * claimed[c]]
        if covered:
            return min(covered, key=lambda c: (round(claimed[c], 3), self.west[c]))
        border = self._borders(piece, sole)
        return min(
            claimants,
            key=lambda c: (-round(border.get(c, 0.0), 3), -round(self.size[c], 3), self.west[c]),
        )

    def gaps(self) -> list[Change]:
        changes: list[Change] = []
        before = self.label.copy()
        group = np.where((self.label < 0) & (self.domain >= 0), self.domain, -1)
        for piece in self._pieces(group):
            geometry = self.faces.union(piece)
            border = self._borders(piece, before)
            if not border or not is_sliver(geometry):
                home = int(self.domain[piece[0]])
                changes.append(Change("hole", geometry, tuple(sorted(border)), None, home))
                continue
            winner = self._longest(border)
            self.label[piece] = winner
            changes.append(Change("gap", geometry, tuple(sorted(border)), winner))
        return changes

    def fragments(self, untouchable: NDArray[np.bool_] | None = None) -> list[Change]:
        changes: list[Change] = []
        fixed = np.zeros(len(self.faces), dtype=bool) if untouchable is None else untouchable
        for _ in range(3):  # a fragment given away may have joined two others
            piece_of = self.faces.components(self.label)
            area = _sums(piece_of, self.faces.area, 0)
            owner = np.full(len(area), -1, dtype=np.int64)
            owner[piece_of] = self.label
            largest = np.zeros(len(self.size))
            np.maximum.at(largest, owner[owner >= 0], area[owner >= 0])
            minor = np.flatnonzero((owner >= 0) & (area < largest[np.maximum(owner, 0)]))
            before = self.label.copy()
            for number in minor:
                piece = np.flatnonzero(piece_of == number)
                if fixed[piece].any():
                    continue
                border = self._borders(piece, before)
                border.pop(int(owner[number]), None)
                geometry = self.faces.union(piece)
                if border and is_sliver(geometry):
                    winner = self._longest(border)
                    self.label[piece] = winner
                    loser = int(owner[number])
                    changes.append(Change("fragment", geometry, (loser,), winner))
            if (before == self.label).all():
                break
        return changes

    def _pieces(self, group: Ints) -> list[Ints]:
        """Connected sets of faces of equal group >= 0, in the order of their first face."""
        inside = np.flatnonzero(group >= 0)
        if len(inside) == 0:
            return []
        number = self.faces.components(group)[inside]
        inside = inside[np.argsort(number, kind="stable")]
        cuts = np.flatnonzero(np.diff(np.sort(number))) + 1
        return sorted(np.split(inside, cuts), key=lambda piece: int(piece[0]))

    def _borders(self, piece: Ints, label: Ints) -> dict[int, float]:
        """Length of the piece's border with each label."""
        border: dict[int, float] = {}
        for face in piece:
            at = slice(self.first[face], self.first[face + 1])
            for other, length in zip(self.end[at], self.length[at], strict=True):
                owner = int(label[other])
                if owner >= 0:
                    border[owner] = border.get(owner, 0.0) + float(length)
        return border

    def _longest(self, border: dict[int, float]) -> int:
        return min(
            border,
            key=lambda c: (-round(border[c], 3), -round(self.size[c], 3), self.west[c]),
        )

"""Rulings that cannot stand together: overlapping estates, an office that would be left bare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from redistrict.model.errors import SurveyError
from redistrict.model.finding import Finding
from redistrict.model.ruling import Ruling
from redistrict.planar.geometries import Geometries, common_part
from redistrict.rulings.recorded import BY_RULE

DISPUTED_M2 = 10.0
"""Common land of two estates (or of an estate and a frozen committee) below this is noise."""


def referred(ruling: Ruling, basis: str, other: str) -> Ruling:
    """``ruling`` left to the civil affairs bureau; ``other`` is what stands in its way."""
    return replace(
        ruling,
        outcome="refer",
        street_office_id=None,
        decided_by=None,
        basis=basis,
        params={**ruling.params, "other": other},
    )


def refer_conflicts(
    rulings: dict[str, Ruling],
    shape_of: Mapping[str, BaseGeometry],
    office_ids: Sequence[str],
    offices: Geometries,
) -> None:
    """Turn computed rulings that contradict another, or empty an office, into referred ones.

    Raises SurveyError where two recorded rulings give the same land to different offices.
    """
    decided = [n for n in sorted(rulings) if rulings[n].outcome == "decided" and n in shape_of]
    office = {n: rulings[n].street_office_id for n in decided}
    shapes: Geometries = _array([shape_of[n] for n in decided])
    pairs = shapely.STRtree(shapes).query(shapes, predicate="intersects").T.tolist()
    for i, j in pairs:
        a, b = decided[i], decided[j]
        if i >= j or office[a] == office[b]:
            continue
        common = common_part(shapes[i], shapes[j])
        if common.area < DISPUTED_M2:
            continue
        computed = [n for n in (a, b) if rulings[n].decided_by in (BY_RULE, None)]
        if not computed:
            params = {"estate_id": a, "other": b}
            raise SurveyError(
                Finding(
                    "rulings-overlap", "error", "rulings", a, clause=rulings[a].clause,
                    params=params, action="refused", geometry=common,
                )
            )  # fmt: skip
        for n in computed:
            rulings[n] = referred(rulings[n], "estates-overlap", b if n == a else a)
    for name in decided:
        for k, other in enumerate(office_ids):
            if rulings[name].outcome != "decided" or other == office[name]:
                continue
            if shapely.difference(offices[k], shape_of[name]).area < DISPUTED_M2:
                rulings[name] = referred(rulings[name], "office-would-vanish", other)


def _array(shapes: Sequence[BaseGeometry]) -> Geometries:
    array: Geometries = np.empty(len(shapes), dtype=object)
    array[:] = shapes
    return array

"""Proposals of one survey side by side: how far apart, which is better in what, which to show.

Two are told apart by the engine's measure (`redistrict.districting.distance`): the share of the
households that live in another area, areas being paired so that this share is least; office by
office, since no area lies in two.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from redistrict.districting import distance
from redistrict.districting.alternatives import DISTINCT, StepName
from redistrict.model.profile import Profile
from redistrict.model.proposal import Proposal

Why = Literal["not-distinct", "more-outside", "dominated"]
LAYERS = {"committees": "committee_id", "service_grids": "service_grid_id"}
GRAIN = 6
"""Decimals of a share."""


@dataclass(frozen=True)
class Beside:
    """A proposal among those of its run. ``measures``: less is better in each of them."""

    step: StepName
    proposal: Proposal
    measures: Mapping[str, int]
    distance: Mapping[StepName, Mapping[str, float]]
    """From those before it: step -> layer -> share of the households, 0..1."""
    leaning: tuple[str, ...] = ()
    """Layers that were drawn by the step."""


def stood(
    step: StepName,
    proposal: Proposal,
    profile: Profile,
    before: Sequence[Beside],
    layers: Sequence[str] = (),
) -> Beside | Why:
    """``proposal`` beside those ``before`` it (the first: as asked), or why it is not to be shown.

    ``not-distinct``: less than `DISTINCT` of the households live in another committee, and less
    than that in another service grid, than in one of those before it. ``more-outside``: it leaves
    more households outside window or band than the one as asked. ``dominated``: one of them is
    better in something and worse in nothing.
    """
    figures = measures(proposal, profile)
    apart: dict[StepName, Mapping[str, float]] = {
        one.step: _apart(one.proposal, proposal) for one in before
    }
    if any(max(shares.values()) < DISTINCT for shares in apart.values()):
        return "not-distinct"
    if before and any(figures[k] > before[0].measures[k] for k in _OUTSIDE):
        return "more-outside"
    for one in before:
        if all(one.measures[k] <= v for k, v in figures.items()) and one.measures != figures:
            return "dominated"
    return Beside(step, proposal, figures, apart, tuple(layers))


_OUTSIDE = ("households_outside_window", "households_outside_band")


def measures(proposal: Proposal, profile: Profile) -> dict[str, int]:
    """What proposals are compared by. Households but the last two, which are metres.

    ``committee_imbalance``: sum of the differences from the target; ``grid_imbalance``: the same
    from the middle of the window; ``..._boundary_m``: boundary between areas, each side once.
    """
    grids, committees = proposal.layers["service_grids"], proposal.layers["committees"]
    told: Mapping[str, Any] = proposal.manifest["measures"]
    window, band = profile.grid, profile.committee
    return {
        "households_outside_window": told["households"] - told["households_in_window"],
        "households_outside_band": told["households"] - told["households_in_band"],
        "households_moved": int(told.get("households_moved") or 0),
        "committee_imbalance": _imbalance(committees, band.target),
        "grid_imbalance": _imbalance(grids, (window.lower + window.upper) // 2),
        "committee_boundary_m": round(float(committees.geometry.length.sum())),
        "grid_boundary_m": round(float(grids.geometry.length.sum())),
    }


def _imbalance(frame: Any, target: int) -> int:
    households = frame["households"].to_numpy(dtype=np.int64)
    return int(np.abs(households[households > 0] - target).sum())


def _apart(one: Proposal, other: Proposal) -> dict[str, float]:
    """layer -> share of the households that live in another area of it."""
    rows = [_lived(p) for p in (one, other)]
    both = rows[0].merge(
        rows[1], on=["building_id", "part"], how="outer", suffixes=("", "_other"), sort=True
    )
    # A building that one of them divides otherwise counts as apart: its rows have no partner.
    weight = both["households"].fillna(both["households_other"]).to_numpy(dtype=np.int64)
    office = both["street_office_id"].fillna(both["street_office_id_other"]).to_numpy(dtype=object)
    apart: dict[str, float] = {}
    for layer, field in LAYERS.items():
        away = 0.0
        for name in np.unique(office.astype(str)):
            here = office == name
            mine, theirs = (_codes(both.loc[here, c]) for c in (field, f"{field}_other"))
            away += distance(weight[here], mine, theirs) * float(weight[here].sum())
        apart[layer] = round(away / max(1, int(weight.sum())), GRAIN)
    return apart


def _lived(proposal: Proposal) -> Any:
    frame: Any = proposal.layers["buildings"]
    fields = ["building_id", "part", "households", "street_office_id", *LAYERS.values()]
    rows = frame.loc[frame["households"] > 0, fields].copy()
    rows["part"] = rows["part"].fillna(0).astype(np.int64)
    return rows


def _codes(values: Any) -> np.ndarray:
    """Areas as numbers; a row without one is by itself."""
    held = values.astype(object).to_numpy()
    names = [
        f"none {i}" if value is None or value != value else value for i, value in enumerate(held)
    ]
    return np.unique(np.array(names, dtype=str), return_inverse=True)[1].astype(np.int64)

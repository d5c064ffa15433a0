"""The last step before verification: consequences filled in, certificates attached, findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol, cast

import geopandas as gpd
import numpy as np
import pandas as pd

from redistrict.assembly import integration, wishes
from redistrict.assembly.manifest import certificate, manifest, measures
from redistrict.assembly.proposal import Drawn, Names
from redistrict.committees import Wish
from redistrict.model.finding import Finding
from redistrict.model.profile import Profile
from redistrict.model.proposal import Proposal
from redistrict.model.ruling import Ruling
from redistrict.model.settings import RunSettings
from redistrict.model.survey import Survey
from redistrict.planar.frames import geographic


class Follows(Protocol):
    """What the consequences answered (`redistrict.consequences.Consequences`)."""

    @property
    def columns(self) -> Mapping[str, Mapping[str, Any]]: ...
    @property
    def tables(self) -> Mapping[str, pd.DataFrame]: ...
    @property
    def values(self) -> Mapping[str, Any]: ...


def finished(
    drawn: Drawn,
    names: Names,
    layers: Mapping[str, gpd.GeoDataFrame],
    follows: Follows,
    rulings: Sequence[Ruling],
    present: Survey,
    profile: Profile,
    profile_values: Mapping[str, Any],
    settings: RunSettings,
    findings: Sequence[Finding],
    asked: Sequence[Wish] = (),
) -> Proposal:
    """The `Proposal`; ``present`` is the survey as it was before the rulings."""
    complete = dict(layers)
    complete["committees"] = _with_columns(layers["committees"], follows.columns)
    figures = measures(
        complete["buildings"],
        complete["service_grids"],
        complete["committees"],
        rulings,
        follows.values,
        profile,
    )
    told = manifest(
        present,
        profile_values,
        settings,
        complete,
        follows.tables,
        figures,
        _solver(drawn, names),
    )
    told["wishes"] = wishes.manifest(asked, names)
    told["integrations"] = integration.manifest(drawn.committee_plans)
    before = ("committees", "service_grids", "street_offices")
    return Proposal(
        layers=complete,
        tables=dict(follows.tables),
        crs=present.crs,
        working_crs=present.working_crs,
        manifest=told,
        findings=(
            *findings,
            *_exceptions(complete),
            *wishes.findings(asked, names, present),
            *integration.findings(drawn.committee_plans, present),
        ),
        consequences=dict(follows.values),
        present={n: f for n in before if (f := present.layer(n)) is not None},
    )


def _with_columns(
    committees: gpd.GeoDataFrame, columns: Mapping[str, Mapping[str, Any]]
) -> gpd.GeoDataFrame:
    extra = pd.DataFrame([dict(columns.get(str(i), {})) for i in committees["committee_id"]])
    extra.index = committees.index
    return geographic(committees.assign(**{name: extra[name] for name in extra.columns}))


def _solver(drawn: Drawn, names: Names) -> dict[str, list[dict[str, Any]]]:
    """Status per committee and per street office, in a stable order."""
    committees = [certificate(s) for plan in drawn.committee_plans for s in plan.solved]
    first = np.unique(drawn.scope, return_index=True)[1]
    office = drawn.cells.frame["street_office_id"].to_numpy(dtype=object)
    grids: list[dict[str, Any]] = []
    for number, solved in enumerate(drawn.grid_plan.solved):
        cell = int(first[number])
        scope = {"street_office_id": str(office[cell])}
        alone = len(np.unique(drawn.committee[drawn.scope == number])) == 1
        if alone:
            scope["committee_id"] = names.committees[int(drawn.committee[cell])]
        grids.append(certificate(solved, scope))
    return {
        "committees": sorted(committees, key=lambda c: str(c["street_office_id"])),
        "service_grids": sorted(
            grids, key=lambda c: (c["street_office_id"], c.get("committee_id", ""))
        ),
    }


def _exceptions(layers: Mapping[str, gpd.GeoDataFrame]) -> list[Finding]:
    """One finding per grid outside its window and committee outside its band, with its place."""
    found: list[Finding] = []
    for layer, field, flag, clause in (
        ("service_grids", "service_grid_id", "within_window", "6.5"),
        ("committees", "committee_id", "within_band", "2.2"),
    ):
        frame = layers[layer]
        found += [
            Finding(
                f"{layer.replace('_', '-')}-outside",
                "warning",
                layer,
                str(getattr(row, field)),
                clause,
                "fail",
                {"households": int(row.households), "reason": str(row.reason_code)},
                "explained",
                row.geometry,
            )
            for row in cast("Iterable[Any]", frame[~frame[flag]].itertuples())
        ]
    return found

"""What a proposal says about its straddling estates, and what a ruling changed for one (5.1(5)).

The run has told it in ``findings.json``: measured parts, outcome, clause, sentence and place.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import geopandas as gpd
import shapely
from shapely.geometry import mapping, shape

from api.proposals import answers
from api.proposals.shelf import Kept
from api.store import Artifacts
from redistrict.i18n import Lang
from redistrict.planar.geometries import of_frame

FINDINGS = "findings.json"
Outcome = Literal["refer", "decided", "left"]
LEFT = ("estate-straddles-not-new",)
LEAST = 1e-4
"""Share of an estate; a smaller part is noise of the survey and is not drawn."""
DECIDED = ("ruling-decided", "ruling-recorded", "ruling-overrides")
REFERRED = ("ruling-refer-", "estate-straddles-stage-unknown")


@dataclass(frozen=True, slots=True)
class Estate:
    """An estate across street offices, as the run of a proposal found it."""

    id: str
    outcome: Outcome
    why: str
    """Code of the finding, such as ``ruling-refer-tie``."""
    message: Mapping[str, str]
    clause: str | None
    areas_m2: Mapping[str, float]
    """Street office -> ellipsoidal area of its part."""
    street_office: str | None
    geometry: Mapping[str, Any] | None
    """GeoJSON, WGS84."""

    def sentence(self, lang: Lang) -> str:
        """What the run said, in ``lang``."""
        return self.message[lang]


@dataclass(frozen=True, slots=True)
class Part:
    """The land of an estate in one street office; geometry: GeoJSON, WGS84."""

    street_office: str
    name: str | None
    area_m2: float
    geometry: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Side:
    """An estate in one proposal."""

    outcome: str | None
    street_office: str | None
    decided_by: str | None
    households: int
    street_offices: Mapping[str, int]
    committees: Mapping[str, int]
    service_grids: Mapping[str, int]
    """Area -> households of the estate in it."""


def estates(artifacts: Artifacts, kept: Kept) -> list[Estate]:
    """Every straddling estate of a proposal, by id; none where it came without findings."""
    name = kept.files.get(FINDINGS)
    if name is None:
        return []
    found = [e for e in map(_estate, json.loads(artifacts.read(name))) if e is not None]
    return sorted(found, key=lambda e: e.id)


def parts(estate: Estate, offices: gpd.GeoDataFrame) -> list[Part]:
    """The measured parts, most land first, each with the land that ``offices`` show of it.

    A referred estate changes nothing, so its parts are those that were measured. One that is
    decided lies whole in its office; the others then have figures without a geometry.
    """
    ids = [str(one) for one in offices["street_office_id"]]
    drawn: dict[str, Mapping[str, Any]] = {}
    if estate.geometry is not None:
        whole = shape(dict(estate.geometry))
        cut = shapely.intersection(of_frame(offices.to_crs(answers.LONLAT)), whole)
        shares = shapely.area(cut) / whole.area
        lands = shapely.set_precision(cut, 1e-7)
        drawn = {
            i: mapping(land) for i, land, s in zip(ids, lands, shares, strict=True) if s > LEAST
        }
    names = dict(zip(ids, offices["name"], strict=True)) if "name" in offices else {}
    most = sorted(estate.areas_m2.items(), key=lambda item: (-item[1], item[0]))
    return [Part(office, names.get(office), area, drawn.get(office)) for office, area in most]


def side(buildings: gpd.GeoDataFrame, decisions: gpd.GeoDataFrame | None, estate: str) -> Side:
    """Where ``estate`` lies in a proposal; ``decisions``: its layer ``rulings``."""
    own = buildings.loc[buildings["estate_id"] == estate]
    outcome = office = by = None
    if decisions is not None:
        for row in decisions.loc[decisions["estate_id"] == estate].to_dict("records"):
            outcome, office, by = row["outcome"], row["street_office_id"], row["decided_by"]
    return Side(
        outcome,
        office if isinstance(office, str) else None,
        by if isinstance(by, str) else None,
        int(own["households"].sum()),
        *(_by(own, area) for area in ("street_office_id", "committee_id", "service_grid_id")),
    )


def moved(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, estate: str) -> tuple[int, int]:
    """Households and buildings of the estate that are in another committee afterwards."""
    own = [frame.loc[frame["estate_id"] == estate] for frame in (before, after)]
    found = answers.moves(own[0], own[1], "committee_id")
    return sum(m.households for m in found), sum(m.buildings for m in found)


def _by(own: gpd.GeoDataFrame, area: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, households in zip(own[area], own["households"], strict=True):
        found[str(name)] = found.get(str(name), 0) + int(households)
    return dict(sorted(found.items()))


def _estate(said: Mapping[str, Any]) -> Estate | None:
    code, params = str(said["code"]), said.get("params") or {}
    if code.startswith(REFERRED):
        outcome: Outcome = "refer"
    elif code in DECIDED:
        outcome = "decided"
    elif code in LEFT:
        outcome = "left"
    else:
        return None
    return Estate(
        str(said["feature_id"]),
        outcome,
        code,
        said["message"],
        said.get("clause"),
        {str(k): float(v) for k, v in (params.get("areas_m2") or {}).items()},
        params.get("street_office_id"),
        said.get("geometry"),
    )

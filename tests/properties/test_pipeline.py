"""Whole runs over generated cities: the contract's "Always true", and what must not matter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from redistrict import publish
from redistrict.model.errors import RedistrictError
from redistrict.model.proposal import PROPOSAL_LAYERS, Proposal
from redistrict.model.survey import LAYERS
from redistrict.synthetic import City, write_city
from redistrict.verify import verify
from tests.cities import PROFILE, proposed, proposed_from, renamed, shuffled, small

CHUNK = 10
SEEDS = 200
FEW = range(1000, 1012)
"""Cities for the laws that need two runs each."""


def over(seeds: range, law: Callable[[int], list[str]]) -> None:
    """Every seed is tried; all that break the law are told together."""
    broken = [f"seed {seed}: {told}" for seed in seeds for told in _tried(law, seed)]
    assert not broken, "\n".join(broken)


def _tried(law: Callable[[int], list[str]], seed: int) -> list[str]:
    try:
        return law(seed)
    except (RedistrictError, AssertionError, ArithmeticError, LookupError, TypeError,
            ValueError) as error:  # fmt: skip
        return [f"{type(error).__name__}: {error}"]


def broken_invariants(city: City, proposal: Proposal) -> list[str]:
    """Checks that fail, with the codes and features of their first findings; households lost."""
    report = verify(proposal.layers, proposal.tables, proposal.manifest, PROFILE)
    told = [
        f"{check.invariant}:{check.name} fails {check.failures} times: "
        + "; ".join(f"{f.code} {f.feature_id} {dict(f.params)}" for f in check.findings[:3])
        for check in report.failed
    ]
    surveyed = int(city.layers["buildings"]["households"].sum())
    rows = proposal.layers["buildings"]
    kept = int(rows.loc[rows["kind"] == "surveyed", "households"].sum())
    if kept != surveyed:
        told.append(f"{surveyed} households surveyed, {kept} in the proposal")
    return told


def shapes(frame: gpd.GeoDataFrame) -> list[str]:
    """Geometry of each row to the millimetre, as text that can be a key."""
    geometry = np.asarray(frame.geometry.array, dtype=object)
    exact = shapely.normalize(shapely.transform(geometry, lambda xy: np.round(xy, 3) + 0.0))
    return [str(w) for w in shapely.to_wkb(exact, hex=True)]


def partition(proposal: Proposal, area: str) -> set[frozenset[str]]:
    """Which buildings (their slices, by place) are together in one area."""
    rows = proposal.layers["buildings"]
    together: dict[str, set[str]] = {}
    for name, shape in zip(rows[area], shapes(rows), strict=True):
        together.setdefault(str(name), set()).add(shape)
    return {frozenset(members) for members in together.values()}


# (a) the contract's invariants


@pytest.mark.parametrize("first", range(0, SEEDS, CHUNK))
def test_invariants_hold(first: int) -> None:
    def law(seed: int) -> list[str]:
        city = small(seed)
        return broken_invariants(city, proposed(city))

    over(range(first, first + CHUNK), law)


def test_invariants_hold_through_files(tmp_path: Path) -> None:
    """Reading the files gives the very proposal that the city in memory gives."""

    def law(seed: int) -> list[str]:
        city = small(seed)
        folder = tmp_path / str(seed)
        write_city(city, folder, "parquet")
        from_files = proposed_from(folder)
        one = publish.content_hashes(from_files)
        other = publish.content_hashes(proposed(city))
        parts = [*PROPOSAL_LAYERS, *from_files.tables]
        differ = [f"{p} differs from the city in memory" for p in parts if one[p] != other[p]]
        return broken_invariants(city, from_files) + differ

    over(range(2000, 2004), law)


# (b) the order of rows


def test_order_of_rows_does_not_matter() -> None:
    def law(seed: int) -> list[str]:
        city = small(seed)
        one, other = proposed(city), proposed(shuffled(city, seed))
        before, after = publish.content_hashes(one), publish.content_hashes(other)
        # the manifest holds the survey's hash, which is of the bytes and so of their order
        parts = [p for p in before if p not in ("content", "manifest")]
        told = [f"{p} changes" for p in parts if before[p] != after.get(p)]
        if one.manifest["measures"] != other.manifest["measures"]:
            told.append("the measures change")
        return told

    over(FEW, law)


# (c) names


def test_names_do_not_matter() -> None:
    def law(seed: int) -> list[str]:
        city = small(seed)
        same, named = renamed(city, seed)
        one, other = proposed(city), proposed(same)
        told = [
            f"another partition into {area}"
            for area in ("service_grid_id", "committee_id", "street_office_id")
            if partition(one, area) != partition(other, area)
        ]
        told += [
            f"other shapes of {layer}"
            for layer in ("service_grids", "committees", "street_offices")
            if sorted(shapes(one.layers[layer])) != sorted(shapes(other.layers[layer]))
        ]
        known = named["committee"]
        kept = {known[i] for i in one.layers["committees"]["committee_id"] if i in known}
        if not kept <= set(other.layers["committees"]["committee_id"]):
            told.append("other committees keep their ids")
        return told

    over(FEW, law)


# (d) a proposal as the next survey


def test_second_run_moves_nobody(tmp_path: Path) -> None:
    def law(seed: int) -> list[str]:
        first = proposed(small(seed))
        folder = tmp_path / str(seed)
        publish.write(first, folder)
        again = proposed_from(folder)
        told = [
            f"{name} = {again.consequences.get(name)}"
            for name in (
                "households_moved",
                "households_renamed",
                "households_moved_between_grids",
                "households_renamed_grid",
            )
            if again.consequences.get(name) != 0
        ]
        for layer, field in (("committees", "committee_id"), ("service_grids", "service_grid_id")):
            before, after = (set(p.layers[layer][field]) for p in (first, again))
            if before != after:
                told.append(f"{layer} gone {sorted(before - after)}, new {sorted(after - before)}")
        return told

    over(FEW, law)


def test_laws_can_fail() -> None:
    """A city run under other rules or with a household lost is told, so silence means something."""
    city = small(1)
    proposal = proposed(city)
    rows = proposal.layers["buildings"].copy()
    rows.loc[0, "households"] += 1
    spoilt = replace(proposal, layers={**proposal.layers, "buildings": rows})
    assert broken_invariants(city, proposal) == []
    assert any("households surveyed" in told for told in broken_invariants(city, spoilt))
    assert any(told.startswith("3:") for told in broken_invariants(city, spoilt))
    assert set(LAYERS) >= set(city.layers)

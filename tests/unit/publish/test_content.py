"""The content hash: what changes it and what does not."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely

from redistrict import publish
from redistrict.model.proposal import Proposal
from redistrict.publish.reasons import worded
from tests.unit.publish.fakes import town


def _with(proposal: Proposal, layer: str, frame: gpd.GeoDataFrame) -> Proposal:
    return replace(proposal, layers={**proposal.layers, layer: frame})


def test_rows_in_any_order_give_the_same_hash() -> None:
    made = town()
    rng = np.random.default_rng(3)
    layers = {n: f.iloc[rng.permutation(len(f))] for n, f in made.layers.items()}
    tables = {n: t.iloc[rng.permutation(len(t))] for n, t in made.tables.items()}
    assert publish.content_hash(replace(made, layers=layers, tables=tables)) == (
        publish.content_hash(made)
    )


def test_order_of_columns_and_start_of_rings_do_not_count() -> None:
    made = town()
    grids = made.layers["service_grids"]
    turned = grids[grids.columns[::-1]].set_geometry(
        shapely.reverse(grids.geometry.to_numpy()), crs=grids.crs
    )
    assert publish.content_hash(_with(made, "service_grids", turned)) == (
        publish.content_hash(made)
    )


def test_language_seconds_and_workers_do_not_count() -> None:
    made = town()
    english = _with(made, "service_grids", worded(made.layers["service_grids"], "en"))
    chinese = _with(made, "service_grids", worded(made.layers["service_grids"], "zh"))
    told = {**made.manifest, "seconds": {"read": 9.0}, "workers": 7, "versions": {"x": "2"}}
    told["solver"] = {
        kind: [{**c, "seconds": 99.0} for c in answers]
        for kind, answers in made.manifest["solver"].items()
    }
    expected = publish.content_hash(made)
    assert publish.content_hash(english) == publish.content_hash(chinese) == expected
    assert publish.content_hash(replace(made, manifest=told)) == expected


@pytest.mark.parametrize("key", ["seed", "effort", "survey_hash"])
def test_what_went_in_counts(key: str) -> None:
    made = town()
    other = replace(made, manifest={**made.manifest, key: "other"})
    assert publish.content_hash(other) != publish.content_hash(made)


def test_one_household_or_one_centimetre_counts_and_names_its_layer() -> None:
    made = town()
    before = publish.content_hashes(made)
    buildings = made.layers["buildings"].copy()
    buildings.loc[5, "households"] += 1
    after = publish.content_hashes(_with(made, "buildings", buildings))
    assert {k for k in before if before[k] != after[k]} == {"buildings", "content"}
    moved = made.layers["buildings"].copy()
    moved.geometry = [
        g if i else shapely.affinity.translate(g, 0.01) for i, g in enumerate(moved.geometry)
    ]
    assert publish.content_hash(_with(made, "buildings", moved)) != before["content"]


def test_noise_below_a_tenth_of_a_millimetre_does_not_count() -> None:
    made = town()
    grids = made.layers["service_grids"].copy()
    grids.geometry = shapely.transform(grids.geometry.to_numpy(), lambda xy: xy + 1e-7)
    assert publish.content_hash(_with(made, "service_grids", grids)) == publish.content_hash(made)

"""Generated cities as surveys: through files, or handed over in memory as the sandbox would."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa

from redistrict import pipeline, profiles
from redistrict.assembly.progress import Silent, Stopwatch
from redistrict.model.finding import Finding
from redistrict.model.profile import Profile
from redistrict.model.proposal import Proposal
from redistrict.model.settings import RunSettings
from redistrict.model.survey import Survey
from redistrict.parallel import Workers
from redistrict.survey import ReadOptions
from redistrict.survey.read import _Reading  # pyright: ignore[reportPrivateUsage]
from redistrict.survey.sandbox import SafeLayer, SafeSurvey
from redistrict.synthetic import City, CitySpec, generate_city

QUICK = RunSettings(effort="quick", workers=1)
PROFILE: Profile = profiles.load(profiles.DEFAULT)[0]


def small(seed: int) -> City:
    """The city of 60-400 buildings of this seed."""
    return generate_city(CitySpec.small(seed))


def handed_over(city: City) -> tuple[Survey, list[Finding]]:
    """What `survey.read` answers for the city's files, without files and without a process.

    Columns, CRS, ids and row counts go through the reader's own code; only the opening of files
    is left out.
    """
    layers = tuple(_safe(name, frame, city.crs) for name, frame in sorted(city.layers.items()))
    digest = hashlib.sha256()
    for layer in layers:
        digest.update(layer.layer.encode())
        digest.update(repr(sorted(map(str, layer.columns.to_pylist()))).encode())
    settings = {"basis": {"households": city.basis}}
    safe = SafeSurvey(layers, (), settings, digest.hexdigest(), False, None)
    reading = _Reading(safe, ReadOptions(), "city")
    survey = reading.survey()
    return survey, list(reading.findings)


def _safe(name: str, frame: gpd.GeoDataFrame, crs: str) -> SafeLayer:
    plain = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    return SafeLayer(
        layer=name,
        file=f"{name}.parquet",
        barrier_kind=None,
        columns=pa.Table.from_pandas(plain, preserve_index=False),
        shapes=np.array(frame.geometry.array, dtype=object),
        crs=crs,
        crs_stated=True,
        forbidden_text={},
    )


def proposed(city: City, settings: RunSettings = QUICK, profile: Profile = PROFILE) -> Proposal:
    """The proposal for a city handed over in memory."""
    survey, found = handed_over(city)
    with Workers(settings) as workers:
        return pipeline.plan(survey, found, profile, settings, Stopwatch(Silent()), workers)


def proposed_from(source: Path, settings: RunSettings = QUICK) -> Proposal:
    """The proposal for a survey that lies in files."""
    watch = Stopwatch(Silent())
    with Workers(settings) as workers:
        land = pipeline.read(source, PROFILE, settings, None, watch, workers)
        return pipeline.draw(land, PROFILE, settings, watch, workers)


def shuffled(city: City, seed: int) -> City:
    """The same city, the rows of every layer in another order."""
    rng = np.random.default_rng([seed, 0x5F])
    layers = {
        name: frame.iloc[rng.permutation(len(frame))].reset_index(drop=True)
        for name, frame in city.layers.items()
    }
    return replace(city, layers=layers)


REFERS: Mapping[str, tuple[str, ...]] = {
    "building": ("building_id",),
    "estate": ("estate_id", "keep_with", "keep_apart"),
    "courtyard": ("courtyard_id",),
    "committee": ("committee_id",),
    "office": ("street_office_id",),
    "grid": ("service_grid_id",),
    "premises": ("premises_id",),
}
"""Kind of id -> the columns, of any layer, that hold ids of that kind."""


def renamed(city: City, seed: int) -> tuple[City, dict[str, dict[str, str]]]:
    """The same city under other ids, and the new id of each old one, by kind.

    The new ids sort in another order than the old, so that whoever lets names decide is found out.
    """
    rng = np.random.default_rng([seed, 0x1D])
    layers = {name: frame.copy() for name, frame in city.layers.items()}
    named: dict[str, dict[str, str]] = {}
    for kind, columns in REFERS.items():
        held = [f[c] for f in layers.values() for c in columns if c in f.columns]
        old = sorted({str(v) for column in held for v in column.dropna()})
        new = [f"{kind[0].upper()}x{n:05d}" for n in rng.permutation(len(old))]
        named[kind] = dict(zip(old, new, strict=True))
        for frame in layers.values():
            for column in columns:
                if column in frame.columns:
                    frame[column] = [
                        None if pd.isna(v) else named[kind][str(v)] for v in frame[column]
                    ]
    return replace(city, layers=layers), named

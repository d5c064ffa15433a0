"""Freeze: a state becomes a proposal of its own, assembled, verified and published like a run's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from redistrict import consequences, profiles, publish, shape
from redistrict import verify as verifier
from redistrict.assembly import wishes
from redistrict.assembly.finish import finished
from redistrict.assembly.keeping import with_workings
from redistrict.assembly.proposal import Drawn, Names, layers_of, named
from redistrict.i18n import Lang
from redistrict.model.errors import ProposalError
from redistrict.model.finding import Finding
from redistrict.model.plan import Plan
from redistrict.model.proposal import Proposal
from redistrict.model.ruling import Ruling
from redistrict.model.settings import RunSettings
from redistrict.model.survey import Survey
from redistrict.planar.frames import geographic
from redistrict.revision.base import Base
from redistrict.revision.reasons import Touched, reasons, solver, stated, touched
from redistrict.revision.state import State, start


@dataclass(frozen=True)
class Frozen:
    """A revision as it was published: the proposal, the verifier's report, the content hash."""

    proposal: Proposal
    report: verifier.Report
    content_hash: str


def freeze(state: State, out: Path, lang: Lang = "zh") -> Frozen:
    """Publish ``state`` as a proposal in the folder ``out``; it can be edited in its turn.

    The content hash is the base's where the state says what the base says. Raises `ProposalError`
    (``revision-not-verified``, with the findings) where the state breaks what a proposal must
    hold: then nothing is written; `OutputError` where ``out`` cannot be written.
    """
    publish.check_target(out)
    made = assembled(state, lang)
    rules = state.base.profile
    report = verifier.verify(made.layers, made.tables, made.manifest, rules)
    if not report.ok:
        failed = "、".join(f"{c.invariant}:{c.name}({c.failures})" for c in report.failed)
        told = Finding("revision-not-verified", "error", params={"failed": failed})
        raise ProposalError([told, *(c.findings[0] for c in report.failed)])
    hashes = publish.write(made, out, lang)
    return Frozen(made, report, hashes["content"])


def assembled(state: State, lang: Lang = "zh") -> Proposal:
    """The proposal of ``state``, neither verified nor published."""
    base, kept = state.base, state.base.workings
    present, ruled = _surveys(base)
    rules, differs = base.profile, touched(state)
    drawn, grids, committees = _drawn(state, differs)
    shapes = shape.dissolve(
        kept.cells,
        drawn.grid.astype(str).astype(object),
        drawn.committee.astype(str).astype(object),
    )
    made = named(drawn, ruled, shapes, shape.number)
    ids = [state.grid_ids[g] for g in grids.tolist()]
    names = Names(
        [state.committee_ids[c] for c in committees.tolist()],
        ids,
        made.committee_identity,
        made.grid_identity,
        {mine: made.codes[theirs] for mine, theirs in zip(ids, made.grids, strict=True)},
    )
    rulings = _rulings(kept.layers["rulings"])
    layers = layers_of(drawn, names, shapes, rulings, ruled, rules)
    layers["committees"] = _called(layers["committees"], state)
    for layer in ("service_grids", "committees"):
        layers[layer] = stated(layers[layer], state, lang)
    follows = consequences.evaluate(consequences.Context(layers, rules, ruled.layers))
    lasting = _lasting(base)
    proposal = finished(
        drawn,
        names,
        layers,
        follows,
        rulings,
        present,
        rules,
        profiles.as_dict(rules),
        RunSettings(seed=int(base.manifest["seed"]), effort=base.manifest["effort"]),
        (*lasting, *follows.findings),
        wishes.judged(drawn, ruled),
    )
    manifest: dict[str, Any] = dict(proposal.manifest)
    manifest["solver"] = solver(state, differs)
    manifest["integrations"] = base.manifest.get("integrations", [])
    if state.digest() != start(base).digest():
        manifest["revision"] = {"base": base.content_hash}
    elif "revision" in base.manifest:
        manifest["revision"] = base.manifest["revision"]
    proposal = replace(proposal, manifest=manifest)
    return with_workings(proposal, drawn, names, ruled, present, len(lasting))


def _surveys(base: Base) -> tuple[Survey, Survey]:
    """The survey before and after the rulings, as far as a proposal needs them."""
    kept, told = base.workings, base.manifest
    ruled = Survey(
        layers=kept.survey,
        crs=str(told["crs"]),
        working_crs=kept.working_crs,
        content_hash=str(told["survey_hash"]),
        basis=str(told["household_basis"]),
        mapping=cast("Mapping[str, Mapping[str, str]]", told["field_mapping"]),
    )
    return replace(ruled, layers={**kept.survey, **kept.present}), ruled


def _drawn(state: State, differs: Touched) -> tuple[Drawn, np.ndarray, np.ndarray]:
    """`Drawn` with areas numbered by first cell, and the number of each in ``state``."""
    grid, grids = _dense(state.grid)
    committee, committees = _dense(state.committee[state.grid])
    why = reasons(state, differs)
    of_grid = {i: w for i, g in enumerate(grids.tolist()) if (w := why["service_grids"].get(g))}
    of_committee = {
        i: w for i, c in enumerate(committees.tolist()) if (w := why["committees"].get(c))
    }
    plan = Plan(grid, of_grid)
    cells = state.base.workings.cells
    return Drawn(cells, committee, grid, (), plan, of_committee, committee), grids, committees


def _dense(label: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Labels renumbered by first cell, and the old label of each."""
    dense, known = pd.factorize(label)
    return dense.astype(np.int64), np.asarray(known)


def _rulings(frame: gpd.GeoDataFrame) -> list[Ruling]:
    rows = cast("list[dict[str, Any]]", pd.DataFrame(frame).to_dict("records"))
    return [
        Ruling(
            estate_id=str(row["estate_id"]),
            outcome=row["outcome"],
            street_office_id=_text(row["street_office_id"]),
            areas_m2=json.loads(row["areas_m2"]),
            basis=str(row["basis"]),
            decided_by=_text(row["decided_by"]),
            clause=str(row["clause"]),
            evidence=_text(row["evidence"]),
            date=_text(row["date"]),
            overrides=_text(row["overrides"]),
            geometry=row[str(frame.geometry.name)],
        )
        for row in rows
    ]


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _called(frame: gpd.GeoDataFrame, state: State) -> gpd.GeoDataFrame:
    """Names as the state has them; a new committee keeps its provisional one."""
    known = {state.committee_ids[i]: n for i, n in enumerate(state.committee_names) if n}
    told = zip(frame["committee_id"], frame["name"], strict=True)
    return geographic(
        frame.assign(name=pd.Series([known.get(i, n) for i, n in told], dtype=object))
    )


def _lasting(base: Base) -> list[Finding]:
    """The base's findings about the survey and the land, which no edit changes."""
    told = json.loads((base.folder / "findings.json").read_text(encoding="utf-8"))
    back = pyproj.Transformer.from_crs(4326, base.workings.working_crs, always_xy=True)
    count = base.workings.lasting
    rows = cast("list[dict[str, Any]]", told)
    return [
        Finding(
            row["code"],
            row["severity"],
            row["layer"],
            row["feature_id"],
            row["clause"],
            row["outcome"],
            row["params"],
            row["action"],
            _placed(row["geometry"], back),
            row["rows"],
        )
        for i, row in enumerate(rows)
        if i < count or str(row["code"]).startswith("new-estates-")
    ]


def _placed(geometry: Any, back: pyproj.Transformer) -> Any:
    if geometry is None:
        return None
    shape_ = shapely.from_geojson(json.dumps(geometry))
    return shapely.transform(shape_, lambda xy: np.column_stack(back.transform(xy[:, 0], xy[:, 1])))

"""What a planner reads when a run has ended."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import geopandas as gpd
import numpy as np
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from redistrict.cli.proofs import integrations, office_names, proofs
from redistrict.i18n import Lang, catalogue, text
from redistrict.model.proposal import Proposal
from redistrict.planar.frames import geographic
from redistrict.publish import reason_text

SHOWN = 10
"""Exceptions printed; all of them are in the layers and in findings.json."""

WIDE = 100
"""Columns where the output is no terminal and COLUMNS does not say."""

OFFICE_COLUMNS = (
    *("office", "households", "before", "after"),
    *("in_band", "grids", "grids_outside", "in_window"),
)

ACTIONS = ("keep", "merge", "adjust", "split", "new")


def print_summary(proposal: Proposal, out: Path, lang: Lang, console: Console) -> None:
    """The proposal in figures, its exceptions with their reasons, its certificates, its files."""
    told = _written(out) or dict(proposal.manifest)
    if not console.is_terminal:
        # A log has no width of its own, and tables of eighty columns are hard to read.
        width = console.width if os.environ.get("COLUMNS") else WIDE
        console = Console(file=console.file, width=width)
    console.print()
    console.rule(escape(text("cli.summary.title", lang)))
    _say(console, _lines(proposal, told, lang))
    console.print(_offices(proposal, lang))
    console.print(proofs(proposal, told, lang))
    compared = integrations(proposal, told, lang)
    if compared is not None:
        console.print(compared)
    _exceptions(proposal, lang, console)
    _say(console, _wishes(proposal, told, lang))
    _say(console, _closing(proposal, told, lang))
    for line in _whereabouts(told, out, lang):  # to be copied: never broken
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _say(console: Console, lines: Iterable[str]) -> None:
    for line in lines:
        console.print(line, markup=False, highlight=False)


def _written(out: Path) -> dict[str, Any]:
    """The manifest as published: it alone knows the seconds and the content hash."""
    try:
        return cast("dict[str, Any]", json.loads((out / "proposal.json").read_bytes()))
    except (OSError, ValueError):
        return {}


def _lines(proposal: Proposal, told: Mapping[str, Any], lang: Lang) -> Iterable[str]:
    profile = cast("Mapping[str, Any]", told["profile"])
    figures = cast("Mapping[str, Any]", told["measures"])
    committees, grids = proposal.layers["committees"], proposal.layers["service_grids"]
    band = cast("Mapping[str, int]", profile["committee"])
    window = cast("Mapping[str, int]", profile["grid"])
    yield text(
        "cli.summary.profile",
        lang,
        profile=profile["name"],
        seed=told["seed"],
        effort=told["effort"],
    )
    present = proposal.present.get("committees")
    before = 0 if present is None else len(present)
    actions = cast("Mapping[str, int]", figures["actions"])
    yield text(
        "cli.summary.committees_line" if before else "cli.summary.committees_new",
        lang,
        before=before,
        after=len(committees),
        actions=("，" if lang == "zh" else ", ").join(
            text(f"cli.action.{a}", lang, count=actions[a]) for a in ACTIONS if actions.get(a)
        ),
        within=_count(committees, "within_band"),
        lower=band["lower"],
        upper=band["upper"],
        share=_share(figures["share_in_band"]),
    )
    yield text(
        "cli.summary.grids_line",
        lang,
        grids=len(grids),
        outside=len(grids) - _count(grids, "within_window"),
        lower=window["lower"],
        upper=window["upper"],
        share=_share(figures["share_in_window"]),
    )
    alone = figures.get("households_in_buildings_above_window") or 0
    if alone:
        yield text(
            "cli.summary.grids_tall",
            lang,
            households=alone,
            upper=window["upper"],
            share=_share(figures["share_in_window_apart_from_those"]),
        )
    moved, total = figures.get("households_moved"), figures["households"]
    if moved is not None and before:
        yield text(
            "cli.summary.moved", lang, moved=moved, share=_share(moved / total if total else 0)
        )
    if figures.get("households_renamed") is not None and before:
        yield text("cli.summary.renamed", lang, renamed=figures["households_renamed"])
    if figures["rulings_decided"] or figures["rulings_referred"]:
        yield text(
            "cli.summary.rulings",
            lang,
            decided=figures["rulings_decided"],
            refer=figures["rulings_referred"],
        )


def _offices(proposal: Proposal, lang: Lang) -> Table:
    """One row per street office, and the total."""
    table = Table(title=text("cli.summary.offices", lang), title_justify="left")
    for name in OFFICE_COLUMNS:
        table.add_column(
            text(f"cli.summary.{name}", lang),
            justify="left" if name == "office" else "right",
            overflow="fold",
        )
    buildings = proposal.layers["buildings"]
    held = (
        buildings.dropna(subset=["previous_committee_id"])
        .groupby("street_office_id")["previous_committee_id"]
        .nunique()
        .to_dict()
    )
    for office, name in office_names(proposal).items():
        table.add_row(*_row(proposal, office, name, held.get(office, 0)))
    table.add_section()
    total = _row(proposal, None, text("cli.summary.total", lang), sum(held.values()))
    table.add_row(*total, style="bold")
    return table


def _row(proposal: Proposal, office: object, name: str, before: int) -> list[str]:
    committees, grids = (
        frame if office is None else geographic(frame[frame["street_office_id"] == office])
        for frame in (proposal.layers["committees"], proposal.layers["service_grids"])
    )
    households = _households(committees)
    within = _count(grids, "within_window")
    inside = _households(geographic(grids[grids["within_window"]]))
    return [
        escape(name),
        f"{households:,}",
        str(before) if before else "-",
        str(len(committees)),
        f"{_count(committees, 'within_band')}/{len(committees)}",
        str(len(grids)),
        str(len(grids) - within),
        _share(inside / households) if households else "-",
    ]


def _exceptions(proposal: Proposal, lang: Lang, console: Console) -> None:
    """Areas outside band or window with the reason, committees first, the largest first."""
    rows: list[tuple[str, str, int, str]] = []
    for layer, field, flag, kind in (
        ("committees", "committee_id", "within_band", "exception_committee"),
        ("service_grids", "service_grid_id", "within_window", "exception_grid"),
    ):
        frame = proposal.layers[layer]
        outside = cast("gpd.GeoDataFrame", frame[~frame[flag]]).sort_values(
            ["households", field], ascending=[False, True]
        )
        for row in outside.to_dict("records"):
            shown = row.get("name") if isinstance(row.get("name"), str) else row[field]
            kind_said = text(f"cli.summary.{kind}", lang)
            rows.append((kind_said, str(shown), int(row["households"]), _reason(row, lang)))
    if not rows:
        console.print(text("cli.summary.exceptions_none", lang), style="green")
        return
    key = "cli.summary.exceptions" if len(rows) > SHOWN else "cli.summary.exceptions_all"
    table = Table(title=text(key, lang, count=len(rows), shown=SHOWN), title_justify="left")
    for heading in ("", catalogue(lang)["field.name"]):
        table.add_column(heading, overflow="fold")
    table.add_column(catalogue(lang)["field.households"], justify="right")
    table.add_column(catalogue(lang)["field.reason"], overflow="fold")
    for kind, name, households, reason in _some_of_each(rows):
        table.add_row(kind, escape(name), f"{households:,}", escape(reason))
    console.print(table)


def _some_of_each(rows: Sequence[tuple[str, str, int, str]]) -> list[tuple[str, str, int, str]]:
    """`SHOWN` rows, both kinds among them where there are both."""
    kinds = list(dict.fromkeys(row[0] for row in rows))
    first = [row for row in rows if row[0] == kinds[0]]
    rest = [row for row in rows if row[0] != kinds[0]]
    kept = first[: max(SHOWN - len(rest), SHOWN // 2)]
    return kept + rest[: SHOWN - len(kept)]


def _reason(row: Mapping[Any, Any], lang: Lang) -> str:
    if isinstance(row.get("reason"), str) and row["reason"]:
        return str(row["reason"])
    code = row.get("reason_code")
    if not isinstance(code, str):
        return ""
    stated = row.get("reason_params")
    params = json.loads(stated) if isinstance(stated, str) else {}
    return reason_text(code, {"households": row["households"], **params}, lang)


def _wishes(proposal: Proposal, told: Mapping[str, Any], lang: Lang) -> Iterable[str]:
    """Keep-with and keep-apart wishes, where there are any, and each unmet one with its reason."""
    counts = cast("Mapping[str, Any]", told.get("wishes", {}))
    if not counts.get("stated"):
        return
    yield text("cli.summary.wishes", lang, stated=counts["stated"], met=counts["met"])
    unmet = [f for f in proposal.findings if f.code in ("keep-with-unmet", "keep-apart-unmet")]
    for finding in unmet[:SHOWN]:
        why = reason_text(str(finding.params["reason"]), finding.params, lang)
        said = text(f"finding.{finding.code}", lang, **{**finding.params, "reason": why})
        yield text("cli.summary.wishes_unmet", lang, said=said)
    if len(unmet) > SHOWN:
        yield text("cli.summary.wishes_more", lang, count=len(unmet) - SHOWN)


def _closing(proposal: Proposal, told: Mapping[str, Any], lang: Lang) -> Iterable[str]:
    noticed = Counter(f.severity for f in proposal.findings)
    yield text(
        "cli.summary.findings",
        lang,
        error=noticed["error"],
        warning=noticed["warning"],
        info=noticed["info"],
    )
    seconds = cast("Mapping[str, float]", told.get("seconds", {}))
    if seconds:
        known = catalogue(lang)
        stages = ("，" if lang == "zh" else ", ").join(
            f"{known.get(f'stage.{name}', name)} {value:.1f}" for name, value in seconds.items()
        )
        yield text("cli.summary.stages", lang, stages=stages, total=sum(seconds.values()))


def _whereabouts(told: Mapping[str, Any], out: Path, lang: Lang) -> Iterable[str]:
    if told.get("content_hash"):
        yield text("cli.summary.hash", lang, hash=told["content_hash"])
    yield text("cli.summary.files", lang, path=out)
    for key in ("file_map", "file_picture"):
        yield f"  {text(f'cli.summary.{key}', lang)}"


def _count(frame: gpd.GeoDataFrame, flag: str) -> int:
    return int(np.count_nonzero(frame[flag].to_numpy(dtype=bool)))


def _households(frame: gpd.GeoDataFrame) -> int:
    return int(frame["households"].to_numpy(dtype=np.int64).sum())


def _share(value: float | None) -> str:
    """A percentage that never says 100 % of what is not whole."""
    if value is None:
        return "-"
    percent = value * 100
    return "100%" if percent >= 100 else f"{min(percent, 99.99):.2f}%"

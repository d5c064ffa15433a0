"""One page from all parts, benchmarks/results/engine.md, and the rows beside it as JSON and CSV."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any

from benchmarks.engine import committees, gap, grids, speed
from benchmarks.engine.claims import claims
from benchmarks.engine.peers import NAMES

RESULTS = Path(__file__).resolve().parents[1] / "results"
PARTS = ("published", "grids", "committees", "speed", "gap")
LISTED = 12
"""Rows named where a claim is missed; the rest is in engine-grids.csv."""


def keep(part: str, rows: Sequence[Any], settings: Mapping[str, Any], folder: Path) -> None:
    """Write the rows of one part as engine-PART.json."""
    folder.mkdir(parents=True, exist_ok=True)
    told = {
        "settings": dict(settings),
        "rows": [asdict(r) if is_dataclass(r) and not isinstance(r, type) else r for r in rows],
    }
    path = folder / f"engine-{part}.json"
    path.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def kept(part: str, folder: Path) -> tuple[list[dict[str, Any]], dict[str, Any]] | None:
    """Rows and settings of the last run of a part."""
    path = folder / f"engine-{part}.json"
    if not path.is_file():
        return None
    told = json.loads(path.read_text(encoding="utf-8"))
    return (told, {}) if isinstance(told, list) else (told["rows"], told["settings"])


def page(folder: Path) -> str:
    """The whole page from what the last run of each part kept."""
    made = {
        "published": _published,
        "grids": _grids,
        "committees": _committees,
        "speed": _speed,
        "gap": _gap,
    }
    lines = [
        "# The engine beside its peers",
        "",
        "`make bench-engine` writes this page. Seconds are of processor time, without compilation",
        "and imports. Every plan, ours and a peer's, goes through one measure"
        " (`benchmarks/engine/score.py`).",
        "",
    ]
    for part in PARTS:
        found = kept(part, folder)
        if found is not None:
            lines += [*made[part](*found), ""]
    return "\n".join(lines).rstrip() + "\n"


def write(folder: Path) -> str:
    """The page, written; also the grids as CSV."""
    text = page(folder)
    (folder / "engine.md").write_text(text, encoding="utf-8")
    found = kept("grids", folder)
    if found is not None:
        table = [_flat(row) for row in found[0]]
        with (folder / "engine-grids.csv").open("w", newline="", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, list(table[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(table)
    return text


def table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[str]:
    """A Markdown table; None is left empty."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return lines + ["| " + " | ".join(_text(x) for x in row) + " |" for row in rows]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"
    return str(value)


def _said(settings: Mapping[str, Any]) -> str:
    shown = [f"{k} {v}" for k, v in settings.items() if v not in (None, "") and k != "remark"]
    said = ", ".join(shown)
    return f"{said}. {settings['remark']}" if settings.get("remark") else said


def _published(rows: list[dict[str, Any]], settings: Mapping[str, Any]) -> list[str]:
    head = [k for k in rows[0] if k != "trail"]
    told = table(head, [[r.get(k) for k in head] for r in rows])
    return ["## Published optima (fewest cut edges)", "", _said(settings), "", *told]


def _grids(rows: list[dict[str, Any]], settings: Mapping[str, Any]) -> list[str]:
    whole = [grids.Row(**r) for r in rows]
    lines = ["## Service grids", "", _said(settings), ""]
    said = [
        (c.text, {True: "held", False: "**missed**", None: "open"}[c.held], c.found,
         ", ".join(c.missed[:LISTED]) + (" ..." if len(c.missed) > LISTED else ""))
        for c in claims(whole)
    ]  # fmt: skip
    lines += [*table(("claim", "", "found", "where not"), said), ""]
    lines += [
        "Outside and bound are households; gap is the worst of all terms; `window`: households",
        "outside and seconds of a run with no objective but the window, `first`: seconds of the",
        "cheapest run that leaves as few outside. A peer's cell: households outside (seconds to",
        "that plan); `-`: no plan in its time.",
        "",
    ]
    head = ("committee", "atoms", "households", "outside", "bound", "gap %", "seconds",
            "window: outside", "window", "first", "certify gap %", *NAMES)  # fmt: skip
    body = [
        (r.name, r.atoms, r.households, r.outside, r.bound, _percent(r.gap), r.seconds, r.alone,
         r.window, r.first, _percent(r.certify["gap"]) if r.certify else None,
         *(_peer(r.peers.get(name)) for name in NAMES))
        for r in whole
    ]  # fmt: skip
    return lines + table(head, body)


def _percent(gap: float | None) -> str:
    return "none" if gap is None else f"{100 * gap:.2f}"


def _peer(told: Mapping[str, Any] | None) -> str:
    if told is None:
        return ""
    if told.get("outside") is None:
        return "-"
    return f"{told['outside']} ({told['seconds']:.3g})"


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    flat = {k: v for k, v in row.items() if k not in ("terms", "peers", "certify")}
    for name, value, bound in row["terms"]:
        flat |= {name: value, f"{name}_bound": bound}
    for name in NAMES:
        told = row["peers"].get(name, {})
        flat |= {f"{name}_outside": told.get("outside"), f"{name}_seconds": told.get("seconds")}
    return flat


def _committees(rows: list[dict[str, Any]], settings: Mapping[str, Any]) -> list[str]:
    whole = [committees.Row(**r) for r in rows]
    head = ("office", "units", "households", "outside", "greedy", "moved", "greedy", "unmerged",
            "greedy", "bound outside", "gap %", "status", "seconds")  # fmt: skip
    body = [
        (r.name, r.units, r.households,
         r.ours["outside"], r.greedy["outside"], r.ours["moved"], r.greedy["moved"],
         r.ours["unmerged"], r.greedy["unmerged"], r.bounds["outside"], _percent(r.gap),
         r.status, r.seconds)
        for r in whole
    ]  # fmt: skip
    lines = ["## Committees beside a greedy merge", "", _said(settings), ""]
    return [*lines, *table(head, body)]


def _speed(rows: list[dict[str, Any]], settings: Mapping[str, Any]) -> list[str]:
    whole = [speed.Row(**r) for r in rows]
    verdict = {True: "held", False: "**missed**", None: "no floor"}
    body = [(r.name, r.per_second, r.ratio, r.floor, verdict[r.held]) for r in whole]
    head = ("what", "per second", "ratio", "floor", "")
    lines = ["## Speed floor", "", _said(settings)]
    return [*lines, "Ratio: per million steps of the reference kernel.", "", *table(head, body)]


def _gap(rows: list[dict[str, Any]], settings: Mapping[str, Any]) -> list[str]:
    whole = [gap.Row(**r) for r in rows]
    lines = ["## Gap over time", "", _said(settings)]
    lines += ["Terms within 1 % of their bound when stopped, of all; processor seconds.", ""]
    lines += ["![gap](../../docs/img/engine-gap.svg)", ""]
    body = []
    for r in whole:
        told = [
            f"{seconds:.2g} s: {sum(g is not None and g <= 0.01 for g in gaps)}/{len(gaps)}"
            for seconds, gaps in r.points
        ]
        body.append((r.name, r.atoms, ", ".join(told)))
    return lines + table(("problem", "atoms", "settled"), body)

"""The gap over time: what a caller who stops the engine after t seconds is left with.

The same problem again and again with a later and later stop (`Limits.seconds`), so the curve shows
certificates that were really given, not what the engine knew inside. Seconds are of processor time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt

from benchmarks.engine.generated import committee
from benchmarks.engine.grids import timed
from benchmarks.engine.sources import Instance, city
from redistrict.districting import solve
from redistrict.model.problem import Limits

FIGURE = Path(__file__).resolve().parents[2] / "docs" / "img" / "engine-gap.svg"
STOPS = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2)
GENERATED = (40, 8)
DEMONSTRATION = (12, 4)
OPEN = 1.0
"""Drawn where a term has no bound at all: everything is open."""


@dataclass
class Row:
    """``points``: (seconds, gap of each term or None where it has no bound)."""

    name: str
    atoms: int
    terms: tuple[str, ...]
    points: list[tuple[float, tuple[float | None, ...]]]


def chosen() -> list[Instance]:
    """Two generated committees and two of the demonstration city, from easy to hard."""
    own = city("demonstration").grids
    return [*(committee(i) for i in GENERATED), *(own[i] for i in DEMONSTRATION)]


def run(longest: float, note: Callable[[list[Row]], None]) -> list[Row]:
    """The curves up to ``longest`` seconds; a certificate that is complete ends its curve."""
    rows: list[Row] = []
    solve(committee(GENERATED[0]).problem, Limits(seconds=5))  # compiles
    for instance in chosen():
        row = Row(instance.name, instance.problem.n, instance.problem.terms, [])
        rows.append(row)
        for stop in STOPS:
            if stop > longest:
                break
            outcome, seconds, wall = timed(instance.problem, Limits(seconds=stop))
            row.points.append((seconds, tuple(t.gap for t in outcome.terms)))
            if outcome.status == "optimal" or wall < 0.9 * stop:
                break  # it ended by itself: later stops change nothing
        note(rows)
    return rows


def draw(rows: Sequence[Row], path: Path = FIGURE) -> None:
    """One panel per problem: terms downwards, stops to the right, darker where more is open."""
    mpl.rcParams["svg.hashsalt"] = "engine-gap"
    figure, panels = plt.subplots(
        len(rows), 1, figsize=(7.0, 1.9 * len(rows)), squeeze=False, layout="constrained"
    )
    shown = None
    for panel, row in zip(panels[:, 0], rows, strict=True):
        table = [
            [100 * (OPEN if gap is None else gap) for gap in (gaps[i] for _, gaps in row.points)]
            for i in range(len(row.terms))
        ]
        shown = panel.imshow(table, cmap="Blues", vmin=0, vmax=100, aspect="auto")
        for y, values in enumerate(table):
            for x, value in enumerate(values):
                panel.text(
                    x, y, f"{value:.3g}", ha="center", va="center", fontsize=6,
                    color="white" if value > 55 else "black",
                )  # fmt: skip
        panel.set_yticks(range(len(row.terms)), row.terms, fontsize=7)
        stops = [f"{stop:g}\n({s:.2g})" for stop, (s, _) in zip(STOPS, row.points, strict=False)]
        panel.set_xticks(range(len(stops)), stops, fontsize=7)
        panel.set_title(f"{row.name}, {row.atoms} atoms", fontsize=8)
    panels[-1, 0].set_xlabel("stopped after seconds (of processor time)", fontsize=8)
    assert shown is not None
    figure.colorbar(shown, ax=panels[:, 0].tolist(), label="gap of the term, %", shrink=0.5)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None, "Creator": None} if path.suffix == ".svg" else {})
    plt.close(figure)

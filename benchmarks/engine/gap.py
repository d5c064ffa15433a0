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
from redistrict.model.problem import Limits

FIGURE = Path(__file__).resolve().parents[2] / "docs" / "img" / "engine-gap.svg"
STOPS = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2)
GENERATED = (8, 3, 5)
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
    """A few committees from all-columns to far beyond, and one of the demonstration city."""
    return [*(committee(i) for i in GENERATED), city("demonstration").grids[4]]


def run(longest: float, note: Callable[[list[Row]], None]) -> list[Row]:
    """The curves up to ``longest`` seconds; a certificate that is complete ends its curve."""
    rows: list[Row] = []
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
    """One panel per problem, one line per term that is open at any time."""
    mpl.rcParams["svg.hashsalt"] = "engine-gap"
    figure, panels = plt.subplots(
        1, len(rows), figsize=(3.1 * len(rows), 3.0), sharey=True, squeeze=False
    )
    colours = {name: f"C{i}" for i, name in enumerate(rows[0].terms)}
    for panel, row in zip(panels[0], rows, strict=True):
        seconds = [s for s, _ in row.points]
        for i, name in enumerate(row.terms):
            gaps = [OPEN if g[i] is None else g[i] for _, g in row.points]
            panel.plot(
                seconds, [100 * g for g in gaps], color=colours[name], marker=".", label=name
            )
        panel.set_xscale("log")
        panel.set_title(f"{row.name}, {row.atoms} atoms", fontsize=8)
        panel.set_xlabel("seconds of processor time", fontsize=8)
        panel.tick_params(labelsize=7)
        panel.grid(alpha=0.3)
    panels[0][0].set_ylabel("gap of the term, %", fontsize=8)
    handles, labels = panels[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, ncols=len(labels), fontsize=7, loc="lower center")
    figure.tight_layout(rect=(0, 0.08, 1, 1))
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None, "Creator": None})
    plt.close(figure)

"""`python -m benchmarks.engine [PART ...]`: measure, print one table, write benchmarks/results/.

Parts: published, grids, committees, speed, gap; all without any. ``--sample N`` takes N problems
of each kind, ``--out FOLDER`` leaves the committed results alone. Exit code 1 where a speed falls
below its floor.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.engine import committees, gap, grids, published, report, speed
from benchmarks.engine.claims import claims
from benchmarks.engine.peers import NAMES
from benchmarks.engine.sources import CITIES, save


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.engine", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(report.PARTS))
    parser.add_argument("--sample", type=int, help="so many problems of each kind, spread evenly")
    parser.add_argument("--families", default=",".join(grids.FAMILIES), help="which grids")
    parser.add_argument("--without", default="", help="peers left out: " + ", ".join(NAMES))
    parser.add_argument("--peer-seconds", type=float, default=40.0)
    parser.add_argument(
        "--certify-seconds", type=float, default=300.0,
        help="longest run in certify effort where standard is not within 1 %%; 0: none",
    )  # fmt: skip
    parser.add_argument("--seconds", type=float, default=60.0, help="published optima: ours")
    parser.add_argument("--only", default="", help="published optima: files that begin so")
    parser.add_argument("--longest", type=float, default=60.0, help="gap: the last stop")
    parser.add_argument(
        "--out", type=Path, default=report.RESULTS, help="results folder; another one for trials"
    )
    parser.add_argument("--remark", default="", help="said beside the results of this run")
    parser.add_argument("--save", type=Path, help="write the problems that miss a claim here")
    asked = parser.parse_args()
    unknown = [p for p in asked.parts if p not in report.PARTS]
    unknown += [f for f in _list(asked.families) if f not in (*CITIES, "generated")]
    unknown += [p for p in _list(asked.without) if p not in NAMES]
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}")
    return asked


def _list(text: str) -> list[str]:
    return [x for x in text.split(",") if x]


def main() -> None:
    """Run the parts asked for, then write the page."""
    asked = _asked()
    for part in asked.parts or report.PARTS:
        settings = _settings(part, asked)

        def note(rows: list[Any], part: str = part, settings: dict[str, Any] = settings) -> None:
            report.keep(part, rows, settings, asked.out)
            print(f"{part}: {len(rows)}", file=sys.stderr, flush=True)

        _RUN[part](asked, note)
    print(report.write(asked.out))
    found = report.kept("speed", asked.out)
    slow = found is not None and any(speed.Row(**r).held is False for r in found[0])
    if slow:
        print("a speed lies below its floor", file=sys.stderr)
    sys.stdout.flush()
    sys.stderr.flush()
    # A solver that did not hear its stop may still be running; waiting for it is no part of this,
    # and ending under it would abort the process after all is written.
    os._exit(int(slow))


def _settings(part: str, asked: argparse.Namespace) -> dict[str, Any]:
    wanted = {
        "published": ("seconds", "only"),
        "grids": ("sample", "peer_seconds", "certify_seconds", "families", "without"),
        "committees": ("sample",),
        "speed": (),
        "gap": ("longest",),
    }[part]
    return {name: getattr(asked, name) for name in (*wanted, "remark")}


Note = Callable[[list[Any]], None]


def _run_published(asked: argparse.Namespace, note: Note) -> None:
    published.run(asked.seconds, _list(asked.only), _list(asked.without), note)


def _run_grids(asked: argparse.Namespace, note: Note) -> None:
    done = grids.run(
        _list(asked.families),
        asked.sample,
        asked.peer_seconds,
        asked.certify_seconds,
        _list(asked.without),
        note,
    )
    if asked.save is not None:
        missed = {n.split()[0] for claim in claims([r for _, r in done]) for n in claim.missed}
        for instance, _ in done:
            if instance.name in missed:
                save(instance.problem, asked.save / f"{instance.name}.json")


def _run_committees(asked: argparse.Namespace, note: Note) -> None:
    committees.run(asked.sample, note)


def _run_speed(asked: argparse.Namespace, note: Note) -> None:
    del asked
    note(speed.run())


def _run_gap(asked: argparse.Namespace, note: Note) -> None:
    figure = gap.FIGURE if asked.out == report.RESULTS else asked.out / gap.FIGURE.name
    gap.draw(gap.run(asked.longest, note), figure)


_RUN: dict[str, Callable[[argparse.Namespace, Note], None]] = {
    "published": _run_published,
    "grids": _run_grids,
    "committees": _run_committees,
    "speed": _run_speed,
    "gap": _run_gap,
}


if __name__ == "__main__":
    main()

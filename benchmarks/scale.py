"""Cost against buildings: whole runs over generated cities and, where it is at hand, Shinagawa.

`python benchmarks/scale.py [--sizes 5000,20000,80000] [--workers 2] [--effort standard]
[--no-real] [--out FOLDER]` writes scale.{md,json} into benchmarks/results. Each run has a process
of its own, so that no run finds another's memory or compiled code; reading and publishing are
counted. Memory is the resident set of the process and all its children together, sampled.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from redistrict import pipeline
from redistrict.model.settings import RunSettings
from redistrict.synthetic import CitySpec, generate_city, write_city

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
SHINAGAWA = ROOT.parent / "shared" / "data" / "shinagawa"
SIZES = (5_000, 20_000, 80_000)
SAMPLE_SECONDS = 0.1
PAGE = os.sysconf("SC_PAGE_SIZE")
SEED = 7


class Meter:
    """Progress that notes the seconds and the peak memory (bytes) of each stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.peak: dict[str, int] = {}
        self._stage = "start"
        self._ended = threading.Event()
        self._watch = threading.Thread(target=self._sample, daemon=True)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """One stage of the run."""
        self._stage, start = name, time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start
        self._note()

    def office(self, name: str, done: int, total: int, own: tuple[int, int] | None = None) -> None:
        """Nothing to note."""

    @contextmanager
    def sampling(self) -> Iterator[None]:
        """Watch the memory meanwhile."""
        self._watch.start()
        try:
            yield
        finally:
            self._ended.set()
            self._watch.join()

    def _sample(self) -> None:
        while not self._ended.wait(SAMPLE_SECONDS):
            self._note()

    def _note(self) -> None:
        now = resident(os.getpid())
        self.peak[self._stage] = max(self.peak.get(self._stage, 0), now)


def resident(root: int) -> int:
    """Resident bytes of a process and everything below it; what they share is counted twice."""
    total, waiting = 0, [root]
    while waiting:
        process = Path("/proc") / str(waiting.pop())
        try:
            total += int((process / "statm").read_text().split()[1]) * PAGE
            for task in (process / "task").iterdir():
                waiting += map(int, (task / "children").read_text().split())
        except (OSError, IndexError, ValueError):  # it has ended meanwhile
            continue
    return total


def measure(survey: Path, workers: int, effort: Any) -> dict[str, Any]:
    """One whole run in this process: seconds and peak bytes by stage, and what came out."""
    meter = Meter()
    with tempfile.TemporaryDirectory() as folder, meter.sampling():
        start = time.perf_counter()
        result = pipeline.run(
            survey,
            Path(folder) / "out",
            settings=RunSettings(effort=effort, workers=workers),
            progress=meter,
        )
        wall = time.perf_counter() - start
    counts = result.proposal.manifest["counts"]
    figures = result.proposal.manifest["measures"]
    return {
        "buildings": len(set(result.proposal.layers["buildings"]["building_id"])),
        "households": counts["households"],
        "committees": counts["committees"],
        "service_grids": counts["service_grids"],
        "grids_outside": figures["service_grids_outside_window"],
        "committees_outside": figures["committees_outside_band"],
        "share_in_window": figures["share_in_window"],
        "content_hash": result.content_hash,
        "wall_seconds": round(wall, 2),
        "seconds": {k: round(v, 2) for k, v in meter.seconds.items()},
        "peak_bytes": meter.peak,
    }


def alone(name: str, survey: Path, workers: int, effort: str) -> dict[str, Any]:
    """`measure` in a fresh process, with the processor time of it and all its workers: on a machine
    that is shared, wall time tells of the neighbours."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, str(Path(__file__).resolve()), "--measure", str(survey),
         "--workers", str(workers), "--effort", effort],
        capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        return {"name": name, "failed": done.stderr.strip().splitlines()[-1:]}
    told = json.loads(done.stdout.splitlines()[-1])
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{name}: {told['wall_seconds']} s, {spent:.0f} s of processors", flush=True)
    return {"name": name, **told, "cpu_seconds": round(spent, 1)}


def exponent(
    runs: Sequence[dict[str, Any]], stage: str | None = None, of: str = "wall_seconds"
) -> float | None:
    """Slope of log seconds over log buildings, least squares; None from fewer than two runs."""
    points = [
        (r["buildings"], r[of] if stage is None else r["seconds"].get(stage, 0.0))
        for r in runs
        if "failed" not in r
    ]
    points = [(n, s) for n, s in points if s > 0]
    if len(points) < 2:
        return None
    n, s = np.log(np.array(points, dtype=float)).T
    return round(float(np.polyfit(n, s, 1)[0]), 2)


def table(told: dict[str, Any]) -> str:
    """The results as Markdown: one column per run, one row per stage."""
    runs = [r for r in told["runs"] if "failed" not in r]
    made = [r for r in runs if r["name"] != "shinagawa"]
    lines = [
        "# Cost against buildings",
        "",
        f"`make bench`, {told['workers']} workers, effort `{told['effort']}`, {told['machine']}, "
        f"Python {told['python']}. Seconds, and in brackets the peak memory (MB) of all processes.",
        "",
        "| | " + " | ".join(r["name"] for r in runs) + " | exponent |",
        "|---|" + "---:|" * (len(runs) + 1),
    ]
    for field in ("buildings", "households", "committees", "committees_outside", "service_grids",
                  "grids_outside"):  # fmt: skip
        cells = " | ".join(f"{r[field]:,}" for r in runs)
        lines.append(f"| {field.replace('_', ' ')} | {cells} | |")
    stages = list(dict.fromkeys(s for r in runs for s in r["seconds"]))
    for stage in stages:
        cells = " | ".join(
            f"{r['seconds'].get(stage, 0):.1f} ({r['peak_bytes'].get(stage, 0) / 1e6:.0f})"
            for r in runs
        )
        lines.append(f"| {stage} | {cells} | {_text(exponent(made, stage))} |")
    cells = " | ".join(
        f"**{r['wall_seconds']:.1f}** ({max(r['peak_bytes'].values()) / 1e6:.0f})" for r in runs
    )
    lines += [f"| whole run | {cells} | **{_text(told['exponent'])}** |"]
    cells = " | ".join(f"{r['cpu_seconds']:.1f}" for r in runs)
    lines += [f"| processor time | {cells} | **{_text(told['exponent_cpu'])}** |", ""]
    failed = [r for r in told["runs"] if "failed" in r]
    lines += [f"{r['name']} failed: {' '.join(r['failed'])}" for r in failed]
    lines += [
        "Exponent e: seconds grow as buildings^e over the generated cities (least squares on",
        "logarithms). Generated cities: `CitySpec(seed, buildings=...)`, all features.",
    ]
    return "\n".join(lines) + "\n"


def _text(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def main() -> None:
    """Run what the arguments ask for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--effort", default="standard", choices=("quick", "standard", "certify"))
    parser.add_argument("--no-real", action="store_true")
    parser.add_argument("--out", type=Path, default=RESULTS)
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.measure:
        print(json.dumps(measure(asked.measure, asked.workers, asked.effort)))
        return
    runs: list[dict[str, Any]] = []
    for size in [int(s) for s in asked.sizes.split(",") if s]:
        with tempfile.TemporaryDirectory() as folder:
            survey = Path(folder) / "city"
            write_city(generate_city(CitySpec(SEED, buildings=size)), survey, "parquet")
            runs.append(alone(f"{size:,} buildings", survey, asked.workers, asked.effort))
    made = list(runs)
    if not asked.no_real and SHINAGAWA.is_dir():
        runs.append(alone("shinagawa", SHINAGAWA, asked.workers, asked.effort))
    told = {
        "machine": f"{os.cpu_count()} cores, {platform.machine()}",
        "python": platform.python_version(),
        "workers": asked.workers,
        "effort": asked.effort,
        "exponent": exponent(made),
        "exponent_cpu": exponent(made, of="cpu_seconds"),
        "runs": runs,
    }
    asked.out.mkdir(parents=True, exist_ok=True)
    (asked.out / "scale.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    (asked.out / "scale.md").write_text(table(told), encoding="utf-8")
    print(table(told))
    if any("failed" in r for r in runs):
        sys.exit(1)


if __name__ == "__main__":
    main()

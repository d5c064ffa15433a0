"""Where the benchmark's problems come from: real surveys run up to the point of solving.

Cutting the land of a city takes a minute, so the problems are kept in ``build/bench/`` (ignored
by git), named after a digest of the survey and of every source file but the engine's: a change of
the engine is measured on the same problems.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from redistrict import committees, districting, grids, profiles, repair, rulings, survey, units
from redistrict.assembly import order
from redistrict.atoms import codes
from redistrict.model.problem import Limits, Outcome, Problem
from redistrict.model.settings import RunSettings
from redistrict.parallel import Workers
from redistrict.survey import ReadOptions

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / "build" / "bench"
DATA = ROOT.parent / "shared" / "data"
CITIES: dict[str, Path] = {
    "demonstration": ROOT / "data" / "boundaries",
    "shinagawa": DATA / "shinagawa",
    "vologda": DATA / "vologda",
}


@dataclass(frozen=True)
class Instance:
    """One problem with a name that stays the same from run to run."""

    name: str
    family: str
    problem: Problem


@dataclass(frozen=True)
class City:
    """``grids``: one problem per committee; ``committees``: per street office, the problems that
    the run tries in turn (whole committees, then divided ones)."""

    grids: tuple[Instance, ...]
    committees: tuple[tuple[Instance, ...], ...]


class _Taken(Exception):
    """The problems are there; nobody waits for the answers."""


class _Recorder(Workers):
    """Workers that note each problem on its way to the engine."""

    def __init__(self) -> None:
        super().__init__(RunSettings())
        self.offices: list[list[Problem]] = []
        self.grids: list[Problem] = []
        self.answer_grids = False

    def map(
        self,
        function: Callable[[Any], Any],
        items: Sequence[Any],
        on_done: Callable[[int, Any], None] | None = None,
    ) -> list[Any]:
        """As `Workers.map` in this process; grids are taken, and answered only if asked."""
        if isinstance(function, partial) and function.func is grids.solve_one:
            self.grids = list(items)
            if not self.answer_grids:
                raise _Taken
        real = districting.solve
        results: list[Any] = []
        for item in items:
            self.offices.append([])
            districting.solve = self._noting(real)
            try:
                results.append(function(item))
            finally:
                districting.solve = real
        return results

    def _noting(self, real: Callable[..., Outcome]) -> Callable[..., Outcome]:
        def solve(problem: Problem, limits: Limits, **more: Any) -> Outcome:
            self.offices[-1].append(problem)
            return real(problem, limits, **more)

        return solve


def city(name: str, fresh: bool = False) -> City:
    """The problems of one of `CITIES`; ``fresh``: cut the land again whatever is kept."""
    source = CITIES[name]
    kept = CACHE / f"{name}-{_digest(source)}.pickle"
    if kept.is_file() and not fresh:
        with kept.open("rb") as stream:
            return pickle.load(stream)
    made = _make(name, source)
    CACHE.mkdir(parents=True, exist_ok=True)
    for old in CACHE.glob(f"{name}-*.pickle"):
        old.unlink()
    with kept.open("wb") as stream:
        pickle.dump(made, stream)
    return made


def _digest(source: Path) -> str:
    package = ROOT / "redistrict"
    code = [
        p
        for p in sorted(package.rglob("*"))
        if p.suffix in (".py", ".toml") and "districting" not in p.parts
    ]
    digest = hashlib.sha256()
    for path in [*code, *sorted(p for p in source.iterdir() if p.is_file())]:
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _make(name: str, source: Path) -> City:
    rules, _ = profiles.load(profiles.DEFAULT)
    settings = RunSettings()
    given, _ = survey.read(source, ReadOptions())
    mended, _ = repair.repair(given, rules)
    ruled, _, _ = rulings.rule(order.canonical(mended), rules)
    cells, _ = units.cut(ruled, rules, settings)
    office = codes(cells, "street_office_id")
    has_map = np.bincount(office, codes(cells, "committee_id") >= 0) > 0
    greenfield = ~has_map[office]
    workers = _Recorder()

    def take(scope: np.ndarray, label: str) -> list[Instance]:
        dense = np.unique(scope, return_inverse=True)[1].astype(np.int64)
        names = [{"scope": str(s)} for s in range(int(dense.max()) + 1)]
        workers.answer_grids = False
        with contextlib.suppress(_Taken):
            grids.draw(cells, dense, names, rules, settings, workers)
        return [Instance(f"{label}-{i:03d}", name, p) for i, p in enumerate(workers.grids)]

    if greenfield.all():
        # Grids come first there: the whole office is one problem. Its committees are gathered
        # from them; grids inside those are what a second run would solve.
        whole = take(office, f"{name}-office")
        workers.answer_grids = True
        names = [{"scope": str(s)} for s in range(int(office.max()) + 1)]
        laid = grids.draw(cells, office, names, rules, settings, workers)
        workers.offices.clear()
        area = committees.gather(cells, laid.area, ruled, rules, settings, workers).area
        kept = workers.offices
        taken = whole + take(area, name)
    else:
        area = committees.draw(cells, ruled, rules, settings, workers, greenfield).area
        kept = list(workers.offices)
        taken = take(np.where(area >= 0, area, int(area.max()) + 1 + office), name)
    offices = tuple(
        tuple(Instance(f"{name}-office-{i}-{j}", name, p) for j, p in enumerate(problems))
        for i, problems in enumerate(kept)
        if problems
    )
    return City(tuple(taken), offices)


def save(problem: Problem, path: Path) -> None:
    """A problem as JSON, every field by its name, for whoever wants to look at it alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    told = {
        f.name: value.tolist() if isinstance(value, np.ndarray) else value
        for f in fields(problem)
        if (value := getattr(problem, f.name)) is not None
    }
    path.write_text(json.dumps(told), encoding="utf-8")


_TYPES: dict[str, Any] = {
    "weights": np.int64,
    "edges": np.int32,
    "lengths": np.int64,
    "crossing": np.int64,
    "together": np.int32,
    "apart": np.int32,
    "present": np.int32,
    "locked": np.bool_,
    "soft_groups": np.int32,
    "priority": np.int64,
    "small": np.bool_,
}


def load(path: Path) -> Problem:
    """What `save` wrote."""
    told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    for name, value in told.items():
        if name in _TYPES:
            told[name] = np.array(value, dtype=_TYPES[name])
        elif isinstance(value, list):
            told[name] = tuple(value)
    return Problem(**told)

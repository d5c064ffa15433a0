"""Service grids: households outside the window, proven minimum, gap and seconds, beside the peers.

`python -m benchmarks.engine grids` measures; what is claimed of it is in `claims`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, TypeVar

from benchmarks.engine.generated import COUNT, committee
from benchmarks.engine.peers import NAMES, Peer, graph_of
from benchmarks.engine.score import pieces, score
from benchmarks.engine.sources import CITIES, Instance, city
from redistrict.districting import solve
from redistrict.model.problem import Limits, Outcome, Problem, TermValue

T = TypeVar("T")

SMALL = 85
"""Atoms up to which the whole objective is to be certified."""
FIRST_WORK = (100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800)
ANSWER = 100.0
"""The recursive tree gets so many times our seconds: later is as good as never for the claim."""


@dataclass
class Row:
    """One committee. ``terms``: (name, value, bound); seconds are of processor time, but
    ``wall``; ``window``: the same atoms with no objective but the window; ``first``: the least
    work that reaches the same households outside; ``peers``: name -> outside, cut, seconds."""

    name: str
    family: str
    atoms: int
    households: int
    status: str
    terms: list[tuple[str, int, int | None]]
    outside: int
    bound: int | None
    gap: float | None
    seconds: float
    wall: float
    window: float
    first: float
    method: str
    alone: int | None = None
    """Households outside with no objective but the window: where fewer, the search was misled."""
    certify: dict[str, Any] | None = None
    peers: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def committee(self) -> bool:
        """False for a whole street office without committees."""
        return "-office" not in self.name


def instances(families: Sequence[str], sample: int | None = None) -> list[Instance]:
    """Problems of each family, largest first for the cities; ``sample``: so many of each, spread
    evenly."""
    found: list[Instance] = []
    for name in families:
        if name == "generated":
            numbers = spread(list(range(COUNT)), sample)
            found += [committee(i) for i in numbers]
        else:
            found += spread(list(city(name).grids), sample)
    return found


def spread(items: list[T], sample: int | None) -> list[T]:
    """``sample`` of the items at even distances, or all."""
    if sample is None or sample >= len(items):
        return items
    return [items[i * len(items) // sample] for i in range(sample)]


FAMILIES = (*CITIES, "generated")


def timed(problem: Problem, limits: Limits) -> tuple[Outcome, float, float]:
    """The outcome, seconds of processor time, seconds on the wall."""
    wall, cpu = time.perf_counter(), time.process_time()
    outcome = solve(problem, limits)
    return outcome, time.process_time() - cpu, time.perf_counter() - wall


def worst_gap(terms: Sequence[TermValue]) -> float | None:
    """The largest gap of any term, each given the values before it; None where one is unbounded."""
    gaps = [t.gap for t in terms]
    known = [g for g in gaps if g is not None]
    return None if len(known) < len(gaps) else max(known, default=0.0)


def measure(instance: Instance, peers: Sequence[Peer], peer_seconds: float) -> Row:
    """Ours in standard effort, then every peer on the same graph."""
    problem = instance.problem
    graph = graph_of(problem)
    outcome, seconds, wall = timed(problem, Limits())
    outside = score(graph, outcome.assignment.tolist()).outside
    found = {t.name: t for t in outcome.terms}["outside"]
    assert outside == found.value, (instance.name, outside, found.value)
    alone, window, _ = timed(replace(problem, terms=("outside",)), Limits())
    first = _first(problem, min(outside, alone.terms[0].value), window)
    row = Row(
        instance.name,
        instance.family,
        problem.n,
        int(problem.weights.sum()),
        outcome.status,
        [(t.name, t.value, t.bound) for t in outcome.terms],
        outside,
        found.bound,
        worst_gap(outcome.terms),
        seconds,
        wall,
        window,
        first,
        outcome.method,
        alone.terms[0].value,
    )
    connected = len(pieces(graph.neighbours(), [0] * graph.n)) == 1
    for peer in peers:
        limit = peer_seconds
        if peer.name.startswith("gerrychain"):
            limit = min(limit, max(1.0, ANSWER * first))
            if connected and (found.bound or 0) > 0:
                # It answers only with every part in the window; none exists, that is proven.
                row.peers[peer.name] = {"allowed": 0.0, "killed": False}
                continue
        answer = peer.solve(graph, limit)
        told: dict[str, Any] = {"allowed": limit, "killed": answer.killed}
        if answer.score is not None:
            told |= asdict(answer.score) | {"seconds": answer.seconds}
        row.peers[peer.name] = told
    return row


def _first(problem: Problem, outside: int, known: float) -> float:
    """Seconds of the cheapest run that leaves no more than ``outside`` households outside."""
    best = known
    for work in FIRST_WORK:
        outcome, seconds, _ = timed(replace(problem, terms=("outside",)), Limits(work=work))
        if outcome.terms[0].value <= outside:
            return min(best, seconds)
    return best


def certify(row: Row, instance: Instance, seconds: float) -> None:
    """The same in certify effort, at most ``seconds``; notes the gap in the row."""
    outcome, cpu, _ = timed(instance.problem, Limits(effort="certify", seconds=seconds))
    row.certify = {
        "gap": worst_gap(outcome.terms),
        "seconds": cpu,
        "status": outcome.status,
        "terms": [(t.name, t.value, t.bound) for t in outcome.terms],
    }


def within(gap: float | None, share: float) -> bool:
    """True if there is a bound and it is that near."""
    return gap is not None and gap <= share


def run(
    families: Sequence[str],
    sample: int | None,
    peer_seconds: float,
    certify_seconds: float,
    without: Sequence[str],
    note: Callable[[list[Row]], None],
) -> list[tuple[Instance, Row]]:
    """Every problem with its row; ``note`` is given all rows so far after each one.

    ``without``: peers left out; ``certify_seconds``: 0 for none.
    """
    solve(committee(0).problem, Limits(effort="quick"))  # compiles
    solve(committee(3).problem, Limits(effort="quick"))
    done: list[tuple[Instance, Row]] = []
    peers = [Peer(name) for name in NAMES if name not in without]
    try:
        for instance in instances(families, sample):
            row = measure(instance, peers, peer_seconds)
            small = row.atoms <= SMALL and row.committee
            if certify_seconds > 0 and small and not within(row.gap, 0.01):
                certify(row, instance, certify_seconds)
            done.append((instance, row))
            note([r for _, r in done])
    finally:
        for peer in peers:
            peer.close()
    return done

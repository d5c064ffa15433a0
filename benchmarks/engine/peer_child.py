"""A peer in a process of its own: reads problems, writes ever better plans, one JSON per line.

Run by `benchmarks.engine.peers` with the Python of the peers' environment, which knows neither
`redistrict` nor ours: `python -m benchmarks.engine.peer_child NAME`, a name of `PEERS`.

Every peer is helped as far as it can be: each connected component by itself (none of them divides
a graph that falls apart), every number of parts that arithmetic allows, many seeds, the best kept.
Imports are not counted. ``seconds`` are of processor time (the machine may be busy otherwise), per
component only of the tries with the number of parts that gave the plan: as if the best number had
been told.
"""

# The peers live in an environment that this one does not know.
# pyright: reportMissingImports=false
from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import time
import warnings
from collections.abc import Callable, Generator, Iterator
from functools import partial
from typing import Any

from benchmarks.engine.score import Graph, Score, numbers_of_parts, pieces, score

Plan = list[int]
Left = Callable[[], float]
"""Seconds of processor time left."""
Tries = Iterator[tuple[Any, Plan | None]]
"""(how it was tried, the plan or None); the seconds of the same ``how`` add up."""
Peer = Callable[[Graph, list[int], Left], Tries]

SEEDS = 10


class Late(BaseException):
    """Raised by the alarm; no library catches it by accident."""


@contextlib.contextmanager
def alarm(seconds: float) -> Generator[None]:
    """End what runs inside after ``seconds`` of processor time.

    Python code hears it, a C call only at its end.
    """

    def late(*_: object) -> None:
        raise Late

    before = signal.signal(signal.SIGPROF, late)
    signal.setitimer(signal.ITIMER_PROF, max(0.001, seconds))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        signal.signal(signal.SIGPROF, before)


def gerrychain(graph: Graph, ks: list[int], left: Left) -> Tries:
    """`recursive_tree_part` as it comes: one call per target, each with its share of the time."""
    ways = _targets(graph, ks)
    for number, way in enumerate(ways):
        found = None
        with contextlib.suppress(Late), alarm(left() / (len(ways) - number)):
            found = _recursive_tree_part(graph, way, 100_000, number)
        yield way, found


def gerrychain_restarts(graph: Graph, ks: list[int], left: Left) -> Tries:
    """The same given up after a hundred trees without a cut and begun again, targets in turn."""
    ways = _targets(graph, ks)
    seed = 0
    while ways:
        for way in ways:
            seed += 1
            found = None
            with contextlib.suppress(Late), alarm(left()):
                found = _recursive_tree_part(graph, way, 100, seed)
            yield way, found


Target = tuple[int, float, float]


def _targets(graph: Graph, ks: list[int]) -> list[Target]:
    """(k, target weight, margin): shares of the whole with the margin to the nearer end of the
    window, then the middle of the window with all of it."""
    total = sum(graph.weights)
    ways: list[Target] = []
    for k in ks:
        for target in (total / k, (graph.lower + graph.upper) / 2):
            margin = min(target - graph.lower, graph.upper - target) / target
            if margin >= 0 and (k, target, margin) not in ways:
                ways.append((k, target, margin))
    return ways


def _recursive_tree_part(graph: Graph, way: Target, attempts: int, seed: int) -> Plan | None:
    import networkx as nx
    from gerrychain import Graph as Dual
    from gerrychain.partition import recursive_tree_part
    from gerrychain.tree import bipartition_tree

    k, target, margin = way
    plain: Any = nx.Graph()
    plain.add_nodes_from((v, {"pop": w}) for v, w in enumerate(graph.weights))
    plain.add_edges_from(graph.edges)
    cut = partial(bipartition_tree, max_attempts=attempts)
    try:
        found = recursive_tree_part(
            Dual.from_networkx(plain), range(k), target, "pop", margin,
            bipartition_tree_fn=cut, rng=seed,
        )  # fmt: skip
    except Exception:  # noqa: BLE001 - it raises several kinds for "not found"
        return None
    return [found[v] for v in range(graph.n)]


def _arrays(graph: Graph) -> tuple[list[int], list[int]]:
    start, flat = [0], []
    for row in graph.neighbours():
        flat += row
        start.append(len(flat))
    return start, flat


def _imbalance(graph: Graph, k: int) -> float:
    """How much heavier than the mean a part may be: to the upper end of the window."""
    return max(0.005, graph.upper * k / sum(graph.weights) - 1)


def metis(graph: Graph, ks: list[int], left: Left) -> Tries:
    """K-way METIS, contiguous, then recursive bisection; `SEEDS` seeds each."""
    import pymetis

    del left

    start, flat = _arrays(graph)
    for seed in range(SEEDS):
        for k in ks:
            for recursive in (False, True):
                options = pymetis.Options(seed=seed, ncuts=10, niter=50)
                if not recursive:
                    options = pymetis.Options(
                        seed=seed, ncuts=10, niter=50, contig=1,
                        ufactor=max(1, int(1000 * _imbalance(graph, k))),
                    )  # fmt: skip
                _, part = pymetis.part_graph(
                    k, adjacency=pymetis.CSRAdjacency(start, flat),
                    vweights=list(graph.weights), options=options, recursive=recursive,
                )  # fmt: skip
                yield (k, recursive), list(part)


def kahip(graph: Graph, ks: list[int], left: Left) -> Tries:
    """KaFFPa in its strong configuration, with the window's imbalance and with half of it."""
    import kahip as library

    del left

    start, flat = _arrays(graph)
    for seed in range(SEEDS):
        for k in ks:
            for share in (1.0, 0.5):
                _, part = library.kaffpa(
                    list(graph.weights), start, [1] * len(flat), flat, k,
                    share * _imbalance(graph, k), True, seed, library.STRONG,
                )  # fmt: skip
                yield (k, share), list(part)


def spopt(graph: Graph, ks: list[int], left: Left) -> Tries:
    """Max-p: as many regions of at least ``lower`` as it finds (it knows no upper end, no k).

    A short run first, then its own defaults: it answers only at the end.
    """
    import numpy as np
    import pandas as pd
    from libpysal.weights import W
    from spopt.region import MaxPHeuristic

    del ks
    frame = pd.DataFrame({"households": graph.weights, "place": range(graph.n)})
    near = W(dict(enumerate(graph.neighbours())), silence_warnings=True)
    for seed, (constructions, annealings) in enumerate(((10, 1), (99, 10), (99, 10))):
        np.random.seed(seed)  # noqa: NPY002 - the peer draws from the global generator
        found = None
        with contextlib.suppress(Late), alarm(left()):
            model = MaxPHeuristic(
                frame.copy(), near, ["place"], "households", graph.lower, top_n=2,
                max_iterations_construction=constructions, max_iterations_sa=annealings,
                policy="keep",
            )  # fmt: skip
            try:
                model.solve()
                found = [int(p) for p in model.labels_]
            except Exception:  # noqa: BLE001 - it raises where a graph holds no region at all
                found = None
        yield seed, found


PEERS: dict[str, Peer] = {
    "gerrychain": gerrychain,
    "gerrychain_restarts": gerrychain_restarts,
    "spopt": spopt,
    "metis": metis,
    "kahip": kahip,
}


def part_of(graph: Graph, nodes: list[int]) -> Graph:
    """The graph on ``nodes`` alone."""
    local = {v: i for i, v in enumerate(nodes)}
    return Graph(
        [graph.weights[v] for v in nodes],
        [(local[a], local[b]) for a, b in graph.edges if a in local],
        graph.lower,
        graph.upper,
    )


def run(
    peer: Peer,
    graph: Graph,
    parts: int | None,
    seconds: float,
    patient: bool,
    tell: Callable[[Plan, float], None],
) -> None:
    """Every component in turn, at most ``seconds`` in all; ``tell`` hears of each better plan.

    ``patient``: go on for fewer cut edges once nothing lies outside.
    """
    components = [list(range(graph.n))]
    if parts is None:
        components = pieces(graph.neighbours(), [0] * graph.n)
    plan, offset, spent = [-1] * graph.n, 0, 0.0
    started = time.process_time()
    for number, nodes in enumerate(components):
        whole = part_of(graph, nodes)
        total = sum(whole.weights)
        ks = [parts] if parts is not None else numbers_of_parts(total, graph.lower, graph.upper)
        ks = [k for k in ks if k <= whole.n] or [1]
        until = started + seconds * (number + 1) / len(components)
        best: tuple[Score, float] | None = None
        for found, took in _tries(peer, whole, ks, until):
            mine = score(whole, found)
            if best is None or (mine.outside, mine.cut) < (best[0].outside, best[0].cut):
                best = (mine, took)
                for v, p in zip(nodes, found, strict=True):
                    plan[v] = p + offset if p >= 0 else -1
                tell(plan, spent + took)
            if best[0].outside == 0 and not patient:
                break
        if best is not None:
            spent += best[1]
            offset += whole.n


def _tries(peer: Peer, graph: Graph, ks: list[int], until: float) -> Iterator[tuple[Plan, float]]:
    if ks == [1]:  # nothing to divide
        yield [0] * graph.n, 0.0
        return
    took: dict[Any, float] = {}
    before = time.process_time()
    for how, found in peer(graph, ks, lambda: until - time.process_time()):
        took[how] = took.get(how, 0.0) + time.process_time() - before
        if found is not None:
            yield found, took[how]
        if time.process_time() >= until:
            return
        before = time.process_time()


def main() -> None:
    """Serve problems from standard input until it ends."""
    peer = PEERS[sys.argv[1]]
    # What the libraries print must not come between the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    warnings.simplefilter("ignore")
    with contextlib.suppress(StopIteration):  # imports, before any clock runs
        next(peer(Graph([1] * 4, [(0, 1), (1, 2), (2, 3)], 2, 2), [2], lambda: 60.0))
    print(json.dumps({"ready": True}), file=answers, flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        graph = Graph(
            asked["weights"], [(a, b) for a, b in asked["edges"]], asked["lower"], asked["upper"]
        )

        def tell(plan: Plan, seconds: float) -> None:
            print(json.dumps({"plan": plan, "seconds": seconds}), file=answers, flush=True)

        run(peer, graph, asked["parts"], asked["seconds"], asked["patient"], tell)
        print(json.dumps({"done": True}), file=answers, flush=True)


if __name__ == "__main__":
    main()

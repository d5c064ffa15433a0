"""Published minima of cut edges beside ours and two peers, in one run.

`python -m benchmarks.engine published [--seconds 60] [--only me,nm]` writes
benchmarks/results/engine-published.json. Peers: METIS, KaHIP and GerryChain's recursive tree
partition, best of many seeds; what they return outside the window or in pieces is shown as such.
"""

from __future__ import annotations

import csv
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np

from benchmarks.engine.peers import Peer, graph_of
from redistrict.districting.cutedges import solve
from redistrict.districting.graph_json import read_graph
from redistrict.model.problem import Limits, Problem

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "graphs"
PEER_SECONDS = 20.0
PEERS = ("metis", "kahip", "gerrychain_restarts")


def judge(problem: Problem, part: Sequence[int]) -> str:
    """``cut``, or why a peer's plan is none: pieces or parts out of the window."""
    label = np.asarray(part)
    graph = nx.Graph()
    graph.add_nodes_from(range(problem.n))
    graph.add_edges_from(problem.edges.tolist())
    cut = int((label[problem.edges[:, 0]] != label[problem.edges[:, 1]]).sum())
    faults: list[str] = []
    names = sorted(set(label.tolist()))
    if len(names) != problem.parts:
        faults.append(f"{len(names)} parts")
    weights = [int(problem.weights[label == p].sum()) for p in names]
    outside = sum(not problem.lower <= w <= problem.upper for w in weights)
    if outside:
        faults.append(f"{outside} outside")
    members = [np.flatnonzero(label == p).tolist() for p in names]
    pieces = sum(nx.number_connected_components(graph.subgraph(m)) for m in members) - len(names)
    if pieces:
        faults.append(f"{pieces} loose")
    return f"{cut} ({', '.join(faults)})" if faults else str(cut)


def beside(peer: Peer, problem: Problem) -> str:
    """A peer's plan of fewest cut edges within `PEER_SECONDS`."""
    answer = peer.solve(graph_of(problem), PEER_SECONDS, problem.parts, patient=True)
    return "none" if answer.plan is None else judge(problem, answer.plan)


def row(
    entry: dict[str, str], folder: Path, seconds: float, peers: Sequence[Peer]
) -> dict[str, Any]:
    """One instance: ours, the published figures, the peers."""
    graph = read_graph(folder / entry["file"], "TOTPOP")
    problem = Problem(
        graph.ids,
        graph.weights,
        graph.edges,
        int(entry["lower"]),
        int(entry["upper"]),
        parts=int(entry["parts"]),
        terms=("cut_edges",),
    )
    trail: list[tuple[float, int | None, int | None]] = []
    began = time.monotonic()
    outcome = solve(
        problem,
        Limits(seconds=seconds),
        on_progress=lambda _, value, bound: trail.append(
            (round(time.monotonic() - began, 1), value, bound)
        ),
    )
    value = outcome.terms[0].value if outcome.terms else None
    assert value is None or judge(problem, outcome.assignment.tolist()) == str(value)
    return {
        "instance": entry["file"].removesuffix("_2010.json"),
        "nodes": problem.n,
        "parts": problem.parts,
        "published": int(entry["best_known_cut_edges"]),
        "published_bound": int(entry["proven_bound"]),
        "ours": value,
        "bound": outcome.terms[0].bound if outcome.terms else None,
        "status": outcome.status,
        "seconds": round(outcome.seconds, 1),
        "reached": next((t for t, v, _ in trail if v == value), None),
        **{peer.name: beside(peer, problem) for peer in peers},
        "trail": trail,
    }


def run(
    seconds: float,
    wanted: Sequence[str],
    without: Sequence[str],
    note: Callable[[list[dict[str, Any]]], None],
) -> list[dict[str, Any]]:
    """Every instance whose file begins with one of ``wanted`` (all without any)."""
    with (DATA / "cut_edges.csv").open(encoding="utf-8") as stream:
        entries = list(csv.DictReader(stream))
    peers = [Peer(name) for name in PEERS if name not in without]
    rows: list[dict[str, Any]] = []
    try:
        for entry in entries:
            if not wanted or entry["file"].startswith(tuple(wanted)):
                rows.append(row(entry, DATA, seconds, peers))
                note(rows)
    finally:
        for peer in peers:
            peer.close()
    return rows

"""`redistrict partition`: answers a checker can believe, and sentences for bad input."""

from __future__ import annotations

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from typer.testing import CliRunner

from redistrict.cli import build
from redistrict.districting import graph_json
from redistrict.districting.graph_json import read_graph
from redistrict.i18n import catalogue
from redistrict.model.errors import GraphError

RUNNER = CliRunner()


def run(*args: str) -> Any:
    app = build(("partition", "run"))  # two commands, so that the name is needed as in real life
    return RUNNER.invoke(app, ["partition", *args])


def lattice() -> nx.Graph:
    graph = nx.grid_2d_graph(4, 4)
    for i, v in enumerate(graph):
        graph.nodes[v]["pop"] = 10 + i % 2
    for i, e in enumerate(graph.edges):
        graph.edges[e]["shared_perim"] = 0.1 + 0.25 * (i % 3)
    return graph


def save(path: Path, data: object) -> Path:
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


WINDOW = ("--weight", "pop", "--lower", "40", "--upper", "44")


def check(graph: nx.Graph, answer: dict[str, Any], lower: float, upper: float) -> None:
    parts: dict[int, list[Any]] = {}
    for v in graph:
        parts.setdefault(answer["assignment"][str(v)], []).append(v)
    assert len(answer["assignment"]) == len(graph)
    assert len(parts) == answer["parts"]
    for members in parts.values():
        assert nx.is_connected(graph.subgraph(members))
        assert lower <= sum(graph.nodes[v]["pop"] for v in members) <= upper


@pytest.mark.parametrize("form", ["adjacency", "links", "edges"])
def test_cut_edges_from_each_form_of_file(tmp_path: Path, form: str) -> None:
    graph = lattice()
    data = nx.adjacency_data(graph) if form == "adjacency" else nx.node_link_data(graph, edges=form)
    out = tmp_path / "answer.json"
    source = save(tmp_path / "g.json", data)
    result = run(str(source), *WINDOW, "--parts", "4", "--minimize", "cut-edges", "--out", str(out))
    assert result.exit_code == 0, result.output
    answer = json.loads(out.read_text(encoding="utf-8"))
    assert answer["status"] == "optimal"
    assert answer["objective"] == answer["bound"] == 8
    assert answer["gap"] == 0
    check(graph, answer, 40, 44)
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_shared_perimeter_is_in_the_files_own_unit(tmp_path: Path) -> None:
    graph = lattice()
    source = save(tmp_path / "g.json", nx.adjacency_data(graph))
    args = ("--parts", "2", "--minimize", "shared-perimeter", "--edge-length", "shared_perim")
    result = run(str(source), "--weight", "pop", "--lower", "80", "--upper", "88", *args)
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    part = answer["assignment"]
    cut = sum(
        d["shared_perim"] for u, v, d in graph.edges(data=True) if part[str(u)] != part[str(v)]
    )
    assert answer["status"] == "optimal"
    assert answer["objective"] == pytest.approx(cut, abs=1e-9)
    assert answer["bound"] == pytest.approx(cut, abs=1e-9)


def test_any_partition_and_a_free_number_of_parts(tmp_path: Path) -> None:
    graph = lattice()
    source = save(tmp_path / "g.json", nx.adjacency_data(graph))
    result = run(str(source), *WINDOW)
    answer = json.loads(result.stdout)
    assert answer["status"] == "feasible"
    assert answer["objective"] is None
    check(graph, answer, 40, 44)
    assert answer["parts"] == 4


def test_infeasible_is_proven(tmp_path: Path) -> None:
    path = nx.path_graph(4)
    nx.set_node_attributes(path, {0: 5, 1: 1, 2: 1, 3: 5}, "pop")
    star = nx.star_graph(4)
    nx.set_node_attributes(star, 1, "pop")
    save(tmp_path / "p.json", nx.adjacency_data(path))
    save(tmp_path / "s.json", nx.adjacency_data(star))
    for name, lower, upper, parts in (("p", "7", "7", "2"), ("s", "2", "3", "2")):
        args = ("--weight", "pop", "--lower", lower, "--upper", upper, "--parts", parts)
        result = run(
            str(tmp_path / f"{name}.json"), *args, "--minimize", "cut-edges", "--lang", "en"
        )
        assert result.exit_code == 0
        answer = json.loads(result.stdout)
        assert answer["status"] == "infeasible"
        assert answer["objective"] is None
        assert "roven" in answer["reason"]


def test_enumerate_counts(tmp_path: Path) -> None:
    graph = nx.grid_2d_graph(4, 4)
    nx.set_node_attributes(graph, 1, "pop")
    source = save(tmp_path / "g.json", nx.adjacency_data(graph))
    args = ("--weight", "pop", "--lower", "4", "--upper", "4", "--parts", "4", "--enumerate")
    assert json.loads(run(str(source), *args).stdout)["count"] == 117
    none = ("--weight", "pop", "--lower", "5", "--upper", "5", "--enumerate")
    answer = json.loads(run(str(source), *none).stdout)
    assert (answer["status"], answer["count"]) == ("infeasible", 0)


def test_decimal_weights_are_exact(tmp_path: Path) -> None:
    data = {
        "nodes": [{"id": i, "pop": x} for i, x in enumerate([0.1, 0.2, 0.3])],
        "links": [{"source": 0, "target": 1}, {"source": 1, "target": 2}],
    }
    source = save(tmp_path / "g.json", data)
    args = ("--weight", "pop", "--lower", "0.3", "--upper", "0.3", "--parts", "2")
    assert json.loads(run(str(source), *args).stdout)["status"] == "feasible"


def good() -> dict[str, Any]:
    return {
        "directed": False,
        "multigraph": False,
        "nodes": [{"id": "a", "pop": 1}, {"id": "b", "pop": 2}, {"id": "c", "pop": 3}],
        "links": [
            {"source": "a", "target": "b", "len": 1.0},
            {"source": "b", "target": "c", "len": 2.0},
        ],
    }


def broken(**change: Any) -> dict[str, Any]:
    return {**good(), **change}


NODES, LINKS = good()["nodes"], good()["links"]
BAD: dict[str, Any] = {
    "graph-weight-negative": broken(nodes=[{"id": "a", "pop": -1}, *NODES[1:]]),
    "graph-weight-not-a-number": broken(nodes=[{"id": "a", "pop": "x"}, *NODES[1:]]),
    "graph-unknown-weight": broken(nodes=[{"id": x["id"], "people": 1} for x in NODES]),
    "graph-weight-not-finite": broken(nodes=[{"id": "a", "pop": float("nan")}, *NODES[1:]]),
    "graph-weights-too-large": broken(nodes=[{"id": "a", "pop": 10**30}, *NODES[1:]]),
    "graph-duplicate-node": broken(nodes=[*NODES, NODES[0]]),
    "graph-node-without-id": broken(nodes=[{"pop": 1}, *NODES[1:]]),
    "graph-dangling-edge": broken(links=[*LINKS, {"source": "a", "target": "zz"}]),
    "graph-edge-malformed": broken(links=["ab"]),
    "graph-no-nodes": broken(nodes=7),
    "graph-no-edges": {"nodes": NODES},
    "graph-empty": broken(nodes=[], links=[]),
    "graph-directed": broken(directed=True),
    "graph-flag": broken(multigraph="maybe"),
    "graph-parallel-edges": broken(
        multigraph=True,
        links=[{"source": "a", "target": "b", "key": i} for i in range(2)],
    ),
    "graph-adjacency-length": {"nodes": NODES, "adjacency": [[]]},
}


@pytest.mark.parametrize("code", sorted(BAD))
def test_bad_graphs_are_refused_with_a_sentence(tmp_path: Path, code: str) -> None:
    source = save(tmp_path / "g.json", BAD[code])
    out = tmp_path / "answer.json"
    args = ("--weight", "pop", "--lower", "1", "--upper", "5", "--out", str(out), "--lang", "en")
    result = run(str(source), *args)
    assert result.exit_code == 2, result.output
    assert f"[{code}]" in result.stderr
    assert "Traceback" not in result.stderr
    assert not out.exists()


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"{", "graph-not-json"),
        (b"[" * 200_000, "graph-nested-too-deep"),
        (b"\xff\xfe\x00", "graph-not-utf8"),
        (b"[]", "graph-no-nodes"),
        (b'{"nodes": [{"id": 1, "pop": ' + b"9" * 5000 + b"}]}", "graph-number-too-large"),
    ],
)
def test_files_that_are_no_graph(tmp_path: Path, raw: bytes, code: str) -> None:
    source = tmp_path / "g.json"
    source.write_bytes(raw)
    result = run(str(source), *WINDOW)
    assert result.exit_code == 2
    assert f"[{code}]" in result.stderr


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("--lower", "9", "--upper", "5"), "partition-window-empty"),
        (("--lower", "-1", "--upper", "5"), "partition-window-negative"),
        (("--lower", "nan", "--upper", "5"), "partition-not-a-number"),
        (("--lower", "1", "--upper", "many"), "partition-not-a-number"),
        (("--lower", "1", "--upper", "5", "--parts", "0"), "partition-parts"),
        (("--lower", "1", "--upper", "5", "--time-limit", "-3"), "partition-time-limit"),
        (
            ("--lower", "1", "--upper", "5", "--minimize", "shared-perimeter"),
            "partition-edge-length-needed",
        ),
        (
            (
                "--lower",
                "1",
                "--upper",
                "5",
                "--minimize",
                "shared-perimeter",
                "--edge-length",
                "no",
            ),
            "graph-edge-length-missing",
        ),
    ],
)
def test_bad_options(tmp_path: Path, change: tuple[str, ...], code: str) -> None:
    source = save(tmp_path / "g.json", good())
    result = run(str(source), "--weight", "pop", *change)
    assert result.exit_code == 2
    assert f"[{code}]" in result.stderr


def test_missing_file_and_unwritable_output(tmp_path: Path) -> None:
    assert "[graph-file-missing]" in run(str(tmp_path / "no.json"), *WINDOW).stderr
    source = save(tmp_path / "g.json", good())
    args = ("--weight", "pop", "--lower", "1", "--upper", "9")
    result = run(str(source), *args, "--out", str(tmp_path / "no" / "answer.json"))
    assert result.exit_code == 2
    assert "[partition-output]" in result.stderr


def test_a_graph_beyond_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = save(tmp_path / "g.json", good())
    monkeypatch.setattr(graph_json, "MAX_NODES", 2)
    assert "[graph-too-large]" in run(str(source), *WINDOW).stderr
    monkeypatch.setattr(graph_json, "MAX_BYTES", 10)
    assert "[graph-file-too-large]" in run(str(source), *WINDOW).stderr


def test_values_without_end_are_refused_before_they_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = save(tmp_path / "g.json", {"nodes": [[]] * 50, "links": []})
    monkeypatch.setattr(graph_json, "MAX_VALUES", 90)
    assert "[graph-too-many-values]" in run(str(source), *WINDOW).stderr


def test_a_window_of_a_billion_digits_is_only_large(tmp_path: Path) -> None:
    source = save(tmp_path / "g.json", good())
    wide = ("--weight", "pop", "--lower", "1e-999999999", "--upper", "1e999999999")
    assert json.loads(run(str(source), *wide).stdout)["status"] == "feasible"
    above = ("--weight", "pop", "--lower", "1e999999999", "--upper", "1e999999999")
    assert json.loads(run(str(source), *above).stdout)["status"] == "infeasible"


def test_a_million_nodes_are_refused_in_little_memory(tmp_path: Path) -> None:
    source = tmp_path / "g.json"
    with source.open("w", encoding="utf-8") as stream:
        stream.write('{"nodes": [')
        stream.writelines(f'{{"id": {i}, "pop": 1}},' for i in range(1_000_000))
        stream.write('{"id": "end", "pop": 1}], "links": []}')
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (2 * 2**30,) * 2);"
        "from pathlib import Path; from redistrict.districting.graph_json import read_graph;"
        "from redistrict.model.errors import GraphError\n"
        "try: read_graph(Path(sys.argv[1]), 'pop')\n"
        "except GraphError as e: print(e)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(source)], capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() in ("graph-too-large", "graph-file-too-large"), done.stderr


def test_symmetric_arcs_loops_and_tuples_are_understood(tmp_path: Path) -> None:
    graph = lattice().to_directed()
    graph.add_edge((0, 0), (0, 0))
    read = read_graph(save(tmp_path / "g.json", nx.adjacency_data(graph)), "pop")
    assert len(read.edges) == 24
    assert read.ids[1] == "(0, 1)"
    assert read.weight_scale == 1


def test_lengths_that_differ_by_direction_are_refused(tmp_path: Path) -> None:
    data = broken(links=[*LINKS, {"source": "b", "target": "a", "len": 9.0}])
    with pytest.raises(GraphError) as caught:
        read_graph(save(tmp_path / "g.json", data), "pop", "len")
    assert caught.value.findings[0].code == "graph-edge-length-differs"


def test_every_code_is_worded_in_both_languages() -> None:
    for lang in ("zh", "en"):
        words = catalogue(lang)
        for code in BAD:
            assert f"finding.{code}" in words
            assert f"remedy.{code}" in words


def test_numbers_of_the_window_round_inwards() -> None:
    assert graph_json.to_integer(Decimal("1.05"), 10, up=True) == 11
    assert graph_json.to_integer(Decimal("1.05"), 10, up=False) == 10

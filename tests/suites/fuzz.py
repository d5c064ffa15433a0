"""Hostile files over HTTP: ``python -m tests.suites.fuzz --files 10000``.

First every case of the unit tests on hostile files (they carry the ids of CASES.tsv), answered by a
service instead of by the library: with the same problem type, and the status that goes with it.
Then files of every format with random damage, many at once. Counted: answers of 500 and more, those
that took longer than 65 s, the memory of the service before and after and, where the platform lets
us trace system calls, connections out of the sandbox and files that it opened elsewhere than in its
job, the upload and Python itself.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from redistrict.survey.read import ReadOptions
from tests.api.processes import Served, serving
from tests.api.surveys import files_of
from tests.suites import traces
from tests.suites.faults import account
from tests.unit.survey import makers, refusals

HANGS = 65.0
"""Seconds after which an answer counts as hung."""
FORMATS = ("geojson", "gpkg", "shp", "fgb", "parquet", "kml")
CASES = ("test_hostile_files.py", "test_hostile_geojson.py")
HERE = Path(__file__).parents[1]


@dataclass
class Fuzzed:
    """What the service answered. ``memory``: resident MB of the service early, and at the end."""

    files: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    server_errors: int = 0
    hung: int = 0
    slowest: float = 0.0
    memory: list[float] = field(default_factory=list)
    traced: int = 0
    connections: list[str] = field(default_factory=list)
    reads_outside: list[str] = field(default_factory=list)
    not_traced_because: str = ""


def seeds(folder: Path) -> dict[str, bytes]:
    """Good files of buildings by suffix, a zip and an archive of a shapefile among them."""
    made: dict[str, bytes] = {}
    for suffix in FORMATS:
        place = makers.good_survey(folder / suffix, suffix)
        if suffix == "shp":
            out = io.BytesIO()
            with zipfile.ZipFile(out, "w") as archive:
                for path in sorted(place.glob("buildings.*")):
                    archive.write(path, path.name)
            made["zip"] = out.getvalue()
        else:
            made[suffix] = (place / f"buildings.{suffix}").read_bytes()
    rows = "building_id,households,wkt\n"
    rows += "".join(f'B{i},{20 + i},"{makers.house(i).wkt}"\n' for i in range(4))
    return made | {"csv": rows.encode()}


def damaged(content: bytes, rng: random.Random) -> bytes:
    """``content`` with a few random faults."""
    bad = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        if not bad:
            break
        at = rng.randrange(len(bad))
        match rng.randrange(7):
            case 0:
                bad[at] ^= 1 << rng.randrange(8)
            case 1:
                bad[at] = rng.choice((0, 0xFF, 0x7F, 0x80, 0x22, 0x7B, 0x5B))
            case 2:
                del bad[at:]
            case 3:
                del bad[at : at + rng.randrange(1, 64)]
            case 4:
                bad[at:at] = rng.randbytes(rng.randrange(1, 64))
            case 5:
                bad[at : at + 4] = rng.choice((b"\xff\xff\xff\x7f", b"\0\0\0\0", b"1e99", b"[[[["))
            case _:
                bad[at:at] = bad[at : at + 256] * rng.randrange(2, 20)
    return bytes(bad)


def upload(client: httpx.Client, offices: bytes, suffix: str, content: bytes) -> httpx.Response:
    """The answer to buildings of this content beside good street offices."""
    files = [
        ("files", ("street_offices.geojson", offices)),
        ("files", (f"buildings.{suffix}", content)),
    ]
    return client.post("api/surveys", files=files, timeout=HANGS + 60)


def fuzzed(count: int, seed: int = 0, trace: bool = False, at_once: int = 2) -> Fuzzed:
    """Send ``count`` damaged files to a service of its own; ``trace``: with its calls watched."""
    found = Fuzzed()
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        good = seeds(folder / "good")
        offices = (folder / "good" / "geojson" / "street_offices.geojson").read_bytes()
        served = stack.enter_context(serving(folder / "data"))
        account(served)
        watch = traces.Watch(served.process.pid, folder / "calls") if trace else None
        found.not_traced_because = "" if watch is None else watch.refused

        def one(number: int) -> None:
            rng = random.Random(seed * 1_000_003 + number)
            suffix = rng.choice(sorted(good))
            content = damaged(good[suffix], rng)
            start = time.monotonic()
            try:
                said = upload(served.client, offices, suffix, content)
            except httpx.TimeoutException:
                found.hung += 1
                return
            spent = time.monotonic() - start
            found.slowest = max(found.slowest, spent)
            found.hung += spent > HANGS
            found.files += 1
            found.statuses[said.status_code] += 1
            found.server_errors += said.status_code >= 500
            if said.status_code != 201:
                found.codes[said.json()["code"]] += 1

        with ThreadPoolExecutor(at_once) as pool:
            early = max(1, min(count // 5, 200))
            list(pool.map(one, range(early)))
            found.memory.append(_resident(served))
            list(pool.map(one, range(early, count)))
            found.memory.append(_resident(served))
        if watch is not None and not watch.refused:
            watch.close()
            found.traced = found.files
            found.connections, found.reads_outside = watch.out_of_bounds(folder / "data")
    return found


def _resident(served: Served) -> float:
    """MB of the service itself; sandboxes are other processes."""
    lines = Path(f"/proc/{served.process.pid}/status").read_text().splitlines()
    kilobytes = next(line for line in lines if line.startswith("VmRSS")).split()[1]
    return round(int(kilobytes) / 1024, 1)


class OverHttp:
    """A pytest plugin: `refusals.answer` is what a service answers."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self.asked: Counter[str] = Counter()
        self.failed: list[str] = []

    def answer(self, path: Path, options: ReadOptions | None = None) -> str:
        assert options is None
        files = files_of(path) if path.is_dir() else [("files", (path.name, path.read_bytes()))]
        said = self._served.client.post("api/surveys", files=files, timeout=HANGS + 60)
        code = "accepted" if said.status_code == 201 else said.json()["code"]
        expected = {"accepted": 201, "unsupported-format": 415}.get(code, 422)
        assert said.status_code == expected, said.text
        self.asked[code] += 1
        return code

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed.append(report.nodeid)


def cases(select: Sequence[str] = ()) -> tuple[Counter[str], list[str]]:
    """The cases on hostile files, answered over HTTP: codes, and the tests that failed."""
    with tempfile.TemporaryDirectory() as name, serving(Path(name) / "data") as served:
        account(served)
        plugin = OverHttp(served)
        modules = [f"tests.unit.survey.{case.removesuffix('.py')}" for case in CASES]
        patch = pytest.MonkeyPatch()
        for module in modules:
            __import__(module)
            patch.setattr(sys.modules[module], "answer", plugin.answer)
        patch.setattr(refusals, "answer", plugin.answer)
        try:
            paths = [str(HERE / "unit" / "survey" / case) for case in CASES]
            pytest.main(["-q", "-x" if select else "-q", "-p", "no:cacheprovider", *paths, *select],
                        plugins=[plugin])  # fmt: skip
        finally:
            patch.undo()
    return plugin.asked, plugin.failed


def _main() -> None:
    parser = argparse.ArgumentParser(prog="make fuzz")
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--traced", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--no-cases", action="store_true")
    asked = parser.parse_args()
    bad = 0
    if not asked.no_cases:
        codes, failed = cases()
        print(json.dumps({"cases": sum(codes.values()), "codes": codes, "failed": failed}))
        bad += len(failed)
    for count, trace in ((asked.traced, True), (asked.files - asked.traced, False)):
        if count > 0:
            found = fuzzed(count, asked.seed + trace, trace)
            print(json.dumps(vars(found)), flush=True)
            bad += found.server_errors + found.hung
            bad += len(found.connections) + len(found.reads_outside)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    _main()

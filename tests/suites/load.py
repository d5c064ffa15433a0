"""Many at once: ``python -m tests.suites.load --seconds 30``.

A service of its own with a proposal. Idle: cached tiles, 500 a second by the clock whatever the
answers take, each measured from the moment it was due. Busy: requests of every kind while a run of
a larger city uses every core. And the processor time of one cold tile of zoom 12 over 64,000
buildings (`../shared/data/shinagawa`), where that is at hand.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import geopandas as gpd
import numpy as np
import shapely

from api.tiles.prepared import prepared, shaped
from api.tiles.pyramid import HALF, Tile
from redistrict.synthetic import CitySpec, generate_city, write_city
from tests.api.processes import Served, serving, until
from tests.api.surveys import files_of
from tests.api.test_durable import ask, ended
from tests.cities import small
from tests.suites.faults import CITY, account

SHINAGAWA = Path(__file__).parents[2] / ".." / "shared" / "data" / "shinagawa"
CONNECTIONS = 32


@dataclass
class Loaded:
    """Milliseconds. ``rate``: answers a second; ``bad``: answers that were not 200."""

    asked: int = 0
    bad: int = 0
    rate: float = 0.0
    p50: float = 0.0
    p99: float = 0.0
    slowest: float = 0.0
    cpu: float = 0.0
    """Processor time of the service itself, milliseconds a request: neighbours change it least."""
    run: dict[str, Any] = field(default_factory=dict)


class Line:
    """One kept-alive connection; as little as measures the service and not the client."""

    def __init__(self, address: str, headers: dict[str, str]) -> None:
        parts = urlsplit(address)
        self._host, self._port = str(parts.hostname), int(parts.port or 80)
        said = {"host": f"{self._host}:{self._port}", "connection": "keep-alive", **headers}
        self._head = "".join(f"{name}: {value}\r\n" for name, value in said.items())

    async def open(self) -> None:
        self._in, self._out = await asyncio.open_connection(self._host, self._port)

    async def get(self, path: str) -> int:
        """The status of the answer, read to its end."""
        self._out.write(f"GET {path} HTTP/1.1\r\n{self._head}\r\n".encode())
        head = (await self._in.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = next(
            (int(x.split(":")[1]) for x in head.split("\r\n") if x.startswith("content-length")), 0
        )
        if "transfer-encoding: chunked" in head:
            while int(await self._in.readline(), 16):
                await self._in.readline()
            await self._in.readline()
        else:
            await self._in.readexactly(length)
        return int(head.split(" ", 2)[1])

    def close(self) -> None:
        self._out.close()


async def _paced(
    served: Served, paths: Sequence[str], rate: float, going: Callable[[float], bool]
) -> Loaded:
    """``rate`` requests a second over `CONNECTIONS` lines as long as ``going`` (seconds so far)."""
    headers = {"cookie": "; ".join(f"{c.name}={c.value}" for c in served.client.cookies.jar)}
    lines = [Line(str(served.client.base_url), headers) for _ in range(CONNECTIONS)]
    await asyncio.gather(*(line.open() for line in lines))
    found, spent = Loaded(), list[float]()
    start, due, worked = time.perf_counter(), 0, _worked(served)

    async def one(line: Line) -> None:
        nonlocal due
        while going(time.perf_counter() - start):
            mine, due = due, due + 1
            at = start + mine / rate
            await asyncio.sleep(max(0.0, at - time.perf_counter()))
            status = await line.get(paths[mine % len(paths)])
            spent.append(1000 * (time.perf_counter() - at))
            found.bad += status != 200

    await asyncio.gather(*(one(line) for line in lines))
    took = time.perf_counter() - start
    found.cpu = round(1000 * (_worked(served) - worked) / max(1, len(spent)), 2)
    for line in lines:
        line.close()
    found.asked, found.rate = len(spent), round(len(spent) / took, 1)
    found.p50, found.p99 = (round(float(np.percentile(spent, q)), 1) for q in (50, 99))
    found.slowest = round(max(spent), 1)
    return found


def _worked(served: Served) -> float:
    """Seconds of processor time that the service has used, its runs left out."""
    fields = Path(f"/proc/{served.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def paced(
    served: Served, paths: Sequence[str], rate: float, going: Callable[[float], bool]
) -> Loaded:
    """`_paced`, from outside of asyncio."""
    work: Awaitable[Loaded] = _paced(served, paths, rate, going)
    return asyncio.run(work)  # pyright: ignore[reportArgumentType]


def surveyed(served: Served, folder: Path) -> str:
    """The survey in ``folder``, kept and confirmed."""
    answer = served.client.post("api/surveys", files=files_of(folder), timeout=300)
    assert answer.status_code == 201, answer.text
    survey = answer.json()["id"]
    served.client.post(f"api/surveys/{survey}/versions/1/confirmation")
    return survey


def tiles(served: Served, proposal: str) -> list[str]:
    """Paths of tiles that hold something, of every layer of areas, zoom 12 to 15."""
    paths: list[str] = []
    for told in served.client.get(f"tiles/{proposal}").json():
        west, south, east, north = told["bounds"]
        lon, lat = np.radians((west + east) / 2), np.radians((south + north) / 2)
        for z in range(max(12, told["minzoom"]), 16):
            x = int((lon / np.pi + 1) / 2 * 2**z)
            y = int((1 - np.arcsinh(np.tan(lat)) / np.pi) / 2 * 2**z)
            path = urlsplit(told["tiles"][0]).path
            paths.append(path.format(z=z, x=x, y=y) if "{z}" in path else _filled(path, z, x, y))
    good = [p for p in paths if served.client.get(p).status_code == 200]
    assert len(good) >= 4, paths
    return good


def _filled(path: str, z: int, x: int, y: int) -> str:
    for name, value in (("z", z), ("x", x), ("y", y)):
        path = path.replace(f"%7B{name}%7D", str(value))
    return path


def loaded(seconds: float, rate: float, buildings: int) -> tuple[Loaded, Loaded]:
    """Idle with cached tiles, then busy with a run over about ``buildings`` buildings."""
    with tempfile.TemporaryDirectory() as name, serving(Path(name) / "data") as served:
        account(served)
        write_city(small(CITY), Path(name) / "city")
        city = surveyed(served, Path(name) / "city")
        proposal = ended(served, ask(served, city))["proposal"]
        cached = tiles(served, proposal)
        idle = paced(served, cached, rate, lambda passed: passed < seconds)
        large = generate_city(CitySpec(buildings=buildings, seed=7))
        write_city(large, Path(name) / "large")
        run = ask(served, surveyed(served, Path(name) / "large"), effort="standard")
        until(lambda: served.client.get(f"api/runs/{run}").json(), _works)
        paths = [
            *cached[:4],
            f"/api/proposals/{proposal}",
            f"/api/proposals/{proposal}/edits",
            f"/api/runs/{run}",
            "/api/surveys",
            "/ogc/collections",
            "/healthz",
        ]
        paths = [p for p in paths if served.client.get(p).status_code == 200]
        end = {"at": 0.0, "looked": 0.0}

        def going(passed: float) -> bool:
            if passed - end["looked"] > 3:
                end["looked"] = passed
                end["over"] = not _works(served.client.get(f"api/runs/{run}").json())
            return passed < 6 * seconds and not end.get("over")

        busy = paced(served, paths, 20, going)
        said = served.client.get(f"api/runs/{run}").json()
        busy.run = {"state": said["state"], "buildings": len(large.layers["buildings"])}
        return idle, busy


def _works(run: Any) -> bool:
    return run["state"] == "running"


def cold_tile() -> dict[str, float]:
    """CPU milliseconds of a cold tile of zoom 12 over Shinagawa, the least of five."""
    if not SHINAGAWA.is_dir():
        return {}
    frame = gpd.read_parquet(SHINAGAWA / "buildings.parquet").to_crs("EPSG:4490")
    shape = shaped("buildings", frame)
    layer = prepared("buildings", frame, shape)
    x, y = np.median(shapely.bounds(shape.mercator)[:, :2], axis=0)
    side = 2 * HALF / 2**12
    tile = Tile(12, int((x + HALF) / side), int((HALF - y) / side))
    spent: list[float] = []
    for _ in range(5):
        start = time.process_time()
        content = layer.tile(tile)
        spent.append(1000 * (time.process_time() - start))
    return {"buildings": len(frame), "bytes": len(content), "cpu_ms": round(min(spent), 1)}


def _main() -> None:
    parser = argparse.ArgumentParser(prog="make load")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--rate", type=float, default=500.0)
    parser.add_argument("--buildings", type=int, default=10_000)
    asked = parser.parse_args()
    cold = cold_tile()
    print(json.dumps({"cold tile": cold}), flush=True)
    idle, busy = loaded(asked.seconds, asked.rate, asked.buildings)
    print(json.dumps({"idle": vars(idle), "busy": vars(busy)}))
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    met = True
    for what, value, wanted, good in _held_against(cold, idle, busy, asked.rate):
        met = met and good is not False
        told = {True: "pass", False: "FAIL", None: "not measured"}[good]
        print(f"{told:12} {what}: {value}, wanted {wanted}")
    sys.exit(0 if met else 1)


def _held_against(
    cold: dict[str, float], idle: Loaded, busy: Loaded, rate: float
) -> Iterator[tuple[str, object, str, bool | None]]:
    """What is promised: what, measured, wanted, whether it holds; None: could not be looked at."""
    tile = cold.get("cpu_ms")
    yield "cold tile z12, ms of processor", tile, "< 40", None if tile is None else tile < 40
    # By the clock: 99 in 100 of the requests that were due.
    yield "cached tiles a second", idle.rate, f">= {rate * 0.99:g}", idle.rate >= rate * 0.99
    yield "cached tiles, p99 ms", idle.p99, "< 100", idle.p99 < 100
    held = busy.run.get("state") in ("running", "done") and busy.asked > 0
    slow = busy.slowest < 1000 if held else None
    yield "slowest request beside a run, ms", busy.slowest, "< 1000", slow
    yield "answers other than 200", idle.bad + busy.bad, "0", idle.bad + busy.bad == 0


if __name__ == "__main__":
    _main()

"""Kills at random points, and many at once: ``python -m tests.suites.faults --runs 200``.

A service on a real PostgreSQL is given runs; while each is under way its worker, the service or the
database is killed (SIGKILL) at a random moment and, where it does not come back by itself, started
again. In the end nothing may be lost, nothing done twice, every run done.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa

from api.store import Artifacts, Store
from api.store.fsck import check
from api.store.tables import proposals, runs
from redistrict.synthetic import write_city
from tests.api.editing import a_move, kept, seen, send
from tests.api.postgres import Cluster
from tests.api.processes import Served, serving
from tests.api.surveys import files_of
from tests.api.world import PASSWORD, World, made
from tests.cities import small

VICTIMS = ("worker", "service", "database")
CITY = 13
"""Seed of a city of 142 buildings: a second of solving, in steps worth keeping."""
STEPS = 9
"""A kill falls after so many steps were kept, or fewer: by steps, since seconds mean another place
of the run on a machine that is busy."""
PATIENCE = 300.0


@dataclass
class Killed:
    """What became of the runs. ``resumed``: begun again, and done; ``kept``: steps that an
    interrupted attempt left to the next."""

    runs: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    done: int = 0
    lost: int = 0
    duplicated: int = 0
    resumed: int = 0
    kept: int = 0
    answers_that_differ: int = 0
    wrong: list[str] = field(default_factory=list)


class Site:
    """A service that is started again whenever it was killed."""

    def __init__(self, data: Path, database: Cluster) -> None:
        self.data, self.database = data, database
        self._stack = ExitStack()
        self.served: Served
        self.start()

    def start(self) -> None:
        self.served = self._stack.enter_context(serving(self.data, self.database.url))

    def again(self) -> None:
        """Kill the service, and start it."""
        self.served.kill()
        self._stack.close()
        self._stack = ExitStack()
        self.start()
        self.served.sign_in("p", PASSWORD)

    def close(self) -> None:
        self._stack.close()

    def asked(self, method: str, path: str, **more: Any) -> Any:
        """What is answered as soon as there is an answer: a database that was killed is away for
        a moment."""
        end = time.monotonic() + PATIENCE
        while True:
            with suppress(httpx.TransportError):
                said = self.served.client.request(method, path, **more)
                if said.status_code < 500:
                    return said
                assert said.status_code == 503, said.text
            assert time.monotonic() < end, f"{method} {path} is not answered"
            time.sleep(0.2)

    def kill(self, victim: str) -> bool:
        """Kill; False where there is no such process now."""
        if victim == "worker":
            workers = self.served.children()
            for pid in workers:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            return bool(workers)
        if victim == "service":
            self.again()
        else:
            self.database.kill()
            self.database.start()
        return True


def kills(count: int, seed: int = 0, tell: bool = False) -> Killed:
    """Work ``count`` runs to their end, with a kill in each."""
    rng, found = random.Random(seed), Killed()
    database = Cluster()
    with tempfile.TemporaryDirectory() as folder:
        try:
            database.start()
            site = Site(Path(folder) / "data", database)
            try:
                numbers = _worked(site, count, rng, found, Path(folder) / "survey", tell)
                _counted(site, numbers, found)
            finally:
                site.close()
            store = Store.open(Path(folder) / "data", database.url)
            _compared(store, numbers, found)
            looked = check(store, Artifacts(Path(folder) / "data" / "artifacts"))
            store.close()
            found.wrong += [str(wrong) for wrong in looked.wrong]
            found.wrong += [p.name for p in (Path(folder) / "data" / "runs").iterdir()]
        finally:
            database.stop()
    return found


def _worked(
    site: Site, count: int, rng: random.Random, found: Killed, folder: Path, tell: bool
) -> list[str]:
    survey = _prepared(site.served, folder)
    numbers: list[str] = []
    for n in range(count):
        victim = VICTIMS[n % len(VICTIMS)]
        body = {"survey": survey, "effort": "quick", "seed": n % 2}
        key = {"idempotency-key": f"run-{n}"}
        number = site.asked("POST", "api/runs", json=body, headers=key).json()["id"]
        numbers.append(number)
        path = f"api/runs/{number}"
        _until(site, path, ("running", "done"))
        _somewhere(site, number, rng)
        if _state(site, path) == "running" and site.kill(victim):
            found.kills[victim] += 1
        else:
            found.kills["too late"] += 1
        again = site.asked("POST", "api/runs", json=body, headers=key).json()["id"]
        assert again == number, "the same key made another run"
        _until(site, path, ENDED)
        if tell:
            print(f"{n + 1}/{count} {victim} {dict(found.kills)}", file=sys.stderr, flush=True)
    return numbers


def _somewhere(site: Site, number: str, rng: random.Random) -> None:
    """Wait until the run is at a random place, or has ended."""
    steps, wanted = site.data / "runs" / number / "steps", rng.randrange(STEPS + 1)
    while _state(site, f"api/runs/{number}") == "running":
        if len(list(steps.glob("*.kept"))) >= wanted:
            break
        time.sleep(0.05)
    time.sleep(rng.uniform(0, 0.5))


ENDED = ("done", "refused", "failed", "crashed", "cancelled")


def _state(site: Site, path: str) -> str:
    return site.asked("GET", path).json()["state"]


def _until(site: Site, path: str, states: Sequence[str]) -> None:
    end = time.monotonic() + PATIENCE
    while (state := _state(site, path)) not in states:
        assert time.monotonic() < end, f"{path} stays {state}"
        time.sleep(0.1)


def _counted(site: Site, numbers: list[str], found: Killed) -> None:
    found.runs = len(numbers)
    for number in numbers:
        run = site.asked("GET", f"api/runs/{number}").json()
        found.done += run["state"] == "done"
        found.resumed += run["attempts"] > 1 and run["state"] == "done"
        events = site.asked("GET", f"api/runs/{number}/events").text
        told = [json.loads(e[6:]) for e in events.splitlines() if e.startswith("data: ")]
        found.kept += sum(e.get("kept", 0) for e in told if e.get("stage") == "resumed")
        found.duplicated += sum(e.get("state") == "done" for e in told) > 1


def _compared(store: Store, numbers: list[str], found: Killed) -> None:
    """Every run has one proposal, and runs of one seed have the same."""
    query = sa.select(runs.c.id, runs.c.seed, proposals.c.content_hash)
    with store.read() as connection:
        rows = connection.execute(query.join(proposals, proposals.c.run == runs.c.id)).all()
    found.duplicated += len(rows) - len({row.id for row in rows})
    found.lost += len(set(numbers) - {row.id for row in rows if row.id in numbers})
    found.duplicated += len({row.id for row in rows} - set(numbers))  # runs nobody asked for
    seeds = {(row.seed, row.content_hash) for row in rows}
    found.answers_that_differ = len(seeds) - len({seed for seed, _ in seeds})


def account(served: Served) -> None:
    """A planner, signed in."""
    assert served.password is not None
    served.sign_in("admin", served.password)
    body = {"login": "p", "name": "p", "role": "planner", "password": PASSWORD}
    served.client.post("api/accounts", json=body)
    served.client.cookies.clear()
    served.sign_in("p", PASSWORD)


def _prepared(served: Served, folder: Path) -> str:
    account(served)
    write_city(small(CITY), folder)
    survey = served.client.post("api/surveys", files=files_of(folder)).json()["id"]
    served.client.post(f"api/surveys/{survey}/versions/1/confirmation")
    return survey


@dataclass
class Edited:
    """Rounds of sixteen at once on one area. ``odd``: rounds other than one 201 and fifteen 412;
    ``keyed_effects``: events that sixteen requests with one key made, over those rounds."""

    rounds: int = 0
    won: int = 0
    refused: int = 0
    odd: int = 0
    lost_updates: int = 0
    keyed_rounds: int = 0
    keyed_effects: int = 0


def editors(world: World, proposal: str, folder: Path, rounds: int, at_once: int = 16) -> Edited:
    """Sixteen editors on one area, ``rounds`` times; every eighth round they all send one key."""
    found, last = Edited(), ""
    move = a_move(folder)
    for n in range(rounds):  # each round makes one version
        body = move if n % 2 == 0 else {"type": "undo", "target": last}
        key = {"idempotency-key": f"round-{n}"} if n % 8 == 7 else {}
        said = _at_once(world, proposal, body, n, key, at_once)
        codes = Counter(answer.status_code for answer in said)
        events = {a.json()["event"] for a in said if a.status_code == 201}
        if key:
            found.keyed_rounds += 1
            found.keyed_effects += len(events)
            found.odd += codes != {201: at_once}
        else:
            found.rounds += 1
            found.won += codes[201]
            found.refused += codes[412]
            found.odd += codes != {201: 1, 412: at_once - 1}
        last = next(iter(events), "")
    now = seen(world, f"{proposal}/edits").json()
    found.lost_updates = abs(rounds - now["version"])
    return found


def _at_once(
    world: World, proposal: str, body: Any, version: int, key: dict[str, str], count: int
) -> list[Any]:
    said: list[Any] = []
    ready = threading.Barrier(count)

    def one() -> None:
        ready.wait()
        said.append(send(world, proposal, body, version, **key))

    threads = [threading.Thread(target=one) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said


def edited(rounds: int, url: str | None) -> Edited:
    """`editors` on a service of its own."""
    from redistrict import publish
    from tests.cities import proposed

    with tempfile.TemporaryDirectory() as name, made(Path(name) / "data", url) as world:
        folder = Path(name) / "city"
        publish.write(proposed(small(5)), folder)
        return editors(world, kept(world, folder), folder, rounds)


def _main() -> None:
    parser = argparse.ArgumentParser(prog="make faults")
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    killed = kills(asked.runs, asked.seed, tell=True)
    print(json.dumps(vars(killed)), flush=True)
    rounds = Edited()
    if asked.rounds:
        database = Cluster()
        try:
            database.start()
            rounds = edited(asked.rounds, database.url)
        finally:
            database.stop()
        print(json.dumps(vars(rounds)))
    bad = killed.lost + killed.duplicated + killed.answers_that_differ + len(killed.wrong)
    bad += rounds.odd + rounds.lost_updates + (rounds.keyed_effects != rounds.keyed_rounds)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    _main()

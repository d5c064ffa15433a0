"""`redistrict serve` as a process, to be asked, killed and started again."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

COMMAND = Path(sys.executable).with_name("redistrict")


@dataclass
class Served:
    """A service that runs. ``password``: the administrator's, on the first start."""

    process: subprocess.Popen[str]
    client: httpx.Client
    password: str | None

    def kill(self) -> None:
        """As a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def sign_in(self, login: str, password: str) -> None:
        """The client is signed in from now on."""
        answer = self.client.post("api/session", json={"login": login, "password": password})
        assert answer.status_code == 201, answer.text
        self.client.headers["x-csrf-token"] = answer.json()["csrf"]

    def children(self) -> list[int]:
        """Processes that work for it."""
        folder = Path(f"/proc/{self.process.pid}/task")
        found: list[int] = []
        for task in folder.iterdir():
            found += [int(pid) for pid in (task / "children").read_text().split()]
        return found


@contextmanager
def serving(data: Path, url: str | None = None) -> Generator[Served]:
    """A service on a free port; ended by SIGTERM unless it was killed."""
    first = not (data / "artifacts").exists()
    command = [str(COMMAND), "serve", "--data", str(data), "--port", "0", "--lang", "en"]
    command += [] if url is None else ["--database-url", url]
    data.mkdir(parents=True, exist_ok=True)
    with (data / "log").open("a") as log:
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        address = re.search(r"http://[0-9.:]+/", said)
        assert address is not None, said + (data / "log").read_text()
        password = None
        if first:
            found = re.search(r"password: (\S+)", process.stdout.readline())
            assert found is not None
            password = found[1]
        with httpx.Client(base_url=address[0], trust_env=False, timeout=60) as client:
            yield Served(process, client, password)
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) in (0, -signal.SIGTERM), (data / "log").read_text()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def until(ask: Any, good: Any, seconds: float = 240.0) -> Mapping[str, Any]:
    """What ``ask()`` says as soon as ``good`` of it is true."""
    end = time.monotonic() + seconds
    while True:
        said = ask()
        if good(said):
            return said
        assert time.monotonic() < end, said
        time.sleep(0.2)

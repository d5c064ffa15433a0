"""`redistrict serve` as a user starts it: it says the way in, answers, and ends when asked."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx

COMMAND = Path(sys.executable).with_name("redistrict")


@contextmanager
def serving(data: Path, url: str | None = None) -> Generator[tuple[str, str, int]]:
    """Address, what was printed first, and process id of a service on a free port."""
    more = [] if url is None else ["--database-url", url]
    process = subprocess.Popen(
        [str(COMMAND), "serve", "--data", str(data), "--port", "0", "--lang", "en", *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        found = re.search(r"http://[0-9.:]+/", said)
        assert found is not None, said
        if "redistrict-first" in str(data):
            said += process.stdout.readline()
        yield found[0], said, process.pid
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) in (0, -signal.SIGTERM)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def test_serve_says_the_way_in_and_it_is_one(tmp_path: Path, database_url: str | None) -> None:
    data = tmp_path / "redistrict-first"
    with serving(data, database_url) as (address, said, _):
        found = re.search(r"Login: (\S+)  password: (\S+)", said)
        assert found is not None, said
        body = {"login": found[1], "password": found[2]}
        with httpx.Client(base_url=address, trust_env=False) as client:
            opened = client.post("api/session", json=body)
            assert opened.json()["account"]["role"] == "administrator"
            assert client.get("readyz").json()["status"] == "ready"


def test_a_port_in_use_is_a_sentence(tmp_path: Path) -> None:
    with serving(tmp_path / "one") as (address, _, _):
        port = address.rstrip("/").rpartition(":")[2]
        done = subprocess.run(
            [str(COMMAND), "serve", "--data", str(tmp_path / "two"), "--port", port],
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert "[address-taken]" in done.stderr
    assert "Traceback" not in done.stderr

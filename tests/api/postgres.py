"""A real PostgreSQL for the tests: made, started on a socket of its own, stopped by its number."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

BIN = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name))


def available() -> Path | None:
    """The folder of the newest PostgreSQL here."""
    for folder in reversed(BIN):
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    found = shutil.which("initdb")
    return Path(found).parent if found else None


def _user() -> str | None:
    """PostgreSQL refuses to run as root: the system user to be then."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in ("postgres", "nobody") if name in names), None)


class Cluster:
    """A PostgreSQL of the tests, listening on a Unix socket only. It can be killed and started."""

    def __init__(self) -> None:
        binaries = available()
        assert binaries is not None
        self.folder = Path(tempfile.mkdtemp(prefix="redistrict-pg-"))
        self._user = _user()
        if self._user is not None:
            shutil.chown(self.folder, self._user)
        self._path = {"PATH": str(binaries), "LC_ALL": "C"}
        data = str(self.folder / "data")
        self._call(
            "initdb", "-D", data, "-U", "redistrict", "-A", "trust", "-E", "UTF8", "--no-sync"
        )
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"postgresql://redistrict@/postgres?host={self.folder}"

    def start(self) -> None:
        """Start it, also after `kill`; returns when it answers."""
        serve = ["postgres", "-D", str(self.folder / "data"), "-k", str(self.folder)]
        for setting in ("listen_addresses=", "fsync=off", "max_connections=60"):
            serve += ["-c", setting]
        for _ in range(100):  # the last one's memory may not be given back yet
            with (self.folder / "log").open("wb") as log:
                self._process = subprocess.Popen(
                    serve, stdout=log, stderr=log, user=self._user, cwd=self.folder, env=self._path
                )
            if _answers(self.folder, self._process):
                return
            time.sleep(0.1)
        raise RuntimeError("PostgreSQL does not start: " + (self.folder / "log").read_text())

    def kill(self) -> None:
        """As a power cut would end it."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """End it, and take its folder away."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)  # fast shutdown
            try:
                self._process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()
        with suppress(OSError):
            shutil.rmtree(self.folder)

    def _call(self, *words: str) -> None:
        where = {"user": self._user, "cwd": self.folder, "env": self._path}
        subprocess.run(words, check=True, capture_output=True, **where)


@contextmanager
def server() -> Generator[str]:
    """The address of a fresh server."""
    cluster = Cluster()
    try:
        cluster.start()
        yield cluster.url
    finally:
        cluster.stop()


def _answers(folder: Path, process: subprocess.Popen[bytes]) -> bool:
    for _ in range(600):
        if process.poll() is not None:
            return False
        said = (folder / "log").read_text(errors="replace")
        if (folder / ".s.PGSQL.5432").exists() and "ready to accept" in said:
            return True
        time.sleep(0.05)
    return False

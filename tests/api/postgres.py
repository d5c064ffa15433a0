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


@contextmanager
def server() -> Generator[str]:
    """The address of a fresh server; it listens on a Unix socket only."""
    binaries = available()
    assert binaries is not None
    folder = Path(tempfile.mkdtemp(prefix="redistrict-pg-"))
    user = _user()
    if user is not None:
        shutil.chown(folder, user)
    data = folder / "data"
    path = {"PATH": str(binaries), "LC_ALL": "C"}
    make = ["initdb", "-D", str(data), "-U", "redistrict", "-A", "trust", "-E", "UTF8", "--no-sync"]
    subprocess.run(make, check=True, capture_output=True, user=user, cwd=folder, env=path)
    settings = ("listen_addresses=", "fsync=off", "max_connections=60")
    serve = ["postgres", "-D", str(data), "-k", str(folder)]
    for setting in settings:
        serve += ["-c", setting]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(serve, stdout=log, stderr=log, user=user, cwd=folder, env=path)
    try:
        _wait(folder, process)
        yield f"postgresql://redistrict@/postgres?host={folder}"
    finally:
        process.send_signal(signal.SIGINT)  # fast shutdown
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        with suppress(OSError):
            shutil.rmtree(folder)


def _wait(folder: Path, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise RuntimeError((folder / "log").read_text(errors="replace"))
        if (folder / ".s.PGSQL.5432").exists() and "ready to accept" in (folder / "log").read_text(
            errors="replace"
        ):
            return
        time.sleep(0.05)
    raise RuntimeError("PostgreSQL does not answer: " + (folder / "log").read_text())

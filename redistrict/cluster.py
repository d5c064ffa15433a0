"""A Dask cluster as an executor: the tasks of `parallel` on several machines.

Every worker must hold the very code and libraries that this process has: the answer is promised
to be the same whoever computes it.
"""

from __future__ import annotations

import hashlib
import logging
import time
from concurrent.futures import Executor
from importlib.metadata import version
from pathlib import Path
from typing import Any

from redistrict.model.errors import InputError
from redistrict.model.finding import Finding

PATIENCE = 60.0
"""Seconds to wait for a worker where the cluster has none."""
CONNECT = 15.0
"""Seconds to wait for the scheduler."""

LIBRARIES = ("numba", "numpy", "ortools", "scipy")
"""Those whose version can change a plan."""


def code_in_use() -> dict[str, str]:
    """Versions of what computes a plan; of this package, a digest of its source."""
    digest = hashlib.sha256()
    here = Path(__file__).parent
    for file in sorted(here.rglob("*.py")):
        digest.update(str(file.relative_to(here)).encode() + b"\0" + file.read_bytes())
    found = {name: version(name) for name in LIBRARIES}
    return {"redistrict": f"{version('redistrict')} {digest.hexdigest()[:12]}", **found}


class Cluster:
    """A connection to a Dask scheduler. Close it; nothing of the cluster itself is stopped."""

    def __init__(self, address: str, patience: float = PATIENCE) -> None:
        """Connect to ``address`` and check the code of its workers.

        Raises `InputError`: ``cluster-not-installed``, ``scheduler-unreachable``,
        ``scheduler-without-workers`` (none came within ``patience`` seconds) or
        ``cluster-code-differs``.
        """
        try:
            from distributed import Client  # the cluster extra; only where one is asked for
        except ImportError:
            raise _refusal("cluster-not-installed") from None
        self.address, self._patience = address, patience
        # What goes wrong here is told as a finding; the library's own traces say it once more.
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        try:
            self._client: Any = Client(address, timeout=CONNECT, set_as_default=False)
        except (OSError, ValueError) as error:
            raise _refusal("scheduler-unreachable", address=address, why=str(error)) from None
        self._seen = time.monotonic()
        try:
            while not self._workers():
                self.check()
                time.sleep(0.1)
            self._compare()
        except BaseException:
            self.close()
            raise

    def executor(self) -> Executor:
        """The cluster as a `concurrent.futures` executor."""
        return self._client.get_executor(pure=False)

    def check(self) -> None:
        """Raises `InputError` (``scheduler-without-workers``) where all workers have been gone for
        long: what waits for one would wait for ever."""
        now = time.monotonic()
        if self._workers():
            self._seen = now
        elif now - self._seen > self._patience:
            params = {"address": self.address, "seconds": round(self._patience)}
            raise _refusal("scheduler-without-workers", **params)

    def lost(self) -> InputError:
        """What to raise where the scheduler is gone."""
        return _refusal("scheduler-lost", address=self.address)

    def close(self) -> None:
        """Leave the cluster; it forgets what it was still to do for us."""
        self._client.close()

    def _workers(self) -> int:
        try:
            return len(self._client.nthreads())
        except (OSError, TimeoutError):
            raise self.lost() from None

    def _compare(self) -> None:
        mine = code_in_use()
        try:
            theirs: dict[str, Any] = self._client.run(code_in_use, on_error="return")
        except OSError:
            raise self.lost() from None
        for worker, found in sorted(theirs.items()):
            if not isinstance(found, dict):  # the package is not there, or another one is
                found = {}
            for name, wanted in mine.items():
                has = str(found.get(name, "-"))
                if has != wanted:
                    params = {"worker": worker, "name": name, "wanted": wanted, "has": has}
                    raise _refusal("cluster-code-differs", **params)


def _refusal(code: str, **params: str | int | float) -> InputError:
    return InputError(Finding(code, "error", params=params))


def worker_killed(error: BaseException) -> bool:
    """True where the scheduler gave a task up because it took several workers down with it."""
    return type(error).__name__ == "KilledWorker"

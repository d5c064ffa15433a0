"""System calls of the sandbox, watched by strace: whom it connects to, what it opens."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

CALLS = "connect,sendto,sendmsg,open,openat,openat2,execve"
_OPENED = re.compile(r'^(?:open|openat|openat2)\((?:AT_FDCWD, |\d+, )?"([^"]*)".*\)\s+= \d+')
_INET = re.compile(r"^(?:connect|sendto|sendmsg)\(.*sa_family=AF_INET6?")
_SANDBOX = "/survey/inside/__main__.py"
_ROOT = Path(__file__).parents[2]
ALLOWED = (
    *("/proc/", "/sys/", "/dev/null", "/dev/urandom"),
    *("/lib/", "/lib64/", "/usr/lib/", "/usr/local/lib/"),
    *("/usr/share/zoneinfo", "/usr/share/locale"),
    *("/etc/ld.so", "/etc/localtime", "/etc/ssl/openssl.cnf"),
    *(f"{sys.prefix}/", f"{sys.base_prefix}/", f"{_ROOT}/redistrict/", f"{_ROOT}/.venv/"),
)
"""Where any Python with our libraries reads, whatever the upload is."""


class Watch:
    """strace on a process and all that it starts. ``refused``: why there is none."""

    def __init__(self, pid: int, folder: Path) -> None:
        self.refused = ""
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        strace = shutil.which("strace")
        if strace is None:
            self.refused = "no strace here"
            return
        folder.mkdir()
        out = ["-ff", "-o", str(folder / "calls"), "-s", "400", "-e", f"trace={CALLS}"]
        self._process = subprocess.Popen(
            [strace, "-f", "-qq", *out, "-p", str(pid)], stderr=subprocess.PIPE
        )
        time.sleep(1)
        if self._process.poll() is not None:
            assert self._process.stderr is not None
            self.refused = self._process.stderr.read().decode().strip()

    def close(self) -> None:
        """Watch no more."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(60)

    def out_of_bounds(self, data: Path) -> tuple[list[str], list[str]]:
        """Connections, and files opened elsewhere than below ``data`` (job and upload) and where
        Python and the libraries lie; of the sandboxes only, each once."""
        connections: set[str] = set()
        elsewhere: set[str] = set()
        self.sandboxes = 0
        for path in self._folder.iterdir():
            lines = path.read_text(errors="replace").splitlines()
            begun = next((i for i, line in enumerate(lines) if _SANDBOX in line), None)
            if begun is None:
                continue
            self.sandboxes += 1
            for line in lines[begun:]:
                if _INET.match(line):
                    connections.add(line)
                opened = _OPENED.match(line)
                if opened and not self._is_fine(opened[1], data):
                    elsewhere.add(opened[1])
        assert self.sandboxes, "nothing was seen of the sandbox"
        return sorted(connections), sorted(elsewhere)

    @staticmethod
    def _is_fine(name: str, data: Path) -> bool:
        if not name.startswith("/"):
            return not name.startswith("..")  # its own folder is where it stands
        if name == str(_ROOT):  # a folder where Python looks for modules, listed
            return True
        return name.startswith((str(data / "tmp") + "/", *ALLOWED))

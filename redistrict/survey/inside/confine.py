"""The walls: memory, CPU, no network, no children, death with the parent.

What the platform does not grant is left out, and what was granted is reported to the parent.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal

from . import limits

PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38
CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
CLONE_NEWIPC = 0x08000000


def confine(parent: int) -> dict[str, bool]:
    """Put this process behind its walls; must be called before any library starts a thread."""
    granted = {"dies_with_parent": False, "no_network": False}
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None, use_errno=True)
        granted["dies_with_parent"] = libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) == 0
        libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        # an own user namespace first: then no privilege over the outside is kept either
        granted["no_network"] = (
            libc.unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWIPC) == 0
            or libc.unshare(CLONE_NEWNET) == 0
        )
    if os.getppid() != parent:  # it died before the signal was arranged
        os._exit(1)
    for what, value in (
        (resource.RLIMIT_AS, limits.MEMORY_BYTES),
        (resource.RLIMIT_CPU, limits.CPU_SECONDS),
        (resource.RLIMIT_FSIZE, limits.FILE_BYTES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 128),
    ):
        _, hard = resource.getrlimit(what)
        if hard == resource.RLIM_INFINITY or value < hard:
            with contextlib.suppress(ValueError, OSError):
                resource.setrlimit(what, (value, value))
    return granted


ENVIRONMENT = {
    # one thread each: threads cost address space and the process is short
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "ARROW_NUM_THREADS": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MALLOC_ARENA_MAX": "1",
    "GDAL_NUM_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONUTF8": "1",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    # every way out of GDAL closed, whether or not there is a network namespace
    "GDAL_DRIVER_PATH": "disable",
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_HTTP_CONNECTTIMEOUT": "1",
    "GDAL_HTTP_TIMEOUT": "1",
    "GDAL_HTTP_MAX_RETRY": "0",
    "GDAL_HTTP_PROXY": "127.0.0.1:9",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "{nothing}",
    "CPL_CURL_ENABLE_VSIMEM": "NO",
    "CPL_AWS_AUTODETECT_EC2": "NO",
    "GDAL_ENABLE_WMS_CACHE": "NO",
    "OGR_SQLITE_LOAD_EXTENSIONS": "",
    "OGR_SQLITE_JOURNAL": "OFF",
    "OGR_ORGANIZE_POLYGONS": "DEFAULT",
    "PROJ_NETWORK": "OFF",
    "http_proxy": "127.0.0.1:9",
    "https_proxy": "127.0.0.1:9",
}

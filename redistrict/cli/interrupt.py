"""Ctrl-C and SIGTERM end a command within a second, with nothing half-written.

Both raise `KeyboardInterrupt` in the main thread, so that every context is left as it should be.
Python delivers them between two of its own instructions: a solver or a kernel in flight would
keep them waiting. Hence a thread that hears of the signal at once and ends the process if it has
not ended by itself. Worker processes die with it; what was written aside is never renamed.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from types import FrameType, TracebackType
from typing import Any

from redistrict.cli.errors import EXIT_CANCELLED

GRACE = 0.6
"""Seconds for contexts to be left."""


def end_promptly() -> None:
    """From now on SIGINT and SIGTERM end this process within a second. Main thread only."""
    if sys.platform == "win32":  # Ctrl-C is another thing there
        return
    ear, mouth = os.pipe()
    os.set_blocking(mouth, False)
    signal.set_wakeup_fd(mouth, warn_on_full_buffer=False)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    sys.excepthook, sys.unraisablehook = _uncaught, _unraisable
    threading.Thread(target=_wait, args=(ear,), daemon=True).start()


def _interrupt(number: int, frame: FrameType | None) -> Any:
    del number, frame
    for other in (signal.SIGINT, signal.SIGTERM):
        signal.signal(other, signal.SIG_IGN)  # a second one must not interrupt the tidying up
    raise KeyboardInterrupt


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Say nothing of an interrupt that reached nobody: `_wait` ends the process.

    A library in C that imports one in Python (OR-Tools does) prints what was raised on the way,
    and goes on.
    """
    if not issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)


def _unraisable(told: sys.UnraisableHookArgs) -> None:
    """The same where Python ran a finalizer or a callback: the import system's locks have one."""
    if not issubclass(told.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(told)


def _wait(ear: int) -> None:
    while True:
        numbers = os.read(ear, 1)
        if numbers and numbers[0] in (signal.SIGINT, signal.SIGTERM):
            time.sleep(GRACE)
            os._exit(EXIT_CANCELLED)

"""Search and proof side by side in two processes, watched by this one and ended on time."""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import selectors
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from redistrict.districting.cutedges.split import Whole, open_tasks
from redistrict.districting.cutedges.worker import HEADER, Job, Message, Role

Stop = Callable[[], bool]

SPARE = 2
"""Workers lost that are replaced, by one that searches."""

_START = "from redistrict.districting.cutedges.worker import main; main()"

SMALL = 100
"""Up to so many vertices the proving process is alone at first: it often needs no second one, and
that one would be slower to start than the first to end."""
ALONE = 4.0
"""Seconds it is left alone."""

TICK = 0.2
"""Seconds between looks at the clock and at the caller's wish to stop."""


class _Child:
    """One worker process and what has been read of its messages."""

    def __init__(self, role: Role, whole: Whole, seed: int, seconds: float) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _START],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
        )
        self._letters: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        threading.Thread(target=self._post, daemon=True).start()
        position = {id(t): i for i, t in enumerate(whole.tasks)}
        tasks = tuple((position[id(t)], t.instance, t.cost) for t in open_tasks(whole))
        self.tell(Job(role, tasks, seed, os.getpid(), seconds))
        self._buffer = bytearray()

    @property
    def stream(self) -> Any:
        return self.process.stdout

    def tell(self, what: object) -> None:
        """Send one object, without waiting for the worker to take it."""
        self._letters.put(pickle.dumps(what))

    def _post(self) -> None:
        """Write what is to be sent; a worker that is gone hears nothing."""
        pipe = self.process.stdin
        assert pipe is not None
        with contextlib.suppress(OSError, ValueError):
            while (letter := self._letters.get()) is not None:
                view = memoryview(letter)
                while view:
                    view = view[pipe.write(view) :]

    def read(self) -> list[Message] | None:
        """The messages that have come in whole; None when the worker has ended."""
        data = os.read(self.stream.fileno(), 1 << 20)
        if not data:
            return None
        self._buffer += data
        out: list[Message] = []
        while len(self._buffer) >= HEADER:
            size = int.from_bytes(self._buffer[:HEADER], "big")
            if len(self._buffer) < HEADER + size:
                break  # the rest is still under way
            body = bytes(self._buffer[HEADER : HEADER + size])
            out.append(pickle.loads(body))  # noqa: S301 - our own worker wrote it
            del self._buffer[: HEADER + size]
        return out

    def end(self) -> None:
        self._letters.put(None)
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()


def race(whole: Whole, seed: int, deadline: float, stop: Stop, changed: Callable[[], None]) -> None:
    """Work on ``whole`` until all is proven, ``stop()`` or ``deadline`` (`time.monotonic`)."""
    if not open_tasks(whole):
        return
    children: dict[Role, _Child] = {}
    spare = SPARE
    small = all(task.instance.graph.n <= SMALL for task in open_tasks(whole))
    joins = time.monotonic() + (ALONE if small else 0.0)
    waiting: list[Role] = ["prove", "search"]
    selector = selectors.DefaultSelector()
    try:
        while (children or waiting) and not stop():
            left = deadline - time.monotonic()
            if left <= 0 or not open_tasks(whole) or whole.best_is_proven():
                return
            while waiting and (not children or time.monotonic() >= joins):
                role = waiting.pop(0)
                children[role] = _Child(role, whole, seed, left)
                selector.register(children[role].stream, selectors.EVENT_READ, role)
            for key, _ in selector.select(min(TICK, left)):
                role: Role = key.data
                messages = children[role].read()
                if messages is None:
                    selector.unregister(key.fileobj)
                    children.pop(role).end()
                    if spare > 0:  # killed, or out of memory: what is known is kept here
                        spare -= 1
                        left = deadline - time.monotonic()
                        children[role] = _Child("search", whole, seed + 2 + spare, left)
                        selector.register(children[role].stream, selectors.EVENT_READ, role)
                    continue
                for message in messages:
                    if _learn(whole, message):
                        changed()
                        if message.kind == "plan" and message.outside == 0:
                            for other in children.values():
                                other.tell((message.task, message.value))
    finally:
        selector.close()
        for child in children.values():
            child.end()


def _learn(whole: Whole, message: Message) -> bool:
    task = whole.tasks[message.task]
    if message.kind == "plan" and message.assignment is not None:
        plan = message.assignment
        if message.outside == 0 and not task.instance.feasible(plan):
            return False  # never trust a plan that was not checked
        return task.offer(message.outside, message.value, plan)
    before = task.bound
    if message.kind == "bound":
        task.raise_bound(message.value)
    elif message.kind == "infeasible":
        task.raise_bound(None)
    return task.bound != before

"""How the service ends: what is under way is answered, what would wait for ever is told at once."""

from __future__ import annotations

import threading
from types import FrameType

import uvicorn
from fastapi import FastAPI


class Server(uvicorn.Server):
    """uvicorn that says so as soon as it is asked to end.

    ``ending`` is set first: `/readyz` is false from then on, streams of events end (a client
    goes on elsewhere from the last event it saw). Requests have ``grace`` seconds, then uvicorn
    closes their connections; runs are given back (`api.runs.durable.Durable.close`).
    """

    def __init__(self, app: FastAPI, ending: threading.Event, grace: int) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=grace,
                timeout_keep_alive=30,
            )
        )
        self._ending = ending

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal asks us to end."""
        self._ending.set()
        super().handle_exit(sig, frame)

"""What an operator sees: counters for Prometheus and one JSON line per request.

Neither holds a query, a body or a name: routes are told by their pattern, so that no household,
address or search ends up in a log.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

PLAIN = ("request_id", "method", "route", "status", "milliseconds", "account", "run", "state")


class Metrics:
    """The counters of one application; a registry of its own, so that tests do not share them."""

    content_type = CONTENT_TYPE_LATEST

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "redistrict_requests",
            "Requests answered",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "redistrict_request_seconds",
            "Time to answer a request",
            ("route",),
            registry=self._registry,
        )
        self.running = Gauge(
            "redistrict_requests_in_progress", "Requests under way", registry=self._registry
        )

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def text(self) -> bytes:
        """All of it, in the text format of Prometheus."""
        return generate_latest(self._registry)


class JsonLines(logging.Formatter):
    """One JSON object per line; only fields named here ever get out."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        said: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        fields = record.__dict__
        said |= {key: fields[key] for key in PLAIN if fields.get(key) is not None}
        if record.exc_info:
            said["trace"] = self.formatException(record.exc_info)
        return json.dumps(said, ensure_ascii=False, default=str)


def log_to_stderr(level: int = logging.INFO) -> None:
    """From now on this process logs JSON lines to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # Access lines of our own say less about people, and more about routes.
    logging.getLogger("uvicorn.access").disabled = True
    for name in ("dbos", "sqlalchemy", "alembic", "uvicorn.error"):
        logging.getLogger(name).setLevel(logging.WARNING)

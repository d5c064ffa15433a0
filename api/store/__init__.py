"""What the service keeps: rows in a database, files by their hash, and a chain of acts."""

from api.store import civic as civic  # its tables belong to every database
from api.store.artifacts import Artifacts
from api.store.engine import Store

__all__ = ["Artifacts", "Store"]

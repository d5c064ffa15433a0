"""The workings of a run in one file: a zip of Parquet tables, the same bytes for the same run."""

from redistrict.workings.archive import FILE, read, write

__all__ = ["FILE", "read", "write"]

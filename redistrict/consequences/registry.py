"""The registry: every consequence has a name, a clause and a version, and is a pure function."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from redistrict.consequences.context import Consequences, Context, Result
from redistrict.model.finding import Finding


@dataclass(frozen=True)
class Entry:
    """``version`` rises whenever the same input may give another answer."""

    name: str
    clause: str
    version: int
    function: Callable[[Context], Result]


REGISTRY: dict[str, Entry] = {}


def consequence(
    name: str, clause: str, version: int
) -> Callable[[Callable[[Context], Result]], Callable[[Context], Result]]:
    """Register a pure function of a `Context` under ``name``."""

    def register(function: Callable[[Context], Result]) -> Callable[[Context], Result]:
        if name in REGISTRY:
            raise ValueError(name)
        REGISTRY[name] = Entry(name, clause, version, function)
        return function

    return register


def committee_columns(context: Context, names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The extra fields of each committee that the consequences ``names`` answer.

    ``staff``, ``working_funds`` and ``subsidies`` look at the committees only (all of them:
    shares add up over the city); ``premises`` at buildings, too, of each committee by itself.
    """
    columns: dict[str, dict[str, Any]] = {i: {} for i in context.households()}
    for name in names:
        for committee_id, fields in REGISTRY[name].function(context).columns.items():
            _merge(columns[committee_id], fields, name)
    return columns


def evaluate(context: Context) -> Consequences:
    """Every registered consequence, in order of registration.

    ``values["consequences"]`` lists what was computed with clause and version, so that figures of
    two proposals are compared only where they mean the same.
    """
    columns: dict[str, dict[str, Any]] = {i: {} for i in context.households()}
    tables: dict[str, pd.DataFrame] = {}
    values: dict[str, Any] = {
        "consequences": [
            {"name": e.name, "clause": e.clause, "version": e.version} for e in REGISTRY.values()
        ]
    }
    findings: list[Finding] = []
    for entry in REGISTRY.values():
        result = entry.function(context)
        _merge(values, result.values, entry.name)
        _merge(tables, result.tables, entry.name)
        for committee_id, fields in result.columns.items():
            _merge(columns[committee_id], fields, entry.name)
        findings.extend(result.findings)
    return Consequences(columns, tables, values, tuple(findings))


def _merge(into: dict[str, Any], new: Any, name: str) -> None:
    for key, value in new.items():
        if key in into:
            raise ValueError(f"{name}: {key}")
        into[key] = value

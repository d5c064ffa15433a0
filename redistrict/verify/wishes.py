"""Invariant 5: every keep-with or keep-apart wish that is not met says why, and it is true."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from redistrict.model.finding import Finding
from redistrict.verify.city import City, Integers, texts
from redistrict.verify.report import Check, judged

KINDS = ("keep_with", "keep_apart")
_LIST = re.compile(r"[,;，；、\s]+")


def check(city: City) -> Check:
    """One statement per wish of the estates layer beside the proposal (or of the survey)."""
    asked = _Asked(city)
    return judged("wishes", 5, len(asked.pairs), asked.findings())


class _Asked:
    """The wishes, and where the estates they name lie."""

    def __init__(self, city: City) -> None:
        estates: Any = city.survey.get("estates", city.frames.get("estates"))
        self.city = city
        self.estates = estates
        self.pairs: list[tuple[str, str, str]] = []
        self.alone: set[str] = set()
        if estates is None or "estate_id" not in estates.columns:
            return
        names = texts(estates, "estate_id").tolist()
        pairs = {
            (kind, min(name, other), max(name, other))
            for kind in KINDS
            for name, listed in zip(names, texts(estates, kind).tolist(), strict=True)
            for other in _LIST.split(listed or "")
            if name and other and other != name
        }
        self.pairs = sorted(pairs)
        reasons = texts(estates, "standalone_reason").tolist()
        self.alone = {n for n, reason in zip(names, reasons, strict=True) if n and reason}
        grid = city.grid_of
        self.committee = np.where(grid >= 0, city.committee_of[np.maximum(grid, 0)], -1)
        self.rows: dict[str, Integers] = {}
        for name in {n for _, *pair in self.pairs for n in pair}:
            rows = np.flatnonzero(city.buildings.estate == name)
            lived = rows[city.buildings.households[rows] > 0]
            if len(rows):
                self.rows[name] = lived if len(lived) else rows

    def findings(self) -> Iterator[Finding]:
        """Of every unmet wish: referred to people, or failed where what is said of it is untrue."""
        stated = _stated(self.city.manifest)
        for kind, a, b in self.pairs:
            entry = None if stated is None else stated.get((kind, a, b))
            if self.met(kind, a, b):
                if entry is not None:
                    yield self._finding(kind, a, b, "check-wish-met", entry)
                continue
            code = None
            if stated is not None:
                code = "check-wish-missing" if entry is None else self._fault(kind, a, b, entry)
            yield self._finding(kind, a, b, code, entry)

    def met(self, kind: str, a: str, b: str) -> bool:
        """True where the drawing grants it; an estate without buildings can be granted nothing."""
        if a not in self.rows or b not in self.rows:
            return False
        first, second = (set(self.committee[self.rows[n]].tolist()) for n in (a, b))
        if kind == "keep_with":
            return len(first | second) == 1
        return not first & second

    def _fault(self, kind: str, a: str, b: str, entry: Mapping[str, Any]) -> str | None:
        """What is wrong with the reason given; None where it is true, or for people to judge."""
        holds = {
            "wish-no-such-estate": lambda: a not in self.rows or b not in self.rows,
            "wish-offices": lambda: kind == "keep_with" and len(self._offices(a, b)) > 1,
            "wish-frozen": lambda: self._frozen(kind, a, b),
            "wish-standalone": lambda: kind == "keep_with" and bool({a, b} & self.alone),
            "wish-contradiction": lambda: kind == "keep_apart" and self._tied(a, b),
            "wish-same-grid": lambda: kind == "keep_apart" and self._share_grid(a, b),
            # Whose neighbour is whose on the ground is not part of a proposal.
            "wish-not-adjacent": lambda: kind == "keep_with",
            "wish-not-found": lambda: True,
        }.get(str(entry.get("reason_code")))
        if holds is None:
            return "check-wish-missing"
        return None if holds() else "check-wish-untrue"

    def _offices(self, a: str, b: str) -> set[int]:
        rows = self.committee[np.concatenate([self.rows[a], self.rows[b]])]
        return set(self.city.office_of[rows[rows >= 0]].tolist())

    def _frozen(self, kind: str, a: str, b: str) -> bool:
        first, second = (set(self.committee[self.rows[n]].tolist()) for n in (a, b))
        held = first & second if kind == "keep_apart" else first | second
        frozen: list[object] = self.city.committees.frozen.tolist()
        found = [c >= 0 and frozen[c] is not None for c in held]
        return any(found) if kind == "keep_with" else all(found)

    def _tied(self, a: str, b: str) -> bool:
        """Reached from one another over keep-with wishes."""
        reached, grew = {a}, True
        while grew:
            links = ({x, y} for k, x, y in self.pairs if k == "keep_with")
            more = set[str]().union(*(pair for pair in links if pair & reached))
            grew, reached = not more <= reached, reached | more
        return b in reached

    def _share_grid(self, a: str, b: str) -> bool:
        first, second = (set(self.city.grid_of[self.rows[n]].tolist()) for n in (a, b))
        return bool(first & second)

    def _finding(
        self, kind: str, a: str, b: str, fault: str | None, entry: Mapping[str, Any] | None
    ) -> Finding:
        known = [self.rows[n] for n in (a, b) if n in self.rows]
        rows = self.committee[np.concatenate(known)] if known else np.array([], dtype=np.int64)
        ids = sorted({str(self.city.committees.ids[c]) for c in rows.tolist() if c >= 0})
        return Finding(
            fault or f"check-{kind.replace('_', '-')}-unmet",
            "error" if fault else "warning",
            "estates",
            f"{a} + {b}",
            clause="2.2",
            outcome="fail" if fault else "refer",
            params={
                "first": a,
                "second": b,
                "committees": "、".join(ids),
                "reason": "" if entry is None else str(entry.get("reason_code")),
            },
        )


def _stated(manifest: Mapping[str, Any]) -> dict[tuple[str, str, str], Mapping[str, Any]] | None:
    """What proposal.json says of unmet wishes; None where it does not speak of wishes at all."""
    told = manifest.get("wishes")
    rows = told.get("unmet") if isinstance(told, Mapping) else None
    if not isinstance(rows, list):
        return None
    found: dict[tuple[str, str, str], Mapping[str, Any]] = {}
    for row in rows:
        if isinstance(row, Mapping) and isinstance(row.get("estates"), list):
            pair = sorted(str(n) for n in row["estates"])
            if len(pair) == 2:
                found[str(row.get("wish")), pair[0], pair[1]] = row
    return found

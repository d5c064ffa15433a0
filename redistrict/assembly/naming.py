"""Ids and provisional codes of committees and service grids.

Only the authority issues codes: those made here carry 暂编 (provisional) in front.
"""

from __future__ import annotations

from collections.abc import Sequence

PROVISIONAL = "暂编"


def committee_ids(
    continues: Sequence[str | None], offices: Sequence[str], rank: Sequence[int]
) -> list[str]:
    """The id of the committee continued, else ``<street office id>-N<nn>`` in order of ``rank``."""
    return _complete(continues, [f"{office}-N" for office in offices], rank)


def grid_ids(
    continues: Sequence[str | None], committees: Sequence[str], rank: Sequence[int]
) -> list[str]:
    """The id of the grid continued, else ``<committee id>-<nn>`` in order of ``rank``."""
    return _complete(continues, [f"{committee}-" for committee in committees], rank)


def _complete(
    continues: Sequence[str | None], stems: Sequence[str], rank: Sequence[int]
) -> list[str]:
    taken = {c for c in continues if c is not None}
    ids = [c or "" for c in continues]
    last: dict[str, int] = {}
    for i in sorted(range(len(ids)), key=lambda i: rank[i]):
        while not ids[i] or (continues[i] is None and ids[i] in taken):
            last[stems[i]] = last.get(stems[i], 0) + 1
            ids[i] = f"{stems[i]}{last[stems[i]]:02d}"
        taken.add(ids[i])
    return ids


def grid_code(office_code: str | None, committee: int, grid: int) -> str:
    """12 digits (9 of the street office, 3 of the committee) and a 3-digit grid suffix.

    An office without a code of at least nine digits is written as nine zeros: a gap one can see,
    never an invented number.
    """
    digits = "".join(c for c in office_code or "" if c.isdigit())
    stem = digits[:9] if len(digits) >= 9 else "0" * 9
    return f"{PROVISIONAL}{stem}{committee:03d}-{grid:03d}"

"""overview.png for the city and one for each street office: before and after, side by side."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from redistrict.i18n import Lang
from redistrict.model.proposal import Proposal
from redistrict.parallel import Workers
from redistrict.publish.overview.page import draw
from redistrict.publish.overview.panels import Sheet

LONGEST = 180
"""Bytes of an id in a file name."""


LARGE = 10_000
"""Buildings from which other processes are worth their start."""


@dataclass(frozen=True)
class _Share:
    """Some of the sheets, for one process: (office or None for the city, file name)."""

    proposal: Proposal
    folder: Path
    lang: Lang
    sheets: list[tuple[str | None, str]]


def write_overviews(
    proposal: Proposal, folder: Path, lang: Lang, workers: Workers | None = None
) -> Callable[[], list[str]]:
    """Pictures of ``proposal`` into ``folder``: call what is returned to have them finished, and
    for their names.

    With ``workers``, those of a large city are drawn by them meanwhile.
    """
    sheets = list(_names(proposal).items())
    if workers is None or not workers.local or len(proposal.layers["buildings"]) < LARGE:
        return lambda: _draw(_Share(proposal, folder, lang, sheets))
    # The others get what they draw from, not what it takes to edit or explain it.
    shown = replace(proposal, tables={}, manifest={}, findings=(), consequences={}, workings=None)
    shares = [_Share(shown, folder, lang, sheets[i :: workers.count]) for i in range(workers.count)]
    finish = workers.begin(_draw, [share for share in shares if share.sheets])
    return lambda: [name for names in finish() for name in names]


def _draw(share: _Share) -> list[str]:
    for office, name in share.sheets:
        draw(Sheet(share.proposal, office, share.lang), share.folder / name)
    return [name for _, name in share.sheets]


def _names(proposal: Proposal) -> dict[str | None, str]:
    """The file name of the city's sheet (None) and of each street office's."""
    offices = [str(i) for i in proposal.layers["street_offices"]["street_office_id"]]
    return {None: "overview.png"} | {
        office: f"overview-{safe}.png"
        for office, safe in zip(offices, safe_names(offices), strict=True)
    }


def safe_names(ids: list[str]) -> list[str]:
    """Each id as part of a file name that every system takes; different ids stay different."""
    taken: set[str] = set()
    names: list[str] = []
    for given in ids:
        stem = re.sub(r"[^\w.-]+", "_", given).strip("._") or "_"
        stem = stem.encode()[:LONGEST].decode(errors="ignore")
        name, number = stem, 1
        while name.casefold() in taken:
            number += 1
            name = f"{stem}~{number}"
        taken.add(name.casefold())
        names.append(name)
    return names

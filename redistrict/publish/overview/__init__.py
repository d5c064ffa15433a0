"""overview.png for the city and one for each street office: before and after, side by side."""

from __future__ import annotations

import re
from pathlib import Path

from redistrict.i18n import Lang
from redistrict.model.proposal import Proposal
from redistrict.publish.overview.page import draw
from redistrict.publish.overview.panels import Sheet

LONGEST = 180
"""Bytes of an id in a file name."""


def write_overviews(proposal: Proposal, folder: Path, lang: Lang) -> list[str]:
    """Pictures of ``proposal`` into ``folder``; returns their names."""
    offices = [str(i) for i in proposal.layers["street_offices"]["street_office_id"]]
    names = {None: "overview.png"} | {
        office: f"overview-{safe}.png"
        for office, safe in zip(offices, safe_names(offices), strict=True)
    }
    for office, name in names.items():
        draw(Sheet(proposal, office, lang), folder / name)
    return list(names.values())


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

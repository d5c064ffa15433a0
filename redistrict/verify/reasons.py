"""Invariant 5: every area outside its window or band says why, and the reason is true."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from redistrict.model.finding import Finding
from redistrict.verify import bands, windows
from redistrict.verify.certificates import Certificates
from redistrict.verify.city import Areas, City, Integers
from redistrict.verify.land import Pieces
from redistrict.verify.report import Check, judged
from redistrict.verify.verdicts import Verdict


def checks(city: City, committee_land: Pieces) -> list[Check]:
    """Every check of invariant 5."""
    certificates = Certificates(city.manifest)
    grids = windows.known(city, committee_land, certificates)
    committees = bands.known(city, certificates)
    return [
        judged(
            "window-flags",
            5,
            len(city.grids) + len(city.committees),
            _flags(
                (city.grids, grids.sums, grids.outside),
                (city.committees, committees.sums, committees.outside),
            ),
        ),
        judged(
            "grid-reasons",
            5,
            int(grids.outside.sum()),
            _judged(
                city.grids,
                grids.sums,
                grids.outside,
                "6.5",
                lambda g: windows.judge(grids, g),
                (city.profile.grid.lower, city.profile.grid.upper),
            ),
        ),
        judged("grid-reasons-once", 5, int(grids.outside.sum()), _once(city, grids)),
        judged(
            "committee-reasons",
            5,
            int(committees.outside.sum()),
            _judged(
                city.committees,
                committees.sums,
                committees.outside,
                "2.2",
                lambda c: bands.judge(committees, c),
                (city.profile.committee.lower, city.profile.committee.upper),
            ),
        ),
    ]


def _flags(*levels: tuple[Areas, Integers, np.ndarray]) -> Iterator[Finding]:
    for area, sums, outside in levels:
        for i in range(len(area)):
            stated = area.inside[i]
            if stated is not None and stated == bool(outside[i]):
                yield Finding(
                    "check-flag-wrong",
                    "error",
                    area.layer,
                    area.ids[i],
                    outcome="fail",
                    geometry=area.geometry[i],
                    params={"households": int(sums[i]), "outside": bool(outside[i])},
                )


def _judged(
    area: Areas,
    sums: Integers,
    outside: np.ndarray,
    clause: str,
    judge: Callable[[int], Verdict],
    limits: tuple[int, int],
) -> Iterator[Finding]:
    for i in np.flatnonzero(outside).tolist():
        verdict = judge(i)
        if verdict.truth == "true":
            continue
        false = verdict.truth == "false"
        yield Finding(
            verdict.code,
            "error" if false else "info",
            area.layer,
            area.ids[i],
            clause=clause,
            outcome="fail" if false else "refer",
            geometry=area.geometry[i],
            params={
                "households": int(sums[i]),
                "lower": limits[0],
                "upper": limits[1],
                **verdict.params,
            },
        )


def _once(city: City, grids: windows.Grids) -> Iterator[Finding]:
    """Arithmetic leaves one grid outside a total, not several: more of them need another reason."""
    cited: dict[tuple[int, object], list[int]] = {}
    for g in np.flatnonzero(grids.outside & (city.grids.code == "arithmetic")).tolist():
        key = (int(city.committee_of[g]), city.grids.params[g].get("total"))
        cited.setdefault(key, []).append(g)
    for (committee, _), rows in sorted(cited.items(), key=lambda item: item[1]):
        if len(rows) > 1:
            yield Finding(
                "check-reason-repeated",
                "warning",
                "service_grids",
                city.grids.ids[rows[0]],
                clause="6.5",
                outcome="refer",
                geometry=city.grids.geometry[rows[0]],
                params={
                    "committee_id": str(city.committees.ids[committee]) if committee >= 0 else "",
                    "count": len(rows),
                },
            )

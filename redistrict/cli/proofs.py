"""Tables of a run's proofs in words: per street office, and between ways to integrate estates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from rich.markup import escape
from rich.table import Table

from redistrict.cli.certificates import certificate_text, office_of
from redistrict.i18n import Lang, text
from redistrict.model.proposal import Proposal

Certificate = Mapping[str, Any]


def proofs(proposal: Proposal, told: Mapping[str, Any], lang: Lang) -> Table:
    """What is proven of each street office's committees and grids."""
    table = _table("cli.summary.proofs", ("office", "certificate_committees", "certificate_grids"),
                   lang)  # fmt: skip
    solver = cast("Mapping[str, Sequence[Certificate]]", told.get("solver", {}))
    committees = proposal.layers["committees"]
    owner = dict(zip(committees["committee_id"], committees["street_office_id"], strict=True))
    for office, name in office_names(proposal).items():
        of_committees, of_grids = (
            [c for c in solver.get(kind, ()) if office_of(c, owner) == office]
            for kind in ("committees", "service_grids")
        )
        table.add_row(
            escape(name), certificate_text(of_committees, lang), "\n".join(_grids(of_grids, lang))
        )
    return table


def integrations(proposal: Proposal, told: Mapping[str, Any], lang: Lang) -> Table | None:
    """The ways to integrate small new estates (2.2), where there were two to compare."""
    rows = cast("Sequence[Mapping[str, Any]]", told.get("integrations", ()))
    compared = [row for row in rows if len(row["options"]) > 1]
    if not compared:
        return None
    columns = ("office", "way", "way_outside", "way_moved", "way_committees", "way_proof")
    table = _table("cli.summary.integration", columns, lang)
    names = office_names(proposal)
    for row in compared:
        office = str(row["street_office_id"])
        for number, option in enumerate(row["options"]):
            way = text(f"cli.way.{option['way']}", lang)
            taken = option["way"] == row["taken"]
            table.add_row(
                escape(names.get(office, office)) if number == 0 else "",
                text("cli.way.taken", lang, way=way) if taken else way,
                f"{option['households_outside_band']:,}",
                f"{option['households_moved']:,}",
                str(option["committees"]),
                certificate_text([option], lang),
            )
    return table


def office_names(proposal: Proposal) -> dict[str, str]:
    """Street office id -> what people call it; offices of one name are told apart by their id."""
    offices = proposal.layers["street_offices"]
    ids = [str(i) for i in offices["street_office_id"]]
    given = offices["name"] if "name" in offices else offices["street_office_id"]
    names = [n if isinstance(n, str) and n else i for n, i in zip(given, ids, strict=True)]
    return {
        i: n if names.count(n) == 1 or n == i else f"{n} ({i})"
        for i, n in zip(ids, names, strict=True)
    }


def _grids(certificates: Sequence[Certificate], lang: Lang) -> Iterable[str]:
    """One line per kind of answer: how many committees, how many households."""
    groups: dict[str, list[Certificate]] = {}
    for certificate in certificates:
        groups.setdefault(_kind(certificate), []).append(certificate)
    for kind in ("fits", "least", "bound", "unproven"):
        mine = groups.get(kind, [])
        if mine:
            whole = len(mine) == 1 and "committee_id" not in mine[0]
            where = "cli.proof.office" if whole else "cli.proof.committees"
            yield text(
                f"cli.proof.{kind}",
                lang,
                where=text(where, lang, count=len(mine), total=len(certificates)),
                outside=sum(_outside(c)[0] for c in mine),
                bound=sum(_outside(c)[1] for c in mine),
                optimal=sum(c["status"] == "optimal" for c in mine),
            )


def _kind(certificate: Certificate) -> str:
    value, bound = _outside(certificate)
    if value == 0:
        return "fits"
    if bound == 0:
        return "unproven"
    return "least" if bound >= value else "bound"


def _outside(certificate: Certificate) -> tuple[int, int]:
    """Households outside, and how many at least."""
    terms = cast("Sequence[Mapping[str, Any]]", certificate.get("terms", ()))
    found = next((t for t in terms if t["name"] == "outside"), None)
    return (int(found["value"]), int(found["bound"] or 0)) if found else (0, 0)


def _table(title: str, columns: Sequence[str], lang: Lang) -> Table:
    table = Table(title=text(title, lang), title_justify="left")
    for name in columns:
        number = name in ("way_outside", "way_moved", "way_committees")
        table.add_column(
            text(f"cli.summary.{name}", lang),
            justify="right" if number else "left",
            overflow="fold",
        )
    return table

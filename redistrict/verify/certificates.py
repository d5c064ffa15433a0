"""What the manifest says of the solver's work, read leniently: a hand-drawn map has none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Certificate:
    """Status and households outside the window, as one problem's certificate states them."""

    status: str
    outside: int | None
    bound: int | None

    @property
    def proves_some_outside(self) -> bool:
        """True if it claims a proof that some households must stay outside."""
        return self.status == "infeasible" or (self.bound or 0) > 0

    def beside(self, other: Certificate) -> Certificate:
        """Two problems of one scope (a street office in two parts) as one."""
        return Certificate(
            self.status if self.status == other.status else "unknown",
            _both(self.outside, other.outside),
            _both(self.bound, other.bound),
        )


def _both(a: int | None, b: int | None) -> int | None:
    return None if a is None or b is None else a + b


class Certificates:
    """Certificates of a manifest by committee (grids) and by street office (committees)."""

    def __init__(self, manifest: Mapping[str, Any]) -> None:
        self._grids: dict[str, Certificate] = {}
        self._office_grids: dict[str, Certificate] = {}
        self._committees: dict[str, Certificate] = {}
        for path, row in _rows(manifest.get("solver"), ()):
            certificate = _certificate(row)
            committee, office = row.get("committee_id"), row.get("street_office_id")
            if isinstance(committee, str):
                self._grids.setdefault(committee, certificate)
            elif isinstance(office, str):
                about_grids = any("grid" in step for step in path)
                known = self._office_grids if about_grids else self._committees
                known[office] = (
                    certificate.beside(known[office]) if office in known else certificate
                )

    def of_grids(self, committee: str | None, office: str | None) -> Certificate | None:
        """The certificate of the grids of a committee (greenfield: of its street office)."""
        return self._grids.get(committee or "") or self._office_grids.get(office or "")

    def of_committees(self, office: str | None) -> Certificate | None:
        """The certificate of the committees of a street office."""
        return self._committees.get(office or "")

    def whole_office(self, committee: str | None) -> bool:
        """True if the committee's grids were drawn together with those of its office."""
        return (committee or "") not in self._grids


def _rows(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    if isinstance(value, Mapping):
        if "status" in value:
            yield path, value
        else:
            for key in value:
                inner = value[key]
                known = inner if isinstance(inner, Mapping) else None
                named = known is not None and "status" in known
                yield from _rows(
                    {**_scope(str(key), path), **known} if named and known else inner,
                    (*path, str(key)),
                )
    elif isinstance(value, list):
        for inner in value:
            yield from _rows(inner, path)


def _scope(key: str, path: tuple[str, ...]) -> dict[str, str]:
    """An id used as a key names the scope where the row itself does not."""
    about_grids = any("grid" in step for step in path)
    return {"committee_id" if about_grids else "street_office_id": key}


def _certificate(row: Mapping[str, Any]) -> Certificate:
    terms = row.get("terms")
    outside: Mapping[str, Any] = {}
    if isinstance(terms, list):
        named = [t for t in terms if isinstance(t, Mapping) and t.get("name") == "outside"]
        outside = named[0] if named else {}
    return Certificate(
        str(row.get("status")), _whole(outside.get("value")), _whole(outside.get("bound"))
    )


def _whole(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else None

"""Is a reason true? Answers shared by service grids and committees."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, TypeVar

from redistrict.verify.arithmetic import EXHAUSTIVE, fits, least_outside, some_set_fits
from redistrict.verify.certificates import Certificate
from redistrict.verify.city import Areas

Truth = Literal["true", "false", "unproved", "stated"]
"""`unproved`: consistent with the certificate of the run, not proven again here; `stated`: a
sentence of a person, which only people can judge."""

PROVEN = ("trapped", "no-feasible-part", "proven-minimum")

Known = TypeVar("Known")
"""What the reasons of one level, service grids or committees, are judged by."""


@dataclass(frozen=True)
class Verdict:
    """A truth and, where it is not `true`, the catalogue code and parameters that say why."""

    truth: Truth
    code: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)


TRUE = Verdict("true")


def untrue(code: str, **params: Any) -> Verdict:
    """The reason does not hold."""
    return Verdict("false", f"check-reason-{code}", params)


Judge: TypeAlias = Callable[[Known, int, Mapping[str, Any]], Verdict]
"""Judges one code: what is known, the row of the area, the parameters of its reason."""


def judge(
    known: Known,
    areas: Areas,
    row: int,
    limits: tuple[int, int],
    codes: Mapping[str, Judge[Known]],
    solved: Callable[[Known, int, str, Mapping[str, Any]], Verdict],
) -> Verdict:
    """Whether the reason of an area outside ``limits`` (lower, upper) is true.

    ``codes``: reasons of this level that are re-counted from the map; ``solved`` judges those that
    rest on the run's search, by code.
    """
    code, params, sentence = areas.code[row], areas.params[row], areas.reason[row]
    stated = Verdict("stated", "check-reason-stated", {"reason": sentence})
    if code is None:
        return untrue("missing") if sentence is None else stated
    differs = window_differs(params, *limits)
    if differs is not None:
        return differs
    if code in PROVEN or code == "search-limit":
        return solved(known, row, code, params)
    if code in codes:
        return codes[code](known, row, params)
    return untrue("unknown", reason=code) if sentence is None else stated


def window_differs(params: Mapping[str, Any], lower: int, upper: int) -> Verdict | None:
    """A reason that argues with limits other than the profile's argues about something else."""
    for key, value in (("lower", lower), ("upper", upper)):
        if key in params and params[key] != value:
            return untrue("limits", stated=params[key], profile=value)
    return None


def arithmetic(
    params: Mapping[str, Any], totals: Sequence[tuple[int, int]], lower: int, upper: int
) -> Verdict:
    """No whole number of areas fits the total; ``totals``: ranges the total may lie in."""
    claimed = params.get("total", totals[0][0])
    if not isinstance(claimed, int) or not any(a <= claimed <= b for a, b in totals):
        known = "、".join(dict.fromkeys(str(a) for a, _ in totals[:6]))
        return untrue("total", stated=str(claimed), counted=known)
    if fits(claimed, lower, upper):
        return untrue("arithmetic", total=claimed, lower=lower, upper=upper)
    return TRUE


def subset_ranges(must: int, others: Iterable[int]) -> list[tuple[int, int]]:
    """``must`` plus every subset of ``others``, as exact ranges, smallest first."""
    sums = {must}
    for value in others:
        sums |= {s + value for s in sums}
    return [(s, s) for s in sorted(sums)]


def proven(
    code: str,
    params: Mapping[str, Any],
    weights: Sequence[int],
    mine: Sequence[int],
    outside: int,
    certificate: Certificate | None,
    lower: int,
    upper: int,
) -> Verdict:
    """`trapped`, `no-feasible-part`, `proven-minimum`: proven again where that is possible.

    ``weights``: households of the populated buildings of the scope, ``mine``: which of them lie in
    the area; ``outside``: households outside the window in the scope. Sets of buildings are tried
    without regard to who is whose neighbour (the map of cells is not part of a proposal): what is
    impossible even so is impossible on every map.
    """
    if code == "no-feasible-part" and any(
        not some_set_fits(weights, i, lower, upper) for i in mine
    ):
        return TRUE
    if len(weights) <= EXHAUSTIVE:
        least = least_outside(weights, lower, upper)
        claimed = params.get("bound", outside) if code == "proven-minimum" else outside
        if isinstance(claimed, int) and least >= max(1, claimed):
            return TRUE
    if certificate is None:
        return Verdict("stated", "check-reason-no-certificate", {"reason": code})
    if not certificate.proves_some_outside:
        return untrue("not-proven", reason=code, status=certificate.status)
    if certificate.outside is not None and certificate.outside != outside:
        return untrue("outside-differs", stated=certificate.outside, counted=outside)
    return Verdict("unproved", "check-reason-not-reproved", {"reason": code})


def search_limit(outside: int, certificate: Certificate | None) -> Verdict:
    """The honest rest: the certificate must leave room for something better."""
    if certificate is None:
        return Verdict("stated", "check-reason-no-certificate", {"reason": "search-limit"})
    if certificate.outside is not None and certificate.outside != outside:
        return untrue("outside-differs", stated=certificate.outside, counted=outside)
    bound, value = certificate.bound, certificate.outside
    if certificate.status == "infeasible" and bound is not None and bound == value:
        return untrue("proven-after-all", bound=bound)
    return Verdict(
        "unproved", "check-reason-search-limit", {"bound": "—" if bound is None else bound}
    )

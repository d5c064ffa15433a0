"""Clause 4.2: working funds, and members' subsidies shared 5 : 2 : 3. All amounts in cents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from redistrict.consequences.context import Context, Result
from redistrict.consequences.registry import consequence
from redistrict.consequences.staff import capped
from redistrict.model.finding import Finding

LEVELS = ("prefecture", "city", "street_office")


def share_exactly(total: int, weights: Sequence[int]) -> list[int]:
    """Divide ``total`` cents by ``weights`` so that the parts sum to it.

    Largest remainder (Hamilton); equal remainders go to the earlier one. All zeros give zeros.
    """
    whole = sum(weights)
    if whole == 0:
        return [0] * len(weights)
    shares = [total * w // whole for w in weights]
    rest = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in rest[: total - sum(shares)]:
        shares[i] += 1
    return shares


@consequence("working_funds", "4.2", 1)
def working_funds(context: Context) -> Result:
    """A yearly amount per 1,000 households; without a rate the amount stays open.

    ``proportional``: the city's total by households, to the cent; ``stepped``: the rate for every
    1,000 households begun. Column ``working_funds_cents`` (None when open).
    """
    rule = context.profile.funding
    households = context.households()
    if rule.rate_per_1000_cents is None:
        open_value: dict[str, Any] = {
            "status": "open",
            "rate_per_1000_cents": None,
            "method": rule.method,
            "total_cents": None,
        }
        return Result(
            {"working_funds": open_value},
            {i: {"working_funds_cents": None} for i in households},
            findings=(Finding("funding-rate-open", "info", clause="4.2", outcome="refer"),),
        )
    rate = rule.rate_per_1000_cents
    if rule.method == "stepped":
        amounts = [rate * -(-h // 1000) for h in households.values()]
    else:
        total = (rate * sum(households.values()) * 2 + 1000) // 2000
        amounts = share_exactly(total, list(households.values()))
    value: dict[str, Any] = {
        "status": "stated",
        "rate_per_1000_cents": rate,
        "method": rule.method,
        "total_cents": sum(amounts),
    }
    columns = {i: {"working_funds_cents": a} for i, a in zip(households, amounts, strict=True)}
    return Result({"working_funds": value}, columns)


@consequence("subsidies", "4.2", 1)
def subsidies(context: Context) -> Result:
    """Members' subsidies of each committee shared between the three levels, exact in cents.

    Separate from working funds. Columns ``subsidy_cents`` and ``subsidy_<level>_cents``.
    """
    rule = context.profile.funding
    households = context.households()
    fields = ("subsidy_cents", *(f"subsidy_{level}_cents" for level in LEVELS))
    if rule.subsidy_per_member_cents is None:
        value: dict[str, Any] = {
            "status": "open",
            "shares": list(rule.subsidy_shares),
            "total_cents": None,
        }
        return Result(
            {"subsidies": value},
            {i: dict.fromkeys(fields) for i in households},
            findings=(Finding("subsidy-rate-open", "info", clause="4.2", outcome="refer"),),
        )
    columns: dict[str, dict[str, Any]] = {}
    for committee_id, count in households.items():
        total = rule.subsidy_per_member_cents * capped(count, context.profile.staff)
        parts = share_exactly(total, rule.subsidy_shares)
        columns[committee_id] = dict(zip(fields, (total, *parts), strict=True))
    sums = {f: sum(c[f] for c in columns.values()) for f in fields}
    value = {
        "status": "stated",
        "shares": list(rule.subsidy_shares),
        "total_cents": sums["subsidy_cents"],
        **{level: sums[f"subsidy_{level}_cents"] for level in LEVELS},
    }
    return Result({"subsidies": value}, columns)

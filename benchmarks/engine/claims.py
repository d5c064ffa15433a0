"""What issue 3 claims of service grids, answered row by row: held or missed, and where."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.engine.grids import SMALL, Row, within

SPEED_ATOMS = 60
SPEED = 100.0
RECURSIVE_TREE = ("gerrychain", "gerrychain_restarts")


@dataclass(frozen=True)
class Claim:
    """``held`` is None where nothing was measured; ``missed``: names of rows that break it."""

    text: str
    held: bool | None
    found: str
    missed: tuple[str, ...] = ()


def claims(rows: Sequence[Row]) -> list[Claim]:
    """Every claim on these rows."""
    some = [r for r in rows if r.committee]
    small = [r for r in some if r.atoms <= SMALL]
    large = [r for r in some if r.atoms > SMALL]
    return [
        never_more(rows),
        *(faster(some, name, by) for name in RECURSIVE_TREE for by in ("first", "window")),
        share(
            "households outside proven minimal on at least 97 % of committees, `standard`",
            some,
            lambda r: r.bound == r.outside,
            0.97,
        ),
        share(
            f"whole objective within 1 % on at least 90 % of committees up to {SMALL} atoms,"
            " `standard`",
            small,
            lambda r: within(r.gap, 0.01),
            0.90,
        ),
        share(
            f"the same on at least 97 %, `certify` (up to {SMALL} atoms)",
            [r for r in small if within(r.gap, 0.01) or r.certify is not None],
            lambda r: (
                within(r.gap, 0.01) or (r.certify is not None and within(r.certify["gap"], 0.01))
            ),
            0.97,
        ),
        share(
            f"whole objective with a bound at most 5 % away above {SMALL} atoms, `standard`",
            large,
            lambda r: within(r.gap, 0.05),
            1.0,
        ),
    ]


def never_more(rows: Sequence[Row]) -> Claim:
    """Ours never leaves more households outside than a peer's plan."""
    beaten = [
        f"{r.name} ({r.outside} > {p['outside']} by {name})"
        for r in rows
        for name, p in r.peers.items()
        if p.get("outside") is not None and p["outside"] < r.outside
    ]
    asked = sum(bool(r.peers) for r in rows)
    return Claim(
        "never more households outside than any peer",
        None if not asked else not beaten,
        f"{asked - len({b.split()[0] for b in beaten})} of {asked}",
        tuple(beaten),
    )


def faster(rows: Sequence[Row], peer: str, by: str) -> Claim:
    """Ours beside the recursive tree where both leave nobody outside, above 60 atoms.

    ``by``: `Row.first` or `Row.window`. Where the peer found nothing within 100 times our
    seconds it did not succeed in time and is not counted.
    """
    both = [
        r
        for r in rows
        if r.atoms > SPEED_ATOMS and r.outside == 0 and r.peers.get(peer, {}).get("outside") == 0
    ]
    tried = sum(r.atoms > SPEED_ATOMS and peer in r.peers for r in rows)
    what = {"first": "to its first such plan", "window": "with its proof, in `standard`"}[by]
    text = f"at least 100 times faster than {peer} above {SPEED_ATOMS} atoms, ours {what}"
    if not both:
        return Claim(text, None, f"no committee of {tried} where both succeed")
    ratio = {r.name: r.peers[peer]["seconds"] / max(1e-9, getattr(r, by)) for r in both}
    slow = tuple(f"{name} ({x:.1f})" for name, x in ratio.items() if x < SPEED)
    return Claim(
        text,
        not slow,
        f"median {statistics.median(ratio.values()):.1f}, least {min(ratio.values()):.1f}, "
        f"{len(ratio) - len(slow)} of {len(ratio)} (of {tried} tried)",
        slow,
    )


def share(text: str, rows: Sequence[Row], good: Callable[[Row], bool], wanted: float) -> Claim:
    """At least ``wanted`` of the rows are ``good``."""
    if not rows:
        return Claim(text, None, "none measured")
    bad = tuple(r.name for r in rows if not good(r))
    reached = 1 - len(bad) / len(rows)
    found = f"{len(rows) - len(bad)} of {len(rows)} ({100 * reached:.1f} %)"
    return Claim(text, reached >= wanted, found, bad)

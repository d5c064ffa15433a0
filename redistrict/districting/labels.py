"""`moved` for columns: a column comes in variants, one per set of labels it is the home of.

A label's weight is unmoved where its home part holds it, and a label has at most one home. As a
choice of columns: every variant gains the shares of the labels it is home to, and a label is in
the home set of at most one chosen variant (one capped row per label).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from redistrict.districting.arrays import IntArray
from redistrict.districting.bounds import label_weight
from redistrict.districting.columns import Columns
from redistrict.districting.core import Core


@dataclass(frozen=True)
class Variants:
    """``source`` (v,): the column of each variant; ``cost`` (v,): minus what it keeps unmoved
    beyond ``base``; ``home`` (l, v): 1 where the variant is a label's home; ``constant``: add to
    the summed cost to get `MOVED`."""

    source: IntArray
    cost: IntArray
    home: IntArray
    constant: int


def variants(core: Core, columns: Columns, most: int, limit: int) -> Variants | None:
    """All variants that a plan with `MOVED` <= ``most`` can use; None if above ``limit``."""
    weight = label_weight(core)
    share = _shares(core, columns)
    source: list[int] = []
    cost: list[int] = []
    homes: list[tuple[int, ...]] = []
    constant = int((weight - core.base).sum())
    room = most - _credit(core, weight)
    for c, held in enumerate(share):
        # (label, cost if this is its home, least cost if it is not, gain as home); a label's cost
        # W - max(base, share) can be negative where its base exceeds what is here.
        options = [
            (
                name,
                int(weight[name]) - s,
                int(weight[name] - max(core.base[name], weight[name] - s)),
                s - int(core.base[name]),
            )
            for name, s in held
        ]
        states: list[tuple[int, int, tuple[int, ...]]] = [(0, 0, ())]
        for name, here, elsewhere, gain in options:
            grown: list[tuple[int, int, tuple[int, ...]]] = []
            for paid, kept, home in states:
                grown.append((paid + elsewhere, kept, home))
                if gain > 0:
                    grown.append((paid + here, kept + gain, (*home, name)))
            states = [g for g in grown if g[0] <= room]
        if len(source) + len(states) > limit:
            return None
        for _, kept, home in states:
            source.append(c)
            cost.append(-kept)
            homes.append(home)
    matrix = np.zeros((core.labels, len(source)), dtype=np.int64)
    for v, home in enumerate(homes):
        matrix[list(home), v] = 1
    return Variants(
        np.array(source, dtype=np.int64), np.array(cost, dtype=np.int64), matrix, constant
    )


def _credit(core: Core, weight: IntArray) -> int:
    """The least `MOVED` could be: below zero where a label's base exceeds what is here."""
    return int(np.minimum(0, weight - core.base).sum())


def _shares(core: Core, columns: Columns) -> list[list[tuple[int, int]]]:
    """Per column: (label, weight of it held), by label."""
    start = core.label.start.tolist()
    index, value = core.label.index.tolist(), core.label.value.tolist()
    result: list[list[tuple[int, int]]] = []
    begin = columns.start.tolist()
    member = columns.member.tolist()
    for c in range(len(columns)):
        held: dict[int, int] = {}
        for u in member[begin[c] : begin[c + 1]]:
            for s in range(start[u], start[u + 1]):
                held[index[s]] = held.get(index[s], 0) + value[s]
        result.append(sorted(held.items()))
    return result

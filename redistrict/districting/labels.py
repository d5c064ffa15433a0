"""`moved` for columns: a column comes in variants, one per set of labels it is the home of.

A label's weight is unmoved where its home part holds it, and a label has at most one home. As a
choice of columns: every variant gains the shares of the labels it is home to, and a label is in
the home set of at most one chosen variant (one capped row per label).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from redistrict.districting.arrays import IntArray
from redistrict.districting.bounds import label_weight
from redistrict.districting.columns import Columns
from redistrict.districting.core import Core, Lists


def without_labels(core: Core) -> Core:
    """``core`` as if there were no present plan."""
    none = np.zeros(0, dtype=np.int64)
    empty = Lists(np.zeros(core.n + 1, dtype=np.int64), none, none)
    return replace(core, label=empty, labels=0, base=none)


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


@dataclass(frozen=True)
class Sources:
    """What the variants of a `Cover` stand for: ``of`` (v,): the column of each, as it was before;
    ``home`` (l, v): as in `Variants`; ``start``/``label``/``share``: what those columns hold of
    each label; ``constant``: as in `Variants`; ``most``: the term's value once it is settled."""

    of: IntArray
    home: NDArray[np.bool_]
    start: IntArray
    label: IntArray
    share: IntArray
    weight: IntArray
    base: IntArray
    constant: int
    most: int | None = None

    def take(self, chosen: IntArray) -> Sources:
        """Only the ``chosen`` variants."""
        return replace(self, of=self.of[chosen], home=self.home[:, chosen])

    def held(self, columns: IntArray) -> tuple[IntArray, IntArray, IntArray]:
        """``start``, ``label`` and ``share`` of the ``columns`` alone."""
        size = self.start[columns + 1] - self.start[columns]
        start = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
        where = np.repeat(self.start[columns] - start[:-1], size) + np.arange(start[-1])
        return start, self.label[where], self.share[where]

    def variants_of(self, columns: IntArray) -> IntArray | None:
        """The variants that a plan of these ``columns`` is made of, each label at home where most
        of it is; None where one of them is not left."""
        best: dict[int, tuple[int, int]] = {}
        for c in columns.tolist():
            for j in range(int(self.start[c]), int(self.start[c + 1])):
                name, share = int(self.label[j]), int(self.share[j])
                if share > max(int(self.base[name]), best.get(name, (0, -1))[0]):
                    best[name] = (share, c)
        found: list[int] = []
        for c in columns.tolist():
            wanted = np.zeros(len(self.base), dtype=np.bool_)
            wanted[[name for name, (_, home) in best.items() if home == c]] = True
            mine = np.flatnonzero(self.of == c)
            match = mine[(self.home[:, mine] == wanted[:, None]).all(axis=0)]
            if not len(match):
                return None
            found.append(int(match[0]))
        return np.array(found, dtype=np.int64)


def sources(core: Core, columns: Columns, made: Variants) -> Sources:
    """``made`` of ``columns``, with the way back."""
    share = _shares(core, columns)
    flat = [pair for held in share for pair in held]
    return Sources(
        made.source,
        made.home.astype(np.bool_),
        np.concatenate([[0], np.cumsum([len(held) for held in share])]).astype(np.int64),
        np.array([name for name, _ in flat], dtype=np.int64),
        np.array([value for _, value in flat], dtype=np.int64),
        label_weight(core),
        core.base,
        made.constant,
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

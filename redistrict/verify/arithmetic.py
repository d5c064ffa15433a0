"""Small exact arguments about households, written apart from the engine's."""

from __future__ import annotations

from collections.abc import Sequence

EXHAUSTIVE = 12
"""Up to so many populated buildings every division is tried."""


def fits(total: int, lower: int, upper: int) -> bool:
    """True if ``total`` divides into p >= 1 areas of lower..upper: L p <= T <= U p for some p."""
    return total > 0 and -(-total // upper) <= total // lower


def some_set_fits(weights: Sequence[int], member: int, lower: int, upper: int) -> bool:
    """True if some set of ``weights`` holding number ``member`` weighs lower..upper.

    Subset sums as bits of one integer: exact, and blind to who is whose neighbour, so that False
    proves that the building is in no area within the window, whatever the map.
    """
    room = upper - weights[member]
    if room < 0:
        return False
    sums, mask = 1, (1 << (room + 1)) - 1
    for i, weight in enumerate(weights):
        if i != member and weight <= room:
            sums |= (sums << weight) & mask
    return bool(sums >> max(0, lower - weights[member]))


def least_outside(weights: Sequence[int], lower: int, upper: int) -> int:
    """Least weight left outside lower..upper over all ways to part ``weights`` into groups.

    Exhaustive over the sets within the window (a dynamic program over subsets, 3^n steps at
    most), blind to neighbourhood: a lower bound for every map. ``len(weights) <= EXHAUSTIVE``.
    """
    n = len(weights)
    if n > EXHAUSTIVE:
        raise ValueError(n)
    size = 1 << n
    weight = [0] * size
    for subset in range(1, size):
        low = subset & -subset
        weight[subset] = weight[subset ^ low] + weights[low.bit_length() - 1]
    best = [0] * size  # the most weight inside the window using only `subset`
    for subset in range(1, size):
        low = subset & -subset
        rest = subset ^ low
        most = best[rest]  # `low` stays outside
        other = rest
        while True:
            group = other | low
            if lower <= weight[group] <= upper:
                most = max(most, weight[group] + best[subset ^ group])
            if other == 0:
                break
            other = (other - 1) & rest
        best[subset] = most
    return weight[size - 1] - best[size - 1]

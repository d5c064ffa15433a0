"""Random small problems with every feature of `Problem`, for the engine's tests."""

from __future__ import annotations

import numpy as np

from redistrict.model.problem import Problem, TermName

TERMS: tuple[tuple[TermName, ...], ...] = (
    ("outside", "deviation", "perimeter"),
    ("outside", "outside_priority", "moved", "groups_cut", "crossings", "perimeter"),
    ("outside", "unmerged", "moved", "groups_cut", "target", "crossings", "perimeter"),
    ("outside", "groups_cut", "crossings", "target", "perimeter"),
    ("outside", "moved", "cut_edges"),
    ("outside", "parts", "perimeter"),
)


def _some(seed: int, what: int, below: int) -> int:
    """0 in half of the problems, else a number below ``below``; apart from the other choices."""
    rng = np.random.default_rng([seed, what])
    return (
        int(rng.integers(0, max(1, below)))
        if np.random.default_rng([seed, 0]).random() < 0.5
        else 0
    )


def random_problem(seed: int, largest: int = 8) -> Problem:
    """One problem; ``seed`` decides everything, kinds of trouble included."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, largest + 1))
    pairs = [(a, b) for a in range(n) for b in range(a + 1, n)]
    kept = set()
    order = rng.permutation(n)
    for i in range(1, n):
        if rng.random() < 0.93:  # otherwise the graph may fall apart
            a, b = int(order[i]), int(order[int(rng.integers(0, i))])
            kept.add((min(a, b), max(a, b)))
    for pair in pairs:
        if rng.random() < 0.8 / max(1, n - 1):
            kept.add(pair)
    edges = np.array(sorted(kept), dtype=np.int32).reshape(-1, 2)
    m = len(edges)
    kind = int(rng.integers(0, 5))
    top = (12, 30, 60, 9, 110)[kind]
    weights = rng.integers(0 if kind == 3 else 1, top, n).astype(np.int64)
    if kind == 3:
        weights[rng.random(n) < 0.3] = 0
    lower = int(rng.integers(0 if rng.random() < 0.1 else 1, 41))
    upper = lower + int(rng.integers(0, max(2, lower // 2)))
    present = rng.integers(-1, max(1, n // 2), n).astype(np.int32)
    locked = None
    if rng.random() < 0.2:
        locked = (present == 0) & (rng.random(n) < 0.8)
    together = apart = None
    if rng.random() < 0.25 and m:
        a, b = edges[int(rng.integers(0, m))].tolist()
        if locked is None or (not locked[a] and not locked[b]):
            together = np.full(n, -1, dtype=np.int32)
            together[[a, b]] = 0
    if rng.random() < 0.25 and n > 2:
        a, b = sorted(rng.choice(n, 2, replace=False).tolist())
        clash = together is not None and together[a] >= 0 and together[a] == together[b]
        held = locked is not None and locked[a] and locked[b]
        if not clash and not held:
            apart = np.array([[a, b]], dtype=np.int32)
    return Problem(
        ids=tuple(f"u{i}" for i in range(n)),
        weights=weights,
        edges=edges,
        lower=lower,
        upper=upper,
        lengths=rng.integers(0, 20, m).astype(np.int64),
        crossing=(rng.integers(0, 9, m) * (rng.random(m) < 0.3)).astype(np.int64),
        together=together,
        apart=apart,
        present=present if rng.random() < 0.7 or locked is not None else None,
        locked=locked,
        soft_groups=rng.integers(-1, 3, (2, n)).astype(np.int32),
        soft_weights=(5, 1),
        priority=rng.integers(0, 4, n).astype(np.int64),
        small=rng.random(n) < 0.3,
        small_below=lower,
        target=(lower + upper) // 2,
        steady=_some(seed, 2, 2) == 1,
        target_slack=_some(seed, 1, lower + upper) % max(1, (lower + upper) // 4),
        terms=TERMS[int(rng.integers(0, len(TERMS)))],
        parts=int(rng.integers(1, n + 1)) if rng.random() < 0.12 else None,
    )

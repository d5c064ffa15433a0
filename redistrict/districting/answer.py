"""Cores solved -> one Outcome: terms with bounds, status, reasons that are true."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version

import numpy as np

from redistrict.districting.arrays import IntArray
from redistrict.districting.bounds import groups_once, label_weight
from redistrict.districting.core import (
    CUT,
    GROUPS,
    HARD,
    MOVED,
    OF_TERM,
    OUTSIDE,
    PERIMETER,
    Contracted,
    Core,
)
from redistrict.districting.pieces import Piece
from redistrict.districting.plan import features_of
from redistrict.districting.terms import measure
from redistrict.districting.triage import Triage, fits
from redistrict.districting.validate import by_first, connected
from redistrict.model.problem import Problem, Reason, Status, TermValue


@dataclass(frozen=True)
class Solved:
    """One core's plan and what is proven about it.

    ``bound``: feature -> lower bound, given the values of the features before it in the order;
    ``anyway``: feature -> lower bound over all plans;
    ``homeless``: atoms proven to be in no connected set within the window.
    """

    core: Core
    part: IntArray
    facts: Triage
    bound: dict[int, int]
    anyway: dict[int, int]
    homeless: IntArray
    method: str
    work: int = 0
    notes: tuple[str, ...] = field(default_factory=tuple)
    pieces: tuple[Piece, ...] = ()
    """Atoms that no feasible part joins to others, with their own least weight outside."""


def assemble(problem: Problem, contracted: Contracted, solved: Sequence[Solved]) -> IntArray:
    """(n,) parts of the caller's units, numbered by first unit."""
    part = np.full(problem.n, -1, dtype=np.int64)
    offset = 0
    for s in solved:
        units = np.concatenate(s.core.atoms)
        part[units] = offset + np.repeat(s.part, [len(u) for u in s.core.atoms])
        offset += int(s.part.max()) + 1
    for units in contracted.fixed:
        part[units] = offset
        offset += 1
    return by_first(part)


def term_values(
    problem: Problem, part: IntArray, contracted: Contracted, solved: Sequence[Solved]
) -> tuple[TermValue, ...]:
    """Every term with its value, bound and whether it is proven."""
    values = measure(problem, part)
    terms: list[TermValue] = []
    sure = True
    for name, value in zip(problem.terms, values, strict=True):
        feature = OF_TERM[name]
        # Given earlier values that are not proven, several cores could trade one for another.
        known = [s.bound if sure or len(solved) == 1 else s.anyway for s in solved]
        bound = _bound(problem, part, contracted, solved, feature, value, known)
        bound = None if bound is None else min(bound, value)
        # A term can be the least possible whatever stands before it only if that is the least.
        proven = sure and bound == value
        terms.append(TermValue(name, value, bound, proven))
        sure = proven
    return tuple(terms)


def _bound(
    problem: Problem,
    part: IntArray,
    contracted: Contracted,
    solved: Sequence[Solved],
    feature: int,
    value: int,
    known: Sequence[dict[int, int]],
) -> int | None:
    if any(feature not in b for b in known):
        return None
    total = 0
    for s, b in zip(solved, known, strict=True):
        low = b[feature]
        if feature in (PERIMETER, CUT):
            low = -(-low // 2)
        elif feature == GROUPS:
            low -= groups_once(s.core)
        total += low
    return total + _constant(problem, part, contracted, solved, feature, value)


def _constant(
    problem: Problem,
    part: IntArray,
    contracted: Contracted,
    solved: Sequence[Solved],
    feature: int,
    value: int,
) -> int:
    """What the term is beside the cores: locked parts, edges between cores, inside atoms."""
    if feature == MOVED:
        if problem.present is None:
            return 0
        inside = sum(int(label_weight(s.core).sum()) for s in solved)
        known = problem.present >= 0
        homed = np.isin(problem.present, problem.present[_free(problem, contracted) & known])
        return int(problem.weights[known & homed].sum()) - inside
    return value - sum(core_value(s.core, s.part, feature) for s in solved)


def _free(problem: Problem, contracted: Contracted) -> np.ndarray:
    free = np.ones(problem.n, dtype=bool)
    for units in contracted.fixed:
        free[units] = False
    return free


def core_value(core: Core, part: IntArray, feature: int) -> int:
    """One feature of a core's plan on the scale of the terms (`GROUPS` less the groups)."""
    value = features_of(core, part)[feature]
    if feature in (PERIMETER, CUT):
        return value // 2
    return value - groups_once(core) if feature == GROUPS else value


def status_of(problem: Problem, part: IntArray, terms: Sequence[TermValue], least: int) -> Status:
    """``least``: proven least number of parts (>= 0) or weight that must be outside, 0 if none."""
    weight = np.zeros(int(part.max()) + 1, dtype=np.int64)
    np.add.at(weight, part, problem.weights)
    if ((weight < problem.lower) | (weight > problem.upper)).any():
        return "infeasible" if least > 0 else "unknown"
    return "optimal" if all(t.proven for t in terms) else "feasible"


def reasons_of(
    problem: Problem, part: IntArray, contracted: Contracted, solved: Sequence[Solved]
) -> tuple[Reason, ...]:
    """One true reason per part outside the window, by part number."""
    reasons: list[Reason] = []
    lower, upper = problem.lower, problem.upper
    for s in solved:
        features = features_of(s.core, s.part)
        if features[OUTSIDE] == 0 and features[HARD] == 0:
            continue  # no part is outside the window, not even one without weight
        known = _Known(s)
        for atoms in known.outside:
            number = int(part[s.core.atoms[int(atoms[0])][0]])
            reasons.append(_reason(known, atoms, number))
    for units in contracted.fixed:
        total = int(problem.weights[units].sum())
        if not lower <= total <= upper:
            number = int(part[units[0]])
            code = "oversized" if total > upper else "arithmetic"
            reasons.append(
                Reason(
                    code,
                    number,
                    tuple(units.tolist()),
                    {"total": total, "lower": lower, "upper": upper},
                )
            )
    return tuple(sorted(reasons, key=lambda r: -1 if r.part is None else r.part))


class _Known:
    """What the reasons of one core's parts are looked up in, worked out once."""

    def __init__(self, solved: Solved) -> None:
        core = solved.core
        self.solved = solved
        parts = _members(solved.part)
        weight = [int(core.weight[atoms].sum()) for atoms in parts]
        out = [not core.lower <= w <= core.upper for w in weight]
        self.outside = [atoms for atoms, o in zip(parts, out, strict=True) if o]
        self.outside_weight = sum(w for w, o in zip(weight, out, strict=True) if o)
        self.component = connected(core.n, core.edges)
        self.component_weight = np.zeros(int(self.component.max(initial=0)) + 1, dtype=np.int64)
        np.add.at(self.component_weight, self.component, core.weight)
        branches = solved.facts.branches
        self.branch = np.full(core.n, len(branches), dtype=np.int64)
        """(n,) the first branch that an atom is in or the hinge of."""
        for i in range(len(branches) - 1, -1, -1):
            self.branch[branches[i].atoms] = i
            self.branch[branches[i].hinge] = i
        self.piece = np.full(core.n, len(solved.pieces), dtype=np.int64)
        for i, piece in enumerate(solved.pieces):
            self.piece[piece.atoms] = i


def _members(part: IntArray) -> list[IntArray]:
    """The atoms of every part, by part number."""
    order = np.argsort(part, kind="stable")
    _, first = np.unique(part[order], return_index=True)
    return np.split(order, first[1:])


def _units(core: Core, atoms: Sequence[int]) -> tuple[int, ...]:
    return tuple(sorted(int(u) for a in atoms for u in core.atoms[a].tolist()))


def _reason(known: _Known, atoms: IntArray, number: int) -> Reason:
    s = known.solved
    core, lower, upper = s.core, s.core.lower, s.core.upper
    window = {"lower": lower, "upper": upper}
    total = int(known.component_weight[known.component[atoms[0]]])
    if core.parts is not None and s.facts.arithmetic:
        return Reason(
            "arithmetic", number, (), {"total": core.total, "parts": core.parts, **window}
        )
    if not fits(total, lower, upper):
        return Reason("arithmetic", number, (), {"total": total, **window})
    big = [a for a in atoms.tolist() if core.weight[a] > upper]
    if big:
        heaviest = max(big, key=lambda a: (int(core.weight[a]), -a))
        return Reason(
            "oversized",
            number,
            _units(core, big),
            {"total": int(core.weight[heaviest]), **window},
        )
    first = int(known.branch[atoms].min())
    if first < len(s.facts.branches):
        branch = s.facts.branches[first]
        return Reason(
            "trapped",
            number,
            _units(core, branch.atoms.tolist()),
            {
                "branch": branch.total,
                "total": branch.total,
                "hinge": int(core.weight[branch.hinge]),
                **window,
            },
        )
    homeless = np.intersect1d(atoms, s.homeless)
    if len(homeless):
        return Reason(
            "no-feasible-part",
            number,
            _units(core, homeless.tolist()),
            {"total": int(core.weight[int(homeless[0])]), **window},
        )
    bound = s.anyway.get(OUTSIDE, 0)
    if bound > 0 and bound == known.outside_weight:
        return Reason("proven-minimum", number, (), {"bound": bound, **window})
    left = _proven_here(known, atoms)
    if left is not None:
        return Reason("proven-minimum", number, (), {"bound": left, **window})
    return Reason("search-limit", number, (), {"bound": bound, **window})


def _proven_here(known: _Known, atoms: IntArray) -> int | None:
    """The weight outside of the piece that holds all of ``atoms``, where it is proven least."""
    s = known.solved
    mine = np.unique(known.piece[atoms])
    if len(mine) != 1 or int(mine[0]) == len(s.pieces):
        return None
    piece = s.pieces[int(mine[0])]
    here = np.unique(s.part[piece.atoms])
    touching = [a for a in known.outside if np.isin(s.part[a[0]], here)]
    left = sum(int(s.core.weight[a].sum()) for a in touching)
    return left if left == piece.outside > 0 else None


@cache
def versions() -> dict[str, str]:
    """What computed this, for the manifest."""
    return {name: version(name) for name in ("numba", "numpy", "ortools")}

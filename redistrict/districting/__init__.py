"""The engine: arrays in, assignment and certificate out. Knows no geometry and no policy."""

from redistrict.districting.alternatives import Alternatives, alternatives, distance
from redistrict.districting.conflict import Conflict, Rule, conflict, explained
from redistrict.districting.solve import solve
from redistrict.districting.supervised import solve_supervised
from redistrict.districting.terms import measure, violations
from redistrict.districting.validate import validate
from redistrict.districting.watch import Progress

__all__ = [
    "Alternatives",
    "Conflict",
    "Progress",
    "Rule",
    "alternatives",
    "conflict",
    "distance",
    "explained",
    "measure",
    "solve",
    "solve_supervised",
    "validate",
    "violations",
]

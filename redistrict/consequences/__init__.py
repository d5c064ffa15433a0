"""Consequences of a proposal: a registry of pure functions, each citing its clause."""

# Importing the modules fills the registry, in this order.
from redistrict.consequences import (  # noqa: I001
    staff,
    funding,
    premises,
    vacated,
    handover,
    moves,
    plates,
    priority,
    totals,
)
from redistrict.consequences.context import Consequences, Context, Result
from redistrict.consequences.registry import REGISTRY, committee_columns, evaluate

__all__ = ["REGISTRY", "Consequences", "Context", "Result", "committee_columns", "evaluate"]

del staff, funding, premises, vacated, handover, moves, plates, priority, totals

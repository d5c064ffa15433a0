"""What a search or a proof says while it works."""

from __future__ import annotations

from typing import Protocol

from redistrict.districting.cutedges.instance import Assignment


class Report(Protocol):
    """Receives what is learnt about one instance, as soon as it is learnt."""

    def plan(self, outside: int, cost: int, assignment: Assignment) -> None:
        """A plan: weight outside the window (0: feasible) and cut."""
        ...

    def bound(self, value: int) -> None:
        """No feasible plan cuts less than ``value``: proven."""
        ...

    def infeasible(self) -> None:
        """No plan is feasible: proven."""
        ...

    def incumbent(self) -> int | None:
        """Cut of the best feasible plan known to anyone."""
        ...

    def stopped(self) -> bool:
        """Whether to give up."""
        ...

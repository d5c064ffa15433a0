"""The land of a street office as an editor's page gets it, to aim at and to check against."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import networkx as nx

from tests.browser.city import City

FINE = 1_000_000


@dataclass
class Land:
    """One street office of a proposal, as the API tells it to an account."""

    city: City
    proposal: str
    office: str
    login: str = "planner"

    @cached_property
    def told(self) -> dict[str, Any]:
        """What no edit changes."""
        return self.city.ask(self.login, f"/api/proposals/{self.proposal}/ground/{self.office}")

    @property
    def areas(self) -> dict[str, Any]:
        """As the service has it now."""
        path = f"/api/proposals/{self.proposal}/ground/{self.office}/areas"
        return self.city.ask(self.login, path)

    @property
    def edits(self) -> dict[str, Any]:
        """Version, totals and events, as stored."""
        return self.city.ask(self.login, f"/api/proposals/{self.proposal}/edits")

    @cached_property
    def graph(self) -> nx.Graph[int]:
        """Cells that share boundary, none across a barrier."""
        edges, closed = self.told["edges"], set(self.told["closed"])
        made: nx.Graph[int] = nx.Graph()
        made.add_nodes_from(range(len(self.told["buildings"])))
        pairs = enumerate(zip(edges[::2], edges[1::2], strict=True))
        made.add_edges_from(pair for i, pair in pairs if i not in closed)
        return made

    def at(self, cell: int) -> tuple[float, float]:
        """Longitude and latitude of the building of a cell."""
        west, south = self.told["origin"]
        x, y = self.told["at"][2 * cell : 2 * cell + 2]
        return (west + x) / FINE, (south + y) / FINE

    def grid(self, cell: int, areas: dict[str, Any]) -> str:
        """The id of the grid of a cell."""
        return areas["service_grids"][areas["grid"][cell]]["id"]

    def members(self, grid: str, areas: dict[str, Any]) -> list[int]:
        """The cells of a grid."""
        return [i for i in self.graph if self.grid(i, areas) == grid]

    def households(self, grid: str) -> int:
        """What the service counts in a grid now."""
        areas = self.areas
        return sum(self.told["households"][i] for i in self.members(grid, areas))

    def alone(self, cell: int) -> bool:
        """Nothing goes along with it: no courtyard, no stairwells, no shared ground."""
        told = self.told
        return (
            told["courtyard"][cell] < 0 or told["courtyard"].count(told["courtyard"][cell]) == 1
        ) and told["ground"].count(told["ground"][cell]) == 1

    def pairs(self) -> list[tuple[int, int]]:
        """(cell, cell of another grid of the committee beside it) whose moving breaks nothing,
        then those whose moving breaks the grid they leave."""
        areas = self.areas
        committees = [areas["service_grids"][g]["committee"] for g in areas["grid"]]
        return [
            (a, b)
            for edge in sorted(map(sorted, self.graph.edges))
            for a, b in (edge, edge[::-1])
            if committees[a] == committees[b]
            and areas["grid"][a] != areas["grid"][b]
            and self.told["households"][a] > 0
            and self.alone(a)
            and len(self.members(self.grid(a, areas), areas)) > 2
        ]

    def breaks(self, cell: int) -> bool:
        """True where its grid without it is in pieces with people in more than one of them."""
        areas = self.areas
        rest = [i for i in self.members(self.grid(cell, areas), areas) if i != cell]
        pieces = nx.connected_components(self.graph.subgraph(rest))
        return sum(any(self.told["households"][i] for i in p) for p in pieces) > 1

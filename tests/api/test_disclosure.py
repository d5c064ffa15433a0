"""What people may not learn: the attacks, as the public, as another street office, as a committee.

First every address that can be read is read, and what comes is searched for numbers and names of
others. Then what is published is taken as a system of inequalities, versions and levels together,
and solved exactly for the most and the fewest households that anything under ten could have.
"""

from __future__ import annotations

import io
import itertools
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from api.downloads.formats import FORMATS
from api.layers import Role
from api.proposals import public
from api.settings import Limits
from api.store.types import today
from redistrict.model.proposal import CARRIED_LAYERS, PROPOSAL_LAYERS
from tests.api.test_rights import GIVEN, every_route
from tests.api.world import OTHER, OWN, World, made
from tests.proposals import Paper, draw

COMMITTEE = {"a": "C1", "d": "C1", "b": "C2", "c": "C2", "e": "C3", "f": "C3"}
OFFICE = {"C1": "S1", "C2": "S1", "C3": "S2"}
HOUSEHOLDS = [[10117, 20123, 31131, 41141, 51151, 61163], [71167, 81173, 91181, 11213, 7, 22259]]
FEW = 10


def secret_town(first_of_c: str = "c") -> Paper:
    """The town with counts and buildings that cannot be mistaken for anything else."""
    paper = draw([f"aabb{first_of_c}c", "ddeeff"], HOUSEHOLDS, COMMITTEE, OFFICE)
    ids = paper.buildings["building_id"]
    paper.buildings["building_id"] = [f"HOUSE-{i}" for i in ids]
    paper.buildings["previous_committee_id"] = [f"OLD-{i}" for i in ids]
    return paper


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, list[str]]]:
    """Two versions of a town; in both the part of S1 is adopted."""
    limits = Limits(address_rate=1e9, account_rate=1e9)
    with made(tmp_path_factory.mktemp("disclosure"), None, limits) as world:
        kept = [world.keep(secret_town()), world.keep(secret_town("b"))]
        for proposal in kept:
            for act in ("submit", "approve"):
                world.say(proposal, OWN, act)
            world.say(proposal, OWN, "adopt", effective=today().isoformat())
        yield world, kept


def addresses(world: World, kept: Sequence[str], role: Role) -> Iterator[str]:
    """Everything that a GET could read, layers and formats by turns."""
    several: Mapping[str, Sequence[str]] = {
        "proposal": kept[1:],
        "other": kept[:1],
        "layer": (*PROPOSAL_LAYERS, *CARRIED_LAYERS),
        "kind": tuple(FORMATS),
        "office": (OWN, OTHER),
        "committee": ("C1", "C2", "C3"),
        "collection": [f"{kept[1]}.{layer}" for layer in (*PROPOSAL_LAYERS, *CARRIED_LAYERS)],
        "feature:path": ("C3", "HOUSE-B04"),
        "z": ("14",),
    }
    for route in every_route(world.app):
        if "GET" not in (route.methods or ()):
            continue
        names = re.findall(r"\{([^}]+)\}", route.path)
        choices = [several.get(n) or (GIVEN[n](world, role, "own"),) for n in names]
        for chosen in itertools.product(*choices):
            path = route.path
            for name, value in zip(names, chosen, strict=True):
                path = path.replace("{" + name + "}", value)
            if "{z}" in route.path:
                path = re.sub(r"/14/\d+/\d+", f"/14/{TILE[0]}/{TILE[1]}", path)
            yield path


def tile_of_town() -> tuple[int, int]:
    """The tile of zoom 14 in which the squared paper begins."""
    shape = secret_town().street_offices.to_crs(3857).total_bounds
    side = 2 * 20037508.342789244 / 2**14
    x, y = (shape[0] + shape[2]) / 2, (shape[1] + shape[3]) / 2
    return int((x + side * 2**13) // side), int((side * 2**13 - y) // side)


TILE = tile_of_town()


def read(world: World, path: str, role: Role) -> str:
    """What is answered, as text; what is packed is unpacked."""
    query = "?lon=120.0&lat=0.0" if path.endswith("/place") else ""
    query = "?f=json&limit=1000" if path.endswith("/items") else query
    answer = world.client.get(path + query, headers=world.as_(role))
    assert answer.status_code not in (429, 500), path
    content = answer.content
    if path.endswith(("/geopackage", "/flatgeobuf", "/gpkg", "/fgb")) and answer.status_code == 200:
        return tables(content)
    if path.endswith("/xlsx") and answer.status_code == 200:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
        cells = [str(cell) for sheet in book for row in sheet.values for cell in row]
        return "\n".join([*book.sheetnames, *cells])
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as held:
            names = held.namelist()
            content = b"\n".join(held.read(n) for n in names if not n.endswith((".shp", ".shx")))
    return content.decode("utf-8", "replace")


def tables(content: bytes) -> str:
    """Every cell of every layer of a GIS file."""
    import tempfile
    from pathlib import Path

    import pyogrio

    found: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        held = Path(folder) / ("file.gpkg" if content[:6] == b"SQLite" else "file")
        parts = [content]
        if content[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(content)) as packed:
                parts = [packed.read(n) for n in packed.namelist()]
        for part in parts:
            held.write_bytes(part)
            for name, _ in pyogrio.list_layers(held):
                frame = pyogrio.read_dataframe(held, layer=name, read_geometry=False)
                found.append(frame.to_csv())
    return "\n".join(found)


def secrets_of(of: str, areas: Sequence[str], key: str) -> list[str]:
    """Buildings, and exact counts of buildings and of ``areas`` of both versions."""
    found: set[str] = set()
    for paper in (secret_town(), secret_town("b")):
        houses = paper.buildings.loc[paper.buildings[key].isin([*of.split()])]
        found |= {*houses["building_id"], *houses["previous_committee_id"]}
        for area in ("building_id", *areas):
            found |= {str(n) for n in houses.groupby(area)["households"].sum()}
    return sorted(found - {"7"})


def crawled(world: World, kept: Sequence[str], role: Role, only: str = "") -> dict[str, str]:
    """Address (those with ``only`` in them) -> what is read there."""
    paths = [path for path in addresses(world, kept, role) if only in path]
    return {path: read(world, path, role) for path in paths}


def leaks(told: Mapping[str, str], hidden: Sequence[str]) -> list[str]:
    pattern = re.compile("|".join(rf"(?<![\w.]){re.escape(one)}(?!\w)" for one in hidden))
    found = {path: pattern.search(text) for path, text in told.items()}
    return [f"{path}: {match[0]}" for path, match in found.items() if match is not None]


AREAS = ("service_grid_id", "committee_id", "street_office_id")


def test_the_search_finds_what_is_there(served: tuple[World, list[str]]) -> None:
    """So that finding nothing means something: the planner may read all of it."""
    world, kept = served
    told = crawled(world, kept, "planner", "/downloads/") | crawled(world, kept, "planner", "items")
    told |= crawled(world, kept, "planner", "/layers/")
    found = leaks(told, secrets_of("S2", AREAS, "street_office_id"))
    seen = {re.split(r"[:?]", line)[0].split("/")[1] for line in found}
    assert {"api", "ogc", "downloads"} <= seen
    formats = {line.split(":")[0].rsplit("/", 1)[-1] for line in found if "/downloads/" in line}
    assert formats == set(FORMATS)


def test_the_public_reads_no_count_and_no_building(served: tuple[World, list[str]]) -> None:
    world, kept = served
    hidden = secrets_of("S1 S2", AREAS, "street_office_id")
    told = crawled(world, kept, "public")
    assert leaks(told, hidden) == []
    assert leaks(told, ["S2", "C3"]) == []  # not adopted: not there at all
    tile = read(world, f"/tiles/{kept[0]}/committees/14/{TILE[0]}/{TILE[1]}.mvt", "public")
    assert "households_band" in tile
    assert "households" not in tile.replace("households_band", "")


def test_a_street_office_learns_nothing_of_another(served: tuple[World, list[str]]) -> None:
    world, kept = served
    hidden = secrets_of("S2", AREAS, "street_office_id")
    assert leaks(crawled(world, kept, "street_office"), hidden) == []


def test_a_committee_learns_nothing_of_its_neighbours(served: tuple[World, list[str]]) -> None:
    world, kept = served
    hidden = secrets_of("C2 C3", AREAS[:2], "committee_id")
    assert leaks(crawled(world, kept, "committee"), hidden) == []


@pytest.mark.parametrize(
    "asked",
    [
        "filter=households>5", "filter=households_band LIKE '%' AND buildings=2", "households=7",
        "filter=CASEI(building_id)='house-b04'", "sortby=households", "properties=households",
    ],
)  # fmt: skip
def test_the_public_asks_for_no_hidden_column(served: tuple[World, list[str]], asked: str) -> None:
    world, kept = served
    answer = world.client.get(f"/ogc/collections/{kept[0]}.committees/items?{asked}")
    assert answer.status_code == 400


def test_a_notice_shows_its_part_and_in_bands(served: tuple[World, list[str]]) -> None:
    world, kept = served
    for act in ("submit", "approve"):
        world.say(kept[1], OTHER, act)
    notice = world.give_notice(kept[1], OTHER)
    told = "".join(
        read(world, f"/api/notices/{notice}/layers/{layer}", "public") for layer in public.COLUMNS
    )
    assert re.findall(r'"street_office_id": "(\w+)"', told) == ["S2"] * 4
    hidden = secrets_of("S1 S2", AREAS, "street_office_id")
    assert not re.search("|".join(rf"(?<![\w.]){one}(?!\w)" for one in hidden), told)
    assert leaks(crawled(world, kept, "public", f"/api/proposals/{kept[1]}"), ["C3"]) == []
    assert leaks(crawled(world, kept, "public", f"{kept[1]}.committees/items"), ["C3"]) == []


class Attack:
    """Everything published about a set of buildings, as inequalities on their households."""

    def __init__(self, households: Sequence[int]) -> None:
        self.households = np.asarray(households)
        self.rows: list[np.ndarray[Any, Any]] = []
        self.low: list[float] = []
        self.high: list[float] = []

    def learn(self, areas: Sequence[Mapping[int, str]], exact: bool = False) -> None:
        """A version: for each level (grids, committees, offices) building -> area."""
        layers = ("service_grids", "committees", "street_offices")
        for layer, area in zip(layers, areas, strict=True):
            labels = pd.Series([area[i] for i in range(len(self.households))])
            totals = pd.Series(self.households).groupby(labels).sum()
            frame = gpd.GeoDataFrame({"households": totals}, geometry=[None] * len(totals))
            bands = public.published(frame, layer)["households_band"]
            for name, band in zip(totals.index, bands, strict=True):
                low, high = (int(n) for n in band.split("-"))
                assert low <= totals[name] <= high
                self.rows.append((labels == name).to_numpy(dtype=float))
                self.low.append(totals[name] if exact else low)
                self.high.append(totals[name] if exact else high)

    def most(self, chosen: np.ndarray[Any, Any]) -> float:
        """The most households that the chosen buildings could have, for all that is known."""
        known = LinearConstraint(np.array(self.rows), self.low, self.high)
        ones = np.ones(len(self.households))
        found = milp(-chosen, constraints=known, integrality=ones, bounds=Bounds(0, np.inf))
        assert found.success, found.message
        return -found.fun


def versions(random: np.random.Generator, houses: int, many: int) -> list[list[dict[int, str]]]:
    """A city, redrawn: each version moves a few houses to another grid, once a grid's committee."""
    grids = max(2, houses // 4)
    grid = {i: f"g{random.integers(grids)}" for i in range(houses)}
    committee = {f"g{g}": f"c{g // 3}" for g in range(grids)}
    made_: list[list[dict[int, str]]] = []
    for _ in range(many):
        by = {i: committee[grid[i]] for i in grid}
        office = {i: f"s{int(by[i][1:]) // 2}" for i in grid}
        made_.append([dict(grid), by, office])
        for i in random.choice(houses, 2, replace=False):
            grid[int(i)] = f"g{random.integers(grids)}"
        committee[f"g{random.integers(grids)}"] = f"c{random.integers(max(1, grids // 3))}"
    return made_


def small_things(attack: Attack) -> list[np.ndarray[Any, Any]]:
    """Every published area, and every difference of two, with 1 to 9 households."""
    rows = np.array(attack.rows).astype(bool)
    found = {tuple(r) for r in rows}
    found |= {tuple(a & ~b) for a, b in itertools.permutations(rows, 2)}
    found |= {tuple(a & b) for a, b in itertools.combinations(rows, 2)}
    sets = [np.array(one) for one in sorted(found)]
    return [s for s in sets if 0 < attack.households[s].sum() < FEW]


def city(seed: int) -> tuple[Attack, list[list[dict[int, str]]]]:
    random = np.random.default_rng(seed)
    houses = int(random.integers(8, 24))
    few = random.random(houses) < 0.4
    counts = np.where(few, random.integers(1, FEW, houses), random.integers(20, 120, houses))
    return Attack(counts.tolist()), versions(random, houses, int(random.integers(1, 5)))


@pytest.mark.parametrize("seed", range(12))
def test_nothing_under_ten_can_be_worked_out(seed: int) -> None:
    attack, told = city(seed)
    for one in told:
        attack.learn(one)
    for chosen in small_things(attack)[:40]:
        assert attack.most(chosen.astype(float)) >= FEW


def test_the_attack_works_where_counts_are_exact() -> None:
    pinned = 0
    for seed in range(4):
        attack, told = city(seed)
        for one in told:
            attack.learn(one, exact=True)
        pinned += sum(attack.most(c.astype(float)) < FEW for c in small_things(attack)[:10])
    assert pinned > 0


@pytest.mark.parametrize("few", [1, 9])
def test_a_small_house_that_crosses_a_limit(few: int) -> None:
    """249 + few in the next band, all else the same: the worst that a difference of two can be."""
    attack = Attack([249 - few, few, 250 - few, 60])
    for grid in ({0: "a", 1: "a", 2: "b", 3: "b"}, {0: "a", 1: "b", 2: "b", 3: "b"}):
        attack.learn([grid, dict.fromkeys(range(4), "c"), dict.fromkeys(range(4), "s")])
    assert attack.most(np.array([0.0, 1, 0, 0])) >= FEW

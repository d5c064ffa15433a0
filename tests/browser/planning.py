"""The planner's screens with something on them: surveys, rules, runs, comparing, editing."""

from __future__ import annotations

import copy
import json
import tempfile
from pathlib import Path

from playwright.sync_api import Page

from redistrict.synthetic import CitySpec, generate_city, write_city
from tests.api.surveys import files_of
from tests.browser.chromium import pixel, settled
from tests.browser.city import City
from tests.browser.land import Land
from tests.browser.shots import Prepare, Screen


def screens(city: City) -> list[Screen]:
    """From the upload to the edited proposal."""
    survey = f"/plan/{city.survey}/1"
    runs = city.ask("planner", "/api/runs")
    run = next(one["id"] for one in runs if one["proposal"] == city.proposal)
    land = Land(city, city.another("云澜市方案（修订稿）"), city.offices[0])
    cell, target = _moved(land)
    edited = f"/p/{land.proposal}?at=16.5/{_place(land, cell)}&sel=service_grids:{target}&tab=edit"
    return [
        Screen("surveys", "/plan", "planner", map=False),
        Screen("columns", survey, "planner", map=False),
        Screen(
            "findings",
            f"/plan/{_damaged(city)}/1?step=findings",
            "planner",
            map=False,
            prepare=_zoom,
        ),
        Screen("rules", f"{survey}?step=rules", "planner", map=False),
        Screen("run", f"{survey}?step=run&run={run}", "planner", map=False, prepare=_ran),
        Screen("compare", f"/compare/{land.proposal}@0/{land.proposal}", "planner", prepare=_swipe),
        Screen("edit", edited, "planner", prepare=_paint(land)),
        Screen("edit-keys", edited, "planner", prepare=_help),
    ]


def _damaged(city: City) -> str:
    """A survey as surveys come: households missing, a building drawn twice, an estate moved."""
    with tempfile.TemporaryDirectory() as folder:
        survey = Path(folder) / "survey"
        write_city(generate_city(CitySpec(households=3000, offices=1, seed=4)), survey)
        place = survey / "buildings.geojson"
        told = json.loads(place.read_text("utf-8"))
        for row in told["features"][:3]:
            row["properties"]["households"] = None
        told["features"] += [copy.deepcopy(row) for row in told["features"][20:24]]
        place.write_text(json.dumps(told, ensure_ascii=False), "utf-8")
        files = files_of(survey)
        sent = city.ask(
            "planner", "/api/surveys", "POST", files=files, data={"title": "云澜市十月调查"}
        )
    return sent["id"]


def _place(land: Land, cell: int) -> str:
    lon, lat = land.at(cell)
    return f"{lat:.6f}/{lon:.6f}"


def _moved(land: Land) -> tuple[int, str]:
    """An edit that holds; a cell beside it that may still be painted into the same grid."""
    areas = land.areas
    a, b = next(p for p in land.pairs() if not land.breaks(p[0]))
    target = land.grid(b, areas)
    event = {
        "type": "move",
        "version": 1,
        "members": {"buildings": [land.told["buildings"][a]]},
        "to": {"layer": "service_grids", "id": target},
        "note": "居民会议要求",
    }
    path = f"/api/proposals/{land.proposal}/edits"
    land.city.ask("planner", path, "POST", json=event, headers={"if-match": '"0"'})
    return a, target


def _zoom(page: Page) -> None:
    page.locator("[data-ready='true']").wait_for()
    page.get_by_role("button", name="缩放到此").or_(
        page.get_by_role("button", name="Zoom to")
    ).first.click()
    page.wait_for_timeout(600)


def _ran(page: Page) -> None:
    page.get_by_role("link", name="打开方案").or_(
        page.get_by_role("link", name="Open the proposal")
    ).wait_for()


def _swipe(page: Page) -> None:
    page.locator(".divide").wait_for()
    page.locator("aside li button").first.click()
    page.wait_for_timeout(600)


def _paint(land: Land) -> Prepare:
    def paint(page: Page) -> None:
        _ready(page)
        if page.viewport_size and page.viewport_size["width"] < 720:
            return
        page.keyboard.press("i")
        page.keyboard.press("b")
        areas = land.areas
        cell = next(
            a for a, b in land.pairs() if land.grid(b, areas) in page.url and not land.breaks(a)
        )
        x, y = pixel(page, *land.at(cell))
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 1, y + 1)
        page.mouse.up()
        page.locator("[data-area]").first.wait_for()
        page.wait_for_timeout(300)

    return paint


def _help(page: Page) -> None:
    _ready(page)
    page.keyboard.press("?")
    page.get_by_role("dialog").wait_for()


def _ready(page: Page) -> None:
    page.get_by_role("toolbar").wait_for()
    settled(page)

"""Plan: a survey dropped, its columns named, its findings seen, rules chosen, run, compared."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.api.test_planning import strange
from tests.browser.chromium import Watch, accessible, settled
from tests.browser.city import City
from tests.browser.land import Land

Opening = Callable[..., Page]
Shot = Callable[[Page], Any]
_DROP = """([place, files]) => {
  const carried = new DataTransfer()
  for (const [name, data] of files)
    carried.items.add(new File([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))], name))
  document.querySelector(place).dispatchEvent(new DragEvent('drop', {dataTransfer: carried}))
}"""


def drop(page: Page, folder: Path) -> None:
    """Every file of a folder, dragged onto the page."""
    files = [[p.name, base64.b64encode(p.read_bytes()).decode()] for p in sorted(folder.iterdir())]
    page.locator(".drop").wait_for()
    page.evaluate(_DROP, [".drop", files])


def test_a_survey_is_dropped_named_seen_and_run(
    city: City, opened: Opening, watch: Watch, shot: Shot, tmp_path: Path
) -> None:
    watch.allowed.add(422)  # the columns cannot be understood at first
    page = opened("/plan", "planner")
    page.get_by_label("名称").fill("拖来的调查")
    drop(page, strange(tmp_path / "s"))
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_role("button", name="指明各列的含义").click()
    row = page.get_by_role("row").filter(has_text="households")
    page.get_by_label("字段“户数”读自").select_option("甲乙丙")
    expect(row.first).to_contain_text("20、21")
    shot(page)
    assert accessible(page) == []
    page.get_by_role("button", name="按此重新读取").click()
    page.wait_for_url("**/plan/*/1")
    page.get_by_role("button", name="字段无误").click()
    page.get_by_role("button", name="缩放到此").first.click()
    page.locator(".map[data-ready='true']").wait_for()
    assert accessible(page) == []
    page.get_by_role("button", name="去改正").first.click()
    expect(page.locator("tr.fix").first).to_be_visible()
    page.get_by_role("button", name="规则").click()
    page.locator(".one").filter(has_text="服务网格").get_by_label("上限").fill("260")
    page.get_by_role("button", name="采用这些规则").click()
    page.get_by_label("求解力度").select_option("quick")
    page.get_by_role("button", name="开始计算").click()
    opener = page.get_by_role("link", name="打开方案")
    expect(opener).to_be_visible(timeout=120_000)
    assert accessible(page) == []
    opener.click()
    settled(page)
    (run, *_) = city.ask("planner", "/api/runs")
    assert run["state"] == "done"
    summary = city.ask("planner", f"/api/proposals/{run['proposal']}/summary")
    assert summary["window"]["upper"] == 260
    survey = city.ask("planner", f"/api/surveys/{run['survey']}/versions/{run['version']}")
    assert survey["title"] == "拖来的调查"
    assert survey["mapping"]["buildings"]["households"] == "甲乙丙"


def test_before_and_after_are_swiped(city: City, opened: Opening, shot: Shot) -> None:
    land = Land(city, city.another(), city.offices[0])
    areas = land.areas
    a, b = next(p for p in land.pairs() if not land.breaks(p[0]))
    event = {
        "type": "move",
        "version": 1,
        "members": {"buildings": [land.told["buildings"][a]]},
        "to": {"layer": "service_grids", "id": land.grid(b, areas)},
    }
    headers = {"if-match": '"0"'}
    path = f"/api/proposals/{land.proposal}/edits"
    city.ask("planner", path, "POST", json=event, headers=headers)
    page = opened(f"/compare/{land.proposal}@0/{land.proposal}", "planner", lang="en")
    page.locator(".divide").wait_for()
    page.locator(".divide").press("ArrowLeft")
    listed = page.locator("aside li button")
    expect(listed).to_have_count(3)  # one move, two grids that differ
    expect(listed.first).to_contain_text(f"{land.told['households'][a]} hh")
    listed.nth(1).click()
    page.wait_for_timeout(500)
    shot(page)
    assert accessible(page) == []
    moved = city.ask("planner", path)["totals"]["moved_from_grid"]
    assert moved == land.told["households"][a]

"""Shinagawa, 63,806 buildings: the map is drawn, a stroke over hundreds counts and is kept.

How long that takes is `benchmarks/first_map.py`; here it is only told whether it is right.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import city as cities
from tests.browser.chromium import Watch, pixel, settled
from tests.browser.city import City
from tests.browser.land import Land
from tests.real.places import need

GATHERED = """() => Math.max(
  ...performance.getEntriesByName('redistrict.stroke').map((one) => one.detail.cells))"""

pytestmark = [pytest.mark.real, pytest.mark.slow]


@pytest.fixture(scope="module")
def shinagawa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """Run once; REDISTRICT_TEST_SHINAGAWA: a data folder kept for whoever runs it many times."""
    folder = tmp_path_factory.mktemp("shinagawa")
    data = Path(os.environ.get("REDISTRICT_TEST_SHINAGAWA", folder / "data"))
    if not data.exists():
        cities.run_through(data, need("shinagawa"), 1200)
    with cities.opened(data, folder / "served") as one:
        yield one


def test_the_city_is_drawn_and_a_stroke_over_hundreds_is_kept(
    shinagawa: City, browser: Browser, tmp_path: Path
) -> None:
    land = Land(shinagawa, shinagawa.proposal, shinagawa.offices[0])
    areas = land.areas
    cell = len(land.told["buildings"]) // 2
    target = land.grid(cell, areas)
    watch = Watch(shinagawa.origin)
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    context.set_default_timeout(120_000)
    watch.over(context)
    context.add_cookies(shinagawa.as_("planner")["cookies"])  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{shinagawa.origin}/#/p/{shinagawa.proposal}")
    settled(page)
    drawn = page.evaluate("() => performance.getEntriesByName('redistrict.map.drawn').length")
    assert drawn == 1
    lon, lat = land.at(cell)
    page.goto("about:blank")
    at = f"at=15.5/{lat}/{lon}&sel=service_grids:{target}&tab=edit"
    page.goto(f"{shinagawa.origin}/#/p/{shinagawa.proposal}?{at}")
    page.get_by_role("toolbar").wait_for()
    settled(page)
    page.keyboard.press("i")
    page.keyboard.press("b")
    for _ in range(20):
        page.keyboard.press("]")
    x, y = pixel(page, lon, lat)
    page.mouse.move(x - 60, y)
    page.mouse.down()
    page.mouse.move(x + 60, y, steps=4)
    gathered = page.evaluate(GATHERED)
    assert gathered >= 200
    page.mouse.up()
    line = page.locator(f"[data-area='service_grids:{target}']")
    expect(line).to_be_visible()
    shown = int(re.sub(r"\D", "", line.locator("b").inner_text()))
    page.get_by_role("button", name="接受").click()
    expect(page.get_by_text("第 1 次修订")).to_be_visible()
    assert land.edits["version"] == 1
    assert land.households(target) == shown
    page.screenshot(path=tmp_path / "shinagawa.png")
    context.close()
    assert not watch.faults, "\n".join(watch.faults)

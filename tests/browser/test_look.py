"""Look: sign in, open a proposal, select, search, follow a link; nothing leaves the machine."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.api.world import PASSWORD
from tests.browser.chromium import PHONE, Watch, accessible, settled
from tests.browser.city import TITLE, City

Opening = Callable[..., Page]
Shot = Callable[[Page], Any]


def test_sign_in_and_out(city: City, opened: Opening, watch: Watch, shot: Shot) -> None:
    page = opened()
    assert accessible(page) == []
    page.get_by_label("用户名").fill("planner")
    page.get_by_label("密码").fill("wrong")
    watch.allowed.add(401)
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.get_by_text(TITLE).first.wait_for()
    shot(page)
    # What the page was still asking for is answered as to a stranger: nothing there.
    watch.allowed.add(404)
    page.get_by_role("button", name="退出登录").click()
    expect(page.get_by_label("用户名")).to_be_visible()


def test_the_map_says_what_the_proposal_holds(city: City, opened: Opening, shot: Shot) -> None:
    page = opened(f"/p/{city.proposal}", "planner")
    settled(page)
    grids = city.ask("planner", f"/api/proposals/{city.proposal}/layers/service_grids")
    some = grids["features"][0]["properties"]
    page.get_by_role("combobox").fill(some["code"])
    page.keyboard.press("Enter")
    card = page.locator("article")
    expect(card).to_contain_text(f"{some['households']:,}")
    assert f"service_grids%3A{some['service_grid_id']}" in page.url
    settled(page)
    shot(page)
    assert accessible(page) == []


def test_a_link_opens_the_same_place_in_english_on_a_phone(
    city: City, opened: Opening, shot: Shot
) -> None:
    committee = city.committees[0]
    page = opened(
        f"/p/{city.proposal}?sel=committees%3A{committee}&by=change",
        "planner",
        size=PHONE,
        lang="en",
        scheme="dark",
    )
    settled(page)
    expect(page.locator("article")).to_contain_text(committee)
    assert re.search("[\u4e00-\u9fff]", page.locator("article .kind").inner_text()) is None
    shot(page)
    assert accessible(page) == []


def test_the_first_screen_asks_for_a_sixth_of_the_scripts(city: City, opened: Opening) -> None:
    """Kilobytes as sent; the map library's worker, which is its own, apart."""
    weigh = """() => performance.getEntriesByType('resource')
        .filter((one) => /\\.js$/.test(one.name))
        .reduce((sum, one) => sum + one.encodedBodySize, 0) / 1000"""
    page = opened("/")
    page.get_by_role("button", name="登录").first.wait_for()
    page.wait_for_load_state("networkidle")
    assert page.evaluate(weigh) < 60
    page = opened(f"/p/{city.proposal}?tab=edit", "planner")
    page.get_by_role("toolbar").wait_for()
    settled(page)
    assert 300 < page.evaluate(weigh) < 400

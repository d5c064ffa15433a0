"""Public notice: without signing in, find one's committee and grid, comment; bands only."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import shapely
from playwright.sync_api import Page, expect
from shapely.geometry import shape

from tests.browser.chromium import PHONE, accessible, pixel, settled
from tests.browser.city import City

Opening = Callable[..., Page]
Shot = Callable[[Page], Any]


def test_anybody_finds_home_and_comments(city: City, opened: Opening, shot: Shot) -> None:
    proposal, own = city.another("公示"), city.offices[0]
    notice = city.notice(proposal)
    page = opened("/", size=PHONE)
    page.get_by_role("link", name="不登录").click()
    page.get_by_role("link", name="公示").filter(has_text="公示中").first.click()
    settled(page)
    assert notice in page.url
    assert accessible(page) == []

    homes = city.ask("planner", f"/api/notices/{notice}/places?address=号楼")
    asked = f"/api/notices/{notice}/places?address="
    home = next(h for h in homes if len(city.ask("planner", asked + h["address"])) == 1)
    page.get_by_label("地址").fill(home["address"])
    page.get_by_role("button", name="查一查").click()
    grids = city.ask("planner", f"/api/proposals/{proposal}/layers/service_grids")["features"]
    mine = [f["properties"] for f in grids]
    code = next(g["code"] for g in mine if g["service_grid_id"] == home["service_grid_id"])
    number = re.search(r"\d+$", code)
    assert number is not None
    expect(page.locator(".answer")).to_contain_text(f"{int(number[0])} 号网格")

    settled(page)
    layer = city.ask("planner", f"/api/notices/{notice}/layers/service_grids")["features"]
    grid = max(layer, key=lambda f: shape(f["geometry"]).area)
    middle = shapely.maximum_inscribed_circle(shape(grid["geometry"])).coords[0]
    page.locator(".map").scroll_into_view_if_needed()
    page.get_by_role("button", name="查一查").blur()
    at = pixel(page, *middle)
    page.mouse.click(*at)
    expect(page.locator(".answer")).to_contain_text("号网格")
    text = "<img src=x onerror=alert(1)> 请保留我们的楼院"
    page.get_by_label("您的意见").fill(text)
    page.get_by_role("button", name="提交意见").click()
    page.get_by_text("已收到，谢谢").wait_for()
    (kept,) = city.ask("office", f"/api/proposals/{proposal}/offices/{own}/comments")
    assert (kept["text"], kept["state"]) == (text, "waiting")
    shown = city.ask("office", f"/api/notices/{notice}/comments")
    assert shown == []
    shot(page)


def test_no_count_of_a_notice_is_exact(city: City, opened: Opening) -> None:
    proposal, own = city.another("公示"), city.offices[0]
    notice = city.notice(proposal)
    page = opened(f"/notice/{notice}", size=PHONE)
    settled(page)
    grids = city.ask("planner", f"/api/proposals/{proposal}/layers/committees?street_office={own}")
    said = page.locator("main").inner_text()
    for feature in grids["features"]:
        assert f"{feature['properties']['households']:,}" not in said


def test_the_office_shows_a_comment_and_answers(city: City, opened: Opening, shot: Shot) -> None:
    proposal = city.another("公示")
    notice = city.notice(proposal)
    city.comment(notice, "小河应当是边界")
    page = opened(f"/p/{proposal}?tab=review", "office")
    page.get_by_role("button", name="公开", exact=True).click()
    page.get_by_role("button", name="答复").click()
    page.get_by_label("答复内容").fill("已采纳，谢谢。")
    page.locator("form").get_by_role("button", name="答复").click()
    page.get_by_text("答复：已采纳，谢谢。").wait_for()
    settled(page)
    assert accessible(page) == []
    shot(page)
    (shown,) = city.ask("office", f"/api/notices/{notice}/comments")
    assert (shown["text"], shown["answer"]) == ("小河应当是边界", "已采纳，谢谢。")

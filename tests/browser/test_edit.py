"""Edit: painted, warned of, mended, accepted, undone; by two; with the line down; by keys."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import PHONE, Watch, accessible, pixel, settled
from tests.browser.city import City
from tests.browser.land import Land

Opening = Callable[..., Page]
Shot = Callable[[Page], Any]


@pytest.fixture
def land(city: City) -> Land:
    """The first street office of a proposal of the test's own."""
    return Land(city, city.another(), city.offices[0])


def begin(opened: Opening, land: Land, cell: int, grid: str, login: str = "planner") -> Page:
    """The editor near a cell, painting into a grid with a narrow brush."""
    lon, lat = land.at(cell)
    place = f"at=17/{lat}/{lon}&sel=service_grids:{grid}&tab=edit"
    page = opened(f"/p/{land.proposal}?{place}", login)
    page.get_by_role("toolbar").wait_for()
    settled(page)
    page.keyboard.press("i")
    page.keyboard.press("b")
    for _ in range(4):
        page.keyboard.press("[")
    expect(page.get_by_role("button", name="画笔（B）")).to_have_attribute("aria-pressed", "true")
    return page


def dab(page: Page, land: Land, cell: int, hold: bool = False) -> None:
    """One touch of the brush on a cell; held down until told."""
    x, y = pixel(page, *land.at(cell))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 1, y + 1)
    if not hold:
        page.mouse.up()


def changed(page: Page, grid: str) -> Any:
    """The line of a grid among the pending changes."""
    return page.locator(f"[data-area='service_grids:{grid}']")


def kinds(land: Land) -> list[str]:
    return [edit["event"]["type"] for edit in land.edits["edits"]]


def calm(land: Land) -> tuple[int, str, str]:
    """A cell that may go to the grid beside it, its grid, that grid."""
    areas = land.areas
    a, b = next(p for p in land.pairs() if not land.breaks(p[0]))
    return a, land.grid(a, areas), land.grid(b, areas)


def test_a_stroke_is_counted_accepted_undone_and_redone(
    opened: Opening, land: Land, shot: Shot
) -> None:
    cell, source, target = calm(land)
    before, weight = land.households(target), land.told["households"][cell]
    page = begin(opened, land, cell, target)
    dab(page, land, cell)
    expect(changed(page, target)).to_contain_text(f"{before + weight}")
    expect(changed(page, target)).to_contain_text(f"原 {before}")
    expect(changed(page, source)).to_be_visible()
    assert land.edits["version"] == 0  # nothing is sent before it is accepted
    page.get_by_label("说明（写入记录").fill("居民要求")
    shot(page)
    assert accessible(page) == []
    page.get_by_role("button", name="接受").click()
    expect(page.get_by_text("第 1 次修订")).to_be_visible()
    (edit,) = land.edits["edits"]
    assert edit["event"]["type"] == "move"
    assert edit["event"]["note"] == "居民要求"
    assert land.grid(cell, land.areas) == target
    assert land.households(target) == before + weight
    page.keyboard.press("Control+z")
    expect(page.get_by_text("第 2 次修订")).to_be_visible()
    assert land.grid(cell, land.areas) == source
    page.keyboard.press("Control+y")
    expect(page.get_by_text("第 3 次修订")).to_be_visible()
    assert kinds(land) == ["move", "undo", "redo"]
    assert land.grid(cell, land.areas) == target


def test_a_break_is_told_while_painting_and_mended_by_a_suggestion(
    opened: Opening, land: Land, shot: Shot
) -> None:
    areas = land.areas
    cell, beside = next(p for p in land.pairs() if land.breaks(p[0]))
    source, target = land.grid(cell, areas), land.grid(beside, areas)
    page = begin(opened, land, cell, target)
    dab(page, land, cell, hold=True)
    expect(page.locator(".tip.bad")).to_contain_text("将断成")  # before the button is let go
    page.mouse.up()
    expect(changed(page, source)).to_contain_text("将断成")
    shot(page)
    page.get_by_role("button", name="建议").click()
    expect(page.get_by_text("最后一步是建议")).to_be_visible()
    expect(page.locator("li.bad")).to_have_count(0)
    page.get_by_role("button", name="接受").click()
    expect(page.get_by_text("第 1 次修订")).to_be_visible()
    (edit,) = land.edits["edits"]
    assert edit["event"]["events"][0]["type"] == "move"
    now = land.areas
    for grid in {land.grid(i, now) for i in land.members(source, areas)}:
        held = [i for i in land.members(grid, now) if land.told["households"][i]]
        assert len({land.told["piece"][i] for i in held}) == 1


def test_two_editors_meet_and_neither_loses_anything(
    opened: Opening, land: Land, watch: Watch, shot: Shot
) -> None:
    watch.allowed.add(412)
    areas = land.areas
    cell, source, target = calm(land)
    other = next(
        a
        for a, b in land.pairs()
        if a != cell and land.grid(b, areas) == target and not land.breaks(a)
    )
    second = begin(opened, land, cell, target, "bureau")
    dab(second, land, cell)
    first = begin(opened, land, other, target)
    dab(first, land, other)
    first.get_by_role("button", name="接受").click()
    expect(first.get_by_text("第 1 次修订")).to_be_visible()
    second.get_by_role("button", name="接受").click()
    dialog = second.get_by_role("dialog")
    expect(dialog).to_contain_text("规划员 林 也修改了这些区域")
    shot(second)
    assert accessible(second) == []
    assert land.edits["version"] == 1
    dialog.get_by_role("button", name="在对方之上保留我的全部修改").click()
    expect(second.get_by_text("第 2 次修订")).to_be_visible()
    now = land.areas
    assert (land.grid(cell, now), land.grid(other, now)) == (target, target)
    assert len({edit["author"] for edit in land.edits["edits"]}) == 2
    assert source != target


def test_a_draft_outlives_a_reload_and_a_lost_line(
    opened: Opening, land: Land, watch: Watch, shot: Shot
) -> None:
    cell, _, target = calm(land)
    page = begin(opened, land, cell, target)
    dab(page, land, cell)
    expect(changed(page, target)).to_be_visible()
    page.reload()
    expect(page.get_by_text("上次未提交的修改已恢复")).to_be_visible()
    expect(changed(page, target)).to_be_visible()
    page.context.set_offline(True)
    page.get_by_role("button", name="接受").click()
    expect(page.get_by_role("alert")).to_contain_text("修改已存在本机")
    shot(page)
    assert land.edits["version"] == 0
    page.context.set_offline(False)
    expect(page.get_by_text("第 1 次修订")).to_be_visible()
    assert land.edits["version"] == 1
    assert land.grid(cell, land.areas) == target
    expect(page.get_by_text("没有待提交的修改")).to_be_visible()
    watch.faults[:] = [f for f in watch.faults if "ERR_INTERNET_DISCONNECTED" not in f]


def test_keys_alone_find_paint_and_accept(opened: Opening, land: Land, shot: Shot) -> None:
    cell, _, target = calm(land)
    page = begin(opened, land, cell, target)  # the cell lies under the cross
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("下一个范围外的网格")
    assert accessible(page) == []
    page.keyboard.press("?")
    page.locator("canvas").focus()
    page.keyboard.press("Space")
    expect(changed(page, target)).to_be_visible()
    shot(page)
    page.keyboard.press("Enter")
    expect(page.get_by_text("第 1 次修订")).to_be_visible()
    assert land.grid(cell, land.areas) == target
    page.keyboard.press("o")
    outside = page.get_by_role("button", name=re.compile("范围外"))
    # Which one is next depends on where one is; the one after it is another, round and round.
    expect(outside).to_contain_text(re.compile(r"[1-9]\d* / \d+"))
    first = outside.inner_text()
    page.keyboard.press("o")
    if not re.search(r"\b1 / 1\b", first):
        expect(outside).not_to_have_text(first)
    expect(outside).to_contain_text(re.compile(r"[1-9]\d* / \d+"))


def test_areas_are_locked_renumbered_divided_and_merged(
    opened: Opening, land: Land, shot: Shot
) -> None:
    areas = land.areas
    cell, source, target = calm(land)
    page = begin(opened, land, cell, target)
    page.keyboard.press("v")
    page.mouse.click(*pixel(page, *land.at(cell)))
    page.get_by_role("button", name="锁定").click()
    page.keyboard.press("b")
    dab(page, land, cell)  # a locked grid is not painted away
    expect(page.get_by_text("1 步 · 0 户换网格")).to_be_visible()
    page.get_by_role("button", name="解锁").click()
    page.get_by_role("button", name="改号").click()
    page.get_by_label("新编号").fill(f"{source}-X")
    page.get_by_role("button", name="确定").click()
    page.keyboard.press("v")
    page.keyboard.press("g")
    beside = next(b for a, b in land.pairs() if a == cell and land.grid(b, areas) == target)
    page.mouse.click(*pixel(page, *land.at(beside)))
    expect(changed(page, source)).to_contain_text("撤销")
    shot(page)
    page.get_by_role("button", name="接受").click()
    expect(page.get_by_text("第 1 次修订")).to_be_visible()
    (edit,) = land.edits["edits"]
    assert [e["type"] for e in edit["event"]["events"]] == ["lock", "unlock", "renumber", "merge"]
    assert land.grid(cell, land.areas) == target
    page.get_by_role("button", name="一分为二").click()
    expect(page.get_by_text("最后一步是建议")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_text("第 2 次修订")).to_be_visible()
    assert kinds(land) == ["batch", "split"]


def test_on_a_phone_the_panel_makes_room_and_accept_stays(
    opened: Opening, land: Land, shot: Shot
) -> None:
    cell, _, target = calm(land)
    lon, lat = land.at(cell)
    place = f"at=16.5/{lat}/{lon}&sel=service_grids:{target}&tab=edit"
    page = opened(f"/p/{land.proposal}?{place}", "planner", size=PHONE)
    page.get_by_role("toolbar").wait_for()
    settled(page)
    page.get_by_role("button", name="画入此网格").click()
    page.get_by_role("button", name="画笔（B）").click()
    page.get_by_role("button", name="收起面板").click()
    settled(page)
    dab(page, land, cell)
    accept = page.get_by_role("button", name="接受")
    expect(accept).to_be_in_viewport()
    expect(page.get_by_label("修订的街道")).to_be_hidden()
    shot(page)
    accept.click()
    expect(page.get_by_text("第 1 次修订")).to_be_visible()
    assert land.grid(cell, land.areas) == target

"""Street office: its tasks, its own area on a phone, a comment with place and photo, yes, print."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.chromium import PHONE, accessible, settled
from tests.browser.city import City

Opening = Callable[..., Page]
Shot = Callable[[Page], Any]


def photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (640, 480), "teal").save(out, "JPEG")
    return out.getvalue()


def test_a_comment_with_place_and_photo_and_then_yes(
    city: City, opened: Opening, shot: Shot, tmp_path: Path
) -> None:
    proposal, own = city.another("街道审议"), city.offices[0]
    page = opened("/", "office", size=PHONE)
    page.get_by_role("link", name="等您审议").first.click()
    settled(page)
    expect(page.locator(".review h2.name")).to_be_visible()
    assert page.get_by_role("combobox", name="街道").count() == 0  # its own part, no other
    assert accessible(page) == []

    page.get_by_text("要求修改", exact=True).click()
    page.get_by_label("要求怎样修改").fill("12 号楼应与 11 号楼在一个网格。")
    page.get_by_role("button", name="标注位置").click()
    box = page.locator(".map").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 3)
    (tmp_path / "现场.jpg").write_bytes(photo())
    page.locator("input[type=file]").set_input_files(tmp_path / "现场.jpg")
    expect(page.locator(".files li")).to_contain_text("现场")
    page.get_by_role("button", name="提交", exact=True).click()
    page.get_by_text("已提交。").wait_for()
    path = f"/api/proposals/{proposal}/offices/{own}/review"
    (entry,) = city.ask("office", path)["story"]
    assert (entry["act"], entry["text"]) == ("request-change", "12 号楼应与 11 号楼在一个网格。")
    assert entry["lon"] is not None
    assert entry["files"][0]["type"] == "image/jpeg"
    expect(page.get_by_role("button", name="第 1 条")).to_be_visible()

    page.get_by_role("button", name="同意并上报").click()
    page.get_by_role("button", name="同意并上报").last.click()
    page.get_by_text("已上报，等待民政局审批").wait_for()
    shot(page)
    assert city.ask("office", path)["stage"] == "submitted"


def test_the_bureau_returns_with_reasons(city: City, opened: Opening, shot: Shot) -> None:
    proposal, own = city.another("退回"), city.offices[0]
    city.say(proposal, "submit")
    page = opened(f"/p/{proposal}?tab=review&of={own}", "bureau")
    page.get_by_role("button", name="退回").click()
    page.locator("form").first.get_by_role("button", name="退回").click()
    assert city.ask("bureau", f"/api/proposals/{proposal}/offices/{own}/review")["stage"] == (
        "submitted"
    )  # not without a reason
    page.get_by_label("理由（必填）").fill("请先核实 3 号网格的户数。")
    page.locator("form").first.get_by_role("button", name="退回").click()
    page.get_by_text("请先核实 3 号网格的户数。").wait_for()
    settled(page)
    shot(page)
    said = city.ask("bureau", f"/api/proposals/{proposal}/offices/{own}/review")
    assert (said["stage"], said["story"][-1]["text"]) == ("open", "请先核实 3 号网格的户数。")


def test_the_part_as_it_is_printed(city: City, opened: Opening, shot: Shot) -> None:
    page = opened(f"/print/{city.proposal}/{city.offices[0]}", "office")
    settled(page)
    expect(page.get_by_text("工作示意图，不作为行政区域界线或权属依据")).to_be_visible()
    expect(page.get_by_text("审图号：（待填）")).to_be_visible()
    assert accessible(page) == []
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="打印")).to_be_hidden()
    shot(page)


def test_the_levels_of_the_city_agree(city: City, opened: Opening, shot: Shot) -> None:
    page = opened(f"/city/{city.proposal}", "bureau")
    expect(page.get_by_text("户数相同")).to_be_visible()
    offices = city.ask("bureau", f"/api/proposals/{city.proposal}/layers/street_offices")
    whole = sum(f["properties"]["households"] for f in offices["features"])
    levels = page.get_by_role("table", name="三级核对")
    assert levels.get_by_role("cell", name=f"{whole:,}", exact=True).count() == 3
    page.get_by_role("button", name=offices["features"][0]["properties"]["name"]).click()
    assert accessible(page) == []
    shot(page)

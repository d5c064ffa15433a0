"""Civil affairs bureau: the queue of referred estates, the sheet of one, a ruling with evidence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.chromium import accessible, settled
from tests.browser.city import City

Opening = Callable[..., Page]
Shot = Callable[[Page], Any]
PDF = b"%PDF-1.7 minutes of the meeting"


def test_an_estate_is_ruled_on(city: City, opened: Opening, shot: Shot, tmp_path: Path) -> None:
    """The ruling is taken back at the end: the survey is everybody's."""
    (waiting,) = city.ask("bureau", "/api/rulings/queue")
    estate, proposal = waiting["estate"], waiting["proposal"]
    page = opened("/rulings", "bureau")
    page.get_by_role("link", name=estate["estate_id"]).click()
    settled(page)
    table = page.get_by_role("table")
    for part in estate["parts"]:
        expect(table).to_contain_text(f"{int(part['area_m2']):,}")
    assert accessible(page) == []

    evidence = tmp_path / "批复.pdf"
    evidence.write_bytes(PDF)
    page.get_by_role("button", name="记录裁定").click()
    assert city.ask("bureau", f"/api/proposals/{proposal}/rulings")[0]["ruling"] is None
    page.get_by_role("radio", name=estate["parts"][1]["name"]).check()
    page.get_by_label("依据").fill("面积相等；物业在东侧，两街道协商一致。")
    page.locator("input[type=file]").set_input_files(evidence)
    expect(page.locator("form")).to_contain_text(evidence.name)
    page.get_by_role("button", name="记录裁定").click()
    page.get_by_text("现行裁定").wait_for()
    settled(page)
    shot(page)
    kept = city.ask("bureau", f"/api/proposals/{proposal}/rulings")
    ruling = next(e for e in kept if e["estate_id"] == estate["estate_id"])["ruling"]
    assert ruling["street_office_id"] == estate["parts"][1]["street_office_id"]
    assert [f["name"] for f in ruling["evidence"]] == ["批复.pdf"]
    assert city.ask("bureau", "/api/rulings/queue") == []

    page.get_by_text("撤回裁定…").click()
    page.get_by_label("撤回的理由").fill("证据有误")
    page.get_by_role("button", name="撤回", exact=True).click()
    page.get_by_text("撤回裁定", exact=True).first.wait_for()
    assert len(city.ask("bureau", "/api/rulings/queue")) == 1

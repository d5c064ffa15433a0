"""Text that wants to be run, or to break a layout, in every name and comment: it is only shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from api.errors import Problem
from api.routing import check_string
from tests.browser.chromium import PHONE, Watch, settled
from tests.browser.city import City
from tests.real.places import need

Opening = Callable[..., Page]
Shot = Callable[[Page], Any]
_WIDE = "document.documentElement.scrollWidth > innerWidth"


@pytest.fixture(scope="module")
def naughty() -> list[str]:
    """The big list of naughty strings (MIT); those that a name may be: not blank."""
    said = json.loads(need("hostile/text/blns.json").read_text("utf-8"))
    found = [s for s in said if s.strip()]
    assert len(found) > 400
    return found


def _taken(text: str) -> bool:
    try:
        check_string(text)
    except Problem:
        return False
    return True


@pytest.fixture(scope="module")
def hostile(city: City, naughty: list[str]) -> tuple[str, str]:
    """A proposal and its notice; every string is in some name, comment, answer or contact.

    Invisible letters that turn lines about are refused by the service (`text-not-allowed`), so
    only names, which come with a survey, hold those.
    """
    every, naughty = naughty, [one for one in naughty if _taken(one)]
    worst = sorted(every, key=len)
    longest = max(naughty, key=len)
    # of the strings that are markup the whole, in the title and in names; scripts first
    markup = [s for s in naughty if "<" in s and len(s) <= 200]
    proposal = city.another(
        markup[0],
        lambda layer, i: (markup[i] if i % 2 else worst[-1 - i][:190]) + layer[:1],
    )
    path = f"/api/proposals/{proposal}/offices/{city.offices[0]}/review"
    for i in range(0, len(naughty), 60):
        city.ask(
            "office", path, "POST", json={"act": "comment", "text": "\n".join(naughty[i : i + 60])}
        )
    for text in (markup[1], longest):
        city.ask(
            "office", path, "POST", json={"act": "comment", "text": text, "lon": 116.8, "lat": 35.3}
        )
    notice = city.notice(proposal, contact=markup[2])
    for i, name in enumerate(markup[3:6]):
        city.comment(notice, "\n".join(markup[i::3])[:2000], name[:100])
    comments = f"/api/proposals/{proposal}/offices/{city.offices[0]}/comments"
    for comment in city.ask("office", comments):
        where = f"{comments}/{comment['id']}"
        city.ask("office", where, "POST", json={"act": "show"})
        city.ask("office", where, "POST", json={"act": "answer", "text": markup[6]})
    return proposal, notice


@pytest.mark.real
@pytest.mark.parametrize(
    ("at", "login"),
    [
        ("/", "office"),
        ("/p/{proposal}?tab=review", "office"),
        ("/p/{proposal}?tab=areas&sel=committees:{committee}", "bureau"),
        ("/city/{proposal}", "bureau"),
        ("/print/{proposal}/{office}", "office"),
        ("/notices", None),
        ("/notice/{notice}", None),
    ],
)
def test_it_is_only_shown(
    city: City,
    hostile: tuple[str, str],
    opened: Opening,
    watch: Watch,
    shot: Shot,
    at: str,
    login: str | None,
) -> None:
    proposal, notice = hostile
    where = at.format(
        proposal=proposal, notice=notice, office=city.offices[0], committee=city.committees[0]
    )
    page = opened("/notices", login, size=PHONE)
    ran: list[str] = []
    page.on("dialog", lambda dialog: (ran.append(dialog.message), dialog.dismiss()))
    page.goto(f"{city.origin}/#{where}")
    page.wait_for_load_state("networkidle")
    if page.locator(".map").count():
        settled(page)
    page.wait_for_function("document.body.innerText.length > 40")
    assert ran == []
    assert page.evaluate("[...document.scripts].every((s) => s.src.startsWith(location.origin))")
    assert page.locator("#app :is(script, iframe, object, embed, meta, base)").count() == 0
    assert page.locator("#app img:not([src^='/api/notices/'])").count() == 0
    assert not page.evaluate(_WIDE), page.evaluate("document.documentElement.scrollWidth")
    shot(page)

"""WCAG 2.2 AA by axe on every screen, none wider than its window; the keyboard goes round."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import PHONE, accessible, settled
from tests.browser.city import City
from tests.browser.screens import screens
from tests.browser.shots import Screen

Opening = Callable[..., Page]


@pytest.fixture(scope="module")
def every(city: City) -> list[Screen]:
    """All that `make screenshots` shows; each is seen once, large and light or small and dark."""
    return screens(city)


@pytest.mark.parametrize(
    ("half", "size", "lang", "scheme"),
    [(0, (1120, 720), "zh-CN", "light"), (1, PHONE, "en", "dark")],
)
def test_every_screen(
    city: City,
    opened: Opening,
    every: list[Screen],
    half: int,
    size: tuple[int, int],
    lang: str,
    scheme: str,
) -> None:
    faults: list[str] = []
    pages: dict[str | None, Page] = {}
    for screen in every[half::2]:
        if screen.login not in pages:
            pages[screen.login] = opened("/notices", screen.login, size, lang, scheme)
        page = pages[screen.login]
        page.goto("about:blank")
        page.goto(f"{city.origin}/#{screen.at}")
        page.wait_for_load_state("networkidle")
        expect(page.locator("main").first, screen.name).to_be_visible()
        if screen.prepare is not None:
            screen.prepare(page)
        faults += [f"{screen.name}: {fault}" for fault in accessible(page)]
        wide = page.evaluate("document.documentElement.scrollWidth")
        faults += [f"{screen.name}: {wide} wide"] if wide > size[0] else []
    assert not faults, "\n".join(faults)


def test_the_keyboard_alone_goes_round(city: City, opened: Opening) -> None:
    page = opened(f"/p/{city.proposal}?tab=review", "office")
    settled(page)
    reached: list[str] = []
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                """() => { const e = document.activeElement
                   return e !== document.body && e.matches(':focus-visible, .map *')
                     ? (e.getAttribute('aria-label') || e.textContent || e.tagName).trim()
                     : '-' }"""
            )
        )
        if "提交" in reached:
            break
    assert "-" not in reached
    assert {"概览", "列表", "审议"} & set(reached)
    assert "提交" in reached
    page.get_by_role("button", name="标注位置").press("Enter")
    page.get_by_role("button", name="用地图中心").press("Enter")
    expect(page.get_by_role("button", name="去掉位置")).to_be_visible()

"""Real Chromium against a real `redistrict serve`; every page is watched."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from api.web import built
from tests.browser import city as cities
from tests.browser.chromium import DESKTOP, SHOTS, Watch, launched
from tests.browser.city import City

Opening = Callable[..., Page]
_KEPT = "if (location.protocol === 'http:') localStorage.setItem('redistrict.lang', '{lang}')"


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """The small city as one service shows it. What a test changes it changes in `City.another`."""
    if not (built.FOLDER / "index.html").is_file():
        pytest.fail("the review map is not built: cd web && npm ci && npm run build")
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if own.name.startswith("popen-") else own
    if kept := os.environ.get("REDISTRICT_TEST_CITY"):  # for whoever runs one test many times
        shared = Path(kept)
        shared.mkdir(parents=True, exist_ok=True)
    with cities.opened(cities.solved(shared), own / "served") as one:
        yield one


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """For the package only: the driver's event loop is in the way of tests that run their own."""
    with launched() as one:
        yield one


@pytest.fixture
def watch(city: City) -> Iterator[Watch]:
    """What the pages of this test did; any fault fails the test."""
    watching = Watch(city.origin)
    yield watching
    assert not watching.faults, "\n".join(watching.faults)


@pytest.fixture
def opened(city: City, browser: Browser, watch: Watch) -> Iterator[Opening]:
    """Opens a page at ``at`` (what stands behind ``#``), signed in as ``login``."""
    contexts: list[BrowserContext] = []

    def opening(
        at: str = "/",
        login: str | None = None,
        size: tuple[int, int] = DESKTOP,
        lang: str = "zh-CN",
        scheme: str = "light",
        watching: bool = True,
    ) -> Page:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            locale=lang,
            timezone_id="Asia/Shanghai",
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",
            has_touch=size[0] < 720,
        )
        contexts.append(context)
        context.set_default_timeout(15_000)
        context.add_init_script(_KEPT.format(lang=lang[:2]))
        if watching:
            watch.over(context)
        if login is not None:
            context.add_cookies(city.as_(login)["cookies"])
        page = context.new_page()
        page.goto(f"{city.origin}/#{at}")
        return page

    yield opening
    for context in contexts:
        context.close()


@pytest.fixture
def shot(request: pytest.FixtureRequest) -> Callable[[Page], Path]:
    """Keeps a picture of a page under the test's name (`out/browser`)."""

    def keep(page: Page) -> Path:
        SHOTS.mkdir(parents=True, exist_ok=True)
        path = SHOTS / f"{request.node.name}.png"
        page.screenshot(path=path)
        return path

    return keep

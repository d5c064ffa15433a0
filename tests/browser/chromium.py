"""Debian's Chromium, driven by playwright, and a watch over everything it asks and complains of."""

from __future__ import annotations

import math
import re
import shutil
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    sync_playwright,
)

ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--font-render-hinting=none",
)
SHOTS = Path(__file__).parents[2] / "out" / "browser"
"""Pictures of the last run of the tests, one a test."""
DESKTOP = (1120, 720)
"""Smaller than the pictures of `make screenshots`: without a graphics card pixels are time."""
PHONE = (390, 844)
AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
_REFUSED = re.compile(r"Failed to load resource: the server responded with a status of (\d+)")
_TELL = """
addEventListener('securitypolicyviolation', (e) =>
  console.error(`CSP ${e.violatedDirective} ${e.blockedURI} ${e.sourceFile ?? ''}:${e.lineNumber}`))
"""


def executable() -> str:
    """The browser; fails with what to install where there is none."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        msg = "no chromium here: the review map is not tested (Debian: apt-get install chromium)"
        raise RuntimeError(msg)
    return found


@contextmanager
def launched() -> Generator[Browser]:
    """A browser, and the driver that talks to it; both end with the block."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=executable(), args=list(ARGUMENTS), chromium_sandbox=False
        )
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Watch:
    """What a page did that it should not have.

    ``allowed``: statuses that the API may answer in this test, besides 401 to the question who is
    signed in; whatever else refuses is a fault.
    """

    origin: str
    allowed: set[int] = field(default_factory=set[int])
    faults: list[str] = field(default_factory=list[str])
    asked: list[str] = field(default_factory=list[str])

    def over(self, context: BrowserContext) -> None:
        """Watch a context from now on."""
        context.add_init_script(_TELL)
        context.on("request", self._request)
        context.on("response", self._response)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.faults.append(f"script: {error.error}"))

    def _request(self, request: Request) -> None:
        self.asked.append(request.url)
        scheme = urlsplit(request.url).scheme
        if scheme not in ("blob", "data") and not request.url.startswith(f"{self.origin}/"):
            self.faults.append(f"leaves the machine: {request.url}")

    def _response(self, response: Response) -> None:
        path = urlsplit(response.url).path
        known = path == "/api/session" and response.status == 401
        if response.status >= 400 and not known and response.status not in self.allowed:
            self.faults.append(f"{response.status} {response.request.method} {response.url}")

    def _console(self, message: ConsoleMessage) -> None:
        # Chromium's own line about a refusal repeats what `_response` has judged.
        text = message.text
        if message.type in ("error", "warning") and not (_REFUSED.match(text) or _software(text)):
            self.faults.append(f"{message.type}: {text}")


def _software(text: str) -> bool:
    """Chromium's remarks on drawing without a graphics card; they say nothing of the page."""
    return "GPU stall due to ReadPixels" in text or "software WebGL" in text


def settled(page: Page) -> None:
    """Wait until the map has drawn what it was told, tiles included."""
    page.wait_for_selector(".map[data-ready='true']")
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))")
    page.wait_for_function("() => !document.querySelector('.map:not([data-busy=false])')")


def pixel(page: Page, lon: float, lat: float) -> tuple[float, float]:
    """Where a place is on the page, pixels; the map must be settled.

    Web Mercator at 512 pixels a tile, as MapLibre draws it.
    """
    element = page.locator(".map")
    zoom, at_lat, at_lon = (float(v) for v in (element.get_attribute("data-view") or "").split("/"))
    box = element.bounding_box()
    assert box is not None
    size = 512 * 2**zoom
    x = (lon - at_lon) / 360 * size
    y = (_north(at_lat) - _north(lat)) * size
    return box["x"] + box["width"] / 2 + x, box["y"] + box["height"] / 2 + y


def _north(lat: float) -> float:
    return math.asinh(math.tan(math.radians(lat))) / (2 * math.pi)


def accessible(page: Page, without: Iterable[str] = ()) -> list[str]:
    """What axe finds against WCAG 2.2 A and AA, as ``rule: place``."""
    page.wait_for_selector("main")
    page.evaluate(AXE.read_text("utf-8"))
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = page.evaluate(
        """async ([tags, without]) => (await axe.run({exclude: without}, {
             runOnly: tags, resultTypes: ['violations'],
           })).violations.flatMap((v) => v.nodes.map((n) =>
             `${v.id}: ${n.target.join(' ')} ${n.failureSummary.replace(/\\s+/g, ' ')}`))""",
        [tags, list(without)],
    )
    return list(found)

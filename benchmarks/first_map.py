"""From an address to a map, and a stroke to its totals: `python -m benchmarks.first_map DATA`.

DATA is the data folder of a service in which a city was run; where there is none, Shinagawa
(63,806 buildings) is sent in and run there first, which takes minutes. Every look is a fresh
Chromium profile, headless, without a graphics card: nothing is cached in it. The first look is at
a service that was just started, so that its tiles are made then; the others find them made.

Milliseconds after the address was entered, by the page's own marks:
``paint`` first contentful paint; ``asked`` the last answer before the map is begun; ``begun`` the
map is made; ``drawn`` everything in view is drawn, labels too: the first meaningful map.
``stroke``: of the longest pointer event of a stroke over more than 200 buildings, the time in
which the page gathers the buildings and has the totals; ``shown`` the time to the next frame.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext

from tests.browser import city as cities
from tests.browser.chromium import launched, pixel, settled
from tests.browser.city import City
from tests.browser.land import Land

SHINAGAWA = Path(__file__).parents[2] / "shared" / "data" / "shinagawa"
RESULTS = Path(__file__).parent / "results" / "first-map.md"
LOOKS = 7
STROKES = 5
DESKTOP = {"width": 1440, "height": 900}
_MARKS = """() => {
  const at = (name) => Math.round(performance.getEntriesByName(name)[0]?.startTime ?? -1)
  const asked = performance.getEntriesByType('resource')
  const begun = at('redistrict.map.begun')
  const api = asked.filter((r) => r.name.includes('/api/') && r.responseEnd < begun)
  const sum = (some) => Math.round(some.reduce((all, r) => all + r.encodedBodySize, 0) / 1000)
  return {
    paint: at('first-contentful-paint'),
    asked: Math.round(Math.max(0, ...api.map((r) => r.responseEnd))),
    begun, drawn: at('redistrict.map.drawn'),
    scripts_kb: sum(asked.filter((r) => /\\.m?js$/.test(r.name))),
    api_kb: sum(api), tiles: asked.filter((r) => r.name.endsWith('.mvt')).length,
  }
}"""
_WATCH = """() => {
  window.__shown = []
  new PerformanceObserver((all) => window.__shown.push(...all.getEntries().map((e) => e.duration)))
    .observe({type: 'event', durationThreshold: 16})
}"""
_STROKES = """() => performance.getEntriesByName('redistrict.stroke')
  .map((one) => [one.duration, one.detail.cells])"""


def look(city: City, browser: Browser) -> dict[str, int]:
    """One look at the whole city."""
    context = _fresh(city, browser)
    page = context.new_page()
    page.goto(f"{city.origin}/#/p/{city.proposal}")
    page.wait_for_function("() => performance.getEntriesByName('redistrict.map.drawn').length")
    found = page.evaluate(_MARKS)
    context.close()
    return found


def stroke(city: City, browser: Browser, land: Land) -> dict[str, float]:
    """Strokes over a part of the office that holds hundreds of buildings."""
    cell = len(land.told["buildings"]) // 2
    lon, lat = land.at(cell)
    grid = land.grid(cell, land.areas)
    context = _fresh(city, browser)
    page = context.new_page()
    at = f"at=15.5/{lat}/{lon}&sel=service_grids:{grid}&tab=edit"
    page.goto(f"{city.origin}/#/p/{city.proposal}?{at}")
    page.get_by_role("toolbar").wait_for(timeout=120_000)
    settled(page)
    page.keyboard.press("i")
    page.keyboard.press("b")
    for _ in range(20):
        page.keyboard.press("]")
    page.evaluate(_WATCH)
    x, y = pixel(page, lon, lat)
    page.mouse.move(x - 150, y)
    page.mouse.down()
    for step in range(-140, 160, 20):
        page.mouse.move(x + step, y)
    page.mouse.up()
    settled(page)
    told = page.evaluate(_STROKES)
    over = [time for time, cells in told if cells >= 200]
    shown = page.evaluate("() => window.__shown")
    context.close()
    return {
        "buildings": max(cells for _, cells in told),
        "stroke": max(over),
        "shown": max(shown, default=16),
    }


def _fresh(city: City, browser: Browser) -> BrowserContext:
    context = browser.new_context(viewport=DESKTOP, locale="zh-CN", reduced_motion="reduce")  # type: ignore[arg-type]
    context.set_default_timeout(120_000)
    context.add_cookies(city.as_("planner")["cookies"])  # type: ignore[arg-type]
    return context


def main(data: Path) -> None:
    """Measure, print, write the table."""
    if not data.exists():
        if not SHINAGAWA.exists():
            sys.exit(f"needs {SHINAGAWA}, which is not beside this checkout")
        cities.run_through(data, SHINAGAWA, 1200)
    with (
        tempfile.TemporaryDirectory() as folder,
        cities.opened(data, Path(folder) / "served") as city,
        launched() as browser,
    ):
        looks = [look(city, browser) for _ in range(LOOKS)]
        land = Land(city, city.proposal, city.offices[0])
        strokes = [stroke(city, browser, land) for _ in range(STROKES)]
    lines = [
        "# The first map, and a stroke",
        "",
        "`python -m benchmarks.first_map DATA`; Shinagawa, 63,806 buildings; milliseconds.",
        "",
        _table("just started", looks[:1]),
        _table(f"tiles made, median of {LOOKS - 1}", looks[1:]),
        _table(f"a stroke, median of {STROKES}", strokes),
    ]
    RESULTS.write_text("\n".join(lines), "utf-8")
    print(RESULTS.read_text("utf-8"))
    print(json.dumps([looks, strokes]), file=sys.stderr)


def _table(title: str, rows: list[Any]) -> str:
    names = list(rows[0])
    middle = [statistics.median(row[name] for row in rows) for name in names]
    head = f"| {title} | " + " | ".join(names) + " |"
    return "\n".join(
        [
            head,
            "|---" * (len(names) + 1) + "|",
            "| | " + " | ".join(f"{m:.0f}" for m in middle) + " |",
            "",
        ]
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))

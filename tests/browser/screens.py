"""`make screenshots`: every screen, large and on a phone, in both languages, light and dark.

Pictures go to ``out/screens``; ``docs/guide`` holds some of them, made small (`--guide`).
"""

from __future__ import annotations

import argparse
import io
import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

from tests.browser import city as cities
from tests.browser import planning
from tests.browser.chromium import Watch, launched, settled
from tests.browser.city import City
from tests.browser.shots import Prepare, Screen

OUT = Path(__file__).parents[2] / "out" / "screens"
GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "img"
SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
LANGS = {"zh": "zh-CN", "en": "en"}
SCHEMES = ("light", "dark")


def screens(city: City) -> list[Screen]:
    """Every screen, with something on it."""
    reviewed, own = city.another(f"{cities.TITLE}（审议稿）"), city.offices[0]
    _talk(city, reviewed)
    notified = city.another(f"{cities.TITLE}（公示稿）")
    notice = city.notice(notified)
    _answered(city, notified, notice)
    (waiting,) = city.ask("bureau", "/api/rulings/queue")
    estate = f"/rulings/{waiting['proposal']}/{waiting['estate']['estate_id']}"
    shown, committee = f"/p/{city.proposal}", city.committees[0]
    return [
        Screen("sign-in", "/", map=False),
        Screen("home-planner", "/", "planner", map=False),
        Screen("home-office", "/", "office", map=False),
        Screen("overview", shown, "planner"),
        Screen("areas", f"{shown}?tab=areas", "planner"),
        Screen("committee", f"{shown}?sel=committees:{committee}&by=change", "planner"),
        Screen("certificate", f"{shown}?by=certificate", "planner"),
        Screen("deviation", f"{shown}?by=deviation", "planner"),
        Screen("review-office", f"/p/{reviewed}?tab=review", "office"),
        Screen("review-bureau", f"/p/{reviewed}?tab=review&of={own}", "bureau"),
        Screen(
            "feedback",
            f"/p/{notified}?tab=review",
            "office",
            prepare=_to("公众意见", "Comments of"),
        ),
        Screen("committee-page", f"/p/{reviewed}?tab=review", "committee"),
        Screen("print", f"/print/{reviewed}/{own}", "office", whole=True),
        Screen("rulings", "/rulings", "bureau", map=False),
        Screen("ruling", estate, "bureau"),
        Screen("city", f"/city/{reviewed}", "bureau", map=False, prepare=_unfold),
        Screen("building", shown, "planner", prepare=_press_building),
        Screen("search", shown, "planner", prepare=_search),
        Screen("legend", shown, "planner", prepare=_open_legend),
        *planning.screens(city),
        Screen("notices", "/notices", map=False),
        Screen("notice", f"/notice/{notice}", prepare=_choose, whole=True),
    ]


def _talk(city: City, proposal: str) -> None:
    """A review under way, with a place and an area."""
    own = city.offices[0]
    layer = city.ask("office", f"/api/proposals/{proposal}/layers/service_grids")["features"]
    grid = layer[len(layer) // 2]
    (lon, lat), *_ = grid["geometry"]["coordinates"][0]
    say = f"/api/proposals/{proposal}/offices/{own}/review"
    for body in (
        {
            "act": "comment",
            "text": "河东的三栋楼孩子都在河西上学，请考虑学区。",
            "lon": lon,
            "lat": lat,
        },
        {
            "act": "request-change",
            "text": "12 号楼应与 11 号楼在一个网格，两栋共用一个门岗。",
            "area": {"layer": "service_grids", "id": grid["properties"]["service_grid_id"]},
        },
        {"act": "submit", "text": "除上述意见外同意。"},
    ):
        city.ask("office", say, "POST", json=body)
    committee = f"/api/proposals/{proposal}/committees/{city.committees[0]}/comments"
    city.ask("committee", committee, "POST", json={"text": "居民希望活动室保留在原址。"})


def _answered(city: City, proposal: str, notice: str) -> None:
    """Two comments of the public, one of them shown and answered."""
    for text in ("小河应当是两个社区的界线。", "希望网格员的电话也能公示。"):
        city.comment(notice, text, "王女士")
    path = f"/api/proposals/{proposal}/offices/{city.offices[0]}/comments"
    first = city.ask("office", path)[-1]["id"]
    for body in ({"act": "show"}, {"act": "answer", "text": "已按河道调整，谢谢。"}):
        city.ask("office", f"{path}/{first}", "POST", json=body)


def _to(*texts: str) -> Prepare:
    def scroll(page: Page) -> None:
        for text in texts:
            for found in page.get_by_text(text).all()[:1]:
                found.scroll_into_view_if_needed()

    return scroll


def _unfold(page: Page) -> None:
    page.locator("tbody button").first.click()


def _press_building(page: Page) -> None:
    settled(page)
    box = page.locator(".map").bounding_box()
    assert box is not None
    page.mouse.click(
        box["x"] + box["width"] / 2, box["y"] + box["height"] / (2 if box["width"] > 720 else 4)
    )


def _search(page: Page) -> None:
    field = page.get_by_role("combobox")
    field.fill("0")
    page.get_by_role("option").first.wait_for()


def _open_legend(page: Page) -> None:
    head = page.locator(".box .head")
    if head.get_attribute("aria-expanded") == "false":
        head.click()


def _choose(page: Page) -> None:
    page.locator("tbody button").first.click()
    settled(page)


def pictures(
    city: City,
    browser: Browser,
    wanted: str,
    sizes: list[str],
    langs: list[str],
    schemes: list[str],
) -> Iterator[tuple[str, bytes, list[str]]]:
    """Name, PNG and faults of every screen whose name holds ``wanted``."""
    chosen = [s for s in screens(city) if wanted in s.name]
    for screen, size, lang, scheme in itertools.product(chosen, sizes, langs, schemes):
        width, height = SIZES[size]
        context = browser.new_context(
            viewport={"width": width, "height": height},
            locale=LANGS[lang],
            timezone_id="Asia/Shanghai",
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",
        )
        watch = Watch(city.origin)
        watch.over(context)
        kept = f"localStorage.setItem('redistrict.lang', '{lang}')"
        context.add_init_script(f"if (location.protocol === 'http:') {kept}")
        if screen.login is not None:
            context.add_cookies(city.as_(screen.login)["cookies"])
        page = context.new_page()
        page.goto(f"{city.origin}/#{screen.at}")
        page.wait_for_load_state("networkidle")
        if screen.map:
            settled(page)
        if screen.prepare is not None:
            screen.prepare(page)
            page.wait_for_timeout(200)
        wide = page.evaluate("document.documentElement.scrollWidth")
        faults = [*watch.faults, *([f"{wide} pixels wide"] if wide > width else [])]
        yield (
            f"{screen.name}-{size}-{lang}-{scheme}",
            page.screenshot(full_page=screen.whole),
            faults,
        )
        context.close()


def main() -> None:
    """Write the pictures; say what was wrong on the way."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--only", default="", help="screens whose name holds this")
    asked.add_argument("--size", choices=SIZES, action="append")
    asked.add_argument("--lang", choices=LANGS, action="append")
    asked.add_argument("--scheme", choices=SCHEMES, action="append")
    asked.add_argument("--guide", action="store_true", help="also renew the pictures of the guide")
    asked.add_argument("--city", type=Path, help="where the solved city is kept between runs")
    given = asked.parse_args()
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        shared = given.city or Path(folder)
        shared.mkdir(parents=True, exist_ok=True)
        with (
            cities.opened(cities.solved(shared), Path(folder) / "served") as city,
            launched() as browser,
        ):
            made = pictures(
                city,
                browser,
                given.only,
                given.size or list(SIZES),
                given.lang or list(LANGS),
                given.scheme or list(SCHEMES),
            )
            for name, png, faults in made:
                (OUT / f"{name}.png").write_bytes(png)
                print(name, *faults, sep="\n  ", flush=True)
                if given.guide:
                    _guide(name, png)


def _guide(name: str, png: bytes) -> None:
    """The picture for the guide, where it is one of those: light, 128 colours, half as large."""
    screen, size, lang, scheme = name.rsplit("-", 3)
    wanted = GUIDE / f"{screen}-{size}-{lang}.png"
    if scheme != "light" or (screen, size) not in IN_GUIDE:
        return
    GUIDE.mkdir(parents=True, exist_ok=True)
    with Image.open(io.BytesIO(png)) as picture:
        cut = picture.convert("RGB").crop((0, 0, picture.width, min(picture.height, 1400)))
        width = 840 if size == "desktop" else 390
        scaled = cut.resize(
            (width, round(cut.height * width / cut.width)), Image.Resampling.LANCZOS
        )
        scaled.quantize(128, dither=Image.Dither.NONE).save(wanted, optimize=True)


IN_GUIDE = {
    ("overview", "desktop"), ("committee", "desktop"), ("review-office", "phone"),
    ("review-bureau", "desktop"), ("ruling", "desktop"), ("city", "desktop"), ("notice", "phone"),
    ("feedback", "desktop"), ("print", "desktop"), ("columns", "desktop"), ("findings", "desktop"),
    ("run", "desktop"), ("compare", "desktop"), ("edit", "desktop"),
}  # fmt: skip

if __name__ == "__main__":
    main()

"""The pictures: names of files, labels that do not collide, what is on the page."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from redistrict import publish
from redistrict.model.settings import RunSettings
from redistrict.parallel import Workers
from redistrict.publish import files, overview
from redistrict.publish.overview import fonts, panels, safe_names, write_overviews
from redistrict.publish.overview.lettering import Label, Lettering
from redistrict.publish.overview.page import draw
from redistrict.publish.overview.paint import hatching
from redistrict.publish.overview.panels import Sheet
from redistrict.publish.palette import ALARM
from tests.unit.publish.fakes import town


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(max_size=80), max_size=5))
def test_names_of_files_are_safe_and_different(ids: list[str]) -> None:
    names = safe_names(ids)
    assert len({n.casefold() for n in names}) == len(ids)
    for name in names:
        assert not set(name) & set('/\\:*?"<>|\0\n ')
        assert len(name.encode()) < 200
        assert not name.startswith(".")


def test_names_keep_what_can_be_kept() -> None:
    assert len(safe_names(["x" * 400])[0]) < 200
    assert safe_names(["370481001", "../etc", "a/b", "a b", "北辛街道"]) == [
        "370481001",
        "etc",
        "a_b",
        "a_b~2",
        "北辛街道",
    ]


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_labels_stay_inside_and_never_overlap(n: int, seed: int) -> None:
    points = shapely.multipoints(np.random.default_rng(seed).random((n, 2)) * 1000)
    cells = shapely.get_parts(
        shapely.voronoi_polygons(points, extend_to=shapely.box(0, 0, 1000, 1000))
    )
    lettering = Lettering(unit=1.0, window=(0, 0, 1000, 1000))
    lettering.add([Label("和平路\n3000 户", cell, (20.0, 10.0)) for cell in cells])
    boxes = np.array([shapely.box(*b) for b in lettering._taken], dtype=object)
    assert len(boxes) == len(lettering.placed)
    for i, (box, placed) in enumerate(zip(boxes, lettering.placed, strict=True)):
        assert shapely.contains(placed.label.area, box)
        others = np.delete(boxes, i)
        assert not (shapely.area(shapely.intersection(box, others)) > 1e-6).any()


def test_a_label_that_must_be_there_is_there_however_small_its_area() -> None:
    lettering = Lettering(unit=1.0, window=(0, 0, 1000, 1000))
    tiny = shapely.box(500, 500, 501, 501)
    lettering.add(
        [Label("很长的社区名称", tiny, (10.0, 5.0), must=True), Label("x", tiny, (10.0,))]
    )
    assert [(p.label.text, p.size) for p in lettering.placed] == [("很长的社区名称", 5.0)]


def test_hatches_stay_inside() -> None:
    area = shapely.Point(7, 9).buffer(5)
    drawn = hatching(area, 0.5)
    assert drawn.within(area.buffer(1e-9))
    assert drawn.length == pytest.approx(area.area / 0.5, rel=0.05)


def test_pages_show_exceptions_in_red_and_are_repeatable(tmp_path: Path) -> None:
    made = town()
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        assert write_overviews(made, tmp_path / name, "zh")() == [
            "overview.png",
            "overview-SO0.png",
            "overview-SO1.png",
        ]
    page = tmp_path / "a" / "overview-SO0.png"
    assert page.read_bytes() == (tmp_path / "b" / "overview-SO0.png").read_bytes()
    pixels = np.asarray(Image.open(page).convert("RGB")).astype(int)
    red = np.array([int(ALARM[i : i + 2], 16) for i in (1, 3, 5)])
    alarmed = (np.abs(pixels - red).sum(axis=2) < 60).sum(axis=0)
    half = pixels.shape[1] // 2
    assert alarmed[half:].sum() > 500
    # On the left, only the sample in the legend.
    assert alarmed[half:].sum() > 5 * alarmed[:half].sum()
    assert (pixels[0, 0] == 255).all()


def test_the_workers_of_a_run_draw_the_same_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overview, "LARGE", 1)
    pages: list[dict[str, bytes]] = []
    for count in (1, 2):
        folder = tmp_path / str(count)
        folder.mkdir()
        with Workers(RunSettings(workers=count)) as workers:
            names = write_overviews(town(), folder, "zh", workers)()
        pages.append({name: (folder / name).read_bytes() for name in names})
    assert pages[0] == pages[1]


def test_without_a_chinese_font_ids_are_drawn_and_a_finding_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (fonts, panels, files):
        monkeypatch.setattr(module, "chinese_family", lambda: None)
    monkeypatch.setattr("redistrict.publish.overview.page.chinese_family", lambda: None)
    fonts.glyphs.cache_clear()
    sheet = Sheet(town(), "SO0", "en")
    assert sheet.named(sheet.layer("committees"), "committee_id")[0] == "SO0-N0"
    with warnings.catch_warnings():
        # A glyph that the font lacks is a warning.
        warnings.simplefilter("error")
        draw(sheet, tmp_path / "page.png")
    monkeypatch.setattr(files, "write_overviews", lambda *given: list)
    publish.write(town(), tmp_path / "out")
    fonts.glyphs.cache_clear()
    assert "overview-without-chinese-font" in (tmp_path / "out" / "findings.json").read_text()


def test_present_committees_of_an_office_come_by_building_or_by_statement() -> None:
    made = town()
    today = Sheet(made, "SO0", "zh").present
    assert today is not None
    assert sorted(today["committee_id"]) == [f"SO0-old{i}" for i in range(4)]
    assert Sheet(made, "nowhere", "zh").present is None


def test_a_dollar_sign_in_a_name_is_no_formula(tmp_path: Path) -> None:
    made = town()
    for layer in ("street_offices", "committees"):
        made.layers[layer]["name"] = r"A $\frac{x$ B"
    for office in (None, str(made.layers["street_offices"]["street_office_id"].iloc[0])):
        draw(Sheet(made, office, "zh"), tmp_path / "page.png")
        assert (tmp_path / "page.png").stat().st_size > 0

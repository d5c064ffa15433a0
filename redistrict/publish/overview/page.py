"""A page: title, two maps side by side, legend, scale bar, north arrow and the notes of the law."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import shapely
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon, Rectangle
from PIL import Image

from redistrict.i18n import Lang, text
from redistrict.publish.geometry import flags, shapes
from redistrict.publish.overview import paint, panels
from redistrict.publish.overview.fonts import chinese_family, font, writable
from redistrict.publish.overview.lettering import Lettering
from redistrict.publish.overview.panels import Sheet
from redistrict.publish.palette import ALARM, FILLS, INK, WATER
from redistrict.publish.rows import series

WIDTH, DPI = 16.5, 150
"""Inches (A3 landscape) and dots per inch."""
COLOURS = 128
"""Of the palette of the PNG: a map has few, and the file is a quarter of the size."""
HEAD, FOOT, GAP, EDGE = 0.95, 1.05, 0.25, 0.3
"""Inches kept for the title and captions, the legend, between the maps and at the edges."""
LEAST, MOST = 5.0, 14.0
"""Inches a map may be high."""


@dataclass(frozen=True)
class Frame:
    """The land a page shows (data units) and the size of each of its two maps (inches)."""

    west: float
    south: float
    east: float
    north: float
    wide: float
    high: float

    @property
    def unit(self) -> float:
        """Data units per point."""
        return (self.east - self.west) / (self.wide * 72)


def draw(sheet: Sheet, path: Path) -> None:
    """One PNG at ``path``."""
    lang: Lang = sheet.lang if chinese_family() else "en"
    sheet = Sheet(sheet.proposal, sheet.office, lang)
    frame = _frame(sheet)
    high = HEAD + frame.high + FOOT
    # A dollar sign in a name is a dollar sign, no formula.
    with rc_context({"text.parse_math": False}):
        _draw(sheet, frame, high, path)


def _draw(sheet: Sheet, frame: Frame, high: float, path: Path) -> None:
    figure = Figure(figsize=(WIDTH, high), dpi=DPI, facecolor="white")
    canvas = FigureCanvasAgg(figure)
    left = _axes(figure, frame, EDGE, high)
    right = _axes(figure, frame, EDGE + frame.wide + GAP, high)
    window = (frame.west, frame.south, frame.east, frame.north)
    panels.before(left, sheet, Lettering(frame.unit, window))
    panels.after(right, sheet, Lettering(frame.unit, window))
    _headings(figure, sheet, frame, high)
    _foot(figure, sheet, frame, high)
    canvas.draw()
    picture = Image.frombytes("RGBA", canvas.get_width_height(), bytes(canvas.buffer_rgba()))
    few = picture.convert("RGB").quantize(COLOURS, Image.Quantize.FASTOCTREE)
    # The quantiser greys the paper a little; the corner of the page is paper.
    colours = few.getpalette() or []
    paper = 3 * cast("int", few.getpixel((0, 0)))
    colours[paper : paper + 3] = (255, 255, 255)
    few.putpalette(colours)
    few.save(path, dpi=(DPI, DPI))


def _frame(sheet: Sheet) -> Frame:
    land = shapes(sheet.layer("street_offices"))
    today = sheet.present
    if today is not None:
        land = np.concatenate([land, shapes(today)])
    west, south, east, north = shapely.total_bounds(land).tolist()
    pad = 0.03 * max(east - west, north - south, 1.0)
    west, south, east, north = west - pad, south - pad, east + pad, north + pad
    wide = (WIDTH - 2 * EDGE - GAP) / 2
    high = wide * (north - south) / (east - west)
    kept = float(np.clip(high, LEAST, MOST))
    if high > kept:
        more = (north - south) * wide / kept - (east - west)
        west, east = west - more / 2, east + more / 2
    elif high < kept:
        more = (east - west) * kept / wide - (north - south)
        south, north = south - more / 2, north + more / 2
    return Frame(west, south, east, north, wide, kept)


def _axes(figure: Figure, frame: Frame, left: float, high: float) -> Axes:
    axes = figure.add_axes((left / WIDTH, FOOT / high, frame.wide / WIDTH, frame.high / high))
    axes.set_xlim(frame.west, frame.east)
    axes.set_ylim(frame.south, frame.north)
    axes.set_xticks([])
    axes.set_yticks([])
    return axes


def _headings(figure: Figure, sheet: Sheet, frame: Frame, high: float) -> None:
    lang = sheet.lang
    offices = sheet.layer("street_offices")
    if sheet.office is None:
        title = text("overview.title_city", lang)
    else:
        title = text(
            "overview.title_office", lang, office=sheet.named(offices, "street_office_id")[0]
        )
    figure.text(
        0.5,
        1 - 0.32 / high,
        title,
        fontproperties=font(True),
        fontsize=20,
        ha="center",
        va="center",
    )
    today, committees = sheet.present, sheet.layer("committees")
    total = int(sheet.layer("buildings")["households"].to_numpy(dtype=np.int64).sum())
    if today is None:
        captions = [text("overview.before_none", lang)]
    else:
        held = sheet.buildings_of("previous_committee_id", series(today, "committee_id"))
        said = text(
            "overview.caption_before", lang, committees=len(today), households=int(held.sum())
        )
        captions = [f"{text('overview.before', lang)}  {said}"]
    said = text(
        "overview.caption_after",
        lang,
        committees=len(committees),
        grids=len(sheet.layer("service_grids")),
        households=total,
    )
    captions.append(f"{text('overview.after', lang)}  {said}")
    for i, caption in enumerate(captions):
        centre = EDGE + frame.wide / 2 + i * (frame.wide + GAP)
        figure.text(
            centre / WIDTH,
            1 - 0.76 / high,
            caption,
            fontproperties=font(True),
            fontsize=12,
            ha="center",
            va="center",
        )


def _foot(figure: Figure, sheet: Sheet, frame: Frame, high: float) -> None:
    """In inches: the coordinates of this axes are those of the strip below the maps."""
    strip = figure.add_axes((0, 0, 1, FOOT / high))
    strip.set_xlim(0, WIDTH)
    strip.set_ylim(0, FOOT)
    strip.axis("off")
    _legend(strip, sheet)
    _scale_bar(strip, frame)
    _north(strip, sheet)
    notes = [text(f"overview.{key}", sheet.lang) for key in ("review", "note")]
    for i, note in enumerate(writable("\n".join(notes)).split("\n")):
        strip.text(
            WIDTH - EDGE,
            0.74 - 0.25 * i,
            note,
            fontproperties=font(),
            fontsize=9,
            ha="right",
            va="center",
        )


def _legend(strip: Axes, sheet: Sheet) -> None:
    city = sheet.office is None
    # The page of the whole city has no room for the households of every committee, nor for numbers.
    plain = ["legend_office", "legend_committee_plain", "legend_grid_plain"]
    keys = (
        plain if city else ["legend_office", "legend_committee", "legend_grid", "legend_building"]
    )
    entries = [(f"overview.{key}", key) for key in keys]
    grids = sheet.layer("service_grids")
    if not flags(grids, "within_window", True).all():
        entries.append(("legend.grid_outside", "outside"))
    outcomes = set(sheet.proposal.layers["rulings"]["outcome"])
    entries += [(f"legend.ruling_{o}", o) for o in ("decided", "refer") if o in outcomes]
    barriers = sheet.proposal.layers.get("barriers")
    if barriers is not None and not flags(barriers, "crossable", True).all():
        entries.append(("legend.barrier_uncrossable", "barrier"))
    for i, (key, kind) in enumerate(entries):
        x, y = EDGE + 2.55 * (i // 2), (0.72, 0.34)[i % 2]
        _sample(strip, kind, x, y)
        strip.text(
            x + 0.52, y, text(key, sheet.lang), fontproperties=font(), fontsize=9, va="center"
        )


def _sample(strip: Axes, kind: str, x: float, y: float) -> None:
    w, h = 0.42, 0.2
    box = np.array([shapely.box(x, y - h / 2, x + w, y + h / 2)], dtype=object)
    if kind == "legend_building":
        paint.areas(strip, box, panels.BUILDING, alpha=0.45)
    elif kind == "legend_office":
        strip.add_line(
            Line2D([x, x + w], [y, y], color=INK, linewidth=2.4, linestyle=(0, (6, 1.5, 1, 1.5)))
        )
    elif kind == "barrier":
        strip.add_line(Line2D([x, x + w], [y, y], color=WATER, linewidth=1.4))
    elif kind.startswith("legend_committee"):
        paint.areas(strip, box, FILLS[1], INK, 1.5)
    elif kind.startswith("legend_grid"):
        paint.areas(strip, box, "white", INK, 0.45)
        number = "3" if kind == "legend_grid" else ""
        strip.text(
            x + w / 2, y, number, fontproperties=font(), fontsize=7, ha="center", va="center"
        )
    elif kind == "outside":
        paint.areas(strip, box, "white", INK, 0.45)
        paint.hatched(strip, box, ALARM, 4 / 72, 0.7, order=3)
    elif kind == "decided":
        paint.areas(strip, box, "white", WATER, 2.0)
    elif kind == "refer":
        paint.hatched(strip, box, WATER, 3 / 72, 0.6, order=3)
        paint.lines(strip, box, WATER, 2.0, (0, (2, 1.5)))


def _scale_bar(strip: Axes, frame: Frame) -> None:
    per_inch = frame.unit * 72
    length = _round_length(1.9 * per_inch)
    x, y, wide = WIDTH - EDGE - 5.2, 0.42, length / per_inch
    for half in range(2):
        strip.add_patch(
            Rectangle(
                (x + half * wide / 2, y),
                wide / 2,
                0.09,
                facecolor=INK if half == 0 else "white",
                edgecolor=INK,
                linewidth=0.8,
            )
        )
    said = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"
    for at, words in ((0.0, "0"), (wide, said)):
        strip.text(
            x + at, y + 0.2, words, fontproperties=font(), fontsize=9, ha="center", va="center"
        )


def _round_length(most: float) -> float:
    """The largest of 1, 2, 5 x 10^k not above ``most``."""
    power = 10.0 ** np.floor(np.log10(most))
    return float(next(m * power for m in (5, 2, 1) if m * power <= most))


def _north(strip: Axes, sheet: Sheet) -> None:
    x, y = WIDTH - EDGE - 5.6, 0.3
    strip.add_patch(
        Polygon([(x, y + 0.38), (x - 0.11, y), (x, y + 0.1), (x + 0.11, y)], facecolor=INK)
    )
    strip.text(
        x,
        y + 0.5,
        text("overview.north", sheet.lang),
        fontproperties=font(True),
        fontsize=10,
        ha="center",
        va="center",
    )

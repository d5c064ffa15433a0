"""A font that can write Chinese, if this machine has one."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from matplotlib import font_manager
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path as Outline
from matplotlib.textpath import TextPath

FAMILIES = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Microsoft YaHei",
    "PingFang SC",
    "SimHei",
)
FINE = 100.0
"""Points at which outlines are taken, so that hinting does not show."""
CHINESE = 0x2E80
"""The first code point of Chinese (radicals)."""
LEADING, CAP = 1.12, 0.74
"""Height of a line and of a digit, in em."""
_FILES = ("cjk", "notosanssc", "sourcehansans", "wqy-", "msyh", "pingfang", "simhei")


@cache
def chinese_family() -> str | None:
    """The first of `FAMILIES` that is installed, or None."""
    found = _known()
    if found is None:
        # matplotlib remembers the fonts of its first start; these may be newer.
        for path in sorted(font_manager.findSystemFonts()):
            if any(part in Path(path).name.lower() for part in _FILES):
                font_manager.fontManager.addfont(path)
        found = _known()
    return found


def font(bold: bool = False) -> FontProperties:
    """The Chinese font, or matplotlib's own where there is none."""
    return FontProperties(
        family=chinese_family() or "DejaVu Sans", weight="bold" if bold else "normal"
    )


def writable(text: str) -> str:
    """``text`` without what the font cannot write; lines that are left empty go."""
    if chinese_family() is not None:
        return text
    latin = ("".join(c for c in line if ord(c) < CHINESE).strip() for line in text.split("\n"))
    return "\n".join(line for line in latin if line)


@cache
def glyphs(text: str, bold: bool) -> Outline:
    """The outlines of ``text`` (lines centred) with its middle at the origin, in em.

    Thousands of labels drawn as outlines cost a tenth of thousands of matplotlib texts.
    """
    lines = text.split("\n")
    drawn: list[Outline] = []
    for i, line in enumerate(lines):
        outline = TextPath((0, 0), line, size=FINE, prop=font(bold))
        width = float(np.max(np.asarray(outline.vertices)[:, 0], initial=0.0))
        middle = (len(lines) - 1) / 2 - i
        drawn.append(moved(outline, 1 / FINE, -width / 2 / FINE, middle * LEADING - CAP / 2))
    return Outline.make_compound_path(*drawn)


def moved(outline: Outline, scale: float, x: float, y: float) -> Outline:
    """``outline`` scaled about the origin, then shifted."""
    return Outline(np.asarray(outline.vertices) * scale + (x, y), outline.codes)


def _known() -> str | None:
    installed = {f.name for f in font_manager.fontManager.ttflist}
    return next((name for name in FAMILIES if name in installed), None)

"""How each layer opens in QGIS."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from redistrict.i18n import Lang, catalogue, text
from redistrict.publish.palette import ALARM, FILLS, INK, MUTED, PAPER, WATER
from redistrict.publish.qml import (
    Class,
    categorised,
    document,
    fill,
    hatch,
    labels,
    line,
    marker,
    ruled,
    single,
)

GRID_NUMBER = "regexp_substr(coalesce(\"code\",''),'(\\\\d+)$')"
"""The grid's number in its committee: the last digits of its provisional code."""

GRID_LABEL = (
    f"to_string(coalesce(to_int(nullif({GRID_NUMBER},'')),\"service_grid_id\"))"
    " || '\\n' || to_string(\"households\")"
)
COMMITTEE_LABEL = 'coalesce("name","committee_id") || \'\\n\' || to_string("households")'


def style(name: str, geometry: str | None, fields: Sequence[str], lang: Lang) -> str:
    """The QML document of layer ``name``; ``geometry``: its type in the file, None for a table."""
    aliases = [(f, field_title(name, f, lang) or f) for f in fields]
    drawing = _family(geometry)
    if drawing is None:
        return document("", "", aliases)
    own = _STYLES.get(name)
    if own is not None and own[0] == drawing:
        renderer, labelling = own[1](lang)
        return document(renderer, labelling, aliases)
    return document(single(drawing, [_PLAIN[drawing]]), "", aliases)


def field_title(layer: str, field: str, lang: Lang) -> str | None:
    """What a person calls ``field`` of ``layer``: ``field.<layer>.<field>``, ``field.<field>``."""
    known = catalogue(lang)
    return known.get(f"field.{layer}.{field}", known.get(f"field.{field}"))


def _family(geometry: str | None) -> str | None:
    if geometry is None:
        return None
    plain = geometry.removeprefix("Multi").replace("String", "").lower()
    return plain if plain in _PLAIN else "line"


_PLAIN = {
    "polygon": fill(PAPER, 0, MUTED, 0.3),
    "line": line(MUTED, 0.4),
    "point": marker("circle", MUTED, PAPER, 2.0),
}


def _committees(lang: Lang) -> tuple[str, str]:
    del lang
    classes = [Class(str(i), "", [fill(c, 150, INK, 1.0)]) for i, c in enumerate(FILLS)]
    return categorised("polygon", "colour", classes), labels(COMMITTEE_LABEL, 10, INK, True)


def _service_grids(lang: Lang) -> tuple[str, str]:
    edge = [fill(PAPER, 0, PAPER, 0.55), fill(PAPER, 0, INK, 0.25)]
    classes = [
        Class('"within_window"', text("legend.grid_within", lang), edge),
        Class("ELSE", text("legend.grid_outside", lang), [hatch(ALARM), *edge]),
    ]
    return ruled("polygon", classes), labels(GRID_LABEL, 8, INK, False, 20000)


def _buildings(lang: Lang) -> tuple[str, str]:
    del lang
    classes = [Class(str(i), "", [fill(c, 255, MUTED, 0.1)]) for i, c in enumerate(FILLS)]
    return categorised("polygon", "colour", classes), ""


def _street_offices(lang: Lang) -> tuple[str, str]:
    del lang
    drawn = [fill(PAPER, 0, PAPER, 1.8), fill(PAPER, 0, INK, 1.1, "dash dot")]
    return single("polygon", drawn), labels('coalesce("name","street_office_id")', 13, INK, True)


def _rulings(lang: Lang) -> tuple[str, str]:
    classes = [
        Class(
            "\"outcome\" = 'decided'",
            text("legend.ruling_decided", lang),
            [fill(PAPER, 0, WATER, 0.9)],
        ),
        Class(
            "ELSE",
            text("legend.ruling_refer", lang),
            [hatch(WATER, 1.6), fill(PAPER, 0, WATER, 0.9, "dash")],
        ),
    ]
    return ruled("polygon", classes), labels('"estate_id"', 8, WATER, True)


def _barriers(lang: Lang) -> tuple[str, str]:
    classes = [
        Class(
            '"crossable" IS NOT NULL AND NOT "crossable"',
            text("legend.barrier_uncrossable", lang),
            [line(WATER, 0.9)],
        ),
        Class("ELSE", text("legend.barrier_crossable", lang), [line(MUTED, 0.4, "dash")]),
    ]
    return ruled("line", classes), ""


def _barrier_areas(lang: Lang) -> tuple[str, str]:
    classes = [
        Class(
            '"crossable" IS NOT NULL AND NOT "crossable"',
            text("legend.barrier_uncrossable", lang),
            [hatch(WATER, 2.4), fill(PAPER, 0, WATER, 0.6)],
        ),
        Class("ELSE", text("legend.barrier_crossable", lang), [fill(PAPER, 0, MUTED, 0.4, "dash")]),
    ]
    return ruled("polygon", classes), ""


def _premises_areas(lang: Lang) -> tuple[str, str]:
    del lang
    return single("polygon", [fill(INK, 90, INK, 0.4)]), ""


def _estates(lang: Lang) -> tuple[str, str]:
    del lang
    return single("polygon", [fill(PAPER, 0, MUTED, 0.4, "dot")]), ""


def _premises(lang: Lang) -> tuple[str, str]:
    del lang
    return single("point", [marker("square", INK, PAPER, 2.4)]), ""


def _findings(lang: Lang) -> tuple[str, str]:
    shapes = {"error": ("triangle", ALARM), "warning": ("diamond", "#EE7733")}
    classes = [
        Class(
            f"\"severity\" = '{severity}'",
            text(f"severity.{severity}", lang),
            [marker(shape, colour, PAPER, 3.2)],
        )
        for severity, (shape, colour) in shapes.items()
    ]
    rest = Class("ELSE", text("severity.info", lang), [marker("circle", WATER, PAPER, 2.2)])
    return ruled("point", [*classes, rest]), ""


_STYLES: dict[str, tuple[str, Callable[[Lang], tuple[str, str]]]] = {
    "committees": ("polygon", _committees),
    "service_grids": ("polygon", _service_grids),
    "buildings": ("polygon", _buildings),
    "street_offices": ("polygon", _street_offices),
    "rulings": ("polygon", _rulings),
    "barriers": ("line", _barriers),
    "barrier_areas": ("polygon", _barrier_areas),
    "premises_areas": ("polygon", _premises_areas),
    "estates": ("polygon", _estates),
    "premises": ("point", _premises),
    "findings": ("point", _findings),
}

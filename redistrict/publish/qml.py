"""The few elements of QGIS's style language (QML) that our styles are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

FONT = "Noto Sans CJK SC"
_HEAD = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_KINDS = {"polygon": "fill", "line": "line", "point": "marker"}


def rgba(colour: str, alpha: int = 255) -> str:
    """``#RRGGBB`` as QGIS writes colours."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"{red},{green},{blue},{alpha}"


@dataclass(frozen=True)
class Layer:
    """One layer of a symbol: its QGIS class, its options, and symbols inside it (hatches)."""

    kind: str
    options: Mapping[str, str]
    inner: str = ""

    def xml(self) -> str:
        """The element."""
        options = "".join(
            f'<Option name={quoteattr(k)} type="QString" value={quoteattr(v)}/>'
            for k, v in self.options.items()
        )
        return (
            f'<layer class="{self.kind}" enabled="1" locked="0" pass="0">'
            f'<Option type="Map">{options}</Option>{self.inner}</layer>'
        )


def symbol(name: str, geometry: str, layers: Iterable[Layer]) -> str:
    """A symbol for ``geometry`` (polygon, line, point)."""
    return (
        f'<symbol type="{_KINDS[geometry]}" name={quoteattr(name)} alpha="1" clip_to_extent="1"'
        f' force_rhr="0">{"".join(layer.xml() for layer in layers)}</symbol>'
    )


def fill(colour: str, alpha: int, edge: str, width: float, dash: str = "solid") -> Layer:
    """An area; ``alpha`` 0 draws only its edge (width in millimetres)."""
    return Layer(
        "SimpleFill",
        {
            "color": rgba(colour, alpha),
            "style": "solid" if alpha else "no",
            "outline_color": rgba(edge),
            "outline_style": dash,
            "outline_width": f"{width:g}",
            "outline_width_unit": "MM",
            "joinstyle": "round",
        },
    )


def hatch(colour: str, spacing: float = 2.2, width: float = 0.35) -> Layer:
    """Diagonal lines over an area: visible in grey and to the colour-blind."""
    return Layer(
        "LinePatternFill",
        {
            "angle": "45",
            "color": rgba(colour),
            "distance": f"{spacing:g}",
            "distance_unit": "MM",
            "line_width": f"{width:g}",
            "line_width_unit": "MM",
        },
        symbol("@hatch", "line", [line(colour, width)]),
    )


def line(colour: str, width: float, dash: str = "solid") -> Layer:
    """A line, ``width`` in millimetres."""
    return Layer(
        "SimpleLine",
        {
            "line_color": rgba(colour),
            "line_style": dash,
            "line_width": f"{width:g}",
            "line_width_unit": "MM",
            "capstyle": "round",
            "joinstyle": "round",
        },
    )


def marker(shape: str, colour: str, edge: str, size: float) -> Layer:
    """A point; ``shape`` as QGIS names it (circle, diamond, square ...)."""
    return Layer(
        "SimpleMarker",
        {
            "name": shape,
            "color": rgba(colour),
            "outline_color": rgba(edge),
            "outline_width": "0.3",
            "size": f"{size:g}",
            "size_unit": "MM",
        },
    )


@dataclass(frozen=True)
class Class:
    """One entry of a legend: the value or filter it stands for, its label and its drawing."""

    value: str
    label: str
    layers: Sequence[Layer]


def single(geometry: str, layers: Sequence[Layer]) -> str:
    """All features alike."""
    return (
        '<renderer-v2 type="singleSymbol" symbollevels="0" enableorderby="0" forceraster="0">'
        f"<symbols>{symbol('0', geometry, layers)}</symbols></renderer-v2>"
    )


def categorised(geometry: str, field: str, classes: Sequence[Class]) -> str:
    """One drawing for each value of ``field``."""
    entries = "".join(
        f'<category symbol="{i}" value={quoteattr(c.value)} label={quoteattr(c.label)}'
        ' render="true"/>'
        for i, c in enumerate(classes)
    )
    symbols = "".join(symbol(str(i), geometry, c.layers) for i, c in enumerate(classes))
    return (
        f'<renderer-v2 type="categorizedSymbol" attr={quoteattr(field)} symbollevels="0"'
        f' enableorderby="0" forceraster="0"><categories>{entries}</categories>'
        f"<symbols>{symbols}</symbols></renderer-v2>"
    )


def ruled(geometry: str, classes: Sequence[Class]) -> str:
    """One drawing for each filter expression; ``ELSE`` takes the rest."""
    rules = "".join(
        f'<rule key="{{rule-{i}}}" symbol="{i}" filter={quoteattr(c.value)}'
        f" label={quoteattr(c.label)}/>"
        for i, c in enumerate(classes)
    )
    symbols = "".join(symbol(str(i), geometry, c.layers) for i, c in enumerate(classes))
    return (
        '<renderer-v2 type="RuleRenderer" symbollevels="0" enableorderby="0" forceraster="0">'
        f'<rules key="{{root}}">{rules}</rules><symbols>{symbols}</symbols></renderer-v2>'
    )


def labels(expression: str, size: float, colour: str, bold: bool, until: int = 0) -> str:
    """Text inside areas with a white halo, down to a scale of 1 : ``until`` (0: always)."""
    scale = (
        f'scaleVisibility="1" scaleMin="0" scaleMax="{until}"'
        if until
        else 'scaleVisibility="0" scaleMin="0" scaleMax="0"'
    )
    return (
        '<labeling type="simple"><settings calloutType="simple">'
        f'<text-style fieldName={quoteattr(expression)} isExpression="1" fontFamily="{FONT}"'
        f' fontSize="{size:g}" fontSizeUnit="Point" fontWeight="{75 if bold else 50}"'
        f' namedStyle="{"Bold" if bold else "Regular"}" textColor="{rgba(colour)}"'
        ' textOpacity="1" multilineHeight="0.9">'
        '<text-buffer bufferDraw="1" bufferSize="0.7" bufferSizeUnits="MM"'
        f' bufferColor="{rgba("#FFFFFF", 220)}" bufferOpacity="1" bufferJoinStyle="128"/>'
        "</text-style>"
        '<text-format wrapChar="" multilineAlign="1" autoWrapLength="0"/>'
        '<placement placement="4" centroidInside="1" centroidWhole="1" fitInPolygonOnly="0"'
        ' polygonPlacementFlags="2" priority="6"/>'
        f'<rendering drawLabels="1" {scale} fontLimitPixelSize="0" obstacle="1"'
        ' obstacleType="1" displayAll="0" upsidedownLabels="0" labelPerPart="0"/>'
        "</settings></labeling>"
    )


def document(renderer: str, labelling: str, aliases: Sequence[tuple[str, str]]) -> str:
    """A whole style; ``aliases``: every field in order with the title shown for it."""
    named = "".join(
        f'<alias index="{i}" field={quoteattr(field)} name={quoteattr(title)}/>'
        for i, (field, title) in enumerate(aliases)
    )
    return (
        f'{_HEAD}<qgis version="3.22.0" labelsEnabled="{1 if labelling else 0}"'
        ' styleCategories="Symbology|Labeling|Fields" hasScaleBasedVisibilityFlag="0"'
        ' minScale="100000000" maxScale="0" readOnly="0">'
        f"{renderer}{labelling}<aliases>{named}</aliases></qgis>"
    )

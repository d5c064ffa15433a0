"""Which layer a file or a layer inside a file is, by its name."""

from __future__ import annotations

import unicodedata

LAYERS = (
    "buildings",
    "street_offices",
    "committees",
    "estates",
    "service_grids",
    "barriers",
    "premises",
)
TABLES = ("rulings", "correspondence", "premises_plan")

# exact names; several barrier files may stand side by side and are put together
_NAMES: dict[str, tuple[str, ...]] = {
    "buildings": ("building", "楼栋", "楼幢", "建筑", "建筑物", "房屋", "居民楼"),
    "street_offices": (
        "street_office",
        "streetoffices",
        "街道",
        "街道办",
        "街道办事处",
        "街道边界",
        "镇街",
    ),
    "committees": ("committee", "社区", "居委会", "社区居委会", "社区边界", "居委会边界"),
    "estates": ("estate", "小区", "住宅小区", "小区边界", "楼盘", "院落"),
    "service_grids": ("service_grid", "servicegrids", "网格", "服务网格", "网格边界"),
    # ``*_areas``: a proposal's areas among lines or points (see publish.geopackage)
    "barriers": ("barrier", "barrier_areas", "障碍", "障碍物", "阻隔"),
    "premises": ("premise", "premises_areas", "用房", "办公用房", "服务用房", "社区用房"),
    "rulings": ("ruling", "裁定", "裁定记录"),
    "correspondence": ("对照表", "新旧对照表"),
    "premises_plan": ("用房安排",),
}
BARRIER_KINDS: dict[str, str] = {
    "river": "river",
    "rivers": "river",
    "河流": "river",
    "水系": "river",
    "河道": "river",
    "railway": "railway",
    "railways": "railway",
    "rail": "railway",
    "铁路": "railway",
    "motorway": "motorway",
    "motorways": "motorway",
    "高速公路": "motorway",
    "高速": "motorway",
    "road": "road",
    "roads": "road",
    "道路": "road",
    "公路": "road",
    "路网": "road",
}
"""File or layer names that are barriers of one kind."""

_BY_NAME = {alias: layer for layer, aliases in _NAMES.items() for alias in (layer, *aliases)}


def plain(name: str) -> str:
    """A name as it is compared: NFKC, lower case, no blanks, hyphens as underscores."""
    folded = unicodedata.normalize("NFKC", name).strip().casefold()
    return folded.replace(" ", "_").replace("-", "_")


def layer_of(name: str) -> str | None:
    """The contract layer (or table) called ``name``; None where the name says nothing."""
    key = plain(name)
    if key in BARRIER_KINDS:
        return "barriers"
    return _BY_NAME.get(key)


def barrier_kind_of(name: str) -> str | None:
    """``river`` for a layer called ``rivers`` or 河流; None for the plain ``barriers``."""
    return BARRIER_KINDS.get(plain(name))

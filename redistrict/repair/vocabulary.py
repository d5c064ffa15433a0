"""The words surveys use for our terms, Chinese and English; anything else is unknown."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

STAGES: Mapping[str, str] = {
    **dict.fromkeys(
        ("planned", "规划", "规划中", "拟规划", "拟规划新建", "拟建", "拟建设", "待建", "未建"),
        "planned",
    ),
    **dict.fromkeys(
        ("under_construction", "under construction", "construction", "在建", "在建中", "建设中",
         "施工", "施工中", "正在建设"),
        "under_construction",
    ),
    **dict.fromkeys(
        ("built", "completed", "existing", "已建", "已建成", "建成", "竣工", "已竣工", "现状",
         "入住", "已入住", "已交付", "交付"),
        "built",
    ),
    **dict.fromkeys(
        ("old_town", "old town", "old", "老旧", "老旧小区", "老城区", "老城", "旧城", "老小区"),
        "old_town",
    ),
}  # fmt: skip

MANAGED: Mapping[str, str] = {
    **dict.fromkeys(
        ("yes", "y", "true", "1", "1.0", "managed", "是", "有", "有物业", "有物业管理", "物业管理",
         "专业物业", "商业物业", "物业公司", "市场化物业"),
        "yes",
    ),
    **dict.fromkeys(
        ("no", "n", "false", "0", "0.0", "unmanaged", "none", "否", "无", "无物业", "无物业管理",
         "非物业", "非物业管理", "自管", "业主自管", "单位自管", "弃管", "开放式"),
        "no",
    ),
    **dict.fromkeys(
        ("unknown", "不详", "未知", "不明", "待核", "待核实", "-", "/"), "unknown"
    ),
}  # fmt: skip

BARRIERS: Mapping[str, str] = {
    **dict.fromkeys(
        ("river", "stream", "canal", "water", "riverbank", "lake", "reservoir", "河", "河流",
         "河道", "江", "运河", "水系", "水域", "湖", "湖泊", "水库", "渠"),
        "river",
    ),
    **dict.fromkeys(
        ("railway", "rail", "light_rail", "narrow_gauge", "铁路", "铁道", "高铁", "轨道"), "railway"
    ),
    **dict.fromkeys(
        ("motorway", "motorway_link", "trunk", "trunk_link", "expressway", "高速", "高速公路",
         "快速路", "高架"),
        "motorway",
    ),
    **dict.fromkeys(
        ("road", "primary", "secondary", "tertiary", "primary_link", "secondary_link",
         "tertiary_link", "residential", "unclassified", "street", "highway", "道路", "公路",
         "街道", "马路", "主干道", "主干路", "次干道", "次干路", "支路", "路"),
        "road",
    ),
    **dict.fromkeys(("wall", "fence", "围墙", "围栏"), "wall"),
}  # fmt: skip

YES = frozenset({"yes", "y", "true", "t", "1", "1.0", "是", "有", "可", "可通行", "能", "√"})
NO = frozenset({"no", "n", "false", "f", "0", "0.0", "否", "无", "不", "不可", "不可通行", "×"})


def word(value: object) -> str | None:
    """``value`` as a trimmed lower-case word; None where it says nothing."""
    if value is None or (not isinstance(value, str) and bool(pd.isna(value))):
        return None
    text = str(value).strip().lower()
    return text or None


def yes_or_no(value: object) -> bool | None:
    """True, False, or None where the value says neither."""
    text = word(value)
    if text in YES:
        return True
    return False if text in NO else None

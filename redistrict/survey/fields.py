"""The fields of the contract and what Chinese files call them (policy.md, "Field aliases")."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["id", "text", "number", "households", "part"]


@dataclass(frozen=True)
class Field:
    """One canonical field; ``aliases`` in the order of preference.

    A field that is ``extra`` is no column where the file has none.
    """

    name: str
    kind: Kind
    aliases: tuple[str, ...] = ()
    extra: bool = False


_ESTATE = (
    "小区编号", "小区编码", "小区代码", "XQBH", "XQDM", "小区名称", "小区", "楼盘名称", "楼盘",
    "院落", "XQMC",
)  # fmt: skip
_COMMITTEE = (
    "社区编号", "社区编码", "社区代码", "SQBH", "SQDM", "社区", "社区名称", "居委会",
    "居委会名称", "社区居委会", "SQMC",
)  # fmt: skip
_OFFICE = (
    "街道编号", "街道编码", "街道代码", "JDBH", "JDDM", "街道", "街道名称", "街道办事处",
    "街道办", "JDMC",
)  # fmt: skip
_GRID = (
    "网格编号", "网格编码", "网格号", "网格代码", "WGBH", "WGDM", "网格", "网格名称", "WGMC",
)  # fmt: skip
_NAME = ("名称", "MC", "NAME")

_BUILDINGS = (
    Field("building_id", "id", ("楼栋编号", "楼栋编码", "楼栋ID", "建筑编号", "建筑物编号", "LDBH",
                                "楼栋号", "楼号", "幢号", "LDH")),
    Field("households", "households", ("户数", "总户数", "住宅套数", "HS", "常住户数", "户籍户数",
                                       "居民户数")),
    Field("estate_id", "id", _ESTATE),
    Field("courtyard_id", "id", ("楼院编号", "楼院", "楼院名称", "LYBH", "LYMC")),
    Field("stairwells", "number", ("单元数", "单元总数", "单元个数", "DYS")),
    Field("floors", "number", ("层数", "地上总层数", "总层数", "地上层数", "楼层数", "CS")),
    Field("use", "text", ("用途", "房屋用途", "建筑用途", "使用性质", "YT")),
    Field("address", "text", ("地址", "门牌", "门牌号", "详细地址", "门牌地址", "DZ")),
    Field("street_office_id", "id", _OFFICE),
    Field("committee_id", "id", _COMMITTEE),
    Field("service_grid_id", "id", _GRID),
    Field("basis", "text", ("户数口径", "统计口径", "口径"), extra=True),
    # of our own proposals, read again
    Field("part", "part", extra=True),
    Field("kind", "text", extra=True),
)  # fmt: skip
_STREET_OFFICES = (
    Field("street_office_id", "id", ("街道编号", "街道编码", "街道ID", "JDBH")),
    Field("name", "text", ("街道", "街道名称", "街道办事处", "街道办", "JDMC", *_NAME)),
    Field(
        "code", "id", ("街道代码", "行政区划代码", "区划代码", "代码", "JDDM", "XZQDM", "XZQHDM")
    ),
)
_COMMITTEES = (
    Field("committee_id", "id", ("社区编号", "社区编码", "社区ID", "社区代码", "居委会代码", "SQBH",
                                 "SQDM")),
    Field("name", "text", ("社区名称", "社区", "居委会名称", "居委会", "社区居委会", "SQMC",
                           *_NAME)),
    Field("street_office_id", "id", _OFFICE),
    Field("old_town", "text", ("老城区", "是否老城区", "旧城")),
    Field("frozen", "text", ("暂不调整", "是否保持"), extra=True),
    Field("frozen_reason", "text", ("暂不调整原因", "保持原因", "冻结原因")),
    Field("frozen_until", "text", ("复核日期", "保持至", "冻结至")),
)  # fmt: skip
_ESTATES = (
    Field("estate_id", "id", ("小区编号", "小区编码", "小区ID", "小区代码", "XQBH", "XQDM")),
    Field("name", "text", ("小区名称", "小区", "楼盘名称", "楼盘", "院落", "XQMC", *_NAME)),
    Field("stage", "text", ("建成状态", "建设状态", "建设阶段", "JCZT", "JSZT")),
    Field("property_managed", "text", ("物业类型", "是否有物业", "物业管理", "物业公司", "物业",
                                          "物业企业")),
    Field("planned_households", "number", ("规划户数", "设计户数", "拟建户数", "GHHS")),
    Field("standalone", "text", ("单独设立",), extra=True),
    Field("standalone_reason", "text", ("单独设立原因", "单设原因")),
    Field("keep_with", "text", ("与之合并", "同组")),
    Field("keep_apart", "text", ("不与合并", "分开")),
)  # fmt: skip
_SERVICE_GRIDS = (
    Field("service_grid_id", "id", _GRID[:6]),
    Field("name", "text", ("网格名称", "网格", "WGMC", *_NAME)),
    Field("committee_id", "id", _COMMITTEE),
    Field("worker", "text", ("网格员", "网格长", "负责人")),
)
_BARRIERS = (
    Field("kind", "text", ("类型", "类别", "种类", "LX")),
    Field("name", "text", _NAME),
    Field("crossable", "text", ("可通行", "可穿越", "是否可通行")),
)
_PREMISES = (
    Field("premises_id", "id", ("用房编号", "用房编码", "YFBH")),
    Field("area_m2", "number", ("面积", "建筑面积", "用房面积", "MJ")),
    Field("committee_id", "id", _COMMITTEE),
    Field("title", "text", ("权属", "产权", "产权人", "名称", "用房名称")),
    Field("stage", "text", ("建成状态", "建设状态")),
)
_RULINGS = tuple(
    Field(name, "text", aliases)
    for name, aliases in (
        ("estate_id", _ESTATE),
        ("street_office_id", _OFFICE),
        ("decided_by", ("裁定人", "裁定单位", "决定机关")),
        ("basis", ("依据", "裁定依据")),
        ("evidence", ("证据", "证明材料", "文号")),
        ("date", ("日期", "裁定日期")),
    )
)

FIELDS: dict[str, tuple[Field, ...]] = {
    "buildings": _BUILDINGS,
    "street_offices": _STREET_OFFICES,
    "committees": _COMMITTEES,
    "estates": _ESTATES,
    "service_grids": _SERVICE_GRIDS,
    "barriers": _BARRIERS,
    "premises": _PREMISES,
    "rulings": _RULINGS,
}
ID_FALLBACK: dict[str, tuple[str, ...]] = {
    "street_offices": ("code", "name"),
    "committees": ("name",),
    "estates": ("name",),
    "service_grids": ("name",),
}
"""Fields that serve as the id where a layer has none, if they are complete and unique."""

REFERENCES: dict[str, dict[str, str]] = {
    "buildings": {
        "estate_id": "estates",
        "committee_id": "committees",
        "street_office_id": "street_offices",
        "service_grid_id": "service_grids",
    },
    "committees": {"street_office_id": "street_offices"},
    "service_grids": {"committee_id": "committees"},
    "premises": {"committee_id": "committees"},
}
"""layer -> field -> the layer it names; a name is accepted where an id is meant."""

BASIS_OF_COLUMN = {
    "住宅套数": "dwelling_units",
    "常住户数": "resident",
    "户籍户数": "registered",
}
"""Columns whose name says what was counted."""
BASES = ("registered", "resident", "dwelling_units", "planned", "unstated")

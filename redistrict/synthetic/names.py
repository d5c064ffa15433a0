"""Plausible Chinese place names, made by us; none is taken from a real city's register."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count

import numpy as np

CITY = "云澜市"


def _words(text: str) -> list[str]:
    return text.split()


_OFFICES = _words(
    "临河 文昌 槐安 澜山 云桥 锦屏 望湖 安澜 凤栖 清源 永宁 长虹 龙泉 东苑 北辰 南浦 西岭 鹤鸣 "
    "松涛 月湖 春晖 金沙 碧溪 晓风 白鹭 丰泽 芦花 石榴 青檀 银杏"
)
_FIRST = list("云澜锦清安永和兴福康泰瑞祥明文秀春华丰景翠碧金玉长青")
_LAST = list("河桥园林湖山泉塘台亭岭屏湾洲浦巷门坊里庄")
_ESTATE = _words(
    "锦绣 阳光 翠湖 金桂 紫薇 丹枫 书香 御景 滨河 云锦 澜湾 荷塘 桃源 梧桐 香樟 银河 祥和 安居 "
    "学府 盛世 东方 蓝天 碧水 龙腾 凤鸣 瑞景 清华 鼎盛 恒泰 绿洲 怡景 雅居 天润 嘉和 国泰"
)
_ESTATE_END = _words("花园 家园 苑 小区 华府 名邸 雅苑 新村 公馆 新城 丽舍 庭院")
_OLD = _words(
    "棉纺厂 机床厂 供销社 粮食局 一中 二中 人民医院 建材厂 化肥厂 运输公司 邮电局 百货公司 农机厂 "
    "印刷厂 水利局 酒厂 纺织厂 煤建公司 毛巾厂 造纸厂 面粉厂 搪瓷厂"
)
_OLD_END = _words("宿舍 家属院 小区 南院 北院")
_ROAD = _words(
    "云澜 文昌 槐荫 平安 建设 新华 解放 青年 团结 胜利 光明 振兴 府前 学院 滨河 临湖 "
    "凤凰 大同 柳园 桃花 清风 明月 远航 春秋 北斗 南极 泰和 "
    "兴隆 永安 福寿 吉祥 如意 锦江 银河 金沙 长城 昆仑 松鹤 梅园"
)
_LANE = _words(
    "槐树 染坊 铁匠 竹竿 豆腐 书院 井台 石狮 马道 油坊 城隍 鼓楼 木市 米市 花市 茶馆 当铺 "
    "银匠 磨坊 戏楼 粉坊 牌坊 水井 城墙 柴市 盐店 孝子 状元 皂角 枣树"
)


class NamePool:
    """Names in seeded order, never the same twice."""

    def __init__(self, rng: np.random.Generator, stems: Sequence[str], ends: Sequence[str]) -> None:
        both = [stem + end for end in ends for stem in stems]
        self._names = _endless([both[i] for i in rng.permutation(len(both))])

    def take(self) -> str:
        return next(self._names)


def _endless(names: list[str]) -> Iterator[str]:
    yield from names
    for turn in count():
        mark = "东西南北中"[turn] if turn < 5 else f"第{turn - 3}"
        yield from (mark + name for name in names)


class Names:
    """One pool for each kind of place."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng([seed, 0x4A3E])
        self.office = _after_list(_OFFICES, NamePool(rng, _FIRST, _LAST), "街道")
        self.committee = NamePool(rng, [a + b for a in _FIRST for b in _LAST], ["社区"])
        self.estate = NamePool(rng, _ESTATE, _ESTATE_END)
        self.old_estate = NamePool(rng, _OLD, _OLD_END)
        self.arterial = NamePool(rng, _ROAD, ["路", "大街"])
        self.branch = NamePool(
            rng, [a + b for a in _FIRST for b in _LAST if b not in "巷坊里庄门"], ["街", "支路"]
        )
        self.lane = NamePool(rng, [*_LANE, *(a + b for a in _FIRST for b in "树井石桥园")], ["巷"])


def _after_list(first: Sequence[str], then: NamePool, end: str) -> Iterator[str]:
    yield from (name + end for name in first)
    while True:
        yield then.take() + end

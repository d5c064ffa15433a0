"""A map of a city before anything is redrawn, to look at and for the guide."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from redistrict.synthetic.city import City

_STAGE = {
    "old_town": "#f2dcc2",
    "built": "#f7f2dc",
    "under_construction": "#dfe6f5",
    "planned": "#e6efdc",
}
_USE = {
    "住宅": "#b9785a",
    "商业": "#8f6fa8",
    "学校": "#4f8f6a",
    "工业": "#7d7d7d",
    "办公": "#5c7fa8",
}
_FONTS = ("Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Serif CJK JP", "DejaVu Sans")


def draw_city(city: City, path: Path, width_in: float = 11.0, dpi: int = 130) -> None:
    """Draw ``city`` as a PNG at ``path``."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import font_manager
    from matplotlib import pyplot as plt
    from matplotlib.patches import Patch

    known = {f.name for f in font_manager.fontManager.ttflist}
    fonts = [name for name in _FONTS if name in known]

    layers = {k: v.to_crs("EPSG:4548") for k, v in city.layers.items()}
    with mpl.rc_context({"font.family": fonts, "axes.unicode_minus": False}):
        west, south, east, north = layers["street_offices"].total_bounds
        figure, axes = plt.subplots(
            figsize=(width_in, width_in * (north - south) / (east - west) + 0.4)
        )
        layers["street_offices"].plot(ax=axes, color="#eef1e6")
        if "estates" in layers:
            estates = layers["estates"]
            estates.plot(ax=axes, color=[_STAGE[w] for w in estates["stage"]], edgecolor="none")
        _barriers(layers["barriers"], axes)
        buildings = layers["buildings"]
        buildings.plot(ax=axes, color=[_USE[w] for w in buildings["use"]], edgecolor="none")
        if "committees" in layers:
            committees = layers["committees"]
            committees.boundary.plot(ax=axes, color="#3a6ea5", linewidth=0.9, linestyle=(0, (4, 2)))
            frozen = committees[committees["frozen_reason"].notna()]
            if len(frozen):
                frozen.plot(ax=axes, color="none", edgecolor="#3a6ea5", hatch="///", linewidth=0)
        layers["street_offices"].boundary.plot(ax=axes, color="#b02a2a", linewidth=2.0)
        if "premises" in layers:
            layers["premises"].plot(ax=axes, color="#b02a2a", marker="^", markersize=10, zorder=5)
        for name, spot in _labels(layers["street_offices"]):
            axes.annotate(
                name, spot, ha="center", fontsize=13, color="#7a1010",
                weight="bold", bbox={"fc": "white", "ec": "none", "alpha": 0.7, "pad": 1.5},
            )  # fmt: skip
        if "estates" in layers:
            _special_estates(layers, axes)
        _notes(layers, axes)
        axes.set_xlim(west - 60, east + 60)
        axes.set_ylim(south - 60, north + 60)
        axes.set_axis_off()
        axes.set_aspect("equal")
        keys = [Patch(color=c, label=w) for w, c in _USE.items()]
        axes.legend(handles=keys, loc="lower right", fontsize=8, framealpha=0.9)
        axes.set_title(
            f"{city.name}（虚构） 现状 · 工作示意图，不作为行政区域界线或权属依据", fontsize=11
        )
        figure.tight_layout()
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, dpi=dpi, metadata={"Software": None})
        plt.close(figure)


def _barriers(barriers: gpd.GeoDataFrame, axes: Any) -> None:
    kind = np.asarray(barriers["kind"], dtype=str)
    is_area = shapely.get_dimensions(np.asarray(barriers.geometry)) == 2
    long = np.asarray(barriers.length) >= 600
    styles = (
        ((kind == "road") & ~long, {"color": "white", "linewidth": 1.6}),
        ((kind == "road") & long, {"color": "white", "linewidth": 3.4}),
        ((kind == "river") & is_area, {"color": "#a9cde6"}),
        ((kind == "river") & ~is_area, {"color": "#a9cde6", "linewidth": 4}),
        (kind == "railway", {"color": "#555555", "linewidth": 2.2}),
        (kind == "railway", {"color": "white", "linewidth": 1.2, "linestyle": (0, (5, 5))}),
    )
    for rows, style in styles:
        if rows.any():
            barriers.iloc[np.flatnonzero(rows)].plot(ax=axes, **style)


def _labels(frame: gpd.GeoDataFrame) -> list[tuple[str, tuple[float, float]]]:
    spots = frame.geometry.representative_point()
    return [
        (str(name), (float(x), float(y)))
        for name, x, y in zip(frame["name"], spots.x, spots.y, strict=True)
    ]


def _special_estates(layers: dict[str, gpd.GeoDataFrame], axes: Any) -> None:
    estates = layers["estates"]
    offices = np.asarray(layers["street_offices"].geometry)
    rows, _ = shapely.STRtree(offices).query(np.asarray(estates.geometry), predicate="overlaps")
    wanted = np.isin(np.arange(len(estates)), rows)
    wanted |= np.asarray(estates["standalone_reason"].notna())
    wanted |= np.asarray(estates["planned_households"].fillna(0)) >= 6000
    noted = estates.iloc[np.flatnonzero(wanted)]
    if len(noted):
        noted.boundary.plot(ax=axes, color="#111111", linewidth=1.4)
    for name, spot in _labels(noted):
        axes.annotate(
            name, spot, ha="center", va="center", fontsize=8.5,
            bbox={"fc": "#fffbe0", "ec": "#111111", "lw": 0.6, "pad": 1.5},
        )  # fmt: skip


def _notes(layers: dict[str, gpd.GeoDataFrame], axes: Any) -> None:
    """Frozen committees, islands and buildings above 250 without known stairwells, or of 300."""
    notes: list[tuple[str, tuple[float, float]]] = []
    if "committees" in layers:
        frozen = layers["committees"][layers["committees"]["frozen_reason"].notna()]
        notes += [(f"{name}（暂不整合）", spot) for name, spot in _labels(gpd.GeoDataFrame(frozen))]
    buildings = layers["buildings"]
    households = np.asarray(buildings["households"])
    unknown = (households > 250) & np.asarray(buildings["stairwells"].isna())
    middle = buildings.geometry.centroid
    for k in np.flatnonzero(unknown | (households == 300)):
        said = "单元数不详" if unknown[k] else "6 个单元"
        notes.append((f"{households[k]} 户，{said}", (middle.x.iloc[k], middle.y.iloc[k])))
    river = np.asarray(layers["barriers"].geometry)[layers["barriers"]["kind"] == "river"]
    for ring in (r for water in river if water.geom_type == "Polygon" for r in water.interiors):
        island = shapely.Polygon(ring)
        there = int(households[shapely.within(np.asarray(middle), island)].sum())
        notes.append((f"河心洲 {there} 户", (island.centroid.x, island.centroid.y)))
    for said, spot in notes:
        axes.annotate(
            said, spot, xytext=(0, 20), textcoords="offset points", ha="center", fontsize=8.5,
            arrowprops={"arrowstyle": "-", "lw": 0.8},
            bbox={"fc": "#e8f4ff", "ec": "#111111", "lw": 0.6, "pad": 1.5},
        )  # fmt: skip

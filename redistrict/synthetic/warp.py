"""From the straight lattice to the map: turned, bent, and placed on the ellipsoid."""

from __future__ import annotations

from functools import cache

import numpy as np
import pyproj

from redistrict.model.errors import InputError
from redistrict.model.finding import Finding
from redistrict.synthetic.land import Bools, Complexes, Floats

METRIC = "EPSG:4548"
"""CGCS2000, 3-degree zone, central meridian 117 E: the plan is bent in its metres."""
ORIGIN = (486_000.0, 3_912_000.0)
DECIMALS = {"EPSG:4490": 7, "EPSG:4548": 3, "EPSG:4527": 3}


@cache
def _to(crs: str) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(METRIC, crs, always_xy=True)


class Warp:
    """A smooth map from lattice metres to metres of `METRIC`.

    A conformal polynomial bends the whole city (right angles stay right, so houses stay houses);
    a few long waves make each road waver. ``meander`` = (v of the river, amplitude, wave length,
    reach) bends the land along the river with it. Gradients of all waves together stay below
    0.5, so the map is one to one.
    """

    def __init__(
        self,
        rng: np.random.Generator,
        centre: tuple[float, float],
        radius: float,
        wave_m: float,
        meander: tuple[float, float, float, float] | None,
    ) -> None:
        self._centre = complex(*centre)
        self._radius = radius
        turn = np.deg2rad(rng.uniform(6, 13)) * rng.choice([-1, 1])
        bend = 0.055 * np.exp(1j * rng.uniform(0, 2 * np.pi))
        curl = 0.035 * np.exp(1j * rng.uniform(0, 2 * np.pi))
        self._polynomial = np.exp(1j * turn) * np.array([1.0, bend, curl])
        waves = 4
        heading = rng.uniform(0, 2 * np.pi, waves)
        length = wave_m * rng.uniform(1.0, 2.2, waves)
        self._wave_u = 2 * np.pi * np.cos(heading) / length
        self._wave_v = 2 * np.pi * np.sin(heading) / length
        self._phase = rng.uniform(0, 2 * np.pi, waves)
        towards = rng.uniform(0, 2 * np.pi, waves)
        self._push = 0.012 * length * np.exp(1j * towards)
        self._meander = meander
        self._meander_phase = rng.uniform(0, 2 * np.pi)

    def metres(self, u: Floats, v: Floats) -> tuple[Floats, Floats]:
        """Easting and northing of lattice points, metres of `METRIC`."""
        z = u + 1j * v
        if self._meander is not None:
            at, amplitude, length, reach = self._meander
            wave = np.sin(2 * np.pi * u / length + self._meander_phase)
            z = z + 1j * amplitude * wave * np.exp(-(((v - at) / reach) ** 2))
        w = z - self._centre
        a, b, c = self._polynomial
        s = w / self._radius
        out = w * (a + b * s + c * s * s)
        for k in range(len(self._phase)):
            turn = self._wave_u[k] * u + self._wave_v[k] * v + self._phase[k]
            out = out + self._push[k] * np.sin(turn)
        return out.real + ORIGIN[0], out.imag + ORIGIN[1]

    def points(self, u: Floats, v: Floats, crs: str) -> Floats:
        """(n, 2) coordinates in ``crs``, rounded to about a centimetre."""
        return place(*self.metres(u, v), crs)

    def rectangles(
        self, u: Floats, v: Floats, length: Floats, depth: Floats, upright: Bools, crs: str
    ) -> Floats:
        """(n, 5, 2) closed rings of true rectangles lying along the bent lattice.

        Where the bending squeezes the land the rectangle shrinks with it, so that what does
        not touch on the lattice does not touch on the map.
        """
        x, y = self.metres(u, v)
        east = complex_difference(self, u, v, 0.5, 0.0)
        north = complex_difference(self, u, v, 0.0, 0.5)
        along: Complexes = np.where(upright, north, east)
        area = np.abs(east.real * north.imag - east.imag * north.real)
        stretch = np.abs(along)
        narrow = np.minimum(1.0, area / stretch)
        direction: Complexes = along / stretch
        half_length = 0.5 * length * np.minimum(1.0, stretch) * direction
        half_depth = 0.5 * depth * narrow * direction * 1j
        centre: Complexes = x + 1j * y
        ring: Complexes = np.stack(
            [
                centre - half_length - half_depth,
                centre + half_length - half_depth,
                centre + half_length + half_depth,
                centre - half_length + half_depth,
                centre - half_length - half_depth,
            ],
            axis=1,
        )
        flat = place(ring.real.ravel(), ring.imag.ravel(), crs)
        return flat.reshape(len(u), 5, 2)


def complex_difference(warp: Warp, u: Floats, v: Floats, du: float, dv: float) -> Complexes:
    """Central difference quotient of the map along (du, dv), as complex numbers."""
    x1, y1 = warp.metres(u + du, v + dv)
    x0, y0 = warp.metres(u - du, v - dv)
    return ((x1 - x0) + 1j * (y1 - y0)) / (2 * np.hypot(du, dv))


def place(x: Floats, y: Floats, crs: str) -> Floats:
    """Metres of `METRIC` -> (n, 2) coordinates in ``crs``, rounded."""
    if crs not in DECIMALS:
        raise InputError(
            Finding(
                "synthetic-crs", "error", params={"crs": crs, "known": ", ".join(sorted(DECIMALS))}
            )
        )
    if crs != METRIC:
        x, y = _to(crs).transform(x, y)
    return np.round(np.column_stack([x, y]), DECIMALS[crs])

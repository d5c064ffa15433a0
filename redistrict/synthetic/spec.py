"""CitySpec: what kind of city to make."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from redistrict.model.errors import InputError
from redistrict.model.finding import Finding

FEATURES = (
    "committees",
    "service_grids",
    "premises",
    "old_town",
    "courtyards",
    "villas",
    "towers",
    "river",
    "railway",
    "island",
    "straddling",
    "equal_halves",
    "three_offices",
    "planned_large",
    "frozen",
    "standalone",
    "large_buildings",
    "keep_pairs",
    "address_defects",
)
"""What may be put into a city on purpose; everything else (roads, estates) is always there."""

ALL = frozenset(FEATURES)
LOWEST, HIGHEST = 40, 400_000
"""Buildings (or households / 25) within which a city looks like one and stays affordable."""

HOUSEHOLDS_PER_BUILDING = 25


@dataclass(frozen=True)
class CitySpec:
    """A city of about ``households`` (or ``buildings``); equal specs give equal cities.

    Sizes are met to within one block of streets, some hundred households. ``block_m`` is the
    least and greatest distance between arterial roads, metres. ``offices`` and
    ``committees_per_office`` fix the counts; None lets them follow from the households.
    Raises `InputError` (``synthetic-size``, ``synthetic-feature``) on values nothing can be
    made from.
    """

    seed: int = 0
    households: int | None = None
    buildings: int | None = None
    features: frozenset[str] = ALL
    crs: str = "EPSG:4490"
    """EPSG:4490 (degrees) or a CGCS2000 zone of central meridian 117 E (4548, or 4527 with the
    zone number before the easting)."""
    block_m: tuple[int, int] = (340, 560)
    office_households: int = 11_000
    offices: int | None = None
    committees_per_office: int | None = None
    estate_inset_m: float = 0.0
    """Estates drawn to the fence instead of the middle of the road."""
    river_as_line: bool = False

    def __post_init__(self) -> None:
        size = self.buildings
        if size is None and self.households is not None:
            size = self.households // HOUSEHOLDS_PER_BUILDING
        if (self.households is None) == (self.buildings is None) or not (
            size is not None and LOWEST <= size <= HIGHEST
        ):
            raise InputError(
                Finding(
                    "synthetic-size",
                    "error",
                    params={
                        "households": self.households,
                        "buildings": self.buildings,
                        "lowest": LOWEST,
                        "highest": HIGHEST,
                        "lowest_households": LOWEST * HOUSEHOLDS_PER_BUILDING,
                        "highest_households": HIGHEST * HOUSEHOLDS_PER_BUILDING,
                    },
                )
            )
        unknown = sorted(self.features - ALL)
        if unknown:
            raise InputError(
                Finding(
                    "synthetic-feature",
                    "error",
                    params={"features": ", ".join(unknown), "known": ", ".join(FEATURES)},
                )
            )

    def has(self, feature: str) -> bool:
        return feature in self.features

    @property
    def small_scale(self) -> bool:
        """Blocks too short for a wide river and a long island."""
        return self.block_m[0] < 300

    @staticmethod
    def small(seed: int) -> CitySpec:
        """A city of 60-400 buildings for tests; what it holds varies with ``seed``."""
        rng = np.random.default_rng([seed, 0x5A11])
        features = {f for f in FEATURES if rng.random() < 0.55}
        # most cities have committees: greenfield is one case in eight
        features -= {"planned_large", "committees"}
        if rng.random() < 0.875:
            features.add("committees")
        offices = int(rng.integers(1, 4))
        committees = int(rng.integers(*((2, 6), (1, 4), (1, 3))[offices - 1]))
        return CitySpec(
            seed=seed,
            buildings=int(rng.integers(70, 350)),
            features=frozenset(features),
            crs=str(rng.choice(["EPSG:4490", "EPSG:4490", "EPSG:4548", "EPSG:4527"])),
            block_m=(170, 270),
            offices=offices,
            committees_per_office=committees,
            estate_inset_m=float(rng.choice([0.0, 0.0, 5.0])),
            river_as_line=bool(rng.random() < 0.4),
        )

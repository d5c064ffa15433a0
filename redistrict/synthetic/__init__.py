"""Made-up cities of any size: the demonstration city, scale tests and property tests."""

from redistrict.synthetic.city import City, generate_city
from redistrict.synthetic.spec import ALL, FEATURES, CitySpec
from redistrict.synthetic.write import FORMATS, Format, write_city

__all__ = [
    "ALL",
    "FEATURES",
    "FORMATS",
    "City",
    "CitySpec",
    "Format",
    "generate_city",
    "write_city",
]

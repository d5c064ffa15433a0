"""Rule profiles: the policy's figures as settings, one short TOML file per city.

A city's own file names the profile it extends and the few keys that differ::

    extends = "tengzhou-2007"
    name = "my-city"

    [committee]
    upper = 4000

    [latitude]
    "committee.upper" = "several estates of 3,800 households share one gate"
"""

from redistrict.profiles.load import DEFAULT, from_dict, load, names
from redistrict.profiles.rules import as_dict

__all__ = ["DEFAULT", "as_dict", "from_dict", "load", "names"]

"""Looking and editing once more, on the demonstration city: five street offices, a river.

The tests are those of the small city; only what they are shown is another. Each ends, there as
here, in what the service has stored.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser import city as cities
from tests.browser.city import City
from tests.browser.test_edit import land, test_a_stroke_is_counted_accepted_undone_and_redone
from tests.browser.test_look import test_the_map_says_what_the_proposal_holds
from tests.real.places import DEMONSTRATION

__all__ = [
    "land",
    "test_a_stroke_is_counted_accepted_undone_and_redone",
    "test_the_map_says_what_the_proposal_holds",
]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """data/boundaries, sent in, confirmed and run; half a minute, once for all workers."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if own.name.startswith("popen-") else own
    kept = cities.solved(shared, "demonstration", lambda at: cities.run_through(at, DEMONSTRATION))
    with cities.opened(kept, own / "demonstrated") as one:
        yield one

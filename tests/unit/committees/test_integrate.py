"""2.2: small new estates together or with a neighbouring committee, both drawn and compared."""

from __future__ import annotations

from redistrict.model.cells import Cells
from redistrict.model.plan import Integration, Plan
from tests.unit.committees.test_draw import draw, totals, town

NEW = "under_construction"


def one(plan: Plan) -> Integration:
    (found,) = plan.integrations
    return found


def values(found: Integration) -> dict[str, dict[str, int]]:
    """way -> term -> value."""
    return {o.way: {t.name: t.value for t in o.outcome.terms} for o in found.options}


def street(present: list[str | None], marks: list[str | None], households: int = 500) -> Cells:
    """A street of cells; marked ones lie in an estate under construction."""
    stage = [NEW if m else None for m in marks]
    return town([present], households, estate_id=[marks], stage=[stage])


def test_two_new_estates_that_make_a_committee_are_put_together() -> None:
    # A is in the band already: to join it, P and Q would make 3,000 + 3,000.
    cells = street(["A"] * 6 + [None] * 6, [None] * 6 + ["P"] * 3 + ["Q"] * 3)
    plan = draw(cells)
    found = one(plan)
    assert totals(cells, plan) == [3000, 3000]
    assert (found.new, found.taken) == ((("P", "Q"),), "new-together")
    assert {w: v["outside"] for w, v in values(found).items()} == {
        "mixed": 0,
        "new-together": 0,
        "with-neighbour": 2500,  # A takes one cell of P; two of P and all of Q stay over
    }


def test_new_estates_too_small_for_a_committee_join_their_neighbours() -> None:
    # A and B lack households that P and Q have; together P and Q are no committee.
    cells = street(["A"] * 5 + [None] * 2 + ["B"] * 5, [None] * 5 + ["P", "Q"] + [None] * 5)
    plan = draw(cells)
    found = one(plan)
    assert totals(cells, plan) == [3000, 3000]
    assert found.taken == "with-neighbour"
    assert values(found)["with-neighbour"]["outside"] == 0
    assert values(found)["new-together"]["outside"] == 1000


def test_a_lone_new_estate_has_no_other_new_one_to_go_with() -> None:
    cells = street(["A"] * 5 + [None], [None] * 5 + ["P"])
    plan = draw(cells)
    found = one(plan)
    assert totals(cells, plan) == [3000]
    assert (found.new, found.taken) == ((("P",),), "with-neighbour")
    assert [o.way for o in found.options] == ["mixed"]


def test_a_new_estate_on_the_land_of_a_committee_may_leave_it_whole() -> None:
    # The committee of 4,000 is too large by the new estate P: it goes, and nobody else moves.
    cells = street(["A"] * 8 + ["B"] * 5, [None] * 7 + ["P"] + [None] * 5)
    plan = draw(cells)
    assert totals(cells, plan) == [3000, 3500]
    assert plan.area[7] == plan.area[8] != plan.area[6]


def test_what_is_not_new_or_not_small_is_not_compared() -> None:
    large = street(["A"] * 6 + [None] * 6, [None] * 6 + ["P"] * 6)
    assert draw(large).integrations == ()
    built = town([["A"] * 6], estate_id=[["P"] * 3 + ["Q"] * 3], stage=[["built"] * 6])
    assert draw(built).integrations == ()


def test_a_built_estate_without_a_committee_is_new() -> None:
    cells = town(
        [["A"] * 5 + [None]], estate_id=[[None] * 5 + ["P"]], stage=[[None] * 5 + ["built"]]
    )
    assert one(draw(cells)).new == (("P",),)

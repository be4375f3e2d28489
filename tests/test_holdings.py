"""Who holds a place: how facts follow upon one another."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import ControlFact, Stance
from geo.holdings import CLAIM_STANDS, Holding, settle
from tests.control_samples import DAY, fact, later

STANDS = CLAIM_STANDS.days
CLAIMED, CONFIRMED, DENIED = Stance.CLAIMED, Stance.CONFIRMED, Stance.DENIED
REPORTED, NEGATED = Stance.REPORTED, Stance.NEGATED

Said = tuple[str, int, Stance]
"""A party, how many days after the first day, and how it was said."""


def holding(*said: Said, on: int) -> Holding | None:
    """Return what is known of one place on a day."""
    facts = [fact(48, 37, party, later(days), stance=stance) for party, days, stance in said]
    settled = settle(facts, later(on))
    return settled[0] if settled else None


@pytest.mark.parametrize(
    ("said", "on", "party", "claimant", "since"),
    [
        ([("East", 0, REPORTED)], 0, "East", None, 0),
        ([("East", 0, REPORTED), ("West", 5, REPORTED)], 9, "West", None, 5),
        ([("West", 5, REPORTED), ("East", 0, REPORTED)], 9, "West", None, 5),
        ([("East", 0, REPORTED), ("West", 5, REPORTED)], 4, "East", None, 0),
        ([("East", 0, REPORTED), ("East", 5, REPORTED)], 9, "East", None, 0),
        ([("West", 0, REPORTED), ("East", 1, CLAIMED)], 2, "West", "East", 1),
        ([("West", 0, REPORTED), ("East", 1, CLAIMED)], STANDS, "West", "East", 1),
        ([("West", 0, REPORTED), ("East", 1, CLAIMED)], STANDS + 1, "East", None, 1),
        ([("East", 0, CLAIMED)], 1, None, "East", 0),
        ([("East", 0, CLAIMED)], STANDS, "East", None, 0),
        ([("West", 0, REPORTED), ("East", 1, CLAIMED), ("East", 2, CONFIRMED)], 3, "East", None, 2),
        ([("West", 0, REPORTED), ("East", 1, CLAIMED), ("West", 2, REPORTED)], 3, "West", None, 2),
        ([("West", 0, REPORTED), ("East", 1, CLAIMED), ("East", 2, DENIED)], 3, "West", "East", 1),
        ([("West", 0, REPORTED), ("East", 1, CLAIMED), ("East", 2, DENIED)], 99, "West", None, 0),
        ([("West", 0, REPORTED), ("East", 1, CLAIMED), ("West", 2, CLAIMED)], 99, "West", None, 0),
        ([("West", 0, REPORTED), ("West", 1, CLAIMED)], 2, "West", None, 0),
        ([("West", 0, REPORTED), ("East", 1, CLAIMED), ("North", 2, CLAIMED)], 3, "West", "North", 2),
        ([("West", 0, REPORTED), ("East", 1, CLAIMED), ("East", 9, CLAIMED)], STANDS + 1, "East", None, 1),
        ([("East", 0, REPORTED), ("West", 0, REPORTED)], 99, "East", "West", 0),
        ([("East", 0, REPORTED), ("West", 0, REPORTED), ("East", 0, REPORTED)], 9, "East", "West", 0),
        ([("East", 0, REPORTED), ("East", 0, REPORTED), ("West", 0, REPORTED)], 9, "East", "West", 0),
        ([("East", 0, REPORTED), ("West", 0, REPORTED), ("West", 1, REPORTED)], 9, "West", None, 1),
        ([("East", 0, REPORTED), ("East", 3, NEGATED)], 9, None, None, 3),
        ([("East", 0, REPORTED), ("West", 3, NEGATED)], 9, "East", None, 0),
        ([("East", 0, REPORTED), ("East", 3, NEGATED), ("West", 4, REPORTED)], 9, "West", None, 4),
        ([("East", 0, REPORTED), ("West", 2, CLAIMED), ("East", 3, NEGATED)], 4, None, "West", 3),
    ],
    ids=[
        "a report",
        "later beats earlier",
        "in whatever order they come",
        "what comes later is not known yet",
        "said again, held since the first",
        "a claim makes it contested",
        "to the last day",
        "then the claim stands",
        "a claim of what nobody held",
        "it stands as well",
        "confirmed",
        "refuted by a report",
        "denied, still contested",
        "denied, it lapses",
        "met by a counter-claim, it lapses",
        "who holds a place may claim it",
        "the later of two claims",
        "a claim said twice is as old as the first",
        "a contradiction of one day stays",
        "however often one of them is said",
        "in whatever order",
        "until a later report",
        "left",
        "left by who did not hold it",
        "left, then taken",
        "left to who claims it",
    ],
)
def test_facts_follow_upon_one_another(
    said: list[Said], on: int, party: str | None, claimant: str | None, since: int
) -> None:
    found = holding(*said, on=on)
    assert found is not None
    assert (found.party, found.claimant, found.since) == (party, claimant, later(since))
    assert found.contested == (party is None or claimant is not None)


def test_who_has_left_a_place_is_known_until_another_has_it() -> None:
    left: list[Said] = [("East", 0, REPORTED), ("East", 3, NEGATED)]
    assert (found := holding(*left, on=4)) and found.left == "East"
    assert (found := holding(*left, ("West", 5, REPORTED), on=6)) and found.left is None
    assert (found := holding(*left, ("West", 5, CLAIMED), on=99)) and (found.party, found.left) == (
        "West",
        None,
    )


@pytest.mark.parametrize("stance", [DENIED, NEGATED, Stance.PLANNED, Stance.HISTORICAL], ids=str)
def test_what_is_no_holding_makes_no_holder(stance: Stance) -> None:
    assert holding(("East", 0, stance), on=99) is None


@pytest.mark.parametrize("stance", [Stance.PLANNED, Stance.HISTORICAL], ids=str)
def test_what_did_not_happen_now_changes_nothing(stance: Stance) -> None:
    found = holding(("West", 0, REPORTED), ("East", 1, stance), on=99)
    assert found and (found.party, found.claimant) == ("West", None)


def test_a_denied_claim_of_what_nobody_held_leaves_nothing() -> None:
    assert holding(("East", 0, CLAIMED), ("East", 1, DENIED), on=99) is None


def test_a_claim_and_its_denial_on_one_day_come_in_that_order() -> None:
    said: list[Said] = [("West", 0, REPORTED), ("East", 1, DENIED), ("East", 1, CLAIMED)]
    found = holding(*said, on=99)
    assert found and (found.party, found.claimant) == ("West", None)


def test_who_held_a_place_before_its_facts_can_be_told() -> None:
    claim = fact(48, 37, "East", stance=CLAIMED)
    (found,) = settle([claim], DAY, {claim: "West"}.get)
    assert (found.party, found.claimant) == ("West", "East")


@pytest.mark.parametrize(
    ("other", "places"),
    [
        (fact(48.03, 37.0, name="dolyna"), 1),
        (fact(48.03, 37.0, name="Rivne"), 2),
        (fact(48.03, 37.0), 2),
        (fact(48.08, 37.0, name="Dolyna"), 2),
        (fact(48.00001, 37.0, name="Rivne"), 1),
    ],
    ids=["one name", "another name", "no name", "one name, too far", "one spot under two names"],
)
def test_two_sources_may_put_one_place_apart(other: ControlFact, places: int) -> None:
    assert len(settle([fact(48.0, 37.0, name="Dolyna"), other], DAY)) == places


def test_a_place_is_known_by_its_name_though_it_was_first_told_of_without() -> None:
    facts = [fact(48.0, 37.0), fact(48.0, 37.0, name="Dolyna"), fact(48.01, 37.0, name="Dolyna")]
    (found,) = settle(facts, DAY)
    assert (found.lat, found.lon, found.name) == (48.0, 37.0, "Dolyna")


def test_an_old_fact_says_less_and_the_oldest_something() -> None:
    new, old, oldest = (settle([fact(48, 37, day=day)], DAY)[0] for day in (DAY, later(-365), date(1, 1, 1)))
    assert new.weight(DAY) == 1
    assert old.weight(DAY) == 0.5
    assert 0 < oldest.weight(DAY) < 0.01


SAYINGS = st.lists(
    st.tuples(st.sampled_from(["East", "West", "North"]), st.integers(0, 40), st.sampled_from(Stance)),
    max_size=8,
)


@given(SAYINGS, st.integers(0, 80))
def test_every_fact_can_be_traced_and_a_claim_is_never_by_the_holder(said: list[Said], on: int) -> None:
    found = holding(*said, on=on)
    if found:
        assert len(found.facts) == sum(days <= on for _, days, _ in said)
        assert found.since in {each.date for each in found.facts}
        assert found.claimant is None or found.claimant != found.party
        assert found.party or found.claimant or found.left


@given(st.lists(st.tuples(st.sampled_from(["East", "West"]), st.integers(0, 9)), min_size=1, max_size=6))
def test_which_of_one_days_reports_comes_first_does_not_decide(said: list[tuple[str, int]]) -> None:
    told: list[Said] = [(party, days, REPORTED) for party, days in said]
    one, other = holding(*told, on=9), holding(*reversed(told), on=9)
    assert one and other
    assert {one.party, one.claimant} == {other.party, other.claimant}

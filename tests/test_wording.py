"""How events and their places are put into words."""

from __future__ import annotations

from typing import Any

import pytest

from domain import Mention, Place, Relation, Resolution, Spot, Tally, Toll
from web.relations import as_said
from web.wording import deaths, people, rate

POKROVSK = Place("a", "Pokrovsk", 48.28, 37.18, "PPL")
KURAKHOVE = Place("b", "Kurakhove", 47.98, 37.28, "PPL")


@pytest.mark.parametrize(
    ("relation", "fields", "words"),
    [
        (Relation.IN, {}, ""),
        (Relation.OFFSET, {"offset_km": 12.0, "bearing": 270.0}, "12 km west of Pokrovsk"),
        (Relation.OFFSET, {"offset_km": 1.5}, "1.5 km from Pokrovsk"),
        (Relation.NEAR, {}, "near Pokrovsk"),
        (Relation.NEAR, {"bearing": 337.5}, "north-north-west of Pokrovsk"),
        (Relation.DIRECTION, {}, "in the direction of Pokrovsk"),
        (Relation.PART, {"bearing": 45.0}, "in the north-east of Pokrovsk"),
        (Relation.PART, {}, "in a part of Pokrovsk"),
        (Relation.CENTRE, {}, "in the centre of Pokrovsk"),
        (Relation.BETWEEN, {"other": 1}, "between Pokrovsk and Kurakhove"),
        (Relation.SIDE, {"other": 1, "bearing": 180.0}, "south of the line between Pokrovsk and Kurakhove"),
        (Relation.BORDER, {}, "at the border of Pokrovsk"),
        (Relation.BORDER, {"other": 1}, "at the border of Pokrovsk with Kurakhove"),
        (Relation.BORDER, {"offset_km": 20.0}, "20 km from the border of Pokrovsk"),
        (Relation.COAST, {"bearing": 270.0}, "off the western coast of Pokrovsk"),
        (Relation.COAST, {"offset_km": 40.0}, "40 km off the coast of Pokrovsk"),
    ],
)
def test_the_relation_to_a_place_is_said_in_words(
    relation: Relation, fields: dict[str, Any], words: str
) -> None:
    mention = Mention(0, 1, "X", "X", relation=relation, **fields)
    other = KURAKHOVE if mention.other is not None else None
    assert as_said(Resolution(mention, POKROVSK, 0.9, 2, 5.0, "", other=other)) == words


@pytest.mark.parametrize(("anchor", "words"), [(None, ""), (POKROVSK, " for Pokrovsk")])
def test_coordinates_are_said_as_they_stand_in_the_text(anchor: Place | None, words: str) -> None:
    mention = Mention(0, 1, "48.1, 37.2", "X", relation=Relation.COORDINATES, spot=Spot(48.1, 37.2, 8.0))
    resolution = Resolution(mention, None, 0.9, 2, 8.0, "", anchor=anchor)
    assert as_said(resolution) == f"at the coordinates 48.1, 37.2{words}"


def test_of_a_place_that_nobody_knows_nothing_is_said() -> None:
    mention = Mention(0, 1, "X", "X", relation=Relation.NEAR)
    assert as_said(Resolution(mention, None, 0.0, None, None, "")) == ""


@pytest.mark.parametrize(
    ("toll", "reports", "words"),
    [
        (None, 1, ""),
        (Toll(None, None, None), 1, "people wounded, number not stated"),
        (Toll(0, 0, 0), 1, "nobody wounded"),
        (Toll(None, 5, None), 1, "5 wounded"),
        (Toll(5, 5, 5), 2, "5 wounded"),
        (Toll(1500, 1500, 1500), 1, "1,500 wounded"),
        (Toll(30, 30, None), 1, "at least 30 wounded"),
        (Toll(24, None, None), 1, "at least 24 wounded"),
        (Toll(None, None, 9), 1, "at most 9 wounded"),
        (Toll(5, None, 7), 1, "5 to 7 wounded"),
        (Toll(5, 6, 7), 1, "5 to 7 wounded"),
        (Toll(3, 5, 7), 2, "5 wounded (reports differ: 3 to 7)"),
        (Toll(0, 5, 5), 2, "5 wounded (reports differ: 0 to 5)"),
        (Toll(5, 12, None), 3, "at least 12 wounded (reports differ: 5 to 12)"),
    ],
)
def test_people_are_counted_in_plain_words(toll: Toll | None, reports: int, words: str) -> None:
    assert people(toll, "wounded", reports=reports) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "–"),
        (0.0123, "0.012"),
        (0.5, "0.5"),
        (1.0, "1.0"),
        (9.06, "9.1"),
        (15.5, "16"),
        (1234.5, "1,234"),
    ],
)
def test_a_rate_has_about_two_figures(value: float | None, words: str) -> None:
    assert rate(value) == words


@pytest.mark.parametrize(
    ("killed", "words"),
    [
        (None, "–"),
        (Toll(0, 0, 0), "0"),
        (Toll(5, 5, 5), "5"),
        (Toll(1200, 1300, 1500), "1,300 (1,200 to 1,500)"),
    ],
)
def test_the_deaths_of_several_events_come_with_their_range(killed: Toll | None, words: str) -> None:
    assert deaths(Tally(9, 0, 4 if killed else 0, killed)) == words

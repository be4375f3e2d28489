"""What the words around names tie them to: distances, sides, parts, borders, coasts, lines, coordinates."""

from __future__ import annotations

from typing import Any

import pytest

from domain import Mention, MentionKind, Relation
from extract.language import load_language
from extract.mentions import find_mentions, span_mentions
from geo.gazetteer import Gazetteer


def read(text: str, gazetteer: Gazetteer) -> tuple[Mention, ...]:
    language = load_language()
    doc = language.parse(text)
    return find_mentions(doc, language.entities(doc), gazetteer)


def told(mention: Mention) -> dict[str, Any]:
    """Return what a mention has of its relation's fields."""
    fields = {"km": mention.offset_km, "bearing": mention.bearing}
    found = {name: value for name, value in fields.items() if value is not None}
    return {"relation": mention.relation, **found}


def offset(km: float, bearing: float | None = None) -> dict[str, Any]:
    side = {} if bearing is None else {"bearing": bearing}
    return {"relation": Relation.OFFSET, "km": pytest.approx(km), **side}


def on(relation: Relation, bearing: float | None = None) -> dict[str, Any]:
    return {"relation": relation} if bearing is None else {"relation": relation, "bearing": bearing}


ONE_PLACE = [
    # So far from it.
    ("Shells fell some 20 km to the north-west of Toretsk.", offset(20, 315)),
    ("Shells fell 20km south-east of Toretsk.", offset(20, 135)),
    ("Shells fell a dozen kilometres south of Toretsk.", offset(12, 180)),
    ("Shells fell several kilometres east of Toretsk.", offset(3, 90)),
    ("Shells fell a couple of miles due west of Toretsk.", offset(2 * 1.609344, 270)),
    ("Shells fell 10 miles (16 km) north-northeast of Toretsk.", offset(16.09344, 22.5)),
    ("Shells fell 35 km SSW of Toretsk.", offset(35, 202.5)),
    ("Shells fell 10-15 km north of Toretsk.", offset(12.5, 0)),
    ("Shells fell 1.5 km north of the town of Toretsk.", offset(1.5, 0)),
    ("Shells fell 800 metres southwest of Toretsk.", offset(0.8, 225)),
    ("A ship sank 40 nautical miles south of Odesa.", offset(74.08, 180)),
    ("A ship sank 1,200 km south of Odesa.", offset(1200, 180)),
    ("Shells fell about 30 kilometres from Toretsk.", offset(30)),
    ("Shells fell within 5 km of Toretsk.", offset(5)),
    ("Shells fell 12 km outside Toretsk.", offset(12)),
    # Beside it.
    ("Shells fell to the west of Toretsk.", on(Relation.NEAR, 270)),
    ("Shells fell just north-east of Toretsk.", on(Relation.NEAR, 45)),
    ("Shells fell on the western outskirts of Toretsk.", on(Relation.NEAR, 270)),
    ("Shells fell in Toretsk's southern suburbs.", on(Relation.NEAR, 180)),
    ("Shells fell in the vicinity of Toretsk.", on(Relation.NEAR)),
    ("Shells fell in the area of Toretsk.", on(Relation.NEAR)),
    ("Shells fell in the Toretsk area.", on(Relation.NEAR)),
    ("Shells fell in Toretsk's suburbs.", on(Relation.NEAR)),
    ("Shells fell not far from Toretsk.", on(Relation.NEAR)),
    # On the way to it.
    ("Troops moved in the direction of Toretsk.", on(Relation.DIRECTION)),
    ("Troops moved on the Toretsk axis.", on(Relation.DIRECTION)),
    ("Troops moved in the Toretsk sector.", on(Relation.DIRECTION)),
    # Parts of it.
    ("It snowed in eastern Ukraine.", on(Relation.PART, 90)),
    ("It snowed in the east of Ukraine.", on(Relation.PART, 90)),
    ("It snowed in the far north-east of Ukraine.", on(Relation.PART, 45)),
    ("It snowed in Ukraine's east.", on(Relation.PART, 90)),
    ("It snowed in Ukraine's eastern regions.", on(Relation.PART, 90)),
    ("It snowed in the eastern part of the Donetsk region.", on(Relation.PART, 90)),
    ("It snowed in south-western parts of Ukraine.", on(Relation.PART, 225)),
    ("It snowed in northernmost Norway.", on(Relation.PART, 0)),
    ("It snowed in parts of Ukraine.", on(Relation.PART)),
    ("It snowed in central Ukraine.", on(Relation.CENTRE)),
    ("It snowed in the centre of Ukraine.", on(Relation.CENTRE)),
    # The water before it.
    ("A ship sank off the coast of Yemen.", on(Relation.COAST)),
    ("A ship sank off the western coast of Yemen.", on(Relation.COAST, 270)),
    ("A ship sank off Yemen's coast.", on(Relation.COAST)),
    ("A ship sank off Yemen's southern coast.", on(Relation.COAST, 180)),
    ("A ship sank in waters off Yemen.", on(Relation.COAST)),
    ("A ship sank off Odesa.", on(Relation.COAST)),
    ("A ship sank off the Yemeni coast.", on(Relation.COAST)),
    ("A ship sank 50 km off the Yemeni coast.", {"relation": Relation.COAST, "km": 50}),
    # Its border.
    ("Shells fell near the border with Belarus.", on(Relation.BORDER)),
    ("Shells fell in the border area with Belarus.", on(Relation.BORDER)),
    ("Shells fell on the Belarusian border.", on(Relation.BORDER)),
    ("Shells fell along Belarus's border.", on(Relation.BORDER)),
    ("Shells fell 3 km from the border with Belarus.", {"relation": Relation.BORDER, "km": 3}),
    ("Shells fell 500 metres from the Belarusian border.", {"relation": Relation.BORDER, "km": 0.5}),
    # None of these, though the words are there.
    ("The eastern city of Toretsk was dark.", on(Relation.IN)),
    ("It snowed in the eastern Donetsk region.", on(Relation.IN)),
    ("Troops cut off Toretsk.", on(Relation.IN)),
    ("Troops fought off attackers in Toretsk.", on(Relation.IN)),
    ("Between 5 and 10 people died in Toretsk.", on(Relation.IN)),
    ("It snowed between Monday and Friday in Toretsk.", on(Relation.IN)),
    ("A comet passed 999999 km west of Toretsk.", on(Relation.NEAR, 270)),
    ("Belarusian border guards slept.", on(Relation.IN)),
    ("It snowed in the west of the country, and in Toretsk.", on(Relation.IN)),
]


@pytest.mark.parametrize(("text", "expected"), ONE_PLACE, ids=[text for text, _ in ONE_PLACE])
def test_the_wording_says_how_an_event_lies_to_a_place(
    text: str, expected: dict[str, Any], gazetteer: Gazetteer
) -> None:
    (mention,) = read(text, gazetteer)
    assert told(mention) == expected


TWO_PLACES = [
    ("Shells fell between Pokrovsk and Kurakhove.", Relation.BETWEEN, None),
    ("Shells fell halfway between Pokrovsk and Kurakhove.", Relation.BETWEEN, None),
    ("Shells fell between the towns of Pokrovsk and Kurakhove.", Relation.BETWEEN, None),
    ("Shells fell between the town of Pokrovsk and the village of Kurakhove.", Relation.BETWEEN, None),
    ("Trucks burned on the road from Pokrovsk to Kurakhove.", Relation.BETWEEN, None),
    ("Trucks burned on the highway between Pokrovsk and Kurakhove.", Relation.BETWEEN, None),
    ("Trucks burned on the road linking Pokrovsk with Kurakhove.", Relation.BETWEEN, None),
    ("Trucks burned on the Pokrovsk–Kurakhove highway.", Relation.BETWEEN, None),
    ("Trucks burned on the Pokrovsk-Kurakhove road.", Relation.BETWEEN, None),
    ("Troops moved along the line Pokrovsk–Kurakhove.", Relation.BETWEEN, None),
    ("Shells fell south of the Pokrovsk–Kurakhove line.", Relation.SIDE, 180),
    ("Shells fell north-east of the line between Pokrovsk and Kurakhove.", Relation.SIDE, 45),
    ("Shells fell west of the road from Pokrovsk to Kurakhove.", Relation.SIDE, 270),
    ("Shells fell on the Russian-Ukrainian border.", Relation.BORDER, None),
    ("Shells fell on the Russia-Ukraine border.", Relation.BORDER, None),
    ("Shells fell on the Russia–Ukraine border.", Relation.BORDER, None),
    ("Shells fell on the border between Russia and Ukraine.", Relation.BORDER, None),
    ("Shells fell along the border of Russia with Ukraine.", Relation.BORDER, None),
    ("Shells fell along the border of Russia and Ukraine.", Relation.BORDER, None),
    ("Shells fell along Russia's border with Ukraine.", Relation.BORDER, None),
    ("Shells fell along the Russian border with Ukraine.", Relation.BORDER, None),
    ("Shells fell in the border region between Russia and Ukraine.", Relation.BORDER, None),
    ("Shells fell in the Sumy region near the border with Russia.", Relation.BORDER, None),
    ("Shells fell in the Sumy region, close to the Russian border.", Relation.BORDER, None),
    ("A ship burned in the Black Sea off Crimea.", Relation.COAST, None),
]


@pytest.mark.parametrize(("text", "relation", "bearing"), TWO_PLACES, ids=[text for text, _, _ in TWO_PLACES])
def test_two_places_are_one_relation_that_locates_the_event(
    text: str, relation: Relation, bearing: float | None, gazetteer: Gazetteer
) -> None:
    first, second = read(text, gazetteer)
    tied, other = (second, 0) if relation is Relation.COAST else (first, 1)
    assert (tied.relation, tied.bearing, tied.other) == (relation, bearing, other)
    assert tied.locates


@pytest.mark.parametrize(
    "text",
    [
        "Shells fell on Pokrovsk and Kurakhove.",
        "Talks between Kyiv and Moscow failed.",
        "Trains between Kyiv and Lviv were late.",
        "Shells fell on Pokrovsk, and on Kurakhove.",
        "The Ukrainian border guard met the Polish border police.",
        "Ukraine and its border guards thanked Poland.",
        "Troops marched from Pokrovsk to Kurakhove.",
        "Shells fell on the Belarusian border and Kharkiv.",
        "A missile hit Ufa, 1,300 km from the border with Ukraine.",
    ],
)
def test_two_places_remain_two_where_nothing_ties_them(text: str, gazetteer: Gazetteer) -> None:
    assert [mention.other for mention in read(text, gazetteer)] == [None, None]


def test_directions_that_are_listed_are_all_directions(gazetteer: Gazetteer) -> None:
    mentions = read("Clashes went on in the Kramatorsk, Toretsk and Pokrovsk directions.", gazetteer)
    assert [mention.relation for mention in mentions] == [Relation.DIRECTION] * 3


def test_a_line_through_several_places_has_two_ends(gazetteer: Gazetteer) -> None:
    mentions = read("Fighting raged along the Kupiansk-Svatove-Kreminna line.", gazetteer)
    assert [(mention.text, mention.relation, mention.other) for mention in mentions] == [
        ("Kupiansk", Relation.BETWEEN, 1),
        ("Kreminna", Relation.DIRECTION, None),
    ]


def test_a_people_at_its_border_is_a_place_to_be_at_but_no_literal_one(gazetteer: Gazetteer) -> None:
    (mention,) = read("Shells fell on the Belarusian border.", gazetteer)
    assert mention.kind is MentionKind.DEMONYM
    assert mention.locates and not mention.literal


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("A missile struck Toretsk (48.39810, 37.84790).", 0),
        ("A missile struck Toretsk at 48.39810, 37.84790.", 0),
        ("A missile struck Toretsk, grid square 37U DQ 1234 5678.", 0),
        ("A missile struck Toretsk on Monday, and another hit 48.39810, 37.84790.", None),
    ],
)
def test_coordinates_lie_in_the_place_that_they_are_given_for(
    text: str, inside: int | None, gazetteer: Gazetteer
) -> None:
    town, spot = read(text, gazetteer)
    assert (town.relation, spot.relation, spot.inside) == (Relation.IN, Relation.COORDINATES, inside)
    assert spot.literal and spot.spot is not None


def test_the_letters_of_coordinates_name_no_places(gazetteer: Gazetteer) -> None:
    text = "Fire was seen at 36T XS 12345 67890 and at 48°17'30\"N 37°10'12\"E."
    assert [mention.relation for mention in read(text, gazetteer)] == [Relation.COORDINATES] * 2


def test_given_spans_are_tied_whatever_their_order(gazetteer: Gazetteer) -> None:
    text = "Shells fell on the border between Russia and Ukraine, and at 48.1234, 37.5678."
    words = ("48.1234, 37.5678", "Ukraine", "Russia")
    spans = [(text.index(word), text.index(word) + len(word)) for word in words]
    spot, ukraine, russia = span_mentions(load_language().parse(text), spans, gazetteer)
    assert spot.spot is not None
    assert (russia.relation, russia.other) == (Relation.BORDER, 1)
    assert ukraine.other is None


def test_of_given_spans_the_second_place_is_known_only_if_it_is_among_them(gazetteer: Gazetteer) -> None:
    text = "Shells fell between Pokrovsk and Kurakhove."
    (alone,) = span_mentions(load_language().parse(text), [(20, 28)], gazetteer)
    assert (alone.text, alone.relation, alone.other) == ("Pokrovsk", Relation.IN, None)

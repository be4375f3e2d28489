"""Which words of a text name places, and what they do in their sentence."""

from __future__ import annotations

import pytest

from domain import Mention, MentionKind, Relation
from extract.language import load_language
from extract.mentions import find_mentions, span_mentions
from geo.gazetteer import Gazetteer


def read(text: str, gazetteer: Gazetteer) -> tuple[Mention, ...]:
    """Return the mentions of a text, whose offsets index it."""
    language = load_language()
    doc = language.parse(text)
    mentions = find_mentions(doc, language.entities(doc), gazetteer)
    for mention in mentions:
        assert text[mention.start : mention.end] == mention.text
    return mentions


def kinds(text: str, gazetteer: Gazetteer) -> dict[str, str]:
    """Return what each name of a text is."""
    return {mention.text: str(mention.kind) for mention in read(text, gazetteer)}


KINDS = [
    # Places.
    pytest.param("Rockets fell on Kharkiv at dawn.", {"Kharkiv": "place"}, id="city"),
    pytest.param("Shells fell near Toretsk.", {"Toretsk": "place"}, id="town"),
    pytest.param("Tanks crossed into Ukraine.", {"Ukraine": "place"}, id="country as land"),
    pytest.param("Snow lay across Syria.", {"Syria": "place"}, id="country across"),
    pytest.param("The Black Sea was rough.", {"Black Sea": "place"}, id="sea"),
    pytest.param("Ice closed the Dnipro River.", {"Dnipro River": "place"}, id="river"),
    pytest.param("Mortars fell in El Fasher.", {"El Fasher": "place"}, id="name of two words"),
    pytest.param("A drone burned over Moscow.", {"Moscow": "place"}, id="capital as a place"),
    pytest.param("Kyiv’s streets were dark.", {"Kyiv": "place"}, id="what a city has"),
    pytest.param(
        "They met in Vilnius, Lithuania.", {"Vilnius": "place", "Lithuania": "place"}, id="city, country"
    ),
    # Places with the word that says of which kind they are.
    pytest.param("It froze in the Kursk region.", {"Kursk region": "place"}, id="region with its word"),
    pytest.param("It froze in Crawford County.", {"Crawford County": "place"}, id="county with its word"),
    pytest.param("The village of Lyptsi was dark.", {"Lyptsi": "place"}, id="word before the name"),
    # Facilities.
    pytest.param(
        "Guards left the Zaporizhzhia nuclear power plant.",
        {"Zaporizhzhia nuclear power plant": "place"},
        id="power plant in lower case",
    ),
    pytest.param("Jets left Saky air base.", {"Saky air base": "place"}, id="air base in lower case"),
    # Lists.
    pytest.param(
        "Shells fell on Toretsk, Chasiv Yar and Kupiansk.",
        {"Toretsk": "place", "Chasiv Yar": "place", "Kupiansk": "place"},
        id="list of places",
    ),
    pytest.param(
        "Berlin, Paris and London condemned it.",
        {"Berlin": "speaker", "Paris": "speaker", "London": "speaker"},
        id="list of speakers",
    ),
    # Speakers.
    pytest.param("Moscow said the bridge stood.", {"Moscow": "speaker"}, id="capital says"),
    pytest.param("Russia launched a probe.", {"Russia": "speaker"}, id="country acts"),
    pytest.param(
        "Kyiv and Moscow agreed to a swap.", {"Kyiv": "speaker", "Moscow": "speaker"}, id="both agree"
    ),
    pytest.param("Officials in Kyiv said it held.", {"Kyiv": "speaker"}, id="officials in a capital say"),
    pytest.param("Kyiv’s government sat late.", {"Kyiv": "speaker"}, id="what a state has"),
    pytest.param("Ukraine's army fell back.", {"Ukraine": "speaker"}, id="army of a state"),
    # Peoples.
    pytest.param("Ukrainian gunners held the ridge.", {"Ukrainian": "demonym"}, id="people"),
    pytest.param("A North Korean unit moved.", {"North Korean": "demonym"}, id="people of two words"),
    # Institutions and offices.
    pytest.param("The Kyiv Brigade held the ridge.", {"Kyiv": "institution"}, id="unit"),
    pytest.param("The University of Kharkiv was shut.", {"Kharkiv": "institution"}, id="university"),
    pytest.param("The President of Ukraine flew home.", {"Ukraine": "institution"}, id="office of a state"),
    pytest.param("The Governor of Bryansk spoke.", {"Bryansk": "institution"}, id="office of a region"),
    pytest.param("The Kursk governor spoke.", {"Kursk": "institution"}, id="office after the name"),
    # Neither.
    pytest.param("Paris Hilton sang for the troops.", {}, id="person with the name of a city"),
    pytest.param("Senator Lincoln asked twice.", {}, id="title and a name"),
    pytest.param("Jordan Mills saw smoke, and Mills ran.", {}, id="surname later on"),
    pytest.param("He stayed until May in the house.", {}, id="month"),
    pytest.param("The Kremlin was silent.", {}, id="metonym"),
    pytest.param("NATO met again on Monday.", {}, id="acronym and weekday"),
    pytest.param("Police searched the flat.", {}, id="first word of a sentence"),
    pytest.param("nothing fell on kharkiv", {}, id="lower case"),
    pytest.param("Frost came early, and Frost was expected to stay.", {}, id="a thing named like a town"),
    pytest.param("Lysychansk came under fire.", {"Lysychansk": "place"}, id="town that suffers"),
]


@pytest.mark.parametrize(("text", "expected"), KINDS)
def test_each_name_is_what_it_does_in_its_sentence(
    text: str, expected: dict[str, str], gazetteer: Gazetteer
) -> None:
    assert kinds(text, gazetteer) == expected


def test_only_places_and_datelines_are_literal() -> None:
    literal = {kind for kind in MentionKind if Mention(0, 1, "X", "X", kind).literal}
    assert literal == {MentionKind.PLACE, MentionKind.DATELINE}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("KYIV — Shells fell.", {"KYIV": "dateline"}, id="capitals"),
        pytest.param(
            "KHARKIV, Ukraine (Example Wire) — Shells fell.",
            {"KHARKIV": "dateline", "Ukraine": "place"},
            id="capitals, country and agency",
        ),
        pytest.param(
            "Goma, Jan. 28 (Example Wire) - Shells fell.", {"Goma": "dateline"}, id="agency and day"
        ),
        pytest.param("Kharkiv — the city of students — froze.", {"Kharkiv": "place"}, id="a dash alone"),
        pytest.param("BREAKING — Shells fell.", {}, id="capitals that name no place"),
    ],
)
def test_a_dateline_is_the_first_place_of_a_report(
    text: str, expected: dict[str, str], gazetteer: Gazetteer
) -> None:
    assert kinds(text, gazetteer) == expected


def test_of_a_headline_only_names_that_stand_out_are_taken(gazetteer: Gazetteer) -> None:
    text = "Frost And Reading Bite As Drones Hit Odesa\n\nThe pier burned."
    assert kinds(text, gazetteer) == {"Odesa": "place"}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Shells fell on the village of Zrubokivka.", id="word before"),
        pytest.param("Shells fell on Zrubokivka, a village near Kupiansk.", id="apposition"),
        pytest.param("Shells fell in Zrubokivka.", id="preposition"),
        pytest.param("Troops captured Zrubokivka.", id="captured"),
        pytest.param("Zrubokivka was heavily shelled.", id="was shelled"),
        pytest.param("Zrubokivka came under fire.", id="came under fire"),
        pytest.param("Shells fell on Kupiansk and Zrubokivka.", id="list"),
    ],
)
def test_a_name_that_the_gazetteer_lacks_is_a_place_where_the_text_says_so(
    text: str, gazetteer: Gazetteer
) -> None:
    assert kinds(text, gazetteer)["Zrubokivka"] == "place"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Zrubokivka had never heard such noise.", id="nothing says so"),
        pytest.param("They spoke with Zrubokivka.", id="with"),
        pytest.param("Zrubokivka said he was right.", id="a word of speech after it"),
    ],
)
def test_a_name_that_the_gazetteer_lacks_is_no_place_otherwise(text: str, gazetteer: Gazetteer) -> None:
    assert kinds(text, gazetteer) == {}


@pytest.mark.parametrize(
    ("text", "relation", "asked", "offset"),
    [
        pytest.param("Shells fell on Toretsk.", Relation.IN, "", None, id="in"),
        pytest.param("Shells fell near Toretsk.", Relation.NEAR, "", None, id="near"),
        pytest.param("Shells fell on the outskirts of Toretsk.", Relation.NEAR, "", None, id="outskirts"),
        pytest.param(
            "Shells fell near the city of Toretsk.", Relation.NEAR, "settlement", None, id="near a city"
        ),
        pytest.param(
            "Clashes went on in the Toretsk direction.", Relation.DIRECTION, "", None, id="direction"
        ),
        pytest.param("Shells fell in northern Toretsk.", Relation.PART, "", None, id="part"),
        pytest.param("Shells fell in the west of Toretsk.", Relation.PART, "", None, id="in the west of"),
        pytest.param("Shells fell west of Toretsk.", Relation.NEAR, "", None, id="west of"),
        pytest.param("Shells fell 12 km west of Toretsk.", Relation.OFFSET, "", (12, 270), id="kilometres"),
        pytest.param(
            "Shells fell five kilometres north-east of Toretsk.", Relation.OFFSET, "", (5, 45), id="in words"
        ),
        pytest.param(
            "Shells fell 10 miles south of Toretsk.", Relation.OFFSET, "", (16.09344, 180), id="miles"
        ),
        pytest.param("Shells fell in Donetsk province.", Relation.IN, "admin1", None, id="province"),
        pytest.param(
            "Shells fell in the district of Toretsk.", Relation.IN, "admin2", None, id="district of"
        ),
    ],
)
def test_the_words_around_a_name_say_how_an_event_lies_to_it(
    text: str, relation: Relation, asked: str, offset: tuple[float, float] | None, gazetteer: Gazetteer
) -> None:
    (mention,) = read(text, gazetteer)
    assert (mention.relation, mention.asked) == (relation, asked)
    told = None if mention.offset_km is None else (mention.offset_km, mention.bearing)
    assert told == offset


def test_an_offset_beyond_belief_is_none(gazetteer: Gazetteer) -> None:
    (mention,) = read("A comet passed 999999 km west of Toretsk.", gazetteer)
    assert mention.offset_km is None


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        pytest.param(
            "Shells fell on Sudzha in the Kursk region.", {"Sudzha": "Kursk region"}, id="in a region"
        ),
        pytest.param("They met in Vilnius, Lithuania.", {"Vilnius": "Lithuania"}, id="city, country"),
        pytest.param(
            "Shells fell on Sudzha and Rylsk in the Kursk region.",
            {"Sudzha": "Kursk region", "Rylsk": "Kursk region"},
            id="all of a list",
        ),
        pytest.param("They met in Jeddah, Ukraine agreed.", {}, id="a comma between clauses"),
        pytest.param("Shells fell on Sudzha and the Kursk region.", {}, id="and"),
    ],
)
def test_a_place_lies_in_the_wider_one_that_the_text_puts_it_in(
    text: str, inside: dict[str, str], gazetteer: Gazetteer
) -> None:
    mentions = read(text, gazetteer)
    told = {one.text: mentions[one.inside].text for one in mentions if one.inside is not None}
    assert told == inside


@pytest.mark.parametrize(
    "text",
    [
        "Shells fell on Lyptsi, a village near Kharkiv.",
        "Lyptsi is a village near Kharkiv.",
        "Shells fell on Lyptsi, 10 km north of Kharkiv.",
        "Shells fell on Lyptsi near Kharkiv.",
    ],
)
def test_a_place_lies_beside_the_one_that_the_text_puts_it_by(text: str, gazetteer: Gazetteer) -> None:
    mentions = read(text, gazetteer)
    assert [(one.text, one.near) for one in mentions] == [("Lyptsi", 1), ("Kharkiv", None)]


# --------------------------------------------------------------------------- spans that are given


def test_of_given_spans_each_is_a_mention_in_their_order(gazetteer: Gazetteer) -> None:
    text = "Ukrainian shells fell on Sudzha in the Kursk region."
    spans = [(39, 51), (0, 9), (25, 31)]
    assert [text[start:end] for start, end in spans] == ["Kursk region", "Ukrainian", "Sudzha"]
    region, people, town = span_mentions(load_language().parse(text), spans, gazetteer)
    assert (region.text, region.name, region.asked, region.kind) == (
        "Kursk region",
        "Kursk",
        "admin1",
        MentionKind.PLACE,
    )
    assert people.kind is MentionKind.DEMONYM
    assert town.inside == 0


@pytest.mark.parametrize(
    ("span", "name", "asked"),
    [
        ("village of Lyptsi", "Lyptsi", "settlement"),
        ("Donetsk province", "Donetsk", "admin1"),
        ("Lyptsi", "Lyptsi", ""),
        ("the", "the", ""),
    ],
)
def test_generic_words_within_a_given_span_say_the_kind_and_not_the_name(
    span: str, name: str, asked: str, gazetteer: Gazetteer
) -> None:
    text = f"Shells fell on the {span}."
    start = text.rindex(span)
    (mention,) = span_mentions(load_language().parse(text), [(start, start + len(span))], gazetteer)
    assert (mention.text, mention.name, mention.asked) == (span, name, asked)


def test_a_span_given_twice_is_two_mentions(gazetteer: Gazetteer) -> None:
    mentions = span_mentions(load_language().parse("Shells fell on Lyptsi."), [(15, 21), (15, 21)], gazetteer)
    assert [mention.text for mention in mentions] == ["Lyptsi", "Lyptsi"]

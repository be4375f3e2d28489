"""Where the names in a stretch of text begin and end, and which of them the gazetteer knows."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extract.language import blank
from extract.names import Names, stands_out
from geo.gazetteer import Gazetteer

parse = blank()


def within(text: str, part: str) -> tuple[int, int]:
    """Return the characters of the first such part of a text."""
    start = text.index(part)
    return start, start + len(part)


def separate(text: str, part: str, gazetteer: Gazetteer) -> list[str]:
    """Return the names in a part of a text."""
    found = Names(parse(text), gazetteer).separate(*within(text, part))
    return [text[start:end] for start, end in found]


def longer(text: str, part: str, gazetteer: Gazetteer) -> str:
    """Return the name that a part of a text belongs to."""
    start, end = Names(parse(text), gazetteer).longer(*within(text, part), len(text))
    return text[start:end]


def known(text: str, gazetteer: Gazetteer) -> list[tuple[str, str]]:
    """Return the known names of a text, each with the id of its place, or as a "people"."""
    found = Names(parse(text), gazetteer).known(0, len(text))
    return [(text[one.start : one.end], one.use.place.id if one.use else "people") for one in found]


# --------------------------------------------------------------------------- taking names apart


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        pytest.param("Gweru, Zimbabwe", ["Gweru", "Zimbabwe"], id="town and country"),
        pytest.param("Washington, D.C.", ["Washington, D.C."], id="known with its comma"),
        pytest.param("Bosnia and Herzegovina", ["Bosnia and Herzegovina"], id="known with its and"),
        pytest.param("Rostov-on-Don", ["Rostov-on-Don"], id="hyphens"),
        pytest.param("Sudzha/Rylsk", ["Sudzha", "Rylsk"], id="slash"),
        pytest.param("Sudzha; Rylsk", ["Sudzha", "Rylsk"], id="semicolon"),
        pytest.param("Sudzha — Russia", ["Sudzha", "Russia"], id="dash"),
        pytest.param("Sudzha (Russia)", ["Sudzha", "Russia"], id="brackets"),
        pytest.param("Zrubokivka, Lyptsi", ["Zrubokivka", "Lyptsi"], id="one that nobody knows"),
    ],
)
def test_names_side_by_side_are_taken_apart(part: str, expected: list[str], gazetteer: Gazetteer) -> None:
    assert separate(f"It rained in {part} again.", part, gazetteer) == expected


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        pytest.param("the Gambia", ["Gambia"], id="article"),
        pytest.param("the eastern Donbas", ["Donbas"], id="article and compass"),
        pytest.param("northern Syria", ["Syria"], id="compass"),
        pytest.param("Kharkiv's", ["Kharkiv"], id="possessive"),
        pytest.param("Kharkiv’s", ["Kharkiv"], id="possessive as printed"),
        pytest.param("“Kharkiv”", ["Kharkiv"], id="quotes"),
        pytest.param("(Kharkiv", ["Kharkiv"], id="open bracket"),
        pytest.param("Kharkiv and", ["Kharkiv"], id="and"),
        pytest.param(" , Kharkiv ,", ["Kharkiv"], id="commas"),
        pytest.param("the", [], id="article alone"),
        pytest.param("the eastern", [], id="article and compass alone"),
        pytest.param("kharkiv", [], id="lower case in a text with capitals"),
        pytest.param("village", [], id="a word that is no name"),
        pytest.param("’’ — ,", [], id="no letter"),
    ],
)
def test_what_is_not_of_a_name_is_trimmed(part: str, expected: list[str], gazetteer: Gazetteer) -> None:
    assert separate(f"It rained in {part} again.", part, gazetteer) == expected


@pytest.mark.parametrize(
    ("text", "part", "expected"),
    [
        pytest.param(
            "They left Fresno, Calif. on Monday.", "Fresno, Calif.", ["Fresno", "Calif."], id="short"
        ),
        pytest.param(
            "They left Fresno, Calif. on Monday.", "Fresno, Calif", ["Fresno", "Calif."], id="cut off"
        ),
        pytest.param("They left the U.S. on Monday.", "the U.S.", ["U.S."], id="initials"),
        pytest.param("They left Kharkiv. It rained.", "Kharkiv.", ["Kharkiv"], id="end of a sentence"),
        pytest.param("They left Kharkiv.", "Kharkiv.", ["Kharkiv"], id="end of the text"),
        pytest.param(
            "They left Kharkiv...",
            "Kharkiv...",
            ["Kharkiv"],
            id="dots",
        ),
        pytest.param(
            "They left Kharkiv .",
            "Kharkiv .",
            ["Kharkiv"],
            id="a full stop that stands apart",
        ),
    ],
)
def test_a_full_stop_is_of_a_name_where_it_makes_it_short(
    text: str, part: str, expected: list[str], gazetteer: Gazetteer
) -> None:
    assert separate(text, part, gazetteer) == expected


def test_in_a_text_without_capitals_words_in_lower_case_are_names(gazetteer: Gazetteer) -> None:
    assert separate("shells hit kharkiv and gweru, zimbabwe", "kharkiv", gazetteer) == ["kharkiv"]
    assert separate("shells hit the town of gweru, zimbabwe", "gweru, zimbabwe", gazetteer) == [
        "gweru",
        "zimbabwe",
    ]


def test_the_article_that_opens_a_sentence_is_not_of_the_name(gazetteer: Gazetteer) -> None:
    assert separate("The Donbas is calm.", "The Donbas", gazetteer) == ["Donbas"]


@settings(max_examples=150, deadline=None)
@given(
    words=st.lists(
        st.sampled_from(
            ["Gweru", "the", "Washington", "D.C.", "U.S.", "of", "and", "kharkiv", "eastern", "Kyiv's"]
            + [",", ".", "(", ")", " — ", "’s", "\n", "-", "/", "\u200f", "🔥", "«"]
        ),
        max_size=12,
    ),
    glue=st.sampled_from(["", " "]),
)
def test_whatever_the_span_its_names_lie_in_it_side_by_side(
    words: list[str], glue: str, gazetteer: Gazetteer
) -> None:
    part = glue.join(words)
    text = f"It rained in {part} again."
    start = end = len("It rained in ")
    for first, last in Names(parse(text), gazetteer).separate(start, start + len(part)):
        # The full stop of "D.C." is of the name even where the span leaves it out.
        assert end <= first < last <= start + len(part) + 1
        end = last


# --------------------------------------------------------------------------- making names longer


@pytest.mark.parametrize(
    ("text", "part", "expected"),
    [
        pytest.param("Jets left Saky air base.", "Saky", "Saky air base", id="facility in lower case"),
        pytest.param(
            "It rained in New York City again.", "New York", "New York City", id="a longer known one"
        ),
        pytest.param("They left West Prince late.", "Prince", "West Prince", id="West before it"),
        pytest.param("Trains left Ust-Luga late.", "Ust", "Ust-Luga", id="the word that it is a part of"),
        pytest.param("Trains left Ust-Luga late.", "Luga", "Ust-Luga", id="its last part"),
        pytest.param("It rained in Kharkiv again.", "Kharkiv", "Kharkiv", id="nothing to add"),
        pytest.param(
            "Shells hit Kharkiv Brewery again.", "Kharkiv", "Kharkiv", id="a whole that nobody knows"
        ),
        pytest.param("West Kharkiv froze.", "Kharkiv", "Kharkiv", id="every first word has a capital"),
        pytest.param("They left west Kharkiv.", "Kharkiv", "Kharkiv", id="west in lower case"),
        pytest.param("It rained in Saky. Air base.", "Saky", "Saky", id="another sentence"),
    ],
)
def test_a_name_is_as_long_as_the_gazetteer_or_its_capitals_say(
    text: str, part: str, expected: str, gazetteer: Gazetteer
) -> None:
    assert longer(text, part, gazetteer) == expected


def test_a_name_is_not_made_longer_than_its_sentence(gazetteer: Gazetteer) -> None:
    text = "Jets left New York City."
    start, end = within(text, "New York")
    names = Names(parse(text), gazetteer)
    assert names.longer(start, end, stop=len(text)) == within(text, "New York City")
    assert names.longer(start, end, stop=end) == (start, end)


# --------------------------------------------------------------------------- known names


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("New York City", ["New York City"], id="the longest wins"),
        pytest.param("South Sudan", ["South Sudan"], id="a country within whose name another stands"),
        pytest.param("Papua New Guinea", ["Papua New Guinea"], id="two such"),
        pytest.param(
            "the Democratic Republic of the Congo", ["Democratic Republic of the Congo"], id="of the"
        ),
        pytest.param("Rostov-on-Don", ["Rostov-on-Don"], id="hyphens"),
        pytest.param("Chasiv Yar burned", ["Chasiv Yar"], id="and nothing after it"),
        pytest.param("Kyiv, Ukraine", ["Kyiv", "Ukraine"], id="a comma ends a name"),
        pytest.param("Moscow-installed", ["Moscow"], id="the part of a word that is one"),
        pytest.param("al-Bab burned", ["al-Bab"], id="Arabic article in lower case"),
        pytest.param("U.S. and U.K. aid", ["U.S.", "U.K."], id="initials"),
        pytest.param("USA, UAE", ["USA", "UAE"], id="acronyms of countries"),
        pytest.param("NATO, UN, WHO", [], id="acronyms of none"),
        pytest.param("kharkiv", [], id="lower case"),
        pytest.param("The Kremlin was silent", [], id="metonym"),
        pytest.param("In May it rained", [], id="month"),
        pytest.param("Zrubokivka burned", [], id="a name that nobody knows"),
        pytest.param("", [], id="nothing"),
        pytest.param("… — 12 ’’", [], id="no word"),
    ],
)
def test_the_names_that_are_known_are_found(text: str, expected: list[str], gazetteer: Gazetteer) -> None:
    assert [name for name, _ in known(text, gazetteer)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a Ukrainian gunner", [("Ukrainian", "people")], id="one word"),
        pytest.param("a North Korean unit", [("North Korean", "people")], id="two words"),
        pytest.param(
            "the Syrian-Turkish border", [("Syrian", "people"), ("Turkish", "people")], id="two in one word"
        ),
        pytest.param(
            "Russians in Syria", [("Russians", "people"), ("Syria", "country:SY")], id="and a country"
        ),
    ],
)
def test_the_names_of_peoples_are_no_places(
    text: str, expected: list[tuple[str, str]], gazetteer: Gazetteer
) -> None:
    assert known(text, gazetteer) == expected


def test_known_names_are_found_between_the_given_characters_only(gazetteer: Gazetteer) -> None:
    text = "Kharkiv, New York City, Odesa"
    names = Names(parse(text), gazetteer)
    found = names.known(text.index("New"), text.index(" City"))
    assert [text[one.start : one.end] for one in found] == ["New York"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("Tuvalu", True, id="country"),
        pytest.param("Nunavut", True, id="region"),
        pytest.param("Kharkiv", True, id="city"),
        pytest.param("Black Sea", True, id="sea"),
        pytest.param("Lyptsi", False, id="village"),
    ],
)
def test_news_names_cities_and_what_is_larger_without_further_ado(
    name: str, expected: bool, gazetteer: Gazetteer
) -> None:
    use = gazetteer.best(name)
    assert use is not None
    assert stands_out(use.place) is expected

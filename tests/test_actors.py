"""Parties: the many names of those who act, are struck and speak."""

from __future__ import annotations

import pytest

from extract.actors import Party, find_parties, is_civilian, opponents
from extract.language import load_language
from extract.mentions import find_mentions
from geo.gazetteer import Gazetteer


def found(text: str, gazetteer: Gazetteer) -> list[Party]:
    """Return the parties of a text."""
    language = load_language()
    doc = language.parse(text)
    mentions = find_mentions(doc, language.entities(doc), gazetteer)
    return find_parties(doc, mentions, gazetteer)


def parties(text: str, gazetteer: Gazetteer) -> list[str]:
    """Return the parties that a text names, in order."""
    return [party.name for party in found(text, gazetteer)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Russia sent envoys.", ["Russia"], id="country"),
        pytest.param("Russian gunners slept.", ["Russia"], id="people"),
        pytest.param("The Kremlin was silent.", ["Russia"], id="metonym"),
        pytest.param("The Russian Defence Ministry was silent.", ["Russia"], id="ministry"),
        pytest.param("Moscow said it was false.", ["Russia"], id="capital that speaks"),
        pytest.param("Rain fell in Moscow.", [], id="capital as a place"),
        pytest.param("Berlin said it would help.", ["Germany"], id="capital of any state"),
        pytest.param("Kenyan officers came.", ["Kenya"], id="people of any state"),
        pytest.param("Zelensky met Hamas and the RSF.", ["Ukraine", "Hamas", "RSF"], id="aliases in order"),
        pytest.param("Fighters of the Rapid Support Forces fled.", ["RSF"], id="name of many words"),
        pytest.param("Gunmen fired at police.", ["Gangs", "Police"], id="parties without a name"),
        pytest.param("A Ukrainian village froze.", [], id="people before a place"),
        pytest.param("They left Russian territory.", [], id="people before territory"),
        pytest.param("Nobody came.", [], id="none"),
    ],
)
def test_parties_are_found_by_all_their_names(text: str, expected: list[str], gazetteer: Gazetteer) -> None:
    assert parties(text, gazetteer) == expected


def test_an_owner_is_marked_as_such(gazetteer: Gazetteer) -> None:
    named = found("Russia’s envoys met Ukraine.", gazetteer)
    assert [(party.name, party.possessive) for party in named] == [("Russia", True), ("Ukraine", False)]


@pytest.mark.parametrize(
    ("party", "others"),
    [("Russia", ("Ukraine",)), ("SAF", ("RSF",)), ("Israel", ("Hamas", "Hezbollah")), ("Kenya", ())],
)
def test_the_sides_of_a_conflict_are_known(party: str, others: tuple[str, ...]) -> None:
    assert opponents(party) == others


@pytest.mark.parametrize(("word", "expected"), [("Residents", True), ("bus", True), ("soldiers", False)])
def test_civilians_are_told_by_their_words(word: str, expected: bool) -> None:
    assert is_civilian(word) is expected

"""Counts and weapons: how often something happened and with what, as the words beside a trigger say."""

from __future__ import annotations

import pytest
from spacy.tokens import Span

from extract.language import load_language
from extract.particulars import MAX_COUNT, count_of, weapon_of
from extract.triggers import Trigger, find_triggers


def read(text: str, word: str) -> tuple[Trigger, Span]:
    """Return the trigger that holds a word, and its sentence."""
    language = load_language()
    doc = language.parse(text)
    language.entities(doc)
    sentence = next(doc.sents)
    return next(one for one in find_triggers(sentence) if word in doc[one.start : one.end].text), sentence


@pytest.mark.parametrize(
    ("text", "word", "count"),
    [
        pytest.param("There were 97 clashes along the front today.", "clashes", 97, id="figures"),
        pytest.param("Twelve air strikes hit the valley.", "air strikes", 12, id="words"),
        pytest.param("The army repelled 34 attacks near Pokrovsk.", "repelled", 34, id="of what was done"),
        pytest.param("A clash was reported near Tal Tamr.", "clash", None, id="one"),
        pytest.param("One clash was reported near Tal Tamr.", "clash", None, id="one in words"),
        pytest.param("Clashes were reported near Tal Tamr.", "Clashes", None, id="no number"),
        pytest.param("Gunmen kidnapped 12 farmers near Kaga.", "kidnapped", None, id="people are no events"),
        pytest.param(
            f"There were {MAX_COUNT + 1} clashes that year.", "clashes", None, id="more than can be"
        ),
    ],
)
def test_a_sum_of_events_is_counted(text: str, word: str, count: int | None) -> None:
    assert count_of(*read(text, word)) == count


@pytest.mark.parametrize(
    ("text", "word", "weapon"),
    [
        pytest.param("Drones struck a depot in Engels.", "struck", "drone", id="what struck"),
        pytest.param(
            "Guerrillas threw a grenade into a bar in Cali.", "threw", "grenade", id="what was thrown"
        ),
        pytest.param("Howitzers shelled Afrin.", "shelled", "artillery", id="another word for it"),
        pytest.param("The town was shelled.", "shelled", None, id="none named"),
        pytest.param(
            "Police fired tear gas, while a drone was shot down over the port.",
            "shot down",
            "drone",
            id="of its own clause",
        ),
    ],
)
def test_the_weapon_is_the_one_that_stands_with_the_trigger(text: str, word: str, weapon: str | None) -> None:
    assert weapon_of(*read(text, word)) == weapon

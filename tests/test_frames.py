"""Frames: who acts, who is struck and where, by the tree of a sentence as our own parser makes it."""

from __future__ import annotations

import pytest

from extract.frames import head_of, phrase, role, voice_of, way
from extract.language import load_language
from extract.triggers import find_triggers


def roles(text: str, word: str, name: str) -> list[str]:
    """Return the heads of the phrases in a role of the trigger that holds a word."""
    language = load_language()
    doc = language.parse(text)
    language.entities(doc)
    sentence = next(doc.sents)
    trigger = next(one for one in find_triggers(sentence) if word in doc[one.start : one.end].text)
    return [token.text for token in role(trigger, sentence, name)]


@pytest.mark.parametrize(
    ("text", "word", "name", "first"),
    [
        pytest.param(
            "Militiamen attacked a village on Monday.", "attacked", "actor", "Militiamen", id="subject"
        ),
        pytest.param("Gunmen kidnapped a priest on Monday.", "kidnapped", "target", "priest", id="object"),
        pytest.param(
            "The village was attacked by rebels.", "attacked", "actor", "rebels", id="agent of a passive"
        ),
        pytest.param(
            "The village was shelled again.", "shelled", "target", "village", id="subject of a passive"
        ),
        pytest.param(
            "Rebels who had kidnapped a priest fled.",
            "kidnapped",
            "actor",
            "Rebels",
            id="whom a relative clause is about",
        ),
        pytest.param(
            "Soldiers crossed the river and attacked the town.",
            "attacked",
            "actor",
            "Soldiers",
            id="shared subject",
        ),
        pytest.param(
            "Militants tried to storm the base.", "storm", "actor", "Militants", id="subject of try"
        ),
        pytest.param("Gunmen kidnapped a priest in Jos.", "kidnapped", "place", "Jos", id="where"),
        pytest.param("An ambush by gunmen killed two.", "ambush", "actor", "gunmen", id="by after a noun"),
        pytest.param("The army launched an offensive.", "offensive", "actor", "army", id="who launched it"),
        pytest.param(
            "Troops staged the withdrawal of tanks.", "withdrawal", "actor", "tanks", id="a type's own frame"
        ),
    ],
)
def test_a_role_is_found_by_its_way_in_the_tree(text: str, word: str, name: str, first: str) -> None:
    assert roles(text, word, name)[0] == first


def test_a_trigger_without_anybody_in_a_role_leaves_it_empty() -> None:
    assert roles("The village was shelled again.", "shelled", "actor") == []


@pytest.mark.parametrize(
    ("text", "word", "voice"),
    [
        ("Gunmen kidnapped a priest.", "kidnapped", "verb"),
        ("The village was attacked.", "attacked", "passive"),
        ("Farmers kidnapped in May came home.", "kidnapped", "passive"),
        ("The ambush lasted an hour.", "ambush", "noun"),
    ],
)
def test_the_form_of_a_trigger_is_told_by_its_tree(text: str, word: str, voice: str) -> None:
    language = load_language()
    doc = language.parse(text)
    language.entities(doc)
    sentence = next(doc.sents)
    trigger = next(one for one in find_triggers(sentence) if word in doc[one.start : one.end].text)
    assert voice_of(head_of(trigger, sentence)) == voice


def test_a_phrase_has_its_modifiers_and_not_the_clauses_that_hang_on_it() -> None:
    language = load_language()
    doc = language.parse("Two young men of the village who had fled came home.")
    language.entities(doc)
    words = [token.text for token in phrase(doc[2], next(doc.sents))]
    assert words == ["Two", "young", "men", "of", "the", "village"]


def test_the_way_from_a_word_to_another_goes_up_and_then_down() -> None:
    language = load_language()
    doc = language.parse("Rebels attacked the village.")
    language.entities(doc)
    assert way(doc[0], doc[3]) == (["nsubj"], ["obj"])
    assert way(doc[1], doc[1]) == ([], [])


def test_without_trees_nobody_is_in_a_role() -> None:
    doc = load_language().parse("Militiamen attacked a village on Monday.")
    sentence = next(doc.sents)
    (trigger,) = find_triggers(sentence)
    assert role(trigger, sentence, "actor") == []

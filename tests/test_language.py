"""The language pipeline: sentences of hostile text, headlines, boilerplate, offsets that index the text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import spacy

from domain import NotPrepared
from extract.language import (
    ACCURATE,
    FAST,
    MAX_SENTENCE_TOKENS,
    MAX_WORD,
    blank,
    is_headline,
    load_language,
    sentences,
)

parse = blank()


def told(text: str) -> list[str]:
    """Return the sentences of a text."""
    return [sentence.text for sentence in sentences(parse(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("One fell. Two rose.", ["One fell.", "Two rose."], id="full stops"),
        pytest.param(
            "Who came? Nobody! So it went…", ["Who came?", "Nobody!", "So it went…"], id="other ends"
        ),
        pytest.param("A headline\n\nThe text.", ["A headline", "The text."], id="a line without a full stop"),
        pytest.param("- one item\n- another", ["- one item", "- another"], id="items of a list"),
        pytest.param("Some approx. twenty came.", ["Some approx. twenty came."], id="abbreviation"),
        pytest.param("  \n One fell. \n\n ", ["One fell."], id="white space around"),
        pytest.param(" \n\t ", [], id="white space alone"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_a_text_falls_into_sentences(text: str, expected: list[str]) -> None:
    assert told(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "This site uses cookies to remember you.",
        "We use cookies and similar means.",
        "Sign up for our morning letter.",
        "Subscribe to read on.",
        "Read more",
        "© 2025 The Paper",
        "Photo: J. Doe",
        "Follow us on all channels",
        "ADVERTISEMENT",
        "All rights reserved.",
    ],
)
def test_what_belongs_to_the_web_page_is_no_sentence_of_the_report(text: str) -> None:
    assert told(f"{text}\n\nShells fell on a bridge.") == ["Shells fell on a bridge."]


@pytest.mark.parametrize(
    "text",
    [
        "The bakery gave away cookies after the raid.",
        "He used to read more before the war.",
        "A photo showed the burning bridge.",
        "They all follow the road to the river.",
    ],
)
def test_words_of_web_pages_are_kept_where_they_are_the_reports_own(text: str) -> None:
    assert told(text) == [text]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Drones Hit Port As Winter Bites", True, id="capitals"),
        pytest.param("DRONES HIT PORT", True, id="shouted"),
        pytest.param("Drones Hit Port As Winter Bites.", False, id="full stop"),
        pytest.param("Drones hit the port as winter bites", False, id="sentence without a full stop"),
        pytest.param("Odesa", False, id="one word"),
    ],
)
def test_a_headline_is_capitalised_and_has_no_full_stop(text: str, expected: bool) -> None:
    (sentence,) = sentences(parse(text))
    assert is_headline(sentence) is expected


def test_sentences_index_the_text_as_it_was_given() -> None:
    text = "  «Rockets» fell…\r\n\tNear\u00a0Odesa — at 5 a.m. — a crane burned.  Over. "
    for sentence in sentences(parse(text)):
        assert text[sentence.start_char : sentence.end_char] == sentence.text


def test_a_name_with_hyphens_is_one_word() -> None:
    assert "Rostov-on-Don" in [token.text for token in parse("Trains left Rostov-on-Don late.")]


def test_a_text_without_full_stops_is_cut_into_sentences_of_bounded_size() -> None:
    found = sentences(parse("shells fell and " * 2_000))
    assert {len(sentence) for sentence in found[:-1]} == {MAX_SENTENCE_TOKENS}


def test_a_word_without_end_is_one_token() -> None:
    assert len(parse("(" * (50 * MAX_WORD))) == 1


@pytest.mark.parametrize("recogniser", [ACCURATE, FAST])
def test_both_recognisers_find_a_town_and_say_how_the_sentence_is_built(recogniser: str) -> None:
    language = load_language(recogniser)
    doc = language.parse("Rockets fell on Kharkiv.")
    (town,) = language.entities(doc).found
    assert (doc.text[town.start : town.end], town.label) == ("Kharkiv", "LOC")
    assert [token.pos_ for token in doc] == ["NOUN", "VERB", "ADP", "PROPN", "PUNCT"]
    assert [token.text for token in doc if token.head.i == token.i] == ["fell"]


def test_a_pipeline_of_the_user_is_read_under_our_labels_and_with_our_words(tmp_path: Path) -> None:
    theirs = spacy.blank("en")
    ruler: Any = theirs.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "GPE", "pattern": "Kharkiv"}, {"label": "PERSON", "pattern": "Ivan"}])
    theirs.to_disk(tmp_path / "theirs")

    language = load_language(str(tmp_path / "theirs"))
    doc = language.parse("Ivan left Kharkiv, not Rostov-on-Don.")

    assert "Rostov-on-Don" in [token.text for token in doc]
    found = {doc.text[entity.start : entity.end]: entity.label for entity in language.entities(doc).found}
    assert found == {"Ivan": "PER", "Kharkiv": "LOC"}


def test_a_pipeline_that_is_not_installed_is_named() -> None:
    with pytest.raises(NotPrepared, match="no_such_pipeline") as caught:
        load_language("no_such_pipeline")
    assert caught.value.field == "SITMAP_RECOGNISER"

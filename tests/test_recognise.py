"""The recogniser with its real model: trees, entities, and texts that nobody would call a report."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc, Span

from domain import Mention, NotPrepared, Unprocessable
from extract.encoder import WIDTH
from extract.labels import LABELS
from extract.language import Language, blank, load_language, sentences
from extract.mentions import find_mentions
from extract.recognise import UNTOLD, Entities, Entity, SpacyRecogniser
from extract.syntax import Matrix, SyntaxHead, Tree
from geo.gazetteer import Gazetteer

REPORT = """Shells Hit Kharkiv As Talks Go On

Angela Merkel told reporters of Reuters in Berlin on Monday that talks would go on. Two people were
killed in Kharkiv, officials said.

This site uses cookies to remember you.

- one child was wounded
- three houses burned"""


@pytest.fixture(scope="module")
def language() -> Language:
    """The pipeline with the accurate recogniser."""
    return load_language()


def read(text: str, language: Language, gazetteer: Gazetteer) -> tuple[Mention, ...]:
    """Return the mentions of a text. Raises Unprocessable."""
    doc = language.parse(text)
    return find_mentions(doc, language.entities(doc), gazetteer)


def bounds(spans: Sequence[Span]) -> list[tuple[int, int]]:
    """Return the first and last token of some sentences."""
    return [(span.start, span.end) for span in spans]


def check_trees(doc: Doc) -> None:
    """Each sentence has one root, and each word a head in its own sentence."""
    for sentence in doc.sents:
        assert [token.i for token in sentence if token.head == token] == [sentence.root.i]
        assert all(sentence.start <= token.head.i < sentence.end for token in sentence)


def check_mentions(mentions: Sequence[Mention], text: str) -> None:
    """Mentions lie within the text, in order and side by side, and are what it says there."""
    end = 0
    for mention in mentions:
        assert end <= mention.start < mention.end <= len(text)
        assert mention.text == text[mention.start : mention.end]
        end = mention.end


# --------------------------------------------------------------------------- trees


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(REPORT, id="headline, lines, boilerplate, list"),
        pytest.param("Shells fell.", id="one sentence"),
        pytest.param("Kharkiv", id="one word"),
        pytest.param("\n\n  Shells fell. \n\n\n Rain fell. \t ", id="white space"),
        pytest.param("We use cookies.", id="boilerplate alone"),
        pytest.param("It rained. \x00\x01 \u200b\n\n\u200b\n\nIt froze.", id="sentences without a letter"),
        pytest.param("the rain and " * 400, id="no end"),
        pytest.param("\n \n", id="white space alone"),
        pytest.param("\u200b", id="a control character alone"),
        pytest.param("", id="nothing"),
    ],
)
def test_each_sentence_has_one_root_and_begins_where_it_did(text: str, language: Language) -> None:
    doc = language.parse(text)
    before = bounds(list(doc.sents))
    language.entities(doc)
    assert bounds(list(doc.sents)) == before
    check_trees(doc)


def test_sentences_begin_where_they_did_even_if_all_arcs_cross(
    language: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    def zigzag(_: SyntaxHead, words: Sequence[str], vectors: Matrix) -> Tree:
        """Hang the first word on the last, that on the second, that on the last but one, and so on."""
        assert vectors.shape == (len(words), WIDTH)
        order = [index // 2 if index % 2 == 0 else len(words) - 1 - index // 2 for index in range(len(words))]
        heads = np.zeros(len(words), np.int64)
        heads[order] = [*order[1:], order[-1]]
        return Tree(heads, ["dep"] * len(words), ["X"] * len(words), list(words))

    doc = language.parse("\n".join(["so it rained and rained on all the land " * 9] * 3))
    before = bounds(list(doc.sents))
    monkeypatch.setattr(SyntaxHead, "parse", zigzag)
    language.entities(doc)
    assert bounds(list(doc.sents)) == before
    assert len(before) == 3


def test_the_words_of_a_plain_sentence_are_what_they_are(language: Language) -> None:
    doc = language.parse("The soldiers destroyed two bridges.")
    language.entities(doc)
    the, soldiers, destroyed, two, bridges, stop = doc
    assert [token.pos_ for token in doc] == ["DET", "NOUN", "VERB", "NUM", "NOUN", "PUNCT"]
    assert [soldiers.lemma_, destroyed.lemma_, bridges.lemma_] == ["soldier", "destroy", "bridge"]
    assert [token.head for token in doc] == [soldiers, destroyed, destroyed, bridges, destroyed, destroyed]
    assert [soldiers.dep_, destroyed.dep_, bridges.dep_, stop.dep_] == ["nsubj", "root", "obj", "punct"]


def test_words_that_are_not_read_hang_on_their_sentence(language: Language) -> None:
    doc = language.parse("We use cookies and similar means.\n\nShells fell.")
    language.entities(doc)
    banner = next(iter(doc.sents))
    assert {token.head for token in banner} == {banner[0]}
    assert {token.pos_ for token in banner} == {"X"}


# --------------------------------------------------------------------------- entities


def test_names_are_found_where_they_stand_and_as_what_they_are(language: Language) -> None:
    doc = language.parse(REPORT)
    found = language.entities(doc).found
    named = {(REPORT[entity.start : entity.end], entity.label) for entity in found}
    assert named >= {("Angela Merkel", "PER"), ("Reuters", "ORG"), ("Berlin", "LOC"), ("Kharkiv", "LOC")}
    assert {entity.label for entity in found} <= set(LABELS)


def test_the_words_of_boilerplate_name_nothing(language: Language) -> None:
    banner = "This site uses cookies of Reuters in Kharkiv."
    text = f"Shells fell.\n\n{banner}\n\nAngela Merkel left Berlin."
    found = language.entities(language.parse(text)).found
    assert [text[entity.start : entity.end] for entity in found] == ["Angela Merkel", "Berlin"]


def test_names_far_into_a_text_are_found_where_they_stand(language: Language) -> None:
    text = "It rained on the fields of the farmers. " * 300 + "Angela Merkel left Berlin."
    found = language.entities(language.parse(text)).found
    assert [(text[one.start : one.end], one.label) for one in found[-2:]] == [
        ("Angela Merkel", "PER"),
        ("Berlin", "LOC"),
    ]


def test_the_words_of_a_place_are_likelier_a_place_than_others(language: Language) -> None:
    text = "Rockets fell on Kharkiv as Angela Merkel slept."
    entities = language.entities(language.parse(text))

    def likely(name: str) -> float:
        return entities.place_probability(text.index(name), text.index(name) + len(name))

    assert likely("Kharkiv") > 0.5 > max(likely("Angela Merkel"), likely("Rockets"))
    assert 0 <= likely("Kharkiv as") <= likely("as")


def test_a_name_is_as_likely_a_place_as_its_least_likely_word() -> None:
    entities = Entities((), starts=[0, 4, 9], ends=[3, 8, 12], places=[0.9, 0.4, 0.1])
    assert entities.place_probability(0, 8) == 0.4
    assert entities.place_probability(0, 3) == 0.9
    assert entities.place_probability(5, 6) == 0.4
    assert entities.place_probability(3, 4) == 0.0


def test_entities_are_asked_for_by_where_they_begin() -> None:
    one, two, three = (Entity(start, start + 5, "LOC") for start in (0, 10, 20))
    entities = Entities((one, two, three))
    assert list(entities.within(0, 20)) == [one, two]
    assert list(entities.within(1, 10)) == []
    assert list(entities.within(10, 21)) == [two, three]


def test_what_another_pipeline_finds_comes_under_our_labels() -> None:
    text = "Kharkiv froze.\n\nWe use cookies in Odesa.\n\nAngela Merkel paid $ 3 to NATO."
    doc = blank()(text)
    at = {token.text: token.i for token in doc}
    doc.set_ents(
        [
            Span(doc, at["Kharkiv"], at["Kharkiv"] + 1, label="GPE"),
            Span(doc, at["Odesa"], at["Odesa"] + 1, label="GPE"),
            Span(doc, at["Angela"], at["Merkel"] + 1, label="PERSON"),
            Span(doc, at["$"], at["3"] + 1, label="MONEY"),
            Span(doc, at["NATO"], at["NATO"] + 1, label="ORG"),
        ]
    )
    entities = SpacyRecogniser().read(doc, sentences(doc))
    assert [(text[entity.start : entity.end], entity.label) for entity in entities.found] == [
        ("Kharkiv", "LOC"),
        ("Angela Merkel", "PER"),
        ("$ 3", "QUANTITY"),
        ("NATO", "ORG"),
    ]
    assert entities.place_probability(0, len("Kharkiv")) == 1
    assert entities.place_probability(text.index("NATO"), text.index("NATO") + 4) == UNTOLD


def test_a_recogniser_that_nobody_installed_is_named() -> None:
    with pytest.raises(NotPrepared, match="en_nothing") as caught:
        load_language("en_nothing")
    assert caught.value.field == "SITMAP_RECOGNISER"


# --------------------------------------------------------------------------- texts that nobody would expect


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Shells\x00 hit \x07Kharkiv\x08 on\x1b Monday.", ["Kharkiv"], id="control characters"),
        pytest.param("Shells hit \u200fKharkiv\u200f on Monday.", ["Kharkiv"], id="right-to-left marks"),
        pytest.param("Shells hit \u202eKharkiv\u202c on Monday.", ["Kharkiv"], id="right-to-left override"),
        pytest.param("Shells hit Kha\u0301rkiv on Monday.", ["Kha\u0301rkiv"], id="accent of its own"),
        pytest.param("Shells hit\u00a0Kharkiv\u00a0on Monday.", ["Kharkiv"], id="spaces that do not break"),
        pytest.param("Shells hit\r\n\r\nKharkiv on Monday.", ["Kharkiv"], id="lines of Windows"),
        pytest.param(
            "and it rained on all the land " * 285 + "and shells hit Kharkiv", ["Kharkiv"], id="2,000 words"
        ),
        pytest.param(
            "SHELLS HIT KHARKIV ON MONDAY AND KILLED TWO PEOPLE, OFFICIALS SAID.", ["KHARKIV"], id="capitals"
        ),
        pytest.param(
            "shells hit kharkiv on monday and killed two people, officials said.",
            ["kharkiv"],
            id="lower case",
        ),
        pytest.param(
            "Shells hit Kharkiv on Monday and killed two people officials said", ["Kharkiv"], id="no stops"
        ),
        pytest.param("Shells hit 🔥Kharkiv🔥 on Monday.", ["Kharkiv"], id="emoji at a name"),
        pytest.param("Shells hit 🔥 Kharkiv 🇺🇦 on Monday.", ["Kharkiv"], id="emoji beside a name"),
        # A megabyte of it is read as fast, but would be slow to make and compare.
        pytest.param("Shells hit Kharkiv. " + "x" * 200_000, ["Kharkiv"], id="a token of 200,000 letters"),
        pytest.param("Shells hit Kharkiv. " + "(" * 200_000, ["Kharkiv"], id="a token of 200,000 brackets"),
        pytest.param("Shells hit Kharkiv again", ["Kharkiv"], id="four words"),
        pytest.param("Shells Hit Kharkiv Again", ["Kharkiv"], id="headline of four words"),
        pytest.param(
            "Shells hit Kharkiv. An officer of the city said: «Ворог обстріляв місто вночі, є загиблі».",
            ["Kharkiv"],
            id="quotation in Ukrainian",
        ),
        pytest.param("12 34 56 2023 7,000\n08:30\n3.14", [], id="digits"),
        pytest.param("... !!! ??? — — —", [], id="stops and dashes"),
        pytest.param("🔥🔥🔥 🇺🇦", [], id="emoji alone"),
        pytest.param(" \n\t\u00a0\u2028 ", [], id="white space"),
        pytest.param("\x00\u200b\u200f\ufffd", [], id="nothing to be seen"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_a_text_is_read_however_it_is_written(
    text: str, expected: list[str], language: Language, gazetteer: Gazetteer
) -> None:
    mentions = read(text, language, gazetteer)
    check_mentions(mentions, text)
    assert [mention.text for mention in mentions] == expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Російські війська обстріляли Харків у понеділок уранці.", id="Ukrainian"),
        pytest.param("Российские войска обстреляли Харьков в понедельник утром.", id="Russian"),
        pytest.param(
            "Russische Truppen haben am Montag die Stadt Charkiw beschossen und zwei Menschen in einem"
            " Wohnhaus getötet.",
            id="German",
        ),
        pytest.param(
            "Les forces russes ont bombardé la ville de Kharkiv lundi matin, tuant deux personnes.",
            id="French",
        ),
        pytest.param("قصفت القوات الروسية مدينة خاركيف صباح يوم الاثنين.", id="Arabic"),
        pytest.param("俄罗斯军队星期一炮击了哈尔科夫", id="Chinese"),
        pytest.param(
            "俄罗斯军队星期一早上炮击了哈尔科夫。两人死亡。",
            id="Chinese with full stops",
        ),
    ],
)
def test_a_text_in_another_language_is_refused_by_name(text: str, language: Language) -> None:
    with pytest.raises(Unprocessable, match="English") as caught:
        language.parse(text)
    assert caught.value.field == "text"


FRAGMENTS = [
    *(
        "Kharkiv",
        "Kyiv",
        "Ust-Luga",
        "Syrian",
        "Washington, D.C.",
        "Angela Merkel",
        "the Kursk region",
        "U.S.",
    ),
    *("the", "said", "near", "in", "of", "was shelled", "10 km west of", "KHARKIV —", "We use cookies."),
    *(" ", " ", " ", "\n", "\n\n", "\r\n", "\t", "\u00a0", "\u2028", "\x85", "\x1c", "\x0b"),
    *(".", ",", "'s", "’s", "(", ")", "-", " — ", "“", "”", "/", "...", "[SEP]", "##"),
    *("\x00", "\x1b", "\u200b", "\u200f", "\u202e", "\ufeff", "\ufffd", "\u0301", "\u0338", "\ufe0f"),
    *("🔥", "🇺🇦", "👩\u200d🚒", "Харків", "خاركيف", "哈尔科夫", "𝒦", "ﬁ", "İ", "ß", "\U000e0041", "x" * 250),
]


@settings(max_examples=150, deadline=None)
@given(
    text=st.text(max_size=80)
    | st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=4), max_size=40).map("".join)
    | st.lists(st.sampled_from(FRAGMENTS), max_size=30).map(" ".join)
)
def test_whatever_the_text_its_mentions_index_it_or_it_is_refused(
    text: str, language: Language, gazetteer: Gazetteer
) -> None:
    """Halves of surrogate pairs are not among it: ``feeds`` lets none in, and spaCy cannot read them."""
    try:
        doc = language.parse(text)
    except Unprocessable as refused:
        assert "English" in str(refused)
        return
    before = bounds(list(doc.sents))
    entities = language.entities(doc)
    assert bounds(list(doc.sents)) == before
    check_trees(doc)
    assert all(0 <= one.start < one.end <= len(text) for one in entities.found)
    assert [one.start for one in entities.found] == sorted(one.start for one in entities.found)
    check_mentions(find_mentions(doc, entities, gazetteer), text)

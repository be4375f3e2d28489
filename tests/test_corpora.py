"""What is read out of the corpora that the models are trained on; they are not part of the project."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extract.labels import LABELS, TAGS
from lab import corpora, treebanks
from lab.entities import (
    ANY,
    BIT,
    OUTSIDE,
    PASSAGE_WORDS,
    PLACES,
    WORLDWIDE,
    Sentence,
    Templates,
    everywhere,
    mask,
    passages,
    place_names,
    random_place,
    read_entities,
    swap_places,
)
from lab.treebanks import Word, documents, is_held_out, join_hyphens, read_treebank, varied

TREEBANKS = ["ewt-dev", "ewt-test", "gum"]
BEGINS, INSIDES = mask(*LABELS), mask(*LABELS, part="I")


@pytest.fixture(scope="module")
def shared() -> None:
    """Skips what needs the corpora where there are none."""
    if not corpora.CORPORA.is_dir():
        pytest.skip(f"the corpora are not part of the project; they would be in {corpora.CORPORA}")


@pytest.fixture(scope="module")
def entities(shared: None) -> list[Sentence]:
    """All sentences with named entities."""
    return read_entities(worldwide=True)


@pytest.fixture(scope="module", params=TREEBANKS)
def treebank(request: pytest.FixtureRequest, shared: None) -> list[treebanks.Sentence]:
    """The sentences of one treebank after the other."""
    return list(read_treebank(request.param))


def sentence(text: str, *allowed: int, document: str = "d") -> Sentence:
    """Return a sentence whose words may be what the masks say."""
    return Sentence(tuple(text.split()), allowed, "made-up", document)


def can_be_tagged(allowed: Iterable[int]) -> bool:
    """Whether some row of tags, each I-X after B-X or I-X, is within the masks."""
    possible = OUTSIDE
    for tags in allowed:
        goes_on = (possible & BEGINS) << 1 | possible & INSIDES
        possible = tags & (OUTSIDE | BEGINS | goes_on)
    return possible != 0


def places(found: Sentence) -> list[tuple[int, int]]:
    """Return the word ranges that are a place for certain."""
    return [(start, end) for start, end in found.spans() if not found.allowed[start] & ~PLACES]


def outside(found: Sentence) -> list[list[tuple[str, int]]]:
    """Return what stands before, between and after the places of a sentence."""
    words = list(zip(found.words, found.allowed, strict=True))
    cuts = [0, *(index for span in places(found) for index in span), len(words)]
    return [words[start:end] for start, end in zip(cuts[::2], cuts[1::2], strict=True)]


def is_tree(words: Sequence[Word]) -> bool:
    """Whether one word, the root by its label, is its own head and all others lead up to it."""
    roots = [index for index, word in enumerate(words) if word.head == index]
    below = set(roots)
    while found := {index for index, word in enumerate(words) if word.head in below} - below:
        below |= found
    return len(roots) == 1 and len(below) == len(words) and words[roots[0]].deprel == "root"


def text_of(words: Iterable[Word]) -> str:
    """Return the words as they were written."""
    return "".join(word.text + " " * word.space for word in words).strip()


# --------------------------------------------------------------------------- masks


def test_each_tag_has_a_bit_and_the_inside_of_an_entity_the_one_after_its_beginning() -> None:
    assert sorted(BIT.values()) == [1 << index for index in range(len(TAGS))]
    assert OUTSIDE == 1
    for label in LABELS:
        assert mask(label) << 1 == mask(label, part="I")


@pytest.mark.parametrize(
    ("found", "tags"),
    [
        pytest.param(mask("LOC"), {"B-LOC"}, id="one label"),
        pytest.param(mask("LOC", "FAC", part="I"), {"I-LOC", "I-FAC"}, id="inside, two labels"),
        pytest.param(mask("PER", outside=True), {"O", "B-PER"}, id="or nothing"),
        pytest.param(mask(), set(), id="no label"),
        pytest.param(everywhere(), {"O"}, id="bare"),
        pytest.param(everywhere("DATE"), {"O", "B-DATE", "I-DATE"}, id="bare, or a date"),
        pytest.param(everywhere(*LABELS), set(TAGS), id="whatever"),
        pytest.param(ANY, set(TAGS), id="any"),
    ],
)
def test_a_mask_has_the_bits_of_the_tags_that_a_word_may_have(found: int, tags: set[str]) -> None:
    assert {tag for tag in TAGS if BIT[tag] & found} == tags


LOC, IN_LOC = mask("LOC"), mask("LOC", part="I")
PER, IN_PER = mask("PER"), mask("PER", part="I")
DATE = everywhere("DATE")


@pytest.mark.parametrize(
    ("allowed", "expected"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([OUTSIDE, DATE, ANY], [], id="nothing for certain"),
        pytest.param([OUTSIDE, LOC, OUTSIDE], [(1, 2)], id="one word"),
        pytest.param([LOC, IN_LOC], [(0, 2)], id="two words, to the end"),
        pytest.param([LOC, LOC], [(0, 1), (1, 2)], id="side by side"),
        pytest.param([PER, IN_PER, LOC, IN_LOC, DATE], [(0, 2), (2, 4)], id="of two labels"),
        pytest.param([PLACES, PLACES << 1], [(0, 2)], id="of either label"),
        pytest.param([mask("PER", outside=True), OUTSIDE], [], id="perhaps"),
    ],
)
def test_what_is_an_entity_for_certain_is_told(allowed: list[int], expected: list[tuple[int, int]]) -> None:
    assert list(sentence("word " * len(allowed), *allowed).spans()) == expected


def test_whether_a_sentence_is_held_out_hangs_on_its_document_alone() -> None:
    sides = Counter(sentence("a", OUTSIDE, document=str(number)).held_out for number in range(3000))
    assert 200 < sides[True] < 300
    for number in range(50):
        one, other = (sentence(text, OUTSIDE, document=str(number)) for text in ("a", "b"))
        assert one.held_out == other.held_out


def test_the_held_out_documents_are_those_that_earlier_models_were_not_trained_on() -> None:
    held_out = [number for number in range(60) if sentence("a", OUTSIDE, document=str(number)).held_out]
    assert held_out == [20, 22, 33, 52]


def test_a_test_corpus_is_held_out_whole() -> None:
    assert all(Sentence(("a",), (OUTSIDE,), "re3d-test", str(number)).held_out for number in range(50))


def test_sentences_of_one_document_are_joined_to_passages() -> None:
    long = "word " * (PASSAGE_WORDS - 2)
    one, two, three = (
        sentence("a", LOC),
        sentence("b", OUTSIDE),
        sentence(long, *[OUTSIDE] * len(long.split())),
    )
    elsewhere = sentence("c", PER, document="e")
    assert passages([one, two, three, two, elsewhere]) == [
        sentence(f"a b {long}", LOC, OUTSIDE, *three.allowed),
        two,
        elsewhere,
    ]
    assert passages([]) == []


def test_a_sentence_longer_than_a_passage_is_one() -> None:
    long = sentence("word " * 200, *[OUTSIDE] * 200)
    assert passages([long, long]) == [long, long]


# --------------------------------------------------------------------------- other towns


def test_names_of_towns_come_from_all_over_the_world() -> None:
    assert len(place_names()) > 200
    assert all(place_names())
    towns = {random_place(random.Random(seed)) for seed in range(300)}
    assert len(towns) > 250
    assert all(word.strip() == word != "" for town in towns for word in town)
    assert all(towns)


def test_a_town_is_swapped_alike_wherever_it_stands() -> None:
    given_one = sentence("Lyptsi fell , Lyptsi burned", LOC, OUTSIDE, OUTSIDE, LOC, OUTSIDE)
    swapped = swap_places(given_one, random.Random(1), share=1)
    (one, other) = (swapped.words[start:end] for start, end in places(swapped))
    assert one == other != ("Lyptsi",)


def test_what_is_no_place_for_certain_is_not_swapped() -> None:
    given_one = sentence("Lyptsi met Paris", mask("LOC", "ORG"), OUTSIDE, mask("LOC", outside=True))
    assert swap_places(given_one, random.Random(1), share=1) == given_one


@settings(max_examples=200, deadline=None)
@given(
    rows=st.lists(
        st.sampled_from(
            [
                [OUTSIDE],
                [DATE],
                [LOC],
                [LOC, IN_LOC],
                [PER, IN_PER],
                [PLACES, PLACES << 1, PLACES << 1],
                [ANY],
            ]
        ),
        max_size=12,
    ),
    seed=st.integers(0, 100),
    share=st.sampled_from([0.0, 0.5, 1.0]),
)
def test_swapping_leaves_the_number_of_places_and_all_outside_of_them(
    rows: list[list[int]], seed: int, share: float
) -> None:
    allowed = [tags for row in rows for tags in row]
    before = sentence(" ".join(f"w{index}" for index in range(len(allowed))), *allowed)
    after = swap_places(before, random.Random(seed), share)
    assert outside(after) == outside(before)
    assert [after.allowed[start] for start, _ in places(after)] == [
        before.allowed[start] for start, _ in places(before)
    ]
    assert share or after == before


# --------------------------------------------------------------------------- corpora of named entities


@pytest.mark.parametrize(
    "corpus", ["worldwide", "wikigold", "wnut17", "uner", "crossner", "re3d", "re3d-test", "gum"]
)
def test_each_corpus_names_places_persons_and_organisations(corpus: str, entities: list[Sentence]) -> None:
    begun = Counter[str]()
    for found in entities:
        if found.corpus == corpus:
            for start, _ in found.spans():
                begun.update(label for label in LABELS if found.allowed[start] & mask(label))
    assert min(begun[label] for label in ("LOC", "PER", "ORG")) > 20 or corpus.startswith("re3d")
    assert begun["LOC"] > 20


def test_each_word_may_be_something_and_some_row_of_tags_is_allowed(entities: list[Sentence]) -> None:
    for found in entities:
        assert len(found.words) == len(found.allowed) > 0
        assert all(0 < tags <= ANY for tags in found.allowed)
        assert can_be_tagged(found.allowed)


def test_no_word_is_empty(entities: list[Sentence]) -> None:
    assert [found for found in entities if not all(word.strip() for word in found.words)] == []


def test_no_document_is_both_trained_and_measured_on(entities: list[Sentence]) -> None:
    documents = {
        side: {(found.corpus, found.document) for found in entities if found.held_out is side}
        for side in (True, False)
    }
    assert documents[True].isdisjoint(documents[False])
    assert {corpus for corpus, _ in documents[True]} == {found.corpus for found in entities}
    assert 0.05 < len(documents[True]) / sum(map(len, documents.values())) < 0.15


def test_the_worldwide_corpus_can_be_left_out(entities: list[Sentence]) -> None:
    others = read_entities(worldwide=False)
    assert others == [found for found in entities if found.corpus != WORLDWIDE]
    assert 0 < len(others) < len(entities)


def test_places_of_real_sentences_are_swapped_and_nothing_else(entities: list[Sentence]) -> None:
    rng = random.Random(1)
    changed = 0
    for found in entities[::40]:
        other = swap_places(found, rng, share=0.5)
        assert outside(other) == outside(found)
        assert can_be_tagged(other.allowed)
        changed += other != found
    assert changed > 50


# --------------------------------------------------------------------------- templates


@pytest.fixture(scope="module")
def templates() -> Templates:
    """The templates, with two persons."""
    persons = sentence("Ada Lovelace met Bob", PER, IN_PER, OUTSIDE, PER)
    return Templates.read([persons])


def test_persons_of_templates_come_out_of_sentences(templates: Templates) -> None:
    assert templates.persons == (("Ada", "Lovelace"), ("Bob",))
    assert ("Ukraine",) in templates.countries
    assert len(templates.lines) > 50
    assert not [line for line in templates.lines if line.startswith("#")]


def test_all_gaps_of_a_template_are_filled(templates: Templates) -> None:
    rng = random.Random(1)
    for line in templates.lines:
        made = Templates((line,), templates.persons, templates.countries).sentence(rng)
        assert not set("{}[]_") & set("".join(made.words)), line
        assert len(made.words) == len(made.allowed)
        assert can_be_tagged(made.allowed)
        assert len(list(made.spans())) == line.count("["), line


@pytest.mark.parametrize(
    ("line", "words", "allowed"),
    [
        pytest.param("It rained.", "It rained .", [None, None, None], id="no gap"),
        pytest.param("[PER:{person}] ran", "Bob ran", ["B-PER", None], id="an entity"),
        pytest.param("[ORG:{person} Radio] ran", "Bob Radio ran", ["B-ORG", "I-ORG", None], id="part of one"),
        pytest.param("{person} ran", "Bob ran", [None, None], id="a gap that is no entity"),
    ],
)
def test_a_template_says_what_its_words_are(line: str, words: str, allowed: list[str | None]) -> None:
    made = Templates((line,), (("Bob",),), ()).sentence(random.Random(1))
    bare = everywhere("QUANTITY", "DATE")
    assert made.words == tuple(words.split())
    assert made.allowed == tuple(BIT[tag] if tag else bare for tag in allowed)


# --------------------------------------------------------------------------- treebanks


def word(text: str, head: int, deprel: str = "dep", *, space: bool = True) -> Word:
    """Return a word of which only the text, the head and the space after it matter."""
    return Word(text, text.lower(), "NOUN", "NN", head, deprel, space)


def test_the_sentences_of_a_treebank_are_trees(treebank: list[treebanks.Sentence]) -> None:
    assert len(treebank) > 1000
    assert [text_of(found.words) for found in treebank if not is_tree(found.words)] == []


def test_the_words_of_a_treebank_make_up_its_text(
    treebank: list[treebanks.Sentence], request: pytest.FixtureRequest
) -> None:
    name = request.node.callspec.params["treebank"]
    lines = corpora.read_lines(f"treebank-{name}.conllu")
    texts = [line.removeprefix("# text = ") for line in lines if line.startswith("# text = ")]
    assert len(texts) == len(treebank)
    other = [
        (text, text_of(found.words))
        for text, found in zip(texts, treebank, strict=True)
        if text_of(found.words) != " ".join(text.split())
    ]
    assert other == []


def test_the_documents_of_a_treebank_follow_one_another(treebank: list[treebanks.Sentence]) -> None:
    found = list(documents(treebank))
    names = [sentences[0].document for sentences in found]
    assert len(names) == len(set(names)) > 20
    assert all(names)
    assert [one for sentences in found for one in sentences] == treebank
    sides = Counter(is_held_out(name) for name in names)
    assert 0 < sides[True] < sides[False]


def test_words_joined_by_hyphens_are_still_a_tree_of_the_same_text(
    treebank: list[treebanks.Sentence],
) -> None:
    joined = 0
    for found in treebank:
        other = join_hyphens(found)
        assert is_tree(other.words)
        assert text_of(other.words) == text_of(found.words)
        joined += len(other.words) < len(found.words)
    assert joined > 0


def test_texts_as_others_may_have_written_them_are_still_trees(treebank: list[treebanks.Sentence]) -> None:
    rng = random.Random(1)
    changed = 0
    for text in list(documents(treebank))[:150]:
        other = list(varied(text, rng))
        assert len(other) == len(text)
        assert all(is_tree(found.words) for found in other)
        changed += other != text
    assert changed > 0


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param(
            [
                word("Al", 2, space=False),
                word("-", 2, space=False),
                word("Zaman", 3),
                word("wrote", 3, "root"),
            ],
            [word("Al-Zaman", 1), word("wrote", 1, "root")],
            id="a name",
        ),
        pytest.param(
            [
                word("wrote", 0, "root"),
                word("Al", 3, space=False),
                word("-", 3, space=False),
                word("Zaman", 0),
            ],
            [word("wrote", 0, "root"), word("Al-Zaman", 0)],
            id="after its head",
        ),
        pytest.param(
            [word("well", 2, space=False), word("-", 2, space=False), word("known", 2, "root")],
            [word("well-known", 0, "root")],
            id="the root",
        ),
        pytest.param(
            [word("5", 0, "root", space=False), word("-", 2, space=False), word("0", 0)], None, id="a score"
        ),
        pytest.param([word("Kyiv", 0, "root"), word("-", 0), word("rain", 0)], None, id="a dash"),
        pytest.param([word("-", 1, space=False), word("rain", 1, "root")], None, id="an item of a list"),
        pytest.param([word("rain", 0, "root", space=False), word("-", 0)], None, id="at the end"),
    ],
)
def test_a_word_with_hyphens_is_one(words: list[Word], expected: list[Word] | None) -> None:
    found = join_hyphens(treebanks.Sentence("d", tuple(words)))
    texts = [(one.text, one.head, one.deprel) for one in found.words]
    assert texts == [(one.text, one.head, one.deprel) for one in expected or words]

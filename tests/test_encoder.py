"""The encoder: how words are cut for it, in which portions it reads them, and what comes back for each."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from extract.encoder import MAX_PIECES, WIDTH, Encoder, Head, Pieces, Shape, shape, word_vectors

PATIENTLY = settings(deadline=None)

SENTENCES = [
    "Rockets fell on Kharkiv at dawn .",
    "Angela Merkel met reporters of Reuters in Berlin on Monday .",
    "Shells hit Ust-Luga .",
    "Nobody sailed from Odesa that week , officials said , for the Black Sea was rough .",
]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    """The encoder that comes with Sitmap."""
    return Encoder()


def parts(encoder: Encoder, *words: str) -> list[tuple[int, str]]:
    """Return for each part of some words the index of its word, and its characters."""
    pieces = encoder.cutter.cut(words)
    rows = zip(pieces.words.tolist(), pieces.starts.tolist(), pieces.ends.tolist(), strict=True)
    return [(word, words[word][start:end]) for word, start, end in rows]


def alike(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Return the least cosine of the angle between the rows of two arrays."""
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    return float(((one * other).sum(axis=1) / lengths).min())


# --------------------------------------------------------------------------- how a word is written


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("", Shape.NONE),
        ("—", Shape.NONE),
        ("...", Shape.NONE),
        ("rain", Shape.LOWER),
        ("don't", Shape.LOWER),
        ("дощ", Shape.LOWER),
        ("خاركيف", Shape.LOWER),
        ("Kharkiv", Shape.CAPITALISED),
        ("Ust-luga", Shape.CAPITALISED),
        ("Çankırı", Shape.CAPITALISED),
        ("NATO", Shape.UPPER),
        ("U.S.", Shape.UPPER),
        ("F-16", Shape.LETTER),
        ("A", Shape.LETTER),
        ("iPhone", Shape.MIXED),
        ("McDonald", Shape.MIXED),
        ("«Kharkiv", Shape.MIXED),
        ("2,000", Shape.DIGITS),
        ("٣", Shape.DIGITS),
        ("155mm", Shape.LOWER),
    ],
)
def test_the_shape_of_a_word_is_how_it_is_written(word: str, expected: Shape) -> None:
    assert shape(word) is expected


# --------------------------------------------------------------------------- cutting


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param(["Rain", "fell"], [(0, "Rain"), (1, "fell")], id="words"),
        pytest.param(["Chernihiv"], [(0, "Chernihiv")], id="a word of several pieces is one part"),
        pytest.param(["Ust-Luga"], [(0, "Ust"), (0, "-"), (0, "Luga")], id="hyphen"),
        pytest.param(["don't", "go"], [(0, "don"), (0, "'"), (0, "t"), (1, "go")], id="apostrophe"),
        pytest.param(["##s"], [(0, "#"), (0, "#"), (0, "s")], id="what looks like the rest of a word"),
        pytest.param(["Čapljina", "e\u0301te"], [(0, "Čapljina"), (1, "e\u0301te")], id="accents"),
        pytest.param(["İzmir", "burned"], [(0, "İzmir"), (1, "burned")], id="longer in lower case"),
        pytest.param(["日本"], [(0, "日"), (0, "本")], id="Chinese"),
        pytest.param(["a", "\x00", "b"], [(0, "a"), (2, "b")], id="a word of control characters has none"),
        pytest.param(["Kha\x07rkiv", "\u200fOdesa"], [(0, "Kha\x07rkiv"), (1, "Odesa")], id="among letters"),
        pytest.param(["\ud800", "Odesa"], [(1, "Odesa")], id="half of a surrogate pair"),
        pytest.param(["🔥", "Odesa", "🇺🇦"], [(1, "Odesa")], id="emoji are left out"),
        pytest.param(["🔥Odesa❤️"], [(0, "Odesa")], id="emoji at a word"),
        pytest.param(["\x00"], [], id="control characters alone"),
        pytest.param([], [], id="nothing"),
    ],
)
def test_words_are_cut_into_parts_whose_characters_are_told(
    words: list[str], expected: list[tuple[int, str]], encoder: Encoder
) -> None:
    assert parts(encoder, *words) == expected


@PATIENTLY
@given(
    words=st.lists(
        st.text(st.characters(), min_size=1, max_size=12).map(lambda text: re.sub(r"\s", "_", text)),
        max_size=12,
    )
)
def test_whatever_the_words_each_part_lies_within_its_own_and_after_the_part_before(
    words: list[str], encoder: Encoder
) -> None:
    pieces = encoder.cutter.cut(words)
    end_of: dict[int, int] = {}
    for word, start, end in zip(
        pieces.words.tolist(), pieces.starts.tolist(), pieces.ends.tolist(), strict=True
    ):
        assert end_of.get(word, 0) <= start < end <= len(words[word])
        end_of[word] = end
    assert list(end_of) == sorted(end_of)
    assert len(pieces.ids) == len(pieces.shapes)
    assert pieces.first.tolist() == sorted(set(pieces.first.tolist()))
    assert pieces.first.tolist()[:1] == [0][: len(pieces.ids)]


@PATIENTLY
@given(words=st.lists(st.from_regex(r"[A-Za-z0-9.,'$%()-]{1,15}", fullmatch=True), max_size=12))
def test_the_parts_of_plain_words_leave_nothing_out(words: list[str], encoder: Encoder) -> None:
    joined = ["" for _ in words]
    for word, characters in parts(encoder, *words):
        joined[word] += characters
    assert joined == words


def test_all_pieces_of_a_part_have_its_shape(encoder: Encoder) -> None:
    pieces = encoder.cutter.cut(["in", "Lysychansk", "2023"])
    assert len(pieces.ids) > len(pieces.first) == 3
    found = np.split(pieces.shapes, pieces.first[1:])
    assert [set(shapes.tolist()) for shapes in found] == [{Shape.LOWER}, {Shape.CAPITALISED}, {Shape.DIGITS}]


def test_a_word_without_end_is_one_piece(encoder: Encoder) -> None:
    pieces = encoder.cutter.cut(["x" * 100_000, "fell"])
    assert len(pieces.ids) == 2
    assert pieces.ends.tolist() == [100_000, 4]


def test_brackets_without_end_are_a_part_each(encoder: Encoder) -> None:
    pieces = encoder.cutter.cut(["(" * 100_000])
    assert pieces.starts.tolist() == list(range(100_000))


# --------------------------------------------------------------------------- windows


def made(lengths: list[int]) -> Pieces:
    """Return the pieces of as many parts, of so many pieces each."""
    first = np.cumsum([0, *lengths])[:-1].astype(np.int64)
    ids = np.arange(sum(lengths), dtype=np.int64)
    order = np.arange(len(lengths), dtype=np.int64)
    return Pieces(ids, ids % len(Shape), first, order, order * 2, order * 2 + 1)


@PATIENTLY
@given(lengths=st.lists(st.integers(1, 60) | st.integers(MAX_PIECES - 1, 3 * MAX_PIECES), max_size=60))
def test_windows_hold_every_piece_and_every_part_once_in_order(lengths: list[int]) -> None:
    whole = made(lengths)
    at, first = 0, []
    windows = list(whole.windows())
    for window in windows:
        assert 0 < len(window.ids) <= MAX_PIECES
        first += (window.first + at).tolist()
        at += len(window.ids)
    assert first == whole.first.tolist()
    for name in ("ids", "shapes", "words", "starts", "ends"):
        joined = [value for window in windows for value in getattr(window, name).tolist()]
        assert joined == getattr(whole, name).tolist()


@PATIENTLY
@given(lengths=st.lists(st.integers(1, MAX_PIECES), max_size=60))
def test_windows_are_cut_between_parts(lengths: list[int]) -> None:
    assert all(window.first[0] == 0 for window in made(lengths).windows())


@pytest.mark.parametrize(
    ("lengths", "expected"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([1] * MAX_PIECES, [MAX_PIECES], id="just full"),
        pytest.param([1] * (MAX_PIECES + 1), [MAX_PIECES, 1], id="one too many"),
        pytest.param([MAX_PIECES - 1, 2], [MAX_PIECES - 1, 2], id="a part that would be torn"),
        pytest.param([2 * MAX_PIECES + 1], [MAX_PIECES, MAX_PIECES, 1], id="a part that has to be torn"),
    ],
)
def test_a_window_is_as_long_as_may_be(lengths: list[int], expected: list[int]) -> None:
    assert [len(window.ids) for window in made(lengths).windows()] == expected


# --------------------------------------------------------------------------- vectors


def test_no_texts_have_no_vectors(encoder: Encoder) -> None:
    assert encoder.encode([]) == []


def test_each_text_gets_a_vector_for_each_of_its_parts_and_an_empty_one_none(encoder: Encoder) -> None:
    texts = [SENTENCES[0].split(), [], SENTENCES[2].split(), ["\x00"]]
    found = encoder.encode([encoder.cutter.cut(words) for words in texts])
    assert [vectors.shape for vectors in found] == [(7, WIDTH), (0, WIDTH), (6, WIDTH), (0, WIDTH)]


def test_a_text_of_many_windows_gets_a_vector_for_each_part(encoder: Encoder) -> None:
    pieces = encoder.cutter.cut(SENTENCES[3].split() * 40)
    assert len(list(pieces.windows())) > 2
    (vectors,) = encoder.encode([pieces])
    assert vectors.shape == (len(pieces.first), WIDTH)
    assert np.isfinite(vectors).all()


def test_a_text_gives_like_vectors_whatever_is_read_beside_it(encoder: Encoder) -> None:
    """Not quite the same ones: the 8-bit numbers have one scale for all that is computed at once."""
    texts = [encoder.cutter.cut(text.split()) for text in (*SENTENCES, "and it rained " * 60)]
    for pieces, among_others in zip(texts, encoder.encode(texts), strict=True):
        (alone,) = encoder.encode([pieces])
        assert alike(alone, among_others) > 0.9


def test_a_text_gives_the_same_vectors_each_time(encoder: Encoder) -> None:
    texts = [encoder.cutter.cut(text.split()) for text in SENTENCES]
    for one, other in zip(encoder.encode(texts), encoder.encode(texts), strict=True):
        assert np.array_equal(one, other)


def test_words_mean_something_by_their_neighbours_and_by_how_they_are_written(encoder: Encoder) -> None:
    def first(text: str) -> NDArray[np.float32]:
        return encoder.encode([encoder.cutter.cut(text.split())])[0][:1]

    reading = first("Reading is a town in England .")
    assert alike(reading, first("Reading is what children like best .")) < 0.999
    assert alike(reading, first("reading is a town in England .")) < 0.999


@settings(max_examples=30, deadline=None)
@given(
    words=st.lists(st.text(min_size=1, max_size=8).map(lambda text: re.sub(r"\s", "_", text)), max_size=30)
)
def test_whatever_the_words_their_vectors_are_numbers(words: list[str], encoder: Encoder) -> None:
    pieces = encoder.cutter.cut(words)
    (vectors,) = encoder.encode([pieces])
    assert vectors.shape == (len(pieces.first), WIDTH)
    assert np.isfinite(vectors).all()


def test_the_vector_of_a_word_is_that_of_its_first_part_and_zeros_where_it_has_none(encoder: Encoder) -> None:
    words = ["Ust-Luga", "\x00", "burned"]
    pieces = encoder.cutter.cut(words)
    (vectors,) = encoder.encode([pieces])
    ust, control, burned = word_vectors(pieces, vectors, len(words))
    assert np.array_equal(ust, vectors[0])
    assert np.array_equal(burned, vectors[3])
    assert not control.any()


@pytest.mark.parametrize("scale", [1.0, 1e4], ids=["small scores", "scores that would overflow"])
def test_the_probabilities_of_a_head_sum_to_one(scale: float) -> None:
    rng = np.random.default_rng(1)
    head = Head(
        (scale * rng.normal(size=(WIDTH, 5))).astype(np.float32), rng.normal(size=5).astype(np.float32)
    )
    vectors = rng.normal(size=(7, WIDTH)).astype(np.float32)
    logs = head.log_probabilities(vectors)
    assert np.allclose(np.exp(logs).sum(axis=1), 1, atol=1e-5)
    assert np.array_equal(logs.argmax(axis=1), (vectors @ head.weight + head.bias).argmax(axis=1))

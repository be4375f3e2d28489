"""The best tree, the best row of tags, and lemmas as edits: each against the slow and sure way."""

from __future__ import annotations

from functools import cache
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extract.labels import LABELS, TAGS, tag_path, tag_spans
from extract.syntax import Heads, Matrix, best_tree, edit_of, lemma

PATIENTLY = settings(deadline=None)


def is_tree(heads: tuple[int, ...]) -> bool:
    """Whether one word is its own head, and all others lead up to it."""
    roots = [word for word, head in enumerate(heads) if word == head]
    below = set(roots)
    while found := {word for word, head in enumerate(heads) if head in below} - below:
        below |= found
    return len(roots) == 1 and len(below) == len(heads)


@cache
def all_trees(size: int) -> list[tuple[int, ...]]:
    """Return the heads of every tree of so many words."""
    return [heads for heads in product(range(size), repeat=size) if is_tree(heads)]


def total(scores: Matrix, heads: Heads | tuple[int, ...]) -> float:
    """Return the score of a tree."""
    return float(scores.astype(np.float64)[np.arange(len(scores)), np.asarray(heads)].sum())


def tree_of(scores: Matrix) -> Heads:
    """Return the best tree, which is one."""
    heads = best_tree(scores)
    assert is_tree(tuple(heads.tolist()))
    return heads


def square(size: int) -> st.SearchStrategy[Matrix]:
    """Matrices of whole numbers, whose sums are exact."""
    row = st.lists(st.integers(-20, 20), min_size=size, max_size=size)
    return st.lists(row, min_size=size, max_size=size).map(lambda rows: np.array(rows, np.float32))


# --------------------------------------------------------------------------- trees


def test_there_are_as_many_trees_as_cayley_counted() -> None:
    assert [len(all_trees(size)) for size in range(1, 6)] == [1, 2, 9, 64, 625]


@PATIENTLY
@given(scores=st.integers(1, 5).flatmap(square))
def test_the_best_tree_is_the_best_of_all(scores: Matrix) -> None:
    best = max(total(scores, heads) for heads in all_trees(len(scores)))
    assert total(scores, tree_of(scores)) == best


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("rootward", [-5.0, 0.0, 5.0], ids=["no word would be root", "any", "each would be"])
def test_the_best_tree_is_the_best_of_all_for_random_scores(seed: int, rootward: float) -> None:
    scores = np.random.default_rng(seed).normal(size=(5, 5)).astype(np.float32)
    scores += rootward * np.eye(5, dtype=np.float32)
    best = max(total(scores, heads) for heads in all_trees(5))
    assert total(scores, tree_of(scores)) == pytest.approx(best, abs=1e-5)


def test_the_root_need_not_be_the_word_that_most_wants_to_be_it() -> None:
    scores = np.full((5, 5), -9, np.float32)
    np.fill_diagonal(scores, [4, 3, 2, 1, 0])
    scores[:4, 4] = 20
    assert tree_of(scores).tolist() == [4, 4, 4, 4, 4]


def test_words_that_choose_each_other_are_taken_apart() -> None:
    scores = np.array([[5, 0, 0], [1, 0, 9], [2, 9, 0]], np.float32)
    assert tree_of(scores).tolist() == [0, 2, 0]


def test_a_word_alone_is_the_root() -> None:
    assert tree_of(np.array([[-3]], np.float32)).tolist() == [0]


def test_of_scores_that_are_all_equal_a_tree_is_made() -> None:
    assert len(tree_of(np.zeros((30, 30), np.float32))) == 30


@pytest.mark.parametrize("size", [10, 60, 300])
@pytest.mark.parametrize("seed", range(3))
def test_large_scores_have_a_tree_that_no_change_of_one_head_betters(size: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores = rng.normal(scale=10, size=(size, size)).astype(np.float32)
    heads = tree_of(scores)
    score = total(scores, heads)
    for word in rng.choice(size, 10, replace=False):
        for head in rng.choice(size, 10, replace=False):
            other = heads.copy()
            other[word] = head
            assert total(scores, other) <= score or not is_tree(tuple(other.tolist()))


def test_words_that_are_pairs_of_pairs_of_pairs_have_a_tree() -> None:
    """Each contraction of a cycle makes the next one: as deep as the algorithm goes."""
    size = 128
    places = np.arange(size)
    apart = np.bitwise_xor(places[:, None], places[None, :])
    scores = (-np.floor(np.log2(np.maximum(apart, 1))) * 10).astype(np.float32)
    np.fill_diagonal(scores, -1000)
    heads = tree_of(scores)
    # In each of the seven rounds half of what is left is hung on the other half, ten points dearer.
    assert total(scores, heads) == -1000 - sum(10 * step * (size >> (step + 1)) for step in range(7))


# --------------------------------------------------------------------------- lemmas


@pytest.mark.parametrize(
    ("word", "base", "edit"),
    [
        ("cities", "city", "3 y"),
        ("went", "go", "4 go"),
        ("rain", "rain", "0 "),
        ("Shells", "shell", "1 "),
        ("n't", "not", "2 ot"),
    ],
)
def test_an_edit_takes_letters_off_and_puts_others_on(word: str, base: str, edit: str) -> None:
    assert edit_of(word, base) == edit
    assert lemma(word, "NOUN", edit) == base


@PATIENTLY
@given(word=st.text(min_size=1, max_size=20), base=st.text(min_size=1, max_size=20))
def test_an_edit_makes_the_lemma_that_it_was_made_of(word: str, base: str) -> None:
    assert lemma(word, "VERB", edit_of(word, base)) == base.lower()


@PATIENTLY
@given(stem=st.text(max_size=8), ends=st.tuples(st.text(max_size=4), st.text(max_size=4)))
def test_an_edit_leaves_the_common_beginning_alone(stem: str, ends: tuple[str, str]) -> None:
    word, base = (stem + end for end in ends)
    count, _, added = edit_of(word, base).partition(" ")
    same = len(stem.lower()) if word.lower().startswith(stem.lower()) else 0
    same = same if base.lower().startswith(stem.lower()) else 0
    assert int(count) <= len(word.lower()) - same
    assert len(added) <= len(base.lower()) - same


def test_names_keep_their_case() -> None:
    assert lemma("Carpathians", "PROPN", "1 ") == "Carpathian"
    assert lemma("Shells", "NOUN", "1 ") == "shell"


@pytest.mark.parametrize(
    ("word", "edit"),
    [pytest.param("a", "3 y", id="more letters than there are"), pytest.param("is", "2 ", id="nothing left")],
)
def test_an_edit_that_does_not_fit_leaves_the_word(word: str, edit: str) -> None:
    assert lemma(word, "NOUN", edit) == word


@PATIENTLY
@given(word=st.text(min_size=1, max_size=20), count=st.integers(0, 30), added=st.text(max_size=5))
def test_no_edit_makes_a_lemma_of_nothing(word: str, count: int, added: str) -> None:
    assert lemma(word, "NOUN", f"{count} {added}")


# --------------------------------------------------------------------------- rows of tags


def numbers(*tags: str) -> list[int]:
    """Return tags as their numbers."""
    return [TAGS.index(tag) for tag in tags]


def is_legal(path: list[int]) -> bool:
    """Whether each I-X of a row follows a B-X or I-X."""
    tags = [TAGS[number] for number in path]
    return all(
        tag[0] != "I" or (before != "O" and before[2:] == tag[2:])
        for before, tag in zip(["O", *tags], tags, strict=False)
    )


def rows(most: int) -> st.SearchStrategy[Matrix]:
    """Scores for up to so many words, as whole numbers: their sums are exact."""
    row = st.lists(st.integers(-9, 0), min_size=len(TAGS), max_size=len(TAGS))
    return st.lists(row, max_size=most).map(lambda found: np.array(found, np.float32).reshape(-1, len(TAGS)))


@PATIENTLY
@given(scores=rows(10))
def test_the_inside_of_an_entity_follows_its_beginning(scores: Matrix) -> None:
    path = tag_path(scores)
    assert len(path) == len(scores)
    assert is_legal(path)


@PATIENTLY
@given(seed=st.integers(0, 10_000), length=st.integers(1, 300))
def test_so_it_does_where_every_word_would_be_the_inside_of_one(seed: int, length: int) -> None:
    scores = np.random.default_rng(seed).normal(size=(length, len(TAGS))).astype(np.float32)
    scores[:, [tag[0] == "I" for tag in TAGS]] += 5
    path = tag_path(scores)
    assert len(path) == length
    assert is_legal(path)


@PATIENTLY
@given(scores=rows(3))
def test_the_best_row_of_tags_is_the_best_of_all(scores: Matrix) -> None:
    legal = (path for path in product(range(len(TAGS)), repeat=len(scores)) if is_legal(list(path)))
    best = max(sum(row[tag] for row, tag in zip(scores, path, strict=True)) for path in legal)
    assert sum(row[tag] for row, tag in zip(scores, tag_path(scores), strict=True)) == best


def test_a_word_that_is_likely_inside_makes_the_one_before_a_beginning() -> None:
    scores = np.full((2, len(TAGS)), -9, np.float32)
    scores[0, numbers("O", "B-LOC")] = -1, -2
    scores[1, numbers("O", "I-LOC")] = -5, -1
    assert tag_path(scores) == numbers("B-LOC", "I-LOC")


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param(["O", "O"], [], id="no entity"),
        pytest.param(["O", "B-LOC", "O"], [(1, 2, "LOC")], id="one word"),
        pytest.param(["B-PER", "I-PER", "O"], [(0, 2, "PER")], id="two words"),
        pytest.param(["O", "B-FAC", "I-FAC"], [(1, 3, "FAC")], id="to the end"),
        pytest.param(["B-LOC", "B-LOC"], [(0, 1, "LOC"), (1, 2, "LOC")], id="side by side"),
        pytest.param(["B-ORG", "I-ORG", "B-LOC"], [(0, 2, "ORG"), (2, 3, "LOC")], id="of two kinds"),
    ],
)
def test_entities_are_a_beginning_and_what_is_inside(
    tags: list[str], expected: list[tuple[int, int, str]]
) -> None:
    assert list(tag_spans(numbers(*tags))) == expected


@PATIENTLY
@given(found=st.lists(st.tuples(st.sampled_from(["O", *LABELS]), st.integers(1, 4)), max_size=10))
def test_entities_written_as_tags_are_read_again(found: list[tuple[str, int]]) -> None:
    tags: list[str] = []
    expected = []
    for label, length in found:
        if label == "O":
            tags += ["O"] * length
        else:
            expected.append((len(tags), len(tags) + length, label))
            tags += [f"B-{label}", *[f"I-{label}"] * (length - 1)]
    assert list(tag_spans(numbers(*tags))) == expected

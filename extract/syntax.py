"""Tags, lemmas and dependency trees out of the encoder's vectors.

Every word asks which other is its head; the best tree of all such answers is that of Dozat and Manning
(2017), "Deep biaffine attention for neural dependency parsing". Labels are those of Universal
Dependencies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from extract.encoder import MODELS, Head, read_arrays

ROOT = "root"
Matrix = NDArray[np.float32]
Heads = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Tree:
    """What is known of the words of a sentence. ``heads`` are indices; that of the root is its own."""

    heads: Heads
    labels: list[str]
    tags: list[str]
    lemmas: list[str]


@dataclass(frozen=True, slots=True)
class SyntaxHead:
    """The layers for tags, lemmas, arcs and their labels; ``lab/finetune.py`` trains them.

    ``dependent`` and ``head`` make of a vector what it is as one end of an arc or the other, ``arc``
    (a+1, a) scores pairs, ``root`` (a) stands for the root's head; likewise ``label_…`` for labels,
    where ``label`` is of shape (labels, b+1, b+1). A lemma is made by one of ``edits``, "2 y" for
    "takes two letters off and puts y on".
    """

    tag: Head
    edit: Head
    dependent: Head
    head: Head
    arc: Matrix
    root: Matrix
    label_dependent: Head
    label_head: Head
    label_root: Matrix
    label: Matrix
    tags: Sequence[str]
    edits: Sequence[str]
    labels: Sequence[str]

    @classmethod
    def read(cls, folder: Path = MODELS) -> SyntaxHead:
        """Read the layers from ``syntax.npz``."""
        arrays = read_arrays("syntax", folder)

        def layer(name: str) -> Head:
            return Head(arrays[f"{name}.weight"], arrays[f"{name}.bias"])

        return cls(
            tag=layer("tag"),
            edit=layer("edit"),
            dependent=layer("dependent"),
            head=layer("head"),
            arc=arrays["arc"],
            root=arrays["root"],
            label_dependent=layer("label_dependent"),
            label_head=layer("label_head"),
            label_root=arrays["label_root"],
            label=arrays["label"],
            tags=arrays["tags"].tolist(),
            edits=arrays["edits"].tolist(),
            labels=arrays["labels"].tolist(),
        )

    def parse(self, words: Sequence[str], vectors: Matrix) -> Tree:
        """Return the tree of a sentence; ``vectors`` has one row a word."""
        tags = [self.tags[index] for index in _best(self.tag, vectors)]
        edits = [self.edits[index] for index in _best(self.edit, vectors)]
        heads = best_tree(self._arcs(vectors))
        return Tree(
            heads=heads,
            labels=self._labels(vectors, heads),
            tags=tags,
            lemmas=[lemma(*row) for row in zip(words, tags, edits, strict=True)],
        )

    def _arcs(self, vectors: Matrix) -> Matrix:
        """Return scores (words, words): a word with itself stands for a word with the root."""
        asked: Matrix = _with_one(_through(self.dependent, vectors)) @ self.arc
        scores: Matrix = (asked @ _through(self.head, vectors).T).astype(np.float32)
        np.fill_diagonal(scores, asked @ self.root)
        return scores

    def _labels(self, vectors: Matrix, heads: Heads) -> list[str]:
        dependents = _with_one(_through(self.label_dependent, vectors))
        above = _through(self.label_head, vectors)[heads]
        roots = heads == np.arange(len(heads))
        above[roots] = self.label_root
        # Both sums at once take numpy a hundred times as long.
        scores = np.einsum(
            "nlb,nb->nl", np.einsum("na,lab->nlb", dependents, self.label, optimize=True), _with_one(above)
        )
        only_root = self.labels.index(ROOT)
        scores[~roots, only_root] = -np.inf
        found = [self.labels[index] for index in scores.argmax(axis=1)]
        return [ROOT if root else label for root, label in zip(roots, found, strict=True)]


def _best(head: Head, vectors: Matrix) -> Heads:
    found: NDArray[np.int64] = (vectors @ head.weight + head.bias).argmax(axis=1)
    return found


def _through(head: Head, vectors: Matrix) -> Matrix:
    scores = vectors @ head.weight + head.bias
    leaky: Matrix = np.maximum(scores, 0.1 * scores)
    return leaky


def _with_one(vectors: Matrix) -> Matrix:
    return np.concatenate([vectors, np.ones((len(vectors), 1), np.float32)], axis=1)


def edit_of(word: str, base: str) -> str:
    """Return the edit that makes ``base`` of a word, both without regard to case."""
    word, base = word.lower(), base.lower()
    same = 0
    while same < min(len(word), len(base)) and word[same] == base[same]:
        same += 1
    return f"{len(word) - same} {base[same:]}"


def lemma(word: str, tag: str, edit: str) -> str:
    """Return the lemma of a word: the word edited. Names keep their case."""
    count, _, added = edit.partition(" ")
    stem = word if tag == "PROPN" else word.lower()
    kept = len(stem) - int(count)
    return stem[:kept] + added if kept >= 0 and kept + len(added) > 0 else stem


def best_tree(scores: Matrix) -> Heads:
    """Return the head of each word in the tree of the highest score that has one root.

    ``scores`` (words, words) has a word's score as root on the diagonal.
    """
    size = len(scores)
    heads: Heads = scores.argmax(axis=1)
    roots = np.flatnonzero(heads == np.arange(size))
    if len(roots) == 1 and not _cycle(heads):
        return heads
    # A root above all words; it is so dear to hang on it that only one word does.
    above = np.full((size + 1, size + 1), -np.inf)
    above[:-1, :-1] = scores
    above[:-1, -1] = scores.diagonal() - (size + 1) * np.ptp(scores.astype(np.float64)) - 1
    np.fill_diagonal(above, -np.inf)
    found = _arborescence(above, size)[:-1]
    return np.where(found == size, np.arange(size), found)


def _cycle(heads: Heads) -> list[int]:
    """Return the words of one cycle; a word that is its own head is none."""
    state = [0] * len(heads)
    for start in range(len(heads)):
        path = []
        at = start
        while state[at] == 0:
            state[at] = 1
            path.append(at)
            at = int(heads[at])
        if state[at] == 1 and heads[at] != at and at in path:
            return path[path.index(at) :]
        for word in path:
            state[word] = 2
    return []


def _arborescence(scores: NDArray[np.float64], root: int) -> Heads:
    """Return the heads of the best tree from a root: the algorithm of Chu, Liu and Edmonds."""
    heads: Heads = scores.argmax(axis=1)
    heads[root] = root
    cycle = _cycle(heads)
    if not cycle:
        return heads
    outside = np.array([word for word in range(len(scores)) if word not in set(cycle)])
    inside = np.array(cycle)
    kept = scores[inside, heads[inside]]
    # The cycle becomes one word, the last.
    into = scores[np.ix_(inside, outside)] - kept[:, None]
    out = scores[np.ix_(outside, inside)]
    small = np.full((len(outside) + 1, len(outside) + 1), -np.inf)
    small[:-1, :-1] = scores[np.ix_(outside, outside)]
    small[:-1, -1] = out.max(axis=1)
    small[-1, :-1] = into.max(axis=0)
    solved = _arborescence(small, int(np.flatnonzero(outside == root)[0]))
    for index, word in enumerate(outside):
        above = solved[index]
        heads[word] = inside[out[index].argmax()] if above == len(outside) else outside[above]
    enters = int(solved[-1])
    broken = inside[into[:, enters].argmax()]
    heads[broken] = outside[enters]
    heads[root] = root
    return heads

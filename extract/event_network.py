"""Signs of events: a small network over what a recogniser knows of each word.

A word goes in as the vector that the recogniser makes of it, and as rows of tables for its lower-case form,
lemma, relation, tag, entity, and the type under which the ontology lists it. Then each word hears, a few
times over, from the word before, the one after, the one above it in the tree and those below: convolution
over window and dependency tree, as in Nguyen and Grishman (2018), "Graph Convolutional Networks with
Argument-Aware Pooling for Event Detection". Last it hears what is loudest in its sentence, and what the
lemmas of the sentence sum up to. ``lab/event_network.py`` trains one for each recogniser of ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from spacy.attrs import IDS  # type: ignore[import-not-found]
from spacy.strings import get_string_id
from spacy.tokens import Doc, Span
from spacy.vectors import Vectors  # type: ignore[import-not-found]

from extract.encoder import MODELS, Head, read_arrays
from extract.signs import EventHead, Sign
from extract.triggers import find_triggers

ACCURATE_EVENTS, FAST_EVENTS = "events", "fast_events"
"""The files of the weights, by the recogniser whose vectors they are for."""

LONE_VECTORS = "fast/vocab"
"""The folder of the vectors of words alone, which came with the fast pipeline."""

ATTRIBUTES = ("LOWER", "LEMMA", "DEP", "TAG", "ENT_TYPE")
"""What spaCy has of a word, by its own names."""

TABLES = (*ATTRIBUTES, "LISTED")
"""What is looked up in a table of its own: spaCy's hashes, and that of the name of the listed type, or 0."""

LEMMA = TABLES.index("LEMMA")

WORDS_AT_ONCE = 2048
"""Words that are computed together, if they are not of one sentence; one takes some 6 kB."""


@dataclass(frozen=True, slots=True)
class Words:
    """``n`` words of whole sentences, as the network takes them.

    ``indices`` (n) are those of the tokens in their document, ``keys`` (n, tables) what is looked up, and
    ``vectors`` (n, numbers) what the
    recogniser makes of the words, and what they mean alone. ``near`` (3, n) are the words before,
    after and above, all of the same sentence, with n for none; ``sentences`` (n) count up from 0.
    """

    indices: NDArray[np.int64]
    keys: NDArray[np.uint64]
    vectors: NDArray[np.float32]
    near: NDArray[np.int64]
    sentences: NDArray[np.int64]


def read_words(doc: Doc, sentences: Sequence[Span]) -> Words:
    """Return the words of sentences of a text that the fast pipeline has read, white space left out.

    The sentences are those of ``extract.language.sentences``: in order, and each begins with a word.
    """
    start = sentences[0].start
    region: Any = doc[start : sentences[-1].end]  # its types know nothing of arrays
    table = region.to_array([IDS[name] for name in (*ATTRIBUTES, "HEAD", "IS_SPACE")])
    owners = np.full(len(region), -1)
    for number, sentence in enumerate(sentences):
        owners[sentence.start - start : sentence.end - start] = number
    words = np.flatnonzero((table[:, -1] == 0) & (owners >= 0))
    table, owners = table[words], owners[words]
    # spaCy keeps heads as distances.
    heads = words + table[:, -2].view(np.int64)
    above = np.minimum(np.searchsorted(words, heads), len(words) - 1)
    above = np.where(words[above] == heads, above, np.arange(len(words)))
    indices, attributes = words + start, table[:, : len(ATTRIBUTES)]
    vectors = np.asarray(doc.tensor[indices], np.float32)
    return connected(indices, attributes, sentences, vectors, above, owners)


def connected(
    indices: NDArray[np.int64],
    attributes: NDArray[np.uint64],
    sentences: Sequence[Span],
    vectors: NDArray[np.float32],
    above: NDArray[np.int64],
    owners: NDArray[np.int64],
) -> Words:
    """Return words with what they are near to, what they mean alone and what the ontology lists them as.

    ``vectors`` (n, numbers) are what the recogniser makes of the words, ``attributes`` (n, ``ATTRIBUTES``)
    hashes, ``above`` (n) the rows of the words above in the trees, a word's own for a root; ``owners`` (n)
    number the ``sentences``.
    """
    alone = _lone_vectors()
    rows = alone.find(keys=attributes[:, 0])
    meant = np.where(rows[:, None] >= 0, alone.data[rows], 0)
    listed = np.zeros(len(indices), np.uint64)
    for sentence in sentences:
        for trigger in find_triggers(sentence):
            first, end = np.searchsorted(indices, (trigger.start, trigger.end))
            listed[first:end] = get_string_id(trigger.kind.name)
    count = len(indices)
    own = np.arange(count)
    follows = np.diff(owners, prepend=-1) == 0
    near = np.stack(
        [
            np.where(follows, own - 1, count),
            np.where(np.append(follows[1:], False), own + 1, count),
            np.where((owners[above] == owners) & (above != own), above, count),
        ]
    )
    whole = np.concatenate([vectors, meant], axis=1, dtype=np.float32)
    return Words(indices, np.column_stack([attributes, listed]), whole, near, owners)


@cache
def _lone_vectors() -> Any:  # spaCy's class for it has no types
    """Return the vectors of words whatever stands around them, by the hash of their lower-case form."""
    return Vectors().from_disk(MODELS / LONE_VECTORS)


def together(some: Sequence[Words]) -> Words:
    """Return the words of several texts, or parts of one, as if they were the sentences of one."""
    counts = [len(each.indices) for each in some]
    firsts = list(accumulate(counts, initial=0))
    ends = list(accumulate((int(each.sentences[-1]) + 1 for each in some), initial=0))
    near = [
        np.where(each.near == count, firsts[-1], each.near + first)
        for each, count, first in zip(some, counts, firsts, strict=False)
    ]
    return Words(
        np.concatenate([each.indices for each in some]),
        np.concatenate([each.keys for each in some]),
        np.concatenate([each.vectors for each in some]),
        np.concatenate(near, axis=1),
        np.concatenate([each.sentences + end for each, end in zip(some, ends, strict=False)]),
    )


def rows_of(keys: NDArray[np.uint64], known: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return the row of each key in the table of the ``known`` ones, which are sorted; 0 for what is not."""
    found = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    return np.where(known[found] == keys, found + 1, 0)


class EventNetwork:
    """The network. Threads may share it."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        self._known = [arrays[f"{name}.known"] for name in TABLES]
        self._tables = [arrays[f"{name}.table"] for name in TABLES]
        self._first = arrays["first.weight"], arrays["first.bias"]
        self._layers = list(zip(arrays["layers.weight"], arrays["layers.bias"], strict=True))
        self._topics = arrays["topics"]
        last = Head(arrays["events.weight"], arrays["events.bias"])
        self._events = EventHead(last, arrays["kinds"].tolist(), arrays["stances"].tolist())

    @classmethod
    def read(cls, name: str, folder: Path = MODELS) -> EventNetwork:
        """Return the network of that name: ``ACCURATE_EVENTS`` or ``FAST_EVENTS``."""
        return cls(read_arrays(name, folder))

    def signs(self, words: Words) -> list[Sign]:
        """Return what words tell of, in their order."""
        return self._events.signs(words.indices.tolist(), self._hear(words))

    def _hear(self, words: Words) -> NDArray[np.float32]:
        """Return an array with what was heard at each word, and in its sentence."""
        rows = [rows_of(keys, known) for keys, known in zip(words.keys.T, self._known, strict=True)]
        looked_up = [table[of] for table, of in zip(self._tables, rows, strict=True)]
        weight, bias = self._first
        heard = _even(np.maximum(np.hstack([*looked_up, words.vectors]) @ weight + bias, 0))
        above = words.near[2]
        below = np.flatnonzero(above < len(above))
        # Those below the same word one after another, and where each such row begins.
        below = below[np.argsort(above[below], kind="stable")]
        hearing, begins, counts = np.unique(above[below], return_index=True, return_counts=True)
        for weight, bias in self._layers:
            from_below = np.zeros_like(heard)
            if len(below):
                from_below[hearing] = np.add.reduceat(heard[below], begins) / counts[:, None]
            silence = np.zeros_like(heard[:1])
            around = np.concatenate([heard, silence])[words.near]
            heard = _even(heard + np.maximum(np.hstack([heard, *around, from_below]) @ weight + bias, 0))
        _, begins = np.unique(words.sentences, return_index=True)
        loudest = np.maximum.reduceat(heard, begins)
        topics = np.add.reduceat(self._topics[rows[LEMMA]], begins)
        return np.hstack([heard, loudest[words.sentences], topics[words.sentences]])


def _even(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return each row with mean 0 and variance 1."""
    centred = values - values.mean(axis=1, keepdims=True)
    evened: NDArray[np.float32] = centred / np.sqrt((centred**2).mean(axis=1, keepdims=True) + EVEN)
    return evened


EVEN = 1e-5
"""Added to a variance, lest it be nothing."""


def portions(sentences: Sequence[Span]) -> Iterator[list[Span]]:
    """Yield sentences in lists of about ``WORDS_AT_ONCE`` words."""
    portion: list[Span] = []
    words = 0
    for sentence in sentences:
        if portion and words + len(sentence) > WORDS_AT_ONCE:
            yield portion
            portion, words = [], 0
        portion.append(sentence)
        words += len(sentence)
    if portion:
        yield portion

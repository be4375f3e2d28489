"""The labels of named entities that every recogniser of Sitmap gives, and their BIO tags."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

LABELS = ("LOC", "FAC", "ORG", "PER", "NORP", "MISC", "DATE", "QUANTITY")
"""Places; buildings, roads, bases; organisations; persons; nationalities, religious and political
groups; other names; dates; amounts and numbers with what they count. As in OntoNotes 5, fewer."""

TAGS = ("O", *(f"{part}-{label}" for label in LABELS for part in "BI"))
"""What one word is: outside (O), the beginning (B) or the inside (I) of an entity."""


def tag_path(scores: NDArray[np.float32]) -> list[int]:
    """Return the likeliest row of BIO tags in which each I-X follows a B-X or I-X.

    ``scores`` (words, tags) are log probabilities; this is Viterbi's algorithm with transitions that
    are either free or forbidden.
    """
    if not len(scores):
        return []
    allowed = np.array([[_follows(tag, before) for tag in TAGS] for before in TAGS])
    barred = np.where(allowed, 0.0, -np.inf).astype(np.float32)
    best = scores[0] + np.array([-np.inf if tag[0] == "I" else 0.0 for tag in TAGS], np.float32)
    back = np.zeros(scores.shape, np.int64)
    for index in range(1, len(scores)):
        paths = best[:, None] + barred
        back[index] = paths.argmax(axis=0)
        best = paths.max(axis=0) + scores[index]
    path = [int(best.argmax())]
    for index in range(len(scores) - 1, 0, -1):
        path.append(int(back[index, path[-1]]))
    return path[::-1]


def _follows(tag: str, before: str) -> bool:
    return tag[0] != "I" or before[1:] == tag[1:]


def tag_spans(path: Iterable[int]) -> Iterator[tuple[int, int, str]]:
    """Yield (first word, end, label) of each entity in a row of BIO tags."""
    start, label = -1, ""
    end = -1
    for index, number in enumerate(path):
        tag = TAGS[number]
        if start >= 0 and tag[0] != "I":
            yield start, index, label
            start = -1
        if tag[0] == "B":
            start, label = index, tag[2:]
        end = index
    if start >= 0:
        yield start, end + 1, label

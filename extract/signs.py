"""What single words seem to tell of: types of events and stances, learnt from marked sentences."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from domain import Stance
from extract.encoder import Head
from ontology import load_ontology

NOTHING = ""
"""The class of words that tell of no event."""

FAINTEST = 0.05
"""How likely a word must tell of some event to be remembered."""


@dataclass(frozen=True, slots=True)
class Sign:
    """What one word seems to tell of: of each type how likely, and if so in which stance how likely."""

    word: int
    kinds: dict[str, float]
    stances: dict[Stance, float]


@dataclass(frozen=True)
class Signs:
    """The signs of a text in the order of its words."""

    found: tuple[Sign, ...] = field(default=())

    @cached_property
    def _words(self) -> list[int]:
        return [sign.word for sign in self.found]

    def within(self, start: int, end: int) -> Sequence[Sign]:
        """Return the signs of the words (tokens) from ``start`` to ``end``."""
        return self.found[bisect_left(self._words, start) : bisect_left(self._words, end)]


class EventHead:
    """The last layer of a network that reads events, with what its classes mean."""

    def __init__(self, head: Head, kinds: Sequence[str], stances: Sequence[str]) -> None:
        self._head = head
        self._kinds, self._stances = list(kinds), [Stance(name) for name in stances]
        known = load_ontology().types
        # A type that the ontology no longer has is told by nothing.
        self._kept = [index for index, name in enumerate(self._kinds) if name in known]

    def signs(self, indices: Sequence[int], vectors: NDArray[np.float32]) -> list[Sign]:
        """Return what the words with these indices tell of; ``vectors`` has one row a word."""
        scores = vectors @ self._head.weight + self._head.bias
        kinds = _shares(scores[:, : len(self._kinds)])
        found = []
        for row in np.flatnonzero(1 - kinds[:, 0] > FAINTEST).tolist():
            stances = _shares(scores[row, len(self._kinds) :])
            likely = {self._kinds[at]: float(kinds[row, at]) for at in self._kept if kinds[row, at] > 0.01}
            by_stance = dict(zip(self._stances, stances.tolist(), strict=True))
            found.append(Sign(indices[row], likely, by_stance))
        return found


def _shares(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    shares: NDArray[np.float32] = raised / raised.sum(axis=-1, keepdims=True)
    return shares

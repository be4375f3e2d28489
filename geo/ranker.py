"""The weights and trees by which candidates are ranked, and the probabilities that follow from them.

A conditional logit (McFadden 1974): each candidate of a toponym, and "none of these", has a score, and
the probability of being meant is its share of the exponentials. Two rounds of weighted sums say roughly
where a document plays; to the last sum boosted regression trees (Friedman 2001) under the same
likelihood add what goes together in ways that no sum can say. ``lab/train_places.py`` writes them to
``data/models/places.json``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from domain import BadData
from geo.features import FEATURES, Floats, Ints

MODEL = Path(__file__).parent.parent / "data" / "models" / "places.json"


class Trees:
    """Regression trees over a table of features, each an array of nodes with the root first.

    ``feature`` is -1 at a leaf; elsewhere a row goes ``left`` where its feature is at most ``threshold``.
    ``value`` is the mean of the training rows that passed a node, so that the way down a tree tells what
    each feature on it contributed (Saabas 2014). ``nodes`` are the trees as they were given.
    """

    def __init__(self, trees: Sequence[Mapping[str, Sequence[float]]]) -> None:
        self.nodes = trees
        nodes = max((len(tree["feature"]) for tree in trees), default=1)

        def stacked(name: str, kind: type, empty: float) -> Any:
            padded = [[*tree[name], *[empty] * (nodes - len(tree[name]))] for tree in trees]
            return np.array(padded, kind).reshape(len(trees), nodes)

        self._feature = stacked("feature", np.int64, -1)
        self._threshold = stacked("threshold", np.float64, 0)
        self._left, self._right = stacked("left", np.int64, 0), stacked("right", np.int64, 0)
        self._value = stacked("value", np.float64, 0)
        self._every = np.arange(len(trees))

    def contributions(self, table: Floats) -> Floats:
        """Return what each feature adds to the score of each row: with ``base`` they sum up to it."""
        rows, features = table.shape
        found = np.zeros(rows * features)
        node = np.zeros((rows, len(self._every)), np.int64)
        row = np.arange(rows)[:, None]
        while True:
            feature = self._feature[self._every, node]
            inner = feature >= 0
            if not inner.any():
                return found.reshape(rows, features)
            low = table[row, feature] <= self._threshold[self._every, node]
            below = np.where(low, self._left[self._every, node], self._right[self._every, node])
            below = np.where(inner, below, node)
            gained = self._value[self._every, below] - self._value[self._every, node]
            found += np.bincount((row * features + feature)[inner], gained[inner], rows * features)
            node = below

    @property
    def base(self) -> float:
        """The score of a row of which nothing is known."""
        return float(self._value[:, 0].sum())


@dataclass(frozen=True, slots=True)
class Ranker:
    """The weights of both rounds, in the order of ``FEATURES``, and the trees that go on top of the last.

    ``calibration`` is the slope and offset of the logistic curve from logits to how often they are right.
    """

    first: Floats
    second: Floats
    trees: Trees
    calibration: tuple[float, float] = (1.0, 0.0)

    def contributions(self, table: Floats) -> Floats:
        """Return what each feature adds to each row's score: with the trees' ``base`` they sum up to it."""
        found: Floats = table * self.second + self.trees.contributions(table)
        return found

    def confidence(self, probability: float) -> float:
        """Return how often choices of this probability are right (Platt 1999), 0 to 1."""
        bounded = min(max(probability, 1e-6), 1 - 1e-6)
        slope, offset = self.calibration
        return 1 / (1 + math.exp(-(slope * math.log(bounded / (1 - bounded)) + offset)))


@cache
def load_ranker() -> Ranker:
    """Return the ranker of ``data/models/places.json``, read once. Raises BadData where it is wrong."""
    try:
        model = json.loads(MODEL.read_text(encoding="utf-8"))
        if model["features"] != list(FEATURES):
            raise BadData("it is for other features; run lab.train_places", field=MODEL.name)
        first, second = np.array(model["first"], float), np.array(model["second"], float)
        slope, offset = map(float, model["calibration"])
        return Ranker(first, second, Trees(model["trees"]), (slope, offset))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadData(f"no ranker can be read: {error}", field=MODEL.name) from error


def probabilities(scores: Floats, owner: Ints, toponyms: int) -> Floats:
    """Return each row's share of the exponentials of its toponym's rows."""
    highest = np.full(toponyms, -math.inf)
    np.maximum.at(highest, owner, scores)
    raised = np.exp(scores - highest[owner])
    shares: Floats = raised / np.bincount(owner, raised, toponyms)[owner]
    return shares

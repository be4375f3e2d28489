"""What the other places of a document tell of each candidate: features that change from round to round.

Distances are measured on a sphere, which is good to half a percent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain import Level
from geo.features import COLUMN, LEVELS, Floats, Ints, Table

EARTH_KM = 6371.0
SOURCES = 160
"""How many places of a document are looked at as "the other places", the surest first."""

WIDE_KM = 150.0
"""Half the extent from which on a place is too wide for others to be near it."""

LIKELY = 0.08
"""How likely a candidate has to be to count for others."""

NOWHERE = float(np.log1p(EARTH_KM))
"""The logarithm of the distance to a place where there is no other."""

BESIDE_KM = 30.0
BESIDE_SCALE_KM = 20.0
"""How far from X a place "near X" may lie, and the distance at which that has lost most of its weight."""


def seen(table: Table, likely: Floats) -> Floats:
    """Return the features of a table with what the other places tell.

    ``likely`` says how likely each row is; it has as many numbers as there are rows, summing to 1 over
    each toponym's.
    """
    features = table.fixed.copy()
    if table.size:
        view = _View(table, likely[: table.size])
        view.fill_shares(features)
        view.fill_distances(features)
        view.fill_ties(features)
    return features


@dataclass(slots=True)
class _Pairs:
    """Candidates of one toponym against likely ones of another: rows of the table, ``one`` to ``other``."""

    one: Ints
    other: Ints


class _View:
    """A table as it looks with the likelihood of its candidates."""

    def __init__(self, table: Table, likely: Floats) -> None:
        self._table = table
        self._likely = likely
        # Large areas and countries have a middle, but nothing is near it.
        self._is_spot = (table.levels > 0) & (table.radii < WIDE_KM)

    def fill_shares(self, features: Floats) -> None:
        """Fill in how much of the text plays in the country and division of each candidate."""
        owner = self._table.owner[: self._table.size]
        weight = self._likely * self._table.weights[owner]
        literal = np.where(self._table.weights[owner] >= 1, self._likely, 0)
        total = max(2.0, float(weight.sum()))
        rows = slice(0, self._table.size)
        elsewhere = self._elsewhere(self._table.countries, weight)
        share = elsewhere / total
        features[rows, COLUMN["same country as the other places"]] = share
        features[rows, COLUMN["alone in its country"]] = (elsewhere < 0.5) & (total > 2)
        strongest = np.zeros(len(self._table.toponyms))
        np.maximum.at(strongest, owner, share)
        features[rows, COLUMN["outside the country of the other places"]] = strongest[owner] - share
        inner = self._elsewhere(self._table.admin1, np.where(self._table.levels > 0, weight, 0))
        features[rows, COLUMN["same region as the other places"]] = inner / total
        for name, within, grain in (
            ("its country is named", self._table.countries, Level.COUNTRY),
            ("its region is named", self._table.admin1, Level.ADMIN1),
        ):
            named = np.where(self._table.levels == LEVELS.index(grain), literal, 0)
            told = self._elsewhere(self._table.ids, named, within)
            features[rows, COLUMN[name]] = np.where(
                self._table.levels > LEVELS.index(grain), np.minimum(1, told), 0
            )

    def _elsewhere(self, keys: Ints, weight: Floats, asked: Ints | None = None) -> Floats:
        """Return for each candidate the weight of all those with its key, its own name's apart."""
        asked = keys if asked is None else asked
        owner = self._table.names[self._table.owner[: self._table.size]]
        width = int(max(keys.max(), asked.max())) + 2
        sums = np.bincount(keys + 1, weight, width)
        pairs, place = np.unique(owner * width + keys + 1, return_inverse=True)
        own = np.bincount(place, weight, len(pairs))
        wanted = owner * width + asked + 1
        at = np.minimum(np.searchsorted(pairs, wanted), len(pairs) - 1)
        mine = np.where(pairs[at] == wanted, own[at], 0)
        return np.where(asked >= 0, np.maximum(0, sums[asked + 1] - mine), 0)

    def fill_distances(self, features: Floats) -> None:
        """Fill in how close the other places are."""
        owner = self._table.owner[: self._table.size]
        sources = np.flatnonzero(self._is_spot & (self._likely > LIKELY) & (self._table.weights[owner] >= 1))
        if len(sources) > SOURCES:
            sources = sources[np.argsort(-self._likely[sources], kind="stable")[:SOURCES]]
        features[:, COLUMN["kilometres to the nearest place"]] = NOWHERE
        features[:, COLUMN["how far apart the places are"]] = NOWHERE
        if not len(sources):
            return
        names = self._table.names[owner]
        weight = np.where(names[:, None] == names[sources][None, :], 0, self._likely[sources])
        apart = self._apart(np.clip(self._table.sphere @ self._table.sphere[sources].T, -1, 1))
        rows = slice(0, self._table.size)
        movable = self._table.levels > 0
        for km in (15, 60, 250):
            near = weight * np.exp(apart * (-1 / km))
            features[rows, COLUMN[f"within {km} km of another place"]] = near.max(axis=1) * movable
        away = np.log1p(np.where(weight > 0.3, apart, EARTH_KM).min(axis=1))
        features[rows, COLUMN["kilometres to the nearest place"]] = away
        sure = away[sources[self._likely[sources] > 0.5]]
        if len(sure) > 1:
            features[:, COLUMN["how far apart the places are"]] = np.median(sure)
        total = weight.sum(axis=1)
        features[rows, COLUMN["close to most places"]] = near.sum(axis=1) / np.maximum(1, total) * movable

    def fill_ties(self, features: Floats) -> None:
        """Fill in what the text itself says of where a place lies, and what stands next to it."""
        inside, beside = [], []
        for number, toponym in enumerate(self._table.toponyms):
            if toponym.mention.inside is not None:
                inside.append((number, self._table.of_mention[toponym.mention.inside]))
            if toponym.mention.near is not None:
                beside.append((number, self._table.of_mention[toponym.mention.near]))
        self._tie_inside(features, inside)
        self._tie_beside(features, beside)
        pairs = self._pairs([*self._table.neighbours, *((b, a) for a, b in self._table.neighbours)])
        close = np.exp(self._between(pairs) / -60) * self._likely[pairs.other]
        close *= (self._table.levels[pairs.one] > 0) & self._is_spot[pairs.other]
        self._put(features, "close to what stands next to it", pairs.one, close)
        pairs = self._pairs(self._table.side_by_side)
        held = self._holds(pairs.other, pairs.one)
        self._put(features, "inside what stands next to it", pairs.one, held * self._likely[pairs.other])
        pairs = self._pairs([(b, a) for a, b in self._table.side_by_side])
        holds = self._holds(pairs.one, pairs.other)
        self._put(features, "holds what stands next to it", pairs.one, holds * self._likely[pairs.other])

    def _tie_inside(self, features: Floats, ties: Sequence[tuple[int, int]]) -> None:
        pairs = self._pairs(ties)
        held = self._holds(pairs.other, pairs.one) * self._likely[pairs.other]
        open_to = self._likely[pairs.other] * ~self._holds(pairs.other, pairs.one)
        self._add(features, "inside the place named", pairs.one, held)
        self._add(features, "outside the place named", pairs.one, open_to)
        pairs = self._pairs([(b, a) for a, b in ties])
        holds = self._holds(pairs.one, pairs.other)
        self._put(features, "holds what the text puts in it", pairs.one, holds * self._likely[pairs.other])

    def _tie_beside(self, features: Floats, ties: Sequence[tuple[int, int]]) -> None:
        pairs = self._pairs(ties)
        apart = np.maximum(0, self._between(pairs) - self._table.radii[pairs.other])
        likely = self._likely[pairs.other] * (self._table.ids[pairs.one] != self._table.ids[pairs.other])
        self._add(features, "beside the place named", pairs.one, likely * np.exp(apart / -BESIDE_SCALE_KM))
        self._add(features, "far from the place named", pairs.one, likely * (apart > BESIDE_KM))
        pairs = self._pairs([(b, a) for a, b in ties])
        apart = np.maximum(0, self._between(pairs) - self._table.radii[pairs.one])
        self._put(
            features,
            "a place put beside it",
            pairs.one,
            self._likely[pairs.other] * np.exp(apart / -BESIDE_SCALE_KM),
        )

    def _pairs(self, ties: Sequence[tuple[int, int]]) -> _Pairs:
        """Return every candidate of the first of each tie with every likely one of the second."""
        one, other = [], []
        for first, second in ties:
            if self._table.names[first] == self._table.names[second]:
                continue
            start, end = self._table.starts[second], self._table.starts[second + 1]
            likely = start + np.flatnonzero(self._likely[start:end] > LIKELY)
            rows = np.arange(self._table.starts[first], self._table.starts[first + 1])
            one.append(np.repeat(rows, len(likely)))
            other.append(np.tile(likely, len(rows)))
        nothing = np.zeros(0, np.int64)
        return _Pairs(np.concatenate([nothing, *one]), np.concatenate([nothing, *other]))

    def _between(self, pairs: _Pairs) -> Floats:
        cosines = np.einsum("ij,ij->i", self._table.sphere[pairs.one], self._table.sphere[pairs.other])
        return self._apart(np.clip(cosines, -1, 1))

    @staticmethod
    def _apart(cosines: Floats) -> Floats:
        km: Floats = EARTH_KM * np.arccos(cosines)
        return km

    def _holds(self, outer: Ints, inner: Ints) -> NDArray[np.bool_]:
        """Return whether one place lies within another, and is not the same."""
        level = self._table.levels[outer]
        apart = self._between(_Pairs(outer, inner))
        wide = np.where(
            level > 1,
            apart <= 1.5 * self._table.reaches[outer],
            self._table.admin1[inner] == self._table.ids[outer],
        )
        held = np.where(level == 0, self._table.countries[inner] == self._table.countries[outer], wide)
        result: NDArray[np.bool_] = held & (self._table.ids[outer] != self._table.ids[inner])
        return result

    @staticmethod
    def _put(features: Floats, name: str, rows: Ints, values: Floats) -> None:
        np.maximum.at(features[:, COLUMN[name]], rows, values)

    @staticmethod
    def _add(features: Floats, name: str, rows: Ints, values: Floats) -> None:
        np.add.at(features[:, COLUMN[name]], rows, values)

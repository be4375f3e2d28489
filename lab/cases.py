"""Documents whose places are known, for training and measuring the resolution."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from domain import Mention, PlaceFinder
from geo.gazetteer import GEOD


@dataclass(frozen=True, slots=True)
class Gold:
    """Where a mention really is. An answer counts as right up to ``tolerance_km`` from it."""

    lat: float
    lon: float
    tolerance_km: float = 161.0

    def km(self, *, lat: float, lon: float) -> float:
        """Return how far off a point is, in km."""
        return float(GEOD.inv(lon, lat, self.lon, self.lat)[2]) / 1000


@dataclass(frozen=True, slots=True)
class Case:
    """A document's mentions, where they really are, and the gazetteer that is asked."""

    mentions: Sequence[Mention]
    gold: Sequence[Gold | None]
    places: PlaceFinder
    weight: float = 1.0
    group: int = 0

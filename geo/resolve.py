"""Resolution: which place of the gazetteer each mention means, or none of them.

All mentions of a document are resolved together. A candidate's score is a weighted sum of features
that are kept, so that every choice can be explained; a place that the text itself puts somewhere
else ("in the X region", "near X") is refused rather than guessed.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from domain import (
    Candidate,
    Level,
    Mention,
    MentionKind,
    Place,
    PlaceFinder,
    Relation,
    Resolution,
    Spot,
)
from geo.gazetteer import GEOD, fold
from geo.relations import EXACT_KM, NEAR_KM, locate

WEIGHTS = {
    "population": 0.45,
    "own name": 0.8,
    "kind asked for": 3.0,
    "other kind than asked for": -3.0,
    "region of that name in the text": 2.5,
    "same country as the other places": 2.0,
    "close to the other places": 2.5,
    "inside the place named": 3.5,
    "outside the place named": -4.0,
    "beside the place named": 3.5,
    "far from the place named": -4.0,
    "a place put beside it": 2.0,
    "a place that news of wars names": 0.8,
}
"""Points per unit of each feature. Set by hand; population counts powers of ten."""

KEPT_CANDIDATES = 6
PARTY_WEIGHT, PARTY_MOST = 0.1, 0.15
"""What a people or speaker adds to the weight of its country, beside the 1 of a sure place; and the most
that all its mentions add."""

BESIDE_KM = 60.0
BESIDE_SCALE_KM = 40.0
"""How far from X a place "near X" may lie, and the distance at which that has lost most of its weight."""

ANCHORS_AROUND = 40
MAX_PARTNERS = 500
"""How many places of a long document are looked at: those before and those after a mention count as
"the other places", and so many candidates of the mentions that the text puts beside it."""

COORDINATES_CONFIDENCE = 0.95
"""How sure a position in figures is: it may be mistyped, or be somebody else's."""

_LEVELS_ASKED = {
    "admin1": (Level.ADMIN1,),
    "admin2": (Level.ADMIN2,),
    "settlement": (Level.SETTLEMENT, Level.FACILITY),
    "water": (Level.AREA,),
    "area": (Level.AREA,),
}
_WIDE = {Level.COUNTRY: 9.0, Level.AREA: 6.5}
"""The weight of countries and areas in powers of ten of people: Kuwait is meant as often as China."""


@dataclass(slots=True)
class _Context:
    """What the rest of the document tells about where it plays.

    ``hints`` are the mentions with what later ones share, ``partners`` the candidates of those that
    the text puts beside a mention. The others change with each round: ``chosen`` is the best place of
    each mention so far, ``anchors`` those of them (by index and name) that are sure enough to lean on.
    """

    hints: Sequence[Mention]
    partners: Mapping[int, Sequence[Place]]
    regions_named: frozenset[str]
    chosen: Sequence[Place | None]
    countries: Mapping[str, float] = field(default_factory=dict)
    anchors: Sequence[tuple[int, str, Place]] = ()

    def beside(self, index: int) -> Place | None:
        """Return the place that the text puts this mention beside."""
        near = self.hints[index].near
        return None if near is None else self.chosen[near]

    def inside(self, index: int) -> Place | None:
        """Return the place that the text puts this mention in."""
        inside = self.hints[index].inside
        return None if inside is None else self.chosen[inside]

    def others(self, index: int, name: str) -> list[Place]:
        """Return the sure places around a mention; a name does not vouch for itself."""
        middle = bisect_left(self.anchors, index, key=lambda anchor: anchor[0])
        around = self.anchors[max(0, middle - ANCHORS_AROUND) : middle + ANCHORS_AROUND]
        return [place for _, known, place in around if known != name]


def resolve(mentions: Sequence[Mention], places: PlaceFinder) -> tuple[Resolution, ...]:
    """Resolve all mentions of one document together, in their order."""
    found = _candidates(mentions, places)
    context = _Context(
        _inherited(mentions, found),
        _partners(mentions, found),
        _regions_named(mentions),
        [None] * len(mentions),
    )
    # The first round knows names only; the second sees where the first put the others.
    for _ in range(2):
        scored = [
            _score(index, mention, candidates, context)
            for index, (mention, candidates) in enumerate(zip(mentions, found, strict=True))
        ]
        context = _seen(mentions, scored, context)
    return tuple(
        _decide(index, mention, ranked, context)
        for index, (mention, ranked) in enumerate(zip(mentions, scored, strict=True))
    )


def _candidates(mentions: Sequence[Mention], places: PlaceFinder) -> list[Sequence[Place]]:
    lookup, demonym = cache(places.lookup), cache(places.demonym)
    found: list[Sequence[Place]] = []
    for mention in mentions:
        if mention.kind is MentionKind.DEMONYM:
            country = demonym(mention.name)
            found.append((country,) if country else ())
            continue
        named = {place.id: place for place in lookup(mention.name)}
        if mention.text != mention.name:
            named |= {place.id: place for place in lookup(mention.text) if place.id not in named}
        found.append(tuple(named.values()))
    return found


def _inherited(mentions: Sequence[Mention], found: Sequence[Sequence[Place]]) -> list[Mention]:
    """Let other mentions of a name share what the text says of its place at one of them.

    One that the text itself puts in a region or beside a town shares nothing: it may be another
    place. One that it only puts in a country shares what can be true in that country.
    """
    told: dict[str, Mention] = {}
    for mention in mentions:
        if _is_told(mention, mentions):
            known = told.get(fold(mention.name))
            if known is None or (known.near is None and mention.near is not None):
                told[fold(mention.name)] = mention
    shared = []
    for mention in mentions:
        source = told.get(fold(mention.name))
        if source is not None and not _is_told(mention, mentions) and _agree(mention, source, found):
            inside = mention.inside if source.inside is None else source.inside
            mention = replace(mention, near=source.near, inside=inside)
        shared.append(mention)
    return shared


def _is_told(mention: Mention, mentions: Sequence[Mention]) -> bool:
    """Whether the text says where a mention lies, more closely than by its country."""
    return mention.near is not None or (mention.inside is not None and mentions[mention.inside].asked != "")


def _agree(mention: Mention, source: Mention, found: Sequence[Sequence[Place]]) -> bool:
    """Whether what the text says of ``source`` can hold in the country it puts ``mention`` in, if any."""
    if mention.inside is None or not found[mention.inside]:
        return True
    country = found[mention.inside][0].country
    told = source.inside if source.near is None else source.near
    return told is None or any(place.country == country for place in found[told])


def _partners(mentions: Sequence[Mention], found: Sequence[Sequence[Place]]) -> dict[int, list[Place]]:
    partners: defaultdict[int, list[Place]] = defaultdict(list)
    for mention, candidates in zip(mentions, found, strict=True):
        if mention.near is not None and len(partners[mention.near]) < MAX_PARTNERS:
            partners[mention.near] += candidates
    return partners


def _regions_named(mentions: Sequence[Mention]) -> frozenset[str]:
    return frozenset(fold(mention.name) for mention in mentions if mention.asked == "admin1")


def _seen(mentions: Sequence[Mention], scored: Sequence[Sequence[Candidate]], context: _Context) -> _Context:
    """Return the context of the next round."""
    countries: defaultdict[str, float] = defaultdict(float)
    parties: defaultdict[str, float] = defaultdict(float)
    anchors: list[tuple[int, str, Place]] = []
    chosen: list[Place | None] = []
    for index, (mention, ranked) in enumerate(zip(mentions, scored, strict=True)):
        if not ranked or _refusal(mention, ranked[0]):
            chosen.append(None)
            continue
        place = ranked[0].place
        chosen.append(place)
        margin = ranked[0].score - ranked[1].score if len(ranked) > 1 else 3.0
        sure = min(1.0, max(0.1, margin / 3.0))
        if place.country:
            (countries if mention.literal else parties)[place.country] += sure
        if mention.literal and place.level not in (Level.COUNTRY, Level.AREA) and sure > 0.3:
            anchors.append((index, fold(mention.name), place))
    # Parties tell of the theatre too, but however often they are named, "Russian forces captured
    # Pokrovsk" does not put Pokrovsk in Russia.
    for country, weight in parties.items():
        countries[country] += min(PARTY_MOST, PARTY_WEIGHT * weight)
    # One village says less of where a report plays than ten do.
    total = max(1.0, sum(countries.values()))
    shares = {code: n / total for code, n in countries.items()}
    return replace(context, chosen=chosen, countries=shares, anchors=anchors)


def _score(index: int, mention: Mention, candidates: Sequence[Place], context: _Context) -> list[Candidate]:
    close = _closeness(candidates, context.others(index, fold(mention.name)))
    together = _together(candidates, context.partners.get(index, ()))
    ranked = []
    for place, near_others, near_partner in zip(candidates, close, together, strict=True):
        features = _features(index, mention, place, context)
        if place.level is not Level.COUNTRY:
            features["close to the other places"] = near_others
        features["a place put beside it"] = near_partner
        points = {name: round(WEIGHTS[name] * value, 3) for name, value in features.items()}
        contributions = {name: value for name, value in points.items() if value}
        ranked.append(Candidate(place, round(sum(contributions.values()), 3), contributions))
    ranked.sort(key=lambda candidate: (-candidate.score, candidate.place.id))
    return ranked


def _features(index: int, mention: Mention, place: Place, context: _Context) -> dict[str, float]:
    features: dict[str, float] = {}
    features["population"] = _WIDE.get(place.level) or math.log10(place.population + 10)
    # The aliases of countries and areas are our own: "Pacific" is the ocean's name as much as its own.
    ours = place.level in (Level.COUNTRY, Level.AREA)
    features["own name"] = float(ours or fold(place.name) in (fold(mention.name), fold(mention.text)))
    features["a place that news of wars names"] = float(place.source.startswith("data/gazetteer/places.csv"))
    if mention.asked:
        wanted = place.level in _LEVELS_ASKED[mention.asked]
        # A district may be missing from the gazetteer while the town it is named after is in it.
        near_enough = mention.asked == "admin2" and place.level.is_point
        if not near_enough:
            features["kind asked for" if wanted else "other kind than asked for"] = 1.0
    elif mention.relation is Relation.DIRECTION and fold(mention.name) in context.regions_named:
        features["region of that name in the text"] = float(place.level is Level.ADMIN1)
    elif place.level in (Level.ADMIN1, Level.ADMIN2):
        features["other kind than asked for"] = 0.4
    features["same country as the other places"] = context.countries.get(place.country, 0.0)
    beside, inside = context.beside(index), context.inside(index)
    if beside is not None and beside.id != place.id:
        apart = max(0.0, _km(place, beside) - beside.radius_km)
        features["beside the place named"] = math.exp(-apart / BESIDE_SCALE_KM)
        features["far from the place named"] = float(apart > BESIDE_KM and beside.level.is_point)
    if inside is not None and inside.id != place.id:
        within = _contains(inside, place)
        features["inside the place named" if within else "outside the place named"] = 1.0
    return features


def _closeness(candidates: Sequence[Place], others: Sequence[Place]) -> list[float]:
    """Return for each candidate how close the three nearest of the other places are, 1 to 0."""
    closeness = []
    for place, row in zip(candidates, _kilometres(candidates, others), strict=True):
        nearest = sorted(km for km, other in zip(row, others, strict=True) if other.id != place.id)[:3]
        closeness.append(sum(math.exp(-km / 120.0) for km in nearest) / max(1, len(nearest)))
    return closeness


def _together(candidates: Sequence[Place], partners: Sequence[Place]) -> list[float]:
    """Return for each candidate how close the nearest place that may be meant as beside it is, 1 to 0."""
    together = []
    for place, row in zip(candidates, _kilometres(candidates, partners), strict=True):
        nearest = min(
            (km for km, other in zip(row, partners, strict=True) if other.id != place.id), default=math.inf
        )
        together.append(math.exp(-max(0.0, nearest - place.radius_km) / BESIDE_SCALE_KM))
    return together


def _kilometres(places: Sequence[Place], others: Sequence[Place]) -> list[list[float]]:
    """Return the distances on a sphere, a row for each of ``places``: plenty, and good to half a percent."""
    cosines = np.clip(_on_sphere(places) @ _on_sphere(others).T, -1, 1)
    rows: list[list[float]] = (6371.0 * np.arccos(cosines)).tolist()
    return rows


def _on_sphere(places: Sequence[Place]) -> NDArray[np.float64]:
    lat, lon = np.radians([(place.lat, place.lon) for place in places]).reshape(-1, 2).T
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def _contains(container: Place, place: Place) -> bool:
    if container.level is Level.COUNTRY:
        return place.country == container.country
    if container.level is Level.ADMIN1:
        return place.admin1_id == container.id
    return _km(container, place) <= 1.5 * container.radius_km


def _km(one: Place, other: Place) -> float:
    return float(GEOD.inv(one.lon, one.lat, other.lon, other.lat)[2]) / 1000


def _refusal(mention: Mention, best: Candidate) -> str:
    """Return why not even the best candidate can be meant, or nothing where it can."""
    for name in ("far from the place named", "outside the place named"):
        if name in best.contributions:
            return f"each {mention.name} that is known lies {name}"
    other_kind = (
        best.contributions.get("other kind than asked for", 0) <= WEIGHTS["other kind than asked for"]
    )
    if other_kind and mention.asked in ("admin1", "water"):
        return f"no {mention.asked} of that name is known"
    return ""


def _decide(index: int, mention: Mention, ranked: Sequence[Candidate], context: _Context) -> Resolution:
    if mention.spot is not None:
        return _in_figures(mention, mention.spot, context.inside(index))
    why = _refusal(mention, ranked[0]) if ranked else "the gazetteer has no place of that name"
    if not why:
        return _placed(mention, ranked, None if mention.other is None else context.chosen[mention.other])
    kept = tuple(ranked[:KEPT_CANDIDATES])
    beside = context.beside(index)
    anchor = beside or context.inside(index)
    if anchor is None:
        return Resolution(mention, None, 0.0, None, None, f"Not placed: {why}.", kept)
    precision = 2 if anchor.level.is_point else 3
    radius = anchor.radius_km + (NEAR_KM if precision == 2 else 0)
    word = "near" if anchor is beside else "in"
    return Resolution(
        mention,
        None,
        0.3,
        precision,
        round(radius, 1),
        f"Placed {word} {anchor.name}, as the text says: {why}.",
        kept,
        anchor,
        anchor.lat,
        anchor.lon,
    )


def _in_figures(mention: Mention, spot: Spot, named: Place | None) -> Resolution:
    """Resolve coordinates, which need no look-up; ``named`` is the place that they are given for."""
    precision = 1 if spot.km <= EXACT_KM else 2
    return Resolution(
        mention,
        None,
        COORDINATES_CONFIDENCE,
        precision,
        spot.km,
        "The text gives its coordinates.",
        anchor=named,
        lat=spot.lat,
        lon=spot.lon,
    )


def _placed(mention: Mention, ranked: Sequence[Candidate], other: Place | None) -> Resolution:
    kept = tuple(ranked[:KEPT_CANDIDATES])
    place = ranked[0].place
    at = locate(mention, place, other)
    return Resolution(
        mention,
        place,
        _confidence(kept),
        at.geo_precision,
        round(at.uncertainty_km, 1),
        _reason(ranked),
        kept,
        None,
        at.lat,
        at.lon,
        other,
    )


def _confidence(kept: Sequence[Candidate]) -> float:
    """Softmax over the candidates' scores: how far the best stands out."""
    best = kept[0].score
    total = sum(math.exp(candidate.score - best) for candidate in kept)
    return round(1.0 / total * (0.95 if len(kept) > 1 else 0.9), 3)


def _reason(ranked: Sequence[Candidate]) -> str:
    rivals = len(ranked) - 1
    best, place = ranked[0], ranked[0].place
    if not rivals:
        return f"The only place called so that the gazetteer knows: {place.label}."
    against = ranked[1]
    gains: defaultdict[str, float] = defaultdict(float)
    for name, points in best.contributions.items():
        gains[name] += points
    for name, points in against.contributions.items():
        gains[name] -= points
    leading = [name for name, points in sorted(gains.items(), key=lambda pair: -pair[1])[:2] if points > 0.2]
    apart = _km(place, against.place)
    because = (
        " and ".join(_WORDS.get(name, name) for name in leading) or "nothing but its order in the gazetteer"
    )
    others = "one other" if rivals == 1 else f"{rivals} others"
    return (
        f"{place.label} rather than {others} of that name (next: {against.place.label},"
        f" {apart:,.0f} km away): {because}."
    )


_WORDS = {
    "population": "it is the larger place",
    "own name": "it is its present name",
    "kind asked for": "it is of the kind that the text names",
    "other kind than asked for": "the other is of another kind",
    "region of that name in the text": "the text speaks of the region of that name",
    "same country as the other places": "it lies in the country of the other places",
    "close to the other places": "it is closer to the other places of the report",
    "inside the place named": "it lies in the region that the text names",
    "outside the place named": "the other lies outside the region that the text names",
    "beside the place named": "it lies beside the place that the text names",
    "a place put beside it": "a place that the text puts beside it is near",
    "far from the place named": "the other is far from the place that the text names",
    "a place that news of wars names": "it is named in news of the war",
}

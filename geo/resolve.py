"""Resolution: which place of the gazetteer each mention means, or none of them.

All mentions of a document are resolved together. A candidate's score is a weighted sum of features
that are kept, so that every choice can be explained; a place that the text itself puts somewhere
else ("in the X region", "near X") is refused rather than guessed.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from domain import (
    Candidate,
    Level,
    Mention,
    MentionKind,
    Place,
    PlaceFinder,
    Relation,
    Resolution,
)
from geo.gazetteer import GEOD, fold

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
    "a place that news of wars names": 0.8,
}
"""Points per unit of each feature. Set by hand; population counts powers of ten."""

KEPT_CANDIDATES = 6
BESIDE_KM = 60.0
"""How far from X a place "near X" may lie."""

NEAR_KM = 10.0
DIRECTION_KM = 20.0
"""The radius that "near X" and "in the X direction" stand for, added to that of X itself."""

_LEVELS_ASKED = {
    "admin1": (Level.ADMIN1,),
    "admin2": (Level.ADMIN2,),
    "settlement": (Level.SETTLEMENT,),
    "water": (Level.AREA,),
    "area": (Level.AREA,),
}
_WIDE = {Level.COUNTRY: 9.0, Level.AREA: 6.5}
"""The weight of countries and areas in powers of ten of people: Kuwait is meant as often as China."""


@dataclass(slots=True)
class _Context:
    """What the rest of the document tells about where it plays."""

    countries: dict[str, float]
    anchors: list[tuple[int, Place]]
    regions_named: frozenset[str]


def resolve(mentions: Sequence[Mention], places: PlaceFinder) -> tuple[Resolution, ...]:
    """Resolve all mentions of one document together, in their order."""
    found = [_candidates(mention, places) for mention in mentions]
    hints = _inherited(mentions)
    context = _Context({}, [], _regions_named(mentions))
    chosen: list[Place | None] = [None] * len(mentions)
    # The first round knows names only; the second sees where the first put the others.
    for _ in range(2):
        scored = [
            _score(index, mention, candidates, hints, chosen, context)
            for index, (mention, candidates) in enumerate(zip(mentions, found, strict=True))
        ]
        chosen = [ranked[0].place if ranked else None for ranked in scored]
        context = _context(mentions, scored, context.regions_named)
    return tuple(
        _decide(index, mention, ranked, hints, chosen)
        for index, (mention, ranked) in enumerate(zip(mentions, scored, strict=True))
    )


def _candidates(mention: Mention, places: PlaceFinder) -> Sequence[Place]:
    if mention.kind is MentionKind.DEMONYM:
        country = places.demonym(mention.name)
        return (country,) if country else ()
    named = list(places.lookup(mention.name))
    if mention.text != mention.name:
        known = {place.id for place in named}
        named += [place for place in places.lookup(mention.text) if place.id not in known]
    return named


def _inherited(mentions: Sequence[Mention]) -> list[Mention]:
    """Let later mentions of a name share what the text said of its place at another one."""
    told: dict[str, Mention] = {}
    for mention in mentions:
        if mention.near is not None or mention.inside is not None:
            known = told.get(fold(mention.name))
            if known is None or (known.near is None and mention.near is not None):
                told[fold(mention.name)] = mention
    shared = []
    for mention in mentions:
        source = told.get(fold(mention.name))
        if source is not None and source is not mention:
            near = source.near if mention.near is None else mention.near
            inside = source.inside if mention.inside is None else mention.inside
            mention = replace(mention, near=near, inside=inside)
        shared.append(mention)
    return shared


def _regions_named(mentions: Sequence[Mention]) -> frozenset[str]:
    return frozenset(fold(mention.name) for mention in mentions if mention.asked == "admin1")


def _context(
    mentions: Sequence[Mention], scored: Sequence[Sequence[Candidate]], regions_named: frozenset[str]
) -> _Context:
    countries: Counter[str] = Counter()
    anchors: list[tuple[int, Place]] = []
    for index, (mention, ranked) in enumerate(zip(mentions, scored, strict=True)):
        if not ranked:
            continue
        place = ranked[0].place
        margin = ranked[0].score - ranked[1].score if len(ranked) > 1 else 3.0
        sure = min(1.0, max(0.1, margin / 3.0))
        if place.country:
            # Speakers and peoples tell of the theatre too, but less than places do.
            countries[place.country] += sure * (1.0 if mention.literal else 0.4)
        if mention.literal and place.level in (Level.SETTLEMENT, Level.ADMIN1, Level.ADMIN2) and sure > 0.3:
            anchors.append((index, place))
    total = sum(countries.values()) or 1.0
    return _Context({code: n / total for code, n in countries.items()}, anchors, regions_named)


def _score(
    index: int,
    mention: Mention,
    candidates: Sequence[Place],
    hints: Sequence[Mention],
    chosen: Sequence[Place | None],
    context: _Context,
) -> list[Candidate]:
    hint = hints[index]
    beside = chosen[hint.near] if hint.near is not None else None
    inside = chosen[hint.inside] if hint.inside is not None else None
    ranked = []
    for place in candidates:
        features = _features(index, mention, place, beside, inside, context)
        contributions = {name: round(WEIGHTS[name] * value, 3) for name, value in features.items() if value}
        ranked.append(Candidate(place, round(sum(contributions.values()), 3), contributions))
    ranked.sort(key=lambda candidate: (-candidate.score, candidate.place.id))
    return ranked


def _features(
    index: int,
    mention: Mention,
    place: Place,
    beside: Place | None,
    inside: Place | None,
    context: _Context,
) -> dict[str, float]:
    features: dict[str, float] = {}
    country = place.level is Level.COUNTRY
    features["population"] = _WIDE.get(place.level) or math.log10(place.population + 10)
    features["own name"] = float(fold(place.name) in (fold(mention.name), fold(mention.text)))
    features["a place that news of wars names"] = float(place.source.startswith("data/gazetteer/places.csv"))
    if mention.asked:
        wanted = place.level in _LEVELS_ASKED[mention.asked]
        # A district may be missing from the gazetteer while the town it is named after is in it.
        near_enough = mention.asked == "admin2" and place.level is Level.SETTLEMENT
        if not near_enough:
            features["kind asked for" if wanted else "other kind than asked for"] = 1.0
    elif mention.relation is Relation.DIRECTION and fold(mention.name) in context.regions_named:
        features["region of that name in the text"] = float(place.level is Level.ADMIN1)
    elif place.level in (Level.ADMIN1, Level.ADMIN2):
        features["other kind than asked for"] = 0.4
    features["same country as the other places"] = context.countries.get(place.country, 0.0)
    distances = sorted(
        _km(place, anchor)
        for other, anchor in context.anchors
        if other != index and anchor.id != place.id and anchor.name != place.name
    )
    if distances and not country:
        nearest = distances[:3]
        features["close to the other places"] = sum(math.exp(-km / 120.0) for km in nearest) / len(nearest)
    if beside is not None and beside.id != place.id:
        apart = max(0.0, _km(place, beside) - beside.radius_km)
        features["beside the place named"] = math.exp(-apart / 40.0)
        features["far from the place named"] = float(apart > BESIDE_KM and beside.level is Level.SETTLEMENT)
    if inside is not None and inside.id != place.id:
        within = _contains(inside, place)
        features["inside the place named" if within else "outside the place named"] = 1.0
    return features


def _contains(container: Place, place: Place) -> bool:
    if container.level is Level.COUNTRY:
        return place.country == container.country
    if container.level is Level.ADMIN1:
        return place.admin1_id == container.id
    return _km(container, place) <= 1.5 * container.radius_km


def _km(one: Place, other: Place) -> float:
    return float(GEOD.inv(one.lon, one.lat, other.lon, other.lat)[2]) / 1000


def _decide(
    index: int,
    mention: Mention,
    ranked: Sequence[Candidate],
    hints: Sequence[Mention],
    chosen: Sequence[Place | None],
) -> Resolution:
    hint = hints[index]
    beside = chosen[hint.near] if hint.near is not None else None
    inside = chosen[hint.inside] if hint.inside is not None else None
    kept = tuple(ranked[:KEPT_CANDIDATES])
    best = kept[0] if kept else None
    if best is not None:
        refused = [name for name in ("far from the place named", "outside the place named") if name in best.contributions]
        wrong_kind = best.contributions.get("other kind than asked for", 0) <= -3 and mention.asked in (
            "admin1",
            "water",
        )
        # Names in a text where nothing else is placed have no containers to be held against.
        if not refused and not wrong_kind:
            return _placed(mention, best, kept)
        why = (
            f"no {mention.asked} of that name is known"
            if wrong_kind
            else f"each {mention.name} that is known lies {refused[0]}"
        )
    else:
        why = "the gazetteer has no place of that name"
    anchor = beside or inside
    if anchor is None:
        return Resolution(mention, None, 0.0, None, None, f"Not placed: {why}.", kept)
    precision = 2 if anchor.level is Level.SETTLEMENT else 3
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


def _placed(mention: Mention, best: Candidate, kept: tuple[Candidate, ...]) -> Resolution:
    place = best.place
    lat, lon, precision, uncertainty = _location(mention, place)
    return Resolution(
        mention,
        place,
        _confidence(kept),
        precision,
        round(uncertainty, 1),
        _reason(best, kept),
        kept,
        None,
        lat,
        lon,
    )


def _location(mention: Mention, place: Place) -> tuple[float, float, int, float]:
    """Return lat, lon, precision and uncertainty in km of an event at this mention."""
    if mention.relation is Relation.OFFSET and mention.offset_km is not None and mention.bearing is not None:
        lon, lat, _ = GEOD.fwd(place.lon, place.lat, mention.bearing, mention.offset_km * 1000)
        # "12 km west" is a rounded number and a compass point of 45 degrees.
        return lat, lon, 2, max(2.0, 0.3 * mention.offset_km) + place.radius_km
    if place.level is Level.SETTLEMENT:
        if mention.relation is Relation.NEAR:
            return place.lat, place.lon, 2, place.radius_km + NEAR_KM
        if mention.relation is Relation.DIRECTION:
            return place.lat, place.lon, 2, place.radius_km + DIRECTION_KM
        return place.lat, place.lon, 1, place.radius_km
    if place.level is Level.ADMIN2 or (place.level is Level.AREA and place.radius_km <= 15):
        return place.lat, place.lon, 2, place.radius_km
    return place.lat, place.lon, 3, place.radius_km


def _confidence(kept: Sequence[Candidate]) -> float:
    """Softmax over the candidates' scores: how far the best stands out."""
    best = kept[0].score
    total = sum(math.exp(candidate.score - best) for candidate in kept)
    return round(1.0 / total * (0.95 if len(kept) > 1 else 0.9), 3)


def _reason(best: Candidate, kept: Sequence[Candidate]) -> str:
    rivals = len(kept) - 1
    place = best.place
    if not rivals:
        return f"The only place called so that the gazetteer knows: {place.label}."
    against = kept[1]
    gains: defaultdict[str, float] = defaultdict(float)
    for name, points in best.contributions.items():
        gains[name] += points
    for name, points in against.contributions.items():
        gains[name] -= points
    leading = [name for name, points in sorted(gains.items(), key=lambda pair: -pair[1])[:2] if points > 0.2]
    apart = _km(place, against.place)
    because = " and ".join(_WORDS.get(name, name) for name in leading) or "nothing but its order in the gazetteer"
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
    "far from the place named": "the other is far from the place that the text names",
    "a place that news of wars names": "it is named in news of the war",
}

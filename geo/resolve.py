"""Resolution: which place of the gazetteer each mention means, or none of them.

All mentions of a document are resolved together. Every candidate, and "none of these", is weighed by
features that are kept, so that each choice can be explained; a place that the text itself puts
elsewhere ("in the X region", "near X") is refused rather than guessed.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence

import numpy as np

from domain import Candidate, Level, Mention, Place, PlaceFinder, Resolution, Spot
from geo.candidates import Found, Option, Toponym, toponyms
from geo.context import seen
from geo.features import ABOUT_PLACES, FEATURES, LEAST_DISTRICT_KM, Floats, Ints, Table
from geo.gazetteer import GEOD
from geo.ranker import Ranker, load_ranker, probabilities
from geo.relations import EXACT_KM, NEAR_KM, locate

KEPT_CANDIDATES = 6
WEIGHED = 10
"""Candidates of a toponym that go into the last round, the likeliest by then."""

FOCUS_CHARACTERS = 300.0
"""The distance in the text at which a place has lost most of its claim to be where a building stands."""

NONE = "none of these"
"""What a candidate owes to how little speaks for "none of these"."""

SUREST = 0.999

RULED_OUT = "ruled out by what the text says"
RULED_OUT_POINTS = -20.0
"""How a candidate is shown that lies elsewhere than the text says, or is of another kind than it names."""

COORDINATES_CONFIDENCE = 0.95
"""How sure a position in figures is: it may be mistyped, or be somebody else's."""


class Ranking:
    """The candidates of a document's toponyms with their features, scores and probabilities."""

    def __init__(self, mentions: Sequence[Mention], places: PlaceFinder) -> None:
        self.mentions = mentions
        self.toponyms, self.of_mention = toponyms(mentions, places)
        self.table = Table(self.toponyms, mentions, self.of_mention)
        self.features = self.contributions = self.table.fixed
        self.refused = np.zeros(len(self.features), bool)
        self.scores: Floats = np.zeros(0)
        self.likely: Floats = np.zeros(0)

    def begin(self, weights: Floats) -> None:
        """Weigh each name alone; then see which places stand around buildings that nobody knows."""
        self.score(self.features @ weights)
        if self._look_around():
            self.table = Table(self.toponyms, self.mentions, self.of_mention)
            self.features = self.table.fixed
            self.score(self.features @ weights)

    def look(self) -> None:
        """See where the others are, as likely as they are now."""
        self.features = seen(self.table, self.likely)

    def score(self, scores: Floats) -> None:
        """Take scores over, and what is likely with them."""
        self.scores = scores
        self.likely = probabilities(scores, self.table.owner, len(self.toponyms))

    def finish(self, ranker: Ranker) -> None:
        """Score by sum and trees all that still may be; what is no longer likely keeps out."""
        kept = self.contenders()
        self.contributions = np.zeros_like(self.features)
        self.contributions[kept] = ranker.contributions(self.features[kept])
        scores = np.full(len(self.scores), -math.inf)
        scores[kept] = self.contributions[kept].sum(axis=1) + ranker.trees.base
        self.refused = self.table.refused(self.features)
        scores[self.refused] = -math.inf
        self.score(scores)

    def contenders(self) -> Ints:
        """Return the rows of the likeliest candidates of each toponym, and of "none of these"."""
        kept = [np.arange(self.table.size, len(self.scores))]
        for toponym in range(len(self.toponyms)):
            rows = np.asarray(self.rows(toponym), np.int64)
            kept.append(rows[np.argsort(-self.likely[rows], kind="stable")[:WEIGHED]])
        return np.sort(np.concatenate(kept))

    def rows(self, toponym: int) -> range:
        """Return the rows of a toponym's candidates."""
        return range(int(self.table.starts[toponym]), int(self.table.starts[toponym + 1]))

    def none(self, toponym: int) -> int:
        """Return the row that says that no candidate is meant."""
        return self.table.size + toponym

    def best(self, toponym: int) -> int:
        """Return the likeliest row."""
        rows = np.array([self.none(toponym), *self.rows(toponym)])
        return int(rows[self.likely[rows].argmax()])

    def _look_around(self) -> bool:
        """Give buildings and streets without a candidate the places that the text names around them."""
        spots = []
        for toponym, each in enumerate(self.toponyms):
            best = self.best(toponym)
            if best >= self.table.size or self.likely[best] < 0.5:
                continue
            option = self.table.options[best]
            if option.found in (Found.NAME, Found.ALIKE) and option.place.level in _SPOTS:
                starts = (
                    self.mentions[index].start for index in each.indexes if self.mentions[index].literal
                )
                spots += [(start, option.place) for start in starts]
        spots.sort(key=lambda spot: spot[0])
        named = Counter(place.id for _, place in spots)
        most = sorted(spots, key=lambda spot: -named[spot[1].id])[:1]
        lost = [each for each in self.toponyms if each.mention.asked == "facility" and not _is_known(each)]
        for each in lost:
            at = bisect_left(spots, each.mention.start, key=lambda spot: spot[0])
            known = {option.place.id for option in each.options}
            for start, place in (*spots[max(0, at - 1) : at], *spots[at : at + 1], *most):
                if place.id not in known:
                    near = math.exp(-abs(start - each.mention.start) / FOCUS_CHARACTERS)
                    likeness = (near + named[place.id] / len(spots)) / 2
                    each.options.append(Option(place, Found.AROUND, likeness))
                    known.add(place.id)
        return bool(spots and lost)


_SPOTS = (Level.SETTLEMENT, Level.FACILITY, Level.ADMIN2)


def _is_known(toponym: Toponym) -> bool:
    return any(option.found is Found.NAME for option in toponym.options)


def resolve(
    mentions: Sequence[Mention], places: PlaceFinder, ranker: Ranker | None = None
) -> tuple[Resolution, ...]:
    """Resolve all mentions of one document together, in their order."""
    ranker = ranker or load_ranker()
    ranking = Ranking(mentions, places)
    if not ranking.toponyms:
        return ()
    ranking.begin(ranker.first)
    ranking.look()
    ranking.score(ranking.features @ ranker.second)
    ranking.look()
    ranking.finish(ranker)
    answers = [_Answer(ranking, number, ranker) for number in range(len(ranking.toponyms))]
    return tuple(
        _resolution(mention, answers[number], answers)
        for mention, number in zip(mentions, ranking.of_mention, strict=True)
    )


class _Answer:
    """What a toponym was taken to mean: the choice, its rivals and the words for both."""

    def __init__(self, ranking: Ranking, number: int, ranker: Ranker) -> None:
        self.toponym = ranking.toponyms[number]
        self.of_mention = ranking.of_mention
        rows = sorted(ranking.rows(number), key=lambda row: (-ranking.likely[row], row))
        none = ranking.none(number)
        against = float(ranking.scores[none]) - ranker.trees.base
        self.ranked: list[Candidate] = []
        for row in rows[:KEPT_CANDIDATES]:
            points = ranking.contributions[row]
            told = points[:ABOUT_PLACES].round(3)
            contributions = {FEATURES[at]: float(told[at]) for at in np.flatnonzero(told)}
            if ranking.refused[row]:
                contributions[RULED_OUT] = RULED_OUT_POINTS
            contributions[NONE] = round(float(points[ABOUT_PLACES:].sum()) - against, 3)
            place = ranking.table.options[row].place
            self.ranked.append(Candidate(place, round(sum(contributions.values()), 3), contributions))
        self.rivals = len(rows) - 1
        chosen = bool(rows) and ranking.likely[rows[0]] >= ranking.likely[none]
        self.option: Option | None = ranking.table.options[rows[0]] if chosen else None
        likely = float(ranking.likely[rows[0]]) if chosen else 0.0
        # Nothing that is read is certain.
        self.confidence = min(SUREST, round(ranker.confidence(likely), 3)) if chosen else 0.0

    @property
    def place(self) -> Place | None:
        """The chosen place."""
        return self.option.place if self.option else None


def _resolution(mention: Mention, answer: _Answer, answers: Sequence[_Answer]) -> Resolution:
    def meant(index: int | None) -> _Answer | None:
        return None if index is None else answers[answer.of_mention[index]]

    told = answer.toponym.mention
    beside, inside, other = meant(told.near), meant(told.inside), meant(mention.other)
    if mention.spot is not None:
        return _in_figures(mention, mention.spot, inside)
    if answer.option is not None:
        return _placed(mention, answer, other.place if other else None)
    kept, why = tuple(answer.ranked), _refusal(answer, beside, inside)
    anchor = next((each for each in (beside, inside) if each and each.place), None)
    if anchor is None or anchor.place is None:
        return Resolution(mention, None, 0.0, None, None, f"Not placed: {why}.", kept)
    place = anchor.place
    precision = 2 if place.level.is_point else 3
    radius = place.radius_km + (NEAR_KM if precision == 2 else 0)
    word = "near" if anchor is beside else "in"
    return Resolution(
        mention,
        None,
        anchor.confidence,
        precision,
        round(radius, 1),
        f"Placed {word} {place.name}, as the text says: {why}.",
        kept,
        place,
        place.lat,
        place.lon,
    )


def _in_figures(mention: Mention, spot: Spot, named: _Answer | None) -> Resolution:
    """Resolve coordinates, which need no look-up; ``named`` is the place that they are given for."""
    return Resolution(
        mention,
        None,
        COORDINATES_CONFIDENCE,
        1 if spot.km <= EXACT_KM else 2,
        spot.km,
        "The text gives its coordinates.",
        anchor=named.place if named else None,
        lat=spot.lat,
        lon=spot.lon,
    )


def _placed(mention: Mention, answer: _Answer, other: Place | None) -> Resolution:
    option = answer.ranked[0]
    at = locate(mention, option.place, other)
    precision, uncertainty = at.geo_precision, at.uncertainty_km
    if option.place.level.is_point and mention.asked in ("admin1", "admin2"):
        # The district is not in the gazetteer, but the town that it is named after.
        precision, uncertainty = 2, max(uncertainty, LEAST_DISTRICT_KM)
    elif answer.option is not None and answer.option.found in (Found.WITHIN, Found.AROUND):
        precision = max(2, precision)
    return Resolution(
        mention,
        option.place,
        answer.confidence,
        precision,
        round(uncertainty, 1),
        _reason(answer),
        tuple(answer.ranked),
        None,
        at.lat,
        at.lon,
        other,
    )


def _refusal(answer: _Answer, beside: _Answer | None, inside: _Answer | None) -> str:
    """Return why not even the best candidate can be meant."""
    name = answer.toponym.mention.name
    if not answer.ranked:
        return "the gazetteer has no place of that name"
    best = answer.ranked[0]
    for feature, anchor in (("far from the place named", beside), ("outside the place named", inside)):
        if anchor and anchor.place and best.contributions.get(feature, 0) < 0:
            return (
                f"each {name} that is known lies {feature.removesuffix('the place named')}{anchor.place.name}"
            )
    if best.contributions.get("other kind than asked for", 0) < 0:
        return f"no {answer.toponym.mention.asked} of that name is known"
    fits = f"none of the {answer.rivals + 1} places of such a name that are known fits"
    if not answer.rivals:
        fits = "the only place of such a name that is known does not fit"
    return f"{fits} the rest of the text (closest: {best.place.label})"


def _reason(answer: _Answer) -> str:
    best, place = answer.ranked[0], answer.ranked[0].place
    option, name = answer.option, answer.toponym.mention.text
    if option and option.found is Found.WITHIN:
        return f"“{name}” is not in the gazetteer; its name says that it is in or of {place.label}."
    if option and option.found is Found.AROUND:
        return f"“{name}” is not in the gazetteer; the text names {place.label} around it."
    if not answer.rivals:
        return f"The only place called so that the gazetteer knows: {place.label}."
    against = answer.ranked[1]
    gains: dict[str, float] = {}
    for feature in _WORDS:
        # That the other is a district does not make a district of this one.
        if feature in _KINDS and best.contributions.get(feature, 0) <= 0:
            continue
        gains[feature] = best.contributions.get(feature, 0) - against.contributions.get(feature, 0)
    leading = [
        feature for feature, points in sorted(gains.items(), key=lambda pair: -pair[1])[:2] if points > 0.2
    ]
    apart = GEOD.inv(place.lon, place.lat, against.place.lon, against.place.lat)[2] / 1000
    because = " and ".join(_WORDS[feature] for feature in leading) or "little tells them apart"
    others = "one other" if answer.rivals == 1 else f"{answer.rivals} others"
    return (
        f"{place.label} rather than {others} of that name (next: {against.place.label},"
        f" {apart:,.0f} km away): {because}."
    )


_KINDS = frozenset({"country", "region", "district", "area", "building or base", "capital"})
_WORDS = {
    "population": "it is the larger place",
    "a great city": "it is a great city",
    "size among its namesakes": "it is the larger of its name",
    "country": "it is a country",
    "region": "it is a region",
    "district": "it is a district",
    "area": "it is an area of that name",
    "building or base": "it is a building or base of that name",
    "capital": "it is a capital",
    "a place that news of wars names": "it is named in news of the war",
    "own name": "it is its present name",
    "the whole wording is its name": "the whole wording is its name",
    "a town of that name lies in it": "the bare name is rather the town's than the region's",
    "another spelling": "its name is spelled more alike",
    "only part of the name": "more of the name is its own",
    "its people": "it is its people that are named",
    "named elsewhere in the text": "it goes by that name itself",
    "named right there": "it is named right there",
    "the only one of that name": "no other has that name",
    "kind asked for": "it is of the kind that the text names",
    "other kind than asked for": "the other is of another kind",
    "same country as the other places": "it lies in the country of the other places",
    "alone in its country": "the other would be alone in its country",
    "same region as the other places": "it lies in the region of the other places",
    "its country is named": "the text names its country",
    "its region is named": "the text names its region",
    "within 15 km of another place": "it is right beside another place of the report",
    "within 60 km of another place": "another place of the report is near",
    "within 250 km of another place": "another place of the report is not far",
    "close to most places": "it is closer to the other places of the report",
    "kilometres to the nearest place": "it is closer to the nearest of the other places",
    "how far apart the places are": "it fits how far apart the places of the report are",
    "close to what stands next to it": "it is close to the place that stands next to it",
    "inside what stands next to it": "it lies in the place that stands next to it",
    "holds what stands next to it": "the place that stands next to it lies in it",
    "inside the place named": "it lies in the place that the text puts it in",
    "outside the place named": "the other lies outside the place that the text names",
    "beside the place named": "it lies beside the place that the text names",
    "far from the place named": "the other is far from the place that the text names",
    "a place put beside it": "a place that the text puts beside it is near",
    "holds what the text puts in it": "what the text puts in it lies in it",
    "outside the country of the other places": "the other lies outside the country of the other places",
}
"""Why one place was chosen rather than another, by the feature that tells them apart."""

"""What the form of filters offers: families with their types, and the regions that have events."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from domain import Counts, EventQuery, Grouping, NotFound, Stance
from ontology import Ontology
from web import wording
from web.services import Services


def filter_choices(parts: Services, query: EventQuery, counts: Counts) -> dict[str, Any]:
    """Return what ``_filters.html`` needs: all that can be chosen, and what is."""
    return {
        "query": query,
        "families": _family_choices(parts, query, counts.by_type),
        "stances": [
            (stance, wording.stance_name(stance), counts.by_stance.get(stance, 0), stance in query.stances)
            for stance in Stance
        ],
        "precisions": [
            (grain, wording.precision_name(grain), grain in query.precisions) for grain in wording.PRECISIONS
        ],
        "regions": region_choices(parts, query, counts),
    }


@dataclass(frozen=True, slots=True)
class FamilyChoice:
    """A line of the type filter with its sub-event types, each with whether it is chosen."""

    number: int
    name: str
    shape: str
    count: int
    chosen: bool
    kinds: tuple[tuple[str, bool], ...]


def _family_choices(
    parts: Services, query: EventQuery, by_type: Mapping[str, int]
) -> tuple[FamilyChoice, ...]:
    return tuple(
        FamilyChoice(
            number,
            family.name,
            family.shape,
            by_type.get(family.name, 0),
            family.name in query.types,
            tuple((name, name in query.types) for name in kinds(parts.ontology, family.name)),
        )
        for number, family in enumerate(parts.ontology.families.values())
    )


def kinds(ontology: Ontology, family: str) -> list[str]:
    """Return the sub-event types of a family that are more than the family itself."""
    return [kind.name for kind in ontology.sub_types(family) if kind.name != family]


@dataclass(frozen=True, slots=True)
class RegionChoice:
    """A line of the region filter."""

    id: str
    name: str
    count: int


def region_choices(
    parts: Services, query: EventQuery, counts: Counts
) -> list[tuple[RegionChoice, tuple[RegionChoice, ...]]]:
    """Return the countries that have events under the other filters, each with its divisions."""
    tallies = parts.store.tallies(replace(query, region=None), Grouping.ADMIN1)
    found = {place_id: tally.events for place_id, tally in tallies.items()}
    divisions: defaultdict[str, list[RegionChoice]] = defaultdict(list)
    totals: Counter[str] = Counter()
    for place_id, events in found.items():
        totals[_country_of(parts, place_id)] += events
    if query.region and query.region not in found:
        # One without events, or a district, whose events have been counted.
        found[query.region] = counts.shown + counts.region_only
        totals[_country_of(parts, query.region)] += 0
    for place_id, events in found.items():
        country = _country_of(parts, place_id)
        if place_id != country:
            divisions[country].append(RegionChoice(place_id, _name(parts, place_id), events))
    choices = [
        (
            RegionChoice(country, _name(parts, country), events),
            tuple(sorted(divisions[country], key=lambda choice: choice.name)),
        )
        for country, events in totals.items()
    ]
    return sorted(choices, key=lambda choice: choice[0].name)


def _country_of(parts: Services, place_id: str) -> str:
    try:
        return f"country:{parts.gazetteer.get(place_id).country}"
    except NotFound:
        return f"country:{place_id.partition(':')[2][:2]}"


def _name(parts: Services, place_id: str) -> str:
    try:
        return parts.gazetteer.get(place_id).name
    except NotFound:
        return place_id

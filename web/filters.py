"""What the form of filters offers, each choice with the number of events that it would give."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from operator import attrgetter
from typing import Any

from domain import Counts, EventQuery, Grouping, NotFound, Stance
from ontology import Ontology
from web import naming, params, wording
from web.services import Services

FIRST_NAMES = 8
"""Actors or sources that are offered as boxes to tick; the others are suggested while typing."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A box to tick: the parameter's value, what it is called, how many events it would give."""

    value: str
    words: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class FamilyChoice:
    """A family of event types with its sub-event types; ``number`` and ``shape`` make its sign."""

    number: int
    shape: str
    choice: Choice
    kinds: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class NameChoices:
    """Actors or sources: the first as boxes to tick, the others as suggestions for a field."""

    first: tuple[Choice, ...]
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RegionChoice:
    """A line of the region filter."""

    id: str
    name: str
    count: int


def filter_choices(parts: Services, query: EventQuery, counts: Counts) -> dict[str, Any]:
    """Return what ``_filters.html`` needs: all that can be chosen, and what is."""
    precisions = query.precisions
    return {
        "query": query,
        "asked": params.to_arguments(query),
        "families": _families(parts.ontology, query, counts.by_type),
        "stances": [
            Choice(each, wording.stance_name(each), counts.by_stance.get(each, 0), each in query.stances)
            for each in Stance
        ],
        "precisions": [
            Choice(
                str(each), wording.precision_name(each), counts.by_precision.get(each, 0), each in precisions
            )
            for each in (*wording.PRECISIONS, 0)
        ],
        "actors": _names(counts.by_actor, query.actors, naming.actor),
        "sources": _names(counts.by_source, query.sources, str),
        "regions": region_choices(parts, query, counts),
    }


def _families(ontology: Ontology, query: EventQuery, by_type: Mapping[str, int]) -> tuple[FamilyChoice, ...]:
    def choice(name: str) -> Choice:
        return Choice(name, wording.type_name(name), by_type.get(name, 0), name in query.types)

    return tuple(
        FamilyChoice(
            number,
            family.shape,
            choice(family.name),
            tuple(map(choice, kinds(ontology, family.name))),
        )
        for number, family in enumerate(ontology.families.values())
    )


def kinds(ontology: Ontology, family: str) -> list[str]:
    """Return the sub-event types of a family that are more than the family itself."""
    return [kind.name for kind in ontology.sub_types(family) if kind.name != family]


def _names(counted: Mapping[str, int], asked: Collection[str], called: Callable[[str], str]) -> NameChoices:
    """Return the most frequent names, most first, then those that are asked for and are rarer."""
    first = list(counted)[:FIRST_NAMES]
    first += [name for name in asked if name not in first]
    return NameChoices(
        tuple(Choice(name, called(name), counted.get(name, 0), name in asked) for name in first),
        tuple(name for name in counted if name not in first),
    )


def region_choices(
    parts: Services, query: EventQuery, counts: Counts
) -> list[tuple[RegionChoice, tuple[RegionChoice, ...]]]:
    """Return the countries that have events under the other filters, each with its divisions."""
    tallies = parts.store.tallies(replace(query, region=None), Grouping.ADMIN1)
    found = {place_id: tally.events for place_id, tally in tallies.items()}
    if query.region and query.region not in found:
        # One without events, or a district, whose events have been counted.
        found[query.region] = counts.shown + counts.region_only
    known = cache(partial(_known, parts))
    divisions: defaultdict[str, list[RegionChoice]] = defaultdict(list)
    totals: Counter[str] = Counter()
    for place_id, events in found.items():
        country, name = known(place_id)
        # The tallies already have the events of a district, under its division.
        totals[country] += events if place_id in tallies else 0
        if place_id != country:
            divisions[country].append(RegionChoice(place_id, name, events))
    choices = [
        (
            RegionChoice(country, known(country)[1], events),
            tuple(sorted(divisions[country], key=attrgetter("name"))),
        )
        for country, events in totals.items()
    ]
    return sorted(choices, key=lambda choice: choice[0].name)


def _known(parts: Services, place_id: str) -> tuple[str, str]:
    """Return a region's country, as a place id, and its name; what its own id says where it is unknown."""
    try:
        place = parts.gazetteer.get(place_id)
    except NotFound:
        return f"country:{place_id.partition(':')[2][:2]}", place_id
    return f"country:{place.country}", naming.name(place)

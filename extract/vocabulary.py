"""The words around place names and triggers, from ``data/patterns``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from extract.patterns import load_patterns

FACILITY = "facility"
"""What a name asks for that is a building's, street's or institution's."""


@dataclass(frozen=True, slots=True)
class ToponymWords:
    """The pattern table as sets, and its phrases as expressions for the end of what stands before."""

    after: Mapping[str, str]
    connectors: frozenset[str]
    buildings: frozenset[str]
    before: Mapping[str, str]
    before_at_end: re.Pattern[str]
    near_at_end: re.Pattern[str]
    near_after: frozenset[str]
    part_at_end: re.Pattern[str]
    part_nouns: frozenset[str]
    centre_at_end: re.Pattern[str]
    direction: frozenset[str]
    direction_at_end: re.Pattern[str]
    adjectives: frozenset[str]
    verbs_with_off: frozenset[str]
    lines: frozenset[str]
    not_between: frozenset[str]
    border_people: frozenset[str]
    locative: frozenset[str]
    locative_of: frozenset[str]
    land: frozenset[str]
    speaks: frozenset[str]
    state_nouns: frozenset[str]
    upon: frozenset[str]
    people: frozenset[str]
    offices: frozenset[str]
    units: frozenset[str]
    facility: frozenset[str]
    in_name: frozenset[str]
    institutions: frozenset[str]
    titles: frozenset[str]
    never: frozenset[str]
    metonyms: frozenset[str]


@cache
def toponym_words() -> ToponymWords:
    """Return the table of ``data/patterns/toponyms.toml``, read once."""
    table = load_patterns("toponyms")
    before = {phrase: asked for asked, listed in table["generic_before"].items() for phrase in listed}
    context, names, relations = table["context"], table["names"], table["relations"]
    return ToponymWords(
        after={
            word: asked
            for asked, listed in table["generic_after"].items()
            for word in listed
            if asked != FACILITY
        },
        buildings=frozenset(table["generic_after"][FACILITY]),
        connectors=frozenset(table["forms"]["connectors"]),
        before=before,
        before_at_end=_at_end(before),
        near_at_end=_at_end(relations["near"]),
        near_after=frozenset(relations["near_after"]),
        part_at_end=_at_end(relations["part"]),
        part_nouns=frozenset(relations["part_nouns"]),
        centre_at_end=_at_end(relations["centre"]),
        direction=frozenset(relations["direction_after"]),
        direction_at_end=_at_end(relations["direction_before"]),
        adjectives=frozenset(relations["adjectives"]) | frozenset(relations["compass"]),
        verbs_with_off=frozenset(relations["verbs_with_off"]),
        lines=frozenset(relations["lines"]),
        not_between=frozenset(relations["not_between"]),
        border_people=frozenset(relations["border_people"]),
        locative=frozenset(context["locative"]),
        locative_of=frozenset(context["locative_of"]),
        land=frozenset(context["land"]),
        speaks=frozenset(context["speaks"]),
        state_nouns=frozenset(context["state_nouns"]),
        upon=frozenset(context["upon"]),
        people=frozenset(context["people"]),
        offices=frozenset(context["offices"]),
        units=frozenset(names["units"]),
        facility=frozenset(table["forms"]["facility"]),
        in_name=frozenset(table["forms"]["in_name"]),
        institutions=frozenset(names["institutions"]),
        titles=frozenset(names["titles"]),
        never=frozenset(names["never"]),
        metonyms=frozenset(names["metonyms"]),
    )


@cache
def event_words() -> Mapping[str, frozenset[str]]:
    """Return the word lists of ``data/patterns/events.toml`` by name, read once."""
    return {name: frozenset(words) for name, words in load_patterns("events").items()}


def _at_end(phrases: Iterable[str]) -> re.Pattern[str]:
    listed = "|".join(re.escape(phrase) for phrase in sorted(phrases, key=len, reverse=True))
    return re.compile(rf"\b({listed}),?$")

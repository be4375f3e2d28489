"""Parties in a text: who acts, who is struck and who speaks.

Armed groups and the many names of states come from ``data/patterns/actors.toml``; other states are
found as the countries and peoples that the recogniser marked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from spacy.tokens import Doc

from domain import Level, Mention, MentionKind, NameIndex
from extract.language import load_patterns

MAX_ALIAS_TOKENS = 6
_POSSESSIVE = ("'s", "’s")


@dataclass(frozen=True, slots=True)
class Party:
    """A party at tokens ``start`` to ``end``; ``possessive`` where a genitive follows ("Russia's")."""

    start: int
    end: int
    name: str
    possessive: bool


@dataclass(frozen=True, slots=True)
class _Table:
    aliases: dict[str, str]
    not_actors: frozenset[str]
    civilians: frozenset[str]
    opponents: dict[str, tuple[str, ...]]


@cache
def _table() -> _Table:
    raw = load_patterns("actors")
    aliases = {alias: party["name"] for party in raw["party"] for alias in party["aliases"]}
    opponents: dict[str, tuple[str, ...]] = {}
    for conflict in raw["conflict"]:
        for side in conflict["sides"]:
            others = tuple(other for other in conflict["sides"] if other != side)
            opponents[side] = opponents.get(side, ()) + others
    return _Table(
        aliases,
        frozenset(raw["targets"]["not_actors"]),
        frozenset(raw["targets"]["civilians"]),
        opponents,
    )


def find_parties(doc: Doc, mentions: Sequence[Mention], names: NameIndex) -> list[Party]:
    """Return the parties of a text in order, without overlaps."""
    table = _table()
    taken: dict[int, Party] = {}

    def add(start: int, end: int, name: str) -> None:
        if any(index in taken for index in range(start, end)):
            return
        possessive = end < len(doc) and doc[end].text in _POSSESSIVE
        party = Party(start, end, name, possessive)
        taken.update(dict.fromkeys(range(start, end), party))

    # A name that means the place is no party, whoever else goes by it.
    spans = [
        (mention, doc.char_span(mention.start, mention.end, alignment_mode="expand")) for mention in mentions
    ]
    places = {
        index for mention, span in spans if mention.locates and span for index in range(span.start, span.end)
    }
    lowered = [token.lower_.replace("’", "'") for token in doc]
    for start in range(len(doc)):
        for end in range(min(len(doc), start + MAX_ALIAS_TOKENS), start, -1):
            alias = " ".join(lowered[start:end]).replace(" 's", "'s")
            if alias in table.aliases:
                if start not in places:
                    add(start, end, table.aliases[alias])
                break
    for mention, span in spans:
        if mention.locates or span is None:
            continue
        country = _country(mention, names)
        following = lowered[span.end] if span.end < len(doc) else ""
        if country and following not in table.not_actors:
            add(span.start, span.end, country)
    return sorted(set(taken.values()), key=lambda party: party.start)


def _country(mention: Mention, names: NameIndex) -> str | None:
    if mention.kind is MentionKind.DEMONYM:
        place = names.demonym(mention.name)
        return place.name if place and place.level is Level.COUNTRY else None
    use = names.best(mention.name)
    if use is None or not use.place.country:
        return None
    if use.place.level is Level.COUNTRY:
        return use.place.name
    if use.place.feature_code == "PPLC":
        return names.get(f"country:{use.place.country}").name
    return None


def opponents(party: str) -> tuple[str, ...]:
    """Return the other sides of the conflicts that a party is in."""
    return _table().opponents.get(party, ())


def is_civilian(word: str) -> bool:
    """Whether a word stands for people or things of no fighting side."""
    return word.lower() in _table().civilians

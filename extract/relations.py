"""How a text ties a name to the places around it: "near X", "12 km west of X", "X in the Y region"."""

from __future__ import annotations

import re
from dataclasses import replace

from domain import Level, Mention, NameIndex, Relation
from extract.numbers import read_number
from extract.vocabulary import toponym_words

_OWNER = ("'s ", "’s ")
_LISTING = re.compile(
    r"^\s*(?:,|and|or|&|;|,\s*and|,\s*or|as well as|and also)\s*(?:the\s|in\s|near\s|at\s)*$"
)
_OFFSET = re.compile(
    r"(?P<number>\d+(?:[.,]\d+)?|[a-z]+(?:-[a-z]+)?)[\s-]*"
    r"(?P<unit>kilomet(?:re|er)s?|km|miles?|metres?|meters?)"
    r"(?:\s*\([^)]*\))?\s+(?:to the\s+)?(?P<compass>(?:north|south)?-?(?:east|west)|north|south)"
    r"(?:ern)?\s+(?:of|from)\s+(?:the\s+)?(?:\w+\s+of\s+)?$",
    re.IGNORECASE,
)
# "In the west of X" lies in X, "west of X" beside it.
_PART_OF = re.compile(r"\bthe\s+(?:far\s+)?(?:(?:north|south)?-?(?:east|west)|north|south)\s+of$")
_BEARINGS = {
    "north": 0.0,
    "northeast": 45.0,
    "east": 90.0,
    "southeast": 135.0,
    "south": 180.0,
    "southwest": 225.0,
    "west": 270.0,
    "northwest": 315.0,
}
_BESIDE = re.compile(
    r"^(?:,\s+(?:an?|the|which|located|situated|just|some|about|not|near|outside|close|\d+)\b"
    r"|\s+(?:is|was|lies|lying|situated|located|which)\b"
    r"|(?=\s+(?:near|outside|close to|not far from)\b))[^.;]{0,60}"
    r"\b(?:near|close to|outside|beside|adjacent to|not far from"
    r"|(?:km|kilomet(?:re|er)s|miles)\b[^.;]{0,30}\bof)\b[^.;]{0,40}$"
)
_WITHIN = re.compile(
    r"^(?:,?\s+(?:(?:a|an|the)\s[^.;]{0,60}?)?(?:in|of)\s+(?:the\s+)?"
    r"(?:(?:far\s+)?(?:[\w-]+ern|(?:north|south|east|west|centre|center|heart|middle)"
    r"(?:-?(?:east|west))?\s+of)\s+(?:the\s+)?)?|,\s+)$"
)


def lists(between: str) -> bool:
    """Whether the text between two names makes them neighbours in one list ("A, B and C")."""
    return bool(_LISTING.match(between))


def same_list(text: str, first: Mention, second: Mention) -> bool:
    """Whether two mentions are neighbours in one list ("A, B and C")."""
    return lists(text[first.end : second.start])


def with_relation(text: str, mention: Mention) -> Mention:
    """Read "near", "12 km west of", "the X direction" and "the city of" around a name."""
    words = toponym_words()
    left = re.split(r"[.;:!?\n]\s", text[max(0, mention.start - 80) : mention.start])[-1].lower()
    bare = re.sub(r"\s*\b(?:the|a|an)\s*$", "", left.rstrip())
    asked = mention.asked
    generic = None if asked else words.before_at_end.search(left.rstrip())
    if generic:
        asked = words.before[generic[1]]
        bare = re.sub(r"\s*\b(?:the|a|an)(?:\s+[\w-]+){0,3}\s*$", "", left[: generic.start()].rstrip())
    offset = _OFFSET.search(left if left.endswith(" ") else left + " ")
    if offset:
        distance = _distance_km(offset["number"], offset["unit"])
        bearing = _BEARINGS[offset["compass"].replace("-", "").lower()]
        if distance is not None:
            return replace(
                mention, asked=asked, relation=Relation.OFFSET, offset_km=distance, bearing=bearing
            )
    right = text[mention.end : mention.end + 20].lower()
    after = re.match(r"\s+([\w-]+)", right)
    if after and after[1] in words.direction:
        return replace(mention, asked=asked, relation=Relation.DIRECTION)
    if _PART_OF.search(left.rstrip().removesuffix(" the")):
        return replace(mention, asked=asked, relation=Relation.PART)
    if words.near_at_end.search(bare):
        return replace(mention, asked=asked, relation=Relation.NEAR)
    last_word = bare.rsplit(" ", 1)[-1].strip("(\"'“‘")
    if last_word in words.adjectives or any(bare.endswith(phrase) for phrase in words.part):
        return replace(mention, asked=asked, relation=Relation.PART)
    return replace(mention, asked=asked)


def _distance_km(number: str, unit: str) -> float | None:
    value = {"several": 3.0, "a": 1.0}.get(number.lower()) or read_number(number.replace(",", "."))
    if value is None or value > 2000:
        return None
    if unit.lower().startswith("mile"):
        return value * 1.609344
    return value / 1000 if unit.lower().startswith("met") else value


def linked(text: str, found: list[Mention], names: NameIndex) -> list[Mention]:
    """Let list members share their relation, and tie names to the places the text puts them by."""
    tied: list[Mention] = []
    for index, mention in enumerate(found):
        previous = tied[-1] if tied else None
        if (
            previous
            and mention.relation is Relation.IN
            and previous.relation is Relation.NEAR
            and same_list(text, previous, mention)
        ):
            mention = replace(mention, relation=Relation.NEAR)
        if index + 1 < len(found) and mention.literal and found[index + 1].literal:
            following = found[index + 1]
            between = text[mention.end : following.start]
            if between in _OWNER and following.inside is None and _is_wider(following, mention, names, False):
                found[index + 1] = replace(following, inside=index)
            elif _BESIDE.match(between):
                mention = replace(mention, near=index + 1)
            elif _WITHIN.match(between) and _is_wider(mention, following, names, between.strip() == ","):
                mention = replace(mention, inside=index + 1)
        tied.append(mention)
    # "A and B in the C region": what holds for the last of a list holds for all of it.
    for index in range(len(tied) - 2, -1, -1):
        mention, following = tied[index], tied[index + 1]
        shares = mention.literal and mention.inside is None and following.inside is not None
        if shares and same_list(text, mention, following):
            tied[index] = replace(mention, inside=following.inside)
    return tied


def _is_wider(mention: Mention, container: Mention, names: NameIndex, only_comma: bool) -> bool:
    """Whether ``container`` is a kind of place that can hold what ``mention`` names.

    A comma alone may as well stand in a list or between clauses: then the two must be known to
    belong together ("Paris, Texas" does not need it, "in Jeddah, Ukraine agreed" shows why).
    """
    if container.asked in ("admin1", "admin2", "area"):
        return True
    use = names.best(container.name)
    if use is None or container.asked:
        return False
    own = names.best(mention.name)
    if use.place.level is Level.COUNTRY:
        if only_comma and (own is None or own.place.country != use.place.country):
            return False
        return own is None or own.place.level is not Level.COUNTRY
    if use.place.level is Level.ADMIN1:
        return not only_comma or (own is not None and own.place.level.is_point)
    return use.place.level is Level.AREA and not only_comma

"""How the words around one name tie an event to its place: "near X", "12 km west of X", "X's north".

``extract/links.py`` reads what ties two names together.
"""

from __future__ import annotations

import re
from dataclasses import replace

from domain import Mention, MentionKind, Relation
from extract.numbers import read_number
from extract.vocabulary import toponym_words

CONTEXT = 100
"""Characters before a name that may tell its relation."""

MAX_KM = 2000.0
"""A longer distance is that of a flight or a journey and not of a place."""

KM_PER_UNIT = {"k": 1.0, "mi": 1.609344, "na": 1.852, "nm": 1.852, "m": 0.001, "me": 0.001, "ya": 0.0009144}
"""By the first letters of the unit."""

_VAGUE_NUMBERS = {
    "several": 3.0,
    "few": 3.0,
    "a few": 3.0,
    "couple of": 2.0,
    "a couple of": 2.0,
    "half a": 0.5,
    "a": 1.0,
    "tens of": 30.0,
    "dozens of": 30.0,
}
_POINTS = ["n", "nne", "ne", "ene", "e", "ese", "se", "sse", "s", "ssw", "sw", "wsw", "w", "wnw", "nw", "nnw"]

COMPASS = r"(?:north|south|east|west)(?:[\s-]?(?:north|south|east|west)){0,2}"
"""A compass word as an expression, in lower case and without "ern"."""

_DISTANCE = (
    r"(?P<number>\d{1,3}(?:,\d{3})+|\d+(?:[.,]\d+)?(?:\s?[-–]\s?\d+(?:\.\d+)?)?"
    r"|\b(?:an?\s)?(?:couple\sof|few)|\bhalf\sa|\b(?:tens|dozens)\sof|\b[a-z]+(?:[\s-][a-z]+)?)[\s-]{0,2}"
    r"(?:(?<=\d)|\b)(?P<unit>nautical\smiles?|nmi?|kilomet(?:re|er)s?|kms?|miles?|met(?:re|er)s?|yards?|m)\b"
    r"(?:\s?\([^()]{0,30}\))?,?"
)
_OFFSET = re.compile(
    rf"{_DISTANCE}(?:\s(?:away|inland|further|radius))?"
    rf"(?:\s(?:to\s|in\s)?(?:the\s|due\s)?(?P<compass>{COMPASS}|[nsew]{{1,3}})(?:ern)?)?"
    r"\s(?:of|from|outside|around|short\sof)$"
)
_FAR_OFF = re.compile(rf"{_DISTANCE}\soff\b[^.;]*$")
_SIDE_OF = re.compile(rf"\b(?:to\sthe\s(?:\w+\s)?)?(?P<compass>{COMPASS})\s(?:of|from)$")
_IN_THE = re.compile(rf"(?<!\bto )\bthe\s(?:far\s|extreme\s)?(?P<compass>{COMPASS})(?:\sand\s\S+)?\sof$")
_PART_OF = re.compile(rf"\b(?P<compass>{COMPASS})(?:ern)?(?:most)?\s(?P<noun>[a-z]+)\sof$")
_ADJECTIVE = re.compile(
    rf"(?P<before>\bthe\s|['’]s\s)?(?:far\s)?\b(?:(?P<compass>{COMPASS})ern(?:most)?|central)$"
)
_OWN_PART = re.compile(
    rf"['’]s\s(?:far\s)?(?:(?P<whole>{COMPASS})\b(?!\s(?:coast|shore|border|bank))"
    rf"|(?P<compass>{COMPASS})ern\s(?P<noun>[a-z]+))"
)
_OFF_COAST = re.compile(
    rf"\boff\s(?:of\s)?(?:the\s)?(?:(?P<compass>{COMPASS})(?:ern)?\s)?(?:\w+\s)?"
    r"(?:coasts?|coastline|shores?|seaboard)\sof$"
)
_OWN_COAST = re.compile(
    rf"(?:['’]s?)?\s(?:(?P<compass>{COMPASS})(?:ern)?\s)?(?:\w+\s)?(?:coasts?|coastline|shores?|seaboard)\b"
)
_ARTICLE_AND_MORE = re.compile(
    r"\s*\b(?:the|a|an)(?:\s+(?!(?:the|an?|of|in|near|from|to|at|on)\b)[\w-]+){0,3}\s*$"
)
_OFF = re.compile(r"(?:(?P<verb>[\w’'-]+)\s)?\boff$")


def before(text: str, start: int) -> str:
    """Return what stands before a character in its clause, in lower case and with single spaces."""
    clause = re.split(r"[.;:!?\n]\s", text[max(0, start - CONTEXT) : start])[-1]
    return re.sub(r"\s+", " ", clause.lower())


def without_kind(left: str) -> tuple[str, str]:
    """Return ``left`` without the article and "city of" at its end, and the kind that the latter asks for."""
    words, left = toponym_words(), left.rstrip()
    generic = words.before_at_end.search(left)
    if generic is None:
        return re.sub(r"\s*\b(?:the|a|an)$", "", left), ""
    bare = _ARTICLE_AND_MORE.sub("", left[: generic.start()].rstrip())
    return bare, words.before[generic[1]]


def bearing_of(compass: str) -> float | None:
    """Return the bearing of "north-west" or "nnw" in degrees, ``None`` where there is no such point."""
    points = "".join(word[0] for word in re.findall("north|south|east|west", compass)) or compass
    return 22.5 * _POINTS.index(points) if points in _POINTS else None


def with_relation(text: str, mention: Mention) -> Mention:
    """Read "near", "12 km west of", "the X direction" and "the city of" around a name."""
    left = before(text, mention.start)
    bare, asked = (left.rstrip(), "") if mention.asked else without_kind(left)
    named = not asked
    if mention.asked:
        bare = re.sub(r"\s*\b(?:the|a|an)$", "", bare)
    mention = replace(mention, asked=mention.asked or asked)
    right = re.sub(r"\s+", " ", text[mention.end : mention.end + 40].lower())
    return (
        _at_a_distance(bare, mention)
        or off_coast(text, mention)
        or _by_word_after(right, mention)
        or _by_compass(bare, right, mention, named=named)
        or _by_word_before(bare, mention, named=named)
        or mention
    )


def _at_a_distance(bare: str, mention: Mention) -> Mention | None:
    match = _OFFSET.search(bare)
    if match is None:
        return None
    km, compass = _kilometres(match), match["compass"]
    bearing = bearing_of(compass) if compass else None
    # "$5m from X" is no distance.
    if km is None or (bearing is None and (compass or match["unit"] == "m")):
        return None
    return replace(mention, relation=Relation.OFFSET, offset_km=km, bearing=bearing)


def distance_from(bare: str) -> float | None:
    """Return the kilometres where a text ends in "12 km from" or "within 12 km of"."""
    match = _OFFSET.search(bare)
    return _kilometres(match) if match else None


def _kilometres(match: re.Match[str]) -> float | None:
    """Return the distance that ``_DISTANCE`` found; of a range it is the middle."""
    number = re.sub(r",(?=\d{3})", "", match["number"]).replace(",", ".")
    ends = [_number(end.strip()) for end in re.split(r"(?<=\d)\s?[-–]\s?(?=\d)", number)]
    unit = match["unit"]
    factor = KM_PER_UNIT.get(unit[:2]) or KM_PER_UNIT[unit[0]]
    known = [end for end in ends if end is not None]
    km = factor * sum(known) / len(known) if known else None
    return None if km is None or km > MAX_KM else km


def _number(text: str) -> float | None:
    # Of "just five" and "some twenty" the last word is the number.
    for words in (text, text.rpartition(" ")[2]):
        value = _VAGUE_NUMBERS.get(words) or read_number(words)
        if value is not None:
            return value
    return None


def off_coast(text: str, mention: Mention) -> Mention | None:
    """Return a mention with ``Relation.COAST`` where the text means the water before its coast."""
    left = before(text, mention.start)
    bare, _ = without_kind(left)
    right = re.sub(r"\s+", " ", text[mention.end : mention.end + 40].lower())
    off = _OFF.search(bare)
    match = _OFF_COAST.search(bare) or (_OWN_COAST.match(right) if off else None)
    at_sea = off is not None and (off["verb"] or "") not in toponym_words().verbs_with_off
    if match is None and not (at_sea and mention.kind is not MentionKind.DEMONYM):
        return None
    distance = _FAR_OFF.search(bare)
    compass = match["compass"] if match else None
    return replace(
        mention,
        relation=Relation.COAST,
        offset_km=_kilometres(distance) if distance else None,
        bearing=bearing_of(compass) if compass else None,
    )


def _by_word_after(right: str, mention: Mention) -> Mention | None:
    words, after = toponym_words(), re.match(r"(?:['’]s)?\s([\w-]+)", right)
    if after and after[1] in words.direction:
        return replace(mention, relation=Relation.DIRECTION)
    if after and after[1] in words.near_after:
        return replace(mention, relation=Relation.NEAR)
    return None


def _by_compass(bare: str, right: str, mention: Mention, *, named: bool) -> Mention | None:
    """Read "the west of X", "its western outskirts", "west of X", "western X" and "X's west".

    ``named`` tells that no word such as "city of" stands between.
    """
    words = toponym_words()
    if within := _IN_THE.search(bare):
        return replace(mention, relation=Relation.PART, bearing=bearing_of(within["compass"]))
    part = _PART_OF.search(bare)
    if part and part["noun"] in words.part_nouns | words.near_after:
        relation = Relation.NEAR if part["noun"] in words.near_after else Relation.PART
        return replace(mention, relation=relation, bearing=bearing_of(part["compass"]))
    if beside := _SIDE_OF.search(bare):
        return replace(mention, relation=Relation.NEAR, bearing=bearing_of(beside["compass"]))
    own = _OWN_PART.match(right)
    if own and (own["whole"] or own["noun"] in words.part_nouns | words.near_after):
        relation = Relation.NEAR if own["noun"] in words.near_after else Relation.PART
        return replace(mention, relation=relation, bearing=bearing_of(own["whole"] or own["compass"]))
    adjective = _ADJECTIVE.search(bare)
    # "The eastern Donetsk region" lies in the east of its country, and "X's eastern Y" in that of X.
    introduced = adjective["before"] if adjective else None
    described = introduced and (mention.asked or introduced != "the ")
    if adjective is None or described or not named:
        return None
    if adjective["compass"] is None:
        return replace(mention, relation=Relation.CENTRE)
    return replace(mention, relation=Relation.PART, bearing=bearing_of(adjective["compass"]))


def _by_word_before(bare: str, mention: Mention, *, named: bool) -> Mention | None:
    words = toponym_words()
    if words.direction_at_end.search(bare):
        return replace(mention, relation=Relation.DIRECTION)
    if words.near_at_end.search(bare):
        return replace(mention, relation=Relation.NEAR)
    if words.centre_at_end.search(bare):
        return replace(mention, relation=Relation.CENTRE)
    last = bare.rsplit(" ", 1)[-1].strip("(\"'“‘")
    loosely = named and last in words.adjectives and _ADJECTIVE.search(bare) is None
    if loosely or words.part_at_end.search(bare):
        return replace(mention, relation=Relation.PART)
    return None

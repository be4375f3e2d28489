"""What a text ties together: lists, a place with the region it is in, two places with what is between."""

from __future__ import annotations

import re
from dataclasses import replace

from domain import Level, Mention, MentionKind, NameIndex, Relation
from extract.relations import COMPASS, bearing_of, before, distance_from, off_coast, without_kind
from extract.vocabulary import toponym_words

_OWNER = re.compile(r"['’]s (?:[a-z-]+ern |central |coastal )?")
_HYPHEN = re.compile(r"\s?[-–—‑/](?:[\w’'-]+[-–—‑/])?\s?")
_LISTING = re.compile(
    r"^\s*(?:,|and|or|&|;|,\s*and|,\s*or|as well as|and also)\s*(?:the\s|in\s|near\s|at\s)*$"
)
_BESIDE = re.compile(
    r"^(?:,\s+(?=(?:an?|the|which|located|situated|just|some|about|not|near|outside|close|\d+)\b)"
    r"|\s+(?:is|was|lies|lying|situated|located|which)\b"
    r"|(?=\s+(?:near|outside|close to|not far from)\b))[^.;]{0,60}"
    r"\b(?:near|close to|outside|beside|adjacent to|not far from"
    r"|(?:km|kilomet(?:re|er)s|miles)\b[^.;]{0,30}\b(?:of|from))\b[^.;]{0,40}$"
)
_WITHIN = re.compile(
    r"^(?:,?\s+(?:(?:a|an|the)\s[^.;]{0,60}?)?(?:in|of)\s+(?:the\s+)?"
    r"(?:(?:far\s+)?(?:[\w-]+ern|(?:north|south|east|west|centre|center|heart|middle)"
    r"(?:-?(?:east|west))?\s+of)\s+(?:the\s+)?)?|,\s+)$"
)
BESIDE_KM = 100.0
"""How far from a place or border another one may be said to be and still lie beside it."""

_GIVES_COORDINATES = re.compile(
    r"\s?[,(\[]?\s?(?:(?:at|with|the|grid|reference|coordinates|square|mgrs):?\s?)*"
)

_BORDER = r"(?:borders?|frontier|boundary|borderlands?)"
_KIND_OF_BORDER = rf"(?:(?:{COMPASS})(?:ern)?\s)?(?:(?:state|common|shared|land|international|mutual)\s)?"
_BORDER_AFTER = re.compile(rf"(?:['’]s?)?\s{_KIND_OF_BORDER}{_BORDER}\b(?:\s(?P<what>[a-z]+))?")
_BORDER_WITH = re.compile(rf"(?:['’]s?)?\s{_KIND_OF_BORDER}{_BORDER}\swith$")
_BORDER_BEFORE = re.compile(
    rf"\b(?:{_BORDER}(?:\s(?:area|areas|region|regions|zone|line|strip))?\s(?P<word>with|of|between)"
    rf"|{_BORDER}\s(?:crossing|crossings|point)\s(?:with|between))$"
)
_BETWEEN = re.compile(r"(?:\b(?P<what>[a-z]+)\s)?\bbetween$")
_ENDS = r"(?:\s(?:leading|running|stretching))?(?P<word>\s(?:from|between|linking|connecting|joining))?"
_REGIONS = ("admin1", "admin2", "area")


def lists(between: str) -> bool:
    """Whether the text between two names makes them neighbours in one list ("A, B and C")."""
    return bool(_LISTING.match(between))


def same_list(text: str, first: Mention, second: Mention) -> bool:
    """Whether two mentions are neighbours in one list ("A, B and C")."""
    return lists(text[first.end : second.start])


def linked(text: str, found: list[Mention], names: NameIndex) -> list[Mention]:
    """Tie the mentions of a text, in its order, to those that the text puts them with.

    Members of a list share their relation, names are tied to the places they are put in or by, and
    two that stand at the ends of a line or border become one relation.
    """
    tied = [
        (mention.kind is MentionKind.DEMONYM and off_coast(text, mention)) or mention for mention in found
    ]
    for index in range(len(tied)):
        _tie_ends(text, tied, index, names)
    _tie_neighbours(text, tied, names)
    # "A and B in the C region": what holds for the last of a list holds for all of it.
    for index in range(len(tied) - 2, -1, -1):
        mention, following = tied[index], tied[index + 1]
        if not mention.literal or not same_list(text, mention, following):
            continue
        if mention.inside is None and following.inside is not None and _shares(text, tied, index):
            mention = replace(mention, inside=following.inside)
        if mention.relation is Relation.IN and following.relation is Relation.DIRECTION:
            mention = replace(mention, relation=Relation.DIRECTION)
        tied[index] = mention
    return tied


# --------------------------------------------------------------------------- neighbours


def _tie_neighbours(text: str, tied: list[Mention], names: NameIndex) -> None:
    for index, mention in enumerate(tied):
        previous = tied[index - 1] if index else None
        if (
            previous
            and mention.relation is Relation.IN
            and previous.relation is Relation.NEAR
            and same_list(text, previous, mention)
        ):
            mention = replace(mention, relation=Relation.NEAR, bearing=previous.bearing)
        if index + 1 < len(tied) and mention.literal and tied[index + 1].literal and mention.other is None:
            following = tied[index + 1]
            between = text[mention.end : following.start]
            if following.spot is not None:
                if _GIVES_COORDINATES.fullmatch(between.lower()):
                    tied[index + 1] = replace(following, inside=index)
            elif (
                _OWNER.fullmatch(between)
                and following.inside is None
                and _is_wider(following, mention, names, False)
            ):
                tied[index + 1] = replace(following, inside=index)
            elif _BESIDE.match(between) and (following.offset_km or 0.0) <= BESIDE_KM:
                mention = replace(mention, near=index + 1)
            elif _WITHIN.match(between) and _is_wider(mention, following, names, between.strip() == ","):
                mention = replace(mention, inside=index + 1)
            elif following.relation is Relation.COAST and re.match(r",?\soff\b", between):
                # "In the Red Sea off Yemen": the coast tells more of where it was than the sea.
                tied[index + 1] = replace(following, other=index)
        tied[index] = mention


def _shares(text: str, tied: list[Mention], index: int) -> bool:
    """Whether what the next of a list is in holds for this one too.

    "A and B, Texas" are both there, but in "Idaho, Washington, Texas" only the words would tell.
    """
    following = tied[index + 1]
    beyond = tied[index + 2] if following.inside == index + 2 else None
    only_comma = beyond is not None and text[following.end : beyond.start].strip() == ","
    return not only_comma or text[tied[index].end : following.start].strip() in ("and", "or", "&")


def _is_wider(mention: Mention, container: Mention, names: NameIndex, only_comma: bool) -> bool:
    """Whether ``container`` is a kind of place that can hold what ``mention`` names.

    A comma alone may as well stand in a list or between clauses: then the two must be known to
    belong together ("Paris, Texas" does not need it, "in Jeddah, Ukraine agreed" shows why).
    """
    if container.asked in _REGIONS:
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
        if not only_comma or own is None:
            return not only_comma
        elsewhere = own.count == 1 and own.place.admin1_id != use.place.id
        return own.place.level.is_point and not elsewhere
    return use.place.level is Level.AREA and not only_comma


# --------------------------------------------------------------------------- two ends of one line


def _tie_ends(text: str, tied: list[Mention], index: int, names: NameIndex) -> None:
    """Make one relation of a mention and the next where they are the ends of a line or share a border."""
    mention = tied[index]
    if mention.spot is not None or (index and tied[index - 1].other == index):
        return
    bare, _ = without_kind(before(text, mention.start))
    following = tied[index + 1] if index + 1 < len(tied) and tied[index + 1].spot is None else None
    if following is not None:
        between = re.sub(r"\s+", " ", text[mention.end : following.start].lower())
        right = _right(text, following)
        if _share_border(bare, between, right):
            if _is_region(mention, names) or _is_region(following, names):
                tied[index] = _at_border(mention, index + 1, _distance(bare))
                tied[index + 1] = _at_border(following)
            else:
                _span(tied, index, None)
            return
        ends, bearing = _line(bare, between, right, mention)
        if ends and not _is_region(mention, names) and not _is_region(following, names):
            _span(tied, index, bearing)
            return
        if _stands_between(bare, between, mention, following) and not (
            _is_region(mention, names) or _is_region(following, names)
        ):
            tied[index] = replace(mention, relation=Relation.BETWEEN, other=index + 1)
            return
    if _has_border(bare, _right(text, mention)):
        _tie_border(text, tied, index, names, _distance(bare))


def _right(text: str, mention: Mention) -> str:
    return re.sub(r"\s+", " ", text[mention.end : mention.end + 60].lower())


def _at_border(mention: Mention, other: int | None = None, km: float | None = None) -> Mention:
    """Return a mention whose border is meant: the place's, even where its name looks like a speaker's."""
    kind = mention.kind if mention.kind is MentionKind.DEMONYM else MentionKind.PLACE
    return replace(mention, kind=kind, relation=Relation.BORDER, offset_km=km, bearing=None, other=other)


def _distance(bare: str) -> float | None:
    """Return the kilometres of "12 km from the border with X" and "12 km from X's border"."""
    return distance_from(without_kind(_BORDER_BEFORE.sub("", bare))[0])


def _span(tied: list[Mention], index: int, bearing: float | None) -> None:
    """Make a mention and the next the ends of a line; with a bearing the event is on that side of it."""
    relation = Relation.BETWEEN if bearing is None else Relation.SIDE
    tied[index] = replace(
        tied[index],
        kind=MentionKind.PLACE,
        relation=relation,
        offset_km=None,
        bearing=bearing,
        other=index + 1,
    )
    tied[index + 1] = replace(tied[index + 1], kind=MentionKind.PLACE)


def _is_region(mention: Mention, names: NameIndex) -> bool:
    """Whether a mention names a country, people or division, which has borders and no one spot."""
    if mention.kind is MentionKind.DEMONYM or mention.asked in _REGIONS:
        return True
    use = names.best(mention.name)
    return not mention.asked and use is not None and use.place.level in (Level.COUNTRY, Level.ADMIN1)


def _share_border(bare: str, between: str, right: str) -> bool:
    """Whether the text speaks of the border of two names ("A–B border", "A's border with B")."""
    joined, _ = without_kind(between)
    if _BORDER_WITH.fullmatch(joined):
        return True
    told = _BORDER_BEFORE.search(bare)
    if told and re.fullmatch(r"(?:\s[a-z]+)?\s(?:with|and)", joined):
        return True
    return bool(_HYPHEN.fullmatch(between) or between == " and ") and _has_border("", right)


def _has_border(bare: str, right: str) -> bool:
    after, told = _BORDER_AFTER.match(right), _BORDER_BEFORE.search(bare)
    if after:
        return after["what"] not in toponym_words().border_people
    return told is not None and told["word"] != "between"


def _tie_border(text: str, tied: list[Mention], index: int, names: NameIndex, km: float | None) -> None:
    """Let a region that is said to lie at somebody's border be the event's place, at that border."""
    tied[index] = _at_border(tied[index], km=km)
    for earlier in range(index - 1, max(-1, index - 4), -1):
        mention = tied[earlier]
        if not mention.literal:
            continue
        plain = mention.relation is Relation.IN and mention.kind is not MentionKind.DATELINE
        same_clause = re.search(r"[.;!?\n]", text[mention.end : tied[index].start]) is None
        beside = km is None or km <= BESIDE_KM
        if (
            plain
            and beside
            and same_clause
            and _is_region(mention, names)
            and mention.name != tied[index].name
        ):
            tied[earlier] = _at_border(mention, index, km)
        return


def _line(bare: str, between: str, right: str, mention: Mention) -> tuple[bool, float | None]:
    """Return whether two names are the ends of a road or line, and the side of it that is meant."""
    lines = "|".join(toponym_words().lines)
    told = re.search(
        rf"(?:\b(?P<compass>{COMPASS})\s(?:of|from)\s(?:the\s)?(?:\w+\s)?)?\b(?:{lines}){_ENDS}$", bare
    )
    side = bearing_of(told["compass"]) if told and told["compass"] else None
    joined, _ = without_kind(between)
    if told and told["word"] and re.fullmatch(r"(?:\s[a-z]+)?\s(?:to|and|with)", joined):
        return True, side
    if not _HYPHEN.fullmatch(between):
        return False, None
    if re.match(rf"\s(?:[a-z0-9-]+\s)?(?:{lines})\b", right):
        return True, mention.bearing if mention.relation is Relation.NEAR else None
    return told is not None and told["word"] is None, side


def _stands_between(bare: str, between: str, mention: Mention, following: Mention) -> bool:
    told = _BETWEEN.search(bare)
    joined, _ = without_kind(between)
    literal = mention.literal and following.literal
    return (
        told is not None
        and literal
        and told["what"] not in toponym_words().not_between
        and re.fullmatch(r"(?:\s[a-z]+)?\sand", joined) is not None
    )

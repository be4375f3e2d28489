"""How a text ties an event to a place, in words: "12 km west of Pokrovsk"."""

from __future__ import annotations

from collections.abc import Set

from flask_babel import gettext as _

from domain import Relation, Resolution
from web import naming
from web.languages import N_
from web.wording import kilometres

_POINTS = (
    N_("north"), N_("north-north-east"), N_("north-east"), N_("east-north-east"),
    N_("east"), N_("east-south-east"), N_("south-east"), N_("south-south-east"),
    N_("south"), N_("south-south-west"), N_("south-west"), N_("west-south-west"),
    N_("west"), N_("west-north-west"), N_("north-west"), N_("north-north-west"),
)  # fmt: skip


def as_said(resolution: Resolution) -> str:
    """Return how the text ties the event to its place ("12 km west of Pokrovsk"), "" where it is in it."""
    mention = resolution.mention
    if mention.relation is Relation.COORDINATES:
        if resolution.anchor is None:
            return _("at the coordinates %(text)s", text=mention.text)
        named = naming.name(resolution.anchor)
        return _("at the coordinates %(text)s for %(place)s", text=mention.text, place=named)
    if resolution.place is None:
        return ""
    words = {
        "place": naming.name(resolution.place),
        "other": naming.name(resolution.other) if resolution.other else "",
        "point": "" if mention.bearing is None else _(_POINTS[round(mention.bearing / 22.5) % 16]),
        "far": "" if mention.offset_km is None else kilometres(mention.offset_km),
    }
    tie = _tie(mention.relation, {name for name, word in words.items() if word})
    # An empty text would be looked up, too: it is the head of the catalogue.
    return _(tie, **words) if tie else ""


def _tie(relation: Relation, known: Set[str]) -> str:
    """Return the sentence for a relation of which the words in ``known`` are given, in English."""
    match relation:
        case Relation.OFFSET if known >= {"far", "point"}:
            return N_("%(far)s %(point)s of %(place)s")
        case Relation.OFFSET if "far" in known:
            return N_("%(far)s from %(place)s")
        case Relation.OFFSET | Relation.NEAR if "point" in known:
            return N_("%(point)s of %(place)s")
        case Relation.OFFSET | Relation.NEAR:
            return N_("near %(place)s")
        case Relation.DIRECTION:
            return N_("in the direction of %(place)s")
        case Relation.PART if "point" in known:
            return N_("in the %(point)s of %(place)s")
        case Relation.PART:
            return N_("in a part of %(place)s")
        case Relation.CENTRE:
            return N_("in the centre of %(place)s")
        case Relation.BETWEEN if "other" in known:
            return N_("between %(place)s and %(other)s")
        case Relation.SIDE if known >= {"other", "point"}:
            return N_("%(point)s of the line between %(place)s and %(other)s")
        case Relation.BORDER if known >= {"far", "other"}:
            return N_("%(far)s from the border of %(place)s with %(other)s")
        case Relation.BORDER if "far" in known:
            return N_("%(far)s from the border of %(place)s")
        case Relation.BORDER if "other" in known:
            return N_("at the border of %(place)s with %(other)s")
        case Relation.BORDER:
            return N_("at the border of %(place)s")
        case Relation.COAST if known >= {"far", "point"}:
            return N_("%(far)s off the %(point)sern coast of %(place)s")
        case Relation.COAST if "far" in known:
            return N_("%(far)s off the coast of %(place)s")
        case Relation.COAST if "point" in known:
            return N_("off the %(point)sern coast of %(place)s")
        case Relation.COAST:
            return N_("off the coast of %(place)s")
    return ""

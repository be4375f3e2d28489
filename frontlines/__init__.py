"""Who holds what, when, and by which evidence: facts, snapshots and events put together."""

from frontlines.facts import facts_of, party_of, read_facts
from frontlines.geojson import OUTLINES_FROM, drawn, features
from frontlines.history import Series, Turn, days_to_draw, explaining, series, settlements, steps, turns
from frontlines.record import FACTS, Change, Control, Difference, Record

__all__ = [
    "FACTS",
    "OUTLINES_FROM",
    "Change",
    "Control",
    "Difference",
    "Record",
    "Series",
    "Turn",
    "days_to_draw",
    "drawn",
    "explaining",
    "facts_of",
    "features",
    "party_of",
    "read_facts",
    "series",
    "settlements",
    "steps",
    "turns",
]

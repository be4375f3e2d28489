"""Who holds what, when, and by which evidence: facts, snapshots and events put together."""

from frontlines.facts import facts_of, party_of, read_facts
from frontlines.geojson import OUTLINES_FROM, features
from frontlines.record import FACTS, Change, Control, Difference, Record

__all__ = [
    "FACTS",
    "OUTLINES_FROM",
    "Change",
    "Control",
    "Difference",
    "Record",
    "facts_of",
    "features",
    "party_of",
    "read_facts",
]

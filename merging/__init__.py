"""Which tellings are of one event, and what that event is.

A telling is an event as one document tells it. Decision 0010 gives the rules with their reasons. Nothing
here knows where events are kept: a store asks these functions (`domain.Merging`).
"""

from merging.agreement import side
from merging.folding import SUREST, fold
from merging.matching import joins, likeness, matches, neighbourhood, retold

__all__ = ["SUREST", "fold", "joins", "likeness", "matches", "neighbourhood", "retold", "side"]

"""Stretches of a report's text around what it tells, cut where they are marked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from domain import DateRange, Span, TextSpan
from extract.dates import find_dates

CONTEXT_CHARACTERS = 600
"""How far the sentence before or after may reach; what has no end by then is cut there."""

_SENTENCE_END = re.compile(r"[.!?…][\"'”’»)]*\s+|\n+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text, with its role ("trigger", "place", "date") or none."""

    text: str
    role: str = ""


def pieces(text: str, sentence: Span, marks: Sequence[tuple[Span, str]]) -> tuple[Piece, ...]:
    """Cut a sentence at its marks. Those outside are left out; of two that overlap, the first counts."""
    kept: list[tuple[int, int, str]] = []
    for span, role in marks:
        inside = sentence.start <= span.start < span.end <= sentence.end
        if inside and all(span.end <= start or end <= span.start for start, end, _ in kept):
            kept.append((span.start, span.end, role))
    found, at = [], sentence.start
    for start, end, role in sorted(kept):
        found += [Piece(text[at:start]), Piece(text[start:end], role)]
        at = end
    found.append(Piece(text[at : sentence.end]))
    return tuple(piece for piece in found if piece.text)


def sentence_before(text: str, end: int, *, part: bool = False) -> TextSpan:
    """Return the sentence that ends before ``end``, or with ``part`` that of which ``end`` is a part."""
    head = text[:end] if part else text[:end].rstrip()
    low = max(0, len(head) - CONTEXT_CHARACTERS)
    cuts = [match.end() for match in _SENTENCE_END.finditer(head, low)]
    start = cuts[-1] if cuts else low
    return TextSpan(start, len(head), head[start:])


def sentence_after(text: str, start: int) -> TextSpan:
    """Return what follows ``start`` up to the end of its sentence."""
    begin = len(text) - len(text[start:].lstrip())
    high = min(len(text), begin + CONTEXT_CHARACTERS)
    stop = _SENTENCE_END.search(text, begin, high)
    end = begin + len(text[begin : stop.end() if stop else high].rstrip())
    return TextSpan(begin, end, text[begin:end])


def date_told(text: str, stretch: Span, *, published: date | None, when: DateRange | None) -> TextSpan | None:
    """Return the words of a stretch that say ``when``, ``None`` where none of them do.

    A store keeps what date was read, not where. So the stretch is read again, by the same rules and against
    the same publication date; of several expressions the one that says it most exactly counts.
    """
    if when is None:
        return None
    told = [
        (each.when.end - each.when.start, stretch.start + each.start, stretch.start + each.end)
        for each in find_dates(text[stretch.start : stretch.end], published)
        if each.when is not None and each.when.start <= when.end and when.start <= each.when.end
    ]
    if not told:
        return None
    _, start, end = min(told)
    return TextSpan(start, end, text[start:end])

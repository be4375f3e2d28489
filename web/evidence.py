"""Why an event is on the map: the sentence that says so, and why this place and not another."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain import Event, EventReport, NotFound, Place, Resolution, Span, Store, TextSpan
from geo.gazetteer import GEOD
from web import wording

CONTEXT_CHARACTERS = 600
"""How far the sentence before or after may reach; what has no end by then is cut there."""

RIVALS = 2
MATTERS = 0.1
"""A contribution smaller than that is not shown by itself."""

_SENTENCE_END = re.compile(r"[.!?…][\"'”’»)]*\s+|\n+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text, with its role ("trigger", "place") or none."""

    text: str
    role: str = ""


@dataclass(frozen=True, slots=True)
class Rival:
    """A candidate place; ``distance_km`` is that to the chosen one."""

    place: Place
    score: float
    distance_km: float | None
    contributions: tuple[tuple[str, float], ...]
    chosen: bool


@dataclass(frozen=True, slots=True)
class Why:
    """How the place of a report was found."""

    name: str
    said: str
    """How the text ties the event to the place, "" where it is in it."""
    reason: str
    confidence: float
    rivals: tuple[Rival, ...]
    others: int
    """Candidates beyond those in ``rivals``."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One report of an event, ready to be shown."""

    report: EventReport
    before: tuple[Piece, ...]
    """The sentence before; it and ``after`` may be empty."""
    sentence: tuple[Piece, ...]
    after: tuple[Piece, ...]
    elsewhere: tuple[Piece, ...]
    """The sentence that names the place, where it is none of those."""
    why: Why | None


def evidence(event: Event, store: Store) -> tuple[Evidence, ...]:
    """Return the evidence of each report of ``event``, in the store's order."""
    return tuple(_of_report(event, report, store) for report in event.reports)


def as_json(item: Evidence) -> dict[str, Any]:
    """Return the report as the map's popup needs it."""
    report = item.report
    return told_by(report) | {
        "sentence": [{"text": piece.text, "role": piece.role} for piece in item.sentence],
    }


def told_by(report: EventReport) -> dict[str, Any]:
    """Return which document tells of an event, and how, without its words."""
    return {
        "document_id": report.document_id,
        "source": report.source,
        "title": report.title,
        "url": report.url,
        "published": report.published.isoformat() if report.published else None,
        "stance": report.stance.value,
        "claimed_by": report.claimed_by,
        "said": wording.stance(report),
        "deaths": wording.killed(report),
    }


def _of_report(event: Event, report: EventReport, store: Store) -> Evidence:
    text = store.document(report.document_id).text
    resolution = _resolution(report, store)
    marks: list[tuple[Span, str]] = [(report.trigger, "trigger")]
    elsewhere: tuple[Piece, ...] = ()
    before, after = _before(text, report.sentence.start), _after(text, report.sentence.end)
    if resolution is not None:
        named = resolution.mention
        marks.append((named, "place"))
        if not before.start <= named.start < after.end:
            around = TextSpan(_before(text, named.start, part=True).start, _after(text, named.end).end, "")
            elsewhere = pieces(text, around, marks[1:])
    return Evidence(
        report,
        pieces(text, before, marks),
        pieces(text, report.sentence, marks),
        pieces(text, after, marks),
        elsewhere,
        _why(event, resolution) if resolution is not None else None,
    )


def _resolution(report: EventReport, store: Store) -> Resolution | None:
    if report.place is None:
        return None
    try:
        return store.resolutions(report.document_id)[report.place]
    except (NotFound, IndexError):
        return None


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


def _before(text: str, end: int, *, part: bool = False) -> TextSpan:
    """Return the sentence that ends before ``end``, or with ``part`` that of which ``end`` is a part."""
    head = text[:end] if part else text[:end].rstrip()
    low = max(0, len(head) - CONTEXT_CHARACTERS)
    cuts = [match.end() for match in _SENTENCE_END.finditer(head, low)]
    start = cuts[-1] if cuts else low
    return TextSpan(start, len(head), head[start:])


def _after(text: str, start: int) -> TextSpan:
    """Return what follows ``start`` up to the end of its sentence."""
    begin = len(text) - len(text[start:].lstrip())
    high = min(len(text), begin + CONTEXT_CHARACTERS)
    stop = _SENTENCE_END.search(text, begin, high)
    end = begin + len(text[begin : stop.end() if stop else high].rstrip())
    return TextSpan(begin, end, text[begin:end])


def _why(event: Event, resolution: Resolution) -> Why:
    chosen = resolution.place or resolution.anchor or event.place
    ranked = sorted(resolution.candidates, key=lambda candidate: -candidate.score)
    shown = [candidate for candidate in ranked if chosen and candidate.place.id == chosen.id]
    shown += [candidate for candidate in ranked if candidate not in shown][:RIVALS]
    return Why(
        resolution.mention.text,
        wording.as_said(resolution),
        resolution.reason,
        resolution.confidence,
        tuple(
            Rival(
                candidate.place,
                candidate.score,
                _distance(chosen, candidate.place) if chosen else None,
                _largest(candidate.contributions),
                chosen is not None and candidate.place.id == chosen.id,
            )
            for candidate in shown
        ),
        max(0, len(ranked) - len(shown)),
    )


def _largest(contributions: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
    """Return the contributions that matter, the weightiest first, and the sum of all the small ones."""
    ranked = sorted(contributions.items(), key=lambda item: -abs(item[1]))
    large = [(name, value) for name, value in ranked if abs(value) >= MATTERS]
    small = sum(value for _, value in ranked[len(large) :])
    return (*large, ("all the rest", small)) if abs(small) >= 0.005 else tuple(large)


def _distance(one: Place, other: Place) -> float:
    return float(GEOD.inv(one.lon, one.lat, other.lon, other.lat)[2]) / 1000

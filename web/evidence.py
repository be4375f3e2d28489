"""Why an event is on the map: the sentences that say so, and why this place and not another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from flask import Blueprint, jsonify, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from domain import Event, EventReport, NotFound, Resolution, Span, Store, TextSpan
from web import naming, params, wording
from web.passages import Piece, date_told, pieces, sentence_after, sentence_before
from web.rivals import Rival, Why, small_map, why
from web.services import Services, services
from web.view import mark

NEAR_KM = 50
MOST_REPORTS = 20
"""How many reports the map's panel shows; the event's own page has them all."""

blueprint = Blueprint("evidence", __name__)


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


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of what is known of an event: what it is about, what is known, and what to add in small."""

    name: str
    words: str
    note: str = ""


@blueprint.get("/events/<string:event_id>/evidence.json")
def opened(event_id: str) -> BaseResponse:
    """Return all that the map's panel shows of an event. Raises NotFound.

    The id of an event that was merged into another one leads there.
    """
    params.Arguments(request.args, ())
    parts = services()
    event = parts.store.event(event_id)
    if event.id != event_id:
        return redirect(url_for(".opened", event_id=event.id), 308)
    shown = evidence(event, parts.store, most=MOST_REPORTS)
    deciding = placed_by(event, shown)
    return jsonify(
        {
            "mark": mark(event, parts),
            "headline": wording.headline(event),
            "facts": [asdict(fact) for fact in facts(event)],
            "reports": [_report_json(item, deciding) for item in shown],
            "more_reports": len(event.reports) - len(shown),
            "why": _why_json(event, deciding.why, parts) if deciding and deciding.why else None,
            "history": [told_by(report) | {"day": _day(report)} for report in event.history],
            "page": url_for("pages.event", event_id=event.id),
            "geojson": url_for("features.one_event", event_id=event.id),
            "near": around(event),
            "mistakes": url_for("mistakes.form", event_id=event.id),
        }
    )


def evidence(event: Event, store: Store, *, most: int | None = None) -> tuple[Evidence, ...]:
    """Return the evidence of each report of ``event``, or of the first ``most``, in the store's order."""
    return tuple(_of_report(event, report, store) for report in event.reports[:most])


def facts(event: Event) -> tuple[Fact, ...]:
    """Return what is known of an event, line by line."""
    return tuple(fact for fact in _facts(event) if fact.words)


def placed_by(event: Event, shown: Sequence[Evidence]) -> Evidence | None:
    """Return the report whose words decided the event's place: the first that means the same place."""
    explained = [item for item in shown if item.why]
    meant = [item for item in explained if item.why and _means(item.why, event)]
    return next(iter([*meant, *explained]), None)


def around(event: Event) -> str | None:
    """Return the address of what else happened near by, ``None`` for what is not placed."""
    if event.lat is None or event.lon is None:
        return None
    return url_for("pages.near", lat=f"{event.lat:.5f}", lon=f"{event.lon:.5f}", km=NEAR_KM)


def as_json(item: Evidence) -> dict[str, Any]:
    """Return the report as an event's GeoJSON has it."""
    return told_by(item.report) | {"sentence": [asdict(piece) for piece in item.sentence]}


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


# --------------------------------------------------------------------------- what is known


def _facts(event: Event) -> Iterator[Fact]:
    kinds = dict.fromkeys((event.event_type, event.sub_event_type))
    yield Fact(_("Type"), " · ".join(map(wording.type_name, kinds)))
    name = event.place.name if event.place else ""
    in_text = (
        _("in the text: “%(words)s”", words=event.place_text) if event.place_text not in ("", name) else ""
    )
    yield Fact(_("Place"), wording.place(event), in_text)
    if event.lat is not None:
        middle = _("the middle of the region, not of the event") if event.geo_precision == 3 else ""
        yield Fact(_("Position"), f"{event.lat:.4f}, {event.lon:.4f}", middle)
    yield Fact(_("Date"), wording.when(event.when))
    yield Fact(_("Actor"), naming.actor(event.actor or ""))
    yield Fact(_("Target"), naming.actor(event.target or ""))
    yield Fact(_("Weapon"), wording.weapon(event.weapon) if event.weapon else "")
    yield Fact(_("Number"), wording.summary(event)["count"])
    tolls = wording.tolls(event)
    yield Fact(_("Deaths"), tolls.get("killed") or _("none stated"))
    yield Fact(_("Wounded"), tolls.get("wounded", ""))
    yield Fact(_("Captured"), tolls.get("captured", ""))
    yield Fact(_("Confidence"), f"{event.confidence * 100:.0f} %")


# --------------------------------------------------------------------------- reports


def _of_report(event: Event, report: EventReport, store: Store) -> Evidence:
    text = store.document(report.document_id).text
    resolution = _resolution(report, store)
    before = sentence_before(text, report.sentence.start)
    after = sentence_after(text, report.sentence.end)
    marks: list[tuple[Span, str]] = [(report.trigger, "trigger")]
    elsewhere: tuple[Piece, ...] = ()
    if resolution is not None:
        named = resolution.mention
        marks.append((named, "place"))
        if not before.start <= named.start < after.end:
            part = sentence_before(text, named.start, part=True)
            around = TextSpan(part.start, sentence_after(text, named.end).end, "")
            elsewhere = pieces(text, around, marks[1:])
    # What the sentence itself does not say, the one before it may have said.
    dated = (
        date_told(text, stretch, published=report.published, when=event.when)
        for stretch in (report.sentence, before)
    )
    marks += [(found, "date") for found in dated if found][:1]
    return Evidence(
        report,
        pieces(text, before, marks),
        pieces(text, report.sentence, marks),
        pieces(text, after, marks),
        elsewhere,
        why(event, resolution) if resolution is not None else None,
    )


def _resolution(report: EventReport, store: Store) -> Resolution | None:
    if report.place is None:
        return None
    try:
        return store.resolutions(report.document_id)[report.place]
    except (NotFound, IndexError):
        return None


def _means(told: Why, event: Event) -> bool:
    return any(rival.chosen and event.place and rival.place.id == event.place.id for rival in told.rivals)


# --------------------------------------------------------------------------- as JSON


def _report_json(item: Evidence, deciding: Evidence | None) -> dict[str, Any]:
    told = {
        name: [asdict(piece) for piece in getattr(item, name)]
        for name in ("before", "sentence", "after", "elsewhere")
    }
    apart = item.why.reason if item.why and item is not deciding else ""
    return told_by(item.report) | told | {"day": _day(item.report), "reason": apart}


def _day(report: EventReport) -> str:
    return wording.day(report.published) if report.published else _("date not known")


def _why_json(event: Event, told: Why, parts: Services) -> dict[str, Any]:
    drawn = small_map(event, told.rivals, parts.regions)
    return {
        "name": told.name,
        "said": told.said,
        "reason": told.reason,
        "confidence": told.confidence,
        "rivals": [_rival_json(rival) for rival in told.rivals],
        "others": told.others,
        "map": asdict(drawn) if drawn else None,
    }


def _rival_json(rival: Rival) -> dict[str, Any]:
    far = rival.distance_km
    return {
        "label": naming.label(rival.place),
        "kind": wording.grain(rival.place),
        "point": rival.place.level.is_point,
        "score": round(rival.score, 3),
        "distance_km": None if far is None else round(far, 3),
        "distance": "" if far is None or rival.chosen else wording.kilometres(far),
        "chosen": rival.chosen,
        "ahead": rival.ahead,
        "behind": rival.behind,
    }

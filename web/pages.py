"""The HTML pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

import feeds
from domain import (
    Document,
    Event,
    EventQuery,
    Outcome,
    Refusal,
    SitmapError,
    Store,
    TooLarge,
    Unprocessable,
)
from ontology import Family
from web import mistakes, params, wording
from web.evidence import around, evidence, facts, placed_by
from web.filters import filter_choices, kinds
from web.languages import N_
from web.map import choropleth_map, evidence_map, region_map, situation_map
from web.near import find_centre, render_near
from web.regions import held_in, look_at_region, look_at_regions
from web.services import services

blueprint = Blueprint("pages", __name__)


# --------------------------------------------------------------------------- the map


@blueprint.get("/")
def index() -> str:
    """Show the map with its filters, list, count line and time bar."""
    parts = services()
    query = params.event_query(params.Arguments(request.args, params.VIEW), parts.ontology)
    arguments: dict[str, Any] = params.to_arguments(query)
    counts = parts.store.counts(query)
    return render_template(
        "map.html",
        map=situation_map(),
        counts=counts,
        span=_span(parts.store),
        **filter_choices(parts, query, counts),
        geojson=url_for("features.events", **arguments),
        filtered=bool(arguments),
        wrong=mistakes.KINDS,
    )


def _span(store: Store) -> tuple[date, date] | None:
    """Return the first and the last day that the time bar reaches: those of events and of drawings."""
    days = [kept.date for kept in store.snapshots.list() if kept.counts]
    days += store.span(EventQuery()) or ()
    return (min(days), max(days)) if days else None


# --------------------------------------------------------------------------- regions

COLUMNS = {
    "name": N_("Region"),
    "count": N_("Events"),
    "fatalities": N_("Killed"),
    "per_100k": N_("Per 100,000"),
}
"""The columns of the table of regions, by what it is sorted by."""


@blueprint.get("/regions")
def regions() -> str:
    """Show the regions shaded by what happened in them, beside the same as a table."""
    parts = services()
    overview = look_at_regions(params.Arguments(request.args, params.CHOROPLETH), parts)
    arguments: dict[str, Any] = params.to_arguments(overview.query)
    window = {name: values for name, values in arguments.items() if name in params.WINDOW}
    asked: dict[str, Any] = request.args.to_dict(flat=False)
    geojson = url_for("features.regions", level=overview.level, **arguments)
    return render_template(
        "regions.html",
        map=choropleth_map(
            regions=geojson,
            level=overview.level,
            measure=overview.measure,
            classes=[(each.start, each.shade) for each in overview.classes],
            window=window,
        ),
        overview=overview,
        approximate=any(parts.regions.is_approximate(region.id) for region in overview.regions),
        sorted_by={
            name: (_(words), url_for(".regions", **(asked | {"sort": name})))
            for name, words in COLUMNS.items()
        },
        window=window,
        counts=overview.counts,
        **filter_choices(parts, overview.query, overview.counts),
        geojson=geojson,
        filtered=bool(arguments),
    )


@blueprint.get("/regions/<string:region_id>")
def region(region_id: str) -> str:
    """Show what happened in one region. Raises NotFound."""
    parts = services()
    profile = look_at_region(region_id, params.Arguments(request.args, params.WINDOW), parts)
    arguments: dict[str, Any] = params.to_arguments(profile.query)
    window = {name: values for name, values in arguments.items() if name in params.WINDOW}
    outline = url_for("features.one_region", region_id=region_id, **window)
    shape = parts.regions.outline(region_id)
    return render_template(
        "region.html",
        profile=profile,
        place=profile.region.place,
        has_outline=shape is not None,
        held=held_in(shape, profile.query.end, parts) if shape else None,
        approximate=parts.regions.is_approximate(region_id),
        map=region_map(outline=outline, level=profile.level, query=arguments),
        rows=[(event, wording.summary(event)) for event in profile.events],
        window=window,
        outline=outline,
        events_geojson=url_for("features.events", **arguments),
        on_map=url_for(".index", **arguments),
    )


# --------------------------------------------------------------------------- one event


@blueprint.get("/events/<string:event_id>")
def event(event_id: str) -> str | BaseResponse:
    """Show an event with its evidence and the places that it might have been. Raises NotFound.

    The id of an event that was merged into another one leads there.
    """
    params.Arguments(request.args, ())
    parts = services()
    found = parts.store.event(event_id)
    if found.id != event_id:
        return redirect(url_for(".event", event_id=found.id), 308)
    shown = evidence(found, parts.store)
    return render_template(
        "event.html",
        event=found,
        headline=wording.headline(found),
        facts=facts(found),
        evidence=shown,
        placed_by=placed_by(found, shown),
        map=evidence_map(
            event=url_for("features.one_event", event_id=found.id), family=_family_sign(found.event_type)[0]
        )
        if found.geo_precision
        else None,
        geojson=url_for("features.one_event", event_id=found.id),
        near=around(found),
        wrong=mistakes.KINDS,
    )


@blueprint.app_template_global("event_families")
def _event_families() -> list[Family]:
    """Return the families in the order of their numbers."""
    return list(services().ontology.families.values())


@blueprint.app_template_global("family_sign")
def _family_sign(event_type: str) -> tuple[int, str]:
    """Return the number and the shape of an event's family."""
    families = services().ontology.families
    if event_type not in families:
        # Kept under a type that the ontology has lost since.
        return len(families), "ring"
    return list(families).index(event_type), families[event_type].shape


# --------------------------------------------------------------------------- near


@blueprint.get("/near")
def near() -> str:
    """Show what lies near a place, nearest first. Raises SitmapError naming the form's field."""
    return render_near(find_centre(params.Arguments(request.args, params.NEAR), services()))


def near_again(error: SitmapError) -> Response:
    """Show the form with what is wrong with it."""
    return make_response(render_near(None, error), error.status)


# --------------------------------------------------------------------------- the data

ADDRESSES = (
    ("/events.geojson", "events as a GeoJSON FeatureCollection, newest first", params.EVENTS),
    ("/events/<id>.geojson", "one event with its evidence, and who vouched for it when", ()),
    ("/events.csv", "the same as a spreadsheet", params.SHEET),
    ("/events.atom", "the newest of them as a feed", params.FEED),
    ("/near.geojson", "events around a place, nearest first, with their distances", params.NEAR),
    ("/near.csv", "the same as a spreadsheet", params.NEAR),
    ("/near.atom", "the newest events around a place as a feed", params.NEAR),
    (
        "/regions.geojson",
        "outlines of the regions that have events, with their number, deaths and rate",
        params.REGION_OUTLINES,
    ),
    ("/regions/<id>.geojson", "the outline of one region, with the same of it", params.WINDOW),
    (
        "/control.geojson",
        "who holds the ground on a day: areas, contested ground, front line",
        params.CONTROL,
    ),
    ("/frontlines.geojson", "the front line alone", params.LINES),
    ("/changes.geojson", "ground and places that changed hands between two days", params.CHANGES),
    ("/disagreements.geojson", "ground that two sources give to different parties", params.DISAGREEMENTS),
    ("/counts.json", "how many events a view shows, and how many each filter would give", params.VIEW),
    ("/clusters.geojson", "the placed events of a part of the map, clustered for its zoom", params.MARKS),
    ("/heat.json", "how many placed events there are in each small cell of a part of the map", params.MARKS),
    ("/list.json", "a part of the sorted list of events", params.LISTING),
    ("/histogram.json", "how many events there were day by day", params.VIEW),
    ("/said.json", "the window and the filters of a view in words", params.VIEW),
    ("/places.json", "places whose name begins with q, or the largest around a position", params.PLACES),
)


@blueprint.get("/data")
def data() -> str:
    """Show what is stored, where to get it, and whose it is."""
    params.Arguments(request.args, ())
    parts = services()
    return render_template(
        "data.html",
        totals=parts.store.totals(),
        addresses=ADDRESSES,
        parameters=params.PARAMETERS.values(),
        types=[(family, kinds(parts.ontology, family)) for family in parts.ontology.families],
    )


# --------------------------------------------------------------------------- a report of one's own

FORM_FIELDS = ("text", "date", "title", "source", "url")


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one input of the form, with the events that were read out of it."""

    name: str
    outcome: Outcome
    events: tuple[Event, ...]
    refused: str = ""


@blueprint.get("/ingest")
def ingest_form() -> str:
    """Show the empty form."""
    params.Arguments(request.args, ())
    return render_template("ingest.html", values={}, error=None)


@blueprint.post("/ingest")
def ingest() -> str:
    """Read a pasted text or an uploaded file, keep it, and show what was found.

    Raises SitmapError naming the form's field; nothing is kept then.
    """
    # Imported here: it brings spaCy, and most servers never read a report themselves.
    from pipeline import readable, run

    parts = services()
    inputs = list(readable(_inputs(), parts.analyser))
    if isinstance(inputs[0], Refusal) and len(inputs) == 1 and not request.files.get("file"):
        raise inputs[0].error
    outcomes = run(inputs, parts.store, parts.analyser)
    taken = [
        Taken(name, outcome, (), str(item.error))
        if isinstance(item, Refusal)
        else Taken(name, outcome, parts.store.events_of(item.id))
        for item, (name, outcome) in zip(inputs, outcomes, strict=True)
    ]
    summary = Counter(str(item.outcome) for item in taken)
    return render_template(
        "ingested.html", taken=taken, summary=summary, headline=wording.headline, place=wording.place
    )


def ingest_again(error: SitmapError) -> Response:
    """Show the form with what is wrong with it and, where the request could be read, what was in it."""
    values: Mapping[str, str] = {}
    if request.method == "POST" and (not isinstance(error, TooLarge) or error.field):
        values = {name: request.form.get(name, "") for name in FORM_FIELDS}
    return make_response(render_template("ingest.html", values=values, error=error), error.status)


def _inputs() -> list[Document | Refusal]:
    """Return what the form holds. Raises SitmapError where there is nothing in it to read."""
    params.Arguments(request.args, ())
    given = {name: request.form.get(name, "").strip() for name in FORM_FIELDS}
    day = params.read_day(given["date"], "date") if given["date"] else None
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        return [
            feeds.make_document(
                request.form.get("text", ""),
                date=day,
                title=given["title"],
                source=given["source"],
                url=given["url"],
            )
        ]
    if given["text"]:
        raise Unprocessable("give either a text or a file, not both", field="file")
    found = list(feeds.read_bytes(upload.filename, upload.read(), date=day, source=given["source"]))
    refusals = [item for item in found if isinstance(item, Refusal)]
    if len(refusals) == len(found):
        error = refusals[0].error if refusals else Unprocessable("there is no report in it")
        raise type(error)(str(error), field="file")
    if not (given["title"] or given["url"]):
        return found
    if len(found) > 1:
        raise Unprocessable(
            f"belongs to one report, but the file holds {len(found)}",
            field="title" if given["title"] else "url",
        )
    return [_with_form_fields(item, given) for item in found if isinstance(item, Document)]


def _with_form_fields(document: Document, given: Mapping[str, str]) -> Document:
    return feeds.make_document(
        document.text,
        date=document.date,
        title=given["title"] or document.title,
        source=document.source,
        url=given["url"] or document.url,
    )


AGAIN = {"pages.near": near_again, "pages.ingest": ingest_again, "mistakes.report": mistakes.again}
"""By endpoint: how a form is shown again when what it asks for is refused."""

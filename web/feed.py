"""The newest events as an Atom feed (RFC 4287): all, those that pass filters, or those near a place."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from hashlib import sha256
from itertools import islice
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _

import export
from domain import Event, EventQuery
from web import params, said, wording
from web.near import asked_centre
from web.services import Services, services

blueprint = Blueprint("feed", __name__)

ATOM = "application/atom+xml"
ENTRIES = 50
MOST_ENTRIES = 200
NOT_DATED = date(1970, 1, 1)
"""When an event was updated of which no report has a date: Atom demands one, and this one is never news."""

_GEORSS = "http://www.georss.org/georss"
_XMLNS = "http://www.w3.org/2005/Atom"
_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SPACE_OF_IDS = uuid5(NAMESPACE_URL, "https://sitmap/events/")

ElementTree.register_namespace("", _XMLNS)
ElementTree.register_namespace("georss", _GEORSS)


@blueprint.get("/events.atom")
def events() -> Response:
    """Return the newest of the events that pass the filters."""
    parts = services()
    query = params.event_query(params.Arguments(request.args, params.FEED), parts.ontology)
    title = ", ".join([_("Events"), said.window(query), *said.filters(query, parts)])
    return _feed(query, title, "pages.index", parts)


@blueprint.get("/near.atom")
def near() -> Response:
    """Return the newest of the events that lie, or may lie, near a place."""
    parts, centre = services(), asked_centre()
    filters = said.filters(centre.query, parts)
    within = _(
        "Events within %(km)s of %(place)s", km=wording.kilometres(centre.circle.km), place=centre.name
    )
    title = ", ".join([within, said.window(centre.query), *filters])
    return _feed(replace(centre.around, limit=centre.query.limit), title, "pages.near", parts)


def _feed(query: EventQuery, title: str, page: str, parts: Services) -> Response:
    version = sha256(f"{parts.store.version} {request.url}".encode()).hexdigest()[:16]
    if version in request.if_none_match:
        return _finished(Response(status=304), version)
    limit = min(query.limit or ENTRIES, MOST_ENTRIES)
    found = list(islice(parts.store.events(query), limit))
    asked: dict[str, Any] = {
        name: values for name, values in request.args.lists() if name not in ("limit", "lang")
    }
    feed = ElementTree.Element(f"{{{_XMLNS}}}feed")
    _text(feed, "id", request.url)
    _text(feed, "title", f"Sitmap: {title}")
    _text(feed, "updated", _time(max(map(_updated, found), default=NOT_DATED)))
    _text(_add(feed, "author"), "name", "Sitmap")
    _text(feed, "rights", export.ATTRIBUTION)
    _add(feed, "link", rel="self", type=ATOM, href=request.url)
    _add(feed, "link", rel="alternate", type="text/html", href=url_for(page, _external=True, **asked))
    for event in found:
        _entry(feed, event)
    body = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return _finished(Response(body, mimetype=ATOM), version)


def _finished(response: Response, version: str) -> Response:
    response.set_etag(version)
    return response


def _entry(feed: ElementTree.Element, event: Event) -> None:
    words = wording.summary(event)
    first = event.reports[0]
    entry = _add(feed, "entry")
    _text(entry, "id", f"urn:uuid:{uuid5(_SPACE_OF_IDS, event.id)}")
    _text(entry, "title", f"{words['headline']}, {wording.short_place(event)}")
    _text(entry, "updated", _time(_updated(event)))
    _add(entry, "link", rel="alternate", type="text/html",
         href=url_for("pages.event", event_id=event.id, _external=True))  # fmt: skip
    for url in dict.fromkeys(report.url for report in event.reports):
        if url.startswith(("https://", "http://")):
            _add(entry, "link", rel="related", href=url)
    _add(entry, "category", term=event.event_type)
    _text(entry, "summary", " · ".join(filter(None, (words["date"], words["place"], words["people"]))))
    _text(entry, "content", first.sentence.text)
    if event.geo_precision in (1, 2):
        point = ElementTree.SubElement(entry, f"{{{_GEORSS}}}point")
        point.text = f"{event.lat:.5f} {event.lon:.5f}"


def _updated(event: Event) -> date:
    """Return the day of the newest report, else that of the event itself."""
    published = [report.published for report in event.reports if report.published]
    return max(published) if published else event.when.end if event.when else NOT_DATED


def _time(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def _add(parent: ElementTree.Element, name: str, **attributes: str) -> ElementTree.Element:
    clean = {key: _NOT_XML.sub("�", value) for key, value in attributes.items()}
    return ElementTree.SubElement(parent, f"{{{_XMLNS}}}{name}", clean)


def _text(parent: ElementTree.Element, name: str, text: str) -> None:
    _add(parent, name).text = _NOT_XML.sub("�", text)

"""What a view is shared by: the map alone, for pages of other sites, and its question in words."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request, url_for

from web import params, said
from web.map import situation_map
from web.services import services

blueprint = Blueprint("share", __name__)


@blueprint.get("/embed")
def embed() -> str:
    """Show the map alone. Other sites may have it in a frame, and only this page."""
    parts = services()
    query = params.event_query(params.Arguments(request.args, params.VIEW), parts.ontology)
    shown: dict[str, Any] = params.to_arguments(query)
    return render_template(
        "embed.html",
        map=situation_map(alone=True),
        counts=parts.store.counts(query),
        window=said.window(query),
        filters=said.filters(query, parts),
        whole=url_for("pages.index", **shown),
    )


@blueprint.get("/said.json")
def words() -> Response:
    """Return the window and the filters of a view in words, as they stand over a picture of it."""
    parts = services()
    query = params.event_query(params.Arguments(request.args, params.VIEW), parts.ontology)
    return jsonify(window=said.window(query), filters=said.filters(query, parts))

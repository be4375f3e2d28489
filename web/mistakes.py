"""Readers report what is wrong with an event: from the map's panel, or by a plain form."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, make_response, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from domain import InvalidInput, Mistake, MistakeKind, SitmapError, TooLarge
from web import params, wording
from web.languages import N_
from web.services import services

LONGEST_NOTE = 1_000

KINDS = {
    MistakeKind.PLACE: N_("It was in another place"),
    MistakeKind.TYPE: N_("It was an event of another type"),
    MistakeKind.DATE: N_("It was on another day"),
    MistakeKind.STANCE: N_("Who vouches for it, or denies it, is wrong"),
    MistakeKind.NO_EVENT: N_("The report tells of no such event"),
    MistakeKind.DOUBLE: N_("It is on the map twice"),
    MistakeKind.OTHER: N_("Something else"),
}
"""What may be wrong, in the order of the form."""

blueprint = Blueprint("mistakes", __name__)


@blueprint.get("/events/<string:event_id>/mistakes")
def form(event_id: str) -> str:
    """Show the empty form. Raises NotFound."""
    params.Arguments(request.args, ())
    return _page(event_id)


@blueprint.post("/events/<string:event_id>/mistakes")
def report(event_id: str) -> BaseResponse | str:
    """Keep what is wrong, and thank the reader: with a page, or with JSON where that is asked for.

    Raises NotFound for no such event, InvalidInput or TooLarge naming the form's field, Full.
    """
    params.Arguments(request.args, ())
    store = services().store
    event = store.event(event_id)
    store.mistakes.add(
        Mistake(event.id, _kind(request.form.get("kind", "")), _note(request.form.get("note", "")))
    )
    if request.accept_mimetypes.best_match(("text/html", "application/json")) == "application/json":
        return jsonify({"thanks": _thanks()})
    return _page(event_id, thanks=_thanks())


def again(error: SitmapError) -> Response:
    """Show the form with what is wrong with it and what was in it."""
    event_id = str((request.view_args or {})["event_id"])
    values = {name: request.form.get(name, "") for name in ("kind", "note")}
    try:
        page = _page(event_id, values=values, error=error)
    except SitmapError as missing:
        page = render_template("error.html", error=missing)
    return make_response(page, error.status)


def _page(
    event_id: str,
    *,
    values: dict[str, str] | None = None,
    error: SitmapError | None = None,
    thanks: str = "",
) -> str:
    event = services().store.event(event_id)
    return render_template(
        "mistake.html",
        event=event,
        headline=wording.headline(event),
        place=wording.place(event),
        wrong=KINDS,
        values=values or {},
        error=error,
        thanks=thanks,
    )


def _thanks() -> str:
    return _(
        "Thank you. It is kept for the people who look after this map. They compare it with the reports and"
        " put right what is wrong; until then nothing on the map changes."
    )


def _kind(text: str) -> MistakeKind:
    try:
        return MistakeKind(text)
    except ValueError:
        raise InvalidInput(_("choose what is wrong"), field="kind") from None


def _note(text: str) -> str:
    # A browser sends a line break as two characters, and counts it as one.
    note = text.replace("\r\n", "\n").strip()
    if len(note) > LONGEST_NOTE:
        raise TooLarge(
            _("must be at most %(most)s characters", most=wording.number(LONGEST_NOTE)), field="note"
        )
    if not all(letter.isprintable() or letter == "\n" for letter in note):
        raise InvalidInput(_("has characters in it that cannot be shown"), field="note")
    return note

"""What readers report as wrong: kept within bounds, sent with and without scripts, listed by a command."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from domain import Event, Full, InvalidInput, Mistake, MistakeKind, Store
from store import mistakes as kept_mistakes
from tests.store_samples import analysis, document, event
from tests.test_web import problem, text_of
from web.mistakes import KINDS, LONGEST_NOTE
from web.services import EXTENSION

JSON = {"Accept": "application/json"}
HOSTILE = "</textarea><script>alert(1)</script>"


@pytest.fixture
def store(app: Flask) -> Store:
    """The store of the app."""
    found: Store = app.extensions[EXTENSION].store
    return found


@pytest.fixture
def told(store: Store) -> Event:
    """The only event in the store."""
    made = event(document())
    assert store.add(analysis(document(), made))
    return made


def send(client: FlaskClient, told: Event, *, json_wanted: bool = False, **fields: Any) -> TestResponse:
    """Fill in the form of the event's page and send it."""
    page = client.get(f"/events/{told.id}")
    token = re.findall(r'name="csrf_token" value="([^"]+)"', page.text)[0]
    data = {"csrf_token": token, "kind": "place", "note": ""} | fields
    headers = JSON if json_wanted else {}
    return client.post(f"/events/{told.id}/mistakes", data=data, headers=headers)


# --------------------------------------------------------------------------- kept


def test_mistakes_are_kept_the_newest_first(store: Store) -> None:
    one, other = (
        Mistake("a", MistakeKind.PLACE, "In Russia.\nNot in Ukraine."),
        Mistake("b", MistakeKind.DOUBLE),
    )
    for mistake in (one, other):
        store.mistakes.add(mistake)
    listed = store.mistakes.list()
    assert [each.mistake for each in listed] == [other, one]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", each.reported_at) for each in listed)


def test_an_event_takes_no_more_than_its_share_until_somebody_has_looked(store: Store) -> None:
    mistake = Mistake("a", MistakeKind.OTHER)
    for _ in range(kept_mistakes.MOST_OF_EVENT):
        store.mistakes.add(mistake)
    with pytest.raises(Full, match="100 mistakes of this event"):
        store.mistakes.add(mistake)
    store.mistakes.add(Mistake("b", MistakeKind.OTHER))
    assert store.mistakes.settle("a") == kept_mistakes.MOST_OF_EVENT
    store.mistakes.add(mistake)
    assert len(store.mistakes.list()) == 2


def test_all_events_together_take_no_more_than_there_is_room_for(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_mistakes, "MOST", 2)
    for name in ("a", "b"):
        store.mistakes.add(Mistake(name, MistakeKind.OTHER))
    with pytest.raises(Full, match="2 mistakes have been reported"):
        store.mistakes.add(Mistake("c", MistakeKind.OTHER))


def test_a_note_longer_than_the_form_takes_is_in_no_store(store: Store) -> None:
    with pytest.raises(InvalidInput, match="breaks a rule of the store"):
        store.mistakes.add(Mistake("a", MistakeKind.OTHER, "x" * (LONGEST_NOTE + 1)))


# --------------------------------------------------------------------------- sent


def test_every_kind_of_mistake_can_be_chosen() -> None:
    assert list(KINDS) == list(MistakeKind)


def test_a_mistake_is_sent_by_a_plain_form(client: FlaskClient, store: Store, told: Event) -> None:
    answer = send(client, told, kind="date", note=" A day\r\nlater. ")
    assert answer.status_code == 200
    assert "Thank you." in text_of(answer)
    assert f'href="/events/{told.id}"' in answer.text
    (kept,) = store.mistakes.list()
    assert kept.mistake == Mistake(told.id, MistakeKind.DATE, "A day\nlater.")


def test_a_mistake_is_sent_from_the_panel_of_the_map(client: FlaskClient, store: Store, told: Event) -> None:
    token = re.findall(r'name="csrf_token" value="([^"]+)"', client.get("/").text)[0]
    data = {"csrf_token": token, "kind": "no event", "note": ""}
    answer = client.post(f"/events/{told.id}/mistakes", data=data, headers=JSON)
    assert answer.status_code == 200 and answer.json is not None
    assert answer.json["thanks"].startswith("Thank you.")
    assert [each.mistake.kind for each in store.mistakes.list()] == [MistakeKind.NO_EVENT]


def test_the_form_has_a_page_of_its_own(client: FlaskClient, told: Event) -> None:
    words = text_of(client.get(f"/events/{told.id}/mistakes"))
    assert "Report a mistake" in words and "Pokrovsk" in words


@pytest.mark.parametrize(
    ("fields", "status", "field", "said"),
    [
        pytest.param({"kind": ""}, 400, "kind", "choose what is wrong", id="nothing chosen"),
        pytest.param({"kind": HOSTILE}, 400, "kind", "choose what is wrong", id="no such kind"),
        pytest.param({"note": "x" * 1001}, 413, "note", "at most 1,000 characters", id="long note"),
        pytest.param({"note": "a\x1b[2Jb"}, 400, "note", "cannot be shown", id="control characters"),
        pytest.param({"csrf_token": ""}, 400, "csrf_token", "lost its token", id="no token"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_name(
    client: FlaskClient, store: Store, told: Event, fields: dict[str, Any], status: int, field: str, said: str
) -> None:
    answer = send(client, told, json_wanted=True, **fields)
    body = problem(answer)
    assert (answer.status_code, body["field"]) == (status, field)
    assert said in body["detail"]
    page = send(client, told, **({"note": HOSTILE} | fields))
    assert page.status_code == status
    assert said in text_of(page)
    assert "<script>alert" not in page.text
    assert store.mistakes.list() == []


def test_a_refused_form_keeps_what_was_in_it(client: FlaskClient, told: Event) -> None:
    page = send(client, told, kind="", note="It was in Kharkiv.").text
    assert ">\nIt was in Kharkiv.</textarea>" in page
    assert 'aria-describedby="kind-error"' in page


def test_a_full_store_says_so(
    client: FlaskClient, told: Event, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_mistakes, "MOST_OF_EVENT", 0)
    assert send(client, told).status_code == 409
    assert problem(send(client, told, json_wanted=True))["code"] == "full"


def test_nothing_is_kept_of_an_event_that_is_not_there(
    client: FlaskClient, store: Store, told: Event
) -> None:
    token = re.findall(r'name="csrf_token" value="([^"]+)"', client.get("/").text)[0]
    data = {"csrf_token": token, "kind": "place"}
    assert client.post("/events/nowhere/mistakes", data=data).status_code == 404
    assert client.get("/events/nowhere/mistakes").status_code == 404
    assert store.mistakes.list() == []


def test_a_mistake_of_a_merged_event_is_one_of_the_event_it_is_in(
    client: FlaskClient, store: Store, told: Event
) -> None:
    other = event(document(1), "other")
    store.add(analysis(document(1), other))
    into = store.event(told.id)
    if store.event(other.id).id != into.id:
        into = store.merge(other.id, told.id)
    away = next(each for each in (told, other) if each.id != into.id)
    token = re.findall(r'name="csrf_token" value="([^"]+)"', client.get("/").text)[0]
    client.post(f"/events/{away.id}/mistakes", data={"csrf_token": token, "kind": "type"})
    assert [each.mistake.event_id for each in store.mistakes.list()] == [into.id]


# --------------------------------------------------------------------------- listed


def test_the_command_lists_mistakes_and_settles_them(app: Flask, store: Store) -> None:
    store.mistakes.add(Mistake("ab12", MistakeKind.STANCE, "Denied\nsince."))
    store.mistakes.add(Mistake("cd34", MistakeKind.DOUBLE))
    run = app.test_cli_runner().invoke
    first, second = run(args=["events", "mistakes"]).output.splitlines()
    assert first.endswith("  /events/cd34  double")
    assert second.endswith("  /events/ab12  stance: Denied since.")
    lines = [json.loads(line) for line in run(args=["events", "mistakes", "--json"]).output.splitlines()]
    assert [(line["event"], line["kind"], line["note"]) for line in lines] == [
        ("/events/cd34", "double", ""),
        ("/events/ab12", "stance", "Denied\nsince."),
    ]
    assert run(args=["events", "mistakes", "--settle", "ab12"]).output == "1 settled\n"
    assert len(run(args=["events", "mistakes"]).output.splitlines()) == 1

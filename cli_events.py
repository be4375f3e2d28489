"""The commands of ``flask events``: one event seen from close by, and merges put right by hand."""

from __future__ import annotations

import click

from cli_gazetteer import Commands
from domain import Event
from web import wording
from web.services import services


@click.group(cls=Commands)
def events() -> None:
    """Show, merge and split events."""


@events.command("show")
@click.argument("event_id", metavar="ID")
def show(event_id: str) -> None:
    """Show the event with that ID: what it comes to, and what each report tells, with an id of its own."""
    store = services().store
    event = store.event(event_id)
    click.echo(_line(event))
    told = [wording.place(event), wording.when(event.when), *_facts(event)]
    click.echo("  " + " · ".join(told))
    for telling in store.tellings(event.id):
        click.echo(_line(telling, margin="  "))
        for report in telling.reports:
            day = report.published.isoformat() if report.published else "undated"
            said = ", ".join(filter(None, (wording.stance(report), wording.killed(report))))
            click.echo(
                f"    {day} {report.source or 'source not given'}: {said}: {_short(report.sentence.text)}"
            )


@events.command("merge")
@click.argument("event_id", metavar="ID")
@click.argument("into_id", metavar="INTO_ID")
def merge(event_id: str, into_id: str) -> None:
    """Make the event ID a part of the event INTO_ID. Its id leads there from then on."""
    merged = services().store.merge(event_id, into_id)
    click.echo(_line(merged))


@events.command("split")
@click.argument("event_id", metavar="ID")
def split(event_id: str) -> None:
    """Take one report's telling ID out of its event, or all that was merged into it by hand under that ID."""
    store = services().store
    before = store.tellings(event_id)
    away = store.split(event_id)
    left = {telling.id for telling in before} - {telling.id for telling in store.tellings(away.id)}
    click.echo(_line(away))
    click.echo(_line(store.event(min(left))))


def _line(event: Event, *, margin: str = "") -> str:
    reports = f"{len(event.reports)} report{'' if len(event.reports) == 1 else 's'}"
    return f"{margin}{event.id}  {wording.headline(event)}, {wording.short_place(event)} ({reports})"


def _facts(event: Event) -> list[str]:
    words = wording.summary(event)
    return [words[key] for key in ("count", "people", "weapon") if words[key]]


def _short(sentence: str) -> str:
    text = " ".join(sentence.split())
    return text if len(text) <= 100 else text[:99] + "…"

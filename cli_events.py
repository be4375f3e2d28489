"""The commands of ``flask events``: how a report is read, one event from close by, merges put right, and
what readers found wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click

from cli_gazetteer import Commands
from domain import Analysis, Event, EventMention, Refusal
from feeds import read_paths
from web import wording
from web.params import read_day
from web.services import services


@click.group(cls=Commands)
def events() -> None:
    """Explain, show, merge and split events, and list what readers found wrong with them."""


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


@events.command("mistakes")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON for each.")
@click.option(
    "--settle", metavar="ID", help="Set aside what was reported about the event ID: it has been looked at."
)
def mistakes(as_json: bool, settle: str | None) -> None:
    """List what readers have reported as wrong, the newest first, with the address of the event."""
    kept = services().store.mistakes
    if settle is not None:
        click.echo(f"{kept.settle(settle)} settled")
        return
    for each in kept.list():
        told, page = each.mistake, f"/events/{each.mistake.event_id}"
        if as_json:
            line = {"event": page, "kind": told.kind, "note": told.note, "reported_at": each.reported_at}
            click.echo(json.dumps(line))
        else:
            note = f": {' '.join(told.note.split())}" if told.note else ""
            click.echo(f"{each.reported_at}  {page}  {told.kind}{note}")


@events.command("explain")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--date", "published", help="Publication date of the report, YYYY-MM-DD.")
def explain(file: Path, published: str | None) -> None:
    """Show for each sentence of a report FILE what was found in it, what was rejected, and why.

    Nothing is stored. Ends with exit status 1 where the file cannot be read as a report.
    """
    day = read_day(published, "date") if published else None
    for item in read_paths([file], date=day):
        if isinstance(item, Refusal):
            raise item.error
        for line in _explained(services().analyser.analyse(item)):
            click.echo(line)


def _explained(analysis: Analysis) -> Iterator[str]:
    told = {(each.trigger.start, each.trigger.end): each for each in reversed(analysis.event_mentions)}
    for number, read in enumerate(analysis.sentences, start=1):
        yield f"{number}. {' '.join(read.sentence.text.split())}"
        if read.note or not read.considered:
            yield f"   {read.note or 'nothing in it tells of an event'}"
        for each in read.considered:
            event = told.get((each.words.start, each.words.end))
            words, sure = " ".join(each.words.text.split()), f"{each.probability:.2f}"
            yield f"   {'+' if event else '-'} {words}: {each.sub_event_type}, {sure}, {each.verdict}"
            if event is not None:
                yield from (f"       {fact}" for fact in _found(event, analysis))


def _found(event: EventMention, analysis: Analysis) -> Iterator[str]:
    """Yield what a report tells of an event, and why its place is the one that it is."""
    if event.claimed_by:
        yield f"claimed by {event.claimed_by}"
    if event.actor or event.target:
        yield f"{event.actor or 'somebody not named'} → {event.target or 'nobody named'}"
    yield f"when: {wording.when(event.when)}"
    if event.place is None:
        yield "no place is told"
    else:
        where = analysis.resolutions[event.place]
        found = where.place.label if where.place else "not placed"
        yield f"where: {where.mention.text}: {found}; {where.reason}"
    people = {"killed": event.fatalities, "wounded": event.wounded, "captured": event.captured}
    yield from filter(None, (wording.people(toll, done) for done, toll in people.items()))
    if event.weapon:
        yield f"weapon: {event.weapon}"
    if event.count:
        yield f"{event.count} of them"


def _line(event: Event, *, margin: str = "") -> str:
    reports = f"{len(event.reports)} report{'' if len(event.reports) == 1 else 's'}"
    return f"{margin}{event.id}  {wording.headline(event)}, {wording.short_place(event)} ({reports})"


def _facts(event: Event) -> list[str]:
    words = wording.summary(event)
    return [words[key] for key in ("count", "people", "weapon") if words[key]]


def _short(sentence: str) -> str:
    text = " ".join(sentence.split())
    return text if len(text) <= 100 else text[:99] + "…"

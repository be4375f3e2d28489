"""The commands: each parses its arguments and calls one function of the rooms."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click
from flask import Flask, current_app
from tqdm import tqdm
from werkzeug.datastructures import MultiDict

import export as exporting
from cli_events import events
from cli_frontlines import frontlines
from cli_gazetteer import gazetteer
from domain import (
    Analysis,
    Document,
    EventMention,
    InvalidInput,
    Outcome,
    Refusal,
    Resolution,
    SitmapError,
    TooLarge,
    Unprocessable,
)
from feeds import MAX_BYTES, check_text, fetch, read_paths
from geo.basemap import basemap_is_current, build_basemap
from geo.build import build_gazetteer, is_current
from geo.land import SOURCE as OUTLINES
from geo.land import build_land, land_is_current
from web.near import find_centre, look_around
from web.params import PARAMETERS, VIEW, WINDOW, Arguments, event_query, read_day
from web.services import services

if TYPE_CHECKING:
    from pipeline import Analyser

ROOT = Path(__file__).parent
SAMPLES = ROOT / "data" / "reports"
ATLAS = "world-atlas/countries-50m.json"
MAX_LINE = 8 * MAX_BYTES
"""Characters of one input line of ``flask geoparse``: a text with all of it escaped, and its spans."""

FILTERS = (*VIEW, "limit")
NEAR_FILTERS = (*WINDOW, "limit")


def register(app: Flask) -> None:
    """Add the commands to an app."""
    for command in (prepare, ingest, geoparse, near, export, events, gazetteer, frontlines):
        app.cli.add_command(command)


def _one_line_errors(function: Callable[..., None]) -> Callable[..., None]:
    """Show our own errors as one line and end with exit status 1."""

    @wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> None:
        try:
            function(*args, **kwargs)
        except SitmapError as error:
            raise click.ClickException(str(error)) from error

    return wrapped


def _command(name: str) -> Callable[[Callable[..., None]], click.Command]:
    def decorate(function: Callable[..., None]) -> click.Command:
        from flask.cli import with_appcontext

        return click.command(name)(with_appcontext(_one_line_errors(function)))

    return decorate


def _filters(names: Iterable[str]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Add filters of the web's event queries as options, with the same names and checks."""

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        for name in reversed(tuple(names)):
            option = click.option(f"--{name}", f"filter_{name}", multiple=True, help=PARAMETERS[name].help)
            function = option(function)
        return function

    return decorate


def _arguments(allowed: Iterable[str], given: dict[str, Any]) -> Arguments:
    pairs = [
        (name.removeprefix("filter_"), str(value))
        for name, values in given.items()
        for value in (values if isinstance(values, tuple) else (values,))
        if value is not None
    ]
    return Arguments(MultiDict(pairs), set(allowed))


# --------------------------------------------------------------------------- set-up


@_command("prepare")
@click.option("--samples/--no-samples", default=True, help="Load the sample reports into an empty store.")
def prepare(samples: bool) -> None:
    """Build what is missing: gazetteer, base map, sample events."""
    config = current_app.config
    places, basemap = Path(config["SITMAP_GAZETTEER"]), Path(config["SITMAP_BASEMAP"])
    if not is_current(places):
        click.echo("Building the gazetteer; this takes about half a minute.")
        with tqdm(total=1, bar_format="{desc:30}{percentage:3.0f}%|{bar}| {elapsed}", disable=None) as bar:

            def show(step: str, done: int, total: int) -> None:
                bar.set_description_str(step)
                bar.total, bar.n = total, done
                bar.refresh()

            build_gazetteer(places, show)
    if not basemap_is_current(basemap):
        build_basemap(Path(config["SITMAP_VENDOR"]) / ATLAS, basemap)
    if not land_is_current(Path(config["SITMAP_LAND"])):
        build_land(Path(config["SITMAP_VENDOR"]) / OUTLINES, Path(config["SITMAP_LAND"]))
    if samples and not services().store.totals()["documents"]:
        click.echo("Reading the sample reports …")
        _ingest(read_paths([SAMPLES]), quiet=True)


def is_prepared(app: Flask) -> bool:
    """Whether ``flask prepare`` would find nothing to do."""
    with app.app_context():
        return (
            is_current(Path(app.config["SITMAP_GAZETTEER"]))
            and basemap_is_current(Path(app.config["SITMAP_BASEMAP"]))
            and land_is_current(Path(app.config["SITMAP_LAND"]))
            and services().store.totals()["documents"] > 0
        )


# --------------------------------------------------------------------------- ways in


@_command("ingest")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--url", "urls", multiple=True, help="Fetch this web page too (repeatable).")
@click.option("--date", "published", help="Publication date of reports without one, YYYY-MM-DD.")
@click.option("--source", default="", help="Source of reports without one.")
def ingest(paths: tuple[Path, ...], urls: tuple[str, ...], published: str | None, source: str) -> None:
    """Read reports into the store: text, HTML and JSONL files, folders of them, web pages.

    Ends with exit status 1 where an input was refused; all others are kept.
    """
    if not (paths or urls):
        raise InvalidInput("name a file, a folder or --url", field="PATHS")
    day = read_day(published, "date") if published else None
    inputs = _chain(_fetched(urls), read_paths(paths, date=day, source=source))
    counts = _ingest(inputs)
    if counts[Outcome.REFUSED]:
        sys.exit(1)


def _chain(*parts: Iterable[Document | Refusal]) -> Iterator[Document | Refusal]:
    for part in parts:
        yield from part


def _fetched(urls: Iterable[str]) -> Iterator[Document | Refusal]:
    for url in urls:
        try:
            yield fetch(url, allow_private=True)
        except SitmapError as error:
            yield Refusal(url, error)


def _ingest(inputs: Iterable[Document | Refusal], *, quiet: bool = False) -> Counter[Outcome]:
    # Imported here: it brings spaCy, which a server that only shows what it has does not need.
    from pipeline import readable, run

    parts = services()
    counts: Counter[Outcome] = Counter()

    def told(items: Iterable[Document | Refusal]) -> Iterator[Document | Refusal]:
        for item in items:
            if isinstance(item, Refusal):
                tqdm.write(f"refused: {item.name}: {item.error}", file=sys.stderr)
            yield item

    read = run(told(readable(inputs, parts.analyser)), parts.store, parts.analyser)
    bar = tqdm(read, unit=" reports", desc="Reading", disable=quiet)
    for _, outcome in bar:
        counts[outcome] += 1
    click.echo(summary(counts))
    return counts


def summary(counts: Counter[Outcome]) -> str:
    """Return the reconciling line of an ingest: what was read is the sum of what became of it."""
    told = (Outcome.MAPPED, Outcome.REGION_ONLY, Outcome.UNPLACED, Outcome.NO_EVENT)
    rare = [outcome for outcome in (Outcome.KNOWN, Outcome.REFUSED) if counts[outcome]]
    parts = [f"{counts[outcome]} {outcome}" for outcome in (*told, *rare)]
    return f"{counts.total()} read = " + " + ".join(parts)


@_command("geoparse")
@click.argument("source", type=click.File("r", encoding="utf-8", errors="surrogateescape"))
@click.argument("target", type=click.File("w", encoding="utf-8", lazy=False))
def geoparse(source: TextIO, target: TextIO) -> None:
    """Read places and events out of JSON lines, one line out for each line in; '-' is standard in or out.

    A line has id, text, optionally date and toponyms (spans that are then resolved as given). A bad
    line gives an error on its line; the run goes on and ends with exit status 1.
    """
    failed = False
    analyser = services().analyser
    while line := source.readline(MAX_LINE):
        if not line.endswith("\n") and len(line) == MAX_LINE:
            while (rest := source.readline(MAX_LINE)) and not rest.endswith("\n"):
                pass
            error = TooLarge(f"the line is longer than {MAX_LINE:,} characters")
            answer: dict[str, Any] = {"id": None, "error": str(error)}
        else:
            answer = _geoparse_line(line, analyser)
        failed |= "error" in answer
        target.write(_json_line(answer))
    if failed:
        target.flush()
        sys.exit(1)


def _json_line(answer: dict[str, Any]) -> str:
    line = json.dumps(answer, ensure_ascii=False)
    # Half of a surrogate pair, which an id may hold, can only be written as an escape.
    return (line if line.isascii() or _is_unicode(line) else json.dumps(answer)) + "\n"


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _geoparse_line(line: str, analyser: Analyser) -> dict[str, Any]:
    line_id: str | int | float | None = None
    try:
        try:
            record = json.loads(line, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise InvalidInput(f"not valid JSON: {error}") from error
        if not isinstance(record, dict):
            raise InvalidInput("not a JSON object")
        if not isinstance(record.get("id"), str | int | float | None):
            raise InvalidInput("is neither a text nor a number", field="id")
        line_id = record.get("id")
        text = record.get("text")
        if not isinstance(text, str) or not text.strip():
            raise Unprocessable("is missing or empty", field="text")
        check_text(text)
        document = Document(text, _line_date(record.get("date")))
        return _answer(line_id, analyser.analyse(document, _spans(record.get("toponyms"))))
    except SitmapError as error:
        return {"id": line_id, "error": str(error)}


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _line_date(value: Any) -> date | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise InvalidInput("is not a date like 2025-01-31", field="date")
    return read_day(value[:10], "date")


def _spans(value: Any) -> list[tuple[int, int]] | None:
    if value is None:
        return None
    if not isinstance(value, list):
        raise InvalidInput("is not a list", field="toponyms")
    spans = []
    for item in value:
        start, end = (item.get("start"), item.get("end")) if isinstance(item, dict) else (None, None)
        if type(start) is not int or type(end) is not int:
            raise InvalidInput("each needs whole numbers start and end", field="toponyms")
        spans.append((start, end))
    return spans


def _answer(line_id: Any, analysis: Analysis) -> dict[str, Any]:
    return {
        "id": line_id,
        "mentions": [_mention(resolution) for resolution in analysis.resolutions],
        "events": [_event(mention, analysis.resolutions) for mention in analysis.event_mentions],
    }


def _mention(resolution: Resolution) -> dict[str, Any]:
    mention, place = resolution.mention, resolution.place
    found = None
    if place is not None:
        found = {
            "id": place.id,
            "name": place.name,
            "lat": place.lat,
            "lon": place.lon,
            "feature_code": place.feature_code,
            "country": place.country,
            "admin1": place.admin1,
        }
    return {
        "start": mention.start,
        "end": mention.end,
        "text": mention.text,
        "kind": mention.kind,
        "literal": mention.literal,
        "place": found,
        "confidence": resolution.confidence,
        "geo_precision": resolution.geo_precision,
        "uncertainty_km": resolution.uncertainty_km,
    }


def _event(mention: EventMention, resolutions: tuple[Resolution, ...]) -> dict[str, Any]:
    resolution = resolutions[mention.place] if mention.place is not None else None
    place = None
    if resolution is not None and resolution.lat is not None:
        meant = resolution.place or resolution.anchor
        place = {
            "text": resolution.mention.text,
            "name": meant.name if meant else resolution.mention.name,
            "lat": round(resolution.lat, 5),
            "lon": round(resolution.lon or 0.0, 5),
        }
    when = mention.when
    return {
        "event_type": mention.event_type,
        "sub_event_type": mention.sub_event_type,
        "trigger": {"start": mention.trigger.start, "end": mention.trigger.end, "text": mention.trigger.text},
        "sentence": {"start": mention.sentence.start, "end": mention.sentence.end},
        "place": place,
        "geo_precision": resolution.geo_precision if resolution else None,
        "date_start": when.start.isoformat() if when else None,
        "date_end": when.end.isoformat() if when else None,
        "time_precision": when.precision if when else None,
        "actor": mention.actor,
        "target": mention.target,
        "fatalities": mention.fatalities.best if mention.fatalities else None,
        "stance": mention.stance,
        "confidence": mention.confidence,
    }


# --------------------------------------------------------------------------- ways out


@_command("near")
@click.argument("place", required=False)
@click.option("--lat", help=PARAMETERS["lat"].help)
@click.option("--lon", help=PARAMETERS["lon"].help)
@click.option("--km", help=PARAMETERS["km"].help)
@_filters(NEAR_FILTERS)
def near(place: str | None, lat: str | None, lon: str | None, km: str | None, **filters: Any) -> None:
    """List the events near a place or position, nearest first."""
    asked = {"place": place, "lat": lat, "lon": lon, "km": km}
    centre = find_centre(_arguments({*asked, *NEAR_FILTERS}, asked | filters), services())
    if centre is None:
        raise InvalidInput("name a place, or give --lat and --lon", field="PLACE")
    around = look_around(centre, services())
    found = around.found
    doubt = f", {found.possible} of them possibly" if found.possible else ""
    total = found.certain + found.possible
    click.echo(f"{total} events within {centre.circle.km:g} km of {centre.name}{doubt}")
    if centre.others:
        click.echo("  other places of that name: " + "; ".join(other.label for other in centre.others[:5]))
    for hit in found.hits:
        event = hit.event
        day = event.when.end.isoformat() if event.when else "undated"
        name = event.place.label if event.place else event.place_text
        told = f"{event.sub_event_type}, {event.stance}: {name}{'' if hit.certain else '  (possibly)'}"
        click.echo(f"{hit.distance_km:8.1f} km  {day:10}  {told}")
    if around.wider:
        click.echo(f"  {around.wider[1]} lie within {around.wider[0]:g} km")


@_command("export")
@click.argument("target", type=click.File("w", encoding="utf-8", lazy=False))
@click.option(
    "--format",
    "fmt",
    type=click.Choice(exporting.FORMATS),
    default=exporting.FORMATS[0],
    show_default=True,
    help="What to write.",
)
@_filters(FILTERS)
def export(target: TextIO, fmt: str, **filters: Any) -> None:
    """Write the events to a file ('-' for standard out), with the filters of the map."""
    parts = services()
    query = event_query(_arguments(FILTERS, filters), parts.ontology)
    for chunk in exporting.write(parts.store.events(query), fmt):
        target.write(chunk)

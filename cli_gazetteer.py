"""The commands of ``flask gazetteer``: gazetteers of one's own, and corrections."""

from __future__ import annotations

import getpass
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup
from tqdm import tqdm

from domain import InvalidInput, Place, SitmapError
from feeds.network import download
from geo.corrections import ALIAS, MOVE, NEVER, Correction, Corrections
from geo.gazetteer import Gazetteer, corrections_file, layers_folder
from geo.layers import Layer, add_layer, layers, remove_layer
from geo.sources.columns import FIELDS
from web.services import services

GEONAMES = "https://download.geonames.org/export/dump"
MAX_DOWNLOAD = 2_000_000_000
"""Bytes of a dump; that of all countries has 400 million."""

REASONS_SHOWN = 5


class Commands(AppGroup):
    """Commands within the app, whose own errors are shown as one line and end with exit status 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except SitmapError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=Commands)
def gazetteer() -> None:
    """Add, list, search and correct the places that names can mean."""


def _base() -> Path:
    return Path(current_app.config["SITMAP_GAZETTEER"])


def _pairs(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    pairs = [part.partition("=") for value in values for part in value.split(",")]
    if wrong := [name for name, sign, value in pairs if not (name and sign and value)]:
        raise click.BadParameter(f"{wrong[0]!r} is not FIELD=VALUE")
    return {name.strip(): value.strip() for name, _, value in pairs}


# --------------------------------------------------------------------------- layers


@gazetteer.command("add")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--name", default="", help="What to call the gazetteer; else after the file. One file only.")
@click.option(
    "--map",
    "mapped",
    multiple=True,
    callback=_pairs,
    help=f"Which column tells what, as name=TITLE,lat=Y. Fields: {', '.join(FIELDS)}.",
)
@click.option(
    "--set", "fixed", multiple=True, callback=_pairs, help="What a field is in every row, as country=UA."
)
def add(files: tuple[Path, ...], name: str, mapped: dict[str, str], fixed: dict[str, str]) -> None:
    """Add gazetteers, or put newer ones in the place of those with the same name.

    FILES are GeoNames' dumps of places or of alternate names (add the places first), Who's On First as
    SQLite or GeoJSON, other GeoJSON of places, divisions and countries, and CSV or TSV with a header; plain,
    .gz or .zip. A running Sitmap uses them at once. A run that was cut off goes on when it is repeated.
    """
    if name and len(files) > 1:
        raise InvalidInput("names one gazetteer, and these are several files", field="--name")
    for file in files:
        _add(file, name=name, mapped=mapped, fixed=fixed)


def _add(file: Path, **options: Any) -> None:
    with tqdm(desc=file.name, unit="B", unit_scale=True, disable=None, leave=False) as bar:
        layer = add_layer(_base(), file, progress=partial(_show, bar), **options)
    click.echo(_told(layer))
    if layer.report is not None:
        with layer.report.open(encoding="utf-8") as lines:
            for _, line in zip(range(REASONS_SHOWN), lines, strict=False):
                position, _, reason = line.rstrip("\n").partition("\t")
                click.echo(f"  refused: row {position}: {reason}", err=True)
        click.echo(f"  all refused rows: {layer.report}", err=True)


def _show(bar: tqdm[Any], done: int, total: int) -> None:
    bar.total = total
    bar.update(done - bar.n)


def _told(layer: Layer) -> str:
    if layer.problem:
        return f"{layer.name}: cannot be used: {layer.problem}"
    counts = f"{layer.read:,} rows read, {layer.refused:,} refused, {layer.passed_over:,} passed over"
    return f"{layer.name}: {layer.places:,} places of {layer.file} ({layer.kind}; {counts})"


@gazetteer.command("fetch")
@click.argument("country")
def fetch(country: str) -> None:
    """Download GeoNames' places of a COUNTRY (two letters such as UA) and add them as geonames-ua."""
    code = country.upper()
    if not re.fullmatch("[A-Z]{2}", code):
        raise InvalidInput(f"{country[:40]!r} is not a country's two letters", field="COUNTRY")
    folder = layers_folder(_base()) / "building"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{code}.zip"
    try:
        with tqdm(desc=file.name, unit="B", unit_scale=True, disable=None, leave=False) as bar:
            download(f"{GEONAMES}/{code}.zip", file, limit=MAX_DOWNLOAD, progress=partial(_show, bar))
        _add(file, name=f"geonames-{code.lower()}")
    finally:
        file.unlink(missing_ok=True)


@gazetteer.command("list")
def show_layers() -> None:
    """List the gazetteers as they were added; where two place one place, the later one counts."""
    opened = Gazetteer(_base())
    places, names = opened.size()
    opened.close()
    for layer in layers(_base()):
        click.echo(f"{layer.added[:10] or 'unknown':10}  {_told(layer)}")
    click.echo(f"{places:,} places and {names:,} names in all, the base's included")


@gazetteer.command("remove")
@click.argument("name")
def remove(name: str) -> None:
    """Remove the gazetteer NAME; the base gazetteer and the corrections stay."""
    remove_layer(_base(), name)
    click.echo(f"{name} is removed")


@gazetteer.command("search")
@click.argument("text")
@click.option("--limit", default=10, show_default=True, type=click.IntRange(1, 1000), help="How many.")
def search(text: str, limit: int) -> None:
    """Show the places whose name is TEXT, begins with it or has words that do."""
    found = services().gazetteer.search(text, limit)
    for place in found:
        click.echo(_line(place))
    if not found:
        raise InvalidInput(f"no place is called {text[:60]!r}", field="TEXT")


def _line(place: Place) -> str:
    people = f", {place.population:,} people" if place.population else ""
    spot = f"{place.lat:.4f}, {place.lon:.4f} ±{place.radius_km:g} km"
    return f"{place.id:24} {place.label} ({place.feature_code}{people}) {spot} [{place.source}]"


# --------------------------------------------------------------------------- corrections


@gazetteer.group("correct", cls=Commands)
def correct() -> None:
    """Put right what the gazetteer says; it holds at once and until it is undone."""


def _noted(function: Callable[..., None]) -> Callable[..., None]:
    return click.option("--note", default="", help="Why; kept with who corrected and when.")(function)


def _keep(kind: str, place_id: str, note: str, **what: Any) -> None:
    # Raises NotFound where it would correct nothing.
    place = services().gazetteer.get(place_id)
    correction = Correction(kind, place.id, made_by=getpass.getuser(), note=note, **what)
    number = Corrections(corrections_file(_base())).add(correction)
    click.echo(f"{number}: {correction} ({place.label})")


@correct.command("alias")
@click.argument("name")
@click.argument("place_id")
@_noted
def alias(name: str, place_id: str, note: str) -> None:
    """NAME means the place with the id PLACE_ID, as 'search' shows it."""
    _keep(ALIAS, place_id, note, name=name)


@correct.command("never")
@click.argument("name")
@click.argument("place_id")
@_noted
def never(name: str, place_id: str, note: str) -> None:
    """NAME never means the place with the id PLACE_ID."""
    _keep(NEVER, place_id, note, name=name)


@correct.command("move", context_settings={"ignore_unknown_options": True})
@click.argument("place_id")
@click.argument("lat", type=float)
@click.argument("lon", type=float)
@click.option("--radius", type=float, help="Its half-extent in kilometres, where that is wrong too.")
@_noted
def move(place_id: str, lat: float, lon: float, radius: float | None, note: str) -> None:
    """The place with the id PLACE_ID lies at LAT, LON."""
    _keep(MOVE, place_id, note, lat=lat, lon=lon, radius_km=radius)


@correct.command("undo")
@click.argument("number", type=int)
def undo(number: int) -> None:
    """Forget correction NUMBER, as 'list' shows it."""
    Corrections(corrections_file(_base())).undo(number)
    click.echo(f"{number} is undone")


@correct.command("list")
def show_corrections() -> None:
    """List the corrections with who made them, when and why."""
    for each in Corrections(corrections_file(_base())).all():
        note = f": {each.note}" if each.note else ""
        click.echo(f"{each.number}: {each} ({each.made_by}, {each.made_at[:16].replace('T', ' ')} UTC{note})")

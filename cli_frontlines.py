"""The commands of ``flask frontlines``: who holds what, as others draw it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TextIO

import click

from cli_gazetteer import Commands
from domain import InvalidInput, KeptSnapshot, SitmapError, Snapshot, SnapshotKind, Unprocessable
from frontlines import OUTLINES_FROM, features, read_facts
from geo.control import infer
from geo.shapes import area_km2
from geo.snapshots import Told, join_snapshots, read_snapshots
from web.params import read_day
from web.services import services


@click.group(cls=Commands)
def frontlines() -> None:
    """Import, list and remove areas and front lines that others publish."""


@frontlines.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--date", "day", help="The day that they show, YYYY-MM-DD.")
@click.option("--source", help="Who drew them.")
@click.option("--party", help="Whose ground it is.")
@click.option(
    "--kind",
    type=click.Choice([SnapshotKind.CONTROL.value, SnapshotKind.CLAIMED.value]),
    help="Whether the areas are held, or claimed only.",
)
def import_files(
    files: tuple[Path, ...], day: str | None, source: str | None, party: str | None, kind: str | None
) -> None:
    """Keep the areas and front lines of FILES as what their source said for that day.

    FILES are GeoJSON, GeoPackage, Shapefile or KML; plain, .gz or .zip. What an option says goes before what
    a file and its name say. Of the files of one command those of one day, source, party and kind are joined;
    they take the place of what was imported of it before, which is kept. What is refused is named with the
    reason, and the rest is kept; exit status 1 then.
    """
    told = Told(
        read_day(day, "--date") if day else None,
        _word(source, "--source"),
        _word(party, "--party"),
        SnapshotKind(kind) if kind else None,
    )
    drawn: list[tuple[str, Snapshot]] = []
    refused = 0
    for file in files:
        try:
            for snapshot in read_snapshots(
                file, told, names=services().gazetteer, outline=services().regions.outline
            ):
                drawn.append((file.name, snapshot))
        except SitmapError as error:
            refused += 1
            click.echo(f"refused: {error}", err=True)
    _keep(drawn)
    if refused:
        raise click.exceptions.Exit(1)


def _word(text: str | None, option: str) -> str | None:
    if text is None:
        return None
    if not text.strip() or not text.isprintable() or len(text) > 100:
        raise InvalidInput("is no name of up to 100 characters", field=option)
    return text.strip()


def _keep(drawn: Sequence[tuple[str, Snapshot]]) -> None:
    """Keep what files draw, and tell what was kept, what for and out of which files."""
    files: dict[_Slot, list[str]] = {}
    for name, snapshot in drawn:
        files.setdefault(_slot(snapshot), []).append(name)
    snapshots = join_snapshots(snapshot for _, snapshot in drawn)
    store = services().store.snapshots
    before = {_slot(kept): kept.id for kept in store.list() if kept.counts}
    for snapshot, is_new in zip(snapshots, store.add(snapshots), strict=True):
        replaced = before.get(_slot(snapshot))
        state = f", in place of {replaced}" if replaced and is_new else "" if is_new else ", already known"
        km2 = None if snapshot.kind is SnapshotKind.LINE else area_km2(snapshot.geometry)
        click.echo(f"{', '.join(files[_slot(snapshot)])}: {_line(snapshot, km2)}{state}")
        for note in snapshot.notes:
            click.echo(f"  {note}")


@frontlines.command("list")
def show_list() -> None:
    """List what was imported, the newest day first, each with its ID."""
    for each in services().store.snapshots.list():
        replaced = "" if each.counts else ", a later import counts"
        at = each.imported_at[:16].replace("T", " ")
        click.echo(f"{each.id}  {_line(each, each.km2)}, imported {at} UTC{replaced}")


@frontlines.command("remove")
@click.argument("snapshot_id", metavar="ID")
def remove(snapshot_id: str) -> None:
    """Remove the import with that ID, as 'list' shows it; the one before it of that day counts again."""
    services().store.snapshots.remove(snapshot_id)
    click.echo(f"{snapshot_id} is removed")


@frontlines.command("infer")
@click.argument("facts", type=click.Path(path_type=Path))
@click.argument("target", metavar="OUT", type=click.File("w", encoding="utf-8", lazy=True))
@click.option("--date", "day", help="The day to draw, YYYY-MM-DD; that of the newest fact when not given.")
def infer_file(facts: Path, target: TextIO, day: str | None) -> None:
    """Draw who holds what from a CSV file of FACTS, and write it to OUT as GeoJSON ('-' for standard out).

    FACTS has the columns lat, lon, party, date and source, and if you like weight (above 0, at most 1), name
    and stance (reported, confirmed, claimed, denied, negated: no longer held). OUT has features of the kinds
    control (with party), contested and frontline. Facts that draw nothing are named with the reason.
    """
    known = read_facts(facts)
    newest = max((fact.date for fact in known), default=date.min)
    territory = infer(known, read_day(day, "--date") if day else newest, services().land)
    if not territory.areas:
        raise Unprocessable("no fact is of that day or before it", field=facts.name)
    written = {
        "type": "FeatureCollection",
        "date": territory.day.isoformat(),
        "attribution": OUTLINES_FROM,
        "features": list(features(territory)),
    }
    target.write(json.dumps(written, ensure_ascii=False) + "\n")
    for left in territory.left_out:
        place = left.holding
        where = f"{place.name or 'a place'} at {place.lat:g}, {place.lon:g}"
        click.echo(f"left out: {where}: {left.reason}", err=True)


_Slot = tuple[date, str, str, SnapshotKind]


def _slot(each: Snapshot | KeptSnapshot) -> _Slot:
    """Return that of which only the last import counts."""
    return each.date, each.source, each.party, each.kind


def _line(each: Snapshot | KeptSnapshot, km2: float | None) -> str:
    what = {
        SnapshotKind.CONTROL: f"held by {each.party}",
        SnapshotKind.CLAIMED: f"claimed by {each.party}",
        SnapshotKind.LINE: f"front line of {each.party}" if each.party else "front line",
    }[each.kind]
    size = "" if km2 is None else f", {km2:,.0f} km²"
    return f"{each.date}, {each.source}: {what}{size}"

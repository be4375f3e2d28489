"""The commands of ``flask frontlines``: who holds what, as others draw it."""

from __future__ import annotations

from pathlib import Path

import click

from cli_gazetteer import Commands
from domain import InvalidInput, KeptSnapshot, SitmapError, SnapshotKind
from geo.snapshots import Told, read_snapshots
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
    a file and its name say. The import of a day that is known already takes its place, and the one before is
    kept. What is refused is named with the reason, and the rest is kept; exit status 1 then.
    """
    told = Told(
        read_day(day, "--date") if day else None,
        _word(source, "--source"),
        _word(party, "--party"),
        SnapshotKind(kind) if kind else None,
    )
    refused = 0
    for file in files:
        try:
            _import(file, told)
        except SitmapError as error:
            refused += 1
            click.echo(f"refused: {error}", err=True)
    if refused:
        raise click.exceptions.Exit(1)


def _word(text: str | None, option: str) -> str | None:
    if text is None:
        return None
    if not text.strip() or not text.isprintable() or len(text) > 100:
        raise InvalidInput("is no name of up to 100 characters", field=option)
    return text.strip()


def _import(file: Path, told: Told) -> None:
    snapshots = read_snapshots(file, told, names=services().gazetteer, outline=services().regions.outline)
    store = services().store.snapshots
    new = dict(zip((snapshot.id for snapshot in snapshots), store.add(snapshots), strict=True))
    kept = {each.id: each for each in reversed(store.list())}
    for snapshot in snapshots:
        known = "" if new[snapshot.id] else ", already known"
        click.echo(f"{file.name}: {_line(kept[snapshot.id])}{known}")
        for note in snapshot.notes:
            click.echo(f"  {note}")


@frontlines.command("list")
def show_list() -> None:
    """List what was imported, the newest day first, each with its ID."""
    for each in services().store.snapshots.list():
        replaced = "" if each.counts else ", a later import counts"
        click.echo(
            f"{each.id}  {_line(each)}, imported {each.imported_at[:16].replace('T', ' ')} UTC{replaced}"
        )


@frontlines.command("remove")
@click.argument("snapshot_id", metavar="ID")
def remove(snapshot_id: str) -> None:
    """Remove the import with that ID, as 'list' shows it; the one before it of that day counts again."""
    services().store.snapshots.remove(snapshot_id)
    click.echo(f"{snapshot_id} is removed")


def _line(kept: KeptSnapshot) -> str:
    what = {
        SnapshotKind.CONTROL: f"held by {kept.party}",
        SnapshotKind.CLAIMED: f"claimed by {kept.party}",
        SnapshotKind.LINE: f"front line of {kept.party}" if kept.party else "front line",
    }[kept.kind]
    size = "" if kept.km2 is None else f", {kept.km2:,.0f} km²"
    return f"{kept.date}, {kept.source}: {what}{size}"

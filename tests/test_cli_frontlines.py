"""``flask frontlines``: what it prints, what it keeps, and how it says no."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from shapely.geometry import box

from domain import SnapshotKind, Store
from tests.test_cli import refused
from tests.test_snapshots import FRONT, GROUND, SWAPPED, geojson
from web.services import EXTENSION

DAY = date(2025, 1, 31)
MINE = ("--date", "2025-01-31", "--source", "Example Maps", "--party", "Russia")
Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask) -> Run:
    """Run a command of the group over an empty store."""

    def invoke(*args: object, **options: Any) -> Result:
        return app.test_cli_runner().invoke(args=["frontlines", *(str(arg) for arg in args)], **options)

    return invoke


@pytest.fixture
def store(app: Flask) -> Store:
    """The store of the commands."""
    found: Store = app.extensions[EXTENSION].store
    return found


def test_a_file_is_imported_listed_and_removed(run: Run, store: Store, tmp_path: Path) -> None:
    path = geojson(tmp_path / "deepstatemap_data_20250131.geojson", GROUND)
    imported = run("import", path)
    assert imported.exit_code == 0, imported.output
    assert imported.stdout == f"{path.name}: 2025-01-31, DeepState: held by Russia, 8,377 km²\n"
    assert [kept.party for kept in store.snapshots.latest(DAY)] == ["Russia"]

    listed = run("list").stdout
    assert re.fullmatch(
        r"[0-9a-f]{16}  2025-01-31, DeepState: held by Russia, 8,377 km², imported .* UTC\n", listed
    )
    assert run("remove", listed[:16]).stdout == f"{listed[:16]} is removed\n"
    assert run("list").stdout == ""
    assert store.snapshots.latest(DAY) == ()


def test_the_same_file_twice_changes_nothing(run: Run, store: Store, tmp_path: Path) -> None:
    path = geojson(tmp_path / "ground.json", GROUND)
    run("import", path, *MINE)
    version = store.snapshots.version
    again = run("import", path, *MINE)
    assert (again.exit_code, again.stdout.endswith(" km², already known\n")) == (0, True)
    assert store.snapshots.version == version


def test_a_later_import_of_the_day_counts_and_the_list_says_so(run: Run, tmp_path: Path) -> None:
    run("import", geojson(tmp_path / "ground.json", GROUND), *MINE)
    again = run("import", geojson(tmp_path / "ground.json", box(37, 47, 38.5, 48)), *MINE).stdout
    later, earlier = run("list").stdout.splitlines()
    assert again.endswith(f" km², in place of {earlier[:16]}\n")
    assert later.endswith(" UTC")
    assert earlier.endswith(", a later import counts")


def test_files_of_one_command_are_joined_where_they_are_one_map(
    run: Run, store: Store, tmp_path: Path
) -> None:
    west = geojson(tmp_path / "Assessed Russian Advances in Ukraine.json", GROUND)
    east = geojson(tmp_path / "Claimed Russian Control over Ukrainian Territory.json", box(38, 47, 39, 48))
    front = geojson(tmp_path / "Claimed Limit of Ukrainian Advance.json", FRONT)
    result = run("import", west, east, front, "--date", "2025-01-31")
    assert result.stdout.splitlines() == [
        f"{west.name}, {east.name}: 2025-01-31, ISW: claimed by Russia, 16,753 km²",
        f"{front.name}: 2025-01-31, ISW: front line of Ukraine",
    ]
    ground, _ = store.snapshots.latest(DAY)
    assert ground.geometry.equals(box(37, 47, 39, 48))


def test_layers_and_notes_are_shown(run: Run, tmp_path: Path) -> None:
    path = geojson(tmp_path / "x.json", GROUND.union(box(40, 47, 41, 48)), FRONT, box(42, 47, 42, 47))
    result = run("import", path, *MINE, "--kind", "claimed")
    assert result.stdout.splitlines() == [
        "x.json: 2025-01-31, Example Maps: claimed by Russia, 16,753 km²",
        "  1 area crossed itself and was repaired, from 0.00 to 0.00 km²",
        "  1 sliver without area left out",
        "x.json: 2025-01-31, Example Maps: front line of Russia",
    ]


def test_what_is_refused_is_named_and_the_rest_is_kept(run: Run, store: Store, tmp_path: Path) -> None:
    good, bad = geojson(tmp_path / "good.json", GROUND), geojson(tmp_path / "bad.json", SWAPPED)
    result = run("import", tmp_path / "missing.json", bad, good, *MINE)
    assert result.exit_code == 1
    missing, swapped = result.stderr.splitlines()
    assert missing.endswith("missing.json: there is no such file")
    assert swapped.startswith("refused: bad.json: lies in none of the countries")
    assert result.stdout.startswith("good.json: ")
    assert [kept.kind for kept in store.snapshots.list()] == [SnapshotKind.CONTROL]


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("import", "x.json", "--date", "31.1.2025"), "--date: '31.1.2025' is not a date"),
        (("import", "x.json", "--party", " "), "--party: is no name"),
        (("import", "x.json", "--source", "a\nb"), "--source: is no name"),
        (("remove", "0123456789abcdef"), "snapshot: no snapshot '0123456789abcdef'"),
    ],
    ids=["date", "party", "source", "unknown"],
)
def test_what_cannot_be_done_is_said_in_one_line(run: Run, args: tuple[str, ...], words: str) -> None:
    assert words in refused(run(*args))


def test_where_nobody_tells_the_option_is_named(run: Run, tmp_path: Path) -> None:
    result = run("import", geojson(tmp_path / "ground.json", GROUND), "--date", "2025-01-31")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "say so with --source" in result.stderr

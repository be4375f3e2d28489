"""``flask gazetteer``: what it prints, what it keeps, and the one line in which it says no."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask, Response

import cli_gazetteer
from geo.gazetteer import Gazetteer
from tests.test_cli import refused
from tests.test_sources import village
from tests.web_samples import MakeApp
from web.services import EXTENSION

POKROVSK = "geonames:704422"
Run = Callable[..., Result]


@pytest.fixture
def app(make_app: MakeApp, small_gazetteer: Path, tmp_path: Path) -> Flask:
    """An app with a gazetteer of its own."""
    (tmp_path / "gazetteer.db").symlink_to(small_gazetteer)
    return make_app(tmp_path, SITMAP_GAZETTEER=str(tmp_path / "gazetteer.db"))


@pytest.fixture
def run(app: Flask) -> Run:
    """Run a command of the group."""

    def invoke(*args: object, **options: Any) -> Result:
        return app.test_cli_runner().invoke(args=["gazetteer", *(str(arg) for arg in args)], **options)

    return invoke


@pytest.fixture
def places(app: Flask) -> Gazetteer:
    """The gazetteer as the app's pages have it."""
    opened: Gazetteer = app.extensions[EXTENSION].gazetteer
    return opened


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    """A dump of two villages and a row that is none."""
    path = tmp_path / "UA.txt"
    path.write_text("\n".join((village(), village(id="4002", name="Novotestove"), "no row")), "utf-8")
    return path


def test_a_gazetteer_is_added_listed_searched_and_removed(run: Run, places: Gazetteer, dump: Path) -> None:
    added = run("add", dump)
    assert added.exit_code == 0
    assert added.stdout == "ua: 2 places of UA.txt (GeoNames; 2 rows read, 1 refused, 0 passed over)\n"
    assert "refused: row 3: 1 columns, not 19" in added.stderr
    assert "ua.report.txt" in added.stderr
    assert [place.id for place in places.lookup("Novotestove")] == ["geonames:4002"]
    listed = run("list").stdout.splitlines()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d  ua: 2 places of UA\.txt .*", listed[0])
    assert re.fullmatch(r"[\d,]+ places and [\d,]+ names in all, the base's included", listed[1])
    assert run("search", "novotest").stdout.startswith("geonames:4002 ")
    assert run("remove", "ua").stdout == "ua is removed\n"
    assert places.lookup("Novotestove") == ()


def test_columns_are_named_on_the_command_line(run: Run, places: Gazetteer, tmp_path: Path) -> None:
    table = tmp_path / "mine.csv"
    table.write_text("Ort,N,E\nTestove,48.5,37.5\n", "utf-8")
    result = run(
        "add", table, "--name", "villages", "--map", "name=Ort,lat=N", "--map", "lon=E", "--set", "kind=town"
    )
    assert result.stdout.startswith("villages: 1 places of mine.csv (table;")
    assert [place.country for place in places.lookup("Testove")] == ["UA"]


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("add", "missing.txt"), "missing.txt: there is no such file"),
        (("add", "a.txt", "b.txt", "--name", "x"), "--name: names one gazetteer"),
        (("remove", "nothing"), "no gazetteer 'nothing'"),
        (("search", "Zzyzxgrad"), "no place is called 'Zzyzxgrad'"),
        (("fetch", "Ukraine"), "COUNTRY: 'Ukraine' is not a country's two letters"),
        (("correct", "alias", "X", "geonames:1"), "no place has the id 'geonames:1'"),
        (("correct", "move", POKROVSK, "91", "0"), "lat, lon: 91.0, 0.0 is no position"),
        (("correct", "undo", "7"), "there is no correction 7"),
    ],
    ids=lambda value: " ".join(value[:2]) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_done_is_said_in_one_line(run: Run, args: tuple[str, ...], words: str) -> None:
    assert words in refused(run(*args))


def test_corrections_are_made_listed_and_undone(run: Run, places: Gazetteer) -> None:
    made = run("correct", "alias", "The Fortress", POKROVSK, "--note", "soldiers call it so")
    assert made.stdout == f"1: 'The Fortress' means {POKROVSK} (Pokrovsk, Donetsk, UA)\n"
    assert run("correct", "move", POKROVSK, "-48.3", "-37.2", "--radius", "3").exit_code == 0
    assert run("correct", "never", "Pokrovsk", POKROVSK).exit_code == 0
    (place,) = places.lookup("The Fortress")
    assert (place.id, place.lat, place.lon, place.radius_km) == (POKROVSK, -48.3, -37.2, 3)
    assert POKROVSK not in {each.id for each in places.lookup("Pokrovsk")}
    listed = run("correct", "list").stdout.splitlines()
    assert re.search(r"UTC: soldiers call it so\)$", listed[0])
    assert listed[1].startswith(f"2: {POKROVSK} lies at -48.3, -37.2, radius 3 km (")
    for number in (1, 2, 3):
        assert run("correct", "undo", number).stdout == f"{number} is undone\n"
    assert run("correct", "list").stdout == ""
    assert places.lookup("The Fortress") == ()


# --------------------------------------------------------------------------- fetching


@pytest.fixture
def geonames(serve: Callable[[Flask], str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that has the dump of one country as GeoNames does, and a page where another should be."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("readme.txt", "about")
        archive.writestr("UA.txt", village())
    server = Flask("geonames")

    @server.get("/UA.zip")
    def dump() -> Response:
        return Response(packed.getvalue(), content_type="application/zip")

    @server.get("/PL.zip")
    def page() -> str:
        return "<html>Down for maintenance, back soon</html>"

    monkeypatch.setattr(cli_gazetteer, "GEONAMES", serve(server))


@pytest.mark.usefixtures("geonames")
def test_a_country_is_fetched_and_added(run: Run, places: Gazetteer, tmp_path: Path) -> None:
    result = run("fetch", "ua")
    assert result.stdout.startswith("geonames-ua: 1 places of UA.zip (GeoNames;"), result.output
    assert [place.id for place in places.lookup("Testove")] == ["geonames:4001"]
    assert list((tmp_path / "gazetteers" / "building").iterdir()) == []


@pytest.mark.usefixtures("geonames")
@pytest.mark.parametrize(
    ("country", "words"),
    [("XX", "the server answered with status 404"), ("PL", "PL.zip: is none of the kinds")],
    ids=["none", "a page"],
)
def test_what_is_no_dump_is_not_added(run: Run, tmp_path: Path, country: str, words: str) -> None:
    assert words in refused(run("fetch", country))
    assert not [path for path in (tmp_path / "gazetteers").rglob("*") if path.is_file()]


@pytest.mark.usefixtures("geonames")
def test_a_file_of_more_bytes_than_are_taken_is_not_kept(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli_gazetteer, "MAX_DOWNLOAD", 100)
    assert "it may have 100" in refused(run("fetch", "UA"))
    assert list((tmp_path / "gazetteers" / "building").iterdir()) == []

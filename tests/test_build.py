"""Building the gazetteer: our tables are checked, a failed build harms nothing, and nothing is lost."""

from __future__ import annotations

import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import shapely
from shapely.ops import nearest_points

from domain import BadData, Level, NotPrepared
from geo import tables
from geo.build import build_gazetteer, is_current
from geo.gazetteer import GEOD, Gazetteer, fold
from geo.regions import Regions
from geo.tables import read_table

NOVOVASYLIVKA = "geonames:699055"

# --------------------------------------------------------------------------- wrong tables


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of our tables that the build reads."""
    folder = tmp_path / "tables"
    shutil.copytree(tables.FOLDER, folder)
    monkeypatch.setattr(tables, "FOLDER", folder)
    return folder


Edit = Callable[[list[str]], list[str]]


def cell(column: str, value: str) -> Edit:
    """Write a value into the third line."""

    def edit(lines: list[str]) -> list[str]:
        cells = lines[2].split(",")
        cells[lines[0].split(",").index(column)] = value
        return [*lines[:2], ",".join(cells), *lines[3:]]

    return edit


def too_many(lines: list[str]) -> list[str]:
    return [*lines[:2], lines[2] + ",more", *lines[3:]]


def too_few(lines: list[str]) -> list[str]:
    return [*lines[:2], lines[2].partition(",")[0], *lines[3:]]


def twice(lines: list[str]) -> list[str]:
    return [*lines[:2], lines[1], *lines[2:]]


def open_quote(lines: list[str]) -> list[str]:
    return [*lines[:2], 'sitmap:x,"Open" x,', *lines[3:]]


def no_latitude(lines: list[str]) -> list[str]:
    return [lines[0].replace(",lat,", ",latitude,"), *lines[1:]]


@pytest.mark.parametrize(
    ("table", "edit", "field", "words"),
    [
        pytest.param("places.csv", too_many, "places.csv:3", "too many columns", id="place-cell-too-many"),
        pytest.param("places.csv", too_few, "places.csv:3", "too few", id="place-cells-missing"),
        pytest.param("places.csv", cell("lat", "91"), "places.csv:3", "lat 91", id="place-lat-over"),
        pytest.param("places.csv", cell("lat", "-90.1"), "places.csv:3", "lat -90.1", id="place-lat-under"),
        pytest.param("places.csv", cell("lon", "180.5"), "places.csv:3", "lon 180.5", id="place-lon-over"),
        pytest.param("places.csv", cell("lat", "nan"), "places.csv:3", "lat nan", id="place-lat-nan"),
        pytest.param("places.csv", cell("lon", ""), "places.csv:3", "lon ''", id="place-lon-empty"),
        pytest.param("places.csv", cell("lat", "47°N"), "places.csv:3", "lat '47°N'", id="place-lat-words"),
        pytest.param(
            "places.csv", cell("population", "many"), "places.csv:3", "population", id="place-people"
        ),
        pytest.param("places.csv", cell("population", "inf"), "places.csv:3", "population", id="place-inf"),
        pytest.param(
            "places.csv", cell("uncertainty_km", "-1"), "places.csv:3", "uncertainty", id="place-km"
        ),
        pytest.param("places.csv", cell("country", "UK"), "places.csv:3", "country 'UK'", id="place-country"),
        pytest.param("places.csv", cell("id", ""), "places.csv:3", "id", id="place-without-id"),
        pytest.param("places.csv", twice, "places.csv:3", "stands twice", id="place-twice"),
        pytest.param("places.csv", open_quote, "places.csv:3", "expected after", id="place-quotes"),
        pytest.param("places.csv", no_latitude, "places.csv:1", "no column lat", id="place-header"),
        pytest.param("areas.csv", cell("lat", "x"), "areas.csv:3", "lat 'x'", id="area-lat"),
        pytest.param("areas.csv", cell("radius_km", "-5"), "areas.csv:3", "radius_km -5", id="area-radius"),
        pytest.param("areas.csv", twice, "areas.csv:3", "stands twice", id="area-twice"),
        pytest.param("countries.csv", cell("lon", "999"), "countries.csv:3", "lon 999", id="country-lon"),
        pytest.param(
            "countries.csv", cell("area_km2", "?"), "countries.csv:3", "area_km2", id="country-area"
        ),
        pytest.param("countries.csv", twice, "countries.csv:3", "stands twice", id="country-twice"),
        pytest.param("divisions.csv", too_few, "divisions.csv:3", "too few", id="division-cells-missing"),
        pytest.param(
            "divisions.csv", cell("country", "ZZ"), "divisions.csv:3", "'ZZ'", id="division-country"
        ),
        pytest.param("divisions.csv", twice, "divisions.csv:3", "stands twice", id="division-twice"),
        pytest.param("places.csv", lambda lines: [], "places.csv:1", "no column", id="place-table-empty"),
        pytest.param("quarters.csv", cell("lon", "181"), "quarters.csv:3", "lon 181", id="quarter-lon"),
        pytest.param("centres.csv", cell("lat", "-91"), "centres.csv:3", "lat -91", id="centre-lat"),
        pytest.param("centres.csv", cell("country", "ZZ"), "centres.csv:3", "'ZZ'", id="centre-country"),
        pytest.param("centres.csv", twice, "centres.csv:3", "stands twice", id="centre-twice"),
    ],
)
def test_a_wrong_row_is_refused_with_file_and_line(
    copied: Path, tmp_path: Path, table: str, edit: Edit, field: str, words: str
) -> None:
    path = copied / table
    path.write_text("\n".join(edit(path.read_text(encoding="utf-8").splitlines())), encoding="utf-8")
    with pytest.raises(BadData) as refused:
        build_gazetteer(tmp_path / "gazetteer.db")
    assert refused.value.field == field
    assert words in refused.value.message
    assert list(tmp_path.iterdir()) == [copied]


def test_a_line_is_counted_as_an_editor_does(copied: Path) -> None:
    path = copied / "areas.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[1] = 'sitmap:x,X,"an alias\nover three\nlines",,RGN,0,0,1,,test'
    lines[2] = lines[2].replace(",CONT,", ",CONT,x")
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(BadData) as refused:
        read_table("areas.csv")
    assert refused.value.field == "areas.csv:5"


def test_a_table_in_another_encoding_is_refused(copied: Path) -> None:
    path = copied / "countries.csv"
    path.write_bytes(path.read_text(encoding="utf-8").encode("cp1252", "replace"))
    with pytest.raises(BadData, match="utf-8") as refused:
        read_table("countries.csv")
    assert str(refused.value.field).startswith("countries.csv:")


def test_a_byte_order_mark_as_spreadsheets_write_it_does_no_harm(copied: Path) -> None:
    plain = read_table("places.csv")
    path = copied / "places.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert read_table("places.csv") == plain


BUILT_FROM = ["areas.csv", "centres.csv", "countries.csv", "divisions.csv", "places.csv", "quarters.csv"]


@pytest.mark.parametrize("table", BUILT_FROM)
def test_a_missing_table_is_named(copied: Path, tmp_path: Path, table: str) -> None:
    (copied / table).unlink()
    with pytest.raises(NotPrepared, match=table):
        build_gazetteer(tmp_path / "gazetteer.db")


# --------------------------------------------------------------------------- the file


class Stopped(Exception):
    """Somebody pulls the plug."""


def stop(step: str, done: int, total: int) -> None:
    raise Stopped


def break_a_row(folder: Path) -> None:
    with (folder / "places.csv").open("a", encoding="utf-8") as rows:
        rows.write("sitmap:broken\n")


@pytest.mark.parametrize("error", [BadData, Stopped], ids=["wrong table", "stopped on the way"])
def test_a_failed_build_leaves_the_old_file_in_service(
    copied: Path, tmp_path: Path, error: type[Exception]
) -> None:
    path = tmp_path / "gazetteer.db"
    path.write_bytes(b"the old one")
    if error is BadData:
        break_a_row(copied)
    with pytest.raises(error):
        build_gazetteer(path, stop)
    assert path.read_bytes() == b"the old one"
    assert sorted(tmp_path.iterdir()) == [path, copied]


def test_a_build_makes_a_file_that_opens(small_gazetteer: Path) -> None:
    small = Gazetteer(small_gazetteer)
    places, names = small.size()
    assert 5_000 < places < names
    kyiv, station = small.best("Kyiv"), small.best("southern camp")
    assert kyiv is not None and station is not None
    assert (kyiv.place.country, kyiv.place.feature_code) == ("UA", "PPLC")
    assert (station.place.lat, station.place.source) == (-90, "data/gazetteer/places.csv: for tests")
    small.close()
    assert sorted(path.name for path in small_gazetteer.parent.iterdir()) == ["gazetteer.db", "tables"]


@pytest.fixture
def built(small_gazetteer: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The small gazetteer beside a copy of the tables that it was built from."""
    shutil.copytree(small_gazetteer.parent / "tables", tmp_path / "tables")
    monkeypatch.setattr(tables, "FOLDER", tmp_path / "tables")
    return Path(shutil.copy(small_gazetteer, tmp_path / "gazetteer.db"))


def test_a_fresh_build_is_current(built: Path) -> None:
    assert is_current(built)


@pytest.mark.parametrize("table", [*BUILT_FROM, "disputed.csv"])
def test_a_build_is_out_of_date_when_a_table_changes(built: Path, table: str) -> None:
    path = tables.FOLDER / table
    path.write_bytes(path.read_bytes() + b"\n")
    assert not is_current(built)


@pytest.mark.parametrize(
    "content", [b"", b"no database" * 1000, None], ids=["empty", "no database", "missing"]
)
def test_what_is_no_gazetteer_is_not_current(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "gazetteer.db"
    if content is not None:
        path.write_bytes(content)
    assert not is_current(path)


def test_a_database_of_somebody_else_is_not_current(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "other.db")
    connection.execute("CREATE TABLE built_from (fingerprint TEXT)")
    connection.close()
    assert not is_current(tmp_path / "other.db")


# --------------------------------------------------------------------------- what it holds


WITHOUT_DEMONYM = {"BV", "GS", "HM", "SJ", "TF", "UM", "VA"}
"""Nobody lives there, or, in the Vatican, is called by it."""


def test_every_country_is_there_by_code_name_and_demonym(gazetteer: Gazetteer) -> None:
    rows = read_table("countries.csv")
    assert len(rows) == 250
    assert {place.id for place in gazetteer.countries()} == {f"country:{row['iso2']}" for row in rows}
    for row in rows:
        place = gazetteer.get(f"country:{row['iso2']}")
        for name in (row["iso2"], row["iso3"], row["name"], *filter(None, row["aliases"].split("|"))):
            assert place in gazetteer.lookup(name), name


def test_every_demonym_leads_to_a_country_that_has_it(gazetteer: Gazetteer) -> None:
    owners: dict[str, set[str]] = {}
    for row in read_table("countries.csv"):
        words = list(filter(None, row["demonyms"].split("|")))
        assert bool(words) == (row["iso2"] not in WITHOUT_DEMONYM), row["name"]
        for word in words:
            owners.setdefault(fold(word), set()).add(f"country:{row['iso2']}")
    for word, countries in owners.items():
        place = gazetteer.demonym(word)
        assert place is not None
        assert place.id in countries, word


def test_every_division_of_ours_is_found_by_its_names(gazetteer: Gazetteer) -> None:
    lost = []
    for row in read_table("divisions.csv"):
        place_id = f"adm1:{row['country']}.{row['code']}"
        for name in (row["name"], *filter(None, row["aliases"].split("|"))):
            if place_id not in (place.id for place in gazetteer.lookup(name)):
                lost.append((place_id, name))
    assert lost == []


@pytest.mark.parametrize("table", ["areas.csv", "places.csv", "quarters.csv"])
def test_every_place_of_ours_is_found_by_its_names(gazetteer: Gazetteer, table: str) -> None:
    lost = []
    for row in read_table(table):
        place = gazetteer.get(row["id"])
        assert place.source.startswith(f"data/gazetteer/{table}")
        for name in (row["name"], *filter(None, row["aliases"].split("|"))):
            if place not in gazetteer.lookup(name):
                lost.append((place.id, name))
    assert lost == []


def test_the_curated_places_are_few_and_each_says_where_it_comes_from() -> None:
    rows = read_table("places.csv")
    assert 300 < len(rows) <= 400
    for row in rows:
        assert row["source"], row
        assert row["name"], row
        assert 0 < float(row["uncertainty_km"]) <= 10, row
        assert row["id"].startswith(("geonames:", "sitmap:")), row


@pytest.mark.parametrize("table", ["places.csv", "quarters.csv"])
def test_each_curated_place_lies_in_its_country_or_off_its_coast(regions: Regions, table: str) -> None:
    far = []
    for row in read_table(table):
        lon, lat = float(row["lon"]), float(row["lat"])
        outline = regions.outline(f"country:{row['country']}")
        assert outline is not None, row
        closest, _ = nearest_points(outline, shapely.Point(lon, lat))
        if GEOD.inv(closest.x, closest.y, lon, lat)[2] > 30_000:
            far.append(row["name"])
    assert far == []


def test_no_id_stands_in_two_tables() -> None:
    ids = Counter(
        row["id"] for table in ("areas.csv", "places.csv", "quarters.csv") for row in read_table(table)
    )
    assert [place_id for place_id, times in ids.items() if times > 1] == []


def test_what_is_called_an_area_is_one(gazetteer: Gazetteer) -> None:
    levels = {row["id"]: gazetteer.get(row["id"]).level for row in read_table("areas.csv")}
    assert {place_id for place_id, level in levels.items() if level is not Level.AREA} == set()


def test_every_country_lies_within_its_bounds_or_near(regions: Regions) -> None:
    outside = []
    for row in read_table("countries.csv"):
        outline = regions.outline(f"country:{row['iso2']}")
        spot = shapely.Point(float(row["lon"]), float(row["lat"]))
        if outline is not None and not shapely.box(*outline.bounds).buffer(2).covers(spot):
            outside.append(row["name"])
    assert outside == []


@pytest.mark.parametrize(
    ("place_id", "lat", "lon"),
    [
        pytest.param("adm1:US.TX", 31.25, -99.25, id="Texas"),
        pytest.param("adm1:CA.08", 49.25, -84.5, id="Ontario"),
        pytest.param("adm1:AU.04", -22, 144, id="Queensland"),
        pytest.param("adm1:CN.13", 41, 85, id="Xinjiang"),
        pytest.param("adm1:BR.16", -4, -53, id="Pará, drawn"),
        pytest.param("adm1:UA.07", 49.5, 36.5, id="Kharkiv, by its towns"),
    ],
)
def test_a_division_lies_at_its_centre(gazetteer: Gazetteer, place_id: str, lat: float, lon: float) -> None:
    division = gazetteer.get(place_id)
    assert GEOD.inv(division.lon, division.lat, lon, lat)[2] < 60_000


def test_every_centre_is_that_of_a_known_division(gazetteer: Gazetteer) -> None:
    for row in read_table("centres.csv"):
        division = gazetteer.get(f"adm1:{row['country']}.{row['code']}")
        assert (division.lat, division.lon) == (float(row["lat"]), float(row["lon"])), division.name


def test_only_the_novovasylivka_that_the_war_names_is_curated() -> None:
    named = [
        row["id"]
        for row in read_table("places.csv")
        if fold("Novovasylivka") in {fold(name) for name in (row["name"], *row["aliases"].split("|"))}
    ]
    assert named == [NOVOVASYLIVKA]


def test_every_place_lies_in_a_known_country_and_none_at_zero(prepared: dict[str, str]) -> None:
    connection = sqlite3.connect(prepared["SITMAP_GAZETTEER"])
    countries = "SELECT country FROM place WHERE feature_code = 'PCLI'"
    strays = connection.execute(
        f"SELECT place_id FROM place WHERE (country != '' AND country NOT IN ({countries}))"
        " OR (abs(lat) < 0.01 AND abs(lon) < 0.01) OR radius_km <= 0 OR name = '' OR folded = ''"
    ).fetchall()
    connection.close()
    assert strays == []


def test_a_curated_place_stands_in_for_the_same_one_of_geonames(gazetteer: Gazetteer) -> None:
    place = gazetteer.get(NOVOVASYLIVKA)
    assert place.source.startswith("data/gazetteer/places.csv: GeoNames 699055")
    assert [other.id for other in gazetteer.lookup("Novovasylivka")].count(NOVOVASYLIVKA) == 1

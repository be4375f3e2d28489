"""Reading what people bring: each kind of file, and all that can be wrong with one."""

from __future__ import annotations

import gzip
import io
import json
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import shapely

from domain import InvalidInput, NotFound, SitmapError, TooLarge, Unprocessable, UnsupportedMedia
from geo.sources import open_source
from geo.sources.columns import Columns
from geo.sources.entry import Entry, Item, Refused
from geo.sources.stream import MAX_LINE

SQUARE = {"type": "Polygon", "coordinates": [[[30, 50], [31, 50], [31, 51], [30, 51], [30, 50]]]}


def read(path: Path, after: int = 0, **columns: Any) -> list[Item]:
    with open_source(path, Columns("mine", **columns)) as source:
        return list(source.items(after))


def entries(items: list[Item]) -> list[Entry]:
    return [item for _, item in items if isinstance(item, Entry)]


def reasons(items: list[Item]) -> dict[int, str]:
    return {position: item.reason for position, item in items if isinstance(item, Refused)}


def village(**changed: str) -> str:
    cells = {
        "id": "4001", "name": "Testove", "ascii": "Testove", "others": "Тестове,Testovo", "lat": "48.5",
        "lon": "37.5", "class": "P", "code": "PPL", "country": "UA", "cc2": "", "admin1": "05", "admin2": "",
        "admin3": "", "admin4": "", "population": "120", "elevation": "", "dem": "90", "zone": "Europe/Kyiv",
        "changed": "2025-01-01",
    }  # fmt: skip
    return "\t".join((cells | changed).values())


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def write(content: str | bytes, name: str = "places.txt") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


Write = Callable[..., Path]

# --------------------------------------------------------------------------- GeoNames


def test_a_dump_of_geonames_gives_places(write: Write) -> None:
    ((position, entry),) = read(write(village() + "\n"))
    assert position == 1 and isinstance(entry, Entry)
    assert (entry.place_id, entry.name, entry.lat, entry.lon) == ("geonames:4001", "Testove", 48.5, 37.5)
    assert (entry.feature_code, entry.country, entry.admin1, entry.population) == ("PPL", "UA", "05", 120)
    assert set(entry.names) == {"Testove", "Тестове", "Testovo"}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        pytest.param({"id": "x"}, "geonameid", id="id"),
        pytest.param({"lat": "400"}, "latitude: 400 is not between", id="latitude 400"),
        pytest.param({"lat": "nan"}, "latitude: nan", id="latitude nan"),
        pytest.param({"lon": "inf"}, "longitude: inf", id="longitude infinite"),
        pytest.param({"lon": ""}, "longitude: '' is no number", id="no longitude"),
        pytest.param({"name": ""}, "name: is empty", id="no name"),
        pytest.param({"name": "'’'"}, "is no name", id="no letter"),
        pytest.param({"name": "x" * 100_000}, "has 100,000 characters", id="a name of 100 kB"),
        pytest.param({"name": "a\x07b"}, "control characters", id="control"),
        pytest.param({"name": "a\0b"}, "NUL", id="NUL"),
        pytest.param({"code": "drop table"}, "feature code", id="code"),
        pytest.param({"population": "1e99"}, "population", id="too many people"),
        pytest.param({"changed": "2025\tmore"}, "20 columns, not 19", id="a column too many"),
    ],
)
def test_a_wrong_row_is_refused_with_its_line_and_the_rest_is_read(
    write: Write, changed: dict[str, str], words: str
) -> None:
    items = read(write("\n".join((village(id="1"), village(**changed), village(id="3"), ""))))
    assert [entry.place_id for entry in entries(items)] == ["geonames:1", "geonames:3"]
    assert words in reasons(items)[2]


def test_a_line_that_is_no_utf8_is_refused_alone(write: Write) -> None:
    lines = [village().encode(), village(name="Тест").encode("cp1251"), village(id="3").encode()]
    items = read(write(b"\n".join(lines)))
    assert len(entries(items)) == 2
    assert "not UTF-8" in reasons(items)[2]


def test_a_line_without_end_is_refused_alone(write: Write) -> None:
    endless = village(others="x" * (3 * MAX_LINE))
    items = read(write("\n".join((village(), endless, village(id="3")))))
    assert len(entries(items)) == 2
    assert reasons(items) == {2: "the line is too long"}


def test_reading_goes_on_behind_a_position(write: Write) -> None:
    path = write("\n".join(village(id=str(number)) for number in range(1, 6)))
    assert [position for position, _ in read(path, after=3)] == [4, 5]


def test_codes_and_links_are_no_names(write: Write) -> None:
    rows = [
        "1\t4001\tuk\tТестове\t1\t\t\t", "2\t4001\ten\tTestove\t\t\t\t1", "3\t4001\tlink\thttps://example.org\t\t\t\t",
        "4\t4001\tiata\tTST\t\t\t\t", "5\t4001\t\tTSV\t\t\t\t", "6\t4001\twkdt\tQ1\t\t\t\t",
    ]  # fmt: skip
    items = read(write("\n".join(rows)))
    assert [(entry.place_id, entry.name, entry.lat) for entry in entries(items)] == [
        ("geonames:4001", "Тестове", None),
        ("geonames:4001", "Testove", None),
    ]
    assert [item for _, item in items[2:]] == [None] * 4


# --------------------------------------------------------------------------- packed files


def zipped(*members: tuple[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return packed.getvalue()


def test_a_zip_is_read_past_its_read_me(write: Write) -> None:
    packed = zipped(("readme.txt", b"long words " * 1000), ("UA.txt", village().encode()))
    assert len(entries(read(write(packed, "UA.zip")))) == 1


def test_gzip_is_read_by_its_content_whatever_its_name(write: Write) -> None:
    assert len(entries(read(write(gzip.compress(village().encode()), "UA.data")))) == 1


@pytest.mark.parametrize(
    ("content", "error"),
    [
        pytest.param(zipped(("a.txt", village().encode() * 50))[:-30], Unprocessable, id="truncated zip"),
        pytest.param(
            gzip.compress("\n".join(village(id=str(n)) for n in range(900)).encode())[:-900],
            Unprocessable,
            id="truncated gzip",
        ),
        pytest.param(zipped(("readme.txt", b"x")), Unprocessable, id="zip without a table"),
        pytest.param(gzip.compress(village().encode() + b"\n" + b"0" * 30_000_000), TooLarge, id="gzip bomb"),
        pytest.param(zipped(("a.txt", b"1\t" * 15_000_000)), TooLarge, id="zip bomb"),
        pytest.param(b"BZh91AY&SY", UnsupportedMedia, id="bzip2"),
        pytest.param(b"%PDF-1.7 of another kind", UnsupportedMedia, id="another kind"),
        pytest.param(b"\x89PNG\r\n\x1a\n\0\0\0,\0", UnsupportedMedia, id="an image"),
        pytest.param(b"", UnsupportedMedia, id="empty"),
    ],
)
def test_a_damaged_or_strange_file_is_refused_as_a_whole(
    write: Write, content: bytes, error: type[SitmapError]
) -> None:
    with pytest.raises(error) as refused:
        read(write(content, "file.zip"))
    assert refused.value.field == "file.zip"


def test_a_missing_file_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        read(tmp_path / "nothing.txt")


# --------------------------------------------------------------------------- tables


def test_well_known_columns_are_understood(write: Write) -> None:
    table = (
        "wof_id,placetype,name_en,name_uk,alt_names,lat,lon,population,geonames_id\n"
        "1,locality,Testove,Тестове,Testovo|Test,48.5,37.5,120,\n"
        '2,neighbourhood,,,"Nova, Testova",48.6,37.6,,4002\n'
    )
    first, second = entries(read(write(table, "places.csv")))
    assert (first.place_id, first.name, first.feature_code, first.population) == (
        "wof:1",
        "Testove",
        "PPL",
        120,
    )
    assert set(first.names) == {"Testove", "Тестове", "Testovo", "Test"}
    assert (second.place_id, second.name, second.source) == (
        "geonames:4002",
        "Nova, Testova",
        "Who's On First",
    )


def test_other_columns_are_mapped_and_fields_are_set(write: Write) -> None:
    table = "Ort;Breite;Laenge\nTestove;48.5;37.5\n"
    mapped = {"name": "Ort", "lat": "Breite", "lon": "Laenge"}
    (entry,) = entries(read(write(table), mapped=mapped, fixed={"country": "UA", "kind": "village"}))
    assert (entry.name, entry.country, entry.feature_code) == ("Testove", "UA", "PPL")
    assert entry.place_id.startswith("mine:")


def test_a_place_without_an_id_keeps_the_one_it_gets(write: Write) -> None:
    table = "name,lat,lon\nTestove,48.5,37.5\n"
    assert read(write(table))[0][1] == read(write(table, "again.csv"))[0][1]


@pytest.mark.parametrize(
    ("header", "mapped", "words"),
    [
        ("name,longitude", {}, "--map lat=COLUMN"),
        ("title,lat,lon", {}, "no column tells the name"),
        ("name,lat,lon", {"kind": "sort"}, "no column 'sort'"),
        ("name,lat,lon", {"colour": "x"}, "colour is no field"),
    ],
    ids=["no latitude", "no name", "a column that is not there", "a field that is none"],
)
def test_a_header_that_does_not_do_is_refused(
    write: Write, header: str, mapped: dict[str, str], words: str
) -> None:
    with pytest.raises(InvalidInput, match=words):
        read(write(f"{header}\n"), mapped=mapped)


def test_rows_with_other_numbers_of_columns_or_open_quotes_are_refused(write: Write) -> None:
    table = 'name,lat,lon\nA,1,2\nB,1\nC,1,2\n"D"x,1,2\nE,1,2\n'
    items = read(write(table))
    assert [entry.name for entry in entries(items)] == ["A", "C", "E"]
    assert reasons(items)[3] == "2 columns, not 3"
    assert set(reasons(items)) == {3, 5}


# --------------------------------------------------------------------------- GeoJSON


def collection(*features: object) -> str:
    return json.dumps({"type": "FeatureCollection", "crs": {"a": "{["}, "features": list(features)})


def feature(geometry: object, **properties: object) -> dict[str, object]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


@pytest.mark.parametrize(
    ("properties", "code", "country", "admin1"),
    [
        pytest.param({"name_en": "Ukraine", "iso": "UA"}, "PCLI", "UA", "", id="a country by its code"),
        pytest.param({"name_en": "Lviv", "iso": "UA-46"}, "ADM1", "UA", "Lviv", id="a division by its code"),
        pytest.param({"name_en": "X", "region": "Lviv"}, "ADM2", "", "Lviv", id="a district by its region"),
        pytest.param(
            {"NAME": "Ukraine", "ISO_A2": "-99", "ISO_A2_EH": "UA", "featurecla": "Admin-0 country"},
            "PCLI", "UA", "", id="Natural Earth, country",
        ),
        pytest.param(
            {"name": "X", "iso_a2": "UA", "gn_a1_code": "UA.05", "featurecla": "Admin-1 states provinces"},
            "ADM1", "UA", "UA.05", id="Natural Earth, division",
        ),
        pytest.param(
            {"wof:name": "Lviv", "wof:placetype": "region", "iso:country": "UA"},
            "ADM1", "UA", "Lviv", id="Who's On First",
        ),
        pytest.param({"name": "Lviv", "admin_level": "4", "country": "UA"}, "ADM1", "UA", "Lviv", id="OSM"),
    ],
)  # fmt: skip
def test_what_an_area_is_shows_in_its_properties(
    write: Write, properties: dict[str, str], code: str, country: str, admin1: str
) -> None:
    (entry,) = entries(read(write(collection(feature(SQUARE, **properties)))))
    assert (entry.feature_code, entry.country, entry.admin1) == (code, country, admin1)
    assert entry.outline is not None and entry.outline.equals(shapely.box(30, 50, 31, 51))
    assert entry.radius_km is not None and 40 < entry.radius_km < 60


def test_features_are_had_one_a_line_and_alone_as_well(write: Write) -> None:
    one = feature({"type": "Point", "coordinates": [37.5, 48.5]}, name='A "quoted" {brace', place="village")
    for text in (json.dumps(one), json.dumps(one) + "\n" + json.dumps(one, indent=1), collection(one)):
        found = entries(read(write(text)))
        assert {(entry.name, entry.lat, entry.lon) for entry in found} == {('A "quoted" {brace', 48.5, 37.5)}


def test_a_feature_that_spans_many_reads_is_whole(write: Write) -> None:
    ring = [[30 + n / 1e6, 50.0] for n in range(60_000)] + [[30.5, 51.0], [30.0, 50.0]]
    big = feature({"type": "Polygon", "coordinates": [ring]}, name="Big", iso="UA", text='{"' * 300_000)
    small = feature(SQUARE, name="Small", iso="UA")
    assert [entry.name for entry in entries(read(write(collection(big, small))))] == ["Big", "Small"]


@pytest.mark.parametrize(
    ("geometry", "words"),
    [
        (None, "geometry"),
        ({"type": "Polygon", "coordinates": []}, "geometry: is empty"),
        ({"type": "Polygon", "coordinates": [[[1, 2]]]}, "geometry"),
        ({"type": "Point", "coordinates": [3_000_000, 5_000_000]}, "leaves the globe"),
        ({"type": "Ball", "coordinates": [1, 2]}, "geometry"),
    ],
    ids=["none", "empty", "no ring", "metres", "unknown type"],
)
def test_a_feature_with_a_bad_geometry_is_refused_alone(write: Write, geometry: object, words: str) -> None:
    items = read(
        write(collection(feature(geometry, name="A", iso="UA"), feature(SQUARE, name="B", iso="UA")))
    )
    assert [entry.name for entry in entries(items)] == ["B"]
    assert words in reasons(items)[1]


def test_a_bow_tie_is_made_valid(write: Write) -> None:
    tie = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}
    (entry,) = entries(read(write(collection(feature(tie, name="A", iso="UA")))))
    assert entry.outline is not None and entry.outline.is_valid and entry.outline.area == pytest.approx(0.5)


@pytest.mark.parametrize("text", ['{"properties": {"name": "A", "lat": NaN}}', "{1}", '{"a": 1}', "{}"])
def test_what_is_no_feature_is_refused_alone(write: Write, text: str) -> None:
    assert len(reasons(read(write(text)))) == 1


def test_a_cut_off_collection_is_refused_as_a_whole(write: Write) -> None:
    text = collection(feature(SQUARE, name="A", iso="UA"), feature(SQUARE, name="B", iso="UA"))
    with pytest.raises(Unprocessable, match="ends within a feature"):
        read(write(text[:-60]))


# --------------------------------------------------------------------------- Who's On First


def distribution(path: Path, *features: object) -> Path:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE geojson (id INTEGER, body TEXT, source TEXT, is_alt BOOLEAN)")
        rows = [(number, json.dumps(body), "x", 0) for number, body in enumerate(features)]
        connection.executemany("INSERT INTO geojson VALUES (?, ?, ?, ?)", rows)
        connection.execute("INSERT INTO geojson VALUES (9, 'an alternative', 'x', 1)")
        connection.commit()
    return path


def test_a_distribution_is_read_without_what_it_has_withdrawn(tmp_path: Path) -> None:
    here = {
        "wof:id": 101, "wof:name": "Тестове", "name:eng_x_preferred": ["Testove"], "wof:country": "UA",
        "wof:placetype": "locality", "name:rus_x_variant": ["Тестово"], "wof:concordances": {"gn:id": 4001},
    }  # fmt: skip
    gone = here | {"wof:id": 102, "wof:superseded_by": [101]}
    path = distribution(tmp_path / "wof.db", feature(SQUARE, **here), feature(SQUARE, **gone))
    items = read(path)
    (entry,) = entries(items)
    assert (entry.place_id, entry.name, entry.feature_code) == ("geonames:4001", "Testove", "PPL")
    assert set(entry.names) == {"Тестове", "Testove", "Тестово"}
    assert [item for _, item in items[1:]] == [None]
    assert read(path, after=1) == items[1:]


def test_a_database_of_somebody_else_is_refused(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "other.db")) as connection:
        connection.execute("CREATE VIEW geojson AS SELECT 1 AS body")
    with pytest.raises(UnsupportedMedia, match="Who's On First"):
        read(tmp_path / "other.db")

"""Files of areas and lines: what is read out of them, what is mended with a note, what is refused."""

from __future__ import annotations

import gzip
import json
import sqlite3
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from pyproj import Transformer
from shapely.geometry import GeometryCollection, LineString, MultiPolygon, Point, Polygon, box, mapping
from shapely.geometry.base import BaseGeometry

from domain import (
    InvalidInput,
    NotFound,
    SitmapError,
    Snapshot,
    SnapshotKind,
    TooLarge,
    Unprocessable,
    UnsupportedMedia,
)
from geo import snapshot_files
from geo.gazetteer import Gazetteer
from geo.regions import Regions
from geo.shapes import area_km2
from geo.snapshots import Told, read_snapshots

FRONTLINES = Path(__file__).parent.parent.parent / "shared" / "data" / "frontlines"
DAY = date(2025, 1, 31)
TOLD = Told(DAY, "Example Maps", "Russia")
GROUND = box(37.0, 47.0, 38.0, 48.0)
FRONT = LineString([(37.0, 48.0), (37.5, 48.2), (38.0, 48.0)])

Read = Callable[..., list[Snapshot]]


@pytest.fixture
def read(gazetteer: Gazetteer, regions: Regions) -> Read:
    """Read a file, with all told about it that it may not say itself."""

    def reading(path: Path, told: Told = TOLD) -> list[Snapshot]:
        return read_snapshots(path, told, names=gazetteer, outline=regions.outline)

    return reading


def collection(
    *shapes: BaseGeometry, properties: Sequence[dict[str, Any]] = (), **members: Any
) -> dict[str, Any]:
    """Return a GeoJSON collection."""
    return {
        "type": "FeatureCollection",
        **members,
        "features": [
            {"type": "Feature", "properties": texts, "geometry": mapping(shape)}
            for shape, texts in zip(shapes, properties or [{}] * len(shapes), strict=True)
        ],
    }


def geojson(path: Path, *shapes: BaseGeometry, **more: Any) -> Path:
    path.write_text(json.dumps(collection(*shapes, **more)), "utf-8")
    return path


def write(path: Path, *shapes: BaseGeometry, crs: str | None = "EPSG:4326", **options: Any) -> Path:
    """Write a layer through GDAL."""
    kind = shapes[0].geom_type
    names = np.array([f"part {number}" for number in range(len(shapes))], object)
    pyogrio.raw.write(
        path, geometry=np.array(shapely.to_wkb(shapes), object), field_data=[names], fields=["name"], crs=crs,
        geometry_type=kind, **options,
    )  # fmt: skip
    return path


def kml(path: Path, inside: str) -> Path:
    path.write_text(
        f'<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2">{inside}</kml>', "utf-8"
    )
    return path


PLACEMARK = (
    "<Document><name>Some days</name><Folder><name>Claimed Russian Control over Ukrainian Territory</name>"
    "<Placemark><name>West</name><MultiGeometry><Polygon><outerBoundaryIs><LinearRing><coordinates>"
    "37,47,0 38,47,0 38,48,0 37,48,0 37,47,0</coordinates></LinearRing></outerBoundaryIs></Polygon>"
    "</MultiGeometry></Placemark></Folder></Document>"
)


def packed(path: Path, *members: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for member in members:
            archive.write(member, f"maps/{member.name}")
    return path


def gzipped(path: Path) -> Path:
    out = path.with_name(f"{path.name}.gz")
    out.write_bytes(gzip.compress(path.read_bytes()))
    return out


def shapefile(folder: Path) -> Path:
    return write(folder / "ground.shp", GROUND)


FILES: dict[str, Callable[[Path], Path]] = {
    "GeoJSON": lambda folder: geojson(folder / "ground.geojson", GROUND),
    "GeoJSON of one feature": lambda folder: geojson_feature(folder / "ground.json"),
    "GeoJSON, packed": lambda folder: gzipped(geojson(folder / "ground.geojson", GROUND)),
    "GeoJSON by another name": lambda folder: geojson(folder / "ground.txt", GROUND),
    "GeoPackage": lambda folder: write(folder / "ground.gpkg", GROUND),
    "Shapefile": shapefile,
    "Shapefile in an archive": lambda folder: packed(
        folder / "all.zip", *(shapefile(folder).with_suffix(end) for end in (".shp", ".shx", ".dbf", ".prj"))
    ),
    "KML": lambda folder: kml(folder / "ground.kml", PLACEMARK.replace("Claimed ", "")),
    "KMZ": lambda folder: packed(
        folder / "ground.kmz", kml(folder / "doc.kml", PLACEMARK.replace("Claimed ", ""))
    ),
    "another projection": lambda folder: write(folder / "ground.gpkg", in_metres(GROUND), crs="EPSG:32637"),
    "GeoJSON of before RFC 7946": lambda folder: geojson(
        folder / "ground.json", in_metres(GROUND), crs=crs("urn:ogc:def:crs:EPSG::32637")
    ),
    "rings in wrong order": lambda folder: geojson(folder / "ground.json", GROUND.reverse()),
    "with height": lambda folder: geojson(folder / "ground.json", shapely.force_3d(GROUND, 100.0)),
    "in two halves": lambda folder: geojson(
        folder / "ground.json", box(37.0, 47.0, 37.6, 48.0), box(37.4, 47.0, 38.0, 48.0)
    ),
}


def geojson_feature(path: Path) -> Path:
    path.write_text("\ufeff" + json.dumps(collection(GROUND)["features"][0]), "utf-8")
    return path


def in_metres(shape: BaseGeometry) -> BaseGeometry:
    turn = Transformer.from_crs("EPSG:4326", "EPSG:32637", always_xy=True)
    return shapely.transform(shape, lambda corners: np.column_stack(turn.transform(*corners.T)))


def crs(name: str) -> dict[str, Any]:
    return {"type": "name", "properties": {"name": name}}


@pytest.mark.parametrize("make", FILES.values(), ids=FILES.keys())
def test_every_format_gives_the_same_ground(read: Read, make: Callable[[Path], Path], tmp_path: Path) -> None:
    (snapshot,) = read(make(tmp_path))
    assert (snapshot.date, snapshot.source, snapshot.party) == (DAY, "Example Maps", "Russia")
    assert (snapshot.kind, snapshot.notes) == (SnapshotKind.CONTROL, ())
    assert snapshot.geometry.is_valid and not snapshot.geometry.has_z
    assert shapely.is_ccw(snapshot.geometry.exterior)  # type: ignore[attr-defined]
    assert snapshot.geometry.symmetric_difference(GROUND).area < 1e-6


def test_all_layers_of_a_file_are_read(read: Read, tmp_path: Path) -> None:
    path = write(tmp_path / "day.gpkg", GROUND, layer="Assessed Russian-controlled Ukrainian Territory")
    write(path, FRONT, layer="Claimed Limit of Ukrainian Advance", append=True)
    ground, line = read(path, Told(DAY))
    assert (ground.kind, ground.party, ground.source) == (SnapshotKind.CONTROL, "Russia", "ISW")
    assert (line.kind, line.party, line.source) == (SnapshotKind.LINE, "Ukraine", "ISW")
    assert line.geometry.equals(FRONT)


# --------------------------------------------------------------------------- what a name tells


@pytest.mark.parametrize(
    ("name", "party", "kind", "source"),
    [
        ("Assessed Russian-controlled Ukrainian Territory", "Russia", SnapshotKind.CONTROL, "ISW"),
        ("Assessed Russian Advances in Ukraine", "Russia", SnapshotKind.CLAIMED, "ISW"),
        ("Claimed Russian Control over Ukrainian Territory", "Russia", SnapshotKind.CLAIMED, "ISW"),
        ("Claimed Ukrainian Counteroffensives", "Ukraine", SnapshotKind.CLAIMED, "ISW"),
        ("Russian_CoT_in_Ukraine", "Russia", SnapshotKind.CONTROL, "ISW"),
        ("UkraineControlMapAO07AUG2024", "Russia", SnapshotKind.CONTROL, "ISW"),
        ("Ukrainian territory occupied by Russia", "Russia", SnapshotKind.CONTROL, None),
        ("Russian oblasts under Ukrainian control", "Ukraine", SnapshotKind.CONTROL, None),
        ("ClaimedRussianControl_2025", "Russia", SnapshotKind.CLAIMED, None),
        ("report of Russian-held ground", "Russia", SnapshotKind.CONTROL, None),
        ("Reported Turkish gains", "Turkey", SnapshotKind.CLAIMED, None),
    ],
)
def test_name_of_a_layer_tells_whose_ground_it_is(
    read: Read, tmp_path: Path, name: str, party: str, kind: SnapshotKind, source: str | None
) -> None:
    shape = box(37.0, 37.0, 38.0, 38.0) if party == "Turkey" else GROUND
    path = geojson(tmp_path / "layer.json", shape, name=name)
    (snapshot,) = read(path, Told(DAY, None if source else "Example Maps"))
    assert (snapshot.party, snapshot.kind) == (party, kind)
    assert snapshot.source == (source or "Example Maps")


@pytest.mark.parametrize(
    "name",
    [
        "front_20250131", "front 2025-01-31 v2", "front_2025_01_31", "front 31JAN2025", "front31January2025",
        "front_31-Jan-2025_20250131", "front 20251399 31.12 2025.01.31", "FrontAO31JAN2025",
    ],
)  # fmt: skip
def test_day_is_read_off_a_name(read: Read, tmp_path: Path, name: str) -> None:
    (by_layer,) = read(geojson(tmp_path / "x.json", GROUND, name=name), replace(TOLD, date=None))
    (by_file,) = read(geojson(tmp_path / f"{name}.geojson", GROUND), replace(TOLD, date=None))
    assert by_layer.date == by_file.date == DAY


@pytest.mark.skipif(not FRONTLINES.is_dir(), reason="no ../shared/data/frontlines")
def test_days_of_deepstate_are_read_as_they_are(read: Read) -> None:
    paths = sorted(FRONTLINES.glob("*.geojson.gz"))
    drawn = [snapshot for path in paths for snapshot in read(path, Told())]
    days = [path.name[len("deepstate-") :][:8] for path in paths]
    assert [f"{each.date:%Y%m%d}" for each in drawn] == days
    assert {(each.source, each.party, each.kind) for each in drawn} == {
        ("DeepState", "Russia", SnapshotKind.CONTROL)
    }
    assert all(105_000 < area_km2(each.geometry) < 120_000 for each in drawn)


def test_features_tell_party_and_kind_each_for_itself(read: Read, tmp_path: Path) -> None:
    texts = [
        {"party": "Russian", "kind": "control"},
        {"Holder": "Ukraine", "status": "contested"},
        {"party": "SDF"},
        {"control": "Armenian-occupied", "name": "Ukraine"},
        {"name": "Limit of the advance"},
    ]
    shapes = [box(30 + number, 47, 31 + number, 48) for number in range(4)]
    path = geojson(tmp_path / "mixed.json", *shapes, FRONT, properties=texts)
    drawn = read(path, Told(DAY, "Example Maps"))
    assert [(each.party, each.kind) for each in drawn] == [
        ("Russia", SnapshotKind.CONTROL),
        ("Ukraine", SnapshotKind.CLAIMED),
        ("SDF", SnapshotKind.CONTROL),
        ("Armenia", SnapshotKind.CONTROL),
        ("", SnapshotKind.LINE),
    ]


def test_features_tell_day_and_source_each_for_itself(read: Read, tmp_path: Path) -> None:
    texts = [{"date": "2025-02-01T00:00:00"}, {"Source": "A witness"}, {}]
    path = geojson(tmp_path / "DeepState 31.01 20250131.json", GROUND, GROUND, GROUND, properties=texts)
    assert [(each.date, each.source) for each in read(path, Told())] == [
        (date(2025, 2, 1), "DeepState"),
        (DAY, "A witness"),
        (DAY, "DeepState"),
    ]


def test_what_is_told_goes_before_what_the_file_says(read: Read, tmp_path: Path) -> None:
    path = geojson(
        tmp_path / "deepstatemap_data_20240801.geojson",
        GROUND,
        properties=[{"party": "Ukraine", "source": "Somebody", "date": "2024-08-02", "kind": "claimed"}],
    )
    (said,) = read(path, Told())
    assert (said.party, said.source, said.date) == ("Ukraine", "Somebody", date(2024, 8, 2))
    (told,) = read(path, replace(TOLD, kind=SnapshotKind.CONTROL))
    assert (told.party, told.source, told.date) == (TOLD.party, TOLD.source, DAY)
    assert (said.kind, told.kind) == (SnapshotKind.CLAIMED, SnapshotKind.CONTROL)


@pytest.mark.parametrize(
    ("name", "told", "words"),
    [
        ("ground", replace(TOLD, date=None), "say so with --date"),
        ("ground", replace(TOLD, source=None), "say so with --source"),
        ("ground", replace(TOLD, party=None), "say so with --party"),
        ("Ukraine in February", replace(TOLD, party=None), "say so with --party"),
        ("Russian and Ukrainian villages", replace(TOLD, party=None), "say so with --party"),
        (
            "Russian advances and Ukrainian gains",
            replace(TOLD, party=None),
            "of Russia and Ukraine; say whose",
        ),
        (
            "20250131 and 20250201",
            replace(TOLD, date=None),
            "2025-01-31 and 2025-02-01; say which with --date",
        ),
    ],
    ids=["day", "source", "party", "country alone", "no holding", "two parties", "two days"],
)
def test_what_nothing_tells_is_asked_for(
    read: Read, tmp_path: Path, name: str, told: Told, words: str
) -> None:
    with pytest.raises(InvalidInput, match=words) as refused:
        read(geojson(tmp_path / "x.json", GROUND, name=name), told)
    assert str(refused.value).startswith("x.json")


def test_names_that_tell_of_two_do_not_matter_where_it_is_told(read: Read, tmp_path: Path) -> None:
    path = geojson(tmp_path / "20250201.json", GROUND, name="Russian advances and Ukrainian gains 20250131")
    (snapshot,) = read(path)
    assert (snapshot.party, snapshot.date) == (TOLD.party, TOLD.date)


def test_line_needs_no_party(read: Read, tmp_path: Path) -> None:
    (line,) = read(geojson(tmp_path / "front.json", FRONT), replace(TOLD, party=None))
    assert (line.kind, line.party) == (SnapshotKind.LINE, "")


# --------------------------------------------------------------------------- what is mended

BOW_TIE = Polygon([(37, 47), (38, 48), (38, 47), (37, 48)])


@pytest.mark.parametrize(
    ("shapes", "left", "notes"),
    [
        ([BOW_TIE], 4_188, ["1 area crossed itself and was repaired, from"]),
        (
            [GROUND, Polygon([(40, 48), (41, 48), (40, 48)])],
            8_377,
            ["1 area crossed", "1 sliver without area"],
        ),
        ([GROUND, box(40, 48, 40 + 1e-9, 48 + 1e-9)], 8_377, ["1 sliver without area left out"]),
        ([GROUND, Polygon(), Point(37, 47)], 8_377, ["2 without area or line left out"]),
        (
            [GeometryCollection([GeometryCollection([MultiPolygon([GROUND])]), FRONT])],
            8_377,
            ["1 piece that is no area left out"],
        ),
    ],
    ids=["bow tie", "spike", "sliver", "empty and a point", "line among areas"],
)
def test_what_is_mended_has_a_note(
    read: Read, tmp_path: Path, shapes: list[BaseGeometry], left: float, notes: list[str]
) -> None:
    (snapshot,) = read(geojson(tmp_path / "x.json", *shapes))
    assert snapshot.geometry.is_valid
    assert snapshot.geometry.geom_type in ("Polygon", "MultiPolygon")
    assert area_km2(snapshot.geometry) == pytest.approx(left, abs=1)
    assert len(snapshot.notes) == len(notes)
    for said, note in zip(snapshot.notes, notes, strict=True):
        assert said.startswith(note)


# --------------------------------------------------------------------------- what is refused


def text(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def damaged(path: Path) -> Path:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    return path


def alone(path: Path, *lost: str) -> Path:
    for suffix in lost:
        path.with_suffix(suffix).unlink()
    return path


def view(path: Path) -> Path:
    """Make of a GeoPackage's layer a view, which would run what it says."""
    with sqlite3.connect(path) as db:
        db.execute("ALTER TABLE ground RENAME TO hidden")
        db.execute("CREATE VIEW ground AS SELECT * FROM hidden")
    db.close()
    return path


def corners(*points: tuple[float, float]) -> str:
    return json.dumps({"type": "Polygon", "coordinates": [[*points, points[0]]]})


def feature(geometry: str) -> str:
    return f'{{"type": "FeatureCollection", "features": [{{"type": "Feature", "geometry": {geometry}}}]}}'


VRT = "<OGRVRTDataSource><OGRVRTLayer><SrcDataSource>/etc/x</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
ENTITIES = '<!DOCTYPE kml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><kml>&b;</kml>'
LINK = "<NetworkLink><Link><href>https://example.org/x.kml</href></Link></NetworkLink>"
SWAPPED = shapely.transform(GROUND, lambda points: points[:, ::-1])

REFUSED: dict[str, tuple[Callable[[Path], Path], type[SitmapError], str]] = {
    "no such file": (lambda at: at / "x.json", NotFound, "no such file"),
    "empty file": (lambda at: text(at / "x.json", ""), UnsupportedMedia, "x.json: is no GeoJSON"),
    "a picture": (lambda at: text(at / "x.geojson", b"\x89PNG\r\n"), UnsupportedMedia, "is no GeoJSON"),
    "cut off": (lambda at: damaged(geojson(at / "x.json", GROUND)), Unprocessable, "x.json: is no GeoJSON"),
    "gzip cut off": (
        lambda at: damaged(gzipped(geojson(at / "x.json", GROUND))),
        Unprocessable,
        "damaged or cut off",
    ),
    "archive cut off": (
        lambda at: damaged(packed(at / "x.zip", geojson(at / "x.json", GROUND))),
        SitmapError,
        "x.zip",
    ),
    "GeoPackage cut off": (lambda at: damaged(write(at / "x.gpkg", GROUND)), Unprocessable, "x.gpkg"),
    "Shapefile cut off": (lambda at: damaged(shapefile(at)), Unprocessable, "ground.shp"),
    "swells": (
        lambda at: gzipped(text(at / "x.json", "{" + " " * 20_000_000)),
        TooLarge,
        "200 times its size",
    ),
    "archive without a map": (
        lambda at: packed(at / "x.zip", text(at / "x.txt", "x")),
        UnsupportedMedia,
        "holds no file",
    ),
    "JSON of another kind": (
        lambda at: text(at / "x.json", '{"type": "Topology"}'),
        UnsupportedMedia,
        "no GeoJSON",
    ),
    "features that are none": (
        lambda at: text(at / "x.json", '{"type": "FeatureCollection", "features": [7]}'),
        Unprocessable,
        "x.json, feature 1: is no feature",
    ),
    "nested without end": (lambda at: text(at / "x.json", '{"a":' * 100_000), Unprocessable, "is no GeoJSON"),
    "files of GDAL": (lambda at: text(at / "x.json", VRT), UnsupportedMedia, "no KML: its root is 'OGRVRT"),
    "commands of GDAL": (
        lambda at: text(
            at / "x.json", '{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline"}'
        ),
        UnsupportedMedia,
        "no GeoJSON",
    ),
    "entities": (lambda at: text(at / "x.kml", ENTITIES), UnsupportedMedia, "declares a document type"),
    "links": (lambda at: kml(at / "x.kml", LINK), Unprocessable, "only links to other files"),
    "folders in folders": (
        lambda at: kml(at / "x.kml", "<Folder>" * 60 + "</Folder>" * 60),
        TooLarge,
        "50 deep",
    ),
    "KML without corners": (
        lambda at: kml(at / "x.kml", PLACEMARK.replace("37,47,0 38,47,0", "x")),
        Unprocessable,
        "placemark 1: has no readable shape",
    ),
    "database of another kind": (
        lambda at: text(at / "x.gpkg", b"SQLite format 3\0" + b"\0" * 4096),
        UnsupportedMedia,
        "no GeoPackage",
    ),
    "view": (lambda at: view(write(at / "ground.gpkg", GROUND)), UnsupportedMedia, "no table of its own"),
    "no projection": (lambda at: alone(shapefile(at), ".prj"), Unprocessable, ".prj file is missing"),
    "no index": (lambda at: alone(shapefile(at), ".shx"), Unprocessable, "lacks its .shx"),
    "unknown projection": (
        lambda at: geojson(at / "x.json", GROUND, crs=crs("EPSG:999999")),
        Unprocessable,
        "'EPSG:999999' is not known",
    ),
    "projection that is none": (
        lambda at: geojson(at / "x.json", GROUND, crs=crs("+proj=pipeline +step +nadgrids=/etc/x")),
        Unprocessable,
        "names no coordinate system",
    ),
    "projection withheld": (
        lambda at: geojson(at / "x.json", GROUND, crs=None),
        Unprocessable,
        "names no coordinate",
    ),
    "heights for a projection": (
        lambda at: geojson(at / "x.json", GROUND, crs=crs("EPSG:5773")),
        Unprocessable,
        "is not known",
    ),
    "metres as degrees": (
        lambda at: geojson(at / "x.json", in_metres(GROUND)),
        InvalidInput,
        "feature 1: .* leaves the globe",
    ),
    "latitude beyond a pole": (
        lambda at: geojson(at / "x.json", box(47, 117, 48, 118)),
        InvalidInput,
        "it looks like latitude, longitude",
    ),
    "latitude first": (
        lambda at: geojson(at / "x.json", SWAPPED),
        InvalidInput,
        "with latitude and longitude swapped",
    ),
    "not a number": (
        lambda at: text(at / "x.json", feature(corners((37, 47), (38, 47), (38, float("nan"))))),
        Unprocessable,
        "NaN is no number",
    ),
    "endless number": (
        lambda at: text(
            at / "x.json", feature('{"type": "Polygon", "coordinates": [[[1e999, 0], [1, 1], [0, 0]]]}')
        ),
        SitmapError,
        "feature 1: has",
    ),
    "not a number in KML": (
        lambda at: kml(at / "x.kml", PLACEMARK.replace("38,48,0", "nan,48")),
        Unprocessable,
        "placemark 1: .* is no number",
    ),
    "ring of two corners": (
        lambda at: text(at / "x.json", feature(corners((37, 47), (38, 47)))),
        Unprocessable,
        "no area in it",
    ),
    "no features": (lambda at: geojson(at / "x.json"), Unprocessable, "no area and no line in it"),
    "empty layer": (
        lambda at: write(at / "x.gpkg", Polygon()),
        Unprocessable,
        "no area and no line in it",
    ),
    "points alone": (lambda at: geojson(at / "x.json", Point(37, 47)), Unprocessable, "no area and no line"),
    "area without extent": (
        lambda at: geojson(at / "x.json", Polygon([(37, 47), (38, 48), (37, 47)])),
        Unprocessable,
        "no area in it",
    ),
    "half the world": (
        lambda at: geojson(at / "x.json", box(-170, -10, 170, 80)),
        TooLarge,
        "a quarter of the Earth",
    ),
}


@pytest.mark.parametrize(("make", "error", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_a_snapshot_is_refused_by_name(
    read: Read, tmp_path: Path, make: Callable[[Path], Path], error: type[SitmapError], words: str
) -> None:
    path = make(tmp_path)
    with pytest.raises(error, match=words) as refused:
        read(path)
    assert path.name in str(refused.value)
    assert "/tmp" not in str(refused.value).replace(str(tmp_path), "")


@pytest.mark.parametrize(
    ("limit", "most", "words"),
    [
        ("MAX_BYTES", 100, "more than 100 bytes"),
        ("MAX_FEATURES", 1, "more than 1 features"),
        ("MAX_POINTS", 9, "it may have 9"),
    ],
)
@pytest.mark.parametrize("make", ["GeoJSON", "GeoPackage", "KMZ"])
def test_a_file_beyond_the_limits_is_refused(
    read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, most: int, words: str, make: str
) -> None:
    monkeypatch.setattr(snapshot_files, limit, most)
    two = {
        "GeoJSON": lambda: geojson(tmp_path / "x.json", GROUND, GROUND),
        "GeoPackage": lambda: write(tmp_path / "x.gpkg", GROUND, GROUND),
        "KMZ": lambda: packed(tmp_path / "x.kmz", kml(tmp_path / "doc.kml", PLACEMARK * 2)),
    }
    with pytest.raises(TooLarge, match=words):
        read(two[make]())


@pytest.mark.parametrize("count", [1, 2], ids=["to repair", "to join"])
def test_a_tangle_is_refused_and_not_worked_out(read: Read, tmp_path: Path, count: int) -> None:
    teeth = np.arange(12_000)
    comb = np.column_stack([37 + teeth / 12_000, np.where(teeth % 2, 47.0, 48.0)])
    across = np.column_stack([38 - teeth / 12_000, np.where(teeth % 2, 47.0, 48.0)])[:, ::-1] + [-10, 10]
    rings = [np.concatenate([comb, across])] if count == 1 else [comb, across]
    with pytest.raises(TooLarge, match="its edges come near one another"):
        read(geojson(tmp_path / "x.json", *map(Polygon, rings)))

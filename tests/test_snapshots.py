"""Files of areas and lines: what is read out of them, what is mended with a note, what is refused."""

from __future__ import annotations

import gzip
import json
import re
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
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box, mapping
from shapely.geometry.base import BaseGeometry

from domain import NotFound, SitmapError, Snapshot, SnapshotKind, TooLarge, Unprocessable, UnsupportedMedia
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

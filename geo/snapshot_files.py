"""Files of areas and lines that others publish: GeoJSON, GeoPackage, Shapefile, KML; plain, .gz or .zip.

What a file is, its content says and not its name. Text is parsed here and binary formats by GDAL, which
gets copies with names of our own in an empty folder: it opens much else than maps of areas, and a file that
it takes for a description of other files makes it read those, or go to the network.
"""

from __future__ import annotations

import io
import json
import re
import sqlite3
import tempfile
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from math import isfinite
from pathlib import Path, PurePosixPath
from typing import Any
from xml.etree import ElementTree

import pyogrio
import shapely
from shapely.geometry.base import BaseGeometry

from domain import SitmapError, TooLarge, Unprocessable, UnsupportedMedia
from geo.sources.stream import Stream

MAX_BYTES = 64_000_000
"""Bytes of a file, unpacked; DeepState's days have 70 thousand, all of ISW's layers together 10 million."""

MAX_FEATURES = 100_000
MAX_POINTS = 2_000_000
MAX_MEMBERS = 1_000
"""Files in one archive."""

MAX_TEXT = 1_000
"""Characters that are read of a property."""

MAX_DEPTH = 50
"""Folders within folders of a KML file, and shapes within shapes."""

WGS84 = "OGC:CRS84"

_SHAPEFILE, _SQLITE, _ZIP = b"\x00\x00\x27\x0a", b"SQLite format 3\0", b"PK\x03\x04"
_GEOPACKAGE = (b"GPKG", b"GP10", b"GP11")
"""What stands at byte 68 of a GeoPackage, by its version."""

_PARTS = (".shx", ".dbf", ".prj", ".cpg")
"""What belongs to a .shp file."""

_READ = (".geojson", ".json", ".gpkg", ".shp", ".kml")
_CRS_NAME = re.compile(r"(?:urn:(?:ogc|x-ogc):def:crs:)?[A-Z]{3,4}:[\w.]{0,9}:?\w{1,12}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Feature:
    """A shape as it was drawn, in its layer's own coordinates. Names of properties are in lower case."""

    number: int
    properties: Mapping[str, str]
    geometry: BaseGeometry


@dataclass(frozen=True, slots=True)
class Layer:
    """The features of a layer, the coordinate system (anything that pyproj knows) and how errors name it."""

    name: str
    crs: str
    features: tuple[Feature, ...]
    field: str


def read_layers(path: Path) -> list[Layer]:
    """Return all layers of a file, in its order, the empty ones too. Height is dropped.

    Raises NotFound; TooLarge beyond ``MAX_BYTES``, ``MAX_FEATURES`` or ``MAX_POINTS``; UnsupportedMedia for
    what is none of the formats; Unprocessable for what is damaged, or does not say in which coordinate
    system it is. Each names the file, and the layer or feature where it is one of these that is wrong.
    """
    content = _content(path)
    name = path.name.removesuffix(".gz")
    if content.startswith(_ZIP):
        layers = _in_archive(content, name)
    else:
        beside = {part: _beside(path, part) for part in _PARTS} if content.startswith(_SHAPEFILE) else {}
        layers = _layers(content, PurePosixPath(name).stem, path.name, beside)
    features = [feature for layer in layers for feature in layer.features]
    _check_count(len(features), path.name)
    points = int(shapely.get_num_coordinates([feature.geometry for feature in features]).sum())
    if points > MAX_POINTS:
        raise TooLarge(f"has {points:,} points; it may have {MAX_POINTS:,}", field=path.name)
    return layers


def _content(path: Path) -> bytes:
    """Return the bytes of a file, unpacked where it is a .gz; of an archive as they stand."""
    if path.is_file() and zipfile.is_zipfile(path):
        _check_size(path.stat().st_size, path.name)
        return path.read_bytes()
    with Stream(path) as stream:
        content = stream.buffered().read(MAX_BYTES + 1)
    _check_size(len(content), path.name)
    return content


def _check_size(size: int, field: str) -> None:
    if size > MAX_BYTES:
        raise TooLarge(f"has more than {MAX_BYTES:,} bytes", field=field)


def _check_count(features: int, field: str) -> None:
    if features > MAX_FEATURES:
        raise TooLarge(f"has more than {MAX_FEATURES:,} features", field=field)


def _beside(path: Path, suffix: str) -> bytes:
    """Return what a part of a shapefile holds, nothing where it is missing."""
    for part in (path.with_suffix(suffix), path.with_suffix(suffix.upper())):
        if part.is_file():
            _check_size(part.stat().st_size, part.name)
            return part.read_bytes()
    return b""


def _in_archive(content: bytes, field: str) -> list[Layer]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = {
                info.filename: info
                for info in archive.infolist()
                # What Macs put beside each file has its name, too.
                if not info.is_dir() and not info.filename.startswith("__MACOSX/")
            }
            if len(members) > MAX_MEMBERS:
                raise TooLarge(f"holds more than {MAX_MEMBERS:,} files", field=field)
            wanted = {
                name: info
                for name, info in members.items()
                if PurePosixPath(name).suffix.lower() in (*_READ, *_PARTS)
            }
            _check_size(sum(info.file_size for info in wanted.values()), field)
            unpacked = {name: archive.open(info).read(info.file_size) for name, info in wanted.items()}
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise Unprocessable(f"is damaged or cut off ({error}); get it again", field=field) from error
    any_case = {name.lower(): inside for name, inside in unpacked.items()}
    layers = []
    for name, inside in unpacked.items():
        at = PurePosixPath(name)
        if at.suffix.lower() in _READ:
            parts = {part: any_case.get(str(at.with_suffix(part)).lower(), b"") for part in _PARTS}
            # Every KMZ calls it doc.kml.
            stem = PurePosixPath(field).stem if at.suffix.lower() == ".kml" else at.stem
            layers += _layers(inside, stem, f"{field}: {at.name}", parts)
    if not layers:
        raise UnsupportedMedia(f"holds no file that ends with {', '.join(_READ)}", field=field)
    return layers


def _layers(content: bytes, name: str, field: str, beside: Mapping[str, bytes]) -> list[Layer]:
    start = content[:1000].removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if content.startswith(_SHAPEFILE):
        return _shapefile(content, name, field, beside)
    if content.startswith(_SQLITE):
        return _geopackage(content, field)
    if start == b"{":
        return [_geojson(content, name, field)]
    if start == b"<":
        return _kml(content, name, field)
    raise UnsupportedMedia("is no GeoJSON, GeoPackage, Shapefile or KML", field=field)


# --------------------------------------------------------------------------- text


def _text(content: bytes, field: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnsupportedMedia(f"is not in UTF-8 (byte {error.start})", field=field) from error


def _geojson(content: bytes, name: str, field: str) -> Layer:
    try:
        read = json.loads(_text(content, field), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise Unprocessable(f"is no GeoJSON: {str(error)[:100]}", field=field) from error
    if read.get("type") == "Feature":
        read = {**read, "features": [read]}
    features = read.get("features")
    if not isinstance(features, list):
        raise UnsupportedMedia("is JSON, but no GeoJSON with features", field=field)
    _check_count(len(features), field)
    if isinstance(read.get("name"), str):
        name = _line(read["name"]) or name
    drawn = [_geojson_feature(each, number, field) for number, each in enumerate(features, start=1)]
    return Layer(name, _geojson_crs(read, field), tuple(drawn), field)


def _geojson_feature(feature: Any, number: int, field: str) -> Feature:
    at = f"{field}, feature {number}"
    if not isinstance(feature, dict):
        raise Unprocessable("is no feature", field=at)
    geometry, properties = feature.get("geometry"), feature.get("properties")
    with _named(at):
        drawn = shapely.from_geojson(json.dumps(geometry)) if geometry else shapely.GeometryCollection()
    texts = properties if isinstance(properties, dict) else {}
    return Feature(number, _properties(texts), shapely.force_2d(drawn))


def _geojson_crs(read: Mapping[str, Any], field: str) -> str:
    """Return the coordinate system: WGS 84, unless the file has the member of GeoJSON before RFC 7946."""
    if "crs" not in read:
        return WGS84
    try:
        named = read["crs"]["properties"]["name"]
    except (TypeError, KeyError):
        named = None
    if not isinstance(named, str) or not _CRS_NAME.fullmatch(named):
        raise Unprocessable("its 'crs' names no coordinate system such as EPSG:32637", field=field)
    return named


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _kml(content: bytes, name: str, field: str) -> list[Layer]:
    text = _text(content, field)
    # Entities could swell without end, and KML has no use for them.
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise UnsupportedMedia("declares a document type, which KML does not", field=field)
    try:
        root = ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError) as error:
        raise Unprocessable(f"is no KML: {str(error)[:100]}", field=field) from error
    if _tag(root) != "kml":
        raise UnsupportedMedia(f"is XML, but no KML: its root is {_tag(root)[:40]!r}", field=field)
    by_folder: dict[str, list[Feature]] = {}
    for number, (folder, placemark) in enumerate(_placemarks(root, name, field), start=1):
        at = f"{field}, placemark {number}"
        with _named(at):
            shapes = [shape for element in placemark for shape in _kml_shapes(element)]
        drawn = shapes[0] if len(shapes) == 1 else shapely.GeometryCollection(shapes)
        by_folder.setdefault(folder, []).append(Feature(number, _kml_properties(placemark), drawn))
    if not by_folder and root.find(".//{*}NetworkLink") is not None:
        raise Unprocessable("only links to other files, which are not fetched", field=field)
    return [Layer(folder, WGS84, tuple(features), field) for folder, features in by_folder.items()]


def _placemarks(
    element: ElementTree.Element, folder: str, field: str, depth: int = 0
) -> Iterator[tuple[str, ElementTree.Element]]:
    """Yield each placemark with the name of the folder that it is in."""
    if depth > MAX_DEPTH:
        raise TooLarge(f"has folders more than {MAX_DEPTH} deep", field=field)
    for child in element:
        if _tag(child) == "Placemark":
            yield folder, child
        elif _tag(child) in ("Document", "Folder"):
            named = _line(child.findtext("{*}name") or "")
            yield from _placemarks(child, named or folder, field, depth + 1)


def _kml_properties(placemark: ElementTree.Element) -> dict[str, str]:
    texts: dict[str, Any] = {"name": placemark.findtext("{*}name")}
    texts["date"] = placemark.findtext("{*}TimeStamp/{*}when")
    for data in placemark.iterfind("{*}ExtendedData//{*}Data"):
        texts[data.get("name", "")] = data.findtext("{*}value")
    for data in placemark.iterfind("{*}ExtendedData//{*}SimpleData"):
        texts[data.get("name", "")] = data.text
    return _properties(texts)


def _kml_shapes(element: ElementTree.Element, depth: int = 0) -> Iterator[BaseGeometry]:
    if depth > MAX_DEPTH:
        raise ValueError(f"shapes within shapes more than {MAX_DEPTH} deep")
    if _tag(element) == "MultiGeometry":
        for part in element:
            yield from _kml_shapes(part, depth + 1)
    elif _tag(element) == "Polygon":
        outer = _corners(element.findtext("{*}outerBoundaryIs/{*}LinearRing/{*}coordinates"))
        holes = [each.text for each in element.iterfind("{*}innerBoundaryIs/{*}LinearRing/{*}coordinates")]
        yield shapely.Polygon(outer, [_corners(hole) for hole in holes])
    elif _tag(element) in ("LineString", "LinearRing"):
        yield shapely.LineString(_corners(element.findtext("{*}coordinates")))
    elif _tag(element) == "Point":
        yield shapely.Point(*_corners(element.findtext("{*}coordinates")))


def _corners(text: str | None) -> list[tuple[float, float]]:
    corners = [point.split(",") for point in (text or "").split()]
    numbers = [(float(corner[0]), float(corner[1])) for corner in corners]
    if not all(isfinite(lon) and isfinite(lat) for lon, lat in numbers):
        raise ValueError("a coordinate is no number")
    return numbers


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


# --------------------------------------------------------------------------- through GDAL


def _shapefile(content: bytes, name: str, field: str, beside: Mapping[str, bytes]) -> list[Layer]:
    if not beside.get(".shx"):
        raise Unprocessable("lacks its .shx file beside it", field=field)
    if not beside.get(".prj"):
        raise Unprocessable("does not say its coordinate system: its .prj file is missing", field=field)
    with tempfile.TemporaryDirectory() as folder:
        for suffix, part in {".shp": content, **beside}.items():
            if part:
                Path(folder, f"layer{suffix}").write_bytes(part)
        return [_gdal_layer(Path(folder, "layer.shp"), "layer", "ESRI Shapefile", name, field)]


def _geopackage(content: bytes, field: str) -> list[Layer]:
    if content[68:72] not in _GEOPACKAGE:
        raise UnsupportedMedia("is a database, but no GeoPackage", field=field)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "layer.gpkg")
        copy.write_bytes(content)
        names = _drawn_tables(copy, field)
        return [
            _gdal_layer(copy, name, "GPKG", name, f"{field}, layer {_line(name)[:60]!r}") for name in names
        ]


def _drawn_tables(copy: Path, field: str) -> list[str]:
    """Return the layers. Views are refused: they run what their maker wrote into them."""
    try:
        db = sqlite3.connect(f"{copy.as_uri()}?mode=ro&immutable=1", uri=True)
        try:
            kinds = dict(db.execute("SELECT name, type FROM sqlite_master").fetchmany(MAX_MEMBERS))
            names = db.execute("SELECT table_name FROM gpkg_geometry_columns").fetchmany(MAX_MEMBERS)
        finally:
            db.close()
    except sqlite3.Error as error:
        raise Unprocessable(f"is a damaged GeoPackage: {error}", field=field) from error
    for (name,) in names:
        if kinds.get(name) != "table":
            raise UnsupportedMedia(f"layer {str(name)[:60]!r} is no table of its own", field=field)
    if kinds.get("gpkg_geometry_columns") != "table":
        raise UnsupportedMedia("lists its layers in no table", field=field)
    return [name for (name,) in names]


def _gdal_layer(file: Path, layer: str, driver: str, name: str, field: str) -> Layer:
    try:
        with warnings.catch_warnings():
            # Of rings in wrong order and the like, which are put right afterwards.
            warnings.simplefilter("ignore", RuntimeWarning)
            if pyogrio.read_info(file, layer=layer)["driver"] != driver:
                raise UnsupportedMedia(f"is no {driver}", field=field)
            meta, _, shapes, columns = pyogrio.raw.read(
                file, layer=layer, force_2d=True, max_features=MAX_FEATURES + 1
            )
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError, OSError) as error:
        if isinstance(error, SitmapError):
            raise
        said = str(error).replace(str(file.parent), "")[:200]
        raise Unprocessable(f"is damaged: {said}", field=field) from error
    if not meta["crs"]:
        raise Unprocessable("does not say its coordinate system", field=field)
    features = []
    for number, row in enumerate(zip(shapes, *columns, strict=True), start=1):
        with _named(f"{field}, feature {number}"):
            shape = shapely.GeometryCollection() if row[0] is None else shapely.from_wkb(row[0])
        features.append(Feature(number, _properties(dict(zip(meta["fields"], row[1:], strict=True))), shape))
    return Layer(name, meta["crs"], tuple(features), field)


# --------------------------------------------------------------------------- features


@contextmanager
def _named(field: str) -> Iterator[None]:
    """Let what cannot be drawn leave with the feature's name."""
    try:
        yield
    except (shapely.GEOSException, ValueError, TypeError, IndexError) as error:
        raise Unprocessable(f"has no readable shape: {str(error)[:100]}", field=field) from error


def _properties(values: Mapping[str, Any]) -> dict[str, str]:
    """Return what is told in words or whole numbers, in one printable line each, by names in lower case."""
    told = {
        str(name).lower(): _line(str(value))
        for name, value in values.items()
        if value is not None and not isinstance(value, dict | list | float)
    }
    return {name: line for name, line in told.items() if line}


def _line(text: str) -> str:
    words = " ".join(text[:MAX_TEXT].split())
    return "".join(sign for sign in words if sign.isprintable())

"""Outlines: disputed areas where the law puts them, divisions that fill their country, a base map to draw."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from cli import ATLAS
from domain import BadData, NotPrepared, Place
from geo import tables
from geo.basemap import Drawing, build_basemap
from geo.gazetteer import Gazetteer
from geo.regions import Division, Regions
from geo.tables import read_table

# --------------------------------------------------------------------------- countries


@pytest.mark.parametrize(
    ("lat", "lon", "country"),
    [
        pytest.param(44.95, 34.10, "UA", id="Simferopol"),
        pytest.param(44.60, 33.53, "UA", id="Sevastopol"),
        pytest.param(45.35, 36.45, "UA", id="Kerch"),
        pytest.param(48.00, 37.80, "UA", id="Donetsk"),
        pytest.param(51.73, 36.19, "RU", id="Kursk"),
        pytest.param(66.0, 175.0, "RU", id="Chukotka"),
        pytest.param(66.3, -172.0, "RU", id="Chukotka beyond the antimeridian"),
        pytest.param(-16.8, -179.98, "FJ", id="Taveuni beyond the antimeridian"),
        pytest.param(33.00, 35.78, "SY", id="Golan Heights"),
        pytest.param(43.00, 41.02, "GE", id="Abkhazia"),
        pytest.param(42.22, 43.97, "GE", id="South Ossetia"),
        pytest.param(46.84, 29.63, "MD", id="Transnistria"),
        pytest.param(35.25, 33.40, "CY", id="Northern Cyprus"),
        pytest.param(9.56, 44.06, "SO", id="Somaliland"),
        pytest.param(42.66, 21.16, "XK", id="Kosovo"),
        pytest.param(34.08, 74.80, "IN", id="Srinagar, which nobody's claim has settled"),
        pytest.param(35.92, 74.31, "PK", id="Gilgit, which nobody's claim has settled"),
    ],
)
def test_a_point_lies_in_one_country(
    gazetteer: Gazetteer, regions: Regions, lat: float, lon: float, country: str
) -> None:
    found = [
        place.country
        for place in gazetteer.countries()
        if (outline := regions.outline(place.id)) is not None and outline.contains(shapely.Point(lon, lat))
    ]
    assert found == [country]


@pytest.mark.parametrize(
    "place_id",
    ["", ":", "country:", "country:XX", "country:ua", "adm1:", "adm1:UA", "adm1:UA.99", "adm1:XX.01"]
    + [
        "adm2:",
        "adm2:UA.05",
        "adm2:UA.05.nowhere",
        "adm2:XX.01.nowhere",
        "geonames:704422",
        "sitmap:black-sea",
        "adm1:\0",
        "adm1:../etc",
        "UA",
    ],
)
def test_what_has_no_outline_gives_none(regions: Regions, place_id: str) -> None:
    assert regions.outline(place_id) is None


# --------------------------------------------------------------------------- divisions


@pytest.mark.parametrize("country", ["UA", "RU", "SY", "SD", "FR", "US", "FJ"])
def test_divisions_fill_their_country_and_do_not_overlap(
    gazetteer: Gazetteer, regions: Regions, country: str
) -> None:
    land = regions.outline(f"country:{country}")
    found = [regions.outline(place.id) for place in gazetteer.divisions(country)]
    outlines = [outline for outline in found if outline is not None]
    assert land is not None
    assert len(outlines) > 3
    assert all(outline.is_valid and not outline.is_empty for outline in outlines)
    joined = shapely.union_all(outlines)
    assert joined.difference(land).area < 0.002 * land.area
    assert joined.area > 0.99 * land.area
    assert sum(outline.area for outline in outlines) < 1.002 * joined.area


@pytest.mark.parametrize(
    ("place_id", "region"),
    [
        ("geonames:704422", "adm1:UA.05"),
        ("geonames:709717", "adm1:UA.05"),
        ("geonames:693805", "adm1:UA.11"),
        ("geonames:538560", "adm1:RU.41"),
        ("geonames:4699066", "adm1:US.TX"),
    ],
    ids=["Pokrovsk", "Donetsk", "Simferopol", "Kursk", "Houston"],
)
def test_a_city_lies_in_its_division_and_in_no_other(
    gazetteer: Gazetteer, regions: Regions, place_id: str, region: str
) -> None:
    city = gazetteer.get(place_id)
    assert city.admin1_id == region
    holders = [
        place.id
        for place in gazetteer.divisions(city.country)
        if (outline := regions.outline(place.id)) is not None
        and outline.contains(shapely.Point(city.lon, city.lat))
    ]
    assert holders == [region]


def test_an_exclave_that_the_base_map_leaves_out_has_no_outline(
    gazetteer: Gazetteer, regions: Regions
) -> None:
    assert gazetteer.get("adm1:ES.CE").name == "Ceuta"
    assert regions.outline("adm1:ES.CE") is None


def test_all_threads_get_the_same_outline(gazetteer: Gazetteer, prepared: dict[str, str]) -> None:
    fresh = Regions(gazetteer, Path(prepared["SITMAP_BASEMAP"]))
    with ThreadPoolExecutor(8) as pool:
        outlines = list(pool.map(fresh.outline, ["adm1:MD.57"] * 16))
    assert outlines[0] is not None
    assert all(outline is outlines[0] for outline in outlines)


def test_a_missing_base_map_is_told(gazetteer: Gazetteer, tmp_path: Path) -> None:
    with pytest.raises(NotPrepared, match="flask prepare"):
        Regions(gazetteer, tmp_path / "basemap.json")


def test_districts_are_not_drawn_where_hardly_a_settlement_tells_its_own(
    gazetteer: Gazetteer, regions: Regions
) -> None:
    known = {district for _, _, admin1_id, district in gazetteer.districts("RU") if admin1_id == "adm1:RU.38"}
    assert known
    assert {regions.outline(district) for district in known} == {None}


@pytest.mark.parametrize("parent", ["adm1:UA.05", "adm1:UA.07", "adm1:US.TX", "adm1:FR.76"])
def test_districts_fill_their_division_and_do_not_overlap(
    gazetteer: Gazetteer, regions: Regions, parent: str
) -> None:
    land = regions.outline(parent)
    assert land is not None
    rows = gazetteer.districts(parent.removeprefix("adm1:")[:2])
    districts = {district for _, _, admin1_id, district in rows if admin1_id == parent}
    outlines = [outline for each in districts if (outline := regions.outline(each)) is not None]
    assert len(outlines) > 3
    assert all(outline.is_valid and not outline.is_empty for outline in outlines)
    joined = shapely.union_all(outlines)
    assert joined.difference(land).area < 0.005 * land.area
    assert joined.area > 0.98 * land.area
    assert sum(outline.area for outline in outlines) < 1.005 * joined.area


# --------------------------------------------------------------------------- where a point is


def names(found: Division) -> tuple[str | None, ...]:
    return tuple(place.name if place else None for place in (found.country, found.admin1, found.admin2))


@pytest.mark.parametrize(
    ("lat", "lon", "expected"),
    [
        pytest.param(48.59, 38.00, ("Ukraine", "Donetsk", "Bakhmut Raion"), id="Bakhmut"),
        pytest.param(44.95, 34.10, ("Ukraine", "Crimea"), id="Simferopol"),
        pytest.param(51.73, 36.19, ("Russia", "Kursk"), id="Kursk"),
        pytest.param(51.51, -0.10, ("United Kingdom", "England", "Greater London"), id="London"),
        pytest.param(46.50, 30.77, ("Ukraine", "Odesa", "Odeskyi Raion"), id="off the harbour of Odesa"),
        pytest.param(66.3, -172.0, ("Russia", "Chukotka"), id="beyond the antimeridian"),
        pytest.param(-16.8, -179.98, ("Fiji", "Northern"), id="island beyond the antimeridian"),
    ],
)
def test_a_point_is_in_its_country_and_divisions(
    regions: Regions, lat: float, lon: float, expected: tuple[str, ...]
) -> None:
    found = regions.at(lat=lat, lon=lon)
    assert names(found)[: len(expected)] == expected
    assert found.approximate


@pytest.mark.parametrize(
    ("lat", "lon"),
    [
        pytest.param(43.5, 34.0, id="Black Sea"),
        pytest.param(46.2, 31.2, id="thirty kilometres off Odesa"),
        pytest.param(0.0, -30.0, id="Atlantic"),
        pytest.param(90.0, 0.0, id="North Pole"),
        pytest.param(-90.0, 180.0, id="South Pole"),
        pytest.param(0.0, 180.0, id="antimeridian"),
    ],
)
def test_the_open_sea_is_in_no_country(regions: Regions, lat: float, lon: float) -> None:
    assert regions.at(lat=lat, lon=lon) == Division()


@pytest.mark.parametrize("country", ["UA", "RU", "SY", "SD", "IQ", "MM", "FR"])
def test_settlements_lie_in_their_own_division(gazetteer: Gazetteer, regions: Regions, country: str) -> None:
    settled = gazetteer.settlements(country)[::7]
    found = [(regions.at(lat=lat, lon=lon), division) for lon, lat, division in settled]
    own = [at.country is not None and at.country.country == country for at, _ in found]
    same = [at.admin1 is not None and at.admin1.id == division for at, division in found]
    assert sum(own) >= 0.97 * len(found)
    assert sum(same) >= 0.97 * len(found)


class AddedOutlines(Gazetteer):
    """A gazetteer with outlines of two places that a user has added."""

    added: Mapping[str, BaseGeometry] = {
        "country:UA": shapely.box(22, 44, 41, 53),
        "adm1:UA.05": shapely.box(30, 45, 31, 46),
    }

    def outline(self, place_id: str) -> BaseGeometry | None:
        """Return one of them."""
        return self.added.get(place_id)

    def outlines_at(self, *, lat: float, lon: float) -> tuple[tuple[Place, BaseGeometry], ...]:
        """Return those that hold a point, the smallest first."""
        spot = shapely.Point(lon, lat)
        held = [(self.get(key), area) for key, area in self.added.items() if area.covers(spot)]
        return tuple(sorted(held, key=lambda pair: pair[1].area))


@pytest.fixture(scope="module")
def added(prepared: dict[str, str]) -> Regions:
    return Regions(AddedOutlines(Path(prepared["SITMAP_GAZETTEER"])), Path(prepared["SITMAP_BASEMAP"]))


def test_outlines_that_users_have_added_go_first(added: Regions) -> None:
    for place_id, area in AddedOutlines.added.items():
        assert added.outline(place_id) is area
        assert not added.is_approximate(place_id)


def test_an_added_outline_is_what_its_districts_divide(gazetteer: Gazetteer, added: Regions) -> None:
    districts = {each for _, _, admin1_id, each in gazetteer.districts("UA") if admin1_id == "adm1:UA.05"}
    outlines = [outline for each in districts if (outline := added.outline(each)) is not None]
    assert shapely.union_all(outlines).equals_exact(AddedOutlines.added["adm1:UA.05"], 0.01, normalize=True)


def test_a_point_is_where_an_added_outline_puts_it(added: Regions, regions: Regions) -> None:
    assert names(added.at(lat=45.5, lon=30.5))[:2] == ("Ukraine", "Donetsk")
    assert names(regions.at(lat=45.5, lon=30.5)) == (None, None, None)


@pytest.mark.parametrize(
    ("name", "district"),
    [
        pytest.param("Bakhmut", "adm2:UA.05.bakhmut-raion", id="by its own account"),
        pytest.param("Novovasylivka", "", id="not the nearest settlement's"),
        pytest.param("Bakhmut Raion", "adm2:UA.05.bakhmut-raion", id="itself"),
        pytest.param("Ukraine", "", id="too wide"),
    ],
)
def test_a_place_is_in_a_district_only_where_that_is_known(
    gazetteer: Gazetteer, regions: Regions, name: str, district: str
) -> None:
    place = next(each for each in gazetteer.lookup(name) if each.country == "UA")
    assert regions.with_district(place).admin2_id == district


class AddedDistrict(AddedOutlines):
    """A gazetteer with the outline of a district that a user has added."""

    added = {"adm2:UA.05.bakhmut-raion": shapely.box(30.4, 45.4, 30.6, 45.6)}


@pytest.mark.parametrize(
    ("lat", "admin1_id", "district"),
    [
        pytest.param(45.5, "adm1:UA.05", "adm2:UA.05.bakhmut-raion", id="inside"),
        pytest.param(45.7, "adm1:UA.05", "", id="outside"),
        pytest.param(45.5, "adm1:UA.17", "", id="of another region"),
    ],
)
def test_a_place_is_in_the_district_whose_added_outline_holds_it(
    prepared: dict[str, str], lat: float, admin1_id: str, district: str
) -> None:
    gazetteer = AddedDistrict(Path(prepared["SITMAP_GAZETTEER"]))
    regions = Regions(gazetteer, Path(prepared["SITMAP_BASEMAP"]))
    camp = Place("a", "Camp", lat, 30.5, "PPL", "UA", admin1_id=admin1_id)
    assert regions.with_district(camp).admin2_id == district
    gazetteer.close()


@pytest.mark.parametrize(
    ("place_id", "approximate"),
    [("country:UA", False), ("adm1:UA.05", True), ("adm2:UA.05.bakhmut-raion", True), ("geonames:1", False)],
)
def test_divisions_are_approximate_and_countries_are_not(
    regions: Regions, place_id: str, approximate: bool
) -> None:
    assert regions.is_approximate(place_id) is approximate


# --------------------------------------------------------------------------- base map


@pytest.fixture(scope="module")
def atlas(prepared: dict[str, str]) -> Path:
    """The atlas that the set-up fetched."""
    return Path(prepared["SITMAP_VENDOR"]) / ATLAS


@pytest.fixture(scope="module")
def basemap(atlas: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A base map built now, as JSON."""
    path = tmp_path_factory.mktemp("basemap") / "new" / "basemap.json"
    build_basemap(atlas, path)
    names = ["basemap-coarse.json", "basemap-fine.json", "basemap.json"]
    assert sorted(each.name for each in path.parent.iterdir()) == names
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def parts(basemap: dict[str, Any]) -> list[tuple[str, shapely.Polygon]]:
    return [
        (feature["properties"]["name"], part)
        for feature in basemap["features"]
        for part in shapely.get_parts(shape(feature["geometry"]))
    ]


def test_the_base_map_is_geojson_of_areas(basemap: dict[str, Any]) -> None:
    assert basemap["type"] == "FeatureCollection"
    assert {feature["type"] for feature in basemap["features"]} == {"Feature"}
    assert {feature["geometry"]["type"] for feature in basemap["features"]} == {"Polygon", "MultiPolygon"}
    wrong = [name for name, part in parts(basemap) if not part.is_valid or part.area == 0]
    assert wrong == []


def test_the_base_map_turns_its_rings_as_rfc_7946_asks(basemap: dict[str, Any]) -> None:
    wrong = [
        name
        for name, part in parts(basemap)
        if not part.exterior.is_ccw or any(ring.is_ccw for ring in part.interiors)
    ]
    assert wrong == []


def test_nothing_on_the_base_map_crosses_the_antimeridian(basemap: dict[str, Any]) -> None:
    wide = [
        name
        for name, part in parts(basemap)
        for west, south, east, north in [part.bounds]
        if west < -180 or east > 180 or south < -90 or north > 90 or east - west > 170
    ]
    assert wide == []
    for name in ("Russia", "Fiji"):
        sides = {round(part.bounds[i]) for other, part in parts(basemap) if other == name for i in (0, 2)}
        assert {-180, 180} <= sides


def test_every_country_on_the_base_map_is_named_and_most_have_a_code(basemap: dict[str, Any]) -> None:
    countries = [f["properties"] for f in basemap["features"] if f["properties"]["kind"] == "country"]
    assert all(country["name"] for country in countries)
    codes = [country["iso2"] for country in countries if country["iso2"]]
    assert len(codes) > 230
    assert {country["name"] for country in countries if not country["iso2"]} == {
        "Indian Ocean Ter.",
        "Siachen Glacier",
    }


def test_every_disputed_area_is_drawn_and_explained(basemap: dict[str, Any]) -> None:
    disputed = [f for f in basemap["features"] if f["properties"]["kind"] == "disputed"]
    assert {f["properties"]["name"] for f in disputed} == {row["name"] for row in read_table("disputed.csv")}
    assert {"Crimea", "Golan Heights", "Kashmir"} <= {f["properties"]["name"] for f in disputed}
    assert all(f["properties"]["note"] for f in disputed)
    assert all(shape(f["geometry"]).area > 0.05 for f in disputed)


def test_a_settled_area_is_taken_from_who_holds_it(basemap: dict[str, Any]) -> None:
    areas = {
        (f["properties"]["kind"], f["properties"]["name"]): shape(f["geometry"]) for f in basemap["features"]
    }
    crimea = areas["disputed", "Crimea"]
    assert areas["country", "Ukraine"].intersection(crimea).area > 0.999 * crimea.area
    assert areas["country", "Russia"].intersection(crimea).area < 0.001 * crimea.area


@pytest.fixture(scope="module", params=Drawing, ids=lambda drawing: drawing.name.lower())
def drawn(
    request: pytest.FixtureRequest, basemap: dict[str, Any], prepared: dict[str, str]
) -> dict[tuple[str, str], BaseGeometry]:
    """The areas of a drawing as pages read them, by kind and name."""
    file = request.param.beside(Path(prepared["SITMAP_BASEMAP"]))
    drawing = json.loads(file.read_text(encoding="utf-8"))

    def polygon(rings: list[list[int]]) -> shapely.Polygon:
        outer, *holes = [np.cumsum(np.reshape(ring, (-1, 2)), axis=0) * drawing["grid"] for ring in rings]
        return shapely.Polygon(outer, holes)

    return {
        (area["kind"], area["name"]): shapely.union_all(
            shapely.make_valid([polygon(rings) for rings in area["polygons"]])
        )
        for area in drawing["areas"]
    }


def test_a_drawing_shows_every_area_where_it_is(
    basemap: dict[str, Any], drawn: dict[tuple[str, str], BaseGeometry]
) -> None:
    outlines = {
        (f["properties"]["kind"], f["properties"]["name"]): shape(f["geometry"]) for f in basemap["features"]
    }
    assert drawn.keys() == outlines.keys()
    for key, outline in outlines.items():
        # What is drawn beside the outline is a strip along it, some kilometres wide.
        assert shapely.symmetric_difference(drawn[key], outline).area < 0.05 * outline.length, key


def test_what_is_drawn_of_neighbours_meets(drawn: dict[tuple[str, str], BaseGeometry]) -> None:
    ukraine, russia = drawn["country", "Ukraine"], drawn["country", "Russia"]
    crimea = drawn["disputed", "Crimea"]
    assert shapely.intersection(ukraine, russia).area < 0.01
    assert shapely.difference(crimea, ukraine).area < 0.01
    syria, israel = drawn["country", "Syria"], drawn["country", "Israel"]
    golan = drawn["disputed", "Golan Heights"]
    assert shapely.difference(golan, syria).area < 0.01 and shapely.intersection(golan, israel).area < 0.01


def test_the_base_map_is_the_same_each_time(atlas: Path, basemap: dict[str, Any], tmp_path: Path) -> None:
    build_basemap(atlas, tmp_path / "again.json")
    assert json.loads((tmp_path / "again.json").read_text(encoding="utf-8")) == basemap


def test_a_missing_atlas_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotPrepared, match="npm ci"):
        build_basemap(tmp_path / "countries-50m.json", tmp_path / "basemap.json")


@pytest.mark.parametrize(
    ("row", "words"),
    [
        pytest.param('Nowhere,UA,Russia,note,"POINT (34"', "no WKT", id="broken outline"),
        pytest.param('Nowhere,UA,Russia,note,"POINT (0 0)"', "no land", id="point in the sea"),
        pytest.param(
            'Nowhere,,France,note,"POLYGON ((0 0, 1 0, 1 1, 0 0))"', "no land", id="area in the sea"
        ),
        pytest.param("Nowhere,UA,Atlantis,note,", "no land", id="unknown to the atlas"),
        pytest.param("Nowhere,ZZ,Russia,note,", "'ZZ'", id="unknown country"),
        pytest.param("Nowhere,UA", "too few", id="too few columns"),
    ],
)
def test_a_wrong_dispute_is_refused_and_the_old_map_stays(
    atlas: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, row: str, words: str
) -> None:
    monkeypatch.setattr(tables, "FOLDER", Path(shutil.copytree(tables.FOLDER, tmp_path / "tables")))
    (tables.FOLDER / "disputed.csv").write_text(f"name,country,atlas,note,outline\n{row}\n", encoding="utf-8")
    old = tmp_path / "basemap.json"
    old.write_text("old", encoding="utf-8")
    with pytest.raises(BadData, match=words) as refused:
        build_basemap(atlas, old)
    assert str(refused.value.field).startswith("disputed.csv:")
    assert old.read_text(encoding="utf-8") == "old"

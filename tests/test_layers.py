"""Gazetteers that people bring: joined with what is known, replaced as a whole, and gone when removed."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import shapely

from domain import InvalidInput, Level, NotFound, Place, SitmapError, Unprocessable
from geo import layers
from geo.gazetteer import GEOD, Gazetteer
from geo.layers import Layer, add_layer, layer_name, remove_layer
from tests.test_sources import collection, feature, village

SHARED = Path(__file__).parent.parent.parent / "shared" / "data" / "gazetteer"
DONETSK = "adm1:UA.05"
POKROVSK = "geonames:704422"

shared = pytest.mark.skipif(not SHARED.is_dir(), reason="needs the gazetteers in ../shared")


@pytest.fixture
def base(small_gazetteer: Path, tmp_path: Path) -> Path:
    """The small gazetteer in a folder of its own, so that layers can lie beside it."""
    path = tmp_path / "gazetteer.db"
    path.symlink_to(small_gazetteer)
    return path


@pytest.fixture
def places(base: Path) -> Iterator[Gazetteer]:
    """The gazetteer, opened before anything is added: as a running server has it."""
    with closing(Gazetteer(base)) as opened:
        yield opened


@pytest.fixture
def add(base: Path, tmp_path: Path) -> Callable[..., Layer]:
    def add(content: str, name: str = "mine", **options: Any) -> Layer:
        path = tmp_path / f"{name}.txt"
        path.write_text(content, encoding="utf-8")
        return add_layer(base, path, name=name, **options)

    return add


Add = Callable[..., Layer]


def ids(found: tuple[Place, ...]) -> list[str]:
    return [place.id for place in found]


# --------------------------------------------------------------------------- in and out of service


def test_a_layer_counts_at_once_in_a_gazetteer_that_is_open(places: Gazetteer, base: Path, add: Add) -> None:
    before = places.version
    assert places.best("Testove") is None
    layer = add(village())
    use = places.best("Testove")
    assert use is not None and use.own and use.count == 1
    assert (use.place.id, use.place.admin1, use.place.country) == ("geonames:4001", "Donetsk", "UA")
    assert ids(places.search("testov")) == ids(places.lookup("Тестове")) == ["geonames:4001"]
    assert "geonames:4001" in ids(places.nearby(lat=48.5, lon=37.5, km=1))
    assert places.version != before
    assert (layer.places, layer.read, layer.refused, layer.kind) == (1, 1, 0, "GeoNames")
    remove_layer(base, "mine")
    assert places.best("Testove") is None
    with pytest.raises(NotFound):
        places.get("geonames:4001")


def test_a_newer_layer_of_the_name_takes_the_place_of_the_old(
    base: Path, places: Gazetteer, add: Add
) -> None:
    add(village())
    add(village(id="4002", name="Novotestove", ascii="Novotestove", others=""))
    assert places.lookup("Testove") == ()
    assert ids(places.lookup("Novotestove")) == ["geonames:4002"]
    assert [layer.name for layer in layers.layers(base)] == ["mine"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (village(lat="400"), "row 1: latitude"),
        ("a,b\n1,2\n", "no column tells"),
        (" \n", "none of the kinds"),
    ],
    ids=["no usable row", "no table of places", "blank"],
)
def test_a_file_without_a_place_leaves_the_old_layer_in_service(
    base: Path, places: Gazetteer, add: Add, content: str, words: str
) -> None:
    add(village())
    with pytest.raises(SitmapError, match=words):
        add(content)
    assert ids(places.lookup("Testove")) == ["geonames:4001"]
    assert not list(base.parent.glob("gazetteers/building/*"))


def test_a_base_that_is_built_anew_leaves_the_layers_alone(
    base: Path, small_gazetteer: Path, places: Gazetteer, add: Add
) -> None:
    add(village())
    fresh = base.with_suffix(".building")
    fresh.write_bytes(small_gazetteer.read_bytes())
    fresh.replace(base)
    assert ids(places.lookup("Testove")) == ["geonames:4001"]
    with closing(Gazetteer(base)) as opened:
        assert ids(opened.lookup("Testove")) == ["geonames:4001"]


def test_a_damaged_layer_is_left_out_and_named(
    base: Path, places: Gazetteer, add: Add, caplog: pytest.LogCaptureFixture
) -> None:
    add(village())
    add(village(id="4002", name="Otherove", ascii="", others=""), "other")
    (base.parent / "gazetteers" / "other.db").write_bytes(b"no database" * 1000)
    assert places.lookup("Otherove") == ()
    assert ids(places.lookup("Testove")) == ["geonames:4001"]
    assert "other.db is damaged" in caplog.text
    assert [layer.name for layer in layers.layers(base) if layer.problem] == ["other"]
    remove_layer(base, "other")


@pytest.mark.parametrize("name", ["nothing", "../gazetteer", "", "a/b"])
def test_what_is_no_layer_cannot_be_removed(base: Path, name: str) -> None:
    with pytest.raises(NotFound):
        remove_layer(base, name)
    assert base.is_file()


@pytest.mark.parametrize("name", ["../up", "a b", "Ü", "x" * 41, "-x"])
def test_a_name_that_is_no_file_name_is_refused(base: Path, add: Add, tmp_path: Path, name: str) -> None:
    file = tmp_path / "file.txt"
    file.write_text(village())
    with pytest.raises(InvalidInput):
        add_layer(base, file, name=name)


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("UA.zip", "ua"),
        ("geonames-UA.txt.gz", "geonames-ua"),
        ("Мої місця.csv", "layer"),
        ("My places.csv", "my-places"),
    ],
)
def test_a_layer_is_named_after_its_file(file: str, name: str) -> None:
    assert layer_name(Path(file)) == name


# --------------------------------------------------------------------------- bad rows, and going on


def test_refused_rows_are_counted_and_reported_with_their_lines(base: Path, add: Add) -> None:
    rows = [village(), village(id="2", lat="400"), "too few", village(), village(id="5")]
    layer = add("\n".join(rows))
    assert (layer.places, layer.read, layer.refused) == (2, 2, 3)
    assert layer.report is not None
    assert [line.split("\t")[0] for line in layer.report.read_text("utf-8").splitlines()] == ["2", "3", "4"]
    assert "geonames:4001 stands twice" in layer.report.read_text("utf-8")
    remove_layer(base, "mine")
    assert not layer.report.exists()


def test_the_report_is_bounded_and_the_count_is_not(add: Add, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layers, "MAX_REPORTED", 3)
    layer = add("\n".join((village(), *("bad" for _ in range(9)))))
    assert layer.report is not None
    assert (layer.refused, layer.report.read_text("utf-8").splitlines()[3:]) == (9, ["and 6 more"])


class Unplugged(Exception):
    """Somebody pulls the plug."""


def test_a_run_that_was_cut_off_goes_on_from_its_last_commit(
    base: Path, places: Gazetteer, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layers, "BATCH", 100)
    rows = "\n".join(village(id=str(number), name=f"Testove {number}") for number in range(1, 2001))

    def stop(done: int, total: int) -> None:
        raise Unplugged

    with pytest.raises(Unplugged):
        add(rows, progress=stop)
    assert places.lookup("Testove 1") == ()
    told: list[int] = []
    layer = add_layer(
        base, base.parent / "mine.txt", name="mine", progress=lambda done, total: told.append(done)
    )
    # Once for each thousand rows and once in the end: the first thousand was not read again.
    assert len(told) == 2
    assert (layer.places, layer.read, layer.refused) == (2000, 2000, 0)
    assert ids(places.lookup("Testove 1")) == ["geonames:1"]


def test_another_file_of_the_name_is_read_from_its_start(base: Path, places: Gazetteer, add: Add) -> None:
    def stop(done: int, total: int) -> None:
        raise Unplugged

    with pytest.raises(Unplugged):
        add("\n".join(village(id=str(number)) for number in range(1, 7001)), progress=stop)
    assert add(village(id="9")).places == 1
    assert ids(places.lookup("Testove")) == ["geonames:9"]


# --------------------------------------------------------------------------- joined with what is known


def test_a_division_and_a_country_only_add_names_to_ours(places: Gazetteer, add: Add) -> None:
    donetsk, ukraine = places.get(DONETSK), places.get("country:UA")
    rows = [
        village(id="1", name="Donechchyna Oblast", ascii="", others="DPO", code="ADM1", lat="1", lon="1"),
        village(id="2", name="Ukrayinska Derzhava", ascii="", others="", code="PCLI", lat="1", lon="1"),
    ]
    add("\n".join(rows))
    assert (places.get(DONETSK), places.get("country:UA")) == (donetsk, ukraine)
    assert ids(places.lookup("Donechchyna")) == ids(places.lookup("Donechchyna Oblast")) == [DONETSK]
    assert ids(places.lookup("Ukrayinska Derzhava")) == ["country:UA"]


def test_the_layer_added_last_places_a_place_and_gaps_are_filled(places: Gazetteer, add: Add) -> None:
    old = places.get(POKROVSK)
    add("geonames_id,name,lat,lon\n704422,Покровськ-2,48.3,37.2\n")
    new = places.get(POKROVSK)
    assert (new.lat, new.lon) == (48.3, 37.2)
    assert (new.name, new.population, new.admin1_id, new.radius_km) == (
        (old.name, old.population, DONETSK, old.radius_km)
    )
    assert POKROVSK in ids(places.lookup("Покровськ-2"))
    assert POKROVSK in ids(places.lookup("Krasnoarmeysk"))
    assert new in places.lookup("Pokrovsk")


def test_a_newer_edition_of_the_source_renames_a_place(places: Gazetteer, add: Add) -> None:
    add(village(id="704422", name="Novopokrovsk", population="0"))
    place = places.get(POKROVSK)
    assert (place.name, place.lat) == ("Novopokrovsk", 48.5)
    assert place.population > 50_000


OTHER = "wof_id,name,alt_names,lat,lon,country\n77,Testowo,Testove,48.51,37.51,UA\n"


@pytest.mark.parametrize("wof_first", [True, False], ids=["the other source first", "GeoNames first"])
def test_one_place_of_two_sources_is_one_candidate(places: Gazetteer, add: Add, wof_first: bool) -> None:
    for name, content in sorted({"1": OTHER, "2": village()}.items(), reverse=not wof_first):
        add(content, name)
    assert ids(places.lookup("Testove")) == ids(places.lookup("Testowo")) == ["geonames:4001"]
    assert places.get("wof:77") == places.get("geonames:4001")
    assert ids(places.nearby(lat=48.5, lon=37.5, km=4)).count("geonames:4001") == 1
    assert len([place for place in places.search("testo") if place.admin1_id == DONETSK]) == 1


@pytest.mark.parametrize(
    "row",
    [
        "77,Testove,,48.6,37.51,UA,locality",
        "77,Testove,,48.51,37.51,RU,locality",
        "77,Testove,,48.51,37.51,UA,airport",
        "77,Somewhere else,,48.51,37.51,UA,locality",
    ],
    ids=["far away", "in another country", "of another kind", "of another name"],
)
def test_two_places_stay_two(places: Gazetteer, add: Add, row: str) -> None:
    add(village(), "1")
    add(f"wof_id,name,alt_names,lat,lon,country,placetype\n{row}\n", "2")
    assert places.get("wof:77").id == "wof:77"
    assert places.get("geonames:4001").lat == 48.5


def test_two_villages_of_one_source_are_never_joined(places: Gazetteer, add: Add) -> None:
    add("\n".join((village(), village(id="4002", lat="48.51"))))
    assert sorted(ids(places.lookup("Testove"))) == ["geonames:4001", "geonames:4002"]


def test_a_layer_that_is_gone_takes_its_links_with_it(base: Path, places: Gazetteer, add: Add) -> None:
    add(OTHER, "1")
    add(village(), "2")
    remove_layer(base, "2")
    assert ids(places.lookup("Testove")) == ["wof:77"]


def test_a_place_without_country_and_division_has_those_around_it(places: Gazetteer, add: Add) -> None:
    add("name,lat,lon\nTestove,48.29,37.19\n")
    (place,) = places.lookup("Testove")
    assert (place.country, place.admin1_id) == ("UA", DONETSK)


def test_alternate_names_are_those_of_known_places(places: Gazetteer, add: Add) -> None:
    rows = ["1\t704422\tpl\tPokrowskie Miasto\t\t\t\t\t\t", "2\t4001\tuk\tНіхто\t\t\t\t\t\t"]
    layer = add("\n".join(rows))
    assert (layer.places, layer.read, layer.passed_over) == (1, 1, 1)
    assert places.lookup("Pokrowskie Miasto") == (places.get(POKROVSK),)


@pytest.mark.parametrize(
    ("code", "level"),
    [("AIRP", Level.FACILITY), ("BDG", Level.FACILITY), ("STM", Level.AREA), ("PPLQ", Level.SETTLEMENT)],
)
def test_a_village_is_meant_before_a_spot_a_stream_or_a_ruin_of_its_name(
    places: Gazetteer, add: Add, code: str, level: Level
) -> None:
    add("\n".join((village(id="1", code=code, population="0"), village(id="2", lat="49", population="0"))))
    first, second = places.lookup("Testove")
    assert (first.id, second.id, second.level) == ("geonames:2", "geonames:1", level)


# --------------------------------------------------------------------------- outlines


def square(west: float, south: float, size: float) -> dict[str, object]:
    outline: dict[str, object] = json.loads(
        shapely.to_geojson(shapely.box(west, south, west + size, south + size))
    )
    return outline


def test_outlines_are_kept_under_our_ids_and_found_by_position(places: Gazetteer, add: Add) -> None:
    add(
        collection(
            feature(square(30, 45, 9), name_en="Ukraine", iso="UA"),
            feature(square(37, 47, 1.8), name_en="Donets'k", iso="UA-14"),
            feature(square(37, 48, 0.5), name_en="Pokrovs'kyi", wof_id=5, region="Donets'k"),
        )
    )
    assert places.outline(POKROVSK) is None
    outline = places.outline(DONETSK)
    assert outline is not None and outline.equals(shapely.box(37, 47, 38.8, 48.8))
    around = places.outlines_at(lat=48.28, lon=37.18)
    assert [place.id for place, _ in around] == ["wof:5", DONETSK, "country:UA"]
    assert (around[0][0].level, around[0][0].admin1_id) == (Level.ADMIN2, DONETSK)
    assert places.outlines_at(lat=48.28, lon=-37.18) == ()


def test_a_division_by_a_strange_name_is_known_by_its_towns(places: Gazetteer, add: Add) -> None:
    towns = [
        shapely.Point(lon, lat) for lon, lat, division in places.settlements("UA") if division == DONETSK
    ]
    hull = json.loads(shapely.to_geojson(shapely.MultiPoint(towns).convex_hull))
    add(collection(feature(hull, name="Region 14", iso="UA-99")))
    assert places.outline(DONETSK) is not None
    assert ids(places.lookup("Region 14")) == [DONETSK]


# --------------------------------------------------------------------------- real ones


@shared
def test_the_real_gazetteers_of_a_country_are_one(base: Path, places: Gazetteer, tmp_path: Path) -> None:
    geonames = add_layer(base, SHARED / "geonames-UA.txt.gz")
    with gzip.open(SHARED / "whosonfirst-ua.tsv.gz", "rt", encoding="utf-8") as lines:
        (tmp_path / "some.tsv").write_text("".join(islice(lines, 4000)), encoding="utf-8")
    other = add_layer(base, tmp_path / "some.tsv")
    regions = add_layer(base, SHARED / "whosonfirst-ua-regions.geojson.gz")
    assert (geonames.read, geonames.refused) == (31_468, 0)
    assert (other.refused, regions.places, regions.refused) == (0, 25, 0)
    named = [place for place in places.lookup("Novovasylivka") if place.level is Level.SETTLEMENT]
    assert len(named) > 10
    close = [
        (one.id, two.id)
        for at, one in enumerate(named)
        for two in islice(named, at + 1, None)
        if one.id.partition(":")[0] != two.id.partition(":")[0]
        and GEOD.inv(one.lon, one.lat, two.lon, two.lat)[2] < 2_000
    ]
    assert close == []
    outlined = [place for place in places.divisions("UA") if places.outline(place.id) is not None]
    assert len(outlined) == 25
    pokrovsk = places.get(POKROVSK)
    assert DONETSK in [place.id for place, _ in places.outlines_at(lat=pokrovsk.lat, lon=pokrovsk.lon)]


def test_an_add_that_runs_beside_another_of_the_name_is_refused(base: Path, add: Add) -> None:
    def second(done: int, total: int) -> None:
        with pytest.raises(Unprocessable, match="cannot be added now"):
            add_layer(base, base.parent / "mine.txt", name="mine")

    assert add(village(), progress=second).places == 1

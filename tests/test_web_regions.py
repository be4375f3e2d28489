"""The regions' pages and GeoJSON, over a real store, gazetteer and base map."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from shapely.geometry import shape

from tests import web_samples as samples
from tests.store_samples import POKROVSK, analysis, document, event
from tests.test_web import Site, problem, read, text_of
from tests.web_samples import MakeApp
from web.regions import SHADES, shade_classes
from web.services import EXTENSION

POKROVSK_DISTRICT = "adm2:UA.05.pokrovsk-raion"
PLACED = samples.SHOWN | samples.REGION_ONLY


@pytest.fixture(scope="module")
def site(make_app: MakeApp, tmp_path_factory: pytest.TempPathFactory) -> Site:
    app = make_app(tmp_path_factory.mktemp("regions"))
    return Site(app, app.test_client(), samples.load(app.extensions[EXTENSION]))


def told(site: Site, address: str) -> dict[str, dict[str, Any]]:
    """Return the properties of the regions by id."""
    return {feature["id"]: feature["properties"] for feature in site.features(address)}


def table(page: Any) -> list[list[str]]:
    """Return the rows of the table of regions."""
    body = re.search(r"<tbody>(.*?)</tbody>", page.text, re.DOTALL)
    rows = re.findall(r"<tr>(.*?)</tr>", body[1], re.DOTALL) if body else []
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    return [[" ".join(re.sub(r"<[^>]*>", "", cell).split()) for cell in row] for row in cells]


# --------------------------------------------------------------------------- GeoJSON


@pytest.mark.parametrize("level", ["admin1", "admin2", "country"])
def test_every_placed_event_counts_in_one_region_of_each_level(site: Site, level: str) -> None:
    regions = told(site, f"/regions.geojson?level={level}")
    assert sum(region["events"] for region in regions.values()) == len(PLACED)
    assert sum(region["region_only"] for region in regions.values()) == len(samples.REGION_ONLY)


def test_an_event_counts_in_the_district_of_its_place_where_that_is_known(site: Site) -> None:
    regions = told(site, "/regions.geojson?level=admin2")
    assert regions[POKROVSK_DISTRICT]["events"] == 2
    assert regions[POKROVSK_DISTRICT]["level"] == "admin2"
    assert regions["adm1:RU.41"]["level"] == "admin1"
    assert "adm1:UA.05" not in regions


def test_a_region_tells_deaths_and_rate(site: Site) -> None:
    donetsk = told(site, "/regions.geojson")["adm1:UA.05"]
    assert (donetsk["fatalities"], donetsk["fatalities_stated"]) == (5, 1)
    assert donetsk["per_100k"] == pytest.approx(100_000 * 2 / donetsk["population"], rel=0.01)


def test_a_rate_without_a_counted_population_is_not_made_up(site: Site) -> None:
    tbilisi = told(site, "/regions.geojson?region=country:GE")["adm1:GE.51"]
    assert (tbilisi["events"], tbilisi["population"], tbilisi["per_100k"]) == (1, None, None)
    assert tbilisi["fatalities"] is None


def test_events_are_filtered_by_district(site: Site) -> None:
    assert site.found(f"/events.geojson?region={POKROVSK_DISTRICT}") == site.ids("clash", "near")


def test_one_region_has_its_whole_outline(site: Site) -> None:
    response = site.client.get("/regions/adm1:UA.05.geojson?end=2025-01-10")
    assert response.mimetype == "application/geo+json"
    donetsk = response.get_json(force=True)
    assert (donetsk["type"], donetsk["id"], donetsk["properties"]["events"]) == ("Feature", "adm1:UA.05", 1)
    (drawn,) = (each for each in site.features("/regions.geojson") if each["id"] == "adm1:UA.05")
    assert shape(donetsk["geometry"]).area == pytest.approx(shape(drawn["geometry"]).area, rel=0.02)


# --------------------------------------------------------------------------- the overview


@pytest.mark.parametrize("level", ["admin1", "admin2", "country"])
def test_the_table_and_its_count_line_reconcile_with_the_map(site: Site, level: str) -> None:
    page = site.client.get(f"/regions?level={level}")
    words = text_of(page)
    listed, unplaced, filtered, whole = (
        int(re.findall(rf"(\d+) {what}", words)[0])
        for what in ("in these regions", "not placed", "filtered out", "events in this window")
    )
    rough = sum(map(int, re.findall(r"\+ (\d+) not known more closely", words)))
    assert listed == sum(int(row[1]) for row in table(page))
    assert listed + rough == len(PLACED)
    assert listed + rough + unplaced + filtered == whole == len(samples.TOLD)


def test_what_is_known_only_to_a_larger_region_is_listed_apart(site: Site) -> None:
    page = site.client.get("/regions?level=admin2&region=country:RU")
    assert table(page) == []
    assert "Somewhere in Kursk: 1 event" in text_of(page)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        pytest.param("", ["Donetsk UA", "Odesa UA", "Kursk RU", "Tbilisi GE"], id="by events, then name"),
        pytest.param("sort=name", ["Donetsk UA", "Kursk RU", "Odesa UA", "Tbilisi GE"], id="by name"),
        pytest.param("measure=fatalities", ["Donetsk UA", "Kursk RU", "Odesa UA", "Tbilisi GE"], id="killed"),
        pytest.param("sort=per_100k", ["Kursk RU", "Odesa UA", "Donetsk UA", "Tbilisi GE"], id="by rate"),
        pytest.param("type=Protests", ["Tbilisi GE"], id="filtered"),
    ],
)
def test_the_table_is_sorted_and_filtered_as_its_address_says(
    site: Site, query: str, names: list[str]
) -> None:
    assert [row[0] for row in table(site.client.get(f"/regions?{query}"))] == names


def test_the_overview_keeps_the_filters_in_its_links(site: Site) -> None:
    page = site.client.get("/regions?level=admin2&measure=fatalities&start=2025-01-10&type=Battles")
    links = [attributes["href"] or "" for tag, attributes in read(page).elements if "href" in attributes]
    (by_name,) = (link for link in links if link.startswith("/regions?") and "sort=name" in link)
    assert {"level=admin2", "measure=fatalities", "start=2025-01-10", "type=Battles"} <= set(
        by_name.partition("?")[2].split("&")
    )
    (district,) = (link for link in links if link.startswith(f"/regions/{POKROVSK_DISTRICT}"))
    assert "start=2025-01-10" in district and "type=Battles" in district


def test_approximate_outlines_are_said_to_be(site: Site) -> None:
    said = "Outlines are approximate"
    assert said in text_of(site.client.get("/regions"))
    assert said not in text_of(site.client.get("/regions?level=country"))


def test_nothing_to_show_is_explained(client: FlaskClient) -> None:
    words = text_of(client.get("/regions"))
    assert "No event that passes these filters is placed in a country." in words
    assert "Nothing to shade in this view." in words


@pytest.mark.parametrize(
    ("query", "field"),
    [("level=admin3", "level"), ("measure=size", "measure"), ("sort=id", "sort"), ("limit=3", "limit")],
)
def test_what_the_overview_cannot_show_is_named(site: Site, query: str, field: str) -> None:
    response = site.client.get(f"/regions?{query}", headers={"Accept": "application/json"})
    assert response.status_code == 400
    assert problem(response)["field"] == field


@pytest.mark.parametrize(
    ("values", "starts"),
    [
        pytest.param([], [], id="none"),
        pytest.param([0, 0], [], id="nothing over 0"),
        pytest.param([1], [1], id="one"),
        pytest.param([7, 3], [2, 5], id="below the least"),
        pytest.param([1, 9, 40], [1, 2, 5, 10, 20], id="two decades"),
        pytest.param([1, 604], [1, 3, 10, 30, 100, 300], id="three decades"),
        pytest.param([0.02, 0.3], [0.02, 0.05, 0.1, 0.2], id="under 1"),
        pytest.param([1, 10**9], [1, 10**5, 10**6, 10**7, 10**8, 10**9], id="too wide"),
    ],
)
def test_classes_of_shading_begin_at_round_numbers(values: list[float], starts: list[float]) -> None:
    classes = shade_classes(values)
    assert [each.start for each in classes] == starts
    shades = [each.shade for each in classes]
    assert shades == sorted(set(shades)) and set(shades) <= set(range(1, SHADES + 1))
    if len(shades) > 1:
        assert (shades[0], shades[-1]) == (1, SHADES)


@pytest.mark.parametrize("exponent", range(-6, 7))
def test_no_value_falls_below_the_classes(exponent: int) -> None:
    values = [number * 10.0**exponent for number in (1, 1.9999999, 2, 3, 4.9999999, 5, 9.9999999)]
    for least in values:
        first = shade_classes([least, 8 * least])[0].start
        assert first <= least
        assert math.log10(least / first) < 1


# --------------------------------------------------------------------------- one region


def test_a_region_shows_what_happened_in_it(site: Site) -> None:
    page = site.client.get("/regions/adm1:UA.05")
    words = text_of(page)
    for said in ("Donetsk", "4,059,372", "State Statistics Service of Ukraine", "5 as 1 of the events state"):
        assert said in words
    for name in ("clash", "near"):
        assert f"/events/{site.events[name].id}" in page.text
    assert f"/events/{site.events['strike'].id}" not in page.text
    for link in ("/regions/country:UA", f"/regions/{POKROVSK_DISTRICT}", "/regions/adm1:UA.05.geojson"):
        assert f'href="{link}"' in page.text


def test_a_region_obeys_the_window(site: Site) -> None:
    page = site.client.get("/regions/adm1:UA.05?start=2025-01-11")
    assert site.events["near"].id in page.text and site.events["clash"].id not in page.text
    (link,) = re.findall(r'id="geojson" href="([^"]*)"', page.text)
    assert site.found(link.replace("&amp;", "&")) == site.ids("near")


def test_a_district_and_a_country_have_pages_too(site: Site) -> None:
    assert "Pokrovsk Raion" in text_of(site.client.get(f"/regions/{POKROVSK_DISTRICT}"))
    words = text_of(site.client.get("/regions/country:UA"))
    assert "Where in Ukraine" in words and "Donetsk 2 5" in words


def test_a_region_without_events_says_so(site: Site) -> None:
    assert "No events in France yet." in text_of(site.client.get("/regions/country:FR"))
    assert "No events in Donetsk that pass these filters." in text_of(
        site.client.get("/regions/adm1:UA.05?type=Riots")
    )


@pytest.mark.parametrize("region_id", ["adm1:UA.99", "nowhere", "<script>", POKROVSK.id])
@pytest.mark.parametrize("ending", ["", ".geojson"])
def test_what_is_no_region_is_not_found_and_named(site: Site, region_id: str, ending: str) -> None:
    response = site.client.get(f"/regions/{region_id}{ending}")
    assert response.status_code == 404
    said = problem(response)["detail"] if ending else text_of(response)
    assert region_id in said


def test_a_region_that_the_gazetteer_has_lost_still_counts(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app(tmp_path)
    of = document()
    lost = replace(POKROVSK, id="adm1:UA.99", admin1_id="adm1:UA.99", feature_code="ADM1")
    app.extensions[EXTENSION].store.add(analysis(of, event(of, place=lost, geo_precision=3)))
    page = app.test_client().get("/regions")
    assert page.status_code == 200
    assert "Somewhere in adm1:UA.99: 1 event" in text_of(page)


def test_a_region_tells_who_holds_how_much_of_it(site: Site) -> None:
    page = site.client.get("/regions/adm1:UA.05?end=2025-02-01").text
    section = page[page.index("<h2>Control</h2>") : page.index("<h2>By type</h2>")]
    shares = [int(share) for share in re.findall(r"(\d+)%", section)]
    assert section.index("Russia") < section.index("Ukraine")
    assert len(shares) == 2 and 60 < shares[0] < 80


def test_nothing_is_said_of_who_held_a_region_before_anything_is_known(site: Site) -> None:
    assert "Nothing is known of who held" in site.client.get("/regions/adm1:UA.05?end=2020-01-01").text

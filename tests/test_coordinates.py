"""Positions in figures are read, and what only looks like one is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import Relation
from extract.coordinates import find_coordinates


def spots(text: str) -> list[tuple[str, float, float, float]]:
    """Return the words, latitude, longitude and uncertainty in km of each position of a text."""
    found = find_coordinates(text)
    for mention in found:
        assert text[mention.start : mention.end] == mention.text
        assert mention.relation is Relation.COORDINATES
    return [
        (mention.text, mention.spot.lat, mention.spot.lon, mention.spot.km)
        for mention in found
        if mention.spot
    ]


@pytest.mark.parametrize(
    ("words", "lat", "lon"),
    [
        pytest.param("48.1234, 37.5678", 48.1234, 37.5678, id="decimal"),
        pytest.param("48.1234,37.5678", 48.1234, 37.5678, id="without a space"),
        pytest.param("-1.6741, 29.2285", -1.6741, 29.2285, id="minus"),
        pytest.param("−1.6741, 29.2285", -1.6741, 29.2285, id="minus sign"),
        pytest.param("48.1234°N 37.5678°E", 48.1234, 37.5678, id="degree signs"),
        pytest.param("48.1234° N, 37.5678° E", 48.1234, 37.5678, id="degree signs and spaces"),
        pytest.param("1.6741S, 29.2285E", -1.6741, 29.2285, id="hemispheres after"),
        pytest.param("N48.123 E37.567", 48.123, 37.567, id="hemispheres before"),
        pytest.param("37.5678E, 48.1234N", 48.1234, 37.5678, id="longitude first"),
        pytest.param("15.35 degrees north, 42.17 degrees east", 15.35, 42.17, id="in words"),
        pytest.param("latitude 15.352, longitude 42.171", 15.352, 42.171, id="labelled"),
        pytest.param("lat: -1.6741 lon: 29.2285", -1.6741, 29.2285, id="labelled for short"),
        pytest.param("48°17'30\"N 37°10'12\"E", 48.291667, 37.17, id="minutes and seconds"),
        pytest.param("48° 17′ 30″ N, 37° 10′ 12″ E", 48.291667, 37.17, id="primes and spaces"),
        pytest.param("40°26’46”N 79°58’56”W", 40.446111, -79.982222, id="quotes"),
        pytest.param("12°30′S 43°15′W", -12.5, -43.25, id="minutes alone"),
        pytest.param("N 48° 17.5' E 037° 10.2'", 48.291667, 37.17, id="decimal minutes"),
        pytest.param("37U DQ 12345 67890", 49.357421, 37.792919, id="MGRS"),
        pytest.param("36TXS1234567890", 46.655151, 34.468322, id="MGRS in one word"),
        pytest.param("4QFJ12345678", 21.309478, -157.916819, id="MGRS of the example in its manual"),
    ],
)
def test_a_position_is_read_in_every_notation(words: str, lat: float, lon: float) -> None:
    ((text, found_lat, found_lon, _),) = spots(f"Near the river, it burned at {words}, they said.")
    assert text == words
    assert (found_lat, found_lon) == pytest.approx((lat, lon), abs=1e-5)


@pytest.mark.parametrize(
    ("words", "km"),
    [
        pytest.param("48.123456, 37.567812", 0.1, id="to a step is to a building"),
        pytest.param("48.12°N 37.56°E", 0.8, id="two decimals"),
        pytest.param("48.1°N 37.5°E", 7.9, id="one decimal"),
        pytest.param("48°N 37°E", 78.7, id="whole degrees"),
        pytest.param("48°17′N 37°10′E", 1.3, id="minutes"),
        pytest.param("48°17′30″N 37°10′12″E", 0.1, id="seconds"),
        pytest.param("grid square 37U DQ 12345 67890", 0.1, id="square of a metre"),
        pytest.param("grid square 37U DQ 123 678", 0.1, id="square of a hundred metres"),
        pytest.param("grid square 37U DQ 12 67", 0.7, id="square of a kilometre"),
        pytest.param("grid square 37U DQ 1 6", 7.1, id="square of ten kilometres"),
        pytest.param("grid square 37U DQ", 70.7, id="square of a hundred kilometres"),
    ],
)
def test_a_position_is_as_uncertain_as_its_figures_are_round(words: str, km: float) -> None:
    assert [spot[3] for spot in spots(f"Smoke rose at {words}.")] == [km]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Shares rose 48.523, 37.245 percent.", id="percent"),
        pytest.param("Inflation was 48.5, 37.2 and 12.1 percent.", id="few decimals"),
        pytest.param("It cost $48.123, 37.555 less.", id="price"),
        pytest.param("The server at 192.168.10.245 failed.", id="address"),
        pytest.param("Version 1.234, 5.678.9 is out.", id="version"),
        pytest.param("From 12.03.2024, 13.03.2024 on.", id="dates"),
        pytest.param("Call +380 44 123 4567 now.", id="telephone"),
        pytest.param("They won 21, 14 and lost 3, 2.", id="scores"),
        pytest.param("Temperatures of 38.5°, 41.2° were measured.", id="temperatures"),
        pytest.param("Temperatures of 40°C, 41°C.", id="temperatures with their scale"),
        pytest.param("It lies at 95.1234, 37.5678.", id="latitude out of range"),
        pytest.param("It lies at 48.1234, 190.1234.", id="longitude out of range"),
        pytest.param("It lies at 48°77'N 37°10'E.", id="minutes out of range"),
        pytest.param("It lies at 48°17'61\"N 37°10'12\"E.", id="seconds out of range"),
        pytest.param("It lies at 99U DQ 12345 67890.", id="zone that does not exist"),
        pytest.param("It lies at 37U ZZ 12345 67890.", id="square that does not exist"),
        pytest.param("Grid 37U DQ 12345 678.", id="figures that do not pair"),
        pytest.param("A 12T AB 12 34 tractor.", id="product"),
        pytest.param("A rate of 48.28, 37.18 was paid.", id="two decimals that nothing announces"),
        pytest.param("Rooms 5 N, 3 E.", id="hemispheres alone"),
    ],
)
def test_what_only_looks_like_a_position_is_none(text: str) -> None:
    assert spots(text) == []


def test_a_word_makes_a_position_of_rounder_numbers() -> None:
    assert [spot[:3] for spot in spots("Coordinates: 48.28, 37.18")] == [("48.28, 37.18", 48.28, 37.18)]


def test_positions_are_found_in_order_and_without_overlaps() -> None:
    text = "From 48.1234, 37.5678 to 37U DQ 12345 67890 and 48.2000°N 37.6000°E."
    found = find_coordinates(text)
    assert [mention.text[:4] for mention in found] == ["48.1", "37U ", "48.2"]
    assert all(one.end <= other.start for one, other in zip(found, found[1:], strict=False))


@given(lat=st.floats(-90, 90), lon=st.floats(-180, 180))
def test_every_position_is_read_back(lat: float, lon: float) -> None:
    ((_, found_lat, found_lon, _),) = spots(f"at {lat:.4f}, {lon:.4f} today")
    assert (found_lat, found_lon) == pytest.approx((lat, lon), abs=6e-5)


@given(text=st.text(alphabet="0123456789.,°'\"NSEW -UDQ", max_size=60))
def test_no_text_gives_a_position_off_the_map(text: str) -> None:
    for mention in find_coordinates(text):
        assert mention.spot is not None
        assert -90 <= mention.spot.lat <= 90
        assert -180 <= mention.spot.lon <= 180

"""How many people live in a region, where somebody has counted them."""

from __future__ import annotations

import pytest

from domain import Level
from geo.gazetteer import Gazetteer
from geo.population import population
from geo.tables import read_table


@pytest.mark.parametrize(
    ("place_id", "people"),
    [
        pytest.param("adm1:UA.05", 4_059_372, id="division"),
        pytest.param("country:FR", 66_987_244, id="country"),
        pytest.param("adm1:FR.11", None, id="division that nobody looked up"),
        pytest.param("country:AQ", None, id="country without people"),
        pytest.param("nowhere", None, id="no place"),
    ],
)
def test_a_population_is_one_that_was_counted(place_id: str, people: int | None) -> None:
    found = population(place_id)
    assert (found.people if found else None) == people


def test_every_population_is_that_of_a_division_and_smaller_than_its_country(gazetteer: Gazetteer) -> None:
    for row in read_table("population.csv"):
        place, found = gazetteer.get(row["id"]), population(row["id"])
        country = population(f"country:{place.country}")
        assert place.level is Level.ADMIN1 and found and country
        assert 100_000 < found.people < country.people
        assert found.source


def test_the_divisions_of_ukraine_add_up_to_what_its_statisticians_published() -> None:
    rows = [row for row in read_table("population.csv") if row["source"].endswith("1 January 2022")]
    # The country without Crimea and Sevastopol.
    assert sum(int(row["population"]) for row in rows) == 41_167_335

"""How many people live in a country or a division, where somebody has counted them.

Countries' numbers are those of ``countries.csv``, divisions' those of ``population.csv``. What the gazetteer
has for a division is no such number: it adds up the towns that it knows, without the villages, and a city's
quarters besides the city, so that it is neither near the truth nor on one side of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from geo.tables import as_number, read_table


@dataclass(frozen=True, slots=True)
class Population:
    """A number of people, and who counted or estimated it, and when."""

    people: int
    source: str


def population(place_id: str) -> Population | None:
    """Return the population of a country or a division, ``None`` where it is not known.

    Raises BadData where the tables are wrong, NotPrepared where one is missing.
    """
    return _populations().get(place_id)


@cache
def _populations() -> Mapping[str, Population]:
    countries = {
        f"country:{row['iso2']}": Population(int(as_number(row, "population")), "GeoNames' country data")
        for row in read_table("countries.csv")
        if as_number(row, "population")
    }
    divisions = {
        row["id"]: Population(int(as_number(row, "population")), row["source"])
        for row in read_table("population.csv")
    }
    return countries | divisions

"""How often Sitmap knows where a point is: ``python -m lab.regions`` prints two Markdown tables.

Settlements are asked for by position alone. Those of the gazetteer are what approximate divisions are made
of, so that only the countries' outlines can be wrong there; villages of Ukraine in GeoNames that it lacks
tell what the divisions are worth. The second table asks each settlement with a known district for that of the
nearest other one in its first-order division.
"""

from __future__ import annotations

import argparse
import gzip
import random
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from geo.gazetteer import Gazetteer
from geo.regions import Regions
from lab.corpora import CORPORA
from lab.evaluate import INSTANCE

GEONAMES = CORPORA.parent / "gazetteer" / "geonames-UA.txt.gz"
SAMPLE = 10_000
SEED = 4
BANDS_KM = (0, 2, 5, 10, 20, 50)


@dataclass(frozen=True, slots=True)
class Settlement:
    """A settlement as its source has it; what the source does not tell is empty."""

    lat: float
    lon: float
    country: str
    admin1_id: str
    admin2_id: str = ""


def of_gazetteer(gazetteer: Gazetteer) -> Iterator[Settlement]:
    """Yield the settlements that the gazetteer has a division for."""
    for country in gazetteer.countries():
        code = country.country
        districts = {(lon, lat): district for lon, lat, _, district in gazetteer.districts(code)}
        for lon, lat, admin1_id in gazetteer.settlements(code):
            yield Settlement(lat, lon, code, admin1_id, districts.get((lon, lat), ""))


def unknown_to(gazetteer: Gazetteer) -> Iterator[Settlement]:
    """Yield the settlements of GeoNames' file of Ukraine that stand nowhere in the gazetteer.

    Raises FileNotFoundError.
    """
    known = {(lon, lat) for lon, lat, _ in gazetteer.settlements("UA")}
    with gzip.open(GEONAMES, "rt", encoding="utf-8") as rows:
        for row in rows:
            cells = row.rstrip("\n").split("\t")
            lat, lon, feature_class, country, code = (
                float(cells[4]),
                float(cells[5]),
                cells[6],
                cells[8],
                cells[10],
            )
            if feature_class == "P" and code not in ("", "00") and (lon, lat) not in known:
                yield Settlement(lat, lon, country, f"adm1:{country}.{code}")


def print_row(what: str, settlements: Sequence[Settlement], regions: Regions) -> None:
    """Measure a sample of the settlements and print it as a row."""
    sample = random.Random(SEED).sample(settlements, min(SAMPLE, len(settlements)))
    for each in sample:
        regions.at(lat=each.lat, lon=each.lon)
    began = time.perf_counter()
    found = [regions.at(lat=each.lat, lon=each.lon) for each in sample]
    spent = 1000 * (time.perf_counter() - began) / len(sample)
    pairs = list(zip(sample, found, strict=True))
    countries = [at.country is not None and at.country.country == each.country for each, at in pairs]
    admin1 = [at.admin1 is not None and at.admin1.id == each.admin1_id for each, at in pairs]
    admin2 = [
        at.admin2 is not None and at.admin2.id == each.admin2_id for each, at in pairs if each.admin2_id
    ]
    shares = " | ".join(
        f"{sum(right) / len(right):.3f}" if right else "" for right in (countries, admin1, admin2)
    )
    print(f"| {what} | {len(sample):,} | {shares} | {spent:.2f} |")


def nearest_districts(gazetteer: Gazetteer, country: str) -> Iterator[tuple[float, bool]]:
    """Yield how many km off the nearest settlement of known district is, and whether that is the same one."""
    divisions: defaultdict[str, list[tuple[float, float, str]]] = defaultdict(list)
    for lon, lat, admin1_id, district in gazetteer.districts(country):
        divisions[admin1_id].append((lon, lat, district))
    for inside in divisions.values():
        lons, lats = np.array([spot[:2] for spot in inside]).T
        for at, (lon, lat, district) in enumerate(inside):
            apart = np.hypot((lons - lon) * np.cos(np.radians(lat)), lats - lat) * 111.2
            apart[at] = np.inf
            nearest = int(apart.argmin())
            if apart[nearest] < np.inf:
                yield float(apart[nearest]), inside[nearest][2] == district


def print_nearest(what: str, gazetteer: Gazetteer, countries: Sequence[str]) -> None:
    """Print a row: how many settlements, and how often the nearest one's district is theirs, by distance."""
    found = [pair for country in countries for pair in nearest_districts(gazetteer, country)]
    bands = [[same for km, same in found if low <= km < high] for low, high in pairwise(BANDS_KM)]
    shares = " | ".join(f"{sum(band) / len(band):.2f}" if band else "" for band in bands)
    print(f"| {what} | {len(found):,} | {shares} |")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instance", type=Path, default=INSTANCE, help="folder with gazetteer and base map")
    options = parser.parse_args()
    gazetteer = Gazetteer(options.instance / "gazetteer.db")
    regions = Regions(gazetteer, options.instance / "basemap.json")
    print("| settlements | asked | country | first-order division | second-order | ms each |")
    print("|---|---|---|---|---|---|")
    print_row("of the gazetteer", list(of_gazetteer(gazetteer)), regions)
    if GEONAMES.is_file():
        print_row("of Ukraine that it lacks", list(unknown_to(gazetteer)), regions)
    print("\n| nearest one's district | asked | under 2 km | 2 to 5 | 5 to 10 | 10 to 20 | 20 to 50 |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    print_nearest("Ukraine", gazetteer, ["UA"])
    print_nearest("Russia", gazetteer, ["RU"])
    print_nearest("all countries", gazetteer, [place.country for place in gazetteer.countries()])


if __name__ == "__main__":
    main()

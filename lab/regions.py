"""How often Sitmap knows where a point is: ``python -m lab.regions`` prints one Markdown table.

Settlements are asked for by position alone. Those of the gazetteer are what approximate divisions are made
of, so that only the countries' outlines can be wrong there; villages of Ukraine in GeoNames that it lacks
tell what the divisions are worth.
"""

from __future__ import annotations

import argparse
import gzip
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from geo.gazetteer import Gazetteer
from geo.regions import Regions
from lab.corpora import CORPORA
from lab.evaluate import INSTANCE

GEONAMES = CORPORA.parent / "gazetteer" / "geonames-UA.txt.gz"
SAMPLE = 10_000
SEED = 4


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


if __name__ == "__main__":
    main()

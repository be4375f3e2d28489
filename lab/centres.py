"""Writes ``data/gazetteer/centres.csv``, the centres of divisions: ``python -m lab.centres``, in ten seconds.

The gazetteer can only take the middle of a division's towns, and most of Queensland's are around Brisbane.
Rows that say another ``source`` than "outline" are people's, and are kept as they are.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from statistics import median

import numpy as np
import shapely

from geo import tables
from geo.gazetteer import GEOD, Gazetteer
from geo.regions import Regions

INSTANCE = Path(__file__).parent.parent / "instance"
APART_KM = 30.0
"""A centre that is nearer to the middle of the towns than this is not worth a row."""

TOWNS_SHARE = 0.02
"""The share of a division's towns below which a piece of its outline is left out: an empty island, or
the land around a town that GeoNames has in the wrong division."""

_DRAWN = "outline"


def main() -> None:
    """Write the table anew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instance", type=Path, default=INSTANCE, help="folder of the prepared gazetteer")
    options = parser.parse_args()
    rows = {
        (row["country"], row["code"]): row
        for row in tables.read_table("centres.csv")
        if row["source"] != _DRAWN
    }
    with closing(Gazetteer(options.instance / "gazetteer.db")) as gazetteer:
        regions = Regions(gazetteer, options.instance / "basemap.json")
        for country in gazetteer.countries():
            for row in _drawn_rows(gazetteer, regions, country.country):
                rows.setdefault((row["country"], row["code"]), row)
    with (tables.FOLDER / "centres.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, ("country", "code", "lat", "lon", "source"), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows[key] for key in sorted(rows))
    print(f"{len(rows)} centres")


def _drawn_rows(gazetteer: Gazetteer, regions: Regions, country: str) -> Iterator[dict[str, str]]:
    towns: dict[str, list[tuple[float, float]]] = {}
    for lon, lat, division in gazetteer.settlements(country):
        towns.setdefault(division, []).append((lon, lat))
    for division in (place.id for place in gazetteer.divisions(country)):
        spots, outline = towns.get(division), regions.outline(division)
        if spots is None or outline is None:
            continue
        centre = _centre(outline, np.array(spots))
        east, north = (median(axis) for axis in zip(*spots, strict=True))
        if GEOD.inv(east, north, centre.x, centre.y)[2] / 1000 > APART_KM:
            code = division.removeprefix(f"adm1:{country}.")
            yield {
                "country": country,
                "code": code,
                "lat": f"{centre.y:.2f}",
                "lon": f"{centre.x:.2f}",
                "source": _DRAWN,
            }


def _centre(
    outline: shapely.Geometry, towns: np.ndarray[tuple[int, int], np.dtype[np.float64]]
) -> shapely.Point:
    """Return the centroid of the pieces that hold towns, or a point inside where it lies outside."""
    parts = shapely.get_parts(outline)
    held = np.array([shapely.contains_xy(part, towns).sum() for part in parts])
    inhabited = shapely.union_all(parts[held >= max(TOWNS_SHARE * held.sum(), held.any())])
    centroid = shapely.centroid(inhabited)
    return centroid if inhabited.contains(centroid) else inhabited.point_on_surface()


if __name__ == "__main__":
    main()

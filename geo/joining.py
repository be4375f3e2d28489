"""What the base and the layers say of one place, joined to one row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

OURS = "data/gazetteer/"
"""How the source of a row begins that the project's own tables state: it was looked at by hand."""


class _Row(NamedTuple):
    """What one file says of a place; without coordinates it only adds names."""

    place_id: str
    name: str
    lat: float | None
    lon: float | None
    feature_code: str
    country: str
    admin1_id: str
    admin2: str
    population: int
    radius_km: float
    source: str
    prominence: float


def joined(rows: Sequence[Any]) -> Any:
    """Return what several files, the base first, say of a place together.

    The layer added last places it. Name and kind stay those of the first, unless a newer edition of the
    same source tells otherwise; what one leaves out another fills in. What was looked at by hand stays.
    """
    if len(rows) == 1 and rows[0][2] is not None:
        return rows[0]
    placed = [_Row(*row[:12]) for row in rows if row[2] is not None]
    if not placed:
        return None
    whole = placed[0]
    for row in placed[1:]:
        if whole.source.startswith(OURS):
            break
        main = row if row.source == whole.source else whole._replace(lat=row.lat, lon=row.lon)
        sized = row if row.population else whole
        whole = main._replace(
            country=row.country or whole.country,
            admin1_id=row.admin1_id or whole.admin1_id,
            admin2=row.admin2 or whole.admin2,
            population=sized.population,
            radius_km=sized.radius_km,
            prominence=max(row.prominence, whole.prominence),
        )
    return whole

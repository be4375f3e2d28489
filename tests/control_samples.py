"""Facts, snapshots and small lands that the tests of control share."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from shapely import segmentize
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from domain import ControlFact, Snapshot, SnapshotKind
from geo.control import Background
from geo.land import Land, build_land

DAY = date(2025, 1, 31)
NOBODY_KNOWN = Background(lambda code: f"state {code}", lambda code: np.empty((0, 2)))
"""Nothing beside facts and snapshots: the state of Ukraine is "state UA"."""


def later(days: int) -> date:
    """Return the day so many days after ``DAY``."""
    return DAY + timedelta(days=days)


def fact(lat: float, lon: float, party: str = "East", day: date = DAY, **more: Any) -> ControlFact:
    """Return what a source said of a place on a day."""
    return ControlFact(lat, lon, party, day, more.pop("source", "tests"), **more)


def snapshot(
    shape: BaseGeometry, party: str = "East", kind: SnapshotKind = SnapshotKind.CONTROL, day: date = DAY
) -> Snapshot:
    """Return a layer that a source drew."""
    return Snapshot(day, "tests", party, kind, shape)


def land_of(folder: Path, **outlines: BaseGeometry) -> Land:
    """Return a land of countries, each given by its ISO 3166-1 alpha-3 code and outline in lon, lat."""
    features = [
        {"type": "Feature", "properties": {"A3": code}, "geometry": mapping(segmentize(outline, 0.1))}
        for code, outline in outlines.items()
    ]
    source = folder / "outlines.json"
    source.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    build_land(source, folder / "land.fgb")
    return Land(folder / "land.fgb")

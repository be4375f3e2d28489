"""How answers are written as JSON, and what GeoJSON is called."""

from __future__ import annotations

import json
from typing import Any

GEOJSON = "application/geo+json"


def dumps(value: Any) -> str:
    """Return a value as compact JSON. Raises ValueError for what JSON cannot hold."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)

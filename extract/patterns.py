"""The pattern tables of ``data/patterns``."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

PATTERNS = Path(__file__).parent.parent / "data" / "patterns"


@cache
def load_patterns(name: str) -> dict[str, Any]:
    """Return one of the tables, read once."""
    return tomllib.loads((PATTERNS / f"{name}.toml").read_text(encoding="utf-8"))

"""Readers of the corpora that Sitmap is measured on. The files are not part of the project."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CORPORA = Path(__file__).parent.parent.parent / "shared" / "data" / "corpora"


def read_corpus(name: str) -> Iterator[dict[str, Any]]:
    """Yield the records of ``<name>.jsonl`` or ``<name>.jsonl.gz``. Raises FileNotFoundError."""
    plain = CORPORA / f"{name}.jsonl"
    if plain.is_file():
        lines = plain.read_text(encoding="utf-8").splitlines()
    else:
        lines = gzip.decompress((CORPORA / f"{name}.jsonl.gz").read_bytes()).decode("utf-8").splitlines()
    for line in lines:
        yield json.loads(line)

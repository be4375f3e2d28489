"""Readers of the corpora that Sitmap is trained and measured on. The files are not part of the project."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CORPORA = Path(__file__).parent.parent.parent / "shared" / "data" / "corpora"


def read_lines(name: str) -> list[str]:
    """Return the lines of the corpus file ``name`` or ``name``.gz. Raises FileNotFoundError."""
    plain = CORPORA / name
    if plain.is_file():
        return plain.read_text(encoding="utf-8").split("\n")
    return gzip.decompress((CORPORA / f"{name}.gz").read_bytes()).decode("utf-8").split("\n")


def read_corpus(name: str) -> Iterator[dict[str, Any]]:
    """Yield the records of ``<name>.jsonl`` or ``<name>.jsonl.gz``. Raises FileNotFoundError."""
    for line in read_lines(f"{name}.jsonl"):
        if line:
            yield json.loads(line)

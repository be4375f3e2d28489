"""Readers of the corpora that Sitmap is trained and measured on. The files are not part of the project."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from domain import Document

SHARED = Path(__file__).parent.parent.parent / "shared" / "data"
CORPORA = SHARED / "corpora"
VILLAGES = SHARED / "gazetteer" / "geonames-UA.txt.gz"
"""All settlements of Ukraine, most of which the default gazetteer lacks."""


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


def marked_sentences(name: str) -> Iterator[tuple[str, list[tuple[int, int]]]]:
    """Yield the sentences of a file of words with tags (B-, I-, O), and what is marked in them."""
    words: list[str] = []
    spans: list[tuple[int, int]] = []
    for line in read_lines(name):
        word, _, tag = line.strip().rpartition(" ")
        if not word:
            if words:
                yield " ".join(words), spans
            words, spans = [], []
            continue
        start = sum(map(len, words)) + len(words)
        if tag[0] == "B":
            spans.append((start, start + len(word)))
        elif tag[0] == "I" and spans:
            spans[-1] = (spans[-1][0], start + len(word))
        words.append(word)
    if words:
        yield " ".join(words), spans


def documents(corpus: str) -> list[tuple[Document, dict[str, Any]]]:
    """Return a corpus of reports as documents beside their gold. Raises FileNotFoundError."""
    return [
        (Document(gold["text"], date.fromisoformat(gold["date"]) if gold.get("date") else None), gold)
        for gold in read_corpus(corpus)
    ]

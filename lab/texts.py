"""The texts of the interface that stand in data, for those who extract texts to translate.

``translations/babel.cfg`` names the functions here; ``CONTRIBUTING.md`` has the commands. Each is an
extractor as Babel wants it: it yields line, function, its arguments and comments.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Collection, Iterator, Mapping
from typing import Any, BinaryIO

from domain import SitmapError
from geo.features import ABOUT_PLACES, FEATURES

Found = Iterator[tuple[int, str, str | tuple[str, str], list[str]]]


def ontology(
    file: BinaryIO, keywords: Mapping[str, Any], comment_tags: Collection[str], options: Mapping[str, Any]
) -> Found:
    """Yield the names of event types and weapons, each with its context."""
    found = tomllib.load(file)
    for name in dict.fromkeys(each["name"] for each in (*found["family"], *found["type"])):
        yield 1, "pgettext", ("event type", name), []
    for name in found["weapons"]:
        yield 1, "pgettext", ("weapon", name), []


def errors(
    file: BinaryIO, keywords: Mapping[str, Any], comment_tags: Collection[str], options: Mapping[str, Any]
) -> Found:
    """Yield the titles of errors."""
    kinds: list[type[SitmapError]] = [SitmapError, *SitmapError.__subclasses__()]
    for kind in kinds:
        yield 1, "gettext", kind.title, []


def disputed_areas(
    file: BinaryIO, keywords: Mapping[str, Any], comment_tags: Collection[str], options: Mapping[str, Any]
) -> Found:
    """Yield the names of disputed areas, and what is in dispute."""
    for row in csv.DictReader(line.decode("utf-8") for line in file):
        yield from ((1, "gettext", row[column], []) for column in ("name", "note"))


def reasons(
    file: BinaryIO, keywords: Mapping[str, Any], comment_tags: Collection[str], options: Mapping[str, Any]
) -> Found:
    """Yield what speaks for or against a place."""
    for name in FEATURES[:ABOUT_PLACES]:
        yield 1, "pgettext", ("reason", name), []

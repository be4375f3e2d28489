"""The texts of the interface that stand in data, for those who extract texts to translate.

``translations/babel.cfg`` names the function here; ``CONTRIBUTING.md`` has the commands.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator, Mapping
from typing import Any, BinaryIO


def ontology_texts(
    file: BinaryIO, keywords: Mapping[str, Any], comment_tags: Collection[str], options: Mapping[str, Any]
) -> Iterator[tuple[int, str, tuple[str, str], list[str]]]:
    """Yield the names of event types and weapons as Babel's extractors do, each with its context."""
    found = tomllib.load(file)
    names = dict.fromkeys(each["name"] for each in (*found["family"], *found["type"]))
    for name in names:
        yield 1, "pgettext", ("event type", name), []
    for name in found["weapons"]:
        yield 1, "pgettext", ("weapon", name), []

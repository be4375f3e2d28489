"""The event types, read once from ``data/ontology.toml``.

A domain expert adds or changes a type by editing that file alone; a bad edit is refused at load
with the entry that is wrong.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from domain import BadData

_KINDS = {str: "a text", int: "a whole number", bool: "true or false", list: "a list of words"}
ONTOLOGY_FILE = Path(__file__).parent / "data" / "ontology.toml"
SHAPES = frozenset({"circle", "diamond", "triangle", "square", "hexagon", "star", "ring"})


@dataclass(frozen=True, slots=True)
class Family:
    """An event type of ACLED's, or one of Sitmap's own, with its sign on the map."""

    name: str
    shape: str
    colour: str
    colour_dark: str


@dataclass(frozen=True, slots=True)
class EventType:
    """A sub-event type with the words that tell of it.

    The first word of a ``verbs`` entry and the last of a ``nouns`` entry are inflected, words of
    ``phrases`` are taken as they stand; ``|`` separates alternatives and ``*`` stands for up to
    three words. A ``strikes`` entry is a weapon: it makes the type where a verb of hitting stands
    in its clause. ``priority`` decides between types on the same words (higher wins).
    ``gain`` marks the two types by which ground changes hands: ``taken`` from the state that it
    belongs to, or ``regained`` by that state. With ``needs_party`` the words count only in a sentence
    that names a party: without one "talks" and "advance" are about anything.
    """

    name: str
    family: str
    disorder: str
    plover: str
    plover_mode: str
    priority: int
    gain: str
    needs_party: bool
    verbs: tuple[str, ...]
    nouns: tuple[str, ...]
    phrases: tuple[str, ...]
    strikes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ontology:
    """All event types by name, the families in the order of the legend."""

    families: Mapping[str, Family]
    types: Mapping[str, EventType]
    hit_verbs: tuple[str, ...]
    irregular: Mapping[str, tuple[str, ...]]

    def sub_types(self, family: str) -> tuple[EventType, ...]:
        """Return the sub-event types of a family, in the file's order."""
        return tuple(kind for kind in self.types.values() if kind.family == family)

    def known(self, name: str) -> bool:
        """Whether ``name`` is an event type or a sub-event type."""
        return name in self.families or name in self.types


@cache
def load_ontology(path: Path = ONTOLOGY_FILE) -> Ontology:
    """Read and check the file. Raises BadData naming the entry."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadData(str(error), field=path.name) from error
    families: dict[str, Family] = {}
    for entry in _entries(raw, "family"):
        family = _family(entry)
        if family.name in families:
            raise BadData(f"family {family.name!r} stands twice", field=path.name)
        families[family.name] = family
    types: dict[str, EventType] = {}
    for entry in _entries(raw, "type"):
        kind = _event_type(entry, families)
        if kind.name in types:
            raise BadData(f"type {kind.name!r} stands twice", field=path.name)
        types[kind.name] = kind
    if not types:
        raise BadData("no event type in it", field=path.name)
    irregular = raw.get("irregular", {})
    if not isinstance(irregular, dict) or not all(isinstance(forms, str) for forms in irregular.values()):
        raise BadData("is not a table of verbs with their forms in one text each", field="irregular")
    hit_verbs = _words(raw.get("hit_verbs", []), "hit_verbs", "hit_verbs")
    return Ontology(
        families, types, hit_verbs, {verb: tuple(forms.split()) for verb, forms in irregular.items()}
    )


def _entries(raw: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    entries = raw.get(key, [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise BadData(f"is not a list of [[{key}]] tables", field=key)
    return entries


def _family(entry: Mapping[str, Any]) -> Family:
    values = _checked(entry, dict.fromkeys(("name", "shape", "colour", "colour_dark"), str), {})
    family = Family(**values)
    if family.shape not in SHAPES:
        raise BadData(f"shape {family.shape!r} is none of {', '.join(sorted(SHAPES))}", field=family.name)
    for colour in (family.colour, family.colour_dark):
        if not re.fullmatch("#[0-9A-Fa-f]{6}", colour):
            raise BadData(f"colour {colour!r} is not like #D55E00", field=family.name)
    return family


def _event_type(entry: Mapping[str, Any], families: Mapping[str, Family]) -> EventType:
    defaults = {
        "disorder": "",
        "plover": "",
        "plover_mode": "",
        "priority": 0,
        "gain": "",
        "needs_party": False,
    }
    words: dict[str, list[str]] = {key: [] for key in ("verbs", "nouns", "phrases", "strikes")}
    values = _checked(entry, {"name": str, "family": str}, defaults | words)
    name = values["name"]
    if values["family"] not in families:
        raise BadData(f"family {values['family']!r} is not defined", field=name)
    if values["gain"] not in ("", "taken", "regained"):
        raise BadData(f"gain {values['gain']!r} is neither taken nor regained", field=name)
    return EventType(**(values | {key: _words(values[key], key, name) for key in words}))


def _words(listed: Any, key: str, name: str) -> tuple[str, ...]:
    """Return the entries of a word list. Raises BadData, with the name of what holds the list."""
    if not isinstance(listed, list) or not all(isinstance(entry, str) for entry in listed):
        raise BadData(f"{key} is not a list of words", field=name)
    for entry in listed:
        parts = entry.split()
        if not parts or "*" in (parts[0], parts[-1]) or not all(part.strip("|") for part in parts):
            raise BadData(f"{key} has {entry!r}, which begins or ends with a gap or is empty", field=name)
    return tuple(listed)


def _checked(
    entry: Mapping[str, Any], required: Mapping[str, type], defaults: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the entry with its defaults. Raises BadData on a missing, unknown or ill-typed key."""
    name = str(entry.get("name", "an entry without a name"))
    problems = [f"{key} is missing" for key in required if not entry.get(key)]
    problems += [f"{key} is not known" for key in entry if key not in required and key not in defaults]
    kinds = dict(required) | {key: type(default) for key, default in defaults.items()}
    problems += [
        f"{key} {value!r} is not {_KINDS[kinds[key]]}"
        for key, value in entry.items()
        if key in kinds and type(value) is not kinds[key]
    ]
    if problems:
        raise BadData("; ".join(problems), field=name)
    return {**defaults, **entry}

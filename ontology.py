"""The event types, read once from ``data/ontology.toml``.

A domain expert adds or changes a type by editing that file alone; a bad edit is refused at load
with the entry that is wrong.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from domain import BadData

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
    except tomllib.TOMLDecodeError as error:
        raise BadData(str(error), field=path.name) from error
    families = {entry["name"]: _family(entry) for entry in raw.get("family", [])}
    types: dict[str, EventType] = {}
    for entry in raw.get("type", []):
        kind = _event_type(entry, families)
        if kind.name in types:
            raise BadData(f"type {kind.name!r} stands twice", field=path.name)
        types[kind.name] = kind
    if not types:
        raise BadData("no event type in it", field=path.name)
    irregular = {verb: tuple(forms.split()) for verb, forms in raw.get("irregular", {}).items()}
    return Ontology(families, types, tuple(raw.get("hit_verbs", ())), irregular)


def _family(entry: Mapping[str, Any]) -> Family:
    family = Family(**_checked(entry, ("name", "shape", "colour", "colour_dark"), ()))
    if family.shape not in SHAPES:
        raise BadData(f"shape {family.shape!r} is none of {', '.join(sorted(SHAPES))}", field=family.name)
    return family


def _event_type(entry: Mapping[str, Any], families: Mapping[str, Family]) -> EventType:
    words = ("verbs", "nouns", "phrases", "strikes")
    values = _checked(
        entry,
        ("name", "family"),
        ("disorder", "plover", "plover_mode", "priority", "gain", "needs_party", *words),
    )
    if values["family"] not in families:
        raise BadData(f"family {values['family']!r} is not defined", field=values["name"])
    values.setdefault("plover_mode", "")
    values.setdefault("priority", 0)
    values.setdefault("gain", "")
    values.setdefault("needs_party", False)
    values.setdefault("disorder", "")
    values.setdefault("plover", "")
    if values["gain"] not in ("", "taken", "regained"):
        raise BadData(f"gain {values['gain']!r} is neither taken nor regained", field=values["name"])
    for key in words:
        listed = values.get(key, [])
        if not isinstance(listed, list) or not all(isinstance(word, str) for word in listed):
            raise BadData(f"{key} is not a list of words", field=values["name"])
        values[key] = tuple(listed)
    return EventType(**values)


def _checked(
    entry: Mapping[str, Any], required: tuple[str, ...], optional: tuple[str, ...]
) -> dict[str, Any]:
    name = str(entry.get("name", "an entry without a name"))
    missing = [key for key in required if not entry.get(key)]
    unknown = [key for key in entry if key not in required and key not in optional]
    if missing or unknown:
        problem = [f"{key} is missing" for key in missing] + [f"{key} is not known" for key in unknown]
        raise BadData("; ".join(problem), field=name)
    return dict(entry)

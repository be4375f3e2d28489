"""The event types, read once from ``data/ontology.toml``.

A domain expert adds or changes a type by editing that file alone; a bad edit is refused at load
with the entry that is wrong.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from domain import BadData

_KINDS = {
    str: "a text",
    int: "a whole number",
    bool: "true or false",
    list: "a list of words",
    dict: "a table",
}
ONTOLOGY_FILE = Path(__file__).parent / "data" / "ontology.toml"
VOICES, ROLES = ("verb", "passive", "noun"), ("actor", "target", "place")
_STEP = re.compile(r"(?P<up>\^)?(?P<relation>[a-z]+(?::[a-z]+)?)(?:\[(?P<words>[a-z|]+)\])?")
UCDP_TYPES = ("", "state-based", "non-state", "one-sided")
"""The types of organised violence of the Uppsala Conflict Data Program, and none."""

SHAPES = frozenset({"circle", "diamond", "triangle", "square", "hexagon", "star", "ring"})


@dataclass(frozen=True, slots=True)
class Family:
    """An event type of ACLED's, or one of Sitmap's own, with its sign on the map."""

    name: str
    shape: str
    colour: str
    colour_dark: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step in the tree of a sentence: down to a dependent, or up from one, by its relation.

    With ``prepositions`` only where one of them marks the dependent.
    """

    relation: str
    up: bool = False
    prepositions: frozenset[str] = frozenset()


Frames = Mapping[tuple[str, str], tuple[tuple[Step, ...], ...]]
"""By voice and role the ways from a trigger to who or what plays the role, the likeliest first."""


@dataclass(frozen=True, slots=True)
class EventType:
    """A sub-event type with the words that tell of it.

    ``ucdp`` is UCDP's type of violence that it mostly is: which one an event is follows from who fights.
    ``code`` is its short name in the lists of examples that the reading is learnt from.
    The first word of a ``verbs`` entry and the last of a ``nouns`` entry are inflected, words of
    ``phrases`` are taken as they stand; ``|`` separates alternatives and ``*`` stands for up to
    three words. A ``strikes`` entry is a weapon: it makes the type where a verb of hitting stands
    in its clause. ``priority`` decides between types on the same words (higher wins).
    ``gain`` marks the two types by which ground changes hands: ``taken`` from the state that it
    belongs to, or ``regained`` by that state; words that begin like one of ``leaves`` tell that the actor
    gives ground up. With ``needs_party`` the words count only in a sentence
    that names a party: without one "talks" and "advance" are about anything.
    """

    name: str
    code: str
    family: str
    disorder: str
    plover: str
    plover_mode: str
    ucdp: str
    priority: int
    gain: str
    needs_party: bool
    verbs: tuple[str, ...]
    nouns: tuple[str, ...]
    phrases: tuple[str, ...]
    strikes: tuple[str, ...]
    leaves: tuple[str, ...]
    frames: Frames


@dataclass(frozen=True, slots=True)
class Ontology:
    """All event types by name, the families in the order of the legend."""

    families: Mapping[str, Family]
    types: Mapping[str, EventType]
    hit_verbs: tuple[str, ...]
    irregular: Mapping[str, tuple[str, ...]]
    frames: Frames
    weapons: Mapping[str, tuple[str, ...]]

    def frame(self, kind: EventType, voice: str, role: str) -> tuple[tuple[Step, ...], ...]:
        """Return the ways to a role from a trigger of a type: its own, else those of all types."""
        return kind.frames.get((voice, role), self.frames.get((voice, role), ()))

    def sub_types(self, family: str) -> tuple[EventType, ...]:
        """Return the sub-event types of a family, in the file's order."""
        return tuple(kind for kind in self.types.values() if kind.family == family)

    def known(self, name: str) -> bool:
        """Whether ``name`` is an event type or a sub-event type."""
        return name in self.families or name in self.types


@cache
def load_ontology(path: Path = ONTOLOGY_FILE) -> Ontology:
    """Read and check the file. Raises BadData naming the line and the entry."""
    try:
        text = path.read_text(encoding="utf-8")
        raw = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadData(str(error), field=path.name) from error
    families: dict[str, Family] = {}
    types: dict[str, EventType] = {}
    for line, entry in _entries(raw, text, "family"):
        with _at(path, line):
            family = _family(entry)
            if family.name in families:
                raise BadData("stands twice", field=f"family {family.name!r}")
            families[family.name] = family
    for line, entry in _entries(raw, text, "type"):
        with _at(path, line):
            kind = _event_type(entry, families)
            if kind.name in types or any(kind.code == other.code for other in types.values()):
                raise BadData("its name or code stands twice", field=f"type {kind.name!r}")
            types[kind.name] = kind
    if not types:
        raise BadData("no event type in it", field=path.name)
    irregular, weapons = raw.get("irregular", {}), raw.get("weapons", {})
    with _at(path, _line_of(text, "irregular")):
        if not isinstance(irregular, dict) or not all(isinstance(forms, str) for forms in irregular.values()):
            raise BadData("is not a table of verbs with their forms in one text each", field="irregular")
    with _at(path, _line_of(text, "weapons")):
        if not isinstance(weapons, dict):
            raise BadData("is not a table of weapons with the words for each", field="weapons")
        named = {name: _words(words, name, "weapons") for name, words in weapons.items()}
    with _at(path, _line_of(text, "hit_verbs")):
        hit_verbs = _words(raw.get("hit_verbs", []), "hit_verbs", "hit_verbs")
    with _at(path, _line_of(text, "frames")):
        frames = _frames(raw.get("frames", {}), "frames")
    forms = {verb: tuple(listed.split()) for verb, listed in irregular.items()}
    return Ontology(families, types, hit_verbs, forms, frames, named)


def _entries(raw: Mapping[str, Any], text: str, key: str) -> list[tuple[int, dict[str, Any]]]:
    """Return the tables of a list, each with the line on which it begins, 0 where that is not plain."""
    entries = raw.get(key, [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise BadData(f"is not a list of [[{key}]] tables", field=key)
    heads = [number for number, line in enumerate(text.splitlines(), start=1) if line.strip() == f"[[{key}]]"]
    return list(zip(heads if len(heads) == len(entries) else [0] * len(entries), entries, strict=True))


def _line_of(text: str, key: str) -> int:
    """Return the first line that begins with a key or the head of its table, 0 where there is none."""
    begins = re.compile(rf"\s*\[?{key}\b")
    return next((n for n, line in enumerate(text.splitlines(), start=1) if begins.match(line)), 0)


@contextmanager
def _at(path: Path, line: int) -> Iterator[None]:
    """Put file and line before what is said to be wrong."""
    try:
        yield
    except BadData as error:
        where = f"{path.name}, line {line}" if line else path.name
        raise BadData(error.message, field=f"{where}, {error.field}") from error


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
        "ucdp": "",
        "priority": 0,
        "gain": "",
        "needs_party": False,
    }
    words: dict[str, list[str]] = {key: [] for key in ("verbs", "nouns", "phrases", "strikes", "leaves")}
    values = _checked(entry, {"name": str, "code": str, "family": str}, defaults | words | {"frames": {}})
    name = values["name"]
    if values["family"] not in families:
        raise BadData(f"family {values['family']!r} is not defined", field=name)
    if values["ucdp"] not in UCDP_TYPES:
        raise BadData(f"ucdp {values['ucdp']!r} is none of {', '.join(UCDP_TYPES[1:])}", field=name)
    if values["gain"] not in ("", "taken", "regained"):
        raise BadData(f"gain {values['gain']!r} is neither taken nor regained", field=name)
    lists = {key: _words(values[key], key, name) for key in words}
    return EventType(**(values | lists | {"frames": _frames(values["frames"], name)}))


def _frames(table: Any, owner: str) -> Frames:
    """Return the ways of each voice and role. Raises BadData naming the owner of the table."""
    found: dict[tuple[str, str], tuple[tuple[Step, ...], ...]] = {}
    for voice, roles in table.items() if isinstance(table, dict) else [("", None)]:
        if voice not in VOICES or not isinstance(roles, dict):
            raise BadData(f"frames: {voice!r} is no table under {', '.join(VOICES)}", field=owner)
        for role, ways in roles.items():
            if role not in ROLES or not isinstance(ways, list):
                raise BadData(f"frames.{voice}: {role!r} is no list of {', '.join(ROLES)}", field=owner)
            found[voice, role] = tuple(_way(way, f"frames.{voice}.{role}", owner) for way in ways)
    return found


def _way(text: Any, key: str, owner: str) -> tuple[Step, ...]:
    steps = [_STEP.fullmatch(part) for part in text.split("/")] if isinstance(text, str) else [None]
    if None in steps:
        raise BadData(f'{key}: {text!r} is no way like "^obj/nsubj" or "nmod[of|by]"', field=owner)
    return tuple(
        Step(step["relation"], bool(step["up"]), frozenset(filter(None, (step["words"] or "").split("|"))))
        for step in steps
        if step
    )


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

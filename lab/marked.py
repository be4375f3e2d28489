"""Sentences with their events marked by hand, out of which the reading of events is learnt.

They were written for Sitmap; ``lab/events/README.md`` says by whom, how and in which form.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from domain import BadData, Stance
from ontology import load_ontology

FOLDER = Path(__file__).parent / "events"
HELD_OUT = 10
"""One example in so many is kept for testing, by a hash of its text."""

_MARK = re.compile(r"\{([^{}|]+)((?:\|[^{}|]+){0,2})\}")
_STANCES = {str(stance): stance for stance in Stance}


@dataclass(frozen=True, slots=True)
class MarkedEvent:
    """Characters ``start`` to ``end`` tell of an event of a sub-event type, in a stance."""

    start: int
    end: int
    kind: str
    stance: Stance


@dataclass(frozen=True, slots=True)
class Marked:
    """A text of one to three sentences and all events that it tells of, in order."""

    text: str
    events: tuple[MarkedEvent, ...]

    @property
    def held_out(self) -> bool:
        """Whether it is one of those that nothing is trained on."""
        return int(hashlib.sha256(self.text.encode()).hexdigest(), 16) % HELD_OUT == 0


def read_marked(folder: Path = FOLDER) -> list[Marked]:
    """Return all examples, each text once. Raises BadData with file and line of what does not fit."""
    found: dict[str, Marked] = {}
    for path in sorted(folder.glob("*.txt")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            try:
                example = parse_marked(line, path.stem)
            except ValueError as error:
                raise BadData(str(error), field=f"{path.name}, line {number}") from error
            found.setdefault(example.text, example)
    return list(found.values())


def parse_marked(line: str, code: str) -> Marked:
    """Return one example; ``code`` is the type of what is marked without one. Raises ValueError."""
    text, events = "", []
    for plain, words, labels in _pieces(line):
        text += plain
        if words:
            kind, stance = code, Stance.REPORTED
            for label in labels:
                if label in _STANCES:
                    stance = _STANCES[label]
                else:
                    kind = label
            events.append(MarkedEvent(len(text), len(text) + len(words), type_of(kind), stance))
            text += words
    if "{" in text or "}" in text or not text.strip():
        raise ValueError(f"braces that mark nothing, or no text: {line[:80]!r}")
    return Marked(text, tuple(events))


def _pieces(line: str) -> Iterator[tuple[str, str, list[str]]]:
    at = 0
    for mark in _MARK.finditer(line):
        yield line[at : mark.start()], mark[1], mark[2].split("|")[1:]
        at = mark.end()
    yield line[at:], "", []


def type_of(code: str) -> str:
    """Return the sub-event type that a code of the files stands for. Raises ValueError."""
    for kind in load_ontology().types.values():
        if kind.code == code:
            return kind.name
    raise ValueError(f"{code!r} is the code of no event type")

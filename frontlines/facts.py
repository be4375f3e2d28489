"""Facts of control: out of a table that anybody can write, and out of the events that reports tell."""

from __future__ import annotations

import csv
import math
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path

from domain import BadData, ControlFact, Event, InvalidInput, Level, Stance, TooLarge
from ontology import Ontology

MAX_BYTES = 64_000_000
MAX_FACTS = 200_000
MAX_WORD = 200
"""Characters of a name, a party or a source."""

NEEDED = ("lat", "lon", "party", "date", "source")
_STANCES = (Stance.REPORTED, Stance.CONFIRMED, Stance.CLAIMED, Stance.DENIED, Stance.NEGATED)

TOLD = (Stance.REPORTED, Stance.CLAIMED, Stance.CONFIRMED, Stance.DENIED)
"""How events are told that tell of control: what is planned, long past or did not happen changes nothing."""

LEAST_WEIGHT = 0.1
"""Of a fact that follows from an event that hardly is one."""

ACTORS = Path(__file__).parent.parent / "data" / "actors.toml"
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FORCES = re.compile(r"(?:Military Forces|Police Forces|Government) of ")


def read_facts(path: Path) -> list[ControlFact]:
    """Return the facts of a CSV file with a header, in its order.

    Columns: ``lat``, ``lon`` (degrees), ``party``, ``date`` (YYYY-MM-DD), ``source``, and if there is more to
    say ``weight`` (above 0, at most 1), ``name`` of the place, ``stance`` (reported, confirmed, claimed,
    denied, negated: no longer held). Others are passed over. Raises InvalidInput naming line and column,
    TooLarge, BadData where there is no such file.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise TooLarge(f"is larger than {MAX_BYTES:,} bytes", field=path.name)
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = csv.DictReader(lines, strict=True)
            missing = [name for name in NEEDED if name not in (rows.fieldnames or ())]
            if missing:
                raise InvalidInput(f"has no column {', '.join(missing)}", field=path.name)
            return list(_facts(rows, path.name))
    except OSError as error:
        raise BadData(f"{error.strerror}", field=path.name) from error
    except UnicodeDecodeError as error:
        raise InvalidInput(f"is not UTF-8: {error.reason}", field=path.name) from error
    except csv.Error as error:
        raise InvalidInput(f"is no CSV: {error}", field=path.name) from error


def _facts(rows: csv.DictReader[str], file: str) -> Iterator[ControlFact]:
    for number, row in enumerate(rows):
        where = f"{file}, line {rows.line_num}"
        if number >= MAX_FACTS:
            raise TooLarge(f"holds more than {MAX_FACTS:,} facts", field=file)
        if row.get(None) or any(row[name] is None for name in NEEDED):
            raise InvalidInput("has not as many cells as the header", field=where)
        lat, lon = _number(row["lat"], -90, 90, where, "lat"), _number(row["lon"], -180, 180, where, "lon")
        weight = _number(row.get("weight") or "1", 0, 1, where, "weight")
        if weight == 0:
            raise InvalidInput("weight must be more than 0", field=where)
        party, source = (_word(row[name], where, name) for name in ("party", "source"))
        if not party or not source:
            raise InvalidInput(f"{'source' if party else 'party'} is empty", field=where)
        name = _word(row.get("name") or "", where, "name")
        stance = row.get("stance") or Stance.REPORTED
        if stance not in _STANCES:
            raise InvalidInput(f"stance is none of {', '.join(_STANCES)}", field=where)
        day = _day(row["date"], where)
        yield ControlFact(lat, lon, party, day, source, weight, name, Stance(stance))


def _number(text: str, low: float, high: float, where: str, column: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    # Not a number fails both comparisons.
    if not low <= value <= high:
        raise InvalidInput(f"{column} {text[:40]!r} is no number from {low:g} to {high:g}", field=where)
    return value


def _word(text: str, where: str, column: str) -> str:
    text = text.strip()
    if len(text) > MAX_WORD or not text.isprintable():
        raise InvalidInput(f"{column} is no text of up to {MAX_WORD} characters", field=where)
    return text


def _day(text: str, where: str) -> date:
    try:
        # Nor a week like 2025-W05-5, which date.fromisoformat would take.
        if not _DAY.fullmatch(text.strip()):
            raise ValueError
        return date.fromisoformat(text.strip())
    except ValueError:
        raise InvalidInput(f"date {text[:40]!r} is no day like 2025-01-31", field=where) from None


def facts_of(
    events: Iterable[Event], ontology: Ontology, owner: Callable[[str], str]
) -> Iterator[ControlFact]:
    """Yield what events tell of who holds settlements; ``owner`` gives the state's name by a country's code.

    Who takes a place holds it, who regains one is the state that it belongs to, who withdraws from one no
    longer holds it, and neither does its state where nobody is named who took it. What somebody says against
    their own interest counts as confirmed. Events without a day, or not in a settlement, tell nothing.
    """
    for event in events:
        if event.stance not in TOLD:
            continue
        place, day = event.place, event.when.end if event.when else _published(event)
        if place is None or event.geo_precision != 1 or place.level is not Level.SETTLEMENT or day is None:
            continue
        stance, kind = event.stance, ontology.types.get(event.sub_event_type)
        gain = kind.gain if kind else ""
        party = owner(place.country) if gain == "regained" else party_of(event.actor or event.claimed_by)
        if not gain and kind and stance is not Stance.DENIED and _leaves(event, kind.leaves):
            stance = Stance.NEGATED
        elif not gain:
            continue
        if not party and gain and stance in (Stance.REPORTED, Stance.CONFIRMED):
            party, stance = owner(place.country), Stance.NEGATED
        if not party:
            continue
        if stance is Stance.CLAIMED and gain and party_of(event.claimed_by) not in ("", party):
            stance = Stance.CONFIRMED
        source = next((report.source or report.title for report in event.reports), "") or "a report"
        yield ControlFact(
            place.lat,
            place.lon,
            party,
            day,
            source,
            max(LEAST_WEIGHT, event.confidence),
            place.name,
            stance,
            event.id,
        )


def party_of(actor: str | None) -> str:
    """Return the side that an actor's ground is: the state of a force, the group of a part, "" for nobody."""
    name = _FORCES.sub("", (actor or "").strip(), count=1)
    return "" if name.startswith("Unidentified ") else _sides().get(name, name)


@cache
def _sides() -> Mapping[str, str]:
    """Return whose part groups are, where they are another's."""
    groups = tomllib.loads(ACTORS.read_text(encoding="utf-8"))["groups"]
    return {name: entry["side"] for name, entry in groups.items() if "side" in entry}


def _leaves(event: Event, words: tuple[str, ...]) -> bool:
    told = " ".join(report.trigger.text.casefold() for report in event.reports)
    return any(re.search(rf"\b{re.escape(word)}", told) for word in words)


def _published(event: Event) -> date | None:
    return min((report.published for report in event.reports if report.published), default=None)

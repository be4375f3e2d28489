"""The record of control over a real store and gazetteer: any day, what changed, where sources differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import shapely
from shapely.geometry import Point, box

from domain import DateRange, NotFound, Snapshot, SnapshotKind, Stance, Store, Unprocessable
from frontlines.record import FACTS, Record
from geo.control import Territory
from geo.gazetteer import Gazetteer
from geo.land import Land
from geo.shapes import area_km2
from ontology import load_ontology
from store import open_store
from tests.store_samples import POKROVSK, ByName, analysis, document, event

DAY = date(2025, 1, 10)
HELD = box(37.5, 47.8, 38.2, 48.6)
"""East of Pokrovsk, Ukraine: what a map gives to Russia on the first day."""


def later(days: int) -> date:
    return DAY + timedelta(days=days)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    opened = open_store(f"sqlite:///{tmp_path / 'events.db'}", ByName())
    yield opened
    opened.close()


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A table of two places on either side of a line, of the first day."""
    path = tmp_path / "control.csv"
    path.write_text(
        "name,lat,lon,party,date,source\n"
        "Donetsk,48.02,37.8,Russia,2025-01-10,tests\n"
        "Makiivka,48.05,37.97,Russia,2025-01-10,tests\n"
        "Kurakhove,47.98,37.28,Russia,2025-01-10,tests\n"
        "Dobropillia,48.47,37.08,Ukraine,2025-01-10,tests\n"
        "Bilytske,48.4,37.18,Ukraine,2025-01-10,tests\n"
        "Pokrovsk,48.28,37.18,Ukraine,2025-01-10,tests\n",
        "utf-8",
    )
    return path


@pytest.fixture(scope="module")
def land(prepared: dict[str, str]) -> Land:
    return Land(Path(prepared["SITMAP_LAND"]))


Open = Callable[..., Record]


@pytest.fixture
def record(store: Store, gazetteer: Gazetteer, land: Land) -> Open:
    """Open a record over tables of facts."""
    return lambda *tables: Record(store, gazetteer, land, tables, load_ontology())


def tell(store: Store, number: int = 0, name: str = "capture", **changes: Any) -> None:
    """Keep a report: that Russia captured Pokrovsk, five days after the first day."""
    told = document(number)
    day = changes.pop("day", later(5))
    made = event(
        told,
        name,
        **{
            "event_type": "Battles",
            "sub_event_type": "Non-state actor overtakes territory",
            "when": DateRange(day, day, 1),
        }
        | changes,
    )
    store.add(analysis(told, made))


def keep(
    store: Store, shape: Any = HELD, source: str = "Example", day: date = DAY, party: str = "Russia"
) -> None:
    store.snapshots.add([Snapshot(day, source, party, SnapshotKind.CONTROL, shape)])


def holder(found: Territory, place: Any = POKROVSK) -> str | None:
    spot = Point(place.lon, place.lat)
    return next((party for party, area in found.areas.items() if area.contains(spot)), None)


def test_nothing_known_is_an_empty_map(record: Open) -> None:
    known = record()
    assert (known.days(), known.facts(), known.sources()) == ((), (), (FACTS,))
    assert known.on(DAY).territory.areas == {}
    assert known.change(DAY, later(5)).areas == ()


def test_a_table_tells_from_its_day_on_and_nothing_before(record: Open, table: Path) -> None:
    known = record(table)
    assert known.on(later(-1)).territory.areas == {}
    assert list(known.on(DAY).territory.areas) == ["Russia", "Ukraine"]
    assert holder(known.on(later(400)).territory) == "Ukraine"


def test_a_new_report_changes_the_answer_and_can_be_traced(record: Open, store: Store, table: Path) -> None:
    known = record(table)
    assert holder(known.on(later(9)).territory) == "Ukraine"
    version = known.version
    tell(store)
    assert known.version != version
    assert holder(known.on(later(9)).territory) == "Russia"
    assert holder(known.on(later(4)).territory) == "Ukraine"
    (told,) = (place for place in known.on(later(9)).territory.holdings if place.since == later(5))
    assert store.event(told.facts[-1].event_id or "").actor == "Russia"


def test_a_changed_table_is_read_anew(record: Open, table: Path) -> None:
    known = record(table)
    known.on(DAY)
    table.write_text(table.read_text("utf-8").replace("Russia", "Example"), "utf-8")
    assert "Example" in known.on(DAY).territory.areas


def test_what_did_not_happen_or_is_only_planned_changes_nothing(
    record: Open, store: Store, table: Path
) -> None:
    for number, stance in enumerate((Stance.PLANNED, Stance.NEGATED, Stance.HISTORICAL)):
        tell(store, number, f"capture {number}", stance=stance)
    assert holder(record(table).on(later(9)).territory) == "Ukraine"


def test_a_claim_is_contested_until_it_stands_and_then_is_a_change(
    record: Open, store: Store, table: Path
) -> None:
    tell(store, stance=Stance.CLAIMED, claimed_by="Russia")
    known = record(table)
    spot = Point(POKROVSK.lon, POKROVSK.lat)
    claimed, believed = known.on(later(9)).territory, known.on(later(30)).territory
    assert claimed.contested.contains(spot)
    assert holder(believed) == "Russia"
    assert later(26) in known.days()
    ((place, before),) = known.change(later(9), later(30)).places
    assert (place.party, before) == ("Russia", "Ukraine")


def test_days_between_two_changes_have_one_answer(record: Open, store: Store, table: Path) -> None:
    tell(store)
    known = record(table)
    assert known.days() == (DAY, later(5))
    assert known.on(later(1)) is known.on(later(4))
    assert known.on(later(5)) is known.on(later(5000))
    assert known.on(later(4)) is not known.on(later(5))


def test_a_snapshot_is_drawn_from_its_day_on_and_moved_by_reports(record: Open, store: Store) -> None:
    keep(store)
    tell(store)
    known = record()
    first, last = known.on(DAY), known.on(later(5))
    assert [snapshot.source for snapshot in first.drawn] == ["Example"]
    assert first.km2["Russia"] == pytest.approx(area_km2(HELD), rel=0.001)
    assert holder(first.territory) == "Ukraine"
    assert last.km2["Russia"] > first.km2["Russia"]


def test_a_later_snapshot_takes_the_place_of_what_was_told_before(record: Open, store: Store) -> None:
    keep(store)
    tell(store)
    keep(store, day=later(6))
    assert record().on(later(6)).km2["Russia"] == pytest.approx(area_km2(HELD), rel=0.001)


def test_of_two_sources_the_one_asked_for_is_drawn(record: Open, store: Store, table: Path) -> None:
    keep(store)
    keep(store, HELD.union(box(37.2, 48, 37.5, 48.4)), "Other", later(1))
    known = record(table)
    assert known.sources() == (FACTS, "Example", "Other")
    assert known.on(later(2)).drawn[0].source == "Other"
    assert known.on(later(2), "Example").drawn[0].source == "Example"
    assert known.on(later(2), FACTS).drawn == ()
    assert known.days("Example") == (DAY,)
    with pytest.raises(NotFound, match="'Nobody'"):
        known.on(DAY, "Nobody")


def test_where_two_sources_differ_is_told_the_largest_first(record: Open, store: Store) -> None:
    keep(store)
    more = box(37.2, 48, 37.5, 48.4)
    less = box(38.1, 47.8, 38.2, 47.9)
    keep(store, HELD.union(more).difference(less), "Other")
    first, second = record().disagreement(DAY, "Example", "Other")
    assert (first.before, first.after) == ("Ukraine", "Russia")
    assert (second.before, second.after) == ("Russia", "Ukraine")
    assert first.km2 == pytest.approx(area_km2(more), rel=0.05)
    assert second.km2 == pytest.approx(area_km2(less), rel=0.05)
    assert record().disagreement(DAY, "Example", "Example") == ()


def test_what_changed_is_told_in_ground_and_by_place(record: Open, store: Store, table: Path) -> None:
    tell(store)
    change = record(table).change(DAY, later(9))
    assert [(each.before, each.after) for each in change.areas] == [("Ukraine", "Russia")]
    assert change.areas[0].area.contains(Point(POKROVSK.lon, POKROVSK.lat))
    assert change.areas[0].km2 == pytest.approx(area_km2(change.areas[0].area))
    ((place, before),) = change.places
    assert (place.name, place.party, before, place.since) == ("Pokrovsk", "Russia", "Ukraine", later(5))
    assert record(table).change(later(6), later(9)).areas == ()


def test_days_in_no_order_are_refused(record: Open) -> None:
    with pytest.raises(Unprocessable, match="lies after"):
        record().change(later(1), DAY)


def test_how_much_of_an_outline_is_whose(record: Open, store: Store) -> None:
    keep(store)
    half = box(37.5 - 0.7, 47.9, 37.5 + 0.7, 48.5)
    within = record().within(half, DAY)
    assert list(within) in (["Russia", "Ukraine"], ["Ukraine", "Russia"])
    assert sum(within.values()) == pytest.approx(area_km2(half), rel=0.02)
    assert record().within(box(0, 0, 1, 1), DAY) == {}


def test_threads_get_one_answer(record: Open, store: Store, table: Path) -> None:
    tell(store)
    known = record(table)
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda at: known.on(later(at % 3 * 4)), range(24)))
    assert len({id(each) for each in found}) == 2
    assert all(shapely.is_valid(area) for each in found for area in each.territory.areas.values())


def test_a_report_while_others_ask_is_seen_by_the_next_question(
    record: Open, store: Store, table: Path
) -> None:
    known = record(table)
    with ThreadPoolExecutor(4) as threads:
        asked = [threads.submit(known.on, later(9)) for _ in range(8)]
        tell(store)
        assert {holder(each.result().territory) for each in asked} <= {"Ukraine", "Russia"}
    assert holder(known.on(later(9)).territory) == "Russia"


def test_a_report_that_tells_nothing_of_control_changes_nothing(
    record: Open, store: Store, table: Path
) -> None:
    tell(store)
    known = record(table)
    version, drawn = known.version, known.on(later(9))
    tell(store, 1, "clash", sub_event_type="Armed clash")
    assert known.version == version
    assert known.on(later(9)) is drawn
    tell(store, 2, "withdrawal", sub_event_type="Government regains territory", day=later(7))
    assert known.version != version
    assert [fact.date for fact in known.facts()[6:]] == [later(7), later(5)]


def test_facts_follow_events_that_are_merged_and_split(record: Open, store: Store) -> None:
    tell(store)
    tell(store, 1, "again", day=later(6))
    known = record()
    whole = known.facts()
    assert [fact.date for fact in whole] == [later(6), later(5)]
    newer, older = (fact.event_id for fact in whole)
    assert newer and older
    store.merge(newer, older)
    assert [fact.event_id for fact in known.facts()] == [older]
    store.split(newer)
    assert {fact.event_id for fact in known.facts()} == {newer, older}


def test_places_of_one_name_are_one_in_table_and_report(record: Open, store: Store, table: Path) -> None:
    tell(store, place=replace(POKROVSK, lat=48.29, lon=37.2))
    named = [place for place in record(table).on(later(9)).territory.holdings if place.name == "Pokrovsk"]
    assert [place.party for place in named] == ["Russia"]

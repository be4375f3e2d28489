"""What a store says has changed: all of it once, and from then on only what is new, other or gone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from domain import EventQuery, Store
from store import open_store
from tests.store_samples import ByName, analysis, document, event

CLASHES = EventQuery(types=("Armed clash",))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    opened = open_store(f"sqlite:///{tmp_path / 'events.db'}", ByName())
    yield opened
    opened.close()


def tell(store: Store, number: int, name: str, kind: str = "Armed clash") -> str:
    """Keep a report of one event, and return the id of its telling."""
    told = document(number)
    made = event(told, name, event_type="Battles", sub_event_type=kind)
    store.add(analysis(told, made))
    return made.id


def test_at_first_all_events_of_a_query_are_told(store: Store) -> None:
    ids = {tell(store, 0, "one"), tell(store, 1, "two")}
    tell(store, 2, "else", "Shelling/artillery/missile attack")
    changed = store.changed(CLASHES)
    assert {each.id for each in changed.events.values()} == ids
    assert list(changed.others) == []
    assert store.changed(CLASHES, changed.revision).events == {}


def test_then_only_what_is_new_and_the_keys_of_the_rest(store: Store) -> None:
    tell(store, 0, "one")
    before = store.changed(CLASHES)
    new = tell(store, 1, "two")
    tell(store, 2, "else", "Shelling/artillery/missile attack")
    changed = store.changed(CLASHES, before.revision)
    assert [each.id for each in changed.events.values()] == [new]
    assert len(changed.others) == 1
    assert not {*changed.events, *changed.others} & before.events.keys()


def test_an_event_that_another_document_tells_of_is_told_again_under_its_key(store: Store) -> None:
    tell(store, 0, "one")
    before = store.changed(CLASHES)
    tell(store, 1, "one")
    changed = store.changed(CLASHES, before.revision)
    assert changed.events.keys() == before.events.keys()
    assert [len(each.reports) for each in changed.events.values()] == [2]


def test_an_event_that_was_merged_away_is_among_the_others(store: Store) -> None:
    one, two = tell(store, 0, "one"), tell(store, 1, "two")
    before = store.changed(CLASHES)
    key = {each.id: key for key, each in before.events.items()}
    store.merge(two, one)
    merged = store.changed(CLASHES, before.revision)
    assert list(merged.events) == [key[one]]
    assert list(merged.others) == [key[two]]
    store.split(two)
    split = store.changed(CLASHES, merged.revision)
    assert {each.id for each in split.events.values()} == {one, two}

"""How well control is inferred on real days: the goals, and no less."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from domain import ControlFact, Snapshot, SnapshotKind
from frontlines.facts import read_facts
from geo.control import Background, infer, territory
from geo.land import Land
from lab.control import (
    FACTS,
    LAPSES,
    OCCUPIER,
    OWNER,
    SHARED,
    THE_DAY,
    Atlas,
    captures,
    closed,
    flat,
    overlap,
)

pytestmark = pytest.mark.skipif(
    not (SHARED / "frontlines").is_dir(), reason=f"the front lines are not at {SHARED / 'frontlines'}"
)


@pytest.fixture(scope="module")
def land(prepared: dict[str, str]) -> Land:
    return Land(Path(prepared["SITMAP_LAND"]))


@pytest.fixture(scope="module")
def atlas(land: Land) -> Atlas:
    """What DeepState drew, on the land of Ukraine north of 46.25° N."""
    return Atlas(land)


@pytest.mark.parametrize(
    ("facts", "reached"),
    [(lambda atlas: read_facts(FACTS), 0.97), (lambda atlas: atlas.facts(THE_DAY), 0.978)],
    ids=["some 300 places", "all places of the gazetteer"],
)
def test_facts_of_a_day_draw_the_ground_of_that_day(
    facts: Callable[[Atlas], list[ControlFact]], reached: float, atlas: Atlas, land: Land
) -> None:
    found = infer(facts(atlas), THE_DAY, land)
    ours = shapely.intersection(flat(found.areas[OCCUPIER]), atlas.land)
    assert overlap(ours, atlas.truth(THE_DAY).occupied) >= reached


def after_snapshot(atlas: Atlas, land: Land, first: date, days: tuple[date, ...]) -> BaseGeometry:
    """Return the ground by a snapshot and the captures since, flat."""
    snapshot = Snapshot(first, "DeepState", OCCUPIER, SnapshotKind.CONTROL, atlas.drawn(first))
    background = Background({"UA": OWNER, "RU": OCCUPIER}.__getitem__, lambda code: atlas.places)
    since = list(captures(atlas, first, days))
    found = territory(since, [snapshot], max((first, *days)), land, background)
    return shapely.intersection(flat(found.areas[OCCUPIER]), atlas.land)


def test_a_snapshot_and_the_captures_since_close_most_of_what_changed(atlas: Atlas, land: Land) -> None:
    first, days = LAPSES[0]
    before, after = (atlas.truth(day).occupied for day in (first, days[-1]))
    assert closed(after_snapshot(atlas, land, first, days), before, after) >= 0.7


def test_a_snapshot_alone_is_given_back(atlas: Atlas, land: Land) -> None:
    drawn = atlas.truth(THE_DAY).occupied
    ours = after_snapshot(atlas, land, THE_DAY, ())
    assert shapely.symmetric_difference(ours, drawn).area / 1e6 < 2, "km²"


def test_the_table_of_facts_agrees_with_the_map_that_it_was_read_off(atlas: Atlas) -> None:
    facts = read_facts(FACTS)
    occupied = shapely.intersects(
        atlas.drawn(THE_DAY), shapely.points([(fact.lon, fact.lat) for fact in facts])
    )
    assert np.array([fact.party == OCCUPIER for fact in facts]).tolist() == occupied.tolist()

"""Areas, contested ground and front lines: drawn from facts, and from a snapshot with what came after it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from domain import ControlFact, Snapshot, SnapshotKind, Stance, Unprocessable
from geo.control import Background, LeftOut, Territory, infer, territory
from geo.land import Land
from geo.shapes import area_km2
from tests.control_samples import DAY, NOBODY_KNOWN, fact, land_of, later, snapshot

ISLAND = box(32, 45, 36, 48)
"""Of Ukraine, some 300 by 330 km; beside it lies, over a border, ground of Russia."""
BESIDE = box(36, 45, 38, 48)
FAR_ISLAND = box(100, 10, 103, 12)

EXACT = 1e-6
"""Of a square degree: what rounding to a metre leaves."""


@pytest.fixture(scope="module")
def land(tmp_path_factory: pytest.TempPathFactory) -> Land:
    """A small world of three countries."""
    return land_of(tmp_path_factory.mktemp("land"), UKR=ISLAND, RUS=BESIDE, THA=FAR_ISLAND)


def rows(
    west: str = "West", east: str = "East", *, at: float = 34.0, step: float = 0.2, south: float = 45.1
) -> list[ControlFact]:
    """Return places over all of the island, those east of a meridian with another holder."""
    return [
        fact(float(lat), float(lon), east if lon > at else west)
        for lat in np.arange(south, 48, step)
        for lon in np.arange(32.1, 36, step)
    ]


def drawn(
    facts: Sequence[ControlFact], snapshots: Sequence[Snapshot], land: Land, day: date = DAY
) -> Territory:
    """Return what is known, checked for what always holds."""
    found = territory(facts, snapshots, day, land, NOBODY_KNOWN)
    check(found)
    return found


def check(found: Territory) -> None:
    areas = list(found.areas.values())
    assert all(area.is_valid and not area.is_empty for area in areas)
    assert found.contested.is_valid
    assert {found.contested.geom_type, *(area.geom_type for area in areas)} <= {"Polygon", "MultiPolygon"}
    assert found.front.geom_type in ("LineString", "MultiLineString")
    for at, one in enumerate(areas):
        assert all(shapely.intersection(one, other).area < 1e-4 for other in areas[at + 1 :])


def holder(found: Territory, *, lat: float, lon: float) -> str | None:
    return next((party for party, area in found.areas.items() if area.contains(Point(lon, lat))), None)


# --------------------------------------------------------------------------- facts alone


def test_between_two_parties_runs_a_line_and_their_areas_share_the_land(land: Land) -> None:
    found = drawn(rows(), [], land)
    west, east = found.areas["West"], found.areas["East"]
    assert shapely.symmetric_difference(shapely.union(west, east), ISLAND).area < 0.01
    assert found.front.bounds == pytest.approx((34.0, 45.0, 34.0, 48.0), abs=0.05)
    assert shapely.length(found.front) == pytest.approx(3, rel=0.05)
    assert west.area == pytest.approx(6, rel=0.02)


def test_a_coast_and_a_border_are_no_front(land: Land) -> None:
    over = [fact(lat, 36.3, "Beyond") for lat in (45.5, 46, 46.5, 47)]
    found = drawn([*rows("West", "West"), *over], [], land)
    assert set(found.areas) == {"West", "Beyond"}
    assert found.front.is_empty and found.contested.is_empty


def test_a_border_that_somebody_has_crossed_is_a_front_on_one_side_only(land: Land) -> None:
    across = [fact(lat, lon, "West") for lat in (46.3, 46.5, 46.7) for lon in (36.1, 36.2, 36.3)]
    behind = [
        fact(lat, lon, "Beyond") for lat in np.arange(45.1, 48, 0.2) for lon in np.arange(36.1, 38, 0.2)
    ]
    beyond = [each for each in behind if not (46.2 < each.lat < 46.8 and each.lon < 36.4)]
    found = drawn([*rows("West", "West"), *across, *beyond], [], land)
    assert holder(found, lat=46.5, lon=36.2) == "West"
    west, _, east, _ = found.front.bounds
    assert west > 35.99 and 36.25 < east < 36.6


def test_the_ground_along_the_line_is_contested_and_not_that_behind_it(land: Land) -> None:
    found = drawn(rows(), [], land)
    for lat in (45.5, 46.5, 47.5):
        assert found.contested.contains(Point(34.0, lat))
        assert not found.contested.intersects(Point(33.0, lat))
    west, _, east, _ = found.contested.bounds
    assert 33.7 < west < east < 34.3


def test_a_contested_place_is_in_its_holders_area_and_contested(land: Land) -> None:
    claim = fact(46.1, 33.1, "East", later(1), stance=Stance.CLAIMED)
    found = territory([*rows(), claim], [], later(1), land, NOBODY_KNOWN)
    assert holder(found, lat=46.1, lon=33.1) == "West"
    assert found.contested.contains(Point(33.1, 46.1))
    assert [place.claimant for place in found.holdings if place.contested] == ["East"]
    believed = [*rows(), claim, *(fact(46.1 + d, 33.3, "East", later(1)) for d in (0, 0.2))]
    assert not drawn(believed, [], land, later(60)).left_out


def test_three_parties_meet_without_overlap(land: Land) -> None:
    facts = [fact(each.lat, each.lon, "North" if each.lat > 46.6 else each.party) for each in rows()]
    found = drawn(facts, [], land)
    assert list(found.areas) == ["East", "North", "West"]
    assert sum(area.area for area in found.areas.values()) == pytest.approx(ISLAND.area, rel=0.005)
    assert all(shapely.distance(found.front, area) < 1e-4 for area in found.areas.values())


def test_where_one_party_holds_all_there_is_no_line(land: Land) -> None:
    found = drawn(rows("East", "East"), [], land)
    assert found.front.is_empty and found.contested.is_empty
    assert shapely.symmetric_difference(found.areas["East"], ISLAND).area < 0.01


def test_nobody_holds_what_is_far_from_all_that_is_known(land: Land) -> None:
    found = drawn([fact(46, 32.5), fact(46.1, 32.6)], [], land)
    assert area_km2(found.areas["East"]) == pytest.approx(np.pi * 30**2, rel=0.4)
    assert holder(found, lat=46, lon=34) is None


def test_a_stray_far_behind_the_line_is_left_out_with_its_reason(land: Land) -> None:
    stray = fact(46.1, 32.1, "East", later(1), name="Slip")
    found = drawn([*rows(step=0.1), stray], [], land, later(1))
    (out,) = found.left_out
    assert isinstance(out, LeftOut)
    assert (out.holding.name, out.reason) == ("Slip", "far from all other ground of East")
    assert holder(found, lat=46.1, lon=32.1) == "West"


def test_a_fact_in_no_country_is_left_out_with_its_reason(land: Land) -> None:
    found = drawn([*rows(), fact(46, 30)], [], land)
    assert [(out.holding.lon, out.reason) for out in found.left_out] == [(30, "in no country")]


def test_one_slip_across_a_border_among_a_thousand_places_is_left_out(land: Land) -> None:
    found = drawn([*rows(step=0.1, south=45.05), fact(46.5, 37)], [], land)
    assert [(out.holding.lon, out.reason) for out in found.left_out] == [(37, "alone in its country")]


def test_facts_far_apart_are_drawn_each_in_its_own_theatre(land: Land) -> None:
    found = drawn([*rows(), fact(11, 101, "East"), fact(11.2, 101.2, "South")], [], land)
    assert found.areas["East"].intersects(FAR_ISLAND) and found.areas["East"].intersects(ISLAND)
    assert found.front.intersects(FAR_ISLAND) and found.front.intersects(ISLAND)


def test_too_wide_a_theatre_is_refused(land: Land) -> None:
    with pytest.raises(Unprocessable, match="spans more than 100 degrees"):
        infer([fact(50, lon) for lon in np.arange(0, 120, 3.0).tolist()], DAY, land)


@pytest.mark.parametrize("count", [0, 1, 2], ids=str)
def test_few_facts_are_enough(land: Land, count: int) -> None:
    found = drawn([fact(46, 33), fact(46.2, 33.4, "West")][:count], [], land)
    assert len(found.areas) == len(found.holdings) == count
    assert found.front.is_empty == (count < 2)


def test_facts_of_later_days_are_not_known_yet(land: Land) -> None:
    assert drawn([fact(46, 33, day=later(1))], [], land).areas == {}


def test_saying_it_twice_changes_nothing(land: Land) -> None:
    once, twice = drawn(rows(), [], land), drawn([*rows(), *rows()], [], land)
    assert all(area.equals(twice.areas[party]) for party, area in once.areas.items())
    assert len(once.holdings) == len(twice.holdings)


def test_contradictions_on_one_spot_are_contested_whoever_comes_first(land: Land) -> None:
    found = drawn([fact(46, 33, party) for party in ("West", "East", "North")], [], land)
    assert list(found.areas) == ["West"]
    assert found.contested.contains(Point(33, 46))


def test_ground_that_its_only_party_has_left_is_contested(land: Land) -> None:
    found = drawn([fact(46, 33), fact(46, 33, day=later(1), stance=Stance.NEGATED)], [], land, later(1))
    assert found.contested.contains(Point(33, 46))


def test_a_denial_alone_draws_nothing(land: Land) -> None:
    found = drawn([fact(46, 33, stance=Stance.DENIED)], [], land)
    assert (found.areas, found.holdings) == ({}, ())


def test_facts_beyond_weight_and_time_are_drawn(land: Land) -> None:
    found = drawn([fact(46, 33, day=date(1, 1, 1), weight=5e-324), fact(46.2, 33.4, "West")], [], land)
    assert "West" in found.areas


FACTS = st.builds(
    fact,
    st.one_of(st.floats(45, 48), st.floats(-90, 90)),
    st.one_of(st.floats(32, 38), st.sampled_from([-180.0, 180.0, 36.0])),
    st.sampled_from(["East", "West", "North"]),
    st.integers(-400, 0).map(later),
    weight=st.floats(0, 1, exclude_min=True),
    stance=st.sampled_from(Stance),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(FACTS, max_size=12))
def test_whatever_is_said_areas_are_valid_apart_and_on_land(land: Land, facts: list[ControlFact]) -> None:
    try:
        found = drawn(facts, [], land)
    except Unprocessable:
        return
    ground = shapely.union_all([ISLAND, BESIDE, FAR_ISLAND])
    assert all(shapely.difference(area, ground).area < 0.02 for area in found.areas.values())
    assert len(found.holdings) + len(found.left_out) <= len(facts)


# --------------------------------------------------------------------------- snapshots


EAST = box(34, 45.5, 35, 47.5)
"""Ground that a snapshot gives to "East"; what lies around it on the island is that of the state."""


def test_a_snapshot_alone_is_given_back_and_the_rest_is_the_states(land: Land) -> None:
    found = drawn([], [snapshot(EAST)], land)
    assert shapely.symmetric_difference(found.areas["East"], EAST).area < EXACT
    assert shapely.intersection(found.areas["state UA"], EAST).area < 0.001
    assert holder(found, lat=46.5, lon=33.5) == "state UA"
    assert shapely.hausdorff_distance(found.front, EAST.exterior) < 0.01
    assert found.contested.contains(Point(34.0, 46.5)) and not found.contested.intersects(Point(34.5, 46.5))


def test_parts_of_a_snapshot_on_two_continents_are_both_given_back(land: Land) -> None:
    other = box(101, 10.5, 102, 11.5)
    found = drawn([], [snapshot(MultiPolygon([EAST, other]))], land)
    assert shapely.symmetric_difference(found.areas["East"], EAST.union(other)).area < EXACT


def test_a_later_fact_moves_the_line_near_it_and_nowhere_else(land: Land) -> None:
    before = drawn([], [snapshot(EAST)], land)
    after = drawn([fact(47, 33.9, day=later(2))], [snapshot(EAST)], land, later(2))
    assert holder(before, lat=47, lon=33.9) == "state UA"
    assert holder(after, lat=47, lon=33.9) == "East"
    moved = shapely.symmetric_difference(before.areas["East"], after.areas["East"])
    assert shapely.buffer(Point(33.9, 47), 0.5).covers(moved)
    assert [(place.party, place.since) for place in after.holdings] == [("East", later(2))]


def test_known_settlements_bound_what_a_capture_brings(land: Land) -> None:
    around = np.array([(33.9 + 0.03 * x, 47 + 0.03 * y) for x in (-1, 0, 1) for y in (-1, 0, 1) if x or y])
    told = fact(47, 33.9, day=later(2))
    wide = territory([told], [snapshot(EAST)], later(2), land, NOBODY_KNOWN)
    tight = territory([told], [snapshot(EAST)], later(2), land, Background(str, lambda code: around))
    assert EAST.area < tight.areas["East"].area < wide.areas["East"].area


def test_facts_of_the_snapshots_day_and_before_are_in_it(land: Land) -> None:
    told = [fact(47, 33.9, day=DAY), fact(46, 33.9, day=later(-5))]
    assert drawn(told, [snapshot(EAST)], land, later(2)) == drawn([], [snapshot(EAST)], land, later(2))


def test_a_later_claim_is_contested_until_it_stands(land: Land) -> None:
    claim = fact(47, 33.9, day=later(2), stance=Stance.CLAIMED)
    claimed = drawn([claim], [snapshot(EAST)], land, later(3))
    assert claimed.contested.contains(Point(33.9, 47)) and len(claimed.holdings) == 1
    assert holder(claimed, lat=47, lon=33.9) == "state UA"
    assert holder(drawn([claim], [snapshot(EAST)], land, later(40)), lat=47, lon=33.9) == "East"


def test_ground_that_a_party_has_left_is_contested(land: Land) -> None:
    left = fact(46.5, 34.05, day=later(2), stance=Stance.NEGATED)
    found = drawn([left], [snapshot(EAST)], land, later(2))
    assert found.contested.contains(Point(34.05, 46.5))
    assert found.holdings[0].left == "East"


def test_a_later_fact_far_behind_the_line_is_left_out_with_its_reason(land: Land) -> None:
    found = drawn([fact(46.5, 32.5, day=later(2))], [snapshot(EAST)], land, later(2))
    assert [out.reason for out in found.left_out] == ["far from all other ground of East"]
    assert found.areas["East"].area == pytest.approx(EAST.area, rel=1e-6)


def test_places_won_one_after_the_other_reach_far_behind_the_line(land: Land) -> None:
    chain = [fact(46.5, lon, day=later(2)) for lon in (33.8, 33.5, 33.2, 32.9)]
    found = drawn(chain, [snapshot(EAST)], land, later(2))
    assert not found.left_out
    assert holder(found, lat=46.5, lon=32.9) == "East"


def test_a_claimed_layer_is_contested_ground_of_the_state(land: Land) -> None:
    claimed = box(33.5, 46, 34.2, 47)
    found = drawn([], [snapshot(EAST), snapshot(claimed, kind=SnapshotKind.CLAIMED)], land)
    assert found.areas["East"].area == pytest.approx(EAST.area, rel=1e-6)
    assert found.contested.contains(Point(33.7, 46.5))
    assert not found.contested.contains(Point(34.15, 46.5)), "what is held is not claimed only"


def test_of_layers_that_overlap_the_first_has_the_ground(land: Land) -> None:
    other = snapshot(box(34.5, 46, 35.5, 47), "West")
    found = drawn([], [snapshot(EAST), other], land)
    assert holder(found, lat=46.5, lon=34.7) == "East"
    assert holder(found, lat=46.5, lon=35.2) == "West"


def test_a_line_alone_is_shown_and_says_nothing_of_the_ground(land: Land) -> None:
    line = LineString([(34, 45.5), (34, 46.5), (34.5, 47.5)])
    found = drawn([], [snapshot(line, "", SnapshotKind.LINE)], land)
    assert shapely.hausdorff_distance(found.front, line) < 1e-4
    assert found.areas == {}
    beside = drawn([], [snapshot(EAST), snapshot(line, "", SnapshotKind.LINE)], land)
    assert not beside.front.intersects(Point(34.25, 47).buffer(0.05))


def test_around_a_crumb_of_ground_runs_no_front(land: Land) -> None:
    crumb = shapely.box(33.5, 46.5, 33.505, 46.505)
    found = drawn([], [snapshot(shapely.union(EAST, crumb))], land)
    assert found.areas["East"].intersects(crumb)
    assert found.front.length > 0.5
    assert not found.front.intersects(crumb.buffer(0.05))


def test_a_short_line_that_somebody_drew_is_shown(land: Land) -> None:
    line = LineString([(34, 46), (34.01, 46)])
    assert drawn([], [snapshot(line, "", SnapshotKind.LINE)], land).front.length == pytest.approx(0.01)


def test_a_snapshot_across_a_border_is_divided_and_has_a_line_in_both_countries(land: Land) -> None:
    found = drawn([], [snapshot(box(35, 46, 37, 47))], land)
    assert {"state UA", "state RU"} <= set(found.areas)
    assert found.front.intersects(box(34.9, 46, 35.1, 47)) and found.front.intersects(box(36.9, 46, 37.1, 47))
    assert not found.front.intersects(box(35.9, 46.2, 36.1, 46.8)), "nor is the border one"


def test_a_strip_along_a_border_that_two_sources_draw_apart_is_no_front(land: Land) -> None:
    found = drawn([], [snapshot(box(34, 44.9, 35.995, 48.1))], land)
    assert holder(found, lat=46.5, lon=35.998) is None
    assert found.front.bounds[2] == pytest.approx(34, abs=0.01)


def test_islets_beside_what_a_snapshot_draws_are_nobodys_and_those_off_the_states_coast_its_own(
    tmp_path: Path,
) -> None:
    near, far = box(34.55, 46, 34.6, 46.05), box(32.9, 46, 32.95, 46.05)
    land = land_of(tmp_path, UKR=shapely.union_all([box(33, 45, 34.5, 47), near, far]))
    found = drawn([], [snapshot(box(34, 44.9, 34.52, 47.1))], land)
    assert holder(found, lat=46.02, lon=34.58) is None
    assert holder(found, lat=46.02, lon=32.92) == "state UA"


def test_a_narrow_cape_away_from_what_a_snapshot_draws_is_the_states(tmp_path: Path) -> None:
    cape = box(32.9, 46, 33, 46.003)
    found = drawn(
        [], [snapshot(box(34, 45.5, 34.5, 46.5))], land_of(tmp_path, UKR=box(33, 45, 35, 47).union(cape))
    )
    assert shapely.intersection(found.areas["state UA"], cape).area > 0.8 * cape.area


@pytest.mark.parametrize(
    "shape",
    [
        box(28, 45, 29, 46),
        box(36, 45, 36, 48).buffer(1e-7),
        MultiPolygon([box(179, 65, 180, 66), box(-180, 65, -179, 66)]),
        box(10, -90, 40, -80),
        MultiPolygon(
            [Polygon([(34, 46), (35, 46), (34.5, 46.5)]), Polygon([(34.5, 46.5), (35, 47), (34, 47)])]
        ),
        ISLAND.buffer(0.2),
    ],
    ids=[
        "at sea",
        "a sliver on a border",
        "across the antimeridian",
        "at a pole",
        "of touching parts",
        "of all",
    ],
)
def test_odd_snapshots_are_drawn_or_give_nothing(land: Land, shape: BaseGeometry) -> None:
    told = [fact(46.2, 34.5, "West", later(1)), fact(46.5, 34.5, "West", later(1), stance=Stance.CLAIMED)]
    drawn(told, [snapshot(shape)], land, later(1))


def test_a_snapshot_of_half_the_world_is_refused(land: Land) -> None:
    with pytest.raises(Unprocessable, match="spans more than 100 degrees"):
        drawn([], [snapshot(box(-100, -50, 100, 50))], land)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(FACTS, max_size=8), st.integers(0, 30))
def test_whatever_is_said_after_a_snapshot_areas_are_valid_and_apart(
    land: Land, facts: list[ControlFact], days: int
) -> None:
    try:
        drawn(facts, [snapshot(EAST, day=later(-200))], land, later(days))
    except Unprocessable:
        return


@pytest.mark.parametrize(
    ("lat", "lon"), [(66.0, 179.99), (-16.8, 180.0), (78.2, 15.6), (-89.9, 0.0)], ids=str
)
def test_ends_of_the_map_are_no_trouble(prepared: dict[str, str], lat: float, lon: float) -> None:
    whole = Land(Path(prepared["SITMAP_LAND"]))
    east = lon - 360 if lon > 170 else lon + 0.02
    check(infer([fact(lat, lon), fact(lat, east, "West"), fact(lat + 0.1, lon, "West")], DAY, whole))

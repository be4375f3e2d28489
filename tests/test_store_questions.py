"""What every store answers to questions about many events: held against plain Python over the same events."""

from __future__ import annotations

import math
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely import affinity
from shapely.geometry import Point, Polygon, box

from domain import (
    MAPPED_STANCES,
    Analysis,
    BBox,
    Circle,
    Cluster,
    Counts,
    DateRange,
    Event,
    EventQuery,
    Grouping,
    InvalidInput,
    Order,
    Stance,
    Store,
    Tally,
    Toll,
)
from store import open_store
from tests.store_samples import (
    BACKENDS,
    BLACK_SEA,
    DAY,
    KURSK_REGION,
    LYMAN,
    POKROVSK,
    UKRAINE,
    ByName,
    analysis,
    at,
    document,
    event,
    unplaced,
)

TYPES = (
    ("Battles", "Armed clash"), ("Protests", "Peaceful protest"), ("Troop movement", "Troop movement")
)  # fmt: skip
PLACES = (
    POKROVSK, LYMAN, KURSK_REGION, UKRAINE, BLACK_SEA, replace(POKROVSK, id="adm1:UA.05", admin1_id="")
)  # fmt: skip
TOLLS = (
    None,
    None,
    Toll(None, None, None),
    Toll(0, 0, 0),
    Toll(3, 5, 8),
    Toll(4, None, None),
    Toll(None, None, 9),
)
ACTORS = (None, "Russia", "Ukraine", "Аль-Шабааб")
SOURCES = ("Sitmap Wire", "Інше агентство", "")

ALL = EventQuery(stances=())
GEOD = Geod(ellps="WGS84")


@dataclass(frozen=True)
class World:
    """Documents, and their events in the order in which a store gets them."""

    documents: tuple[Analysis, ...]

    @property
    def events(self) -> list[Event]:
        return [one for each in self.documents for one in sorted(each.events, key=lambda event: event.id)]


def make_world() -> World:
    """Return events of all sorts, many of them where coordinates are awkward."""
    rng = random.Random(7)
    told = [document(number, source=source) for number, source in enumerate(SOURCES)]
    events: dict[str, list[Event]] = defaultdict(list)
    for number in range(400):
        event_type, sub_event_type = rng.choice(TYPES)
        start = DAY - timedelta(days=rng.randrange(60))
        facts = {
            "event_type": event_type,
            "sub_event_type": sub_event_type,
            "stance": rng.choice(list(Stance)),
            "when": rng.choice(
                [None, *[DateRange(start, start + timedelta(days=rng.choice([0, 6])), 2)] * 4]
            ),
            "fatalities": TOLLS[number % len(TOLLS)],
            "actor": rng.choice(ACTORS),
            "target": rng.choice(ACTORS),
        }
        of = told[number % len(told)]
        if rng.random() < 0.1:
            events[of.id].append(unplaced(of, f"{number}", **facts))
            continue
        lat = rng.choice([rng.uniform(-90, 90), rng.uniform(45, 52), rng.choice([-90.0, 0.0, 89.9, 90.0])])
        lon = rng.choice([rng.uniform(-180, 180), rng.uniform(25, 40), rng.choice([-180.0, 179.99, 180.0])])
        precision = rng.choice([1, 1, 2, 3]) if abs(lat) < 80 else 1
        around = Point(lon, lat).buffer({1: 0, 2: 0.3, 3: 3.0}[precision], quad_segs=4)
        place = rng.choice(PLACES)
        events[of.id].append(
            at(
                of, f"{number}", lat=lat, lon=lon, place=place, place_text=place.name,
                geo_precision=precision, geometry=Point(lon, lat) if precision == 1 else around,
                km=rng.choice([None, 0.0, 5.0, 300.0]), **facts,
            )
        )  # fmt: skip
    return World(tuple(analysis(each, *events[each.id]) for each in told))


WORLD = make_world()
EVENTS = WORLD.events


@pytest.fixture(scope="module", params=sorted(BACKENDS))
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store of the world, for questions only."""
    opened = open_store(BACKENDS[request.param](tmp_path_factory.mktemp("world")), ByName())
    for each in WORLD.documents:
        assert opened.add(each)
    yield opened
    opened.close()


# --------------------------------------------------------------------------- filters in plain Python


def in_window(one: Event, query: EventQuery) -> bool:
    if not (query.start or query.end):
        return True
    start, end = query.start or date.min, query.end or date.max
    return one.when is not None and one.when.start <= end and one.when.end >= start


def meets(one: Event, shape: Polygon) -> bool:
    return one.geometry is not None and any(
        affinity.translate(shape, turn).intersects(one.geometry) for turn in (-360, 0, 360)
    )


def in_box(one: Event, asked: BBox | None) -> bool:
    return asked is None or meets(one, box(asked.west, asked.south, asked.east, asked.north))


def in_view(one: Event, view: BBox | None) -> bool:
    if view is None or one.lat is None or one.lon is None:
        return view is None
    east = view.east if view.west <= view.east else view.east + 360
    return view.south <= one.lat <= view.north and any(
        view.west <= one.lon + turn <= east for turn in (0, 360)
    )


def in_region(one: Event, region: str | None) -> bool:
    if region is None or one.place is None:
        return region is None
    place = one.place
    return region in (place.id, place.admin1_id, place.admin2_id, f"country:{place.country}")


def may_be_around(one: Event, circle: Circle | None) -> bool:
    if circle is None or one.lat is None:
        return circle is None
    distance = GEOD.inv(circle.lon, circle.lat, one.lon, one.lat)[2] / 1000
    return bool(distance - (one.uncertainty_km or 0) <= circle.km)


def says(one: Event, text: str | None) -> bool:
    if text is None:
        return True
    told = one.reports[0]
    place = one.place.name if one.place else ""
    said = f"{told.sentence.text} {told.title} {one.place_text} {place} {one.actor} {one.target}"
    words, asked = re.findall(r"\w+", said.casefold()), re.findall(r"\w+", text.casefold())
    return set(asked[:-1]) <= set(words) and any(word.startswith(asked[-1]) for word in words)


def killed(one: Event) -> int:
    toll = one.fatalities or Toll(None, None, None)
    return next((number for number in (toll.best, toll.low) if number is not None), -1)


def passes(one: Event, query: EventQuery) -> bool:
    return (
        in_window(one, query)
        and (not query.types or bool({one.event_type, one.sub_event_type} & set(query.types)))
        and (not query.stances or one.stance in query.stances)
        and (not query.precisions or (one.geo_precision or 0) in query.precisions)
        and (not query.actors or bool({one.actor, one.target} & set(query.actors)))
        and (not query.sources or one.reports[0].source in query.sources)
        and says(one, query.text)
        and (query.fatalities is None or killed(one) >= query.fatalities)
        and (not query.area or meets(one, Polygon(query.area)))
        and may_be_around(one, query.around)
        and in_box(one, query.bbox)
        and in_view(one, query.view)
        and in_region(one, query.region)
    )


NEWEST = {
    one.id: rank
    for rank, one in enumerate(
        sorted(EVENTS, key=lambda one: -one.when.end.toordinal() if one.when else 0)  # a stable sort
    )
}


QUERIES = {
    "on-the-map": EventQuery(),
    "everything": ALL,
    "window": EventQuery(start=DAY - timedelta(days=20), end=DAY - timedelta(days=10)),
    "from-a-day": EventQuery(start=DAY, stances=()),
    "to-a-day": EventQuery(end=DAY - timedelta(days=50), stances=()),
    "type": EventQuery(types=("Battles",)),
    "type-and-sub-type": EventQuery(types=("Battles", "Peaceful protest"), stances=()),
    "unknown-type": EventQuery(types=("Picnic",)),
    "stance": EventQuery(stances=(Stance.DENIED, Stance.PLANNED)),
    "points": EventQuery(precisions=(1,)),
    "areas": EventQuery(precisions=(2, 3), stances=()),
    "not-placed-or-roughly": EventQuery(precisions=(0, 3)),
    "actor": EventQuery(actors=("Russia",)),
    "actors": EventQuery(actors=("Ukraine", "Аль-Шабааб", "nobody"), stances=()),
    "source": EventQuery(sources=("Інше агентство",), stances=()),
    "unknown-source": EventQuery(sources=("Nobody's News",)),
    "text": EventQuery(text="shelled POKROVSK", stances=()),
    "text-of-one-document": EventQuery(text="report 1", stances=()),
    "text-that-begins-a-word": EventQuery(text="black se", stances=()),
    "text-of-an-actor": EventQuery(text="аль шабааб", stances=()),
    "text-like-the-search-language": EventQuery(text='"lyman" OR NOT (kursk', stances=()),
    "text-that-nobody-says": EventQuery(text="armistice"),
    "fatalities": EventQuery(fatalities=4, stances=()),
    "any-number-killed": EventQuery(fatalities=0, stances=()),
    "area": EventQuery(area=((20, 40), (45, 44), (30, 60)), stances=()),
    "area-with-a-bay": EventQuery(area=((20, 40), (45, 40), (32, 48), (45, 60), (20, 60)), stances=()),
    "area-at-the-antimeridian": EventQuery(area=((170, -80), (180, -80), (180, 80)), stances=()),
    "around": EventQuery(around=Circle(48.0, 33.0, 400.0), stances=()),
    "around-the-pole": EventQuery(around=Circle(90.0, 0.0, 800.0), stances=()),
    "around-the-antimeridian": EventQuery(around=Circle(47.0, 179.9, 900.0), stances=()),
    "view": EventQuery(view=BBox(25, 45, 35, 50), stances=()),
    "view-across-antimeridian": EventQuery(view=BBox(170, -90, -170, 90), stances=()),
    "box": EventQuery(bbox=BBox(28, 46, 35, 50)),
    "box-west-of-antimeridian": EventQuery(bbox=BBox(175, -90, 180, 90), stances=()),
    "box-east-of-antimeridian": EventQuery(bbox=BBox(-180, -90, -178, 90), stances=()),
    "box-at-the-pole": EventQuery(bbox=BBox(-180, 85, 180, 90), stances=()),
    "box-of-the-world": EventQuery(bbox=BBox(-180, -90, 180, 90), stances=()),
    "box-that-is-a-point": EventQuery(bbox=BBox(30, 48, 30, 48), stances=()),
    "country": EventQuery(region="country:UA", stances=()),
    "division": EventQuery(region="adm1:UA.05", stances=()),
    "division-that-is-the-place": EventQuery(region="adm1:RU.41", stances=()),
    "district": EventQuery(region=LYMAN.admin2_id, stances=()),
    "empty-region": EventQuery(region="country:FR"),
    "many-at-once": EventQuery(
        start=DAY - timedelta(days=40), end=DAY, types=("Battles", "Protests"), precisions=(1, 2),
        stances=(Stance.REPORTED, Stance.DENIED), bbox=BBox(20, 40, 45, 55), region="country:UA",
    ),
    "all-at-once": EventQuery(
        start=DAY - timedelta(days=50), types=("Battles", "Protests"), precisions=(1, 2, 3), stances=(),
        actors=("Russia", "Ukraine"), sources=("Sitmap Wire", "Інше агентство"), text="report", fatalities=0,
        area=((0, 30), (60, 30), (60, 60), (0, 60)), around=Circle(48, 32, 1500), bbox=BBox(0, 30, 60, 60),
        view=BBox(0, 30, 60, 60),
    ),
}  # fmt: skip
over_all_queries = pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES.keys())


@over_all_queries
def test_events_are_those_that_pass_every_filter(store: Store, query: EventQuery) -> None:
    expected = sorted((one.id for one in EVENTS if passes(one, query)), key=NEWEST.__getitem__)

    assert [one.id for one in store.events(query)] == expected


queries = st.builds(
    EventQuery,
    start=st.none() | st.integers(20, 60).map(lambda days: DAY - timedelta(days=days)),
    end=st.none() | st.integers(0, 20).map(lambda days: DAY - timedelta(days=days)),
    types=st.lists(st.sampled_from(["Battles", "Protests", "Troop movement", "Armed clash"])).map(tuple),
    stances=st.lists(st.sampled_from(list(Stance)), unique=True).map(tuple),
    precisions=st.lists(st.integers(0, 3), unique=True).map(tuple),
    actors=st.lists(st.sampled_from(["Russia", "Ukraine", "nobody"]), unique=True).map(tuple),
    sources=st.lists(st.sampled_from(["Sitmap Wire", "Інше агентство"]), unique=True).map(tuple),
    text=st.none() | st.sampled_from(["pokr", "shelled kursk", "Report 2"]),
    fatalities=st.none() | st.integers(0, 9),
    view=st.none()
    | st.builds(BBox, st.floats(-180, 180), st.floats(-90, 0), st.floats(-180, 180), st.floats(0, 90)),
    region=st.none() | st.sampled_from(["country:UA", "adm1:UA.05"]),
)


@settings(max_examples=150, deadline=None)
@given(query=queries)
def test_filters_join_in_any_combination(store: Store, query: EventQuery) -> None:
    expected = sorted((one.id for one in EVENTS if passes(one, query)), key=NEWEST.__getitem__)

    assert [one.id for one in store.events(query, bare=True)] == expected
    assert store.listing(query, Order.NEWEST, skip=0, limit=1).total == len(expected)


# --------------------------------------------------------------------------- counts


SETS = {
    "start": {"start": None, "end": None}, "types": {"types": ()}, "stances": {"stances": ()},
    "precisions": {"precisions": ()}, "actors": {"actors": ()}, "sources": {"sources": ()},
    "text": {"text": None}, "fatalities": {"fatalities": None}, "area": {"area": ()},
    "around": {"around": None}, "bbox": {"bbox": None}, "view": {"view": None}, "region": {"region": None},
}  # fmt: skip
"""What taking back each filter makes of a query."""


def passing(query: EventQuery, but: str = "") -> list[Event]:
    asked = replace(query, **SETS.get(but, {}))  # type: ignore[arg-type]
    return [one for one in EVENTS if passes(one, asked)]


@over_all_queries
def test_counts_reconcile(store: Store, query: EventQuery) -> None:
    counts = store.counts(query)

    found = passing(query)
    grains = Counter(one.geo_precision for one in found)
    window = sum(in_window(one, query) for one in EVENTS)
    asked = [
        name
        for name, unset in SETS.items()
        if replace(query, **unset) != query and (name != "stances" or query.stances != MAPPED_STANCES)  # type: ignore[arg-type]
    ]
    assert counts == Counts(
        window=window,
        shown=grains[1] + grains[2],
        filtered=window - len(found),
        region_only=grains[3],
        unplaced=grains[None],
        by_type=Counter(
            name for one in passing(query, "types") for name in {one.event_type, one.sub_event_type}
        ),
        by_stance=Counter(one.stance.value for one in passing(query, "stances")),
        by_precision=Counter(one.geo_precision or 0 for one in passing(query, "precisions")),
        by_actor=dict.fromkeys(query.actors, 0)
        | Counter(name for one in passing(query, "actors") for name in {one.actor, one.target} if name),
        by_source=dict.fromkeys(query.sources, 0)
        | Counter(one.reports[0].source for one in passing(query, "sources") if one.reports[0].source),
        without={name: sum(one.geo_precision is not None for one in passing(query, name)) for name in asked},
    )
    assert counts.window == counts.shown + counts.filtered + counts.region_only + counts.unplaced
    for numbers in (counts.by_actor, counts.by_source):
        assert list(numbers.values()) == sorted(numbers.values(), reverse=True)


@pytest.mark.parametrize("grouping", Grouping)
@over_all_queries
def test_tallies_add_up_every_event_once(store: Store, query: EventQuery, grouping: Grouping) -> None:
    groups: defaultdict[str, list[Event]] = defaultdict(list)
    for one in passing(query):
        if key := _group(one, grouping):
            groups[key].append(one)
    assert store.tallies(query, grouping) == {key: _added_up(events) for key, events in groups.items()}


HOMES = {
    LYMAN.id: (LYMAN.admin2_id, "adm1:UA.05", "country:UA"),
    POKROVSK.id: ("adm1:UA.05", "adm1:UA.05", "country:UA"),
    "adm1:UA.05": ("adm1:UA.05", "adm1:UA.05", "country:UA"),
    KURSK_REGION.id: ("adm1:RU.41", "adm1:RU.41", "country:RU"),
    UKRAINE.id: ("country:UA", "country:UA", "country:UA"),
    BLACK_SEA.id: (None, None, None),
}
"""Under which district, first-order division and country an event at a place counts."""


def _group(one: Event, grouping: Grouping) -> str | None:
    if grouping is Grouping.TYPE:
        return one.event_type
    order = (Grouping.ADMIN2, Grouping.ADMIN1, Grouping.COUNTRY).index(grouping)
    return HOMES[one.place.id][order] if one.place else None


def _added_up(events: Sequence[Event]) -> Tally:
    tolls = [toll for one in events if (toll := one.fatalities) and toll != Toll(None, None, None)]
    killed = Toll(0, 0, 0)
    for toll in tolls:
        # Each of the three falls back on the next more careful one.
        least = toll.low if toll.low is not None else toll.best or 0
        best = toll.best if toll.best is not None else toll.low or 0
        most = toll.high if toll.high is not None else best
        killed = Toll((killed.low or 0) + least, (killed.best or 0) + best, (killed.high or 0) + most)
    rough = sum(one.geo_precision == 3 for one in events)
    return Tally(len(events), rough, len(tolls), killed if tolls else None)


def test_counts_do_not_stop_at_the_limit(store: Store) -> None:
    assert store.counts(EventQuery(limit=1)) == store.counts(EventQuery())
    for grouping in Grouping:
        assert store.tallies(EventQuery(limit=1), grouping) == store.tallies(EventQuery(), grouping)


# --------------------------------------------------------------------------- days


@over_all_queries
def test_histogram_counts_each_dated_event_on_its_last_day_whatever_the_window(
    store: Store, query: EventQuery
) -> None:
    found = store.histogram(query)

    dated = [(one.when.end, one.event_type) for one in passing(query, "start") if one.when]
    if not dated:
        assert found is None
        return
    assert found is not None
    days = [
        (found.first + timedelta(days=number), name)
        for number, each in enumerate(found.bins)
        for name, count in each.items()
        for _ in range(count)
    ]
    assert (found.days, found.first) == (1, min(dated)[0])
    assert Counter(days) == Counter(dated)
    assert found.bins[-1], "the last bin is that of the last event"
    assert found.undated == sum(one.when is None for one in passing(query, "start"))


# --------------------------------------------------------------------------- lists


MIDDLE = Circle(48.3, 37.2, 0.0)


def _km(one: Event) -> float:
    if one.lat is None or one.lon is None:
        return math.inf
    return float(GEOD.inv(MIDDLE.lon, MIDDLE.lat, one.lon, one.lat)[2]) / 1000


SORTED_BY: dict[Order, Callable[[Event], object]] = {
    Order.NEWEST: lambda one: 0,
    Order.OLDEST: lambda one: one.when.end.toordinal() if one.when else math.inf,
    Order.NEAREST: _km,
    Order.DEADLIEST: lambda one: -killed(one),
    Order.TYPE: lambda one: (one.event_type.casefold(), one.sub_event_type.casefold()),
    Order.PLACE: lambda one: (
        not (one.place or one.place_text),
        (one.place.name if one.place else one.place_text).casefold(),
    ),
}


@pytest.mark.parametrize("order", Order)
@pytest.mark.parametrize("name", ["everything", "window", "view-across-antimeridian", "all-at-once"])
def test_lists_come_in_the_order_asked_for_and_in_parts(store: Store, order: Order, name: str) -> None:
    query = QUERIES[name]
    expected = sorted(passing(query), key=lambda one: NEWEST[one.id])
    expected.sort(key=SORTED_BY[order])  # type: ignore[arg-type]

    parts = [store.listing(query, order, skip=skip, limit=37, around=MIDDLE) for skip in range(0, 407, 37)]

    assert [one.id for part in parts for one in part.events] == [one.id for one in expected]
    assert {part.total for part in parts} == {len(expected)}
    assert all(one.geometry is None and not one.reports for part in parts for one in part.events)


# --------------------------------------------------------------------------- clusters, heat

WHOLE = BBox(-180, -90, 180, 90)


def _cell(one: Event, zoom: int) -> tuple[int, int]:
    """The square of the Web Mercator map at a zoom."""
    assert one.lat is not None and one.lon is not None
    lat = math.radians(max(-85.0511287798066, min(85.0511287798066, one.lat)))
    x, y = (one.lon + 180) / 360, (1 - math.asinh(math.tan(lat)) / math.pi) / 2
    column, row = (min(max(int(part * 2**zoom), 0), 2**zoom - 1) for part in (x, y))
    return column, row


def _cells(events: Sequence[Event], zoom: int) -> dict[tuple[int, int], list[Event]]:
    cells: defaultdict[tuple[int, int], list[Event]] = defaultdict(list)
    for one in events:
        if one.geo_precision in (1, 2):
            cells[_cell(one, zoom)].append(one)
    return dict(cells)


def _as_drawn(members: Sequence[Event]) -> Cluster:
    lats, lons = [one.lat or 0.0 for one in members], [one.lon or 0.0 for one in members]
    return Cluster(
        lat=pytest.approx(sum(lats) / len(lats)),  # type: ignore[arg-type]
        lon=pytest.approx(sum(lons) / len(lons)),  # type: ignore[arg-type]
        box=BBox(min(lons), min(lats), max(lons), max(lats)),
        by_type=Counter(one.event_type for one in members),
        event=replace(members[0], reports=(), geometry=None) if len(members) == 1 else None,
    )


def _by_box(clusters: Sequence[Cluster]) -> list[Cluster]:
    return sorted(clusters, key=lambda each: (each.box.west, each.box.south, each.box.east, each.box.north))


@pytest.mark.parametrize("zoom", [0, 1, 3, 5])
@over_all_queries
def test_clusters_are_the_cells_of_the_map_with_all_that_is_shown(
    store: Store, query: EventQuery, zoom: int
) -> None:
    query = replace(query, view=WHOLE)
    clusters = store.clusters(query, zoom=zoom)

    expected = [_as_drawn(members) for members in _cells(passing(query), zoom + 2).values()]
    assert _by_box(clusters) == _by_box(expected)
    assert sum(each.count for each in clusters) == store.counts(query).shown
    warm = store.heat(query, zoom=zoom)
    assert sorted(count for *_, count in warm) == sorted(
        len(members) for members in _cells(passing(query), zoom + 5).values()
    )


@settings(max_examples=100, deadline=None)
@given(
    west=st.floats(-180, 180),
    south=st.floats(-90, 80),
    width=st.floats(0, 60),
    height=st.floats(0, 30),
    zoom=st.integers(2, 5),
)
def test_moving_the_map_changes_no_cluster(
    store: Store, west: float, south: float, width: float, height: float, zoom: int
) -> None:
    east = west + width
    view = BBox(west, south, east - 360 if east > 180 else east, min(south + height, 90.0))

    seen = store.clusters(replace(ALL, view=view), zoom=zoom)

    everywhere = store.clusters(ALL, zoom=zoom)
    assert all(each in everywhere for each in seen)
    in_sight = [one for one in EVENTS if one.geo_precision in (1, 2) and in_view(one, view)]
    expected = {_cell(one, zoom + 2) for one in in_sight}
    assert len(seen) >= len(expected)
    for one in in_sight:
        assert any(
            each.box.west <= one.lon <= each.box.east and each.box.south <= one.lat <= each.box.north  # type: ignore[operator]
            for each in seen
        )


def test_one_event_in_a_cell_is_told_whatever_the_zoom(store: Store) -> None:
    lonely = next(one for one in EVENTS if one.geo_precision == 1 and one.lat == 89.9)
    assert lonely.lat is not None and lonely.lon is not None
    view = BBox(lonely.lon, lonely.lat, lonely.lon, lonely.lat)

    for zoom in range(19):
        (cluster,) = store.clusters(replace(ALL, view=view), zoom=zoom)
        assert cluster.count >= 1
    assert sum(count for *_, count in store.heat(replace(ALL, view=view), zoom=18)) >= 1


@pytest.mark.parametrize(
    ("ask", "field"),
    [
        pytest.param(lambda store: store.clusters(ALL, zoom=40), "zoom", id="zoom-40"),
        pytest.param(lambda store: store.heat(ALL, zoom=-1), "zoom", id="zoom-below-0"),
        pytest.param(lambda store: store.clusters(ALL, zoom=12), "view", id="world-at-zoom-12"),
        pytest.param(
            lambda store: store.heat(replace(ALL, view=BBox(20, -80, 10, 80)), zoom=7),
            "view",
            id="most-of-it",
        ),
        pytest.param(
            lambda store: store.listing(ALL, Order.NEAREST, skip=0, limit=1), "order", id="nearest-to-nothing"
        ),
        pytest.param(
            lambda store: store.listing(ALL, Order.NEWEST, skip=-1, limit=1), "skip", id="skip-below-0"
        ),
        pytest.param(lambda store: store.listing(ALL, Order.NEWEST, skip=0, limit=0), "limit", id="limit-0"),
        pytest.param(
            lambda store: store.listing(ALL, Order.NEAREST, skip=0, limit=1, around=Circle(91, 0, 0)),
            "around",
            id="nearest-to-no-place",
        ),
    ],
)
def test_question_without_sense_is_refused_and_named(
    store: Store, ask: Callable[[Store], object], field: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        ask(store)
    assert caught.value.field == field


# --------------------------------------------------------------------------- near


@pytest.mark.parametrize("km", [0, 1, 50, 400, 5000, 20_100])
@pytest.mark.parametrize(
    ("lat", "lon"), [(48.3, 37.2), (90, 0), (-89.5, 100), (0, 180), (10, -179.9), (0, 0), (60, 179)]
)
def test_near_misses_nothing_and_adds_nothing(store: Store, lat: float, lon: float, km: float) -> None:
    expected = []
    for one in passing(EventQuery()):
        if one.lat is not None and one.lon is not None:
            distance, slack = GEOD.inv(lon, lat, one.lon, one.lat)[2] / 1000, one.uncertainty_km or 0
            if distance - slack <= km:
                expected.append((distance, NEWEST[one.id], one.id, distance + slack <= km))
    expected.sort()

    near = store.near(EventQuery(), lat=lat, lon=lon, km=km)

    assert [(one.event.id, one.certain) for one in near.hits] == [(name, sure) for *_, name, sure in expected]
    assert (near.certain, near.certain + near.possible) == (sum(sure for *_, sure in expected), len(expected))
    assert [one.distance_km for one in near.hits] == pytest.approx([distance for distance, *_ in expected])


@pytest.mark.parametrize("name", ["many-at-once", "all-at-once"])
def test_near_honours_the_query(store: Store, name: str) -> None:
    near = store.near(QUERIES[name], lat=48, lon=32, km=20_100)

    assert {one.event.id for one in near.hits} == {one.id for one in passing(QUERIES[name])}
    assert near.hits


# --------------------------------------------------------------------------- kept up with what is written


def answers(store: Store) -> list[object]:
    """Return what a store tells of everything in it in each of its ways."""
    return [
        store.counts(ALL),
        store.counts(EventQuery(text="wire", actors=("Ukraine",))),
        store.span(ALL),
        store.histogram(ALL),
        store.tallies(ALL, Grouping.ADMIN1),
        store.listing(ALL, Order.PLACE, skip=0, limit=500),
        [replace(each, lat=0.0, lon=0.0) for each in store.clusters(ALL, zoom=4)],
        store.near(ALL, lat=48.0, lon=33.0, km=300),
    ]


@pytest.mark.parametrize("backend", sorted(BACKENDS))
@pytest.mark.parametrize("seed", range(3))
def test_what_is_written_shows_in_every_answer_at_once_and_to_others(
    tmp_path: Path, backend: str, seed: int
) -> None:
    rng, url = random.Random(seed), BACKENDS[backend](tmp_path)
    writing, reading = open_store(url, ByName()), open_store(url, ByName())
    names: list[str] = []
    for number in range(25):
        told = document(number, source=f"Wire {number % 3}", date=DAY + timedelta(days=number))
        lat, lon = 48 + rng.random() / 200, 33 + rng.random() / 200
        made = at(
            told, f"{rng.randrange(8)}", lat=lat, lon=lon, place=rng.choice(PLACES), actor=rng.choice(ACTORS)
        )
        writing.add(analysis(told, made, unplaced(told, f"nowhere {number}")))
        names.append(made.id)
        one, other = rng.choice(names), rng.choice(names)
        merged = writing.event(one).id != writing.event(other).id and rng.random() < 0.5
        if merged:
            writing.merge(one, other)
        elif len(writing.tellings(one)) > 1:
            writing.split(one)
        if number % 5 == 0:
            events = list(reading.events(ALL))
            fresh = open_store(url, ByName())
            assert answers(writing) == answers(reading) == answers(fresh)
            fresh.close()
            counts = reading.counts(ALL)
            assert counts.window == len(events) == reading.totals()["events"]
            assert counts.by_source == Counter(
                name for each in events for name in {told.source for told in each.reports}
            )
            assert counts.by_actor == Counter(
                name for each in events for name in {each.actor, each.target} - {None}
            )
    writing.close()
    reading.close()


@pytest.mark.parametrize("backend", sorted(BACKENDS))
def test_years_of_events_fit_a_histogram(tmp_path: Path, backend: str) -> None:
    made, told = open_store(BACKENDS[backend](tmp_path), ByName()), document()
    days = [date(1, 1, 1), date(2024, 2, 29), date(2025, 1, 1)]
    made.add(analysis(told, *(event(told, f"{day}", when=DateRange(day, day, 1)) for day in days)))

    found = made.histogram(ALL)

    assert found is not None
    assert len(found.bins) <= 1200
    assert found.first + timedelta(days=found.days * (len(found.bins) - 1)) <= days[-1]
    assert sum(sum(each.values()) for each in found.bins) == 3
    made.close()

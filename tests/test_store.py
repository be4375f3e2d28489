"""What every store does: one suite over all backends.

A backend joins by a line in ``store_samples.BACKENDS``. What a store answers to questions about many
events is in ``test_store_questions``.
"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from pyproj import Geod
from shapely.geometry import GeometryCollection, LineString, MultiPolygon, Point, Polygon, box

import merging
from domain import (
    Analysis,
    BBox,
    Counts,
    DateRange,
    Document,
    Event,
    EventQuery,
    Grouping,
    InvalidInput,
    Mention,
    MentionKind,
    Nearby,
    NotFound,
    NotPrepared,
    Refusal,
    Relation,
    Resolution,
    Snapshot,
    SnapshotKind,
    Spot,
    Stance,
    Store,
    Toll,
    TooLarge,
    Unprocessable,
)
from store import open_store
from tests.store_samples import (
    BACKENDS,
    DAY,
    KURSK_REGION,
    LYMAN,
    UKRAINE,
    ByName,
    analysis,
    at,
    document,
    event,
    numbered,
    report,
    resolution,
    unplaced,
)

ROOT = Path(__file__).parent.parent

ALL = EventQuery(stances=())


@pytest.fixture(params=sorted(BACKENDS))
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return BACKENDS[request.param](tmp_path)


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = open_store(url, ByName())
    yield opened
    opened.close()


def keep(store: Store, *events: Callable[[Document], Event] | Event) -> list[Event]:
    """Keep the events as told by one document, and return them."""
    told = document()
    made = [one if isinstance(one, Event) else one(told) for one in events]
    assert store.add(analysis(told, *made))
    return made


def ids(events: Iterator[Event]) -> list[str]:
    return [one.id for one in events]


# --------------------------------------------------------------------------- what goes in comes out


@pytest.mark.parametrize(
    "kept",
    [
        pytest.param(document(), id="usual"),
        pytest.param(Document("Only text."), id="only-text"),
        pytest.param(document(date=date(1, 1, 1)), id="year-1"),
        pytest.param(
            document(text="<script>alert('x')</script>\0 «Покровск» 👩‍🚒 \u202eabc\r\n"), id="odd-text"
        ),
        pytest.param(document(title="'; DROP TABLE documents; --"), id="hostile-title"),
    ],
)
def test_document_is_read_back_equal(store: Store, kept: Document) -> None:
    assert not store.knows(kept.id)
    assert store.add(analysis(kept))
    assert store.knows(kept.id)
    assert store.document(kept.id) == kept


RESOLUTIONS = {
    "chosen": resolution(),
    "nothing-found": Resolution(Mention(0, 5, "Xyzzy", "Xyzzy"), None, 0.0, None, None, "no such name"),
    "beside-an-anchor": resolution(place=None, anchor=KURSK_REGION, geo_precision=2, lat=-1.5, lon=180.0),
    "all-of-a-mention": resolution(
        mention=Mention(
            3, 20, "12 km W of Kursk", "Kursk", MentionKind.DATELINE, "settlement", Relation.OFFSET,
            12.5, 270.0, 1, 2, 3,
        ),
        other=KURSK_REGION,
    ),
    "coordinates": resolution(
        mention=Mention(0, 4, "37UD", "37UD", relation=Relation.COORDINATES, spot=Spot(48.3, 37.2, 0.7)),
        place=None,
    ),
    "speaker": resolution(mention=Mention(0, 6, "Moscow", "Moscow", MentionKind.SPEAKER), candidates=()),
}  # fmt: skip


@pytest.mark.parametrize("kept", RESOLUTIONS.values(), ids=RESOLUTIONS.keys())
def test_resolution_is_read_back_equal(store: Store, kept: Resolution) -> None:
    store.add(analysis(document(), resolutions=(kept,)))

    assert store.resolutions(document().id) == (kept,)


def test_the_events_of_a_document_come_in_the_order_of_its_text(store: Store) -> None:
    told = document()
    late = event(told, "late", reports=(report(told, start=40),))
    early = event(told, "early", reports=(report(told, start=0), report(told, start=60)))
    store.add(analysis(told, late, early))
    store.add(analysis(document(1), event(document(1), "another")))

    assert store.events_of(told.id) == (early, late)


def test_bare_events_are_the_same_events_without_reports_and_geometry(store: Store) -> None:
    told = document()
    whole = event(told)
    store.add(analysis(told, whole))

    assert list(store.events(ALL, bare=True)) == [replace(whole, reports=(), geometry=None)]


def test_resolutions_keep_their_order_so_that_indexes_into_them_hold(store: Store) -> None:
    several = tuple(RESOLUTIONS.values()) * 3
    store.add(analysis(document(), resolutions=several))

    assert store.resolutions(document().id) == several


SQUARE = box(30, 50, 32, 52)
WITH_A_HOLE = Polygon(SQUARE.exterior, [box(30.5, 50.5, 31, 51).exterior])
POINT_AND_LINE = GeometryCollection([Point(1, 2), LineString([(37, 48), (38, 49)])])
EVENTS: dict[str, Event] = {
    "point": event(document()),
    "disc": event(document(), geometry=Point(37, 48).buffer(0.2), geo_precision=2, uncertainty_km=15.0),
    "region": event(
        document(), place=KURSK_REGION, lat=51.75, lon=36.2, geo_precision=3, uncertainty_km=120.0,
        geometry=MultiPolygon([WITH_A_HOLE, box(40, 50, 41, 51)]),
    ),
    "district-of-a-layer": event(document(), place=replace(LYMAN, admin2_id="osm:1742", admin1_id="osm:71")),
    "district": event(document(), place=LYMAN),
    "line": event(document(), geometry=LineString([(37, 48), (38, 49.5)]), geo_precision=2),
    "point-and-line": event(document(), geometry=POINT_AND_LINE, geo_precision=2),
    "placed-without-outline": event(document(), place=UKRAINE, geometry=None, geo_precision=3),
    "unplaced": unplaced(document(), "event"),
    "undated": event(document(), when=None),
    "deaths-without-number": event(document(), fatalities=Toll(None, None, None)),
    "deaths": event(document(), fatalities=Toll(2, None, 5)),
    "people-and-weapon": event(
        document(), wounded=Toll(3, 5, 7), captured=Toll(None, None, None), weapon="drone", count=97,
        reports=(
            report(
                document(), stance=Stance.CLAIMED, claimed_by="the governor", fatalities=Toll(0, 0, None)
            ),
        ),
    ),
    "corners-of-the-earth": at(document(), "event", lat=-90.0, lon=180.0, km=None),
    "everything": event(
        document(), stance=Stance.CLAIMED, claimed_by="the Russian military", actor="Росія <b>",
        place_text="near «Pokrovsk»", when=DateRange(date(2024, 12, 1), date(2025, 1, 31), 3),
    ),
    "nobody": event(document(), actor=None, target=None, place_text="", disorder_type=""),
}  # fmt: skip


@pytest.mark.parametrize("kept", EVENTS.values(), ids=EVENTS.keys())
def test_event_is_read_back_equal(store: Store, kept: Event) -> None:
    keep(store, kept)

    assert store.event(kept.id) == kept
    assert list(store.events(ALL)) == [kept]


@pytest.mark.parametrize("stance", Stance)
def test_every_stance_is_kept(store: Store, stance: Stance) -> None:
    (kept,) = keep(store, event(document(), stance=stance))

    assert store.event(kept.id).stance is stance


def test_what_is_not_there_is_not_found(store: Store) -> None:
    with pytest.raises(NotFound):
        store.event("0123456789abcdef")
    with pytest.raises(NotFound):
        store.document("0123456789abcdef")
    with pytest.raises(NotFound):
        store.resolutions("0123456789abcdef")


def test_store_keeps_all_when_it_is_opened_again(store: Store, url: str) -> None:
    keep(store, EVENTS["everything"])
    store.close()

    again = open_store(url, ByName())
    try:
        assert list(again.events(ALL)) == [EVENTS["everything"]]
        assert again.document(document().id) == document()
    finally:
        again.close()


# --------------------------------------------------------------------------- adding


def test_same_document_again_changes_nothing(store: Store) -> None:
    (kept,) = keep(store, event(document()))
    before = store.totals()

    other = event(document(), "another", reports=(report(document(), start=3),))
    assert not store.add(
        analysis(document(), replace(kept, actor="Ukraine"), other, resolutions=(resolution(),))
    )

    assert store.totals() == before
    assert list(store.events(ALL)) == [kept]
    assert store.resolutions(document().id) == ()


def test_another_document_on_a_known_event_adds_what_it_tells(store: Store) -> None:
    (kept,) = keep(store, event(document(), target=None))
    other = document(1, source="Another Wire", date=DAY + timedelta(days=1))
    again = event(other, actor=None, stance=Stance.DENIED, fatalities=Toll(2, 2, 2))

    assert store.add(analysis(other, again))

    assert store.event(kept.id) == store.event(again.id) == merging.fold([kept, again])
    assert store.event(kept.id).stance is Stance.DENIED
    assert store.tellings(again.id) == (kept, again)
    assert store.events_of(other.id) == (store.event(kept.id),)
    assert store.totals() == {"documents": 2, "events": 1, "reports": 2, "refusals": 0}


def test_every_sentence_of_a_document_is_a_report(store: Store) -> None:
    told = document()
    kept = event(told, reports=(report(told, start=30), report(told), report(told, start=10, place=None)))
    keep(store, kept)

    assert store.event(kept.id).reports == kept.reports


def test_sentence_that_an_analysis_repeats_is_kept_once(store: Store) -> None:
    told = document()
    keep(store, event(told, reports=(report(told), report(told))))

    assert store.event(event(told).id).reports == (report(told),)


NOT_KEPT = {
    "event-without-report": {"reports": ()},
    "report-of-an-unknown-document": {"reports": (report(document(99)),)},
    "report-of-another-document": {"reports": (report(document()), report(document(99)))},
    "count-0": {"count": 0},
    "lat-91": {"lat": 91.0},
    "lon-without-lat": {"lat": None},
    "position-nan": {"lat": float("nan"), "lon": float("nan")},
    "confidence-nan": {"confidence": float("nan")},
    "uncertainty-negative": {"uncertainty_km": -1.0},
    "uncertainty-infinite": {"uncertainty_km": float("inf")},
    "precision-4": {"geo_precision": 4},
    "geometry-without-position": {"lat": None, "lon": None},
    "geometry-empty": {"geometry": Polygon()},
    "geometry-infinite": {"geometry": Point(float("inf"), 0)},
    "dates-backwards": {"when": DateRange(DAY, DAY - timedelta(days=1), 1)},
    "time-precision-0": {"when": DateRange(DAY, DAY, 0)},
    "more-deaths-than-a-number-holds": {"fatalities": Toll(10**30, None, None)},
    "half-a-character": {"actor": "\ud800"},
}


@pytest.mark.parametrize("wrong", NOT_KEPT.values(), ids=NOT_KEPT.keys())
def test_analysis_is_kept_whole_or_not_at_all(store: Store, wrong: dict[str, object]) -> None:
    told = document()
    good, bad = event(told, "good"), replace(event(told, "bad"), **wrong)  # type: ignore[arg-type]

    with pytest.raises(InvalidInput):
        store.add(analysis(told, good, bad, resolutions=(resolution(),)))

    assert set(store.totals().values()) == {0}
    assert not store.knows(told.id)
    assert store.add(analysis(told, good))
    assert [found.event for found in store.near(ALL, lat=48.28, lon=37.18, km=10).hits] == [good]


def test_candidate_with_a_score_that_is_no_number_is_refused(store: Store) -> None:
    odd = replace(resolution().candidates[0], contributions={"distance": float("nan")})

    with pytest.raises(InvalidInput, match="candidates"):
        store.add(analysis(document(), resolutions=(resolution(candidates=(odd,)),)))

    assert not store.knows(document().id)


def test_refusals_are_kept_once_per_name_and_reason(store: Store) -> None:
    too_large = Refusal("big.txt", TooLarge("over 1 MB"))
    for refusal in (
        too_large,
        too_large,
        Refusal("big.txt", Unprocessable("nothing in it")),
        Refusal("big.txt", TooLarge("over 1 MB", field="line 3")),
        Refusal("other.txt", TooLarge("over 1 MB")),
        Refusal("caf\udce9.txt", TooLarge("a name that is not Unicode")),
    ):
        store.refuse(refusal)

    assert store.totals()["refusals"] == 5


# --------------------------------------------------------------------------- streaming


def test_events_come_newest_first_and_undated_last(store: Store) -> None:
    def on(name: str, end: date | None) -> Event:
        return event(document(), name, when=end and DateRange(min(end, DAY), end, 3))

    days = [date(2024, 5, 1), None, date(2025, 1, 1), date(2024, 5, 1), date(999, 1, 1), None]
    kept = keep(store, *(on(f"{number}", end) for number, end in enumerate(days)))

    def newness(one: Event) -> tuple[int, str]:
        return (-one.when.end.toordinal() if one.when else 0, one.id)

    assert list(store.events(EventQuery())) == sorted(kept, key=newness)


@pytest.fixture(scope="module")
def many() -> Analysis:
    told = document()
    days = [None, *(DAY - timedelta(days=gone) for gone in (0, 1, 2))]
    return analysis(
        told,
        *(
            at(told, f"{number}", lat=number / 100, lon=number / 50, when=end and DateRange(end, end, 1))
            for number, end in ((number, days[number % 4]) for number in range(2300))
        ),
    )


@pytest.mark.parametrize("limit", [1, 499, 500, 501, 1000, 2299, 2300, 5000, None])
def test_stream_of_any_length_is_whole_and_without_repeats(
    store: Store, many: Analysis, limit: int | None
) -> None:
    store.add(many)
    expected = sorted(
        many.events, key=lambda one: (one.when is None, one.when and -one.when.end.toordinal(), one.id)
    )

    assert ids(store.events(EventQuery(limit=limit))) == [one.id for one in expected][:limit]


def test_documents_can_be_added_while_events_stream(store: Store, many: Analysis) -> None:
    store.add(many)
    seen = []
    for count, one in enumerate(store.events(EventQuery())):
        seen.append(one.id)
        if count % 400 == 0:
            told = document(count + 1)
            assert store.add(analysis(told, event(told, f"new {count}")))

    assert len(seen) == len(set(seen))
    assert {one.id for one in many.events} <= set(seen)


def test_stream_may_be_left_in_the_middle(store: Store, many: Analysis) -> None:
    store.add(many)
    stream = store.events(EventQuery())
    next(stream)

    assert store.add(numbered(1))
    store.close()


@pytest.mark.parametrize(
    ("query", "field"),
    [
        pytest.param(EventQuery(start=date(2025, 2, 1), end=DAY), "start", id="window-backwards"),
        pytest.param(EventQuery(types=("x",) * 1000), "types", id="too-many-types"),
        pytest.param(EventQuery(precisions=(4,)), "precisions", id="precision-4"),
        pytest.param(EventQuery(bbox=BBox(170, 0, -170, 1)), "bbox", id="box-across-antimeridian"),
        pytest.param(EventQuery(region="Donetsk"), "region", id="region-by-name"),
    ],
)
def test_bad_query_is_refused_at_once_and_named(store: Store, query: EventQuery, field: str) -> None:
    asked: tuple[Callable[[], object], ...] = (
        lambda: store.events(query),
        lambda: store.counts(query),
        lambda: store.tallies(query, Grouping.ADMIN1),
        lambda: store.near(query, lat=0, lon=0, km=1),
    )
    for ask in asked:
        with pytest.raises(InvalidInput) as caught:
            ask()
        assert caught.value.field == field


@pytest.mark.parametrize(
    ("where", "field"),
    [
        ({"lat": 91.0, "lon": 0.0, "km": 1.0}, "lat"),
        ({"lat": 0.0, "lon": -181.0, "km": 1.0}, "lon"),
        ({"lat": 0.0, "lon": 0.0, "km": -3.0}, "km"),
        ({"lat": 0.0, "lon": 0.0, "km": float("inf")}, "km"),
    ],
)
def test_near_nowhere_is_refused_and_named(store: Store, where: dict[str, float], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        store.near(EventQuery(), **where)  # type: ignore[arg-type]
    assert caught.value.field == field


@pytest.mark.parametrize("limit", [0, -1])
def test_limit_under_one_is_refused(store: Store, limit: int) -> None:
    with pytest.raises(InvalidInput, match="limit"):
        store.events(EventQuery(limit=limit))
    with pytest.raises(InvalidInput, match="limit"):
        store.near(EventQuery(), lat=0, lon=0, km=1, limit=limit)


@pytest.mark.parametrize("name", ["' OR 1=1 --", "Battles\0", "%"], ids=["quote", "nul", "percent"])
def test_hostile_type_finds_nothing(store: Store, name: str) -> None:
    keep(store, event(document()))

    assert list(store.events(EventQuery(types=(name,)))) == []


# --------------------------------------------------------------------------- counts, boxes


def test_the_span_is_from_the_first_day_to_the_last_of_what_is_asked_for(store: Store) -> None:
    assert store.span(EventQuery()) is None
    told = document()
    days = [DateRange(DAY, DAY, 1), DateRange(DAY - timedelta(days=9), DAY + timedelta(days=30), 3), None]
    store.add(analysis(told, *(event(told, f"event {n}", when=when) for n, when in enumerate(days))))
    assert store.span(EventQuery()) == (DAY - timedelta(days=9), DAY + timedelta(days=30))
    assert store.span(EventQuery(stances=(Stance.DENIED,))) is None


def test_empty_store_counts_nothing(store: Store) -> None:
    assert store.counts(EventQuery()) == Counts()
    assert {grouping: store.tallies(EventQuery(), grouping) for grouping in Grouping} == dict.fromkeys(
        Grouping, {}
    )
    assert list(store.events(EventQuery())) == []
    assert set(store.totals().values()) == {0}


def test_unplaced_event_counts_as_such_until_a_box_filters_it(store: Store) -> None:
    keep(store, unplaced(document(), "nowhere"))

    anywhere = store.counts(EventQuery())
    assert (anywhere.window, anywhere.unplaced, anywhere.filtered) == (1, 1, 0)
    on_earth = store.counts(EventQuery(bbox=BBox(-180, -90, 180, 90)))
    assert on_earth == Counts(1, filtered=1, without={"bbox": 0})


@pytest.mark.parametrize(
    ("geometry", "asked", "found"),
    [
        pytest.param(Point(30, 50), BBox(30, 50, 31, 51), True, id="point-on-the-corner"),
        pytest.param(Point(29.9999999, 50), BBox(30, 50, 31, 51), False, id="point-a-centimetre-outside"),
        pytest.param(Point(29.99, 50), BBox(30, 49, 31, 51), False, id="point-whose-uncertainty-reaches-in"),
        pytest.param(SQUARE, BBox(31.9, 51.9, 33, 53), True, id="outline-overlaps"),
        pytest.param(SQUARE, BBox(30.5, 50.5, 31, 51), True, id="outline-around-the-box"),
        pytest.param(SQUARE, BBox(32.000001, 50, 33, 52), False, id="outline-beside"),
        pytest.param(
            Polygon([(30, 50), (32, 50), (30, 52)]), BBox(31.5, 51.5, 32, 52), False, id="only-bounds-overlap"
        ),
        pytest.param(Point(180, 50), BBox(-180, 49, -179, 51), True, id="180-is-minus-180"),
        pytest.param(box(179, 49, 181, 51), BBox(-180, 49, -179.5, 51), True, id="outline-counts-past-180"),
        pytest.param(box(179, 49, 181, 51), BBox(-178, 49, -177, 51), False, id="outline-ends-past-180"),
        pytest.param(
            MultiPolygon([box(179, 49, 180, 51), box(-180, 49, -179, 51)]),
            BBox(-179.5, 50, -179.2, 50.5),
            True,
            id="outline-cut-at-180",
        ),
        pytest.param(
            MultiPolygon([box(179, 49, 180, 51), box(-180, 49, -179, 51)]),
            BBox(0, 0, 90, 90),
            False,
            id="cut-outline-is-not-around-the-earth",
        ),
    ],
)
def test_box_meets_points_by_point_and_outlines_by_intersection(
    store: Store, geometry: Point | Polygon, asked: BBox, found: bool
) -> None:
    middle = geometry.representative_point()
    lon = middle.x if middle.x <= 180 else middle.x - 360
    keep(store, at(document(), "one", lat=middle.y, lon=lon, km=50.0, geometry=geometry))

    assert bool(list(store.events(EventQuery(bbox=asked)))) is found


# --------------------------------------------------------------------------- near


@pytest.mark.parametrize(
    ("north_km", "uncertainty_km", "found"),
    [
        pytest.param(10, 5.0, True, id="wholly-inside"),
        pytest.param(44, 5.0, True, id="just-wholly-inside"),
        pytest.param(46, 5.0, False, id="partly-outside"),
        pytest.param(54, 5.0, False, id="may-reach-in"),
        pytest.param(56, 5.0, None, id="too-far"),
        pytest.param(0, 300.0, False, id="region-around-it"),
        pytest.param(290, 300.0, False, id="region-that-reaches-in"),
        pytest.param(49.9, None, True, id="no-uncertainty-inside"),
        pytest.param(50.1, None, None, id="no-uncertainty-outside"),
    ],
)
def test_near_says_whether_an_event_lies_within_for_certain(
    store: Store, north_km: float, uncertainty_km: float | None, found: bool | None
) -> None:
    lon, lat, _ = Geod(ellps="WGS84").fwd(37.0, 48.0, 0, north_km * 1000)
    keep(store, at(document(), "one", lat=lat, lon=lon, km=uncertainty_km))

    near = store.near(EventQuery(), lat=48.0, lon=37.0, km=50)

    assert (near.certain, near.possible) == (int(found is True), int(found is False))
    assert [one.certain for one in near.hits] == ([] if found is None else [found])
    assert [one.distance_km for one in near.hits] == pytest.approx(
        [] if found is None else [north_km], abs=1e-6
    )


@pytest.mark.parametrize(
    ("lat", "lon", "other_lat", "other_lon", "km"),
    [
        pytest.param(0, 179.9, 0, -179.9, 22.3, id="across-the-antimeridian"),
        pytest.param(0, -179.9, 0, 179.9, 22.3, id="across-the-antimeridian-westward"),
        pytest.param(52, 180, 52, -180, 0, id="on-the-antimeridian"),
        pytest.param(89.9, 0, 89.9, 180, 22.4, id="across-the-north-pole"),
        pytest.param(-90, 0, -89.9, 77, 11.2, id="from-the-south-pole"),
        pytest.param(90, 12, 90, -101, 0, id="on-the-north-pole"),
        pytest.param(0, 0, 0, 180, 20003.94, id="other-side-of-the-earth"),
    ],
)
def test_near_knows_that_the_earth_is_round(
    store: Store, lat: float, lon: float, other_lat: float, other_lon: float, km: float
) -> None:
    keep(store, at(document(), "one", lat=other_lat, lon=other_lon))

    assert [one.distance_km for one in store.near(EventQuery(), lat=lat, lon=lon, km=km + 0.1).hits] == (
        pytest.approx([km], abs=0.1)
    )
    if km:
        assert not store.near(EventQuery(), lat=lat, lon=lon, km=km - 0.1).hits


@pytest.mark.parametrize("bearing", range(0, 360, 30))
@pytest.mark.parametrize(
    ("lat", "lon"), [(0, 0), (60, 37), (-75, 179), (84, -179), (89.5, 0)], ids=lambda value: f"{value}"
)
def test_near_reaches_equally_far_in_every_direction(
    store: Store, lat: float, lon: float, bearing: int
) -> None:
    geod = Geod(ellps="WGS84")
    rings = {name: geod.fwd(lon, lat, bearing, km * 1000) for name, km in (("in", 99.99), ("out", 100.01))}
    keep(store, *(at(document(), name, lat=y, lon=x) for name, (x, y, _) in rings.items()))

    near = store.near(EventQuery(), lat=lat, lon=lon, km=100)

    assert [one.distance_km for one in near.hits] == pytest.approx([99.99])


def test_near_with_a_limit_keeps_the_nearest(store: Store, many: Analysis) -> None:
    store.add(many)

    def near(query: EventQuery, limit: int = 500) -> Nearby:
        return store.near(query, lat=11, lon=20, km=20_100, limit=limit)

    everything = near(EventQuery(), 10_000)

    assert len(everything.hits) == everything.certain == len(many.events)
    assert near(EventQuery(), 700) == replace(everything, hits=everything.hits[:700])
    assert near(EventQuery(limit=3)).hits == everything.hits[:3]
    assert len(near(EventQuery()).hits) == 500


def test_near_keeps_the_nearest_of_what_is_certain_and_of_what_is_possible(store: Store) -> None:
    told = document()
    sure = [at(told, f"sure {number}", lat=48 + number / 100, lon=37) for number in range(5)]
    maybe = [at(told, f"maybe {number}", lat=49 + number / 100, lon=37, km=400) for number in range(5)]
    store.add(analysis(told, *sure, *maybe))

    near = store.near(EventQuery(), lat=48, lon=37, km=50, limit=2)

    assert [hit.event for hit in near.hits] == [*sure[:2], *maybe[:2]]
    assert (near.certain, near.possible) == (5, 5)


# --------------------------------------------------------------------------- together


def test_threads_share_a_store(store: Store) -> None:
    everything = [numbered(number) for number in range(60)]

    def add_and_read(part: int) -> int:
        added = sum(store.add(one) for one in everything[part % 3 :: 3])
        assert all(one.reports for one in store.events(ALL))
        return added

    with ThreadPoolExecutor(12) as pool:
        added = sum(pool.map(add_and_read, range(12)))

    assert added == len(everything)
    assert store.totals() == {"documents": 60, "events": 72, "reports": 120, "refusals": 0}


ADD_ALL = """
import sys
from store import open_store
from tests.store_samples import ByName, numbered
store = open_store(sys.argv[1], ByName())
print("ready", flush=True)
sys.stdin.readline()
print(*(number for number in range(150) if store.add(numbered(number))))
"""


def test_processes_that_add_the_same_documents_at_once_add_each_once(url: str, store: Store) -> None:
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", ADD_ALL, url], cwd=ROOT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )
        for _ in range(2)
    ]  # fmt: skip
    for racer in racers:
        assert racer.stdout and racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin
        racer.stdin.write("go\n")
        racer.stdin.flush()
    added = [number for racer in racers for number in racer.communicate(timeout=60)[0].split()]

    assert Counter(added) == Counter(str(number) for number in range(150))
    assert store.totals() == {"documents": 150, "events": 180, "reports": 300, "refusals": 0}


def test_closed_store_says_so(store: Store) -> None:
    store.close()
    store.close()

    with pytest.raises(NotPrepared, match="closed"):
        store.totals()


# --------------------------------------------------------------------------- merging and splitting by hand


def strangers(store: Store, count: int) -> list[Event]:
    """Keep events that nothing joins, each told by a document of its own, a day after the other."""
    made = []
    for number in range(count):
        told = document(number, date=DAY + timedelta(days=number))
        made.append(event(told, f"{number}"))
        assert store.add(analysis(told, made[-1]))
    return made


def test_merged_events_are_one_and_every_id_leads_to_it(store: Store) -> None:
    one, two, three = strangers(store, 3)
    store.merge(three.id, two.id)
    merged = store.merge(two.id, one.id)

    assert merged == merging.fold([one, two, three])
    assert [store.event(each.id) for each in (one, two, three)] == [merged] * 3
    assert list(store.events(ALL)) == [merged]
    assert [found.event for found in store.near(ALL, lat=48.28, lon=37.18, km=10).hits] == [merged]
    assert store.tellings(three.id) == (one, two, three)
    assert store.totals() == {"documents": 3, "events": 1, "reports": 3, "refusals": 0}


def test_merging_into_a_younger_event_keeps_the_id_of_the_first_telling(store: Store) -> None:
    one, two = strangers(store, 2)

    assert store.merge(one.id, two.id).id == one.id


def test_split_undoes_one_merge_after_the_other(store: Store) -> None:
    one, two, three = strangers(store, 3)
    store.merge(three.id, two.id)
    store.merge(two.id, one.id)

    assert store.split(two.id) == merging.fold([two, three])
    assert store.event(one.id) == one
    assert store.split(three.id) == three
    assert {each.id: each for each in store.events(ALL)} == {each.id: each for each in (one, two, three)}
    assert len(store.near(ALL, lat=48.28, lon=37.18, km=10).hits) == 3


@pytest.mark.parametrize("leaving", [0, 1, 2])
def test_any_telling_can_be_split_away_and_takes_its_id_along(store: Store, leaving: int) -> None:
    documents = [document(number, date=DAY + timedelta(days=number)) for number in range(3)]
    told = [event(each, "same") for each in documents]
    for each, one in zip(documents, told, strict=True):
        store.add(analysis(each, one))
    assert len(list(store.events(ALL))) == 1

    away = store.split(told[leaving].id)

    rest = [one for one in told if one is not told[leaving]]
    assert away == told[leaving]
    assert store.event(rest[1].id) == store.event(rest[0].id) == merging.fold(rest)
    assert len(list(store.events(ALL))) == 2


def test_what_was_split_by_hand_stays_apart_when_more_is_read(store: Store) -> None:
    documents = [document(number) for number in range(4)]
    for told in documents[:2]:
        store.add(analysis(told, event(told, "same")))
    store.split(event(documents[1], "same").id)
    for told in documents:
        store.add(analysis(told, event(told, "same")))

    assert len(list(store.events(ALL))) == 2
    assert store.totals()["reports"] == 4


def test_merge_and_split_outlive_the_store(store: Store, url: str) -> None:
    one, two = strangers(store, 2)
    merged = store.merge(two.id, one.id)
    store.close()

    again = open_store(url, ByName())
    try:
        assert again.event(two.id) == merged
        assert again.split(two.id) == two
    finally:
        again.close()


def test_what_cannot_be_merged_or_split_is_refused(store: Store) -> None:
    one, two = strangers(store, 2)
    for unknown in ("0123456789abcdef", "'; DROP TABLE events; --"):
        with pytest.raises(NotFound):
            store.merge(one.id, unknown)
        with pytest.raises(NotFound):
            store.merge(unknown, one.id)
        with pytest.raises(NotFound):
            store.split(unknown)
        with pytest.raises(NotFound):
            store.tellings(unknown)
    with pytest.raises(Unprocessable, match="one event already"):
        store.merge(one.id, one.id)
    with pytest.raises(Unprocessable, match="nothing to split"):
        store.split(one.id)

    assert {each.id for each in store.events(ALL)} == {one.id, two.id}


def test_id_of_another_documents_event_is_refused(store: Store) -> None:
    (kept,) = keep(store, event(document()))

    with pytest.raises(InvalidInput):
        store.add(analysis(document(1), event(document(1), id=kept.id)))

    assert list(store.events(ALL)) == [kept]


def test_region_of_an_event_that_moves_to_a_better_place_is_found_there(store: Store) -> None:
    rough, exact = document(0), document(1, date=DAY + timedelta(days=1))
    store.add(analysis(rough, event(rough, geo_precision=2, uncertainty_km=20.0, geometry=SQUARE)))
    store.add(analysis(exact, event(exact, lat=48.281, lon=37.181, geometry=Point(37.181, 48.281))))

    (found,) = store.near(ALL, lat=48.281, lon=37.181, km=5).hits
    assert found.certain
    assert list(store.events(EventQuery(bbox=BBox(30, 50, 31, 51)))) == []


def test_merge_that_was_undone_is_not_undone_again(store: Store) -> None:
    one, two, three, four = strangers(store, 4)
    store.merge(three.id, two.id)
    store.merge(two.id, one.id)
    store.split(two.id)
    store.merge(four.id, two.id)

    assert store.split(two.id) == two
    assert store.event(four.id) == merging.fold([three, four])


def test_documents_of_one_event_that_are_read_at_once_share_it(store: Store) -> None:
    documents = [document(number, date=DAY + timedelta(days=number)) for number in range(40)]
    told = [event(each, "same") for each in documents]

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(store.add, map(analysis, documents, told)))

    assert list(store.events(ALL)) == [merging.fold(told)]


# --------------------------------------------------------------------------- snapshots

DRAWN = Snapshot(
    DAY, "Example Maps", "Russia", SnapshotKind.CONTROL, box(37, 47, 38, 48), ("one area repaired",)
)
LATER = replace(DRAWN, date=DAY + timedelta(days=1))
CLAIMED = replace(DRAWN, kind=SnapshotKind.CLAIMED)
FRONT = replace(DRAWN, party="", kind=SnapshotKind.LINE, geometry=LineString([(37, 48), (38, 48)]))
REDRAWN = replace(DRAWN, geometry=box(37, 47, 38.5, 48))
OTHER_SOURCE = replace(DRAWN, source="Другие карты")


@pytest.mark.parametrize(
    "drawn", [DRAWN, CLAIMED, FRONT, OTHER_SOURCE], ids=["control", "claimed", "line", "words"]
)
def test_snapshot_is_read_back_equal(store: Store, drawn: Snapshot) -> None:
    assert store.snapshots.add([drawn]) == [True]

    assert store.snapshots.get(drawn.id) == drawn
    (kept,) = store.snapshots.list()
    assert (kept.id, kept.date, kept.source) == (drawn.id, drawn.date, drawn.source)
    assert (kept.party, kept.kind, kept.notes, kept.counts) == (drawn.party, drawn.kind, drawn.notes, True)
    assert kept.km2 == (None if drawn is FRONT else pytest.approx(8_376, abs=20))


def test_snapshot_that_counts_already_is_not_kept_twice(store: Store) -> None:
    assert store.snapshots.add([DRAWN]) == [True]
    assert store.snapshots.add([replace(DRAWN, notes=()), CLAIMED, CLAIMED]) == [False, True, False]
    version = store.snapshots.version
    assert store.snapshots.add([DRAWN, CLAIMED]) == [False, False]
    assert store.snapshots.version == version
    assert len(store.snapshots.list()) == 2


def test_of_several_drawings_of_one_thing_the_last_import_counts(store: Store) -> None:
    assert store.snapshots.add([DRAWN]) == [True]
    assert store.snapshots.add([REDRAWN]) == [True]
    assert store.snapshots.latest(DAY) == (REDRAWN,)
    assert [(kept.id, kept.counts) for kept in store.snapshots.list()] == [
        (REDRAWN.id, True),
        (DRAWN.id, False),
    ]
    assert store.snapshots.add([DRAWN]) == [True], "what counted once can be imported anew"
    assert store.snapshots.latest(DAY) == (DRAWN,)


def test_removing_a_snapshot_brings_back_the_one_before(store: Store) -> None:
    store.snapshots.add([DRAWN])
    store.snapshots.add([REDRAWN])
    store.snapshots.remove(REDRAWN.id)
    assert store.snapshots.latest(DAY) == (DRAWN,)
    store.snapshots.remove(DRAWN.id)
    assert store.snapshots.latest(DAY) == ()
    assert store.snapshots.list() == []
    assert store.snapshots.add([DRAWN]) == [True], "what was removed can be imported anew"


@pytest.mark.parametrize("call", ["get", "remove"])
@pytest.mark.parametrize("kept", [True, False], ids=["removed", "never-kept"])
def test_snapshot_that_is_not_there_is_not_found(store: Store, call: str, kept: bool) -> None:
    if kept:
        store.snapshots.add([DRAWN])
        store.snapshots.remove(DRAWN.id)
    with pytest.raises(NotFound, match="snapshot"):
        getattr(store.snapshots, call)(DRAWN.id)


@pytest.mark.parametrize(
    ("day", "source", "expected"),
    [
        (DAY - timedelta(days=1), None, ()),
        (DAY, None, (DRAWN, CLAIMED, FRONT, OTHER_SOURCE)),
        (DAY + timedelta(days=1), None, (LATER, CLAIMED, FRONT, OTHER_SOURCE)),
        (date.max, DRAWN.source, (LATER, CLAIMED, FRONT)),
        (date.max, "nobody", ()),
    ],
    ids=["before-all", "on-the-day", "later-of-a-kind", "one-source", "no-such-source"],
)
def test_what_holds_on_a_day_is_the_newest_of_each_source_and_kind(
    store: Store, day: date, source: str | None, expected: tuple[Snapshot, ...]
) -> None:
    store.snapshots.add([LATER, DRAWN, OTHER_SOURCE, FRONT, CLAIMED])
    assert {drawn.id for drawn in store.snapshots.latest(day, source)} == {drawn.id for drawn in expected}


def test_snapshots_are_listed_newest_date_first(store: Store) -> None:
    store.snapshots.add([DRAWN, LATER, OTHER_SOURCE])
    assert [kept.id for kept in store.snapshots.list()] == [LATER.id, DRAWN.id, OTHER_SOURCE.id]


@pytest.mark.parametrize(
    "drawn",
    [replace(DRAWN, geometry=Polygon()), replace(DRAWN, source=""), replace(DRAWN, party="")],
    ids=["nothing-drawn", "no-source", "nobody's-ground"],
)
def test_of_a_file_with_a_snapshot_that_says_too_little_nothing_is_kept(
    store: Store, drawn: Snapshot
) -> None:
    with pytest.raises(InvalidInput):
        store.snapshots.add([CLAIMED, drawn])
    assert store.snapshots.list() == []


def test_version_of_the_snapshots_grows_with_each_change(store: Store, url: str) -> None:
    versions = [store.snapshots.version]
    elsewhere = open_store(url, ByName())
    for change in (
        lambda: elsewhere.snapshots.add([DRAWN]),
        lambda: store.snapshots.add([REDRAWN]),
        lambda: elsewhere.snapshots.remove(REDRAWN.id),
        lambda: store.snapshots.add([REDRAWN]),
    ):
        change()
        versions.append(store.snapshots.version)
    elsewhere.close()
    assert versions == sorted(set(versions))


# --------------------------------------------------------------------------- the store's version


def test_version_changes_with_all_that_is_kept_and_with_nothing_else(store: Store, url: str) -> None:
    seen = [store.version]
    elsewhere = open_store(url, ByName())
    one, two, _ = strangers(elsewhere, 3)
    for change in (
        lambda: elsewhere.merge(one.id, two.id),
        lambda: store.split(one.id),
        lambda: elsewhere.merge(one.id, two.id),
        lambda: elsewhere.split(one.id),
        lambda: elsewhere.add(analysis(document(7))),
        lambda: elsewhere.refuse(Refusal("a.bin", TooLarge("too large"))),
    ):
        seen.append(store.version)
        change()
    elsewhere.close()
    seen.append(store.version)
    assert len(set(seen)) == len(seen)
    assert not store.add(analysis(document(7)))
    assert store.version == seen[-1]

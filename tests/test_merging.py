"""Which tellings are of one event, and what that event is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from shapely.geometry import Point

from domain import DateRange, Event, EventReport, Place, Stance, TextSpan, Toll
from merging import SUREST, fold, joins, likeness, matches, neighbourhood, retold, side
from ontology import load_ontology

TUESDAY = date(2025, 1, 28)
DONETSK = Place("adm1:UA.05", "Donetsk", 48.0, 37.7, "ADM1", "UA", radius_km=120.0)
KURSK = Place("adm1:RU.41", "Kursk", 51.7, 36.2, "ADM1", "RU", radius_km=120.0)
UKRAINE = Place("country:UA", "Ukraine", 49.0, 32.0, "PCLI", "UA", radius_km=600.0)


def town(
    name: str, lat: float, lon: float, code: str = "PPL", *, radius: float = 2.0, population: int = 0
) -> Place:
    return Place(
        f"test:{name}:{lat}", name, lat, lon, code, "UA", "Donetsk", DONETSK.id, "", population, radius
    )  # fmt: skip


TORETSK = town("Toretsk", 48.397, 37.848)
NIU_YORK = town("Niu-York", 48.333, 37.834)
SHCHERBYNIVKA = town("Shcherbynivka", 48.395, 37.82)
MINE = town("Toretsk Mine", 48.402, 37.86, "MN")
KHARKIV = town("Kharkiv", 49.99, 36.23, "PPLA", radius=12.0, population=1_400_000)
HOSPITAL = town("Kharkiv Hospital", 50.03, 36.23, "HSP")

STRIKE, SHELLING = "Air/drone strike", "Shelling/artillery/missile attack"
CLASH, TAKEN, REGAINED = "Armed clash", "Non-state actor overtakes territory", "Government regains territory"


def on(day: date, *, days: int = 1, precision: int = 1) -> DateRange:
    return DateRange(day, day + timedelta(days=days - 1), precision)


def told(
    kind: str = SHELLING,
    at: Place | None = TORETSK,
    when: DateRange | None = None,
    *,
    near: float = 0.0,
    document: str = "a",
    source: str = "",
    published: date | None = TUESDAY,
    undated: bool = False,
    start: int = 0,
    text: str = "A report.",
    **facts: Any,
) -> Event:
    """Return an event as one document tells it; ``near`` is how many km from the place it may have been."""
    region = at is not None and at.level not in ("settlement", "facility")
    report = EventReport(
        document, TextSpan(start, start + len(text), text), TextSpan(start, start + 1, "A"), 0,
        source or document, published=published, stance=facts.get("stance", Stance.REPORTED),
        claimed_by=facts.get("claimed_by"), fatalities=facts.get("fatalities"),
    )  # fmt: skip
    type_ = load_ontology().types[kind]
    event = Event(
        id=f"{document}{start}",
        event_type=type_.family,
        sub_event_type=kind,
        disorder_type=type_.disorder,
        stance=Stance.REPORTED,
        confidence=0.6,
        reports=(report,),
        when=None if undated else when or on(TUESDAY),
    )
    if at is not None:
        event = replace(
            event, place_text=at.name, place=at, lat=at.lat, lon=at.lon, geometry=Point(at.lon, at.lat),
            geo_precision=3 if region else 2 if near else 1, uncertainty_km=near or at.radius_km,
        )  # fmt: skip
    return replace(event, **facts)


def dead(number: int) -> Toll:
    return Toll(number, number, number)


RUSSIA, UKRAINIAN = "Military Forces of Russia", "Military Forces of Ukraine"
FEBRUARY = on(date(2025, 2, 1), days=28, precision=3)

ONE_EVENT = {
    "the same in every way": (told(), told()),
    "one names the actor": (told(actor=RUSSIA), told()),
    "one names the target": (told(target="Civilians"), told(actor=RUSSIA)),
    "the actor in full and in short": (told(actor=RUSSIA), told(actor="Russia")),
    "a government and its forces": (told(CLASH, actor="Government of Mali"), told(CLASH, actor="Mali")),
    "a group with its short form": (
        told(CLASH, actor="Rapid Support Forces (RSF)"),
        told(CLASH, actor="RSF"),
    ),
    "gunmen who are named later": (
        told("Attack", actor="Unidentified Armed Group"),
        told("Attack", actor="Islamists"),
    ),
    "a clash told from both sides": (
        told(CLASH, actor=RUSSIA, target=UKRAINIAN),
        told(CLASH, actor=UKRAINIAN, target=RUSSIA),
    ),
    "a clash whose other side is named": (
        told(CLASH, actor=RUSSIA),
        told(CLASH, actor=UKRAINIAN, target=RUSSIA),
    ),
    "overnight and in the morning": (told(when=on(TUESDAY - timedelta(days=1), days=2)), told()),
    "a day and its week": (told(), told(when=on(TUESDAY - timedelta(days=1), days=7, precision=2))),
    "two weeks that overlap": (
        told(when=on(TUESDAY, days=7, precision=2)),
        told(when=on(TUESDAY + timedelta(days=3), days=7, precision=2)),
    ),
    "a capture of the day before": (told(TAKEN, when=on(TUESDAY - timedelta(days=1))), told(TAKEN)),
    "a day apart with the same dead": (
        told(when=on(TUESDAY - timedelta(days=1)), fatalities=dead(7)),
        told(fatalities=dead(7)),
    ),
    "told again a month later": (told(), told(published=TUESDAY + timedelta(days=30))),
    "claimed and reported": (told(TAKEN, stance=Stance.CLAIMED, claimed_by="Russia"), told(TAKEN)),
    "claimed and denied": (told(TAKEN, stance=Stance.CLAIMED), told(TAKEN, stance=Stance.DENIED)),
    "claimed and confirmed": (told(TAKEN, stance=Stance.CLAIMED), told(TAKEN, stance=Stance.CONFIRMED)),
    "planned twice": (told(stance=Stance.PLANNED), told(stance=Stance.PLANNED)),
    "historical twice": (
        told(stance=Stance.HISTORICAL, when=FEBRUARY),
        told(stance=Stance.HISTORICAL, when=FEBRUARY),
    ),
    "a spot within its town": (told(at=KHARKIV), told(at=HOSPITAL)),
    "two entries of one town": (told(), told(at=town("toretsk", 48.399, 37.85))),
    "in a city, in much the same words": (
        told(at=KHARKIV, text="Two missiles hit a printing house in Kharkiv."),
        told(at=KHARKIV, text="The printing house was burning after missiles had struck."),
    ),
    "in a city, by the same": (
        told(at=KHARKIV, actor=RUSSIA, text="Shells hit a depot."),
        told(at=KHARKIV, actor=RUSSIA, text="A market burned."),
    ),
    "in a city, with as many dead": (
        told(at=KHARKIV, fatalities=dead(5), text="Shells hit a depot."),
        told(at=KHARKIV, fatalities=dead(5), text="A market burned."),
    ),
    "in a village, in other words": (told(text="Shells hit a depot."), told(text="A market burned.")),
    "positions in figures": (
        told(place=None, lat=48.397, lon=37.848),
        told(place=None, lat=48.41, lon=37.848),
    ),
    "near it and in it": (told(near=8.0), told()),
    "near it twice": (told(near=8.0), told(near=10.0)),
    "in a village of what it was near, by the same with the same dead": (
        told(near=10.0, actor=RUSSIA, fatalities=dead(4)),
        told(at=NIU_YORK, actor=RUSSIA, fatalities=dead(4)),
    ),
    "a region, the same actor and day": (told(at=KURSK, actor=RUSSIA), told(at=KURSK, actor=RUSSIA)),
    "a region and a village of it, all else the same": (
        told(at=DONETSK, actor=RUSSIA, fatalities=dead(4)),
        told(actor=RUSSIA, fatalities=dead(4)),
    ),
    "one counts the dead": (told(fatalities=dead(3)), told()),
    "one does not know how many": (told(fatalities=dead(3)), told(fatalities=Toll(None, None, None))),
    "the toll rises": (told(fatalities=dead(5)), told(fatalities=dead(12))),
    "at least three and five": (told(fatalities=Toll(3, 3, None)), told(fatalities=dead(5))),
    "ranges that meet": (told(fatalities=Toll(3, 5, 7)), told(fatalities=Toll(7, 8, 30))),
    "one wounded more": (told(wounded=dead(20)), told(wounded=dead(31))),
    "drones and missiles with the same dead": (
        told(STRIKE, fatalities=dead(6)),
        told(SHELLING, fatalities=dead(6)),
    ),
    "a march that was dispersed": (told("Peaceful protest"), told("Protest with intervention")),
    "a crowd that is called a mob": (told("Violent demonstration"), told("Mob violence")),
    "a sum that has grown": (
        told(CLASH, KURSK, actor=RUSSIA, count=40),
        told(CLASH, KURSK, actor=RUSSIA, count=97),
    ),
    "the weapon in fewer words": (told(STRIKE, weapon="Shahed drone"), told(STRIKE, weapon="drone")),
    "troops of a named side": (told("Troop movement", actor="RSF"), told("Troop movement", actor="RSF")),
    "an agreement told from both sides": (
        told("Agreement", actor="Mali", target="CSP"),
        told("Agreement", actor="CSP", target="Mali"),
    ),
}  # fmt: skip

TWO_EVENTS = {
    "another town": (told(), told(at=KHARKIV)),
    "two villages side by side": (told(), told(at=SHCHERBYNIVKA)),
    "a village of what it was near": (told(near=10.0), told(at=NIU_YORK)),
    "beyond what it was near": (
        told(near=4.0, actor=RUSSIA, fatalities=dead(4)),
        told(at=NIU_YORK, actor=RUSSIA, fatalities=dead(4)),
    ),
    "in a city, in other words": (
        told(at=KHARKIV, text="Shells hit a depot."),
        told(at=KHARKIV, text="A market burned."),
    ),
    "a spot far from the town": (told(), told(at=HOSPITAL)),
    "positions far apart": (told(place=None, lat=48.4, lon=37.8), told(place=None, lat=48.5, lon=37.8)),
    "another day": (told(), told(when=on(TUESDAY + timedelta(days=1)))),
    "another week": (told(), told(when=on(TUESDAY + timedelta(days=7)))),
    "two days apart with the same dead": (
        told(fatalities=dead(7)),
        told(when=on(TUESDAY + timedelta(days=2)), fatalities=dead(7)),
    ),
    "a capture a week later": (told(TAKEN), told(TAKEN, when=on(TUESDAY + timedelta(days=7)))),
    "a day and its month": (told(when=on(date(2025, 2, 3))), told(when=FEBRUARY)),
    "months told weeks apart": (
        told(when=FEBRUARY, published=date(2025, 3, 1)),
        told(when=FEBRUARY, published=date(2025, 3, 20)),
    ),
    "weeks of reports without a date": (
        told(when=on(TUESDAY, days=7, precision=2), published=None),
        told(when=on(TUESDAY, days=7, precision=2), published=None),
    ),
    "no date": (told(undated=True), told(undated=True)),
    "one without a date": (told(), told(undated=True)),
    "no place": (told(at=None), told(at=None)),
    "one without a place": (told(), told(at=None)),
    "another family": (told(CLASH), told(SHELLING)),
    "a clash and a capture": (told(CLASH), told(TAKEN)),
    "taken and regained": (told(TAKEN), told(REGAINED)),
    "drones and missiles": (told(STRIKE), told(SHELLING)),
    "drones and missiles with other dead": (
        told(STRIKE, fatalities=dead(6)),
        told(SHELLING, fatalities=dead(2)),
    ),
    "a bomb and a mine": (told("Suicide bomb"), told("Remote explosive/landmine/IED")),
    "an attack and an abduction": (told("Attack"), told("Abduction/forced disappearance")),
    "another actor": (told(actor=RUSSIA), told(actor=UKRAINIAN)),
    "another target": (told("Attack", target="Hamas"), told("Attack", target="Hezbollah")),
    "a strike and the one that answers it": (
        told(actor=RUSSIA, target=UKRAINIAN),
        told(actor=UKRAINIAN, target=RUSSIA),
    ),
    "who strikes here was struck there": (told(actor=RUSSIA), told(target=RUSSIA)),
    "a clash of three": (
        told(CLASH, actor="RSF", target="SAF"),
        told(CLASH, actor="SAF", target="SPLM-N"),
    ),
    "reported and planned": (told(), told(stance=Stance.PLANNED)),
    "claimed and historical": (told(stance=Stance.CLAIMED), told(stance=Stance.HISTORICAL)),
    "denied and negated": (told(stance=Stance.DENIED), told(stance=Stance.NEGATED)),
    "three dead and sixty": (told(fatalities=dead(3)), told(fatalities=dead(60))),
    "at least three dead and sixty": (told(fatalities=Toll(3, 3, None)), told(fatalities=dead(60))),
    "nobody dead and forty": (told(fatalities=dead(0)), told(fatalities=dead(40))),
    "two wounded and ninety": (told(wounded=dead(2)), told(wounded=dead(90))),
    "two captured and ninety": (told(captured=dead(2)), told(captured=dead(90))),
    "two regions": (told(at=KURSK, actor=RUSSIA), told(at=DONETSK, actor=RUSSIA)),
    "a region, by nobody known": (told(at=KURSK), told(at=KURSK)),
    "a region, another day": (
        told(at=KURSK, actor=RUSSIA),
        told(at=KURSK, actor=RUSSIA, when=on(TUESDAY + timedelta(days=1))),
    ),
    "a region and a village of it": (told(at=DONETSK, actor=RUSSIA), told(actor=RUSSIA)),
    "a country and a village of it, all else the same": (
        told(at=UKRAINE, actor=RUSSIA, fatalities=dead(4)),
        told(actor=RUSSIA, fatalities=dead(4)),
    ),
    "a region and a village elsewhere": (
        told(at=KURSK, actor=RUSSIA, fatalities=dead(4)),
        told(actor=RUSSIA, fatalities=dead(4)),
    ),
    "a sum and one of it": (
        told(CLASH, KURSK, actor=RUSSIA, count=97),
        told(CLASH, KURSK, actor=RUSSIA),
    ),
    "yesterday's sum and today's": (
        told(CLASH, count=97),
        told(CLASH, count=97, when=on(TUESDAY + timedelta(days=1))),
    ),
    "another weapon": (told(weapon="artillery"), told(weapon="missile")),
    "troops of nobody known": (told("Troop movement"), told("Troop movement")),
    "talks of nobody known": (told("Diplomatic"), told("Diplomatic")),
}  # fmt: skip


@pytest.mark.parametrize(("one", "other"), ONE_EVENT.values(), ids=ONE_EVENT.keys())
def test_tellings_of_one_event_match(one: Event, other: Event) -> None:
    assert matches(one, other)
    assert matches(other, one)


@pytest.mark.parametrize(("one", "other"), TWO_EVENTS.values(), ids=TWO_EVENTS.keys())
def test_tellings_of_two_events_do_not_match(one: Event, other: Event) -> None:
    assert not matches(one, other)
    assert not matches(other, one)


PAIRS = [*ONE_EVENT.values(), *TWO_EVENTS.values()]
EVERY = [event for pair in PAIRS for event in pair]


def test_likeness_is_the_same_from_either_side() -> None:
    assert [likeness(one, other) for one in EVERY for other in EVERY] == [
        likeness(other, one) for one in EVERY for other in EVERY
    ]


@pytest.mark.parametrize(
    ("name", "whose"),
    [
        ("Military Forces of Russia", "russia"),
        ("Police Forces of the United States", "united states"),
        ("Russia", "russia"),
        ("Jama'at Nusrat al-Islam wal-Muslimin (JNIM)", "jnim"),
        ("Unidentified Armed Group", ""),
        ("Militants", ""),
        ("Civilians", ""),
        (None, ""),
    ],
)
def test_a_side_is_whom_a_party_fights_for(name: str | None, whose: str) -> None:
    assert side(name) == whose


# --------------------------------------------------------------------------- finding


@pytest.mark.parametrize(
    "nowhere", [told(at=None), told(undated=True)], ids=["without a place", "without a date"]
)
def test_what_has_no_place_or_date_looks_for_nothing(nowhere: Event) -> None:
    assert neighbourhood(nowhere) is None


@pytest.mark.parametrize("day", [date.min, date.max])
def test_the_ends_of_the_calendar_have_neighbours(day: date) -> None:
    around = neighbourhood(told(when=on(day)))
    assert around is not None and around.start is not None and around.end is not None
    assert around.start <= day <= around.end


@pytest.mark.parametrize(("one", "other"), ONE_EVENT.values(), ids=ONE_EVENT.keys())
def test_what_matches_is_looked_for(one: Event, other: Event) -> None:
    for telling, event in ((one, other), (other, one)):
        around = neighbourhood(telling)
        assert around is not None and event.when is not None and event.lat is not None
        assert around.start is not None and around.end is not None
        assert around.start <= event.when.end and event.when.start <= around.end
        assert event.event_type == around.event_type and event.stance in around.stances
        km = 112 * ((event.lat - around.lat) ** 2 + ((event.lon or 0) - around.lon) ** 2) ** 0.5
        assert km - (event.uncertainty_km or 0) <= around.km


def test_two_tellings_of_a_document_never_get_the_same_event() -> None:
    (known,) = [told(fatalities=dead(2), document="known")]
    few, many = told(fatalities=dead(2), start=1), told(fatalities=dead(5), start=20)
    assert joins([many, few], [[known], [known]]) == [None, known]


def test_each_telling_gets_the_event_that_it_agrees_with_best() -> None:
    two, five = told(fatalities=dead(2), document="x"), told(fatalities=dead(5), document="y")
    tellings = [told(fatalities=dead(5), start=1), told(fatalities=dead(2), start=20)]
    assert joins(tellings, [[two, five], [two, five]]) == [five, two]


# --------------------------------------------------------------------------- within one document


@pytest.mark.parametrize(
    ("one", "other", "again"),
    [
        pytest.param(told(actor="Russia"), told(), True, id="the actor is not named again"),
        pytest.param(told(), told(actor="Russia"), False, id="an actor is named later"),
        pytest.param(told(fatalities=dead(3)), told(fatalities=dead(60)), True, id="numbers contradict"),
        pytest.param(told(stance=Stance.CLAIMED), told(), True, id="a claim told plainly"),
        pytest.param(told(stance=Stance.CLAIMED), told(stance=Stance.DENIED), True, id="a claim denied"),
        pytest.param(
            told(stance=Stance.CLAIMED), told(stance=Stance.CONFIRMED), True, id="a claim confirmed"
        ),
        pytest.param(told(), told(stance=Stance.DENIED), False, id="a fact, and somebody's denial"),
        pytest.param(told(), told(stance=Stance.PLANNED), False, id="a plan"),
        pytest.param(told(), told(when=on(date(2025, 1, 27))), False, id="another day"),
        pytest.param(told(count=97), told(), False, id="a sum and one event"),
        pytest.param(told(count=97), told(count=97), True, id="a sum told again"),
    ],
)
def test_a_document_comes_back_to_an_event(one: Event, other: Event, again: bool) -> None:
    assert retold(one, other) is again


# --------------------------------------------------------------------------- folding

LATER = TUESDAY + timedelta(days=1)
LAST = TUESDAY + timedelta(days=2)


def claimed(document: str, published: date = TUESDAY, **facts: Any) -> Event:
    return told(
        TAKEN, document=document, published=published, stance=Stance.CLAIMED, claimed_by="Russia", **facts
    )


def taken(document: str, published: date, stance: Stance = Stance.REPORTED, **facts: Any) -> Event:
    return told(TAKEN, document=document, published=published, stance=stance, **facts)


@pytest.mark.parametrize(
    ("tellings", "stance", "by"),
    [
        pytest.param([claimed("a"), claimed("b", LATER)], Stance.CLAIMED, "Russia", id="claimed again"),
        pytest.param(
            [claimed("a"), taken("b", LATER)], Stance.REPORTED, None, id="another source reports it"
        ),
        pytest.param(
            [claimed("a"), taken("b", LATER, source="a")],
            Stance.CLAIMED,
            "Russia",
            id="the same source repeats it",
        ),
        pytest.param(
            [claimed("a"), taken("b", LATER, Stance.CONFIRMED)], Stance.CONFIRMED, None, id="confirmed"
        ),
        pytest.param(
            [claimed("a"), taken("b", LATER, Stance.CONFIRMED, claimed_by="Military Forces of Russia")],
            Stance.CLAIMED,
            "Russia",
            id="confirmed by the claimant itself",
        ),
        pytest.param([claimed("a"), taken("b", LATER, Stance.DENIED)], Stance.DENIED, None, id="denied"),
        pytest.param(
            [taken("a", TUESDAY), taken("b", LATER, Stance.DENIED)], Stance.DENIED, None, id="a report denied"
        ),
        pytest.param(
            [claimed("a"), taken("b", LATER, Stance.DENIED), taken("c", LAST, Stance.CONFIRMED)],
            Stance.CONFIRMED,
            None,
            id="denied and then confirmed",
        ),
        pytest.param(
            [claimed("a"), taken("b", LATER, Stance.CONFIRMED), taken("c", LAST, Stance.DENIED)],
            Stance.DENIED,
            None,
            id="confirmed and then denied",
        ),
        pytest.param(
            [taken("a", TUESDAY, Stance.CONFIRMED), claimed("b", LATER)],
            Stance.CONFIRMED,
            None,
            id="claimed once more",
        ),
    ],
)
def test_the_last_word_on_an_event_counts(tellings: list[Event], stance: Stance, by: str | None) -> None:
    event = fold(tellings)
    assert (event.stance, event.claimed_by) == (stance, by)


def test_the_history_tells_who_changed_the_stance_in_order_of_publication() -> None:
    event = fold([taken("d", LAST, Stance.DENIED), claimed("b", LATER), claimed("a"), taken("c", LATER)])
    assert [(report.document_id, report.stance) for report in event.history] == [
        ("a", Stance.CLAIMED),
        ("c", Stance.REPORTED),
        ("d", Stance.DENIED),
    ]


@pytest.mark.parametrize(
    ("tolls", "combined"),
    [
        pytest.param([None, None], None, id="none"),
        pytest.param([None, dead(3)], dead(3), id="one"),
        pytest.param([Toll(None, None, None), None], Toll(None, None, None), id="a number nobody gives"),
        pytest.param([Toll(None, None, None), dead(3)], dead(3), id="a number that comes later"),
        pytest.param([dead(5), dead(12)], Toll(5, 12, 12), id="rising"),
        pytest.param([dead(12), dead(7)], Toll(7, 7, 12), id="corrected"),
        pytest.param([Toll(5, 5, None), dead(4)], Toll(4, 4, 5), id="at least five, then four"),
        pytest.param([Toll(5, 5, None), Toll(9, 9, None)], Toll(5, 9, None), id="at least five, then nine"),
        pytest.param([dead(5), Toll(24, None, None)], Toll(5, 5, 24), id="then dozens"),
    ],
)
def test_numbers_of_several_reports_make_a_range_with_the_latest_as_best(
    tolls: list[Toll | None], combined: Toll | None
) -> None:
    days = [TUESDAY + timedelta(days=day) for day in range(len(tolls))]
    tellings = [
        told(document=f"{day}", published=day, fatalities=toll) for day, toll in zip(days, tolls, strict=True)
    ]
    assert fold(tellings).fatalities == combined
    assert (
        fold([replace(one, wounded=one.fatalities, fatalities=None) for one in tellings]).wounded == combined
    )
    assert (
        fold([replace(one, captured=one.fatalities, fatalities=None) for one in tellings]).captured
        == combined
    )


def test_of_numbers_that_contradict_each_other_in_one_report_the_whole_counts() -> None:
    first, second = told(fatalities=dead(30)), told(fatalities=dead(2), start=50)
    assert fold([first, second]).fatalities == Toll(2, 30, 30)


def test_the_most_precise_place_and_the_narrowest_date_are_kept() -> None:
    week = on(TUESDAY - timedelta(days=3), days=7, precision=2)
    rough = told(near=8.0, document="a", published=TUESDAY)
    exact = told(document="b", published=LATER, when=week)
    event = fold([rough, exact])
    assert (event.geo_precision, event.geometry, event.uncertainty_km) == (
        1,
        exact.geometry,
        exact.uncertainty_km,
    )
    assert event.when == rough.when
    assert event.id == rough.id


def test_what_one_report_leaves_open_another_one_fills() -> None:
    event = fold(
        [
            told(CLASH, document="a", actor="SAF"),
            told(CLASH, document="b", published=LATER, actor="RSF", target="SAF", weapon="drone", count=3),
        ]
    )
    assert (event.actor, event.target, event.weapon, event.count) == ("SAF", "RSF", "drone", 3)


@pytest.mark.parametrize(
    ("sources", "confidence"),
    [(["a", "b"], 0.84), (["a", "A "], 0.6), (["a", "b", "a", "b"], 0.84), ([*"abcdefghijkl"], SUREST)],
)
def test_only_independent_sources_make_an_event_surer(sources: list[str], confidence: float) -> None:
    tellings = [told(document=f"{number}", source=name) for number, name in enumerate(sources)]
    assert fold(tellings).confidence == confidence


def test_reports_whose_source_nobody_knows_do_not_vouch_for_each_other() -> None:
    tellings = [told(document=name) for name in "ab"]
    unknown = [replace(one, reports=(replace(one.reports[0], source=""),)) for one in tellings]
    assert fold(unknown).confidence == 0.6


def test_without_a_telling_there_is_no_event() -> None:
    with pytest.raises(ValueError, match="without a telling"):
        fold([])


@st.composite
def some_tellings(draw: st.DrawFn) -> list[Event]:
    numbers = st.none() | st.builds(Toll, *(st.none() | st.integers(0, 99) for _ in range(3)))
    return [
        told(
            draw(st.sampled_from([CLASH, TAKEN, STRIKE])),
            draw(st.sampled_from([TORETSK, NIU_YORK, DONETSK, None])),
            draw(st.sampled_from([None, FEBRUARY, on(LATER)])),
            near=draw(st.sampled_from([0.0, 5.0])),
            document=draw(st.sampled_from("abc")),
            source=draw(st.sampled_from(["", "Wire"])),
            published=draw(st.sampled_from([None, TUESDAY, LATER])),
            start=number * 10,
            stance=draw(st.sampled_from(Stance)),
            actor=draw(st.sampled_from([None, "Russia", "Ukraine"])),
            target=draw(st.sampled_from([None, "Russia", "Ukraine"])),
            fatalities=draw(numbers),
            wounded=draw(numbers),
            count=draw(st.sampled_from([None, 1, 97])),
        )
        for number in range(draw(st.integers(1, 5)))
    ]  # fmt: skip


@given(data=st.data(), tellings=some_tellings())
def test_folding_does_not_depend_on_the_order_of_arrival(data: st.DataObject, tellings: list[Event]) -> None:
    assert fold(data.draw(st.permutations(tellings))) == fold(tellings)


@given(tellings=some_tellings())
def test_folding_loses_no_report_and_adds_none(tellings: list[Event]) -> None:
    reports = [report for telling in tellings for report in telling.reports]
    assert set(fold(tellings).reports) == set(reports)
    assert len(fold(tellings).reports) == len(set(reports))


@given(tellings=some_tellings())
def test_folding_twice_changes_nothing(tellings: list[Event]) -> None:
    event = fold(tellings)
    assert fold([event]) == event
    assert fold([*tellings, *tellings]) == event


@given(tellings=some_tellings())
def test_an_event_keeps_within_what_was_told(tellings: list[Event]) -> None:
    assume(len(tellings) > 1)
    event = fold(tellings)
    assert event.id in {telling.id for telling in tellings}
    assert 0 <= event.confidence <= SUREST
    assert event.confidence >= max(telling.confidence for telling in tellings)
    toll = event.fatalities
    if toll and toll.best is not None:
        assert toll.low is not None and toll.low <= toll.best
        assert toll.high is None or toll.best <= toll.high

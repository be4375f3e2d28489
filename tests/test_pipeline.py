"""From documents to events, and from many documents into the store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point

import merging
from domain import (
    Analysis,
    Document,
    Event,
    EventQuery,
    InvalidInput,
    Outcome,
    Refusal,
    Stance,
    Store,
    Unprocessable,
    UnsupportedMedia,
)
from pipeline import MAX_SPANS, Analyser, readable, run
from store import open_store

FRIDAY = date(2025, 1, 31)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    opened = open_store(f"sqlite:///{tmp_path / 'events.db'}", merging)
    yield opened
    opened.close()


def read(text: str, analyser: Analyser, published: date | None = FRIDAY) -> tuple[Event, ...]:
    """Return the events of a text."""
    return analyser.analyse(Document(text, published)).events


# --------------------------------------------------------------------------- whose ground it is

TAKEN, REGAINED = "Non-state actor overtakes territory", "Government regains territory"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        pytest.param("Russian forces captured Toretsk.", TAKEN, id="foreign state captures"),
        pytest.param(
            "Russian forces liberated Toretsk.", TAKEN, id="foreign state liberates, in its own words"
        ),
        pytest.param("Ukrainian forces captured Robotyne.", REGAINED, id="state captures what is its own"),
        pytest.param("Ukrainian forces liberated Robotyne.", REGAINED, id="state liberates what is its own"),
        pytest.param("Ukrainian forces captured Sudzha in the Kursk region.", TAKEN, id="abroad"),
        pytest.param("Russian forces recaptured Sudzha in the Kursk region.", REGAINED, id="at home again"),
        pytest.param("Rebels captured Goma.", TAKEN, id="an armed group captures"),
        pytest.param("Shells fell while troops captured Goma.", TAKEN, id="nobody is named"),
    ],
)
def test_who_takes_and_who_regains_is_told_by_whose_ground_it_is(
    text: str, kind: str, analyser: Analyser
) -> None:
    assert kind in [event.sub_event_type for event in read(text, analyser)]


# --------------------------------------------------------------------------- what an event carries


def test_an_event_carries_its_evidence_and_its_place(analyser: Analyser) -> None:
    text = "Rain fell. On Tuesday Russian guns shelled Kupiansk, killing two. Trains ran."
    document = Document(text, FRIDAY, "A title", "Example Wire", "https://example.org/1")
    (event,) = analyser.analyse(document).events
    (report,) = event.reports
    assert report.sentence.text == "On Tuesday Russian guns shelled Kupiansk, killing two."
    assert (report.document_id, report.trigger.text) == (document.id, "shelled")
    assert (report.title, report.source, report.url) == ("A title", "Example Wire", "https://example.org/1")
    assert (event.event_type, event.sub_event_type, event.disorder_type) == (
        "Explosions/Remote violence",
        "Shelling/artillery/missile attack",
        "Political violence",
    )
    assert event.place is not None
    assert (event.place_text, event.place.country, event.geo_precision) == ("Kupiansk", "UA", 1)
    assert event.geometry is not None
    assert event.geometry == Point(event.place.lon, event.place.lat)
    assert event.when is not None
    assert (event.when.start, event.when.precision) == (date(2025, 1, 28), 1)
    assert 0 < event.confidence < 1


@pytest.mark.parametrize(
    ("text", "precision", "shape"),
    [
        pytest.param("Shells fell on Toretsk.", 1, "Point", id="a named place"),
        pytest.param("Shells fell near Toretsk.", 2, "Polygon", id="near it"),
        pytest.param("Shells fell on a farm 5 km west of Toretsk.", 2, "Polygon", id="some way from it"),
        pytest.param("Shells fell in the Kherson region.", 3, "region", id="a region"),
        pytest.param("Shells fell in Zrubokivka.", None, None, id="a name that the gazetteer lacks"),
        pytest.param("Shells fell on a barn.", None, None, id="nowhere"),
    ],
)
def test_an_event_is_drawn_as_precisely_as_the_text_places_it(
    text: str, precision: int | None, shape: str | None, analyser: Analyser
) -> None:
    (event,) = read(text, analyser)
    assert event.geo_precision == precision
    drawn = event.geometry.geom_type if event.geometry is not None else None
    assert drawn in ("Polygon", "MultiPolygon") if shape == "region" else drawn == shape
    assert (event.lat is None) == (event.lon is None) == (event.place is None) == (precision is None)


def test_an_event_in_a_region_is_less_sure_than_one_in_a_town(analyser: Analyser) -> None:
    (town,) = read("Shells fell on Toretsk.", analyser)
    (unplaced,) = read("Shells fell on a barn.", analyser)
    assert unplaced.confidence < town.confidence


# --------------------------------------------------------------------------- one event, several mentions


def test_mentions_of_one_event_become_one_event_with_several_reports(analyser: Analyser) -> None:
    text = "Russian guns shelled Kupiansk on Tuesday. Kupiansk was shelled by Russian guns, killing two."
    analysis = analyser.analyse(Document(text, FRIDAY))
    assert len(analysis.event_mentions) == 2
    (event,) = analysis.events
    assert [report.trigger.start for report in event.reports] == [13, 55]
    assert event.fatalities is not None
    assert event.fatalities.best == 2


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Shells fell on Toretsk. Shells fell on Kupiansk.", id="two places"),
        pytest.param("Shells fell on Toretsk. Drones hit Toretsk.", id="two types"),
        pytest.param("Shells hit Toretsk on Monday. Shells hit Toretsk on Tuesday.", id="two days"),
        pytest.param("Shells hit Toretsk. Russia plans to shell Toretsk.", id="two stances"),
        pytest.param("Syria shelled Ghajar. Jordan shelled Ghajar.", id="two actors"),
        pytest.param("Shells hit the villages of Zrubokivka and Hnatkivka.", id="two unknown villages"),
        pytest.param(
            "Shells hit the villages of Zrubokivka and Hnatkivka in the Kherson region.",
            id="two unknown villages in one region",
        ),
    ],
)
def test_what_differs_stays_two_events(text: str, analyser: Analyser) -> None:
    assert len({event.id for event in read(text, analyser)}) == 2


def test_a_report_that_comes_back_to_a_claim_has_not_confirmed_it(analyser: Analyser) -> None:
    (event,) = read("Russia claimed it had captured Toretsk. Russian troops seized Toretsk.", analyser)
    assert (event.stance, event.claimed_by, len(event.reports)) == (Stance.CLAIMED, "Russia", 2)


# --------------------------------------------------------------------------- ids


def test_ids_stay_the_same_from_run_to_run(analyser: Analyser) -> None:
    text = "Shells fell on Toretsk. Thousands rallied in Tbilisi. A barn burned in a drone strike."
    again = Analyser(analyser._gazetteer, analyser._regions)
    assert [event.id for event in read(text, analyser)] == [event.id for event in read(text, again)]


def test_no_two_documents_tell_under_one_id(analyser: Analyser) -> None:
    (one,) = read("Russian guns shelled Kupiansk on Tuesday.", analyser)
    (other,) = read("Russian guns shelled Kupiansk on Tuesday!", analyser)
    assert one.id != other.id


# --------------------------------------------------------------------------- spans that are given


def test_of_given_spans_exactly_those_are_resolved_in_their_order(analyser: Analyser) -> None:
    text = "Shells fell on Toretsk, Kupiansk and a barn in Lyptsi."
    spans = [(24, 32), (15, 22)]
    analysis = analyser.analyse(Document(text, FRIDAY), spans)
    assert [(r.mention.start, r.mention.end) for r in analysis.resolutions] == spans
    assert [r.place.name for r in analysis.resolutions if r.place] == ["Kupyansk", "Toretsk"]


def test_with_no_spans_given_nothing_is_searched_for(analyser: Analyser) -> None:
    analysis = analyser.analyse(Document("Shells fell on Toretsk.", FRIDAY), [])
    assert analysis.resolutions == ()
    assert [event.geo_precision for event in analysis.events] == [None]


@pytest.mark.parametrize("span", [(-1, 3), (3, 3), (5, 3), (0, 99), (99, 100)])
def test_a_span_outside_the_text_is_refused(span: tuple[int, int], analyser: Analyser) -> None:
    with pytest.raises(InvalidInput, match="toponyms: .* lies outside the text"):
        analyser.analyse(Document("Shells fell on Toretsk."), [(0, 6), span])


def test_too_many_spans_are_refused(analyser: Analyser) -> None:
    with pytest.raises(InvalidInput, match="toponyms: "):
        analyser.analyse(Document("Shells fell."), [(0, 6)] * (MAX_SPANS + 1))


# --------------------------------------------------------------------------- into the store

OUTCOMES = {
    Outcome.MAPPED: "Shells fell on Toretsk.",
    Outcome.REGION_ONLY: "Shells fell in the Kherson region.",
    Outcome.UNPLACED: "Shells fell on a barn.",
    Outcome.NO_EVENT: "Trains ran.",
}


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_every_document_has_one_outcome(outcome: Outcome, store: Store, analyser: Analyser) -> None:
    text = OUTCOMES[outcome]
    assert list(run([Document(text, FRIDAY)], store, analyser)) == [(text, outcome)]


@pytest.mark.parametrize(
    "text", ["Odesa was not shelled.", "Russia plans to shell Odesa.", "In 2014 Odesa was shelled."]
)
def test_what_nobody_says_has_happened_is_no_event_of_the_summary(text: str, analyser: Analyser) -> None:
    analysis = analyser.analyse(Document(text, FRIDAY))
    assert (len(analysis.events), analysis.outcome) == (1, Outcome.NO_EVENT)


def test_the_outcomes_of_a_run_add_up(store: Store, analyser: Analyser) -> None:
    documents = [Document(text, FRIDAY, title) for title, text in OUTCOMES.items()]
    refusal = Refusal("bad.txt", UnsupportedMedia("this is binary data, not text"))
    told = list(run([*documents, refusal, documents[0]], store, analyser))
    assert [name for name, _ in told] == [*OUTCOMES, "bad.txt", Outcome.MAPPED]
    assert Counter(outcome for _, outcome in told) == Counter(Outcome)
    assert store.totals()["documents"] == len(OUTCOMES)
    assert store.totals()["refusals"] == 1


def test_a_document_read_twice_changes_nothing(store: Store, analyser: Analyser) -> None:
    document = Document("Shells fell on Toretsk.", FRIDAY)
    list(run([document], store, analyser))
    before = list(store.events(EventQuery()))
    assert list(run([document], store, analyser)) == [(document.text, Outcome.KNOWN)]
    assert list(store.events(EventQuery())) == before


@pytest.mark.parametrize(
    ("one", "other", "events"),
    [
        pytest.param(
            "Russian guns shelled Kupiansk on Tuesday.",
            "A barn burned in Kupiansk when Russian gunners shelled Kupiansk on 28 January.",
            1,
            id="told in other words",
        ),
        pytest.param(
            "Russian guns shelled Kupiansk on Tuesday.",
            "Russian guns shelled Kupiansk on Wednesday.",
            2,
            id="another day",
        ),
        pytest.param("Shells hit Kupiansk on Tuesday.", "Shells hit Izium on Tuesday.", 2, id="another town"),
        pytest.param(
            "Shells hit Kupiansk on Tuesday.",
            "Shells hit Kupiansk on Tuesday, and drones struck it.",
            2,
            id="another type",
        ),
        pytest.param(
            "Shells hit Kupiansk on Tuesday. Shells hit Kupiansk on Monday.",
            "On Tuesday shells hit Kupiansk. On Monday shells hit Kupiansk.",
            2,
            id="each of two days its own",
        ),
        pytest.param(
            "Shells killed three in Kupiansk on Tuesday.",
            "Shells killed sixty in Kupiansk on Tuesday.",
            2,
            id="far more dead",
        ),
        pytest.param("Shells hit a barn.", "Shells hit a barn!", 2, id="nowhere"),
    ],
)
def test_documents_that_tell_of_one_event_share_it(
    one: str, other: str, events: int, store: Store, analyser: Analyser
) -> None:
    list(run([Document(one, FRIDAY), Document(other, FRIDAY)], store, analyser))
    assert len(list(store.events(EventQuery()))) == events


def test_a_claim_that_is_denied_keeps_both_in_its_history(store: Store, analyser: Analyser) -> None:
    claim = Document("Russia claimed it had captured Toretsk on Friday.", FRIDAY, source="One Wire")
    denial = Document(
        "Ukraine denied that Russia had captured Toretsk on Friday.",
        date(2025, 2, 1),
        source="Two",
    )
    list(run([denial, claim], store, analyser))
    (event,) = store.events(EventQuery(stances=()))
    assert event.stance is Stance.DENIED
    assert [(report.document_id, report.stance) for report in event.history] == [
        (claim.id, Stance.CLAIMED),
        (denial.id, Stance.DENIED),
    ]


def test_two_documents_of_one_event_are_two_reports_of_it(store: Store, analyser: Analyser) -> None:
    first = Document("Russian guns shelled Kupiansk on Tuesday.", FRIDAY)
    second = Document("Kupiansk was shelled by Russian guns on 28 January.", date(2025, 1, 30))
    list(run([first, second], store, analyser))
    (event,) = store.events(EventQuery())
    assert {report.document_id for report in event.reports} == {first.id, second.id}
    assert {event.id for each in (first, second) for event in store.events_of(each.id)} == {event.id}


def test_a_run_is_lazy_so_that_a_crash_keeps_what_was_read(store: Store, analyser: Analyser) -> None:
    def inputs() -> Iterator[Document]:
        yield Document("Shells fell on Toretsk.", FRIDAY)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(run(inputs(), store, analyser))
    assert store.totals()["documents"] == 1


# --------------------------------------------------------------------------- any text at all


def check_sound(analysis: Analysis) -> None:
    """Assert what holds whatever the text is."""
    text = analysis.document.text
    count = len(analysis.resolutions)
    for resolution in analysis.resolutions:
        mention = resolution.mention
        assert text[mention.start : mention.end] == mention.text != ""
        assert all(other is None or 0 <= other < count for other in (mention.near, mention.inside))
        assert 0 <= resolution.confidence <= 1
    for told in analysis.event_mentions:
        assert told.place is None or analysis.resolutions[told.place].mention.literal
        for span in (told.trigger, told.sentence):
            assert text[span.start : span.end] == span.text != ""
    reported = [report for event in analysis.events for report in event.reports]
    assert len(reported) <= len(analysis.event_mentions)
    assert {report.trigger for report in reported} == {told.trigger for told in analysis.event_mentions}


WORDS = (
    "Kyiv", "Moscow", "Kursk region", "Toretsk", "Rostov-on-Don", "Zrubokivka", "Russia", "Ukrainian",
    "Hamas", "the", "a", "and", "of", "in", "near", "which", "who", "while", "not", "no", "its", "they",
    "by", "from", "12 km west of", "village of", "said", "denied", "claimed", "plans to", "according to",
    "shelled", "shelling", "hit", "drones", "captured", "killed", "withdrawal", "attack", "were", "three",
    "a hundred and", "1,200", "on Monday", "on 31 February", "in 2022", "overnight", "two weeks ago", ",",
    ".", ";", "—", "\n\n", "’s", "…", "“", "(", ")", "\u200b", "\u0130", "ﬁ", "½", "٣", "\u0301", "😀",
    "Å",
)  # fmt: skip
"""Pieces of reports, with letters whose length changes with their case."""


def test_a_report_in_another_language_is_refused_and_the_run_goes_on(
    store: Store, analyser: Analyser
) -> None:
    foreign = Document("Російські війська обстріляли Харків у понеділок уранці.", FRIDAY)
    english = Document("Shells fell on Kupiansk.", FRIDAY)

    inputs = readable([foreign, english], analyser)
    outcomes = [outcome for _, outcome in run(inputs, store, analyser)]

    assert outcomes[0] is Outcome.REFUSED
    assert outcomes[1] is not Outcome.REFUSED
    assert store.knows(english.id)
    assert not store.knows(foreign.id)


@settings(max_examples=300, deadline=None)
@given(text=st.text(max_size=300), published=st.none() | st.dates())
def test_any_text_is_read_or_refused_as_foreign(
    text: str, published: date | None, analyser: Analyser
) -> None:
    try:
        analysis = analyser.analyse(Document(text, published))
    except Unprocessable as refusal:
        assert "English" in refusal.message
    else:
        check_sound(analysis)


@settings(max_examples=400, deadline=None)
@given(
    words=st.lists(st.sampled_from(WORDS), max_size=40),
    glue=st.sampled_from([" ", "  ", "", "\n", "\u00a0"]),
    published=st.none() | st.dates(),
)
def test_any_jumble_of_the_words_of_news_is_read_without_an_error(
    words: list[str], glue: str, published: date | None, analyser: Analyser
) -> None:
    check_sound(analyser.analyse(Document(glue.join(words), published)))


@settings(max_examples=100, deadline=None)
@given(data=st.data(), words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=20))
def test_any_spans_within_any_text_are_resolved_in_their_order(
    data: st.DataObject, words: list[str], analyser: Analyser
) -> None:
    text = " ".join(words)
    starts = data.draw(st.lists(st.integers(0, len(text) - 1), max_size=10))
    spans = [(start, data.draw(st.integers(start + 1, len(text)))) for start in starts]
    analysis = analyser.analyse(Document(text), spans)
    assert [(r.mention.start, r.mention.end) for r in analysis.resolutions] == spans
    check_sound(analysis)


@pytest.mark.parametrize(
    "piece",
    [
        pytest.param("Russian guns shelled Toretsk and killed two while ", id="no full stop"),
        pytest.param("Toretsk, ", id="list without end"),
        pytest.param("Kyiv of ", id="name without end"),
        pytest.param("hundred ", id="number without end"),
        pytest.param("(", id="brackets"),
        pytest.param("a\n", id="lines"),
        pytest.param("Drones Hit Kyiv\n", id="headlines"),
        pytest.param("killed two and ", id="deaths without end"),
    ],
)
def test_text_without_an_end_is_read_soundly(piece: str, analyser: Analyser) -> None:
    # How long it takes is in the benchmark: what grew with the square of the length took minutes.
    check_sound(analyser.analyse(Document((piece * 20_000)[:20_000], FRIDAY)))


# --------------------------------------------------------------------------- the text's wording


@pytest.mark.parametrize(
    ("text", "place", "precision", "geometry"),
    [
        ("A drone struck a depot 12 km west of Pokrovsk.", "Pokrovsk", 2, "Polygon"),
        ("Rockets hit trucks on the road from Pokrovsk to Kurakhove.", "Pokrovsk", 2, "Polygon"),
        ("Shelling hit villages along the Russian-Ukrainian border.", "Russia", 3, "Polygon"),
        ("Shelling hit Ukraine's eastern Donetsk region.", "Donetsk", 3, "MultiPolygon"),
        ("A missile struck a ship in the Red Sea off the coast of Yemen.", "Yemen", 3, "MultiPolygon"),
        ("A missile struck Pokrovsk (48.28614, 37.18271).", "Pokrovsk", 1, "Point"),
    ],
)
def test_an_event_lies_where_the_wording_puts_it(
    text: str, place: str, precision: int, geometry: str, analyser: Analyser
) -> None:
    (event,) = analyser.analyse(Document(text, date(2025, 6, 1))).events
    assert event.place is not None and event.geometry is not None
    assert (event.place.name, event.geo_precision) == (place, precision)
    assert event.geometry.geom_type in (geometry, geometry.removeprefix("Multi"))
    assert event.lat is not None and event.lon is not None
    assert event.geometry.distance(Point(event.lon, event.lat)) < 1e-4


@pytest.mark.parametrize(
    ("text", "district"),
    [
        pytest.param("Shelling hit Bakhmut.", "adm2:UA.05.bakhmut-raion", id="told by the place"),
        pytest.param("Shelling hit a depot near Bakhmut.", "adm2:UA.05.bakhmut-raion", id="near the place"),
        pytest.param("Shelling hit the Kursk region.", "", id="known to the region"),
    ],
)
def test_the_place_of_an_event_has_its_district_where_that_is_known(
    text: str, district: str, analyser: Analyser
) -> None:
    (event,) = analyser.analyse(Document(text, date(2025, 6, 1))).events
    assert event.place is not None
    assert event.place.admin2_id == district


def test_coordinates_alone_place_an_event_without_a_place_of_the_gazetteer(analyser: Analyser) -> None:
    (event,) = analyser.analyse(Document("Artillery shelled a post at 48.2861, 37.1827.")).events
    assert event.place is None
    assert (event.lat, event.lon, event.geo_precision) == (48.2861, 37.1827, 1)
    assert event.on_map


def test_a_people_at_its_border_is_no_party_to_what_happens_there(analyser: Analyser) -> None:
    (event,) = analyser.analyse(Document("A drone was shot down on the Lebanese-Syrian border.")).events
    assert event.actor is None
    assert event.place_text == "Lebanon"

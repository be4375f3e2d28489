"""Request arguments: what is read, and how everything else is refused by name."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from domain import MAPPED_STANCES, BBox, Circle, EventQuery, InvalidInput, Stance
from ontology import load_ontology
from web.params import (
    DEFAULT_KM,
    EVENTS,
    MAX_LIMIT,
    NEAR,
    PARAMETERS,
    Arguments,
    NearQuestion,
    event_query,
    near_question,
    to_arguments,
)

ONTOLOGY = load_ontology()
TYPES = [*ONTOLOGY.families, *ONTOLOGY.types]


def events(*pairs: tuple[str, str]) -> EventQuery:
    return event_query(Arguments(MultiDict(pairs), EVENTS), ONTOLOGY)


def near(*pairs: tuple[str, str]) -> NearQuestion:
    return near_question(Arguments(MultiDict(pairs), NEAR))


@pytest.mark.parametrize(
    ("pairs", "query"),
    [
        pytest.param([], EventQuery(), id="nothing asks for all that is vouched for"),
        pytest.param([("start", ""), ("region", " ")], EventQuery(), id="empty fields of a form"),
        pytest.param(
            [("start", "2025-01-01"), ("end", "2025-01-31")],
            EventQuery(start=date(2025, 1, 1), end=date(2025, 1, 31)),
            id="window",
        ),
        pytest.param(
            [("type", "Battles"), ("type", "Air/drone strike"), ("type", "Battles")],
            EventQuery(types=("Battles", "Air/drone strike")),
            id="types and sub-types, each once",
        ),
        pytest.param(
            [("stance", "denied"), ("stance", "claimed")],
            EventQuery(stances=(Stance.CLAIMED, Stance.DENIED)),
            id="stances",
        ),
        pytest.param([("stance", "all")], EventQuery(stances=tuple(Stance)), id="every stance"),
        pytest.param(
            [("precision", "3"), ("precision", "1")], EventQuery(precisions=(1, 3)), id="precisions"
        ),
        pytest.param(
            [("bbox", "22.1, 44,40.2,52.5")],
            EventQuery(bbox=BBox(22.1, 44, 40.2, 52.5)),
            id="box",
        ),
        pytest.param([("region", "country:UA")], EventQuery(region="country:UA"), id="country"),
        pytest.param([("region", "adm1:UA.05")], EventQuery(region="adm1:UA.05"), id="division"),
        pytest.param([("precision", "0")], EventQuery(precisions=(0,)), id="what is not placed"),
        pytest.param(
            [("actor", "Wagner"), ("actor", "Al-Shabaab"), ("outlet", "Sample Wire")],
            EventQuery(actors=("Wagner", "Al-Shabaab"), sources=("Sample Wire",)),
            id="actors and sources",
        ),
        pytest.param([("text", " two drones ")], EventQuery(text="two drones"), id="words"),
        pytest.param([("fatalities", "10")], EventQuery(fatalities=10), id="people killed"),
        pytest.param(
            [("area", "37,48;38.5,48; 38,49.25")],
            EventQuery(area=((37.0, 48.0), (38.5, 48.0), (38.0, 49.25))),
            id="drawn area",
        ),
        pytest.param(
            [("around", "48.28,37.18,25")], EventQuery(around=Circle(48.28, 37.18, 25)), id="distance"
        ),
        pytest.param(
            [("view", "170,-10,-170,10")],
            EventQuery(view=BBox(170, -10, -170, 10)),
            id="view across the antimeridian",
        ),
        pytest.param([("limit", str(MAX_LIMIT))], EventQuery(limit=MAX_LIMIT), id="largest limit"),
    ],
)
def test_arguments_become_a_query(pairs: list[tuple[str, str]], query: EventQuery) -> None:
    assert events(*pairs) == query


@pytest.mark.parametrize(
    ("pairs", "field", "words"),
    [
        pytest.param([("tpye", "Battles")], "tpye", "did you mean 'type'", id="misspelt"),
        pytest.param([("km", "5")], "km", "no parameter", id="known, but not here"),
        pytest.param([("bad\x00name", "5")], "bad�name", "no parameter", id="control character in a name"),
        pytest.param([("start", "2025-02-30")], "start", "no day", id="no such day"),
        pytest.param([("start", "31.1.2025")], "start", "not a date", id="another date format"),
        pytest.param([("end", "٢٠٢٥-٠١-٠١")], "end", "not a date", id="digits of another script"),
        pytest.param([("start", "2025-02-01"), ("end", "2025-01-01")], "start", "after", id="order"),
        pytest.param([("start", "2025-01-01")] * 2, "start", "more often", id="repeated single value"),
        pytest.param([("type", "Batles")], "type", "did you mean 'Battles'", id="unknown type"),
        pytest.param([("type", "Battles")] * 101, "type", "more often", id="repeated without end"),
        pytest.param([("type", "x" * 201)], "type", "at most 200", id="too long"),
        pytest.param([("type", "Bat\x00tles")], "type", "printable", id="NUL"),
        pytest.param([("stance", "Claimed!")], "stance", "did you mean 'claimed'", id="unknown stance"),
        pytest.param([("precision", "4")], "precision", "none of 1, 2, 3", id="unknown precision"),
        pytest.param([("bbox", "1,2,3")], "bbox", "west,south,east,north", id="three sides"),
        pytest.param([("bbox", "170,-10,-170,10")], "bbox", "antimeridian", id="across the antimeridian"),
        pytest.param([("bbox", "10,50,20,40")], "bbox", "south lies north", id="upside down"),
        pytest.param([("bbox", "10,40,181,50")], "bbox", "not between -180 and 180", id="off the Earth"),
        pytest.param([("bbox", "10,nan,20,50")], "bbox", "not a number", id="box of nan"),
        pytest.param([("region", "UA")], "region", "not the id", id="code instead of id"),
        pytest.param([("fatalities", "0")], "fatalities", "not between 1", id="nobody killed"),
        pytest.param([("fatalities", "2.5")], "fatalities", "whole number", id="half a person"),
        pytest.param([("area", "1,2;3,4")], "area", "3 to 60 corners", id="area of two corners"),
        pytest.param([("area", "1,2;3,4;5")], "area", "lon,lat", id="corner of one number"),
        pytest.param([("area", "1,2;" * 59 + "1,2;1,2")], "area", "corners", id="area of many corners"),
        pytest.param([("area", "1,2;" * 1000)], "area", "at most 1800", id="area without end"),
        pytest.param([("area", "1,2;3,4;5,91")], "area", "not between", id="corner off the Earth"),
        pytest.param([("around", "48,37")], "around", "lat,lon,km", id="distance without an end"),
        pytest.param([("around", "48,37,0")], "around", "more than 0", id="no distance"),
        pytest.param([("around", "48,37,9000")], "around", "not between", id="round the Earth"),
        pytest.param([("view", "1,2,3")], "view", "west,south,east,north", id="view of three sides"),
        pytest.param([("region", "adm1:UA.05' OR 1=1")], "region", "not the id", id="SQL"),
        pytest.param([("limit", "0")], "limit", "not between", id="limit 0"),
        pytest.param([("limit", "100001")], "limit", "not between", id="limit too high"),
        pytest.param([("limit", "1.5")], "limit", "whole number", id="half an event"),
        pytest.param([("limit", "1e3")], "limit", "not a number", id="exponent"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(
    pairs: list[tuple[str, str]], field: str, words: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        events(*pairs)
    assert caught.value.field == field
    assert words in caught.value.message


@pytest.mark.parametrize(
    ("pairs", "question"),
    [
        pytest.param([], NearQuestion(DEFAULT_KM), id="nothing"),
        pytest.param([("place", " Pokrovsk ")], NearQuestion(DEFAULT_KM, "Pokrovsk"), id="name"),
        pytest.param(
            [("place", "Pokrovsk"), ("place_id", "geonames:1"), ("km", "12.5")],
            NearQuestion(12.5, "Pokrovsk", "geonames:1"),
            id="one of several",
        ),
        pytest.param(
            [("lat", "-90"), ("lon", "180")], NearQuestion(DEFAULT_KM, lat=-90, lon=180), id="position"
        ),
        pytest.param([("lat", ""), ("lon", ""), ("place", "")], NearQuestion(DEFAULT_KM), id="empty form"),
    ],
)
def test_arguments_become_a_question_of_nearness(
    pairs: list[tuple[str, str]], question: NearQuestion
) -> None:
    assert near(*pairs) == question
    assert question.asked == bool(question.place or question.place_id or question.lat is not None)


@pytest.mark.parametrize(
    ("pairs", "field"),
    [
        pytest.param([("place", "X"), ("km", "-3")], "km", id="negative radius"),
        pytest.param([("place", "X"), ("km", "0")], "km", id="no radius"),
        pytest.param([("place", "X"), ("km", "5000.1")], "km", id="radius too large"),
        pytest.param([("place", "X"), ("km", "inf")], "km", id="endless radius"),
        pytest.param([("lat", "91"), ("lon", "0")], "lat", id="beyond the pole"),
        pytest.param([("lat", "0"), ("lon", "-180.5")], "lon", id="beyond the antimeridian"),
        pytest.param([("lat", "nan"), ("lon", "0")], "lat", id="nan"),
        pytest.param([("lat", "48")], "lon", id="latitude alone"),
        pytest.param([("lon", "37")], "lat", id="longitude alone"),
        pytest.param([("lat", "48"), ("lon", "37"), ("place", "X")], "place", id="both"),
        pytest.param([("place", "X"), ("view", "1,2,3,4")], "view", id="no part of a map beside a radius"),
    ],
)
def test_what_is_near_to_nothing_is_refused_by_name(pairs: list[tuple[str, str]], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        near(*pairs)
    assert caught.value.field == field


degrees = st.decimals(-90, 90, places=4).map(float)
queries = st.builds(
    EventQuery,
    start=st.none() | st.dates(date(1900, 1, 1), date(2000, 1, 1)),
    end=st.none() | st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    types=st.lists(st.sampled_from(TYPES), unique=True).map(tuple),
    stances=st.sets(st.sampled_from(Stance), min_size=1).map(
        lambda chosen: tuple(stance for stance in Stance if stance in chosen)
    ),
    precisions=st.sets(st.sampled_from([1, 2, 3])).map(lambda chosen: tuple(sorted(chosen))),
    bbox=st.none()
    | st.tuples(degrees, degrees, degrees, degrees).map(
        lambda d: BBox(min(d[0], d[2]), min(d[1], d[3]), max(d[0], d[2]), max(d[1], d[3]))
    ),
    region=st.sampled_from([None, "country:UA", "adm1:UA.05"]),
    limit=st.none() | st.integers(1, MAX_LIMIT),
)


@given(queries)
def test_a_link_asks_the_question_that_it_was_made_of(query: EventQuery) -> None:
    pairs = [(name, value) for name, values in to_arguments(query).items() for value in values]
    assert events(*pairs) == query


@given(st.dictionaries(st.sampled_from(EVENTS), st.text(max_size=30)))
def test_no_text_does_more_than_be_refused(arguments: dict[str, str]) -> None:
    try:
        query = events(*arguments.items())
    except InvalidInput as error:
        assert error.field in EVENTS
    else:
        assert query.stances and (query.limit is None or query.limit >= 1)


def test_the_default_link_is_bare() -> None:
    assert to_arguments(EventQuery(stances=MAPPED_STANCES)) == {}


def test_every_address_takes_documented_parameters_only() -> None:
    assert {*EVENTS, *NEAR} <= PARAMETERS.keys()
    assert all(parameter.help for parameter in PARAMETERS.values())

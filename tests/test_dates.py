"""Dates against the publication date, and without one."""

from __future__ import annotations

from datetime import date

import pytest

from extract.dates import find_dates

FRIDAY = date(2025, 1, 31)

Found = tuple[str, str, str, int]
"""The words, first and last day, and the precision."""


def read(text: str, published: date | None = FRIDAY) -> list[Found | tuple[str, None]]:
    """Return what is found in a sentence, in a form that reads well."""
    return [
        (text[day.start : day.end], str(day.when.start), str(day.when.end), day.when.precision)
        if day.when
        else (text[day.start : day.end], None)
        for day in find_dates(text, published)
    ]


ABSOLUTE = [
    pytest.param("on 2025-01-28 it rained", [("2025-01-28", "2025-01-28", "2025-01-28", 1)], id="ISO"),
    pytest.param(
        "on January 28, 2025, it", [("January 28, 2025", "2025-01-28", "2025-01-28", 1)], id="American"
    ),
    pytest.param("on 28 January 2025", [("28 January 2025", "2025-01-28", "2025-01-28", 1)], id="British"),
    pytest.param("the 3rd of May 2024", [("3rd of May 2024", "2024-05-03", "2024-05-03", 1)], id="ordinal"),
    pytest.param("on Sept. 3, 2024", [("Sept. 3, 2024", "2024-09-03", "2024-09-03", 1)], id="short month"),
    pytest.param("on 29 February 2024", [("29 February 2024", "2024-02-29", "2024-02-29", 1)], id="leap day"),
    pytest.param("in December 2024", [("in December 2024", "2024-12-01", "2024-12-31", 3)], id="month"),
    pytest.param("in early May 2024", [("in early May 2024", "2024-05-01", "2024-05-10", 3)], id="early"),
    pytest.param("in mid-May 2024", [("in mid-May 2024", "2024-05-11", "2024-05-20", 3)], id="mid"),
    pytest.param(
        "At the end of May 2024 it", [("At the end of May 2024", "2024-05-21", "2024-05-31", 3)], id="end of"
    ),
    pytest.param("in 2022", [("in 2022", "2022-01-01", "2022-12-31", 3)], id="year"),
]


@pytest.mark.parametrize(("text", "expected"), ABSOLUTE)
def test_a_full_date_needs_no_publication_date(text: str, expected: list[Found]) -> None:
    assert read(text) == expected
    assert read(text, None) == expected


RELATIVE = [
    pytest.param("on Jan. 28", ("Jan. 28", "2025-01-28", "2025-01-28", 1), id="day of this year"),
    pytest.param("on 30 December", ("30 December", "2024-12-30", "2024-12-30", 1), id="day of last year"),
    pytest.param("on 3 February", ("3 February", "2025-02-03", "2025-02-03", 1), id="day just ahead"),
    pytest.param("on 29 February", ("29 February", "2024-02-29", "2024-02-29", 1), id="last leap day"),
    pytest.param("in December", ("in December", "2024-12-01", "2024-12-31", 3), id="month of last year"),
    pytest.param(
        "in early January", ("in early January", "2025-01-01", "2025-01-10", 3), id="part of a month"
    ),
    pytest.param("since December", ("since December", "2024-12-01", "2025-01-31", 3), id="since a month"),
    pytest.param("last November", ("last November", "2024-11-01", "2024-11-30", 3), id="last and a month"),
    pytest.param(
        "last January", ("last January", "2024-01-01", "2024-01-31", 3), id="last and this month's name"
    ),
    pytest.param("on Tuesday", ("Tuesday", "2025-01-28", "2025-01-28", 1), id="weekday"),
    pytest.param("on Friday", ("Friday", "2025-01-31", "2025-01-31", 1), id="weekday of publication"),
    pytest.param("last Friday", ("last Friday", "2025-01-24", "2025-01-24", 1), id="last and that weekday"),
    pytest.param("next Monday", ("next Monday", "2025-02-03", "2025-02-03", 1), id="next weekday"),
    pytest.param("Today", ("Today", "2025-01-31", "2025-01-31", 1), id="today"),
    pytest.param("yesterday", ("yesterday", "2025-01-30", "2025-01-30", 1), id="yesterday"),
    pytest.param(
        "the day before yesterday",
        ("the day before yesterday", "2025-01-29", "2025-01-29", 1),
        id="the day before yesterday",
    ),
    pytest.param("tomorrow", ("tomorrow", "2025-02-01", "2025-02-01", 1), id="tomorrow"),
    pytest.param("overnight", ("overnight", "2025-01-30", "2025-01-31", 1), id="overnight"),
    pytest.param("six hours ago", ("six hours ago", "2025-01-31", "2025-01-31", 1), id="hours ago"),
    pytest.param("20 hours ago", ("20 hours ago", "2025-01-30", "2025-01-30", 1), id="many hours ago"),
    pytest.param("three days ago", ("three days ago", "2025-01-28", "2025-01-28", 1), id="days ago"),
    pytest.param("a week ago", ("a week ago", "2025-01-21", "2025-01-27", 2), id="a week ago"),
    pytest.param("two months ago", ("two months ago", "2024-11-17", "2024-12-17", 3), id="months ago"),
    pytest.param("over the past week", ("over the past week", "2025-01-24", "2025-01-31", 2), id="past week"),
    pytest.param(
        "in the last three weeks", ("in the last three weeks", "2025-01-10", "2025-01-31", 3), id="past weeks"
    ),
    pytest.param(
        "in the last 24 hours", ("in the last 24 hours", "2025-01-30", "2025-01-31", 1), id="past hours"
    ),
    pytest.param("last week", ("last week", "2025-01-20", "2025-01-26", 2), id="last week"),
    pytest.param("this month", ("this month", "2025-01-01", "2025-01-31", 3), id="this month"),
    pytest.param("last year", ("last year", "2024-01-01", "2024-12-31", 3), id="last year"),
]


@pytest.mark.parametrize(("text", "expected"), RELATIVE)
def test_a_relative_date_is_read_against_the_publication_date(text: str, expected: Found) -> None:
    assert read(f"It rained {text} in the hills.") == [expected]


@pytest.mark.parametrize(("text", "expected"), RELATIVE)
def test_a_relative_date_stays_open_without_a_publication_date(text: str, expected: Found) -> None:
    assert read(f"It rained {text} in the hills.", None) == [(expected[0], None)]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("on 31 February", id="day that no month has"),
        pytest.param("on 31 February 2025", id="day that the month has not"),
        pytest.param("on 29 February 2025", id="leap day of no leap year"),
        pytest.param("on 2025-02-30", id="ISO day that is none"),
        pytest.param("on 2025-13-01", id="ISO month that is none"),
        pytest.param("on 0 January 2025", id="day zero"),
        pytest.param("on March 7, 1750", id="year before our time"),
        pytest.param("in 2150", id="year to come"),
        pytest.param("May told them to march on", id="May and march that are no months"),
        pytest.param("1998 villages were lost", id="number of four digits"),
        pytest.param("the 5 men", id="number before a noun"),
    ],
)
def test_what_is_no_date_is_not_read_as_one(text: str) -> None:
    assert read(text) == []
    assert read(text, None) == []


@pytest.mark.parametrize("text", ["500000 years ago", "9999 weeks ago", "in the last 99999 days"])
def test_a_date_too_far_back_stays_open(text: str) -> None:
    assert read(text) == [(text, None)]


def test_all_dates_of_a_sentence_are_found_in_order() -> None:
    found = read("On Tuesday it snowed, on 5 January it rained, and in 2022 it did neither.")
    assert [day[0] for day in found] == ["Tuesday", "5 January", "in 2022"]


def test_a_plan_at_the_turn_of_the_year_lies_ahead() -> None:
    assert read("on 5 January", date(2024, 12, 20)) == [("5 January", "2025-01-05", "2025-01-05", 1)]


@pytest.mark.parametrize("published", [date(1900, 1, 1), date(2100, 12, 31), date.min, date.max])
def test_no_publication_date_breaks_the_reading(published: date) -> None:
    text = "On 29 February, next Monday, tomorrow, overnight, two years ago, last year, in May it rained."
    for day in find_dates(text, published):
        assert day.when is None or day.when.start <= day.when.end

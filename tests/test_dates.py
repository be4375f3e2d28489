"""Dates against the publication date, and without one."""

from __future__ import annotations

from datetime import date

import pytest

from domain import DateRange
from extract.dates import DateMention, find_dates

FRIDAY = date(2025, 1, 31)
WEDNESDAY = date(2019, 7, 10)
SUNDAY = date(2023, 10, 8)
YEAR_END = date(2022, 12, 30)

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


NEWS = [
    ("3-5 May", FRIDAY, "2024-05-03", "2024-05-05", 2),
    ("3–5 May", FRIDAY, "2024-05-03", "2024-05-05", 2),
    ("between 3 and 5 May", FRIDAY, "2024-05-03", "2024-05-05", 2),
    ("from 3 to 7 May", FRIDAY, "2024-05-03", "2024-05-07", 2),
    ("May 3 and 4", FRIDAY, "2024-05-03", "2024-05-04", 1),
    ("May 3-5", FRIDAY, "2024-05-03", "2024-05-05", 2),
    ("May 3 to 5, 2024", FRIDAY, "2024-05-03", "2024-05-05", 2),
    ("30 April to 2 May", FRIDAY, "2024-04-30", "2024-05-02", 2),
    ("April 30 - May 2, 2020", FRIDAY, "2020-04-30", "2020-05-02", 2),
    ("Dec. 30, 2023 to Jan. 2, 2024", FRIDAY, "2023-12-30", "2024-01-02", 2),
    ("30 December to 2 January", FRIDAY, "2024-12-30", "2025-01-02", 2),
    ("3 and 4 January", FRIDAY, "2025-01-03", "2025-01-04", 1),
    ("3rd and 4th of May", FRIDAY, "2024-05-03", "2024-05-04", 1),
    ("on Monday and Tuesday", FRIDAY, "2025-01-27", "2025-01-28", 1),
    ("from Friday to Sunday", FRIDAY, "2025-01-24", "2025-01-26", 2),
    ("Monday-Tuesday", FRIDAY, "2025-01-27", "2025-01-28", 1),
    ("between Sunday and Wednesday", FRIDAY, "2025-01-26", "2025-01-29", 2),
    ("from 2014 to 2016", FRIDAY, "2014-01-01", "2016-12-31", 3),
    ("between 2014 and 2016", FRIDAY, "2014-01-01", "2016-12-31", 3),
    ("the night of 3 January", FRIDAY, "2025-01-03", "2025-01-04", 1),
    ("the night of January 3 to 4", FRIDAY, "2025-01-03", "2025-01-04", 1),
    ("night of Monday to Tuesday", FRIDAY, "2025-01-27", "2025-01-28", 1),
    ("Tuesday night", FRIDAY, "2025-01-28", "2025-01-29", 1),
    ("overnight into Tuesday", FRIDAY, "2025-01-27", "2025-01-28", 1),
    ("overnight on January 3", FRIDAY, "2025-01-02", "2025-01-03", 1),
    ("overnight from Monday to Tuesday", FRIDAY, "2025-01-27", "2025-01-28", 1),
    ("overnight to Wednesday", FRIDAY, "2025-01-28", "2025-01-29", 1),
    ("last night", FRIDAY, "2025-01-30", "2025-01-31", 1),
    ("yesterday night", FRIDAY, "2025-01-30", "2025-01-31", 1),
    ("through the night", FRIDAY, "2025-01-30", "2025-01-31", 1),
    ("at night", FRIDAY, "2025-01-30", "2025-01-31", 1),
    ("in the early hours of Tuesday", FRIDAY, "2025-01-28", "2025-01-28", 1),
    ("at dawn on Tuesday", FRIDAY, "2025-01-28", "2025-01-28", 1),
    ("late on Monday", FRIDAY, "2025-01-27", "2025-01-27", 1),
    ("early Monday", FRIDAY, "2025-01-27", "2025-01-27", 1),
    ("Monday morning", FRIDAY, "2025-01-27", "2025-01-27", 1),
    ("Monday evening", FRIDAY, "2025-01-27", "2025-01-27", 1),
    ("yesterday evening", FRIDAY, "2025-01-30", "2025-01-30", 1),
    ("this morning", FRIDAY, "2025-01-31", "2025-01-31", 1),
    ("tonight", FRIDAY, "2025-01-31", "2025-01-31", 1),
    ("tomorrow night", FRIDAY, "2025-02-01", "2025-02-01", 1),
    ("over the weekend", WEDNESDAY, "2019-07-06", "2019-07-07", 1),
    ("at the weekend", WEDNESDAY, "2019-07-06", "2019-07-07", 1),
    ("last weekend", WEDNESDAY, "2019-07-06", "2019-07-07", 1),
    ("this weekend", WEDNESDAY, "2019-07-06", "2019-07-07", 1),
    ("next weekend", WEDNESDAY, "2019-07-13", "2019-07-14", 1),
    ("on Wednesday", WEDNESDAY, "2019-07-10", "2019-07-10", 1),
    ("last Wednesday", WEDNESDAY, "2019-07-03", "2019-07-03", 1),
    ("next Wednesday", WEDNESDAY, "2019-07-17", "2019-07-17", 1),
    ("this Friday", WEDNESDAY, "2019-07-12", "2019-07-12", 1),
    ("this Monday", WEDNESDAY, "2019-07-08", "2019-07-08", 1),
    ("Tuesday last week", WEDNESDAY, "2019-07-02", "2019-07-02", 1),
    ("on Wednesday of last week", WEDNESDAY, "2019-07-03", "2019-07-03", 1),
    ("Monday next week", WEDNESDAY, "2019-07-15", "2019-07-15", 1),
    ("three weeks ago on Tuesday", WEDNESDAY, "2019-06-18", "2019-06-18", 1),
    ("on Sunday", WEDNESDAY, "2019-07-07", "2019-07-07", 1),
    ("by Friday", WEDNESDAY, "2019-07-12", "2019-07-12", 1),
    ("until Saturday", WEDNESDAY, "2019-07-13", "2019-07-13", 1),
    ("Sunday's attack", WEDNESDAY, "2019-07-07", "2019-07-07", 1),
    ("over the weekend", SUNDAY, "2023-10-07", "2023-10-08", 1),
    ("this weekend", SUNDAY, "2023-10-07", "2023-10-08", 1),
    ("last Saturday", SUNDAY, "2023-10-07", "2023-10-07", 1),
    ("on Sunday", SUNDAY, "2023-10-08", "2023-10-08", 1),
    ("Saturday", SUNDAY, "2023-10-07", "2023-10-07", 1),
    ("last week", SUNDAY, "2023-09-25", "2023-10-01", 2),
    ("this week", SUNDAY, "2023-10-02", "2023-10-08", 2),
    ("next week", SUNDAY, "2023-10-09", "2023-10-15", 2),
    ("earlier this week", SUNDAY, "2023-10-02", "2023-10-08", 2),
    ("the past week", SUNDAY, "2023-09-25", "2023-10-01", 2),
    ("yesterday", SUNDAY, "2023-10-07", "2023-10-07", 1),
    ("overnight", SUNDAY, "2023-10-07", "2023-10-08", 1),
    ("the day before yesterday", SUNDAY, "2023-10-06", "2023-10-06", 1),
    ("the day after tomorrow", SUNDAY, "2023-10-10", "2023-10-10", 1),
    ("the past 24 hours", WEDNESDAY, "2019-07-09", "2019-07-10", 1),
    ("in the past day", WEDNESDAY, "2019-07-09", "2019-07-10", 1),
    ("over the past two weeks", WEDNESDAY, "2019-06-26", "2019-07-10", 3),
    ("in the last few days", WEDNESDAY, "2019-07-05", "2019-07-10", 2),
    ("over the last couple of weeks", WEDNESDAY, "2019-06-26", "2019-07-10", 3),
    ("in recent days", WEDNESDAY, "2019-07-05", "2019-07-10", 2),
    ("in recent weeks", WEDNESDAY, "2019-06-05", "2019-07-10", 3),
    ("in recent months", WEDNESDAY, "2019-02-10", "2019-07-10", 3),
    ("in recent years", WEDNESDAY, "2014-07-11", "2019-07-10", 3),
    ("in the last three weeks", WEDNESDAY, "2019-06-19", "2019-07-10", 3),
    ("for the past six months", WEDNESDAY, "2019-01-11", "2019-07-10", 3),
    ("over the past decade", WEDNESDAY, "2009-07-10", "2019-07-10", 3),
    ("in the previous 48 hours", WEDNESDAY, "2019-07-08", "2019-07-10", 2),
    ("in the coming days", WEDNESDAY, "2019-07-11", "2019-07-15", 2),
    ("in the next 48 hours", WEDNESDAY, "2019-07-11", "2019-07-12", 1),
    ("over the next three weeks", WEDNESDAY, "2019-07-11", "2019-07-31", 3),
    ("in the coming week", WEDNESDAY, "2019-07-11", "2019-07-17", 2),
    ("earlier this week", WEDNESDAY, "2019-07-08", "2019-07-10", 2),
    ("earlier this month", WEDNESDAY, "2019-07-01", "2019-07-10", 3),
    ("earlier this year", WEDNESDAY, "2019-01-01", "2019-07-10", 3),
    ("later this week", WEDNESDAY, "2019-07-11", "2019-07-14", 2),
    ("later this month", WEDNESDAY, "2019-07-11", "2019-07-31", 3),
    ("last month", WEDNESDAY, "2019-06-01", "2019-06-30", 3),
    ("late last month", WEDNESDAY, "2019-06-21", "2019-06-30", 3),
    ("early last month", WEDNESDAY, "2019-06-01", "2019-06-10", 3),
    ("next month", WEDNESDAY, "2019-08-01", "2019-08-31", 3),
    ("early this year", WEDNESDAY, "2019-01-01", "2019-04-30", 3),
    ("late last year", WEDNESDAY, "2018-09-01", "2018-12-31", 3),
    ("this year", WEDNESDAY, "2019-01-01", "2019-07-10", 3),
    ("next year", WEDNESDAY, "2020-01-01", "2020-12-31", 3),
    ("past month", WEDNESDAY, "2019-06-01", "2019-06-30", 3),
    ("a fortnight ago", WEDNESDAY, "2019-06-19", "2019-07-03", 3),
    ("two years ago", WEDNESDAY, "2017-01-09", "2018-01-08", 3),
    ("a year ago", WEDNESDAY, "2018-01-09", "2019-01-08", 3),
    ("more than a year ago", WEDNESDAY, "2017-07-10", "2018-07-10", 3),
    ("over two weeks ago", WEDNESDAY, "2019-06-12", "2019-06-26", 3),
    ("a month ago", WEDNESDAY, "2019-05-26", "2019-06-25", 3),
    ("several days ago", WEDNESDAY, "2019-06-30", "2019-07-06", 2),
    ("a few days ago", WEDNESDAY, "2019-07-03", "2019-07-07", 2),
    ("a couple of weeks ago", WEDNESDAY, "2019-06-19", "2019-07-03", 3),
    ("a decade ago", WEDNESDAY, "2004-07-10", "2014-07-10", 3),
    ("half a dozen weeks ago", WEDNESDAY, "2019-05-26", "2019-06-01", 2),
    ("mid-May", WEDNESDAY, "2019-05-11", "2019-05-20", 3),
    ("early May", WEDNESDAY, "2019-05-01", "2019-05-10", 3),
    ("in early July", WEDNESDAY, "2019-07-01", "2019-07-10", 3),
    ("late June", WEDNESDAY, "2019-06-21", "2019-06-30", 3),
    ("the first week of May", WEDNESDAY, "2019-05-01", "2019-05-07", 2),
    ("the last week of May", WEDNESDAY, "2019-05-25", "2019-05-31", 2),
    ("the second week of June", WEDNESDAY, "2019-06-08", "2019-06-14", 2),
    ("the first half of May", WEDNESDAY, "2019-05-01", "2019-05-15", 3),
    ("the second half of May", WEDNESDAY, "2019-05-16", "2019-05-31", 3),
    ("in the middle of June", WEDNESDAY, "2019-06-11", "2019-06-20", 3),
    ("the start of April", WEDNESDAY, "2019-04-01", "2019-04-10", 3),
    ("at the end of June", WEDNESDAY, "2019-06-21", "2019-06-30", 3),
    ("in March", WEDNESDAY, "2019-03-01", "2019-03-31", 3),
    ("in August", WEDNESDAY, "2018-08-01", "2018-08-31", 3),
    ("last July", WEDNESDAY, "2018-07-01", "2018-07-31", 3),
    ("last May", WEDNESDAY, "2019-05-01", "2019-05-31", 3),
    ("next May", WEDNESDAY, "2020-05-01", "2020-05-31", 3),
    ("this March", WEDNESDAY, "2019-03-01", "2019-03-31", 3),
    ("by September", WEDNESDAY, "2019-09-01", "2019-09-30", 3),
    ("by March", WEDNESDAY, "2020-03-01", "2020-03-31", 3),
    ("until October", WEDNESDAY, "2019-10-01", "2019-10-31", 3),
    ("since March", WEDNESDAY, "2019-03-01", "2019-07-10", 3),
    ("March 2018", WEDNESDAY, "2018-03-01", "2018-03-31", 3),
    ("in March of 2018", WEDNESDAY, "2018-03-01", "2018-03-31", 3),
    ("Aug 2018", WEDNESDAY, "2018-08-01", "2018-08-31", 3),
    ("the end of last March", WEDNESDAY, "2019-03-21", "2019-03-31", 3),
    ("since early May", WEDNESDAY, "2019-05-01", "2019-07-10", 3),
    ("in the spring of 2019", WEDNESDAY, "2019-03-01", "2019-05-31", 3),
    ("in spring 2018", WEDNESDAY, "2018-03-01", "2018-05-31", 3),
    ("last summer", WEDNESDAY, "2018-06-01", "2018-08-31", 3),
    ("last winter", WEDNESDAY, "2018-12-01", "2019-02-28", 3),
    ("this spring", WEDNESDAY, "2019-03-01", "2019-05-31", 3),
    ("early summer 2018", WEDNESDAY, "2018-06-01", "2018-06-30", 3),
    ("in the winter of 2017", WEDNESDAY, "2017-12-01", "2018-02-28", 3),
    ("the fall of 2018", WEDNESDAY, "2018-09-01", "2018-11-30", 3),
    ("in the 1990s", WEDNESDAY, "1990-01-01", "1999-12-31", 3),
    ("since the 1990s", WEDNESDAY, "1990-01-01", "2019-07-10", 3),
    ("the early 1990s", WEDNESDAY, "1990-01-01", "1993-04-30", 3),
    ("in the 2010s", WEDNESDAY, "2010-01-01", "2019-12-31", 3),
    ("early 2018", WEDNESDAY, "2018-01-01", "2018-04-30", 3),
    ("mid-2014", WEDNESDAY, "2014-05-01", "2014-08-31", 3),
    ("late 2018", WEDNESDAY, "2018-09-01", "2018-12-31", 3),
    ("the second half of 2018", WEDNESDAY, "2018-07-01", "2018-12-31", 3),
    ("the end of 2018", WEDNESDAY, "2018-09-01", "2018-12-31", 3),
    ("in late 2018", WEDNESDAY, "2018-09-01", "2018-12-31", 3),
    ("since 2013", WEDNESDAY, "2013-01-01", "2019-07-10", 3),
    ("since late 2013", WEDNESDAY, "2013-09-01", "2019-07-10", 3),
    ("in 2018", WEDNESDAY, "2018-01-01", "2018-12-31", 3),
    ("12.03.2024", FRIDAY, "2024-03-12", "2024-03-12", 1),
    ("12/03/2024", FRIDAY, "2024-03-12", "2024-03-12", 1),
    ("03/25/2024", FRIDAY, "2024-03-25", "2024-03-25", 1),
    ("2024/03/12", FRIDAY, "2024-03-12", "2024-03-12", 1),
    ("25/12/24", FRIDAY, "2024-12-25", "2024-12-25", 1),
    ("12/25/24", FRIDAY, "2024-12-25", "2024-12-25", 1),
    ("2024-03-12", FRIDAY, "2024-03-12", "2024-03-12", 1),
    ("2024-03-12T14:05:00Z", FRIDAY, "2024-03-12", "2024-03-12", 1),
    ("2024-03-12 14:05", FRIDAY, "2024-03-12", "2024-03-12", 1),
    ("13/4/99", FRIDAY, "1999-04-13", "1999-04-13", 1),
    ("1.2.2024", FRIDAY, "2024-02-01", "2024-02-01", 1),
    ("Feb. 24, 2022", YEAR_END, "2022-02-24", "2022-02-24", 1),
    ("24 Feb", YEAR_END, "2023-02-24", "2023-02-24", 1),
    ("24 Feb. 2022", YEAR_END, "2022-02-24", "2022-02-24", 1),
    ("Sept. 3", YEAR_END, "2022-09-03", "2022-09-03", 1),
    ("3 Sept 2022", YEAR_END, "2022-09-03", "2022-09-03", 1),
    ("Friday, May 3", YEAR_END, "2022-05-03", "2022-05-03", 1),
    ("Friday 3 May 2019", YEAR_END, "2019-05-03", "2019-05-03", 1),
    ("Friday, 3 May 2019", YEAR_END, "2019-05-03", "2019-05-03", 1),
    ("the 24th of May", YEAR_END, "2022-05-24", "2022-05-24", 1),
    ("on the 24th.", YEAR_END, "2022-12-24", "2022-12-24", 1),
    ("on the 31st.", YEAR_END, "2022-10-31", "2022-10-31", 1),
    ("on the 5th of this month", YEAR_END, "2022-12-05", "2022-12-05", 1),
    ("on the 5th of last month", YEAR_END, "2022-11-05", "2022-11-05", 1),
    ("2 January", YEAR_END, "2023-01-02", "2023-01-02", 1),
    ("Jan. 5", YEAR_END, "2023-01-05", "2023-01-05", 1),
    ("since 24 February 2022", YEAR_END, "2022-02-24", "2022-12-30", 3),
    ("since 24 February", YEAR_END, "2022-02-24", "2022-12-30", 3),
    ("since Friday", YEAR_END, "2022-12-30", "2022-12-30", 1),
    ("since last week", YEAR_END, "2022-12-19", "2022-12-30", 3),
    ("until 5 January", YEAR_END, "2023-01-05", "2023-01-05", 1),
    ("by 5 January", YEAR_END, "2023-01-05", "2023-01-05", 1),
    ("two days after 3 May", YEAR_END, "2022-05-05", "2022-05-05", 1),
    ("a week before 3 May", YEAR_END, "2022-04-26", "2022-04-26", 1),
    ("three days after Monday", YEAR_END, "2022-12-29", "2022-12-29", 1),
]
"""The expression, the publication date, the first and the last day, and the precision."""


@pytest.mark.parametrize(
    ("words", "published", "first", "last", "precision"), NEWS, ids=[f"{row[0]}, {row[1]}" for row in NEWS]
)
def test_what_news_writes_is_read(words: str, published: date, first: str, last: str, precision: int) -> None:
    (found,) = find_dates(f"It rained in the hills {words}, and the roads were flooded.", published)
    assert found.when == DateRange(date.fromisoformat(first), date.fromisoformat(last), precision)


TOLD = DateRange(date(2025, 1, 10), date(2025, 1, 10), 1)


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("the next day", "2025-01-11", "2025-01-11"),
        ("the following day", "2025-01-11", "2025-01-11"),
        ("the following morning", "2025-01-11", "2025-01-11"),
        ("the day after", "2025-01-11", "2025-01-11"),
        ("a day later", "2025-01-11", "2025-01-11"),
        ("two days later", "2025-01-12", "2025-01-12"),
        ("a week later", "2025-01-16", "2025-01-18"),
        ("a month earlier", "2024-12-04", "2024-12-18"),
        ("two days earlier", "2025-01-08", "2025-01-08"),
        ("the day before", "2025-01-09", "2025-01-09"),
        ("the previous night", "2025-01-09", "2025-01-09"),
        ("the same day", "2025-01-10", "2025-01-10"),
        ("that evening", "2025-01-10", "2025-01-10"),
        ("the following week", "2025-01-13", "2025-01-19"),
        ("later in the day", "2025-01-10", "2025-01-10"),
    ],
)
def test_a_date_may_hang_on_the_one_told_before(words: str, first: str, last: str) -> None:
    (found,) = find_dates(f"He died {words}.", FRIDAY, TOLD)
    assert found.when is not None
    assert (str(found.when.start), str(found.when.end)) == (first, last)
    assert found.relative


@pytest.mark.parametrize("words", ["the next day", "two days later", "the day before", "that night"])
def test_what_hangs_on_no_date_stays_open(words: str) -> None:
    assert read(f"He died {words}.") == [(words, None)]


def test_the_date_told_may_stand_in_the_sentence_itself() -> None:
    assert read("He was hurt on 3 May 2024 and died two days later.")[1][1:] == (
        "2024-05-05",
        "2024-05-05",
        1,
    )


def only(text: str, published: date | None = FRIDAY) -> DateMention:
    """Return the one date of a text."""
    (found,) = find_dates(text, published)
    return found


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("since August", "since"),
        ("since Friday", "since"),
        ("since 24 February 2022", "since"),
        ("since at least 2013", "since"),
        ("until Monday", "until"),
        ("by the end of March", "by"),
        ("by Monday", "by"),
        ("by Monday 30 had died", "on"),
        ("on Monday", "on"),
        ("through the night", "on"),
    ],
)
def test_the_word_before_a_date_gives_it_its_role(text: str, role: str) -> None:
    assert only(text).role == role


@pytest.mark.parametrize("text", ["since August", "since 3 May 2024", "since Tuesday", "since last year"])
def test_what_lasts_since_a_date_lasts_to_the_publication(text: str) -> None:
    when = only(text).when
    assert when is not None
    assert when.end == FRIDAY


@pytest.mark.parametrize(
    ("text", "ahead"),
    [
        ("tomorrow", True),
        ("next week", True),
        ("next Monday", True),
        ("by Monday", True),
        ("by Friday", True),
        ("until March", True),
        ("in the coming weeks", True),
        ("on 3 February", True),
        ("on 3 January", False),
        ("yesterday", False),
        ("on Monday", False),
        ("since Monday", False),
    ],
)
def test_what_lies_ahead_is_told(text: str, ahead: bool) -> None:
    assert only(text).ahead is ahead


def test_what_lies_ahead_of_an_unknown_day_is_told_by_its_words() -> None:
    assert only("tomorrow", None).ahead
    assert not only("yesterday", None).ahead


@pytest.mark.parametrize(
    ("text", "relative"),
    [
        ("on 3 May 2024", False),
        ("since 2013", False),
        ("12.03.2024", False),
        ("on 3 May", True),
        ("yesterday", True),
        ("on Monday", True),
    ],
)
def test_a_date_tells_whether_it_needs_another(text: str, relative: bool) -> None:
    assert only(text).relative is relative


@pytest.mark.parametrize(
    "text",
    [
        "for three hours",
        "a 12-hour gun battle",
        "a two-year-old girl",
        "a 30-day truce",
        "aged 24",
        "at dawn",
        "before dawn",
        "at 5.30 p.m.",
        "within minutes",
        "the 24th floor",
        "the 93rd Brigade",
        "the day before the vote",
        "the fall of the city",
        "3/12/24",
        "version 1.2.3.2024",
        "a march of 3,000 people",
        "It may 1,000 times",
        "from 5-3 May",
        "every spring",
    ],
)
def test_lengths_and_times_of_day_are_no_dates(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    "unit", ["1 ", " ", "may ", "3 may ", "in the last ", "since ", "1.", "one hundred "]
)
def test_a_text_of_one_thing_again_and_again_is_read(unit: str) -> None:
    text = unit * (20_000 // len(unit))
    found = find_dates(text, FRIDAY)
    assert all(0 <= one.start < one.end <= len(text) for one in found)


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

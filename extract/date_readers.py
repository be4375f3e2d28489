"""What expressions of time mean: each reader turns the named parts of one into days.

A reader returns ``None`` where it lacks a date to read against, and raises ValueError where the words
are no date after all: "31 February". Which words go to which reader is in ``dates.py``.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from domain import DateRange
from extract.numbers import read_number

MIN_YEAR, MAX_YEAR = 1900, 2100
DAYS_AHEAD = 60
"""How far ahead of the publication a day without a year may lie; what is farther was last year."""

MAX_COUNT = 5000
"""More days, weeks, months or years than these stay open."""

MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
MONTHS |= {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name} | {"sept": 9}
WEEKDAYS = {name.lower(): number for number, name in enumerate(calendar.day_name)}
SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
UNITS = {
    "hour": 1 / 24, "day": 1, "night": 1, "week": 7, "fortnight": 14, "month": 30, "year": 365, "decade": 3652
}  # fmt: skip
"""Days in each."""

_SINGLE = {"": 1.0, "a": 1.0, "an": 1.0}
_VAGUE = {"couple of": 2.0, "several": 7.0} | dict.fromkeys(("few", "recent", "coming", "next"), 5.0)
_ORDINALS = ("first", "second", "third", "fourth")
_ONE = timedelta(days=1)
_WEEK = timedelta(days=7)

Role = Literal["on", "since", "until", "by"]


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression of time, and what it is read against: the publication and the date last told."""

    match: re.Match[str]
    published: date | None
    anchor: DateRange | None
    role: Role

    def __getitem__(self, part: str) -> str:
        """Return a named part in lower case, empty where the rule or the text has none."""
        return (self.match.groupdict().get(part) or "").strip().lower()

    def year(self, part: str = "year") -> int | None:
        """Return a year that is named. Raises ValueError for one that no news is from."""
        if not self[part]:
            return None
        year = int(self[part])
        if year < 100:
            newest = self.published.year + 1 if self.published else MAX_YEAR
            year += 2000 if 2000 + year <= newest else 1900
        if not MIN_YEAR <= year <= MAX_YEAR:
            raise ValueError(f"year {year}")
        return year

    def days(self) -> timedelta:
        """Return how long "three weeks" are. Raises OverflowError beyond what a date can mean."""
        return timedelta(days=round(_count(self["count"]) * UNITS[self["unit"]]))


Reader = Callable[[Expression], "DateRange | None"]


def day(only: date) -> DateRange:
    """Return one day as a range."""
    return DateRange(only, only, 1)


def days_from(start: date, end: date) -> DateRange:
    """Return the days from one to another with their precision. Raises ValueError if they are reversed."""
    if end < start:
        raise ValueError(f"{start} to {end}")
    days = (end - start).days
    return DateRange(start, end, 1 if days <= 1 else 2 if days <= 7 else 3)


def night(when: DateRange) -> DateRange:
    """Return the night that begins on a day; the night of two days is that between them."""
    return DateRange(when.start, max(when.end, when.start + _ONE), 1)


def moved(when: DateRange, shift: re.Match[str]) -> DateRange:
    """Return the day that is "two days after" (``shift``) another."""
    days = _count(shift["count"].lower()) * UNITS[shift["unit"].lower()]
    by = timedelta(days=round(days if shift["way"].lower() == "after" else -days))
    return DateRange(when.start + by, when.end + by, when.precision)


def _against_publication(read: Callable[[Expression, date], DateRange]) -> Reader:
    """Make a reader of one that needs the publication date; what lies outside the calendar stays open."""

    def reader(words: Expression) -> DateRange | None:
        try:
            return read(words, words.published) if words.published else None
        except OverflowError:
            return None

    return reader


def _count(words: str) -> float:
    count = _SINGLE.get(words) or _VAGUE.get(words.removeprefix("a ")) or read_number(words)
    if count is None or count > MAX_COUNT:
        raise OverflowError(f"{words} units of time")
    return count


def _whole_month(year: int, month: int) -> tuple[date, date]:
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def _part_of(first: date, last: date, part: str) -> DateRange:
    """Return the early, middle or late third of some time, a half of it, one of its weeks, or all."""
    words = set(part.replace("-", " ").split())
    if not words:
        return days_from(first, last)
    if words & {"week", "days"}:
        if words & {"last", "final"}:
            return days_from(last - _WEEK + _ONE, last)
        first += _WEEK * next((number for number, name in enumerate(_ORDINALS) if name in words), 0)
        return days_from(first, first + _WEEK - _ONE)
    if "half" in words:
        middle = _way_through(first, last, 1, 2)
        return days_from(middle, last) if "second" in words else days_from(first, middle - _ONE)
    second, third = _way_through(first, last, 1, 3), _way_through(first, last, 2, 3)
    if words & {"early", "start", "beginning"}:
        return days_from(first, second - _ONE)
    if words & {"mid", "middle"}:
        return days_from(second, third - _ONE)
    return days_from(third, last)


def _way_through(first: date, last: date, part: int, parts: int) -> date:
    """Return the first day of a part: of a year or more by whole months, of anything less by days."""
    days = (last - first).days + 1
    if days < 365:
        return first + timedelta(days=days // parts * part)
    months = 12 * (last.year - first.year + 1) * part // parts
    return date(first.year + months // 12, months % 12 + 1, 1)


# --------------------------------------------------------------------------- days, months, years by name


def in_figures(words: Expression) -> DateRange | None:
    """Read "2024-03-12" and "12.03.2024", where the day stands first unless it cannot."""
    year, first, second = words.year(), int(words["first"]), int(words["second"])
    assert year is not None
    american = words["mark"] and second > 12
    return day(date(year, first, second) if american else date(year, second, first))


def days_of_month(words: Expression) -> DateRange | None:
    """Read "3 May", "3-5 May", "30 April to 2 May 2020"."""
    month, first = MONTHS[words["month"]], int(words["day"])
    last_month = MONTHS[words["month2"] or words["month"]]
    last = _calendar_day(words, last_month, int(words["day2"] or first))
    if last is None:
        return None
    year = words.year("year1") or last.year - (month > last_month)
    return days_from(date(year, month, first), last)


def _calendar_day(words: Expression, month: int, number: int) -> date | None:
    year, published = words.year(), words.published
    if year is not None or published is None:
        # 2024 has all days that a year can have.
        meant = date(year or 2024, month, number)
        return meant if year else None
    # A day just ahead is a plan, one far ahead was last year's; 29 February is that of a leap year.
    for guess in range(published.year + 1, published.year - 9, -1):
        if 1 <= guess <= date.max.year and number <= calendar.monthrange(guess, month)[1]:
            meant = date(guess, month, number)
            if (meant - published).days <= (0 if words.role == "since" else DAYS_AHEAD):
                return meant
    raise ValueError(f"{number} is no day of month {month}")


@_against_publication
def day_alone(words: Expression, published: date) -> DateRange:
    """Read "on the 24th": the last such day, or that of the month named."""
    number, which = int(words["day"]), words["which"]
    first = _unit_of(
        published, "month", -1 if which == "last" or (not which and number > published.day) else 0
    )[0]
    if not which and number > calendar.monthrange(first.year, first.month)[1]:
        # Before each month of fewer than 31 days is one that has them.
        first = _unit_of(first, "month", -1)[0]
    return day(first.replace(day=number))


def month(words: Expression) -> DateRange | None:
    """Read "in May", "last May", "early May 2020"."""
    number, year, published = MONTHS[words["month"]], words.year(), words.published
    if year is None:
        if published is None:
            return None
        year = published.year
        if words["which"] == "next" or words.role in ("by", "until"):
            year += number < published.month or (words["which"] == "next" and number == published.month)
        elif words["which"] != "this":
            year -= number > published.month or (words["which"] == "last" and number == published.month)
    return _part_of(*_whole_month(year, number), words["part"])


def season(words: Expression) -> DateRange | None:
    """Read "in the spring of 2019" and "last summer", as the northern half of the world has them."""
    begins, year, published = SEASONS[words["season"]], words.year(), words.published
    if year is None:
        if published is None:
            return None
        over = words["which"] == "last"
        year = next(
            guess
            for guess in range(published.year, published.year - 3, -1)
            if _months_of_season(guess, begins)[over] <= published
        )
    return _part_of(*_months_of_season(year, begins), words["part"])


def _months_of_season(year: int, begins: int) -> tuple[date, date]:
    last_year, last_month = (year + 1, 2) if begins == 12 else (year, begins + 2)
    return date(year, begins, 1), _whole_month(last_year, last_month)[1]


def years(words: Expression) -> DateRange | None:
    """Read "in 2022", "late 2022", "from 2014 to 2016", "in the 1990s"."""
    first = words.year()
    assert first is not None
    last = first + 9 if words["decade"] else words.year("year2") or first
    return _part_of(date(first, 1, 1), date(last, 12, 31), words["part"])


# --------------------------------------------------------------------------- days of the week


@_against_publication
def weekday(words: Expression, published: date) -> DateRange:
    """Read "on Tuesday", "next Tuesday", "Tuesday last week", "Tuesday night"."""
    wanted = WEEKDAYS[words["weekday"]]
    back = (published.weekday() - wanted) % 7
    of_this_week = published - timedelta(days=published.weekday() - wanted)
    if words["week"]:
        meant = of_this_week + {"last": -1, "this": 0, "next": 1}[words["week"]] * _WEEK
    elif words["which"] in ("next", "coming") or (words.role in ("by", "until") and back):
        meant = published + timedelta(days=7 - back)
    elif words["which"] == "this":
        meant = of_this_week
    else:
        # "On Friday" in Friday's paper is today, "last Friday" is not.
        meant = published - timedelta(days=back or 7 if words["which"] == "last" else back)
    return night(day(meant)) if words["time"] == "night" else day(meant)


@_against_publication
def weekdays(words: Expression, published: date) -> DateRange:
    """Read "from Friday to Sunday" and "on Monday and Tuesday"."""
    first, last = WEEKDAYS[words["weekday"]], WEEKDAYS[words["weekday2"]]
    end = published - timedelta(days=(published.weekday() - last) % 7)
    return days_from(end - timedelta(days=(last - first) % 7), end)


@_against_publication
def weekend(words: Expression, published: date) -> DateRange:
    """Read "over the weekend". From Thursday on "this weekend" is the one to come or at hand."""
    which, today = words["which"], published.weekday()
    coming = which in ("next", "coming") or (which == "this" and today >= 3) or (not which and today >= 5)
    saturday = published + timedelta(days=(5 if coming else -2) - today)
    return days_from(saturday, saturday + _ONE)


# --------------------------------------------------------------------------- relative to the publication


def from_publication(days: int, *, nights: int = 0) -> Reader:
    """Return a reader of the day so many days after the publication, and so many nights from it on."""

    def read(words: Expression, published: date) -> DateRange:
        first = published + timedelta(days=days)
        return DateRange(first, first + timedelta(days=nights), 1)

    return _against_publication(read)


@_against_publication
def ago(words: Expression, published: date) -> DateRange:
    """Read "three days ago", "three weeks ago on Tuesday", "more than a year ago"."""
    middle = published - words.days()
    if words["more"]:
        return days_from(middle - words.days(), middle)
    if words["weekday"]:
        ahead = (middle.weekday() - WEEKDAYS[words["weekday"]] + 3) % 7 - 3
        return day(middle - timedelta(days=ahead))
    if words["count"].removeprefix("a ") in _VAGUE:
        return days_from(middle - words.days() / 2, middle + words.days() / 2)
    if words["unit"] in ("hour", "day", "night"):
        return day(middle)
    slack = timedelta(days=UNITS[words["unit"]] // 2)
    return days_from(middle - slack, min(published, middle + slack))


@_against_publication
def past(words: Expression, published: date) -> DateRange:
    """Read "in the past 24 hours", "over the last few weeks"."""
    return days_from(published - words.days(), published)


@_against_publication
def coming(words: Expression, published: date) -> DateRange:
    """Read "in the next three weeks": from tomorrow on."""
    return days_from(published + _ONE, published + max(_ONE, words.days()))


@_against_publication
def calendar_unit(words: Expression, published: date) -> DateRange:
    """Read "last week", "late last month", "earlier this year", "next month"."""
    step = {"last": -1, "past": -1, "next": 1}.get(words["which"], 0)
    first, last = _unit_of(published, words["unit"], step)
    if words["part"] == "later":
        return days_from(published + _ONE, max(last, published + _ONE))
    if words["part"] in ("", "earlier"):
        return days_from(first, last if step else published)
    return _part_of(first, last, words["part"])


def _unit_of(within: date, unit: str, step: int) -> tuple[date, date]:
    """Return the first and last day of the week, month or year of a day, or of one so many of them on."""
    if unit == "week":
        monday = within - timedelta(days=within.weekday()) + step * _WEEK
        return monday, monday + _WEEK - _ONE
    if unit == "month":
        months = 12 * within.year + within.month - 1 + step
        return _whole_month(months // 12, months % 12 + 1)
    return date(within.year + step, 1, 1), date(within.year + step, 12, 31)


# --------------------------------------------------------------------------- relative to the date told


def from_told(days: int) -> Reader:
    """Return a reader of the day so many days after the date last told."""

    def read(words: Expression) -> DateRange | None:
        by = timedelta(days=days)
        told = words.anchor
        return told and DateRange(told.start + by, told.end + by, told.precision)

    return read


def same_day(words: Expression) -> DateRange | None:
    """Read "earlier in the day": the day last told, or else that of the news."""
    return words.anchor or (day(words.published) if words.published else None)


def later(words: Expression) -> DateRange | None:
    """Read "two days later" and "a month earlier", which is a month give or take."""
    if words.anchor is None:
        return None
    by = words.days() if words["way"] == "later" else -words.days()
    slack = timedelta(days=UNITS[words["unit"]] // 4)
    return days_from(words.anchor.start + by - slack, words.anchor.end + by + slack)


def following(words: Expression) -> DateRange | None:
    """Read "the following week"."""
    return days_from(*_unit_of(words.anchor.end, words["unit"], 1)) if words.anchor else None

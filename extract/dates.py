"""Dates in text, read against the publication date.

Without a publication date only full dates and years can be read; the rest stays open and is never
taken for today. Precision is ACLED's: 1 the day, 2 the week, 3 the month or longer.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from domain import DateRange
from extract.numbers import NUMBER, read_number

_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name} | {"sept": 9}
_DAYS = {name.lower(): number for number, name in enumerate(calendar.day_name)}
_MONTH = "(?P<month>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\.?"
_WEEKDAY = "(?P<weekday>" + "|".join(_DAYS) + ")"
_IN_MONTH = r"(?:in|since|until|by|during|at|towards?|from|of)\s+"
_UNIT = r"(?P<unit>hour|day|week|month|year)s?"
_PART = r"(?:(?P<part>early|mid|late|the end of|the beginning of)[\s-]+)?"
_UNIT_DAYS = {"hour": 1 / 24, "day": 1, "week": 7, "month": 30, "year": 365}
MIN_YEAR, MAX_YEAR = 1900, 2100
DAYS_AHEAD = 60
"""How far ahead of the publication a day without a year may lie; what is farther was last year."""


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date expression at ``start`` to ``end`` and what it says, ``None`` if it stays open."""

    start: int
    end: int
    when: DateRange | None


def find_dates(text: str, published: date | None) -> list[DateMention]:
    """Return the date expressions of a sentence in order, without overlaps."""
    found: list[DateMention] = []
    taken: list[tuple[int, int]] = []
    for pattern, read in _RULES:
        for match in pattern.finditer(text):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            taken.append(match.span())
            try:
                when = read(match, published)
            except (ValueError, OverflowError):
                # "31 February", or a date before the calendar begins: words that are no date.
                continue
            found.append(DateMention(match.start(), match.end(), when))
    return sorted(found, key=lambda mention: mention.start)


def _day(day: date) -> DateRange:
    return DateRange(day, day, 1)


def _span(start: date, end: date) -> DateRange:
    days = (end - start).days
    return DateRange(start, end, 1 if days <= 1 else 2 if days <= 7 else 3)


def _year(match: re.Match[str]) -> int | None:
    text = match["year"]
    if text is None:
        return None
    year = int(text)
    if not MIN_YEAR <= year <= MAX_YEAR:
        raise ValueError(f"year {year}")
    return year


def _iso(match: re.Match[str], published: date | None) -> DateRange | None:
    _year(match)
    return _day(date.fromisoformat(match[0]))


def _day_of_month(match: re.Match[str], published: date | None) -> DateRange | None:
    month, day, year = _MONTHS[match["month"].lower()], int(match["day"]), _year(match)
    if year is not None:
        return _day(date(year, month, day))
    if published is None:
        date(2024, month, day)
        return None
    # A day just ahead is a plan, one far ahead was last year's; 29 February is that of a leap year.
    for guess in range(published.year + 1, published.year - 9, -1):
        if day <= calendar.monthrange(guess, month)[1]:
            meant = date(guess, month, day)
            if (meant - published).days <= DAYS_AHEAD:
                return _day(meant)
    raise ValueError(f"{day} is no day of month {month}")


def _month(match: re.Match[str], published: date | None) -> DateRange | None:
    month, year = _MONTHS[match["month"].lower()], _year(match)
    if year is None:
        if published is None:
            return None
        year = published.year if month <= published.month else published.year - 1
        if match["last"] and month == published.month:
            year -= 1
    first, last = date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
    part = (match["part"] or "").lower()
    if part in ("early", "the beginning of"):
        last = first + timedelta(days=9)
    elif part == "mid":
        first, last = first + timedelta(days=10), first + timedelta(days=19)
    elif part:
        first = first + timedelta(days=20)
    when = _span(first, last)
    if published and match[0].lower().startswith("since") and first <= published:
        when = DateRange(first, published, 3)
    return when


def _whole_year(match: re.Match[str], published: date | None) -> DateRange | None:
    year = _year(match)
    assert year is not None
    return DateRange(date(year, 1, 1), date(year, 12, 31), 3)


def _weekday(match: re.Match[str], published: date | None) -> DateRange | None:
    if published is None:
        return None
    wanted = _DAYS[match["weekday"].lower()]
    back = (published.weekday() - wanted) % 7
    which = (match["which"] or "").strip().lower()
    if which == "next":
        return _day(published + timedelta(days=7 - back))
    # "On Friday" in Friday's paper is today, "last Friday" is not.
    return _day(published - timedelta(days=back or 7 if which == "last" else back))


def _shift(days: int) -> Callable[[re.Match[str], date | None], DateRange | None]:
    def read(match: re.Match[str], published: date | None) -> DateRange | None:
        return _day(published + timedelta(days=days)) if published else None

    return read


def _overnight(match: re.Match[str], published: date | None) -> DateRange | None:
    return DateRange(published - timedelta(days=1), published, 1) if published else None


def _ago(match: re.Match[str], published: date | None) -> DateRange | None:
    count = read_number(match["count"].lower()) or (1 if match["count"].lower() in ("a", "an") else None)
    if published is None or count is None or count > 5000:
        return None
    unit = match["unit"].lower()
    middle = published - timedelta(days=round(count * _UNIT_DAYS[unit]))
    if unit in ("hour", "day"):
        return _day(middle)
    slack = timedelta(days=_UNIT_DAYS[unit] // 2)
    return _span(middle - slack, min(published, middle + slack))


def _past(match: re.Match[str], published: date | None) -> DateRange | None:
    count = read_number(match["count"].lower()) if match["count"] else 1.0
    if published is None or count is None or count > 5000:
        return None
    return _span(published - timedelta(days=round(count * _UNIT_DAYS[match["unit"].lower()])), published)


def _last_unit(match: re.Match[str], published: date | None) -> DateRange | None:
    if published is None:
        return None
    unit, this = match["unit"].lower(), match["which"].lower() == "this"
    if unit == "week":
        monday = published - timedelta(days=published.weekday())
        return (
            _span(monday, published)
            if this
            else _span(monday - timedelta(days=7), monday - timedelta(days=1))
        )
    if unit == "month":
        first = published.replace(day=1)
        return (
            _span(first, published)
            if this
            else _span((first - timedelta(days=1)).replace(day=1), first - timedelta(days=1))
        )
    year = published.year if this else published.year - 1
    return DateRange(date(year, 1, 1), published if this else date(year, 12, 31), 3)


_Reader = Callable[[re.Match[str], "date | None"], "DateRange | None"]


def _rule(pattern: str, read: _Reader) -> tuple[re.Pattern[str], _Reader]:
    return re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE), read


# The first rule that takes some words keeps them.
_RULES = [
    _rule(r"(?P<year>\d{4})-\d{2}-\d{2}", _iso),
    _rule(
        rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}(?:,?\s+(?P<year>\d{{4}}))?", _day_of_month
    ),
    _rule(
        rf"{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:[-–]\d{{1,2}})?(?!\d)(?:,?\s+(?P<year>\d{{4}}))?",
        _day_of_month,
    ),
    # "May" and "March" are months only after a preposition or "last", or with a year.
    _rule(
        rf"(?:{_IN_MONTH}(?P<last>last\s+)?|(?=the (?:end|beginning) of)){_PART}{_MONTH}"
        r"(?:,?\s+(?:of\s+)?(?P<year>\d{4}))?",
        _month,
    ),
    _rule(rf"(?P<last>last)\s+{_PART}{_MONTH}(?:,?\s+(?P<year>\d{{4}}))?", _month),
    _rule(rf"(?P<last>last\s+)?{_PART}{_MONTH},?\s+(?P<year>\d{{4}})", _month),
    _rule(r"the day before yesterday|two days earlier", _shift(-2)),
    _rule(
        r"the (?:day|evening|night) before(?! yesterday)|the previous day|yesterday|a day earlier"
        r"|last evening",
        _shift(-1),
    ),
    _rule(
        r"overnight|last night|(?:during|in) the night|the past night|through the night|at night", _overnight
    ),
    _rule(r"today|this (?:morning|afternoon|evening)|tonight|hours earlier|earlier in the day", _shift(0)),
    _rule(r"tomorrow", _shift(1)),
    _rule(rf"(?P<which>last\s+|next\s+|this\s+)?{_WEEKDAY}", _weekday),
    _rule(rf"(?P<count>{NUMBER}|an?)\s+{_UNIT}\s+(?:ago|earlier)", _ago),
    _rule(
        rf"(?:in|over|during|for|within)\s+the\s+(?:last|past|previous)\s+(?P<count>{NUMBER})?\s*{_UNIT}",
        _past,
    ),
    _rule(r"(?P<which>last|this|past)\s+(?P<unit>week|month|year)", _last_unit),
    _rule(r"(?:in|since|until|during|of|by|after|before|from)\s+(?P<year>(?:19|20)\d{2})", _whole_year),
]

"""Dates in text, read against the publication date and the date told before.

Without a publication date only full dates and years can be read; the rest stays open and is never
taken for today. Precision is ACLED's: 1 the day, 2 the week, 3 the month or longer.

A rule is an expression and a reader. A space in a rule is up to three characters of white space, and
all repetition is bounded, so that the time to read grows with the text and not faster.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from domain import DateRange
from extract import date_readers as readers
from extract.date_readers import MONTHS, SEASONS, UNITS, WEEKDAYS, Expression, Reader, Role
from extract.numbers import NUMBER

BEFORE, AFTER = 60, 60
"""Characters around an expression that may change what it says."""


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date expression at ``start`` to ``end`` and what it says.

    ``when`` is ``None`` where the expression stays open: it is ``relative`` to a publication date or
    an earlier date that is not known. ``role`` is "since" for the start of something that lasts to the
    publication, so that ``when`` ends with that; "until" and "by" are for the end of something.
    ``ahead`` tells that it lies after the publication: the day of a plan or a deadline.
    """

    start: int
    end: int
    when: DateRange | None
    relative: bool = False
    role: Role = "on"
    ahead: bool = False


def find_dates(text: str, published: date | None, anchor: DateRange | None = None) -> list[DateMention]:
    """Return the date expressions of a sentence in order, without overlaps.

    "The next day" and its like are read against the date last told: in the sentence or, before it,
    ``anchor``. Without either they stay open.
    """
    matches: list[tuple[re.Match[str], Reader]] = []
    taken = bytearray(len(text))
    for pattern, read in _RULES:
        for match in pattern.finditer(text):
            start, end = match.span()
            if taken.find(1, start, end) < 0:
                # The first rule that takes some words keeps them.
                taken[start:end] = b"\1" * (end - start)
                matches.append((match, read))
    found: list[DateMention] = []
    for match, read in sorted(matches, key=lambda each: each[0].start()):
        try:
            mention = _read(text, match, read, published, anchor)
        except (ValueError, OverflowError):
            # "31 February", or a date before the calendar begins: words that are no date.
            continue
        found.append(mention)
        anchor = mention.when or anchor
    return found


def _read(
    text: str, match: re.Match[str], read: Reader, published: date | None, anchor: DateRange | None
) -> DateMention:
    """Read one expression together with the words before it that change what it says."""
    start, before = match.start(), text[max(0, match.start() - BEFORE) : match.start()]
    role_before = _ROLE_BEFORE.search(before)
    opening = role_before or _ROLE.match(match[0])
    role: Role = _ROLES[opening["role"].lower()] if opening else "on"
    if role == "by" and _HAD.search(text, match.end(), match.end() + AFTER):
        # "By Friday 30 had died": no deadline.
        role = "on"
    when = read(Expression(match, published, anchor, role))
    shift, night = _SHIFT.search(before), _NIGHT.search(before)
    if shift:
        when = when and readers.moved(when, shift)
    elif night and when:
        # "Overnight into Tuesday" began on Monday.
        when = readers.night(when if night["of"] else DateRange(when.start - timedelta(1), when.end, 1))
    widened = shift or night or role_before
    start -= len(widened[0]) if widened else 0
    ahead = bool(_AHEAD.match(match[0])) if when is None or published is None else when.start > published
    if published and when and role == "since" and when.start <= published:
        when = readers.days_from(when.start, published)
    elif published and when and role == "by":
        ahead = when.end >= published
    return DateMention(start, match.end(), when, not match.groupdict().get("year"), role, ahead)


def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace(" ", r"\s{1,3}"), re.IGNORECASE)


def _rule(pattern: str, read: Reader) -> tuple[re.Pattern[str], Reader]:
    return _compile(rf"\b(?:{pattern})\b"), read


_ROLES: dict[str, Role] = {
    "since": "since", "until": "until", "till": "until", "through": "until", "by": "by"
}  # fmt: skip
_ROLE = _compile(r"(?P<role>since|until|by)\b")
_ROLE_BEFORE = _compile(r"\b(?P<role>since|until|till|through|by)(?: at least| about| around)? (?:the )?$")
_HAD = _compile(r"\bhad\b")
_AHEAD = _compile(
    r"(?:(?:by|until|on|in|over|during|within) )?(?:the )?"
    r"(?:tomorrow|day after tomorrow|next|coming|later this)\b(?! (?:day|morning|evening|night)\b)"
)
_SHIFT = _compile(
    rf"\b(?P<count>an?|a few|{NUMBER}) (?P<unit>day|week|month|year)s? (?P<way>after|before) (?:the )?$"
)
_NIGHT = _compile(
    r"\b(?:(?P<of>(?:the )?night (?:of|from|between|on)|overnight from) (?:the )?"
    r"|(?:(?:the )?night (?:in)?to|overnight (?:in)?to|overnight(?: on)?) (?:the )?)$"
)


def _day(number: str = "") -> str:
    return rf"(?P<day{number}>\d{{1,2}})(?![\d:]|,\d{{3}}(?!\d))(?:st|nd|rd|th)?"


def _month(number: str = "") -> str:
    return rf"(?P<month{number}>{'|'.join(sorted(MONTHS, key=len, reverse=True))})\b\.?"


def _weekday(number: str = "") -> str:
    return rf"(?P<weekday{number}>{'|'.join(WEEKDAYS)})"


def _day_month(number: str = "") -> str:
    return rf"{_day(number)} (?:of )?{_month(number)}"


def _month_day(number: str = "") -> str:
    return rf"{_month(number)} {_day(number)}"


_YEAR = r"(?:,? (?P<year>\d{4})(?!\d))?"
_YEAR1 = r"(?:,? (?P<year1>\d{4})(?!\d))?"
_TO = r"(?:\s?[-–—]\s?| (?:to|and|until|till|through|or) (?:the )?)"
# "May 3 and 4 people" counts people.
_NO_NOUN = r"(?! (?!(?:in|at|on|near|when|and|by|as|after|during|for|against)\b)[a-z])"
_MAYBE_WEEKDAY = rf"(?:{_weekday()},? (?:the )?)?"
_IN_MONTH = r"(?:in|since|until|by|during|at|towards?|from|of) "
_WHICH = r"(?:(?P<which>last|next|this) )?"
_PART = (
    r"(?P<part>early|mid|late|the (?:very )?(?:end|beginning|start|middle) of"
    r"|the (?:first|second|third|fourth|last|final) week (?:of|in)|the (?:first|second) half of"
    r"|the (?:first|last) days of)[\s-]{1,3}"
)
_SEASON = rf"(?P<season>{'|'.join(SEASONS)})"
_UNIT = rf"(?P<unit>{'|'.join(UNITS)})s?"
_VAGUELY = r"(?:a )?(?:few|couple of)|several"
_TIME = r"(?: (?P<time>morning|afternoon|evening|night))?"
_TIMES = r"(?:day|night|evening|morning|afternoon)"
_ANY_YEAR = r"(?P<year>(?:19|20)\d\d)"
_NAMED_DAY = rf"(?:{'|'.join([*WEEKDAYS, *MONTHS])}|\d)"
_NOT_OF_AN_EVENT = r"(?! (?:the|an?|his|her|its|their|this|that|yesterday|tomorrow)\b)"

_RULES = [
    _rule(
        r"(?<![\d-])(?P<year>\d{4})-(?P<second>\d{2})-(?P<first>\d{2})"
        r"(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:Z|[+-]\d{2}:?\d{2})?)?(?![\d-])",
        readers.in_figures,
    ),
    _rule(r"(?<![\d/])(?P<year>\d{4})/(?P<second>\d{1,2})/(?P<first>\d{1,2})(?![\d/])", readers.in_figures),
    _rule(
        r"(?<![\d./])(?P<first>\d{1,2})(?P<mark>[./])(?P<second>\d{1,2})(?P=mark)(?P<year>\d{4})(?![\d/])",
        readers.in_figures,
    ),
    # With a year of two digits only where one of the others must be the day.
    _rule(
        r"(?<![\d/])(?P<first>1[3-9]|2\d|3[01])(?P<mark>/)(?P<second>\d{1,2})/(?P<year>\d\d)",
        readers.in_figures,
    ),
    _rule(
        r"(?<![\d/])(?P<first>\d{1,2})(?P<mark>/)(?P<second>1[3-9]|2\d|3[01])/(?P<year>\d\d)",
        readers.in_figures,
    ),
    _rule(rf"{_day_month()}{_YEAR1}{_TO}{_day_month('2')}{_YEAR}", readers.days_of_month),
    _rule(rf"{_month_day()}{_YEAR1}{_TO}{_month_day('2')}{_YEAR}", readers.days_of_month),
    _rule(rf"{_day()}{_TO}{_day('2')} (?:of )?{_month()}{_YEAR}", readers.days_of_month),
    _rule(rf"{_month_day()}{_TO}{_day('2')}{_NO_NOUN}{_YEAR}", readers.days_of_month),
    _rule(rf"{_MAYBE_WEEKDAY}{_day_month()}{_YEAR}", readers.days_of_month),
    _rule(rf"{_MAYBE_WEEKDAY}{_month_day()}{_YEAR}", readers.days_of_month),
    _rule(
        r"(?:on|of|by|since|until) the (?P<day>\d{1,2})(?:st|nd|rd|th)"
        r"(?: of (?P<which>this|last) month|(?=\s{0,3}(?:[,.;:)]|$)))",
        readers.day_alone,
    ),
    # "May" and "March" are months only after a preposition, "last" or a part of the month, or with a year.
    _rule(rf"(?:{_IN_MONTH})?{_PART}{_WHICH}{_month()}(?:,? (?:of )?(?P<year>\d{{4}}))?", readers.month),
    _rule(rf"{_IN_MONTH}{_WHICH}{_month()}(?:,? (?:of )?(?P<year>\d{{4}}))?", readers.month),
    _rule(rf"(?P<which>last|next|this) {_month()}{_YEAR}", readers.month),
    _rule(rf"{_month()},? (?:of )?(?P<year>\d{{4}})", readers.month),
    _rule(rf"(?:in )?(?:{_PART})?(?:the )?{_SEASON}(?: of| in)? (?P<year>\d{{4}})", readers.season),
    _rule(rf"(?:{_PART})?(?P<which>last|this) {_SEASON}", readers.season),
    _rule(r"the day before yesterday", readers.from_publication(-2)),
    _rule(r"the day after tomorrow", readers.from_publication(2)),
    _rule(
        rf"yesterday night|last night|overnight(?! (?:(?:on|to|into|from) (?:the )?)?{_NAMED_DAY})"
        r"|(?:during|in) the night(?! of| from)|the past night|through the night|at night",
        readers.from_publication(-1, nights=1),
    ),
    _rule(r"yesterday(?: (?:morning|afternoon|evening))?|last evening", readers.from_publication(-1)),
    _rule(r"today|this (?:morning|afternoon|evening)|tonight", readers.from_publication(0)),
    _rule(r"tomorrow(?: (?:morning|afternoon|evening|night))?", readers.from_publication(1)),
    _rule(
        r"(?:in|over|during|within) the (?P<count>next|coming) (?P<unit>day|week|month|year)s", readers.coming
    ),
    _rule(
        rf"(?:in|over|during|within) the (?:next|coming)(?: (?P<count>{NUMBER}|{_VAGUELY}))? {_UNIT}",
        readers.coming,
    ),
    _rule(
        rf"(?:(?P<more>more than|over) )?(?P<count>{NUMBER}|{_VAGUELY}|an?) {_UNIT} ago"
        rf"(?: on {_weekday()})?",
        readers.ago,
    ),
    _rule(rf"{_weekday()}{_TIME}{_TO}{_weekday('2')}{_TIME.replace('time', 'time2')}", readers.weekdays),
    _rule(rf"{_weekday()}{_TIME}(?:,| of)? (?P<week>last|this|next) week", readers.weekday),
    _rule(rf"(?:(?P<which>last|next|this|coming) )?{_weekday()}{_TIME}", readers.weekday),
    _rule(
        r"(?:(?:at|on|over|during) )?(?:the |the past )?(?:(?P<which>last|next|this|coming) )?weekend",
        readers.weekend,
    ),
    _rule(
        rf"(?:in|over|during|for|within|of) (?:the )?(?:last|past|previous)"
        rf"(?: (?P<count>{NUMBER}|{_VAGUELY}))? {_UNIT}",
        readers.past,
    ),
    _rule(rf"the (?:last|past|previous) (?P<count>{NUMBER}|{_VAGUELY}) {_UNIT}", readers.past),
    _rule(r"(?:in|over|during) (?:the )?(?P<count>recent) (?P<unit>day|week|month|year)s", readers.past),
    _rule(
        r"(?:(?P<part>earlier|later|early|mid|late)[\s-]{1,3})?"
        r"(?P<which>last|this|past|next) (?P<unit>week|month|year)",
        readers.calendar_unit,
    ),
    _rule(rf"the (?:next|following) {_TIMES}|the day after{_NOT_OF_AN_EVENT}", readers.from_told(1)),
    _rule(
        rf"the (?:previous|preceding) {_TIMES}|the {_TIMES} (?:before|earlier){_NOT_OF_AN_EVENT}",
        readers.from_told(-1),
    ),
    _rule(rf"(?:the|that) same {_TIMES}|that {_TIMES}", readers.from_told(0)),
    _rule(r"(?:hours )?earlier in the day|later in the day|hours earlier", readers.same_day),
    _rule(
        rf"(?P<count>{NUMBER}|{_VAGUELY}|an?) (?P<unit>day|night|week|fortnight|month|year)s?"
        r" (?P<way>later|earlier)",
        readers.later,
    ),
    _rule(r"the following (?P<unit>week|month|year)", readers.following),
    _rule(rf"(?:in |during |since )?(?:{_PART})?(?:the )?(?P<year>(?:19|20)\d0)(?P<decade>s)", readers.years),
    _rule(
        r"(?:between|from) (?P<year>(?:19|20)\d\d) (?:and|to|until) (?P<year2>(?:19|20)\d\d)", readers.years
    ),
    _rule(rf"(?:in |since |until |by )?{_PART}{_ANY_YEAR}", readers.years),
    _rule(
        rf"(?:in|since|until|during|of|by|after|before|from)(?: at least| about| around)? {_ANY_YEAR}",
        readers.years,
    ),
]

"""Request arguments in, typed questions out, and back into links.

Whatever cannot be understood is refused with an error that names the field: a parameter that is
misspelt must not silently return everything.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

from werkzeug.datastructures import MultiDict

from domain import MAPPED_STANCES, BBox, Circle, EventQuery, InvalidInput, Order, Stance
from ontology import Ontology
from web.languages import LANGUAGES, PARAMETER

MAX_VALUE = 200
"""Characters in one value; the longest that means something is an actor's name, but for areas."""
MAX_CORNERS = 60
MAX_AREA = 30 * MAX_CORNERS
"""Characters in an area."""
MAX_ZOOM = 18
MAX_PAGE = 200
MAX_SKIP = 1_000_000
MAX_FATALITIES = 1_000_000
MAX_REPEATS = 100
MAX_LIMIT = 100_000
MAX_KM = 5_000.0
DEFAULT_KM = 50.0


@dataclass(frozen=True, slots=True)
class Parameter:
    """A request parameter as the API's page documents it."""

    name: str
    help: str
    repeatable: bool = False


PARAMETERS: Mapping[str, Parameter] = {
    parameter.name: parameter
    for parameter in (
        Parameter("start", "first day of the window, YYYY-MM-DD; undated events then fall outside"),
        Parameter("end", "last day of the window, YYYY-MM-DD"),
        Parameter("type", "an event type or sub-event type; all when none is given", repeatable=True),
        Parameter(
            "stance",
            "reported, claimed, confirmed, denied, planned, historical or negated, or “all”;"
            " the first three when none is given",
            repeatable=True,
        ),
        Parameter(
            "precision", "1 named place, 2 near or part of an area, 3 region, 0 not placed", repeatable=True
        ),
        Parameter("actor", "who acted or was the target, as the events name them", repeatable=True),
        Parameter("outlet", "a source that reports of the event", repeatable=True),
        Parameter("text", "words that a report, a place or an actor's name must have, all of them"),
        Parameter("fatalities", "the least number of people killed, by the best figure"),
        Parameter(
            "area", f"what may lie in a polygon: its corners as lon,lat;lon,lat;… (3 to {MAX_CORNERS})"
        ),
        Parameter("around", f"what may lie within a distance: lat,lon,km (up to {MAX_KM:.0f})"),
        Parameter("view", "the part of a map: west,south,east,north; west > east crosses the antimeridian"),
        Parameter("zoom", f"the map's zoom, 0 to {MAX_ZOOM}"),
        Parameter("order", ", ".join(Order) + ": how a list is sorted; nearest to the middle of the view"),
        Parameter("skip", "how many events of a list to leave out at its start"),
        Parameter("bbox", "west,south,east,north in degrees; may not cross the antimeridian"),
        Parameter("region", "place id of a country, first-order division or district, such as country:UA"),
        Parameter("limit", f"at most so many events, 1 to {MAX_LIMIT}"),
        Parameter("properties", "“slim” for only what the map draws"),
        Parameter("place", "a place name; the most prominent place of that name is taken"),
        Parameter("place_id", "the id of one place, where a name has several"),
        Parameter("lat", "latitude of the centre in degrees, with lon"),
        Parameter("lon", "longitude of the centre in degrees, with lat"),
        Parameter("km", f"radius in kilometres, up to {MAX_KM:.0f}; {DEFAULT_KM:.0f} when not given"),
        Parameter(
            "level", "admin1, admin2 or country: how finely regions are divided; admin1 when not given"
        ),
        Parameter("measure", "count, fatalities or per_100k: what shades the regions"),
        Parameter("sort", "name, count, fatalities or per_100k: the order of the table"),
        Parameter("date", "a day, YYYY-MM-DD; the newest of which something is known when not given"),
        Parameter(
            "source", "whose drawings of control count, or “facts” for none; the newest when not given"
        ),
        Parameter("other", "the source to set against it; “facts” when not given"),
        Parameter("from", "the earlier day, YYYY-MM-DD; the first that is known when not given"),
        Parameter("to", "the later day, YYYY-MM-DD; the newest that is known when not given"),
        Parameter("days", "so many days in the chart of /control, 2 to 24; 5 when not given"),
        Parameter("q", "the beginning of a place name, or words of it"),
    )
}
WINDOW = ("start", "end", "type", "stance", "precision", "actor", "outlet", "text", "fatalities")
VIEW = (*WINDOW, "area", "around", "bbox", "region")
SHEET = (*VIEW, "view", "limit")
EVENTS = (*SHEET, "properties")
FEED = (*VIEW, "limit")
MARKS = (*VIEW, "view", "zoom")
LISTING = (*VIEW, "view", "order", "skip", "limit")
REGIONS = (*VIEW, "level")
REGION_OUTLINES = (*REGIONS, "view", "zoom", "properties")
CHOROPLETH = (*REGIONS, "measure", "sort")
PLACES = ("q", "lat", "lon", "km")
FILTERS = {
    "start": "start",
    "types": "type",
    "stances": "stance",
    "precisions": "precision",
    "actors": "actor",
    "sources": "outlet",
    "text": "text",
    "fatalities": "fatalities",
    "area": "area",
    "around": "around",
    "bbox": "bbox",
    "view": "view",
    "region": "region",
}
"""The parameter by the field of `EventQuery` that it sets; the window's two go together."""
LINES = ("date", "source")
CONTROL = (*LINES, "properties")
CHANGES = ("from", "to", "source", "properties")
DISAGREEMENTS = (*LINES, "other")
CONTROL_PAGE = ("from", "to", *LINES, "other", "days")
NEAR = ("place", "place_id", "lat", "lon", "km", *WINDOW, "area", "bbox", "region", "limit")

_NUMBER = re.compile(r"[+-]?\d{1,9}(\.\d{1,15})?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_REGION = re.compile(
    r"country:[A-Z]{2}|adm1:[A-Z]{2}\.[A-Za-z0-9]{1,10}"
    r"|(?!country:|adm1:)[a-z][a-z0-9_-]{0,39}:[\w.-]{1,100}",
    re.ASCII,
)


class Arguments:
    """The arguments of one request, read one by one.

    Empty values count as not given, because a plain HTML form sends its empty fields. Raises
    InvalidInput on a parameter that is not in ``allowed`` and on one that is repeated in vain.
    """

    def __init__(self, args: MultiDict[str, str], allowed: Collection[str]) -> None:
        self._values: dict[str, list[str]] = {}
        for name, values in args.lists():
            if name == PARAMETER:
                _check_language(values)
                continue
            if name not in allowed:
                raise InvalidInput(_unknown(name, allowed, "parameter"), field=_shown(name))
            given = [value for value in values if value.strip()]
            if len(given) > (MAX_REPEATS if PARAMETERS[name].repeatable else 1):
                raise InvalidInput("is given more often than it can be", field=name)
            for value in given:
                most = MAX_AREA if name == "area" else MAX_VALUE
                if len(value) > most or not value.isprintable():
                    raise InvalidInput(f"must be printable text of at most {most} characters", field=name)
            self._values[name] = given

    def text(self, name: str) -> str | None:
        """Return the value without the space around it."""
        given = self._values.get(name)
        return given[0].strip() if given else None

    def texts(self, name: str) -> tuple[str, ...]:
        """Return all values of a repeatable parameter, each once, in the order given."""
        return tuple(dict.fromkeys(value.strip() for value in self._values.get(name, ())))

    def choice(self, name: str, options: Sequence[str]) -> str:
        """Return one of the options, the first where none is given."""
        text = self.text(name)
        if text is not None and text not in options:
            raise InvalidInput(_unknown(text, options, name), field=name)
        return text or options[0]

    def number(self, name: str, low: float, high: float) -> float | None:
        """Return a number within ``low`` to ``high``, both allowed."""
        text = self.text(name)
        return None if text is None else read_number(text, low, high, name)

    def whole(self, name: str, low: int, high: int) -> int | None:
        """Return a whole number within ``low`` to ``high``, both allowed."""
        number = self.number(name, low, high)
        if number is not None and number != int(number):
            raise InvalidInput("must be a whole number", field=name)
        return None if number is None else int(number)

    def day(self, name: str) -> date | None:
        """Return a date."""
        text = self.text(name)
        return None if text is None else read_day(text, name)


def _check_language(names: Sequence[str]) -> None:
    """Refuse a language that Sitmap does not speak; which one is spoken was decided before."""
    for name in names:
        if name not in LANGUAGES:
            raise InvalidInput(_unknown(name, LANGUAGES, "language"), field=PARAMETER)


def slim(arguments: Arguments) -> bool:
    """Return whether only what the map draws is asked for. Raises InvalidInput."""
    text = arguments.text("properties")
    if text not in (None, "slim"):
        raise InvalidInput("may only be slim", field="properties")
    return text is not None


def event_query(arguments: Arguments, ontology: Ontology) -> EventQuery:
    """Return the events that a request asks for. Raises InvalidInput naming the field."""
    start, end = arguments.day("start"), arguments.day("end")
    if start and end and start > end:
        raise InvalidInput("lies after end", field="start")
    return EventQuery(
        start=start,
        end=end,
        types=_types(arguments.texts("type"), ontology),
        stances=_stances(arguments.texts("stance")),
        precisions=_precisions(arguments.texts("precision")),
        actors=arguments.texts("actor"),
        sources=arguments.texts("outlet"),
        text=arguments.text("text"),
        fatalities=arguments.whole("fatalities", 1, MAX_FATALITIES),
        area=_area(arguments.text("area")),
        around=_around(arguments.text("around")),
        bbox=_bbox(arguments.text("bbox")),
        view=_box(arguments.text("view"), "view"),
        region=_region(arguments.text("region")),
        limit=arguments.whole("limit", 1, MAX_LIMIT),
    )


def to_arguments(query: EventQuery) -> dict[str, list[str]]:
    """Return the arguments that ask for ``query`` again, for links. Defaults are left out."""
    stances = [] if query.stances == MAPPED_STANCES else [str(stance) for stance in query.stances]
    if set(query.stances) == set(Stance):
        stances = ["all"]
    arguments = {
        "start": [query.start.isoformat()] if query.start else [],
        "end": [query.end.isoformat()] if query.end else [],
        "type": list(query.types),
        "stance": stances,
        "precision": [str(precision) for precision in query.precisions],
        "actor": list(query.actors),
        "outlet": list(query.sources),
        "text": [query.text] if query.text else [],
        "fatalities": [str(query.fatalities)] if query.fatalities else [],
        "area": [";".join(f"{lon},{lat}" for lon, lat in query.area)] if query.area else [],
        "around": [f"{query.around.lat},{query.around.lon},{query.around.km:g}"] if query.around else [],
        "bbox": [_corners(query.bbox)] if query.bbox else [],
        "view": [_corners(query.view)] if query.view else [],
        "region": [query.region] if query.region else [],
        "limit": [str(query.limit)] if query.limit else [],
    }
    return {name: values for name, values in arguments.items() if values}


def _corners(box: BBox) -> str:
    return f"{box.west},{box.south},{box.east},{box.north}"


@dataclass(frozen=True, slots=True)
class NearQuestion:
    """Around what and how far: a name, a place id, or a position."""

    km: float
    place: str | None = None
    place_id: str | None = None
    lat: float | None = None
    lon: float | None = None

    @property
    def asked(self) -> bool:
        """Whether anything is asked at all; the empty form is not."""
        return not (self.place is None and self.place_id is None and self.lat is None)


def near_question(arguments: Arguments) -> NearQuestion:
    """Return what a request wants to be near to. Raises InvalidInput naming the field."""
    km = arguments.number("km", 0, MAX_KM)
    if km is not None and km <= 0:
        raise InvalidInput("must be more than 0", field="km")
    lat, lon = arguments.number("lat", -90, 90), arguments.number("lon", -180, 180)
    if (lat is None) != (lon is None):
        raise InvalidInput("lat and lon go together", field="lat" if lat is None else "lon")
    place, place_id = arguments.text("place"), arguments.text("place_id")
    if lat is not None and (place or place_id):
        raise InvalidInput("give either a place or lat and lon", field="place" if place else "place_id")
    return NearQuestion(DEFAULT_KM if km is None else km, place, place_id, lat, lon)


def read_number(text: str, low: float, high: float, field: str) -> float:
    """Return a plain decimal number; no exponents, no "nan". Raises InvalidInput."""
    if not _NUMBER.fullmatch(text):
        raise InvalidInput(f"{_shown(text)!r} is not a number", field=field)
    value = float(text)
    if not low <= value <= high:
        raise InvalidInput(f"{text} is not between {low:g} and {high:g}", field=field)
    return value


def read_day(text: str, field: str) -> date:
    """Return a calendar day written YYYY-MM-DD. Raises InvalidInput."""
    if not _DAY.fullmatch(text):
        raise InvalidInput(f"{_shown(text)!r} is not a date like 2025-01-31", field=field)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput(f"there is no day {text}", field=field) from None


def _types(names: Sequence[str], ontology: Ontology) -> tuple[str, ...]:
    for name in names:
        if not ontology.known(name):
            raise InvalidInput(_unknown(name, [*ontology.families, *ontology.types], "type"), field="type")
    return tuple(names)


def _stances(names: Sequence[str]) -> tuple[Stance, ...]:
    known = [str(stance) for stance in Stance]
    for name in names:
        if name not in known and name != "all":
            raise InvalidInput(_unknown(name, [*known, "all"], "stance"), field="stance")
    if "all" in names:
        return tuple(Stance)
    return tuple(stance for stance in Stance if stance in names) or MAPPED_STANCES


def _precisions(texts: Sequence[str]) -> tuple[int, ...]:
    for text in texts:
        if text not in ("0", "1", "2", "3"):
            raise InvalidInput(f"{_shown(text)!r} is none of 1, 2, 3 and 0", field="precision")
    return tuple(sorted(int(text) for text in texts))


def _bbox(text: str | None) -> BBox | None:
    box = _box(text, "bbox")
    if box and box.west > box.east:
        raise InvalidInput("west lies east of east: boxes across the antimeridian are not supported",
                           field="bbox")  # fmt: skip
    return box


def _box(text: str | None, field: str) -> BBox | None:
    if text is None:
        return None
    west, south, east, north = _numbers(text, "west,south,east,north", (180, 90, 180, 90), field)
    if south > north:
        raise InvalidInput("south lies north of north", field=field)
    return BBox(west, south, east, north)


def _around(text: str | None) -> Circle | None:
    if text is None:
        return None
    lat, lon, km = _numbers(text, "lat,lon,km", (90, 180, MAX_KM), "around")
    if km <= 0:
        raise InvalidInput("the distance must be more than 0", field="around")
    return Circle(lat, lon, km)


def _area(text: str | None) -> tuple[tuple[float, float], ...]:
    if text is None:
        return ()
    corners = text.split(";")
    if not 3 <= len(corners) <= MAX_CORNERS:
        raise InvalidInput(f"must have 3 to {MAX_CORNERS} corners", field="area")
    pairs = [_numbers(corner, "lon,lat;lon,lat;…", (180, 90), "area") for corner in corners]
    return tuple((lon, lat) for lon, lat in pairs)


def _numbers(text: str, form: str, most: Sequence[float], field: str) -> list[float]:
    """Return comma-separated numbers, each within ± its ``most``."""
    parts = text.split(",")
    if len(parts) != len(most):
        raise InvalidInput(f"must be numbers like {form}", field=field)
    return [read_number(part.strip(), -each, each, field) for part, each in zip(parts, most, strict=True)]


def _region(text: str | None) -> str | None:
    if text is not None and not _REGION.fullmatch(text):
        raise InvalidInput(
            f"{_shown(text)!r} is not the id of a country, division or district", field="region"
        )
    return text


def _unknown(name: str, known: Collection[str], kind: str) -> str:
    close = get_close_matches(name, known, n=1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    return f"there is no {kind} {_shown(name)!r}{hint}"


def _shown(text: str) -> str:
    """The beginning of a value, fit to stand in a message."""
    return "".join(letter if letter.isprintable() else "�" for letter in text[:60])

"""The words of Sitmap: every domain type and every error, once.

Coordinates are WGS 84 degrees, distances kilometres. Offsets are character positions in the
document's own text, end exclusive. Geometry is in lon, lat order. "No answer" is ``None``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Protocol

from shapely.geometry.base import BaseGeometry

# --------------------------------------------------------------------------- errors


class SitmapError(Exception):
    """Anything we say no to. Carries the HTTP status and a short machine-readable code.

    ``field`` names the parameter, file or line that is wrong, where there is one.
    """

    status = 500
    code = "internal"
    title = "Something went wrong"

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field

    def __str__(self) -> str:
        return f"{self.field}: {self.message}" if self.field else self.message


class InvalidInput(SitmapError, ValueError):
    """A value that cannot be read as what it should be."""

    status = 400
    code = "invalid-input"
    title = "That value cannot be used"


class NotFound(SitmapError, LookupError):
    """An id or address that leads nowhere."""

    status = 404
    code = "not-found"
    title = "Nothing here"


class TooLarge(SitmapError, ValueError):
    """An input over its size limit."""

    status = 413
    code = "too-large"
    title = "Too large"


class UnsupportedMedia(SitmapError, ValueError):
    """An input that is not text, or not in a form that we read."""

    status = 415
    code = "unsupported-media"
    title = "Not a readable text"


class Unprocessable(SitmapError, ValueError):
    """A well-formed value without meaning here: an empty report, a place that nobody knows."""

    status = 422
    code = "unprocessable"
    title = "Nothing can be made of that"


class Full(SitmapError, RuntimeError):
    """Something of which no more is kept."""

    status = 409
    code = "full"
    title = "There is no room for more"


class FetchError(SitmapError, OSError):
    """A web page that could not be had."""

    status = 502
    code = "fetch-failed"
    title = "The page could not be fetched"


class NotPrepared(SitmapError, RuntimeError):
    """Something that the set-up builds is missing."""

    status = 503
    code = "not-prepared"
    title = "Sitmap is not set up yet"


class Busy(SitmapError, TimeoutError):
    """Something that takes long is asked for by too many at once; later it can be had."""

    status = 503
    code = "busy"
    title = "Too much at once"


class BadData(SitmapError, ValueError):
    """One of the project's own data files does not follow its rules."""

    code = "bad-data"
    title = "A data file is wrong"


# --------------------------------------------------------------------------- reports


@dataclass(frozen=True, slots=True)
class Document:
    """One report as it was read.

    ``date`` is the publication date, ``None`` where the report does not tell. ``url`` is http(s)
    or empty. The id follows from text and date, so the same report has the same id everywhere.
    """

    text: str
    date: date | None = None
    title: str = ""
    source: str = ""
    url: str = ""

    @property
    def id(self) -> str:
        """16 hexadecimal digits that stay the same across runs and machines."""
        return stable_id(self.text, self.date.isoformat() if self.date else "")


@dataclass(frozen=True, slots=True)
class Refusal:
    """An input that could not become a document, kept with the reason."""

    name: str
    error: SitmapError


class Span(Protocol):
    """Anything that covers ``start`` to ``end`` of a text."""

    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...


@dataclass(frozen=True, slots=True)
class TextSpan:
    """A piece of a document's text."""

    start: int
    end: int
    text: str


class MentionKind(StrEnum):
    """What a toponym does in its sentence. Only ``PLACE`` and ``DATELINE`` are literal."""

    PLACE = "place"
    DATELINE = "dateline"
    SPEAKER = "speaker"
    """A capital or country that speaks or acts: "Moscow said"."""
    DEMONYM = "demonym"
    INSTITUTION = "institution"
    """Part of an organisation's or unit's name: "the Kyiv Brigade"."""


class Relation(StrEnum):
    """How the text ties an event to a place other than by being in it."""

    IN = "in"
    NEAR = "near"
    DIRECTION = "direction"
    """"In the Pokrovsk direction": an axis of operations."""
    PART = "part"
    """"The eastern part of", "northern", "occupied"."""
    CENTRE = "centre"
    """"Central", "in the heart of"."""
    OFFSET = "offset"
    """"12 km west of", "12 km from"."""
    BETWEEN = "between"
    """"Between A and B", "on the road from A to B"."""
    SIDE = "side"
    """"South of the A–B line"."""
    BORDER = "border"
    """"On the border of A with B", "near the Russian border"."""
    COAST = "coast"
    """"Off the coast of", in the water before it."""
    COORDINATES = "coordinates"
    """A position in figures instead of a name."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A position that a text gives in figures, and how far off it may be by the figures given."""

    lat: float
    lon: float
    km: float


@dataclass(frozen=True, slots=True)
class Mention:
    """A toponym in a text.

    ``name`` is what to look up (the span without its generic word), ``asked`` the kind of place
    that the generic word asks for (``admin1``, ``admin2``, ``settlement``, ``water`` or empty).
    ``near`` is the index of the mention that the text itself puts this one beside ("a village near
    X"), ``inside`` that of the one it puts this one in ("in the X region").

    The rest belongs to the relation. ``offset_km`` is the distance of ``OFFSET``, ``BORDER`` and
    ``COAST``. ``bearing`` (degrees from north) is the direction of ``OFFSET`` and ``NEAR``, the side
    of ``SIDE`` and the part of ``PART`` and ``COAST``; ``None`` where the text names none. ``other``
    is the index of the second place of ``BETWEEN``, ``SIDE`` and ``BORDER`` and of the sea of
    ``COAST``; ``spot`` is the position of ``COORDINATES``.
    """

    start: int
    end: int
    text: str
    name: str
    kind: MentionKind = MentionKind.PLACE
    asked: str = ""
    relation: Relation = Relation.IN
    offset_km: float | None = None
    bearing: float | None = None
    near: int | None = None
    inside: int | None = None
    other: int | None = None
    spot: Spot | None = None

    @property
    def literal(self) -> bool:
        """Whether the text means the place itself."""
        return self.kind in (MentionKind.PLACE, MentionKind.DATELINE)

    @property
    def locates(self) -> bool:
        """Whether something can be there: at a place, or at the border or coast of a people's country."""
        return self.literal or self.relation in (Relation.BORDER, Relation.COAST)


# --------------------------------------------------------------------------- places


class Level(StrEnum):
    """The grains of a place that decide how precisely an event in it is placed."""

    SETTLEMENT = "settlement"
    FACILITY = "facility"
    """A spot that is no settlement: an airport, a bridge, a church, a hill."""
    ADMIN2 = "admin2"
    ADMIN1 = "admin1"
    COUNTRY = "country"
    AREA = "area"
    """Seas, rivers, historical regions, continents."""

    @property
    def is_point(self) -> bool:
        """Whether such a place is a spot on the map rather than an expanse."""
        return self in (Level.SETTLEMENT, Level.FACILITY)


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the gazetteer.

    ``feature_code`` is GeoNames' (PPL, ADM1, SEA …), ``country`` ISO 3166-1 alpha-2, ``admin1``
    the division's name and ``admin1_id`` its place id. ``radius_km`` is the half-extent: for a
    village a guess from its population, for a region one from the places in it. ``population`` tells how
    likely a place is meant: that of a division only adds up its towns.

    ``admin2_id`` is the place id of the district, in the places of events and where it is known for sure.
    """

    id: str
    name: str
    lat: float
    lon: float
    feature_code: str
    country: str = ""
    admin1: str = ""
    admin1_id: str = ""
    admin2: str = ""
    population: int = 0
    radius_km: float = 1.0
    source: str = ""
    admin2_id: str = ""

    @property
    def level(self) -> Level:
        """The grain of this place, from its feature code."""
        code = self.feature_code
        if code.startswith("PCL"):
            return Level.COUNTRY
        if code == "ADM1":
            return Level.ADMIN1
        if code.startswith("ADM"):
            return Level.ADMIN2
        if code in AREA_CODES:
            return Level.AREA
        return Level.SETTLEMENT if code.startswith(("PPL", "STLMT")) else Level.FACILITY

    @property
    def in_war_news(self) -> bool:
        """Whether it is one of the places that Sitmap knows because reports of wars name them."""
        return self.source.startswith("data/gazetteer/places.csv")

    @property
    def label(self) -> str:
        """Name, division and country: "Pokrovsk, Donetsk, UA"; a division is marked as such."""
        parts = [f"{self.name} (region)" if self.level is Level.ADMIN1 else self.name]
        parts += [part for part in (self.admin1, self.country) if part and part != self.name]
        return ", ".join(parts)


_AREA_CODES = """
    AREA ATOL BAY BAYS CAPE CHN CNL CNLN CNYN CONT CST DELT DLTA DSRT FLLS FRST GLCR GULF HLL HLLS ISL ISLF
    ISLS LGN LK LKI LKN LKS MRSH MT MTS MTU OCN PASS PEN PLAT PLN PRK RES RESN RF RGN RGNE RGNH RGNL RSV SD
    SEA SPIT STM STMI STMS STMX STRT SWMP TERR UPLD VAL VALS VLC
"""
AREA_CODES = frozenset(_AREA_CODES.split())
"""Codes of natural features and loose regions: an event "in" one has no exact spot."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that a mention might mean. ``score`` is the sum of ``contributions``."""

    place: Place
    score: float
    contributions: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a mention was taken to mean, and why.

    ``place`` is ``None`` where no candidate fits. ``anchor`` is then the place beside which the
    text puts it, if any, and the geometry is an area around that; of coordinates it is the place that
    the text gives them for. ``other`` is what the mention's ``other`` was taken to mean.
    ``geo_precision`` is 1 named place, 2 near or part of an area, 3 region; ``None`` without a
    location. ``candidates`` are sorted best first, the chosen one included.
    """

    mention: Mention
    place: Place | None
    confidence: float
    geo_precision: int | None
    uncertainty_km: float | None
    reason: str
    candidates: tuple[Candidate, ...] = ()
    anchor: Place | None = None
    lat: float | None = None
    lon: float | None = None
    other: Place | None = None


# --------------------------------------------------------------------------- events


class Stance(StrEnum):
    """Who vouches for an event. Only the first three are events on the map."""

    REPORTED = "reported"
    CLAIMED = "claimed"
    CONFIRMED = "confirmed"
    DENIED = "denied"
    PLANNED = "planned"
    HISTORICAL = "historical"
    NEGATED = "negated"


MAPPED_STANCES = (Stance.REPORTED, Stance.CLAIMED, Stance.CONFIRMED)


@dataclass(frozen=True, slots=True)
class Toll:
    """People killed, wounded or captured as the text states them; ``best`` is ``None`` without a number."""

    low: int | None
    best: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class DateRange:
    """When something happened. ``precision`` is ACLED's: 1 day, 2 week, 3 month or longer."""

    start: date
    end: date
    precision: int


@dataclass(frozen=True, slots=True)
class EventMention:
    """One event as one sentence tells it. ``place`` indexes the document's mentions.

    ``count`` is how many events of the kind the text sums up in this one ("97 clashes").
    """

    event_type: str
    sub_event_type: str
    trigger: TextSpan
    sentence: TextSpan
    stance: Stance
    confidence: float
    place: int | None = None
    when: DateRange | None = None
    actor: str | None = None
    target: str | None = None
    claimed_by: str | None = None
    fatalities: Toll | None = None
    wounded: Toll | None = None
    captured: Toll | None = None
    weapon: str | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Considered:
    """Words that may tell of an event: of which type, how likely, and what became of them."""

    words: TextSpan
    sub_event_type: str
    probability: float
    verdict: str


@dataclass(frozen=True, slots=True)
class SentenceRead:
    """A sentence and all that was considered in it; ``note`` says why nothing was, where that is so."""

    sentence: TextSpan
    considered: tuple[Considered, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class EventReport:
    """The evidence: where a document tells of an event. ``place`` indexes its mentions.

    ``stance``, ``claimed_by`` and ``fatalities`` are what this report says, whatever others made of it.
    """

    document_id: str
    sentence: TextSpan
    trigger: TextSpan
    place: int | None = None
    source: str = ""
    title: str = ""
    url: str = ""
    published: date | None = None
    stance: Stance = Stance.REPORTED
    claimed_by: str | None = None
    fatalities: Toll | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, or is said to have, with all reports of it.

    ``lat``/``lon`` is a representative point, ``geometry`` what the text supports: a point for
    a named place, a disc for "near", the region's outline for a region (the table is in decision
    0004); ``None`` if not placed. ``uncertainty_km`` is how far from the point it may have been.
    ``place_text`` is the text's own wording, ``place`` the gazetteer's entry. ``count`` is how many
    events of the kind the reports sum up in this one.
    """

    id: str
    event_type: str
    sub_event_type: str
    disorder_type: str
    stance: Stance
    confidence: float
    reports: tuple[EventReport, ...]
    actor: str | None = None
    target: str | None = None
    claimed_by: str | None = None
    when: DateRange | None = None
    place_text: str = ""
    place: Place | None = None
    lat: float | None = None
    lon: float | None = None
    geometry: BaseGeometry | None = None
    geo_precision: int | None = None
    uncertainty_km: float | None = None
    fatalities: Toll | None = None
    wounded: Toll | None = None
    captured: Toll | None = None
    weapon: str | None = None
    count: int | None = None

    @property
    def history(self) -> tuple[EventReport, ...]:
        """The reports that changed who vouches for it, in order of publication; the first is one."""
        told = sorted(self.reports, key=lambda report: report.published or date.max)
        steps = zip([None, *told], told, strict=False)
        return tuple(
            report
            for before, report in steps
            if before is None or (before.stance, before.claimed_by) != (report.stance, report.claimed_by)
        )

    @property
    def on_map(self) -> bool:
        """Whether it is drawn by default: vouched for, and placed."""
        return self.stance in MAPPED_STANCES and self.geo_precision is not None


class Outcome(StrEnum):
    """What became of one input of an ingest. Every input has exactly one."""

    MAPPED = "mapped"
    REGION_ONLY = "region only"
    UNPLACED = "unplaced"
    NO_EVENT = "no event"
    KNOWN = "already known"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Analysis:
    """All that was read out of one document."""

    document: Document
    resolutions: tuple[Resolution, ...]
    event_mentions: tuple[EventMention, ...]
    events: tuple[Event, ...] = ()
    sentences: tuple[SentenceRead, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """How the document counts in the summary of an ingest."""
        current = [event for event in self.events if event.stance in MAPPED_STANCES]
        if not current:
            return Outcome.NO_EVENT
        grains = {event.geo_precision for event in current}
        if grains & {1, 2}:
            return Outcome.MAPPED
        return Outcome.REGION_ONLY if 3 in grains else Outcome.UNPLACED


# --------------------------------------------------------------------------- territory


@dataclass(frozen=True, slots=True)
class ControlFact:
    """That a party held a settlement on a day, according to a source.

    ``weight``, above 0 and at most 1, is how far to believe it. ``stance`` tells a report from a claim: a
    claim makes a place contested. ``event_id`` is that of the event which the fact follows from, if any.
    """

    lat: float
    lon: float
    party: str
    date: date
    source: str
    weight: float = 1.0
    name: str = ""
    stance: Stance = Stance.REPORTED
    event_id: str | None = None


class SnapshotKind(StrEnum):
    """What a layer of a snapshot draws."""

    CONTROL = "control"
    """Ground that a party holds."""
    CLAIMED = "claimed"
    """Ground that a party says it holds, or may hold."""
    LINE = "line"
    """A front line: to be shown, but it does not say whose the ground on either side is."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a source drew for a day: ground of one party, or a line.

    ``geometry`` is valid, polygonal or of lines, in lon, lat. ``notes`` says what was mended in it. ``party``
    is empty for a line that is nobody's own. The id
    follows from all the rest, so the same drawing has the same id everywhere. Of several drawings of one
    kind by one source of one party's ground on one day the one imported last counts.
    """

    date: date
    source: str
    party: str
    kind: SnapshotKind
    geometry: BaseGeometry
    notes: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """16 hexadecimal digits that stay the same across runs and machines."""
        return stable_id(self.date.isoformat(), self.source, self.party, self.kind, self.geometry.wkb_hex)


@dataclass(frozen=True, slots=True)
class KeptSnapshot:
    """What is known of a snapshot in a store, without its geometry.

    ``km2`` is ``None`` for lines. ``imported_at`` is ISO 8601 in UTC. ``counts`` is ``False`` where a later
    import has taken its place.
    """

    id: str
    date: date
    source: str
    party: str
    kind: SnapshotKind
    km2: float | None
    notes: tuple[str, ...]
    imported_at: str
    counts: bool


# --------------------------------------------------------------------------- mistakes


class MistakeKind(StrEnum):
    """What a reader found wrong with an event."""

    PLACE = "place"
    TYPE = "type"
    DATE = "date"
    STANCE = "stance"
    NO_EVENT = "no event"
    DOUBLE = "double"
    """It is on the map twice."""
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Mistake:
    """What a reader reports as wrong with an event; the note may be empty."""

    event_id: str
    kind: MistakeKind
    note: str = ""


@dataclass(frozen=True, slots=True)
class KeptMistake:
    """A mistake in a store. ``reported_at`` is ISO 8601 in UTC."""

    mistake: Mistake
    reported_at: str


# --------------------------------------------------------------------------- questions


@dataclass(frozen=True, slots=True)
class BBox:
    """A box in degrees that does not cross the antimeridian."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True, slots=True)
class Circle:
    """All that lies within ``km`` of a position."""

    lat: float
    lon: float
    km: float


@dataclass(frozen=True, slots=True)
class EventQuery:
    """Which events. Empty tuples and ``None`` mean "all"; the parts are joined with "and".

    ``start`` and ``end`` make the window: events whose dates overlap it (undated ones do not).
    ``types`` holds event types and sub-event types mixed, ``region`` the place id of a country,
    a first-order division or a district. ``precisions`` are those of events, and 0 for what is not placed.
    ``actors`` match who acted and who was the target, ``sources`` any of the reports. ``text`` is words
    that must all occur in what one report says of the event, or in its place's or actors' names; the last
    may be the beginning of a word. ``fatalities`` is the least number killed, by the best figure.

    What may lie somewhere passes: ``bbox`` and ``area`` (the corners of a polygon, lon, lat, first one not
    repeated) meet the event's geometry, ``around`` its uncertainty. ``view`` is the part of a map that is
    looked at: events whose representative point is in it; it crosses the antimeridian where its west is
    greater than its east.
    """

    start: date | None = None
    end: date | None = None
    types: tuple[str, ...] = ()
    stances: tuple[Stance, ...] = MAPPED_STANCES
    precisions: tuple[int, ...] = ()
    actors: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    text: str | None = None
    fatalities: int | None = None
    area: tuple[tuple[float, float], ...] = ()
    around: Circle | None = None
    bbox: BBox | None = None
    view: BBox | None = None
    region: str | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Where events that may be the same as one are looked for: within ``km`` of a position.

    ``start`` and ``end`` are the first and last day that their dates may touch. What is ``None`` or empty
    does not matter.
    """

    lat: float
    lon: float
    km: float
    start: date | None = None
    end: date | None = None
    event_type: str | None = None
    stances: tuple[Stance, ...] = ()


@dataclass(frozen=True, slots=True)
class Counts:
    """How a view reconciles: ``window = shown + filtered + region_only + unplaced``.

    What each ``by_`` counts are events that pass all other filters than the one by that.
    """

    window: int = 0
    shown: int = 0
    filtered: int = 0
    region_only: int = 0
    unplaced: int = 0
    by_type: Mapping[str, int] = field(default_factory=dict)
    """Per event type and per sub-event type; a type that is named like its family is counted once."""
    by_stance: Mapping[str, int] = field(default_factory=dict)
    by_precision: Mapping[int, int] = field(default_factory=dict)
    by_actor: Mapping[str, int] = field(default_factory=dict)
    """The most frequent and those that are asked for, most first. An event counts for each of its two."""
    by_source: Mapping[str, int] = field(default_factory=dict)
    """As ``by_actor``. An event counts for each of its sources."""
    without: Mapping[str, int] = field(default_factory=dict)
    """Per filter that is set, by its field of `EventQuery` (``start`` for the window): how many events would
    be shown, or known to a region, without that one."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Placed events (precision 1 or 2) of one cell of the map at one zoom, drawn as one mark.

    ``lat`` and ``lon`` are the mean of their positions, ``box`` holds all of these; ``by_type`` counts them
    by event type. ``event`` is the event, bare, where it is a single one.
    """

    lat: float
    lon: float
    box: BBox
    by_type: Mapping[str, int]
    event: Event | None = None

    @property
    def count(self) -> int:
        """How many events it stands for."""
        return sum(self.by_type.values())


@dataclass(frozen=True, slots=True)
class Histogram:
    """Dated events by day: ``bins`` of ``days`` days each from ``first`` on, each counted by event type.

    An event of several days counts on the last of them. ``undated`` events are in no bin.
    """

    first: date
    days: int
    bins: tuple[Mapping[str, int], ...]
    undated: int


class Order(StrEnum):
    """How a list of events is sorted. Of equals the newest come first; undated ones come last."""

    NEWEST = "newest"
    OLDEST = "oldest"
    NEAREST = "nearest"
    DEADLIEST = "deadliest"
    TYPE = "type"
    PLACE = "place"


@dataclass(frozen=True, slots=True)
class Listing:
    """A part of a sorted list of ``total`` events. The events are bare."""

    total: int
    events: tuple[Event, ...]


class Grouping(StrEnum):
    """What events are added up by."""

    TYPE = "type"
    COUNTRY = "country"
    ADMIN1 = "admin1"
    ADMIN2 = "admin2"


@dataclass(frozen=True, slots=True)
class Tally:
    """Events added up, and the deaths that they tell of.

    ``region_only`` of the events are known to a region at best. ``stating`` of them state a number of deaths,
    and ``killed`` adds these up: to its best goes the least number where a text gives only that.
    """

    events: int = 0
    region_only: int = 0
    stating: int = 0
    killed: Toll | None = None


@dataclass(frozen=True, slots=True)
class Near:
    """An event and its distance from the point asked for.

    ``certain`` says that all of the event's uncertainty lies within the radius.
    """

    event: Event
    distance_km: float
    certain: bool


@dataclass(frozen=True, slots=True)
class Nearby:
    """What lies around a position: the nearest events of each kind, and how many there are in all.

    ``certain`` of them lie within the radius for sure, ``possible`` ones may.
    """

    hits: tuple[Near, ...] = ()
    certain: int = 0
    possible: int = 0


# --------------------------------------------------------------------------- protocols


@dataclass(frozen=True, slots=True)
class NameUse:
    """What a name stands for in the gazetteer: its best place and how many share it.

    ``own`` tells whether it is the place's own name, not one of its others.
    """

    place: Place
    count: int
    own: bool = True


class NameIndex(Protocol):
    """What the recogniser asks of a gazetteer."""

    def best(self, name: str) -> NameUse | None:
        """Return the most prominent place of that name, ignoring case, accents and hyphens."""

    def demonym(self, word: str) -> Place | None:
        """Return the country or area whose people the word names ("Russian", "African")."""

    def get(self, place_id: str) -> Place:
        """Return one place; countries have ids like ``country:UA``. Raises NotFound."""


class PlaceFinder(Protocol):
    """What the resolver asks of a gazetteer."""

    def lookup(self, name: str, *, codes: bool) -> Sequence[Place]:
        """Return the places of that name, most prominent first, with ``codes`` those of that code too."""

    def alike(self, name: str) -> Sequence[tuple[Place, float]]:
        """Return the places of names much like that one, with how like they are, 0 to 1."""

    def demonym(self, word: str) -> Place | None:
        """Return the country or area whose people the word names."""

    def get(self, place_id: str) -> Place:
        """Return one place. Raises NotFound."""


class Merging(Protocol):
    """What a store asks of the rules by which tellings become events.

    A telling is an event as one document tells it, an event what is shown: the fold of its tellings.
    """

    def neighbourhood(self, telling: Event) -> Neighbourhood | None:
        """Return where other documents' events that may be the same are found, ``None`` for nowhere."""

    def joins(self, tellings: Sequence[Event], known: Sequence[Sequence[Event]]) -> Sequence[Event | None]:
        """Choose for each telling of one document the event that it is about, out of those near it.

        No two tellings get the same event. ``None`` for a new event.
        """

    def fold(self, tellings: Sequence[Event]) -> Event:
        """Return the one event that these tellings are of, in whatever order they come."""


class Snapshots(Protocol):
    """The snapshots in a store. Nothing is ever deleted. Each call is one transaction."""

    def add(self, snapshots: Sequence[Snapshot]) -> Sequence[bool]:
        """Keep what one file draws, all or nothing of it; it counts from now on.

        Return for each whether it is new: ``False`` for what counts already, and nothing is done for that.
        Raises InvalidInput for one without geometry, source, or party whose ground it is.
        """

    def remove(self, snapshot_id: str) -> None:
        """Hide a snapshot, so that the one before it counts again. Raises NotFound."""

    def list(self) -> Sequence[KeptSnapshot]:
        """Return what is known of all snapshots that nobody has removed, the newest date first."""

    def get(self, snapshot_id: str) -> Snapshot:
        """Raises NotFound, for one that was removed as well."""

    def latest(self, day: date, source: str | None = None) -> tuple[Snapshot, ...]:
        """Return what holds on a day: of each source and kind the snapshots of its newest date until then."""

    @property
    def version(self) -> int:
        """A number that grows with each change."""


class Mistakes(Protocol):
    """What readers have reported as wrong. Each call is one transaction."""

    def add(self, mistake: Mistake) -> None:
        """Keep it. Raises Full where too many wait to be settled, of the event or of all."""

    def settle(self, event_id: str) -> int:
        """Set aside what was reported about an event, once somebody has looked at it; return how many."""

    def list(self) -> Sequence[KeptMistake]:
        """Return those that nobody has settled, the newest first."""


@dataclass(frozen=True, slots=True)
class Changed:
    """What has become of a query's events since a revision of the store; ``revision`` is its newest now.

    ``events`` are those that are new or other, by a key that stays an event's own; ``others`` are the keys of
    all else that has changed, which the query does not choose, or not any more.
    """

    revision: int
    events: Mapping[int, Event]
    others: Collection[int]


class Store(Protocol):
    """Where analysed reports live. Each call is one transaction.

    An event's id is that of its first telling. The ids of the others lead to it too, for good.
    """

    @property
    def snapshots(self) -> Snapshots:
        """What others drew of who holds what."""

    @property
    def mistakes(self) -> Mistakes:
        """What readers have reported as wrong."""

    @property
    def version(self) -> str:
        """Changes whenever reports or events do, in whatever process; for snapshots ask theirs. Cheap."""

    def add(self, analysis: Analysis) -> bool:
        """Keep a document with all that was read out of it, or nothing of it.

        Its events are kept as told, and join the events that other documents have told of. Return
        ``False``, and change nothing, where the document is already known.
        """

    def merge(self, event_id: str, into_id: str) -> Event:
        """Make one event of two by hand, and return it. Raises NotFound, Unprocessable for the same one."""

    def split(self, telling_id: str) -> Event:
        """Take out of an event what was merged into it by hand under that id, else that one telling.

        Return the event that was split away, which is shown under its id again. Raises NotFound,
        Unprocessable where nothing would be left.
        """

    def tellings(self, event_id: str) -> tuple[Event, ...]:
        """The event as each document tells it, in order of publication. Raises NotFound."""

    def knows(self, document_id: str) -> bool:
        """Whether a document is already kept."""

    def refuse(self, refusal: Refusal) -> None:
        """Keep the name and reason of an input that could not be read (once per pair)."""

    def document(self, document_id: str) -> Document:
        """Raises NotFound."""

    def resolutions(self, document_id: str) -> tuple[Resolution, ...]:
        """The document's mentions in text order with their candidates. Raises NotFound."""

    def event(self, event_id: str) -> Event:
        """The event shown under that id, or the one that its telling belongs to. Raises NotFound."""

    def events(self, query: EventQuery, *, bare: bool = False) -> Iterator[Event]:
        """Stream the events, newest first, undated ones last.

        ``bare`` ones come without their reports and geometry, several times as fast: enough for a
        mark on a map.
        """

    def changed(self, query: EventQuery, since: int = 0) -> Changed:
        """What has changed of a query's events since a revision; since 0 all of them, and no others.

        For who keeps what follows from each event.
        """

    def listing(
        self, query: EventQuery, order: Order, *, skip: int, limit: int, around: Circle | None = None
    ) -> Listing:
        """A part of the events in an order; ``around`` is where they are the nearest to."""

    def clusters(self, query: EventQuery, *, zoom: int) -> Sequence[Cluster]:
        """The placed events as a map at a zoom draws them, at most one cluster per cell of 64 pixels.

        The query's ``view`` bounds them: a cluster that is partly in it comes whole. Cells are those of the
        Web Mercator grid, so that the same events make the same clusters wherever the map is moved.
        """

    def heat(self, query: EventQuery, *, zoom: int) -> Sequence[tuple[float, float, int]]:
        """Latitude, longitude and number of the placed events of each cell of 8 pixels in the view."""

    def histogram(self, query: EventQuery) -> Histogram | None:
        """The events by day, whatever the query's window; ``None`` where none is dated."""

    def events_of(self, document_id: str) -> tuple[Event, ...]:
        """The events that a document tells of, in the order of its text. Raises NotFound."""

    def counts(self, query: EventQuery) -> Counts:
        """Reconcile what a view shows with what there is."""

    def span(self, query: EventQuery) -> tuple[date, date] | None:
        """The first and the last day of the events that are dated, ``None`` where none is."""

    def tallies(self, query: EventQuery, grouping: Grouping) -> Mapping[str, Tally]:
        """The events added up by type, or those that are placed by the division that they lie in.

        The keys are types or place ids. Where the division of that order is not known, the event counts
        under the next larger one; in no country, under none.
        """

    def near(
        self,
        query: EventQuery,
        *,
        lat: float,
        lon: float,
        km: float,
        limit: int = 500,
        bare: bool = False,
    ) -> Nearby:
        """Events that lie, or may lie, within ``km``, nearest first, at most ``limit`` of each kind.

        ``bare`` as with `events`.
        """

    def totals(self) -> Mapping[str, int]:
        """How many documents, events, reports and refusals are kept."""

    def close(self) -> None:
        """Release the database."""


def stable_id(*parts: str) -> str:
    """Return 16 hexadecimal digits that depend on the parts alone."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]

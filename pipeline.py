"""From a document to events, and from many documents into the store.

The rooms meet here: what the recogniser needs of the gazetteer and what the events need of the
resolved places is handed over here and nowhere else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache, cached_property

import merging
from domain import (
    Analysis,
    Document,
    Event,
    EventMention,
    EventReport,
    InvalidInput,
    Level,
    MentionKind,
    NameIndex,
    Outcome,
    Refusal,
    Resolution,
    Store,
    Unprocessable,
    stable_id,
)
from extract.actors import enemy, side_as, side_of
from extract.events import read_events
from extract.language import ACCURATE, check_english, load_language
from extract.mentions import find_mentions, span_mentions
from geo.gazetteer import Gazetteer
from geo.regions import Regions
from geo.relations import drawn
from geo.resolve import resolve
from ontology import Ontology, load_ontology

MAX_SPANS = 20_000
REGION_FACTOR = 0.8
"""How much less sure an event is that is only known to the region."""


class _Remembered:
    """A name index that asks another one but once: a document says the same names again and again."""

    def __init__(self, names: NameIndex) -> None:
        self.best = cache(names.best)
        self.demonym = cache(names.demonym)
        self.get = cache(names.get)


class Analyser:
    """Reads documents: finds mentions, resolves them, finds events and places them."""

    def __init__(self, gazetteer: Gazetteer, regions: Regions, recogniser: str = ACCURATE) -> None:
        self._gazetteer = gazetteer
        self._regions = regions
        self._language = load_language(recogniser)
        self._ontology: Ontology = load_ontology()

    @cached_property
    def _gains(self) -> dict[str, str]:
        """The names of the two types by which ground changes hands, by how it does."""
        return {kind.gain: name for name, kind in self._ontology.types.items() if kind.gain}

    def check(self, document: Document) -> None:
        """Raises Unprocessable where the document is not in English."""
        check_english(document.text)

    def analyse(self, document: Document, spans: Sequence[tuple[int, int]] | None = None) -> Analysis:
        """Return all that the document tells.

        With ``spans`` (start, end) exactly those are resolved as toponyms, in their order, and none
        are searched for. Raises InvalidInput where a span lies outside the text, Unprocessable where
        the text is not in English.
        """
        doc, names = self._language.parse(document.text), _Remembered(self._gazetteer)
        entities = self._language.entities(doc)
        if spans is None:
            mentions = find_mentions(doc, entities, names)
        else:
            _check_spans(document.text, spans)
            mentions = span_mentions(doc, spans, names)
        resolutions = resolve(mentions, self._gazetteer)
        reading = read_events(doc, mentions, names, _credible(document.date), entities)
        told = tuple(
            self._typed(self._struck(mention, resolutions, reading.sides), resolutions)
            for mention in reading.told
        )
        events = self._events(document, resolutions, told)
        return Analysis(document, resolutions, told, events, reading.sentences)

    def _struck(
        self, mention: EventMention, resolutions: Sequence[Resolution], sides: Collection[str]
    ) -> EventMention:
        """Name who struck where the text names nobody for it, as coders do: whom that country is at war with.

        Only the one enemy of the country that was struck, and only where the text names it elsewhere.
        """
        if mention.event_type != "Explosions/Remote violence" or mention.actor or mention.place is None:
            return mention
        place = resolutions[mention.place].place
        if place is None or not place.country:
            return mention
        struck = self._gazetteer.get(f"country:{place.country}").name
        other = enemy(struck)
        if other is None or other not in sides:
            return mention
        target = mention.target or side_as(struck, mention.event_type)
        return replace(mention, actor=side_as(other, mention.event_type), target=target)

    def _typed(self, mention: EventMention, resolutions: Sequence[Resolution]) -> EventMention:
        """Correct who overtakes and who regains by whose ground it is, whatever word the text uses.

        In ACLED's coding a foreign state's capture is an overtaking, though it calls it a liberation.
        """
        if mention.sub_event_type not in self._gains.values() or mention.place is None or not mention.actor:
            return mention
        place = resolutions[mention.place].place
        if place is None or not place.country:
            return mention
        owner = self._gazetteer.get(f"country:{place.country}")
        actor = self._gazetteer.best(side_of(mention.actor))
        if actor is None or actor.place.level is not Level.COUNTRY:
            return mention
        gain = "regained" if actor.place.id == owner.id else "taken"
        return replace(mention, sub_event_type=self._gains[gain])

    def _events(
        self, document: Document, resolutions: Sequence[Resolution], told: Sequence[EventMention]
    ) -> tuple[Event, ...]:
        """Make events of the mentions; several mentions of one event become one with several reports."""
        groups: dict[str, list[Event]] = {}
        alike: defaultdict[tuple[object, ...], list[Event]] = defaultdict(list)
        for mention in told:
            event = self._event(document, resolutions, mention)
            resolution = resolutions[mention.place] if mention.place is not None else None
            known = resolution.place.id if resolution and resolution.place else ""
            # Villages that the gazetteer lacks may share an anchor and are two for all that.
            unknown = resolution.mention.name if resolution and not known else ""
            firsts = alike[event.sub_event_type, event.geo_precision, known, unknown]
            same = next((first for first in firsts if merging.retold(first, event)), event)
            if same is event and event.id not in groups:
                firsts.append(event)
            # Two mentions that differ only in what the id leaves out are one event as well.
            groups.setdefault(same.id, []).append(event)
        return tuple(merging.fold(group) for group in groups.values())

    def _event(self, document: Document, resolutions: Sequence[Resolution], mention: EventMention) -> Event:
        resolution = resolutions[mention.place] if mention.place is not None else None
        located = resolution is not None and resolution.geo_precision is not None
        place = (resolution.place or resolution.anchor) if resolution is not None else None
        if place is not None:
            place = self._regions.with_district(place)
        shape = drawn(resolution, self._regions) if resolution is not None else None
        report = EventReport(
            document.id,
            mention.sentence,
            mention.trigger,
            mention.place,
            document.source,
            document.title,
            document.url,
            document.date,
            mention.stance,
            mention.claimed_by,
            mention.fatalities,
        )
        confidence = mention.confidence * (resolution.confidence if resolution and located else 0.5)
        if resolution is not None and resolution.geo_precision == 3:
            confidence *= REGION_FACTOR
        return Event(
            id=_event_id(document, mention),
            event_type=mention.event_type,
            sub_event_type=mention.sub_event_type,
            disorder_type=self._ontology.types[mention.sub_event_type].disorder,
            stance=mention.stance,
            confidence=round(confidence, 3),
            reports=(report,),
            actor=mention.actor,
            target=mention.target,
            claimed_by=mention.claimed_by,
            when=mention.when,
            place_text=_place_text(resolution) if resolution else "",
            place=place if located else None,
            lat=shape.lat if shape else None,
            lon=shape.lon if shape else None,
            geometry=shape.geometry if shape else None,
            geo_precision=resolution.geo_precision if resolution else None,
            uncertainty_km=shape.uncertainty_km if shape else None,
            fatalities=mention.fatalities,
            wounded=mention.wounded,
            captured=mention.captured,
            weapon=mention.weapon,
            count=mention.count,
        )


def readable(inputs: Iterable[Document | Refusal], analyser: Analyser) -> Iterator[Document | Refusal]:
    """Yield the inputs, with a refusal for each document that is in no language that is read."""
    for item in inputs:
        try:
            if isinstance(item, Document):
                analyser.check(item)
            yield item
        except Unprocessable as error:
            yield Refusal(_title(item), error)


def _title(item: Document | Refusal) -> str:
    return item.name if isinstance(item, Refusal) else item.title or item.text[:60].strip()


def run(
    inputs: Iterable[Document | Refusal], store: Store, analyser: Analyser
) -> Iterator[tuple[str, Outcome]]:
    """Read each input into the store, one transaction each; yield its name and what became of it.

    Raises Unprocessable at a document that ``readable`` would have refused.
    """
    for item in inputs:
        if isinstance(item, Refusal):
            store.refuse(item)
            yield item.name, Outcome.REFUSED
            continue
        name = _title(item)
        if store.knows(item.id):
            yield name, Outcome.KNOWN
            continue
        analysis = analyser.analyse(item)
        yield name, analysis.outcome if store.add(analysis) else Outcome.KNOWN


def _credible(published: date | None) -> date | None:
    """Return a publication date against which "today" can be read: not one that is still to come."""
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    return published if published is None or published <= tomorrow else None


def _place_text(resolution: Resolution) -> str:
    """Return the place in the text's own words; at the Russian border they name no place, but a people."""
    people = resolution.mention.kind is MentionKind.DEMONYM
    return resolution.place.name if people and resolution.place else resolution.mention.text


def _check_spans(text: str, spans: Sequence[tuple[int, int]]) -> None:
    if len(spans) > MAX_SPANS:
        raise InvalidInput(f"{len(spans)} spans are more than {MAX_SPANS}", field="toponyms")
    for start, end in spans:
        if not 0 <= start < end <= len(text):
            raise InvalidInput(f"{start} to {end} lies outside the text", field="toponyms")


def _event_id(document: Document, mention: EventMention) -> str:
    """Return the id of what this document tells: no other document's event has it."""
    return stable_id(document.id, mention.sub_event_type, str(mention.trigger.start), str(mention.place))

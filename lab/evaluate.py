"""How well Sitmap reads: ``python -m lab.evaluate [--errors] [--recogniser fast]`` prints the tables.

Toponyms match when their strings are equal and their midpoints lie under 10 characters apart, as in
Gritta et al. (2017), "What's missing in geographical parsing?". Resolution is measured on the gold
spans, over all of them: what is not resolved counts as 20,039 km. An event matches when its trigger
is in the same sentence and its type family agrees.
"""

from __future__ import annotations

import argparse
import re
import statistics
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

from domain import (
    MAPPED_STANCES,
    Analysis,
    Document,
    EventMention,
    Mention,
    MentionKind,
    NameIndex,
    Stance,
)
from extract.actors import find_parties, side_of
from extract.language import ACCURATE, Language, load_language
from extract.mentions import find_mentions
from extract.recognise import Entity
from geo.gazetteer import GEOD, Gazetteer
from geo.regions import Regions
from lab.corpora import documents, marked_sentences
from lab.places import (
    UNRESOLVED_KM,
    cross_validated,
    gazetteers,
    made_up,
    print_tables,
    rankers,
    read_corpora,
)
from pipeline import Analyser

INSTANCE = Path(__file__).parent.parent / "instance"
LITERAL = {"Literal", "Literal_Modifier", "Mixed", "Coercion", "Embedded_Literal"}
"""Kinds of GeoWebNews under which a text means the place itself."""

MAPPED = {str(stance) for stance in MAPPED_STANCES}


@dataclass(slots=True)
class Score:
    """Counts of right, wrong and missed, with the examples of the latter two."""

    right: int = 0
    wrong: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    classes: Counter[str] = field(default_factory=Counter)

    @property
    def precision(self) -> float:
        """Share of the found that is right."""
        return self.right / max(1, self.right + len(self.wrong))

    @property
    def recall(self) -> float:
        """Share of the gold that is found."""
        return self.right / max(1, self.right + len(self.missed))

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


class Reader:
    """Finds the toponyms of whole corpora, each once."""

    def __init__(self, language: Language, names: NameIndex) -> None:
        self._language, self._names = language, names
        self._read: dict[str, list[Read]] = {}

    def corpus(self, name: str) -> list[Read]:
        """Return the corpus as it was read."""
        if name not in self._read:
            self._read[name] = [self._document(document, gold) for document, gold in documents(name)]
        return self._read[name]

    def _document(self, document: Document, gold: dict[str, Any]) -> Read:
        doc = self._language.parse(document.text)
        entities = self._language.entities(doc)
        return Read(
            document.text, gold["toponyms"], find_mentions(doc, entities, self._names), entities.found
        )

    def why_missed(self, read: Read, top: dict[str, Any]) -> str:
        """Return the class of error by which a gold toponym is missed."""
        start, end = top["start"], top["end"]
        if _at(read.gold_of(read.mentions), top["text"], (start + end) / 2):
            return "metonymy"
        if any(mention.start < end and start < mention.end for mention in read.mentions):
            return "boundary"
        if self._names.demonym(top["text"]) or top.get("kind") in ("Demonym", "Non_Literal_Modifier"):
            return "demonym"
        around = [entity for entity in read.entities if entity.start < end and start < entity.end]
        if any(entity.end - entity.start > end - start for entity in around):
            return "nested"
        if any(entity.label in ("PER", "ORG") for entity in around):
            return "false person or organisation"
        return "unseen name" if self._names.best(top["text"]) is None else "other"

    def why_wrong(self, read: Read, mention: Mention) -> str:
        """Return the class of error by which a mention is none of the gold."""
        if any(top["start"] < mention.end and mention.start < top["end"] for top in read.gold):
            return "boundary"
        if mention.kind is MentionKind.DEMONYM:
            return "demonym"
        if mention.kind is MentionKind.INSTITUTION:
            return "nested"
        if mention.kind is MentionKind.SPEAKER:
            return "metonymy"
        return "unseen name" if self._names.best(mention.name) is None else "other"


@dataclass(frozen=True, slots=True)
class Read:
    """A document's text, its gold toponyms, and what was found in it."""

    text: str
    gold: list[dict[str, Any]]
    mentions: Sequence[Mention]
    entities: Sequence[Entity]

    @staticmethod
    def gold_of(mentions: Sequence[Mention]) -> list[dict[str, Any]]:
        """Return mentions in the form of gold toponyms."""
        return [{"start": each.start, "end": each.end, "text": each.text} for each in mentions]


def toponyms(
    corpus: str, reader: Reader, counts: Callable[[MentionKind], bool], wanted: Callable[[Any], bool]
) -> Score:
    """Score the recogniser: ``counts`` picks our mentions by kind, ``wanted`` the gold ones."""
    score = Score()
    for read in reader.corpus(corpus):
        open_gold = [top for top in read.gold if wanted(top)]
        ignored = [top for top in read.gold if not wanted(top)]
        for mention in read.mentions:
            if not counts(mention.kind):
                continue
            middle = (mention.start + mention.end) / 2
            match = _at(open_gold, mention.text, middle)
            context = read.text[max(0, mention.start - 40) : mention.end + 30].replace("\n", " ")
            if match is not None:
                score.right += 1
                open_gold.remove(match)
            elif _at(ignored, mention.text, middle) is None:
                why = reader.why_wrong(read, mention)
                score.classes[f"wrong, {why}"] += 1
                score.wrong.append(f"{mention.text} [{mention.kind}, {why}]: …{context}…")
        for top in open_gold:
            context = read.text[max(0, top["start"] - 40) : top["end"] + 30].replace("\n", " ")
            why = reader.why_missed(read, top)
            score.classes[f"missed, {why}"] += 1
            score.missed.append(f"{top['text']} [{top.get('kind')}, {why}]: …{context}…")
    return score


def _at(gold: Sequence[dict[str, Any]], text: str, middle: float) -> dict[str, Any] | None:
    for top in gold:
        if top["text"] == text and abs((top["start"] + top["end"]) / 2 - middle) < 10:
            return top
    return None


@dataclass(slots=True)
class EventScores:
    """Detection, and on the matched ones how many have each part right."""

    detection: Score = field(default_factory=Score)
    parts: dict[str, list[bool]] = field(default_factory=dict)
    badly_mapped: list[str] = field(default_factory=list)

    def add(self, part: str, right: bool) -> None:
        """Count one part of one matched event."""
        self.parts.setdefault(part, []).append(right)


def events(corpus: str, analyser: Analyser) -> tuple[EventScores, list[str]]:
    """Score the events of a corpus; also return what was wrong with the matched ones."""
    scores, wrong = EventScores(), []
    for document, gold in documents(corpus):
        analysis = analyser.analyse(document)
        mentions = list(analysis.event_mentions)
        for want in gold["events"]:
            match = _best_match(want, mentions, analysis)
            mapped = want["stance"] in MAPPED
            if match is None:
                if mapped:
                    scores.detection.missed.append(f"{gold['id']} {want['type']}: {want['trigger']}")
                continue
            mentions.remove(match)
            scores.add("stance", match.stance == want["stance"])
            if match.stance != want["stance"]:
                wrong.append(f"{gold['id']} stance {match.stance} for {want['stance']}: {want['trigger']}")
                if match.stance in MAPPED and not mapped:
                    scores.badly_mapped.append(f"{gold['id']} {want['stance']}: {want['trigger']}")
            if not mapped:
                continue
            if match.stance in MAPPED:
                scores.detection.right += 1
            else:
                scores.detection.missed.append(
                    f"{gold['id']} {want['type']} ({match.stance}): {want['trigger']}"
                )
            _score_parts(want, match, analysis, scores, wrong, gold["id"])
        scores.detection.wrong += [
            f"{gold['id']} {mention.sub_event_type}: {mention.trigger.text} in “{mention.sentence.text[:90]}”"
            for mention in mentions
            if mention.stance in MAPPED
        ]
    return scores, wrong


def _best_match(
    want: dict[str, Any], mentions: list[EventMention], analysis: Analysis
) -> EventMention | None:
    at = analysis.document.text.find(want["trigger"])
    same = [
        mention
        for mention in mentions
        if mention.event_type == want["family"] and mention.sentence.start <= at < mention.sentence.end
    ]
    return min(
        same,
        key=lambda mention: (_km(mention, want, analysis), abs(mention.trigger.start - at)),
        default=None,
    )


def _km(mention: EventMention, want: dict[str, Any], analysis: Analysis) -> float:
    answer = analysis.resolutions[mention.place] if mention.place is not None else None
    if answer is None or answer.lat is None or answer.lon is None or want["lat"] is None:
        return UNRESOLVED_KM
    return float(GEOD.inv(answer.lon, answer.lat, want["lon"], want["lat"])[2]) / 1000


def _score_parts(
    want: dict[str, Any],
    match: EventMention,
    analysis: Analysis,
    scores: EventScores,
    wrong: list[str],
    doc_id: str,
) -> None:
    def check(part: str, right: bool, got: object, gold: object) -> None:
        scores.add(part, right)
        if not right:
            wrong.append(f"{doc_id} {part} {got} for {gold}: {want['trigger']}")

    check("sub-event type", match.sub_event_type == want["type"], match.sub_event_type, want["type"])
    km = _km(match, want, analysis)
    text = analysis.resolutions[match.place].mention.text if match.place is not None else None
    check("place", km <= want["tol_km"], f"{text} ({km:,.0f} km)", want["place"])
    if want["date"]:
        gold_day, slack = date.fromisoformat(want["date"]), want["date_tol_days"]
        near = match.when is not None and (
            min(abs((match.when.start - gold_day).days), abs((match.when.end - gold_day).days)) <= slack
            or match.when.start <= gold_day <= match.when.end
        )
        check("date", near, match.when and match.when.start, want["date"])
    deaths = match.fatalities.best if match.fatalities else None
    check("fatalities", deaths == want["fatalities"], deaths, want["fatalities"])
    check("actor", is_party(match.actor, want["actor"]), match.actor, want["actor"])
    check("target", is_party(match.target, want["target"]), match.target, want["target"])


def is_party(name: str | None, gold: str | None) -> bool:
    """Whether a party is the one of the gold, which has short names: "Russia", "HTS", "Police".

    It is where the gold name is its side, or stands whole in its name, in capitals or not: "HTS" in
    "Hayat Tahrir al-Sham (HTS)", "Police" in "Police Forces of India".
    """
    if name is None or gold is None:
        return name is gold
    whole = rf"(?<!\w){re.escape(gold)}(?!\w)"
    return side_of(name) == gold or re.search(whole, name, re.IGNORECASE) is not None


def parties(language: Language, names: NameIndex) -> Score:
    """Score the parties on sentences in which who acts and who is struck are marked.

    A marked stretch counts as found where one of our parties has a word of it, and a party as right where it
    has one of a marked stretch; most sentences name parties that are neither, so that the share of the
    right among ours says little by itself.
    """
    score = Score()
    for text, spans in marked_sentences("events-cameo-actors.conll"):
        doc = language.parse(text)
        entities = language.entities(doc)
        found = find_parties(doc, find_mentions(doc, entities, names), names, entities.found)
        ours = [
            (span.start_char, span.end_char) for span in (doc[party.start : party.end] for party in found)
        ]
        for start, end in spans:
            if any(first < end and start < last for first, last in ours):
                score.right += 1
            else:
                score.missed.append(f"{text[start:end]}: {text}")
        score.wrong += [
            f"{text[first:last]}: {text}"
            for first, last in ours
            if not any(first < end and start < last for start, end in spans)
        ]
    return score


def print_toponyms(reader: Reader, *, errors: bool) -> None:
    """Print the scores of the toponyms, and what kinds of errors there are."""

    def literal(kind: MentionKind) -> bool:
        return kind in (MentionKind.PLACE, MentionKind.DATELINE)

    def unpeopled(kind: MentionKind) -> bool:
        return kind is not MentionKind.DEMONYM

    rows: tuple[tuple[str, str, Callable[[MentionKind], bool], Callable[[Any], bool]], ...] = (
        ("dispatches-dev, literal", "dispatches-dev", literal, lambda top: True),
        ("GeoVirus, all but peoples", "geovirus", unpeopled, lambda top: True),
        ("GeoWebNews, all its toponyms", "geowebnews", lambda kind: True, lambda top: top["lat"] is not None),
        ("GeoWebNews, literal ones, by mentions of any kind", "geowebnews", lambda kind: True, is_literal),
        ("GeoWebNews, literal ones, by literal mentions", "geowebnews", literal, is_literal),
    )
    scores = [(title, toponyms(corpus, reader, counts, wanted)) for title, corpus, counts, wanted in rows]
    print("| toponyms | precision | recall | F1 |\n|---|---|---|---|")
    for title, score in scores:
        print(f"| {title} | {score.precision:.3f} | {score.recall:.3f} | {score.f1:.3f} |")
        if errors:
            print(*(f"  wrong  {line}" for line in score.wrong), sep="\n")
            print(*(f"  missed {line}" for line in score.missed), sep="\n")
    print("\n| errors | " + " | ".join(title for title, _ in scores) + " |\n|---|" + "---|" * len(scores))
    for name in sorted({name for _, score in scores for name in score.classes}):
        print(f"| {name} | " + " | ".join(str(score.classes[name]) for _, score in scores) + " |")


def print_resolution(instance: Path, *, errors: bool) -> None:
    """Print how well rankers do on documents that they were not trained on, and with all villages known."""
    with gazetteers(instance) as (default, detailed):
        cases = read_corpora(default)
        trained = rankers(list(chain.from_iterable(cases.values())), made_up(detailed, default))
        dispatches = [replace(case, places=detailed) for case in cases["dispatches-dev"]]
        given = cross_validated({**cases, "dispatches-dev, with geonames-UA": dispatches}, trained)
    print_tables(given)
    for name, answers in given.items() if errors else ():
        for each in answers:
            if not each.right:
                place = each.resolution.place
                answer = place.label if place else each.resolution.reason
                print(f"  {name} {each.mention.text} {each.km:,.0f} km: {answer}")


def is_literal(top: dict[str, Any]) -> bool:
    """Whether a toponym of GeoWebNews means the place itself and has coordinates."""
    return top["lat"] is not None and top["kind"] in LITERAL


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--errors", action="store_true", help="list what was wrong and missed")
    parser.add_argument("--instance", type=Path, default=INSTANCE, help="folder with gazetteer and base map")
    parser.add_argument("--recogniser", default=ACCURATE, help="as the setting SITMAP_RECOGNISER")
    parser.add_argument("--toponyms", action="store_true", help="measure nothing but the toponyms")
    options = parser.parse_args()
    gazetteer = Gazetteer(options.instance / "gazetteer.db")
    regions = Regions(gazetteer, options.instance / "basemap.json")
    analyser = Analyser(gazetteer, regions, options.recogniser)

    language = load_language(options.recogniser)
    print_toponyms(Reader(language, gazetteer), errors=options.errors)
    if options.toponyms:
        return
    print()
    print_resolution(options.instance, errors=options.errors)

    named = parties(language, gazetteer)
    print("\n| parties, CAMEO sentences | |\n|---|---|")
    print(f"| who acts and who is struck, found | {named.recall:.3f} |")
    print(f"| parties found that are one of them | {named.precision:.3f} |")
    if options.errors:
        print(*(f"  missed {line}" for line in named.missed), sep="\n")

    scores, wrong = events("dispatches-dev", analyser)
    found = scores.detection
    print("\n| events, dispatches-dev | |\n|---|---|")
    print(
        f"| detection precision / recall / F1 | {found.precision:.3f} / {found.recall:.3f} / {found.f1:.3f} |"
    )
    for part, right in scores.parts.items():
        print(f"| {part} (of {len(right)}) | {statistics.fmean(right):.3f} |")
    kept_out = sum(stance not in MAPPED_STANCES for stance in Stance)
    print(f"| mapped though of one of the {kept_out} other stances | {len(scores.badly_mapped)} |")
    if options.errors:
        print(*(f"  wrong  {line}" for line in found.wrong), sep="\n")
        print(*(f"  missed {line}" for line in found.missed), sep="\n")
        print(*(f"  part   {line}" for line in wrong), sep="\n")


if __name__ == "__main__":
    main()

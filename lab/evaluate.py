"""How well Sitmap reads and draws: ``python -m lab.evaluate [PART] [--errors]`` prints the tables.

Toponyms match when their strings are equal and their midpoints lie under 10 characters apart, as in
Gritta et al. (2017), "What's missing in geographical parsing?". Resolution is measured on the gold
spans, over all of them: what is not resolved counts as 20,039 km. An event matches when its trigger
is in the same sentence and its type family agrees.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

from domain import (
    Document,
    Mention,
    MentionKind,
    NameIndex,
)
from extract.language import ACCURATE, Language, load_language
from extract.mentions import find_mentions
from extract.recognise import Entity
from geo.gazetteer import Gazetteer
from geo.land import Land
from geo.regions import Regions
from lab.control import print_control
from lab.corpora import documents
from lab.event_scores import print_events, print_types, score_parties
from lab.score import Score
from pipeline import Analyser

INSTANCE = Path(__file__).parent.parent / "instance"
LITERAL = {"Literal", "Literal_Modifier", "Mixed", "Coercion", "Embedded_Literal"}
"""Kinds of GeoWebNews under which a text means the place itself."""


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
    # Imported here: it trains, with packages of requirements-lab.txt that the other parts do without.
    from lab.places import cross_validated, gazetteers, made_up, print_tables, rankers, read_corpora

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
    parts = ("toponyms", "resolution", "events", "control")
    parser.add_argument("part", nargs="?", choices=parts, help="measure nothing but this")
    parser.add_argument("--errors", action="store_true", help="list what was wrong and missed")
    parser.add_argument("--instance", type=Path, default=INSTANCE, help="folder with gazetteer and base map")
    parser.add_argument("--recogniser", default=ACCURATE, help="as the setting SITMAP_RECOGNISER")
    options = parser.parse_args()
    if options.part in (None, "control"):
        print_control(Land(options.instance / "land.fgb"))
        print()
    if options.part == "control":
        return
    gazetteer = Gazetteer(options.instance / "gazetteer.db")
    language = load_language(options.recogniser)
    if options.part in (None, "toponyms"):
        print_toponyms(Reader(language, gazetteer), errors=options.errors)
        print()
    if options.part in (None, "resolution"):
        print_resolution(options.instance, errors=options.errors)
    if options.part in (None, "events"):
        named = score_parties(language, gazetteer)
        print("\n| parties, CAMEO sentences | |\n|---|---|")
        print(f"| who acts and who is struck, found | {named.recall:.3f} |")
        print(f"| parties found that are one of them | {named.precision:.3f} |")
        if options.errors:
            print(*(f"  missed {line}" for line in named.missed), sep="\n")
        regions = Regions(gazetteer, options.instance / "basemap.json")
        analyser = Analyser(gazetteer, regions, options.recogniser)
        print_events(analyser, errors=options.errors)
        print_types(analyser)


if __name__ == "__main__":
    main()

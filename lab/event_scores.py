"""How well events are read: on reports with gold events, and on the marked sentences that were held out.

An event matches when its trigger is in the same sentence and its type family agrees. Detection counts
the stances that are on the map; all else is measured on the matched ones.
"""

from __future__ import annotations

import json
import re
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from domain import MAPPED_STANCES, Analysis, Document, EventMention, NameIndex, Stance
from extract.actors import find_parties, side_of
from extract.language import Language
from extract.mentions import find_mentions
from geo.gazetteer import GEOD
from lab.corpora import documents, marked_sentences
from lab.marked import Marked, read_marked
from lab.score import Score
from ontology import load_ontology
from pipeline import Analyser

OWN_REPORTS = Path(__file__).parent / "dispatches.jsonl"
"""Reports written for Sitmap with their gold events; lab/events/README.md says how."""

MAPPED = {str(stance) for stance in MAPPED_STANCES}

Report = tuple[Document, dict[str, Any]]


@dataclass(slots=True)
class EventScores:
    """Detection, and on the matched events how many have each part right."""

    detection: Score = field(default_factory=Score)
    parts: dict[str, list[bool]] = field(default_factory=dict)
    wrong_parts: list[str] = field(default_factory=list)
    others: int = 0
    badly_mapped: list[str] = field(default_factory=list)
    """Events on the map that the gold has as denied, planned, history or not happened."""
    at_speakers: list[str] = field(default_factory=list)
    """Events on the map at a place that only a speaker or a unit has to do with."""

    def add(self, part: str, right: bool, told: str) -> None:
        """Count one part of one matched event."""
        self.parts.setdefault(part, []).append(right)
        if not right:
            self.wrong_parts.append(f"{part}: {told}")


def own_reports(*, tuned_on: bool) -> list[Report]:
    """Return the half of the own reports that was read for faults, or the half that was not."""
    lines = OWN_REPORTS.read_text(encoding="utf-8").splitlines()
    gold = [record for number, record in enumerate(map(json.loads, lines)) if (number % 2 == 0) is tuned_on]
    return [(Document(record["text"], date.fromisoformat(record["date"])), record) for record in gold]


def score_events(reports: Iterable[Report], analyser: Analyser) -> EventScores:
    """Score the events of reports."""
    scores = EventScores()
    for document, gold in reports:
        analysis = analyser.analyse(document)
        left = list(analysis.event_mentions)
        for want in gold["events"]:
            _match(want, left, analysis, scores, gold["id"])
        for mention in left:
            if mention.stance in MAPPED:
                told = f"{mention.sub_event_type}: {mention.trigger.text} in {_short(mention.sentence.text)}"
                scores.detection.wrong.append(f"{gold['id']} {told}")
        for mention in analysis.event_mentions:
            text = _place_text(mention, analysis)
            if mention.stance in MAPPED and text in _not_places(gold):
                scores.at_speakers.append(f"{gold['id']} {text}: {mention.trigger.text}")
    return scores


def _not_places(gold: dict[str, Any]) -> list[str]:
    """Return the names in a report at which nothing happened; only the own reports list them."""
    return [trap for trap in gold.get("traps", []) if trap in gold["text"]]


def _match(
    want: dict[str, Any], left: list[EventMention], analysis: Analysis, scores: EventScores, report: str
) -> None:
    """Find the mention that tells of a gold event, take it out of those left, and score it."""
    at = analysis.document.text.find(want["trigger"])
    context = _short(analysis.document.text[max(0, at - 60) :].replace("\n", " "))
    told = f"{report} {want['type']}, {want['stance']}: {want['trigger']} in “…{context}”"
    mapped = want["stance"] in MAPPED
    scores.others += not mapped
    same = [
        mention
        for mention in left
        if mention.event_type == want["family"] and mention.sentence.start <= at < mention.sentence.end
    ]
    match = min(
        same,
        key=lambda mention: (not _is_there(mention, want, analysis), abs(mention.trigger.start - at)),
        default=None,
    )
    if match is None:
        if mapped:
            scores.detection.missed.append(told)
        return
    left.remove(match)
    scores.add("stance", match.stance == want["stance"], f"{match.stance} in {told}")
    if not mapped:
        if match.stance in MAPPED:
            scores.badly_mapped.append(told)
        return
    if match.stance in MAPPED:
        scores.detection.right += 1
    else:
        scores.detection.missed.append(f"({match.stance}) {told}")
    _score_parts(want, match, analysis, scores, told)


def _score_parts(
    want: dict[str, Any], match: EventMention, analysis: Analysis, scores: EventScores, told: str
) -> None:
    def check(part: str, right: bool, got: object, gold: object) -> None:
        scores.add(part, right, f"{got} for {gold} in {told}")

    check("sub-event type", match.sub_event_type == want["type"], match.sub_event_type, want["type"])
    there = _is_there(match, want, analysis)
    check("place", there, _place_text(match, analysis), want["place"])
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


def _place_text(mention: EventMention, analysis: Analysis) -> str | None:
    return analysis.resolutions[mention.place].mention.text if mention.place is not None else None


def _is_there(mention: EventMention, want: dict[str, Any], analysis: Analysis) -> bool:
    """Whether an event lies where the gold says: by its coordinates, or by its words where it has none."""
    answer = analysis.resolutions[mention.place] if mention.place is not None else None
    if want["place"] is None:
        return answer is None or answer.lat is None
    if "lat" not in want:
        ours, gold = (answer.mention.text if answer else "").lower(), str(want["place"]).lower()
        return bool(ours) and (ours in gold or gold in ours)
    if answer is None or answer.lat is None or answer.lon is None or want["lat"] is None:
        return False
    metres = GEOD.inv(answer.lon, answer.lat, want["lon"], want["lat"])[2]
    return float(metres) / 1000 <= float(want["tol_km"])


def is_party(name: str | None, gold: str | None) -> bool:
    """Whether a party is the one of the gold, which has short names: "Russia", "HTS", "Police".

    It is where the gold name is its side, or stands whole in its name, in capitals or not: "HTS" in
    "Hayat Tahrir al-Sham (HTS)", "Police" in "Police Forces of India".
    """
    if name is None or gold is None:
        return name is gold
    whole = rf"(?<!\w){re.escape(gold)}(?!\w)"
    return side_of(name) == gold or re.search(whole, name, re.IGNORECASE) is not None


def score_parties(language: Language, names: NameIndex) -> Score:
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


@dataclass(frozen=True, slots=True)
class TypeScores:
    """Of each sub-event type the detection on held-out examples, and how many texts got their type."""

    by_type: dict[str, Score]
    texts: int
    right_texts: int
    weighted_f1: float
    """Of the types of whole texts: the mean over types by how often each is meant."""

    stances: list[bool]


def score_types(analyser: Analyser, examples: Sequence[Marked] | None = None) -> TypeScores:
    """Score types and stances on the marked examples that nothing was trained on.

    An event is found where one of its type overlaps it. A text has the type of its surest event.
    """
    held_out = [each for each in read_marked() if each.held_out] if examples is None else examples
    by_type = {name: Score() for name in load_ontology().types}
    stances: list[bool] = []
    wanted, given = [], []
    for example in held_out:
        told = list(analyser.analyse(Document(example.text)).event_mentions)
        surest = max(told, key=lambda mention: mention.confidence, default=None)
        if example.events:
            kinds = {event.kind for event in example.events}
            kind = surest.sub_event_type if surest else ""
            wanted.append(kind if kind in kinds else example.events[0].kind)
            given.append(kind)
        for event in example.events:
            overlapping = [
                mention
                for mention in told
                if mention.trigger.start < event.end and event.start < mention.trigger.end
            ]
            match = next((m for m in overlapping if m.sub_event_type == event.kind), None)
            if overlapping:
                stances.append((match or overlapping[0]).stance == event.stance)
            if match is None:
                by_type[event.kind].missed.append(example.text)
            else:
                told.remove(match)
                by_type[event.kind].right += 1
        for mention in told:
            by_type[mention.sub_event_type].wrong.append(f"{mention.trigger.text}: {example.text}")
    right = sum(want == got for want, got in zip(wanted, given, strict=True))
    return TypeScores(by_type, len(wanted), right, _weighted_f1(wanted, given), stances)


def _weighted_f1(wanted: Sequence[str], given: Sequence[str]) -> float:
    meant, said = Counter(wanted), Counter(given)
    right = Counter(want for want, got in zip(wanted, given, strict=True) if want == got)
    return sum(count * 2 * right[name] / (count + said[name]) for name, count in meant.items()) / max(
        1, len(wanted)
    )


def print_events(analyser: Analyser, *, errors: bool) -> None:
    """Print the tables of events; with ``errors`` each wrong and missed one with its sentence."""
    sets = {
        "dispatches-dev": documents("dispatches-dev"),
        "own reports, read for faults": own_reports(tuned_on=True),
        "own reports, not read": own_reports(tuned_on=False),
    }
    scored = {name: score_events(reports, analyser) for name, reports in sets.items()}
    print("\n| events | " + " | ".join(scored) + " |\n|---|" + "---|" * len(scored))
    every = list(scored.values())

    def row(title: str, cells: Iterable[str]) -> None:
        print(f"| {title} | " + " | ".join(cells) + " |")

    for title, measure in (("precision", "precision"), ("recall", "recall"), ("F1", "f1")):
        row(f"detection {title}", (f"{getattr(scores.detection, measure):.3f}" for scores in every))
    for part in every[0].parts:
        row(part, (f"{statistics.fmean(s.parts[part]):.3f} (of {len(s.parts[part])})" for s in every))
    kept_out = len(Stance) - len(MAPPED_STANCES)
    row(
        f"on the map though of one of the {kept_out} other stances",
        (f"{len(scores.badly_mapped)} of {scores.others}" for scores in every),
    )
    row("on the map at a speaker's or unit's place", (str(len(scores.at_speakers)) for scores in every))
    for name, scores in scored.items() if errors else ():
        found = scores.detection
        kinds = {"wrong": found.wrong, "missed": found.missed, "part": scores.wrong_parts}
        kinds |= {"mapped": scores.badly_mapped, "speaker": scores.at_speakers}
        for kind, lines in kinds.items():
            print(*(f"  {name}, {kind}: {line}" for line in lines), sep="\n")


def print_types(analyser: Analyser) -> None:
    """Print precision and recall of each sub-event type on the held-out marked sentences."""
    scores = score_types(analyser)
    print("\n| held-out sentences, by type | precision | recall | F1 | events |\n|---|---|---|---|---|")
    for name, score in scores.by_type.items():
        wanted = score.right + len(score.missed)
        print(f"| {name} | {score.precision:.3f} | {score.recall:.3f} | {score.f1:.3f} | {wanted} |")
    whole = Score(
        sum(score.right for score in scores.by_type.values()),
        [line for score in scores.by_type.values() for line in score.wrong],
        [line for score in scores.by_type.values() for line in score.missed],
    )
    wanted = whole.right + len(whole.missed)
    print(f"| all | {whole.precision:.3f} | {whole.recall:.3f} | {whole.f1:.3f} | {wanted} |")
    texts = f"{scores.right_texts} of {scores.texts} texts get a right type"
    print(f"\n{texts} ({scores.weighted_f1:.3f} weighted F1);")
    print(
        f"{statistics.fmean(scores.stances):.3f} of the stances are right (of {len(scores.stances)} found)."
    )


def _short(text: str) -> str:
    return text if len(text) <= 160 else f"{text[:159]}…"

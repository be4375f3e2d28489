"""How well places are resolved, on documents that the ranker was not trained on.

Gold spans are given, so that only the resolution is measured. Each document is answered by a ranker
trained on the other four fifths of all corpora, and calibrated on what such rankers answered elsewhere.
What is not resolved counts as 20,039 km away.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from scipy.optimize import minimize
from spacy.language import Language as Pipeline

from domain import Mention, Resolution
from extract.language import blank
from extract.mentions import span_mentions
from geo.gazetteer import Gazetteer
from geo.layers import add_layer
from geo.ranker import Ranker
from geo.resolve import resolve
from lab.cases import Case, Gold
from lab.corpora import VILLAGES, documents
from lab.ranking import train
from lab.simulated import Simulator

UNRESOLVED_KM = 20_039.0
CORPORA = {"dispatches-dev": 3.0, "geovirus": 1.0, "geowebnews": 1.0}
"""The corpora, and what a toponym of each counts in training: the dispatches are few, and what we are for."""

MADE_UP, MADE_UP_WEIGHT = 1200, 0.3
"""How many made-up documents there are, and what a toponym of theirs counts."""

FOLDS = 5
BINS = 10


@dataclass(frozen=True, slots=True)
class Answer:
    """How far a resolution is from the truth; ``lacking`` where the gazetteer has no right candidate."""

    mention: Mention
    gold: Gold
    resolution: Resolution
    km: float
    lacking: bool

    @property
    def right(self) -> bool:
        """Whether it lies within tolerance."""
        return self.km <= self.gold.tolerance_km


@contextmanager
def gazetteers(instance: Path) -> Iterator[tuple[Gazetteer, Gazetteer]]:
    """Open the default gazetteer of an instance, and it together with all of Ukraine's villages."""
    with TemporaryDirectory() as name:
        base = Path(name) / "gazetteer.db"
        base.symlink_to((instance / "gazetteer.db").resolve())
        layer = add_layer(base, VILLAGES).name
        with closing(Gazetteer(base, without=layer)) as default, closing(Gazetteer(base)) as detailed:
            yield default, detailed


def read_corpora(places: Gazetteer) -> dict[str, list[Case]]:
    """Return the cases of each corpus."""
    language = blank()
    return {corpus: corpus_cases(corpus, language, places) for corpus in CORPORA}


def made_up(truth: Gazetteer, known: Gazetteer) -> list[Case]:
    """Return the made-up documents that rankers are trained on beside the corpora."""
    return list(Simulator(truth, known).cases(MADE_UP, MADE_UP_WEIGHT))


def corpus_cases(corpus: str, language: Pipeline, places: Gazetteer) -> list[Case]:
    """Return the documents of a corpus with their gold spans as mentions, in five groups."""
    cases = []
    for number, (document, gold) in enumerate(documents(corpus)):
        # A few gold spans of GeoWebNews lie outside their text.
        tops = [
            top
            for top in gold["toponyms"]
            if top.get("lat") is not None and 0 <= top["start"] < top["end"] <= len(document.text)
        ]
        spans = [(top["start"], top["end"]) for top in tops]
        mentions = span_mentions(language(document.text), spans, places)
        spots = [Gold(top["lat"], top["lon"], top.get("tol_km", 161.0)) for top in tops]
        cases.append(Case(mentions, spots, places, CORPORA[corpus], number % FOLDS))
    return cases


def answers(cases: Iterable[Case], ranker: Ranker) -> Iterator[Answer]:
    """Yield the answer to each mention whose place is known."""
    for case in cases:
        resolutions = resolve(case.mentions, case.places, ranker)
        for mention, gold, resolution in zip(case.mentions, case.gold, resolutions, strict=True):
            if gold is not None:
                names = (mention.name, mention.text)
                known = (place for name in names for place in case.places.lookup(name, codes=False))
                lacking = not any(
                    gold.km(lat=place.lat, lon=place.lon) <= gold.tolerance_km for place in known
                )
                place = resolution.place
                km = gold.km(lat=place.lat, lon=place.lon) if place else UNRESOLVED_KM
                yield Answer(mention, gold, resolution, km, lacking)


def rankers(cases: Sequence[Case], made_up: Sequence[Case]) -> list[Ranker]:
    """Return a ranker for each group of cases, trained on the others and on the made-up ones."""
    found = [train([*(case for case in cases if case.group != group), *made_up]) for group in range(FOLDS)]
    given = [
        list(answers((case for case in cases if case.group == group), ranker))
        for group, ranker in enumerate(found)
    ]
    return [
        replace(
            ranker, calibration=calibrate([each for other in given if other is not own for each in other])
        )
        for ranker, own in zip(found, given, strict=True)
    ]


def calibrate(given: Iterable[Answer]) -> tuple[float, float]:
    """Return slope and offset of the logistic curve from probabilities to shares of right answers."""
    placed = [each for each in given if each.resolution.place is not None]
    likely = np.clip([each.resolution.confidence for each in placed], 1e-3, 1 - 1e-3)
    logits, right = np.log(likely / (1 - likely)), np.array([each.right for each in placed], float)

    def loss(line: np.ndarray) -> float:
        said = line[0] * logits + line[1]
        return float(np.mean(np.logaddexp(0, said) - right * said))

    slope, offset = minimize(loss, np.array([1.0, 0.0])).x
    return float(slope), float(offset)


def cross_validated(
    cases: Mapping[str, Sequence[Case]], trained: Sequence[Ranker]
) -> dict[str, list[Answer]]:
    """Return the answers to each set of cases by the rankers that were not trained on them."""
    return {
        name: [
            each
            for group, ranker in enumerate(trained)
            for each in answers((case for case in some if case.group == group), ranker)
        ]
        for name, some in cases.items()
    }


def print_tables(given: Mapping[str, Sequence[Answer]]) -> None:
    """Print accuracy, missing places and calibration of each set of answers."""
    _print_row(
        "resolution on gold spans", ("of", "within tolerance or 161 km", "mean km", "median km", "AUC")
    )
    _print_row("---", ["---"] * 5)
    for name, some in given.items():
        errors = [each.km for each in some]
        right = sum(each.right for each in some) / len(some)
        mean, median = statistics.fmean(errors), statistics.median(errors)
        _print_row(name, (len(some), f"{right:.3f}", f"{mean:,.0f}", f"{median:.1f}", f"{auc(errors):.3f}"))
    print()
    _print_row("places that the gazetteer lacks", ("of", "pinned wrongly", "placed wrongly at all"))
    _print_row("---", ["---"] * 3)
    for name, some in given.items():
        lacking = [each for each in some if each.lacking]
        wrong = [each for each in lacking if each.resolution.place is not None and not each.right]
        pins, of = sum(each.resolution.geo_precision == 1 for each in wrong), max(1, len(lacking))
        cells = (f"{count} ({count / of:.1%})" for count in (pins, len(wrong)))
        _print_row(name, (len(lacking), *cells))
    print()
    _print_row("right where the confidence is", given)
    _print_row("---", ["---"] * len(given))
    for low in range(BINS):
        span = f"{low / BINS:.1f} to {(low + 1) / BINS:.1f}"
        _print_row(span, [_share(_bin(some, low)) for some in given.values()])
    _print_row("expected calibration error", [f"{calibration_error(some):.3f}" for some in given.values()])


def _print_row(name: str, cells: Iterable[object]) -> None:
    print(f"| {name} | {' | '.join(map(str, cells))} |")


def calibration_error(given: Sequence[Answer]) -> float:
    """Return the expected calibration error over ten bins (Guo et al. 2017), of what was placed."""
    cells = [_bin(given, low) for low in range(BINS)]
    gaps = (
        sum(each.right for each in cell) - sum(each.resolution.confidence for each in cell) for cell in cells
    )
    return sum(map(abs, gaps)) / max(1, sum(map(len, cells)))


def _bin(given: Sequence[Answer], low: int) -> list[Answer]:
    placed = (each for each in given if each.resolution.place is not None)
    return [each for each in placed if min(BINS - 1, int(each.resolution.confidence * BINS)) == low]


def _share(given: Sequence[Answer]) -> str:
    right = sum(each.right for each in given)
    return f"{right / len(given):.2f} of {len(given)}" if given else ""


def auc(errors: Sequence[float]) -> float:
    """Area under the curve of log errors, 0 best, 1 worst (Gritta et al. 2020)."""
    worst = math.log(UNRESOLVED_KM + 1)
    return statistics.fmean(math.log(km + 1) / worst for km in errors)

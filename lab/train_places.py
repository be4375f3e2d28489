"""Train the ranker of places and write it to ``data/models/places.json``: ``python -m lab.train_places``.

``python -m lab.evaluate`` tells what rankers so trained are worth on documents that they were not
trained on.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

from geo.features import FEATURES
from geo.ranker import MODEL, Ranker
from lab.cases import Case
from lab.places import calibrate, cross_validated, gazetteers, made_up, rankers, read_corpora
from lab.ranking import train

INSTANCE = Path(__file__).parent.parent / "instance"
DIGITS = 4


def trained(cases: Sequence[Case], simulated: Sequence[Case]) -> Ranker:
    """Return a ranker trained on all cases, calibrated on those that it would not have seen."""
    given = cross_validated({"all": cases}, rankers(cases, simulated))
    return replace(train([*cases, *simulated]), calibration=calibrate(given["all"]))


def write(ranker: Ranker, path: Path) -> None:
    """Write a ranker down, a tree a line, its numbers to four digits."""
    parts = {
        "features": json.dumps(list(FEATURES)),
        "first": json.dumps(_rounded(ranker.first)),
        "second": json.dumps(_rounded(ranker.second)),
        "calibration": json.dumps(_rounded(ranker.calibration)),
        "trees": "[\n" + ",\n".join(json.dumps(tree) for tree in _trees(ranker)) + "\n]",
    }
    lines = ",\n".join(f"{json.dumps(name)}: {value}" for name, value in parts.items())
    path.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")


def _trees(ranker: Ranker) -> Iterator[dict[str, list[float]]]:
    for tree in ranker.trees.nodes:
        yield {name: _rounded(values) for name, values in tree.items()}


def _rounded(values: Iterable[float]) -> list[float]:
    return [value if isinstance(value, int) else round(float(value), DIGITS) for value in values]


def main() -> None:
    """Train on everything and write the ranker down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instance", type=Path, default=INSTANCE, help="folder with the gazetteer")
    parser.add_argument("--out", type=Path, default=MODEL, help="the file to write")
    options = parser.parse_args()
    with gazetteers(options.instance) as (default, detailed):
        cases = list(chain.from_iterable(read_corpora(default).values()))
        write(trained(cases, made_up(detailed, default)), options.out)


if __name__ == "__main__":
    main()

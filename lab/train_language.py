"""Trains the language models: ``python -m lab.train_language [--worldwide]``, in an hour and a half.

Needs two cores, the corpora of ``../shared`` and what ``requirements-lab.txt`` names. A run that was cut
off goes on from its last checkpoint, which lies below ``--work`` until the folder is deleted.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Mapping
from pathlib import Path

import spacy
import torch

from extract.encoder import MODELS
from extract.language import ACCURATE, FAST
from lab import fast, finetune, heldout, syntax
from lab.entities import read_entities

SEED = 20221103
WORK = Path(__file__).parent.parent / "instance" / "training"


def main() -> None:
    """Train what is asked for, write it, and print the scores on what was held out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worldwide", action="store_true", help="learn from the Worldwide corpus as well")
    parser.add_argument("--only", choices=(ACCURATE, FAST), help="train one of the two")
    parser.add_argument("--out", type=Path, default=MODELS, help="folder to write the models to")
    parser.add_argument("--work", type=Path, default=WORK, help="folder for checkpoints")
    parser.add_argument("--threads", type=int, default=2, help="cores to train the accurate one on")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    if options.only != FAST:
        torch.set_num_threads(options.threads)
        texts = finetune.Texts.of(read_entities(worldwide=options.worldwide))
        model = finetune.finetune(texts, options.work / "checkpoint.pt", seed=SEED)
        finetune.export(model, options.out)
        _print(heldout.entity_scores(read_entities(worldwide=True), options.out))
        _print({f"EWT test, {name}": (value,) for name, value in heldout.syntax_scores(options.out).items()})
    if options.only != ACCURATE:
        trees, names = options.work / "syntax", options.out / FAST
        syntax.train(trees, seed=SEED)
        _print(fast.train(trees, options.out, names, seed=SEED, worldwide=options.worldwide))
        nlp = spacy.load(names)
        syntax.evaluate(nlp)
        syntax.speed(nlp)
    for path in sorted(options.out.rglob("*")):
        if path.is_file() and path.suffix != ".md":
            print(hashlib.sha256(path.read_bytes()).hexdigest(), path.relative_to(options.out))


def _print(scores: Mapping[str, tuple[float, ...]]) -> None:
    for name, row in scores.items():
        print(f"{name:32}", "  ".join(f"{value:.4f}" for value in row))


if __name__ == "__main__":
    main()

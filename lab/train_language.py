"""Trains the language models: ``python -m lab.train_language [--worldwide]``, in an hour and a half.

``--only events`` takes both recognisers as they are and teaches them events, in ten minutes.

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
from extract.event_network import ACCURATE_EVENTS, FAST_EVENTS
from extract.language import ACCURATE, FAST, with_sentences
from lab import event_network, fast, finetune, heldout, syntax
from lab.entities import read_entities
from lab.marked import read_marked

SEED = 20221103
EVENTS = "events"
WORK = Path(__file__).parent.parent / "instance" / "training"


def main() -> None:
    """Train what is asked for, write it, and print the scores on what was held out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worldwide", action="store_true", help="learn from the Worldwide corpus as well")
    parser.add_argument("--only", choices=(ACCURATE, FAST, EVENTS), help="train one of them")
    parser.add_argument("--out", type=Path, default=MODELS, help="folder to write the models to")
    parser.add_argument("--work", type=Path, default=WORK, help="folder for checkpoints")
    parser.add_argument("--threads", type=int, default=2, help="cores to train the accurate one on")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    if options.only in (None, ACCURATE):
        torch.set_num_threads(options.threads)
        texts = finetune.Texts.of(read_entities(worldwide=options.worldwide))
        model = finetune.finetune(texts, options.work / "checkpoint.pt", seed=SEED)
        finetune.export(model, options.out)
        _print(heldout.entity_scores(read_entities(worldwide=True), options.out))
        _print({f"EWT test, {name}": (value,) for name, value in heldout.syntax_scores(options.out).items()})
    if options.only in (None, FAST):
        trees, names = options.work / "syntax", options.out / FAST
        syntax.train(trees, seed=SEED)
        _print(fast.train(trees, options.out, names, seed=SEED, worldwide=options.worldwide))
        nlp = spacy.load(names)
        syntax.evaluate(nlp)
        syntax.speed(nlp)
    if options.only in (None, ACCURATE, EVENTS):
        torch.set_num_threads(options.threads)
        reader = event_network.accurate_reader(options.out)
        _print(event_network.train(reader, read_marked(), options.out, ACCURATE_EVENTS, seed=SEED))
    if options.only in (None, FAST, EVENTS):
        syntax.use_openblas()
        reader = event_network.fast_reader(with_sentences(spacy.load(options.out / FAST)))
        _print(event_network.train(reader, read_marked(), options.out, FAST_EVENTS, seed=SEED))
    for path in sorted(options.out.rglob("*")):
        if path.is_file() and path.suffix != ".md":
            print(hashlib.sha256(path.read_bytes()).hexdigest(), path.relative_to(options.out))


def _print(scores: Mapping[str, tuple[float, ...]]) -> None:
    for name, row in scores.items():
        print(f"{name:32}", "  ".join(f"{value:.4f}" for value in row))


if __name__ == "__main__":
    main()

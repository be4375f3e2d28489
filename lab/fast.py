"""The training of the fast recogniser: spaCy's ``ner``, added to the pipeline of ``lab.syntax``."""

from __future__ import annotations

import csv
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example, iob_to_biluo
from spacy.training.batchers import minibatch_by_words
from spacy.vocab import Vocab
from thinc.api import Adam, fix_random_seed

from extract.labels import LABELS
from extract.language import blank, sentences
from extract.recognise import EncoderRecogniser
from lab.corpora import read_corpus, read_lines
from lab.entities import (
    ANY,
    OUTSIDE,
    Sentence,
    Templates,
    everywhere,
    mask,
    passages,
    read_entities,
    swap_places,
)
from lab.syntax import ATTRIBUTES, DEPTH, WIDTH, learn_rate, network, use_openblas

STEPS = 9000
BATCH_WORDS = 150
PEAK_RATE = 0.001
DROPOUT = 0.1
SWAPPED, MADE_UP = 0.1, 600
"""Share of the places that are given another name, and sentences made up for one round. With three times
as many of either the network takes most unknown names for places."""

RECASED = 0.04
"""Share of the passages that are read as if written small, as many in capitals, and as many as headlines."""

STORIES_APART = 7
"""Of the made-up stories, which are much alike, every so manieth is read."""

MISSING = "-"
"""spaCy's tag of a word that may be anything."""

NEAR = 2
"""So many words from a number or a unit of time, a bare word may be a part of a date or an amount."""

_AMOUNTS = everywhere("DATE", "QUANTITY")
_AMOUNT = re.compile(
    r".*\d.*|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|hundreds?|thousands?"
    r"|millions?|billions?|half|several|few|many|first|second|third|last|next|ago|now|since|until"
    r"|today|tonight|yesterday|tomorrow|morning|afternoon|evening|night|noon|midnight|daily|weekly|monthly|annual"
    r"|(?:hour|day|week|month|year|decade|centur|weekend|quarter)(?:s|y|ies|ly)?"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|spring|summer|autumn|fall|winter"
    r"|(?:jan|febr)(?:uary)?\.?|feb\.?|mar(?:ch)?\.?|apr(?:il)?\.?|may|june?|july?|aug(?:ust)?\.?"
    r"|(?:sept?|oct|nov|dec)(?:(?:em|o)?ber)?\.?",
    re.IGNORECASE,
)


def train(
    syntax: Path, teacher: Path, out: Path, *, seed: int, worldwide: bool, steps: int = STEPS
) -> Mapping[str, tuple[float, float, float]]:
    """Write the pipeline with the recogniser, and return what ``score`` tells of it.

    ``teacher`` is the folder of the accurate model. With ``worldwide`` it learns from the Worldwide
    corpus too, and is measured on it either way.
    """
    use_openblas()
    fix_random_seed(seed)
    rng = random.Random(seed)
    kept = [sentence for sentence in read_entities(worldwide=worldwide) if not sentence.held_out]
    templates = Templates.read(kept)
    kept += taught(teacher)
    nlp = spacy.load(syntax)
    optimizer = Adam(PEAK_RATE, L2=0.01, grad_clip=1.0, use_averages=True)
    _add_recogniser(nlp, [example(nlp.vocab, sentence) for sentence in kept])
    rounds = _batches(nlp.vocab, kept, templates, rng)
    losses: dict[str, float] = {}
    began, words = time.monotonic(), 0
    with nlp.select_pipes(enable="ner"):
        for step, batch in zip(range(1, steps + 1), rounds, strict=False):
            optimizer.learn_rate = PEAK_RATE * learn_rate(step, steps)
            nlp.update(batch, sgd=optimizer, drop=DROPOUT, losses=losses)
            words += sum(len(example) for example in batch)
            if step % 500 == 0:
                pace = words / (time.monotonic() - began)
                print(f"step {step}/{steps}  {pace:.0f} words/s  loss {losses.pop('ner'):.0f}", flush=True)
    with nlp.use_params(optimizer.averages):
        nlp.to_disk(out)
        return score(nlp, read_entities(worldwide=True))


def taught(teacher: Path) -> Iterator[Sentence]:
    """Yield sentences of news that nobody has annotated, with what the accurate recogniser finds in them.

    ``teacher`` is the folder of its model. News on conflicts is what this one will read, and the corpora
    have little of it.
    """
    nlp, recogniser = blank(), EncoderRecogniser(teacher)
    for number, text in enumerate(_unlabelled()):
        doc = nlp(text)
        found = recogniser.read(doc, sentences(doc)).found
        allowed = [OUTSIDE] * len(doc)
        for entity in found:
            span = doc.char_span(entity.start, entity.end, alignment_mode="expand")
            if span is not None:
                allowed[span.start] = mask(entity.label)
                allowed[span.start + 1 : span.end] = [mask(entity.label, part="I")] * (len(span) - 1)
        for sentence in doc.sents:
            words = [token for token in sentence if not token.is_space]
            if words:
                told = tuple(allowed[token.i] for token in words)
                yield Sentence(tuple(token.text for token in words), told, "taught", str(number))


def _unlabelled() -> Iterator[str]:
    """Yield texts of the event corpora, of each as much as is worth its words."""
    rows = csv.DictReader(read_lines("events-satp.tsv"), delimiter="\t")
    yield from (row["text"] for row in rows)
    rows = csv.DictReader(read_lines("events-cameo-quad.tsv"), delimiter="\t")
    yield from (row["text"] for row in rows)
    stories = (story["text"] for story in read_corpus("events-plover-synthetic"))
    yield from islice(stories, 0, None, STORIES_APART)


def score(nlp: Language, corpus: Iterable[Sentence]) -> dict[str, tuple[float, float, float]]:
    """Return precision, recall and F1 by corpus and label on the passages that are held out.

    Only what a corpus tells for certain counts: an entity found where the corpus leaves it open is
    neither right nor wrong, and a place is a place, be it LOC or FAC.
    """
    tally: Counter[tuple[str, str]] = Counter()
    held_out = passages(sentence for sentence in corpus if sentence.held_out)
    docs = (Doc(nlp.vocab, words=list(passage.words)) for passage in held_out)
    with nlp.select_pipes(enable="ner"):
        for passage, doc in zip(held_out, nlp.pipe(docs, batch_size=64), strict=True):
            named = list(_named(passage))
            gold = {(start, end, _coarse(label)) for start, end, label in named if label}
            undecided = {(start, end) for start, end, label in named if not label}
            found = {(entity.start, entity.end, _coarse(entity.label_)) for entity in doc.ents}
            for start, end, label in gold | found:
                span, name = (start, end, label), f"{passage.corpus} {label}"
                told = (start, end) not in undecided and all(
                    allowed == OUTSIDE or not allowed & OUTSIDE for allowed in passage.allowed[start:end]
                )
                tally[name, "right"] += span in gold and span in found
                tally[name, "wanted"] += span in gold
                tally[name, "made"] += span in found and (span in gold or told)
    scores = {}
    for name in sorted(name for name, what in tally if what == "wanted" and tally[name, what]):
        right, made, wanted = (tally[name, what] for what in ("right", "made", "wanted"))
        scores[name] = (right / max(1, made), right / max(1, wanted), 2 * right / max(1, made + wanted))
    return scores


def example(vocab: Vocab, sentence: Sentence, rewrite: Callable[[str], str] = str) -> Example:
    """Return a passage, its words rewritten, with the tags of what they were."""
    doc = Doc(vocab, words=[rewrite(word) for word in sentence.words])
    return Example.from_dict(doc, {"entities": tags(sentence)})


def tags(sentence: Sentence) -> list[str]:
    """Return the BILUO tag of each word, ``MISSING`` where it is not certain."""
    amounts = [bool(_AMOUNT.fullmatch(word)) for word in sentence.words]
    found = [
        MISSING if not allowed & OUTSIDE or _is_open(word, allowed, near) else "O"
        for word, allowed, near in zip(sentence.words, sentence.allowed, _widened(amounts), strict=True)
    ]
    for start, end, label in _named(sentence):
        if label:
            found[start:end] = iob_to_biluo([f"B-{label}", *[f"I-{label}"] * (end - start - 1)])
    return found


def _add_recogniser(nlp: Language, known: Sequence[Example]) -> None:
    """Add the component; what it knows of words begins as what the parser knows."""
    ner: Any = nlp.add_pipe(
        "ner",
        config={
            "update_with_oracle_cut_size": 1000,  # no passage is cut
            "model": {
                "@architectures": "spacy.TransitionBasedParser.v2",
                "state_type": "ner",
                "extra_state_tokens": False,
                "hidden_width": 64,
                "maxout_pieces": 2,
                "use_upper": True,
                "tok2vec": network(WIDTH, DEPTH, list(ATTRIBUTES.values())),
            },
        },
    )
    ner.initialize(lambda: known, nlp=nlp)
    shared: Any = nlp.get_pipe("tok2vec")
    ner.model.get_ref("tok2vec").layers[0].from_bytes(shared.model.to_bytes())


def _batches(
    vocab: Vocab, kept: Sequence[Sentence], templates: Templates, rng: random.Random
) -> Iterator[list[Example]]:
    """Yield batches without end: in every round other names, other cases, other made-up sentences."""
    while True:
        found = [swap_places(passage, rng, SWAPPED) for passage in passages(kept)]
        made_up = [templates.sentence(rng) for _ in range(MADE_UP)]
        # A few at a time: whole documents of them would teach that news has no paragraphs.
        for start in range(0, MADE_UP, 3):
            found += passages(made_up[start : start + 3])
        rng.shuffle(found)
        texts = (example(vocab, passage, _manner(rng)) for passage in found)
        yield from minibatch_by_words(texts, BATCH_WORDS)


def _manner(rng: random.Random) -> Callable[[str], str]:
    """Return how to write the words of a passage: mostly as they are."""
    draw = int(rng.random() / RECASED)
    manners: tuple[Callable[[str], str], ...] = (str.lower, str.upper, _capitalised)
    return manners[draw] if draw < len(manners) else str


def _capitalised(word: str) -> str:
    return word[:1].upper() + word[1:]


def _named(sentence: Sentence) -> Iterator[tuple[int, int, str]]:
    """Yield (first word, end, label) of the certain entities; the label is empty where it is open."""
    for start, end in sentence.spans():
        labels = [label for label in LABELS if sentence.allowed[start] & mask(label)]
        yield start, end, labels[0] if len(labels) == 1 or labels == ["LOC", "FAC"] else ""


def _is_open(word: str, allowed: int, near_amount: bool) -> bool:
    """Whether a word may be part of an entity of a kind that its corpus does not annotate.

    If all that the masks allow were missing, hardly a word would be told to be none.
    """
    if allowed == ANY:
        return True
    if allowed & _AMOUNTS & ~OUTSIDE and near_amount:
        return True
    return bool(allowed & ~_AMOUNTS) and word[:1].isupper()


def _widened(marks: Sequence[bool]) -> Iterator[bool]:
    for index in range(len(marks)):
        yield any(marks[max(0, index - NEAR) : index + NEAR + 1])


def _coarse(label: str) -> str:
    return "LOC" if label == "FAC" else label

"""The training of ``extract.event_network``, once for each of our recognisers. It takes minutes."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from math import log
from operator import itemgetter
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from spacy.language import Language
from spacy.tokens import Doc
from torch import Tensor, nn

from domain import Stance
from extract.event_network import (
    EVEN,
    LEMMA,
    TABLES,
    EventNetwork,
    Words,
    read_words,
    rows_of,
    together,
)
from extract.language import blank, sentences
from extract.recognise import EncoderRecogniser
from extract.signs import NOTHING, Sign, Signs
from lab.marked import Marked
from lab.treebanks import read_treebank
from ontology import load_ontology

WIDTH, LAYERS, TOPICS = 128, 2, 16
"""Numbers that a word is told by, how often it hears from others, and numbers that a sentence sums up to."""

COLUMNS = {"LOWER": 48, "LEMMA": 48, "DEP": 16, "TAG": 16, "ENT_TYPE": 16, "LISTED": 16}
"""Numbers in a row of each table."""

LEAST = {"LOWER": 3, "LEMMA": 3}
"""How often a word must stand in the texts to have a row; of other attributes each value has one."""

FORGET = 0.4
"""Share of the words whose form and lemma are hidden, so that the rest is used too."""

EPOCHS, BATCH, PEAK_RATE, DECAY, DROPOUT = 12, 64, 0.005, 0.05, 0.4
NOTHING_WEIGHT = 0.3
"""Of the words that tell of nothing, of which there are many; what that shifts is put right in the end."""

TEMPER = 0.6
"""Scores are scaled down by this: what has been learnt by heart is too sure of itself on other texts."""

STANCE_WEIGHT = 0.15
"""Of the loss per word that tells, beside the loss per word of any."""

QUIET, SHORTEST = 4000, 4
"""Sentences of the treebanks that are read along, and the fewest words of one: in the marked texts nearly
every sentence tells of something."""

T = TypeVar("T")
THRESHOLDS = [step / 20 for step in range(1, 20)]


Reader = Callable[[str], tuple[Doc, Words | None]]
"""Gives a text as a recogniser reads it, with its words if it has any."""


def fast_reader(nlp: Language) -> Reader:
    """Return the reader of the fast pipeline, which has our sentences."""

    def read_text(text: str) -> tuple[Doc, Words | None]:
        doc = nlp(text)
        read_of = sentences(doc)
        return doc, read_words(doc, read_of) if read_of else None

    return read_text


def accurate_reader(folder: Path) -> Reader:
    """Return the reader of the accurate recogniser whose model lies in ``folder``."""
    recorder = _Recorder()
    language = blank()
    recogniser = EncoderRecogniser(folder, recorder)

    def read_text(text: str) -> tuple[Doc, Words | None]:
        doc = language(text)
        recorder.heard.clear()
        recogniser.read(doc, sentences(doc))
        return doc, together(recorder.heard) if recorder.heard else None

    return read_text


class _Recorder:
    """Takes the place of a network to keep what it would be given."""

    def __init__(self) -> None:
        self.heard: list[Words] = []

    def signs(self, words: Words) -> list[Sign]:
        """Keep the words."""
        self.heard.append(words)
        return []


@dataclass(frozen=True, slots=True)
class Read:
    """A marked text as a recogniser reads it, and of each word the number of its type and its stance.

    The type is 0 and the stance -1 where a word tells of nothing.
    """

    words: Words
    kinds: NDArray[np.int64]
    stances: NDArray[np.int64]


def kind_names() -> list[str]:
    """Return the classes of a word in their order."""
    return [NOTHING, *load_ontology().types]


def read(reader: Reader, examples: Iterable[Marked]) -> Iterator[Read]:
    """Yield the examples that have words."""
    kinds = {name: number for number, name in enumerate(kind_names())}
    stances = {stance: number for number, stance in enumerate(Stance)}
    for example in examples:
        doc, words = reader(example.text)
        if words is None:
            continue
        told = np.zeros(len(doc), np.int64)
        stance = np.full(len(doc), -1, np.int64)
        for event in example.events:
            span = doc.char_span(event.start, event.end, alignment_mode="expand")
            if span is not None:
                told[span.start : span.end] = kinds[event.kind]
                stance[span.start : span.end] = stances[event.stance]
        yield Read(words, told[words.indices], stance[words.indices])


def quiet(reader: Reader, rng: random.Random) -> list[Read]:
    """Return sentences of the treebanks in which nothing is listed: they will tell of nothing."""
    found = []
    for sentence in chain(read_treebank("ewt-train"), read_treebank("gum")):
        if len(sentence.words) >= SHORTEST:
            text = "".join(word.text + " " * word.space for word in sentence.words)
            found.append(Marked(text.strip(), ()))
    listed = TABLES.index("LISTED")
    return [one for one in read(reader, rng.sample(found, QUIET)) if not one.words.keys[:, listed].any()]


class Network(nn.Module):
    """The network of ``extract.event_network``, to be trained."""

    def __init__(self, texts: Sequence[Read]) -> None:
        super().__init__()
        keys = np.concatenate([one.words.keys for one in texts])
        vectors = np.concatenate([one.words.vectors for one in texts])
        self.known: dict[str, NDArray[np.uint64]] = {}
        for name, column in zip(TABLES, keys.T, strict=True):
            values, counts = np.unique(column, return_counts=True)
            self.known[name] = values[counts >= LEAST.get(name, 1)]
        self.tables = nn.ModuleList(nn.Embedding(len(self.known[name]) + 1, COLUMNS[name]) for name in TABLES)
        for table in self.tables:
            nn.init.normal_(table.weight, std=0.3)
        # What the lemmas of a sentence sum up to; one is worth little on its own.
        self.topics = nn.Embedding(len(self.known["LEMMA"]) + 1, TOPICS)
        nn.init.normal_(self.topics.weight, std=0.03)
        # What comes with the words is made as large as the rows of tables.
        self.scale = torch.from_numpy(1 / (vectors.std(axis=0) + EVEN))
        self.first = nn.Linear(sum(COLUMNS.values()) + vectors.shape[1], WIDTH)
        self.layers = nn.ModuleList(nn.Linear(5 * WIDTH, WIDTH) for _ in range(LAYERS))
        self.even = nn.LayerNorm(WIDTH, eps=EVEN, elementwise_affine=False)
        self.events = nn.Linear(2 * WIDTH + TOPICS, len(kind_names()) + len(Stance))
        self.dropout = nn.Dropout(DROPOUT)

    def forward(self, words: Words) -> Tensor:
        """Return scores (words, types and stances)."""
        rows = [
            torch.from_numpy(rows_of(keys, self.known[name]))
            for name, keys in zip(TABLES, words.keys.T, strict=True)
        ]
        if self.training:
            hidden = torch.rand(len(rows[0])) < FORGET
            rows[0] = rows[0].masked_fill(hidden | (torch.rand(len(hidden)) < FORGET), 0)
            rows[LEMMA] = rows[LEMMA].masked_fill(hidden, 0)
        looked_up = [table(of) for table, of in zip(self.tables, rows, strict=True)]
        given = torch.cat([*looked_up, torch.from_numpy(words.vectors) * self.scale], 1)
        heard = self.even(torch.relu(self.first(self.dropout(given))))
        near = torch.from_numpy(words.near)
        below = torch.nonzero(near[2] < len(heard))[:, 0]
        above = near[2][below]
        counts = torch.zeros(len(heard), 1).index_add(0, above, torch.ones(len(above), 1)).clamp(min=1)
        silence = torch.zeros(1, WIDTH)
        for layer in self.layers:
            from_below = torch.zeros_like(heard).index_add(0, above, heard[below]) / counts
            around = torch.cat([heard, silence])[near]
            told = torch.cat([heard, *around, from_below], 1)
            heard = self.even(heard + torch.relu(layer(self.dropout(told))))
        owners = torch.from_numpy(words.sentences)[:, None].expand(-1, WIDTH)
        loudest = heard.new_zeros(int(words.sentences[-1]) + 1, WIDTH)
        loudest = loudest.scatter_reduce(0, owners, heard, "amax", include_self=False)
        sums = torch.zeros(len(loudest), TOPICS)
        sums = sums.index_add(0, owners[:, 0], self.topics(rows[LEMMA]))
        whole = torch.cat([heard, loudest.gather(0, owners), sums[owners[:, 0]]], 1)
        scores: Tensor = self.events(self.dropout(whole))
        return scores

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return what ``EventNetwork`` reads, numbers in 16 bits."""
        classes = len(kind_names())
        last, bias = self.events.weight.detach().T.clone(), self.events.bias.detach().clone()
        last[:, :classes] *= TEMPER
        bias[:classes] *= TEMPER
        bias[0] -= log(NOTHING_WEIGHT)
        first = self.first.weight.detach().T.clone()
        first[-len(self.scale) :] *= self.scale[:, None]
        weights = {
            "first.weight": first,
            "first.bias": self.first.bias,
            "layers.weight": torch.stack([layer.weight.T for layer in self.layers]),
            "layers.bias": torch.stack([layer.bias for layer in self.layers]),
            "topics": self.topics.weight,
            "events.weight": last,
            "events.bias": bias,
        } | {f"{name}.table": table.weight for name, table in zip(TABLES, self.tables, strict=True)}
        found: dict[str, NDArray[np.generic]] = {
            name: weight.detach().numpy().astype(np.float16) for name, weight in weights.items()
        }
        found |= {f"{name}.known": known for name, known in self.known.items()}
        return found | {"kinds": np.asarray(kind_names()), "stances": np.asarray(list(map(str, Stance)))}


def train(
    reader: Reader, examples: Sequence[Marked], out: Path, name: str, *, seed: int, epochs: int = EPOCHS
) -> Mapping[str, tuple[float, ...]]:
    """Write the weights under that name into the folder ``out``, and return what ``score`` tells of them.

    What is held out is not learnt from.
    """
    torch.manual_seed(seed)
    rng = random.Random(seed)
    texts = list(read(reader, (example for example in examples if not example.held_out)))
    texts += quiet(reader, rng)
    network = Network(texts)
    optimizer = torch.optim.AdamW(network.parameters(), weight_decay=DECAY)
    steps = epochs * -(-len(texts) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, PEAK_RATE, steps, pct_start=0.1)
    classes = len(kind_names())
    weights = torch.ones(classes)
    weights[0] = NOTHING_WEIGHT
    for epoch in range(epochs):
        rng.shuffle(texts)
        total = 0.0
        for at in range(0, len(texts), BATCH):
            some = texts[at : at + BATCH]
            scores = network(together([one.words for one in some]))
            kinds = torch.from_numpy(np.concatenate([one.kinds for one in some]))
            stances = torch.from_numpy(np.concatenate([one.stances for one in some]))
            loss = nn.functional.cross_entropy(scores[:, :classes], kinds, weights)
            if bool((stances >= 0).any()):
                by_stance = nn.functional.cross_entropy(scores[:, classes:], stances, ignore_index=-1)
                loss = loss + STANCE_WEIGHT * by_stance
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total += loss.item() * len(some)
        print(f"epoch {epoch + 1}/{epochs}  loss {total / len(texts):.3f}", flush=True)
    np.savez_compressed(out / f"{name}.npz", allow_pickle=False, **network.arrays())
    network_read = EventNetwork.read(name, out)
    return score(reader, [example for example in examples if example.held_out], network_read)


def score(reader: Reader, examples: Sequence[Marked], events: EventNetwork) -> dict[str, tuple[float, ...]]:
    """Return how well marked texts are read.

    That is precision, recall and F1 of words that tell, at the best threshold, which comes fourth; the
    share of events with the right type and stance; the share of texts with events whose surest word tells
    of one of their types, and of texts without that have no word likelier to tell than not; and by type
    the share of its events with that type. Shares come with the number that they are of.
    """
    gold: list[tuple[bool, float]] = []
    right: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    for example in examples:
        doc, words = reader(example.text)
        signs = Signs(tuple(events.signs(words)) if words is not None else ())
        marks = [doc.char_span(event.start, event.end, alignment_mode="expand") for event in example.events]
        inside = {token.i for mark in marks if mark is not None for token in mark}
        by_word = {sign.word: told(sign) for sign in signs.found}
        gold += [(token.i in inside, by_word.get(token.i, 0.0)) for token in doc if not token.is_space]
        for event, mark in zip(example.events, marks, strict=True):
            surest = None if mark is None else max(signs.within(mark.start, mark.end), key=told, default=None)
            counts.update(("type", "stance", event.kind))
            if surest is not None and best(surest.kinds) == event.kind:
                right.update(("type", event.kind))
            if surest is not None and best(surest.stances) == event.stance:
                right.update(("stance",))
        surest = max(signs.found, key=told, default=None)
        counts["left alone"] += not example.events
        right["left alone"] += not example.events and (surest is None or told(surest) < 0.5)
        counts["surest type of a text"] += bool(example.events)
        right["surest type of a text"] += surest is not None and any(
            event.kind == best(surest.kinds) for event in example.events
        )
    scores: dict[str, tuple[float, ...]] = {"words that tell": max(_at(gold), key=itemgetter(2))}
    for name in ("type", "stance", "surest type of a text", "left alone", *load_ontology().types):
        if counts[name]:
            scores[name] = right[name] / counts[name], counts[name]
    return scores


def told(sign: Sign) -> float:
    """Return how likely a word tells of any event."""
    return sum(sign.kinds.values())


def best(shares: Mapping[T, float]) -> T | None:
    """Return the likeliest."""
    return max(shares, key=lambda name: shares[name], default=None)


def _at(gold: Iterable[tuple[bool, float]]) -> Iterator[tuple[float, float, float, float]]:
    """Yield precision, recall, F1 and the threshold, for each threshold."""
    listed = list(gold)
    wanted = sum(tells for tells, _ in listed)
    for threshold in THRESHOLDS:
        found = [tells for tells, share in listed if share > threshold]
        right = sum(found)
        yield (
            right / max(1, len(found)),
            right / max(1, wanted),
            2 * right / max(1, len(found) + wanted),
            threshold,
        )

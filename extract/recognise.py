"""Named entities: what the recognisers find in a text, in one form whichever of them found it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from spacy.strings import get_string_id
from spacy.tokens import Doc, Span

from extract.encoder import MODELS, Encoder, Head, read_arrays, word_vectors
from extract.event_network import Words, connected, portions, read_words, together
from extract.labels import TAGS, tag_path, tag_spans
from extract.signs import Sign, Signs
from extract.syntax import SyntaxHead, Tree

PASSAGE_TOKENS = 90
"""Sentences are read together up to so many tokens: what a name is, its neighbours may tell."""

MAX_WORD = 100
"""Characters of a word that are read; names are shorter, and what is longer is not one."""

PASSAGES_AT_ONCE = 64
"""Passages whose vectors are in memory together; a vector takes 1.5 kB a word."""


@dataclass(frozen=True, slots=True)
class Entity:
    """A named entity: characters ``start`` to ``end``, a label of ``extract.labels.LABELS``."""

    start: int
    end: int
    label: str


@dataclass(frozen=True)
class Entities:
    """The entities of a text in order, how likely each word is part of a place's name, and signs of events.

    ``starts`` and ``ends`` (words) are characters, ``places`` (words) probabilities from 0 to 1.
    ``signs`` is ``None`` from a recogniser that has learnt nothing of events.
    """

    found: tuple[Entity, ...]
    starts: Sequence[int] = ()
    ends: Sequence[int] = ()
    places: Sequence[float] = ()
    signs: Signs | None = None

    @cached_property
    def _begins(self) -> list[int]:
        return [entity.start for entity in self.found]

    def within(self, start: int, end: int) -> Sequence[Entity]:
        """Return the entities that begin between two characters."""
        return self.found[bisect_left(self._begins, start) : bisect_left(self._begins, end)]

    def place_probability(self, start: int, end: int) -> float:
        """Return how likely the words of a name are one of a place: that of the least likely."""
        first, last = bisect_left(self.ends, start + 1), bisect_left(self.starts, end)
        return min(self.places[first:last], default=0.0)


class Recogniser(Protocol):
    """Finds the entities of a document in some of its sentences."""

    def read(self, doc: Doc, sentences: Sequence[Span]) -> Entities:
        """Return what is named in the sentences."""


class SignReader(Protocol):
    """Tells what words tell of."""

    def signs(self, words: Words) -> list[Sign]:
        """Return the signs of events in the words, in their order."""


class EncoderRecogniser:
    """The accurate recogniser. The pass that finds entities gives tags, lemmas and trees as well.

    ``events`` reads signs off all that; it has to have learnt from this recogniser.
    """

    def __init__(self, folder: Path = MODELS, events: SignReader | None = None) -> None:
        self._encoder = Encoder(folder)
        self._entities = read_entity_head(folder)
        self._syntax = SyntaxHead.read(folder)
        self._events = events

    def read(self, doc: Doc, sentences: Sequence[Span]) -> Entities:
        """Return what is named in the sentences, and set their tags, lemmas and trees."""
        entities: list[Entity] = []
        starts: list[int] = []
        ends: list[int] = []
        places: list[float] = []
        signs: list[Sign] = []
        trees = _Trees(doc)
        passages = [_Words(doc, passage) for passage in _passages(sentences)]
        for at in range(0, len(passages), PASSAGES_AT_ONCE):
            some = passages[at : at + PASSAGES_AT_ONCE]
            cut = [self._encoder.cutter.cut(words.texts) for words in some]
            heard: list[Words] = []
            for words, pieces, vectors in zip(some, cut, self._encoder.encode(cut), strict=True):
                named = [""] * len(words.texts)
                logs = self._entities.log_probabilities(vectors)
                begins = words.starts[pieces.words] + pieces.starts
                stops = words.starts[pieces.words] + pieces.ends
                for first, end, label in tag_spans(tag_path(logs)):
                    entities.append(Entity(int(begins[first]), int(stops[end - 1]), label))
                    of = range(pieces.words[first], pieces.words[end - 1] + 1)
                    named[of.start : of.stop] = [label] * len(of)
                starts += begins.tolist()
                ends += stops.tolist()
                places += np.exp(logs)[:, _PLACE_TAGS].sum(axis=1).tolist()
                by_word = word_vectors(pieces, vectors, len(words.texts))
                parsed = [
                    self._syntax.parse(words.texts[first:end], by_word[first:end])
                    for first, end in words.sentences()
                ]
                for (first, end), tree in zip(words.sentences(), parsed, strict=True):
                    trees.add(words.indices[first:end], tree)
                if self._events is not None:
                    heard.append(words.heard(parsed, named, by_word))
            if self._events is not None:
                signs += self._events.signs(together(heard))
        trees.set()
        told = Signs(tuple(signs)) if self._events is not None else None
        return Entities(tuple(entities), starts, ends, places, told)


def read_entity_head(folder: Path = MODELS) -> Head:
    """Return the head that tells the tags of ``extract.labels``."""
    arrays = read_arrays("entities", folder)
    return Head(arrays["entities.weight"], arrays["entities.bias"])


class _Words:
    """The words of sentences that are read together: tokens that are not white space."""

    def __init__(self, doc: Doc, passage: Sequence[Span]) -> None:
        tokens = [token for sentence in passage for token in sentence if not token.is_space]
        self.indices = [token.i for token in tokens]
        self.texts = [_SPACE.sub("_", token.text[:MAX_WORD]) for token in tokens]
        self.starts = np.asarray([token.idx for token in tokens], np.int64)
        self._lower = [token.lower for token in tokens]
        self._passage = passage

    def sentences(self) -> Iterator[tuple[int, int]]:
        """Yield (first word, end) of each sentence that has words."""
        first = 0
        for sentence in self._passage:
            last = bisect_left(self.indices, sentence.end)
            if last > first:
                yield first, last
            first = last

    def heard(self, trees: Sequence[Tree], named: Sequence[str], vectors: NDArray[np.float32]) -> Words:
        """Return the words as a network for events takes them; ``trees`` are those of ``sentences``."""
        spans = list(self.sentences())
        above = [tree.heads + first for (first, _), tree in zip(spans, trees, strict=True)]
        owners = [np.full(end - first, number) for number, (first, end) in enumerate(spans)]
        columns = (
            self._lower,
            [get_string_id(lemma) for tree in trees for lemma in tree.lemmas],
            [get_string_id(label) for tree in trees for label in tree.labels],
            [get_string_id(tag) for tree in trees for tag in tree.tags],
            [get_string_id(label) if label else 0 for label in named],
        )
        attributes = np.asarray(columns, np.uint64).T
        indices = np.asarray(self.indices, np.int64)
        return connected(
            indices, attributes, self._passage, vectors, np.concatenate(above), np.concatenate(owners)
        )


_SPACE = re.compile(r"\s")


class _Trees:
    """Collects the trees of a document's sentences. What has no tree hangs on its sentence's first token."""

    def __init__(self, doc: Doc) -> None:
        self._doc = doc
        self._sentence_starts: Any = doc.to_array(["SENT_START"])
        self._heads = np.zeros(len(doc), np.int64)
        for sentence in doc.sents:
            self._heads[sentence.start : sentence.end] = sentence.start
        self._labels = ["dep"] * len(doc)
        self._tags = ["X"] * len(doc)
        self._lemmas = [token.lower_ for token in doc]

    def add(self, indices: Sequence[int], tree: Tree) -> None:
        """Take the tree of the words with these indices in the document."""
        at = np.asarray(indices, np.int64)
        root = int(at[np.flatnonzero(tree.heads == np.arange(len(at)))[0]])
        sentence = self._doc[root].sent
        self._heads[sentence.start : sentence.end] = root
        self._heads[at] = at[tree.heads]
        for index, label, tag, base in zip(indices, tree.labels, tree.tags, tree.lemmas, strict=True):
            self._labels[index], self._tags[index], self._lemmas[index] = label, tag, base

    def set(self) -> None:
        """Write all into the document."""
        strings = self._doc.vocab.strings
        offsets = self._heads - np.arange(len(self._doc))
        columns: list[NDArray[Any]] = [
            offsets.astype(np.int64).view(np.uint64),
            *(
                np.asarray([strings.add(text) for text in texts], np.uint64)
                for texts in (self._labels, self._tags, self._lemmas)
            ),
        ]
        table: Any = np.stack(columns, axis=1)
        self._doc.from_array(["HEAD", "DEP", "POS", "LEMMA"], table)
        # spaCy takes them from the trees, and errs where very many arcs cross.
        self._doc.from_array(["SENT_START"], self._sentence_starts)


_PLACE_TAGS = [index for index, tag in enumerate(TAGS) if tag[2:] in ("LOC", "FAC")]


def _passages(sentences: Sequence[Span]) -> Iterator[list[Span]]:
    """Yield sentences that follow one another, in parts of up to ``PASSAGE_TOKENS``."""
    passage: list[Span] = []
    for sentence in sentences:
        follows = passage and sentence.start - passage[-1].end <= 1
        if passage and not (follows and sentence.end - passage[0].start <= PASSAGE_TOKENS):
            yield passage
            passage = []
        passage.append(sentence)
    if passage:
        yield passage


UNTOLD = 0.2
"""The probability of what a spaCy pipeline does not call a place: it tells no other."""


class SpacyRecogniser:
    """What a spaCy pipeline finds: our own fast one, or whichever the user has installed.

    ``events`` reads signs off what the pipeline makes of words, so it has to have learnt from this one.
    """

    def __init__(self, events: SignReader | None = None) -> None:
        self._events = events

    def read(self, doc: Doc, sentences: Sequence[Span]) -> Entities:
        """Return what is named in the sentences, under our labels."""
        stops = [sentence.end for sentence in sentences]
        found = []
        for span in doc.ents:
            index = bisect_left(stops, span.end)
            label = _LABELS.get(span.label_, span.label_)
            if label and index < len(sentences) and sentences[index].start <= span.start:
                found.append(Entity(span.start_char, span.end_char, label))
        places = [
            1.0 if _LABELS.get(token.ent_type_, token.ent_type_) in ("LOC", "FAC") else UNTOLD
            for token in doc
        ]
        starts = [token.idx for token in doc]
        ends = [token.idx + len(token) for token in doc]
        return Entities(tuple(found), starts, ends, places, self._signs(doc, sentences))

    def _signs(self, doc: Doc, sentences: Sequence[Span]) -> Signs | None:
        if self._events is None:
            return None
        read = (read_words(doc, some) for some in portions(sentences))
        return Signs(tuple(sign for words in read for sign in self._events.signs(words)))


_LABELS = {
    "GPE": "LOC",
    "PERSON": "PER",
    "EVENT": "MISC",
    "WORK_OF_ART": "MISC",
    "LAW": "MISC",
    "LANGUAGE": "MISC",
    "PRODUCT": "MISC",
    "TIME": "DATE",
    "MONEY": "QUANTITY",
    "PERCENT": "QUANTITY",
    "CARDINAL": "QUANTITY",
    "ORDINAL": "QUANTITY",
}
"""The labels of OntoNotes, which spaCy's own pipelines give, as ours."""

"""Reader of the Universal Dependencies treebanks that tagger, lemmatizer and parser learn from."""

from __future__ import annotations

import gzip
import hashlib
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from lab.corpora import CORPORA

HELD_OUT = 12
"""One in so many documents of a treebank that comes without a split is never trained on."""

JOINED = 0.5
"""Share of the sentences that have "Al-Zaman" as one word, as our tokenizer has it, not as three."""

LOWERED, TITLED, CURLED = 0.03, 0.03, 0.1
"""Shares of the texts without capitals, with those of headlines, and with quotes as printed."""

LINED, LINE_ENDS = 0.15, 0.6
"""Share of the texts that are broken into lines, and of their sentences that a line ends with."""

UNSTOPPED = 0.04
"""Share of the sentences without a full stop: these end with their line too."""

ROOT = "root"
_HYPHENS = re.compile(r"-+")
_NEWDOC = "# newdoc id = "
# The columns of CoNLL-U.
_ID, _FORM, _LEMMA, _UPOS, _XPOS, _HEAD, _DEPREL, _MISC = 0, 1, 2, 3, 4, 6, 7, 9


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a sentence. ``head`` is the index of its head in the sentence, its own for the root.

    ``lemma`` is empty where the treebank gives none, ``space`` tells whether white space follows.
    """

    text: str
    lemma: str
    upos: str
    xpos: str
    head: int
    deprel: str
    space: bool


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and the id of the document that it is from."""

    document: str
    words: tuple[Word, ...]


def read_treebank(name: str) -> Iterator[Sentence]:
    """Yield the sentences of ``treebank-<name>.conllu.gz``, in order. Raises FileNotFoundError."""
    document = ""
    with gzip.open(CORPORA / f"treebank-{name}.conllu.gz", "rt", encoding="utf-8") as lines:
        for filled, block in groupby(lines, key=lambda line: not line.isspace()):
            if not filled:
                continue
            rows = []
            for line in block:
                if line.startswith(_NEWDOC):
                    document = line.removeprefix(_NEWDOC).strip()
                elif not line.startswith("#"):
                    rows.append(line.rstrip("\n").split("\t"))
            yield Sentence(document, tuple(_words(rows)))


def documents(sentences: Iterable[Sentence]) -> Iterator[list[Sentence]]:
    """Yield the sentences of one document after the other."""
    for _, group in groupby(sentences, key=lambda sentence: sentence.document):
        yield list(group)


def is_held_out(document: str) -> bool:
    """Whether a document of a treebank without a split is for testing: a matter of its id alone."""
    return hashlib.sha256(document.encode()).digest()[0] % HELD_OUT == 0


def join_hyphens(sentence: Sentence) -> Sentence:
    """Return the sentence with words like "Al - Zaman" made one, as our tokenizer has them.

    The whole takes the tag and the head of the part that the others depend on, and the dependents of all.
    """
    words = sentence.words
    groups = _hyphenated(words)
    if len(groups) == len(words):
        return sentence
    new = [number for number, group in enumerate(groups) for _ in group]
    joined = []
    for number, group in enumerate(groups):
        # Of several parts with a head outside, the one nearest to the root has no other part above it:
        # what it hangs on cannot hang on the whole.
        top = words[min(group, key=lambda index: _depth(words, index))]
        parts = [words[index] for index in group]
        joined.append(
            Word(
                text="".join(part.text for part in parts),
                lemma="".join(part.text for part in parts[:-1]) + parts[-1].lemma if parts[-1].lemma else "",
                upos=top.upos,
                xpos=top.xpos,
                head=number if top.deprel == ROOT else new[top.head],
                deprel=top.deprel,
                space=parts[-1].space,
            )
        )
    return Sentence(sentence.document, tuple(joined))


def varied(sentences: Iterable[Sentence], rng: random.Random) -> Iterator[Sentence]:
    """Yield the sentences of a text, now and then as another may have written them."""
    way, lined = rng.random(), rng.random() < LINED
    for sentence in sentences:
        new = join_hyphens(sentence) if rng.random() < JOINED else sentence
        if way < LOWERED:
            new = _lowered(new)
        elif way < LOWERED + TITLED:
            new = _titled(new)
        elif way < LOWERED + TITLED + CURLED:
            new = _curled(new)
        unstopped = rng.random() < UNSTOPPED
        if unstopped:
            new = _unstopped(new)
        if unstopped or (lined and rng.random() < LINE_ENDS):
            new = _line(new, rng.choice(("\n", "\n\n")))
        yield new


def _words(rows: Sequence[Sequence[str]]) -> Iterator[Word]:
    """Yield the words; what several of them are written as, "don't", tells where white space follows."""
    last_of_range, space_after_range = 0, True
    for row in rows:
        number, spaced = row[_ID], "SpaceAfter=No" not in row[_MISC].split("|")
        if "." in number:  # a word that was left out in speech
            continue
        if "-" in number:
            last_of_range, space_after_range = int(number.partition("-")[2]), spaced
            continue
        index, head = int(number) - 1, int(row[_HEAD]) - 1
        if int(number) <= last_of_range:
            spaced = space_after_range and int(number) == last_of_range
        yield Word(
            text=row[_FORM],
            lemma="" if row[_LEMMA] == "_" != row[_FORM] else row[_LEMMA],
            upos=row[_UPOS],
            xpos=row[_XPOS],
            head=index if head < 0 else head,
            deprel=row[_DEPREL],
            space=spaced,
        )


def _hyphenated(words: Sequence[Word]) -> list[list[int]]:
    """Return the indices of the words, those that one hyphen after the other joins in one list."""
    groups: list[list[int]] = []
    for index in range(len(words)):
        if index and not words[index - 1].space and _joined(words, index):
            groups[-1].append(index)
        else:
            groups.append([index])
    return groups


def _joined(words: Sequence[Word], index: int) -> bool:
    """Whether a hyphen joins a word to the one before it, or is one of the two.

    Between digits it does not: "5-0" is a score.
    """
    for hyphen in (index - 1, index):
        if 0 < hyphen < len(words) - 1 and _HYPHENS.fullmatch(words[hyphen].text):
            before, after = words[hyphen - 1], words[hyphen + 1]
            if (
                not before.space
                and not words[hyphen].space
                and before.text[-1].isalnum()
                and after.text[0].isalnum()
                and not (before.text[-1].isdigit() and after.text[0].isdigit())
            ):
                return True
    return False


def _depth(words: Sequence[Word], index: int) -> int:
    depth = 0
    while words[index].deprel != ROOT:
        index, depth = words[index].head, depth + 1
    return depth


def _rewritten(sentence: Sentence, words: Iterable[Word]) -> Sentence:
    return Sentence(sentence.document, tuple(words))


def _lowered(sentence: Sentence) -> Sentence:
    return _rewritten(
        sentence, (replace(word, text=word.text.lower(), lemma=word.lemma.lower()) for word in sentence.words)
    )


def _titled(sentence: Sentence) -> Sentence:
    small = {"ADP", "CCONJ", "DET", "PART", "PUNCT"}
    return _rewritten(
        sentence,
        (
            word if word.upos in small else replace(word, text=word.text[:1].upper() + word.text[1:])
            for word in sentence.words
        ),
    )


def _curled(sentence: Sentence) -> Sentence:
    words: list[Word] = []
    opened = False
    for word in sentence.words:
        text = word.text.replace("'", "’")
        if text == '"':
            text, opened = "”" if opened else "“", not opened
        words.append(replace(word, text=text))
    return _rewritten(sentence, words)


def _unstopped(sentence: Sentence) -> Sentence:
    *words, last = sentence.words
    if words and last.upos == "PUNCT" and all(word.head != len(words) for word in words):
        return _rewritten(sentence, words)
    return sentence


def _line(sentence: Sentence, white: str) -> Sentence:
    """White space of more than one blank is a word to spaCy."""
    *words, last = sentence.words
    end = Word(white, white, "SPACE", "_SP", head=len(words), deprel="dep", space=False)
    return _rewritten(sentence, (*words, replace(last, space=False), end))

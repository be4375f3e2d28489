"""The language pipeline: raw text in; words, sentences and named entities out.

Words and sentences are made alike whichever recogniser is chosen. Token offsets always index the text
as it was given.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import numpy as np
import spacy
from spacy.language import Language as Pipeline
from spacy.tokens import Doc, Span
from spacy.util import compile_infix_regex
from thinc.api import NumpyOps, set_current_ops

from domain import NotPrepared, Unprocessable
from extract.encoder import MODELS
from extract.event_network import ACCURATE_EVENTS, FAST_EVENTS, EventNetwork
from extract.patterns import load_patterns
from extract.recognise import EncoderRecogniser, Entities, Recogniser, SpacyRecogniser

ACCURATE, FAST = "accurate", "fast"
"""The recognisers that come with Sitmap; any other name is that of an installed spaCy pipeline."""

MAX_CHARS = 1_000_000
MAX_SENTENCE_TOKENS = 300
"""A sentence is cut after so many tokens: what has no full stop for longer is a list or a table."""

MAX_WORD = 200
"""Characters from which on a piece of text without white space is one token, whatever it holds."""

MAX_BOILERPLATE = 500
"""Characters of a sentence that are searched for the words of boilerplate."""

TELLING_WORDS, TELLING_SHARE, TELLING_LETTERS = 8, 0.08, 12
"""A text of so many words of which that share are small words of another language is in that, and so is
one in which so many letters, and most of them, are of another script."""

_LETTER = re.compile(r"[^\W\d_]")
_LETTERS = re.compile(r"[^\W\d_]+")
_OTHER_SCRIPT = re.compile(
    r"[\u0370-\u1dbf\u1f00-\u1fff\u2e80-\ud7ff\uf900-\ufaff\ufb1d-\ufdff\ufe70-\ufefc]"
)
"""Letters of other scripts than the Latin, from Greek to Hangul."""


@Pipeline.component("line_ends_end_sentences")
def _line_ends_end_sentences(doc: Doc) -> Doc:
    """Headlines and list items have no full stop; the end of their line is the end of them."""
    starts = [bool(token.is_sent_start) for token in doc]
    begun = 0
    for token in doc[1:]:
        before = doc[token.i - 1]
        if before.is_space:
            starts[token.i] |= "\n" in before.text
        elif token.text[:1].islower():
            # "Sen. Smith", "approx. 20": a full stop after a short word does not end a sentence before
            # a lower-case word.
            starts[token.i] = False
        starts[token.i] |= token.i - begun >= MAX_SENTENCE_TOKENS
        begun = token.i if starts[token.i] else begun
    # Set one by one, each would look through the whole document.
    marks: Any = np.where(starts, 1, -1).astype("uint64").reshape(-1, 1)
    return doc.from_array(["SENT_START"], marks)


class Language:
    """A spaCy pipeline with a recogniser of named entities. Threads may share it."""

    def __init__(self, nlp: Pipeline, recogniser: Recogniser) -> None:
        self._nlp, self._recogniser = nlp, recogniser

    def parse(self, text: str) -> Doc:
        """Return the text as words and sentences. Raises Unprocessable where it is not in English."""
        check_english(text)
        return self._nlp(text)

    def entities(self, doc: Doc) -> Entities:
        """Return what is named in the sentences of a parsed text that are not boilerplate."""
        return self._recogniser.read(doc, sentences(doc))


@cache
def load_language(recogniser: str = ACCURATE) -> Language:
    """Return the pipeline with that recogniser, built once for all threads.

    Raises NotPrepared where it names no pipeline that is installed.
    """
    if recogniser == ACCURATE:
        return Language(blank(), EncoderRecogniser(events=EventNetwork.read(ACCURATE_EVENTS)))
    if recogniser == FAST:
        # spaCy's own way to multiply matrices takes three times as long as numpy's.
        set_current_ops(NumpyOps(use_blis=False))
    try:
        nlp = spacy.load(MODELS / FAST if recogniser == FAST else recogniser)
        events = EventNetwork.read(FAST_EVENTS) if recogniser == FAST else None
    except OSError as error:
        message = f"the recogniser {recogniser!r} cannot be loaded: it is no installed spaCy pipeline"
        if recogniser == FAST:
            message = f"the fast recogniser is missing from {MODELS}; 'accurate' does without it"
        raise NotPrepared(message, field="SITMAP_RECOGNISER") from error
    return Language(with_sentences(nlp), SpacyRecogniser(events))


def blank() -> Pipeline:
    """Return a pipeline that has our tokenizer and our sentences, and nothing else."""
    return with_sentences(spacy.blank("en"))


def with_sentences(nlp: Pipeline) -> Pipeline:
    """Give a pipeline our tokenizer, and have it find sentences by their full stops and lines."""
    nlp.max_length = MAX_CHARS
    defaults = spacy.blank("en", vocab=nlp.vocab)
    # "Rostov-on-Don" and "Moscow-installed" are one word each.
    kept = [str(rule) for rule in defaults.Defaults.infixes or () if "-|–|—" not in str(rule)]
    letters = r"[^\W\d_]"
    kept.append(rf"(?<={letters})(?:--|---|–|—|~)(?={letters})")
    tokenizer: Any = defaults.tokenizer  # its class is compiled and has no types
    tokenizer.infix_finditer = compile_infix_regex(kept).finditer
    # To peel thousands of brackets off one by one takes the tokenizer minutes.
    tokenizer.token_match = re.compile(rf"\S{{{MAX_WORD},}}").match
    nlp.tokenizer = tokenizer
    nlp.add_pipe("line_ends_end_sentences", first=True)
    nlp.add_pipe("sentencizer", first=True, config={"punct_chars": [".", "!", "?", "…", "。"]})
    return nlp


def check_english(text: str) -> None:
    """Raises Unprocessable where a text is in another language."""
    letters, strange = len(_LETTER.findall(text)), len(_OTHER_SCRIPT.findall(text))
    words = _LETTERS.findall(text.lower())
    telling, others = (sum(word in listed for word in words) for listed in _telling())
    # A list of names or headlines has neither; it is read.
    foreign = len(words) >= TELLING_WORDS and others >= TELLING_SHARE * len(words) and others > 2 * telling
    if foreign or (strange >= TELLING_LETTERS and 2 * strange > letters):
        raise Unprocessable(
            f"the text does not read as English ({telling} of its {len(words)} words are small English words,"
            f" {others} those of other languages, {strange} of its {letters} letters those of other scripts);"
            " Sitmap reads no other language yet",
            field="text",
        )


@cache
def _telling() -> tuple[frozenset[str], frozenset[str]]:
    """Return the small words of English and those of other languages."""
    table = load_patterns("english")
    return frozenset(table["common"]), frozenset(table["foreign"])


def sentences(doc: Doc) -> list[Span]:
    """Return the sentences that are text, trimmed of white space, boilerplate left out."""
    found = []
    for sent in doc.sents:
        start, end = sent.start, sent.end
        while start < end and doc[start].is_space:
            start += 1
        while end > start and doc[end - 1].is_space:
            end -= 1
        if start < end and not _boilerplate().search(doc[start:end].text[:MAX_BOILERPLATE]):
            found.append(doc[start:end])
    return found


def is_headline(sentence: Span) -> bool:
    """Whether a sentence is a headline: no full stop, most words capitalised."""
    words = [token for token in sentence if token.is_alpha]
    if len(words) < 2 or sentence[-1].text in '.!?…”"':
        return False
    capitals = sum(word.text[0].isupper() for word in words if len(word) > 3)
    return capitals >= 0.7 * max(1, sum(len(word) > 3 for word in words))


@cache
def _boilerplate() -> re.Pattern[str]:
    return re.compile("|".join(load_patterns("boilerplate")["phrases"]), re.IGNORECASE)

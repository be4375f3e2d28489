"""The language pipeline: raw text in, spaCy ``Doc`` with sentences out.

The first pipeline has a tokenizer and sentence boundaries only; what comes later (tags, trees,
entities) is added here, and nobody outside ``extract/`` sees the difference. Token offsets always
index the text as it was given.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import compile_infix_regex

PATTERNS = Path(__file__).parent.parent / "data" / "patterns"
MAX_CHARS = 1_000_000
MAX_SENTENCE_TOKENS = 300
"""A sentence is cut after so many tokens: what has no full stop for longer is a list or a table."""

MAX_WORD = 200
"""Characters from which on a piece of text without white space is one token, whatever it holds."""

MAX_BOILERPLATE = 500
"""Characters of a sentence that are searched for the words of boilerplate."""


@cache
def load_patterns(name: str) -> dict[str, Any]:
    """Return one of the pattern tables in ``data/patterns``, read once."""
    return tomllib.loads((PATTERNS / f"{name}.toml").read_text(encoding="utf-8"))


@Language.component("line_ends_end_sentences")
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


@cache
def load_language() -> Language:
    """Return the pipeline, built once for all threads."""
    nlp = spacy.blank("en")
    nlp.max_length = MAX_CHARS
    # "Rostov-on-Don" and "Moscow-installed" are one word each.
    kept = [str(rule) for rule in nlp.Defaults.infixes or () if "-|–|—" not in str(rule)]
    letters = r"[^\W\d_]"
    kept.append(rf"(?<={letters})(?:--|---|–|—|~)(?={letters})")
    tokenizer: Any = nlp.tokenizer  # its class is compiled and has no types
    tokenizer.infix_finditer = compile_infix_regex(kept).finditer
    # To peel thousands of brackets off one by one takes the tokenizer minutes.
    tokenizer.token_match = re.compile(rf"\S{{{MAX_WORD},}}").match
    nlp.add_pipe("sentencizer", config={"punct_chars": [".", "!", "?", "…", "。"]})
    nlp.add_pipe("line_ends_end_sentences")
    return nlp


def parse(text: str) -> Doc:
    """Return the parsed text."""
    return load_language()(text)


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

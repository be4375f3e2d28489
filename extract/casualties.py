"""People killed, wounded, captured and missing, as sentences count them.

A sentence is cut into words and groups of people (``casualty_words.py``), each of them a letter; who suffered
what is read off the letters: "G b K" is "three men were killed", "K G & G" "killed a man and his wife".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from domain import Toll
from extract.casualty_words import Group, Kind, Word, groups_of, only_of_people, words_of
from extract.patterns import load_patterns

REACH = 14
"""How many words and groups lie at most between people and the verb that tells what befell them."""

_OF_THE = re.compile(r"\bof\s+the$")
_OBJECT_FOLLOWS = re.compile(r"(?:[&,][KE])*[GXpPqaAimkcv]")
"""What stands after a verb that is active."""

_PERIOD = re.compile(
    r"(?i:\bsince)\s(?:(?:at\sleast|the|early|mid|late|last|its|it|then)\b|\d|[A-Z])"
    r"|\b(?i:so\sfar|earlier)\sthis\s(?:year|month)\b|\b(?i:this)\syear\b"
    r"|\b(?i:in|over|during)\s(?:the|these)?\s?(?:past|last)\s(?:[\w-]+\s){0,2}(?:weeks|months?|years?|decades?)\b"
    r"|\b(?i:in)\s(?:[\w-]+\s){0,2}(?:months|years|decades)\sof\b"
    r"|\b(?i:during|in|throughout)\sthe\s(?:[\w-]+\s)?(?:war|conflict|insurgency)\b"
)
_CLAUSE_ENDS = re.compile(r"[.;]\s|,\s(?:and|but|while|when)\s|\sbut\s|\swhen\s")
PERIOD_CHARS = 120
"""How far from a number the words may stand that make it that of a whole war."""

_ANYONE = frozenset({"", "people", "persons", "civilians", "others", "men"})
_APPOSED = re.compile(r"G(?P<mark>[-(:,])(?P<list>G(?:(?:,&|&|,)G){0,6})")
_INCLUDED = re.compile(r"I[wqkrb&]{0,3}(?P<list>G(?:(?:,&|&|,)G){0,6})")


@dataclass(frozen=True, slots=True)
class Casualty:
    """So many people at ``start`` to ``end`` of the text, and what befell them.

    ``who`` is the noun in lower case, empty where the text has only a number. ``total`` marks a running
    total of what happened ("the death toll rose to 27"), ``since`` the sum of a longer time ("have been
    killed since 2013"), which is no event's.
    """

    start: int
    end: int
    kind: Kind
    toll: Toll
    who: str = ""
    total: bool = False
    since: bool = False


@dataclass(frozen=True, slots=True)
class Casualties:
    """What a sentence says that tells of one event; ``None`` where it is silent, 0 where it rules it out."""

    killed: Toll | None = None
    wounded: Toll | None = None
    captured: Toll | None = None


def find_casualties(text: str) -> list[Casualty]:
    """Return the people of a sentence that were killed, wounded, captured or went missing, in order.

    A part of a number ("including two children") is left out. Without a number ("scores", "civilians
    were killed") the toll has no ``best``.
    """
    items = groups_of(words_of(text))
    return _Reading(text, items).casualties() if items else []


def read_casualties(text: str) -> Casualties:
    """Return the casualties of a sentence that tells of one event: the sum of its groups, or its total."""
    return sum_casualties(find_casualties(text))


def sum_casualties(casualties: Iterable[Casualty]) -> Casualties:
    """Return what the casualties of one event come to, those of a longer time left out."""
    found = [casualty for casualty in casualties if not casualty.since]
    return Casualties(*(_sum_up([each for each in found if each.kind == kind]) for kind in _SUMMED))


_SUMMED: tuple[Kind, ...] = ("killed", "wounded", "captured")


def _sum_up(casualties: Sequence[Casualty]) -> Toll | None:
    if not casualties:
        return None
    tolls = [casualty.toll for casualty in casualties if not casualty.total]
    sums = [casualty.toll for casualty in casualties if casualty.total]
    if tolls:
        known = [toll.low for toll in tolls if toll.low is not None]
        best, high = _sum(toll.best for toll in tolls), _sum(toll.high for toll in tolls)
        # "Two soldiers and scores of civilians" are two at least, "scores" alone are no number.
        sums.append(Toll(sum(known) if known and (sum(known) or best == 0) else None, best, high))
    # A running total includes the rest, unless it is the one that the text corrects.
    return max(sums, key=lambda toll: toll.best or toll.low or 0)


def _sum(counts: Iterable[int | None]) -> int | None:
    """Return the sum, ``None`` if one of them is not known."""
    total = 0
    for count in counts:
        if count is None:
            return None
        total += count
    return total


class _Reading:
    """The items of one sentence as letters, and what is found out about its groups."""

    def __init__(self, text: str, items: list[Word | Group]) -> None:
        self.text, self.items = text, items
        self.letters = "".join(item.letter for item in items)
        self.claims: dict[int, set[Kind]] = {}
        self.totals: set[int] = set()
        self._mark_parts()

    def casualties(self) -> list[Casualty]:
        """Return what is told of the groups."""
        verbs = [i for i, letter in enumerate(self.letters) if letter in "KESDNOLU"]
        for index in verbs:
            self._total(index)
        passive = {index for index in verbs if self._befell(index)}
        for index in verbs:
            if index not in passive:
                self._did(index)
        for index, item in enumerate(self.items):
            if (
                isinstance(item, Group)
                and item.kinds
                and index not in self.claims
                and self.letters[index] == "G"
            ):
                self._claim([index], item.kinds)
        return [casualty for index in sorted(self.claims) for casualty in self._told(index)]

    def _told(self, index: int) -> Iterable[Casualty]:
        group, kinds = self._group(index), self.claims[index]
        toll = group.toll
        if {"killed", "wounded"} <= kinds and toll.high != 0:
            # "Thirty were killed or wounded": no one knows how many of each.
            toll = Toll(None, None, toll.high)
        since = self._of_a_period(group)
        for kind in sorted(kinds):
            yield Casualty(group.start, group.end, kind, toll, group.who, index in self.totals, since)

    def _of_a_period(self, group: Group) -> bool:
        window = self.text[max(0, group.start - PERIOD_CHARS) : group.end + PERIOD_CHARS]
        at = group.start - max(0, group.start - PERIOD_CHARS)
        return any(
            not _CLAUSE_ENDS.search(window, min(at, period.start()), max(at, period.start()))
            for period in _PERIOD.finditer(window)
        )

    def _group(self, index: int) -> Group:
        group = self.items[index]
        assert isinstance(group, Group)
        return group

    def _text(self, index: int) -> str:
        item = self.items[index]
        return item.text if isinstance(item, Word) else ""

    def _kinds(self, index: int) -> frozenset[Kind]:
        return self.items[index].kinds

    def _claim(self, groups: Iterable[int], kinds: Iterable[Kind]) -> None:
        for index in groups:
            self.claims.setdefault(index, set()).update(kinds)

    # ---------------------------------------------------------------- parts of a number

    def _mark_parts(self) -> None:
        """Mark groups that only say who others were as "p", those of which more may be told as "P"."""
        parts: dict[int, str] = {}
        for match in _INCLUDED.finditer(self.letters):
            parts.update(dict.fromkeys(range(match.start() + 1, match.start("list")), "w"))
            parts.update(dict.fromkeys(self._groups_in(match.span("list")), "p"))
        for match in _APPOSED.finditer(self.letters):
            listed = self._groups_in(match.span("list"))
            whole = self._group(match.start())
            best = _sum(self._group(index).toll.best for index in listed)
            split = whole.toll.best is not None and best == whole.toll.best and whole.who in _ANYONE
            if split or match["mark"] != ",":
                parts.update(dict.fromkeys(listed, "p"))
        for index, letter in enumerate(self.letters[:-1]):
            if letter == "G" and self._text(index + 1) in ("of them", "of whom"):
                parts[index] = "P"
            elif letter == "G" and self.letters[index + 1] in "KSU" and _OF_THE.search(self._said(index)):
                # Of "two of the dead" the dead are no further ones.
                parts |= {index: "P", index + 1: "w"}
        self.letters = "".join(parts.get(index, letter) for index, letter in enumerate(self.letters))

    def _said(self, index: int) -> str:
        item = self.items[index]
        return self.text[item.start : item.end].lower()

    def _groups_in(self, span: tuple[int, int]) -> list[int]:
        return [index for index in range(*span) if self.letters[index] == "G"]

    # ---------------------------------------------------------------- totals

    def _total(self, index: int) -> None:
        """Read "the death toll from the flood rose to 41"."""
        if self.letters[index] != "L":
            return
        for at in range(index + 1, min(index + 2 * REACH, len(self.letters))):
            if self.letters[at] in ".!":
                return
            if self.letters[at] == "G" and (self._text(at - 1) in _reach() or self.letters[at - 1] == "b"):
                self._claim([at], self._kinds(index))
                self.totals.add(at)
                return

    # ---------------------------------------------------------------- what befell them

    def _befell(self, index: int) -> bool:
        """Read a word whose people stand before it: "were killed", "died", "dead", "30 deaths"."""
        letter = self.letters[index]
        if letter in "UN":
            return self._counted(index)
        if letter not in "KSD":
            return False
        auxiliary = re.search(r"b[wktfKSE&,]{0,4}$", self.letters[max(0, index - 6) : index])
        if letter in "KS" and auxiliary:
            at = max(0, index - 6) + auxiliary.start()
            if "!" in self.letters[max(0, at - 2) : index]:
                return True
            groups = self._subject(at, plural=self._text(at) in ("were", "are"))
        elif letter == "D":
            if "!" in self.letters[max(0, index - 3) : index]:
                return True
            groups = self._subject(index)
        else:
            groups = self._headline(index)
        if letter == "K" and only_of_people(self._text(index)):
            groups = [group for group in groups if self._group(group).known]
        self._claim(groups, self._kinds(index))
        # "No one was hurt": then no one was killed either.
        if self._kinds(index) == {"wounded"}:
            self._claim([group for group in groups if self._group(group).toll.high == 0], {"killed"})
        return bool(groups) or bool(auxiliary and letter == "K")

    def _counted(self, index: int) -> bool:
        before = self.letters[max(0, index - REACH) : index]
        close = re.search(r"G[wk]{0,2}$", before)
        none = re.search(r"[GX][wkoqhAr&UNK,]{0,8}$", before)
        if close and self.letters[index] == "N":
            group = index - len(close[0])
            self._claim([group], self._kinds(index))
            return True
        if none and self._group(index - len(none[0])).toll.high == 0:
            self._claim([index - len(none[0])], self._kinds(index))
            return True
        return False

    def _headline(self, index: int) -> list[int]:
        """Return the people of "five killed in a raid" and "left two dead"."""
        before = re.search(r"[GP][wt]{0,2}$", self.letters[max(0, index - 3) : index])
        if not before or (self.letters[index] == "K" and _OBJECT_FOLLOWS.match(self.letters, index + 1)):
            return []
        group = index - len(before[0])
        return self._list_before(group) if before[0][0] == "G" else self._of_them(group, index)

    def _subject(self, verb: int, *, plural: bool = False) -> list[int]:
        """Return the groups that a verb is about: the nearest before it that stands after no preposition."""
        aside = False
        for index in range(verb - 1, max(-1, verb - REACH), -1):
            letter, before = self.letters[index], self.letters[index - 1 : index]
            if letter in "()":
                aside = letter == ")"
            if aside or letter in "()":
                continue
            if letter in ".:bKEDNSL":
                return []
            if letter == "W" and not re.search(r"[GpP],?$", self.letters[max(0, index - 2) : index]):
                return []
            if letter == "P" and re.fullmatch(r"[wfI,]*", self.letters[index + 1 : verb]):
                return self._of_them(index, verb)
            if letter not in "GX" or before in ("r", "o"):
                continue
            group = self._group(index)
            if letter == "G" and plural and group.one and before != "&":
                continue
            return self._list_before(index)
        return []

    def _of_them(self, part: int, verb: int) -> list[int]:
        """Return a part of people told of before, if something else befell it: "two of whom died"."""
        whole = [claim for index, claim in self.claims.items() if index < part]
        return [] if any(self._kinds(verb) & claim for claim in whole) else [part]

    def _list_before(self, last: int) -> list[int]:
        """Return a group with those that are listed before it: "three soldiers and two civilians"."""
        groups, at = [last], last
        while at:
            joined = re.search(r"[GX](?P<join>,?&|,)$", self.letters[max(0, at - 3) : at])
            if not joined or (joined["join"] == "," and len(groups) == 1):
                break
            at -= len(joined[0])
            if at in self.claims or self.letters[at - 1 : at] in ("K", "E"):
                break
            groups.append(at)
        return [group for group in groups if self.letters[group] == "G"]

    # ---------------------------------------------------------------- what was done to them

    def _did(self, index: int) -> None:
        """Read a word whose people stand after it: "killed three", "the killing of a teacher"."""
        letter, after = self.letters[index], self.letters[index + 1 : index + 9]
        if letter in "ENO" and after.startswith("oG"):
            groups = self._list_after(index + 2)
            # "A body of youths" is none that is dead.
            self._claim([i for i in groups if letter != "O" or self._group(i).toll.low], self._kinds(index))
            return
        if letter not in "KE" or "!" in self.letters[max(0, index - 2) : index]:
            return
        if letter == "E" and self.letters[index - 1 : index] == "T":
            return
        chain = re.match(r"(?:[&,][KE])*w?(?=G)", after)
        if chain:
            groups = self._list_after(index + 1 + chain.end())
            if only_of_people(self._text(index)):
                groups = [group for group in groups if self._group(group).known]
            self._claim(groups, self._kinds(index))

    def _list_after(self, first: int) -> list[int]:
        """Return a group with those listed after it, as far as nothing else is told of them."""
        groups, at = [first], first
        while True:
            joined = re.match(r"(?:,?&|,)(?=[GX])", self.letters[at + 1 : at + 4])
            if not joined:
                break
            at += 1 + joined.end()
            group, after = self._group(at), self.letters[at + 1 : at + 2]
            if at in self.claims or (not group.who and after in ("w", "k", "b")) or after == "b":
                break
            groups.append(at)
        return [group for group in groups if self.letters[group] == "G"]


@cache
def _reach() -> frozenset[str]:
    """Return the words before the number of a toll: "rose to", "passed"."""
    return frozenset(load_patterns("casualties")["told"]["reach"])

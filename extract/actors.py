"""Parties in a text: who acts, who is struck and who speaks.

Names and the words for people come from ``data/actors.toml``; states are found as the countries,
capitals and peoples that the recogniser marked. Whose the people are is told by what stands right
before them ("Malian army") or after them ("soldiers of the Malian army"), and of "the army" or "the
group" by what the text named before.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass

from spacy.tokens import Doc

from domain import Level, Mention, MentionKind, NameIndex, Place
from extract.actor_names import FORCES, GROUP_KINDS, START, Entry, Kind, key_of, letters_of, load_actors
from extract.recognise import Entity
from extract.triggers import VIOLENT

MAX_MODIFIERS = 4
"""Words that may stand between a state and its force: "Ukraine's 93rd Mechanised Brigade"."""

MAX_NAME_WORDS = 8
"""Words of a group's name that is told by its shape alone."""

LOOK_BACK = 2
"""Sentences before its own in which "the group" has been named."""

REMEMBERED = 40
"""Parties before it that are looked through for what "the group" stands for."""

AS_FORCES = VIOLENT | {"Troop movement"}
"""The families of events in which a state acts by its armed forces, besides disrupted weapons."""

_POSSESSIVE = frozenset({"'s", "’s", "'", "’"})
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th)?$")
_BACKED = re.compile(
    r"-(?:backed|aligned|allied|linked|supported|sponsored|armed|funded|trained|affiliated)$"
)
_RULED = re.compile(r"-(?:installed|appointed|imposed|led)$")
_SMALL_IN_NAMES = frozenset({"of", "for", "the", "and", "de", "del", "la", "al", "e", "to"})
_THE = frozenset({"the", "this", "that", "these", "those"})
_ITS = frozenset({"its", "their", "his"})
_LOYAL = frozenset(
    {"president", "general", "gen", "colonel", "leader", "warlord", "commander", "former", "the"}
)
_BOTH_WAYS = frozenset({"people", "protesters", "rioters"})
"""Roles whose people are of no side, whoever's they are."""

_UNIDENTIFIED = {
    "fighters": "Unidentified Armed Group",
    "unnamed": "Unidentified Armed Group",
    "militia": "Unidentified Militia",
    "communal": "Unidentified Communal Militia",
    "gangs": "Unidentified Gang",
    "vigilantes": "Vigilantes",
    "military": "Unidentified Military Forces",
}
_ROLE_KIND = {
    "military": Kind.MILITARY,
    "police": Kind.POLICE,
    "government": Kind.GOVERNMENT,
    "fighters": Kind.UNIDENTIFIED,
    "unnamed": Kind.UNIDENTIFIED,
    "militia": Kind.MILITIA,
    "communal": Kind.MILITIA,
    "gangs": Kind.GANG,
    "vigilantes": Kind.MILITIA,
}
_ARMED = frozenset({Kind.REBELS, Kind.MILITIA, Kind.MERCENARIES})
_STANDS_FOR = {
    "groups": _ARMED | {Kind.GANG, Kind.POLITICAL},
    "fighters": _ARMED,
    "militia": _ARMED,
    "gangs": frozenset({Kind.GANG}),
}
"""Which kinds of named parties "the group", "the rebels" and so on may stand for."""


@dataclass(frozen=True, slots=True)
class Party:
    """A party at tokens ``start`` to ``end``: its name with the word for its force or people.

    ``name`` is as it is shown ("Military Forces of Russia", "Rapid Support Forces (RSF)"), ``side`` the
    state or group that it fights for ("Russia"). ``possessive`` where a genitive follows ("Russia's").
    """

    start: int
    end: int
    name: str
    side: str
    kind: Kind
    possessive: bool = False

    @property
    def acts(self) -> bool:
        """Whether it may be the one who does what events tell of: civilians are struck."""
        return self.kind is not Kind.CIVILIANS


def find_parties(
    doc: Doc, mentions: Sequence[Mention], names: NameIndex, entities: Sequence[Entity] = ()
) -> list[Party]:
    """Return the parties of a text in order, without overlaps.

    ``mentions`` are those of ``find_mentions`` over the same text; ``entities`` keep the names of persons
    from being taken for groups.
    """
    return _Reader(doc, mentions, names, entities).read()


def acting_as(party: Party, family: str) -> str:
    """Return the name under which a party takes part in an event of a family: a state has forces."""
    return _state_as(party.side, family) if party.kind is Kind.STATE else party.name


def side_as(side: str, family: str) -> str:
    """Return the name under which a side, of which no more is known, takes part in an event of a family."""
    return _state_as(side, family) if side in load_actors().states else side


def _state_as(state: str, family: str) -> str:
    return FORCES[Kind.MILITARY if family in AS_FORCES else Kind.GOVERNMENT] + state


def side_of(name: str) -> str:
    """Return the side of a party by its name: the state of a force, the group of a group's part."""
    state = next((name.removeprefix(force) for force in FORCES.values() if name.startswith(force)), name)
    return load_actors().sides.get(state, state)


def opponents(side: str) -> tuple[str, ...]:
    """Return the other sides of the conflicts that a side is in."""
    return load_actors().opponents.get(side, ())


def is_civilian(word: str) -> bool:
    """Whether a word stands for people or things of no fighting side."""
    words = load_actors().words
    return key_of(word) in words["people"] or key_of(word) in words["things"]


@dataclass(frozen=True, slots=True)
class _State:
    """A state that is named at some tokens, by its people or not; ``locates`` where it is a place."""

    end: int
    name: str
    people: bool
    capital: bool
    locates: bool


@dataclass(frozen=True, slots=True)
class _Match:
    """An entry of the file at tokens up to ``end``."""

    end: int
    entry: Entry


class _Reader:
    """Reads the parties of one document in one pass over its words."""

    def __init__(
        self, doc: Doc, mentions: Sequence[Mention], names: NameIndex, entities: Sequence[Entity]
    ) -> None:
        self._actors = load_actors()
        self._words = self._actors.words
        self._names = names
        self._texts = [token.text for token in doc]
        self._keys = [key_of(text) if len(text) < 40 else "" for text in self._texts]
        self._doc = doc
        self._begins = [token.idx for token in doc]
        self._sentences = _sentence_numbers(doc)
        self._places: set[int] = set()
        self._states = self._find_states(mentions)
        self._home = self._find_home(mentions)
        self._persons = self._find_persons(entities)
        self._matches = self._find_matches()
        self._shapes = self._find_shapes()
        self._found: list[Party] = []
        self._recent: deque[Party] = deque(maxlen=REMEMBERED)

    def read(self) -> list[Party]:
        """Return the parties in order."""
        at = 0
        while at < len(self._texts):
            party = self._party(at)
            if party is not None:
                self._found.append(party)
                self._recent.append(party)
            at = max(at + 1, party.end if party else 0)
        return self._found

    # ---------------------------------------------------------------- what stands where

    def _tokens(self, span: Mention | Entity) -> tuple[int, int]:
        """Return the tokens that a stretch of text touches."""
        first = max(0, bisect_right(self._begins, span.start) - 1)
        return first, max(first + 1, bisect_left(self._begins, span.end))

    def _find_states(self, mentions: Sequence[Mention]) -> dict[int, _State]:
        found: dict[int, _State] = {}
        for mention in mentions:
            start, end = self._tokens(mention)
            place = self._state_place(mention)
            if mention.locates and (place is not None or self._names.best(mention.name) is not None):
                self._places.update(range(start, end))
            if place is not None and start not in found:
                country = self._country(place)
                people = mention.kind is MentionKind.DEMONYM
                capital = place.level is not Level.COUNTRY
                found[start] = _State(end, country.name, people, capital, mention.locates)
        return found

    def _state_place(self, mention: Mention) -> Place | None:
        """Return the country or capital that a mention names."""
        if mention.kind is MentionKind.DEMONYM:
            people = self._names.demonym(mention.name)
            return people if people is not None and people.level is Level.COUNTRY else None
        use = self._names.best(mention.name)
        if use is None or not use.place.country:
            return None
        return use.place if use.place.level is Level.COUNTRY or use.place.feature_code == "PPLC" else None

    def _country(self, place: Place) -> Place:
        return place if place.level is Level.COUNTRY else self._names.get(f"country:{place.country}")

    def _find_home(self, mentions: Sequence[Mention]) -> str | None:
        """Return the country in which most of the places of the text lie, where one has the most."""
        counts: Counter[str] = Counter()
        for name, times in Counter(mention.name for mention in mentions if mention.literal).items():
            use = self._names.best(name)
            if use is not None and use.place.country:
                counts[use.place.country] += times
        most = counts.most_common(2)
        if not most or (len(most) > 1 and most[0][1] == most[1][1]):
            return None
        return self._names.get(f"country:{most[0][0]}").name

    def _find_persons(self, entities: Sequence[Entity]) -> set[int]:
        """Return the tokens of persons' full names, and of their last names where they stand alone."""
        spans = [self._tokens(entity) for entity in entities if entity.label == "PER"]
        last = {self._keys[end - 1] for start, end in spans if end > start + 1}
        return {
            index
            for start, end in spans
            if end > start + 1 or self._keys[start] in last
            for index in range(start, end)
        }

    def _find_matches(self) -> dict[int, _Match]:
        """Return the names and words of the file in the text, the longest from each token on."""
        found: dict[int, _Match] = {}
        in_full: set[str] = set()
        vague: list[int] = []
        starts, entries, keys = self._actors.starts, self._actors.entries, self._keys
        at, count = 0, len(keys)
        while at < count:
            best = None
            key = keys[at]
            if key and (key[:START] in starts or len(key) < START):
                for end in range(at + 1, min(count, at + self._actors.longest) + 1):
                    if end > at + 1:
                        key += keys[end - 1]
                        if not keys[end - 1]:
                            if self._texts[end - 1] in ",;:.!?\n":
                                break
                            continue
                    entry = entries.get(key)
                    if entry is not None and self._fits(entry, at, end):
                        closes = end < count and self._texts[end] == ")" and "(" in self._texts[at:end]
                        best = _Match(end + closes, entry)
            if best is None:
                at += 1
                continue
            found[at] = best
            if best.entry.in_full:
                vague.append(at)
            elif best.entry.name:
                in_full.add("".join(keys[at : best.end]))
            at = best.end
        for start in vague:
            if found[start].entry.in_full not in in_full:
                del found[start]
        return found

    def _fits(self, entry: Entry, start: int, end: int) -> bool:
        """Whether the words of an entry are written as it asks and name no place or person."""
        words = self._texts[start:end]
        if entry.capital and not any(word[0].isupper() for word in words):
            return False
        if entry.exact and not all(part in letters_of("".join(words)) for part in entry.exact):
            return False
        if entry.role:
            return True
        # A name of several words is hardly that of anybody else.
        return end > start + 1 or entry.kind is Kind.STATE or start not in self._places | self._persons

    # ---------------------------------------------------------------- phrases

    def _party(self, at: int) -> Party | None:
        """Return the party that begins with a token."""
        shape = self._shape(at)
        if shape is not None:
            return shape
        match, state = self._matches.get(at), self._states.get(at)
        if match is not None and (state is None or match.end > state.end or match.entry.name):
            if match.entry.role in ("ethnic", "faiths"):
                people = self._people(at, match)
                if people is not None or state is None:
                    return people
            elif not match.entry.role:
                return self._named(at, match)
            elif state is None:
                return self._noun(at, match)
        if state is not None:
            return self._state(at, state)
        if self._keys[at] in self._words["members"]:
            return self._owner_after(at, at + 1, "")
        return self._pronoun(at)

    def _made(self, start: int, end: int, name: str, side: str, kind: Kind) -> Party:
        owns = end < len(self._texts) and self._texts[end] in _POSSESSIVE
        return Party(start, end, name, side, kind, owns)

    def _after_genitive(self, end: int) -> int:
        return end + 1 if end < len(self._texts) and self._texts[end] in _POSSESSIVE else end

    def _force(self, at: int, *, named: bool) -> tuple[int, str] | None:
        """Return the end and role of the people or force at ``at``, after what may modify it.

        With ``named`` capitalised words may stand before it: "93rd Kholodnyi Yar Brigade".
        """
        for index in range(at, min(at + MAX_MODIFIERS + 1, len(self._texts))):
            match = self._matches.get(index)
            if match is not None and match.entry.role in (*_ROLE_KIND, *_BOTH_WAYS):
                return self._nouns(index, match)
            if match is not None and match.entry.name and not match.entry.role:
                return None
            text = self._texts[index]
            modifies = (
                self._keys[index] in self._words["modifiers"]
                or bool(_ORDINAL.match(text))
                or "-" in text[1:-1]
                or (named and text[0].isupper() and index not in self._states)
            )
            if not modifies:
                return None
        return None

    def _nouns(self, at: int, match: _Match) -> tuple[int, str]:
        """Return the end and role of nouns that follow one another: "army officers", "police chief"."""
        role, end = match.entry.role, match.end
        following = self._matches.get(end)
        while following is not None and (
            following.entry.role in _ROLE_KIND or (following.entry.role == "people" and role == "people")
        ):
            if role == "government" and following.entry.role in ("military", "police"):
                role = following.entry.role
            end = following.end
            following = self._matches.get(end)
        return end, role

    def _state(self, at: int, state: _State) -> Party | None:
        """Return the state, or the force or people of it that is named here."""
        word = self._texts[state.end - 1]
        if _BACKED.search(word):
            # Those whom a state backs are not its forces.
            force = self._force(state.end, named=False)
            if force is None or force[1] not in _ROLE_KIND:
                return None
            kind = _ROLE_KIND[force[1]]
            name = " ".join([*self._texts[at : state.end], *self._texts[state.end : force[0]]])
            return self._made(at, force[0], name, name, Kind.REBELS if kind is Kind.UNIDENTIFIED else kind)
        if (
            "-" in word
            and self._begins[state.end - 1] + len(word) > self._begins[at]
            and not _RULED.search(word)
        ):
            if key_of(word) not in self._actors.entries and self._names.best(word) is None:
                if not self._is_name(word):
                    return None
        follows = self._after_genitive(state.end)
        genitive = follows > state.end
        force = None
        if genitive or (state.people or not state.locates):
            force = self._force(follows, named=genitive or state.people)
        if force is not None:
            end, role = force
            return self._of_state(at, end, role, state.name)
        if state.locates or self._is_thing(follows, state):
            return None
        return self._made(at, state.end, state.name, state.name, Kind.STATE)

    def _is_name(self, word: str) -> bool:
        return self._names.demonym(word) is not None

    def _is_thing(self, at: int, state: _State) -> bool:
        """Whether what follows a people is no party: "Russian winter wheat"."""
        for index in range(at, min(at + 3, len(self._texts))):
            text, key = self._texts[index], self._keys[index]
            if key in self._words["deeds"] or not text[0].islower():
                return False
            if key in self._words["not_actors"]:
                return state.people or at == state.end
            if not state.people or self._doc[index].pos_ not in ("", "X", "ADJ", "NOUN"):
                return False
            if self._doc[index].pos_ == "":
                return False
        return False

    def _of_state(self, start: int, end: int, role: str, state: str) -> Party:
        """Return a force, office or people of a state."""
        if role in _BOTH_WAYS:
            return self._unnamed(start, end, role)
        kind = _ROLE_KIND[role]
        if kind in FORCES:
            return self._made(start, end, FORCES[kind] + state, state, kind)
        name = _UNIDENTIFIED[role]
        return self._made(start, end, name, name, kind)

    def _unnamed(self, start: int, end: int, role: str) -> Party:
        """Return people who are told by their role alone."""
        if role == "people":
            return self._made(start, end, "Civilians", "Civilians", Kind.CIVILIANS)
        if role in ("protesters", "rioters"):
            kind = Kind(role)
            return self._made(start, end, role.capitalize(), role.capitalize(), kind)
        name = _UNIDENTIFIED[role]
        return self._made(start, end, name, name, _ROLE_KIND[role])

    def _named(self, at: int, match: _Match) -> Party | None:
        """Return a group, body or force of the file, with the word for its men."""
        entry = match.entry
        assert entry.kind is not None
        follows = self._after_genitive(match.end)
        force = self._force(follows, named=entry.kind is Kind.STATE)
        end = match.end
        if force is not None and entry.kind is Kind.STATE:
            return self._of_state(at, *force, entry.side)
        if force is not None and force[1] in _ROLE_KIND:
            end = force[0]
        while end == follows and end < len(self._texts) and self._keys[end] in self._words["members"]:
            end += 1
            follows = end
        if entry.kind is Kind.STATE and self._keys[follows : follows + 1] and end == match.end:
            if self._keys[follows] in self._words["not_actors"]:
                return None
        return self._made(at, end, entry.name, entry.side, entry.kind)

    def _people(self, at: int, match: _Match) -> Party | None:
        """Return those who fight for a people or a faith: "Fulani militiamen"."""
        force = self._force(match.end, named=False)
        if force is None:
            return None
        end, role = force
        if role in _BOTH_WAYS:
            return self._unnamed(at, end, role)
        if role in ("police", "government"):
            return None
        name = match.entry.name.title() if match.entry.name.islower() else match.entry.name
        if role in ("militia", "communal"):
            name += " Ethnic Militia" if match.entry.role == "ethnic" else " Militia"
            return self._made(at, end, name, name, Kind.MILITIA)
        name += " Forces" if role == "military" else " Rebels"
        return self._made(at, end, name, name, Kind.REBELS)

    def _noun(self, at: int, match: _Match) -> Party | None:
        """Return the party that a common noun stands for."""
        if self._is_capitalised_in_text(at) or self._names_thing(match.end):
            return None
        end, role = self._nouns(at, match)
        owned = self._owner_after(at, end, role)
        if owned is not None:
            return owned
        before = self._keys[at - 1] if at else ""
        if role in ("military", "police", "government"):
            return self._force_of_whom(at, end, role, before)
        if role in _STANDS_FOR and (before in _THE or before in _ITS):
            known = self._antecedent(at, _STANDS_FOR[role])
            if known is not None:
                return self._made(at, end, known.name, known.side, known.kind)
        if role == "groups":
            return None
        return self._unnamed(at, end, role)

    def _is_capitalised_in_text(self, at: int) -> bool:
        """Whether a common noun has a capital that no sentence's start explains: it is part of a name."""
        role = self._matches[at].entry.role
        if not self._texts[at][0].isupper() or role in ("military", "police", "government"):
            return False
        return at > 0 and self._sentences[at - 1] == self._sentences[at] and self._keys[at - 1] != ""

    def _names_thing(self, end: int) -> bool:
        return (
            end < len(self._keys)
            and self._keys[end] in self._words["not_actors"]
            and self._keys[end] != "side"
        )

    def _owner_after(self, start: int, end: int, role: str) -> Party | None:
        """Return the party of people whose owner follows: "troops from Rwanda", "army of Chad"."""
        if end >= len(self._texts) or self._keys[end] not in ("of", "from", "loyal"):
            return None
        word, at = self._keys[end], end + 1
        if word == "loyal":
            at += 1
        while at < min(end + 4, len(self._texts)) and (
            self._keys[at] == "the" or (word == "loyal" and self._keys[at] in _LOYAL)
        ):
            at += 1
        state, match = self._states.get(at), self._matches.get(at)
        owner: Party | None = self._shape(at)
        if owner is None and match is not None and not match.entry.role:
            owner = self._named(at, match)
        if owner is None and state is not None and not (state.capital and state.locates):
            if role and not state.people:
                whole = self._state(at, state)
                if whole is None or whole.kind is Kind.STATE:
                    if word == "from" and role == "government":
                        return None
                    return self._of_state(start, state.end, role, state.name)
                owner = whole
            else:
                owner = self._state(at, state)
        if owner is None or (role in _BOTH_WAYS and owner.kind not in GROUP_KINDS):
            return self._unnamed(start, owner.end, role) if owner is not None and role else None
        if role == "people" and word == "from":
            return None
        if owner.kind is Kind.STATE and role:
            return self._of_state(start, owner.end, role, owner.side)
        return (
            self._made(start, owner.end, owner.name, owner.side, owner.kind)
            if owner.kind is not Kind.STATE
            else None
        )

    # ---------------------------------------------------------------- what a text named before

    def _force_of_whom(self, start: int, end: int, role: str, before: str) -> Party | None:
        """Return whose "the army", "police" or "its troops" are."""
        kind = _ROLE_KIND[role]
        words = "".join(self._keys[start:end])
        if before in _ITS:
            sides = {
                party.side
                for party in self._candidates(start, 0)
                if party.kind in _ARMED | set(FORCES) | {Kind.STATE}
            }
            if len(sides) != 1 or kind is Kind.GOVERNMENT:
                return None
            (side,) = sides
            owner = next(party for party in reversed(self._recent) if party.side == side)
            if owner.kind in _ARMED:
                return self._made(start, end, owner.name, side, owner.kind)
            return self._made(start, end, FORCES[kind] + side, side, kind)
        if kind is Kind.GOVERNMENT and words not in self._words["own"]:
            return None
        own = words in self._words["own"] or before in _THE or kind is Kind.POLICE
        named = {party.side for party in self._candidates(start, LOOK_BACK) if party.kind is kind}
        named.discard(FORCES[kind].removesuffix(" of "))
        if len(named) == 1:
            state = named.pop()
            return self._made(start, end, FORCES[kind] + state, state, kind)
        if own and self._home is not None:
            return self._made(start, end, FORCES[kind] + self._home, self._home, kind)
        states = {
            party.side for party in self._candidates(start, LOOK_BACK) if party.kind in (*FORCES, Kind.STATE)
        }
        states -= {force.removesuffix(" of ") for force in FORCES.values()} | {_UNIDENTIFIED["military"]}
        if own and len(states) == 1:
            state = states.pop()
            return self._made(start, end, FORCES[kind] + state, state, kind)
        if kind is Kind.GOVERNMENT:
            return None
        name = FORCES[kind].removesuffix(" of ") if kind is Kind.POLICE else _UNIDENTIFIED["military"]
        return self._made(start, end, name, name, kind)

    def _candidates(self, at: int, sentences_back: int) -> list[Party]:
        first = self._sentences[at] - sentences_back
        return [party for party in self._recent if self._sentences[party.start] >= first]

    def _antecedent(self, at: int, kinds: frozenset[Kind]) -> Party | None:
        """Return the one party of such a kind that was named not long before."""
        fitting = [party for party in self._candidates(at, LOOK_BACK) if party.kind in kinds]
        return fitting[-1] if len({party.side for party in fitting}) == 1 else None

    def _pronoun(self, at: int) -> Party | None:
        """Return whom "they" stands for: the only party of the sentence before."""
        if self._keys[at] != "they" or (at and self._sentences[at - 1] == self._sentences[at]):
            return None
        before = [party for party in self._candidates(at, 1)]
        if len({party.name for party in before}) != 1 or before[-1].kind is Kind.STATE:
            return None
        return self._made(at, at + 1, before[-1].name, before[-1].side, before[-1].kind)

    # ---------------------------------------------------------------- groups that nobody listed

    def _shape(self, at: int) -> Party | None:
        """Return the group of no list whose name begins with a token."""
        found = self._shapes.get(at)
        if found is None:
            return None
        end, kind = found
        name = " ".join(self._texts[at:end]).replace(" 's", "'s").replace(" ’s", "’s")
        while end < len(self._texts) and self._is_member(end):
            end += 1
        return self._made(at, end, name, name, kind)

    def _is_member(self, at: int) -> bool:
        match = self._matches.get(at)
        return self._keys[at] in self._words["members"] or (
            match is not None and match.entry.role == "fighters"
        )

    def _find_shapes(self) -> dict[int, tuple[int, Kind]]:
        """Return the groups that are told by the shape of their names, "the Azania Liberation Front"."""
        found: dict[int, tuple[int, Kind]] = {}
        at = 0
        while at < len(self._texts):
            end = self._run(at)
            if end > at:
                shape = self._shaped(at, end)
                if shape is not None:
                    start, stop, kind = shape
                    found[start] = (stop, kind)
            at = max(at + 1, end)
        return found

    def _run(self, at: int) -> int:
        """Return the end of the capitalised words that begin with a token, "of" and the like between them."""
        end = at
        while end < min(len(self._texts), at + MAX_NAME_WORDS):
            text = self._texts[end]
            follows = self._texts[end + 1] if end + 1 < len(self._texts) else ""
            if text[0].isupper() or (end == at and text.isdigit()):
                end += 1
            elif (
                end > at
                and follows[:1].isupper()
                and (text in _SMALL_IN_NAMES or self._is_inner_genitive(end))
            ):
                end += 2
            else:
                break
        return end

    def _is_inner_genitive(self, at: int) -> bool:
        """Whether a genitive is within a name, "People's Front", and not that of an owner."""
        return self._texts[at] in _POSSESSIVE and at - 1 not in self._states

    def _shaped(self, start: int, end: int) -> tuple[int, int, Kind] | None:
        """Return start, end and kind of the group that capitalised words name, if they do."""
        keys, words = self._keys, self._words
        kind, stop = None, end
        if end < len(keys) and self._texts[end].islower():
            tail = ((words["gang_shapes"], Kind.GANG), (words["militia_shapes"], Kind.MILITIA))
            kind = next((kind for listed, kind in tail if keys[end] in listed), None)
            stop = end + 1 if kind is not None else end
        head = end
        while kind is None and stop > start + 1:
            if keys[stop - 1] in words["party_shapes"]:
                kind, head = Kind.POLITICAL, stop - 1
            elif keys[stop - 1] in words["shapes"]:
                kind, head = Kind.REBELS, stop - 1
            elif stop > start + 2 and keys[stop - 2] + keys[stop - 1] in words["shapes"]:
                kind, head = Kind.REBELS, stop - 2
            else:
                stop -= 1
        while start < head and (keys[start] in words["plain"] or not self._opens(start)):
            start += 1
        if kind is None or all(keys[index] in words["plain"] for index in range(start, head)):
            return None
        own = self._states.get(start)
        if own is not None and (
            own.end >= head or kind is Kind.REBELS and head == stop - 1 and keys[head] == "brigade"
        ):
            return None
        known = any(index in self._matches for index in range(start, head))
        return None if known else (start, stop, kind)

    def _opens(self, at: int) -> bool:
        """Whether a name may begin with a word: not with "Soldiers", nor with "of"."""
        match = self._matches.get(at)
        return self._texts[at][0].isupper() and (
            match is None or match.entry.role in ("", "ethnic", "faiths")
        )


def _sentence_numbers(doc: Doc) -> list[int]:
    """Return the number of the sentence that each token is in."""
    numbers, number = [], -1
    for token in doc:
        number += bool(token.is_sent_start) or number < 0
        numbers.append(number)
    return numbers

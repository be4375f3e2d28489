"""Parties in a text: who acts, who is struck and who speaks.

Names and the words for people come from ``data/actors.toml``; states are found as the countries,
capitals and peoples that the recogniser marked. Whose the people are is told by what stands right
before them ("Malian army") or after them ("soldiers of the Malian army"), and of "the army" or "the
group" by what the text named before.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from spacy.tokens import Doc

from domain import Mention, NameIndex
from extract.actor_names import FORCES, GROUP_KINDS, Kind, key_of, load_actors
from extract.actor_text import POSSESSIVE, ActorText, Match, State
from extract.recognise import Entity
from extract.triggers import VIOLENT

MAX_MODIFIERS = 4
"""Words that may stand between a state and its force: "Ukraine's 93rd Mechanised Brigade"."""

MAX_NOUNS = 5
"""Nouns that may follow one another: "police commando force members"."""

LOOK_BACK = 2
"""Sentences before its own in which "the group" has been named."""

REMEMBERED = 40
"""Parties before it that are looked through for what "the group" stands for."""

AS_FORCES = VIOLENT | {"Troop movement", "Disrupted weapons use"}
"""The families and types of events in which a state acts by its armed forces."""

_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th)?$")
_BACKED = re.compile(r"-(?:backed|aligned|allied|linked|supported|sponsored|funded|trained|affiliated)$")
_RULED = re.compile(r"-(?:installed|appointed|imposed|led)$")
_THE = frozenset({"the", "this", "that", "these", "those"})
_ITS = frozenset({"its", "their", "his"})
_LOYAL = frozenset({"president", "general", "gen", "colonel", "leader", "warlord", "commander", "former"})
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
    "police": "Police Forces",
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
_OF_STATES = frozenset({Kind.STATE, *FORCES})
_OWNERS = _ARMED | _OF_STATES
_NOBODYS = frozenset(_UNIDENTIFIED.values())
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
    """Return the name under which a party takes part in events of a family or type: a state has forces."""
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


def enemy(side: str) -> str | None:
    """Return the one side that a side fights, ``None`` where there is none or not one alone.

    A state that fights several groups has none of them for its enemy, though it is theirs.
    """
    others = load_actors().enemies.get(side, ())
    return others[0] if len(others) == 1 else None


def is_civilian(word: str) -> bool:
    """Whether a word stands for people or things of no fighting side."""
    words = load_actors().words
    return key_of(word) in words["people"] or key_of(word) in words["things"]


class _Reader:
    """Reads the parties of one document in one pass over its words."""

    def __init__(
        self, doc: Doc, mentions: Sequence[Mention], names: NameIndex, entities: Sequence[Entity]
    ) -> None:
        self._text = ActorText(doc, mentions, names, entities)
        self._words = load_actors().words
        self._names = names
        self._found: list[Party] = []
        self._recent: deque[Party] = deque(maxlen=REMEMBERED)

    def read(self) -> list[Party]:
        """Return the parties in order."""
        at = 0
        while at < len(self._text.texts):
            party = self._party(at)
            if party is not None:
                self._found.append(party)
                self._recent.append(party)
            at = max(at + 1, party.end if party else 0)
        return self._found

    # ---------------------------------------------------------------- phrases

    def _party(self, at: int) -> Party | None:
        """Return the party that begins with a token."""
        shape = self._shape(at)
        if shape is not None:
            return shape
        match, state = self._text.matches.get(at), self._text.states.get(at)
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
        if self._text.keys[at] in self._words["members"]:
            return self._owner_after(at, at + 1, "")
        return self._pronoun(at)

    def _made(self, start: int, end: int, name: str, side: str, kind: Kind) -> Party:
        owns = end < len(self._text.texts) and self._text.texts[end] in POSSESSIVE
        return Party(start, end, name, side, kind, owns)

    def _after_genitive(self, end: int) -> int:
        return end + 1 if end < len(self._text.texts) and self._text.texts[end] in POSSESSIVE else end

    def _force(self, at: int, *, named: bool) -> tuple[int, str] | None:
        """Return the end and role of the people or force at ``at``, after what may modify it.

        With ``named`` capitalised words may stand before it: "93rd Kholodnyi Yar Brigade".
        """
        for index in range(at, min(at + MAX_MODIFIERS + 1, len(self._text.texts))):
            match = self._text.matches.get(index)
            if match is not None and match.entry.role in (*_ROLE_KIND, *_BOTH_WAYS):
                return self._nouns(index, match)
            if match is not None and match.entry.name and not match.entry.role:
                return None
            text = self._text.texts[index]
            modifies = (
                self._text.keys[index] in self._words["modifiers"]
                or bool(_ORDINAL.match(text))
                or "-" in text[1:-1]
                or (named and text[0].isupper() and index not in self._text.states)
            )
            if not modifies:
                return None
        return None

    def _nouns(self, at: int, match: Match) -> tuple[int, str]:
        """Return the end and role of nouns that follow one another: "army officers", "police chief"."""
        role, end = match.entry.role, match.end
        for _ in range(MAX_NOUNS - 1):
            following = self._text.matches.get(end)
            also = following.entry.role if following is not None else ""
            if following is None or not (also in _ROLE_KIND or also == role == "people"):
                break
            if role == "government" and also in ("military", "police"):
                role = also
            end = following.end
        return end, role

    def _state(self, at: int, state: State) -> Party | None:
        """Return the state, or the force or people of it that is named here."""
        word = self._text.texts[state.end - 1]
        if _BACKED.search(word):
            # Those whom a state backs are not its forces.
            force = self._force(state.end, named=False)
            if force is None or force[1] not in _ROLE_KIND:
                return None
            kind = _ROLE_KIND[force[1]]
            name = " ".join([*self._text.texts[at : state.end], *self._text.texts[state.end : force[0]]])
            return self._made(at, force[0], name, name, Kind.REBELS if kind is Kind.UNIDENTIFIED else kind)
        if not (self._is_name(word) or _RULED.search(word)):
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
        """Whether a word with a hyphen is a name, "Guinea-Bissau", and not one made of it: "Israeli-held"."""
        known = "-" not in word or word.endswith("-")
        return known or self._names.demonym(word) is not None or self._names.best(word) is not None

    def _is_thing(self, at: int, state: State) -> bool:
        """Whether what follows a people is no party: "Russian winter wheat"."""
        for index in range(at, min(at + 3, len(self._text.texts))):
            if self._text.keys[index] in self._words["deeds"] or at > state.end:
                return False
            if self._text.keys[index] in self._words["not_actors"]:
                return True
            if not state.people or self._text.doc[index].pos_ not in ("ADJ", "NOUN"):
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

    def _named(self, at: int, match: Match) -> Party | None:
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
        while (
            end == follows and end < len(self._text.texts) and self._text.keys[end] in self._words["members"]
        ):
            end += 1
            follows = end
        if entry.kind is Kind.STATE and end == match.end and self._names_thing(follows):
            return None
        return self._made(at, end, entry.name, entry.side, entry.kind)

    def _people(self, at: int, match: Match) -> Party | None:
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

    def _noun(self, at: int, match: Match) -> Party | None:
        """Return the party that a common noun stands for."""
        of_state = _ROLE_KIND.get(match.entry.role) in FORCES
        if self._is_capitalised_in_text(at) or (self._names_thing(match.end) and not of_state):
            return None
        end, role = self._nouns(at, match)
        if self._modifies(end - 1, role):
            return None
        if role == "foes":
            return self._foe(at, end)
        owned = self._owner_after(at, end, role)
        if owned is not None:
            return owned
        before = self._text.keys[at - 1] if at else ""
        if role in ("military", "police", "government"):
            return self._force_of_whom(at, end, role, before)
        if role in _STANDS_FOR and (before in _THE or before in _ITS):
            known = self._antecedent(at, _STANDS_FOR[role])
            if known is not None:
                return self._made(at, end, known.name, known.side, known.kind)
        if role == "groups":
            return None
        return self._unnamed(at, end, role)

    def _foe(self, start: int, end: int) -> Party | None:
        """Return whom the country of the text is at war with: "the enemy"."""
        side = enemy(self._text.home) if self._text.home else None
        if side is None:
            return None
        is_state = side in load_actors().states
        kind = Kind.MILITARY if is_state else Kind.REBELS
        return self._made(start, end, FORCES[kind] + side if is_state else side, side, kind)

    def _is_capitalised_in_text(self, at: int) -> bool:
        """Whether a common noun has a capital that no sentence's start explains: it is part of a name."""
        role = self._text.matches[at].entry.role
        if not self._text.texts[at][0].isupper() or role in ("military", "police", "government"):
            return False
        return (
            at > 0
            and self._text.sentences[at - 1] == self._text.sentences[at]
            and self._text.keys[at - 1] != ""
        )

    def _modifies(self, at: int, role: str) -> bool:
        """Whether a noun only says of what kind another one is: "military aid", but not "police post"."""
        token = self._text.doc[at]
        if self._text.keys[at] != "military" and (role in ("military", "police") or token.text.endswith("s")):
            return False
        return token.dep_ in ("amod", "compound") and token.head.i > at

    def _names_thing(self, end: int) -> bool:
        return end < len(self._text.keys) and self._text.keys[end] in self._words["not_actors"]

    def _owner_after(self, start: int, end: int, role: str) -> Party | None:
        """Return the party of people whose owner follows: "troops from Rwanda", "army of Chad"."""
        if end >= len(self._text.texts) or self._text.keys[end] not in ("of", "from", "loyal"):
            return None
        word, at = self._text.keys[end], end + 1
        if word == "loyal":
            at += 1
        while at < min(end + 4, len(self._text.texts)) and (
            self._text.keys[at] == "the" or (word == "loyal" and self._text.keys[at] in _LOYAL)
        ):
            at += 1
        state, match = self._text.states.get(at), self._text.matches.get(at)
        owner: Party | None = self._shape(at)
        if owner is None and match is not None and not match.entry.role:
            owner = self._named(at, match)
        if owner is None and state is not None and not (state.capital and state.locates):
            if role and not state.people:
                whole = self._state(at, state)
                if whole is None or whole.kind is Kind.STATE:
                    if role == "groups" or (word == "from" and role == "government"):
                        return None
                    return self._of_state(start, state.end, role, state.name)
                owner = whole
            else:
                owner = self._state(at, state)
        if owner is None or (role in _BOTH_WAYS and owner.kind not in GROUP_KINDS):
            return self._unnamed(start, owner.end, role) if owner is not None and role else None
        if role == "people" and word == "from":
            return None
        if owner.kind is Kind.STATE:
            return self._of_state(start, owner.end, role, owner.side) if role in _ROLE_KIND else None
        return self._made(start, owner.end, owner.name, owner.side, owner.kind)

    # ---------------------------------------------------------------- what a text named before

    def _force_of_whom(self, start: int, end: int, role: str, before: str) -> Party | None:
        """Return whose "the army", "police" or "its troops" are."""
        kind = _ROLE_KIND[role]
        words = "".join(self._text.keys[start:end])
        if before in _ITS:
            sides = {party.side for party in self._candidates(start, 0) if party.kind in _OWNERS}
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
        named = {party.side for party in self._candidates(start, LOOK_BACK) if party.kind is kind} - _NOBODYS
        if len(named) == 1:
            state = named.pop()
            return self._made(start, end, FORCES[kind] + state, state, kind)
        if own and self._text.home is not None:
            return self._made(start, end, FORCES[kind] + self._text.home, self._text.home, kind)
        near = self._candidates(start, LOOK_BACK)
        states = {party.side for party in near if party.kind in _OF_STATES} - _NOBODYS
        if own and len(states) == 1:
            state = states.pop()
            return self._made(start, end, FORCES[kind] + state, state, kind)
        last = self._text.matches.get(end - 1)
        if kind is Kind.GOVERNMENT or (last is not None and last.entry.role == "government"):
            # "A military spokesman" speaks for one of those named, and it is open for which.
            return None
        return self._unnamed(start, end, role)

    def _candidates(self, at: int, sentences_back: int) -> list[Party]:
        first = self._text.sentences[at] - sentences_back
        return [party for party in self._recent if self._text.sentences[party.start] >= first]

    def _antecedent(self, at: int, kinds: frozenset[Kind]) -> Party | None:
        """Return the one party of such a kind that was named not long before."""
        fitting = [party for party in self._candidates(at, LOOK_BACK) if party.kind in kinds]
        return fitting[-1] if len({party.side for party in fitting}) == 1 else None

    def _pronoun(self, at: int) -> Party | None:
        """Return whom "they" stands for: the only party of the sentence before."""
        if self._text.keys[at] != "they" or (at and self._text.sentences[at - 1] == self._text.sentences[at]):
            return None
        before = [party for party in self._candidates(at, 1)]
        if len({party.name for party in before}) != 1 or before[-1].kind is Kind.STATE:
            return None
        return self._made(at, at + 1, before[-1].name, before[-1].side, before[-1].kind)

    # ---------------------------------------------------------------- groups that nobody listed

    def _shape(self, at: int) -> Party | None:
        """Return the group of no list whose name begins with a token."""
        found = self._text.shapes.get(at)
        if found is None:
            return None
        end = found.end
        name = " ".join(self._text.texts[at:end]).replace(" 's", "'s").replace(" ’s", "’s")
        while end < len(self._text.texts) and self._is_member(end):
            end += 1
        return self._made(at, end, name, name, found.kind)

    def _is_member(self, at: int) -> bool:
        match = self._text.matches.get(at)
        fights = match is not None and match.entry.role == "fighters"
        return fights or self._text.keys[at] in self._words["members"]

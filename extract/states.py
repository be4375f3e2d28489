"""Countries and capitals: the place, or the state that bears its name ("Moscow said")."""

from __future__ import annotations

from dataclasses import dataclass

from spacy.tokens import Span, Token

from domain import Level, Mention, MentionKind, NameIndex, Place, Relation
from extract.vocabulary import toponym_words

POSSESSIVE = frozenset({"'s", "’s", "'", "’"})


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a name in its text: the words before it in the sentence (``office`` is the last
    but one), its neighbours, the left one if it is capitalised, and the mention before it."""

    text: str
    before: str
    office: str
    left: Token | None
    right: Token | None
    previous: Mention | None
    listed: bool


def state_kind(
    sentence: Span, mention: Mention, place: Place, around: Around, names: NameIndex
) -> MentionKind:
    """Tell a country or capital as a place from the state of that name."""
    words, before, right = toponym_words(), around.before, around.right
    if right is not None and right.text in POSSESSIVE:
        owned = sentence.doc[right.i + 1] if right.i + 1 < sentence.end else None
        state = owned is not None and (owned.lower_ in words.state_nouns or owned.text[0].isdigit())
        return MentionKind.SPEAKER if state else MentionKind.PLACE
    if around.left is not None and around.left.lower_ in words.adjectives:
        return MentionKind.PLACE
    earlier = _word_before(sentence, mention.start, 2)
    if before == "of":
        located = earlier in words.locative_of or mention.relation is Relation.OFFSET
        return MentionKind.PLACE if located else MentionKind.INSTITUTION
    speaks = right is not None and right.lower_ in words.speaks
    if before in ("in", "from") and speaks and earlier in words.offices:
        return MentionKind.SPEAKER
    if before == "from" and earlier in words.people:
        return MentionKind.SPEAKER
    if before in words.land or mention.asked or mention.relation is not Relation.IN:
        return MentionKind.PLACE
    if before in ("with", "and") and "border" in around.text[max(0, mention.start - 30) : mention.start]:
        return MentionKind.PLACE
    if before == "the" and earlier in words.land:
        return MentionKind.PLACE
    return _by_neighbours(sentence, mention, place, around, names)


def _by_neighbours(
    sentence: Span, mention: Mention, place: Place, around: Around, names: NameIndex
) -> MentionKind:
    """Go on where no preposition decides: by the list, by the place before, by the verb after."""
    right, previous = around.right, around.previous
    country = place.level is Level.COUNTRY
    acts = country and right is not None and right.lower_ in toponym_words().speaks
    if previous is not None:
        after_comma = around.text[previous.end : mention.start] == ", "
        if around.listed and not (acts and after_comma):
            return previous.kind if previous.kind is not MentionKind.DEMONYM else MentionKind.SPEAKER
        holder = names.best(previous.name) if previous.literal and after_comma else None
        if holder is not None and holder.place.country == place.country and not acts:
            return MentionKind.PLACE
    if country or around.before in toponym_words().upon or _list_speaks(sentence, right):
        return MentionKind.SPEAKER
    # "Moscow annexed": a capital that opens a sentence and does something is the state.
    opens = not around.before and right is not None and right.lower_.endswith("ed")
    return MentionKind.SPEAKER if opens else MentionKind.PLACE


def _word_before(sentence: Span, start: int, back: int) -> str:
    """Return the lower-case word ``back`` tokens before character ``start``, "" outside the sentence."""
    token = sentence.doc.char_span(start, start + 1, alignment_mode="expand")
    index = token.start - back if token is not None else -1
    return sentence.doc[index].lower_ if index >= sentence.start else ""


def _list_speaks(sentence: Span, right: Token | None) -> bool:
    """Whether the verb after a name, or after the list that it begins, is one of speech."""
    if right is None:
        return False
    index = right.i
    while index < sentence.end and (
        sentence.doc[index].text in (",", "and") or sentence.doc[index].text[0].isupper()
    ):
        index += 1
    verb = sentence.doc[index].lower_ if index < sentence.end else ""
    return verb in toponym_words().speaks

"""Trigger words: which words of a sentence tell of which type of event."""

from __future__ import annotations

import pytest

from extract.language import blank, sentences
from extract.triggers import clause_of, find_triggers

SHELLING = "Shelling/artillery/missile attack"
STRIKE = "Air/drone strike"
TAKEN = "Non-state actor overtakes territory"
REGAINED = "Government regains territory"
MINE = "Remote explosive/landmine/IED"

parse = blank()


def told(text: str) -> list[tuple[str, str]]:
    """Return the words and types of the triggers of one sentence."""
    (sentence,) = sentences(parse(text))
    return [(sentence.doc[t.start : t.end].text, t.kind.name) for t in find_triggers(sentence)]


@pytest.mark.parametrize(
    ("text", "trigger", "kind"),
    [
        ("The army retook the station.", "retook", REGAINED),
        ("Rebels overran the station.", "overran", TAKEN),
        ("Both sides clashed at the river.", "clashed", "Armed clash"),
        ("Jets bombed the depot.", "bombed", STRIKE),
        ("Gunners shelled the depot.", "shelled", SHELLING),
        ("A man blew himself up at the gate.", "blew himself up", "Suicide bomb"),
        ("A tractor ran over an old mine.", "ran over an old mine", MINE),
        ("A boy threw a rusty grenade.", "threw a rusty grenade", "Grenade"),
        ("A chemical attack was feared.", "chemical attack", "Chemical weapon"),
        ("Militiamen raped two women.", "raped", "Sexual violence"),
        ("Gunmen massacred a family.", "massacred", "Attack"),
        ("Bandits kidnapped nine pupils.", "kidnapped", "Abduction/forced disappearance"),
        ("Teachers demonstrated in the rain.", "demonstrated", "Peaceful protest"),
        ("Officers used water cannon.", "used water cannon", "Protest with intervention"),
        (
            "Troops opened fire on protesters.",
            "opened fire on protesters",
            "Excessive force against protesters",
        ),
        ("Youths threw stones at the bank.", "threw stones", "Violent demonstration"),
        ("Neighbours lynched a thief.", "lynched", "Mob violence"),
        ("The two signed a long ceasefire.", "signed a long ceasefire", "Agreement"),
        ("Agents arrested a clerk.", "arrested", "Arrests"),
        ("The junta mobilised all clerks.", "mobilised", "Change to group/activity"),
        ("Crews shot down nine of them.", "shot down", "Disrupted weapons use"),
        ("Engineers set up a field base.", "set up a field base", "Headquarters or base established"),
        ("Deserters looted two shops.", "looted", "Looting/property destruction"),
        ("The general ceded two villages.", "ceded", "Non-violent transfer of territory"),
        ("Two buses evacuated the ward.", "evacuated", "Other"),
        ("The brigade withdrew at night.", "withdrew", "Troop movement"),
        ("Envoys held talks until noon.", "held talks", "Diplomatic"),
        ("A strong earthquake woke them.", "earthquake", "Natural disaster"),
        ("A ferry capsized off the pier.", "capsized", "Man-made disaster"),
        ("A cartel owned the port.", "cartel", "Organised crime"),
    ],
)
def test_every_type_has_words_that_tell_of_it(text: str, trigger: str, kind: str) -> None:
    assert (trigger, kind) in told(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Gunners shelled the depot.", ["shelled"], id="past before an object"),
        pytest.param("The depot was shelled again.", ["shelled"], id="passive"),
        pytest.param("They were shelled by gunners.", ["shelled"], id="passive with an agent"),
        pytest.param("Gunners heavily shelled the depot.", ["shelled"], id="adverb before it"),
        pytest.param("Gunners began to shell the depot.", ["shell"], id="infinitive"),
        pytest.param("Gunners shell the depot.", ["shell"], id="present of a plural"),
        pytest.param("Russia was accused of shelling a depot.", ["shelling"], id="gerund with an object"),
        pytest.param("The shelling of the depot went on.", ["shelling"], id="noun"),
        pytest.param("A shelled depot smoked.", [], id="participle as an adjective"),
        pytest.param("Four captured men smoked.", [], id="participle after a number"),
        pytest.param("They were fighting the flames.", [], id="fighting a fire"),
        pytest.param("The vote has taken place.", [], id="taken place"),
    ],
)
def test_a_word_counts_in_the_use_that_the_list_means(text: str, expected: list[str]) -> None:
    assert [word for word, _ in told(text)] == expected


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        pytest.param("Drones hit the depot.", STRIKE, id="drone"),
        pytest.param("A glide bomb fell on the depot.", STRIKE, id="glide bomb"),
        pytest.param("Missiles hit the depot.", SHELLING, id="missile"),
        pytest.param("The depot was hit by two rockets.", SHELLING, id="weapon after the verb"),
        pytest.param("The rockets, though old, destroyed it.", None, id="weapon in another clause"),
        pytest.param("They hit the road at noon.", None, id="no weapon"),
        pytest.param("Drones are sold in shops.", None, id="no verb"),
        pytest.param("The hit song praised drones.", None, id="hit that is no verb"),
    ],
)
def test_a_verb_of_hitting_needs_a_weapon_in_its_clause(text: str, kind: str | None) -> None:
    assert [name for _, name in told(text)] == ([kind] if kind else [])


def test_of_two_weapons_the_nearer_one_counts() -> None:
    assert told("Drones and missiles hit the depot.") == [("hit", SHELLING)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("A drone strike lit the sky.", [("drone strike", STRIKE)], id="longer over shorter"),
        pytest.param(
            "A suicide car bomb went off.",
            [("suicide car bomb", "Suicide bomb")],
            id="higher priority over lower",
        ),
        pytest.param(
            "Crews shot down two drones.", [("shot down", "Disrupted weapons use")], id="shot down over shot"
        ),
    ],
)
def test_on_the_same_words_the_best_type_wins(text: str, expected: list[tuple[str, str]]) -> None:
    assert told(text) == expected


def test_triggers_come_in_the_order_of_the_text_and_do_not_overlap() -> None:
    (sentence,) = sentences(parse("Rebels overran the town, looted shops and abducted nine men."))
    triggers = find_triggers(sentence)
    assert [trigger.kind.name for trigger in triggers] == [
        TAKEN,
        "Looting/property destruction",
        "Abduction/forced disappearance",
    ]
    assert all(one.end <= other.start for one, other in zip(triggers, triggers[1:], strict=False))


@pytest.mark.parametrize(
    ("text", "passive"), [("The depot was shelled.", True), ("Gunners shelled the depot.", False)]
)
def test_the_voice_of_a_trigger_is_told(text: str, passive: bool) -> None:
    (sentence,) = sentences(parse(text))
    (trigger,) = find_triggers(sentence)
    assert trigger.passive is passive


@pytest.mark.parametrize(
    ("text", "word", "clause"),
    [
        pytest.param("Shells fell while drones circled.", "circled", 1, id="while"),
        pytest.param("Shells fell, which shook the town.", "shook", 1, id="which"),
        pytest.param("Shells fell; drones circled.", "circled", 1, id="semicolon"),
        pytest.param("Shells fell, and Kyiv protested.", "protested", 1, id="comma and"),
        pytest.param("Shells fell and the town shook.", "shook", 1, id="and with a subject"),
        pytest.param("Shells fell and wounded three.", "wounded", 0, id="and without a subject"),
        pytest.param("Shells fell, killing three.", "killing", 0, id="participle"),
        pytest.param("Shells as well as mines fell.", "fell", 0, id="as well as"),
    ],
)
def test_a_sentence_has_clauses(text: str, word: str, clause: int) -> None:
    (sentence,) = sentences(parse(text))
    (index,) = (token.i for token in sentence if token.text == word)
    assert clause_of(sentence, index) == clause


def test_a_phrase_is_not_found_across_two_sentences() -> None:
    doc = parse("They kept the car\nbomb squads were near")
    assert [find_triggers(sentence) for sentence in sentences(doc)] == [[], []]

"""Events in a text: what happened, where, when, to whom; and what is no event."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain import Document, EventMention, Stance, Toll
from extract.detection import ACCEPTED_IF_SHORT, LEAST_WORDS, SHORT, Detected, surest
from extract.language import load_language
from extract.triggers import Trigger
from ontology import load_ontology
from pipeline import Analyser

FRIDAY = date(2025, 1, 31)

SHELLING = "Shelling/artillery/missile attack"
STRIKE = "Air/drone strike"


def read(text: str, analyser: Analyser) -> tuple[tuple[EventMention, str | None], ...]:
    """Return the events of a text, each with the words for its place; their offsets index the text."""
    analysis = analyser.analyse(Document(text, FRIDAY))
    for event in analysis.event_mentions:
        for span in (event.trigger, event.sentence):
            assert text[span.start : span.end] == span.text
        assert event.sentence.start <= event.trigger.start < event.trigger.end <= event.sentence.end
    return tuple(
        (event, analysis.resolutions[event.place].mention.text if event.place is not None else None)
        for event in analysis.event_mentions
    )


def events(text: str, analyser: Analyser) -> list[tuple[str, str | None]]:
    """Return type and place of each event."""
    return [(event.sub_event_type, place) for event, place in read(text, analyser)]


# --------------------------------------------------------------------------- where


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Shells fell on Toretsk.", [(SHELLING, "Toretsk")], id="the one named"),
        pytest.param(
            "Drones hit Odesa while missiles fell on Kharkiv.",
            [(STRIKE, "Odesa"), (SHELLING, "Kharkiv")],
            id="each in its clause",
        ),
        pytest.param(
            "Shells fell on Toretsk, Chasiv Yar and Kupiansk.",
            [(SHELLING, "Toretsk"), (SHELLING, "Chasiv Yar"), (SHELLING, "Kupiansk")],
            id="a list is several events",
        ),
        pytest.param(
            "Shells fell on the villages of Zrubokivka and Hnatkivka.",
            [(SHELLING, "Zrubokivka"), (SHELLING, "Hnatkivka")],
            id="villages that the gazetteer lacks",
        ),
        pytest.param(
            "Shells fell on Sudzha in the Kursk region.", [(SHELLING, "Sudzha")], id="not its region"
        ),
        pytest.param("In Ukraine shells fell on Toretsk.", [(SHELLING, "Toretsk")], id="not the country"),
        pytest.param(
            "Shells fell on Lyptsi, a village near Kharkiv.", [(SHELLING, "Lyptsi")], id="not beside it"
        ),
        pytest.param(
            "Trains stopped at Toretsk, which was shelled.", [(SHELLING, "Toretsk")], id="relative clause"
        ),
        pytest.param(
            "Trains ran late in Kharkiv. Rockets hit a depot.",
            [(SHELLING, "Kharkiv")],
            id="carried over from the sentence before",
        ),
        pytest.param(
            "Rockets hit Kharkiv. Buses ran. A drone hit the depot.",
            [(SHELLING, "Kharkiv"), (STRIKE, "Kharkiv")],
            id="carried over a sentence",
        ),
        pytest.param(
            "Shells fell on Toretsk. In Engels a depot still burned. Drones had hit its tanks.",
            [(SHELLING, "Toretsk"), (STRIKE, "Engels")],
            id="not carried over a move to another town",
        ),
        pytest.param(
            "Shells fell on Toretsk. The minister was in Paris. Drones had hit its tanks.",
            [(SHELLING, "Toretsk"), (STRIKE, None)],
            id="a capital where people are is no place of events",
        ),
        pytest.param("Rockets hit elsewhere in the hills.", [(SHELLING, None)], id="elsewhere is nowhere"),
        pytest.param("Rockets hit a depot.", [(SHELLING, None)], id="no place"),
        pytest.param("Moscow said rockets had hit a depot.", [(SHELLING, None)], id="never the speaker"),
        pytest.param(
            "Moscow said rockets had hit Odesa.", [(SHELLING, "Odesa")], id="the place and not the speaker"
        ),
        pytest.param("The Kyiv Brigade shelled a depot.", [(SHELLING, None)], id="never a unit's name"),
        pytest.param("Ukrainian guns shelled a depot.", [(SHELLING, None)], id="never a people"),
        pytest.param(
            "Rockets launched from Belgorod hit Kharkiv.",
            [(SHELLING, "Kharkiv")],
            id="never where it came from",
        ),
        pytest.param(
            "Missiles fired from the Black Sea hit a depot.",
            [(SHELLING, None)],
            id="not even as the only place",
        ),
        pytest.param(
            "KYIV, Jan. 30 (Example Wire) — Rockets hit Odesa.", [(SHELLING, "Odesa")], id="not the dateline"
        ),
        pytest.param(
            "KYIV, Jan. 30 (Example Wire) — Rockets hit a depot.",
            [(SHELLING, "KYIV")],
            id="the dateline where nothing else is named",
        ),
    ],
)
def test_an_event_lies_where_its_sentence_puts_it(
    text: str, expected: list[tuple[str, str | None]], analyser: Analyser
) -> None:
    assert events(text, analyser) == expected


# --------------------------------------------------------------------------- who


@pytest.mark.parametrize(
    ("text", "actor", "target"),
    [
        pytest.param(
            "Russian guns shelled Kupiansk.",
            "Military Forces of Russia",
            "Military Forces of Ukraine",
            id="active, enemy understood",
        ),
        pytest.param(
            "Kupiansk was shelled by Russian guns.",
            "Military Forces of Russia",
            "Military Forces of Ukraine",
            id="passive",
        ),
        pytest.param(
            "Russian missiles were fired at Kupiansk.",
            "Military Forces of Russia",
            "Military Forces of Ukraine",
            id="passive, whose weapon",
        ),
        pytest.param(
            "The shelling of Kupiansk by Russian guns went on.",
            "Military Forces of Russia",
            "Military Forces of Ukraine",
            id="noun and by",
        ),
        pytest.param(
            "The withdrawal of Wagner fighters from Bakhmut began.", "Wagner Group", None, id="noun and of"
        ),
        pytest.param(
            "Houthi boats attacked Eritrea.", "Houthis", "Military Forces of Eritrea", id="target named"
        ),
        pytest.param(
            "The RSF shelled a hospital in El Fasher.",
            "Rapid Support Forces (RSF)",
            "Civilians",
            id="civilians",
        ),
        pytest.param(
            "Police arrested ten people in Tbilisi.", "Police Forces of Georgia", "Civilians", id="police"
        ),
        pytest.param("Rioters burned tyres in Tbilisi.", "Rioters", None, id="the trigger names them"),
        pytest.param(
            "Ukraine said Russian drones had hit Odesa.",
            "Military Forces of Russia",
            "Military Forces of Ukraine",
            id="not the speaker",
        ),
        pytest.param("Ukraine said drones had hit Odesa.", None, None, id="nobody named but the speaker"),
        pytest.param(
            "Moscow said its rockets had hit Odesa.",
            "Military Forces of Russia",
            "Military Forces of Ukraine",
            id="the speaker about its own",
        ),
        pytest.param(
            "The Russian military announced the capture of Toretsk.",
            "Military Forces of Russia",
            "Military Forces of Ukraine",
            id="the speaker about its success",
        ),
        pytest.param(
            "Ukraine held talks in Vienna.", "Government of Ukraine", None, id="a meeting has no enemy"
        ),
        pytest.param("Shells fell on Toretsk.", None, None, id="nobody named"),
    ],
)
def test_who_acts_is_told_by_voice_and_order(
    text: str, actor: str | None, target: str | None, analyser: Analyser
) -> None:
    ((event, _),) = read(text, analyser)
    assert (event.actor, event.target) == (actor, target)


def test_an_event_is_less_sure_where_only_the_sentence_before_names_its_place(analyser: Analyser) -> None:
    [named, _], [carried, _] = read("Shells fell on Toretsk. Drones also hit a depot.", analyser)
    assert named.place == carried.place
    assert carried.confidence < named.confidence


def test_one_who_acted_before_goes_on_acting(analyser: Analyser) -> None:
    told = read("Russian troops captured Toretsk. They then shelled Kupiansk.", analyser)
    assert [event.actor for event, _ in told] == ["Military Forces of Russia"] * 2


def test_a_passive_is_not_carried_over(analyser: Analyser) -> None:
    told = read("Rebels raided Goma. Later Bukavu was shelled.", analyser)
    assert [event.actor for event, _ in told] == ["Unidentified Armed Group", None]


# --------------------------------------------------------------------------- when


@pytest.mark.parametrize(
    ("text", "days"),
    [
        pytest.param("Shells fell on Toretsk on Tuesday.", [("2025-01-28", 1)], id="in its sentence"),
        pytest.param(
            "On Tuesday rockets hit Odesa, and on Wednesday drones hit Kharkiv.",
            [("2025-01-28", 1), ("2025-01-29", 1)],
            id="each in its clause",
        ),
        pytest.param(
            "On Tuesday rockets hit Odesa. Drones hit Kharkiv.",
            [("2025-01-28", 1), ("2025-01-28", 1)],
            id="carried over",
        ),
        pytest.param("Shells fell on Toretsk.", [("2025-01-31", 2)], id="the day of the news, give or take"),
        pytest.param(
            "KYIV, Jan. 30 (Example Wire) — Rockets hit Odesa.", [("2025-01-31", 2)], id="not the dateline's"
        ),
    ],
)
def test_an_event_is_dated_by_the_words_nearest_to_it(
    text: str, days: list[tuple[str, int]], analyser: Analyser
) -> None:
    told = [event.when for event, _ in read(text, analyser)]
    assert [(str(when.end), when.precision) for when in told if when] == days


def test_without_a_publication_date_an_event_without_a_full_date_has_none(analyser: Analyser) -> None:
    text = "On Tuesday shells fell on Toretsk. Drones hit Odesa."
    assert [event.when for event in analyser.analyse(Document(text)).event_mentions] == [None, None]


# --------------------------------------------------------------------------- deaths


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Shells hit Kherson, killing two.", [Toll(2, 2, 2)], id="in its sentence"),
        pytest.param(
            "Rockets hit Kharkiv. Two guards were killed.", [Toll(2, 2, 2)], id="in the sentence after"
        ),
        pytest.param("Rockets hit Kharkiv. Two guards were hurt.", [None], id="not stated"),
        pytest.param("Drones hit Odesa, and no casualties were reported.", [Toll(0, 0, 0)], id="none"),
        pytest.param(
            "Two people were killed in Kherson when Russian shells hit a bus.",
            [Toll(2, 2, 2)],
            id="killed by what is told",
        ),
        pytest.param(
            "Nine soldiers were killed. Envoys of Kenya and Sudan met.", [None], id="not of a meeting"
        ),
    ],
)
def test_deaths_belong_to_the_event_that_caused_them(
    text: str, expected: list[Toll | None], analyser: Analyser
) -> None:
    last = [event.fatalities for event, _ in read(text, analyser)][-len(expected) :]
    assert last == expected


# --------------------------------------------------------------------------- what is none


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("We use cookies to learn where troops attacked Kharkiv.", id="cookie banner"),
        pytest.param("Subscribe now: rockets hit Kharkiv.", id="subscription"),
        pytest.param("Snow fell on Kharkiv.", id="weather"),
        pytest.param("The captured men sang in Odesa.", id="participle"),
        pytest.param("Rebels captured nine soldiers in Goma.", id="men and not ground"),
        pytest.param("The talks on Friday were dull.", id="talks of nobody"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_is_no_event_makes_none(text: str, analyser: Analyser) -> None:
    assert events(text, analyser) == []


def test_a_headline_only_says_again_what_the_text_says(analyser: Analyser) -> None:
    text = "Drones Hit Odesa Port\n\nDrones hit the port of Odesa at noon."
    ((event, _),) = read(text, analyser)
    assert event.sentence.text == "Drones hit the port of Odesa at noon."


def test_a_headline_alone_is_read(analyser: Analyser) -> None:
    assert events("Drones Hit Odesa Port At Dawn", analyser) == [(STRIKE, "Odesa Port")]


def test_a_noun_that_only_refers_back_is_not_told_again(analyser: Analyser) -> None:
    text = "Kenya deployed police in Port-au-Prince. Their deployment was slow."
    assert events(text, analyser) == [("Troop movement", "Port-au-Prince")]


def test_events_of_other_stances_are_kept_with_their_stance(analyser: Analyser) -> None:
    text = "Rockets hit Kharkiv. Odesa was not shelled. Russia plans to attack Sumy."
    stances = [event.stance for event, _ in read(text, analyser)]
    assert stances == [Stance.REPORTED, Stance.NEGATED, Stance.PLANNED]


# --------------------------------------------------------------------------- texts out of the ordinary


def test_a_headline_without_a_verb_tells_its_event_where_there_is_no_more(analyser: Analyser) -> None:
    ((event, place),) = read("Rocket attack on market in Kramatorsk, three dead", analyser)
    assert (event.sub_event_type, place) == (SHELLING, "Kramatorsk")
    assert event.fatalities == Toll(3, 3, 3)


def test_each_item_of_a_list_with_semicolons_has_its_own_place_and_toll(analyser: Analyser) -> None:
    text = "Overnight: shells hit Nikopol, two dead; drones struck Odesa, one dead; Izium was quiet."
    found = [
        (event.sub_event_type, place, event.fatalities.best if event.fatalities else None)
        for event, place in read(text, analyser)
        if event.stance is Stance.REPORTED
    ]
    assert found == [(SHELLING, "Nikopol", 2), (STRIKE, "Odesa", 1)]


def test_quotations_within_quotations_are_read(analyser: Analyser) -> None:
    text = "“My neighbour told me ‘shells hit the school in Kupiansk’ and then we ran,” said Olha, 61."
    assert events(text, analyser) == [(SHELLING, "Kupiansk")]


def test_a_publication_date_still_to_come_leaves_relative_dates_open(analyser: Analyser) -> None:
    ahead = date.today() + timedelta(days=400)
    (event,) = analyser.analyse(Document("Shells hit Kupiansk on Tuesday.", ahead)).event_mentions
    assert event.when is None


def test_a_sum_is_one_event_with_a_count(analyser: Analyser) -> None:
    text = "There were 97 clashes along the front on Friday, 34 of them near Pokrovsk."
    found = analyser.analyse(Document(text, FRIDAY)).event_mentions
    assert len(found) <= 2
    assert found[0].count == 97


def test_numbers_that_contradict_each_other_give_a_range(analyser: Analyser) -> None:
    text = (
        "Shells killed five people in Kupiansk on Friday, police said. "
        "Doctors said shells killed seven people in Kupiansk on Friday."
    )
    (event,) = analyser.analyse(Document(text, FRIDAY)).events
    assert event.fatalities is not None
    assert (event.fatalities.low, event.fatalities.high) == (5, 7)


def test_the_only_thing_that_a_short_text_may_tell_counts_with_the_confidence_that_it_has() -> None:
    doc = load_language().parse(
        "Men came to the house of the teacher and nobody has seen her since that night."
    )
    (sentence,) = doc.sents
    kind = load_ontology().types["Abduction/forced disappearance"]
    unsure = Detected(Trigger(1, 2, kind, "learnt"), ACCEPTED_IF_SHORT, {}, clear=True)
    weaker = replace(unsure, trigger=Trigger(9, 10, kind, "learnt"), probability=ACCEPTED_IF_SHORT - 0.01)
    assert not unsure.accepted
    first, second = surest([[unsure, weaker]], len(sentence))[0]
    assert (first.accepted, second.accepted) == (True, False)
    assert first.probability == ACCEPTED_IF_SHORT
    assert not any(one.accepted for one in surest([[unsure]], LEAST_WORDS - 1)[0])
    assert not any(one.accepted for one in surest([[unsure], *[[]] * SHORT], 60)[0])
    certain = replace(unsure, probability=0.9)
    assert [one.accepted for one in surest([[certain, unsure]], 60)[0]] == [True, False]

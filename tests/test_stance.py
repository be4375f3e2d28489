"""Stance: who vouches for an event, and which words only seem to deny or plan one."""

from __future__ import annotations

from datetime import date

import pytest

from domain import Document, EventMention, Stance
from pipeline import Analyser

FRIDAY = date(2025, 1, 31)


def only(text: str, analyser: Analyser, published: date | None = FRIDAY) -> EventMention:
    """Return the one event that a text tells of."""
    (mention,) = analyser.analyse(Document(text, published)).event_mentions
    return mention


@pytest.mark.parametrize(
    ("text", "stance", "claimed_by"),
    [
        pytest.param("Russian guns shelled Kupiansk.", Stance.REPORTED, None, id="the writer says it"),
        pytest.param("Guns shelled Kupiansk, a driver said.", Stance.REPORTED, None, id="a witness"),
        pytest.param(
            "Ukraine said Russian drones had hit Odesa.",
            Stance.REPORTED,
            None,
            id="a side on what it suffered",
        ),
        pytest.param(
            "Russia claimed it had captured Toretsk.", Stance.CLAIMED, "Russia", id="own gain, claimed"
        ),
        pytest.param(
            "The Russian military announced the capture of Toretsk.",
            Stance.CLAIMED,
            "Russia",
            id="own gain, announced",
        ),
        pytest.param(
            "Ukraine said its men had recaptured Robotyne.",
            Stance.CLAIMED,
            "Ukraine",
            id="own gain, only said",
        ),
        pytest.param(
            "Kyiv accused Russia of shelling a market in Kherson.", Stance.CLAIMED, "Ukraine", id="accusation"
        ),
        pytest.param(
            "Russia pulled back from Kherson, Ukraine claimed.",
            Stance.CLAIMED,
            "Ukraine",
            id="speaker at the end",
        ),
        pytest.param("Drones reportedly hit Odesa.", Stance.CLAIMED, None, id="hearsay"),
        pytest.param(
            "Ukraine confirmed that Russian troops had entered Toretsk.",
            Stance.CONFIRMED,
            None,
            id="admitted",
        ),
        pytest.param(
            "Monitors confirmed that Kherson had been shelled.",
            Stance.CONFIRMED,
            None,
            id="confirmed by others",
        ),
        pytest.param("Moscow denied that its jets had bombed Kherson.", Stance.DENIED, None, id="denied"),
        pytest.param("Russia plans to attack Kharkiv.", Stance.PLANNED, None, id="planned"),
        pytest.param("A general vowed to recapture Toretsk.", Stance.PLANNED, None, id="vowed"),
        pytest.param("Russian troops may attack Kharkiv.", Stance.PLANNED, None, id="may"),
        pytest.param("In 2014 Russian troops seized Simferopol.", Stance.HISTORICAL, None, id="years before"),
        pytest.param(
            "Robotyne was shelled in November 2022.", Stance.HISTORICAL, None, id="a month long past"
        ),
        pytest.param(
            "At the start of the war rockets hit Kramatorsk.",
            Stance.HISTORICAL,
            None,
            id="background without a date",
        ),
        pytest.param("Odesa was not shelled on Monday.", Stance.NEGATED, None, id="not"),
        pytest.param("No shelling was reported in Kharkiv.", Stance.NEGATED, None, id="no"),
        pytest.param("Kharkiv has so far avoided ground combat.", Stance.NEGATED, None, id="avoided"),
        pytest.param("Russian forces failed to capture Toretsk.", Stance.NEGATED, None, id="failed to"),
    ],
)
def test_a_sentence_says_who_vouches_for_its_event(
    text: str, stance: Stance, claimed_by: str | None, analyser: Analyser
) -> None:
    mention = only(text, analyser)
    assert (mention.stance, mention.claimed_by) == (stance, claimed_by)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Drones hit not only Odesa.", id="not only"),
        pytest.param("Drones hit Odesa and no casualties were reported.", id="no casualties"),
        pytest.param("Drones hit Odesa without casualties.", id="without casualties"),
        pytest.param("No fewer than ten drones hit Odesa.", id="no fewer than"),
        pytest.param("It was not immediately known why drones hit Odesa.", id="not known"),
        pytest.param("The shelling of Odesa did not stop.", id="did not stop"),
    ],
)
def test_not_and_no_do_not_always_negate(text: str, analyser: Analyser) -> None:
    assert only(text, analyser).stance is Stance.REPORTED


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Somalia declared a state of emergency in Mogadishu.", id="declared, which is the deed"),
        pytest.param(
            "Vigilantes beat two suspected spies to death in Cabaret.", id="suspected, an adjective"
        ),
        pytest.param("Gunmen abducted nine farmers in Zamfara state.", id="state, a noun"),
    ],
)
def test_a_word_of_speech_that_says_nothing_claims_nothing(text: str, analyser: Analyser) -> None:
    mention = only(text, analyser)
    assert (mention.stance, mention.claimed_by) == (Stance.REPORTED, None)
    assert mention.actor is not None


def test_a_plan_has_no_date(analyser: Analyser) -> None:
    assert only("Russia said on Monday that it plans to attack Kharkiv.", analyser).when is None


@pytest.mark.parametrize(
    ("text", "stance"),
    [
        pytest.param("On 2 January rockets hit Odesa.", Stance.REPORTED, id="this month"),
        pytest.param("On 2 December rockets hit Odesa.", Stance.HISTORICAL, id="before last month"),
    ],
)
def test_what_is_older_than_a_month_is_background(text: str, stance: Stance, analyser: Analyser) -> None:
    assert only(text, analyser).stance is stance


def test_without_a_publication_date_nothing_is_background_by_its_date(analyser: Analyser) -> None:
    assert only("On 2 December rockets hit Odesa.", analyser, None).stance is Stance.REPORTED

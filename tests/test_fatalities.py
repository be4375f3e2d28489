"""Deaths as sentences state them: how many people, and how sure the text is."""

from __future__ import annotations

import pytest

from domain import Toll
from extract.fatalities import read_fatalities


@pytest.mark.parametrize(
    ("text", "killed"),
    [
        pytest.param("A shell killed three people.", 3, id="active"),
        pytest.param("Two guards were killed at the gate.", 2, id="passive"),
        pytest.param("The blast tore through a café, killing 14.", 14, id="participle"),
        pytest.param("Seven miners died underground.", 7, id="died"),
        pytest.param("Gunmen shot dead two brothers.", 2, id="shot dead"),
        pytest.param("2,300 people lost their lives.", 2300, id="thousands"),
        pytest.param("About a dozen fighters were killed.", 12, id="dozen"),
        pytest.param("The raid left two dead and five injured.", 2, id="left dead"),
        pytest.param("The death toll from the flood rose to 41.", 41, id="toll"),
        pytest.param("Divers found six bodies.", 6, id="bodies"),
        pytest.param("Nearly 30 deaths were recorded.", 30, id="deaths"),
        pytest.param("A 54-year-old man was killed.", 1, id="one, with an age"),
        pytest.param("The blast killed a woman and wounded two.", 1, id="one, and wounded"),
        pytest.param("The shell killed a couple in their kitchen.", 2, id="couple"),
        pytest.param("Three horses and a farmer were killed.", 1, id="animals beside a man"),
        pytest.param("The shell killed three and nine were wounded.", 3, id="numbers joined by and"),
        pytest.param("Four were killed and nine wounded.", 4, id="killed and wounded"),
    ],
)
def test_deaths_are_counted(text: str, killed: int) -> None:
    assert read_fatalities(text) == Toll(killed, killed, killed)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("At least four civilians were killed.", Toll(4, 4, None), id="at least"),
        pytest.param("More than a hundred people died.", Toll(100, 100, None), id="more than"),
        pytest.param("The army killed over 200 militants.", Toll(200, 200, None), id="over"),
        pytest.param("No fewer than nine people were killed.", Toll(9, 9, None), id="no fewer than"),
        pytest.param("Up to 20 soldiers died.", Toll(None, 20, 20), id="up to"),
        pytest.param("As many as 12 were killed.", Toll(12, 12, 12), id="as many as"),
    ],
)
def test_a_hedge_leaves_one_side_open(text: str, expected: Toll) -> None:
    assert read_fatalities(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "No casualties were reported.",
        "There were no immediate reports of casualties.",
        "The roof burned without casualties.",
        "Nobody was hurt.",
        "No one died.",
        "None of the five guards was killed.",
        "The shell killed no one.",
        "In 2024 such shells killed nobody.",
    ],
)
def test_deaths_that_are_ruled_out_are_none_and_not_unknown(text: str) -> None:
    assert read_fatalities(text) == Toll(0, 0, 0)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("The depot burned all night.", id="silent"),
        pytest.param("Five people were wounded.", id="wounded"),
        pytest.param("Hundreds were killed.", id="no number"),
        pytest.param("Two cows were killed.", id="animals"),
        pytest.param("The shelling killed twelve cows.", id="animals, active"),
        pytest.param("The shelling killed twelve dairy cows.", id="animals with an adjective"),
        pytest.param("Seven sheep died in the fire.", id="animals that died"),
        pytest.param("The raid left five villages without power.", id="things"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_states_no_deaths_is_silent(text: str) -> None:
    assert read_fatalities(text) is None

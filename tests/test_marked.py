"""Marked sentences: how their lines are read, and that all of the project's own can be."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from domain import BadData, Stance
from lab.event_scores import own_reports
from lab.marked import FOLDER, HELD_OUT, MarkedEvent, parse_marked, read_marked
from ontology import load_ontology

SHELLING = "Shelling/artillery/missile attack"


@pytest.mark.parametrize(
    ("line", "text", "events"),
    [
        pytest.param(
            "Guns {shelled} Afrin.",
            "Guns shelled Afrin.",
            [("shelled", SHELLING, Stance.REPORTED)],
            id="plain",
        ),
        pytest.param(
            "They deny having {shelled|denied} it.",
            "They deny having shelled it.",
            [("shelled", SHELLING, Stance.DENIED)],
            id="a stance",
        ),
        pytest.param(
            "Men {clashed|clash} there.",
            "Men clashed there.",
            [("clashed", "Armed clash", Stance.REPORTED)],
            id="a type",
        ),
        pytest.param(
            "They will {march|peaceful|planned} where guns {fired}.",
            "They will march where guns fired.",
            [("march", "Peaceful protest", Stance.PLANNED), ("fired", SHELLING, Stance.REPORTED)],
            id="type and stance, two events",
        ),
        pytest.param("It rained in Afrin.", "It rained in Afrin.", [], id="nothing marked"),
    ],
)
def test_a_line_is_a_text_with_its_events(
    line: str, text: str, events: list[tuple[str, str, Stance]]
) -> None:
    example = parse_marked(line, "shelling")
    assert example.text == text
    assert [(text[e.start : e.end], e.kind, e.stance) for e in example.events] == events


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        pytest.param("Guns {shelled Afrin.", "braces", id="a brace left open"),
        pytest.param("Guns {} Afrin.", "braces", id="nothing in braces"),
        pytest.param("", "no text", id="empty"),
        pytest.param("Men {sang|music} there.", "'music' is the code of no event type", id="no type"),
    ],
)
def test_what_does_not_fit_is_refused_with_file_and_line(line: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "shelling.txt").write_text(f"Guns {{shelled}} Afrin.\n{line}\n", encoding="utf-8")
    with pytest.raises(BadData, match=r"shelling\.txt, line 2: ") as refused:
        read_marked(tmp_path)
    assert reason in str(refused.value)


def test_the_projects_own_examples_cover_every_type_and_stance() -> None:
    examples = read_marked()
    kinds = Counter(event.kind for example in examples for event in example.events)
    stances = Counter(event.stance for example in examples for event in example.events)
    assert kinds.keys() == load_ontology().types.keys()
    assert min(kinds.values()) >= 200
    assert stances.keys() == set(Stance)
    assert sum(not example.events for example in examples) >= 500


def test_a_tenth_is_held_out_whatever_the_order_of_the_files() -> None:
    examples = read_marked()
    held_out = [example for example in examples if example.held_out]
    assert len(held_out) == pytest.approx(len(examples) / HELD_OUT, rel=0.15)
    assert (
        parse_marked("Guns {shelled} Afrin.", "shelling").held_out
        == parse_marked("Guns {shelled|denied} Afrin.", "shelling").held_out
    )


def test_every_file_of_examples_is_named_after_a_type_or_documented() -> None:
    codes = {kind.code for kind in load_ontology().types.values()}
    documented = (FOLDER / "README.md").read_text(encoding="utf-8")
    for path in FOLDER.glob("*.txt"):
        assert path.stem in codes or f"`{path.name}`" in documented


def test_the_own_reports_have_their_events_to_the_letter() -> None:
    reports = [*own_reports(tuned_on=True), *own_reports(tuned_on=False)]
    types = load_ontology().types
    assert len(reports) == 60
    assert len({gold["id"] for _, gold in reports}) == 60
    for document, gold in reports:
        for event in gold["events"]:
            assert event["trigger"] in document.text
            assert event["place"] is None or event["place"] in document.text
            assert types[event["type"]].family == event["family"]
            assert Stance(event["stance"])


def test_events_are_in_order_and_index_their_text() -> None:
    for example in read_marked():
        assert [event.start for event in example.events] == sorted(event.start for event in example.events)
        for event in example.events:
            assert isinstance(event, MarkedEvent)
            assert example.text[event.start : event.end].strip()

"""``flask events``: what it prints, what it changes, and the one line in which it says no."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from domain import DateRange, Event, Stance, Store, Toll
from tests.store_samples import DAY, analysis, document, event, report
from tests.test_cli import refused
from web.services import EXTENSION

Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask) -> Run:
    """Run a command of the group over an empty store."""

    def invoke(*args: object, **options: Any) -> Result:
        return app.test_cli_runner().invoke(args=["events", *(str(arg) for arg in args)], **options)

    return invoke


@pytest.fixture
def store(app: Flask) -> Store:
    """The store of the commands."""
    found: Store = app.extensions[EXTENSION].store
    return found


@pytest.fixture
def kept(store: Store) -> list[Event]:
    """Three events of days apart, that no rule makes one."""
    made = []
    for number in range(3):
        day = DAY + timedelta(days=7 * number)
        told = document(number, date=day)
        sentence = report(told, stance=Stance.CLAIMED, claimed_by="Russia", fatalities=Toll(3, 3, 3))
        claim = event(
            told, f"{number}", when=DateRange(day, day, 1), reports=(sentence,), stance=Stance.CLAIMED,
            claimed_by="Russia", fatalities=Toll(3, 3, 3 + number), weapon="drone", count=4,
        )  # fmt: skip
        assert store.add(analysis(told, claim))
        made.append(claim)
    return made


def test_an_event_is_shown_as_each_report_tells_it(run: Run, kept: list[Event]) -> None:
    first, second, _ = kept
    run("merge", second.id, first.id)
    told = run("show", second.id)
    assert told.exit_code == 0
    lines = told.stdout.splitlines()
    assert lines[0].startswith(f"{first.id}  Claimed by Russia: 4 × Shelling")
    assert "Pokrovsk" in lines[0] and "(2 reports)" in lines[0]
    assert "3 killed (reports differ: 3 to 4)" in lines[1] and "weapon: drone" in lines[1]
    assert [line.split()[0] for line in lines if line.startswith("  ") and "×" in line] == [
        first.id,
        second.id,
    ]
    assert "    2025-01-17 Sitmap Wire: Claimed by Russia, 3 killed: Report 1." in told.stdout


def test_merging_is_undone_by_splitting(run: Run, store: Store, kept: list[Event]) -> None:
    first, second, third = kept
    assert run("merge", third.id, second.id).stdout.startswith(second.id)
    assert run("merge", second.id, first.id).stdout.startswith(first.id)
    assert store.totals()["events"] == 1

    away, left = run("split", second.id).stdout.splitlines()
    assert away.startswith(second.id) and "(2 reports)" in away
    assert left.startswith(first.id) and "(1 report)" in left
    run("split", third.id)
    assert [store.event(each.id) for each in kept] == kept


@pytest.mark.parametrize(
    ("args", "why"),
    [
        (("show", "no-such-id"), "event: no event 'no-such-id'"),
        (("split", "no-such-id"), "event: no event 'no-such-id'"),
        (("merge", "no-such-id", "nor-this"), "event: no event 'no-such-id'"),
    ],
)
def test_an_unknown_id_is_refused_in_one_line(run: Run, args: tuple[str, ...], why: str) -> None:
    assert refused(run(*args)) == why


def test_what_makes_no_sense_is_refused_in_one_line(run: Run, kept: list[Event]) -> None:
    first = kept[0].id
    assert "are one event already" in refused(run("merge", first, first))
    assert "nothing to split" in refused(run("split", first))


# --------------------------------------------------------------------------- how a report is read


def test_explain_shows_what_was_found_in_each_sentence_and_what_was_not(run: Run, tmp_path: Path) -> None:
    text = (
        "Russia claimed on Friday it had captured Toretsk. Four people were killed by shells in Kupiansk.\n"
        "The bakery opens at six.\n"
    )
    path = tmp_path / "report.txt"
    path.write_text(text, encoding="utf-8")
    lines = run("explain", path, "--date", "2025-01-31").output.splitlines()
    first = lines.index("1. Russia claimed on Friday it had captured Toretsk.")
    assert lines[first + 1].startswith("   + captured: Non-state actor overtakes territory, ")
    assert lines[first + 1].endswith("an event, claimed")
    assert "       claimed by Russia" in lines
    assert "       when: 31 Jan 2025 (to the day)" in lines
    assert any(line.startswith("       where: Toretsk: Toretsk, ") for line in lines)
    assert "       4 killed" in lines
    last = lines.index("3. The bakery opens at six.")
    assert not any(line.startswith("   +") for line in lines[last:])


def test_explain_says_no_in_one_line_to_what_is_no_report(run: Run, tmp_path: Path) -> None:
    assert refused(run("explain", tmp_path / "none.txt"))
    empty = tmp_path / "empty.txt"
    empty.write_text(" \n", encoding="utf-8")
    assert refused(run("explain", empty))
    assert "date" in refused(run("explain", empty, "--date", "31.1.2025"))

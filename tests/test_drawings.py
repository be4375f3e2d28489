"""Drawings that take long: one at a time, the newest first, and none for those who would wait too long."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from threading import Event

import pytest

from domain import Busy, Unprocessable
from frontlines.drawings import WAITING, Drawings

SOON = 10.0
"""Seconds after which a test that hangs fails."""


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(WAITING + 4) as threads:
        yield threads


class Slow:
    """Drawings of which the first is not done before it is told to be."""

    def __init__(self, threads: ThreadPoolExecutor) -> None:
        self.drawings: Drawings[str] = Drawings()
        self.order: list[str] = []
        self._threads, self._begun, self._done = threads, Event(), Event()

    def begin(self, what: str = "first", fail: bool = False) -> Future[str]:
        """Begin a drawing that lasts until the end."""

        def draw() -> str:
            self._begun.set()
            assert self._done.wait(SOON)
            if fail:
                raise Unprocessable("spans too much")
            return self._draw(what)

        asked = self._threads.submit(self.drawings.get, what, draw)
        assert self._begun.wait(SOON)
        return asked

    def ask(self, what: str) -> Future[str]:
        """Ask for one in a thread of its own, and return when it waits or has its answer."""
        asked = self._threads.submit(self.drawings.get, what, lambda: self._draw(what))
        while not (asked.done() or self.drawings._asked(what)):
            pass
        return asked

    def end(self) -> None:
        self._done.set()

    def _draw(self, what: str) -> str:
        self.order.append(what)
        return f"{what}, drawn"


@pytest.fixture
def slow(threads: ThreadPoolExecutor) -> Iterator[Slow]:
    slow = Slow(threads)
    with ExitStack() as stack:
        stack.callback(slow.end)
        yield slow


def test_a_drawing_is_made_once_for_all_who_ask(slow: Slow) -> None:
    asked = [slow.begin(), *(slow.ask("first") for _ in range(3))]
    slow.end()
    assert {each.result(SOON) for each in asked} == {"first, drawn"}
    assert slow.order == ["first"]


def test_what_is_kept_is_had_while_another_is_drawn(slow: Slow) -> None:
    slow.drawings.get("kept", lambda: "kept, drawn")
    slow.begin()
    assert slow.ask("kept").result(SOON) == "kept, drawn"


def test_the_one_asked_for_last_is_drawn_next(slow: Slow) -> None:
    slow.begin()
    asked = [slow.ask(what) for what in ("older", "newer", "newest", "older")]
    slow.end()
    assert [each.result(SOON) for each in asked][0] == "older, drawn"
    assert slow.order == ["first", "older", "newest", "newer"]


def test_of_too_many_the_one_asked_for_first_is_refused(slow: Slow) -> None:
    slow.begin()
    asked = [slow.ask(str(number)) for number in range(WAITING + 1)]
    with pytest.raises(Busy, match="try again"):
        asked[0].result(SOON)
    slow.end()
    assert [each.result(SOON) for each in asked[1:]] == [
        f"{number}, drawn" for number in range(1, WAITING + 1)
    ]
    assert slow.ask("0").result(SOON) == "0, drawn"


def test_what_goes_wrong_is_told_to_all_who_wait_and_tried_again(slow: Slow) -> None:
    asked = [slow.begin(fail=True), slow.ask("first")]
    slow.end()
    for each in asked:
        with pytest.raises(Unprocessable):
            each.result(SOON)
    assert slow.ask("first").result(SOON) == "first, drawn"

"""Drawings that are kept, and made one at a time."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import Condition
from typing import Generic, TypeVar

from domain import Busy

KEPT = 128
"""Each takes some hundred kilobytes."""

WAITING = 3
"""How many drawings may be waited for: a server has few threads, and most of them are for others."""

T = TypeVar("T")


class Drawings(Generic[T]):
    """The drawings that were asked for last. May be shared by threads.

    A drawing takes a processor for seconds, so one is made at a time: that asked for last, for who moves a
    window of days has given up the others. Of more than ``WAITING`` the one asked for first is refused.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, T] = OrderedDict()
        self._waiting: OrderedDict[Hashable, Future[T]] = OrderedDict()
        self._drawing: tuple[Hashable, Future[T]] | None = None
        self._changed = Condition()

    def get(self, what: Hashable, draw: Callable[[], T]) -> T:
        """Return what was drawn under an equal name, once it is. Raises Busy, and what ``draw`` raises."""
        with self._changed:
            if what in self._kept:
                self._kept.move_to_end(what)
                return self._kept[what]
            asked = self._asked(what)
            drawn: Future[T] = asked or Future()
            if not asked or what in self._waiting:
                self._wait(what, drawn)
        if not asked:
            self._draw_in_turn(what, drawn, draw)
        return drawn.result()

    def _asked(self, what: Hashable) -> Future[T] | None:
        if self._drawing and self._drawing[0] == what:
            return self._drawing[1]
        return self._waiting.get(what)

    def _wait(self, what: Hashable, drawn: Future[T]) -> None:
        """Put a drawing before all others, and refuse the last of too many."""
        self._waiting[what] = drawn
        self._waiting.move_to_end(what)
        if len(self._waiting) > WAITING:
            _, refused = self._waiting.popitem(last=False)
            refused.set_exception(Busy("other days are being drawn; try again in a moment"))
            self._changed.notify_all()

    def _draw_in_turn(self, what: Hashable, drawn: Future[T], draw: Callable[[], T]) -> None:
        def turn() -> bool:
            return drawn.done() or (not self._drawing and next(reversed(self._waiting)) == what)

        with self._changed:
            self._changed.wait_for(turn)
            if drawn.done():
                return
            self._drawing = what, self._waiting.pop(what)
        try:
            drawn.set_result(draw())
        except BaseException as error:
            drawn.set_exception(error)
        with self._changed:
            self._drawing = None
            if not drawn.exception():
                self._kept[what] = drawn.result()
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            self._changed.notify_all()

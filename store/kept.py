"""Answers worth keeping: the latest of them by question, for several threads."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Kept(Generic[Answer]):
    """The answers to the ``most`` questions that were asked last."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._answers: OrderedDict[object, Answer] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, question: object, answer: Callable[[], Answer]) -> Answer:
        """Return the kept answer, or that of ``answer``, which two threads may both ask for at once.

        The question must be hashable.
        """
        with self._lock:
            if question in self._answers:
                self._answers.move_to_end(question)
                return self._answers[question]
        found = answer()
        with self._lock:
            self._answers[question] = found
            while len(self._answers) > self._most:
                self._answers.popitem(last=False)
        return found

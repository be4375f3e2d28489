"""Answers that take a while to make, kept until what is known changes."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar, cast

from flask import Response, request

MOST = 64
"""Answers kept; each takes some hundred kilobytes."""

T = TypeVar("T")


class Kept:
    """The newest answers by what was asked. May be shared by threads."""

    def __init__(self) -> None:
        self._answers: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = Lock()

    def get(self, question: Hashable, make: Callable[[], T]) -> T:
        """Return what ``make`` returned for an equal question before, or makes now.

        All that the answer depends on must be part of the question.
        """
        with self._lock:
            if question in self._answers:
                self._answers.move_to_end(question)
                return cast(T, self._answers[question])
        # Two that ask for the same at once both make it: others must not wait for them.
        answer = make()
        with self._lock:
            self._answers[question] = answer
            while len(self._answers) > MOST:
                self._answers.popitem(last=False)
        return answer

    def response(self, question: Hashable, make: Callable[[], str], mimetype: str) -> Response:
        """Return a body as ``get`` does, with its ETag; who has it already is told so, with status 304."""

        def tagged() -> tuple[bytes, str]:
            body = make().encode()
            return body, hashlib.sha256(body).hexdigest()[:24]

        body, tag = self.get(question, tagged)
        response = Response(body, mimetype=mimetype)
        response.set_etag(tag)
        response.make_conditional(request)
        return response

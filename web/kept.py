"""Answers that take a while to make, kept until what is known changes."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock

from flask import Response, request

MOST = 64
"""Answers kept; each takes some hundred kilobytes."""


class Kept:
    """The bodies of the newest answers. May be shared by threads."""

    def __init__(self) -> None:
        self._bodies: OrderedDict[Hashable, tuple[bytes, str]] = OrderedDict()
        self._lock = Lock()

    def answer(self, question: Hashable, make: Callable[[], str], mimetype: str) -> Response:
        """Return what ``make`` returned for an equal question before, or makes now, with its ETag.

        Who has that already is told so, with status 304.
        """
        with self._lock:
            found = self._bodies.get(question)
        if found is None:
            body = make().encode()
            found = body, hashlib.sha256(body).hexdigest()[:24]
        with self._lock:
            self._bodies[question] = found
            self._bodies.move_to_end(question)
            if len(self._bodies) > MOST:
                self._bodies.popitem(last=False)
        response = Response(found[0], mimetype=mimetype)
        response.set_etag(found[1])
        response.make_conditional(request)
        return response

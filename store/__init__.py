"""Where analysed reports live. `open_store` is the way in; `domain.Store` says what a store can do."""

from __future__ import annotations

from pathlib import Path

from domain import InvalidInput, Merging, Store
from store.sqlite import SqliteStore

_SQLITE = "sqlite:///"


def open_store(url: str, merging: Merging) -> Store:
    """Open the store that a URL names: ``sqlite:///PATH``; ``merging`` says which tellings are of one event.

    The path is taken as it stands, relative to the working directory or, with four slashes in all,
    absolute. Raises InvalidInput for any other URL, and what `SqliteStore` raises.
    """
    path = url.removeprefix(_SQLITE)
    if path == url or not path or "\0" in path:
        raise InvalidInput(f"{url[:80]!r} is not a store; it looks like {_SQLITE}PATH", field="store")
    return SqliteStore(Path(path), merging)

"""What the pages work with: the store, the gazetteer and the rest, each opened when first used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any, TypeVar, cast

from flask import current_app

import merging
from domain import Store
from frontlines import Record
from geo.gazetteer import Gazetteer
from geo.land import Land
from geo.regions import Regions
from ontology import Ontology, load_ontology
from store import open_store
from web.kept import Kept

if TYPE_CHECKING:
    from pipeline import Analyser

EXTENSION = "sitmap"
T = TypeVar("T")


class Services:
    """The parts behind one app, shared by its threads.

    A part that the set-up has not built yet raises NotPrepared, and is tried again the next time.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._config = config
        self._parts: dict[str, Any] = {}
        # A lock each: a page must not wait for the language model only to reach the store.
        parts = ("store", "gazetteer", "regions", "land", "record", "kept", "analyser")
        self._locks = {name: RLock() for name in parts}

    @property
    def ontology(self) -> Ontology:
        """The event types and their signs."""
        return load_ontology()

    @property
    def store(self) -> Store:
        """Documents and events."""
        return self._once("store", lambda: open_store(self._config["SITMAP_STORE"], merging))

    @property
    def gazetteer(self) -> Gazetteer:
        """Places."""
        return self._once("gazetteer", lambda: Gazetteer(Path(self._config["SITMAP_GAZETTEER"])))

    @property
    def regions(self) -> Regions:
        """Outlines of countries and first-order divisions."""
        basemap = Path(self._config["SITMAP_BASEMAP"])
        return self._once("regions", lambda: Regions(self.gazetteer, basemap))

    @property
    def land(self) -> Land:
        """The ground of countries that control is drawn on."""
        return self._once("land", lambda: Land(Path(self._config["SITMAP_LAND"])))

    @property
    def record(self) -> Record:
        """Who holds what, on any day."""
        return self._once("record", self._open_record)

    @property
    def kept(self) -> Kept:
        """Answers that were made before."""
        return self._once("kept", Kept)

    @property
    def analyser(self) -> Analyser:
        """The reader of reports; the first use loads the language model, which takes seconds."""
        return self._once("analyser", self._load_analyser)

    def close(self) -> None:
        """Close what was opened; a later use opens it anew."""
        for name in ("store", "gazetteer"):
            part = self._parts.pop(name, None)
            if part is not None:
                part.close()
        self._parts.clear()

    def _open_record(self) -> Record:
        tables = [Path(name.strip()) for name in self._config["SITMAP_CONTROL"].split(",") if name.strip()]
        return Record(self.store, self.gazetteer, self.land, tables, self.ontology)

    def _load_analyser(self) -> Analyser:
        # Imported here: it brings spaCy, and most servers never read a report themselves.
        from pipeline import Analyser

        return Analyser(self.gazetteer, self.regions, str(self._config["SITMAP_RECOGNISER"]))

    def _once(self, name: str, make: Callable[[], T]) -> T:
        with self._locks[name]:
            if name not in self._parts:
                self._parts[name] = make()
            return cast(T, self._parts[name])


def services() -> Services:
    """Return the services of the current app."""
    return cast(Services, current_app.extensions[EXTENSION])

"""What places are called in the reader's language."""

from __future__ import annotations

from functools import cache

from babel import Locale
from flask import has_request_context
from flask_babel import gettext as _

from domain import Level, Place
from web.languages import SOURCE, language, locale
from web.services import services

LOCAL_LANGUAGES = {"UA": "uk", "RU": "ru"}
"""The countries, by ISO 3166-1 alpha-2, of whose places the local names are known, and their language."""

_COUNTRY = "country:"


def name(place: Place) -> str:
    """Return the place's bare name, the gazetteer's where it is not known in the reader's language."""
    return translated(place.id) or place.name


def translated(place_id: str) -> str | None:
    """Return a place's name in the reader's language if that is not the source, ``None`` if none is known."""
    if language() == SOURCE:
        return None
    if place_id.startswith(_COUNTRY):
        return locale().territories.get(place_id.removeprefix(_COUNTRY))
    return services().gazetteer.name_in(place_id, language())


def label(place: Place) -> str:
    """Return name, division and country: "Pokrovsk, Donetsk, UA", "Покровськ, Донецька область, Україна"."""
    return _in_full(place, name(place))


def label_with_local(place: Place) -> str:
    """Return the label with what the place is called where it lies: "Pokrovsk (Покровськ), Donetsk, UA"."""
    own, local = name(place), _local(place)
    return _in_full(place, f"{own} ({local})" if local and local != own else own)


def party(name: str) -> str:
    """Return a party to a war in the reader's language where it is called as a country is."""
    return _countries(language()).get(name, name)


@cache
def _countries(code: str) -> dict[str, str]:
    """Return the countries' names in a language by those in the source."""
    names = Locale(code).territories
    return {name: names[country] for country, name in Locale(SOURCE).territories.items() if country in names}


def _in_full(place: Place, own: str) -> str:
    known = translated(place.id) is not None
    if place.level is Level.ADMIN1 and not known:
        own = _("%(name)s (region)", name=own)
    division = (translated(place.admin1_id) if place.admin1_id else None) or place.admin1
    country = locale().territories.get(place.country, "") if language() != SOURCE else place.country
    return ", ".join([own, *(part for part in (division, country) if part not in ("", own, name(place)))])


def _local(place: Place) -> str | None:
    """Return the name of a place in its own country; where that is not known, as the gazetteer has it."""
    # On the command line nobody waits for a gazetteer, and no terminal need show other letters.
    if not has_request_context() or place.level not in (Level.SETTLEMENT, Level.FACILITY):
        return None
    spoken = LOCAL_LANGUAGES.get(place.country)
    known = services().gazetteer.name_in(place.id, spoken) if spoken else None
    return known or (place.name if language() != SOURCE else None)

"""What places are called in the reader's language."""

from __future__ import annotations

import re
from functools import cache

from babel import Locale
from flask import has_request_context
from flask_babel import gettext as _
from flask_babel import pgettext

from domain import Level, Place
from geo.naming import LANGUAGES
from web.languages import N_, SOURCE, language, locale
from web.services import services

LOCAL_LANGUAGES = {"UA": "uk", "RU": "ru"}
"""The countries, by ISO 3166-1 alpha-2, of whose places the local names are known, and their language."""

NAMESAKE_KM = 10.0
"""How far a place of that name may lie from where it is said to be."""

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
    # Who reads Ukrainian can read Russian letters, and the other way round.
    for code in sorted(LANGUAGES, key=language().__ne__):
        if known := services().gazetteer.name_in(place_id, code):
            return known
    return None


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


def actor(name: str) -> str:
    """Return an actor in the reader's language if it is a state, a body of one, or a kind of people.

    Others stay as the events name them.
    """
    if name in _KINDS_OF_PEOPLE:
        return _(name)
    body = _BODIES.fullmatch(name)
    country = _countries(language()).get(body["country"]) if body else None
    match body and body["body"]:
        case "Military Forces" if country:
            return pgettext("actor", "Military Forces of %(country)s", country=country)
        case "Police Forces" if country:
            return pgettext("actor", "Police Forces of %(country)s", country=country)
        case "Government" if country:
            return pgettext("actor", "Government of %(country)s", country=country)
    return party(name)


_BODIES = re.compile("(?P<body>Military Forces|Police Forces|Government) of (?P<country>.+)")
_KINDS_OF_PEOPLE = {
    N_("Civilians"),
    N_("Protesters"),
    N_("Rioters"),
    N_("Unidentified Armed Group"),
    N_("Unidentified Communal Militia"),
    N_("Unidentified Gang"),
    N_("Unidentified Military Forces"),
    N_("Unidentified Militia"),
}


@cache
def _countries(code: str) -> dict[str, str]:
    """Return the countries' names in a language by those in the source."""
    if code == SOURCE:
        return {}
    names = Locale(code).territories
    english = {name: country for country, name in Locale(SOURCE).territories.items()}
    english |= {place.name: place.country for place in services().gazetteer.countries()}
    return {name: names[country] for name, country in english.items() if country in names}


def name_at(name: str, *, lat: float, lon: float) -> str:
    """Return what a place is called of which only the name and the position are known."""
    if language() == SOURCE:
        return name
    found = services().gazetteer.namesakes((name,), lat=lat, lon=lon, km=NAMESAKE_KM)
    return next(filter(None, (translated(place.id) for place in found)), name)


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

"""The languages of the interface: which one a request is answered in, and the texts in it.

English is the source. The others are the catalogues in ``translations``, read as they were written: there is
nothing to compile. ``CONTRIBUTING.md`` says how to bring them up to date.
"""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, Response, g, has_request_context, request
from flask_babel import Babel, Domain, get_locale

SOURCE = "en"
"""The language that the code is written in."""

LANGUAGES = {SOURCE: "English", "uk": "Українська", "ru": "Русский"}
"""The languages by their codes, each called as its speakers do."""

PARAMETER = "lang"
"""The request parameter, and the cookie, that choose the language."""

CATALOGUES = Path(__file__).parent.parent / "translations"
SCRIPTS = ("static/js/", "data/gazetteer/disputed.csv")
"""Where texts stand that scripts write."""

_SOURCE = Locale(SOURCE)
_A_YEAR = 365 * 86_400


def N_(text: str) -> str:
    """Mark a text that is translated where it is used, and return it as it is."""
    return text


def register(app: Flask) -> None:
    """Make ``app`` answer in the reader's language: that of the parameter, the cookie, or the browser."""
    Babel(app, locale_selector=_chosen).domain_instance = _Catalogues()
    app.add_template_global(language, "language")
    app.jinja_env.globals["languages"] = LANGUAGES
    app.add_template_global(script_texts, "script_texts")
    app.after_request(_remember)


def language() -> str:
    """Return the code of the language of this request; the source outside of one."""
    return (get_locale() or _SOURCE).language


def locale() -> Locale:
    """Return how the language of this request writes numbers, dates and countries."""
    return get_locale() or _SOURCE


def script_texts() -> dict[str, str | list[str]]:
    """Return the texts that scripts use, by the English one: translated, or in all forms of the plural."""
    return _script_texts(language())


def _chosen() -> str:
    if not has_request_context():
        return SOURCE
    g.chose_language = True
    for named in (request.args.get(PARAMETER), request.cookies.get(PARAMETER)):
        if named in LANGUAGES:
            return named
    return request.accept_languages.best_match(LANGUAGES) or SOURCE


def _remember(response: Response) -> Response:
    """Keep for the next pages what the address of this one chose. What has words differs by who asks."""
    if "chose_language" in g:
        response.vary.update(("Cookie", "Accept-Language"))
    chosen = request.args.get(PARAMETER)
    # Scripts ask in the language of their page, which may be another one than that of the newest page.
    if chosen in LANGUAGES and response.mimetype == "text/html":
        response.set_cookie(PARAMETER, chosen, max_age=_A_YEAR, samesite="Lax", secure=request.is_secure)
    return response


class _Catalogues(Domain):
    """Hands out the texts of our own catalogues."""

    def get_translations(self) -> NullTranslations:
        """Return the texts in the language of this request."""
        return _translations(language())


@cache
def catalogue(code: str) -> Catalog:
    """Return the catalogue of a language other than the source."""
    with (CATALOGUES / code / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=code, abort_invalid=True)


@cache
def _translations(code: str) -> NullTranslations:
    if code == SOURCE:
        return NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, catalogue(code))
    compiled.seek(0)
    return Translations(compiled)


@cache
def _script_texts(code: str) -> dict[str, str | list[str]]:
    if code == SOURCE:
        return {}
    texts: dict[str, str | list[str]] = {}
    for message in catalogue(code):
        if any(file.startswith(SCRIPTS) for file, _ in message.locations):
            source = message.id if isinstance(message.id, str) else message.id[0]
            texts[source] = message.string if isinstance(message.string, str) else list(message.string or ())
    return texts

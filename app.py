"""The web application: settings, safety and error pages. ``python app.py`` prepares and serves it."""

from __future__ import annotations

import argparse
import errno
import json
import os
import re
import secrets
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Flask, Response, current_app, g, make_response, render_template, request
from flask_babel import gettext as _
from flask_compress import Compress
from flask_wtf.csrf import CSRFError, CSRFProtect
from waitress.server import create_server
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, SecurityError

import cli
from domain import InvalidInput, SitmapError, TooLarge
from web import (
    assets,
    control,
    control_page,
    evidence,
    features,
    feed,
    languages,
    mistakes,
    naming,
    pages,
    share,
    tables,
    view,
    wording,
)
from web.geojson import GEOJSON
from web.languages import N_
from web.services import EXTENSION, Services

ROOT = Path(__file__).parent
PREFIX = "SITMAP_"
_TILE_TEMPLATE = re.compile(r"https?://(\{s\}\.)?[A-Za-z0-9.-]+(:\d+)?/[^\s;,\"'<>]*")


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting: its key in the app's configuration, its default, and what it does.

    The environment sets it under the same name, with ``SITMAP_`` before it where the name has not.
    ``<instance>`` and ``<root>`` stand for the instance folder and the project's.
    """

    name: str
    default: str | int | tuple[str, ...]
    help: str

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return self.name if self.name.startswith(PREFIX) else PREFIX + self.name

    def read(self, text: str) -> str | int | tuple[str, ...]:
        """Return the value that an environment variable's text means. Raises InvalidInput."""
        if isinstance(self.default, int):
            if not (text.isascii() and text.isdigit()):
                raise InvalidInput(f"{text!r} is not a whole number", field=self.variable)
            return int(text)
        if isinstance(self.default, tuple):
            return tuple(part.strip() for part in text.split(",") if part.strip())
        return text


SETTINGS = (
    Setting("SITMAP_INSTANCE", "<root>/instance", "folder of everything that a run builds or keeps"),
    Setting("SITMAP_STORE", "sqlite:///<instance>/events.db", "where documents and events live"),
    Setting("SITMAP_GAZETTEER", "<instance>/gazetteer.db", "the gazetteer's file"),
    Setting("SITMAP_BASEMAP", "<instance>/basemap.json", "country outlines as GeoJSON"),
    Setting("SITMAP_LAND", "<instance>/land.fgb", "the ground of countries, finer, that control is drawn on"),
    Setting(
        "SITMAP_CONTROL",
        "<root>/data/control_2024.csv,<root>/data/control.csv,<root>/data/kursk.csv",
        "CSV files of who held which place when, comma-separated",
    ),
    Setting(
        "SITMAP_RECOGNISER",
        "accurate",
        "what finds names in texts: accurate, fast, or an installed spaCy pipeline such as en_core_web_sm",
    ),
    Setting("SITMAP_VENDOR", "<root>/node_modules", "folder of the npm packages that pages load"),
    Setting("SITMAP_TILES", "", "URL template of a tile server, such as OpenStreetMap's; none when empty"),
    Setting("SECRET_KEY", "", "signs the form's token; made once and kept in <instance>/secret_key"),
    Setting("TRUSTED_HOSTS", ("localhost", "127.0.0.1"), "host names the app answers to, comma-separated"),
    Setting("MAX_CONTENT_LENGTH", 4_000_000, "bytes that a request may carry"),
)


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    """Return the application. ``config`` goes before the environment, that before the defaults."""
    values = _settings(dict(config or {}))
    app = Flask(__name__, instance_path=values["SITMAP_INSTANCE"], static_folder=None)
    app.config.from_mapping(
        # A report pasted into the form may fill the whole request.
        MAX_FORM_MEMORY_SIZE=values["MAX_CONTENT_LENGTH"],
        MAX_FORM_PARTS=20,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_ALGORITHM_STREAMING=["br", "gzip"],
        COMPRESS_MIMETYPES=[
            "text/html",
            "text/css",
            "text/javascript",
            "image/svg+xml",
            "application/json",
            GEOJSON,
            features.PROBLEM,
            tables.CSV,
            feed.ATOM,
        ],  # fmt: skip
    )
    app.config.from_mapping(values)
    _tile_origin(app.config["SITMAP_TILES"])
    if not app.config["SECRET_KEY"]:
        app.config["SECRET_KEY"] = _secret_key(Path(app.instance_path))

    app.extensions[EXTENSION] = Services(app.config)
    Compress(app)
    CSRFProtect(app)
    languages.register(app)
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(features.blueprint)
    app.register_blueprint(view.blueprint)
    app.register_blueprint(tables.blueprint)
    app.register_blueprint(feed.blueprint)
    app.register_blueprint(share.blueprint)
    app.register_blueprint(evidence.blueprint)
    app.register_blueprint(mistakes.blueprint)
    app.register_blueprint(control.blueprint)
    app.register_blueprint(control_page.blueprint)
    app.register_blueprint(assets.blueprint)
    app.add_template_filter(naming.name, "place_name")
    app.add_template_filter(naming.party)
    app.add_template_filter(wording.day)
    app.add_template_filter(wording.number)
    app.add_template_filter(wording.figure)
    app.add_template_filter(wording.outcome)
    app.add_template_filter(wording.stance_name)
    app.add_template_filter(wording.type_name)
    app.add_template_filter(wording.kilometres)
    app.add_template_filter(wording.deaths)
    app.add_template_filter(wording.square_kilometres)
    app.add_template_filter(wording.killed)
    app.add_template_filter(wording.rate)
    app.add_template_filter(wording.stance)
    app.add_template_global(naming.name_at)
    app.add_template_filter(naming.actor)
    app.add_template_global(_nonce, "nonce")
    app.after_request(_add_security_headers)
    app.register_error_handler(SitmapError, _sitmap_error)
    app.register_error_handler(HTTPException, _http_error)

    cli.register(app)
    return app


def _settings(given: dict[str, Any]) -> dict[str, Any]:
    """Return all settings, and what else is given, with the folders filled in."""
    values = given.copy()
    for setting in SETTINGS:
        if setting.name not in values:
            text = os.environ.get(setting.variable)
            values[setting.name] = setting.default if text is None else setting.read(text)
    root = str(ROOT)
    instance = str(Path(str(values["SITMAP_INSTANCE"]).replace("<root>", root)).absolute())
    values["SITMAP_INSTANCE"] = instance
    for setting in SETTINGS:
        if values[setting.name] == setting.default and isinstance(setting.default, str):
            values[setting.name] = setting.default.replace("<instance>", instance).replace("<root>", root)
    return values


def _secret_key(instance: Path) -> str:
    path = instance / "secret_key"
    if not path.exists():
        instance.mkdir(parents=True, exist_ok=True)
        # Written aside first: two servers that start at once must not read half a key.
        fresh = instance / f"secret_key.{os.getpid()}"
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_hex(32), encoding="ascii")
        try:
            path.hardlink_to(fresh)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text(encoding="ascii")


# --------------------------------------------------------------------------- safety


def _nonce() -> str:
    """Return the word of this request by which the browser knows our own inline scripts and styles."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    return str(g.nonce)


def _add_security_headers(response: Response) -> Response:
    nonce = _nonce()
    response.headers["Content-Security-Policy"] = "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' 'nonce-{nonce}'",
            f"style-src 'self' 'nonce-{nonce}'",
            f"img-src 'self' data: blob: {_tile_origin(current_app.config['SITMAP_TILES'])}".rstrip(),
            "font-src 'self'",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors *" if request.endpoint == "share.embed" else "frame-ancestors 'self'",
        )
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
    response.headers.setdefault("Cache-Control", "no-cache")
    return response


def _tile_origin(template: str) -> str:
    """Return the tile server as the policy names it, "" without one. Raises InvalidInput."""
    if not template:
        return ""
    if not _TILE_TEMPLATE.fullmatch(template):
        raise InvalidInput("must be like https://host/{z}/{x}/{y}.png", field="SITMAP_TILES")
    parts = urlsplit(template)
    return f"{parts.scheme}://{parts.netloc.replace('{s}', '*')}"


# --------------------------------------------------------------------------- errors


def _sitmap_error(error: SitmapError) -> Response:
    if error.status >= 500:
        current_app.logger.warning("%s: %s", request.path, error)
    return _problem(error, {})


def _http_error(error: HTTPException) -> Response:
    if isinstance(error, SecurityError):
        # Without a host that we trust no link can be built, so no page either.
        return Response("This address is not one of TRUSTED_HOSTS.\n", 400, mimetype="text/plain")
    # Redirects and the like are answers, not errors.
    if error.response is not None or error.code is None or error.code < 400:
        return make_response(error.get_response())
    headers = {name: value for name, value in error.get_headers() if name == "Allow"}
    return _problem(_as_sitmap_error(error), headers)


def _as_sitmap_error(error: HTTPException) -> SitmapError:
    """Return an error of Flask's in our own form and words."""
    made: SitmapError
    if isinstance(error, CSRFError):
        words = _("the form had lost its token; look it over and send it again")
        made = InvalidInput(words, field="csrf_token")
    elif isinstance(error, RequestEntityTooLarge):
        limit = wording.number(current_app.config["MAX_CONTENT_LENGTH"])
        made = TooLarge(_("the request is larger than %(number)s bytes", number=limit))
    else:
        title, words = _WORDS.get(error.code or 500, (error.name, error.description or ""))
        made = SitmapError(_(words))
        made.status = error.code or 500
        made.title = title
        made.code = error.name.lower().replace(" ", "-")
    return made


_WORDS = {
    404: (N_("Not Found"), N_("There is no page at this address.")),
    405: (N_("Method Not Allowed"), N_("This address does not take that kind of request.")),
    500: (
        N_("Internal Server Error"),
        N_("Sitmap made a mistake. It has been written to the server's log; nothing was half-stored."),
    ),
}


def _problem(error: SitmapError, headers: Mapping[str, str]) -> Response:
    """Answer with the form again, with problem details (RFC 9457), or with a page: as the caller reads."""
    again = pages.AGAIN.get(request.endpoint or "")
    if _reads_json():
        body = {"type": "about:blank", "title": _(error.title), "status": error.status, "detail": str(error)}
        body |= {"code": error.code} | ({"field": error.field} if error.field else {})
        response = Response(json.dumps(body), error.status, mimetype=features.PROBLEM)
    elif again and error.status < 500:
        response = again(error)
    else:
        page = render_template("error.html", error=error, without=_address_without(error.field))
        response = make_response(page, error.status)
    response.headers.update(headers)
    return response


def _address_without(field: str | None) -> str:
    """Return this page's address without the parameter that is wrong, "" where that is not what is."""
    if request.method != "GET" or field not in request.args:
        return ""
    others = {name: values for name, values in request.args.lists() if name != field}
    return f"?{urlencode(others, doseq=True)}"


def _reads_json() -> bool:
    if request.path.endswith((".geojson", ".json", ".csv", ".atom")):
        return True
    offers = ["text/html", "application/json", features.PROBLEM, GEOJSON]
    return request.accept_mimetypes.best_match(offers, default="text/html") != "text/html"


# --------------------------------------------------------------------------- serving


def main() -> None:
    """Prepare what is missing, then serve until interrupted."""
    parser = argparse.ArgumentParser(description="Prepare what is missing and serve Sitmap.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", default=8000, type=int, help="port to listen on (default: %(default)s)")
    options = parser.parse_args()

    try:
        app = create_app()
        if not cli.is_prepared(app):
            # In a process of its own: building takes memory that the server would not give back.
            prepare = [sys.executable, "-m", "flask", "--app", str(ROOT / "app.py"), "prepare"]
            failed = subprocess.run(prepare, check=False).returncode
            if failed:
                sys.exit(failed)
        app.config["TRUSTED_HOSTS"] = [*app.config["TRUSTED_HOSTS"], options.host]
        server = create_server(app, host=options.host, port=options.port, ident=None, threads=8)
    except SitmapError as error:
        sys.exit(f"Error: {error}")
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        sys.exit(f"Error: port {options.port} of {options.host} is in use; choose another with --port")
    print(f"Sitmap is at http://{options.host}:{options.port} (stop it with Ctrl-C)", flush=True)
    server.run()


if __name__ == "__main__":
    main()

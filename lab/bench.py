"""How fast Sitmap is and how much it takes: ``python -m lab.bench`` prints one Markdown table.

Needs an instance that ``flask prepare`` has built, and reads it only: all that is written goes to a
temporary folder. Memory is read from ``/proc``, so it is told on Linux alone.
"""

from __future__ import annotations

import argparse
import math
import os
import platform
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import cycle, islice, pairwise
from pathlib import Path
from statistics import median, quantiles
from string import ascii_lowercase
from typing import TypeVar

import merging
from domain import ControlFact, Document, EventQuery, NotPrepared, Place, SitmapError
from extract.events import read_events
from extract.language import ACCURATE, FAST, Language, load_language
from extract.mentions import find_mentions
from extract.recognise import Entities
from feeds import make_document, read_paths
from frontlines import read_facts
from geo.build import is_current
from geo.control import infer
from geo.gazetteer import Gazetteer
from geo.land import Land
from geo.regions import Regions
from geo.resolve import resolve
from lab import many
from lab.serving import Server, memory, serving
from lab.synthetic import CENTRES, synthetic_reports
from pipeline import Analyser
from store import open_store

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "data" / "reports"

EVENTS = 10_000
RUNS = 3
"""Of what takes seconds: the table shows the median. The gazetteer is built once."""

REQUESTS = 20
"""Of each question to the store and the server."""

P95_FROM = 20
"""The fewest values whose 95th percentile means something."""

NAMES = 9_000
ROWS = 100_000
"""Of the layer that is added; its memory does not grow with them."""

SETTLEMENTS = 34_000
"""Places of whom is told who holds them: some more than a country like Ukraine has."""

ARTICLES = 40
ARTICLE_WORDS = 400
NEAR_KM = 50.0
VIEW_DEGREES = 3.0
"""Width and height of the part of the map that a bbox asks for."""

SLIM = "/events.geojson?properties=slim"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Measure:
    """A row of the table: what was measured, each value that came out, and the sizes of answers."""

    what: str
    unit: str
    values: Sequence[float]
    kilobytes: Sequence[float] = ()
    goal: float | None = None
    """The most that the median should be."""

    def row(self) -> str:
        """Return the row; the 95th percentile only where there are enough values."""
        high = quantiles(self.values, n=20)[-1:] if len(self.values) >= P95_FROM else []
        unit = self.unit if self.goal is None else f"{self.unit}, to reach: {self.goal:,g}"
        cells = (self.what, _middle(self.values) or "–", _middle(high), unit, _middle(self.kilobytes))
        return f"| {' | '.join(cells)} | {len(self.values)} |"


@dataclass(frozen=True, slots=True)
class Setup:
    """What to measure with, and how much of it. ``folder`` is where all that is written goes."""

    gazetteer: Path
    basemap: Path
    land: Path
    folder: Path
    events: int = EVENTS
    names: int = NAMES
    rows: int = ROWS
    articles: int = ARTICLES
    runs: int = RUNS
    requests: int = REQUESTS
    settlements: int = SETTLEMENTS
    many: int = many.EVENTS
    keep: Path | None = None
    """Where the store of ``many`` events is kept, so that it is filled once."""


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
    seconds, told = _in_a_process(script, built)
    yield Measure("gazetteer: build", "s", [seconds])
    yield Measure("gazetteer: peak memory of the build", "MB", memory(told, "VmHWM"))
    yield Measure("gazetteer: size", "MB", [built.stat().st_size / 1e6])


def _in_a_process(script: str, *paths: Path) -> tuple[float, str]:
    """Run a script; return the seconds that it took and its status as Linux tells it, else nothing."""
    # Told by the process itself in the end: what the system keeps of a child includes its parent's.
    script += "\nstatus = Path('/proc/self/status')\nprint(status.read_text() if status.exists() else '')"
    command = [sys.executable, "-c", script, *map(str, paths)]
    start = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return time.perf_counter() - start, done.stdout


def measure_gazetteer(setup: Setup) -> Iterator[Measure]:
    """Open the gazetteer and look up names, half of which it knows."""

    def open_and_ask() -> None:
        with closing(Gazetteer(setup.gazetteer)) as gazetteer:
            gazetteer.best("Kyiv")

    opened = [1000 * _seconds(open_and_ask) for _ in range(setup.requests)]
    yield Measure("gazetteer: open and first look-up", "ms", opened)
    names = _names(setup)
    first: list[float] = []
    again: list[float] = []
    for run in range(setup.runs):
        # Of a run's own, so that no cache knows them.
        own = names[run :: setup.runs]
        with closing(Gazetteer(setup.gazetteer)) as gazetteer:
            for rates in (first, again):
                rates.append(len(own) / _seconds(partial(_each, gazetteer.best, own)))
    yield Measure("look-ups: `best`, names not asked before", "1/s", first)
    yield Measure("look-ups: `best`, the same names again", "1/s", again)


def _names(setup: Setup) -> list[str]:
    """Return names from all over the world, every second one spelt backwards so that few know it."""
    with closing(Gazetteer(setup.gazetteer)) as gazetteer:
        names = {
            place.name: None
            for country in gazetteer.countries()
            for place in gazetteer.nearby(lat=country.lat, lon=country.lon, km=100, limit=100)
        }
    chosen = random.Random(0).sample(list(names), min(setup.names, len(names)))
    return [name[::-1] if at % 2 else name for at, name in enumerate(chosen)]


_ADD = """
import sys
from pathlib import Path
from geo.layers import add_layer
layer = add_layer(Path(sys.argv[1]), Path(sys.argv[2]))
assert layer.refused == 0
"""


def measure_layer(setup: Setup) -> Iterator[Measure]:
    """Add a dump of made-up villages in a process of its own, and look up names beside it."""
    folder = setup.folder / "layers"
    folder.mkdir()
    # Layers lie beside the base that they belong to; the one that is measured with is left alone.
    base = folder / "gazetteer.db"
    base.symlink_to(setup.gazetteer.resolve())
    dump = folder / "villages.txt"
    with dump.open("w", encoding="utf-8") as lines:
        lines.writelines(_villages(setup.rows))
    seconds, told = _in_a_process(_ADD, base, dump)
    rows = f"{setup.rows:,} rows"
    yield Measure(f"layer of {rows}: added", "rows/s", [setup.rows / seconds])
    yield Measure(f"layer of {rows}: peak memory", "MB", memory(told, "VmHWM"))
    names = _names(setup)
    with closing(Gazetteer(base)) as gazetteer:
        rates = [len(names) / _seconds(partial(_each, gazetteer.best, names)) for _ in range(setup.runs)]
    yield Measure(f"look-ups: `best` beside a layer of {rows}", "1/s", rates)


def _villages(count: int) -> Iterator[str]:
    """Yield rows of a dump of GeoNames: villages of all the world, three hundred to a name."""
    made = random.Random(0)
    for number in range(count):
        name = "".join(random.Random(number // 300).choices(ascii_lowercase, k=9)).title()
        spot = f"{made.uniform(-60, 70):.5f}\t{made.uniform(-180, 180):.5f}"
        named = f"{900_000_000 + number}\t{name}\t{name}\t{name} Old,{name} New"
        yield f"{named}\t{spot}\tP\tPPL\tUA\t\t05\t\t\t\t0\t\t0\t\t2025-01-01\n"


# --------------------------------------------------------------------------- reading


ENDLESS = (
    "Russian guns shelled Kyiv and killed two while ",
    "Kyiv and ",
    "a hundred of the ",
    "(the ",
    "the\n",
    "The Fall of Kyiv\n",
)
"""Pieces that make a text without a full stop, which careless code reads in the square of its length. Each
has a word by which it is taken for English, else it would be refused at once."""


def measure_reading(setup: Setup) -> Iterator[Measure]:
    """Analyse articles put together from the sample reports, in one thread."""
    gazetteer = Gazetteer(setup.gazetteer)
    regions = Regions(gazetteer, setup.basemap)
    articles = _articles(setup.articles)
    for recogniser in (FAST, ACCURATE):
        analyser = Analyser(gazetteer, regions, recogniser)
        read = partial(_each, analyser.analyse, articles)
        # Once unmeasured: words, patterns and outlines are loaded with the first text that needs them.
        read()
        rates = [len(articles) / _seconds(read) for _ in range(setup.runs)]
        yield Measure(f"reading, {recogniser}: articles of {ARTICLE_WORDS} words", "1/s", rates)
        language = load_language(recogniser)
        tokens = sum(len(language.parse(article.text)) for article in articles)
        named = partial(_each, partial(_named, language), articles)
        rates = [tokens / _seconds(named) for _ in range(setup.runs)]
        yield Measure(f"reading, {recogniser}: words, tags, trees and names", "tokens/s", rates)

    language = load_language()
    stages: dict[str, list[float]] = {"words and names": [], "mentions": [], "resolve": [], "events": []}
    for article in articles:
        times = [time.perf_counter()]
        doc = language.parse(article.text)
        entities = language.entities(doc)
        times.append(time.perf_counter())
        mentions = find_mentions(doc, entities, gazetteer)
        times.append(time.perf_counter())
        resolve(mentions, gazetteer)
        times.append(time.perf_counter())
        read_events(doc, mentions, gazetteer, article.date, entities)
        times.append(time.perf_counter())
        for taken, (start, end) in zip(stages.values(), pairwise(times), strict=True):
            taken.append(1000 * (end - start))
    endless = [Document((piece * 20_000)[:20_000]) for piece in ENDLESS]
    slowest = [1000 * _seconds(partial(analyser.analyse, document)) for document in endless]
    gazetteer.close()
    for stage, taken in stages.items():
        yield Measure(f"reading: {stage} of one article", "ms", taken)
    yield Measure("reading: 20 kB of text that never ends, the slowest kind", "ms", [max(slowest)])


def _named(language: Language, document: Document) -> Entities:
    return language.entities(language.parse(document.text))


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


def measure_server(setup: Setup) -> Iterator[Measure]:
    """Start the server on the sample reports, and watch its memory while it is put to use."""
    folder = setup.folder / "samples"
    with serving(setup.gazetteer, setup.basemap, setup.land, folder) as server:
        yield Measure("server: start that also reads the sample reports", "s", [server.started])
    starts, ingests = [], []
    held: dict[str, list[float]] = {
        "the first page": [], "the map's data": [], "a near page": [], "a report by the form": []
    }  # fmt: skip
    fresh, shown, near, read = held.values()
    article = _articles(1)[0].text
    for number in range(setup.runs):
        with serving(setup.gazetteer, setup.basemap, setup.land, folder) as server:
            starts.append(server.started)
            fresh += server.memory()
            for address in (SLIM, "/regions.geojson", "/basemap.json"):
                server.get(address)
            shown += server.memory()
            server.get(f"/near?place=Pokrovsk&km={NEAR_KM:g}")
            near += server.memory()
            ingests.append(server.ingest(f"{article} {number}").seconds)
            read += server.memory()
    yield Measure("server: start when all is prepared, to the first page", "s", starts)
    yield Measure(f"server: first report of {ARTICLE_WORDS} words by the form", "s", ingests)
    for what, values in held.items():
        yield Measure(f"server: memory after {what}", "MB", values)


# --------------------------------------------------------------------------- many events


def measure_events(setup: Setup) -> Iterator[Measure]:
    """Fill a store with synthetic events, and ask it, and a server over it, for them."""
    folder = setup.folder / "synthetic"
    file = folder / "events.db"
    yield Measure("store: reports added", "1/s", [setup.events / _fill(setup, file)])
    yield Measure("store: size", "MB", [file.stat().st_size / 1e6])
    with closing(Gazetteer(setup.gazetteer)) as gazetteer:
        centres = [use.place for name in CENTRES if (use := gazetteer.best(name))]
    centres = list(islice(cycle(centres), setup.requests))
    with closing(open_store(f"sqlite:///{file}", merging)) as store:

        def near(centre: Place) -> object:
            return store.near(EventQuery(), lat=centre.lat, lon=centre.lon, km=NEAR_KM)

        found = [1000 * _seconds(partial(near, centre)) for centre in centres]
    yield Measure(f"store: near, {NEAR_KM:g} km", "ms", found)
    with serving(setup.gazetteer, setup.basemap, setup.land, folder) as server:
        yield from _answers(server, centres)


def _fill(setup: Setup, file: Path) -> float:
    """Add synthetic reports to a new store; return the seconds that the store took for it."""
    with closing(Gazetteer(setup.gazetteer)) as gazetteer:
        regions = Regions(gazetteer, setup.basemap)
        reports = list(synthetic_reports(gazetteer, regions, count=setup.events))
    with closing(open_store(f"sqlite:///{file}", merging)) as store:
        return _seconds(partial(_each, store.add, reports))


def _answers(server: Server, centres: Sequence[Place]) -> Iterator[Measure]:
    """Measure the answers to what a map asks for: plain, and packed as browsers have it."""
    first = server.get("/regions.geojson")
    yield Measure("http: `/regions.geojson`, first time", "ms", [1000 * first.seconds])
    questions = {
        "page `/`": ["/" for _ in centres],
        "events, slim, all": [SLIM for _ in centres],
        f"events, slim, bbox of {VIEW_DEGREES:g}°": [f"{SLIM}&bbox={_box(centre)}" for centre in centres],
        "regions": ["/regions.geojson" for _ in centres],
        "regions, districts": ["/regions.geojson?level=admin2" for _ in centres],
        "page `/regions`": ["/regions" for _ in centres],
        f"near, {NEAR_KM:g} km": [
            f"/near.geojson?lat={centre.lat}&lon={centre.lon}&km={NEAR_KM:g}" for centre in centres
        ],
    }
    for what, addresses in questions.items():
        for title, encoding in ((what, "identity"), (f"{what}, gzip", "gzip"), (f"{what}, br", "br")):
            replies = [server.get(address, encoding) for address in addresses]
            sizes = [len(reply.body) / 1000 for reply in replies]
            yield Measure(f"http: {title}", "ms", [1000 * reply.seconds for reply in replies], sizes)
    yield Measure("http: memory of the server thereafter", "MB", server.memory())


def _box(centre: Place) -> str:
    half = VIEW_DEGREES / 2
    sides = (centre.lon - half, centre.lat - half, centre.lon + half, centre.lat + half)
    return ",".join(f"{side:.3f}" for side in sides)


# --------------------------------------------------------------------------- control


def measure_control(setup: Setup) -> Iterator[Measure]:
    """Draw who holds what from the default facts and from many, and ask a server for a day again."""
    land = Land(setup.land)
    written = read_facts(ROOT / "data" / "control.csv")
    day = max(fact.date for fact in written)
    many = list(_held_places(setup.settlements, day))
    for what, facts in (("the default facts", written), (f"{len(many):,} facts", many)):
        # Once unmeasured: the outlines of the countries around are read and mended then.
        infer(facts, day, land)
        drawn = [_seconds(partial(infer, facts, day, land)) for _ in range(setup.runs)]
        yield Measure(f"control: {what}", "s", drawn)
    with serving(setup.gazetteer, setup.basemap, setup.land, setup.folder / "samples") as server:
        address = f"/control.geojson?date={day}&properties=slim"
        yield Measure("http: control of a day, first time", "ms", [1000 * server.get(address).seconds])
        for title, encoding in (("again", "identity"), ("again, gzip", "gzip")):
            replies = [server.get(address, encoding) for _ in range(setup.requests)]
            sizes = [len(reply.body) / 1000 for reply in replies]
            times = [1000 * reply.seconds for reply in replies]
            yield Measure(f"http: control of a day {title}", "ms", times, sizes)


def _held_places(count: int, day: date) -> Iterator[ControlFact]:
    """Yield made-up places all over Ukraine, held by one party or the other along a winding line."""
    made = random.Random(0)
    for _ in range(count):
        lat, lon = made.uniform(46.5, 51.5), made.uniform(23.0, 39.5)
        party = "East" if lon > 36.5 + 0.7 * math.sin(4 * lat) else "West"
        yield ControlFact(lat, lon, party, day, "made up")


# --------------------------------------------------------------------------- in a browser


def measure_web(setup: Setup) -> Iterator[Measure]:
    """Use the pages in Chromium over very many events."""
    # Imported here: only this part needs what drives a browser.
    from lab.web import LONG_MS, PLAYED, feel

    folder = setup.keep or setup.folder / "many"
    many.fill(folder / "events.db", setup.gazetteer, setup.basemap, events=setup.many)
    with serving(setup.gazetteer, setup.basemap, setup.land, folder) as server:
        yield Measure(f"web: start over {setup.many:,} events", "s", [server.started])
        felt = feel(server, setup.requests // 2, km=NEAR_KM)
        yield Measure("web: first view, over the wire", "kB", felt.kilobytes, goal=600)
        yield Measure("web: first view, to marks", "ms", felt.first, goal=1500)
        yield Measure("web: map dragged, to marks", "ms", felt.pan, goal=300)
        yield Measure("web: map zoomed, to marks", "ms", felt.zoom, goal=300)
        yield Measure("web: window moved, to marks", "ms", felt.window, goal=400)
        yield Measure("web: event opened, to its evidence", "ms", felt.evidence, goal=150)
        yield Measure(f"web: page near, {NEAR_KM:g} km", "ms", felt.near, goal=200)
        what = f"web: tasks over {LONG_MS} ms while {PLAYED} steps are played"
        yield Measure(what, "tasks", [len(felt.long_tasks)], goal=0)
        yield Measure("web: memory of the server thereafter", "MB", server.memory())


# --------------------------------------------------------------------------- small parts


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _each(work: Callable[[T], object], items: Iterable[T]) -> None:
    for item in items:
        work(item)


def _middle(values: Sequence[float]) -> str:
    if not values:
        return ""
    value = median(values)
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


PARTS: Mapping[str, Callable[[Setup], Iterator[Measure]]] = {
    "build": measure_build,
    "gazetteer": measure_gazetteer,
    "layer": measure_layer,
    "reading": measure_reading,
    "server": measure_server,
    "events": measure_events,
    "control": measure_control,
    "web": measure_web,
}

ASKED_FOR = {"web"}
"""Parts that take many minutes and a browser, and are measured only where they are named."""


def main() -> None:
    """Print the table, row by row."""
    parser = argparse.ArgumentParser(description=__doc__)
    parts = f"any of {', '.join(PARTS)}; all but {', '.join(ASKED_FOR)} when none"
    parser.add_argument("parts", nargs="*", metavar="PART", help=parts)
    parser.add_argument("--instance", type=Path, default=ROOT / "instance", help="folder of what is prepared")
    parser.add_argument("--events", type=int, default=EVENTS, help="synthetic events (default: %(default)s)")
    parser.add_argument("--rows", type=int, default=ROWS, help="rows of the layer (default: %(default)s)")
    parser.add_argument("--many", type=int, default=many.EVENTS, help="events of web (default: %(default)s)")
    parser.add_argument("--keep", type=Path, help="folder that keeps the events of web for the next time")
    options = parser.parse_args()
    if unknown := set(options.parts) - PARTS.keys():
        parser.error(f"no part is called {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    about = f"{os.cpu_count()} cores, Python {platform.python_version()}"
    try:
        names = ("gazetteer.db", "basemap.json", "land.fgb")
        gazetteer, basemap, land = (options.instance / name for name in names)
        if not (is_current(gazetteer) and basemap.is_file() and land.is_file()):
            raise NotPrepared(f"{options.instance} is not prepared, or out of date; run 'flask prepare'")
        print(f"| {about} | median | p95 | unit | kB | of |\n|---|--:|--:|---|--:|--:|", flush=True)
        with tempfile.TemporaryDirectory(prefix="sitmap-bench-") as folder:
            setup = Setup(
                gazetteer, basemap, land, Path(folder),
                events=options.events, rows=options.rows, many=options.many, keep=options.keep,
            )  # fmt: skip
            for part in options.parts or (part for part in PARTS if part not in ASKED_FOR):
                for measure in PARTS[part](setup):
                    print(measure.row(), flush=True)
    except SitmapError as error:
        sys.exit(f"Error: {error}")


if __name__ == "__main__":
    main()

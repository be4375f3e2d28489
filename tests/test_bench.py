"""The benchmarks: each measure in its smallest form. How fast it was is no matter of a test."""

from __future__ import annotations

import re
import sys
from collections import Counter
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

import merging
from domain import Analysis, Level
from geo.gazetteer import GEOD, Gazetteer
from geo.regions import Regions
from lab import bench, many, synthetic
from lab.serving import memory
from ontology import load_ontology
from store import open_store

BUILD_ELSE = "import sys; from pathlib import Path; Path(sys.argv[1]).write_bytes(b'x' * 50_000_000)\n"


@pytest.fixture
def setup(prepared: dict[str, str], tmp_path: Path) -> bench.Setup:
    return bench.Setup(
        gazetteer=Path(prepared["SITMAP_GAZETTEER"]),
        basemap=Path(prepared["SITMAP_BASEMAP"]),
        land=Path(prepared["SITMAP_LAND"]),
        folder=tmp_path,
        events=30,
        names=10,
        rows=50,
        articles=2,
        runs=1,
        requests=2,
        settlements=300,
    )


def synthetic_reports(setup: bench.Setup, count: int, each: int = 1) -> list[Analysis]:
    with closing(Gazetteer(setup.gazetteer)) as gazetteer:
        regions = Regions(gazetteer, setup.basemap)
        return list(synthetic.synthetic_reports(gazetteer, regions, count=count, each=each))


# --------------------------------------------------------------------------- made-up reports


def test_synthetic_reports_are_the_same_each_time(setup: bench.Setup) -> None:
    assert synthetic_reports(setup, 30) == synthetic_reports(setup, 30)


def test_synthetic_events_are_placed_and_dated_like_real_ones(setup: bench.Setup) -> None:
    events = [event for report in synthetic_reports(setup, 500) for event in report.events]

    grains = Counter(event.geo_precision for event in events)
    assert all(abs(grains[grain] / 5 - share) < 5 for grain, share in synthetic.PRECISIONS.items())
    for event in events:
        assert event.when
        assert timedelta(0) <= event.when.start - synthetic.FIRST_DAY < timedelta(synthetic.DAYS)
        if event.geo_precision is None:
            assert event.place is None and event.geometry is None
            continue
        assert event.place and event.geometry and event.geometry.is_valid
        rough = event.place.level in (Level.ADMIN1, Level.COUNTRY)
        assert rough == (event.geo_precision == 3)


def test_synthetic_events_lie_around_the_centres(setup: bench.Setup) -> None:
    with closing(Gazetteer(setup.gazetteer)) as gazetteer:
        centres = [use.place for name in synthetic.CENTRES if (use := gazetteer.best(name))]
    for report in synthetic_reports(setup, 100):
        event = report.events[0]
        if event.geo_precision not in (1, 2):
            continue
        metres = [GEOD.inv(event.lon, event.lat, centre.lon, centre.lat)[2] for centre in centres]
        assert min(metres) <= synthetic.REACH_KM * 1000


def test_synthetic_evidence_stands_in_its_report(setup: bench.Setup) -> None:
    for report in synthetic_reports(setup, 20, each=3):
        assert [event.reports[0].place for event in report.events] == [0, 1, 2]
        for event, answer in zip(report.events, report.resolutions, strict=True):
            evidence = event.reports[0]
            for span in (evidence.sentence, evidence.trigger, answer.mention):
                assert report.document.text[span.start : span.end] == span.text


def test_a_store_keeps_every_synthetic_report(setup: bench.Setup) -> None:
    with closing(open_store(f"sqlite:///{setup.folder / 'events.db'}", merging)) as store:
        assert all(store.add(report) for report in synthetic_reports(setup, 30))
        assert store.totals()["events"] == 30


def test_kinds_are_as_frequent_as_they_say(setup: bench.Setup) -> None:
    kinds = Counter(
        event.sub_event_type for report in synthetic_reports(setup, 200, 10) for event in report.events
    )
    whole = sum(share for share, _ in synthetic.KINDS.values())
    for kind, (share, words) in synthetic.KINDS.items():
        assert abs(kinds[kind] / 2000 - share / whole) < 0.04
        assert "{where}" in words and kind in load_ontology().types


def test_many_events_fill_a_store_once_and_are_not_merged(setup: bench.Setup) -> None:
    file, told = setup.folder / "many" / "events.db", list[int]()
    for _ in range(2):
        many.fill(file, setup.gazetteer, setup.basemap, events=30, tell=told.append, every=20)
    assert told == [20, 40]
    with closing(open_store(f"sqlite:///{file}", merging)) as store:
        assert store.totals() == {"documents": 2, "events": 40, "reports": 40, "refusals": 0}


# --------------------------------------------------------------------------- measures


@pytest.mark.parametrize(
    ("part", "units"),
    [
        ("gazetteer", {"ms", "1/s"}),
        ("reading", {"ms", "1/s", "tokens/s"}),
        ("server", {"s", "MB"}),
        ("events", {"ms", "1/s", "MB"}),
        ("control", {"s", "ms"}),
    ],
    ids=["gazetteer", "reading", "server", "events", "control"],
)
def test_a_part_measures_what_it_names(setup: bench.Setup, part: str, units: set[str]) -> None:
    measures = {measure.what: measure for measure in bench.PARTS[part](setup)}

    assert {measure.unit for measure in measures.values()} == units
    for what, measure in measures.items():
        told = "memory" not in what or sys.platform == "linux"
        assert bool(measure.values) == told, what
        assert all(value > 0 for value in measure.values), what
        plain, _, packed = what.rpartition(", ")
        if packed in ("gzip", "br"):
            assert max(measure.kilobytes) < max(measures[plain].kilobytes), what


def test_a_build_is_measured_alone(setup: bench.Setup) -> None:
    duration, peak, size = bench.measure_build(setup, BUILD_ELSE)

    assert duration.values[0] > 0
    assert size.values == [50.0]
    # Python and the bytes; this test's own process holds several times as much.
    assert all(50 < megabytes < 120 for megabytes in peak.values)


def test_memory_is_read_from_a_status() -> None:
    status = "Name:\tpython\nVmHWM:\t   20000 kB\nVmRSS:\t   10000 kB\n"
    assert memory(status, "VmRSS") == [10.24]
    assert memory("", "VmRSS") == []


# --------------------------------------------------------------------------- the table


@pytest.mark.parametrize(
    ("measure", "row"),
    [
        (bench.Measure("size", "MB", [96.24]), "| size | 96.2 |  | MB |  | 1 |"),
        (bench.Measure("page", "ms", [1.0, 3.0, 200.0], [1234.5]), "| page | 3.00 |  | ms | 1,234 | 3 |"),
        (bench.Measure("near", "ms", list(range(1, 21))), "| near | 10.5 | 19.9 | ms |  | 20 |"),
        (bench.Measure("memory", "MB", []), "| memory | – |  | MB |  | 0 |"),
        (bench.Measure("map", "ms", [250.0], goal=1500), "| map | 250 |  | ms, to reach: 1,500 |  | 1 |"),
    ],
    ids=["one value", "median and size", "percentile", "not told", "a goal"],
)
def test_a_row_shows_the_median(measure: bench.Measure, row: str) -> None:
    assert measure.row() == row


def test_the_table_has_its_machine_in_its_head(
    prepared: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    instance = str(Path(prepared["SITMAP_GAZETTEER"]).parent)
    monkeypatch.setattr(sys, "argv", ["bench", "--instance", instance, "gazetteer"])
    bench.main()

    head, rule, *rows = capsys.readouterr().out.splitlines()
    assert re.match(r"\| \d+ cores, Python 3\.\d+\.\d+\S* \| median \|", head)
    assert rows
    assert {line.count("|") for line in (head, rule, *rows)} == {7}


def test_an_instance_that_is_not_prepared_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["bench", "--instance", str(tmp_path)])
    with pytest.raises(SystemExit, match="run 'flask prepare'"):
        bench.main()


def test_an_unknown_part_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["bench", "speed"])
    with pytest.raises(SystemExit, match="2"):
        bench.main()
    assert "no part is called speed" in capsys.readouterr().err

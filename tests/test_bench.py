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
from lab import bench, synthetic
from lab.serving import memory
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


def synthetic_reports(setup: bench.Setup, count: int) -> list[Analysis]:
    with closing(Gazetteer(setup.gazetteer)) as gazetteer:
        return list(synthetic.synthetic_reports(gazetteer, Regions(gazetteer, setup.basemap), count=count))


# --------------------------------------------------------------------------- made-up reports


def test_synthetic_reports_are_the_same_each_time(setup: bench.Setup) -> None:
    assert synthetic_reports(setup, 30) == synthetic_reports(setup, 30)


def test_synthetic_events_are_placed_and_dated_like_real_ones(setup: bench.Setup) -> None:
    events = [event for report in synthetic_reports(setup, 500) for event in report.events]

    grains = Counter(event.geo_precision for event in events)
    assert all(abs(grains[grain] / 5 - share) < 5 for grain, share in synthetic.PRECISIONS.items())
    assert all(event.on_map and event.geometry and event.geometry.is_valid for event in events)
    for event in events:
        assert event.when and event.place
        assert timedelta(0) <= event.when.start - synthetic.FIRST_DAY < timedelta(synthetic.DAYS)
        rough = event.place.level in (Level.ADMIN1, Level.COUNTRY)
        assert rough == (event.geo_precision == 3)


def test_synthetic_events_lie_around_the_centres(setup: bench.Setup) -> None:
    with closing(Gazetteer(setup.gazetteer)) as gazetteer:
        centres = [use.place for name in synthetic.CENTRES if (use := gazetteer.best(name))]
    for report in synthetic_reports(setup, 100):
        event = report.events[0]
        metres = [GEOD.inv(event.lon, event.lat, centre.lon, centre.lat)[2] for centre in centres]
        assert event.geo_precision == 3 or min(metres) <= synthetic.REACH_KM * 1000


def test_synthetic_evidence_stands_in_its_report(setup: bench.Setup) -> None:
    for report in synthetic_reports(setup, 20):
        text, evidence = report.document.text, report.events[0].reports[0]
        for span in (evidence.sentence, evidence.trigger, report.resolutions[0].mention):
            assert text[span.start : span.end] == span.text


def test_a_store_keeps_every_synthetic_report(setup: bench.Setup) -> None:
    with closing(open_store(f"sqlite:///{setup.folder / 'events.db'}", merging)) as store:
        assert all(store.add(report) for report in synthetic_reports(setup, 30))
        assert store.totals()["events"] == 30


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
    ],
    ids=["one value", "median and size", "percentile", "not told"],
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

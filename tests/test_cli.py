"""The commands: what they print, what they write, and the one line in which each says no."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from cli import MAX_LINE, is_prepared
from domain import Store
from tests.web_samples import MakeApp
from web.services import EXTENSION

REPORT = "On Tuesday Russian guns shelled Kupiansk, killing two."
DAY = "2025-01-31"

Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask) -> Run:
    """Run a command over an empty store."""

    def invoke(*args: object, **options: Any) -> Result:
        return app.test_cli_runner().invoke(args=[str(arg) for arg in args], **options)

    return invoke


@pytest.fixture
def store(app: Flask) -> Store:
    """The store of the commands."""
    parts = app.extensions[EXTENSION]
    found: Store = parts.store
    return found


def refused(result: Result) -> str:
    """Return the one line with which a command said no."""
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    return line.removeprefix("Error: ")


# --------------------------------------------------------------------------- prepare


def test_where_all_is_there_prepare_builds_nothing(run: Run, app: Flask, prepared: dict[str, str]) -> None:
    built = [Path(prepared[name]) for name in ("SITMAP_GAZETTEER", "SITMAP_BASEMAP")]
    before = [path.stat().st_mtime_ns for path in built]
    result = run("prepare", "--no-samples")
    assert (result.exit_code, result.output) == (0, "")
    assert [path.stat().st_mtime_ns for path in built] == before
    assert not is_prepared(app)


def test_prepare_loads_the_samples_into_an_empty_store_and_only_there(
    run: Run, app: Flask, store: Store
) -> None:
    first = run("prepare")
    assert (first.exit_code, store.totals()["documents"]) == (0, 40), first.output
    assert first.stdout.splitlines()[-1].startswith("40 read = ")
    before = store.totals()
    second = run("prepare")
    assert (second.exit_code, second.output, store.totals()) == (0, "", before)
    assert is_prepared(app)


# --------------------------------------------------------------------------- ingest


def test_a_text_file_is_read(run: Run, store: Store, tmp_path: Path) -> None:
    file = tmp_path / "report.txt"
    file.write_text(REPORT, encoding="utf-8")
    result = run("ingest", file, "--date", DAY, "--source", "Example Wire")
    assert (result.exit_code, result.stdout) == (
        0,
        "1 read = 1 mapped + 0 region only + 0 unplaced + 0 no event\n",
    )
    assert store.totals()["events"] == 1


def test_all_kinds_of_files_in_a_folder_are_read_and_add_up(run: Run, store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    (folder / "a.txt").write_text(REPORT, encoding="utf-8")
    (folder / "b.html").write_text(
        "<html><body><article><h1>A barn burns</h1><p>A drone hit a barn in Kupiansk on Monday. The roof"
        " burned until the evening, and the cows stood in the road.</p></article></body></html>",
        encoding="utf-8",
    )
    records = [
        {"text": "Shells hit the Kherson region on Monday.", "date": DAY},
        {"text": "A drone hit a barn.", "date": DAY},
        {"text": "Trains ran late."},
        {"text": REPORT, "date": DAY},
        {"txt": "no text"},
    ]
    lines = "\n".join(json.dumps(record) for record in records)
    (folder / "c.jsonl").write_text(lines, encoding="utf-8")
    (folder / "d.bin").write_bytes(b"\x00\x01")
    (folder / "e.txt").write_bytes(b"")
    (folder / "f.txt").write_bytes("Schüsse bei Donezk".encode("latin-1"))
    result = run("ingest", folder, "--date", DAY)
    assert result.exit_code == 1
    assert result.stdout == (
        "10 read = 2 mapped + 1 region only + 1 unplaced + 1 no event + 1 already known + 4 refused\n"
    )
    refusals = [line for line in result.stderr.splitlines() if line.startswith("refused: ")]
    assert [line.split(": ")[1].removeprefix(f"{folder}/") for line in refusals] == [
        "c.jsonl:5",
        "d.bin",
        "e.txt",
        "f.txt",
    ]
    assert "text: missing" in refusals[0]
    assert (store.totals()["documents"], store.totals()["refusals"]) == (5, 4)


def test_the_same_report_twice_changes_nothing(run: Run, store: Store, tmp_path: Path) -> None:
    file = tmp_path / "report.txt"
    file.write_text(REPORT, encoding="utf-8")
    run("ingest", file, "--date", DAY)
    before = store.totals()
    result = run("ingest", file, "--date", DAY)
    assert (result.exit_code, store.totals()) == (0, before)
    assert result.stdout.endswith(" + 0 no event + 1 already known\n")


@pytest.mark.parametrize(
    ("args", "line"),
    [
        pytest.param([], "PATHS: name a file, a folder or --url", id="nothing named"),
        pytest.param(["x.txt", "--date", "31.1.2025"], "date: ", id="a date that is none"),
        pytest.param(["x.txt", "--date", "2025-02-30"], "date: ", id="a day that is none"),
    ],
)
def test_a_bad_argument_is_refused_in_one_line(args: list[str], line: str, run: Run) -> None:
    assert refused(run("ingest", *args)).startswith(line)


@pytest.mark.parametrize(
    ("args", "told"),
    [
        pytest.param(["absent.txt"], "refused: absent.txt: no such file or folder", id="missing file"),
        pytest.param(
            ["--url", "ftp://example.org/x"], "refused: ftp://example.org/x: url: ", id="no web address"
        ),
    ],
)
def test_an_input_that_cannot_be_had_is_refused_and_counted(args: list[str], told: str, run: Run) -> None:
    result = run("ingest", *args)
    assert result.exit_code == 1
    assert result.stdout == "1 read = 0 mapped + 0 region only + 0 unplaced + 0 no event + 1 refused\n"
    assert told in result.stderr
    assert "Traceback" not in result.output


# --------------------------------------------------------------------------- geoparse


def geoparse(run: Run, *records: Any) -> tuple[list[Any], int]:
    """Send records, or lines that are texts or bytes, through; return what comes out and the status."""
    lines = [
        record
        if isinstance(record, bytes)
        else (record if isinstance(record, str) else json.dumps(record)).encode("utf-8", "surrogatepass")
        for record in records
    ]
    result = run("geoparse", "-", "-", input=b"".join(line + b"\n" for line in lines))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.stderr == ""
    return [json.loads(line) for line in result.stdout_bytes.decode("utf-8").splitlines()], result.exit_code


def test_a_line_gives_the_mentions_and_events_of_its_text(run: Run) -> None:
    text = "Rain fell. On Tuesday Russian guns shelled Kupiansk, killing two."
    (answer,), status = geoparse(run, {"id": "r1", "text": text, "date": DAY})
    assert status == 0
    assert list(answer) == ["id", "mentions", "events"]
    assert answer["id"] == "r1"
    people, town = answer["mentions"]
    assert people["kind"] == "demonym"
    assert people["literal"] is False
    place = town.pop("place")
    assert 0 < town.pop("confidence") <= 1
    assert town.pop("uncertainty_km") > 0
    assert town == {
        "start": 43,
        "end": 51,
        "text": "Kupiansk",
        "kind": "place",
        "literal": True,
        "geo_precision": 1,
    }
    assert list(place) == ["id", "name", "lat", "lon", "feature_code", "country", "admin1"]
    assert (place["name"], place["country"], place["admin1"]) == ("Kupyansk", "UA", "Kharkiv")
    (event,) = answer["events"]
    assert 0 < event.pop("confidence") <= 1
    assert event == {
        "event_type": "Explosions/Remote violence",
        "sub_event_type": "Shelling/artillery/missile attack",
        "trigger": {"start": 35, "end": 42, "text": "shelled"},
        "sentence": {"start": 11, "end": len(text)},
        "place": {
            "text": "Kupiansk",
            "name": "Kupyansk",
            "lat": pytest.approx(place["lat"], abs=1e-4),
            "lon": pytest.approx(place["lon"], abs=1e-4),
        },
        "geo_precision": 1,
        "date_start": "2025-01-28",
        "date_end": "2025-01-28",
        "time_precision": 1,
        "actor": "Military Forces of Russia",
        "target": "Military Forces of Ukraine",
        "fatalities": 2,
        "stance": "reported",
    }


def test_what_is_not_known_is_null(run: Run) -> None:
    (answer,), _ = geoparse(run, {"id": 1, "text": "Shells fell in Zrubokivka."})
    (mention,), (event,) = answer["mentions"], answer["events"]
    assert [mention[key] for key in ("place", "geo_precision", "uncertainty_km")] == [None] * 3
    known = ("event_type", "sub_event_type", "trigger", "sentence", "stance", "confidence")
    assert {key for key, value in event.items() if value is not None} == set(known)


def test_lines_come_out_in_the_order_in_which_they_go_in(run: Run, tmp_path: Path) -> None:
    names = ["Kharkiv", "Odesa", "Lviv", "Kherson"]
    records = [{"id": name, "text": f"Shells fell on {name}."} for name in names]
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("\n".join(json.dumps(record) for record in records), encoding="utf-8")
    result = run("geoparse", source, target)
    assert (result.exit_code, result.output) == (0, "")
    lines = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert [(line["id"], line["mentions"][0]["text"]) for line in lines] == list(
        zip(names, names, strict=True)
    )


def test_offsets_count_characters_of_the_text_as_it_was_given(run: Run) -> None:
    text = "\ufeff\u200b«😀»\r\n\tShells fell on Kupiansk.\u00a0"
    (answer,), _ = geoparse(run, {"id": 1, "text": text})
    (mention,) = answer["mentions"]
    assert text[mention["start"] : mention["end"]] == "Kupiansk"


def test_exactly_the_toponyms_given_are_resolved(run: Run) -> None:
    text = "Shells fell on Kupiansk and Odesa."
    spans = [{"start": 28, "end": 33}, {"start": 0, "end": 6, "note": "ignored"}]
    (answer, none), status = geoparse(
        run, {"id": 1, "text": text, "toponyms": spans}, {"id": 2, "text": text, "toponyms": []}
    )
    assert status == 0
    assert [mention["text"] for mention in answer["mentions"]] == ["Odesa", "Shells"]
    assert none["mentions"] == []


@pytest.mark.parametrize(
    ("record", "field"),
    [
        pytest.param("{", "not valid JSON", id="no JSON"),
        pytest.param("", "not valid JSON", id="blank line"),
        pytest.param("[1, 2]", "not a JSON object", id="a list"),
        pytest.param("null", "not a JSON object", id="null"),
        pytest.param("[" * 100_000, "not valid JSON", id="deep nesting"),
        pytest.param('{"id": NaN, "text": "Shells fell."}', "not valid JSON", id="a number that is none"),
        pytest.param('{"id": ' + "9" * 5_000 + "}", "not valid JSON", id="a number without end"),
        pytest.param({"text": {"de": "x"}}, "text", id="text of another kind"),
        pytest.param({"date": DAY}, "text", id="no text"),
        pytest.param({"text": ""}, "text", id="empty text"),
        pytest.param({"text": " \n\t\u200b"}, "text", id="blank text"),
        pytest.param({"text": "\0\x01"}, "text", id="binary text"),
        pytest.param({"text": "half a \ud83d letter"}, "text", id="half of a character"),
        pytest.param({"text": "x" * 1_000_001}, "text", id="text too long"),
        pytest.param(b'{"text": "caf\xe9"}', "text", id="no UTF-8"),
        pytest.param({"text": "Rain.", "date": 20250131}, "date", id="date of another kind"),
        pytest.param({"text": "Rain.", "date": "yesterday"}, "date", id="a date that is none"),
        pytest.param({"text": "Rain.", "date": "2025-02-30"}, "date", id="a day that is none"),
        pytest.param({"text": "Rain.", "toponyms": {}}, "toponyms", id="toponyms of another kind"),
        pytest.param({"text": "Rain.", "toponyms": [[0, 1]]}, "toponyms", id="a toponym of another kind"),
        pytest.param({"text": "Rain.", "toponyms": [{"start": 0}]}, "toponyms", id="no end"),
        pytest.param(
            {"text": "Rain.", "toponyms": [{"start": 0, "end": 1.0}]}, "toponyms", id="no whole number"
        ),
        pytest.param(
            {"text": "Rain.", "toponyms": [{"start": False, "end": True}]}, "toponyms", id="no number"
        ),
        pytest.param(
            {"text": "Rain.", "toponyms": [{"start": 0, "end": 9}]}, "toponyms", id="outside the text"
        ),
        pytest.param({"text": "Rain.", "toponyms": [{"start": 2, "end": 2}]}, "toponyms", id="empty span"),
    ],
)
def test_a_bad_line_gives_an_error_on_its_line_and_the_run_goes_on(record: Any, field: str, run: Run) -> None:
    if isinstance(record, dict):
        record = {"id": "bad", **record}
    answers, status = geoparse(run, {"id": 1, "text": "Rain fell."}, record, {"id": 2, "text": "Rain fell."})
    assert status == 1
    assert [answer["id"] for answer in answers] == [1, "bad" if isinstance(record, dict) else None, 2]
    assert list(answers[1]) == ["id", "error"]
    assert answers[1]["error"].startswith(field)
    assert "\n" not in answers[1]["error"]


@pytest.mark.parametrize("line_id", [None, "", "ä", 7, 1.5, "\ud800"])
def test_an_id_comes_back_as_it_was_given(line_id: object, run: Run) -> None:
    answers, status = geoparse(run, {"id": line_id, "text": "Rain fell."})
    assert (answers[0]["id"], status) == (line_id, 0)


@pytest.mark.parametrize("line_id", [[], {}, [[1]]])
def test_an_id_that_is_neither_text_nor_number_is_refused(line_id: object, run: Run) -> None:
    (answer,), status = geoparse(run, {"id": line_id, "text": "Rain fell."})
    assert (answer, status) == ({"id": None, "error": "id: is neither a text nor a number"}, 1)


def test_a_line_without_an_id_has_none(run: Run) -> None:
    answers, _ = geoparse(run, {"text": "Rain fell."})
    assert answers == [{"id": None, "mentions": [], "events": []}]


def test_a_line_too_long_is_skipped_without_reading_it_whole(run: Run) -> None:
    long = b'{"id": "long", "text": "' + b"x" * (MAX_LINE + 1_000_000) + b'"}'
    answers, status = geoparse(run, long, {"id": 2, "text": "Rain fell."})
    assert status == 1
    assert [answer["id"] for answer in answers] == [None, 2]
    assert f"{MAX_LINE:,}" in answers[0]["error"]


def test_a_date_with_a_time_is_read_as_its_day(run: Run) -> None:
    record = {"text": "On Tuesday shells fell on Odesa.", "date": f"{DAY}T10:00:00Z"}
    (answer,), _ = geoparse(run, record)
    assert answer["events"][0]["date_start"] == "2025-01-28"


def test_nothing_in_gives_nothing_out(run: Run) -> None:
    assert geoparse(run) == ([], 0)


def test_an_input_file_that_is_missing_is_a_usage_error(run: Run) -> None:
    result = run("geoparse", "absent.jsonl", "-")
    assert (result.exit_code, "absent.jsonl" in result.stderr) == (2, True)
    assert "Traceback" not in result.output


# --------------------------------------------------------------------------- near and export


@pytest.fixture
def filled(run: Run, tmp_path: Path) -> None:
    """Reports in the store."""
    texts = [
        "On Tuesday Russian guns shelled Kupiansk, killing two.",
        "On Wednesday a drone hit a barn in Chuhuiv.",
        "On Monday thousands rallied in Tbilisi.",
        "Shells hit the Kherson region on Monday.",
        "Russia plans to attack Kupiansk.",
    ]
    file = tmp_path / "filled.jsonl"
    file.write_text("\n".join(json.dumps({"text": text, "date": DAY}) for text in texts), encoding="utf-8")
    assert run("ingest", file).exit_code == 0


@pytest.mark.usefixtures("filled")
def test_near_lists_the_events_around_a_place_nearest_first(run: Run) -> None:
    result = run("near", "Kupiansk", "--km", "150")
    assert result.exit_code == 0
    head, *lines = result.stdout.splitlines()
    assert head == "2 events within 150 km of Kupyansk, Kharkiv, UA"
    assert [line.split("  ")[-1].strip() for line in lines if " km " in line] == [
        "Shelling/artillery/missile attack, reported: Kupyansk, Kharkiv, UA",
        "Air/drone strike, reported: Chuhuyiv, Kharkiv, UA",
    ]
    assert lines[-2].split()[:3] == ["0.0", "km", "2025-01-28"]


@pytest.mark.usefixtures("filled")
def test_near_takes_a_position_and_the_filters_of_the_map(run: Run) -> None:
    result = run("near", "--lat", "49.7", "--lon", "37.6", "--km", "150", "--type", "Air/drone strike")
    assert result.stdout.startswith("1 events within 150 km of 49.7000, 37.6000\n")


@pytest.mark.usefixtures("filled")
def test_near_says_how_far_to_look_where_nothing_is_near(run: Run) -> None:
    result = run("near", "Lviv", "--km", "50")
    assert result.exit_code == 0
    head, *more = result.stdout.splitlines()
    assert head == "0 events within 50 km of Lviv, UA"
    assert "lie within" in more[-1]


@pytest.mark.parametrize(
    ("args", "field"),
    [
        pytest.param([], "PLACE", id="no place"),
        pytest.param(["Zrubokivka"], "place", id="a place that nobody knows"),
        pytest.param(["Odesa", "--km", "-3"], "km", id="negative radius"),
        pytest.param(["Odesa", "--km", "far"], "km", id="radius that is no number"),
        pytest.param(["--lat", "91", "--lon", "3"], "lat", id="latitude"),
        pytest.param(["--lat", "9"], "lon", id="latitude alone"),
        pytest.param(["Odesa", "--lat", "9", "--lon", "9"], "place", id="place and position"),
        pytest.param(["Odesa", "--type", "Chess"], "type", id="unknown type"),
        pytest.param(["Odesa", "--start", "tomorrow"], "start", id="a date that is none"),
        pytest.param(["Odesa", "--limit", "1", "--limit", "2"], "limit", id="given twice"),
    ],
)
def test_near_refuses_a_bad_value_by_its_name(args: list[str], field: str, run: Run) -> None:
    assert refused(run("near", *args)).startswith(f"{field}: ")


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("args", "names"),
    [
        pytest.param([], ["Chuhuyiv", "Kherson", "Kupyansk", "Tbilisi"], id="all that has happened"),
        pytest.param(["--stance", "planned"], ["Kupyansk"], id="stance"),
        pytest.param(
            ["--type", "Protests", "--type", "Air/drone strike"], ["Chuhuyiv", "Tbilisi"], id="types"
        ),
        pytest.param(["--precision", "3"], ["Kherson"], id="precision"),
        pytest.param(["--region", "country:GE"], ["Tbilisi"], id="region"),
        pytest.param(["--bbox", "35,48,40,51"], ["Chuhuyiv", "Kupyansk"], id="box"),
        pytest.param(["--start", "2025-01-28", "--end", "2025-01-28"], ["Kupyansk"], id="days"),
        pytest.param(["--limit", "1"], ["Chuhuyiv"], id="limit: the newest"),
    ],
)
def test_export_writes_what_the_filters_leave(args: list[str], names: list[str], run: Run) -> None:
    result = run("export", "-", *args)
    assert (result.exit_code, result.stderr) == (0, "")
    collection = json.loads(result.stdout)
    assert collection["type"] == "FeatureCollection"
    assert sorted(feature["properties"]["place"] for feature in collection["features"]) == names


@pytest.mark.usefixtures("filled")
def test_export_writes_csv_to_a_file(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "events.csv"
    result = run("export", target, "--format", "csv")
    assert (result.exit_code, result.output) == (0, "")
    assert len(target.read_text(encoding="utf-8-sig").splitlines()) == 5


@pytest.mark.parametrize(
    ("args", "field"),
    [
        pytest.param(["--bbox", "170,0,-170,9"], "bbox", id="box across the antimeridian"),
        pytest.param(["--bbox", "1,2,3"], "bbox", id="box of three"),
        pytest.param(["--end", "2025-13-01"], "end", id="a date that is none"),
        pytest.param(["--start", "2025-02-01", "--end", "2025-01-01"], "start", id="start after end"),
        pytest.param(["--stance", "sure"], "stance", id="unknown stance"),
        pytest.param(["--precision", "4"], "precision", id="unknown precision"),
        pytest.param(["--region", "Mordor"], "region", id="unknown region"),
        pytest.param(["--limit", "0"], "limit", id="no events"),
    ],
)
def test_export_refuses_a_bad_value_by_its_name(args: list[str], field: str, run: Run) -> None:
    assert refused(run("export", "-", *args)).startswith(f"{field}: ")


def test_an_unknown_format_is_a_usage_error(run: Run) -> None:
    result = run("export", "-", "--format", "xls")
    assert (result.exit_code, "--format" in result.stderr) == (2, True)


# --------------------------------------------------------------------------- set-up that is missing


@pytest.mark.parametrize("args", [["near", "Odesa"], ["geoparse", "-", "-"]], ids=["near", "geoparse"])
def test_without_a_gazetteer_a_command_says_what_to_do(
    args: list[str], make_app: MakeApp, tmp_path: Path
) -> None:
    app = make_app(tmp_path, SITMAP_GAZETTEER=str(tmp_path / "absent.db"))
    result = app.test_cli_runner().invoke(args=args, input=io.BytesIO(b"{}"))
    assert "flask prepare" in refused(result)

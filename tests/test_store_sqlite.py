"""What is special about a store in a SQLite file: the file itself, crashes, migrations, other readers."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

import store.connections
from domain import BadData, EventQuery, InvalidInput, NotPrepared, Order, SitmapError, Stance, Toll
from store import open_store
from store.migrate import APPLICATION_ID, MIGRATIONS, check, migrate
from store.overview import RECORD
from store.sqlite import CHUNK, SqliteStore
from tests.store_samples import ByName, analysis, document, event, name_of, numbered

ROOT = Path(__file__).parent.parent
MIGRATED = len(list(MIGRATIONS.glob("*.sql")))
"""Transactions before a new file takes a document."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.db"


@pytest.fixture
def opened(path: Path) -> Iterator[SqliteStore]:
    made = SqliteStore(path, ByName())
    yield made
    made.close()


@pytest.fixture
def beside(path: Path, opened: SqliteStore) -> Iterator[sqlite3.Connection]:
    """Somebody else's connection to the store's file."""
    other = sqlite3.connect(path, isolation_level=None, timeout=0)
    yield other
    other.close()


# --------------------------------------------------------------------------- the file


@pytest.mark.parametrize(
    "url",
    ["", "sqlite", "sqlite://", "sqlite:///", "postgresql://host/db", "events.db", "SQLITE:///x", "sqlite:///a\0b"],
)  # fmt: skip
def test_other_urls_are_refused(url: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        open_store(url, ByName())
    assert caught.value.field == "store"


@pytest.mark.parametrize("name", ["events.db", "new/folder/events.db", "file:odd?mode=ro#%20 é.db"])
def test_path_is_taken_as_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    for url in (f"sqlite:///{name}", f"sqlite:///{tmp_path / name}"):
        made = open_store(url, ByName())
        made.add(analysis(document()))
        assert made.totals()["documents"] == 1
        made.close()

    assert (tmp_path / name).is_file()


def test_path_that_cannot_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    for wrong in (tmp_path / "file" / "events.db", tmp_path):
        with pytest.raises(NotPrepared) as caught:
            SqliteStore(wrong, ByName())
        assert caught.value.field == "store"


def test_file_is_a_wal_database_of_ours(opened: SqliteStore, beside: sqlite3.Connection) -> None:
    assert beside.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert beside.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)


def test_closed_store_leaves_a_single_file(path: Path, opened: SqliteStore) -> None:
    opened.add(numbered(1))
    opened.close()

    assert list(path.parent.iterdir()) == [path]


def make_text(path: Path) -> None:
    path.write_text("This is no database. " * 100)


def make_other_database(path: Path) -> None:
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE places (name)")
    other.close()


def make_newer_store(path: Path) -> None:
    SqliteStore(path, ByName()).close()
    with sqlite3.connect(path) as newer:
        newer.execute("PRAGMA user_version = 999")
    newer.close()


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (make_text, "not a database"),
        (make_other_database, "not a Sitmap store"),
        (make_newer_store, "newer Sitmap"),
    ],
)
def test_file_that_is_not_ours_is_refused_and_left_alone(
    path: Path, make: Callable[[Path], None], why: str
) -> None:
    make(path)
    before = path.read_bytes()

    with pytest.raises(BadData, match=why) as caught:
        SqliteStore(path, ByName())

    assert caught.value.field == "events.db"
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


# --------------------------------------------------------------------------- migrations


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    db = sqlite3.connect(tmp_path / "fresh.db", isolation_level=None)
    yield db
    db.close()


def tables(db: sqlite3.Connection) -> set[str]:
    return {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def test_migrations_that_a_file_lacks_are_applied_in_order(fresh: sqlite3.Connection, tmp_path: Path) -> None:
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "0001_one.sql").write_text(
        "CREATE TABLE one (a); -- the first\nINSERT INTO one\nVALUES (';');\n"
    )
    migrate(fresh, folder=folder)
    (folder / "0002_two.sql").write_text("ALTER TABLE one ADD COLUMN b;\nCREATE TABLE two (b);\n")
    migrate(fresh, folder=folder)
    migrate(fresh, folder=folder)

    check(fresh, name="fresh.db", folder=folder)
    assert version(fresh) == 2
    assert tables(fresh) == {"one", "two"}
    assert fresh.execute("SELECT * FROM one").fetchall() == [(";", None)]


def test_migration_that_fails_leaves_nothing_of_itself(fresh: sqlite3.Connection, tmp_path: Path) -> None:
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "0001_good.sql").write_text("CREATE TABLE good (a);\n")
    (folder / "0002_bad.sql").write_text("CREATE TABLE half (a);\nCREATE TABLE good (a);\n")

    with pytest.raises(sqlite3.OperationalError, match="already exists"):
        migrate(fresh, folder=folder)

    assert version(fresh) == 1
    assert tables(fresh) == {"good"}


OPEN = """
import sys
from store import open_store
from tests.store_samples import ByName
print("ready", flush=True)
sys.stdin.readline()
print(*open_store(sys.argv[1], ByName()).totals().values())
"""


def test_processes_may_make_the_file_at_once(path: Path) -> None:
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN, f"sqlite:///{path}"], cwd=ROOT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )
        for _ in range(4)
    ]  # fmt: skip
    for racer in racers:
        assert racer.stdout and racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin
        racer.stdin.write("go\n")
        racer.stdin.flush()

    assert [racer.communicate(timeout=60)[0] for racer in racers] == ["0 0 0 0\n"] * 4


def test_store_of_the_form_before_tellings_is_carried_over(path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "before"
    folder.mkdir()
    for script in sorted(MIGRATIONS.glob("000[12]_*.sql")):
        shutil.copy(script, folder)
    old = sqlite3.connect(path, isolation_level=None)
    old.execute("PRAGMA foreign_keys = ON")
    migrate(old, folder=folder)
    old.executescript(OF_FORM_2)
    old.close()

    made = SqliteStore(path, ByName())
    try:
        joined, alone = made.event("joined"), made.event("alone")
        assert [(told.document_id, told.stance) for told in joined.reports] == [
            ("doc1", Stance.CLAIMED),
            ("doc1", Stance.CLAIMED),
            ("doc2", Stance.CLAIMED),
        ]
        assert (joined.claimed_by, joined.fatalities) == ("Russia", Toll(1, 2, 3))
        assert [len(told.reports) for told in made.tellings("joined")] == [2, 1]
        assert made.events_of("doc2") == (joined, alone)
        assert [found.event.id for found in made.near(EventQuery(), lat=48, lon=37, km=1).hits] == ["joined"]
        assert made.totals() == {"documents": 2, "events": 2, "reports": 4, "refusals": 0}
        assert made.counts(EventQuery(types=("Armed clash",), fatalities=2)).shown == 1
        assert [one.id for one in made.events(EventQuery(text="thr"))] == ["joined"]
        assert [each.event and each.event.id for each in made.clusters(EventQuery(), zoom=3)] == ["joined"]
        second = made.tellings("joined")[1].id
        assert made.split(second).reports == joined.reports[2:]
        assert made.event("joined").reports == joined.reports[:2]
    finally:
        made.close()
    db = sqlite3.connect(path)
    assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    assert db.execute("SELECT rtreecheck('event_extents')").fetchone() == ("ok",)
    assert db.execute("SELECT count(*) FROM evidence").fetchone() == (4,)
    db.close()


OF_FORM_2 = """
INSERT INTO documents (id, title, source, url, published, text) VALUES
    ('doc1', '', '', '', '2025-01-01', 'One. Two.'), ('doc2', '', '', '', '2025-01-02', 'Three. Four.');
INSERT INTO events (
    event_key, id, event_type, sub_event_type, disorder_type, stance, confidence, claimed_by, place_text, lat,
    lon, geo_precision, fatalities_stated, fatalities_low, fatalities_best, fatalities_high
) VALUES
    (7, 'joined', 'Battles', 'Armed clash', '', 'claimed', 0.5, 'Russia', 'X', 48, 37, 1, 1, 1, 2, 3),
    (9, 'alone', 'Battles', 'Armed clash', '', 'reported', 0.5, NULL, '', NULL, NULL, NULL, 0, 0, NULL, NULL);
INSERT INTO event_extents VALUES (7, 37, 37, 48, 48);
INSERT INTO reports (
    event_id, document_id, sentence, sentence_start, sentence_end, trigger_text, trigger_start, trigger_end
) VALUES
    ('joined', 'doc1', 'One.', 0, 4, 'One', 0, 3), ('joined', 'doc2', 'Three.', 0, 6, 'Three', 0, 5),
    ('joined', 'doc1', 'Two.', 5, 9, 'Two', 5, 8), ('alone', 'doc2', 'Four.', 7, 12, 'Four', 7, 11);
"""


# --------------------------------------------------------------------------- crashes

INGEST = """
import os, signal, sqlite3, sys
from store import open_store
from tests.store_samples import ByName, numbered

url, statement, times = sys.argv[1], sys.argv[2], int(sys.argv[3])
connect = sqlite3.connect

def watched(*args, **options):
    db = connect(*args, **options)
    def die(sql):
        global times
        times -= sql.startswith(statement)
        if times < 0:
            os.kill(os.getpid(), signal.SIGKILL)
    db.set_trace_callback(die if statement else None)
    return db

sqlite3.connect = watched
store = open_store(url, ByName())
for number in range(int(sys.argv[4])):
    store.add(numbered(number))
    print(number, flush=True)
"""


def ingest(path: Path, *, dies_at: str = "", times: int = 0, count: int) -> subprocess.Popen[str]:
    """Start a process that adds documents, and kills itself at a statement if told to."""
    return subprocess.Popen(
        [sys.executable, "-c", INGEST, f"sqlite:///{path}", dies_at, str(times), str(count)],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
    )


def assert_whole_and_completed_by_a_rerun(path: Path, *, finished: int, count: int) -> None:
    db = sqlite3.connect(path)
    try:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("SELECT rtreecheck('event_extents')").fetchone() == ("ok",)
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    finally:
        db.close()

    again = SqliteStore(path, ByName())
    try:
        everything = [numbered(number) for number in range(count)]
        known = [one for one in everything if again.knows(one.document.id)]
        assert finished <= len(known) <= finished + 1, "what was reported as kept is kept"
        for one in known:
            assert again.document(one.document.id) == one.document
            assert again.resolutions(one.document.id) == one.resolutions
            for told in one.events:
                assert told.reports[0] in again.event(told.id).reports
                assert told.lat is not None and told.lon is not None
                near = again.near(EventQuery(), lat=told.lat, lon=told.lon, km=5)
                assert again.event(told.id) in [found.event for found in near.hits]
        events = {name_of(told) for one in known for told in one.events}
        reports = sum(len(one.events) for one in known)
        kept = {"documents": len(known), "events": len(events), "reports": reports, "refusals": 0}
        assert again.totals() == kept

        assert sum(again.add(one) for one in everything) == count - len(known)
        assert again.totals()["documents"] == count
        assert again.totals()["reports"] == 2 * count
    finally:
        again.close()


@pytest.mark.parametrize(
    ("statement", "times", "finished"),
    [
        ("INSERT INTO documents", 7, 7),
        ("INSERT INTO mentions", 15, 7),
        ("INSERT INTO events", 9, 7),
        ("INSERT INTO event_extents", 14, 7),
        ("INSERT INTO tellings", 14, 7),
        ("UPDATE events", 5, 7),
        ("INSERT INTO reports", 14, 7),
        ("INSERT INTO reports", 15, 7),
        # One more each, by which a migration fills them.
        ("INSERT INTO telling_words", 15, 7),
        ("INSERT OR IGNORE INTO overview_words", 15, 7),
        ("INSERT INTO overview", 15, 7),
        ("BEGIN IMMEDIATE", MIGRATED + 7, 7),
        ("COMMIT", MIGRATED + 14, 7),
    ],
)
def test_process_killed_within_an_add_leaves_no_half_document(
    path: Path, statement: str, times: int, finished: int
) -> None:
    process = ingest(path, dies_at=statement, times=times, count=20)
    told, _ = process.communicate(timeout=60)

    assert process.returncode == -signal.SIGKILL
    assert len(told.splitlines()) == finished
    assert_whole_and_completed_by_a_rerun(path, finished=finished, count=20)


@pytest.mark.parametrize("after", [1, 40, 333])
def test_process_killed_at_any_moment_leaves_no_half_document(path: Path, after: int) -> None:
    process = ingest(path, count=100_000)
    assert process.stdout
    for _ in range(after):
        process.stdout.readline()
    process.kill()
    told = after + process.stdout.read().count("\n")
    process.stdout.close()

    assert process.wait(timeout=60) == -signal.SIGKILL
    assert_whole_and_completed_by_a_rerun(path, finished=told, count=told + 5)


# --------------------------------------------------------------------------- others at the file


def test_reading_goes_on_while_another_process_writes(
    opened: SqliteStore, beside: sqlite3.Connection
) -> None:
    opened.add(numbered(1))
    beside.execute("BEGIN IMMEDIATE")
    beside.execute("DELETE FROM reports")

    assert all(one.reports for one in opened.events(EventQuery()))
    assert opened.counts(EventQuery()).window == 2
    beside.execute("ROLLBACK")


def test_writer_that_waits_too_long_says_why(
    path: Path, beside: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store.connections, "BUSY_TIMEOUT_S", 0.01)
    impatient = SqliteStore(path, ByName())
    beside.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(SitmapError, match=r"events\.db: database is locked"):
            impatient.add(numbered(1))
        beside.execute("ROLLBACK")
        assert impatient.add(numbered(1))
    finally:
        impatient.close()


def test_stream_holds_nothing_open_between_chunks(opened: SqliteStore, beside: sqlite3.Connection) -> None:
    told = document()
    opened.add(analysis(told, *(event(told, f"{number}") for number in range(CHUNK + 1))))
    stream = opened.events(EventQuery())
    next(stream)

    # Emptying the log takes that nobody reads from it.
    busy, _, _ = beside.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    assert busy == 0
    assert len(list(stream)) == CHUNK


def test_stream_goes_on_when_an_analyst_deletes_an_event(
    opened: SqliteStore, beside: sqlite3.Connection
) -> None:
    told = document()
    opened.add(analysis(told, *(event(told, f"{number}") for number in range(CHUNK + 2))))
    stream = opened.events(EventQuery())
    next(stream)
    beside.execute("PRAGMA foreign_keys = ON")
    beside.execute("DELETE FROM events WHERE id = (SELECT max(id) FROM events)")

    assert len(list(stream)) == CHUNK
    assert opened.totals()["reports"] == CHUNK + 1


def test_event_that_an_analyst_deletes_is_counted_no_more(
    opened: SqliteStore, beside: sqlite3.Connection
) -> None:
    told = document()
    opened.add(analysis(told, *(event(told, f"{number}") for number in range(3))))
    assert opened.counts(EventQuery()).shown == 3
    beside.execute("PRAGMA foreign_keys = ON")
    beside.execute("DELETE FROM events WHERE id = (SELECT max(id) FROM events)")

    assert opened.counts(EventQuery()).shown == 2
    assert [each.count for each in opened.clusters(EventQuery(), zoom=3)] == [2]
    assert opened.listing(EventQuery(text="pokrovsk"), Order.NEWEST, skip=0, limit=9).total == 2


def test_only_what_changed_is_read_again(opened: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    opened.add(numbered(1))
    assert opened.counts(EventQuery()).window == 2
    packed: list[int] = []
    frombuffer = np.frombuffer

    def watched(data: bytes, dtype: np.dtype[np.void]) -> object:
        packed.append(len(data))
        return frombuffer(data, dtype)

    monkeypatch.setattr(np, "frombuffer", watched)

    opened.counts(EventQuery(types=("Battles",)))
    opened.add(numbered(2))
    assert opened.counts(EventQuery()).window == 3

    assert packed == [2 * RECORD.itemsize], "the new event, and the one that the new report tells of again"


def test_stream_reads_the_reports_of_a_chunk_at_once(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    statements: list[str] = []
    connect = sqlite3.connect

    def watched(*args: object, **options: object) -> sqlite3.Connection:
        db: sqlite3.Connection = connect(*args, **options)  # type: ignore[call-overload]
        db.set_trace_callback(statements.append)
        return db

    monkeypatch.setattr(sqlite3, "connect", watched)
    told = document()
    traced = SqliteStore(path, ByName())
    try:
        traced.add(analysis(told, *(event(told, f"{number}") for number in range(CHUNK * 2 + 1))))
        statements.clear()
        assert sum(1 for _ in traced.events(EventQuery())) == CHUNK * 2 + 1
    finally:
        traced.close()

    assert sum("FROM reports" in sql for sql in statements) == 3
    assert sum("geometry" in sql for sql in statements) == 3


def test_gis_programs_open_events_evidence_and_snapshots_as_layers(path: Path, opened: SqliteStore) -> None:
    pyogrio = pytest.importorskip("pyogrio")
    one = numbered(1)
    opened.add(one)

    assert {name for name, _ in pyogrio.list_layers(path)} == {"events", "evidence", "current_snapshots"}
    meta, _, shapes, columns = pyogrio.raw.read(path, layer="evidence")
    values = dict(zip(meta["fields"], columns, strict=True))
    assert meta["crs"] == "EPSG:4326"
    assert list(values["sentence"]) == [one.document.text] * 2
    assert list(values["stance"]) == ["reported", "claimed"]
    assert [str(day) for day in values["date_start"]] == ["2025-01-11", "2025-01-10"]
    assert all(shapes)


def test_analyst_reads_the_chosen_place_and_its_rivals_in_sql(
    opened: SqliteStore, beside: sqlite3.Connection
) -> None:
    opened.add(numbered(1))

    assert beside.execute(
        "SELECT mentions.text, place_id, place_name, json_extract(rival.value, '$.place.country')"
        " FROM mentions, json_each(candidates) AS rival WHERE position = 0 AND rival.key = 1"
    ).fetchall() == [("Pokrovsk", "geonames:700646", "Pokrovsk", "RU")]

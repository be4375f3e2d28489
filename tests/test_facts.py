"""Facts of control: what is read out of tables and refused, and what events tell of who holds places."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from domain import BadData, BBox, ControlFact, DateRange, InvalidInput, SitmapError, Stance, TooLarge
from frontlines import facts as module
from frontlines.facts import facts_of, party_of, read_facts
from geo.holdings import settle
from geo.land import Land
from ontology import Ontology, load_ontology
from tests.store_samples import DAY, KURSK_REGION, POKROVSK, document, event, report

ROOT = Path(__file__).parent.parent
HEADER = "lat,lon,party,date,source"
ROW = "48.5,37.5,Russia,2025-01-31,Example"


def table(folder: Path, *lines: str, header: str = HEADER) -> Path:
    path = folder / "facts.csv"
    path.write_text("\n".join((header, *lines)) + "\n", "utf-8")
    return path


def test_a_table_is_read_in_its_order(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        " 48.5 ,37.5,Russia,2025-01-31,Example,0.5, Dolyna ,claimed,ignored",
        '-48.5,-180,"Ukraine",2024-02-29,"Maps, daily",,,,',
        header=HEADER + ",weight,name,stance,other",
    )
    assert read_facts(path) == [
        ControlFact(48.5, 37.5, "Russia", date(2025, 1, 31), "Example", 0.5, "Dolyna", Stance.CLAIMED),
        ControlFact(-48.5, -180.0, "Ukraine", date(2024, 2, 29), "Maps, daily"),
    ]


def test_columns_may_stand_in_any_order_and_a_mark_before_them(tmp_path: Path) -> None:
    path = tmp_path / "facts.csv"
    path.write_text("\ufeffsource,date,party,lon,lat\r\nExample,2025-01-31,Russia,37.5,48.5\r\n", "utf-8")
    (fact,) = read_facts(path)
    assert (fact.lat, fact.lon, fact.source) == (48.5, 37.5, "Example")


def test_a_table_may_have_no_rows(tmp_path: Path) -> None:
    assert read_facts(table(tmp_path)) == []


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("91,37.5,Russia,2025-01-31,Example", "line 3: lat '91' is no number from -90 to 90"),
        ("48.5,181,Russia,2025-01-31,Example", "line 3: lon '181' is no number from -180 to 180"),
        ("nan,37.5,Russia,2025-01-31,Example", "line 3: lat 'nan'"),
        ("48.5,inf,Russia,2025-01-31,Example", "line 3: lon 'inf'"),
        ("48°,37.5,Russia,2025-01-31,Example", "line 3: lat '48°'"),
        (",37.5,Russia,2025-01-31,Example", "line 3: lat ''"),
        ("48.5,37.5,,2025-01-31,Example", "line 3: party is empty"),
        ("48.5,37.5,Russia,2025-01-31, ", "line 3: source is empty"),
        ("48.5,37.5,Russia,31.1.2025,Example", "line 3: date '31.1.2025' is no day like 2025-01-31"),
        ("48.5,37.5,Russia,2025-02-30,Example", "line 3: date '2025-02-30'"),
        ("48.5,37.5,Russia,2025-W05-5,Example", "line 3: date '2025-W05-5'"),
        ("48.5,37.5,Russia,2025-1-31,Example", "line 3: date '2025-1-31'"),
        ("48.5,37.5,Russia,,Example", "line 3: date ''"),
        ("48.5,37.5,Rus\x00sia,2025-01-31,Example", "line 3: party is no text"),
        (f"48.5,37.5,{'x' * 201},2025-01-31,Example", "line 3: party is no text of up to 200 characters"),
        ("48.5,37.5,Russia,2025-01-31", "line 3: has not as many cells"),
        ("48.5,37.5,Russia,2025-01-31,Example,1", "line 3: has not as many cells"),
        ('48.5,37.5,"Rus"sia,2025-01-31,Example', "is no CSV"),
    ],
    ids=[
        "latitude", "longitude", "not a number", "infinite", "sign in number", "no number", "no party",
        "no source", "other date", "no such day", "week", "short date", "no date", "control character",
        "too long", "too few cells", "too many cells", "open quote",
    ],
)  # fmt: skip
def test_a_bad_row_is_refused_by_its_line(tmp_path: Path, row: str, words: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_facts(table(tmp_path, ROW, row))
    assert str(refused.value).startswith("facts.csv")
    assert words in str(refused.value)


@pytest.mark.parametrize("weight", ["0", "-1", "1.01", "nan", "much"])
def test_a_weight_is_above_nothing_and_at_most_one(tmp_path: Path, weight: str) -> None:
    with pytest.raises(InvalidInput, match="line 2: weight"):
        read_facts(table(tmp_path, f"{ROW},{weight}", header=HEADER + ",weight"))


@pytest.mark.parametrize("stance", ["planned", "historical", "Claimed", "x" * 5000])
def test_a_stance_that_says_nothing_of_control_is_refused(tmp_path: Path, stance: str) -> None:
    with pytest.raises(InvalidInput, match="line 2: stance is none of reported, confirmed"):
        read_facts(table(tmp_path, f"{ROW},{stance}", header=HEADER + ",stance"))


@pytest.mark.parametrize("header", ["", "lat;lon;party;date;source", "Lat,Lon,Party,Date,Source"])
def test_a_table_without_its_columns_is_refused_by_their_names(tmp_path: Path, header: str) -> None:
    with pytest.raises(InvalidInput, match="facts.csv: has no column lat, lon, party, date, source"):
        read_facts(table(tmp_path, header=header))


def test_what_is_no_table_is_refused(tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_bytes(HEADER.encode() + b"\n48,37,\xff\xfe,2025-01-31,x\n")
    with pytest.raises(InvalidInput, match="is not UTF-8"):
        read_facts(bad)
    bad.write_bytes(HEADER.encode() + b'\n"48,37,East,2025-01-31,x\n')
    with pytest.raises(InvalidInput, match="is no CSV: unexpected end"):
        read_facts(bad)
    for missing in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(BadData):
            read_facts(missing)


def test_too_much_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = table(tmp_path, ROW, ROW, ROW)
    monkeypatch.setattr(module, "MAX_FACTS", 2)
    with pytest.raises(TooLarge, match="more than 2 facts"):
        read_facts(path)
    monkeypatch.setattr(module, "MAX_BYTES", 20)
    with pytest.raises(TooLarge, match="larger than 20 bytes"):
        read_facts(path)
    assert issubclass(TooLarge, SitmapError)


# --------------------------------------------------------------------------- events


TAKEN, REGAINED = "Non-state actor overtakes territory", "Government regains territory"
MOVED = "Troop movement"


@pytest.fixture(scope="module")
def ontology() -> Ontology:
    return load_ontology()


def told(ontology: Ontology, **changes: Any) -> list[ControlFact]:
    """Return what an event at Pokrovsk tells; by itself that Russia captured it."""
    made = event(document(), **{"event_type": "Battles", "sub_event_type": TAKEN} | changes)
    return list(facts_of([made], ontology, {"UA": "Ukraine"}.__getitem__))


def trigger(word: str) -> dict[str, Any]:
    """Return reports whose trigger is a word."""
    made = report(document())
    return {"reports": (replace(made, trigger=replace(made.trigger, text=word)),)}


def test_who_captures_a_settlement_holds_it(ontology: Ontology) -> None:
    (fact,) = told(ontology)
    assert (fact.lat, fact.lon, fact.party, fact.date) == (POKROVSK.lat, POKROVSK.lon, "Russia", DAY)
    assert (fact.name, fact.source, fact.weight, fact.stance) == (
        "Pokrovsk",
        "Sitmap Wire",
        0.8,
        Stance.REPORTED,
    )
    assert fact.event_id


def test_who_regains_a_settlement_is_the_state_that_it_belongs_to(ontology: Ontology) -> None:
    (fact,) = told(ontology, sub_event_type=REGAINED, actor="Azov Brigade")
    assert fact.party == "Ukraine"


def test_what_nobody_named_has_taken_its_state_no_longer_holds(ontology: Ontology) -> None:
    (fact,) = told(ontology, actor=None)
    assert (fact.party, fact.stance) == ("Ukraine", Stance.NEGATED)
    assert told(ontology, actor=None, stance=Stance.DENIED) == []


def test_who_withdraws_no_longer_holds_the_settlement(ontology: Ontology) -> None:
    (fact,) = told(ontology, sub_event_type=MOVED, actor="Ukraine", **trigger("withdrew"))
    assert (fact.party, fact.stance) == ("Ukraine", Stance.NEGATED)
    assert told(ontology, sub_event_type=MOVED, **trigger("advanced")) == []
    assert told(ontology, sub_event_type=MOVED, stance=Stance.DENIED, **trigger("withdrew")) == []


@pytest.mark.parametrize(
    ("changes", "party", "stance"),
    [
        ({"stance": Stance.CLAIMED, "claimed_by": "Russia"}, "Russia", Stance.CLAIMED),
        ({"stance": Stance.CLAIMED}, "Russia", Stance.CLAIMED),
        ({"stance": Stance.CLAIMED, "claimed_by": "Ukraine"}, "Russia", Stance.CONFIRMED),
        ({"stance": Stance.CLAIMED, "actor": None, "claimed_by": "Russia"}, "Russia", Stance.CLAIMED),
        ({"stance": Stance.DENIED}, "Russia", Stance.DENIED),
        ({"stance": Stance.CONFIRMED}, "Russia", Stance.CONFIRMED),
    ],
    ids=["by itself", "by nobody", "by the loser", "by who claims it", "denied", "confirmed"],
)
def test_who_vouches_for_a_capture_is_kept(
    ontology: Ontology, changes: dict[str, Any], party: str, stance: Stance
) -> None:
    (fact,) = told(ontology, **changes)
    assert (fact.party, fact.stance) == (party, stance)


@pytest.mark.parametrize(
    "changes",
    [
        {"stance": Stance.PLANNED},
        {"stance": Stance.HISTORICAL},
        {"stance": Stance.NEGATED},
        {"geo_precision": 2},
        {"place": None},
        {"place": KURSK_REGION},
        {"sub_event_type": "Armed clash"},
        {"sub_event_type": "A type that the ontology has lost"},
        {"when": None, "reports": (report(document(), published=None),)},
    ],
    ids=[
        "planned",
        "long past",
        "did not happen",
        "near by",
        "nowhere",
        "a region",
        "a clash",
        "lost",
        "undated",
    ],
)
def test_what_does_not_say_who_holds_a_settlement_is_no_fact(
    ontology: Ontology, changes: dict[str, Any]
) -> None:
    assert told(ontology, **changes) == []


def test_an_undated_capture_is_of_the_day_of_its_first_report(ontology: Ontology) -> None:
    days = (date(2025, 1, 12), date(2025, 1, 11))
    reports = tuple(report(document(number), published=day) for number, day in enumerate(days))
    (fact,) = told(ontology, when=None, reports=reports)
    assert fact.date == date(2025, 1, 11)


def test_a_capture_over_days_is_of_the_last(ontology: Ontology) -> None:
    (fact,) = told(ontology, when=DateRange(date(2025, 1, 1), date(2025, 1, 5), 2))
    assert fact.date == date(2025, 1, 5)


def test_a_doubtful_event_weighs_little_but_something(ontology: Ontology) -> None:
    (fact,) = told(ontology, confidence=0.0)
    assert fact.weight == module.LEAST_WEIGHT


@pytest.mark.parametrize(
    ("actor", "party"),
    [
        ("Military Forces of Russia", "Russia"),
        ("Government of Sudan", "Sudan"),
        ("Russia", "Russia"),
        ("Al Qassam Brigades", "Hamas"),
        ("Unidentified Armed Group (Sudan)", ""),
        ("Hamas", "Hamas"),
        (None, ""),
        (" ", ""),
    ],
    ids=str,
)
def test_ground_is_its_sides(actor: str | None, party: str) -> None:
    assert party_of(actor) == party


# --------------------------------------------------------------------------- our own tables


@pytest.mark.parametrize(
    ("file", "country", "parties", "count"),
    [("control.csv", "UA", {"Russia", "Ukraine"}, 250), ("kursk.csv", "RU", {"Russia", "Ukraine"}, 15)],
    ids=["control.csv", "kursk.csv"],
)
def test_our_tables_tell_once_of_each_place_in_the_ground_of_its_country(
    file: str, country: str, parties: set[str], count: int, prepared: dict[str, str]
) -> None:
    facts = read_facts(ROOT / "data" / file)
    assert len(facts) >= count
    assert {fact.party for fact in facts} == parties
    assert {fact.date for fact in facts} == {date(2025, 1, 31)}
    assert len(settle(facts, date(2025, 1, 31))) == len(facts), "namesakes lie far enough apart"
    assert all(fact.name and fact.source and fact.weight == 1 for fact in facts)
    seen = Land(Path(prepared["SITMAP_LAND"])).theatre(BBox(20, 43, 42, 54))
    spots = seen.plane.flat(np.array([(fact.lon, fact.lat) for fact in facts]))
    assert set(seen.countries_of(spots).tolist()) == {country}


def test_the_table_of_2024_tells_of_the_same_places_and_more_and_of_each_change_once() -> None:
    facts = read_facts(ROOT / "data" / "control_2024.csv")
    after = read_facts(ROOT / "data" / "control.csv")
    told: dict[tuple[float, float], list[ControlFact]] = {}
    for fact in facts:
        told.setdefault((fact.lat, fact.lon), []).append(fact)
    both = {(fact.lat, fact.lon) for fact in after}
    assert told.keys() > both
    for row in told.values():
        assert row[0].date == date(2024, 8, 1)
        assert all(one.date < other.date and one.party != other.party for one, other in pairwise(row))
    assert max(fact.date for fact in facts if (fact.lat, fact.lon) in both) < after[0].date


def test_the_origin_of_our_tables_is_told() -> None:
    told = (ROOT / "data" / "README.md").read_text("utf-8")
    assert all(f"| `{file}` |" in told for file in ("control.csv", "control_2024.csv", "kursk.csv"))

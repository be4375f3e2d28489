"""Corrections: they hold at once, outlive a rebuild, and can be undone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from domain import InvalidInput, NotFound, NotPrepared, TooLarge
from geo import corrections
from geo.corrections import ALIAS, MOVE, NEVER, Correction, Corrections
from geo.gazetteer import Gazetteer, corrections_file

POKROVSK, ENGELS, KYIV = "geonames:704422", "geonames:563464", "geonames:703448"


@pytest.fixture
def base(small_gazetteer: Path, tmp_path: Path) -> Path:
    """The small gazetteer in a folder of its own."""
    path = tmp_path / "gazetteer.db"
    path.symlink_to(small_gazetteer)
    return path


@pytest.fixture
def places(base: Path) -> Iterator[Gazetteer]:
    """The gazetteer, opened before anything is corrected: as a running server has it."""
    with closing(Gazetteer(base)) as opened:
        yield opened


@pytest.fixture
def made(base: Path) -> Corrections:
    """The corrections of that gazetteer."""
    return Corrections(corrections_file(base))


def test_an_alias_goes_before_all_others_of_the_name(places: Gazetteer, made: Corrections) -> None:
    number = made.add(Correction(ALIAS, POKROVSK, "Kyiv"))
    use = places.best("KYIV")
    assert use is not None and (use.place.id, use.own) == (POKROVSK, True)
    assert [place.id for place in places.lookup("kyiv")[:2]] == [POKROVSK, KYIV]
    made.undo(number)
    assert places.lookup("kyiv")[0].id == KYIV


def test_a_place_that_is_never_meant_by_a_name_keeps_its_others(places: Gazetteer, made: Corrections) -> None:
    made.add(Correction(NEVER, KYIV, "Kiev"))
    assert KYIV not in {place.id for place in (*places.lookup("Kiev"), *places.search("kiev"))}
    assert places.lookup("Kyiv")[0].id == KYIV


def test_a_moved_place_lies_where_it_was_moved_to(places: Gazetteer, made: Corrections) -> None:
    old = places.get(POKROVSK)
    made.add(Correction(MOVE, POKROVSK, lat=50.0, lon=30.0, radius_km=7.5))
    moved = places.get(POKROVSK)
    assert (moved.lat, moved.lon, moved.radius_km, moved.name) == (50.0, 30.0, 7.5, old.name)
    assert places.lookup("Pokrovsk")[0] == moved
    assert places.nearby(lat=50.0, lon=30.0, km=0.5) == (moved,)
    assert moved not in places.nearby(lat=old.lat, lon=old.lon, km=5)


def test_of_two_corrections_the_later_holds(places: Gazetteer, made: Corrections) -> None:
    made.add(Correction(NEVER, KYIV, "Kyiv"))
    made.add(Correction(ALIAS, KYIV, "Kyiv"))
    made.add(Correction(MOVE, KYIV, lat=1, lon=1))
    made.add(Correction(MOVE, KYIV, lat=2, lon=2))
    assert [(place.id, place.lat) for place in places.lookup("Kyiv")[:1]] == [(KYIV, 2)]


def test_a_correction_outlives_a_rebuild(base: Path, small_gazetteer: Path, made: Corrections) -> None:
    made.add(Correction(ALIAS, POKROVSK, "The Fortress"))
    fresh = base.with_suffix(".building")
    fresh.write_bytes(small_gazetteer.read_bytes())
    fresh.replace(base)
    with closing(Gazetteer(base)) as opened:
        assert [place.id for place in opened.lookup("the fortress")] == [POKROVSK]


def test_who_when_and_why_are_kept(made: Corrections) -> None:
    made.add(Correction(ALIAS, POKROVSK, "X-town", made_by="ann", note="heard on the radio"))
    (kept,) = made.all()
    assert (kept.made_by, kept.note, kept.number) == ("ann", "heard on the radio", 1)
    assert kept.made_at.startswith("20") and kept.made_at.endswith("+00:00")
    assert str(kept) == f"'X-town' means {POKROVSK}"


def test_a_correction_of_a_place_that_is_gone_does_no_harm(places: Gazetteer, made: Corrections) -> None:
    made.add(Correction(ALIAS, "geonames:1", "Kyiv"))
    made.add(Correction(MOVE, "geonames:1", lat=50.4, lon=30.5))
    assert places.lookup("Kyiv")[0].id == KYIV
    assert places.nearby(lat=50.4, lon=30.5, km=20)


@pytest.mark.parametrize(
    ("correction", "field"),
    [
        (Correction(ALIAS, POKROVSK, "'"), "name"),
        (Correction(NEVER, POKROVSK, "x" * 501), "name"),
        (Correction(ALIAS, POKROVSK, "x", note="a\nb"), "note"),
        (Correction(MOVE, POKROVSK, lat=400, lon=0), "lat, lon"),
        (Correction(MOVE, POKROVSK, lat=float("nan"), lon=0), "lat, lon"),
        (Correction(MOVE, POKROVSK, lat=0), "lat, lon"),
        (Correction(MOVE, POKROVSK, lat=0, lon=0, radius_km=-1), "radius_km"),
    ],
    ids=["no letter", "long", "two lines", "off the globe", "nan", "half a position", "radius"],
)
def test_what_corrects_nothing_is_refused(made: Corrections, correction: Correction, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        made.add(correction)
    assert refused.value.field == field
    assert made.all() == ()


def test_there_is_an_end_to_corrections(made: Corrections, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corrections, "MAX_CORRECTIONS", 1)
    made.add(Correction(ALIAS, POKROVSK, "X"))
    with pytest.raises(TooLarge):
        made.add(Correction(ALIAS, POKROVSK, "Y"))


def test_what_was_not_corrected_cannot_be_undone(made: Corrections) -> None:
    with pytest.raises(NotFound):
        made.undo(3)


@pytest.mark.parametrize("use", [Gazetteer.size, lambda places: places.best("Kyiv")], ids=["size", "best"])
def test_damaged_corrections_are_said_to_be_so(
    base: Path, places: Gazetteer, use: Callable[[Gazetteer], object]
) -> None:
    corrections_file(base).write_bytes(b"no database" * 100)
    with pytest.raises(NotPrepared, match=r"corrections\.db"):
        use(places)

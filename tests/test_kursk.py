"""One real article, read whole: the places it names, the events it reports, and those that it does not."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from domain import Analysis, Document, Event, MentionKind, Place, Stance
from geo.gazetteer import GEOD, Gazetteer
from geo.layers import add_layer
from geo.regions import Regions
from pipeline import Analyser

VILLAGES = Path(__file__).parent.parent.parent / "shared" / "data" / "gazetteer" / "geonames-UA.txt.gz"
REPORT = Path(__file__).parent.parent.parent / "shared" / "reports" / "kursk-withdrawal.txt"
PUBLISHED = date(2025, 1, 31)


@pytest.fixture(scope="module")
def text() -> str:
    """The article."""
    if not REPORT.is_file():
        pytest.skip(f"the article is not part of the project; it would be {REPORT}")
    return REPORT.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def article(text: str, analyser: Analyser) -> Analysis:
    """What is read out of the article."""
    return analyser.analyse(Document(text, PUBLISHED))


def place(article: Analysis, name: str) -> Place:
    """Return the one place that all literal mentions of a name mean."""
    found = {
        resolution.place
        for resolution in article.resolutions
        if resolution.mention.text == name and resolution.mention.literal
    }
    (only,) = found
    assert only is not None
    return only


def mapped(article: Analysis) -> list[Event]:
    """Return the events that are on the map."""
    return [event for event in article.events if event.on_map]


def only(article: Analysis, kind: str, actor: str) -> Event:
    """Return the one event on the map of a type and an actor."""
    (event,) = (one for one in mapped(article) if (one.sub_event_type, one.actor) == (kind, actor))
    return event


def kilometres(one: Place, other: Place) -> float:
    """Return the distance of two places."""
    return float(GEOD.inv(one.lon, one.lat, other.lon, other.lat)[2]) / 1000


def test_with_all_of_ukraines_villages_the_same_novovasylivka_is_meant(
    article: Analysis, prepared: dict[str, str], tmp_path: Path
) -> None:
    if not VILLAGES.is_file():
        pytest.skip(f"the villages are not part of the project; they would be {VILLAGES}")
    base = tmp_path / "gazetteer.db"
    base.symlink_to(Path(prepared["SITMAP_GAZETTEER"]).resolve())
    add_layer(base, VILLAGES)
    with closing(Gazetteer(base)) as detailed:
        assert len(detailed.lookup("Novovasylivka")) >= 12
        reader = Analyser(detailed, Regions(detailed, Path(prepared["SITMAP_BASEMAP"])))
        again = reader.analyse(article.document)
    village = place(again, "Novovasylivka")
    assert village.id == place(article, "Novovasylivka").id
    assert kilometres(village, place(again, "Pokrovsk")) < 30


@pytest.mark.parametrize(
    ("name", "place_id"),
    [
        ("Kursk region", "adm1:RU.41"),
        ("Donetsk region", "adm1:UA.05"),
        ("Dnipropetrovsk region", "adm1:UA.04"),
    ],
)
def test_the_regions_are_those_meant(name: str, place_id: str, article: Analysis) -> None:
    assert place(article, name).id == place_id


def test_pokrovsk_is_the_one_in_the_donetsk_region(article: Analysis) -> None:
    pokrovsk = place(article, "Pokrovsk")
    assert (pokrovsk.country, pokrovsk.admin1_id) == ("UA", "adm1:UA.05")


def test_novovasylivka_is_the_one_near_pokrovsk_and_not_one_of_its_many_namesakes(
    article: Analysis, analyser: Analyser
) -> None:
    novovasylivka = place(article, "Novovasylivka")
    assert kilometres(novovasylivka, place(article, "Pokrovsk")) < 20
    resolution = next(r for r in article.resolutions if r.mention.text == "Novovasylivka")
    assert len(resolution.candidates) > 1


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Moscow", MentionKind.SPEAKER),
        ("Pyongyang", MentionKind.SPEAKER),
        ("Russian", MentionKind.DEMONYM),
        ("North Korean", MentionKind.DEMONYM),
    ],
)
def test_speakers_and_peoples_are_no_places(name: str, kind: MentionKind, article: Analysis) -> None:
    kinds = {r.mention.kind for r in article.resolutions if r.mention.text == name}
    assert kinds == {kind}


def test_the_withdrawal_of_the_north_koreans_is_claimed_by_ukraine(article: Analysis) -> None:
    event = only(article, "Troop movement", "Military Forces of North Korea")
    assert (event.stance, event.claimed_by) == (Stance.CLAIMED, "Ukraine")
    assert event.place is not None
    assert (event.place.id, event.geo_precision) == ("adm1:RU.41", 3)
    assert any("withdrawn" in report.trigger.text for report in event.reports)


def test_the_capture_of_novovasylivka_is_claimed_by_russia(article: Analysis) -> None:
    event = only(article, "Non-state actor overtakes territory", "Military Forces of Russia")
    assert (event.stance, event.claimed_by) == (Stance.CLAIMED, "Russia")
    assert event.target == "Military Forces of Ukraine"
    assert event.place == place(article, "Novovasylivka")
    assert event.geo_precision == 1
    assert event.when is not None
    assert (event.when.start, event.when.end) == (PUBLISHED, PUBLISHED)


@pytest.mark.parametrize(
    ("kind", "word", "actor", "where", "stance"),
    [
        pytest.param(
            "Troop movement",
            "deployed",
            "Military Forces of North Korea",
            "Kursk region",
            Stance.REPORTED,
            id="deployment",
        ),
        pytest.param(
            "Armed clash",
            "offensive",
            "Military Forces of Ukraine",
            "Kursk region",
            Stance.HISTORICAL,
            id="offensive of August",
        ),
        pytest.param(
            "Change to group/activity",
            "annex",
            "Government of Russia",
            "Donetsk region",
            Stance.HISTORICAL,
            id="intent of 2022",
        ),
        pytest.param(
            "Armed clash",
            "ground combat",
            None,
            "Dnipropetrovsk region",
            Stance.NEGATED,
            id="none in Dnipropetrovsk",
        ),
    ],
)
def test_what_else_the_article_tells_has_its_stance(
    kind: str, word: str, actor: str | None, where: str, stance: Stance, article: Analysis
) -> None:
    (event,) = (
        each
        for each in article.event_mentions
        if each.sub_event_type == kind and word in each.trigger.text and each.place is not None
    )
    assert event.place is not None
    assert article.resolutions[event.place].mention.text == where
    assert (event.stance, event.actor) == (stance, actor)


def test_no_event_lies_where_none_is_reported(article: Analysis) -> None:
    places = {event.place.name for event in mapped(article) if event.place}
    assert not {name for name in places if name.startswith(("Dnipro", "Moscow", "Pyongyang"))}


def test_the_cookie_banner_tells_nothing(article: Analysis) -> None:
    banner = article.document.text.index("This website uses cookies")
    assert max(event.sentence.end for event in article.event_mentions) <= banner
    assert max(resolution.mention.end for resolution in article.resolutions) <= banner


def test_without_a_publication_date_no_event_is_dated_by_the_clock(text: str, analyser: Analyser) -> None:
    undated = analyser.analyse(Document(text))
    assert undated.events
    assert [event for event in undated.events if event.when and event.when.end >= PUBLISHED] == []

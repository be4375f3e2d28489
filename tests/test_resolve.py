"""Resolution: which of the places of a name a text means, none of them, or somewhere beside another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from pyproj import Geod

from domain import Document, Mention, MentionKind, Place, Relation, Resolution
from geo.context import BESIDE_KM
from geo.gazetteer import Gazetteer
from geo.regions import Regions
from geo.relations import NEAR_KM
from geo.resolve import KEPT_CANDIDATES, RULED_OUT, resolve
from pipeline import Analyser

ELLIPSOID = Geod(ellps="WGS84")

POKROVSK = "geonames:704422"
NOVOVASYLIVKA = "geonames:699055"
DONETSK, DONETSK_ROSTOV = "geonames:709717", "geonames:565348"
DONETSK_REGION, KURSK_REGION, ROSTOV_REGION = "adm1:UA.05", "adm1:RU.41", "adm1:RU.61"


def mentions(*parts: tuple[str, dict[str, Any]] | str) -> list[Mention]:
    """Make a text's mentions of names, each with what else the text says of it."""
    made: list[Mention] = []
    for part, at in zip(parts, count(0, 100), strict=False):
        name, told = (part, {}) if isinstance(part, str) else part
        text = told.get("text", name)
        made.append(Mention(at, at + len(text), **{"text": text, "name": name, **told}))
    return made


def ids(resolutions: Sequence[Resolution]) -> list[str | None]:
    return [each.place.id if each.place else None for each in resolutions]


def km(one: Resolution, other: Place) -> float:
    return float(ELLIPSOID.inv(one.lon, one.lat, other.lon, other.lat)[2]) / 1000


@pytest.fixture(scope="module")
def analyser(gazetteer: Gazetteer, regions: Regions) -> Analyser:
    """The way from a text to its resolutions."""
    return Analyser(gazetteer, regions)


def read(analyser: Analyser, text: str) -> dict[str, Resolution]:
    """Return the resolution of each literal toponym by its words."""
    resolutions = analyser.analyse(Document(text)).resolutions
    return {each.mention.text: each for each in resolutions if each.mention.literal}


# --------------------------------------------------------------------------- from texts


@pytest.mark.parametrize(
    ("text", "toponym", "place_id"),
    [
        ("Shells fell on Pokrovsk.", "Pokrovsk", POKROVSK),
        ("A tornado hit Paris, Texas.", "Paris", "geonames:4717560"),
        ("Rioters set cars on fire in Paris.", "Paris", "geonames:2988507"),
        ("Shells fell on villages in the Donetsk region.", "Donetsk region", DONETSK_REGION),
        ("Shells fell on Donetsk.", "Donetsk", DONETSK),
        ("Floods hit the Kursk region.", "Kursk region", KURSK_REGION),
        ("The army captured Novovasylivka near Pokrovsk.", "Novovasylivka", NOVOVASYLIVKA),
        ("Protesters marched in Tbilisi and in Batumi.", "Tbilisi", "geonames:611717"),
        ("A drone hit a ship in the Black Sea.", "Black Sea", "sitmap:black-sea"),
    ],
)
def test_a_toponym_in_a_sentence_is_the_place_it_means(
    analyser: Analyser, text: str, toponym: str, place_id: str
) -> None:
    place = read(analyser, text)[toponym].place
    assert place is not None
    assert place.id == place_id


def test_a_people_that_acts_does_not_move_the_places_to_its_country(analyser: Analyser) -> None:
    found = read(analyser, "Russian forces captured the village of Novovasylivka near Pokrovsk.")
    assert ids([found["Novovasylivka"], found["Pokrovsk"]]) == [NOVOVASYLIVKA, POKROVSK]


def test_near_a_town_is_an_area_around_it(analyser: Analyser) -> None:
    near = read(analyser, "Two soldiers were killed near Pokrovsk on Monday.")["Pokrovsk"]
    assert ids([near]) == [POKROVSK]
    assert near.place is not None
    assert near.geo_precision == 2
    assert near.uncertainty_km == near.place.radius_km + NEAR_KM


def test_a_village_that_only_lies_elsewhere_is_put_near_the_place_named(analyser: Analyser) -> None:
    village = read(analyser, "The army captured Novovasylivka, a village near Lviv.")["Novovasylivka"]
    assert village.place is None
    assert village.anchor is not None and village.anchor.name == "Lviv"
    assert village.geo_precision == 2


# --------------------------------------------------------------------------- kinds of places


def test_the_generic_word_decides_between_region_and_city(gazetteer: Gazetteer) -> None:
    found = resolve(
        mentions(("Donetsk", {"text": "Donetsk region", "asked": "admin1"}), "Donetsk"),
        gazetteer,
    )
    assert ids(found) == [DONETSK_REGION, DONETSK]
    assert [each.geo_precision for each in found] == [3, 1]


def test_a_city_named_twice_is_not_taken_for_the_district_around_it(gazetteer: Gazetteer) -> None:
    found = resolve(mentions("Kharkiv", "Kharkiv", "Kharkiv"), gazetteer)
    assert ids(found) == ["geonames:706483"] * 3


def test_the_direction_of_a_region_that_the_text_names_is_the_region(gazetteer: Gazetteer) -> None:
    kursk = {"relation": Relation.DIRECTION}
    region = ("Kursk", {"text": "Kursk region", "asked": "admin1"})
    assert ids(resolve(mentions(("Kursk", kursk)), gazetteer)) == ["geonames:538560"]
    assert ids(resolve(mentions(("Kursk", kursk), region), gazetteer)) == [KURSK_REGION] * 2


def test_a_region_is_not_the_river_of_that_name(gazetteer: Gazetteer) -> None:
    [region] = resolve(mentions(("Amur", {"text": "Amur region", "asked": "admin1"})), gazetteer)
    assert region.place is not None
    assert (region.place.feature_code, region.place.country) == ("ADM1", "RU")


def test_a_sea_is_no_town(gazetteer: Gazetteer) -> None:
    [water] = resolve(mentions(("Springfield", {"asked": "water"})), gazetteer)
    assert water.place is None
    assert water.lat is None and water.lon is None
    assert "no water of that name" in water.reason


@pytest.mark.parametrize(
    ("word", "country"), [("Russian", "country:RU"), ("Sudanese", "country:SD"), ("Pokrovskian", None)]
)
def test_a_demonym_is_its_country_or_nothing(gazetteer: Gazetteer, word: str, country: str | None) -> None:
    assert ids(resolve(mentions((word, {"kind": MentionKind.DEMONYM})), gazetteer)) == [country]


# --------------------------------------------------------------------------- places of one name


def test_who_acts_does_not_say_where(gazetteer: Gazetteer) -> None:
    people = ("Russian", {"kind": MentionKind.DEMONYM})
    found = resolve(mentions(people, people, people, "Pokrovsk", people), gazetteer)
    assert found[3].place is not None
    assert found[3].place.country == "UA"


def test_the_two_donetsks_of_one_text_are_told_apart(gazetteer: Gazetteer) -> None:
    found = resolve(
        mentions(
            ("Donetsk", {"inside": 1}),
            ("Rostov", {"text": "Rostov region", "asked": "admin1"}),
            ("Donetsk", {"inside": 3}),
            "Ukraine",
        ),
        gazetteer,
    )
    assert ids(found) == [DONETSK_ROSTOV, ROSTOV_REGION, DONETSK, "country:UA"]


def test_what_the_text_says_of_one_donetsk_is_not_said_of_the_other(gazetteer: Gazetteer) -> None:
    found = resolve(
        mentions(
            ("Donetsk", {"inside": 1}),
            ("Rostov", {"text": "Rostov region", "asked": "admin1"}),
            ("Donetsk", {"near": 3}),
            ("Makiivka", {"relation": Relation.NEAR}),
        ),
        gazetteer,
    )
    assert ids(found)[0] == DONETSK_ROSTOV
    assert ids(found)[2] == DONETSK


def test_a_name_told_once_is_known_all_through_the_text(gazetteer: Gazetteer) -> None:
    found = resolve(mentions("Novovasylivka", ("Novovasylivka", {"near": 2}), "Pokrovsk"), gazetteer)
    assert ids(found) == [NOVOVASYLIVKA, NOVOVASYLIVKA, POKROVSK]


def test_two_places_beside_each_other_help_each_other(gazetteer: Gazetteer) -> None:
    """Moscow alone is in Russia; the one beside Pullman is in Idaho."""
    alone = resolve(mentions("Moscow"), gazetteer)
    beside = resolve(mentions("Pullman", ("Moscow", {"near": 0}), "Idaho"), gazetteer)
    assert alone[0].place is not None and alone[0].place.country == "RU"
    assert [each.place and each.place.admin1 for each in beside[:2]] == ["Washington", "Idaho"]


@pytest.mark.parametrize(
    ("others", "country"),
    [(("Kramatorsk", "Sloviansk", "Bakhmut"), "UA"), (("Yakutsk", "Mirny", "Neryungri"), "RU")],
    ids=["in Donbas", "in Sakha"],
)
def test_the_other_places_of_a_text_tell_where_it_plays(
    gazetteer: Gazetteer, others: tuple[str, ...], country: str
) -> None:
    found = resolve(mentions(*others, "Pokrovsk"), gazetteer)
    assert found[-1].place is not None
    assert found[-1].place.country == country


# --------------------------------------------------------------------------- nowhere


def test_a_village_that_is_far_from_the_place_named_is_put_near_that(gazetteer: Gazetteer) -> None:
    village, lviv = resolve(mentions(("Novovasylivka", {"near": 1}), "Lviv"), gazetteer)
    assert lviv.place is not None
    assert village.place is None
    assert village.anchor == lviv.place
    assert (village.lat, village.lon) == (lviv.place.lat, lviv.place.lon)
    assert village.geo_precision == 2
    assert village.uncertainty_km == pytest.approx(lviv.place.radius_km + NEAR_KM)
    assert "Placed near Lviv" in village.reason
    assert len(village.candidates) > 1
    assert all(km(lviv, candidate.place) > BESIDE_KM for candidate in village.candidates)


def test_an_unknown_village_is_put_near_the_place_named(gazetteer: Gazetteer) -> None:
    village, _ = resolve(mentions(("Zzyzxivka", {"near": 1}), "Pokrovsk"), gazetteer)
    assert village.place is None
    assert village.anchor is not None and village.anchor.id == POKROVSK
    assert (village.geo_precision, village.candidates) == (2, ())


def test_a_village_outside_the_region_named_is_put_in_the_region(gazetteer: Gazetteer) -> None:
    village, region = resolve(
        mentions(("Springfield", {"inside": 1}), ("Kursk", {"text": "Kursk region", "asked": "admin1"})),
        gazetteer,
    )
    assert village.place is None
    assert village.anchor == region.place
    assert village.geo_precision == 3
    assert "Placed in Kursk" in village.reason


def test_nothing_is_put_near_a_place_that_is_itself_not_there(gazetteer: Gazetteer) -> None:
    village, springfield, _ = resolve(
        mentions(
            ("Novovasylivka", {"near": 1}),
            ("Springfield", {"inside": 2}),
            ("Kursk", {"text": "Kursk region", "asked": "admin1"}),
        ),
        gazetteer,
    )
    assert springfield.place is None
    assert village.anchor is None or village.anchor.name != "Springfield"


@pytest.mark.parametrize("told", [{}, {"near": 1}, {"inside": 1}, {"relation": Relation.NEAR}], ids=str)
@pytest.mark.parametrize("name", ["Zzyzxgrad", "", "'", "x" * 10_000, "\u0301" * 10_000, "\ud800", "\0"])
def test_an_unknown_name_is_nowhere_and_never_at_zero(
    gazetteer: Gazetteer, name: str, told: dict[str, Any]
) -> None:
    unknown, other = resolve(mentions((name, told), "Qwertyuiopgrad"), gazetteer)
    for each in (unknown, other):
        assert (each.place, each.anchor, each.lat, each.lon) == (None, None, None, None)
        assert (each.geo_precision, each.uncertainty_km, each.confidence) == (None, None, 0)
        assert each.reason == "Not placed: the gazetteer has no place of that name."


def test_no_mentions_no_resolutions(gazetteer: Gazetteer) -> None:
    assert resolve([], gazetteer) == ()


# --------------------------------------------------------------------------- precision


@pytest.mark.parametrize(
    ("bearing", "distance"), [(270.0, 12.0), (0.0, 5.0), (135.0, 40.0), (90.0, 0.5)], ids=str
)
def test_so_many_kilometres_from_a_place_lie_there(
    gazetteer: Gazetteer, bearing: float, distance: float
) -> None:
    offset = {"relation": Relation.OFFSET, "offset_km": distance, "bearing": bearing}
    [found] = resolve(mentions(("Pokrovsk", offset)), gazetteer)
    assert found.place is not None and found.place.id == POKROVSK
    assert found.lat is not None and found.lon is not None and found.uncertainty_km is not None
    azimuth, _, metres = ELLIPSOID.inv(found.place.lon, found.place.lat, found.lon, found.lat)
    assert metres / 1000 == pytest.approx(distance, abs=0.001)
    assert azimuth % 360 == pytest.approx(bearing, abs=0.01)
    assert found.geo_precision == 2
    assert found.uncertainty_km >= found.place.radius_km + 2


@pytest.mark.parametrize(
    ("name", "told", "precision"),
    [
        pytest.param("Pokrovsk", {}, 1, id="in a town"),
        pytest.param("Pokrovsk", {"relation": Relation.NEAR}, 2, id="near a town"),
        pytest.param("Ukrainka air base", {}, 1, id="at an air base"),
        pytest.param("Ukrainka air base", {"relation": Relation.NEAR}, 2, id="near an air base"),
        pytest.param("Pokrovsk", {"relation": Relation.DIRECTION}, 2, id="towards a town"),
        pytest.param("Pokrovsk", {"text": "Pokrovsk district", "asked": "admin2"}, 2, id="in a district"),
        pytest.param("Donetsk", {"text": "Donetsk region", "asked": "admin1"}, 3, id="in a region"),
        pytest.param("Sudan", {}, 3, id="in a country"),
        pytest.param("Black Sea", {}, 3, id="in a sea"),
    ],
)
def test_a_place_is_as_precise_as_its_kind(
    gazetteer: Gazetteer, name: str, told: dict[str, Any], precision: int
) -> None:
    [found] = resolve(mentions((name, told)), gazetteer)
    assert found.place is not None
    assert found.geo_precision == precision
    assert found.uncertainty_km is not None and found.uncertainty_km >= round(found.place.radius_km, 1)
    assert (found.lat, found.lon) == (found.place.lat, found.place.lon)


# --------------------------------------------------------------------------- reasons


MANY: tuple[tuple[str, dict[str, Any]], ...] = (
    ("Pokrovsk", {"relation": Relation.NEAR}),
    ("Novovasylivka", {"near": 0, "asked": "settlement"}),
    ("Donetsk", {"text": "Donetsk region", "asked": "admin1"}),
    ("Russian", {"kind": MentionKind.DEMONYM}),
    ("Moscow", {"kind": MentionKind.SPEAKER}),
    ("Springfield", {}),
    ("San Antonio", {}),
    ("Zzyzxgrad", {"inside": 2}),
    ("Black Sea", {}),
)


def test_each_mention_has_one_answer_in_its_order(gazetteer: Gazetteer) -> None:
    asked = mentions(*MANY)
    assert [each.mention for each in resolve(asked, gazetteer)] == asked
    # Without the links, which count from the front.
    turned = [replace(mention, near=None, inside=None) for mention in reversed(asked)]
    assert [each.mention for each in resolve(turned, gazetteer)] == turned


def test_what_the_text_rules_out_is_shown_as_such(gazetteer: Gazetteer) -> None:
    [region] = resolve(mentions(("Amur", {"text": "Amur region", "asked": "admin1"})), gazetteer)
    river = next(each for each in region.candidates if each.place.feature_code == "STM")
    assert river.contributions[RULED_OUT] < 0
    assert river.score < region.candidates[0].score


def test_a_score_is_the_sum_of_what_speaks_for_and_against(gazetteer: Gazetteer) -> None:
    candidates = [candidate for each in resolve(mentions(*MANY), gazetteer) for candidate in each.candidates]
    assert len(candidates) > 20
    for candidate in candidates:
        assert candidate.score == pytest.approx(sum(candidate.contributions.values()), abs=1e-9)
        assert 0 not in candidate.contributions.values()


def test_candidates_come_best_first_with_the_chosen_one_in_front(gazetteer: Gazetteer) -> None:
    for each in resolve(mentions(*MANY), gazetteer):
        scores = [candidate.score for candidate in each.candidates]
        assert scores == sorted(scores, reverse=True)
        assert len(scores) <= KEPT_CANDIDATES
        if each.place is not None:
            assert each.candidates[0].place == each.place
            assert 0 < each.confidence < 1


def test_the_reason_names_the_choice_its_rival_and_why(gazetteer: Gazetteer) -> None:
    village, _ = resolve(mentions(("Novovasylivka", {"near": 1}), "Pokrovsk"), gazetteer)
    others = len(gazetteer.lookup("Novovasylivka")) - 1
    assert village.reason.startswith(f"Novovasylivka, Donetsk, UA rather than {others} others of that name")
    assert f"next: {village.candidates[1].place.label}" in village.reason
    assert "far from the place that the text names" in village.reason


def test_the_reason_counts_all_rivals_not_only_those_kept(gazetteer: Gazetteer) -> None:
    [found] = resolve(mentions("Springfield"), gazetteer)
    others = len(gazetteer.lookup("Springfield")) - 1
    assert others > KEPT_CANDIDATES
    assert f"rather than {others} others" in found.reason


def test_the_only_place_of_a_name_is_told_as_such(gazetteer: Gazetteer) -> None:
    [found] = resolve(mentions("Black Sea"), gazetteer)
    assert found.reason == "The only place called so that the gazetteer knows: Black Sea."


def test_a_second_reading_of_the_same_mentions_ends_the_same(
    gazetteer: Gazetteer, prepared: dict[str, str]
) -> None:
    again = Gazetteer(Path(prepared["SITMAP_GAZETTEER"]))
    assert resolve(mentions(*MANY), again) == resolve(mentions(*MANY), gazetteer)
    again.close()


def test_a_report_of_thousands_of_names_is_resolved(gazetteer: Gazetteer) -> None:
    """Each looks at the places around it only; every one at all others would take minutes."""
    names = ["Kyiv", "Springfield", "Paris", "Donetsk", "San Antonio", "Zzyzxgrad", "Goma", "Black Sea"]
    found = resolve(mentions(*(names * 250)), gazetteer)
    assert len(found) == 2_000
    assert {each.place is None for each in found if each.mention.name == "Zzyzxgrad"} == {True}

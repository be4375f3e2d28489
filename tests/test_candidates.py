"""What a toponym may mean: which places are looked at, and how they were found."""

from __future__ import annotations

from typing import Any

import pytest

from domain import Mention, MentionKind, Relation
from geo.candidates import MAX_WITHIN, Found, toponyms
from geo.gazetteer import Gazetteer
from geo.resolve import resolve


def mention(name: str, at: int = 0, **told: Any) -> Mention:
    text = told.pop("text", name)
    return Mention(at, at + len(text), text, name, **told)


def found(gazetteer: Gazetteer, one: Mention) -> dict[str, Found]:
    """Return the ids of the options of a single mention, and how each was found."""
    [toponym], _ = toponyms([one], gazetteer)
    return {option.place.id: option.found for option in toponym.options}


def test_a_known_name_is_asked_for_as_it_stands(gazetteer: Gazetteer) -> None:
    options = found(gazetteer, mention("Pokrovsk"))
    assert options["geonames:704422"] is Found.NAME
    assert set(options.values()) == {Found.NAME}


def test_the_whole_wording_comes_before_what_is_left_without_its_generic_word(gazetteer: Gazetteer) -> None:
    [toponym], _ = toponyms([mention("Mexico", text="Mexico City", asked="settlement")], gazetteer)
    assert toponym.options[0].whole
    assert toponym.options[0].place.feature_code == "PPLC"
    assert not next(option for option in toponym.options if option.place.id == "country:MX").whole


@pytest.mark.parametrize("code", ["IT", "SA", "DEU"])
def test_a_code_is_no_country_to_a_text(gazetteer: Gazetteer, code: str) -> None:
    assert not any(place_id.startswith("country:") for place_id in found(gazetteer, mention(code)))


@pytest.mark.parametrize(
    ("name", "place_id"),
    [
        pytest.param("Kharkow", "geonames:706483", id="another language's spelling"),
        pytest.param("Pokrovks", "geonames:704422", id="two letters swapped"),
        pytest.param("Mariupil", "geonames:701822", id="another vowel"),
    ],
)
def test_an_unknown_spelling_leads_to_names_like_it(gazetteer: Gazetteer, name: str, place_id: str) -> None:
    assert found(gazetteer, mention(name))[place_id] is Found.ALIKE


def test_a_building_that_nobody_knows_is_of_the_place_in_its_name(gazetteer: Gazetteer) -> None:
    options = found(gazetteer, mention("Zzyzx Street of Manila Cathedral", asked="facility"))
    assert options["geonames:1701668"] is Found.WITHIN
    assert len(options) <= 4 * MAX_WITHIN


def test_a_region_that_nobody_knows_is_not_sought_within_its_name(gazetteer: Gazetteer) -> None:
    assert found(gazetteer, mention("Zzyzx Manila Qwerty", asked="admin1")) == {}


def test_a_people_is_its_country(gazetteer: Gazetteer) -> None:
    assert found(gazetteer, mention("Sudanese", kind=MentionKind.DEMONYM)) == {"country:SD": Found.PEOPLE}


def test_mentions_used_alike_are_one_toponym_and_others_are_not(gazetteer: Gazetteer) -> None:
    told = [mention("Paris"), mention("Paris", 50), mention("Paris", 100, inside=3), mention("Texas", 110)]
    names, numbers = toponyms(told, gazetteer)
    assert numbers[0] == numbers[1] != numbers[2]
    assert sorted(index for toponym in names for index in toponym.indexes) == [0, 1, 2, 3]


def test_an_unknown_street_is_where_the_text_is(gazetteer: Gazetteer) -> None:
    street = mention("Qwertyuiop Street", 60, asked="facility")
    odesa = [mention("Odesa", 0), street, mention("Odesa", 120), mention("Chornomorsk", 200)]
    resolved = resolve(odesa, gazetteer)[1]
    assert resolved.place is None or resolved.place.admin1 == "Odesa"
    assert resolved.geo_precision in (None, 2)


def test_a_district_that_the_gazetteer_lacks_is_not_a_pin_on_the_town_of_its_name(
    gazetteer: Gazetteer,
) -> None:
    district = mention("Semenivka", text="Semenivka community", asked="admin2")
    [found_] = resolve([district], gazetteer)
    assert found_.geo_precision != 1


@pytest.mark.parametrize("relation", [Relation.NEAR, Relation.CENTRE])
def test_what_is_said_of_towns_means_the_town_and_not_the_region_named_after_it(
    gazetteer: Gazetteer, relation: Relation
) -> None:
    town, _ = resolve([mention("Sumy", relation=relation), mention("Konotop", 80)], gazetteer)
    assert town.place is not None and town.place.feature_code.startswith("PPL")


def test_a_short_name_may_mean_what_the_text_names_in_full(gazetteer: Gazetteer) -> None:
    base = mention("Ukrainka base", text="Ukrainka", near=None)
    told, numbers = toponyms([base, mention("Ukrainka", 300)], gazetteer)
    short = {option.place.id for option in told[numbers[1]].options}
    assert "sitmap:ukrainka-air-base" in short
    assert len(short) > 1

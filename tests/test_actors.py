"""Parties: the many names of those who act, are struck and speak."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain import BadData
from extract.actor_names import ACTORS_FILE, Kind, load_actors
from extract.actors import Party, acting_as, enemy, find_parties, is_civilian, opponents, side_of
from extract.language import load_language
from extract.mentions import find_mentions
from geo.gazetteer import Gazetteer

ARMED = "Unidentified Armed Group"
ARMY = "Military Forces of "
POLICE = "Police Forces of "
STATE = "Government of "
CONGO = "Democratic Republic of the Congo"


def found(text: str, gazetteer: Gazetteer) -> list[Party]:
    """Return the parties of a text; their tokens lie apart and in order."""
    language = load_language()
    doc = language.parse(text)
    entities = language.entities(doc)
    parties = find_parties(doc, find_mentions(doc, entities, gazetteer), gazetteer, entities.found)
    for party, following in zip(parties, parties[1:], strict=False):
        assert party.start < party.end <= following.start
    return parties


# Texts with the names of their parties; the side stands after a bar where it is another than the name or,
# of a state's force, the state.
STATES = {
    "Russia sent envoys.": ["Russia"],
    "The Kremlin was silent.": ["Russia"],
    "Moscow said it was false.": ["Russia"],
    "Berlin said it would help.": ["Germany"],
    "The Russians left the hill.": ["Russia"],
    "Russian guns shelled the hill.": ["Russia"],
    "The Israeli raid lasted an hour.": ["Israel"],
    "Zelensky met envoys.": ["Ukraine"],
    "The White House was silent.": ["United States"],
    "Moscow-installed officials fled.": [STATE + "Russia"],
}
FORCES = {
    "Moscow's troops shelled the hill.": [ARMY + "Russia"],
    "Ukraine's 93rd Brigade held the hill.": [ARMY + "Ukraine"],
    "Ukraine's 93rd Mechanised Brigade held the hill.": [ARMY + "Ukraine"],
    "The Malian army left the base.": [ARMY + "Mali"],
    "Syrian government forces shelled the hill.": [ARMY + "Syria"],
    "Troops from Rwanda crossed the river.": [ARMY + "Rwanda"],
    "Soldiers of the Congolese army fled.": [ARMY + CONGO],
    "The army of Chad crossed the river.": [ARMY + "Chad"],
    "The Tatmadaw bombed the camp.": [ARMY + "Myanmar"],
    "The IDF struck the camp.": [ARMY + "Israel"],
    "The FARDC fled.": [ARMY + CONGO],
    "The AFU held the hill.": [ARMY + "Ukraine"],
    "The Pentagon was silent.": [ARMY + "United States"],
    "The IRGC seized a tanker.": [ARMY + "Iran"],
    "Iran's Revolutionary Guards seized a tanker.": [ARMY + "Iran"],
    "The Sudanese Armed Forces shelled the camp.": [ARMY + "Sudan"],
    "The UPDF crossed the river.": [ARMY + "Uganda"],
    "Israeli jets bombed the camp.": [ARMY + "Israel"],
    "The Kyiv Brigade held the hill.": [ARMY + "Ukraine"],
    "Forces loyal to President Salva Kiir fled.": [ARMY + "South Sudan"],
    "The Russian Defence Ministry was silent.": [ARMY + "Russia"],
    "The U.S. military struck the camp.": [ARMY + "United States"],
    "Ethiopian National Defence Force soldiers fled.": [ARMY + "Ethiopia"],
    "The Philippine army left the base.": [ARMY + "Philippines"],
    "They stormed a Togolese army base.": [ARMY + "Togo"],
    "Peru's navy seized a boat.": [ARMY + "Peru"],
    "Kenyan police officers came.": [POLICE + "Kenya"],
    "Haitian police left the camp.": [POLICE + "Haiti"],
    "Cameroon's gendarmerie left the camp.": [POLICE + "Cameroon"],
    "The SBU caught a spy.": [POLICE + "Ukraine"],
    "The FSB caught a spy.": [POLICE + "Russia"],
    "A CRPF jawan was hurt.": [POLICE + "India"],
    "The BSF fired on the smugglers.": [POLICE + "India"],
    "The RAB raided a flat.": [POLICE + "Bangladesh"],
    "Indian security forces raided the camp.": [POLICE + "India"],
    "Togo's junta was silent.": [STATE + "Togo"],
    "The government of Mali was silent.": [STATE + "Mali"],
    "French President Emmanuel Macron spoke.": [STATE + "France"],
    "British lawmakers spoke.": [STATE + "United Kingdom"],
    "The Iranian foreign minister spoke.": [STATE + "Iran"],
}
GROUPS = {
    "Hayat Tahrir al-Sham marched.": ["Hayat Tahrir al-Sham (HTS)"],
    "HTS marched.": ["Hayat Tahrir al-Sham (HTS)"],
    "The Nusra Front marched.": ["Hayat Tahrir al-Sham (HTS)"],
    "Fighters of the Rapid Support Forces fled.": ["Rapid Support Forces (RSF)"],
    "RSF fighters fled.": ["Rapid Support Forces (RSF)"],
    "JNIM seized the base.": ["Jama'at Nusrat al-Islam wal-Muslimin (JNIM)"],
    "Al-Shabab fled.": ["Al Shabaab"],
    "Al Shabaab militants fled.": ["Al Shabaab"],
    "ISWAP seized the base.": ["Islamic State (West Africa)"],
    "Islamic State West Africa Province fighters fled.": ["Islamic State (West Africa)"],
    "Boko Haram fighters fled.": ["Boko Haram"],
    "IS militants fled.": ["Islamic State"],
    "Daesh seized the base.": ["Islamic State"],
    "The Arakan Army seized the base.": ["Arakan Army (AA)"],
    "The Ta'ang National Liberation Army seized the base.": ["Ta'ang National Liberation Army (TNLA)"],
    "The Taliban seized the base.": ["Taliban"],
    "The Pakistani Taliban fled.": ["Tehreek-e-Taliban Pakistan (TTP)"],
    "CPI (Maoist) cadres fled.": ["Communist Party of India (Maoist)"],
    "Naxalites fled.": ["Communist Party of India (Maoist)"],
    "The ELN blew up a pipeline.": ["National Liberation Army (ELN)"],
    "Farc rebels fled.": ["Revolutionary Armed Forces of Colombia (FARC)"],
    "Farc dissidents fled.": ["FARC Dissidents"],
    "The CJNG burned trucks.": ["Jalisco New Generation Cartel (CJNG)"],
    "Wagner mercenaries fled.": ["Wagner Group"],
    "The Azov Brigade held the hill.": ["Azov | Ukraine"],
    "The Qassam Brigades fired rockets.": ["Al Qassam Brigades | Hamas"],
    "Hezbollah’s fighters fled.": ["Hezbollah"],
    "Houthi rebels fired at a ship.": ["Houthis"],
    "M23 rebels seized the base.": ["March 23 Movement (M23)"],
    "ADF rebels fled.": ["Allied Democratic Forces (ADF)"],
    "The Kachin Independence Army seized the base.": ["Kachin Independence Army (KIA)"],
    "The New People's Army fled.": ["New People's Army (NPA)"],
    "Tamil Tigers fled.": ["Liberation Tigers of Tamil Eelam (LTTE)"],
    "The Lord’s Resistance Army fled.": ["Lord's Resistance Army (LRA)"],
    "The PKK fired at the base.": ["Kurdistan Workers' Party (PKK)"],
    "The G9 gang burned the market.": ["G9 | Viv Ansanm"],
    "Members of the MS-13 gang fled.": ["Mara Salvatrucha (MS-13)"],
    "Pro-Russian separatists seized the base.": ["Pro-Russian Separatists"],
    "Jewish settlers burned cars.": ["Jewish Settlers"],
    "The Saudi-led coalition bombed the camp.": ["Operation Restoring Hope"],
    "UNIFIL was silent.": ["United Nations Interim Force in Lebanon (UNIFIL)"],
    "Unifil was silent.": ["United Nations Interim Force in Lebanon (UNIFIL)"],
    "NATO was silent.": ["North Atlantic Treaty Organization (NATO)"],
    "Ecowas was silent.": ["Economic Community of West African States (ECOWAS)"],
    "The African Union was silent.": ["African Union (AU)"],
    "The ICRC was silent.": ["International Committee of the Red Cross (ICRC)"],
    "Awami League supporters marched.": ["Awami League (AL)"],
    "The People's Defence Force fled. The PDF lost the base.": ["People's Defence Force (PDF)"] * 2,
}
UNLISTED = {
    "The Azania Liberation Front seized the base.": ["Azania Liberation Front"],
    "The Lebanese Dawn Resistance Movement seized the base.": ["Lebanese Dawn Resistance Movement"],
    "The People's Dawn Front seized the base.": ["People's Dawn Front"],
    "The Wharf Jérémie gang burned the market.": ["Wharf Jérémie gang"],
    "Supporters of the Liberal Justice Party marched.": ["Liberal Justice Party"],
    "Fighters of the Red Dawn Brigade fled.": ["Red Dawn Brigade"],
    "Fulani militiamen burned the market.": ["Fulani Ethnic Militia"],
    "Nuer gunmen burned the market.": ["Nuer Rebels"],
    "Kurdish fighters fled.": ["Kurdish Rebels"],
    "Shiite militiamen fled.": ["Shiite Militia"],
    "Iran-backed militias fired rockets.": ["Iran-backed militias"],
    "Gunmen burned the market.": [ARMED],
    "Armed men burned the market.": [ARMED],
    "Unidentified assailants burned the market.": [ARMED],
    "Bandits burned the market.": [ARMED],
    "Palestinian gunmen fled.": [ARMED],
    "Rebels seized the base.": [ARMED],
    "Militants seized the base.": [ARMED],
    "Herders burned the market.": ["Unidentified Communal Militia"],
    "A militia burned the market.": ["Unidentified Militia"],
    "Gang members burned the market.": ["Unidentified Gang"],
    "Vigilantes caught a thief.": ["Vigilantes"],
    "Protesters marched.": ["Protesters"],
    "Demonstrators marched.": ["Protesters"],
    "Rioters burned the market.": ["Rioters"],
    "An angry mob burned the market.": ["Rioters"],
    "Three teachers were shot.": ["Civilians"],
    "Worshippers fled.": ["Civilians"],
    "Afghan farmers fled.": ["Civilians"],
    "The journalists fled.": ["Civilians"],
    "Dogon villagers fled.": ["Civilians"],
    "Kenyan protesters marched.": ["Protesters"],
    "Police raided a flat.": ["Police Forces"],
    "Soldiers raided a flat.": ["Unidentified Military Forces"],
    "Gunmen fired at police.": [ARMED, "Police Forces"],
}
NONE: dict[str, list[str]] = {
    "Rain fell in Moscow.": [],
    "Rain fell on the Russian village.": [],
    "Ukrainian grain reached the harbour.": [],
    "Russian winter wheat was cheap.": [],
    "They left Russian territory.": [],
    "The Armed Bandit museum opened.": [],
    "The Eastern Front collapsed.": [],
    "Snow fell on the Kursk Front.": [],
    "It was so, a military spokesman said.": [],
    "Richard Wagner wrote operas.": [],
    "Is this it? It is.": [],
    "The file is a PDF.": [],
    "That is a FACT.": [],
    "Military aid was late.": [],
    "The group sang.": [],
    "They sang.": [],
    "Snow fell on the Israeli-occupied hills.": [],
    "A museum of rebel art opened.": [],
    "Nobody came.": [],
    "": [],
}
NAMED_BEFORE = {
    "M23 rebels seized the base. The group was silent.": ["March 23 Movement (M23)"] * 2,
    "Boko Haram seized the base. The militants fled.": ["Boko Haram"] * 2,
    "The ELN and the CJNG met. The group was silent.": [
        "National Liberation Army (ELN)",
        "Jalisco New Generation Cartel (CJNG)",
    ],
    "Boko Haram fled. Rain fell. Snow fell. Fog came. The militants slept.": ["Boko Haram", ARMED],
    "The Malian army fled. The army was silent.": [ARMY + "Mali"] * 2,
    "Snow fell on Goma and Bukavu. The army was silent.": [ARMY + CONGO],
    "Snow fell on Kano. Police raided a flat.": [POLICE + "Nigeria"],
    "Snow fell on Kano. Kenyan police came. Police raided a flat.": [POLICE + "Kenya"] * 2,
    "Russia said its troops had left.": ["Russia", ARMY + "Russia"],
    "Russian troops seized the hill. They left.": [ARMY + "Russia"] * 2,
    "Gunmen fired at protesters. They fled.": [ARMED, "Protesters"],
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(text, expected, id=text)
        for table in (STATES, FORCES, GROUPS, UNLISTED, NONE, NAMED_BEFORE)
        for text, expected in table.items()
    ],
)
def test_parties_bear_one_name_and_side_whatever_they_are_called(
    text: str, expected: list[str], gazetteer: Gazetteer
) -> None:
    told = [name.partition(" | ") for name in expected]
    assert [(party.name, party.side) for party in found(text, gazetteer)] == [
        (name, side or side_of(name)) for name, _, side in told
    ]


def test_a_party_has_the_words_for_its_people_and_not_what_stands_around(gazetteer: Gazetteer) -> None:
    text = "Yesterday soldiers of the Congolese army fled from M23 rebels."
    assert [(party.start, party.end) for party in found(text, gazetteer)] == [(1, 6), (8, 10)]


def test_an_owner_is_marked_as_such(gazetteer: Gazetteer) -> None:
    named = found("Russia’s offensive worried Ukraine.", gazetteer)
    assert [(party.name, party.possessive) for party in named] == [("Russia", True), ("Ukraine", False)]


@pytest.mark.parametrize(
    ("party", "family", "name"),
    [
        (Party(0, 1, "Mali", "Mali", Kind.STATE), "Battles", "Military Forces of Mali"),
        (Party(0, 1, "Mali", "Mali", Kind.STATE), "Troop movement", "Military Forces of Mali"),
        (Party(0, 1, "Mali", "Mali", Kind.STATE), "Disrupted weapons use", "Military Forces of Mali"),
        (Party(0, 1, "Mali", "Mali", Kind.STATE), "Diplomatic", "Government of Mali"),
        (Party(0, 1, POLICE + "Mali", "Mali", Kind.POLICE), "Battles", "Police Forces of Mali"),
        (Party(0, 1, "Fano", "Fano", Kind.MILITIA), "Diplomatic", "Fano"),
    ],
)
def test_a_state_acts_by_its_forces_or_its_government(party: Party, family: str, name: str) -> None:
    assert acting_as(party, family) == name


@pytest.mark.parametrize(
    ("side", "others", "main"),
    [
        ("Sudan", {"Rapid Support Forces (RSF)"}, "Rapid Support Forces (RSF)"),
        ("Rapid Support Forces (RSF)", {"Sudan"}, "Sudan"),
        ("Ukraine", {"Russia", "Pro-Russian Separatists"}, "Russia"),
        ("Israel", {"Hamas", "Hezbollah"}, None),
        ("Arakan Army (AA)", {"Myanmar"}, "Myanmar"),
        ("Myanmar", {"Arakan Army (AA)", "Kachin Independence Army (KIA)"}, None),
        ("Kenya", set(), None),
    ],
)
def test_the_sides_of_a_conflict_are_known(side: str, others: set[str], main: str | None) -> None:
    assert others <= set(opponents(side))
    assert enemy(side) == main


@pytest.mark.parametrize(("word", "expected"), [("Residents", True), ("bus", True), ("soldiers", False)])
def test_civilians_are_told_by_their_words(word: str, expected: bool) -> None:
    assert is_civilian(word) is expected


def test_the_states_of_the_file_bear_the_gazetteers_names(gazetteer: Gazetteer) -> None:
    for state in load_actors().states:
        use = gazetteer.best(state)
        assert use is not None and use.place.name == state


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('"Taliban" = { kind = "rebels"', '"Taliban" = { kind = "heroes"', "Taliban.*heroes"),
        ('"Taliban" = { kind', '"Taliban" = { colour = "red", kind', "Taliban.*colour is not known"),
        ('"Taliban" = { kind', '"Taliban" = { side = "Narnia", kind', "Taliban.*Narnia"),
        (
            'country = ["AF"], aliases = ["Afghan Taliban"',
            'country = ["AF"], aliases = ["HTS"',
            "HTS.*stands for",
        ),
        ('"Karabakh wars" = ["Armenia"', '"Karabakh wars" = ["Narnia"', "Karabakh wars.*Narnia"),
        ("[wars]", "[war]", "war is not known"),
        ("[wars]", "[wars", "actors"),
    ],
)
def test_a_bad_entry_is_refused_by_name(old: str, new: str, problem: str, tmp_path: Path) -> None:
    text = ACTORS_FILE.read_text(encoding="utf-8")
    assert old in text
    bad = tmp_path / "actors.toml"
    bad.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadData, match=problem):
        load_actors(bad)

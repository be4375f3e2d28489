"""The ontology: the project's own file is sound, and a bad edit is refused with the entry that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain import BadData
from ontology import SHAPES, Step, load_ontology

FAMILY = """
[[family]]
name = "Battles"
shape = "circle"
colour = "#D55E00"
colour_dark = "#F0803C"
"""
TYPE = """
[[type]]
name = "Armed clash"
code = "clash"
family = "Battles"
verbs = ["clash"]
"""


@pytest.fixture
def ontology_file(tmp_path: Path) -> Path:
    """A place for an edited ontology."""
    return tmp_path / "edited.toml"


def test_the_least_that_an_ontology_needs_is_read(ontology_file: Path) -> None:
    ontology_file.write_text(FAMILY + TYPE, encoding="utf-8")
    ontology = load_ontology(ontology_file)
    kind = ontology.types["Armed clash"]
    assert (kind.family, kind.verbs, kind.nouns, kind.priority, kind.gain) == (
        "Battles",
        ("clash",),
        (),
        0,
        "",
    )
    assert ontology.sub_types("Battles") == (kind,)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        pytest.param(
            FAMILY + TYPE.replace('"Battles"', '"Batles"'),
            "Armed clash: family 'Batles'",
            id="unknown family",
        ),
        pytest.param(
            FAMILY + TYPE.replace('family = "Battles"\n', ""),
            "Armed clash: family is missing",
            id="missing key",
        ),
        pytest.param(
            FAMILY + TYPE.replace('name = "Armed clash"\n', ""),
            "an entry without a name: name is missing",
            id="missing name",
        ),
        pytest.param(
            FAMILY + TYPE + 'verb = ["fight"]\n', "Armed clash: verb is not known", id="unknown key"
        ),
        pytest.param(FAMILY + TYPE + TYPE, "line 14, type 'Armed clash': its name", id="name of two types"),
        pytest.param(
            FAMILY + FAMILY + TYPE, "line 8, family 'Battles': stands twice", id="name of two families"
        ),
        pytest.param(
            FAMILY.replace('"circle"', '"blob"') + TYPE,
            "Battles: shape 'blob' is none of circle",
            id="bad shape",
        ),
        pytest.param(
            FAMILY.replace('"#D55E00"', '"orange"') + TYPE, "Battles: colour 'orange' is not", id="bad colour"
        ),
        pytest.param(
            FAMILY.replace('"circle"', "3") + TYPE,
            "Battles: shape 3 is not a text",
            id="shape of another kind",
        ),
        pytest.param(
            FAMILY + TYPE.replace('["clash"]', '"clash"'),
            "Armed clash: verbs 'clash' is not a list",
            id="no list",
        ),
        pytest.param(
            FAMILY + TYPE.replace('["clash"]', "[3]"), "Armed clash: verbs is not a list", id="no words"
        ),
        pytest.param(
            FAMILY + TYPE.replace('["clash"]', '[" "]'), "Armed clash: verbs has ' '", id="empty word"
        ),
        pytest.param(
            FAMILY + TYPE.replace('["clash"]', '["* clash"]'),
            "Armed clash: verbs has '* clash'",
            id="gap first",
        ),
        pytest.param(FAMILY + TYPE + 'ucdp = "war"\n', "Armed clash: ucdp 'war'", id="bad type of violence"),
        pytest.param(FAMILY + TYPE + 'gain = "won"\n', "Armed clash: gain 'won'", id="bad gain"),
        pytest.param(
            FAMILY + TYPE + 'priority = "high"\n', "Armed clash: priority 'high'", id="bad priority"
        ),
        pytest.param(FAMILY + TYPE + "needs_party = 1\n", "Armed clash: needs_party 1", id="bad switch"),
        pytest.param(FAMILY, "no event type in it", id="no type"),
        pytest.param("", "no event type in it", id="empty"),
        pytest.param("[[type]\n", "edited.toml: ", id="no TOML"),
        pytest.param("type = 3\n", "type: is not a list", id="types of another kind"),
        pytest.param("type = [3]\n", "type: is not a list", id="a type of another kind"),
        pytest.param(
            FAMILY + TYPE + '[irregular]\nhit = ["hit"]\n', "irregular: ", id="irregular forms as a list"
        ),
        pytest.param(
            FAMILY + TYPE + '[type.frames.verb]\nactor = ["nsubj["]\n',
            "line 8, Armed clash: frames.verb.actor: 'nsubj['",
            id="a way that is none",
        ),
        pytest.param(
            FAMILY + TYPE + '[type.frames.adverb]\nactor = ["nsubj"]\n',
            "Armed clash: frames: 'adverb'",
            id="a voice that is none",
        ),
        pytest.param(
            FAMILY + TYPE + '[frames.noun]\nvictim = ["obj"]\n',
            "line 13, frames: frames.noun: 'victim'",
            id="a role that is none",
        ),
        pytest.param(
            FAMILY + TYPE + "[frames.noun]\nactor = [3]\n",
            "frames.noun.actor: 3 is no way",
            id="no way at all",
        ),
        pytest.param(FAMILY + TYPE + '[weapons]\ngun = "gun"\n', "weapons: gun is not a list", id="weapons"),
        pytest.param("weapons = 3\n" + FAMILY + TYPE, "line 1, weapons: is not a table", id="no weapons"),
        pytest.param(
            'hit_verbs = "hit"\n' + FAMILY + TYPE, "hit_verbs: ", id="verbs of hitting without a list"
        ),
    ],
)
def test_a_bad_edit_is_refused_with_the_entry_that_is_wrong(
    text: str, named: str, ontology_file: Path
) -> None:
    ontology_file.write_text(text, encoding="utf-8")
    with pytest.raises(BadData) as refused:
        load_ontology(ontology_file)
    assert named in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_type_takes_its_roles_as_all_types_do_where_it_does_not_say_so_itself(ontology_file: Path) -> None:
    own = '[type.frames.noun]\nactor = ["nmod[of|by]", "^obj/nsubj"]\n'
    common = '[frames.noun]\nactor = ["amod"]\ntarget = ["obl:agent"]\n'
    ontology_file.write_text(FAMILY + TYPE + own + common, encoding="utf-8")
    ontology = load_ontology(ontology_file)
    kind = ontology.types["Armed clash"]
    assert ontology.frame(kind, "noun", "actor") == (
        (Step("nmod", prepositions=frozenset({"of", "by"})),),
        (Step("obj", up=True), Step("nsubj")),
    )
    assert ontology.frame(kind, "noun", "target") == ((Step("obl:agent"),),)
    assert ontology.frame(kind, "verb", "actor") == ()


def test_a_missing_file_or_one_of_bytes_is_refused(ontology_file: Path) -> None:
    with pytest.raises(BadData, match=r"edited\.toml: "):
        load_ontology(ontology_file)
    ontology_file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadData, match=r"edited\.toml: "):
        load_ontology(ontology_file)


# --------------------------------------------------------------------------- the project's own

ACLED = {
    "Battles": {"Government regains territory", "Non-state actor overtakes territory", "Armed clash"},
    "Explosions/Remote violence": {
        "Chemical weapon",
        "Air/drone strike",
        "Suicide bomb",
        "Shelling/artillery/missile attack",
        "Remote explosive/landmine/IED",
        "Grenade",
    },
    "Violence against civilians": {"Sexual violence", "Attack", "Abduction/forced disappearance"},
    "Protests": {"Peaceful protest", "Protest with intervention", "Excessive force against protesters"},
    "Riots": {"Violent demonstration", "Mob violence"},
    "Strategic developments": {
        "Agreement",
        "Arrests",
        "Change to group/activity",
        "Disrupted weapons use",
        "Headquarters or base established",
        "Looting/property destruction",
        "Non-violent transfer of territory",
        "Other",
    },
}
OWN = {"Troop movement", "Diplomatic", "Natural disaster", "Man-made disaster", "Organised crime"}


def test_the_types_are_those_of_the_field_and_our_own() -> None:
    ontology = load_ontology()
    found = {name: {kind.name for kind in ontology.sub_types(name)} for name in ontology.families}
    assert found == ACLED | {name: {name} for name in OWN}


def test_every_family_has_a_sign_of_its_own_or_is_one_of_the_grey_rings() -> None:
    families = load_ontology().families.values()
    assert {family.shape for family in families} == SHAPES
    signs = {(family.shape, family.colour) for family in families if family.shape != "ring"}
    assert len(signs) == len(ACLED)


def test_what_acled_calls_political_violence_is_of_a_type_of_ucdps_too() -> None:
    types = load_ontology().types.values()
    violent = {kind.name for kind in types if kind.disorder == "Political violence"} - {"Organised crime"}
    assert {kind.name for kind in types if kind.ucdp} == violent


def test_one_type_each_takes_and_regains_ground() -> None:
    gains = {kind.gain: kind.name for kind in load_ontology().types.values() if kind.gain}
    assert gains == {
        "taken": "Non-state actor overtakes territory",
        "regained": "Government regains territory",
    }


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Battles", True), ("Armed clash", True), ("Troop movement", True), ("Chess", False)],
)
def test_event_types_and_sub_event_types_are_known(name: str, expected: bool) -> None:
    assert load_ontology().known(name) is expected

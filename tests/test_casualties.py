"""Casualties as sentences state them: how many people, what befell them, and how sure the text is."""

from __future__ import annotations

import pytest

from domain import Toll
from extract.casualties import Casualties, find_casualties, read_casualties

Count = int | Toll | None

SENTENCES: list[tuple[str, Count, Count, Count]] = [
    ("three soldiers and two civilians were killed", 5, None, None),
    ("The blast killed 12 people, including two children.", 12, None, None),
    ("Five people were wounded; one of them later died.", 1, 5, None),
    ("The shelling killed four people, among them a child.", 4, None, None),
    ("four dead and nine wounded", 4, 9, None),
    ("The attack struck, leaving 3 dead, 12 injured.", 3, 12, None),
    ("Bomb kills 3, injures 12 in market", 3, 12, None),
    ("The death toll rises to 27", 27, None, None),
    ("between five and seven people were killed", Toll(5, 5, 7), None, None),
    ("5-7 fighters were killed", Toll(5, 5, 7), None, None),
    ("up to 30 militants were killed", Toll(None, 30, 30), None, None),
    ("more than 40 were killed", Toll(40, 40, None), None, None),
    ("about 20 people died", 20, None, None),
    ("Dozens of people were killed.", Toll(24, None, None), None, None),
    ("Scores were killed.", Toll(None, None, None), None, None),
    ("Hundreds were killed in the flood.", Toll(200, None, None), None, None),
    ("Several people were injured.", None, Toll(2, None, None), None),
    ("A number of soldiers were killed.", Toll(None, None, None), None, None),
    ("A family of five was killed in their home.", 5, None, None),
    ("The shell killed a couple.", 2, None, None),
    ("The strike killed a man and his wife.", 2, None, None),
    ("A 61-year-old woman died", 1, None, None),
    ("No one was hurt.", 0, 0, None),
    ("There were no casualties.", 0, 0, None),
    ("Nobody was killed, but three were wounded.", 0, 3, None),
    ("The army claimed to have killed 40 soldiers.", 40, None, None),
    ("The battalion lost 12 men.", 12, None, None),
    ("the death of three workers", 3, None, None),
    ("The bodies of five men were found in a well.", 5, None, None),
    ("Gunmen shot dead two brothers.", 2, None, None),
    ("Two were executed.", 2, None, None),
    ("They beheaded three captives.", 3, None, None),
    ("A soldier was killed.", 1, None, None),
    ("the killing of a teacher", 1, None, None),
    ("The general was killed.", 1, None, None),
    ("The mayor was shot dead by unknown gunmen.", 1, None, None),
    ("The governor was assassinated.", 1, None, None),
    ("The shelling killed 12 cows.", None, None, None),
    ("a 36-year-old was killed", 1, None, None),
    ("He killed two birds with one stone.", None, None, None),
    ("5 vehicles were destroyed.", None, None, None),
    ("2,000 people have been killed since 2013.", None, None, None),
    ("Half a dozen people were killed.", 6, None, None),
    ("20-odd rebels were killed.", 20, None, None),
    ("Soldiers of the 93rd Brigade killed 15 enemy fighters.", 15, None, None),
    ("Gunmen abducted 12 students and killed a teacher.", 1, None, 12),
    ("Two men were abducted and killed.", 2, None, 2),
    ("30 people were killed or wounded.", Toll(None, None, 30), Toll(None, None, 30), None),
    ("The three wounded soldiers were taken to hospital.", None, 3, None),
    ("Six people - four men and two women - were killed.", 6, None, None),
    ("Six people (four men and two women) were killed.", 6, None, None),
    ("Two of the dead were children.", None, None, None),
    ("Suicide bombing in Kabul kills at least 20", Toll(20, 20, None), None, None),
    ("Two policemen and a civilian were injured in the blast.", None, 3, None),
    ("Militants killed four and abducted 11 others.", 4, None, 11),
    ("Three Naxals were gunned down in an encounter.", 3, None, None),
    ("At least 12 people have died and 40 more were injured.", Toll(12, 12, None), 40, None),
    (
        "An Israeli air strike killed seven Palestinians, including three children, and wounded 15 others.",
        7,
        15,
        None,
    ),
    ("His wife and two daughters were also killed.", 3, None, None),
    ("Five people died, three of them children.", 5, None, None),
    ("12 soldiers, 3 of whom were officers, were killed.", 12, None, None),
    ("Ten people were hurt, two of whom died in hospital.", 2, 10, None),
    ("The explosion injured more than a dozen.", None, Toll(12, 12, None), None),
    ("Ivan Petrov, 24, was killed.", None, None, None),
    ("Two men, 38 and 45, are in hospital.", None, None, None),
    ("The quake killed 1.2 thousand people.", 1200, None, None),
    ("Floods killed 12 thousand people.", 12000, None, None),
    ("Over 1.5 lakh people died.", Toll(150000, 150000, None), None, None),
    ("Nearly 30 deaths were recorded.", 30, None, None),
    ("Seven were arrested and 3 rifles were seized.", None, None, 7),
    ("They captured two villages.", None, None, None),
    ("They captured three soldiers.", None, None, 3),
    ("Rebels seized five tanks.", None, None, None),
    ("20 Ukrainian servicemen surrendered.", None, None, 20),
    ("Five sailors are missing after the ship sank.", None, None, None),
    ("Eight miners remain missing.", None, None, None),
    ("Police arrested 15 protesters and injured 4.", None, 4, 15),
    ("The driver was killed instantly.", 1, None, None),
    ("A bomb exploded near a bus, killing the driver and three passengers.", 4, None, None),
    ("Thirty-eight people lost their lives.", 38, None, None),
    ("The fire claimed 12 lives.", 12, None, None),
    ("Two lives were lost.", 2, None, None),
    ("In two separate attacks five people were killed.", 5, None, None),
    ("None of the five guards was killed.", 0, None, None),
    ("The soldiers were not killed.", None, None, None),
    ("He threatened to kill five hostages.", None, None, None),
    ("There were no reports of casualties or damage.", 0, 0, None),
    ("The strike caused no deaths but injured two.", 0, 2, None),
    ("No civilians were harmed.", 0, 0, None),
    ("Without casualties, the roof burned.", 0, 0, None),
    ("The roof burned without casualties.", 0, 0, None),
    ("Four children, aged 3 to 11, were killed.", 4, None, None),
    ("Russian forces lost 1,200 men, 14 tanks and 20 artillery systems.", 1200, None, None),
    ("About 97 people were wounded, 12 of them seriously.", None, 97, None),
    ("Journalist Anna Ivanova was killed.", 1, None, None),
    ("The attackers killed Colonel Ahmed Khan.", 1, None, None),
    ("On 3 May 2019 two people were killed.", 2, None, None),
    ("In 2014 300 people were killed.", 300, None, None),
    ("The road to Kabul, 12 km long, was mined, killing two.", 2, None, None),
    ("Twelve people, all of them civilians, were killed.", 12, None, None),
    ("A woman and her two children were killed when a shell hit their house.", 3, None, None),
    ("The air force killed at least 8 rebels and destroyed 3 vehicles.", Toll(8, 8, None), None, None),
    ("Protests left 3 dead and more than 100 injured.", 3, Toll(100, 100, None), None),
    ("Three killed, 5 injured in Srinagar grenade attack", 3, 5, None),
    ("Gunmen killed a man, two women and three children.", 6, None, None),
    ("23 bodies have been recovered.", 23, None, None),
    ("Twelve people killed, scores wounded as train derails", 12, Toll(None, None, None), None),
    ("The number of dead has risen to 112.", 112, None, None),
    ("Death toll in Turkey quake passes 40,000", 40000, None, None),
    ("The toll could rise to 50.", None, None, None),
    ("More than 500 civilians have been killed this year.", None, None, None),
    ("A sniper shot and killed one soldier and wounded another.", 1, 1, None),
    ("One soldier was killed and another was wounded.", 1, 1, None),
    ("Several dozen fighters were taken prisoner.", None, None, Toll(24, None, None)),
    ("A Palestinian was killed by Israeli fire.", 1, None, None),
    ("Both men were killed.", 2, None, None),
    ("A dozen people, among them two police officers, were wounded.", None, 12, None),
    ("Kidnappers freed 12 hostages.", None, None, None),
    ("A police constable was injured in the attack.", None, 1, None),
    (
        "Ten Central Reserve Police Force (CRPF) personnel and three Maoists were killed in the encounter.",
        13,
        None,
        None,
    ),
    ("Four Communist Party of India Maoist cadres were killed.", 4, None, None),
    ("Taliban fighters ambushed a convoy, killing 14 Afghan soldiers.", 14, None, None),
    ("In Mali, jihadists killed at least 21 villagers.", Toll(21, 21, None), None, None),
    ("A car bomb in Mogadishu killed 8 and wounded 20 more.", 8, 20, None),
    ("Cartel gunmen murdered a mayor and two of his bodyguards.", 3, None, None),
    ("Two children drowned in the flood.", 2, None, None),
    ("Police shot dead four protesters in Nairobi.", 4, None, None),
    ("A landmine killed a farmer near Basra.", 1, None, None),
    ("The junta's air strike on a school left at least 11 children dead.", Toll(11, 11, None), None, None),
    ("Some two dozen rebels were killed.", 24, None, None),
    ("Police detained more than 200 demonstrators in Minsk.", None, None, Toll(200, 200, None)),
    ("ELN rebels kidnapped three soldiers.", None, None, 3),
    ("Ukrainian forces took 14 Russian soldiers captive.", None, None, 14),
    ("The militia executed nine prisoners.", 9, None, None),
    ("Two journalists went missing in Chiapas.", None, None, None),
    ("Ten people were injured, three of them critically.", None, 10, None),
    ("Clashes in Port-au-Prince left seven dead and 30 wounded.", 7, 30, None),
    ("The ambush cost the lives of six peacekeepers.", 6, None, None),
    ("Fewer than ten people were injured.", None, Toll(None, 10, 10), None),
    ("No fewer than nine people were killed.", Toll(9, 9, None), None, None),
    ("As many as 12 were killed.", 12, None, None),
    ("The blast injured 34 people, 5 of them children.", None, 34, None),
    ("An elderly couple was found dead in the ruins.", 2, None, None),
    ("Five militants, two of whom were foreigners, were killed.", 5, None, None),
    ("The raid resulted in the death of a commander and the arrest of three fighters.", 1, None, 3),
    ("Three people were killed and 11 injured; two are missing.", 3, 11, None),
    ("Rescuers pulled 14 bodies from the rubble.", 14, None, None),
    ("They would have killed five people.", None, None, None),
    ("The rebels freed nine soldiers.", None, None, None),
    ("The army denied killing any civilians.", None, None, None),
    ("About 300 cattle were killed.", None, None, None),
    ("The house is 5 km from the town where a teacher was murdered.", 1, None, None),
    ("The 155-mm shells wounded a nurse.", None, 1, None),
    ("Highway 5 was mined, and the mine killed two.", 2, None, None),
    ("The minister was not hurt.", None, None, None),
    ("Neither side reported losses.", None, None, None),
    ("The killing continued.", None, None, None),
    ("Four hundred and six people died.", 406, None, None),
    ("In August 2023, the boss and nine others died.", 10, None, None),
    ("1,200 were killed.", 1200, None, None),
    ("12 000 people were killed.", 12000, None, None),
]
"""The sentence, and its killed, wounded and captured; a number alone is low, best and high."""


def toll(count: Count) -> Toll | None:
    """Return a number as a toll that is sure."""
    return Toll(count, count, count) if isinstance(count, int) else count


@pytest.mark.parametrize(
    ("text", "killed", "wounded", "captured"), SENTENCES, ids=[row[0] for row in SENTENCES]
)
def test_a_sentence_is_read(text: str, killed: Count, wounded: Count, captured: Count) -> None:
    assert read_casualties(text) == Casualties(toll(killed), toll(wounded), toll(captured))


def test_groups_are_found_where_they_stand_with_what_befell_them() -> None:
    text = "Gunmen killed two guards and a driver, wounded five people and kidnapped a nurse."
    found = [(text[each.start : each.end], each.kind, each.who) for each in find_casualties(text)]
    assert found == [
        ("two guards", "killed", "guards"),
        ("a driver", "killed", "driver"),
        ("five people", "wounded", "people"),
        ("a nurse", "captured", "nurse"),
    ]


def test_the_missing_are_found_apart() -> None:
    (found,) = find_casualties("Five sailors are missing.")
    assert (found.kind, found.toll) == ("missing", Toll(5, 5, 5))


@pytest.mark.parametrize(
    "text",
    [
        "The death toll rose to 27.",
        "The number of dead has risen to 112.",
        "Death toll in quake passes 40,000",
        "The toll from the attack stands at 9.",
    ],
)
def test_a_running_total_is_told_from_what_is_added_to_it(text: str) -> None:
    (found,) = find_casualties(text)
    assert found.total
    assert not found.since


@pytest.mark.parametrize(
    "text",
    [
        "2,000 people have been killed since 2013.",
        "More than 500 civilians have been killed this year.",
        "Since the coup, 4,000 people have been killed.",
        "At least 30 journalists were killed during the war.",
        "Over the past two years, 900 soldiers died.",
    ],
)
def test_the_dead_of_a_war_are_those_of_no_event(text: str) -> None:
    (found,) = find_casualties(text)
    assert found.since
    assert read_casualties(text) == Casualties()


def test_an_event_is_told_from_the_war_in_the_same_sentence() -> None:
    text = "A strike killed five people, while 2,000 have been killed since 2013."
    assert read_casualties(text).killed == Toll(5, 5, 5)


def test_a_total_stands_for_the_numbers_that_it_adds_up() -> None:
    text = "Two more people died, bringing the death toll to 27."
    assert read_casualties(text).killed == Toll(27, 27, 27)


def test_a_total_that_is_out_of_date_does_not_count() -> None:
    text = "The blast killed 25 people, raising an earlier toll of 20."
    assert read_casualties(text).killed == Toll(25, 25, 25)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("The depot burned all night.", id="silent"),
        pytest.param("Two cows were killed.", id="animals"),
        pytest.param("The shelling killed twelve dairy cows.", id="animals with an adjective"),
        pytest.param("Seven sheep died in the fire.", id="animals that died"),
        pytest.param("The raid left five villages without power.", id="things"),
        pytest.param("Kidnappers freed 12 hostages.", id="freed"),
        pytest.param("He may kill again.", id="a threat"),
        pytest.param("The army captured the town on 3 May 2014.", id="a town and a date"),
        pytest.param("A local body of youths handed out bread for the dead.", id="another body"),
        pytest.param("In August 2023, the town was captured.", id="month and year"),
        pytest.param("Killed at 5 p.m., 12 km away", id="time and distance"),
    ],
)
def test_what_counts_no_people_is_silent(text: str) -> None:
    assert find_casualties(text) == []


@pytest.mark.parametrize("unit", ["1 ", "killed 3 ", "no ", "a ", "(", "two men and ", "of them "])
def test_a_text_of_one_thing_again_and_again_is_read(unit: str) -> None:
    text = "killed " + unit * (4000 // len(unit))
    assert all(0 <= each.start < each.end <= len(text) for each in find_casualties(text))

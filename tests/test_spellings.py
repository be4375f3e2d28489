"""Spellings: what rules and sounds find of one name in other languages, and what they must keep apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import BadData
from geo import spellings, tables
from geo.gazetteer import GEOD, Gazetteer, fold
from geo.romanise import romanised
from geo.spellings import ALIKE, MAX_COUNTERPARTS, counterparts, similarity, skeleton
from geo.tables import as_number, read_table

NAMES = st.text(alphabet="abcdefghijklmnopqrstuvwxyz ", max_size=30)

# As a report may write it, and as gazetteers do.
SAME = {
    "Ukrainian places in Russian": """
    Kharkov = Kharkiv; Chasov Yar = Chasiv Yar; Ugledar = Vuhledar; Gorlovka = Horlivka; Lvov = Lviv;
    Kiev = Kyiv; Nikolaev = Mykolaiv; Nikolayev = Mykolaiv; Chernigov = Chernihiv;
    Zaporozhye = Zaporizhzhia; Lugansk = Luhansk; Avdeevka = Avdiivka; Avdeyevka = Avdiivka;
    Kupyansk = Kupiansk; Slavyansk = Sloviansk; Konstantinovka = Kostiantynivka; Maryinka = Marinka;
    Velikaya Novosyolka = Velyka Novosilka; Velikaya Novoselka = Velyka Novosilka;
    Novogrodovka = Novohrodivka; Kurakhovo = Kurakhove; Selidovo = Selydove; Krasnogorovka = Krasnohorivka;
    Vasilevka = Vasylivka; Orekhov = Orikhiv; Gulyaypole = Huliaipole; Gulyai Pole = Huliaipole;
    Ternopol = Ternopil; Rovno = Rivne; Chernovtsy = Chernivtsi; Vinnitsa = Vinnytsia;
    Krivoy Rog = Kryvyi Rih; Belaya Tserkov = Bila Tserkva; Zhitomir = Zhytomyr;
    Aleksandrovka = Oleksandrivka; Nikolaevka = Mykolaivka; Mikhailovka = Mykhailivka;
    Novoalekseevka = Novooleksiivka; Vladimirovka = Volodymyrivka; Grigorovka = Hryhorivka;
    Sergeevka = Serhiivka; Andreevka = Andriivka; Pyatikhatki = Piatykhatky; Kamenka = Kamianka;
    Svyatogorsk = Sviatohirsk; Krasny Liman = Chervonyi Lyman; Dnepr = Dnipro; Izyum = Izium;
    Severodonetsk = Sievierodonetsk; Lisichansk = Lysychansk; Rubezhnoye = Rubizhne; Popasnaya = Popasna;
    Schastye = Shchastia; Staraya Krasnyanka = Stara Krasnianka; Malaya Tokmachka = Mala Tokmachka;
    Novaya Kakhovka = Nova Kakhovka; Energodar = Enerhodar; Berdyansk = Berdiansk; Genichesk = Henichesk;
    Evpatoria = Yevpatoriia; Dzhankoy = Dzhankoi; Volchansk = Vovchansk; Balakleya = Balakliia;
    Odessa = Odesa; Uzhgorod = Uzhhorod; Ivano-Frankovsk = Ivano-Frankivsk; Kremenchug = Kremenchuk;
    Sumy = Sumi; Lyman = Liman; Stepnogorsk = Stepnohirsk; Kamenskoye = Kamianske; Pokrovskoye = Pokrovske;
    Robotino = Robotyne; Rabotino = Robotyne; Urozhaynoye = Urozhaine; Staromayorskoye = Staromaiorske;
    Makarovka = Makarivka; Kleshcheevka = Klishchiivka; Andreyevka = Andriivka; Peski = Pisky;
    Vodyanoye = Vodiane; Pervomayskoye = Pervomaiske; Novomikhailovka = Novomykhailivka;
    Ocheretino = Ocheretyne; Severnoye = Sieverne; Tonenkoye = Tonenke; Orlovka = Orlivka;
    Semyonovka = Semenivka; Umanskoye = Umanske; Netaylovo = Netailove; Karlovka = Karlivka;
    Yasnobrodovka = Yasnobrodivka; Novoselovka Pervaya = Novoselivka Persha; Vozdvizhenka = Vozdvyzhenka;
    Grodovka = Hrodivka; Mirnograd = Myrnohrad; Dzerzhinsk = Dzerzhynsk; Sinkovka = Synkivka;
    Peschanoye = Pishchane; Terny = Terni; Yampolovka = Yampolivka; Torskoye = Torske;
    Belogorovka = Bilohorivka; Spornoye = Spirne; Verkhnekamenskoye = Verkhnokamianske; Seversk = Siversk;
    Krasnoye = Krasne; Ivanovskoye = Ivanivske; Bogdanovka = Bohdanivka; Kalinovka = Kalynivka;
    Grigorevka = Hryhorivka; Glubokoye = Hlyboke; Liptsy = Lyptsi; Krinki = Krynky;
    Kazachi Lageri = Kozachi Laheri; Alyoshki = Oleshky; Golaya Pristan = Hola Prystan;
    Snigirevka = Snihurivka; Ochakov = Ochakiv; Melitopol = Melitopil; Pologi = Polohy; Kamyanka = Kamianka;
    Apostolovo = Apostolove; Nikopol = Nikopil; Marganets = Marhanets; Sinelnikovo = Synelnykove;
    Lozovaya = Lozova; Chuguev = Chuhuiv; Bogodukhov = Bohodukhiv; Zolochev = Zolochiv; Akhtyrka = Okhtyrka;
    Glukhov = Hlukhiv; Belopolye = Bilopillia; Nezhin = Nizhyn; Priluki = Pryluky;
    """,
    "Belarusian and Russian places": """
    Gomel = Homel; Mogilev = Mahilyow; Vitebsk = Vitsebsk; Grodno = Hrodna; Bobruisk = Babruysk;
    Nizhnij Novgorod = Nizhny Novgorod; Sudja = Sudzha; Belgorod = Bilhorod; Oryol = Orel;
    """,
    "German, French and Polish press": """
    Charkiw = Kharkiv; Tschassiw Jar = Chasiv Yar; Tchassiv Yar = Chasiv Yar; Saporischschja = Zaporizhzhia;
    Awdijiwka = Avdiivka; Wuhledar = Vuhledar; Tschernihiw = Chernihiv; Donezk = Donetsk;
    Louhansk = Luhansk; Donieck = Donetsk; Kupjansk = Kupiansk; Isjum = Izium; Mykolajiw = Mykolaiv;
    Soumy = Sumy; Koursk = Kursk; Bachmut = Bakhmut; Cherson = Kherson; Pokrowsk = Pokrovsk; Ouman = Uman;
    Tchernobyl = Chernobyl; Saporischja = Zaporizhzhia;
    """,
    "Arabic": """
    Raqqa = Ar Raqqah; Al-Hasakah = Al Hasaka; Deir ez-Zor = Dayr az Zawr; Deir Ezzor = Deir ez-Zor;
    Tall Rifat = Tell Rifaat; Qamishli = Kamishli; Qamishli = Al Qamishli; Idlib = Edlib; Tartous = Tartus;
    Latakia = Lattakia; Falluja = Fallujah; Khan Younis = Khan Yunis; Hodeida = Hodeidah;
    Hudaydah = Al Hudaydah; Hodeidah = Al Hudaydah; Douma = Duma; El Fasher = Al Fashir; Ain Issa = Ayn Isa;
    Beit Hanoun = Bayt Hanun; Deir al-Balah = Dayr al Balah; Sana = Sanaa; Manbij = Menbij;
    Jarablus = Djarablous; Jisr al-Shughur = Jisr ash Shughur; Daraa = Dar'a;
    Jabal al-Zawiya = Jebel al-Zawiya; Taizz = Taiz; Marib = Ma'rib; Abu Dhabi = Abu Zabi;
    Kerbala = Karbala; Beiji = Bayji;
    """,
    "abbreviations": """
    St. Petersburg = Saint Petersburg; Saint-Denis = St Denis; Mt. Hermon = Mount Hermon;
    Ft. Worth = Fort Worth; Saint Louis = St. Louis; Ste. Marie = Sainte Marie; Mt. Lebanon = Mount Lebanon;
    """,
    "other spellings and slips": """
    Kandahar = Qandahar; Kunduz = Qunduz; Peshawar = Peshawer; Mazar-i-Sharif = Mazar-e-Sharif;
    Khartum = Khartoum; Kismayo = Kismaayo; Pittsburg = Pittsburgh; Kramotorsk = Kramatorsk;
    Zaporizhia = Zaporizhzhia; Phillipines = Philippines; Jelalabad = Jalalabad; Djibouti = Jibuti;
    """,
}
APART = """
    Kherson = Kharkiv; Mali = Malé; Niger = Nigeria; Iran = Iraq; Austria = Australia;
    Dominica = Dominican Republic; Zambia = Gambia; Guinea = Guyana; Ghana = Guyana; Slovakia = Slovenia;
    Latvia = Lithuania; Sweden = Sudan; India = Indiana; Jordan = Jorhat; Chad = Chaco; Mali = Bali;
    Kursk = Kurak; Gaza = Giza; Georgia = Gorgan; Korea = Kobea; Baku = Bakur; Tula = Tuva; Lebanon = Lebap;
    Chernihiv = Chernivtsi; Mykolaivka = Mykhailivka; Mykolaiv = Mykolaivka; Luhansk = Luhyny;
    Kirov = Kirovsk; Tripoli = Trikala; Kramatorsk = Krasnohorsk; Bakhmut = Bakhmach; Kyiv = Kuwait;
    Lviv = Liev; Moscow = Mosul; Berlin = Merlin; Paris = Patras; London = Lyndon Town; Boston = Houston;
    Homs = Hama; Mosul = Mosel River; Aleppo = Lepo; Damascus = Damanhur; Sanaa = Sanandaj;
    Aden = Addis Ababa; Rafah = Raqqa; Haifa = Hafar; Jenin = Jaén; Tokmak = Tomakivka; Sumy = Smila;
    Izium = Irpin; Vovchansk = Volnovakha; Ivanivka = Ivankiv; Novopavlivka = Novopetrivka; Turkey = Turku;
    Panama = Panaji; Montenegro = Monte Nero Vecchio; Congo = Conakry; Samarra = Samarkand;
    Iraq = Irak Ajemi; Poltava = Pultusk; Odesa = Edessa Ohio;
"""


def pairs(table: str) -> list[tuple[str, str]]:
    lines = (pair.partition(" = ") for pair in table.replace("\n", " ").split(";") if pair.strip())
    return [(" ".join(one.split()), " ".join(other.split())) for one, _, other in lines]


@pytest.mark.parametrize(
    ("written", "known"),
    [
        pytest.param(*pair, id=f"{language}: {' = '.join(pair)}")
        for language, table in SAME.items()
        for pair in pairs(table)
    ],
)
def test_a_name_is_found_however_it_is_spelled(written: str, known: str) -> None:
    one, other = fold(written), fold(known)
    by_rule = other in counterparts(one)
    by_sound = skeleton(one) == skeleton(other) and similarity(one, other) >= ALIKE
    assert by_rule or by_sound


@pytest.mark.parametrize(
    ("one", "other"), [pytest.param(*pair, id=" and ".join(pair)) for pair in pairs(APART)]
)
def test_different_names_are_kept_apart(one: str, other: str) -> None:
    assert fold(other) not in counterparts(fold(one))
    assert fold(one) not in counterparts(fold(other))
    assert similarity(fold(one), fold(other)) < ALIKE


# --------------------------------------------------------------------------- counterparts


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Gorlovka", "horlivka"),
        ("Chasov Yar", "chasiv yar"),
        ("Ugledar", "vuhledar"),
        ("Horlivka", "gorlovka"),
        ("Velikaya Novoselka", "velyka novosilka"),
        ("Krasnogorovka", "krasnohorivka"),
        ("St. Petersburg", "saint petersburg"),
    ],
)
def test_the_likeliest_counterpart_comes_first(written: str, expected: str) -> None:
    assert expected in counterparts(fold(written))[:3]


@given(NAMES)
def test_counterparts_are_few_other_names(name: str) -> None:
    found = counterparts(fold(name))
    assert len(found) <= MAX_COUNTERPARTS
    assert len(set(found)) == len(found)
    assert fold(name) not in found
    assert all(form and form == fold(form) for form in found)


@pytest.mark.parametrize("name", ["", "київ", "x" * 201, "東京"])
def test_what_is_no_latin_name_has_no_counterparts_and_no_skeleton(name: str) -> None:
    assert counterparts(name) == ()
    assert skeleton(name) == ""


def test_a_name_of_nothing_but_ambiguities_is_bounded() -> None:
    assert len(counterparts("ovka evka iv h g ya " * 10)) == MAX_COUNTERPARTS


@pytest.mark.parametrize(
    "written",
    ["", "[[chain]]\n", "[[chain]]\nrules = [['(', '', 0, 1]]", "[[chain]]\nrules = [['a', 'b', 0]]", "="],
    ids=["empty", "no rules", "no expression", "too few", "no TOML"],
)
def test_a_wrong_rule_is_refused(
    written: str, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path_factory.mktemp("tables")
    (folder / "spellings.toml").write_text(written, encoding="utf-8")
    monkeypatch.setattr(tables, "FOLDER", folder)
    spellings._chains.cache_clear()
    with pytest.raises(BadData, match=r"spellings\.toml"):
        spellings.counterparts.__wrapped__("gorlovka")
    spellings._chains.cache_clear()


# --------------------------------------------------------------------------- other names


def test_every_renamed_place_is_known_by_its_present_name(gazetteer: Gazetteer) -> None:
    unknown = []
    for row in read_table("renamed.csv"):
        lat, lon = as_number(row, "lat"), as_number(row, "lon")
        namesakes = [place for place in gazetteer.lookup(row["name"], 200) if place.country == row["country"]]
        if not any(GEOD.inv(lon, lat, place.lon, place.lat)[2] < 25_000 for place in namesakes):
            unknown.append(row["name"])
    assert unknown == []


def test_old_names_are_names_and_none_stands_twice_in_its_row() -> None:
    wrong = []
    for row in read_table("renamed.csv"):
        names = [fold(name) for name in (row["name"], *row["old_names"].split("|"))]
        if not all(names) or len(set(names)) < max(2, len(names)):
            wrong.append(row["name"])
    assert wrong == []


# --------------------------------------------------------------------------- likeness


@given(NAMES, NAMES)
def test_similarity_is_a_share_and_the_same_both_ways(one: str, other: str) -> None:
    assert 0 <= similarity(fold(one), fold(other)) == similarity(fold(other), fold(one)) <= 1
    assert similarity(fold(one), fold(one)) == 1


@pytest.mark.parametrize(
    ("written", "near", "far"),
    [
        ("Kramotorsk", "Kramatorsk", "Krasnohorsk"),
        ("Zaporizhia", "Zaporizhzhia", "Zaporozhtsi"),
        ("Phnom Pehn", "Phnom Penh", "Phnom Preah"),
        ("Gorlovka", "Gorlivka", "Pavlovka"),
    ],
)
def test_the_nearer_spelling_is_more_alike(written: str, near: str, far: str) -> None:
    assert similarity(fold(written), fold(near)) > similarity(fold(written), fold(far))


@given(NAMES, NAMES)
def test_the_distance_is_that_of_the_table(one: str, other: str) -> None:
    assert spellings._distance(one, other) == by_the_table(one, other)


def by_the_table(one: str, other: str) -> int:
    rows = [list(range(len(other) + 1))]
    for i, mine in enumerate(one):
        row = [i + 1]
        for j, theirs in enumerate(other):
            least = min(rows[i][j] + (mine != theirs), rows[i][j + 1] + 1, row[j] + 1)
            if i and j and (mine, one[i - 1]) == (other[j - 1], theirs):
                least = min(least, rows[i - 1][j - 1] + 1)
            row.append(least)
        rows.append(row)
    return rows[-1][-1]


def test_endless_names_are_like_nothing() -> None:
    assert similarity("a" * 201, "a" * 201) == 0


@pytest.mark.parametrize("name", ["", "東京", "київ"])
def test_what_has_no_sounds_is_like_itself_alone(name: str) -> None:
    assert similarity(name, name) == 1
    assert similarity(name, "kyiv") == 0


# --------------------------------------------------------------------------- romanisation


@pytest.mark.parametrize(
    ("cyrillic", "forms"),
    [
        pytest.param("Київ", {"Kyiv", "Kyyiv"}, id="KMU 2010 and BGN 1965"),
        pytest.param("Згурівка", {"Zghurivka", "Zhurivka"}, id="zgh is no zh"),
        pytest.param("Щёлково", {"Shchelkovo", "Shchëlkovo", "Shhyolkovo"}, id="four Russian systems"),
        pytest.param("Магілёў", {"Mahilioŭ", "Mahilyow"}, id="Belarusian"),
        pytest.param("Єнакієве", {"Yenakiieve", "Yenakiyeve"}, id="another letter in the beginning"),
        pytest.param("Щастя", {"Shchastia", "Shchastya"}, id="digraphs"),
        pytest.param("ЄВПАТОРІЯ", {"YEVPATORIIA", "YEVPATORIYA"}, id="capitals"),
        pytest.param("Ивано-Франковск", {"Ivano-Frankovsk"}, id="hyphen"),
        pytest.param("Ельцы", {"Yel’tsy", "Eltsy", "Eltcy", "El’cy’"}, id="Russian e and ts"),
        pytest.param("Слов’янськ", {"Sloviansk", "Slov”yans’k", "Slovjanśk"}, id="apostrophe"),
    ],
)
def test_a_cyrillic_name_is_written_as_each_system_has_it(cyrillic: str, forms: set[str]) -> None:
    assert forms <= romanised(cyrillic)


def test_a_name_that_may_be_of_either_language_has_the_forms_of_both() -> None:
    assert {"Uhledar", "Ugledar"} <= romanised("Угледар")
    assert "Ugledar" not in romanised("Вугледар і Угледар")


@given(st.text(alphabet="абвгґдеєжзиіїйклмнопрстуфхцчшщьюяёыэъў' -", max_size=40))
def test_there_are_few_forms_and_they_are_latin(cyrillic: str) -> None:
    forms = romanised(cyrillic)
    assert len(forms) <= 8
    assert all(not set(form.lower()) & set("абвгґдеєжзиіїйклмнопрстуфхцчшщьюяёыэъў") for form in forms)


@pytest.mark.parametrize("name", ["", " ", "Kyiv", "東京", "Ћуприја", "а" * 201])
def test_what_none_of_the_three_languages_writes_has_no_form(name: str) -> None:
    assert romanised(name) == frozenset()

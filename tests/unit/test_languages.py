"""Names of parties and equipment in other languages than English are found, with the identifiers of the tables."""

import string
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.reference.languages import languages, names_arms, names_in
from etl.reference.tables import entries, read_csv, split_cell

OWN = ("de", "es", "fr", "it", "nl", "pt")

SENTENCES = [
    ("de", "Deutschland liefert der Ukraine 18 Kampfpanzer vom Typ Leopard 2A6.", "DEU UKR sys:leopard_2a6"),
    ("de", "Die russischen Streitkräfte griffen Kiew mit iranischen Drohnen an.", "RUS UKR IRN term:drone"),
    ("de", "Das Weiße Haus genehmigte Marschflugkörper für die Vereinigten Arabischen Emirate.", "USA term:cruise_missile ARE"),
    ("de", "Huthi-Rebellen beschossen die Fregatte mit Raketen, teilte die Nato mit.", "nsa:houthis term:frigate term:missile igo:nato"),
    ("de", "Norwegens Regierung bestellte U-Boote; Moskaus Kriegsschiffe blieben fern.", "NOR term:submarine RUS term:warship"),
    ("de", "Südkoreanische Panzerhaubitzen und Panzerfäuste, aber keine Panzer.", "KOR term:self_propelled_howitzer term:anti_tank_weapon term:tank"),
    ("fr", "La France a livré 30 canons Caesar et des obus de 155 mm à l'Ukraine.", "FRA sys:caesar term:155_mm_shell UKR"),
    ("fr", "L'Élysée confirme la vente de sous-marins et de frégates aux Émirats arabes unis.", "FRA term:submarine term:frigate ARE"),
    ("fr", "Les ETATS-UNIS fournissent à Israël des munitions et des hélicoptères d'attaque.", "USA ISR term:ammunition term:attack_helicopter"),
    ("fr", "Selon l'Otan, le Hezbollah a reçu des missiles antichars iraniens.", "igo:nato nsa:hezbollah term:anti_tank_missile IRN"),
    ("es", "España enviará misiles Patriot y carros de combate Leopard 2A4 a Ucrania.", "ESP term:missile sys:patriot term:main_battle_tank sys:leopard_2a4 UKR"),
    ("es", "EE. UU. vendió aviones de combate y ametralladoras al Gobierno colombiano.", "USA term:combat_aircraft term:machine_gun COL"),
    ("es", "Los rebeldes hutíes usan drones iraníes, denuncia la ONU.", "nsa:houthis term:drone IRN igo:un"),
    ("it", "L'Italia consegna all'Egitto due fregate e sistemi di difesa aerea.", "ITA EGY term:frigate term:air_defence_system"),
    ("it", "Gli Usa inviano a Kiev carri armati e obici; Mosca protesta.", "USA UKR term:tank term:howitzer RUS"),
    ("it", "Elicotteri e munizioni turche per la Libia, denuncia l'Onu.", "term:helicopter term:ammunition TUR LBY igo:un"),
    ("pt", "O Brasil comprou caças Gripen da Suécia e submarinos franceses.", "BRA term:fighter_jet sys:gripen SWE term:submarine FRA"),
    ("pt", "A Casa Branca aprovou mísseis de cruzeiro e munições para a Polónia.", "USA term:cruise_missile term:ammunition POL"),
    ("pt", "A Rússia recebeu granadas de artilharia norte-coreanas, diz a Otan.", "RUS term:artillery_shell PRK igo:nato"),
    ("nl", "Nederland levert Oekraïne F-16's en houwitsers.", "NLD UKR sys:f_16 term:howitzer"),
    ("nl", "De Amerikaanse regering verkoopt Taiwan luchtafweerraketten.", "USA TWN term:anti_aircraft_missile"),
    ("nl", "De Verenigde Staten en de NAVO bespraken onderzeeboten en granaten.", "USA igo:nato term:submarine term:artillery_shell"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "wanted"), SENTENCES, ids=[text[:40] for _, text, _ in SENTENCES])
def test_a_sentence_gives_its_parties_and_equipment(language: str, text: str, wanted: str) -> None:
    """The identifiers of a sentence are found in order of place, whether its marks are composed or not."""
    for form in ("NFC", "NFD"):
        assert [match.entry.id for match in names_in(unicodedata.normalize(form, text), language)] == wanted.split()
    assert names_arms(text, language) == any(":" in one and one[:4] in {"term", "sys:"} for one in wanted.split())


EDGES = [
    ("de", "RUSSLANDS PANZER", [("RUSSLANDS", "RUS"), ("PANZER", "term:tank")]),
    ("de", "Panzerglas, Weltraketenbau, russischsprachigen", []),
    ("de", "Weisses Haus, Weißes Haus", [("Weisses Haus", "USA"), ("Weißes Haus", "USA")]),
    ("de", "Kampf\u00adpanzer", [("Kampf\u00adpanzer", "term:main_battle_tank")]),
    ("de", "die polen, un petit, uno", []),
    ("de", "Israel Aerospace Industries, Israel", [("Israel Aerospace Industries", "maker:iai"), ("Israel", "ISR")]),
    ("de", "missile, tank, Iranian", []),
    ("de", "Kampfpanzer Leopard 2A6, Kampfpanzer Leopard", [("Leopard 2A6", "sys:leopard_2a6"), ("Kampfpanzer Leopard", "sys:leopard_2")]),
    ("de", "Ansar Allah, Lockheed Martin", [("Ansar Allah", "nsa:houthis"), ("Lockheed Martin", "maker:lockheed_martin")]),
    ("fr", "un homme armé, une arme", [("arme", "term:weapon")]),
    ("fr", "Etats-Unis, États Unis", [("Etats-Unis", "USA"), ("États Unis", "USA")]),
    ("fr", "charbon, charge, carmes", []),
    ("fr", "l'ONU, l\u2019Onu, onu", [("ONU", "igo:un"), ("Onu", "igo:un")]),
    ("es", "EEUU y EE.UU.", [("EEUU", "USA"), ("EE.UU", "USA")]),
    ("it", "il caccia F-35, la Cina", [("F-35", "sys:f_35"), ("Cina", "CHN")]),
    ("nl", "Ruslands leger, de Rus", [("Ruslands", "RUS"), ("Rus", "RUS")]),
    ("nl", "Is dit de strijd van IS", [("IS", "nsa:islamic_state")]),
    ("nl", "RUSLAND TEGEN OEKRAÏNE VS", [("RUSLAND", "RUS"), ("OEKRAÏNE", "UKR")]),
    ("sv", "JAS 39 Gripen till Thailand och Ungern", [("JAS 39 Gripen", "sys:gripen"), ("Thailand", "THA")]),
    ("el", "", []),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "wanted"), EDGES, ids=[text for _, text, _ in EDGES])
def test_the_edges_of_words_case_and_marks(language: str, text: str, wanted: list[tuple[str, str]]) -> None:
    """A form is a whole word, keeps its capitals and marks, and gives way to a longer name; no English word is heard."""
    assert [(text[match.start : match.end], match.entry.id) for match in names_in(text, language)] == wanted


SCRIPTS = [
    ("ar", "وبإيران والصواريخ F-16", "IRN term:missile sys:f_16"),
    ("fa", "موشک‌ها و ايران", "term:missile IRN"),
    ("he", "לאיראן והטילים", "IRN term:missile"),
    ("ja", "ドイツのミサイルとＦ－３５", "DEU term:missile sys:f_35"),
    ("ko", "미국이 이란에 미사일과 F-16을", "USA IRN term:missile sys:f_16"),
    ("ru", "Ирану танки", "IRN term:tank"),
    ("tr", "Rusya'nın İRAN'a F-16'ları", "RUS IRN sys:f_16"),
    ("zh", "美国向台湾出售F-16和导弹", "USA TWN sys:f_16 term:missile"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "wanted"), SCRIPTS, ids=[language for language, _, _ in SCRIPTS])
def test_names_in_other_scripts(language: str, text: str, wanted: str) -> None:
    """Names are found in runs of letters, after prefixes and before particles, composed or not, with Latin designations."""
    for form in ("NFC", "NFD"):
        assert [match.entry.id for match in names_in(unicodedata.normalize(form, text), language)] == wanted.split()


def test_a_stem_has_five_further_letters_at_most_and_begins_a_word() -> None:
    """`ukrainisch*` takes an ending, not a further noun, and is not seen in the middle of a word."""
    found = {
        text: bool(names_in(text, "de"))
        for text in ("ukrainische", "ukrainischsprachig", "proukrainische", "xukrainisch")
    }
    assert found == {"ukrainische": True, "ukrainischsprachig": False, "proukrainische": False, "xukrainisch": False}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Der Kanzler reist nach Paris."),
        ("fr", "Le ministre a reçu les députés à Moscou."),
        ("it", "Roma e Parigi firmano."),
    ],
)
def test_a_text_without_equipment_names_no_arms(language: str, text: str) -> None:
    """Parties alone are no arms."""
    assert names_in(text, language)
    assert not names_arms(text, language)


def test_nobody_can_tell_in_a_language_without_a_table() -> None:
    """A text in a language without a table may name arms, whatever its words."""
    assert "xx" not in languages()
    assert names_arms("", "xx")


@pytest.mark.parametrize("language", OWN)
def test_each_form_is_found_by_itself(language: str) -> None:
    """Each form and each stem of a table, alone, gives its own entry: none hides another."""
    lost = [
        (row["id"], form)
        for row in read_csv(f"languages/{language}")
        for form in split_cell(row["names"])
        if row["id"] not in {match.entry.id for match in names_in(f" {form.removesuffix('*')}, ", language)}
    ]
    assert lost == []


@pytest.mark.parametrize("language", OWN)
def test_each_state_of_today_has_a_name(language: str) -> None:
    """No state that exists is without a name in a language of these."""
    today = {row["id"] for row in read_csv("states") if row["kind"] == "state"}
    assert today - {row["id"] for row in read_csv(f"languages/{language}")} == set()


LETTERS = string.ascii_letters + "äöüßéèçñáíóúâêôãõïİı\u0301\u0308\u00ad\u200f -\n.,'’中国ミサイル미사일صاروخ"


@given(
    st.lists(st.sampled_from([*(text for _, text, _ in EDGES), *LETTERS]), max_size=30).map("".join),
    st.sampled_from([*sorted(languages()), "sv"]),
)
def test_offsets_give_back_the_words(text: str, language: str) -> None:
    """Matches stand in order, do not overlap, and their words alone are of the same entry, in any text."""
    matches = names_in(text, language)
    assert all(first.end <= second.start for first, second in pairwise(matches))
    for match in matches:
        assert 0 <= match.start < match.end <= len(text)
        assert match.entry.id in entries()
        word = text[match.start : match.end]
        assert any(character.isalnum() for character in (word[0], word[-1]))


@given(st.text(string.ascii_lowercase, min_size=1, max_size=8), st.text(string.ascii_lowercase, max_size=8))
def test_no_form_is_found_in_the_middle_of_a_word(before: str, after: str) -> None:
    """Letters directly before a stem hide it."""
    assert names_in(f"{before}ukrainisch{after}", "de") == []

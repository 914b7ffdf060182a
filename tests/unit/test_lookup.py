"""What a name by itself is taken for: the first match of the look-up, and what `etl reference --json` prints."""

import json
from pathlib import Path

import pytest

from etl.reference.lookup import look_up
from etl.reference.tables import TABLES, entries
from tests.conftest import call, call_warm

NAMES = [
    # states, their cities, seats and forces
    ("Türkiye", "TUR", "TUR", None),
    ("Quai d'Orsay", "FRA", "FRA", None),
    ("Kremlin", "RUS", "RUS", None),
    ("DPRK", "PRK", "PRK", None),
    ("Islamabad", "PAK", "PAK", None),
    ("Burma", "MMR", "MMR", None),
    ("US Navy", "USA", "USA", None),
    ("Ministry of Defence of Ukraine", "UKR", "UKR", None),
    ("Thailand's Ministry of Defence", "THA", "THA", None),
    ("Soviet Union", "SUN", "RUS", None),
    # groups and organisations
    ("Rapid Support Forces", "nsa:rsf", "SDN", None),
    ("Sudan's RSF", "nsa:rsf", "SDN", None),
    ("Asa'ib Ahl al-Haq", "nsa:asaib_ahl_al_haq", "IRQ", None),
    ("Taliban", "nsa:taliban", "AFG", None),
    ("al-Shabaab", "nsa:al_shabaab", "SOM", None),
    ("al-Shabab Mozambique", "nsa:mozambique_insurgents", "MOZ", None),
    ("TTP militants", "nsa:pakistani_taliban", "PAK", None),
    ("Houthi rebels", "nsa:houthis", "YEM", None),
    ("North Atlantic Treaty Organization", "igo:nato", None, None),
    ("the European Union", "igo:eu", None, None),
    # makers
    ("Kongsberg Defence & Aerospace", "maker:kongsberg", "NOR", None),
    ("Rheinmetall AG", "maker:rheinmetall", "DEU", None),
    ("Sarsılmaz", "maker:sarsilmaz", "TUR", None),
    ("Elbit Systems Ltd.", "maker:elbit", "ISR", None),
    ("Turgis Gaillard", "maker:turgis_gaillard", "FRA", None),
    ("Kronstadt", "maker:kronshtadt", "RUS", None),
    ("Polska Grupa Zbrojeniowa (PGZ)", "maker:pgz", "POL", None),
    ("Lockheed Martin Rotary and Mission Systems", "maker:lockheed_martin", "USA", None),
    # armoured vehicles and artillery
    ("Leopard 2A7V", "sys:leopard_2a7", "DEU", "armoured_vehicle"),
    ("Terminator BMPT", "sys:bmpt", "RUS", "armoured_vehicle"),
    ("T-55", "sys:t_55", "RUS", "armoured_vehicle"),
    ("RCH 155", "sys:rch_155", "DEU", "artillery"),
    ("K9A1 Thunder", "sys:k9", "KOR", "artillery"),
    ("Vampire MLRS", "sys:rm_70", "CZE", "artillery"),
    # aircraft and drones
    ("KAAN", "sys:kaan_fighter", "TUR", "aircraft"),
    ("Su-57 Felon", "sys:su_57", "RUS", "aircraft"),
    ("P-8", "sys:p_8", "USA", "aircraft"),
    ("Light Combat Helicopter", "sys:lch_prachand", "IND", "aircraft"),
    ("Eurofighter jets", "sys:eurofighter_typhoon", "DEU", "aircraft"),
    ("Shahed-238", "sys:shahed_238", "IRN", "uav"),
    ("Geran-3", "sys:geran_3", "RUS", "uav"),
    ("TB2", "sys:bayraktar_tb2", "TUR", "uav"),
    ("Shahpar-II", "sys:shahpar_2", "PAK", "uav"),
    ("Ababil drone", "sys:ababil_2", "IRN", "uav"),
    # air defence, missiles, munitions
    ("Skyranger 30", "sys:skyranger_30", "DEU", "air_defence"),
    ("Patriot PAC-3 MSE", "sys:pac_3_mse", "USA", "air_defence"),
    ("Grom MANPADS", "sys:grom_manpads", "POL", "air_defence"),
    ("S-400 Triumf", "sys:s_400", "RUS", "air_defence"),
    ("Yars", "sys:yars", "RUS", "missile"),
    ("RS-24 Yars", "sys:yars", "RUS", "missile"),
    ("PL-15E", "sys:pl_15", "CHN", "missile"),
    ("Sapsan", "sys:hrim_2", "UKR", "missile"),
    ("GBU-39", "sys:gbu_39_sdb", "USA", "munition"),
    # ships, sensors, engines, small arms, satellites, nouns
    ("Mogami-class frigate", "sys:mogami_class", "JPN", "ship"),
    ("Ford-class aircraft carrier", "sys:ford_class", "USA", "ship"),
    ("Magura V5", "sys:magura_v5", "UKR", "ship"),
    ("AN/TPQ-53", "sys:an_tpq_53", "USA", "sensor"),
    ("F110-GE-129", "sys:f110_engine", "USA", "engine"),
    ("Carl Gustaf M4", "sys:carl_gustaf", "SWE", "small_arms"),
    ("frigates", "term:frigate", None, "ship"),
]


@pytest.mark.parametrize(("name", "entry", "country", "category"), NAMES, ids=[name for name, *_ in NAMES])
def test_the_first_match_is_the_one_meant(name: str, entry: str, country: str | None, category: str | None) -> None:
    """A name as defence news writes it is known, and first as what is meant, with its country and category."""
    row = look_up(name)[0].row()
    assert (row["id"], row["country"], row["category"]) == (entry, country, category)


@pytest.mark.parametrize("name", ["", " ", "Foobarium", "Zorblax-7", "Qwerty Systems", "?!", "("])
def test_what_no_table_has_is_unknown(name: str) -> None:
    """A name that is in no table, and text that is no name, give nothing."""
    assert look_up(name) == []


@pytest.mark.parametrize(
    ("name", "entry"),
    [("T-5 Eagle Trainer X-9", "sys:f_15"), ("Shark Dynamics", "sys:shark_uav"), ("Chadian rebels", "TCD")],
)
def test_a_namesake_is_not_given_for_something_else(name: str, entry: str) -> None:
    """A word that is also a system's or a state's name is not enough where the rest tells of something else."""
    assert entry not in [found.entry.id for found in look_up(name)]


@pytest.mark.parametrize("table", TABLES)
def test_every_entry_is_found_by_its_own_name(table: str) -> None:
    """Each row of a table is among what its own name finds."""
    lost = [
        entry.id
        for entry in list(entries().values())
        if entry.table == table and entry.id not in {found.entry.id for found in look_up(entry.name)}
    ]
    assert lost == []


@pytest.mark.parametrize("other", [str.upper, lambda name: name.replace("-", " "), lambda name: f" {name} "])
def test_hyphens_blanks_and_capitals_do_not_hide_a_name(other: object) -> None:
    """A designation is found in capitals, without its hyphen, and with blanks around it."""
    assert callable(other)
    assert look_up(other("Shahed-136"))[0].entry.id == "sys:shahed_136"


def test_each_match_tells_why() -> None:
    """Each match has a reason in words, and no entry stands twice."""
    for name in ("Cobra", "Tigers", "Elbit PULS", "Hertz"):
        found = look_up(name)
        assert all(item.reason for item in found)
        assert len({item.entry.id for item in found}) == len(found)


def test_json_holds_each_name_with_its_matches(tmp_path: Path) -> None:
    """`etl reference --json` prints one object: each name to a list of matches with five keys, in the order asked."""
    done = call_warm("reference", "--json", "Quai d'Orsay", "Leopard 2A7V", "Foobarium", folder=tmp_path)
    told = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert list(told) == ["Quai d'Orsay", "Leopard 2A7V", "Foobarium"]
    assert told["Foobarium"] == []
    assert told["Leopard 2A7V"][0] == {
        "table": "systems/armoured_vehicle",
        "id": "sys:leopard_2a7",
        "name": "Leopard 2A7",
        "country": "DEU",
        "category": "armoured_vehicle",
    }
    assert told["Quai d'Orsay"][0]["category"] is None


def test_json_is_one_line_in_the_names_own_letters(tmp_path: Path) -> None:
    """The object stands on one line; letters with marks are printed as they are."""
    done = call_warm("reference", "--json", "Sarsılmaz", "Hürjet", folder=tmp_path)
    assert done.stdout.count("\n") == 1
    assert '"Hürjet": [{' in done.stdout


def test_json_without_names_is_an_empty_object(tmp_path: Path) -> None:
    """No name asked gives an empty object, not the counts."""
    assert json.loads(call_warm("reference", "--json", folder=tmp_path).stdout) == {}


def test_the_best_match_comes_first_in_json(tmp_path: Path) -> None:
    """Where several entries share a name, all are given, the likeliest first."""
    told = json.loads(call_warm("reference", "--json", "Taliban", folder=tmp_path).stdout)["Taliban"]
    assert [row["id"] for row in told] == ["nsa:taliban", "nsa:pakistani_taliban"]


def test_lines_for_readers_tell_the_reason(tmp_path: Path) -> None:
    """Without `--json` each match is a line with its reason, and an unknown name says so."""
    done = call("reference", "RS-24 Yars", "Foobarium", folder=tmp_path)
    assert "sys:yars" in done.stdout
    assert "within the name" in done.stdout
    assert "Foobarium: nothing known" in done.stdout


def test_counts_are_told_without_names(tmp_path: Path) -> None:
    """Without a name, each table is told with its rows and names."""
    told = call_warm("reference", folder=tmp_path).stdout
    assert all(table in told for table in TABLES)

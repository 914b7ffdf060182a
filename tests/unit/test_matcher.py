"""Names found in a text: case, plural, possessive, variants of designations, and the longest name."""

from itertools import pairwise

import pytest

from etl.reference import Match, default_matcher
from etl.reference.names import case_rule, fold, variants


def find(text: str) -> list[tuple[str, str]]:
    """The names found in a text, as (words, identifier)."""
    return [(text[match.start : match.end], match.entry.id) for match in default_matcher().find(text)]


def one(text: str) -> Match:
    """The single name found in a text."""
    (match,) = default_matcher().find(text)
    return match


CASE = [
    ("The US agreed.", [("US", "USA")]),
    ("They told us so.", []),
    ("The U.S. agreed.", [("U.S.", "USA")]),
    ("They asked Iran for it.", [("Iran", "IRN")]),
    ("They asked iran for it.", []),
    ("Polish officials came.", [("Polish", "POL")]),
    ("They polish the brass.", []),
    ("He went to Turkey then.", [("Turkey", "TUR")]),
    ("He ate turkey then.", []),
    ("He went to China then.", [("China", "CHN")]),
    ("He broke the china then.", []),
    ("The Chad government met.", [("Chad", "TCD")]),
    ("A hanging chad fell.", []),
    ("It told NATO so.", [("NATO", "igo:nato")]),
    ("The drone fell.", [("drone", "term:drone")]),
    ("The Drone fell.", [("Drone", "term:drone")]),
    ("IRAN SELLS NEW DRONES ABROAD", [("IRAN", "IRN"), ("DRONES", "term:drone")]),
    ("It told the UAE so.", [("UAE", "ARE")]),
    ("It told the UN so.", [("UN", "igo:un")]),
    ("It cost an arm.", []),
]


@pytest.mark.parametrize(("text", "found"), CASE)
def test_capitals_bind(text: str, found: list[tuple[str, str]]) -> None:
    """A name with a capital needs it in the text, one of capitals alone needs all; ordinary words stand in any case."""
    assert find(text) == found


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("US", "exact"),
        ("UAE", "exact"),
        ("Iran", "capitals"),
        ("F-16", "capitals"),
        ("drone", "any"),
        ("HIMARS", "capitals"),
    ],
)
def test_the_rule_of_case_follows_the_name(name: str, rule: str) -> None:
    """Up to five capitals bind in that very form; longer ones and digits make a name like others."""
    assert case_rule(name) == rule


FORMS = [
    ("They have F-16 jets", "F-16", "sys:f_16"),
    ("They have F16 radios", "F16", "sys:f_16"),
    ("They have F 16 radios", "F 16", "sys:f_16"),
    ("They have F‑16 radios", "F‑16", "sys:f_16"),
    ("They have F-16s there", "F-16s", "sys:f_16"),
    ("They have F16s there", "F16s", "sys:f_16"),
    ("They have S-400 there", "S-400", "sys:s_400"),
    ("They have S 400 there", "S 400", "sys:s_400"),
    ("They have S400s there", "S400s", "sys:s_400"),
    ("They have T-72s there", "T-72s", "sys:t_72"),
    ("They have T72 there", "T72", "sys:t_72"),
    ("They have HIMARS there", "HIMARS", "sys:himars"),
    ("They have ATACMS there", "ATACMS", "sys:atacms"),
    ("They have Shahed 136s there", "Shahed 136s", "sys:shahed_136"),
    ("They have Shahed-136 there", "Shahed-136", "sys:shahed_136"),
    ("They have MiG-29s there", "MiG-29s", "sys:mig_29"),
    ("They have MIG 29s there", "MIG 29s", "sys:mig_29"),
    ("They have Su-35s there", "Su-35s", "sys:su_35"),
    ("They have Leopard 2 tanks", "Leopard 2", "sys:leopard_2"),
    ("They have Leopard-2 tanks", "Leopard-2", "sys:leopard_2"),
    ("They have Grad rockets", "Grad rockets", "sys:grad_rocket"),
    ("They have howitzers there", "howitzers", "term:howitzer"),
    ("They have anti tank mines", "anti tank mines", "term:landmine"),
    ("They have anti-tank mines", "anti-tank mines", "term:landmine"),
]


@pytest.mark.parametrize(("text", "words", "entry"), FORMS)
def test_a_name_is_found_in_all_its_forms(text: str, words: str, entry: str) -> None:
    """Hyphen, blank or nothing, plural or not: the same identifier, and the words just as they stand."""
    assert (words, entry) in find(text)
    assert not any(match.is_variant for match in default_matcher().find(text))


@pytest.mark.parametrize(
    ("text", "words", "base"),
    [
        ("Twelve T-72B9 were there.", "T-72B9", "sys:t_72"),
        ("Twelve F-16XM were there.", "F-16XM", "sys:f_16"),
        ("Twelve MiG-29QX were there.", "MiG-29QX", "sys:mig_29"),
    ],
)
def test_an_unlisted_variant_is_marked(text: str, words: str, base: str) -> None:
    """A designation that is built on a listed one is found, and marked as a variant."""
    match = one(text)
    assert (text[match.start : match.end], match.entry.id, match.is_variant) == (words, base, True)


@pytest.mark.parametrize(
    "text", ["The F-160 fell.", "Room S-4001 is shut.", "The T-725 is a pump.", "An Iranology chair."]
)
def test_more_digits_are_another_thing(text: str) -> None:
    """Digits after a designation, or letters after a word, make another name."""
    assert find(text) == []


@pytest.mark.parametrize("apostrophe", ["'", "’", "ʼ", "`", "´"])
@pytest.mark.parametrize(
    ("name", "entry"),
    [("Iran", "IRN"), ("Saab", "maker:saab"), ("the United States", "USA"), ("Hezbollah", "nsa:hezbollah")],
)
def test_a_possessive_is_no_part_of_the_name(name: str, entry: str, apostrophe: str) -> None:
    """Whatever apostrophe is used, the name ends before it."""
    ending = apostrophe if name.endswith("s") else f"{apostrophe}s"
    match = one(f"They praised {name}{ending} offer.")
    assert (match.entry.id, match.end) == (entry, len(f"They praised {name}"))


LONGEST = [
    ("South Korea agreed.", [("South Korea", "KOR")]),
    ("North Korea agreed.", [("North Korea", "PRK")]),
    ("South Sudan agreed.", [("South Sudan", "SSD")]),
    ("Equatorial Guinea agreed.", [("Equatorial Guinea", "GNQ")]),
    ("Guinea-Bissau agreed.", [("Guinea-Bissau", "GNB")]),
    ("Papua New Guinea agreed.", [("Papua New Guinea", "PNG")]),
    ("Northern Ireland agreed.", [("Northern Ireland", "GBR")]),
    ("the Libyan National Army agreed.", [("Libyan National Army", "nsa:lna")]),
    ("the Islamic State agreed.", [("Islamic State", "nsa:islamic_state")]),
    ("Nigeria agreed.", [("Nigeria", "NGA")]),
    ("Niger agreed.", [("Niger", "NER")]),
    ("The Nigerien army agreed.", [("Nigerien army", "NER")]),
    ("The Nigerian army agreed.", [("Nigerian army", "NGA")]),
    ("Dominica agreed.", [("Dominica", "DMA")]),
    ("The Dominican Republic agreed.", [("Dominican Republic", "DOM")]),
    ("surface-to-air missiles", [("surface-to-air missiles", "term:surface_to_air_missile")]),
    ("Iran and Iraq", [("Iran", "IRN"), ("Iraq", "IRQ")]),
]


@pytest.mark.parametrize(("text", "found"), LONGEST)
def test_the_longest_name_wins(text: str, found: list[tuple[str, str]]) -> None:
    """A name inside a longer one is not found beside it."""
    got = [(words.removesuffix(" army"), entry) for words, entry in find(text) if not entry.startswith("term:army")]
    assert got == [(words.removesuffix(" army"), entry) for words, entry in found]


@pytest.mark.parametrize("text", ["", " ", "\n\n", "İstanbul ǅ ﬁ ß", "🛩️ Iran 🛩️", "Türkiye’nin", "e\u0301 Iran"])
def test_folding_keeps_every_offset(text: str) -> None:
    """The folded text is as long as the text, so that offsets are those of the article."""
    assert len(fold(text)) == len(text)


@pytest.mark.parametrize("beside", ["", "é", "ł"])
def test_folding_a_character_does_not_hang_on_its_company(beside: str) -> None:
    """Each character folds to the same in a text of ASCII, of Western letters, and of others, though each takes another way."""
    for code in [*range(0xD800), *range(0xE000, 0x3000)]:
        assert fold(beside + chr(code)) == fold(beside) + fold(f"{chr(code)}ł")[0], hex(code)


@pytest.mark.parametrize(
    ("text", "entry"),
    [("Türkiye agreed.", "TUR"), ("Côte d'Ivoire agreed.", "CIV"), ("Cote d’Ivoire agreed.", "CIV")],
)
def test_marks_on_letters_do_not_matter(text: str, entry: str) -> None:
    """A name is found with and without its accents."""
    assert [found for _, found in find(text)] == [entry]


def test_names_stand_in_order_and_apart() -> None:
    """Matches come in the order of their place and never overlap."""
    text = "Iran sold Shahed-136 drones and F-16s, T-72B3M tanks and Patriot missiles to Russia's army. " * 3
    found = default_matcher().find(text)
    assert found == sorted(found, key=lambda match: match.start)
    assert all(first.end <= second.start for first, second in pairwise(found))


@pytest.mark.parametrize(
    ("name", "form"),
    [("F-16", "f16"), ("F-16", "f 16"), ("S-400", "s400"), ("T72", "t 72"), ("battery", "batteries")],
)
def test_variants_hold_the_forms_of_a_name(name: str, form: str) -> None:
    """The break between letters and digits may stand or not, and a final y may become ies."""
    assert form in variants(name)

"""Names that are also ordinary words, places or persons: each in a sentence where it is meant, and one where it is not."""

import pytest

from etl.reference import default_matcher
from etl.reference.ambiguity import Rule, is_excluded, is_required, rules
from etl.reference.tables import entries


def identifiers(text: str) -> list[str]:
    """The identifiers of the names found in a text."""
    return [match.entry.id for match in default_matcher().find(text)]


PLACES = [
    ("Russia sold arms to Georgia in 2001.", "He flew home to Atlanta, Georgia Tech's town.", "GEO"),
    ("Jordan received the jets.", "Michael Jordan received the ball.", "JOR"),
    ("The base in Jordan is new.", "They met in the Jordan Valley.", "JOR"),
    ("Chad received the trucks.", "Chad Smith received the trucks.", "TCD"),
    ("Niger received the trucks.", "They fought in the Niger Delta.", "NER"),
    ("Nigeria received the trucks.", "Niger received the trucks.", "NGA"),
    ("Niger received the trucks.", "Nigeria received the trucks.", "NER"),
    (
        "Congo received the trucks from Kinshasa.",
        "Brazzaville is the capital of the Republic of Congo.",
        "COD",
    ),
    ("Congo-Brazzaville received the trucks.", "The Democratic Republic of Congo received them.", "COG"),
    ("South Korea received the ship.", "North Korea received the ship.", "KOR"),
    ("North Korea received the ship.", "South Korea received the ship.", "PRK"),
    ("Seoul and Korea are at peace.", "The Korea Herald wrote about it.", "KOR"),
    ("Guinea received the boats.", "They keep a guinea pig at home.", "GIN"),
    ("Guinea received the boats.", "New Guinea received the boats.", "GIN"),
    ("Guinea received the boats.", "Equatorial Guinea received the boats.", "GIN"),
    ("Washington approved the sale.", "Washington state has many lakes.", "USA"),
    ("Washington approved the sale.", "The Washington Post wrote about it.", "USA"),
    ("Washington approved the sale.", "George Washington crossed the river.", "USA"),
    ("Turkey bought the ships.", "The Thanksgiving Turkey was large.", "TUR"),
    ("Polish troops came.", "He bought nail Polish remover.", "POL"),
    ("China sold the jets.", "Ships sailed the South China Sea.", "CHN"),
    ("Lebanon received the jeeps.", "He was born in Lebanon, Ohio, and Lebanon Pennsylvania is near.", "LBN"),
    ("Panama received the boats.", "The Panama Canal was shut.", "PAN"),
    ("America sold the jets.", "Latin America sold nothing.", "USA"),
    ("Ireland bought a radar.", "Patricia Ireland bought a house.", "IRL"),
    ("Cuba received tanks.", "Gooding and Cuba Gooding won a prize.", "CUB"),
]


@pytest.mark.parametrize(("meant", "other", "entry"), PLACES)
def test_a_place_is_told_from_its_namesakes(meant: str, other: str, entry: str) -> None:
    """A state is found where it is meant, and not in a person, a river or a paper of that name."""
    assert entry in identifiers(meant)
    assert entry not in identifiers(other)


WEAPONS = [
    ("Patriot", "sys:patriot", "batteries", "The Patriot Act was passed."),
    ("Hawk", "", "missiles", "A Hawk flew over the field."),
    ("Eagle", "", "fighter jets", "The Eagle is a bird of the hills."),
    ("Falcon", "", "fighter jets", "The Falcon is a bird of the hills."),
    ("Harpoon", "sys:harpoon", "anti-ship missiles", "He threw a Harpoon at the whale."),
    ("Javelin", "sys:javelin", "anti-tank missiles", "He threw a Javelin at the games."),
    ("Typhoon", "sys:eurofighter_typhoon", "fighter jets", "The Typhoon struck the coast on Monday."),
    ("Hornet", "", "fighter jets", "A Hornet stung the boy."),
    ("Merlin", "", "helicopters", "Angela Merlin sang on Monday."),
    ("Tiger", "", "attack helicopters", "Tiger Woods won on Monday."),
    ("Puma", "", "helicopters", "The Puma shoes were red."),
    ("Lynx", "", "helicopters", "A Lynx was seen in the wood."),
    ("Cobra", "", "attack helicopters", "A Cobra bit the boy."),
    ("Apache", "", "attack helicopters", "The Apache server was slow."),
    ("Chinook", "", "helicopters", "The Chinook salmon came back."),
    ("Gazelle", "", "helicopters", "A Gazelle ran over the field."),
    ("Leopard", "", "tanks", "A Leopard was seen in the wood."),
    ("Challenger", "", "tanks", "The Challenger won the election."),
    ("Warrior", "", "armoured vehicles", "He called himself a Warrior of peace."),
    ("Boxer", "", "armoured vehicles", "The Boxer won on points."),
    ("Jaguar", "", "fighter jets", "He drove a Jaguar to town."),
    ("Mirage", "", "fighter jets", "The lake was a Mirage in the heat."),
    ("Tornado", "", "fighter jets", "A Tornado struck the town."),
    ("Phantom", "", "fighter jets", "The Phantom of the opera sang."),
    ("Viper", "", "fighter jets", "A Viper bit the boy."),
    ("Hercules", "", "transport planes", "Hercules was a hero of old."),
    ("Galaxy", "", "transport planes", "The Galaxy has many stars."),
    ("Spike", "", "anti-tank missiles", "A Spike in prices was seen."),
    ("Stinger", "", "missiles", "The bee has a Stinger."),
    ("Sparrow", "", "missiles", "A Sparrow sat on the wall."),
    ("Sidewinder", "", "missiles", "A Sidewinder crossed the sand."),
    ("Maverick", "", "missiles", "He is a Maverick in his party."),
    ("Penguin", "", "anti-ship missiles", "A Penguin walked over the ice."),
    ("Arrow", "", "missile defence systems", "An Arrow shows the way."),
    ("Hammer", "", "bombs", "He took a Hammer and a nail."),
    ("Excalibur", "", "artillery shells", "King Arthur drew Excalibur from a stone."),
    ("Paladin", "", "howitzers", "A Paladin of the king came."),
    ("Archer", "", "howitzers", "An Archer shot at the target."),
    ("Meteor", "", "air-to-air missiles", "A Meteor fell into the sea."),
    ("Dagger", "", "fighter jets", "He drew a Dagger at night."),
    ("Thunder", "", "fighter jets", "Thunder was heard over the hills."),
    ("Lightning", "", "fighter jets", "Lightning struck the tower."),
    ("Scorpion", "", "tanks", "A Scorpion hid in his shoe."),
    ("Spartan", "", "transport planes", "The Spartan rooms were cold."),
    ("Bronco", "", "aircraft", "He rode a Bronco at the fair."),
    ("Cougar", "", "helicopters", "A Cougar was seen in the wood."),
    ("Dolphin", "", "helicopters", "A Dolphin swam beside the boat."),
    ("Panther", "", "helicopters", "A Panther was seen in the wood."),
    ("Wasp", "", "helicopters", "A Wasp stung the boy."),
    ("Bear", "", "bombers", "A Bear was seen in the wood."),
    ("Osprey", "", "aircraft", "An Osprey caught a fish."),
    ("Phoenix", "", "missiles", "They live in Phoenix now."),
    ("Trident", "", "missiles", "The god held a Trident in his hand."),
    ("Magic", "", "air-to-air missiles", "The Magic of the place was gone."),
    ("Neptune", "", "anti-ship missiles", "Neptune is far from the sun."),
    ("Grad", "", "rockets", "She is a Grad of the school."),
    ("Tor", "", "air defence systems", "They use the Tor browser."),
    ("Senator", "", "armoured vehicles", "The Senator spoke on Monday."),
    ("Hunter", "", "fighter jets", "The Hunter lost his way."),
    ("Raider", "", "bombers", "A Raider took the gold."),
]


@pytest.mark.parametrize(("name", "entry", "kind", "other"), WEAPONS)
def test_a_weapon_is_told_from_the_word(name: str, entry: str, kind: str, other: str) -> None:
    """A weapon's name is found beside words of arms, and not where it is a beast, a storm or a person."""
    meant = f"The army ordered twelve {name} {kind} for its forces."
    found = [match for match in default_matcher().find(meant) if match.start <= meant.index(name) < match.end]
    assert [match.entry.table.split("/")[0] for match in found] == ["systems"]
    assert entry in ("", found[0].entry.id)
    assert [match.entry.id for match in default_matcher().find(other) if name in other[match.start : match.end]] == []


def _holds(rule: Rule, folded: str, start: int, end: int) -> bool:
    return is_required(rule, folded, start, end) and not is_excluded(rule, folded, start, end)


def test_no_rule_holds_without_its_words() -> None:
    """Every name that requires words near it is passed over where none stands there."""
    known = rules()
    wrong = [
        key for key, rule in known.items() if rule.requires and _holds(rule, f"zz zz {key[0]} zz", 6, 6 + len(key[0]))
    ]
    assert wrong == []


def test_every_rule_holds_with_any_of_its_words() -> None:
    """Each required word is enough, before the name and after it."""
    wrong = []
    for (alias, entry), rule in rules().items():
        for word in rule.requires:
            before = f"zz {word} zz "
            for text, at in ((f"{before}{alias} zz", len(before)), (f"zz {alias} zz {word} zz", 3)):
                if not _holds(rule, text, at, at + len(alias)):
                    wrong.append((alias, entry, word))
    assert wrong == []


def test_every_excluded_word_excludes() -> None:
    """Each word that must not stand directly before or after a name rules it out there."""
    wrong = []
    for (alias, entry), rule in rules().items():
        need = next(iter(sorted(rule.requires)), "")
        for word in rule.not_before:
            text = f"{need} zz {word} {alias} zz"
            at = len(f"{need} zz {word} ")
            wrong += [(alias, entry, word)] if _holds(rule, text, at, at + len(alias)) else []
        for word in rule.not_after:
            text = f"{need} zz {alias} {word} zz"
            at = len(f"{need} zz ")
            wrong += [(alias, entry, word)] if _holds(rule, text, at, at + len(alias)) else []
    assert wrong == []


def test_rules_speak_of_known_entries() -> None:
    """A rule of an identifier that is gone would be dead."""
    assert sorted({entry for _, entry in rules()} - set(entries())) == []

"""The frames: which grammatical place of a trigger holds who supplies, who receives, and the equipment."""

from collections.abc import Callable
from dataclasses import replace

from etl.extraction.rules.arguments import Place, Places
from etl.extraction.rules.control import prepositional
from etl.extraction.rules.lexicon import Trigger, nouns, words_for
from etl.extraction.rules.nominals import Named
from etl.extraction.rules.parts import Found, Reader, Role, prepositions_of
from etl.extraction.rules.routes import bound_for, sent_from

FROM = ("from", "off")
ABOUT = ("about", "on", "concerning", "involving", "covering")
_DONE_BY = frozenset(["by"])
TO = ("to", "toward", "towards")


def goals_of(trigger: Trigger, places: Places) -> list[Place]:
    """Where the equipment goes. What is sent `into` a country may be its sender's own, unless it is smuggled or leaves another."""
    crosses = trigger.transfer_type == "illicit" or trigger.frame == "move" or prepositions_of(places, *FROM)
    goals = prepositions_of(places, *TO, *(("into",) if crosses else ()))
    return [
        place for place in goals if place.token.lemma_.lower() not in words_for("feeling")
    ]  # to the dismay of Armenia


def _misread(places: Places, reader: Reader, names: frozenset[str]) -> list[tuple[Named, str]]:
    """Equipment that the parser made the subject of what was done to it: `missiles bought from Russia are in service`."""
    if not any(places.prepositions.get(name) for name in names) or reader.parties(places.subject):
        return []
    return reader.systems(places.subject)


def _flowing(trigger: Trigger, places: Places, reader: Reader) -> Found | None:
    """Equipment that is itself the subject: `American weapons are pouring into Ukraine`."""
    goals = [*goals_of(trigger, places), *prepositions_of(places, "into")]
    if not goals or not reader.systems(places.subject):
        return None
    found = _move(trigger, places, reader)
    found.recipients = found.recipients or reader.parties(goals)
    found.suppliers = found.suppliers or reader.senders(found.systems)
    return found


def _give(trigger: Trigger, places: Places, reader: Reader) -> Found:
    things = _unless_agreed([*places.object, *places.dative])
    troops = [place for place in things if place.token.lemma_.lower() in words_for("troops")]
    if troops and not reader.parties(troops):
        return Found([], [], [])  # sent tanks and troops: its own
    systems = reader.systems([*things, *prepositions_of(places, "with", "of")])
    systems = systems or _misread(places, reader, _DONE_BY)
    squeezed, doers = ([], []) if systems else reader.squeezed(places.subject)
    if not things and not systems and not doers and (moved := _flowing(trigger, places, reader)):
        return moved
    systems = systems or squeezed
    suppliers = doers or reader.parties([*places.subject, *prepositions_of(places, "by")])
    carriers = _carriers(places, reader)
    if carriers and systems:  # a Korean ship carrying Cuban missiles, Chinese transports carrying missiles
        suppliers = reader.senders(systems) or suppliers or _owners_of(carriers, reader)
    sources = reader.parties(prepositions_of(places, *FROM))
    if trigger.transfer_type == "loan" and sources and not prepositions_of(places, *TO):
        return Found(sources, suppliers, systems)  # leased frigates from Chile
    if not suppliers:
        suppliers = sources
    goals = goals_of(trigger, places)
    recipients = reader.parties([*reader.only_parties(places.dative), *goals], but=suppliers)
    if not systems:
        systems, behind = reader.swallowed(goals)
        recipients = recipients or behind
    systems += reader.joined(goals, systems)
    if not recipients and systems:
        meant = {named.head.i for named, _ in systems}
        people = [
            place
            for place in reader.only_parties(places.object)
            if place.token.i not in meant and not (place.token.dep_ == "conj" and place.token.head.i in meant)
        ]  # not the Spain of `14 tanks and Spain six`
        recipients = reader.parties(people, but=suppliers) or reader.owners(systems)
    if not recipients:
        recipients = reader.parties(prepositions_of(places, "for"), but=suppliers)
    if not suppliers and recipients:
        taken = {role.match.entry.party_id for role in recipients}
        suppliers = [role for role in reader.senders(systems) if role.match.entry.party_id not in taken]
    return Found(suppliers, recipients, systems)


def _arm(_: Trigger, places: Places, reader: Reader) -> Found:
    systems = reader.systems(prepositions_of(places, "with"))
    suppliers = reader.parties([*places.subject, *prepositions_of(places, "by")])
    return Found(suppliers, reader.parties(reader.only_parties(places.object)), systems)


def _pay(places: Places, reader: Reader) -> Found:
    """Who pays buys, or gives to whom it pays for: `paid Kenya for rifles`, `will spend a billion on shells for Ukraine`."""
    things = prepositions_of(places, "for", "on")
    systems = reader.systems(things)
    payers = reader.parties([*places.subject, *prepositions_of(places, "by")])
    sellers = reader.parties([*prepositions_of(places, *FROM), *reader.only_parties(places.object)], but=payers)
    helped = reader.parties(behind(things, "for"), but=payers)
    if helped and not sellers:
        return Found(payers, helped, systems)
    return Found(sellers or reader.senders(systems, made=True), payers, systems)


def _take(trigger: Trigger, places: Places, reader: Reader) -> Found:
    if trigger.word_class == "payment":
        return _pay(places, reader)
    is_contract = trigger.word_class == "contract"
    kept = _unless_agreed(places.object)
    if trigger.lemma in words_for("wins") and len(kept) < len(places.object):
        return Found([], [], [])  # booked an order: the noun tells it
    things = prepositions_of(places, "of", *(("for",) if is_contract else ()))
    systems = reader.systems([*kept, *things])
    systems = systems or _misread(places, reader, _DONE_BY | {*FROM})
    squeezed, doers = ([], []) if systems else reader.squeezed(places.subject)
    systems = systems or squeezed
    recipients = doers or reader.parties([*places.subject, *prepositions_of(places, "by")])
    if not recipients:
        recipients = reader.parties(prepositions_of(places, "for"))
    sources = prepositions_of(places, *FROM, *(("with",) if is_contract else ()))
    suppliers = reader.parties(sources, but=recipients)
    if is_contract and suppliers and systems and prepositions_of(places, "with"):
        return two_sided(suppliers, recipients, systems)
    if is_contract and not suppliers and len(recipients) == 2 and trigger.lemma in words_for("signs"):
        both = two_sided(recipients[1:], recipients[:1], systems, is_open=True)
        return Found([], recipients, systems) if both.is_open else both
    if not systems:
        systems, makers = reader.swallowed(sources)
        suppliers = suppliers or makers
    systems += reader.joined(sources, systems)
    if not suppliers and is_contract:
        suppliers = reader.parties(reader.only_parties(places.object), but=recipients)  # picked Damen for two boats
    if not suppliers and trigger.word_class == "purchase":
        suppliers = reader.parties(prepositions_of(places, "in", "at"), but=recipients)  # bought in Belgium
    return Found(suppliers or reader.senders(systems, made=True), recipients, systems)


def _award(_: Trigger, places: Places, reader: Reader) -> Found:
    """Who awards a contract buys: `awarded Turkey a contract for tanks`."""
    things = [*places.object, *places.dative, *prepositions_of(places, "for")]
    makers = reader.only_parties([*places.dative, *places.object])
    suppliers = reader.parties([*makers, *prepositions_of(places, "to")])
    return Found(suppliers, reader.parties([*places.subject, *prepositions_of(places, "by")]), reader.systems(things))


def _deal(_: Trigger, places: Places, reader: Reader) -> Found:
    things = prepositions_of(places, "for", "over", *ABOUT)
    systems = reader.systems([*places.object, *things])
    first = reader.parties(places.subject)
    other = reader.parties(prepositions_of(places, "with", *FROM), but=first)
    return two_sided(other, first, systems) if other else Found([], first, systems)


def _plain(places: list[Place]) -> list[Place]:
    """The places that hold no word for a transfer: `approved the sale` is told by `sale`."""
    return [place for place in places if nouns().get(place.token.lemma_.lower()) is None]


def _unless_agreed(places: list[Place]) -> list[Place]:
    """The places that hold no word for an agreement: who `received an order for rifles` sells them."""
    agreed = {"take", "deal", "request", "approve", "halt"}
    heads = {
        place: [place.token, *(item for name, item in prepositional(place.token) if name == "of")] for place in places
    }
    return [
        place for place, words in heads.items()
        if not any((noun := nouns().get(word.lemma_.lower())) and noun.frame in agreed for word in words)
    ]  # fmt: skip


def _request(_: Trigger, places: Places, reader: Reader) -> Found:
    systems = reader.systems(_plain([*places.object, *prepositions_of(places, "for")]))
    asked = [
        *prepositions_of(places, *FROM, "to", "with"),
        *places.dative,
        *reader.only_parties(places.object),
    ]
    suppliers = reader.parties(asked) or reader.senders(systems, made=True)
    suppliers = suppliers or reader.parties(prepositions_of(places, "in"))  # sought boats in Taipei
    return Found(suppliers, reader.parties([*places.subject, *prepositions_of(places, "by")]), systems)


def _approve(_: Trigger, places: Places, reader: Reader) -> Found:
    systems = reader.systems(_plain(places.object))
    recipients = reader.parties([*places.dative, *prepositions_of(places, *TO, "for")])
    return Found(reader.parties([*places.subject, *prepositions_of(places, "by")]), recipients, systems)


def _halt(_: Trigger, places: Places, reader: Reader) -> Found:
    things = _plain([*places.object, *places.dative])
    systems = reader.systems(things)
    recipients = reader.parties([*reader.only_parties(things), *prepositions_of(places, *TO, "for", "from", "against")])
    recipients = recipients or reader.owners(systems)  # held up Ukraine military aid
    return Found(reader.parties([*places.subject, *prepositions_of(places, "by")]), recipients, systems)


def _seize(_: Trigger, places: Places, reader: Reader) -> Found:
    systems = reader.systems([*places.object, *prepositions_of(places, "of")])
    recipients = bound_for(reader) if places.object else []
    if not recipients:
        recipients = reader.parties(prepositions_of(places, "to", "for"))
    suppliers = reader.parties(prepositions_of(places, "from")) or sent_from(reader)  # off Somalia is where
    if not suppliers and recipients:
        suppliers = reader.senders(systems)  # Iranian rifles bound for the Houthis
    return Found(suppliers, recipients, systems)


def _carriers(places: Places, reader: Reader) -> list[Place]:
    """The subjects that bring equipment without being it: a ship, a lorry, a transport plane."""
    return [
        place
        for place in places.subject
        if place.token.lemma_.lower() in words_for("carrier")
        or any(named.match.entry.kind == "transport_aircraft" for named, _ in reader.systems([place]))
    ]


def _owners_of(carriers: list[Place], reader: Reader) -> list[Role]:
    return reader.parties(carriers) or reader.senders(reader.systems(carriers))


def _load_of(carriers: list[Place], places: Places, reader: Reader) -> list[tuple[Named, str]]:
    """What carriers bring: `a ship loaded with missiles docked`, `transports landed with missiles`."""
    if not carriers:
        return []
    laden = [word for place in carriers for word in place.token.children if word.lemma_.lower() in words_for("laden")]
    filled = [Place(item, "argument") for word in laden for name, item in prepositional(word) if name in {"with", "of"}]
    return reader.systems([*filled, *prepositions_of(places, "with")])


def _move(trigger: Trigger, places: Places, reader: Reader) -> Found:
    carriers = _carriers(places, reader)
    load = _load_of(carriers, places, reader)
    systems = load or reader.systems(_unless_agreed([*places.subject, *places.object]))
    if not systems:
        return Found([], [], [])
    recipients = reader.parties(
        [*goals_of(trigger, places), *prepositions_of(places, "in"), *behind(places.subject, "for", *TO)]
    )
    left = reader.only_parties(places.object) if trigger.lemma == "leave" else []
    if not recipients:
        recipients = reader.parties(prepositions_of(places, "for"))  # left Tehran for Caracas
    sources = [
        *prepositions_of(places, *FROM, "of"),
        *behind(places.subject, *FROM),
        *_taken_from(places.subject),
        *left,
    ]
    suppliers = reader.parties(sources)
    if load:
        suppliers = suppliers or reader.senders(systems) or _owners_of(carriers, reader)
        recipients = reader.parties(behind(prepositions_of(places, "with"), "for", *TO)) or recipients
    if not suppliers and (trigger.word_class == "receipt" or behind(places.subject, "for")):
        suppliers = reader.senders(systems)  # Moscow's tanks for Delhi came; Korean shells have arrived in Russia
    return Found(suppliers, recipients, systems)


def _taken_from(places: list[Place]) -> list[Place]:
    """Where equipment was taken from that then goes elsewhere: `weapons looted from Libyan depots have flooded into Mali`."""
    taken = [child for place in places for child in place.token.children if child.dep_ == "acl" and child.tag_ == "VBN"]
    return [Place(item, "argument") for word in taken for name, item in prepositional(word) if name in FROM]


def _reach(_: Trigger, places: Places, reader: Reader) -> Found:
    """Equipment that reaches somebody; what it `can reach` is its range."""
    if places.is_modal:
        return Found([], [], [])
    systems = reader.systems(_unless_agreed(places.subject))
    sources = [*prepositions_of(places, *FROM), *behind(places.subject, *FROM), *_taken_from(places.subject)]
    return Found(reader.parties(sources), reader.parties(places.object), systems)


def behind(places: list[Place], *names: str) -> list[Place]:
    """What stands after a preposition behind the words of the places: `engines from Ukraine`, `tanks for Delhi`."""
    return [Place(item, place.link) for place in places for name, item in prepositional(place.token) if name in names]


VERB_FRAMES: dict[str, Callable[[Trigger, Places, Reader], Found]] = {
    "give": _give,
    "arm": _arm,
    "take": _take,
    "award": _award,
    "deal": _deal,
    "request": _request,
    "approve": _approve,
    "halt": _halt,
    "seize": _seize,
    "move": _move,
    "reach": _reach,
}


def two_sided(
    other: list[Role], first: list[Role], systems: list[tuple[Named, str]], *, is_open: bool = False
) -> Found:
    """A deal of one side with the other: a maker or who makes the equipment sells it, else whoever comes first buys it.

    `An arms deal with X`, with no more said, leaves open who sells.
    """
    if not first and len(other) == 2:
        first, other, is_open = other[:1], other[1:], True
    is_open = is_open or all(named.match.entry.specificity == "generic" for named, _ in systems)
    makers = {country for named, _ in systems for country in named.match.entry.made_in}
    sells = [
        any(role.match.entry.table == "makers" or role.match.entry.party_id in makers for role in side)
        for side in (other, first)
    ]
    if sells == [False, True]:
        return Found(first, other, systems)
    if is_open and sells != [True, False]:
        other, first = ([replace(role, link="discourse") for role in side] for side in (other, first))
        return Found(other, first, systems, is_open=True)
    return Found(other, first, systems)

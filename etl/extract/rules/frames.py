"""The frames: which grammatical place of a trigger holds who supplies, who receives, and the equipment."""

from collections.abc import Callable
from dataclasses import replace

from spacy.tokens import Token

from etl.extract.rules.arguments import Place, Places, verb_places
from etl.extract.rules.control import prepositional
from etl.extract.rules.lexicon import Trigger, bystanders, nouns, trigger_of
from etl.extract.rules.nominals import Named
from etl.extract.rules.parts import Found, Reader, Role, distinct, prepositions_of

FROM = ("from", "off")
_ABOUT = ("about", "on", "concerning", "involving", "covering")
_DONE_BY = frozenset(["by"])
TO = ("to", "toward", "towards")
_RECEIVES = {"take", "receive", "await", "get", "accept", "welcome", "expect"}
"""Verbs whose subject receives: `took delivery of`."""
_WINS = {"win", "land", "secure", "book", "clinch", "bag", "receive", "get", "fill", "fulfil"}
"""Verbs whose subject sells: `won an order from`."""
_BOUND = {"bind", "destine", "head", "intend", "mean", "bound", "headed", "destined", "meant", "route"}


def _bound_for(reader: Reader, token: Token) -> list[Role]:
    """Recipients told by `bound for`, `destined for`, `en route to` anywhere in the sentence."""
    roles: list[Role] = []
    for word in token.doc:
        if word.lower_ == "bound" and word.dep_ == "amod":  # Managua-bound pistols
            roles += reader.parties([Place(child, "argument") for child in word.children if child.pos_ != "PUNCT"])
        if word.lemma_.lower() in _BOUND or word.lower_ in _BOUND:
            for child in word.children:
                if child.dep_ == "prep" and child.lower_ in {"for", "to"}:
                    roles += reader.parties([Place(item, "argument") for item in child.children if item.dep_ == "pobj"])
    return distinct(roles)


def _bound_behind(things: list[Place], reader: Reader) -> list[Role]:
    """Recipients told of the equipment itself: `a shipment of missiles bound for Hezbollah`."""
    words = [word for place in things for word in place.token.children if word.dep_ in {"acl", "amod", "relcl"}]
    bound = [word for word in words if word.lemma_.lower() in _BOUND or word.lower_ in _BOUND]
    return reader.parties([Place(item, "argument") for word in bound for name, item in prepositional(word)
                           if name in {"for", "to"}])  # fmt: skip


def _goals(trigger: Trigger, places: Places) -> list[Place]:
    """Where the equipment goes. What is sent `into` a country may be its sender's own, unless it is smuggled or leaves another."""
    crosses = trigger.transfer_type == "illicit" or trigger.frame == "move" or prepositions_of(places, *FROM)
    return prepositions_of(places, *TO, *(("into",) if crosses else ()))


def _misread(places: Places, reader: Reader, names: frozenset[str]) -> list[tuple[Named, str]]:
    """Equipment that the parser made the subject of what was done to it: `missiles bought from Russia are in service`."""
    if not any(places.prepositions.get(name) for name in names) or reader.parties(places.subject):
        return []
    return reader.systems(places.subject)


def _give(trigger: Trigger, places: Places, reader: Reader) -> Found:
    things = _unless_agreed([*places.object, *places.dative])
    troops = [place for place in things if bystanders().get(place.token.lemma_.lower()) == "troops"]
    if troops and not reader.parties(troops):
        return Found([], [], [])  # sent tanks and troops: its own
    systems = reader.systems([*things, *prepositions_of(places, "with", "of")])
    systems = systems or _misread(places, reader, _DONE_BY)
    suppliers = reader.parties([*places.subject, *prepositions_of(places, "by")])
    sources = reader.parties(prepositions_of(places, *FROM))
    if trigger.transfer_type == "loan" and sources and not prepositions_of(places, *TO):
        return Found(sources, suppliers, systems)  # leased frigates from Chile
    if not suppliers:
        suppliers = sources
    goals = _goals(trigger, places)
    recipients = reader.parties([*reader.only_parties(places.dative), *goals], but=suppliers)
    if not systems:
        systems, behind = reader.swallowed(goals)
        recipients = recipients or behind
    systems += reader.joined(goals, systems)
    if not recipients and systems:
        meant = {named.head.i for named, _ in systems}
        people = [place for place in reader.only_parties(places.object) if place.token.i not in meant]
        recipients = reader.parties(people, but=suppliers) or reader.owners(systems)
    if not recipients:
        recipients = reader.parties(prepositions_of(places, "for"), but=suppliers)
    if not suppliers and recipients:
        suppliers = reader.senders(systems)
    return Found(suppliers, recipients, systems)


def _arm(_: Trigger, places: Places, reader: Reader) -> Found:
    systems = reader.systems(prepositions_of(places, "with"))
    suppliers = reader.parties([*places.subject, *prepositions_of(places, "by")])
    return Found(suppliers, reader.parties(reader.only_parties(places.object)), systems)


def _take(trigger: Trigger, places: Places, reader: Reader) -> Found:
    is_contract = trigger.word_class == "contract"
    kept = _unless_agreed(places.object)
    if trigger.lemma in _WINS and len(kept) < len(places.object):
        return Found([], [], [])  # booked an order: the noun tells it
    things = prepositions_of(places, "of", *(("for",) if is_contract else ()))
    systems = reader.systems([*kept, *things])
    systems = systems or _misread(places, reader, _DONE_BY | {*FROM})
    recipients = reader.parties([*places.subject, *prepositions_of(places, "by")])
    if not recipients:
        recipients = reader.parties(prepositions_of(places, "for"))
    sources = prepositions_of(places, *FROM, *(("with",) if is_contract else ()))
    suppliers = reader.parties(sources, but=recipients)
    if is_contract and suppliers and systems and prepositions_of(places, "with"):
        return _two_sided(suppliers, recipients, systems)
    if not systems:
        systems, behind = reader.swallowed(sources)
        suppliers = suppliers or behind
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
    things = prepositions_of(places, "for", "over", *_ABOUT)
    systems = reader.systems([*places.object, *things])
    first = reader.parties(places.subject)
    other = reader.parties(prepositions_of(places, "with", *FROM), but=first)
    return _two_sided(other, first, systems) if other else Found([], first, systems)


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
    return Found(reader.parties([*places.subject, *prepositions_of(places, "by")]), recipients, systems)


def _seize(_: Trigger, places: Places, reader: Reader) -> Found:
    systems = reader.systems([*places.object, *prepositions_of(places, "of")])
    token = places.object[0].token if places.object else None
    recipients = _bound_for(reader, token) if token is not None else []
    if not recipients:
        recipients = reader.parties(prepositions_of(places, "to", "for"))
    return Found(reader.parties(prepositions_of(places, *FROM)), recipients, systems)


def _move(trigger: Trigger, places: Places, reader: Reader) -> Found:
    systems = reader.systems(_unless_agreed([*places.subject, *places.object]))
    if not systems:
        return Found([], [], [])
    recipients = reader.parties(
        [*_goals(trigger, places), *prepositions_of(places, "in"), *_behind(places.subject, "for", *TO)]
    )
    suppliers = reader.parties([*prepositions_of(places, *FROM, "of"), *_behind(places.subject, *FROM)])
    if not suppliers and _behind(places.subject, "for"):
        suppliers = reader.senders(systems)  # Moscow's tanks for Delhi arrived
    return Found(suppliers, recipients, systems)


def _reach(_: Trigger, places: Places, reader: Reader) -> Found:
    """Equipment that reaches somebody; what it `can reach` is its range."""
    if places.is_modal:
        return Found([], [], [])
    systems = reader.systems(_unless_agreed(places.subject))
    suppliers = reader.parties([*prepositions_of(places, *FROM), *_behind(places.subject, *FROM)])
    return Found(suppliers, reader.parties(places.object), systems)


def _behind(places: list[Place], *names: str) -> list[Place]:
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


def _answers(places: Places, reader: Reader) -> list[Role]:
    """Who answers a request: `refused Peru's request`, `a request was declined by Georgia`."""
    trigger = trigger_of(places.governor) if places.governor is not None else None
    if places.governor is None or trigger is None or trigger.frame not in {"halt", "approve"}:
        return []
    answering = verb_places(places.governor)
    return reader.parties([*answering.subject, *prepositions_of(answering, "by")])


def _two_sided(
    other: list[Role], first: list[Role], systems: list[tuple[Named, str]], *, is_open: bool = False
) -> Found:
    """A deal of one side with the other: who makes the equipment sells it, else whoever comes first buys it.

    `An arms deal with X`, with no more said, leaves open who sells.
    """
    if not first and len(other) == 2:
        first, other, is_open = other[:1], other[1:], True
    is_open = is_open or all(named.match.entry.specificity == "generic" for named, _ in systems)
    makers = {country for named, _ in systems for country in named.match.entry.made_in}
    sells = [bool(makers & {role.match.entry.party_id for role in side}) for side in (other, first)]
    if sells == [False, True]:
        return Found(first, other, systems)
    if is_open and sells != [True, False]:
        other, first = ([replace(role, link="discourse") for role in side] for side in (other, first))
        return Found(other, first, systems, is_open=True)
    return Found(other, first, systems)


def _two_named(frame: str, places: Places, systems: list[tuple[Named, str]], reader: Reader) -> Found | None:
    """Two parties before a noun: `Thailand's Chinese submarine contract`, `the Israel-to-Azerbaijan drone trade`."""
    modifiers = reader.parties(places.modifier)
    if places.possessor:
        owners = reader.parties(places.possessor)
        makers = [role for role in modifiers if role not in owners]
        return Found(makers, owners, systems) if frame in {"take", "deal"} and owners and makers else None
    if frame not in {"give", "deal"} or len(modifiers) != 2:
        return None
    if any(place.token.lower_ == "to" for place in places.modifier):
        return Found(modifiers[:1], modifiers[1:], systems)
    return _two_sided(modifiers[1:], modifiers[:1], systems, is_open=True)


def noun_found(trigger: Trigger, places: Places, reader: Reader) -> Found:
    """The parts around a noun: `Iranian deliveries of drones to Russia`, `Russia's purchase of drones from Iran`."""
    things = [*prepositions_of(places, "of", "for", *_ABOUT), *places.modifier]
    if trigger.word_class == "talks":
        things += prepositions_of(places, "over")
    if trigger.frame not in {"giver", "taker"}:
        things += places.complement  # the gift was a squadron of jets
    is_what = places.governor is not None and places.governor.lemma_ == "be"
    if is_what and not reader.systems(things):
        things += places.subject  # the rifles were a present to Georgia
    things += _behind(prepositions_of(places, *TO, *FROM, "with"), "of", "for")
    systems = reader.systems(things)
    own = reader.parties([*prepositions_of(places, "by"), *places.possessor, *places.modifier])
    subject = reader.parties(places.subject)
    source, goal = (
        reader.parties(prepositions_of(places, *FROM)),
        reader.parties([*_goals(trigger, places), *prepositions_of(places, "for")]),
    )
    other = reader.parties(prepositions_of(places, "with", "between"))
    frame = trigger.frame
    if frame in {"give", "seize"} and not goal:
        goal = _bound_behind(things, reader)
    if not (source or goal or other) and (found := _two_named(frame, places, systems, reader)):
        return found
    governor = places.governor.lemma_.lower() if places.governor is not None else ""
    if governor in _RECEIVES and frame == "give" and subject:
        return Found(
            [role for role in own if role not in subject] or source or reader.senders(systems), subject, systems
        )
    wins = governor in _WINS or (governor == "take" and trigger.lemma == "order")
    if wins and frame in {"take", "deal"} and trigger.word_class == "contract" and subject:
        return Found(subject, source or other or goal or own, systems)
    if frame == "take" and trigger.word_class == "contract" and other:
        return Found(other, own or subject, systems)
    if frame in {"give", "approve", "halt"}:
        modifiers = reader.parties(places.modifier)
        if (
            frame == "give"
            and source
            and not goal
            and (others := [role for role in own or subject if role not in modifiers])
        ):
            return Found(source, others, systems)  # Cairo's shipments from Tripoli
        suppliers = [role for role in own if role not in modifiers or goal or not source] or source
        recipients = goal
        suppliers = suppliers or subject
        if not suppliers and recipients and frame == "give":
            suppliers = reader.senders(systems)
        return Found(suppliers, recipients, systems)
    if frame == "take":
        return Found(source or other or reader.senders(systems, made=True), own or subject, systems)
    if frame == "request":
        source = source or reader.parties(
            [place for place in prepositions_of(places, "of") if not reader.systems([place])]
        )
        answers = _answers(places, reader) if own else []
        return Found(source or goal or answers, own or subject, systems)
    if frame == "seize":
        return Found(
            source,
            distinct([*_bound_for(reader, reader.sentence.doc[0]), *goal]) if reader.sentence.doc else goal,
            systems,
        )
    if frame in {"giver", "taker"} and not subject:
        subject = reader.parties(places.complement)
    if frame == "taker" and not source:
        source = reader.parties([place for place in prepositions_of(places, "of") if not reader.systems([place])])
    if frame == "taker" and subject and not places.possessor:
        source = source or reader.senders(systems, made=True)
    if frame == "giver":
        return Found(subject, distinct([*goal, *reader.parties(places.possessor)]), systems)
    if frame == "taker":
        return Found(distinct([*source, *reader.parties(places.possessor)]), subject, systems)
    if frame == "deal":
        first = own or subject
        above = trigger_of(places.governor) if places.governor is not None else None
        sells = any(place.token.lemma_.lower() in {"export", "sale"} for place in places.modifier)
        if other and (sells or (above and above.frame == "approve")):
            return Found(first, other, systems)  # approved an arms deal with Riyadh: the approver's side sells
        if goal:
            return Found(first, goal, systems)
        if source:
            return Found(source, first, systems)
        if not other and len(first) == 2:
            return _two_sided(first[1:], first[:1], systems, is_open=True)  # India and France are in talks
        return _two_sided(other, first, systems)
    return Found([], [], systems)

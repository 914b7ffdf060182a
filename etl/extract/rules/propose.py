"""Triggers and their grammar -> candidates: who supplies what to whom, with how each part was found."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from spacy.tokens import Token

from etl.extract.rules.annotate import Sentence
from etl.extract.rules.arguments import Place, Places, noun_places, prepositional, verb_places
from etl.extract.rules.discourse import Discourse
from etl.extract.rules.lexicon import Trigger, nouns, trigger_of
from etl.extract.rules.nominals import Named, origin_of, systems_in
from etl.extract.rules.parts import Found, Reader, Role, distinct, prepositions_of
from etl.extract.rules.standing import Standing, standing_of
from etl.reference import Match
from etl.reference.tables import default_system

_FROM = ("from", "off")
_TO = ("to", "into", "toward", "towards")
_RECEIVES = {"take", "receive", "await", "get", "accept", "welcome", "expect"}
"""Verbs whose subject receives: `took delivery of`."""
_WINS = {"win", "land", "secure", "book", "clinch", "bag", "receive", "get", "fill", "fulfil"}
"""Verbs whose subject sells: `won an order from`."""
_BOUND = {"bind", "destine", "head", "intend", "mean", "bound", "headed", "destined", "meant", "route"}


@dataclass(frozen=True)
class Candidate:
    """One reading of one trigger: a supplier, a system and a recipient, of which a party may be missing.

    Attributes:
        system_link: argument, modifier or discourse.
        origin: the state that modifies the system, if one does.
    """

    sentence: Sentence
    token: Token
    trigger: Trigger
    standing: Standing
    system: Match
    system_link: str
    supplier: Role | None
    recipient: Role | None
    origin: Match | None = None


def _bound_for(reader: Reader, token: Token) -> list[Role]:
    """Recipients told by `bound for`, `destined for`, `en route to` anywhere in the sentence."""
    roles: list[Role] = []
    for word in token.doc:
        if word.lemma_.lower() in _BOUND or word.lower_ in _BOUND:
            for child in word.children:
                if child.dep_ == "prep" and child.lower_ in {"for", "to"}:
                    roles += reader.parties([Place(item, "argument") for item in child.children if item.dep_ == "pobj"])
    return distinct(roles)


def _give(places: Places, reader: Reader) -> Found:
    things = [*places.object, *places.dative]
    systems = reader.systems([*things, *prepositions_of(places, "with", "of")])
    suppliers = reader.parties([*places.subject, *prepositions_of(places, "by")])
    if not suppliers:
        suppliers = reader.parties(prepositions_of(places, *_FROM))
    recipients = reader.parties([*reader.only_parties(places.dative), *prepositions_of(places, *_TO)], but=suppliers)
    if not recipients and systems:
        recipients = reader.parties(reader.only_parties(places.object), but=suppliers) or reader.owners(systems)
    if not recipients:
        recipients = reader.parties(prepositions_of(places, "for"), but=suppliers)
    if not suppliers and recipients:
        suppliers = reader.senders(systems)
    return Found(suppliers, recipients, systems)


def _arm(places: Places, reader: Reader) -> Found:
    systems = reader.systems(prepositions_of(places, "with"))
    suppliers = reader.parties([*places.subject, *prepositions_of(places, "by")])
    return Found(suppliers, reader.parties(reader.only_parties(places.object)), systems)


def _take(places: Places, reader: Reader) -> Found:
    systems = reader.systems([*_unless_agreed(places.object), *prepositions_of(places, "of")])
    recipients = reader.parties([*places.subject, *prepositions_of(places, "by")])
    if not recipients:
        recipients = reader.parties(prepositions_of(places, "for"))
    suppliers = reader.parties(prepositions_of(places, *_FROM), but=recipients) or reader.senders(systems)
    return Found(suppliers, recipients, systems)


def _plain(places: list[Place]) -> list[Place]:
    """The places that hold no word for a transfer: `approved the sale` is told by `sale`."""
    return [place for place in places if nouns().get(place.token.lemma_.lower()) is None]


def _unless_agreed(places: list[Place]) -> list[Place]:
    """The places that hold no word for an agreement: who `received an order for rifles` sells them."""
    agreed = {"take", "deal", "request", "approve", "halt"}
    return [
        place for place in places
        if (noun := nouns().get(place.token.lemma_.lower())) is None or noun.frame not in agreed
    ]  # fmt: skip


def _request(places: Places, reader: Reader) -> Found:
    systems = reader.systems(_plain([*places.object, *prepositions_of(places, "for")]))
    asked = [
        *prepositions_of(places, *_FROM, "to", "with"),
        *places.dative,
        *reader.only_parties(places.object),
    ]
    suppliers = reader.parties(asked)
    return Found(suppliers, reader.parties([*places.subject, *prepositions_of(places, "by")]), systems)


def _approve(places: Places, reader: Reader) -> Found:
    systems = reader.systems(_plain(places.object))
    recipients = reader.parties([*places.dative, *prepositions_of(places, *_TO, "for")])
    return Found(reader.parties([*places.subject, *prepositions_of(places, "by")]), recipients, systems)


def _halt(places: Places, reader: Reader) -> Found:
    things = _plain([*places.object, *places.dative])
    systems = reader.systems(things)
    recipients = reader.parties(
        [*reader.only_parties(things), *prepositions_of(places, *_TO, "for", "from", "against")]
    )
    return Found(reader.parties([*places.subject, *prepositions_of(places, "by")]), recipients, systems)


def _seize(places: Places, reader: Reader) -> Found:
    systems = reader.systems([*places.object, *prepositions_of(places, "of")])
    token = places.object[0].token if places.object else None
    recipients = _bound_for(reader, token) if token is not None else []
    if not recipients:
        recipients = reader.parties(prepositions_of(places, "to", "for"))
    return Found(reader.parties(prepositions_of(places, *_FROM)), recipients, systems)


def _move(places: Places, reader: Reader) -> Found:
    systems = reader.systems([*places.subject, *places.object])
    if not systems:
        return Found([], [], [])
    recipients = reader.parties([*prepositions_of(places, *_TO, "in"), *_behind(places.subject, "for", *_TO)])
    suppliers = reader.parties([*prepositions_of(places, *_FROM, "of"), *_behind(places.subject, *_FROM)])
    return Found(suppliers, recipients, systems)


def _reach(places: Places, reader: Reader) -> Found:
    systems = reader.systems(places.subject)
    suppliers = reader.parties([*prepositions_of(places, *_FROM), *_behind(places.subject, *_FROM)])
    return Found(suppliers, reader.parties(places.object), systems)


def _behind(places: list[Place], *names: str) -> list[Place]:
    """What stands after a preposition behind the words of the places: `engines from Ukraine`, `tanks for Delhi`."""
    return [Place(item, place.link) for place in places for name, item in prepositional(place.token) if name in names]


_VERB_FRAMES: dict[str, Callable[[Places, Reader], Found]] = {
    "give": _give,
    "arm": _arm,
    "take": _take,
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


def _noun_found(trigger: Trigger, places: Places, reader: Reader) -> Found:
    """The parts around a noun: `Iranian deliveries of drones to Russia`, `Russia's purchase of drones from Iran`."""
    things = [*prepositions_of(places, "of", "for"), *places.modifier]
    if trigger.frame not in {"giver", "taker"}:
        things += places.complement  # the gift was a squadron of jets
    things += _behind(prepositions_of(places, *_TO, *_FROM, "with"), "of", "for")
    systems = reader.systems(things)
    own = reader.parties([*prepositions_of(places, "by"), *places.possessor, *places.modifier])
    subject = reader.parties(places.subject)
    source, goal = (
        reader.parties(prepositions_of(places, *_FROM)),
        reader.parties(prepositions_of(places, *_TO, "for")),
    )
    other = reader.parties(prepositions_of(places, "with", "between"))
    frame = trigger.frame
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
        if not suppliers and subject:
            suppliers = subject
        return Found(suppliers or subject, recipients, systems)
    if frame == "take":
        return Found(source or other or reader.senders(systems), own or subject, systems)
    if frame == "request":
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
    if frame == "giver":
        return Found(subject, distinct([*goal, *reader.parties(places.possessor)]), systems)
    if frame == "taker":
        return Found(distinct([*source, *reader.parties(places.possessor)]), subject, systems)
    if frame == "deal":
        first = own or subject
        if goal:
            return Found(first, goal, systems)
        if source:
            return Found(source, first, systems)
        return Found(other, first, systems) if other else Found([], first, systems)
    return Found([], [], systems)


def _own_parties(
    systems: list[tuple[Named, str]], shared: list[Role], reader: Reader, names: tuple[str, ...]
) -> list[list[Role]]:
    """For each piece of equipment the parties told behind it alone, else the shared ones that no other has for its own.

    `submarines from Germany and frigates from Italy`: not all of it from both.
    """
    own = [
        reader.parties([Place(item, "argument") for name, item in prepositional(named.head) if name in names])
        for named, _ in systems
    ]
    taken = {role.match.entry.party_id for roles in own for role in roles}
    rest = [role for role in shared if role.match.entry.party_id not in taken] or shared
    return [roles or rest for roles in own]


def _multiply(base: Candidate, found: Found, reader: Reader) -> Iterator[Candidate]:
    suppliers_of = _own_parties(found.systems, found.suppliers, reader, _FROM)
    recipients_of = _own_parties(found.systems, found.recipients, reader, _TO)
    for (named, link), suppliers, recipients in zip(found.systems, suppliers_of, recipients_of, strict=True):
        origin = origin_of(named.head, base.sentence)
        nobody: list[Role | None] = [None]
        pairs = [
            (supplier, recipient)
            for supplier in [*suppliers] or nobody
            for recipient in [*recipients] or nobody
            if not (supplier and recipient and supplier.match.entry.party_id == recipient.match.entry.party_id)
        ]
        for supplier, recipient in [*pairs] or [(None, None)]:
            yield replace(
                base, system=named.match, system_link=link, supplier=supplier,
                recipient=recipient, origin=origin.match if origin else None,
            )  # fmt: skip


def propose(sentence: Sentence, discourse: Discourse) -> Iterator[Candidate]:
    """Yield the candidates of a parsed sentence, in the order of their triggers."""
    if sentence.doc is None:
        return
    reader = Reader(sentence, discourse)
    for token in sentence.doc:
        trigger = trigger_of(token)
        if trigger is None or token.i in sentence.system_at:
            continue
        standing = standing_of(token, trigger)
        nothing = Match(0, 0, default_system(), "name")
        base = Candidate(sentence, token, trigger, standing, nothing, "argument", None, None)
        if token.dep_ == "amod" and trigger.is_verb:
            yield from _supplied_noun(base, reader)
            continue
        if trigger.is_verb:
            if trigger.frame not in _VERB_FRAMES:
                continue
            found = _VERB_FRAMES[trigger.frame](verb_places(token), reader)
            if trigger.frame == "give" and not found.recipients:
                found.recipients = reader.takers_above(token)
            if trigger.frame == "arm" and not found.systems and found.recipients:
                found.systems = [(Named(Match(*sentence.span(token), default_system(), "name"), token), "argument")]
        else:
            if trigger.frame == "deal" and any(
                trigger_of(child) for child in token.children if child.dep_ in {"acl", "relcl"}
            ):
                continue  # a deal to sell: the verb tells it
            found = _noun_found(trigger, noun_places(token), reader)
        yield from _multiply(base, _with_other_systems(found, token, sentence, discourse), reader)


def _with_other_systems(found: Found, token: Token, sentence: Sentence, discourse: Discourse) -> Found:
    """Add the equipment that the sentence names elsewhere, or, where it names none, that was named last before."""
    known = {named.match.start for named, _ in found.systems}
    others = [
        (Named(match, sentence.head_of(match)), "sentence") for match in sentence.systems if match.start not in known
    ]  # fmt: skip
    if not known and not others and (last := discourse.last_system(sentence.start)):
        others = [(Named(last, token), "discourse")]
    return Found(found.suppliers, found.recipients, [*found.systems, *others])


def _supplied_noun(base: Candidate, reader: Reader) -> Iterator[Candidate]:
    """`Iranian-supplied drones`: the participle's own modifier is the supplier."""
    token, sentence = base.token, reader.sentence
    systems = list(systems_in(token.head, sentence))
    makers = [child for child in token.children if child.i in sentence.actor_at]
    if token.i >= 2 and token.nbor(-1).text in {"-", "–"} and token.i - 2 in sentence.actor_at:
        makers.append(token.nbor(-2))
    suppliers = distinct([Role(sentence.actor_at[child.i], "argument") for child in makers])
    owners = reader.parties([Place(child, "argument") for child in token.head.children if child.dep_ == "poss"])
    if suppliers and base.trigger.frame in {"give"}:
        yield from _multiply(base, Found(suppliers, owners, [(named, "argument") for named in systems]), reader)

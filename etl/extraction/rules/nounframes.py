"""The frames of nouns: which place around `sale`, `order`, `customer` holds who supplies, who receives, and the equipment."""

from collections.abc import Callable
from dataclasses import dataclass

from spacy.tokens import Token

from etl.extraction.rules.arguments import Place, Places, verb_places
from etl.extraction.rules.control import prepositional
from etl.extraction.rules.frames import ABOUT, FROM, TO, behind, goals_of, two_sided
from etl.extraction.rules.governing import cue_of
from etl.extraction.rules.lexicon import Trigger, trigger_of, words_for
from etl.extraction.rules.nominals import Named
from etl.extraction.rules.parts import Found, Reader, Role, distinct, prepositions_of
from etl.extraction.rules.routes import bound_behind, bound_for, sent_from


@dataclass
class _Around:
    """What stands around a noun, before its frame tells what it means.

    Attributes:
        own: parties that own, modify or do what the noun tells.
        subject: parties that are the subject of the verb above it.
        source, goal, other: parties it comes from, goes to, is with.
    """

    trigger: Trigger
    places: Places
    reader: Reader
    systems: list[tuple[Named, str]]
    own: list[Role]
    subject: list[Role]
    source: list[Role]
    goal: list[Role]
    other: list[Role]

    @property
    def governor(self) -> str:
        """Lemma of the verb above the noun, empty where there is none."""
        return self.places.governor.lemma_.lower() if self.places.governor is not None else ""

    @property
    def possessor(self) -> list[Role]:
        """Parties that own what the noun tells."""
        return self.reader.parties(self.places.possessor)

    def doers(self) -> list[Role]:
        """Parties by whom the other is had for what the noun tells: `was approved by Finland as the buyer`."""
        verb = self.places.called_by
        words = [item for name, item in prepositional(verb) if name == "by"] if verb is not None else []
        return self.reader.parties([Place(item, "inherited") for item in words])

    def of(self) -> list[Role]:
        """Parties behind `of`, where no equipment stands there."""
        words = prepositions_of(self.places, "of")
        return self.reader.parties([place for place in words if not self.reader.systems([place])])


def _answers(places: Places, reader: Reader) -> list[Role]:
    """Who answers a request: `refused Peru's request`, `a request was declined by Georgia`."""
    if places.governor is None:
        return []
    trigger, cue = trigger_of(places.governor), cue_of(places.governor)
    is_halt = trigger is not None and trigger.frame in {"halt", "approve"}
    if not is_halt and (cue is None or cue.status not in {"refused", "approved"}):
        return []  # turned down a request
    answering = verb_places(places.governor)
    return reader.parties([*answering.subject, *prepositions_of(answering, "by")])


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
    return two_sided(modifiers[1:], modifiers[:1], systems, is_open=True)


def _sending(near: _Around) -> Found:
    modifiers = near.reader.parties(near.places.modifier)
    is_give = near.trigger.frame == "give"
    others = [role for role in near.own or near.subject if role not in modifiers]
    if is_give and near.source and not near.goal and others:
        return Found(near.source, others, near.systems)  # Cairo's shipments from Tripoli
    suppliers = [role for role in near.own if role not in modifiers or near.goal or not near.source] or near.source
    suppliers = suppliers or near.subject
    if not suppliers and near.goal and is_give:
        suppliers = near.reader.senders(near.systems)
    return Found(suppliers, near.goal, near.systems)


def _taking(near: _Around) -> Found:
    takers = near.own or near.subject
    if near.trigger.word_class == "contract" and near.other:
        return Found(near.other, takers, near.systems)
    sources = near.source or near.other or near.reader.senders(near.systems, made=True)
    return Found(sources, takers, near.systems)


def _asking(near: _Around) -> Found:
    answers = _answers(near.places, near.reader) if near.own else []
    return Found(near.source or near.of() or near.goal or answers, near.own or near.subject, near.systems)


def _seizing(near: _Around) -> Found:
    return Found(near.source or sent_from(near.reader), distinct([*bound_for(near.reader), *near.goal]), near.systems)


def _giver(near: _Around) -> Found:
    called = near.reader.parties(near.places.complement)
    if near.places.called_by is not None:
        return Found(called, near.goal or near.doers() or near.possessor or near.subject, near.systems)
    return Found(near.subject or called, distinct([*near.goal, *near.possessor]), near.systems)


def _taker(near: _Around) -> Found:
    called = near.reader.parties(near.places.complement)
    if near.places.called_by is not None:
        return Found(near.source or near.doers() or near.possessor or near.subject, called, near.systems)
    takers = near.subject or called
    sources = near.source or near.of()
    if takers and not near.places.possessor:
        sources = sources or near.reader.senders(near.systems, made=True)  # the largest buyer of Russian arms
    return Found(distinct([*sources, *near.possessor]), takers, near.systems)


def _dealing(near: _Around) -> Found:
    first = near.own or near.subject
    above = trigger_of(near.places.governor) if near.places.governor is not None else None
    sells = any(place.token.lemma_.lower() in {"export", "sale"} for place in near.places.modifier)
    if near.other and (sells or (above and above.frame == "approve")):
        return Found(first, near.other, near.systems)  # approved an arms deal with Riyadh: the approver's side sells
    if near.goal:
        return Found(first, near.goal, near.systems)
    if near.source:
        return Found(near.source, first, near.systems)
    if not near.other and len(first) == 2:
        return two_sided(first[1:], first[:1], near.systems, is_open=True)  # India and France are in talks
    if not near.other and len(first) == 1:
        makers = near.reader.senders(near.systems, made=True)  # Vietnam's talks on Indian missiles
        return Found(
            [role for role in makers if role.match.entry.party_id != first[0].match.entry.party_id], first, near.systems
        )
    return two_sided(near.other, first, near.systems)


def _on_the_way(near: _Around) -> Found:
    """A load of which it is said that it is under way: `Norwegian launchers are on their way to Lithuania`."""
    sources = near.source or sent_from(near.reader) or near.reader.senders(near.systems)
    return Found(sources, bound_for(near.reader), near.systems)


_NOUN_FRAMES: dict[str, Callable[[_Around], Found]] = {
    "give": _sending,
    "approve": _sending,
    "halt": _sending,
    "take": _taking,
    "request": _asking,
    "seize": _seizing,
    "giver": _giver,
    "taker": _taker,
    "deal": _dealing,
    "move": _on_the_way,
}


def _is_seized(places: Places) -> bool:
    """True under a verb whose subject takes the load on its way, and neither sends nor gets it: `seized a shipment of rifles`."""
    above = trigger_of(places.governor) if places.governor is not None else None
    return above is not None and above.frame == "seize"


def _is_on_order(noun: Token) -> bool:
    """True for `has boats on order`, where the order itself names nothing."""
    return bool(noun.lemma_ == "order" and noun.dep_ == "pobj" and noun.head.lower_ == "on")


def _load(way: Token) -> list[Token]:
    """What is on its way or on order: `rifles on their way`, `the rifles are on their way`, `has boats on order`."""
    thing = way.head.head
    if thing.pos_ in {"NOUN", "PROPN"}:
        return [thing]
    subjects = [child for child in thing.children if child.dep_ in {"nsubj", "nsubjpass"}]
    return [child for child in thing.children if child.dep_ == "dobj"] or subjects


def _packed(package: Token) -> list[Place]:
    """What a package or a deal is said to hold: `the package includes howitzers`, `the deal covers launchers`."""
    verb = package.head
    holds = package.dep_ == "nsubj" and verb.lemma_ in words_for("holds")
    return [Place(child, "argument") for child in verb.children if holds and child.dep_ == "dobj"]


def noun_found(trigger: Trigger, places: Places, reader: Reader) -> Found:
    """The parts around a noun: `Iranian deliveries of drones to Russia`, `Russia's purchase of drones from Iran`."""
    frame = trigger.frame
    told = prepositions_of(places, "of")
    things = [*told, *prepositions_of(places, *ABOUT), *places.modifier]
    if not reader.systems(told):
        things += prepositions_of(places, "for")  # not the rockets of `imports of engines for rockets`
    if trigger.word_class == "talks":
        things += prepositions_of(places, "over")
    if places.itself is not None:
        inside = _packed(places.itself)
        things = inside or ([*things, Place(places.itself, "argument")] if trigger.word_class == "pledge" else things)
    if frame not in {"giver", "taker"}:
        things += places.complement  # the gift was a squadron of jets
    if places.itself is not None and (frame == "move" or _is_on_order(places.itself)):
        things = [Place(word, "argument") for word in _load(places.itself)]
    is_what = places.governor is not None and places.governor.lemma_ == "be"
    if is_what and not reader.systems(things):
        things += places.subject  # the rifles were a present to Georgia
    things += behind(prepositions_of(places, *TO, *FROM, "with"), "of", "for")
    meant_for = reader.only_parties(
        prepositions_of(places, "for")
    )  # not the Russian systems of `a contract for Russian systems`
    goals = [*goals_of(trigger, places), *meant_for, *(places.dative if frame == "give" else ())]
    near = _Around(
        trigger,
        places,
        reader,
        systems=reader.systems(things),
        own=reader.parties([*prepositions_of(places, "by"), *places.possessor, *places.modifier]),
        subject=[] if _is_seized(places) else reader.parties(places.subject),
        source=reader.parties(prepositions_of(places, *FROM)),
        goal=reader.parties(goals),
        other=reader.parties(prepositions_of(places, "with", "between")),
    )
    if frame in {"give", "seize"} and not near.goal:
        near.goal = bound_behind(things, reader)
    if not (near.source or near.goal or near.other):
        named = _two_named(frame, places, near.systems, reader)
        if named:
            return named
    if near.governor in words_for("accepts") and frame == "give" and near.subject:
        others = [role for role in near.own if role not in near.subject]
        return Found(others or near.source or reader.senders(near.systems), near.subject, near.systems)
    wins = near.governor in words_for("wins") or (near.governor == "take" and trigger.lemma == "order")
    if wins and frame in {"take", "deal"} and trigger.word_class == "contract" and near.subject:
        if frame == "deal" and near.other:
            both = two_sided(near.subject, near.other, near.systems)
            if not both.is_open:
                return both  # who clinches a deal may buy
        return Found(near.subject, near.source or near.other or near.goal or near.own, near.systems)
    return _NOUN_FRAMES[frame](near) if frame in _NOUN_FRAMES else Found([], [], near.systems)

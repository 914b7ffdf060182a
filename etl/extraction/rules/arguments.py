"""The grammatical places around a verb or noun: subjects, objects and prepositional phrases, own or inherited.

Labels are those of spaCy's English models (ClearNLP style).
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from spacy.tokens import Token

from etl.extraction.rules.control import (
    antecedent,
    conjuncts,
    controller,
    own_subjects,
    prepositional,
    subject_or_controller,
)
from etl.extraction.rules.lexicon import words_for

_CHAINED = frozenset(["to", "from", "by", "for", "with"])
"""Prepositions that the parser may hang on the name before them: `sold by Bulgaria to Romania`."""
_CHAINED_TO_NAMES = _CHAINED | {"of", "over", "on", "about"}
"""No name of a country is followed by these for its own sake: `the transfer to Bolivia of ten helicopters`."""
_HOLD_CHAINS = _CHAINED | {"of", "with", "over"}
_RELATIVE = frozenset(["WDT", "WP", "WP$", "WRB"])
_ABLE = frozenset(["can", "could"])


@dataclass(frozen=True)
class Place:
    """A word in a grammatical place of a trigger.

    Attributes:
        link: argument (its own), inherited (from a governing or coordinated word) or modifier.
    """

    token: Token
    link: str


@dataclass
class Places:
    """All grammatical places of one trigger.

    Attributes:
        itself: the trigger, where it is a noun.
        called_by: the verb by which somebody has the complement for what the trigger tells: `has Moldova as its source of rifles`.
    """

    subject: list[Place] = field(default_factory=list)
    object: list[Place] = field(default_factory=list)
    dative: list[Place] = field(default_factory=list)
    possessor: list[Place] = field(default_factory=list)
    modifier: list[Place] = field(default_factory=list)
    complement: list[Place] = field(default_factory=list)
    itself: Token | None = None
    called_by: Token | None = None
    governor: Token | None = None
    is_modal: bool = False
    prepositions: dict[str, list[Place]] = field(default_factory=lambda: defaultdict(list))


def _chained(token: Token) -> Iterator[tuple[str, Token]]:
    """The prepositional phrases of a word, and those that hang on their objects though they belong to the word."""
    for name, item in prepositional(token):
        yield name, item
        if name in _HOLD_CHAINS or item.pos_ == "PROPN":
            chained = _CHAINED_TO_NAMES if item.pos_ == "PROPN" else _CHAINED
            yield from ((other, behind) for other, behind in prepositional(item) if other in chained)
    for child in token.children:
        if child.dep_ == "amod" and child.i > token.i:  # ammunition worth a million euros to Israel
            for word in (child, *(sum_ for sum_ in child.children if sum_.dep_ == "npadvmod")):
                yield from prepositional(word)


def _add_prepositions(places: Places, token: Token, link: str) -> None:
    for name, item in _chained(token):
        if item.i not in {place.token.i for place in places.prepositions[name]}:
            places.prepositions[name].append(Place(item, link))


def _expand(tokens: list[Token], link: str) -> list[Place]:
    return [Place(item, link) for token in tokens for item in conjuncts(token)]


def _is_clause(verb: Token) -> bool:
    """True for a verb with a subject of its own, that no noun before it is the object of: `the charge that Iran had sent rifles`."""
    return any(child.dep_ in {"nsubj", "nsubjpass"} and child.tag_ not in _RELATIVE for child in verb.children)


def _is_participle(verb: Token) -> bool:
    """True for what is said in passing of something done: `rifles from abroad, shipped by dealers in Yemen`."""
    own = {child.dep_ for child in verb.children}
    return (
        verb.dep_ == "advcl"
        and verb.tag_ == "VBN"
        and own.isdisjoint({"aux", "auxpass", "dobj", "nsubj", "nsubjpass", "mark"})
    )


def _said_of(participle: Token) -> list[Token]:
    """What a participle may be said of: the object of the verb above, else its subject."""
    above = participle.head
    objects = [child for child in above.children if child.dep_ == "dobj" and child.i < participle.i]
    return objects or own_subjects(above)[0] or controller(above)


def verb_places(verb: Token) -> Places:
    """Return the grammatical places of a verb."""
    places = Places(is_modal=any(child.tag_ == "MD" and child.lemma_ in _ABLE for child in verb.children))
    subjects, passive = own_subjects(verb)
    objects = [child for child in verb.children if child.dep_ in {"dobj", "attr", "oprd"}]
    datives = [child for child in verb.children if child.dep_ == "dative" and child.pos_ not in {"ADP", "PART"}]
    if verb.dep_ == "acl" and verb.tag_ == "VBN" and not _is_clause(verb):
        places.object = _expand([verb.head], "argument")
    elif _is_participle(verb):
        places.object = _expand(_said_of(verb), "inherited")
        places.dative = _expand(objects, "argument")
    elif passive or (verb.tag_ == "VBN" and any(child.dep_ == "auxpass" for child in verb.children)):
        passive_subjects = subjects or controller(verb)
        places.object = _expand(passive_subjects, "argument" if subjects else "inherited")
        places.dative = _expand(objects, "argument")
    else:
        link = "argument"
        if not subjects:
            subjects, link = controller(verb), "inherited"
        places.subject = _expand(subjects, link)
        places.object = _expand([antecedent(child) for child in objects], "argument")
        places.dative = _expand(datives, "argument")
        clause = verb
        while clause.dep_ in {"xcomp", "ccomp"} and clause.head.i != clause.i:
            clause = clause.head  # weaponry that they help provide
        if clause.dep_ == "relcl" and clause.head.i not in {token.i for token in subjects}:
            if not objects:
                places.object = _expand([clause.head], "argument")
            elif not datives and not any(word.tag_ in _RELATIVE for word in verb.subtree):
                places.object += _expand([clause.head], "argument")  # the rifles the Gulf state had given the rebels
    _add_prepositions(places, verb, "argument")
    for place in [*places.object, *places.dative]:
        _add_prepositions(places, place.token, "argument")
    if verb.dep_ == "conj" and verb.head.pos_ == "VERB":
        _add_prepositions(places, verb.head, "inherited")
        if not places.object:
            shared = [child for child in verb.head.children if child.dep_ == "dobj"]
            places.object = _expand(shared, "inherited")
    for other in verb.conjuncts:
        if other.i > verb.i and not places.object:
            places.object = _expand([child for child in other.children if child.dep_ == "dobj"], "inherited")
            _add_prepositions(places, other, "inherited")
    return places


def _known_as(verb: Token) -> list[Token]:
    """Whom a verb has for something: `has Moldova as its source`, `Sweden was approved as the buyer`."""
    if verb.lemma_ not in words_for("appoints"):
        return []
    objects = [child for child in verb.children if child.dep_ == "dobj"]
    return objects or [child for child in verb.children if child.dep_ == "nsubjpass"]


def _is_choice(token: Token) -> bool:
    """True where it is left open which of several is meant: `Guatemala or the U.S.`."""
    return any(child.dep_ == "cc" and child.lower_ == "or" for child in token.children)


def _is_outsider(verb: Token) -> bool:
    """True where a verb tells what somebody thinks of a transfer or does against it: its subject has no part in it."""
    return verb.lemma_.lower() in words_for("outsider")


def noun_places(noun: Token) -> Places:
    """Return the grammatical places of a noun that tells a transfer, those of its supporting verb included."""
    places = Places(itself=noun)
    places.possessor = _expand([child for child in noun.children if child.dep_ == "poss"], "argument")
    places.modifier = [
        Place(item, "modifier")
        for child in noun.children
        if child.dep_ in {"amod", "compound", "nmod", "npadvmod", "nummod"} and child.i < noun.i
        for item in [child, *(grandchild for grandchild in child.subtree if grandchild.i != child.i)]
    ]
    _add_prepositions(places, noun, "argument")
    governor = noun.head
    first = noun
    while first.dep_ in {"conj", "appos"}:
        first = first.head
        _add_prepositions(places, first, "inherited")
        governor = first.head
    if governor.pos_ in {"VERB", "AUX"} and governor.i != first.i:
        places.governor = governor
        if first.dep_ == "nsubj":
            places.complement = _expand([child for child in governor.children if child.dep_ == "attr"], "argument")
    names = [
        child for child in noun.children if child.dep_ == "appos" and child.pos_ == "PROPN" and not _is_choice(child)
    ]
    places.complement += _expand(names, "argument")  # the buyer, Estonia
    if noun.dep_ == "appos":
        places.complement = _expand([noun.head], "argument")  # Qatar, Italy's buyer
    elif first.dep_ == "pobj" and first.head.lower_ == "as" and (known := _known_as(first.head.head)):
        places.complement, places.called_by = _expand(known, "argument"), first.head.head
    elif first.dep_ == "pobj" and first.head.lower_ == "among" and first.head.head.lemma_ == "be":
        places.complement = _expand(own_subjects(first.head.head)[0], "argument")  # is among France's clients
    if first.dep_ in {"dobj", "attr", "nsubjpass", "oprd"} and governor.pos_ in {"VERB", "AUX"}:
        subjects, passive = own_subjects(governor)
        if not passive and not _is_outsider(governor):
            places.subject = _expand(subjects or controller(governor), "inherited")
        elif passive and first.dep_ == "dobj":
            places.dative = _expand(subjects, "inherited")  # was made a gift of guns
        _add_prepositions(places, governor, "inherited")
        datives = [child for child in governor.children if child.dep_ == "dative" and child.pos_ != "ADP"]
        places.dative += _expand(datives, "inherited")
    elif (
        first.dep_ == "pobj"
        and governor.lower_ != "against"
        and governor.head.pos_ in {"VERB", "AUX"}
        and not _is_outsider(governor.head)
    ):
        places.subject = _expand(subject_or_controller(governor.head, 0), "inherited")
    elif first.dep_ in {"nsubj", "nsubjpass"}:
        _add_prepositions(places, governor, "inherited")
    for child in noun.children:
        if child.dep_ == "relcl" and child.pos_ == "VERB" and not places.subject:
            # the order that Britain won from Oman
            subjects, passive = own_subjects(child)
            if not passive and noun.i not in {token.i for token in subjects}:
                places.governor = child
                places.subject = _expand(subjects, "inherited")
                _add_prepositions(places, child, "inherited")
        is_placed = (
            child.dep_ == "relcl"
            and child.lemma_ in words_for("agrees")
            and not any(c.dep_ == "dobj" and c.tag_ not in _RELATIVE for c in child.children)
        )
        if (child.dep_ == "acl" and child.tag_ in {"VBN", "VBG"}) or is_placed:
            for name, item in prepositional(child):
                places.prepositions[name].append(Place(item, "argument"))
    return places

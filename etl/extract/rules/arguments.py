"""The grammatical places around a verb or noun: subjects, objects and prepositional phrases, own or inherited.

Labels are those of spaCy's English models (ClearNLP style).
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from spacy.tokens import Token

from etl.extract.rules.lexicon import bystanders

_SUBJECT = {"nsubj", "csubj"}
_PASSIVE_SUBJECT = {"nsubjpass", "csubjpass"}
_RELATIVE = {"WDT", "WP", "WP$"}
_OBJECT_CONTROL = frozenset(
    [
        "accuse",
        "allow",
        "ask",
        "authorise",
        "authorize",
        "ban",
        "bar",
        "block",
        "charge",
        "choose",
        "commission",
        "compel",
        "convince",
        "contract",
        "discourage",
        "enable",
        "encourage",
        "forbid",
        "force",
        "get",
        "help",
        "instruct",
        "interest",
        "invite",
        "lead",
        "let",
        "make",
        "oblige",
        "order",
        "permit",
        "persuade",
        "pick",
        "press",
        "pressure",
        "prevent",
        "prohibit",
        "push",
        "request",
        "require",
        "restrict",
        "select",
        "stop",
        "suspect",
        "tell",
        "urge",
    ]
)
FOR_WHAT = frozenset(
    ["blame", "condemn", "criticise", "criticize", "fault", "fine", "praise", "punish", "sanction", "thank"]
)
"""Verbs whose object did what stands after `for`: `thanked Australia for sending rifles`."""
_BLAME = frozenset(["blame", "charge", "embargo", "fine", "penalty", "punishment", "sanction"])
_WORD_GIVEN = frozenset(["agreement", "assurance", "commitment", "guarantee", "pledge", "promise", "undertaking"])
_LEAVE = frozenset(
    ["authorisation", "authorization", "clearance", "consent", "leave", "licence", "license", "permission", "right"]
)
_CHAINED = frozenset(["to", "from", "by", "for", "with"])
"""Prepositions that the parser may hang on the name before them: `sold by Bulgaria to Romania`."""
_CHAINED_TO_NAMES = _CHAINED | {"of", "over", "on", "about"}
"""No name of a country is followed by these for its own sake: `the transfer to Bolivia of ten helicopters`."""
_HOLD_CHAINS = _CHAINED | {"of", "with", "over"}
_FINITE = frozenset(["VBD", "VBZ", "VBP"])
_ABLE = frozenset(["can", "could"])
_CARRIERS = frozenset(
    [
        "boat",
        "car",
        "cargo",
        "consignment",
        "container",
        "convoy",
        "crate",
        "dhow",
        "flight",
        "load",
        "lorry",
        "plane",
        "ship",
        "shipment",
        "train",
        "trawler",
        "truck",
        "van",
        "vessel",
    ]
)
_STOPS = frozenset(["block", "board", "catch", "detain", "halt", "impound", "intercept", "search", "seize", "stop"])
_MISREAD = frozenset(["compound", "npadvmod", "nmod", "dep", "advmod"])
_DEEP = 6


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
    """All grammatical places of one trigger."""

    subject: list[Place] = field(default_factory=list)
    object: list[Place] = field(default_factory=list)
    dative: list[Place] = field(default_factory=list)
    possessor: list[Place] = field(default_factory=list)
    modifier: list[Place] = field(default_factory=list)
    complement: list[Place] = field(default_factory=list)
    governor: Token | None = None
    is_modal: bool = False
    prepositions: dict[str, list[Place]] = field(default_factory=lambda: defaultdict(list))


def conjuncts(token: Token) -> list[Token]:
    """Return a word and all that are coordinated with it, it first."""
    return [token, *(other for other in token.conjuncts if other.i > token.i)]


def _antecedent(token: Token) -> Token:
    """The noun that a relative pronoun stands for, else the token itself."""
    if token.lower_ == "what" and token.head.head.lemma_ == "be":
        clause, verb = token.head, token.head.head
        wanted = "attr" if clause.dep_ in {"csubj", "nsubj"} else "nsubj"
        return next((child for child in verb.children if child.dep_ == wanted), token)  # what it received was a tank
    if token.tag_ in _RELATIVE or token.lower_ == "that":
        for ancestor in token.ancestors:
            if ancestor.dep_ == "relcl":
                return _identified(ancestor.head)
    return token


def stops_carrier(verb: Token) -> bool:
    """True where what is stopped is a load on its way: `stopped a lorry carrying rifles`."""
    return verb.lemma_.lower() in _STOPS and any(
        child.lemma_.lower() in _CARRIERS for child in verb.children if child.dep_ in {"dobj", "nsubjpass"}
    )


def _identified(noun: Token) -> Token:
    """The name that a clause says a noun is: `the country that sold them was Russia`."""
    if noun.dep_ == "nsubj" and noun.head.lemma_ == "be" and noun.pos_ in {"NOUN", "PRON"}:
        return next((child for child in noun.head.children if child.dep_ == "attr" and child.pos_ == "PROPN"), noun)
    return noun


def own_subjects(verb: Token) -> tuple[list[Token], bool]:
    """Return the subjects that stand with a verb itself, and whether they are passive."""
    active = [child for child in verb.children if child.dep_ in _SUBJECT]
    passive = [child for child in verb.children if child.dep_ in _PASSIVE_SUBJECT]
    if not active and not passive and verb.tag_ in _FINITE:
        active = _misread_subject(verb)
    return [_antecedent(child) for child in (active or passive)], not active and bool(passive)


def _misread_subject(verb: Token) -> list[Token]:
    """The name directly before a finite verb that the parser took for a part of it: `which Somalia supplies`."""
    before = [child for child in verb.children if child.i < verb.i and child.dep_ in _MISREAD]
    return before[-1:] if before and before[-1].pos_ == "PROPN" and before[-1].i == verb.i - 1 else []


def controller(verb: Token, depth: int = 0) -> list[Token]:
    """Return who is understood to do what a verb without a subject of its own tells: `agreed to buy`, `accused of supplying`."""
    if depth > _DEEP:
        return []
    head = verb.head
    if verb.dep_ == "conj":
        is_misread = verb.tag_ in _FINITE and head.dep_ == "acl"
        return [] if is_misread else _subject_or_controller(head, depth + 1)
    preposition = ""
    if verb.dep_ == "pcomp" and head.pos_ in {"ADP", "SCONJ", "PART"}:
        preposition, head = head.lower_, head.head
    if preposition == "for" and (blamed := _blamed(head)):
        return blamed
    if verb.dep_ in {"xcomp", "ccomp", "advcl", "pcomp", "acl", "prep", "oprd", "dep"} and head.i != verb.i:
        if head.pos_ in {"VERB", "AUX"}:
            objects = [child for child in head.children if child.dep_ in {"dobj", "dative"}]
            is_object = head.lemma_ in _OBJECT_CONTROL or (preposition == "for" and head.lemma_ in FOR_WHAT)
            is_object = is_object and verb.dep_ != "advcl"
            if verb.dep_ == "advcl" and verb.tag_ == "VBG" and stops_carrier(head):
                is_object = True  # stopped a lorry near the border, carrying rifles
            if objects and is_object:
                return [_antecedent(child) for child in objects]
            subjects = _subject_or_controller(head, depth + 1)
            if head.lemma_ == "be" and verb.dep_ == "ccomp" and any(word.lower_ == "it" for word in subjects):
                return [child for child in head.children if child.dep_ == "attr"]  # it was Spain that armed
            return subjects
        if verb.dep_ == "acl" and verb.tag_ == "VBG":
            return [head]  # a lorry carrying rifles
        if verb.dep_ == "acl" and verb.tag_ in _FINITE:
            return []  # a finite verb has a subject of its own, that the parser did not see
        if head.pos_ in {"NOUN", "PROPN", "ADJ"}:
            if head.lemma_.lower() in _WORD_GIVEN:
                sources = [item for word in (head, head.head) for name, item in prepositional(word) if name == "from"]
                if sources:
                    return sources  # extracted a pledge from Washington to halt
            possessors = [child for child in head.children if child.dep_ == "poss"]
            if possessors:
                return possessors
            if head.lemma_.lower() in _LEAVE:
                allowed = [
                    child for child in head.head.children if child.dep_ in {"dative", "dobj"} and child.i != head.i
                ]
                if allowed:
                    return allowed  # refused Madrid permission to hand over
            if verb.dep_ == "acl" and any(child.dep_ == "amod" and child.text[0].isupper() for child in head.children):
                return [head]  # the Danish plan to give
            governor = head.head
            if (
                head.dep_ in {"dobj", "attr", "acomp", "pobj", "nsubjpass", "nsubj", "conj", "oprd"}
                and governor.i != head.i
            ):
                if governor.pos_ == "ADP":
                    governor = governor.head
                if governor.pos_ in {"VERB", "AUX"}:
                    return _subject_or_controller(governor, depth + 1)
    return []


def _blamed(head: Token) -> list[Token]:
    """Who did what stands after `for`: `sanctions on Turkey for buying`, `impose a fine on the firm for selling`."""
    nouns = [head, *(child for child in head.children if child.dep_ == "dobj")]
    if not any(word.pos_ == "NOUN" and word.lemma_.lower() in _BLAME for word in nouns):
        return []
    return [item for word in nouns for name, item in prepositional(word) if name in {"on", "against"}]


def _subject_or_controller(verb: Token, depth: int) -> list[Token]:
    own, _ = own_subjects(verb)
    return own or controller(verb, depth)


def prepositional(token: Token) -> Iterator[tuple[str, Token]]:
    """Yield (preposition, its object) for the phrases that hang on a word, chained ones (`from Iran to Russia`) too."""
    for child in token.children:
        if child.dep_ in {"prep", "dative", "agent"} and child.pos_ in {"ADP", "SCONJ", "PART", "VERB"}:
            yield from _objects_of(child)
        elif child.dep_ in {"prt", "advmod"}:
            for grandchild in child.children:
                if grandchild.dep_ == "prep":
                    yield from _objects_of(grandchild)


def _objects_of(preposition: Token) -> Iterator[tuple[str, Token]]:
    for child in preposition.children:
        if child.dep_ in {"pobj", "pcomp"}:
            for item in conjuncts(child):
                yield preposition.lower_, _antecedent(item)
        elif child.dep_ == "prep":
            is_out_of = preposition.lower_ == "out" and child.lower_ == "of"
            yield from (("from" if is_out_of else name, item) for name, item in _objects_of(child))


def _chained(token: Token) -> Iterator[tuple[str, Token]]:
    """The prepositional phrases of a word, and those that hang on their objects though they belong to the word."""
    for name, item in prepositional(token):
        yield name, item
        if name in _HOLD_CHAINS or item.pos_ == "PROPN":
            chained = _CHAINED_TO_NAMES if item.pos_ == "PROPN" else _CHAINED
            yield from ((other, behind) for other, behind in prepositional(item) if other in chained)


def _add_prepositions(places: Places, token: Token, link: str) -> None:
    for name, item in _chained(token):
        if item.i not in {place.token.i for place in places.prepositions[name]}:
            places.prepositions[name].append(Place(item, link))


def _expand(tokens: list[Token], link: str) -> list[Place]:
    return [Place(item, link) for token in tokens for item in conjuncts(token)]


def verb_places(verb: Token) -> Places:
    """Return the grammatical places of a verb."""
    places = Places(is_modal=any(child.tag_ == "MD" and child.lemma_ in _ABLE for child in verb.children))
    subjects, passive = own_subjects(verb)
    objects = [child for child in verb.children if child.dep_ in {"dobj", "attr", "oprd"}]
    datives = [child for child in verb.children if child.dep_ == "dative" and child.pos_ not in {"ADP", "PART"}]
    if verb.dep_ == "acl" and verb.tag_ == "VBN":
        places.object = _expand([verb.head], "argument")
    elif passive or (verb.tag_ == "VBN" and any(child.dep_ == "auxpass" for child in verb.children)):
        passive_subjects = subjects or controller(verb)
        places.object = _expand(passive_subjects, "argument" if subjects else "inherited")
        places.dative = _expand(objects, "argument")
    else:
        link = "argument"
        if not subjects:
            subjects, link = controller(verb), "inherited"
        places.subject = _expand(subjects, link)
        places.object = _expand([_antecedent(child) for child in objects], "argument")
        places.dative = _expand(datives, "argument")
        if verb.dep_ == "relcl" and not objects and verb.head.i not in {token.i for token in subjects}:
            places.object = _expand([verb.head], "argument")
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


def _is_choice(token: Token) -> bool:
    """True where it is left open which of several is meant: `Guatemala or the U.S.`."""
    return any(child.dep_ == "cc" and child.lower_ == "or" for child in token.children)


def _is_outsider(verb: Token) -> bool:
    """True where a verb tells what somebody thinks of a transfer or does against it: its subject has no part in it."""
    return bystanders().get(verb.lemma_.lower()) == "outsider"


def noun_places(noun: Token) -> Places:
    """Return the grammatical places of a noun that tells a transfer, those of its supporting verb included."""
    places = Places()
    places.possessor = _expand([child for child in noun.children if child.dep_ == "poss"], "argument")
    places.modifier = [
        Place(item, "modifier")
        for child in noun.children
        if child.dep_ in {"amod", "compound", "nmod", "npadvmod", "nummod"}
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
    elif first.dep_ == "pobj" and first.head.lower_ == "among" and first.head.head.lemma_ == "be":
        places.complement = _expand(own_subjects(first.head.head)[0], "argument")  # is among France's clients
    if first.dep_ in {"dobj", "attr", "nsubjpass", "oprd"} and governor.pos_ in {"VERB", "AUX"}:
        subjects, passive = own_subjects(governor)
        if not passive and not _is_outsider(governor):
            places.subject = _expand(subjects or controller(governor), "inherited")
        _add_prepositions(places, governor, "inherited")
        places.dative = _expand(
            [child for child in governor.children if child.dep_ == "dative" and child.pos_ != "ADP"],
            "inherited",
        )
    elif (
        first.dep_ == "pobj"
        and governor.lower_ != "against"
        and governor.head.pos_ in {"VERB", "AUX"}
        and not _is_outsider(governor.head)
    ):
        places.subject = _expand(_subject_or_controller(governor.head, 0), "inherited")
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
        if child.dep_ == "acl" and child.tag_ in {"VBN", "VBG"}:
            for name, item in prepositional(child):
                places.prepositions[name].append(Place(item, "argument"))
    return places

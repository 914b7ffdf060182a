"""Who is understood to do what a verb tells, and what hangs on a word by a preposition: `agreed to buy`, `accused of supplying`.

Labels are those of spaCy's English models (ClearNLP style).
"""

from collections.abc import Iterator

from spacy.tokens import Token

from etl.extraction.rules.lexicon import words_for

_SUBJECT = {"nsubj", "csubj"}
_PASSIVE_SUBJECT = {"nsubjpass", "csubjpass"}
_RELATIVE = {"WDT", "WP", "WP$"}
_FINITE = frozenset(["VBD", "VBZ", "VBP"])
_MISREAD = frozenset(["compound", "npadvmod", "nmod", "dep", "advmod"])
_MEANS = frozenset(["after", "before", "by", "besides", "despite", "since", "through", "without"])
"""Prepositions behind which the subject of the main verb acts: `by supplying drones, Ankara made a friend`."""
_VOUCHED = frozenset(["according", "contrary", "due", "owing", "prior", "thanks"])
"""Words that make one preposition with `to`, behind which nothing is received: `according to Kinshasa`."""
_UNDERSTOOD = frozenset(["xcomp", "ccomp", "advcl", "pcomp", "acl", "prep", "oprd", "dep"])
"""Places of a verb whose subject is understood from the word above it."""
_DEEP = 6


def conjuncts(token: Token) -> list[Token]:
    """Return a word and all that are coordinated with it, it first."""
    return [token, *(other for other in token.conjuncts if other.i > token.i)]


def antecedent(token: Token) -> Token:
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
    return verb.lemma_.lower() in words_for("stops") and any(
        child.lemma_.lower() in words_for("carrier") for child in verb.children if child.dep_ in {"dobj", "nsubjpass"}
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
    return [antecedent(child) for child in (active or passive)], not active and bool(passive)


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
        return [] if is_misread else subject_or_controller(head, depth + 1)
    preposition = ""
    if verb.dep_ == "pcomp" and head.pos_ in {"ADP", "SCONJ", "PART"}:
        while head.dep_ == "conj" and head.head.pos_ == head.pos_:
            head = head.head  # accused of helping them and of arming them
        preposition, head = head.lower_, head.head
    if preposition == "for" and (blamed := _blamed(head)):
        return blamed
    is_infinitive = verb.tag_ == "VB" and any(child.lower_ == "to" and child.dep_ == "aux" for child in verb.children)
    is_latest = verb.dep_ == "relcl" and is_infinitive  # the latest ally to offer
    if head.i != verb.i and (is_latest or verb.dep_ in _UNDERSTOOD):
        if head.pos_ in {"VERB", "AUX"}:
            objects = [child for child in head.children if child.dep_ in {"dobj", "dative"}]
            given = [child for child in objects if child.lemma_.lower() in words_for("leave") and child.i < verb.i]
            if given and len(objects) > len(given) and verb.dep_ == "advcl":
                return [antecedent(child) for child in objects if child not in given]  # gave Manila the go-ahead to buy
            is_object = head.lemma_ in words_for("object_control") or (
                preposition == "for" and head.lemma_ in words_for("judges")
            )
            is_object = is_object and not any(child.dep_ == "prt" for child in head.children)  # made up its mind
            is_object = is_object and verb.dep_ != "advcl" and preposition not in _MEANS  # by arming it, made a friend
            if verb.dep_ == "advcl" and verb.tag_ == "VBG" and stops_carrier(head):
                is_object = True  # stopped a lorry near the border, carrying rifles
            if objects and is_object:
                return [antecedent(child) for child in objects]
            subjects = subject_or_controller(head, depth + 1)
            if head.lemma_ == "join" and preposition == "in":
                return [*subjects, *objects]  # joins Denmark in supplying
            if head.lemma_ == "be" and verb.dep_ == "ccomp" and any(word.lower_ == "it" for word in subjects):
                return [child for child in head.children if child.dep_ == "attr"]  # it was Spain that armed
            return subjects
        if verb.dep_ == "acl" and verb.tag_ == "VBG":
            if head.lemma_.lower() in words_for("measure") and head.head.pos_ == "VERB":
                return subject_or_controller(head.head, depth + 1)  # signed a decree halting the delivery
            is_said = head.dep_ == "attr" and head.head.lemma_ == "be"  # Egypt was the one shipping rockets
            return own_subjects(head.head)[0] if is_said else [head]  # a lorry carrying rifles
        if verb.dep_ == "acl" and verb.tag_ in _FINITE:
            return []  # a finite verb has a subject of its own, that the parser did not see
        if head.pos_ in {"NOUN", "PROPN", "ADJ"}:
            if head.lemma_.lower() in words_for("word_given"):
                sources = [item for word in (head, head.head) for name, item in prepositional(word) if name == "from"]
                if sources:
                    return sources  # extracted a pledge from Washington to halt
            possessors = [child for child in head.children if child.dep_ == "poss"]
            possessors = possessors or [item for name, item in prepositional(head) if name == "by"]
            if possessors:
                return possessors  # Berlin's decision to send, a decision by Berlin to send
            if head.lemma_.lower() in words_for("leave"):
                allowed = [
                    child for child in head.head.children if child.dep_ in {"dative", "dobj"} and child.i != head.i
                ]
                allowed = allowed or [child for child in head.children if child.dep_ in {"compound", "nmod"}]
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
                    return subject_or_controller(governor, depth + 1)
    return []


def _blamed(head: Token) -> list[Token]:
    """Who did what stands after `for`: `sanctions on Turkey for buying`, `impose a fine on the firm for selling`."""
    nouns = [head, *(child for child in head.children if child.dep_ == "dobj")]
    if not any(word.pos_ == "NOUN" and word.lemma_.lower() in words_for("blame") for word in nouns):
        return []
    return [item for word in nouns for name, item in prepositional(word) if name in {"on", "against"}]


def subject_or_controller(verb: Token, depth: int) -> list[Token]:
    """Return the subjects that stand with a verb, else who is understood to do what it tells."""
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
            near = [word for word in child.children if word.dep_ == "dobj"] if child.dep_ == "pcomp" else []
            is_misread = near and child.lower_ in {"neighbouring", "neighboring"}  # to neighbouring Romania
            for item in conjuncts(near[0] if is_misread else child):
                yield preposition.lower_, antecedent(item)
        elif child.dep_ == "prep" and preposition.lower_ not in _VOUCHED:
            is_out_of = preposition.lower_ == "out" and child.lower_ == "of"
            yield from (("from" if is_out_of else name, item) for name, item in _objects_of(child))

"""The words that govern a word: those under which it stands, what each does to a transfer, and whether one is negated.

`announced that it had refused to sell` governs `sell` by `refuse`, then by `announce`; `refuse` is a cue of `cues.csv`.
"""

from collections.abc import Iterator

from spacy.tokens import Token

from etl.extraction.rules.aspects import own_tense
from etl.extraction.rules.control import stops_carrier
from etl.extraction.rules.lexicon import Cue, cues, nouns, words_for
from etl.reference.tables import status_phase

_GOVERNED = {"xcomp", "ccomp", "pcomp", "acl", "advcl", "dobj", "pobj", "prep", "nsubj", "nsubjpass", "attr", "acomp", "oprd",
             "conj", "compound", "appos", "dative", "dep", "amod", "nmod", "poss"}  # fmt: skip
_NEGATIVE = {"no", "neither", "nor", "without", "never", "not", "n't", "n’t"}
_ADVERBIAL = {"by", "after", "before", "despite", "since", "through", "while", "in", "during", "amid"}
"""Prepositions whose phrase happens whatever becomes of the verb: `by arming the rebels, Tehran sought ...`."""
_MATTER = {"over", "about"}
"""Prepositions behind a verb that tell what something is about, which has its own standing."""
_DEEP = 7


def governors(token: Token) -> Iterator[Token]:
    """Yield the words under which a word stands, the nearest first, as far as they bear on whether it happens."""
    current = token
    for _ in range(_DEEP):
        head = current.head
        if head.i == current.i or current.dep_ not in _GOVERNED:
            return
        if current.dep_ == "conj" and current.pos_ in {"VERB", "AUX"} and own_tense(current):
            return
        if current.dep_ == "ccomp" and any(word.text == ";" for word in head.doc[current.i : head.i]):
            return  # what stands before a semicolon is said by itself
        if (
            current.dep_ == "nsubj"
            and head.pos_ in {"VERB", "AUX"}
            and current.i == token.i
            and head.lemma_ in {"say", "tell"}
        ):
            return
        if current.dep_ == "nsubj" and any(child.dep_ in {"dobj", "xcomp"} for child in head.children):
            return  # what is done to something else says nothing of the transfer: the approval ended a long wait
        is_load = current.tag_ == "VBG" and stops_carrier(head)
        is_leave = head.lemma_ == "give" or head.lemma_ in words_for("gets")
        is_aim = head.lemma_ in words_for("purpose") or (is_leave and cue_of(head) is not None)
        is_object = current.tag_ == "VBG" and any(child.dep_ == "prt" for child in head.children) and cue_of(head)
        if current.dep_ == "advcl" and not (is_conditional(current) or is_aim or is_load or is_object):
            return
        if current.dep_ in {"prep", "pobj"} and head.pos_ == "NOUN" and not _bears_on(head):
            return  # the scandal over the sale says nothing of the sale
        if current.dep_ == "acl" and current.tag_ == "VBN" and not _bears_on(head):
            return  # what becomes of the jets that were ordered does not undo the order
        preposition = current if current.dep_ == "prep" else head
        if (
            current.dep_ in {"pcomp", "prep"}
            and preposition.lower_ in _ADVERBIAL
            and preposition.head.pos_ in {"VERB", "AUX"}
        ):
            return
        if current.dep_ == "prep" and current.lower_ in _MATTER and head.pos_ == "VERB" and cue_of(head) is None:
            return  # recovered from a scandal over the sale
        yield head
        current = head


def _bears_on(noun: Token) -> bool:
    """True where what is said of a noun holds for what stands behind it: `a series of sales`, `a ban on sales`."""
    lemma = noun.lemma_.lower()
    return (
        lemma in cues()
        or lemma in nouns()
        or lemma in words_for("portion")
        or cue_of(noun) is not None
        or _phrase_with(noun) is not None
    )


def is_negated(token: Token) -> bool:
    """True where a word stands under a negation of its own."""
    for child in token.children:
        if child.dep_ in {"dobj", "nsubj", "nsubjpass"} and any(
            word.lower_ in {"no", "not"} and word.dep_ in {"det", "neg"}
            for near in child.children
            for word in (near, *(near.children if near.dep_ in {"nummod", "amod"} else ()))
        ):
            return True  # no rifles have gone there, not one bullet has come
        if child.dep_ == "neg" or (child.lower_ in _NEGATIVE and child.dep_ in {"det", "advmod", "preconj", "cc"}):
            return True
    return token.dep_ in {"pcomp", "pobj"} and token.head.lower_ == "without"


def _phrase_with(noun: Token) -> Cue | None:
    """What a verb with this object does to a transfer: `pulled the plug on`, `said no to`."""
    return cues().get(f"{noun.head.lemma_} {noun.lemma_}") if noun.dep_ in {"dobj", "intj"} else None


def cue_of(token: Token) -> Cue | None:
    """Return what a word, with a particle or an adjective of its own, does to a transfer under it; None for most words."""
    for child in token.children:
        if child.dep_ == "amod" and (named := cues().get(f"{child.lower_} {token.lemma_.lower()}")):
            return named  # a green light
        if (
            child.dep_ == "dobj"
            and (given := cue_of(child))
            and (token.lemma_ == "give" or (token.lemma_ in words_for("gets") and given.status == "approved"))
        ):
            return given
        if phrase := _phrase_with(child):
            return phrase
        if child.dep_ in {"prt", "prep", "advmod"} and (
            phrasal := cues().get(f"{token.lemma_.lower()} {child.lower_}")
        ):
            return phrasal
    cue = _phrase_with(token) or cues().get(token.lemma_.lower()) or cues().get(token.lower_)
    if cue is None:
        return None
    if cue.lemma == "rule" and not any(child.lower_ == "out" for child in token.children):
        return None
    if cue.lemma == "close" and not any(child.lower_ == "to" for child in token.children):
        return None
    if cue.lemma == "call" and not any(child.lower_ in {"on", "upon", "for"} for child in token.children):
        return None
    if cue.lemma in {"hold", "back"} and token.pos_ != "NOUN":
        return None
    if cue.lemma == "set" and token.pos_ == "NOUN":
        return None
    if cue.lemma in {"issue", "question"} and not (
        token.tag_ == "NN" and any(child.lower_ == "of" for child in token.children)
    ):
        return None  # the issue of supplying, not the issues around it
    return cue


def is_conditional(token: Token) -> bool:
    """True where a clause stands under `if`, `unless` or the like, and is not what somebody is making up his mind about."""
    marks = {child.lower_ for child in token.children if child.dep_ == "mark"}
    return bool(marks & {"if", "unless", "should"}) or (
        "whether" in marks and not (is_open_yet(token) and _is_weighed(token))
    )


def is_open_yet(token: Token) -> bool:
    """True for a verb of what is still to come: `whether to send`, `whether it would send`."""
    return token.tag_ == "VB" and not any(child.dep_ == "aux" and child.lemma_ == "do" for child in token.children)


def _is_weighed(token: Token) -> bool:
    """True for what is not decided yet: `has not decided whether to send`, `debates whether to arm`."""
    above = token.head if token.head.pos_ != "ADP" else token.head.head
    cue = cue_of(above) if token.i != above.i else None
    return cue is not None and (
        cue.lemma in words_for("decides") or (cue.status is not None and status_phase(cue.status) == "prospect")
    )

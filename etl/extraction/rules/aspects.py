"""The form in which a verb stands, as the columns of `aspects.csv` name it: `has sent`, `will send`, `would send`."""

from spacy.tokens import Token

from etl.extraction.rules.lexicon import words_for

_FUTURE = {"will", "shall", "'ll", "’ll", "wo"}
_MODAL = {"would", "could", "may", "might", "can", "'d", "’d", "ca"}
_WOULD = {"would", "'d", "’d"}
DUTY = {"should", "must", "ought"}
"""Auxiliaries under which a verb is urged, not told."""


def _auxiliaries(verb: Token) -> list[Token]:
    own = [child for child in verb.children if child.dep_ in {"aux", "auxpass"}]
    if not own and verb.dep_ == "conj" and verb.head.tag_ == verb.tag_ and verb.tag_ in {"VB", "VBN", "VBG"}:
        return _auxiliaries(verb.head)
    return own


def aspect_of(verb: Token) -> str:
    """Return the column of `aspects.csv` that a verb's form falls under."""
    if verb.dep_ in {"xcomp", "ccomp"} and verb.head.lemma_ == "help" and verb.head.i != verb.i:
        return aspect_of(verb.head)  # what they helped provide
    auxiliaries = _auxiliaries(verb)
    words = {token.lower_ for token in auxiliaries}
    if "must" in words and "have" in words:
        return "perfect"  # what must have happened
    if words & _FUTURE or (words & _WOULD and _is_announced(verb) and not _has_condition(verb)):
        return "future"
    if words & (_MODAL | DUTY):
        return "modal"
    if "to" in words and words & {"have"}:
        return "perfect"
    if verb.tag_ == "VBG" and {"to", "be"} <= words:
        return "progressive"  # believed to be providing
    if "to" in words and (_is_one_of_few(verb) or is_brought_about(verb)):
        return "past"
    if "to" in words or (verb.tag_ == "VB" and not words & {"do", "does", "did"}):
        return "infinitive"
    have = words & {"have", "has", "had", "having", "'ve", "’ve", "'d"}
    if verb.tag_ == "VBG":
        if have:
            return "present"  # has been selling for years
        return "progressive" if words else _of_gerund(verb)
    if verb.tag_ == "VBN":
        if have or not words:
            return "perfect" if have else "past"
        if "being" in words:
            return "progressive"
        return "present" if words & {"is", "are", "'s", "’s", "'re"} else "past"
    if have:
        return "perfect"
    if verb.tag_ in {"VBZ", "VBP"}:
        return "present"
    return "past"


def _is_announced(verb: Token) -> bool:
    """True where `would` is the past of `will`: `said that it would send`."""
    clause = verb
    while clause.dep_ == "conj" and clause.head.pos_ in {"VERB", "AUX"}:
        clause = clause.head
    above = clause.head
    return clause.dep_ == "ccomp" and above.tag_ in {"VBD", "VBN"} and above.lemma_ in words_for("announces")


def _has_condition(verb: Token) -> bool:
    """True where a clause of its own makes it hang on something: `would give them if others did`."""
    return any(
        word.dep_ == "mark" and word.lower_ in {"if", "unless", "provided"}
        for child in verb.children
        if child.dep_ == "advcl"
        for word in child.children
    )


def _of_gerund(verb: Token) -> str:
    """The form of a bare `-ing`: past where it is the means of what is told of the past: `helped them by sending arms`."""
    first = verb
    while first.dep_ == "conj" and first.head.tag_ == "VBG":
        first = first.head
    by = first.head
    is_means = first.dep_ == "pcomp" and by.lower_ == "by" and by.head.pos_ in {"VERB", "AUX"}
    return "past" if is_means and aspect_of(by.head) in {"past", "perfect"} else "bare"


def is_brought_about(verb: Token) -> bool:
    """True where the infinitive tells what somebody was brought to do, or managed: `persuaded Cairo to buy`."""
    above = verb.head
    return (
        verb.dep_ in {"xcomp", "ccomp"}
        and above.lemma_ in words_for("achieves")
        and aspect_of(above) in {"past", "perfect"}
    )


def _is_one_of_few(verb: Token) -> bool:
    """True where the infinitive tells what has come about: `the first country to buy`, `the latest to send`."""
    noun = verb.head
    return verb.dep_ in {"acl", "relcl"} and any(
        child.lower_ in words_for("ordinal") for child in [noun, *noun.children]
    )


def own_tense(verb: Token) -> bool:
    """True where a verb is finite by itself, and so not under the auxiliaries or governors of the one it is joined to."""
    return verb.tag_ in {"VBD", "VBZ", "VBP"} or any(
        child.dep_ == "aux" and child.lower_ != "to" for child in verb.children
    )

"""How a transfer stands: its status, whether it is asserted or denied, and whether it is claimed at all.

A word that tells a transfer carries a status by its aspect (`supplied`, `will supply`). The words that govern it then change
that from the inside out: `supply` -> `ban on supplying` (refused) -> `lifted a ban on supplying` (approved) -> `plans to lift ...`.
"""

from dataclasses import dataclass

from spacy.tokens import Token

from etl.extraction.rules.aspects import DUTY, aspect_of, is_brought_about
from etl.extraction.rules.control import stops_carrier
from etl.extraction.rules.governing import cue_of, governors, is_conditional, is_negated, is_open_yet
from etl.extraction.rules.lexicon import Cue, Trigger, cues, trigger_of, words_for
from etl.reference.tables import status_phase

_UNREAL = {"could", "might", "ought", "should", "would"}
"""Auxiliaries with which `have` tells what has not come about."""
_QUESTIONS = {"WDT", "WP", "WP$", "WRB"}
_NOT_DONE = {"future", "infinitive", "modal"}
_EXECUTED = {"delivering", "delivered"}
_PLANS = {"considering"}


@dataclass(frozen=True)
class Standing:
    """How one mention stands.

    Attributes:
        assertion: reported or denied.
        is_certain: False where the text leaves open which status within the phase (`accused of supplying`).
        urged_by: the governing word where somebody only urges it; such a mention counts only as the recipient's request.
        is_hypothetical: True for conditions, fears and wishes.
        governors: the cues that were met, inside out, for those who weigh the mention.
    """

    status: str
    assertion: str
    aspect: str
    is_certain: bool
    urged_by: Token | None
    is_hypothetical: bool
    governors: tuple[tuple[Token, Cue], ...]


def _is_ruled_out(token: Token, word: Token, cue: Cue) -> bool:
    """True under a word of deciding or planning that says no: `decided not to send`, `has no plans to send`."""
    has_no = word.pos_ == "NOUN" and (
        (cue.status in _PLANS and is_negated(word)) or (cue.status == "approved" and _is_not_done(word))
    )
    not_to = (
        token.tag_ == "VB"
        and token.head.i == word.i
        and is_negated(token)
        and cue.status in {"pledged", "ordered", *_PLANS}
    )
    return has_no or not_to


def compose(inner: str, outer: str) -> str:
    """Return the status of a transfer whose own status is `inner`, under a word that gives `outer`."""
    inner_phase, outer_phase = status_phase(inner), status_phase(outer)
    if inner_phase == "halt":
        if outer == "approved" or (outer == "cancelled" and inner != "cancelled"):  # lifted a ban, dropped its veto
            return "approved"
        if outer_phase == "halt":  # refused to stop supplying; stopped withholding
            return "delivering" if inner == "suspended" else inner
        return inner
    if outer in _EXECUTED:
        return (
            outer
            if (inner_phase in {"execution", "commitment"} and inner != "approved") or inner == "considering"
            else inner
        )
    if outer == "ordered":
        return outer if inner != "negotiating" else inner
    return outer


def _no_longer(token: Token) -> bool:
    """True where a word stands under `no longer` or `not ... any more`."""
    return any(child.lower_ in {"longer", "anymore"} for child in token.children if child.dep_ == "advmod")


def _is_undecided(token: Token, word: Token, cue: Cue) -> bool:
    """True under a word of deciding that leaves open what is decided: `decides whether to send`, `has not ruled out sending`."""
    asks = is_open_yet(token) and any(child.dep_ == "mark" and child.lower_ == "whether" for child in token.children)
    return (cue.lemma in words_for("decides") and (asks or is_negated(word))) or (
        cue.lemma == "rule" and is_negated(word)
    )


def _is_asked(token: Token) -> bool:
    """True where a sentence asks whether, not why or when: `Will Russia sell missiles to Iran?`."""
    doc = token.doc
    if doc[-1].text != "?" or any(word.tag_ in _QUESTIONS for word in doc):
        return False
    subjects = [child.i for child in token.children if child.dep_ in {"nsubj", "nsubjpass"}]
    helpers = [child.i for child in token.children if child.dep_ in {"aux", "auxpass"}]
    return doc[0].pos_ == "AUX" or bool(subjects and helpers and helpers[0] < subjects[0])


def _is_not_so(verb: Token) -> bool:
    """True for what has not come about: `should have armed them`, `could have sold it`."""
    helpers = {child.lower_ for child in verb.children if child.dep_ == "aux"}
    return "have" in helpers and not helpers.isdisjoint(_UNREAL)


def _is_question(token: Token) -> bool:
    """True for the verb of a question that somebody puts: `asked who had sold the jets`, `asked why it sends none`."""
    return token.dep_ == "ccomp" and any(child.tag_ in _QUESTIONS for child in token.children)


def _says_yet(word: Token) -> bool:
    return any(child.lower_ == "yet" for child in word.children)


def _is_to_be_signed(word: Token) -> bool:
    """True for a verb that would make a contract, and has not so far: `has not yet been signed`, `has yet to sign`."""
    cue = cues().get(word.lemma_.lower())
    if word.pos_ != "VERB" or cue is None or cue.status != "ordered":
        return False
    return (is_negated(word) and _says_yet(word)) or (
        word.dep_ == "xcomp" and word.head.lemma_ == "have" and (_says_yet(word.head) or _says_yet(word))
    )


def _is_only_aimed_at(word: Token) -> bool:
    """True where a halt is what somebody asks or tries for: `asked France to stop selling`, `tried to block the sale`."""
    if word.pos_ != "VERB" or word.tag_ not in {"VB", "VBG"}:
        return False
    above = word.head if word.dep_ != "pcomp" else word.head.head
    return word.dep_ in {"xcomp", "ccomp", "pcomp", "acl"} and above.lemma_ in words_for("aims")


def _is_pause(word: Token) -> bool:
    """True for a verb that ends what goes on: `stop`, `halt`, `end`."""
    cue = cues().get(word.lemma_.lower())
    return word.pos_ == "VERB" and cue is not None and (cue.status == "suspended" or cue.lemma == "end")


def _is_due(verb: Token) -> bool:
    """True for a verb under `must`, `should` or `ought`."""
    return any(child.lower_ in DUTY for child in verb.children if child.dep_ == "aux")


def _goes_on(word: Token) -> bool:
    """True where a pause is only asked for, so that what is to stop goes on: `asked France to stop selling`, `sales must end`."""
    return _is_pause(word) and (_is_due(word) or _is_only_aimed_at(word))


def _asks_for_an_end(token: Token, trigger: Trigger) -> bool:
    """True for a word that asks not for equipment, but that its transfer stop."""
    return trigger.frame != "halt" and any(
        child.dep_ in {"xcomp", "ccomp"} and _is_pause(child) for child in token.children
    )


def _is_under_way(noun: Token) -> bool:
    """True for a noun of which it is said that it goes on: `deliveries are under way`."""
    verb = noun.head
    if noun.dep_ != "nsubj" or verb.lemma_ != "be":
        return False
    said = [word.lower_ for child in verb.children for word in (child, *child.children)]
    return not {"underway", "ongoing", "continuing"}.isdisjoint(said) or {"under", "way"} <= set(said)


def _is_stopped(way: Token) -> bool:
    """True where what is on its way is taken or hit there: `destroyed a convoy on its way`, `was on its way when it was seized`."""
    verbs = [word for word in way.ancestors if word.pos_ in {"VERB", "AUX"}]
    clauses = [*verbs, *(child for verb in verbs[:1] for child in verb.children if child.dep_ == "advcl")]
    return any(
        word.lemma_ in words_for("finds") or ((cue := cue_of(word)) is not None and cue.status == "intercepted")
        for word in clauses
    )


def _own_status(token: Token, trigger: Trigger, aspect: str) -> str:
    """The status that a word tells by itself."""
    status = trigger.statuses[aspect]
    if trigger.word_class == "transit" and _is_stopped(token):
        return "intercepted"
    if trigger.word_class == "purchase" and aspect == "present" and token.tag_ == "VBG":
        return "delivering"  # has been buying for years
    if not trigger.is_verb and trigger.word_class == "handover":
        return "delivering" if trigger.goes_on or _is_under_way(token) else "delivered"
    if trigger.frame == "halt" and status in {"suspended", "refused"} and stops_carrier(token):
        return "intercepted"
    return status


def _ungoverned_status(
    token: Token, trigger: Trigger, aspect: str, *, is_open: bool, goes_on: bool
) -> tuple[str, bool]:
    """The status that a word tells before what governs it is looked at, and whether it is certain within its phase.

    Args:
        token: the word.
        trigger: what the tables say of it.
        aspect: the column of `aspects.csv` for its form.
        is_open: True where the contract is not signed yet.
        goes_on: True where only the end of what goes on is asked for.
    """
    if is_open:
        return "negotiating", True
    if goes_on:
        return "delivering", True
    status = _own_status(token, trigger, aspect)
    if _is_asked(token) and status_phase(status) != "halt":
        return "considering", True
    return status, aspect not in {"bare", "infinitive"}


def _negated(status: str, aspect: str) -> tuple[str, bool]:
    """What becomes of a status under a negation, and whether the transfer is denied: `will not send` refuses, `did not send` denies."""
    if aspect not in {"future", "modal"}:
        return status, True
    return status if status_phase(status) == "halt" else "refused", False


def _came_about(token: Token, word: Token, aspect: str) -> bool:
    """True for what somebody was brought to do: `persuaded Cairo to buy`."""
    return aspect == "past" and token.head.i == word.i and is_brought_about(token)


def _is_of_another(token: Token, word: Token) -> bool:
    """True for what somebody wants another to do: `wants the government to send tanks`, not `wants to send them`."""
    return (
        word.lemma_ in words_for("wishes")
        and token.head.i == word.i
        and token.dep_ in {"ccomp", "xcomp"}
        and any(child.dep_ == "nsubj" for child in token.children)
    )


def _is_not_done(noun: Token) -> bool:
    """True for the object of a negated verb that says of it only that it is done: `will not issue licences`."""
    verb = noun.head
    is_light = noun.dep_ == "dobj" and verb.pos_ == "VERB" and cue_of(verb) is None and trigger_of(verb) is None
    return is_light and is_negated(verb)


def _bears_not_on(word: Token, cue: Cue, token: Token) -> bool:
    """True for a cue that says nothing of a transfer: the word's own phrase, a question about it, what can be intercepted."""
    is_own = cue.lemma == f"{word.lemma_} {token.lemma_}"  # put a hold on it
    is_possible = cue.status == "intercepted" and word.pos_ == "VERB" and aspect_of(word) in _NOT_DONE
    return is_own or is_possible or (cue.status == "requested" and _is_question(token))


def standing_of(token: Token, trigger: Trigger) -> Standing:
    """Return how the transfer that a word tells stands."""
    aspect = aspect_of(token) if trigger.is_verb and token.pos_ in {"VERB", "AUX"} else "bare"
    above = list(governors(token))
    is_open = any(map(_is_to_be_signed, [token, *above]))
    goes_on = trigger.frame == "halt" and _goes_on(token)
    status, certain = _ungoverned_status(token, trigger, aspect, is_open=is_open, goes_on=goes_on)
    is_not_done = not trigger.is_verb and _is_not_done(token)
    aspect = aspect_of(token.head) if is_not_done else aspect
    negated, denied = (is_negated(token) or is_not_done) and not is_open, False
    hypothetical = is_conditional(token) or _is_asked(token) or _asks_for_an_end(token, trigger) or _is_not_so(token)
    urged_by = token if aspect != "perfect" and _is_due(token) and not goes_on else None
    met: list[tuple[Token, Cue]] = []
    is_undecided = False
    own_modifiers = [child for child in token.children if child.dep_ == "amod"] if not trigger.is_verb else []
    for word in [*own_modifiers, *above]:
        hypothetical = hypothetical or (word.pos_ in {"VERB", "AUX"} and (is_conditional(word) or _is_not_so(word)))
        if word.lemma_ == "have" and not (is_open or is_undecided) and (_says_yet(word) or _says_yet(token)):
            negated, status = True, trigger.statuses["past"]  # has yet to send
        cue = cue_of(word)
        if cue is None or (is_open and cue.effect == "status") or _bears_not_on(word, cue, token):
            continue
        met.append((word, cue))
        if aspect == "perfect" and cue.status in _PLANS and token.dep_ == "xcomp":
            continue  # likely to have sent: what is left open is not whether it will
        if cue.effect == "status" and _goes_on(word):
            status, certain, goes_on = "delivering", True, True
        elif cue.status in _PLANS and _is_of_another(token, word):
            urged_by = word
        elif cue.effect == "status" and cue.status and not goes_on:  # who asks for an end asks for nothing else
            hypothetical = hypothetical or (status_phase(cue.status) == "halt" and _is_only_aimed_at(word))
            before, is_undecided = status, is_undecided or _is_undecided(token, word, cue)
            stopped = cue.status in {"suspended", "refused"} and stops_carrier(word)
            status = "considering" if is_undecided else compose(status, "intercepted" if stopped else cue.status)
            certain = certain or stopped or is_undecided or status != before or status == cue.status
            if _is_ruled_out(token, word, cue):
                status, negated = "refused", False
            elif status == cue.status and is_negated(word) and word not in own_modifiers and not is_undecided:
                negated = not negated
        elif cue.effect == "deny":
            is_leave = trigger.word_class == "approval" and token.dep_ in {"dobj", "nsubjpass"}  # denied it a licence
            status, denied = ("refused", denied) if is_leave else (status, True)
        elif cue.effect == "urge" and not goes_on and not _came_about(token, word, aspect):
            urged_by = word
        elif cue.effect == "negate":
            negated = not negated
        elif cue.effect == "hypothesis":
            hypothetical = True
    if _no_longer(token):
        status, certain = "cancelled", True
    elif negated and not denied:
        status, denied = _negated(status, aspect)
    return Standing(
        status, "denied" if denied else "reported", aspect, certain, urged_by, hypothetical, tuple(met)
    )  # fmt: skip

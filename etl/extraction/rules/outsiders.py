"""Who is named beside a transfer and has no part in it: who permits, forbids or only urges it, whom it passes through, whom it dismays.

`Washington approved the Dutch transfer of F-16s to Kyiv`, `Switzerland blocked Germany from sending ammunition`: where one state
permits another to send, the other is the supplier (codebook). What others than the recipient urge is no event.
"""

from spacy.tokens import Token

from etl.extraction.rules.arguments import Place
from etl.extraction.rules.control import conjuncts, own_subjects, prepositional, subject_or_controller
from etl.extraction.rules.lexicon import words_for
from etl.extraction.rules.linking import TOLD, Draft, ids_of
from etl.extraction.rules.parts import Reader, Role

_ANSWERS = frozenset(["approved", "refused"])
"""What the word of a permitting state makes of a transfer."""
_ABOVE = frozenset(["approve", "halt", "request"])
"""Frames of the words above a transfer that tell what becomes of it."""


def _doers(word: Token) -> list[Token]:
    """Who does what a verb or noun tells: `Bern vetoed`, `was blocked by Bern`, `Bern's veto`, `Bern gave its consent`."""
    behind = [item for name, item in prepositional(word) if name == "by"]
    if word.pos_ in {"VERB", "AUX"}:
        subjects, passive = own_subjects(word)
        return behind if passive else subjects or subject_or_controller(word, 0)
    owners = [child for child in word.children if child.dep_ == "poss"]
    if owners or behind:
        return owners or behind
    above = word.head.head if word.dep_ == "pobj" else word.head
    return _doers(above) if above.pos_ in {"VERB", "AUX"} and above.i != word.i else []


def _ask(words: list[Token], reader: Reader) -> list[Role]:
    return reader.parties(
        [Place(item, "argument") for word in words for doer in _doers(word) for item in conjuncts(doer)]
    )


def _urgers(draft: Draft, reader: Reader) -> frozenset[str] | None:
    """Who only urges what a draft tells: `Kyiv called on Berlin to send tanks`, `Berlin must send tanks, Kyiv says`."""
    word = draft.standing.urged_by
    if word is None:
        return None
    return frozenset(ids_of(_ask([word.head if word.i == draft.token.i else word], reader)))


def _sides(draft: Draft) -> list[Role]:
    """The parties that the grammar gives a draft."""
    return [role for role in [*draft.found.suppliers, *draft.found.recipients] if role.link in TOLD]


def _described(draft: Draft, reader: Reader) -> set[str]:
    """States that a phrase behind a party only tells it by: `Wagner, the Russian mercenary firm, gave ...`."""
    at, doc, sides = reader.sentence.actor_at, reader.sentence.doc, [role.match for role in _sides(draft)]
    heads = [doc[place] for place, match in at.items() if match in sides] if doc is not None else []
    behind = [item for word in heads for phrase in word.children if phrase.dep_ == "appos" for item in phrase.children]
    return {at[item.i].entry.party_id for item in behind if item.dep_ in {"amod", "poss"} and item.i in at}


def _beside(reader: Reader) -> set[str]:
    """States that a load only passes through, or that only mind it: `by way of Syria`, `via Jordan`, `to the dismay of Armenia`."""
    doc = reader.sentence.doc or ()
    words = [
        word
        for word in doc
        if word.lower_ in {"via", "through"}
        or (word.lower_ == "of" and word.head.lower_ == "way" and word.head.head.lower_ == "by")
    ]
    through = [item for word in words for item in word.children if item.dep_ == "pobj"]
    minding = [word for word in doc if word.lemma_.lower() in words_for("feeling") and word.head.lower_ == "to"]
    return ids_of(reader.parties([Place(item, "argument") for item in [*through, *minding]]))


def set_outsiders(drafts: list[Draft], reader: Reader) -> None:
    """Keep who only urges, permits or forbids apart from the two sides, and let the word of leave tell the transfer that it is about."""
    beside = _beside(reader)
    for draft in drafts:
        draft.urgers = _urgers(draft, reader)
        told = {role.match.entry.party_id for role in _sides(draft)}
        draft.outsiders |= (_described(draft, reader) | beside) - told
        above = [word for word, _ in draft.standing.governors]
        answers = [word for word, cue in draft.standing.governors if cue.status in _ANSWERS]
        permitting = ids_of(_ask(answers, reader))
        own = [role for role in draft.found.suppliers if role.match.entry.party_id not in permitting]
        if not permitting or not any(role.link in TOLD for role in own):
            continue
        draft.found.suppliers = own
        only = permitting - ids_of(draft.found.recipients)
        sides = ids_of(own) | ids_of(draft.found.recipients)
        draft.outsiders |= only
        for other in drafts:
            senders = ids_of(other.found.suppliers)
            if other.token in above and other.frame in _ABOVE and senders & only and senders <= only | sides:
                other.outsiders |= only
                other.found.suppliers = draft.found.suppliers
                other.found.recipients = draft.found.recipients
                other.found.systems = other.found.systems or draft.found.systems

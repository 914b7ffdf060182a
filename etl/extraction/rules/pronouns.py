"""Whom a pronoun means: the subject of the clause that its own hangs on, a speaker, or who was named last."""

from collections.abc import Iterator
from typing import Protocol

from spacy.tokens import Token

from etl.extraction.rules.annotate import Sentence
from etl.extraction.rules.lexicon import words_for
from etl.extraction.rules.nominals import party_in
from etl.reference import Match

PERSONAL = frozenset(["it", "they", "he", "she", "them", "him", "its", "their", "his", "her", "we", "us", "our"])
_SPEAKERS = frozenset(["we", "us", "our"])
_PERSONS = frozenset(["he", "she", "him", "his", "her"])
_CLAUSES = frozenset(["ccomp", "xcomp", "advcl", "conj", "relcl", "acl", "pcomp", "parataxis", "dobj", "pobj", "prep"])
LOOK_BACK = 3
"""How many sentences back a pronoun reaches."""


class Describe(Protocol):
    """Tells the party that a description stands for, and whether it can hardly be another."""

    def __call__(
        self, token: Token, sentence: Sentence, *, exclude: frozenset[str] = frozenset()
    ) -> tuple[Match, bool] | None:
        """Return the party of a noun, or None."""


def is_subject(token: Token) -> bool:
    """True where a pronoun is the subject of its clause or owns something in the subject."""
    return token.dep_ in {"nsubj", "nsubjpass"} or (token.dep_ == "poss" and token.head.dep_ in {"nsubj", "nsubjpass"})


def _subjects_above(token: Token) -> Iterator[Token]:
    """The subjects of the clauses that a pronoun's clause hangs on, the nearest first."""
    own = next((word for word in token.ancestors if word.pos_ in {"VERB", "AUX"}), None)
    current = own
    while current is not None and current.dep_ in _CLAUSES and current.head.i != current.i:
        current = current.head
        if current.pos_ in {"VERB", "AUX"}:
            yield from (child for child in current.children if child.dep_ in {"nsubj", "nsubjpass"})


def _own_subject(token: Token) -> Token | None:
    """The subject of the clause that an owner stands in, outside it: `completed its first delivery`."""
    verb = next((word for word in token.ancestors if word.pos_ in {"VERB", "AUX"}), None)
    if verb is not None and verb.lemma_ in words_for("judges") and token.dep_ == "poss" and token.head.dep_ == "pobj":
        thanked = [child for child in verb.children if child.dep_ in {"dobj", "nsubjpass"}]
        return thanked[0] if thanked else None  # thanked Helsinki for its shipment
    subjects = [child for child in verb.children if child.dep_ in {"nsubj", "nsubjpass"}] if verb is not None else []
    return subjects[0] if subjects and token not in subjects[0].subtree else None


def _sentence_subject(sentence: Sentence) -> Match | None:
    """The party that is the subject of a sentence; without a parse, one that the sentence begins with."""
    if sentence.doc is None:
        first = sentence.actors[0] if sentence.actors else None
        return first if first and first.start - sentence.start < 5 else None
    for token in sentence.doc:
        if token.dep_ in {"nsubj", "nsubjpass"} and token.head.dep_ == "ROOT":
            named = party_in(token, sentence)
            return named.match if named else None
    return None


def antecedent(
    token: Token, sentence: Sentence, earlier: list[Sentence], exclude: frozenset[str], describe: Describe
) -> tuple[Match, bool] | None:
    """Return the party that a pronoun stands for, and whether it can hardly be another.

    Args:
        token: the pronoun.
        sentence: the sentence that it stands in.
        earlier: the last sentences before that one, `LOOK_BACK` of them.
        exclude: parties that it cannot be, such as the other side of the transfer.
        describe: tells the party that a description stands for: `the administration`.
    """
    offset = sentence.start + token.idx
    is_speaker = token.lower_ in _SPEAKERS
    if is_subject(token) or is_speaker:
        for subject in _subjects_above(token):
            named = party_in(subject, sentence)
            if named and named.match.entry.party_id not in exclude and (is_speaker or named.match.end <= offset):
                return named.match, True
            if named is None and subject.pos_ == "NOUN" and (found := describe(subject, sentence, exclude=exclude)):
                return found
    if token.dep_ == "poss" and (owner := _own_subject(token)) is not None:
        named = party_in(owner, sentence)
        if named and named.match.entry.party_id not in exclude:
            return named.match, True
        if named is None and owner.lower_ in PERSONAL and is_subject(owner):
            return antecedent(owner, sentence, earlier, exclude, describe)
    inside = [match for match in sentence.actors if match.end <= offset and match.entry.party_id not in exclude]
    if inside:
        parties = {match.entry.party_id for match in sentence.actors}
        nouns = [match for match in inside if match.sort not in {"adjective", "demonym"}]
        return (nouns or inside)[0], len(parties) <= 2 and not is_speaker
    for previous in reversed(earlier):
        subject_match = _sentence_subject(previous)
        if subject_match and subject_match.entry.party_id not in exclude:
            is_person = token.lower_ in _PERSONS
            fits = not is_speaker and (not is_person or subject_match.entry.table == "leaders")
            is_only = len({match.entry.party_id for match in previous.actors} - exclude) == 1
            return subject_match, (is_subject(token) or is_only) and fits
        fitting = [match for match in previous.actors if match.entry.party_id not in exclude]
        if fitting:
            return fitting[0], False
    return None

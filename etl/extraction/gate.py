"""Cheap filters before the parser: which articles name arms at all, and which of their sentences can tell a transfer.

A transfer is read from three things: a word that tells one, equipment in its sentence or not far before it, and two parties near.
What lacks one of them is never parsed. The extractor asks the same of a sentence without the gate, so nothing is lost.
"""

import re
from collections.abc import Sequence
from functools import cache

from etl.extraction.rules.annotate import Part, Sentence, speaks_of_arming
from etl.extraction.rules.discourse import Discourse
from etl.extraction.rules.lexicon import NAMED_FRAMES, nouns, verbs, words_for
from etl.reference import default_matcher
from etl.reference.inflection import forms_of

_WORD = re.compile(r"[a-z]+")
_LONGEST = 3000
"""Characters from which a sentence is not parsed: such are lists, tables and text without full stops."""


@cache
def _cues(*, is_bare: bool) -> tuple[frozenset[str], tuple[tuple[frozenset[str], frozenset[str]], ...]]:
    """All forms of the words that tell a transfer, and of those that deny one; and, apart, of those that tell one with a particle only.

    Args:
        is_bare: True for those that tell one in a sentence that names neither equipment nor a party.
    """
    plain = set(words_for("denies"))
    with_particle = []
    for trigger in [*verbs().values(), *nouns().values()]:
        if is_bare and trigger.frame in NAMED_FRAMES:
            continue
        words = (trigger.lemma, *trigger.forms)
        if trigger.particles:
            forms = frozenset(form for word in words for form in forms_of(word))
            with_particle.append((forms, frozenset(trigger.particles)))
        else:
            plain.update(words)
    return frozenset(form for word in plain for form in forms_of(word)), tuple(with_particle)


def name_arms(texts: Sequence[str]) -> list[bool]:
    """Return, for each text, whether it may name equipment or speaks of arming: one pass over each, nothing taken apart."""
    matcher = default_matcher()
    return [matcher.names_equipment(text) or speaks_of_arming(text) for text in texts]


def tells_of_arms(parts: Sequence[Part]) -> bool:
    """Return True where an article names equipment or speaks of arming: without either, no sentence of it tells a transfer."""
    return any(part.systems or speaks_of_arming(part.text) for part in parts)


def names_two_parties(parts: Sequence[Part], title: str | None) -> bool:
    """Return True where an article and its headline name two parties."""
    named = {match.entry.party_id for part in parts for match in part.actors}
    if len(named) < 2 and title:
        named.update(match.entry.party_id for match in default_matcher().find(title) if match.entry.is_actor)
    return len(named) > 1


def candidate_sentences(discourse: Discourse) -> list[Sentence]:
    """Return the sentences that may tell a transfer: those in whose reach are equipment and a party, and that have a word for it."""
    return [
        sentence
        for sentence in discourse.sentences
        if discourse.is_in_reach(sentence) and len(sentence.text) < _LONGEST and _has_cue(sentence)
    ]


def _has_cue(sentence: Sentence) -> bool:
    plain, with_particle = _cues(is_bare=not sentence.systems and not sentence.actors)
    words = frozenset(_WORD.findall(sentence.text.lower()))
    return not plain.isdisjoint(words) or any(
        not forms.isdisjoint(words) and not particles.isdisjoint(words) for forms, particles in with_particle
    )

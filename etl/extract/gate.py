"""Cheap filters before the parser: which articles name arms at all, and which of their sentences can tell a transfer.

The grammar reads a transfer from three things: a word that tells one, equipment in its sentence or named before it, and a
party in the article. What lacks one of them is never parsed. All conditions here are weaker than the grammar's own.
"""

import re
from collections.abc import Sequence
from functools import cache

from etl.extract.rules.annotate import ARMING, Part, Sentence
from etl.extract.rules.discourse import Discourse
from etl.extract.rules.lexicon import nouns, verbs
from etl.reference import default_matcher

_DENIAL = ("den(?:y|ies|ied|ying)", "reject", "dismiss", "refut")
_ENDING = 4
"""Letters that may follow the stem of a word that tells a transfer: `order` + `ing`, not `suppl` + `ement`."""
_LONGEST = 3000
"""Characters from which a sentence is not parsed: such are lists, tables and text without full stops."""


@cache
def _cue() -> re.Pattern[str]:
    """All forms of the words that tell a transfer, and of those that deny one."""
    stems = set(_DENIAL)
    for trigger in [*verbs().values(), *nouns().values()]:
        lemma = trigger.lemma
        stems.add(re.escape(lemma[:-1] if lemma.endswith(("e", "y")) and len(lemma) > 3 else lemma))
        stems.update(re.escape(form) for form in trigger.forms)
    return re.compile(rf"\b(?:{'|'.join(sorted(stems))})[a-z]{{0,{_ENDING}}}\b", re.IGNORECASE)


def name_arms(texts: Sequence[str]) -> list[bool]:
    """Return, for each text, whether it may name equipment or speaks of arming: one pass over each, nothing taken apart."""
    matcher = default_matcher()
    return [matcher.names_equipment(text) or ARMING.search(text) is not None for text in texts]


def tells_of_arms(parts: Sequence[Part]) -> bool:
    """Return True where an article names equipment or speaks of arming: without either, no sentence of it tells a transfer."""
    return any(part.systems or ARMING.search(part.text) for part in parts)


def candidate_sentences(discourse: Discourse) -> list[Sentence]:
    """Return the sentences that may tell a transfer: those in whose reach are equipment and a party, and that have a word for it."""
    return [
        sentence
        for sentence in discourse.sentences
        if discourse.is_in_reach(sentence) and len(sentence.text) < _LONGEST and _cue().search(sentence.text)
    ]

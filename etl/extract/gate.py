"""A cheap filter before the parser: which sentences can tell a transfer at all."""

import re
from functools import cache

from etl.extract.rules.annotate import Sentence
from etl.extract.rules.lexicon import nouns, verbs

_DENIAL = ("den(?:y|ies|ied|ying)", "reject", "dismiss", "refut")
_ARMING = re.compile(r"\b(?:re)?arm(?:s|ed|ing)\b", re.IGNORECASE)


@cache
def _cue() -> re.Pattern[str]:
    """All forms of the words that tell a transfer, and of those that deny one."""
    stems = set(_DENIAL)
    for trigger in [*verbs().values(), *nouns().values()]:
        lemma = trigger.lemma
        stems.add(re.escape(lemma[:-1] if lemma.endswith(("e", "y")) and len(lemma) > 3 else lemma))
        stems.update(re.escape(form) for form in trigger.forms)
    return re.compile(rf"\b(?:{'|'.join(sorted(stems))})", re.IGNORECASE)


def candidate_sentences(sentences: list[Sentence], *, is_party_in_title: bool = False) -> list[Sentence]:
    """Return the sentences that may tell a transfer, if the article names arms and a party at all."""
    if not is_party_in_title and not any(sentence.actors for sentence in sentences):
        return []
    if not any(sentence.systems or _ARMING.search(sentence.text) for sentence in sentences):
        return []
    return [sentence for sentence in sentences if _cue().search(sentence.text) and len(sentence.text) < 3000]

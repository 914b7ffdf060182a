"""Denials that tell no transfer themselves: `Iran denies the charge`, `a claim that Moscow rejects`."""

from etl.extraction.rules.annotate import Sentence
from etl.extraction.rules.lexicon import words_for

_MEANT = frozenset(["it", "such", "that", "this", "which"])


def denied_parties(sentences: list[Sentence]) -> dict[int, frozenset[str]]:
    """Return, for each sentence whose claim is denied, the parties that deny it.

    A denial bears on its own sentence, and on the one before it where it stands at the head of its own.
    """
    denied: dict[int, frozenset[str]] = {}
    for sentence in sentences:
        if sentence.doc is None:
            continue
        for token in sentence.doc:
            if token.lemma_.lower() not in words_for("denies") or token.pos_ != "VERB":
                continue
            objects = [child for child in token.children if child.dep_ in {"dobj", "pobj"}]
            if not any(child.lemma_.lower() in words_for("charge") | _MEANT for child in objects):
                continue
            subjects = [child for child in token.children if child.dep_ == "nsubj"]
            parties = frozenset(
                sentence.actor_at[word.i].entry.party_id
                for subject in subjects for word in subject.subtree if word.i in sentence.actor_at
            ) or frozenset(match.entry.party_id for match in sentence.actors)  # fmt: skip
            for index in (sentence.index, sentence.index - 1):
                denied[index] = denied.get(index, frozenset()) | parties
    return denied

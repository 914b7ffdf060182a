"""Rules for names that can mean several things: which words must, and must not, stand near."""

from dataclasses import dataclass
from functools import cache

from etl.reference.names import fold
from etl.reference.tables import ambiguity_rows, split_cell

WINDOW = 8
"""Words on either side in which a required word must stand."""
_REACH = 100


@dataclass(frozen=True)
class Rule:
    """When a name means a given entry.

    Attributes:
        rank: 1 is preferred where several entries remain.
        requires: words or phrases of which one must stand within `WINDOW` words; none needed where empty.
        not_before: words that must not stand directly before.
        not_after: words that must not stand directly after.
    """

    rank: int
    requires: frozenset[str]
    not_before: frozenset[str]
    not_after: frozenset[str]


@cache
def rules() -> dict[tuple[str, str], Rule]:
    """Return the rules by (folded name, identifier)."""
    return {
        (fold(row["alias"]).strip(), row["id"]): Rule(
            int(row["rank"] or 1),
            frozenset(" ".join(fold(value).split()) for value in split_cell(row["requires"])),
            frozenset(fold(value).strip() for value in split_cell(row["not_before"])),
            frozenset(fold(value).strip() for value in split_cell(row["not_after"])),
        )
        for _, row in ambiguity_rows()
    }


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") else word


@cache
def _stems(words: str) -> str:
    return " ".join(map(_stem, words.split()))


def holds(rule: Rule, folded: str, start: int, end: int) -> bool:
    """True where the words around a name allow the meaning.

    Args:
        rule: the rule of the name for one meaning.
        folded: the whole text, folded.
        start: offset at which the name starts.
        end: offset just after it.
    """
    before = folded[max(0, start - _REACH) : start].split()
    after = folded[end : end + _REACH].split()
    if rule.not_before and any(" ".join(before[-len(words.split()) :]) == words for words in rule.not_before):
        return False
    if rule.not_after and any(" ".join(after[: len(words.split())]) == words for words in rule.not_after):
        return False
    if not rule.requires:
        return True
    sides = [" ".join(map(_stem, words)) for words in (before[-WINDOW:], after[:WINDOW])]
    return any(f" {_stems(required)} " in f" {side} " for required in rule.requires for side in sides)

"""Rules for names that can mean several things: which words must, and must not, stand near."""

import re
from dataclasses import dataclass
from functools import cache

from etl.reference.inflection import forms_of
from etl.reference.names import fold
from etl.reference.numbers import number_words
from etl.reference.tables import ambiguity_rows, read_csv, split_cell

WINDOW = 8
"""Words on either side in which a required word must stand."""
_REACH = 100
_COUNT_REACH = 16


@dataclass(frozen=True)
class Rule:
    """When a name means a given entry.

    Attributes:
        rank: 1 is preferred where several entries remain.
        requires: words or phrases of which one must stand within `WINDOW` words; none needed where empty.
        not_before: words that must not stand directly before, each after a blank.
        not_after: words that must not stand directly after, each before a blank.
    """

    rank: int
    requires: frozenset[str]
    not_before: tuple[str, ...]
    not_after: tuple[str, ...]


_TRANSFER = "@transfer"
"""Value of `requires` that stands for all forms of the words that tell a transfer."""
_COUNT = re.compile(
    rf"(?:\d|\b(?:(?:{'|'.join([*number_words('unit'), *number_words('scale'), 'several'])})"
    rf"|(?:{'|'.join(number_words('vague'))}) of|additional|more|used|second hand))\s+$"
)


@cache
def transfer_words() -> frozenset[str]:
    """Return all forms of the verbs and nouns that tell a transfer."""
    rows = [
        row for table in ("verbs", "nouns") for row in read_csv(table) if row["class"] != "transit"
    ]  # a way is common
    regular = (form for row in rows for form in forms_of(row["lemma"]))
    irregular = (form for row in rows for form in split_cell(row["forms"]))
    return frozenset({"embargo", "reached", *regular, *irregular})


def _required(cell: str) -> frozenset[str]:
    values = split_cell(cell)
    plain = frozenset(" ".join(fold(value).split()) for value in values if value != _TRANSFER)
    return plain | transfer_words() if _TRANSFER in values else plain


@cache
def rules() -> dict[tuple[str, str], Rule]:
    """Return the rules by (folded name, identifier)."""
    return {
        (fold(row["alias"]).strip(), row["id"]): Rule(
            int(row["rank"] or 1),
            _required(row["requires"]),
            tuple(sorted(f" {' '.join(fold(value).split())}" for value in split_cell(row["not_before"]))),
            tuple(sorted(f"{' '.join(fold(value).split())} " for value in split_cell(row["not_after"]))),
        )
        for _, row in ambiguity_rows()
    }


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") else word


@cache
def _stemmed(required: frozenset[str]) -> tuple[frozenset[str], tuple[str, ...]]:
    """Required words without their plural endings: single ones, and phrases."""
    stems = {" ".join(map(_stem, words.split())) for words in required}
    return frozenset(stem for stem in stems if " " not in stem), tuple(sorted(stem for stem in stems if " " in stem))


def is_excluded(rule: Rule, folded: str, start: int, end: int) -> bool:
    """True where a word that must not stand directly beside a name does: `Clinton` of `Hillary Clinton`, `Georgia` of `Georgia State`.

    Args:
        rule: the rule of the name for one meaning.
        folded: the whole text, folded.
        start: offset at which the name starts.
        end: offset just after it.
    """
    if rule.not_before:
        before = " ".join(folded[max(0, start - _REACH) : start].split())
        if f" {before}".endswith(rule.not_before):
            return True
    if rule.not_after:
        after = " ".join(folded[end : end + _REACH].split())
        return f"{after} ".startswith(rule.not_after)
    return False


def is_required(rule: Rule, folded: str, start: int, end: int) -> bool:
    """True where one of the words that a rule requires stands around a name; in a longer text, wherever in a part of it.

    Args:
        rule: the rule of the name for one meaning.
        folded: the text, folded.
        start: offset at which the name starts.
        end: offset just after it.
    """
    if not rule.requires:
        return True
    before = folded[max(0, start - _REACH) : start].split()
    after = folded[end : end + _REACH].split()
    sides = [list(map(_stem, words)) for words in (before[-WINDOW:], after[:WINDOW])]
    words, phrases = _stemmed(rule.requires)
    return any(not words.isdisjoint(side) for side in sides) or any(
        f" {phrase} " in f" {' '.join(side)} " for phrase in phrases for side in sides
    )


def is_counted_out(folded: str, start: int, end: int) -> bool:
    """True where a name is counted and a word of transfer stands near: `sent 40 Leopards to ...`, `dozens of Javelins for ...`.

    Animals, storms and surnames are not counted in one breath with a transfer. A folded text has blanks for its punctuation.

    Args:
        folded: the whole text, folded.
        start: offset at which the name starts.
        end: offset just after it.
    """
    if not _COUNT.search(folded, max(0, start - _COUNT_REACH), start):
        return False
    near = [*folded[max(0, start - _REACH) : start].split()[-WINDOW:], *folded[end : end + _REACH].split()[:WINDOW]]
    return not transfer_words().isdisjoint(near)

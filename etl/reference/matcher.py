"""Finds all names of the tables in a text in one pass, linear in the text and independent of the number of names."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property

from ahocorasick_rs import AhoCorasick, MatchKind

from etl.reference.ambiguity import Rule, is_counted_out, is_excluded, is_required
from etl.reference.ambiguity import rules as ambiguity_rules
from etl.reference.names import CaseRule, case_rule, fold, keeps_case, variants
from etl.reference.tables import Entry, entries

_MAX_SUFFIX = 4


@dataclass(frozen=True)
class Name:
    """One name of one entry, as the matcher looks for it."""

    text: str
    sort: str
    entry: Entry
    case: CaseRule
    rule: Rule | None


@dataclass(frozen=True)
class Match:
    """A name found in a text.

    Attributes:
        start: offset of its first character.
        end: offset after its last.
        entry: the entry it most likely names.
        sort: name, adjective, demonym, capital, seat or forces.
        is_variant: True where the designation is not listed, but built on one that is (`T-72B3M` on `T-72B3`).
        others: further entries that it may name, best first.
    """

    start: int
    end: int
    entry: Entry
    sort: str
    is_variant: bool = False
    others: tuple[Entry, ...] = ()


class Matcher:
    """Looks for the names of the given entries."""

    def __init__(self, known: Iterable[Entry]) -> None:
        rules = ambiguity_rules()
        by_form: dict[str, list[Name]] = defaultdict(list)
        for entry in known:
            for text, sort in entry.names:
                rule = rules.get((fold(text).strip(), entry.id))
                name = Name(text, sort, entry, case_rule(text), rule)
                for form in variants(text):
                    by_form[form].append(name)
        self._forms = sorted(by_form)
        self._names = [by_form[form] for form in self._forms]
        self._equipment = [[name for name in names if not name.entry.is_actor] for names in self._names]
        # the blank in front is the word boundary; the automaton then never stops inside a word
        self._automaton = AhoCorasick([f" {form}" for form in self._forms], matchkind=MatchKind.Standard)

    def names_equipment(self, text: str) -> bool:
        """Return True where a text may name equipment: at least wherever `find` finds some, for a small part of its cost."""
        plain, lines = fold(text), _Lines(text)
        folded = f" {plain} "
        for index, start, end in self._automaton.find_matches_as_indexes(folded, overlapping=True):
            names = self._equipment[index]
            if not names or (suffix := _suffix(folded, end)) is None:
                continue
            if suffix and suffix not in {"s", "es"} and not any(_extends(name, suffix) for name in names):
                continue
            found, is_upper = text[start : end - 1], lines.is_upper(start)
            for name in names:
                if keeps_case(name.case, name.text, found, line_is_upper=is_upper) and (
                    _is_clear(name, plain, start, end - 1 + len(suffix))
                ):
                    return True
        return False

    def find(self, text: str) -> list[Match]:
        """Return the names in a text, longest first where they overlap, in order of their place."""
        plain, lines = fold(text), _Lines(text)
        folded = f" {plain} "
        found: list[tuple[int, int, bool, Match]] = []
        for index, start, end in self._automaton.find_matches_as_indexes(folded, overlapping=True):
            suffix = _suffix(folded, end)
            if suffix is None:
                continue
            match = self._judge(text, plain, lines, index, start, end - 1, suffix)
            if match:
                found.append((match.start, -match.end, match.is_variant, match))
        found.sort(key=lambda item: item[:3])
        kept: list[Match] = []
        for *_, match in found:
            if not kept or match.start >= kept[-1].end:
                kept.append(match)
        return kept

    def _judge(
        self, text: str, plain: str, lines: "_Lines", index: int, start: int, end: int, suffix: str
    ) -> Match | None:
        """The match at a place of a text and its folded form, or None where case, context or ending rule it out."""
        is_plural = suffix in {"s", "es"}
        stop = end + len(suffix)
        possible = []
        for name in self._names[index]:
            if suffix and not is_plural and not _extends(name, suffix):
                continue
            if not keeps_case(name.case, name.text, text[start:end], line_is_upper=lines.is_upper(start)):
                continue
            if name.rule and (is_excluded(name.rule, plain, start, stop) or not _is_clear(name, plain, start, stop)):
                continue
            possible.append(name)
        if not possible:
            return None
        possible.sort(key=lambda name: (name.rule.rank if name.rule else 1, name.entry.id))
        best = possible[0]
        if best.text.endswith(".") and text.startswith(".", stop):
            stop += 1
        others = tuple(dict.fromkeys(name.entry for name in possible[1:] if name.entry != best.entry))
        return Match(start, stop, best.entry, best.sort, bool(suffix) and not is_plural, others)


def _is_clear(name: Name, plain: str, start: int, stop: int) -> bool:
    """True where a name needs no word beside it to be meant, or has one; equipment also where it is counted in a transfer."""
    if name.rule is None or is_required(name.rule, plain, start, stop):
        return True
    is_plural = plain.startswith("s", stop - 1)
    return is_plural and name.entry.table.startswith("systems/") and is_counted_out(plain, start, stop)


def _suffix(folded: str, end: int) -> str | None:
    """The rest of the word after a name: nothing, a plural, or a few characters that may extend a designation."""
    stop = folded.find(" ", end, end + _MAX_SUFFIX + 1)
    return folded[end:stop] if stop >= 0 else None


def _extends(name: Name, suffix: str) -> bool:
    """True where the characters after a designation make it a variant: `T-72B3` + `M`, `F-16` + `AM`."""
    if not name.entry.table.startswith("systems/") or not any(char.isdigit() for char in name.text):
        return False
    return not (name.text[-1].isdigit() and suffix[0].isdigit())


class _Lines:
    """Tells which lines of a text are in capitals, as some headlines are. Each line is looked at once, however long."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._known: dict[int, bool] = {}

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(found.end() for found in re.finditer("\n", self._text))]

    def is_upper(self, at: int) -> bool:
        """Return True where the line that an offset stands in is in capitals."""
        start = self._starts[bisect_right(self._starts, at) - 1]
        if start not in self._known:
            line = self._text[start : start + 200].partition("\n")[0]
            self._known[start] = line.isupper() and len(line) > 12
        return self._known[start]


@cache
def default_matcher() -> Matcher:
    """Return the matcher over all reference tables; built once a process."""
    return Matcher(entries().values())

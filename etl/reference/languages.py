"""Finds parties and equipment by their names in other languages than English: one table a language, one pass a text.

A table `languages/<ISO 639-1 code>.csv` gives for entries of the reference tables the forms that stand in running
text. A form that ends in `*` is a stem: up to five further letters may follow. What a form and a text must share:

- letters, whatever their case; but a form with a capital needs one there, and one of capitals only (`ONU`) needs all;
- marks, where the text has any: `arme` is not found in `armé`, but `États-Unis` is in `Etats-Unis` and `ETATS-UNIS`;
- the edges of words. Chinese, Japanese, Thai, Lao, Khmer and Burmese are written without blanks: there a name is found
  inside a run of letters, and a stem is no more than its form. In Arabic and Hebrew a name may stand after the small
  words that are written together with it (`_BEFORE`), in Persian and Korean before such endings (`_AFTER`).

Text may be composed (NFC) or not (NFD); offsets count in the text as given.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from operator import itemgetter

from ahocorasick_rs import AhoCorasick, MatchKind

from etl.errors import ReferenceDataError
from etl.reference.matcher import Match, default_matcher
from etl.reference.names import CaseRule, case_rule, fold, keeps_case
from etl.reference.tables import Entry, entries, read_csv, split_cell

FOLDER = "languages"
STEM = "*"

_MAX_FURTHER = 5
_LINE = 100
_SHORTEST_HEADLINE = 12
_RUN = re.compile(
    "[\u3005\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han and kana
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]"  # Thai, Lao, Burmese, Khmer
)
"""A character of a script that is written without blanks."""
_ALIKE = str.maketrans("يىكة", "ییکه")
"""Letters of the Arabic script that are written for each other, folded to one of them."""
_SYLLABLES = re.compile("[\uac00-\ud7a3]")
_BEFORE = {
    "ar": re.compile("[وف]?(?:[بكل]?(?:ال)?|لل)".translate(_ALIKE)),
    "he": re.compile("[וש]?(?:כש|[הבלמכש])?ה?"),
}
"""Language -> what may be written before a name, in the same word."""
_AFTER = {
    "fa": re.compile("ی|ای|ها|های|هایی|هایشان|ان|را"),
    "ko": re.compile(
        "은|는|이|가|을|를|의|에|에서|에서는|에게|에는|에도|와|과|과의|와의|도|로|으로|로부터|으로부터|부터|까지|만|보다|처럼|이나|나|"
        "이라고|라고|이다|이며|측|산|제|형|군|인|들|들이|들을|들은|들의"
    ),
}
"""Language -> what may be written after a name, in the same word."""
_ENGLISH_TABLES = frozenset({"groups", "organisations", "leaders", "makers"})


def is_alphabetic(form: str) -> bool:
    """Return True where no character of a form stands for a syllable or a word, as those of Chinese and Korean do."""
    return not (_RUN.search(form) or _SYLLABLES.search(form))


class _FoldTable(dict[int, str]):
    """Code point -> one folded character; letters without marks of their own, such as kana, stay as they are."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        keeps = not is_alphabetic(char) or unicodedata.category(char).startswith("M")
        self[code] = folded = char if keeps else fold(char).translate(_ALIKE)
        return folded


class _LatinTable(dict[int, str]):
    """Code point -> itself, or a blank for a letter of another script: the English names are in Latin letters."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        is_other = char.isalpha() and not unicodedata.name(char, "").startswith("LATIN")
        self[code] = kept = " " if is_other else char
        return kept


_FOLD, _LATIN = _FoldTable(), _LatinTable()


def _clean(text: str) -> tuple[str, Sequence[int]]:
    """Return the text composed and without characters that cannot be seen, and the offset where each one comes from."""
    if text.isascii():
        return text, range(len(text) + 1)
    chars: list[str] = []
    offsets: list[int] = []
    for offset, char in enumerate(text):
        if char.isascii():
            chars.append(char)
            offsets.append(offset)
            continue
        if (
            unicodedata.combining(char) or "\u1160" <= char <= "\u11ff"
        ):  # a mark, or a later letter of a Hangul syllable
            composed = unicodedata.normalize("NFC", chars[-1] + char) if chars else char
            if len(composed) == 1:
                chars[-1:] = [composed]
                offsets = offsets or [offset]
            continue
        if char == "\u0640" or (unicodedata.category(char) == "Cf" and char not in "\u200b\u200c"):
            continue  # the line that stretches Arabic words, soft hyphens, marks of direction
        chars.append(unicodedata.normalize("NFKC", char) if "\uff01" <= char <= "\uff5e" else char)
        offsets.append(offset)
    return "".join(chars), [*offsets, len(text)]


@dataclass(frozen=True)
class _Form:
    """One form of one entry."""

    text: str
    case: CaseRule
    is_stem: bool
    entry: Entry


class _Names:
    """The forms of one language, and what finds them."""

    def __init__(self, language: str) -> None:
        self._before, self._after = _BEFORE.get(language), _AFTER.get(language)
        by_folded: dict[str, list[_Form]] = defaultdict(list)
        for entry, cell in _rows(language):
            for name in split_cell(cell):
                form = _clean(unicodedata.normalize("NFC", name.removesuffix(STEM)))[0]
                text = form.translate(_FOLD)
                bare = form[len(text) - len(text.lstrip()) :][: len(text.strip())]
                by_folded[text.strip()].append(_Form(bare, case_rule(bare), name.endswith(STEM), entry))
        self._forms = list(by_folded.values())
        self._automaton = AhoCorasick(list(by_folded), matchkind=MatchKind.Standard)

    def find(self, clean: str) -> list[Match]:
        """Return each place of a cleaned text where a form stands, with its entries, longest form first."""
        folded = clean.translate(_FOLD)
        matches: list[tuple[int, Match]] = []
        for index, start, end in self._automaton.find_matches_as_indexes(folded, overlapping=True):
            if not self._begins(folded, start):
                continue
            owners: dict[int, list[Entry]] = defaultdict(list)
            for form in self._forms[index]:
                stop = self._ends(folded, end, is_stem=form.is_stem)
                if stop is not None and _reads(form, clean, start, end):
                    owners[stop].append(form.entry)
            for stop, found in owners.items():
                first, *others = dict.fromkeys(found)
                matches.append((start - end, Match(start, stop, first, "name", others=tuple(others))))
        return [match for _, match in sorted(matches, key=itemgetter(0))]

    def _begins(self, folded: str, start: int) -> bool:
        if _is_edge(folded, start):
            return True
        if self._before is None:
            return False
        word = folded.rfind(" ", max(0, start - _MAX_FURTHER), start) + 1
        return bool((word or start < _MAX_FURTHER) and self._before.fullmatch(folded, word, start))

    def _ends(self, folded: str, end: int, *, is_stem: bool) -> int | None:
        """Offset after a form and what may follow of its stem, or None where the word goes on as the form does not."""
        if _is_edge(folded, end):
            return end
        stop = end
        while not _is_edge(folded, stop) and stop - end <= _MAX_FURTHER:
            stop += 1
        if is_stem:
            return stop if stop - end <= _MAX_FURTHER else None
        return end if self._after and self._after.fullmatch(folded, end, stop) else None


def _is_edge(folded: str, at: int) -> bool:
    """True where a word may begin or end: at a blank, or beside a letter of a script without blanks."""
    if at in {0, len(folded)}:
        return True
    beside = folded[at - 1 : at + 1]
    return " " in beside or bool(_RUN.search(beside))


def _reads(form: _Form, clean: str, start: int, end: int) -> bool:
    """True where the words at a place keep the capitals and the marks of a form."""
    found = clean[start:end]
    if form.case == "exact" and not found.isupper():  # here plurals are forms of their own
        return False
    is_headline = form.case == "exact" and _is_headline(clean, start, end)
    if not keeps_case(form.case, form.text, found, line_is_upper=is_headline):
        return False
    return found.lower() == form.text.lower() or all(map(_keeps_marks, found, form.text))


def _is_headline(clean: str, start: int, end: int) -> bool:
    """True where the line around a place is in capitals, as far as it is looked at."""
    first = clean.rfind("\n", max(0, start - _LINE), start) + 1 or max(0, start - _LINE)
    line = clean[first : end + _LINE].partition("\n")[0]
    return line.isupper() and len(line) > _SHORTEST_HEADLINE


def _keeps_marks(found: str, wanted: str) -> bool:
    """True where a Latin letter of the text has no marks or those of the form's; a dot above never counts."""
    parts = unicodedata.normalize("NFD", found.lower()).replace("\u0307", "")
    letter, marks = parts[:1], parts[1:]
    return not marks or not "a" <= letter <= "z" or marks == unicodedata.normalize("NFD", wanted.lower())[1:]


def _rows(language: str) -> Iterator[tuple[Entry, str]]:
    known = entries()
    for row in read_csv(f"{FOLDER}/{language}"):
        if row["id"] not in known:
            raise ReferenceDataError(
                f"etl/reference/{FOLDER}/{language}.csv: {row['id']!r} stands in no table. Mend the identifier."
            )
        yield known[row["id"]], row["names"]


@cache
def languages() -> frozenset[str]:
    """Return the ISO 639-1 codes of the languages that have a table of their own."""
    folder = files("etl.reference").joinpath(FOLDER)
    return frozenset(path.name[:-4] for path in folder.iterdir() if path.name.endswith(".csv"))


@cache
def _names(language: str) -> _Names:
    return _Names(language)


def _is_international(match: Match) -> bool:
    """True for what is named alike in many languages: designations, groups, organisations, leaders, makers, states."""
    table = match.entry.table
    return table in _ENGLISH_TABLES or table.startswith("systems/") or (table == "states" and match.sort == "name")


def _without_overlaps(matches: list[Match]) -> list[Match]:
    """The first and longest of some matches, in order of place; of two at one place, the one that was given first."""
    kept: list[Match] = []
    for match in sorted(matches, key=lambda match: (match.start, -match.end)):
        last = kept[-1] if kept else None
        if last and last.start < match.start < last.end < match.end and match.entry.table.startswith("systems/"):
            kept.pop()
        if not kept or match.start >= kept[-1].end:
            kept.append(match)
    return kept


def names_in(text: str, language: str) -> list[Match]:
    """Return the names of parties and equipment in a text, in order of place, the first and longest where they overlap.

    Args:
        text: words in any language, as they stand in an article.
        language: ISO 639-1 code. Names come from its table, and from the English tables where they are designations of
            systems, groups, organisations, leaders, makers or states' names; without a table from these alone.

    Returns:
        Matches with offsets in the text. Where both tell the same words, the language's own table is heard; a longer
        name of the English tables (`Israel Aerospace Industries`) goes before a shorter one of the language (`Israel`),
        and so does a designation that goes on where the other ends (`Leopard 2A6` after `Kampfpanzer Leopard`).

    Raises:
        ReferenceDataError: the table of the language is broken.
    """
    clean, offsets = _clean(text)
    own = _names(language).find(clean) if language in languages() else []
    english = [match for match in default_matcher().find(clean.translate(_LATIN)) if _is_international(match)]
    kept = _without_overlaps([*own, *english])
    return [replace(match, start=offsets[match.start], end=offsets[match.end]) for match in kept]


def names_arms(text: str, language: str) -> bool:
    """Return True where a text names equipment in a language (ISO 639-1 code) or by a designation.

    True for every text of a language without a table: there nobody can tell.

    Raises:
        ReferenceDataError: the table of the language is broken.
    """
    return language not in languages() or any(not match.entry.is_actor for match in names_in(text, language))

"""From the names of the tables to what is looked for: folding of case and marks, variants, and rules of case."""

import re
import unicodedata
from functools import cache
from typing import Literal

CaseRule = Literal["any", "capitals", "exact"]

_EXACT_LENGTH = 5
_WORD = re.compile(r"\w+")
_LETTER_DIGIT = re.compile(r"(?<=[a-z]) (?=\d)|(?<=\d) (?=[a-z])")
_RUN_ON = re.compile(r"(?<=\d)(?=[a-z]{2})")
_JOINED = re.compile(r"(?<=[a-z])(?=\d)")


_BASE_LETTERS = dict(zip("ıłøđħðßæœƒ", "ilodhdsaof", strict=True))
"""Letters that Unicode does not take apart, and the one letter that stands for each without marks."""


class _FoldTable(dict[int, int]):
    """Code point -> code point: letters to their lower-case base letter, digits kept, all else to a blank."""

    def __missing__(self, code: int) -> int:
        char = chr(code)
        base = unicodedata.normalize("NFD", char)[0].lower()
        base = _BASE_LETTERS.get(base, base)
        if unicodedata.category(char) == "Lm":  # letters that stand for an apostrophe: Sanaʼa
            folded = 32
        else:
            folded = ord(base) if len(base) == 1 and base.isalnum() else (code if char.isalnum() else 32)
        self[code] = folded
        return folded


_FOLD = _FoldTable()


_FOLD_BYTES = {
    encoding: bytes(_FOLD[ord(bytes([code]).decode(encoding, "replace"))] % 256 for code in range(256))
    for encoding in ("ascii", "cp1252")
}
"""The same for a byte in an encoding; what the letters of Western Europe fold to is in Latin-1."""


def fold(text: str) -> str:
    """Return the text in lower-case base letters and digits, all other characters as blanks; of the same length."""
    encoding = (
        "ascii" if text.isascii() else "cp1252"
    )  # most text is in one of them, and bytes are exchanged ten times as fast
    try:
        return text.encode(encoding).translate(_FOLD_BYTES[encoding]).decode("latin-1")
    except UnicodeEncodeError:
        return text.translate(_FOLD)


def case_rule(name: str) -> CaseRule:
    """Return how a name's capitals bind: `US` in that very form, `Iran` with its capital, `drone` in any case."""
    letters = [char for char in name if char.isalpha()]
    if not any(char.isupper() for char in letters):
        return "any"
    if all(char.isupper() for char in letters) and len(letters) <= _EXACT_LENGTH and not any(c.isdigit() for c in name):
        return "exact"
    return "capitals"


def keeps_case(rule: CaseRule, name: str, found: str, *, line_is_upper: bool) -> bool:
    """True where the words found keep the rule of the name's case.

    Args:
        rule: how the capitals of the name bind.
        name: the name as the table has it.
        found: the words as they stand in the text.
        line_is_upper: True where the whole line is in capitals, as in some headlines.
    """
    if rule == "any":
        return True
    if rule == "exact":
        letters = [char for char in found if char.isalpha()]
        stem = letters[:-1] if letters and letters[-1] == "s" else letters
        return all(char.isupper() for char in stem) and (
            not line_is_upper or "." in found or name != name.strip() or len(stem) > 2
        )
    wanted = _capitals(name)
    if not any(wanted):
        return True
    words = _WORD.findall(found)
    if len(words) == len(wanted):
        return all(word[0].isupper() or not capital for word, capital in zip(words, wanted, strict=True))
    return bool(words) and words[0][0].isupper()


@cache
def _capitals(name: str) -> tuple[bool, ...]:
    """For each word of a name, whether it has a capital."""
    return tuple(word[0].isupper() for word in _WORD.findall(name))


def variants(name: str) -> list[str]:
    """Return the folded forms of a name: with and without the break between letters and digits, and `-ies` plurals."""
    base = fold(name).strip()
    forms = {base}
    if any(char.isdigit() for char in base):
        forms.add(_LETTER_DIGIT.sub("", base))
        if re.match(r"^[a-z]{1,4}\d", base):
            forms.add(_JOINED.sub(" ", base, count=1))
        forms.add(_RUN_ON.sub(" ", base))
    if base.endswith("y") and len(base) > 3 and base[-2] not in "aeiou" and not any(char.isupper() for char in name):
        forms.add(base[:-1] + "ies")
    return sorted(form for form in forms if form)

"""Words that count -> an interval of whole numbers, by the codebook: `up to 40` is [none, 40], `dozens` is [24, none]."""

import re
from typing import NamedTuple

from etl.reference.numbers import number_words

_VAGUE = re.compile(rf"\b(?:{'|'.join(number_words('vague'))})\b")
_MOST = re.compile(r"\b(up to|as many as|no more than|fewer than|less than|under|at most|maximum)\b")
_LEAST = re.compile(r"\b(more than|over|at least|no fewer than|upwards of|exceeding|in excess of)\b")
_BOTH = re.compile(r" (?:to|and|or) ")
_LIMIT, _DIGITS = 10**12, 15
"""Greatest number that is read, and most digits that one is written with."""


class Interval(NamedTuple):
    """A least and a greatest number; None where there is no bound."""

    low: int | None
    high: int | None


def _number(words: str) -> int | None:
    """The whole number that digits or number words tell, or None."""
    units, scales, pairs = number_words("unit"), number_words("scale"), number_words("pair")
    total: float = 0
    current: float = 0
    seen = False
    for word in re.findall(r"\d[\d,]*(?:\.\d+)?|[a-z]+", words):
        if word[0].isdigit():
            plain = word.replace(",", "")
            if len(plain) > _DIGITS:
                return None
            current += float(plain)
            seen = True
        elif word in units:
            current += units[word]
            seen = True
        elif word in scales:
            current = (current or 1) * scales[word]
            seen = True
            if scales[word] >= 1000:
                total, current = total + current, 0
        elif word == "half":
            current, seen = 0.5, True
        elif word in pairs:
            current, seen = pairs[word], True
        if total + current > _LIMIT:
            return None
    result = total + current
    return int(result) if seen and result == int(result) else None


def parse_quantity(text: str) -> Interval | None:
    """Return the interval that a text counts, or None where it counts nothing.

    Args:
        text: such as `40`, `up to 40`, `more than 400`, `dozens`, `20 to 30`, `half a million`.
    """
    scales = number_words("scale")
    lower = " ".join(re.sub(r"(?<=\d)\s?-\s?(?=\d)|–", " to ", text.lower()).replace("-", " ").split())
    if found := _VAGUE.search(lower):
        least = number_words("vague")[found.group()]
        scale = re.search(r"\b(?:tens|hundreds|dozens|scores) of (thousands|hundreds|millions)", lower)
        if scale:
            return Interval(
                least * {"hundreds": 100, "thousands": 1000, "millions": 1_000_000}[scale.group(1)],
                None,
            )
        few = re.search(r"\b(several|few) (dozen|hundred|thousand)", lower)
        return Interval(least * scales[few.group(2)] if few else least, None)
    first, *second = _BOTH.split(re.sub(r"\b(?:up to|as many as)\b", "", lower).strip(), maxsplit=1)
    if second and not re.search(r"\b(?:hundred|thousand|million) and\b", lower):
        low, high = _number(first), _number(second[0])
        if low is not None and high is not None:
            scale = re.search(r"\b(hundred|thousand|million|dozen)\b", second[0])
            if scale and low < high // scales[scale.group(1)] + 1 and scale.group(1) not in first:
                low *= scales[scale.group(1)]
            if low <= high:
                return Interval(low, high)
    number = _number(lower)
    if number is None:
        return None
    if _MOST.search(lower):
        return Interval(None, number)
    if _LEAST.search(lower):
        return Interval(number, None)
    return Interval(number, number)

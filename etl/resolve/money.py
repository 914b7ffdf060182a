"""Words that tell a sum -> amount and currency."""

import re
from typing import NamedTuple

from etl.reference.numbers import number_words

_SIGNS = {
    "US$": "USD", "A$": "AUD", "C$": "CAD", "S$": "SGD", "NT$": "TWD", "$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY",
    "₹": "INR", "₩": "KRW", "USD": "USD", "EUR": "EUR", "GBP": "GBP", "RS": "INR",
}  # fmt: skip
_WORDS = {
    "dollar": "USD", "dlr": "USD", "euro": "EUR", "pound": "GBP", "yen": "JPY", "yuan": "CNY", "rupee": "INR", "won": "KRW",
    "rouble": "RUB", "ruble": "RUB", "zloty": "PLN", "shekel": "ILS", "dirham": "AED",
}  # fmt: skip
_SCALES = {
    "trillion": 10**12, "tn": 10**12, "billion": 10**9, "bn": 10**9, "b": 10**9, "million": 10**6, "mln": 10**6,
    "mn": 10**6, "m": 10**6, "thousand": 10**3, "crore": 10**7, "lakh": 10**5,
}  # fmt: skip


class Money(NamedTuple):
    """A sum of money: amount in units of the currency, and its ISO 4217 code (None where a word can mean several)."""

    amount: float
    currency: str | None


def parse_money(text: str) -> Money | None:
    """Return the sum that a text tells, such as `$2.5 billion` or `40 mln dlr`, or None."""
    lower = text.lower()
    number = re.search(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,15}(?:\.\d+)?", text)
    if number:
        value = float(number.group().replace(",", ""))
    else:
        word = next((word for word in re.findall(r"[a-z]+", lower) if word in number_words("unit")), None)
        if word is None:
            return None
        value = float(number_words("unit")[word])
    rest = text[number.end() :].lower() if number else lower
    scale = re.match(r"\s?-?\s?(trillion|billion|million|thousand|mln|bn|mn|tn|crore|lakh|m|b)\b", rest) or re.search(
        r"\b(trillion|billion|million|thousand)\b", rest
    )
    if scale:
        value *= _SCALES[scale.group(1)]
    sign = re.match(r"\s*(US\$|A\$|C\$|S\$|NT\$|\$|€|£|¥|₹|₩|USD|EUR|GBP|Rs)", text, re.IGNORECASE)
    if sign:
        return Money(value, _SIGNS[sign.group(1).upper()])
    return Money(
        value,
        next((code for word, code in _WORDS.items() if re.search(rf"\b{word}s?\b", lower)), None),
    )

"""Spans of a sentence that tell quantity, value, date and source of a claim. What they mean is read in `etl.resolve`."""

import re

from spacy.tokens import Token

from etl.extraction.protocol import Span
from etl.extraction.rules.annotate import Sentence
from etl.extraction.rules.lexicon import words_for
from etl.extraction.rules.propose import Candidate
from etl.reference.numbers import number_words

_NUMBER_WORDS = "|".join([*number_words("unit"), *number_words("scale")])
_VAGUE = "|".join([*number_words("vague"), *number_words("pair")])
_DIGITS = r"\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?"
_COUNT = rf"(?:{_DIGITS}|(?:{_NUMBER_WORDS})(?:[ \-](?:{_NUMBER_WORDS}))*|(?:an?\s+)?(?:{_VAGUE})|half a million|half a dozen)"
_BOUND = (
    r"(?:at least|more than|over|no fewer than|upwards of|up to|as many as|no more than|fewer than|less than|under|nearly|almost|"
    r"about|around|some|roughly|approximately|an estimated|a further|another|an additional|additional|a total of|between)"
)
QUANTITY = re.compile(
    rf"\b(?:{_BOUND}\s+)?{_COUNT}(?:\s+(?:hundred|thousand|million|dozen))?(?:\s*(?:to|and|or|-|–)\s*{_COUNT})?\b(?!\s*(?:%|percent|per cent))",
    re.IGNORECASE,
)
_CURRENCY = r"(?:US\$|A\$|C\$|S\$|NT\$|\$|€|£|¥|₹|₩|USD|EUR|GBP|Rs\.?)"
_CURRENCY_WORDS = (
    "dollars?", "dlrs?", "euros?", "pounds?", "yen", "yuan", "rupees?", "won", "roubles?", "rubles?", "riyals?", "kronor", "kroner",
    "zlotys?", "francs?", "marks?", "shekels?", "dirhams?",
)  # fmt: skip
_CURRENCY_WORD = rf"(?:{'|'.join(_CURRENCY_WORDS)})"
_SCALE = r"(?:trillion|billion|million|thousand|bn|mln|mn|m|b|tn|crore|lakh)"
_MONEY = re.compile(
    rf"{_CURRENCY}\s?(?:{_DIGITS})(?:\s?-?{_SCALE}\b)?"
    rf"|\b(?:{_DIGITS}|(?:{_NUMBER_WORDS}))[\s-]?(?:{_SCALE}[\s-])?\s?(?:US |U\.S\. )?{_CURRENCY_WORD}\b"
    rf"|\b(?:USD|EUR|GBP)\s?(?:{_DIGITS})(?:\s?{_SCALE}\b)?",
    re.IGNORECASE,
)
_OF_MONEY = re.compile(
    "|".join(
        [
            *(rf"{mark}\s?\d" for mark in (r"\$", "€", "£", "¥", "₹", "₩", "usd", "eur", "gbp", r"rs\.?")),
            *(rf"{word}\b" for word in _CURRENCY_WORDS),
        ]
    )
)
"""What stands in every sum of money, in small letters. Each branch begins with a letter, so that `re` can skip where none of these
stands: a tenth of the time of looking for sums."""
_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December|"
    r"Jan\.?|Feb\.?|Mar\.?|Apr\.?|Jun\.?|Jul\.?|Aug\.?|Sept?\.?|Oct\.?|Nov\.?|Dec\.?)"
)
_WEEKDAY = r"(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)"
_YEAR = r"(?:19[4-9]\d|20[0-4]\d)"
_YEARS = re.compile(rf"{_YEAR}\s?[-–]\s?(?:{_YEAR}|\d\d)")
_PART = r"(?i:early|mid|late|the beginning of|the start of|the middle of|the end of|the spring of|the summer of|the autumn of|the fall of|the winter of)"
_POINT = (
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH}(?:,? {_YEAR})?"
    rf"|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?:,? {_YEAR})?(?!\d)"
    rf"|{_PART}[ \-](?:{_MONTH},? )?{_YEAR}"
    rf"|{_PART}[ \-]{_MONTH}"
    rf"|{_MONTH},? (?:of )?{_YEAR}"
    rf"|(?:spring|summer|autumn|fall|winter) (?:of )?{_YEAR}"
    rf"|(?:the )?(?:first|second|third|fourth) quarter of {_YEAR}|Q[1-4] {_YEAR}"
    rf"|(?:fiscal|financial) year {_YEAR}"
    rf"|\d{{4}}-\d{{2}}-\d{{2}}"
    rf"|(?:the )?(?:early |mid-?|late )?(?:19[4-9]|20[0-4])0s"
    rf"|{_YEAR}(?!\d|-(?!{_YEAR})))"
)
_RELATIVE = (
    rf"(?:(?i:last|this|next|earlier this|earlier|later this) (?:week|month|year|spring|summer|autumn|fall|winter|quarter|{_WEEKDAY}|{_MONTH})"
    rf"|(?i:a|one|two|three|four|five|six|seven|eight|nine|ten|several|\d{{1,2}}) (?:days?|weeks?|months?|years?|decades?) (?:ago|earlier)"
    rf"|(?i:yesterday|today|tomorrow)|(?:on )?{_WEEKDAY}|(?:in )?{_MONTH}(?! \d)(?= |,|\.|$))"
)
DATE = re.compile(
    rf"\b(?:(?i:since|from|between|until|till|by)\s+)?(?:(?:{_POINT}|{_RELATIVE})(?:\s*(?:and|to|until|through|-|–)\s*{_POINT})?)",
)


def _absolute(sentence: Sentence, start: int, end: int) -> Span:
    return Span(sentence.start + start, sentence.start + end)


def quantity_span(candidate: Candidate) -> Span | None:
    """Return the words that count the candidate's equipment: directly before it, or before `of` it."""
    sentence = candidate.listed_in or candidate.sentence
    start = candidate.system.start - sentence.start
    if start < 0 or candidate.system_link == "discourse":
        return None
    before = sentence.text[max(0, start - 90) : start]
    offset = max(0, start - 90)
    best = None
    for found in QUANTITY.finditer(before):
        gap = before[found.end() :]
        if _YEARS.fullmatch(found.group()):
            continue  # the 1985-1986 sales
        if find_money(before[max(0, found.start() - 6) :][: found.end() + 12]) and not re.fullmatch(
            r"\s*(?:of\s+)?", gap
        ):
            continue
        words = re.findall(r"[\w'’\-]+", gap)
        if re.search(r"[,;:.()]|\band\b|\bfor\b|\bto\b|\bin\b|\bon\b|\bworth\b", gap) or len(words) > 6:
            continue
        if re.match(r"\s*(?:million|billion|years?|months?|days?|weeks?|km|miles?|mm|per ?cent|%)", gap) or re.match(
            r"-?(?:mm|km|year)", gap
        ):
            continue
        if len(words) > 3 and not re.match(
            r"\s*(?:more |additional |units? |rounds? |batches? |tons? |tonnes? )*of\b", gap
        ):
            continue
        best = found
    if best is None:
        return None
    text = best.group()
    if re.fullmatch(rf"{_YEAR}", text):
        return None
    return _absolute(sentence, offset + best.start(), offset + best.end())


def find_money(text: str) -> list[re.Match[str]]:
    """Return the sums of money in a text, in order."""
    return list(_MONEY.finditer(text)) if _OF_MONEY.search(text.lower()) else []


def value_span(candidate: Candidate) -> Span | None:
    """Return the sum of money in the sentence, where it holds just one."""
    found = find_money(candidate.sentence.text)
    return _absolute(candidate.sentence, found[0].start(), found[0].end()) if len(found) == 1 else None


def date_span(candidate: Candidate) -> Span | None:
    """Return the date that goes with the trigger: the nearest in its clause, else the nearest in the sentence."""
    sentence, token = candidate.sentence, candidate.token
    dates = list(DATE.finditer(sentence.text))
    if not dates:
        return None
    low, high = _clause(token)

    def distance(found: re.Match[str]) -> tuple[bool, int]:
        inside = low <= found.start() < high
        return (not inside, min(abs(found.start() - token.idx), abs(token.idx - found.end())))

    best = min(dates, key=distance)
    if distance(best)[0] and _belongs_to_speech(sentence, best.start()):
        return None
    return _absolute(sentence, best.start(), best.end())


def _clause(token: Token) -> tuple[int, int]:
    """Offsets in the sentence of the words that a trigger governs, its own clause."""
    words = list(token.subtree)
    return words[0].idx, words[-1].idx + len(words[-1])


def _belongs_to_speech(sentence: Sentence, offset: int) -> bool:
    """True where a date hangs on a verb of saying: `said on Tuesday`."""
    if sentence.doc is None:
        return False
    for token in sentence.doc:
        if token.idx >= offset:
            return any(ancestor.lemma_ in words_for("says") for ancestor in list(token.ancestors)[:3])
    return False


def attribution_span(candidate: Candidate) -> Span | None:
    """Return the words that name whoever says so: `according to X`, `X said that ...`."""
    sentence = candidate.sentence
    found = re.search(r"\baccording to ([^,.;]{2,80})", sentence.text, re.IGNORECASE)
    if found:
        return _absolute(sentence, found.start(1), found.end(1))
    chain = [candidate.token, *candidate.token.ancestors]
    for token in [
        *chain,
        *(child for word in chain for child in word.children if child.dep_ in {"ccomp", "parataxis"}),
    ]:
        if token.lemma_ in words_for("says") and token.pos_ == "VERB" and token.i != candidate.token.i:
            for child in token.children:
                if child.dep_ in {"nsubj", "nsubjpass"}:
                    words = [word for word in child.subtree if word.dep_ != "relcl"]
                    return _absolute(sentence, words[0].idx, min(words[-1].idx + len(words[-1]), len(sentence.text)))
    return None

"""Words that repeat equipment named before in full: `anti-aircraft missiles ... the missiles`."""

from collections.abc import Sequence
from dataclasses import replace

from etl.extraction.rules.annotate import Sentence, category
from etl.reference import Match

_DEFINITE = ("the ", "these ", "those ", "its ", "their ")
_REACH = 12
"""Sentences back to which a repeated word reaches."""


def _last_word(text: str) -> str:
    return text.lower().rsplit(maxsplit=1)[-1].rsplit("-", maxsplit=1)[-1].rstrip("s")


def _is_repeat(sentence: Sentence, match: Match) -> bool:
    """True for one word for a kind of equipment, told as known: `the missiles`."""
    at = match.start - sentence.start
    word = sentence.text[at : match.end - sentence.start]
    return (
        match.entry.specificity in {"class", "type"}
        and " " not in word
        and sentence.text[:at].lower().endswith(_DEFINITE)
    )


def settle_repeats(sentences: Sequence[Sentence]) -> None:
    """Let each such word stand for the equipment named last that ends with it, where that is of another category."""
    named: dict[str, tuple[int, Match]] = {}
    for sentence in sentences:
        for number, match in enumerate(sentence.systems):
            text = sentence.text[match.start - sentence.start : match.end - sentence.start]
            word = _last_word(text)
            if not _is_repeat(sentence, match):
                named[word] = (sentence.index, match)
            elif word in named and sentence.index - named[word][0] <= _REACH:
                first = named[word][1].entry
                if first.rank >= match.entry.rank and category(first) != category(match.entry):
                    sentence.systems[number] = replace(match, entry=first)

"""Text -> where its sentences begin and end: spaCy's words, and the rule of its `sentencizer` over their numbers."""

import re
from functools import cache

import spacy
from spacy.attrs import IDX, IS_PUNCT, LENGTH, ORTH
from spacy.language import Language
from spacy.pipeline import Sentencizer
from spacy.strings import get_string_id

_MARKS, _WORD, _INSIDE = re.compile(r"[^\w\s]{200,}"), re.compile(r"\S{1000,}"), re.compile(r"[^\w.!?。！？]")
"""Marks without end, words without end, and the marks in these that end no sentence: the tokenizer's time for them grows with the square."""


@cache
def load_splitter() -> Language:
    """Return the pipeline that divides text into words."""
    return spacy.blank("en")


@cache
def _ends() -> frozenset[int]:
    """The words that end a sentence, by their number, which is the same in all pipelines."""
    return frozenset(map(get_string_id, Sentencizer.default_punct_chars))


def split_text(text: str) -> list[tuple[int, int]]:
    """Return the offsets of the sentences of a text.

    A sentence ends with a full stop or its like, and all marks that follow; the next begins with the next word.
    """
    words = load_splitter().make_doc(_without_snares(text)).to_array([ORTH, IS_PUNCT, IDX, LENGTH]).tolist()
    sentences: list[tuple[int, int]] = []
    start = stop = 0
    ends, is_over = _ends(), False
    for word, is_mark, at, length in words:
        if word in ends:
            is_over = True
        elif is_over and not is_mark:
            sentences.append((start, stop))
            start, is_over = at, False
        stop = at + length
    return [*sentences, (start, stop)] if words else []


def _without_snares(text: str) -> str:
    """A text with letters for the marks on which the tokenizer is slow; of the same length."""
    text = _MARKS.sub(lambda found: "x" * len(found.group()), text)
    return _WORD.sub(lambda found: _INSIDE.sub("x", found.group()), text)

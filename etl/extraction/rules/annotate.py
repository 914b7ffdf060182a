"""An article -> sentences with their names: paragraphs, sentences, actors and systems found, and a parse when asked for."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter, itemgetter

from spacy.tokens import Doc, Token

from etl.extraction.protocol import Span
from etl.extraction.rules.parser import load_parser, parse_texts
from etl.extraction.rules.splitter import load_splitter, split_text
from etl.reference import Entry, Match, default_matcher, fold, kinds
from etl.sources import Article

_ARMING = (" arms ", " to arm ", " armed ", " arming ", " rearms ", " rearmed ", " rearming ")
_PARAGRAPH = re.compile(r"\n\s*\n")
BULLET = re.compile(r"(?:[-–—•*·▪▫◦‣●○■]|\(?\d{1,2}[.)]|\(?[a-z]\))\s+")
"""How a line of a list begins."""
_MOST_WORDS = 400_000
"""Words that a pipeline may know; it is shipped with some 80,000, and each new one costs a few hundred bytes."""
_OWN_CATEGORY = frozenset({"component", "engine", "munition", "sensor"})


def forget_new_words() -> None:
    """Load the pipelines anew once they have learned so many words that a process would grow without end."""
    if max(len(pipeline().vocab.strings) for pipeline in (load_splitter, load_parser)) > _MOST_WORDS:
        load_splitter.cache_clear()
        load_parser.cache_clear()


@dataclass
class Sentence:
    """One sentence of an article.

    Attributes:
        start, end: its offsets in the article's text.
        actors, systems: names found in it; adjacent names of one thing are one.
        doc: its parse; None until `parse` was called.
    """

    index: int
    text: str
    start: int
    end: int
    actors: list[Match]
    systems: list[Match]
    doc: Doc | None = None
    actor_at: dict[int, Match] = field(default_factory=dict)
    system_at: dict[int, Match] = field(default_factory=dict)

    def span(self, token: Token) -> Span:
        """Return the offsets of a token in the article's text."""
        return Span(self.start + token.idx, self.start + token.idx + len(token))

    @cached_property
    def _starts(self) -> list[int]:
        """Offset in the sentence at which each token of the parse begins."""
        return [token.idx for token in self.doc or ()]

    def token_at(self, offset: int) -> Token | None:
        """Return the first token that begins at or after an offset of the article's text; None where none does."""
        number = bisect_left(self._starts, offset - self.start)
        return self.doc[number] if self.doc is not None and number < len(self.doc) else None

    def head_of(self, match: Match) -> Token:
        """Return the last token that a name covers, its head in English noun phrases.

        Raises:
            ValueError: the sentence is not parsed or does not hold the name.
        """
        number = bisect_left(self._starts, match.end - self.start) - 1
        if self.doc is None or number < 0:
            raise ValueError(f"sentence {self.index} does not hold the name at {match.start}")
        return self.doc[number]

    def index_tokens(self) -> None:
        """Tie the names to the tokens that they cover."""
        if self.doc is None:
            return
        ends = [token.idx + len(token) for token in self.doc]
        for matches, at in ((self.actors, self.actor_at), (self.systems, self.system_at)):
            for match in matches:
                first = bisect_right(ends, match.start - self.start)
                for number in range(first, bisect_left(self._starts, match.end - self.start)):
                    at.setdefault(number, match)


def _paragraphs(article: Article) -> Iterator[tuple[int, int]]:
    """The paragraphs of an article's prose; what stands aside is left out."""
    text, at = article.text, 0
    for found in [*_PARAGRAPH.finditer(text), None]:
        end = found.start() if found else len(text)
        yield from _lines(text, at, end, article.aside)
        at = found.end() if found else end


def _lines(text: str, start: int, end: int, aside: tuple[tuple[int, int], ...]) -> Iterator[tuple[int, int]]:
    """A paragraph, divided where a line in it ends a sentence, is a heading or one of a list, or stands aside."""
    begin = at = start
    while at < end:
        stop = text.find("\n", at, end)
        stop = end if stop < 0 else stop
        line = text[at:stop].rstrip()
        if line and _stands_aside(aside, at, at + len(line)):
            if begin < at:
                yield begin, at
            begin = stop
        elif line.endswith((".", "!", "?", ":", '"', "”")) or len(line) < 60 or BULLET.match(text, stop + 1, end):
            yield begin, stop
            begin = stop
        at = stop + 1
    if begin < end:
        yield begin, end


def _stands_aside(aside: tuple[tuple[int, int], ...], start: int, end: int) -> bool:
    """True where one of some spans, apart and in order, shares a character with a stretch of the text."""
    at = bisect_right(aside, start, key=itemgetter(1))
    return at < len(aside) and aside[at][0] < end


def _better(first: Match, second: Match) -> Match:
    """Of two adjacent names of one thing, the one that tells what it is: `Patriot` of `Patriot missiles`, `parts` of `F-16 parts`."""
    known = kinds()
    first_rank, second_rank = (match.entry.rank for match in (first, second))
    second_category = known[second.entry.kind].category if second.entry.kind else "unspecified"
    first_category = known[first.entry.kind].category if first.entry.kind else "unspecified"
    if second_category in _OWN_CATEGORY and second_rank > 0 and second_category != first_category:
        return second
    return second if second_rank >= first_rank else first


def merge_adjacent(text: str, matches: list[Match]) -> list[Match]:
    """Join names of equipment that stand side by side into one: `Leopard` + `tanks`."""
    merged: list[Match] = []
    for match in matches:
        last = merged[-1] if merged else None
        between = text[last.end : match.start] if last else "x"
        if last and between == " (" and text[match.end : match.end + 1] == ")":
            continue  # the abbreviation of the name before it
        if (
            last
            and len(between) <= 2
            and re.fullmatch(r"[ \-‑]?", between)
            and not text[last.start : last.end].endswith("s'")
        ):
            best = _better(last, match)
            merged[-1] = Match(last.start, match.end, best.entry, best.sort, best.is_variant, best.others)
        else:
            merged.append(match)
    return merged


def speaks_of_arming(text: str) -> bool:
    """Return True where a text has a word that stands for equipment without naming it: `armed the rebels`."""
    folded = f" {fold(text)} "
    return "arm" in folded and any(form in folded for form in _ARMING)


@dataclass(frozen=True)
class Part:
    """A stretch of an article's prose that is divided into sentences, with the names in it. Offsets are those of the article."""

    start: int
    text: str
    actors: list[Match]
    systems: list[Match]


def find_names(article: Article) -> list[Part]:
    """Return the parts of an article's prose with the names in them."""
    parts = []
    for start, end in _paragraphs(article):
        text = article.text[start:end]
        if text.strip():
            matches = default_matcher().find(text)
            systems = merge_adjacent(text, [match for match in matches if not match.entry.is_actor])
            actors = [_shift(match, start) for match in matches if match.entry.is_actor]
            parts.append(Part(start, text, actors, [_shift(match, start) for match in systems]))
    return parts


def split_sentences(parts: Iterable[Part]) -> list[Sentence]:
    """Return the sentences of an article's prose with the names in them, not parsed yet."""
    sentences: list[Sentence] = []
    for part in parts:
        running = part.text.replace("\n", " ")
        for start, end in split_text(running):
            whole = running[start:end]
            low = part.start + start + (len(whole) - len(whole.lstrip()))
            text = whole.strip()
            if not text:
                continue
            high = low + len(text)
            actors, systems = (between(matches, low, high) for matches in (part.actors, part.systems))
            sentences.append(Sentence(len(sentences), text, low, high, actors, systems))
    return sentences


def between(matches: list[Match], low: int, high: int) -> list[Match]:
    """Return the names, of some that stand apart and in order, that lie whole between two offsets."""
    first = bisect_left(matches, low, key=attrgetter("start"))
    return matches[first : bisect_right(matches, high, key=attrgetter("end"))]


def _shift(match: Match, by: int) -> Match:
    return Match(match.start + by, match.end + by, match.entry, match.sort, match.is_variant, match.others)


def parse(sentences: Sequence[Sentence]) -> None:
    """Parse the sentences and tie their names to tokens. The parse of one does not hang on which others go with it."""
    for sentence, doc in zip(sentences, parse_texts([sentence.text for sentence in sentences]), strict=True):
        sentence.doc = doc
        sentence.index_tokens()


def category(entry: Entry) -> str:
    """Return the project's category of a piece of equipment."""
    return kinds()[entry.kind].category if entry.kind else "unspecified"

"""The names in an article that a model has quoted words of: who and what these words are, by the reference tables alone."""

from bisect import bisect_left
from collections.abc import Sequence
from operator import attrgetter

from etl.extraction.protocol import Span
from etl.extraction.rules.annotate import merge_adjacent
from etl.reference import Entry, Match, default_matcher
from etl.reference.languages import names_in
from etl.reference.lookup import look_up
from etl.sources import Article
from etl.sources.article import READ_BY_RULES

_GUESSED = "part of the "
"""How `look_up` tells that it knows longer names alone: an “envoy” is no radio set Codan Envoy."""


class Names:
    """All names in a text.

    Args:
        text: the text of an article, or its headline.
        language: its language; names in English are known in more forms.
    """

    def __init__(self, text: str, language: str) -> None:
        self._text, self._is_english = text, language in READ_BY_RULES
        found = default_matcher().find(text) if self._is_english else names_in(text, language)
        self._actors = [match for match in found if match.entry.is_actor]
        self._systems = merge_adjacent(text, [match for match in found if not match.entry.is_actor])

    def party(self, span: Span) -> Entry | None:
        """Return the party that some words of the text name, or None. Of several the one at their head: in English the last, else the first."""
        named = [match.entry for match in _touching(self._actors, span) if match.entry.party_id != "unknown"]
        if named:
            return named[-1] if self._is_english else named[0]
        return self._looked_up(span, is_actor=True)

    def system(self, span: Span) -> Entry | None:
        """Return the equipment that some words of the text name, the most specific, or None."""
        named = [match.entry for match in _touching(self._systems, span)]
        return max(named, key=attrgetter("rank")) if named else self._looked_up(span, is_actor=False)

    def _looked_up(self, span: Span, *, is_actor: bool) -> Entry | None:
        """What the tables know under just these words, in another spelling."""
        if not self._is_english:
            return None
        found = look_up(self._text[span.start : span.end])
        known = (item.entry for item in found if not item.reason.startswith(_GUESSED))
        return next((entry for entry in known if entry.is_actor == is_actor), None)


def _touching(matches: Sequence[Match], span: Span) -> Sequence[Match]:
    """The names, of some that stand apart and in order, that share a character with a stretch of the text."""
    first = bisect_left(matches, span.start + 1, key=attrgetter("end"))
    return matches[first : bisect_left(matches, span.end, key=attrgetter("start"))]


def named_in(article: Article) -> tuple[Names, Names]:
    """Return the names of an article's text, and those of its headline."""
    return Names(article.text, article.language), Names(article.title or "", article.language)

"""The default extractor: the grammar over a dependency parse proposes readings, a small scorer decides."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from etl.errors import EtlError
from etl.extraction.gate import name_arms
from etl.extraction.protocol import Mention, Party, Span, System
from etl.extraction.rules.annotate import forget_new_words, parse
from etl.extraction.rules.attributes import attribution_span, date_span, quantity_span, value_span
from etl.extraction.rules.denials import denied_parties
from etl.extraction.rules.parts import Role
from etl.extraction.scorer.decide import Chosen, choose
from etl.extraction.scorer.model import Scores, default_model
from etl.extraction.scorer.readings import ArticleReadings, Opened, open_article, read_opened
from etl.sources import Article

NAME, VERSION = "rules", "1"
_TOGETHER = 400
"""Sentences from which articles are parsed together: with more their parses no longer stay near the processor."""


class RuleExtractor:
    """Finds transfers by grammar, reference tables and a scorer: no network, no key, the same result in every run.

    Args:
        gate: False to parse all sentences of all articles, those too that cannot tell a transfer.
    """

    def __init__(self, *, gate: bool = True) -> None:
        self._gate = gate

    @property
    def firm(self) -> float:
        """Least confidence of an event of the tier `firm`."""
        return default_model().firm

    def extract(self, article: Article) -> list[Mention]:
        """Return the mentions of one article, in the order of their place."""
        (found,) = self.extract_all([article])
        if isinstance(found, Exception):
            raise found
        return found

    def extract_all(self, articles: Sequence[Article]) -> list[list[Mention] | Exception]:
        """Return the mentions of each article, or what went wrong with it. The sentences of all are parsed together."""
        found: list[list[Mention] | Exception] = [[] for _ in articles]
        passed = name_arms([article.text for article in articles]) if self._gate else [True] * len(articles)
        forget_new_words()
        opened: dict[int, Opened] = {}
        sentences = 0
        for number, article in enumerate(articles):
            if passed[number]:
                with _told(found, number):
                    if (item := open_article(article, gate=self._gate)) is not None:
                        opened[number] = item
                        sentences += len(item.to_parse)
            if sentences >= _TOGETHER:
                _read(opened, found)
                opened, sentences = {}, 0
        _read(opened, found)
        return found


def _read(opened: dict[int, Opened], found: list[list[Mention] | Exception]) -> None:
    """Parse some articles together, and put the mentions of each in its place."""
    try:
        parse([sentence for item in opened.values() for sentence in item.to_parse])
    except Exception:  # one sentence spoils it for all: each article alone, so that only its own is lost
        for number, item in opened.items():
            with _told(found, number):
                parse(item.to_parse)
    readings: dict[int, ArticleReadings] = {}
    for number, item in opened.items():
        if not isinstance(found[number], Exception):
            with _told(found, number):
                readings[number] = read_opened(item)
    for number, scores in _scored(readings, found).items():
        with _told(found, number):
            found[number] = tell_mentions(readings[number], choose(readings[number], scores, default_model()))


def _scored(readings: dict[int, ArticleReadings], found: list[list[Mention] | Exception]) -> dict[int, Scores]:
    """The scores of the readings of each article that has some; what goes wrong with one is told in its place."""
    some = {number: item for number, item in readings.items() if item.readings}
    try:
        return dict(zip(some, default_model().score_readings(list(some.values())), strict=True))
    except EtlError:
        raise
    except Exception:  # as with the parser: each article alone
        scores: dict[int, Scores] = {}
        for number, item in some.items():
            with _told(found, number):
                (scores[number],) = default_model().score_readings([item])
        return scores


@contextmanager
def _told(found: list[list[Mention] | Exception], number: int) -> Iterator[None]:
    """Put what goes wrong with an article in its place among the results; faults of the tables stop the run."""
    try:
        yield
    except EtlError:
        raise
    except Exception as error:
        found[number] = error.with_traceback(None)


def tell_mentions(found: ArticleReadings, chosen: list[Chosen]) -> list[Mention]:
    """Return the chosen readings of an article as mentions, in the order of their place."""
    denied = denied_parties(found.context.discourse.sentences)
    mentions = {_mention(item, denied.get(item.reading.base.candidate.sentence.index, frozenset())) for item in chosen}
    return sorted(mentions, key=_place)


def _place(mention: Mention) -> tuple[object, ...]:
    parties = [party.entry.id if party.entry else "" for party in (mention.supplier, mention.recipient)]
    return (
        mention.quote,
        mention.trigger,
        mention.system.span,
        mention.status,
        *parties,
        mention.rule_id,
        mention.confidence,
    )


def _party(role: Role | None) -> Party:
    if role is None:
        return Party(None, None, "none")
    span = Span(role.match.start, role.match.end) if role.match.end else None
    return Party(role.match.entry, span, role.link)


def _mention(chosen: Chosen, denied: frozenset[str]) -> Mention:
    reading = chosen.reading
    candidate = reading.base.candidate
    sentence, trigger, standing = candidate.sentence, candidate.trigger, candidate.standing
    assertion = standing.assertion
    if assertion == "reported" and set(reading.parties) & denied:
        assertion = "disputed"
    return Mention(
        quote=Span(sentence.start, sentence.end),
        trigger=sentence.span(candidate.token),
        supplier=_party(reading.supplier),
        recipient=_party(reading.recipient),
        system=System(chosen.system, Span(candidate.system.start, candidate.system.end)),
        status=chosen.status,
        assertion=assertion,
        transfer_type=trigger.transfer_type,
        confidence=round(chosen.confidence, 4),
        rule_id=f"{trigger.frame}.{'verb' if trigger.is_verb else 'noun'}:{trigger.lemma}",
        extractor=NAME,
        extractor_version=VERSION,
        attribution=attribution_span(candidate),
        quantity=quantity_span(candidate),
        value=value_span(candidate),
        date=date_span(candidate),
    )

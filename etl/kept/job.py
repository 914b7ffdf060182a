"""What is worked on: a document, and what a language model has answered about it, where one is asked."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from etl.asking import Tally, ask_all
from etl.deadline import TooSlow, within
from etl.extraction.llm.gate import is_sent
from etl.extraction.llm.reply import Reply
from etl.extraction.llm.request import Request, requests_of
from etl.settings import Settings
from etl.sources import Article, Document
from etl.sources.reader import make_article


@dataclass(frozen=True)
class Job:
    """One document to be worked on.

    Attributes:
        replies: answers to the requests about it, in their order, None where there is none; empty where no model is asked.
    """

    document: Document
    replies: tuple[Reply | None, ...] = ()

    @property
    def weight(self) -> int:
        """Roughly how many bytes it takes in memory."""
        return self.document.weight + sum(len(reply.text) for reply in self.replies if reply)


def jobs_of(
    documents: Iterable[Document], settings: Settings, *, progress: Callable[[str, int], None], tally: Tally
) -> Iterator[Job]:
    """Yield each document with the answers about it, in the order of the documents.

    Args:
        documents: the documents.
        settings: settings of the run; without a language model nothing is asked.
        progress: is told of each request that is settled.
        tally: counts what was asked.

    Raises:
        ConfigurationError: no model or endpoint is named, or the endpoint cannot be used.
    """
    if settings.extractor == "rules":
        yield from map(Job, documents)
        return
    items = ((document, _requests(document, settings)) for document in documents)
    for document, replies in ask_all(items, settings, progress=progress, tally=tally):
        yield Job(document, tuple(replies))


def _requests(document: Document, settings: Settings) -> list[Request]:
    """The requests about a document; none where it is no article, or names no arms. Why it is none is told where it is worked on."""
    try:
        article = within(settings.max_article_seconds, partial(make_article, document, settings))
    except TooSlow:
        return []
    if isinstance(article, Article) and (not settings.gate or is_sent(article)):
        return requests_of(article, settings)
    return []

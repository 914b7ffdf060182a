"""Makes the corpora that are measured: new articles put together from stretches of written ones, the same in every run."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from itertools import islice
from pathlib import Path
from random import Random

from etl.errors import ConfigurationError
from etl.settings import Settings
from etl.sources import Article, read_articles

KINDS = ("general", "defence")
"""What can be made: news of all kinds as a daily paper prints them, and news of armed forces and their equipment."""
ARMS = Path(__file__).resolve().parents[2] / "data" / "raw"
"""Articles that tell transfers: the sample that ships."""
LEAST = 40
"""Articles of the smallest corpus that can be timed."""
_ARMS_IN = {"general": 100, "defence": 5}
"""One article of so many has an article about a transfer in it."""
_DEFENCE_IN_GENERAL = 50
"""One article of so many of the general news has a stretch of defence news in it. The general texts speak of guns themselves."""
_SOURCES = 3
"""Articles from which one is put together: few, so that words which stand together in news stand together here."""
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9“\"'£$€])")
_LISTS = 20
"""One of so many articles that go first is a bare list, so that what tells languages apart is loaded with the rest."""
_LIST = "Vilnius 3 Tartu 1, Riga 2 Kaunas 2, Klaipeda 0 Narva 0."
_FIRST_DAY, _DAYS = date(1998, 1, 1), 28 * 365

Record = dict[str, str]


@dataclass(frozen=True)
class _Source:
    """A written article: its sentences, each with what stands before it, a blank or the gap between two paragraphs."""

    title: str
    publisher: str
    sentences: tuple[tuple[str, str], ...]

    def stretch(self, random: Random, length: int) -> str:
        """So many of its sentences that stand together, with their paragraphs."""
        start = random.randrange(max(1, len(self.sentences) - length + 1))
        chosen = self.sentences[start : start + length]
        return "".join(gap + sentence for gap, sentence in chosen).strip()


def _source(title: str, publisher: str, text: str) -> _Source:
    sentences = []
    for paragraph in text.split("\n\n"):
        gap = "\n\n"
        for sentence in _SENTENCE_END.split(paragraph):
            sentences.append((gap, sentence))
            gap = " "
    return _Source(title, publisher, tuple(sentences))


@cache
def _sources(kind: str) -> tuple[_Source, ...]:
    lines = files("etl.bench").joinpath("texts", f"{kind}.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return tuple(_source(row["title"], row["publisher"], row["text"]) for row in rows)


@cache
def _arms() -> tuple[Article, ...]:
    if not ARMS.is_dir():
        raise ConfigurationError(
            "data/raw is missing, of whose articles the corpora are made. Run `make bench` in a checkout of the project."
        )
    return tuple(item for item in read_articles([ARMS], Settings()) if isinstance(item, Article))


def _record(kind: str, number: int, prefix: str) -> Record:
    """The article of a number. It hangs on nothing else, so that a smaller corpus is the beginning of a larger one."""
    random = Random(f"{kind} {prefix} {number}")
    own = _sources(kind)
    chosen = random.sample(own, _SOURCES)
    length = len(random.choice(own).sentences)
    share = max(1, length // _SOURCES)
    stretches = [source.stretch(random, share) for source in chosen[:-1]]
    stretches.append(chosen[-1].stretch(random, max(1, length - share * (_SOURCES - 1))))
    title = chosen[0].title
    if kind == "general" and random.randrange(_DEFENCE_IN_GENERAL) == 0:
        stretches[-1] = random.choice(_sources("defence")).stretch(random, 2)
    if random.randrange(_ARMS_IN[kind]) == 0:
        arms = random.choice(_arms())
        title, stretches = arms.title or title, [arms.text, stretches[-1]]
    return {
        "id": f"{prefix}-{number:07}",
        "title": title,
        "date": (_FIRST_DAY + timedelta(days=random.randrange(_DAYS))).isoformat(),
        "publisher": chosen[0].publisher,
        "text": "\n\n".join(stretches),
    }


def make_articles(kind: str, prefix: str | None = None) -> Iterator[Record]:
    """Yield articles without end; the first N are the same in every run.

    Args:
        kind: one of `KINDS`.
        prefix: beginning of their ids; another one gives other articles.
    """
    number = 0
    while True:
        number += 1
        yield _record(kind, number, prefix or kind)


def _warm_articles() -> Iterator[Record]:
    """Yield articles without end that between them need all that a process can load."""
    for number, record in enumerate(make_articles("defence", "warm")):
        yield record if number % _LISTS else record | {"text": _LIST}


def read_corpus(path: Path, settings: Settings) -> Iterator[Record]:
    """Yield the articles of any input that the readers know, in the form of those that are made."""
    for item in read_articles([path], settings):
        if isinstance(item, Article):
            found = {
                "id": item.source_id,
                "title": item.title,
                "date": item.published_edtf,
                "publisher": item.publisher,
            }
            yield {name: value for name, value in found.items() if value} | {"text": item.text}


@dataclass(frozen=True)
class Corpus:
    """The files of one corpus: what is measured, what comes in later, and what goes first so that all is loaded.

    Attributes:
        articles, new: numbers of articles in `path` and in `new_path`.
        characters: characters of the texts in `path`.
        warm: number of articles in `warm_path`.
    """

    name: str
    folder: Path
    articles: int
    characters: int
    new: int
    warm: int

    @property
    def path(self) -> Path:
        """The articles, as JSON Lines."""
        return self.folder / "corpus.jsonl"

    @property
    def new_path(self) -> Path:
        """Articles that come in after a first run: one for each hundred."""
        return self.folder / "new.jsonl"

    @property
    def warm_path(self) -> Path:
        """Articles that are worked before the clock starts; many name arms, so that parser and model are loaded."""
        return self.folder / "warm.jsonl"

    def first(self, count: int, name: str) -> Path:
        """Write the first articles of the corpus to a file of their own, and return its path."""
        target = self.folder / name
        with self.path.open(encoding="utf-8") as lines, target.open("w", encoding="utf-8") as part:
            part.writelines(islice(lines, count))
        return target

    def texts(self, path: Path | None = None) -> Iterator[str]:
        """Yield the texts of the corpus, or of another of its files, in their order."""
        with (path or self.path).open(encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)["text"]


def _write(path: Path, records: Iterator[Record]) -> tuple[int, int]:
    """Write records as JSON Lines; return how many they are, and the characters of their texts."""
    count = characters = 0
    with path.open("w", encoding="utf-8") as target:
        for record in records:
            target.write(json.dumps(record, ensure_ascii=False) + "\n")
            count, characters = count + 1, characters + len(record["text"])
    return count, characters


def write_corpus(
    name: str, records: Iterator[Record], folder: Path, *, articles: int | None, warm: Callable[[int], int]
) -> Corpus:
    """Write a corpus to a folder and return it.

    Args:
        name: what it is called.
        records: its articles and then the new ones.
        folder: an empty folder.
        articles: articles to measure; None, or more than there are, for all but the new ones.
        warm: gives the articles that go first, by the size of the corpus.

    Raises:
        ConfigurationError: there are too few articles.
    """
    whole = folder / "whole.jsonl"
    limit = None if articles is None else articles + _new(articles)
    total, _ = _write(whole, islice(records, limit))
    kept = total - _new(total) if limit is None or total < limit else articles or 0
    if kept < LEAST:
        raise ConfigurationError(f"corpus {name} holds {total} articles; {LEAST + 1} are the least that can be timed.")
    with whole.open(encoding="utf-8") as lines:
        parsed = (json.loads(line) for line in lines)
        found, characters = _write(folder / "corpus.jsonl", islice(parsed, kept))
        new, _ = _write(folder / "new.jsonl", parsed)
    whole.unlink()
    warmed, _ = _write(folder / "warm.jsonl", islice(_warm_articles(), warm(found)))
    return Corpus(name, folder, found, characters, new, warmed)


def _new(articles: int) -> int:
    """The new articles beside so many others."""
    return max(1, articles // 100)

"""The pieces of work whose time is measured, each with inputs of any size in many shapes."""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Any

import pandas as pd

from etl.extraction.gate import candidate_sentences, name_arms
from etl.extraction.protocol import Mention, Party, Span, System
from etl.extraction.rules.annotate import find_names, split_sentences
from etl.extraction.rules.discourse import Discourse
from etl.extraction.rules.extractor import RuleExtractor
from etl.merge.duplicates import Report, find_duplicates
from etl.merge.events import merge_mentions
from etl.merge.prints import Print
from etl.merge.settle import settle
from etl.merge.transfers import join_events
from etl.publish.quotes import cap_quotes
from etl.reference import default_matcher, entries
from etl.resolve.dates import parse_when
from etl.resolve.money import parse_money
from etl.resolve.quantities import parse_quantity
from etl.settings import Settings
from etl.sources import Article
from etl.sources.build import build_article
from etl.sources.decode import decode, repair
from etl.sources.document import Document
from etl.sources.front_matter import read_front_matter
from etl.sources.html import plain_text, read_html
from etl.sources.published import is_date_line, parse_published
from etl.sources.records import read_delimited, read_json, read_json_lines
from etl.sources.sniff import sniff_text
from tests.conftest import make_article
from tests.fuzz.shapes import PROSE, SHAPES
from tests.unit.test_transfers import event

SHOW = bool(os.environ.get("DOUBLING_SHOW"))
DAY = date(2024, 1, 4)
SET = Settings()
KNOWN = frozenset({"id", "text", "title", "date"})
SALE = "Norway sold Ghana 12 Leopard 2 tanks for $40 million in March 2019. "

Make = Callable[[int], Any]


@dataclass(frozen=True)
class Work:
    """A piece of work.

    Attributes:
        do: does it with an input.
        shapes: for each shape of input what makes one of a given size.
        first: size to begin with.
        most: greatest size; beyond it a time is too short to matter.
    """

    do: Callable[[Any], object]
    shapes: Mapping[str, Make]
    first: int = 128
    most: int = 131_072


def _texts(*names: str) -> dict[str, Make]:
    """Texts of the given shapes, or of all."""
    return {name: SHAPES[name].text for name in names or SHAPES}


def _of(texts: Mapping[str, Make], change: Callable[[str], Any]) -> dict[str, Make]:
    """Inputs that are made of texts."""
    return {name: lambda size, make=make: change(make(size)) for name, make in texts.items()}


def _open(text: str) -> object:
    """The sentences of an article that may tell a transfer."""
    article = make_article(text, aside=read_front_matter(text).aside)
    return candidate_sentences(Discourse(article, split_sentences(find_names(article))))


EXTRACTOR = RuleExtractor()


def _extract(text: str) -> object:
    """The rows of a text."""
    article = build_article(Document("a.txt", 0, {"text": text, "date": DAY}), SET)
    return merge_mentions(article, EXTRACTOR.extract(article), firm=EXTRACTOR.firm)


def _told(*pieces: str) -> Make:
    """Texts that tell a sale, then some pieces over and over."""
    return lambda size: SALE + " ".join(pieces[number % len(pieces)] for number in range(size))


EXTRACTED: dict[str, Make] = {
    "a general word and another": _told("Norway sold Ghana tanks.", "Norway delivered Leopard 2 tanks to Ghana."),
    "denials": _told("Norway denied the claim that it sold tanks to Ghana."),
    "a list": _told("Norway sold " + "tanks, rifles, guns and " * 5 + "boats to " + "Ghana, Chad and " * 5 + "Mali."),
    "brackets": _told("Norway (" * 8 + "a" + ")" * 8 + " sold “tanks” to ‘Ghana’ (again)."),
}

PASSED_OVER: dict[str, Make] = {
    "pronouns": _told("It sold them more of these.", "The kingdom sent the rebels rifles."),
    "names": _told("Iran and Iraq met France in Russia.", "The tanks were old."),
}
"""Sentences most of which tell no transfer and are not parsed: it takes many of them to take any time."""


def _within(piece: str) -> Make:
    """One sentence with a piece over and over in it, which a longer one would keep from the parser."""
    return lambda size: f"Norway sold Ghana 12 tanks, {piece * size}and boats."


SENTENCES: dict[str, Make] = {
    "words": _within("which were old and "),
    "brackets": _within("(or (so) "),
    "quotes": _within("“so” "),
    "numbers": _within("1,000,000 "),
    "dates": _within("in March 2019 and "),
    "commas": _within("old, "),
    "full stops": _within("a.a."),
}
"""Pieces in one sentence. Lists of states or weapons are not among them: each of them may go with each other."""


def _mentions(pieces: tuple[str, ...], systems: tuple[str, ...]) -> Make:
    """An article, and its mentions: one of some equipment in each sentence."""

    def make(size: int) -> tuple[Article, list[Mention]]:
        known, mentions, text = entries(), [], ""
        parts: list[str] = []
        at = 0
        for number in range(size):
            piece = pieces[number % len(pieces)]
            sides = [Party(known[party], Span(at, at + 6), "argument") for party in ("NOR", "GHA")]
            mentions.append(
                Mention(
                    quote=Span(at, at + len(piece) - 1), trigger=Span(at + 7, at + 11), supplier=sides[0], recipient=sides[1],
                    system=System(known[systems[number % len(systems)]], Span(at + 12, at + 17)), status="delivered",
                    assertion="reported", transfer_type="unknown", confidence=0.8, rule_id="give.verb:send", extractor="rules",
                    extractor_version="1", attribution=None,
                    quantity=None, value=None, date=None,
                )
            )  # fmt: skip
            parts.append(piece)
            at += len(piece)
        text = "".join(parts)
        return make_article(text), mentions

    return make


def _reports(*, parties: int, vocabulary: int) -> Make:
    """Reports of sixty words each: of how many pairs of parties they tell, and of how many words they are made."""

    @cache
    def report(number: int) -> Report:
        chance = Random(number)
        words = " ".join(f"w{chance.randrange(vocabulary)}" for _ in range(60))
        own = Print.of(make_article(words))
        return Report(f"a{number:06}", DAY, frozenset({f"NOR GHA {number % parties}"}), own)

    return lambda size: [report(number) for number in range(size)]


def _events(parties: Callable[[int], str], systems: tuple[str, ...] = ("sys:f_16",)) -> Make:
    """Events of the parties that a number gives, reported day after day."""

    def make(size: int) -> list[dict[str, Any]]:
        chance = Random(size)
        days = [(DAY + timedelta(days=chance.randrange(3000))).isoformat() for _ in range(size)]
        return [
            event(f"{number:x}", systems[number % len(systems)], report=day, parties=parties(number))
            | {"event_id": f"{number:016x}", "article_id": f"{number:016x}"}
            for number, day in enumerate(days)
        ]

    return make


def _join(events: list[dict[str, Any]]) -> object:
    rows = {row["event_id"]: row for row in events}
    return settle(join_events(events), rows, {row["article_id"]: row["article_id"] for row in events})


STATES = sorted(entry.id for entry in entries().values() if entry.table == "states")


def _pair(number: int) -> str:
    """Another pair of states for each number."""
    return f"{STATES[number % len(STATES)]} {STATES[(number + 1 + number // len(STATES)) % len(STATES)]}"


def _quotes(quote: Callable[[int], str], rows: Callable[[int], int]) -> Make:
    """Mentions and events with the same long quotes."""

    def make(size: int) -> tuple[pd.DataFrame, pd.DataFrame]:
        text, count = quote(size), rows(size)
        ids = [f"e{number}" for number in range(count)]
        spans = {f"{role}_{side}": [at] * count for role in ("trigger", "supplier", "recipient", "system")
                 for side, at in (("start", 3), ("end", 9))}  # fmt: skip
        mentions = pd.DataFrame({"event_id": ids, "quote": text, "quote_start": 0, "quote_end": len(text), **spans})
        events = pd.DataFrame({"event_id": ids, "evidence": text, "evidence_start": 0, "evidence_end": len(text)})
        return mentions, events

    return make


_ANY = ("prose", "one letter", "digits", "blanks", "newlines", "commas", "a-a-a-")
SOME = _texts(
    *_ANY, "open brackets", "braces", "quotes", "quotes in turn", "a listed number", "one address", "mojibake", "entities", "angles",
    "tags", "open tags", "comments", "whole comments", "declarations", "right to left",
)  # fmt: skip
"""The shapes for work that does not look into words."""
LINES = SOME | _texts(
    "tabs", "lines of blanks", "carriage returns", "one-letter lines", "zero-width", "combining", "captions", "related", "headings",
    "date lines", "dashes", "full stops",
)  # fmt: skip
"""Those for work that looks at lines."""
NUMBERS = _texts(
    *_ANY, "and", "a comma and a word", "dashes", "a listed number", "number with commas", "decimals", "number words", "dozens of",
    "bounds", "sums", "currencies", "years", "days without blanks", "weapons", "one address", "fractions",
)  # fmt: skip
"""Those for work that looks at numbers."""
TIMES = NUMBERS | _texts(
    "capitals", "days", "slashes", "named days", "months", "parts of years", "time ago", "weekdays", "date lines"
)
"""Those for work that looks at times."""
NAMES = _texts(
    *_ANY, "words and words", "states", "states and commas", "short states", "weapons", "names with endings", "currencies", "no end",
    "nested brackets", "quotes in turn", "apostrophes", "short sentences", "questions", "one-letter lines", "captions", "headings",
    "date lines", "lines in capitals", "addresses", "zero-width", "combining", "other scripts",
)  # fmt: skip
"""Those for work that looks at names and sentences."""

WORK: dict[str, Work] = {
    "decode": Work(decode, _of(SOME, lambda text: text.encode() + b"\xe9\xff\x20")),
    "repair": Work(repair, _of(LINES, lambda text: f"{text}\x00")),
    "read_front_matter": Work(read_front_matter, LINES),
    "parse_published": Work(parse_published, _texts()),
    "is_date_line": Work(is_date_line, _texts()),
    "sniff_text": Work(lambda text: sniff_text(text, "", KNOWN), _texts()),
    "read_html": Work(read_html, _of(SOME, lambda text: f"<html><body><article><p>{text}</p></article></body></html>")),
    "plain_text": Work(plain_text, SOME),
    "read_json_lines": Work(
        lambda text: list(read_json_lines(text.split("\n"), SET)),
        {
            "records": lambda size: (json.dumps({"text": PROSE}) + "\n") * (size // 100),
            "one record": lambda size: json.dumps({"text": PROSE * (size // 100)}),
            "broken lines": lambda size: '{"text": "a\n' * (size // 10),
            "deep": lambda size: '{"a":' * size,
            "many columns": lambda size: json.dumps({f"c{number}": number for number in range(size // 10)}),
            "long number": lambda size: '{"text": ' + "7" * size + "}",
        },
    ),
    "read_json": Work(
        lambda text: list(read_json(text, SET)),
        {
            "records": lambda size: json.dumps([{"text": PROSE}] * (size // 100)),
            "numbers": lambda size: json.dumps(list(range(size // 10))),
            "deep": lambda size: "[" * size,
            "unended": lambda size: '[{"text": "' + "a" * size,
            "escapes": lambda size: '[{"text": "' + "\\u00e9" * (size // 6) + '"}]',
        },
    ),
    "read_delimited": Work(
        lambda text: list(read_delimited(text.splitlines(keepends=True), SET)),
        _of(SOME, "id,text\n1,{0}\n".format)
        | {
            "rows": lambda size: "id,text\n" + f'1,"{PROSE}"\n' * (size // 100),
            "an open quote": lambda size: 'id,text\n1,"' + "a\n" * size,
            "wide": lambda size: "text" + ",c" * size + "\n" + "a," * size,
        },
    ),
    "parse_when": Work(lambda text: parse_when(text, DAY), TIMES),
    "parse_quantity": Work(parse_quantity, NUMBERS),
    "parse_money": Work(parse_money, NUMBERS),
    "find names": Work(lambda text: default_matcher().find(text), NAMES),
    "gate of articles": Work(lambda text: name_arms([text]), _of(SOME, "{0} US UK HMS".format)),
    "candidate sentences": Work(_open, NAMES),
    "build_article": Work(
        lambda text: build_article(Document("a.txt", 0, {"text": text}), SET), _of(SOME, f"{PROSE * 4}{{0}}".format)
    ),
    "print": Work(Print.of, _of(SOME, make_article)),
    "extractor, by sentences": Work(_extract, EXTRACTED, first=16, most=4000),
    "extractor, by sentences that are passed over": Work(_extract, PASSED_OVER, first=1024, most=8000),
    "extractor, in one sentence": Work(_extract, SENTENCES, first=50, most=100),
    "merge_mentions": Work(
        lambda given: merge_mentions(*given, firm=EXTRACTOR.firm),
        {
            "one claim": _mentions(("Norway sent tanks to Ghana. ",), ("sys:leopard_2",)),
            "a word and what it stands for": _mentions(("Norway sent tanks to Ghana. ",), ("sys:leopard_2", "sys:f_16")),
        },
        first=8,
        most=20_000,
    ),
    "find_duplicates": Work(
        lambda reports: find_duplicates(reports, similarity=0.7),
        {
            "other parties": _reports(parties=10**9, vocabulary=1000),
            "one story": lambda size: [replace(_reports(parties=1, vocabulary=1)(1)[0], article_id=f"{n}") for n in range(size)],
        },
        first=50,
        most=20_000,
    ),
    "find_duplicates, many alike": Work(  # up to some number, each is compared with all
        lambda reports: find_duplicates(reports, similarity=0.7),
        {"words in common": _reports(parties=1, vocabulary=150)},
        first=400,
        most=20_000,
    ),
    "events into transfers": Work(_join, {"other parties": _events(_pair)}, first=20, most=20_000),
    "cap_quotes": Work(
        lambda frames: cap_quotes(*frames, 280),
        {
            "rows": _quotes(lambda _: SALE * 9, lambda size: size),
            "a long quote": _quotes(lambda size: SALE * size, lambda _: 3),
            "no blanks": _quotes(lambda size: "a" * size, lambda _: 3),
            "blanks": _quotes(lambda size: " " * size, lambda _: 3),
        },
        first=50,
        most=20_000,
    ),
}  # fmt: skip

"""Finds headline, caption and date line among the first lines of a plain text, and links after the last."""

import re
from dataclasses import dataclass

from etl.sources.published import DateOrder, Published, is_date_line, parse_published

Span = tuple[int, int]

_CAPTION = re.compile(
    r"\b(file photo|photo:|photograph|pictured|image:|\((?:ap|reuters|afp|getty)[^)]*\)|is seen|are seen|(?:on display|seen) (?:at|in|during))",
    re.IGNORECASE,
)
_OF_CAPTIONS = ("photo", "pictured", "image:", "(ap", "(reuters", "(afp", "(getty", "seen", "on display")
"""What stands in all that `_CAPTION` finds: much faster to look for."""
_LINE = re.compile(r"\S(?:[^\n]*\S)?")
_BYLINE = re.compile(r"^(by|from)\s+[A-Z][\w.\-’']+(\s+[\w.\-’']+){0,6}$", re.IGNORECASE)
_TRAILER = re.compile(
    r"^(more news|read more|related|see also|share this|advertisement|most read|follow us|copyright|©)\b",
    re.IGNORECASE,
)
_SMALL = frozenset(
    [
        "a",
        "an",
        "and",
        "as",
        "at",
        "but",
        "by",
        "for",
        "from",
        "in",
        "is",
        "of",
        "on",
        "or",
        "over",
        "says",
        "the",
        "to",
        "up",
        "with",
    ]
)
_LOOK_AT = 8


@dataclass(frozen=True)
class FrontMatter:
    """What stands around the prose: the headline, the date, and the spans that are not prose."""

    title: str | None
    published: Published
    aside: tuple[Span, ...]


def _lines(text: str) -> list[Span]:
    return [found.span() for found in _LINE.finditer(text)]


def _headline_score(line: str) -> float:
    """How much a line looks like a headline: share of its longer words in capitals, nothing where it ends a sentence."""
    words = re.findall(r"[A-Za-z][\w’'\-]*", line)
    content = [word for word in words if word.lower() not in _SMALL]
    if not content or len(line) > 180 or line.endswith((".", "!", ":", ",", ";", "”")):
        return 0.0
    capitals = sum(1 for word in content if word[0].isupper())
    return capitals / len(content)


def _has_caption(text: str) -> bool:
    small = text.lower()
    return any(mark in small for mark in _OF_CAPTIONS) and _CAPTION.search(text) is not None


def _is_caption(line: str) -> bool:
    return len(line) < 250 and _has_caption(line)


def read_front_matter(text: str, *, order: DateOrder | None = None, has_title: bool = False) -> FrontMatter:
    """Return headline, date and asides of a text.

    Args:
        text: the article's text.
        order: how the publisher writes numeric dates.
        has_title: True where the headline is known already and need not stand in the text.
    """
    lines = _lines(text)
    title, published = None, Published()
    aside: list[Span] = []
    head: list[Span] = []
    for start, end in lines[:_LOOK_AT]:
        line = text[start:end]
        if line.startswith("#"):
            title = title or line.lstrip("# ").strip()
            aside.append((start, end))
        elif is_date_line(line):
            published = parse_published(line, order=order)
            aside.append((start, end))
        elif _is_caption(line) or _BYLINE.match(line):
            aside.append((start, end))
        elif len(line) < 180 and not line.endswith((".", "”", '"')) and not has_title:
            head.append((start, end))
        else:
            break
    if title is None and len(lines) > 1:
        scored = [(_headline_score(text[start:end]), -start, (start, end)) for start, end in head]
        best = max(scored, default=(0.0, 0, (0, 0)))
        if best[0] >= 0.5 or (best[0] > 0 and len(head) == 1):
            title = text[best[2][0] : best[2][1]]
    has_captions = len(lines) > _LOOK_AT and _has_caption(text[lines[_LOOK_AT][0] :])
    for index, (start, end) in enumerate(lines):
        if end - start >= 80 and not has_captions:
            continue
        line = text[start:end]
        if (index > 0 and len(line) < 80 and _TRAILER.match(line) and not line.endswith(".")) or (
            has_captions and index >= _LOOK_AT and _is_caption(line) and not line.endswith(".")
        ):
            aside.append((start, end))
    return FrontMatter(title, published, tuple(sorted(set(aside))))

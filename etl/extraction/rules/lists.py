"""Lists under a sentence that ends with a colon: `Germany has delivered the following to Ukraine:` and a line for each piece."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from etl.extraction.rules.annotate import BULLET, Sentence
from etl.reference import Match

_ACTOR_FIRST = re.compile(r"\s*(?::|[-–—]\s)")
"""What stands behind a party that the piece is from or for: `Slovenia: 28 tanks`."""
_MOST = 80
"""Lines of a list that are read."""


@dataclass(frozen=True)
class Item:
    """One line of a list.

    Attributes:
        line: the line.
        system: the first equipment that it names.
        actor: the party that it begins with, if it does.
    """

    line: Sentence
    system: Match
    actor: Match | None


def _item(line: Sentence) -> Item | None:
    if not line.systems:
        return None
    first, begin = line.systems[0], line.start
    bullet = BULLET.match(line.text)
    begin += bullet.end() if bullet else 0
    behind = next((match for match in line.actors if match.start == begin and match.end < first.start), None)
    is_owner = behind is not None and _ACTOR_FIRST.match(line.text, behind.end - line.start)
    return Item(line, first, behind if is_owner else None)


def _lines_under(header: Sentence, sentences: Sequence[Sentence]) -> Iterator[Sentence]:
    """The lines of the list under a sentence; a number with a full stop is a sentence of its own before its line."""
    is_begun = False
    for line in sentences[header.index + 1 : header.index + 1 + _MOST]:
        if BULLET.fullmatch(f"{line.text} "):
            is_begun = True
        elif is_begun or BULLET.match(line.text):
            yield line
            is_begun = False
        else:
            return


def find_lists(sentences: Sequence[Sentence]) -> dict[int, list[Item]]:
    """Return, for the sentences of an article under which a list stands, its lines that name equipment."""
    lists: dict[int, list[Item]] = {}
    for header in sentences:
        if not header.text.endswith(":"):
            continue
        items = [item for line in _lines_under(header, sentences) if (item := _item(line))]
        if items:
            lists[header.index] = items
    return lists

"""What a hostile file is, and what has to become of it."""

import os
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

Content = bytes | Callable[[Path], object]
"""The bytes of a file, or what makes it at a path."""

_SUPPLIERS = ("Norway", "Sweden", "Brazil", "Turkey", "South Korea", "Italy", "Spain", "Canada")
_RECIPIENTS = ("Ghana", "Kenya", "Peru", "Chile", "Senegal", "Bangladesh", "Malaysia", "Uruguay")


@dataclass(frozen=True)
class Read:
    """One article that a file must give.

    Attributes:
        source_id: its id; None where any will do.
        text: words that stand in its text.
        day: its day of publication as `2024-01-04`; empty where none may be told; None where any will do.
    """

    source_id: str | None = None
    text: str = ""
    day: str | None = None


@dataclass(frozen=True)
class Hostile:
    """One hostile file.

    Attributes:
        name: its path within the input folder, as this machine has it.
        content: what it holds.
        articles: the articles that it must give, no others.
        reasons: reason codes that are right for what of it is put aside; where there are some, something must be.
        is_either: True where each of these articles, and what is put aside, may be there or not, since either is right, or it
            hangs on the speed of the machine; something must.
    """

    name: str
    content: Content = field(repr=False)
    articles: tuple[Read, ...] = ()
    reasons: frozenset[str] = frozenset()
    is_either: bool = False

    @property
    def source_path(self) -> str:
        """The path under which the tables have it."""
        return os.fsencode(self.name).decode("utf-8", "backslashreplace")

    def make(self, folder: Path) -> None:
        """Make the file in a folder."""
        path = folder / self.name
        folder.mkdir(exist_ok=True)
        for parent in reversed(path.relative_to(folder).parents):  # one by one, since there may be a thousand
            (folder / parent).mkdir(exist_ok=True)
        if isinstance(self.content, bytes):
            path.write_bytes(self.content)
        else:
            self.content(path)


def aside(name: str, content: Content, *reasons: str) -> Hostile:
    """Return a file of which nothing can be read."""
    return Hostile(name, content, reasons=frozenset(reasons))


def good(name: str, content: Content, *articles: Read) -> Hostile:
    """Return a file that looks hostile and has to be read; where no article is named, as one that bears its path."""
    return Hostile(name, content, articles or (Read(name),))


def partly(name: str, content: Content, articles: tuple[Read, ...], *reasons: str) -> Hostile:
    """Return a file of which some records have to be read, and others cannot be."""
    return Hostile(name, content, articles, frozenset(reasons))


def either(name: str, content: Content, articles: tuple[Read, ...], *reasons: str) -> Hostile:
    """Return a file of which it is right to read the articles, and to put them aside."""
    return Hostile(name, content, articles, frozenset(reasons), is_either=True)


def chance(kind: str) -> random.Random:
    """Return the random numbers of a kind of files: the same in every run."""
    return random.Random(f"hostile {kind}")


def story(rng: random.Random) -> str:
    """Return the text of a short article that tells a transfer, with a number that hardly another has."""
    supplier, recipient = rng.choice(_SUPPLIERS), rng.choice(_RECIPIENTS)
    return (
        f"{supplier} sold {rng.randint(11, 99)} tanks to {recipient} in {rng.randint(2001, 2023)}, the defence ministry "
        f"said in a statement. The paper with the number {rng.randint(10**8, 10**9)} was signed in the capital, and the "
        "first of them will be seen at the parade."
    )

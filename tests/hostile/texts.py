"""Plain texts: endless runs of one thing, and bytes in no encoding or in several."""

import gzip
import random
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.hostile.corpus import Hostile, Read, aside, chance, either, good, story

_LONG = 5_000_000
"""Characters of a text that is longer than is read."""
_READ = 60_000
"""Characters of one that is read."""


def texts() -> Iterator[Hostile]:
    """Yield the files of this kind."""
    rng = chance("texts")
    yield from _runs(rng)
    yield from _characters(rng)
    yield from _encodings(rng)
    yield aside("texts/one-line.txt", _repeated(b"Norway sold 12 tanks to Ghana and ", 100_000_000), "too_large")
    sentence = gzip.compress(b"Norway sold 12 tanks to Ghana and " * 1_400_000, 1, mtime=0)
    yield aside("texts/one-sentence.txt.gz", sentence, "too_large")
    yield aside("texts/hole.txt", _hole, "not_text", "too_large")
    yield aside("texts/hole.csv", _hole, "not_text", "too_large")
    yield aside("texts/hole.jsonl", _hole, "not_text", "too_large")


def _repeated(unit: bytes, size: int) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(unit * (size // len(unit)))


def _hole(path: Path) -> None:
    """A file of 100 MB of which the disk holds nothing."""
    with path.open("wb") as handle:
        handle.truncate(100_000_000)


_RUNS = {
    "one-word": "tank",
    "tanks-and": "1,000,000 tanks and ",
    "states": "Norway, Ghana, Sweden and Peru ",
    "sales": "Norway sold tanks to Ghana which sold tanks to Peru which ",
    "clauses": "who said that ",
    "hyphens": "tank-",
    "quotes-in-words": '"tank" ',
    "alternating-quotes": "“tank‘ ",
    "capitals": "TANK TO NORWAY ",
    "years": "in 2019 tanks ",
    "money": "$5 million tanks ",
    "dots": "U.S. tanks. ",
    "lines": "tanks\n",
    "marks": "tanks! ",
    "entities": "&amp;tank; ",
    "dates": "March 5, 2022\n",
    "captions": "(AP Photo) tank\n",
    "headers": "Tank: Norway\n",
    "of-the": "of the tank ",
}
_EMPTY_RUNS = {
    "blanks": " ",
    "newlines": "\n",
    "tabs": "\t",
    "no-break-spaces": "\u00a0",
    "zero-width": "\u200b",
    "returns": "\r",
}
_LETTERLESS = {
    "quotes": '"',
    "parentheses": "(",
    "closing": ")",
    "digits": "7",
    "commas": ",",
    "brackets": "[",
    "braces": "{",
    "slashes": "\\",
    "less-than": "<",
    "ampersands": "&",
    "numbers": "1,000,000 ",
    "quotation-marks": "“‘",
    "dashes": "—-",
    "hashes": "# ",
    "percent": "%",
    "emoji": "\U0001f680",
    "marks-above": "\u0301",
}


def _runs(rng: random.Random) -> Iterator[Hostile]:
    for name, unit in _RUNS.items():
        yield aside(f"texts/long-{name}.txt", (unit * (_LONG // len(unit))).encode(), "too_large")
        content = (story(rng) + "\n\n" + unit * (_READ // len(unit))).encode()
        path = f"texts/{name}.txt"
        yield either(path, content, (Read(path, " tanks to "),), "too_slow")
    for name, unit in _EMPTY_RUNS.items():
        yield aside(f"texts/only-{name}.txt", (unit * _LONG).encode(), "empty_file", "no_text", "too_large")
        path = f"texts/after-{name}.txt"
        yield good(path, (unit * 300_000 + story(rng)).encode(), Read(path, " tanks to "))
    for name, unit in _LETTERLESS.items():
        long = "no_text" if name not in {"braces", "brackets"} else "corrupt_file"
        yield aside(f"texts/only-{name}.txt", (unit * (_READ // len(unit))).encode(), "no_text", long)
        path = f"texts/before-{name}.txt"
        content = (story(rng) + " " + unit * (_READ // len(unit))).encode()
        yield either(path, content, (Read(path, " tanks to "),), "too_slow", "no_text")


_STRANGE = {
    "control": "\x01\x02\x07\x08\x0b\x0c\x1b\x7f",
    "right-to-left": "\u202e\u202d\u2066\u2069\u200f",
    "zero-width": "\u200b\u200c\u200d\u2060\ufeff",
    "marks": "\u0301\u0316\u20dd",
    "private": "\ue000\uf8ff\U000f0000\U0010fffd",
    "noncharacters": "\ufffe\uffff\ufdd0\U0001ffff",
    "separators": "\u2028\u2029\x85\x1c\x1d\x1e",
    "tags": "\U000e0041\U000e0042",
    "replacement": "\ufffd",
}


def _characters(rng: random.Random) -> Iterator[Hostile]:
    for name, strange in _STRANGE.items():
        text = story(rng)
        between = "".join(char + (rng.choice(strange) if char == " " else "") for char in text)
        yield good(f"texts/between-{name}.txt", between.encode())
        yield good(f"texts/many-{name}.txt", (text + " A" + strange * (100 // len(strange)) + "bout it.").encode())
        endless = (text + " A" + strange * 1000 + "bout it.").encode()
        path = f"texts/thousands-{name}.txt"
        yield good(path, endless) if name in {"control", "right-to-left"} else aside(path, endless, "no_text")
    yield aside("texts/some-nul.txt", story(rng).encode() + b"\x00 and so on.", "not_text")


def _encodings(rng: random.Random) -> Iterator[Hostile]:
    for name in ("utf-16", "utf-32", "utf-8-sig"):
        path = f"texts/{name}.txt"
        yield good(path, story(rng).encode(name), Read(path, " tanks to "))
    for name in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"):
        path = f"texts/{name}.txt"
        yield aside(path, story(rng).encode(name), "not_text")
    for name, marked in (("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff")):
        path = f"texts/{name}-odd.txt"
        yield good(path, marked + story(rng).encode(name) + b"\x00", Read(path, " tanks to "))
    yield good(
        "texts/utf-7.txt", (story(rng) + " Fünf ‘Panzer’.").encode("utf-7"), Read("texts/utf-7.txt", " tanks to ")
    )
    yield good("texts/ebcdic.txt", story(rng).encode("cp037"), Read("texts/ebcdic.txt", " tanks to "))
    mixed = (story(rng) + " “Fünf” ").encode() + "Müller’s café — señor".encode("cp1252") + "Łódź".encode("cp1250")
    yield good("texts/mixed.txt", mixed, Read("texts/mixed.txt", " tanks to "))
    half = story(rng).encode() + "\n\nПять танков".encode("cp1251") + " “fünf” ".encode()
    yield good("texts/half-cyrillic.txt", half, Read("texts/half-cyrillic.txt", " tanks to "))
    marked = story(rng).replace("tanks", "\ufefftanks").encode()
    yield good("texts/marked-in-the-middle.txt", b"\xef\xbb\xbf\xef\xbb\xbf" + marked, Read(None, " tanks to "))
    yield good(
        "texts/overlong.txt", story(rng).encode() + b"\xc0\xaf\xe0\x80\xaf", Read("texts/overlong.txt", " tanks to ")
    )
    yield good("texts/surrogates.txt", story(rng).encode() + b"\xed\xa0\x80\xed\xb0\x80", Read(None, " tanks to "))
    yield good("texts/cut-character.txt", (story(rng) + "é").encode()[:-1], Read(None, " tanks to "))
    for number in range(5):
        noise = rng.randbytes(3000).replace(b"\x00", b"\x01")
        yield aside(f"texts/noise-{number}.txt", b"\x01" + noise, "no_text", "not_text")
        yield aside(f"texts/noise-with-nul-{number}.txt", b"\x01\x00" + noise, "not_text")

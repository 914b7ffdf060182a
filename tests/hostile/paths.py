"""Names that nobody would give, links that lead elsewhere, and things that are no files."""

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.hostile.corpus import Hostile, Read, aside, chance, good, story

_DEEP = 1_100
"""Folders one in the other; a walk that calls itself ends before."""


def paths() -> Iterator[Hostile]:
    """Yield the files of this kind."""
    rng = chance("paths")
    names = {
        "a newline": "two\nlines.txt",
        "a return": "two\rlines.txt",
        "a tab": "tab\there.txt",
        "an escape": "\x1b[2J\x1b[31mred.txt",
        "a bell": "bell\x07.txt",
        "an option": "--help.txt",
        "a short option": "-rf",
        "blanks": " .txt ",
        "quotes": 'it\'s "quoted" `here`.txt',
        "a glob": "*?[a-z]{x}.txt",
        "a percent": "%s%n%2e%2e.txt",
        "a backslash": "up\\..\\..\\up.txt",
        "a hash": "page#1.txt",
        "a question": "page?id=1&x=2",
        "an address": "https:example.org.txt",
        "dollars": "$HOME ${PATH} $(id).txt",
        "sql": "'; DROP TABLE articles;--.txt",
        "a formula": '=cmd|"c".txt',
        "255 bytes": "n" * 251 + ".txt",
        "255 bytes of two": "é" * 125 + "n.txt",
        "a right-to-left override": "\u202etxt.exe",
        "no width": "\u200b\u2060.txt",
        "marks": "a" + "\u0301" * 50 + ".txt",
        "emoji": "\U0001f680.txt",
        "private use": "\ue000\U0010fffd.txt",
        "a noncharacter": "\uffff.txt",
        "another form": "cafe\u0301.txt",
        "this form": "caf\u00e9.txt",
        "a device": "CON.txt",
        "no ending": "noending",
        "only an ending": "x.",
        "many endings": "a.txt.gz.zst.parquet.html",
        "a line separator": "a\u2028b.txt",
    }
    for name in names.values():
        yield good(f"paths/{name}", story(rng).encode())
    for raw in (b"caf\xe9.txt", b"\xff\xfe\xfd", b"\xed\xa0\x80.txt", b"good-\x80-bad.txt", b"\xc3\x28.txt"):
        name = f"paths/{os.fsdecode(raw)}"
        yield good(name, story(rng).encode(), Read(os.fsencode(name).decode("utf-8", "backslashreplace")))
    yield Hostile("paths/.hidden.txt", story(rng).encode())
    yield Hostile("paths/.hidden/seen.txt", story(rng).encode())
    yield aside("paths/README.txt", story(rng).encode(), "ignored_file")
    yield aside("paths/licence/LICENSE", story(rng).encode(), "ignored_file")
    yield from _links(story(rng))
    yield aside("paths/pipe.txt", os.mkfifo, "unreadable_file")
    yield aside("paths/socket.txt", _socket, "unreadable_file")
    deep = "paths/" + "d/" * _DEEP + "deep.txt"
    yield good(deep, _deep(story(rng).encode()), Read(deep))
    if os.geteuid():  # root may read all
        yield aside("paths/locked.txt", _locked(story(rng).encode()), "unreadable_file")


def _links(text: str) -> Iterator[Hostile]:
    """Links; each has a file of its own outside of the folder, or beside it."""
    beside = "paths/target of links.txt"
    yield good(beside, text.encode())
    yield good("paths/link-to-a-file-beside.txt", _link("target of links.txt"))
    yield good("paths/link-to-a-link.txt", _link("link-to-a-file-beside.txt"))
    targets = {
        "nothing": "gone.txt", "itself": "link-to-itself.txt", "a-loop": "link-to-the-loop.txt", "the-loop": "link-to-a-loop.txt",
        "zero": "/dev/zero", "full": "/dev/full", "null": "/dev/null", "random": "/dev/urandom", "input": "/dev/stdin",
        "passwords": "/etc/passwd", "this-process": "/proc/self/environ", "a-folder": ".", "the-root": "/",
        "the-folder-above": "../..", "a-pipe": "pipe.txt", "a-long-name": "n" * 300, "outside": "../../outside.txt",
    }  # fmt: skip
    for name, target in targets.items():
        yield aside(f"paths/link-to-{name}{'.txt' if 'folder' not in name else ''}", _link(target), "unreadable_file")


def _link(target: str) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(target)


def _socket(path: Path) -> None:
    """A socket, bound from its folder, since its path may have a hundred bytes at most."""
    before = Path.cwd()
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(before)


def _locked(content: bytes) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        path.write_bytes(content)
        path.chmod(0)

    return make


def _deep(content: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content)

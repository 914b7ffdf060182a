"""ZIP archives: nested, overlapping, lying, locked, endless."""

import io
import random
import stat
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

from tests.hostile.corpus import Hostile, Read, aside, chance, either, good, partly, story
from tests.hostile.packed import LIMIT


def archives() -> Iterator[Hostile]:
    """Yield the files of this kind."""
    rng = chance("archives")
    yield from _broken(rng)
    yield from _bombs(rng)
    yield from _names(rng)
    yield from _nested(rng)


def _zip(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, compress_type=method)
    return out.getvalue()


def _stories(rng: random.Random, count: int = 3) -> dict[str, bytes]:
    return {f"{number}.txt": story(rng).encode() for number in range(count)}


def _broken(rng: random.Random) -> Iterator[Hostile]:
    whole = _zip(_stories(rng))
    for number in range(6):
        place = rng.randint(10, len(whole) - 30)
        yield aside(f"archives/cut-{number}.zip", whole[:place], "corrupt_file")
    yield aside("archives/cut-in-the-end.zip", whole[:-3], "corrupt_file")
    yield aside("archives/no-members.zip", _zip({}), "empty_file", "corrupt_file", "not_text")
    yield aside("archives/only-a-header.zip", b"PK\x03\x04", "corrupt_file")
    yield aside("archives/only-an-end.zip", b"PK\x05\x06" + bytes(18), "empty_file", "not_text", "corrupt_file")
    path = "archives/one-broken.zip"
    packed = _zip(_stories(rng), zipfile.ZIP_STORED)
    at = packed.index(b" tanks to ")
    broken = packed[:at] + b" Tanks to " + packed[at + 10 :]
    yield partly(path, broken, tuple(Read(f"{path}/{n}.txt", " tanks to ") for n in (1, 2)), "corrupt_file")
    directory = whole.index(b"PK\x01\x02")
    sizes = whole[: directory + 20] + struct.pack("<II", 50, 5) + whole[directory + 28 :]
    path = "archives/lying-sizes.zip"
    yield partly(path, sizes, tuple(Read(f"{path}/{n}.txt") for n in (1, 2)), "corrupt_file")
    locked = bytearray(whole)
    locked[6] |= 1
    locked[directory + 8] |= 1
    path = "archives/one-locked.zip"
    yield partly(path, bytes(locked), tuple(Read(f"{path}/{n}.txt") for n in (1, 2)), "encrypted_file")
    for method in (9, 99):
        strange = bytearray(whole)
        struct.pack_into("<H", strange, 8, method)
        struct.pack_into("<H", strange, directory + 10, method)
        path = f"archives/method-{method}.zip"
        reads = tuple(Read(f"{path}/{n}.txt") for n in (1, 2))
        yield partly(path, bytes(strange), reads, "unsupported_format", "encrypted_file", "corrupt_file")
    for number in range(8):
        place = rng.randint(directory, len(whole) - 1)
        flipped = whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]
        path = f"archives/flipped-{number}.zip"
        reasons = ("corrupt_file", "unsupported_format", "encrypted_file", "no_text")
        yield either(path, flipped, (Read(), Read(), Read()), *reasons)
    path = "archives/garbage-before.zip"
    yield aside(path, b"<html>" + whole, "not_text", "no_text", "corrupt_file")
    path = "archives/comment.zip"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("0.txt", story(rng))
        archive.comment = b"PK\x05\x06" * 9_000
    yield either(path, out.getvalue(), (Read(f"{path}/0.txt"),), "corrupt_file", "empty_file")


def _bombs(rng: random.Random) -> Iterator[Hostile]:
    good_one = story(rng).encode()
    path = "archives/bomb.zip"
    bomb = {"bomb.txt": b" " * (LIMIT + 1_000_000), "good.txt": good_one}
    yield partly(path, _zip({"good.txt": good_one} | bomb), (Read(f"{path}/good.txt"),), "too_large")
    path = "archives/many-bombs.zip"
    many = {f"{number:02}.txt": b"tanks " * 500_000 for number in range(80)}
    yield aside(path, _zip(many), "too_large")
    inner = {"a.zip": _zip({"bomb.txt": bomb["bomb.txt"]})}
    yield aside("archives/bomb-in-a-bomb.zip", _zip(inner), "too_large")
    first = Read("archives/overlapping.zip/0000.txt", "tanks")
    yield partly("archives/overlapping.zip", _overlapping(200), (first,), "corrupt_file", "too_large")
    path = "archives/many-members.zip"
    yield partly(
        path,
        _zip({f"{n}.txt": b"" for n in range(3_000)} | {"good.txt": good_one}),
        (Read(f"{path}/good.txt"),),
        "empty_file",
    )


def _overlapping(count: int) -> bytes:
    """An archive whose members are all the same bytes."""
    whole = _zip({"0000.txt": b"tanks " * 100_000})
    at = whole.index(b"PK\x01\x02")
    first, entry = whole[:at], whole[at : whole.index(b"PK\x05\x06")]
    entries = b"".join(entry.replace(b"0000", b"%04d" % number) for number in range(count))
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, count, count, len(entries), len(first), 0)
    return first + entries + end


def _names(rng: random.Random) -> Iterator[Hostile]:
    names = {
        "up": "../../../up.txt", "root": "/etc/root.txt", "drive": "C:\\windows.txt", "backslashes": "..\\..\\up.txt",
        "dots": "a/./b/../c.txt", "newline": "two\nlines.txt", "escape": "\x1b[31m.txt", "long": "n" * 5_000 + ".txt",
        "slashes": "a//b.txt", "blank": " ", "emoji": "\U0001f680.txt", "override": "\u202etxt.exe", "option": "--help",
        "many-folders": "d/" * 3_000 + "x.txt",
    }  # fmt: skip
    for name, member in names.items():
        path = f"archives/name-is-{name}.zip"
        reasons = ("unsupported_format", "corrupt_file", "unreadable_file")
        yield either(path, _zip({member: story(rng).encode()}), (Read(None, " tanks to "),), *reasons)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for _ in range(2):
            archive.writestr(zipfile.ZipInfo("same.txt"), story(rng))
    yield good("archives/the-same-name-twice.zip", out.getvalue(), Read(None, " tanks to "), Read(None, " tanks to "))
    link = zipfile.ZipInfo("link.txt")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    for name, target in {"out": "../../../../etc/passwd", "zero": "/dev/zero", "beside": "0.txt"}.items():
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("0.txt", story(rng))
            archive.writestr(link, target)
        path = f"archives/link-{name}.zip"
        reads = (Read(f"{path}/0.txt", " tanks to "),)
        yield partly(path, out.getvalue(), reads, "unsupported_format", "unreadable_file", "no_text")
    path = "archives/folders.zip"
    yield either(path, _zip({"a/": b"", "a/b/": b""}), (), "empty_file", "corrupt_file")


def _nested(rng: random.Random) -> Iterator[Hostile]:
    for depth in (2, 5, 40):
        inner = _zip({"0.txt": story(rng).encode()})
        for number in range(depth):
            inner = _zip({f"{number}.zip": inner})
        path = f"archives/nested-{depth}.zip"
        if depth == 2:
            yield good(path, inner, Read(None, " tanks to "))
        else:
            yield aside(path, inner, "unsupported_format")
    path = "archives/itself.zip"

    def again(target: Path) -> None:
        inner = _zip(_stories(rng, 1))
        for _ in range(12):
            inner = _zip({"a.zip": inner, "b.zip": inner})
        target.write_bytes(inner)

    yield aside(path, again, "unsupported_format", "too_large")

"""Gzip and zstd: cut off, broken, lying, endless."""

import gzip
import random
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import zstandard

from tests.hostile.corpus import Hostile, Read, aside, chance, good, story

LIMIT = 200_000_000
"""Bytes, unpacked, up to which a file is read in the run of the corpus; what ends in `bomb` has more."""
_MEGABYTE = 1 << 20


def packed() -> Iterator[Hostile]:
    """Yield the files of this kind."""
    rng = chance("packed")
    for ending, pack in (("gz", _gzip), ("zst", _zstd)):
        whole = pack("\n".join(story(rng) for _ in range(40)).encode())
        for number in range(8):
            place = rng.randint(12, len(whole) - 1)
            yield aside(f"packed/cut-{number}.txt.{ending}", whole[:place], "corrupt_file")
        yield aside(f"packed/cut-at-the-end.txt.{ending}", whole[:-1], "corrupt_file")
        yield aside(f"packed/cut-in-the-header.{ending}", whole[:4], "corrupt_file")
        for number in range(6):
            place = rng.randint(20, len(whole) - 9)
            yield aside(
                f"packed/flipped-{number}.txt.{ending}", _flipped(whole, place, rng), "corrupt_file", "not_text"
            )
        yield aside(f"packed/nothing-inside.txt.{ending}", pack(b""), "empty_file")
        yield aside(f"packed/in-itself.txt.{ending}", pack(pack(story(rng).encode())), "unsupported_format", "not_text")
        yield good(f"packed/two-in-a-row.txt.{ending}", pack(story(rng).encode()) + pack(b"\n\n" + story(rng).encode()))
        yield aside(f"packed/second-cut.txt.{ending}", pack(story(rng).encode()) + whole[:40], "corrupt_file")
        yield aside(f"packed/garbage-behind.txt.{ending}", whole + b"this is not packed", "corrupt_file")
    yield good("packed/zeros-behind.txt.gz", _gzip(story(rng).encode()) + bytes(512))
    whole = _gzip(story(rng).encode())
    yield aside("packed/lying-length.txt.gz", whole[:-4] + struct.pack("<I", 7), "corrupt_file")
    yield aside("packed/lying-crc.txt.gz", whole[:-8] + bytes(4) + whole[-4:], "corrupt_file")
    yield aside("packed/unknown-method.txt.gz", whole[:2] + b"\x07" + whole[3:], "corrupt_file")
    yield aside("packed/endless-name.txt.gz", b"\x1f\x8b\x08\x08" + bytes(6) + b"n" * 3_000_000, "corrupt_file")
    yield aside("packed/lying-size.txt.zst", _lying_zstd(story(rng).encode() * 3), "corrupt_file")
    yield aside("packed/wrong-checksum.txt.zst", _zstd(story(rng).encode())[:-1] + b"?", "corrupt_file")
    yield aside("packed/needs-a-dictionary.txt.zst", _with_dictionary(rng), "corrupt_file")
    skippable = b"\x50\x2a\x4d\x18" + struct.pack("<I", 5) + b"12345"
    yield good("packed/frame-to-skip-behind.txt.zst", _zstd(story(rng).encode()) + skippable)
    yield aside("packed/bomb.txt.gz", _gzip_bomb(b" "), "too_large")
    yield aside("packed/bomb-of-lines.jsonl.gz", _gzip_bomb(b"\n"), "too_large")
    yield aside("packed/bomb-of-words.jsonl.gz", _gzip_bomb(b"tanks "), "too_large")
    yield aside("packed/bomb.txt.zst", _zstd_bomb, "too_large")
    yield aside(
        "packed/bomb-in-many-frames.zst", _zstd(bytes(_MEGABYTE)) * (LIMIT // _MEGABYTE + 5), "not_text", "too_large"
    )
    lines = b"".join(b'{"id": "long-%d", "text": "%s"}\n' % (n, b"\xf0\x9f\x9a\x80 tank" * 2_500_000) for n in range(7))
    yield aside("packed/seven-long-lines.jsonl.gz", gzip.compress(lines, 1, mtime=0), "too_large")
    stories = [story(rng) for _ in range(3)]
    between = b'{"id": "packed-%d", "text": "%s"}\n'
    rows = b"".join(between % (n, text.encode()) + b"\n" * 200_000 for n, text in enumerate(stories))
    yield good(
        "packed/blank-lines.jsonl.gz", _gzip(rows), *(Read(f"packed-{n}", text) for n, text in enumerate(stories))
    )


def _gzip(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def _zstd(data: bytes) -> bytes:
    return zstandard.ZstdCompressor(write_checksum=True).compress(data)


def _flipped(whole: bytes, place: int, rng: random.Random) -> bytes:
    return whole[:place] + bytes([whole[place] ^ (1 << rng.randint(0, 7))]) + whole[place + 1 :]


def _gzip_bomb(unit: bytes) -> bytes:
    """A gzip archive of some hundred kilobytes that holds more than is read."""
    piece = unit * (_MEGABYTE // len(unit))
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(piece) for _ in range(LIMIT // len(piece) + 5)) + packer.flush()


def _zstd_bomb(path: Path) -> None:
    with path.open("wb") as raw, zstandard.ZstdCompressor(level=1).stream_writer(raw) as stream:
        for _ in range(LIMIT // _MEGABYTE + 5):
            stream.write(b" " * _MEGABYTE)


def _lying_zstd(data: bytes) -> bytes:
    """A frame whose header tells another size than it has."""
    packed = bytearray(zstandard.ZstdCompressor().compress(data))
    size = zstandard.get_frame_parameters(bytes(packed)).content_size
    at = packed.index(struct.pack("<H", size - 256), 4)
    packed[at : at + 2] = struct.pack("<H", 60_000)
    return bytes(packed)


def _with_dictionary(rng: random.Random) -> bytes:
    dictionary = zstandard.train_dictionary(4096, [story(rng).encode() for _ in range(200)])
    return zstandard.ZstdCompressor(dict_data=dictionary).compress(story(rng).encode())

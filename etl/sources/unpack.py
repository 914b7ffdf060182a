"""The bytes of a file as a stream: unpacked from gzip and zstd by their first bytes, within the size limit."""

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import IO, Any

import zstandard

from etl.errors import InputError
from etl.sources.files import File
from etl.sources.sniff import refuse_binary

GZIP, ZSTD, PARQUET = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PAR1"
_PACKED_ENDINGS = {".gz", ".gzip", ".zst", ".zstd"}
_CHUNK = 1 << 20


class Bounded(io.RawIOBase):
    """A stream that gives no more than so many bytes, and tells what is wrong with its source as an InputError.

    Args:
        source: what is read.
        limit: bytes after which reading fails with `too_large`.
    """

    def __init__(self, source: IO[bytes] | Any, limit: int) -> None:
        self._source, self._limit, self._given = source, limit, 0

    def readable(self) -> bool:  # noqa: D102
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer; see `io.RawIOBase`.

        Raises:
            InputError: `too_large`, `corrupt_file` or `unreadable_file`.
        """
        try:
            data = self._source.read(len(buffer))
        except (EOFError, gzip.BadGzipFile, zipfile.BadZipFile, zlib.error, zstandard.ZstdError) as error:
            raise InputError(
                "corrupt_file", f"the archive is broken or cut off ({error}). Fetch or pack it again."
            ) from error
        except OSError as error:
            raise InputError("unreadable_file", f"the file cannot be read ({error.strerror or error}).") from error
        self._given += len(data)
        if self._given > self._limit:
            raise InputError(
                "too_large",
                f"unpacked, the file has more than {self._limit:,} bytes. Divide it, or raise max_file_bytes.",
            )
        buffer[: len(data)] = data
        return len(data)


def plain_suffix(name: str) -> str:
    """Return the ending of a file's name without that of the compression, lower case."""
    path = PurePosixPath(name)
    return PurePosixPath(path.stem if path.suffix.lower() in _PACKED_ENDINGS else path).suffix.lower()


def head_of(file: File) -> bytes:
    """Return the first bytes of a file.

    Raises:
        InputError: `unreadable_file`, or `empty_file` where it has no bytes.
    """
    with file.open() as stream:
        head = io.BufferedReader(Bounded(stream, _CHUNK), 16).read(16)
    if not head:
        raise InputError("empty_file", "the file has no bytes.")
    return head


@contextmanager
def unpacked(file: File, head: bytes, limit: int) -> Iterator[io.BufferedReader]:
    """Give the bytes of a file as a stream, unpacked where it is packed.

    Args:
        file: the file.
        head: its first bytes.
        limit: most bytes that it may have, unpacked.

    Raises:
        InputError: `unsupported_format` or `unreadable_file`; while it is read, also `corrupt_file` and `too_large`.
    """
    refuse_binary(head)
    with file.open() as raw:
        if head.startswith(GZIP):
            yield io.BufferedReader(Bounded(gzip.GzipFile(fileobj=raw), limit), _CHUNK)
        elif head.startswith(ZSTD):
            _check_zstd_end(file)
            with zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True) as stream:
                yield io.BufferedReader(Bounded(stream, limit), _CHUNK)
        else:
            yield io.BufferedReader(Bounded(raw, limit), _CHUNK)


def _check_zstd_end(file: File) -> None:
    """Raise where a zstd file ends in the middle of a frame, which the stream reader passes over in silence."""
    try:
        with file.open() as raw:
            while chunk := raw.read(_CHUNK):
                rest = chunk
                while rest:
                    frame = zstandard.ZstdDecompressor().decompressobj()
                    frame.decompress(rest)
                    while not frame.eof:
                        rest = raw.read(_CHUNK)
                        if not rest:
                            raise zstandard.ZstdError("frame is incomplete")
                        frame.decompress(rest)
                    rest = frame.unused_data
    except zstandard.ZstdError as error:
        raise InputError(
            "corrupt_file", f"the archive is broken or cut off ({error}). Fetch or pack it again."
        ) from error

"""Opens a file: unpacks gzip and zstd by their first bytes, within the size limit."""

import gzip
import zlib
from pathlib import Path
from typing import IO

import zstandard

from etl.errors import InputError
from etl.sources.sniff import refuse_binary

GZIP, ZSTD, PARQUET = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PAR1"
_PACKED_ENDINGS = {".gz", ".gzip", ".zst", ".zstd"}


def head_of(path: Path) -> bytes:
    """Return the first bytes of a file.

    Raises:
        InputError: `unreadable_file` where it is no plain file or may not be read, `empty_file` where it has no bytes.
    """
    if not path.is_file():
        raise InputError("unreadable_file", "this is no plain file (a device, a pipe or a broken link).")
    try:
        with path.open("rb") as handle:
            head = handle.read(16)
    except OSError as error:
        raise InputError(
            "unreadable_file", f"the file cannot be opened ({error.strerror}). Check its permissions."
        ) from error
    if not head:
        raise InputError("empty_file", "the file has no bytes.")
    return head


def plain_suffix(path: Path) -> str:
    """Return the ending of the name without that of the compression, lower case."""
    name = Path(path.stem) if path.suffix.lower() in _PACKED_ENDINGS else path
    return name.suffix.lower()


def _read_bounded(stream: IO[bytes] | gzip.GzipFile, limit: int) -> bytes:
    data = stream.read(limit + 1)
    if len(data) > limit:
        raise InputError(
            "too_large",
            f"unpacked, the file has more than {limit:,} bytes. Divide it, or raise max_file_bytes.",
        )
    return data


def read_bytes(path: Path, head: bytes, limit: int) -> bytes:
    """Return the bytes of a file, unpacked.

    Raises:
        InputError: `corrupt_file`, `too_large`, `unsupported_format` or `unreadable_file`.
    """
    refuse_binary(head)
    try:
        with path.open("rb") as raw:
            if head.startswith(GZIP):
                data = _read_bounded(gzip.GzipFile(fileobj=raw), limit)
            elif head.startswith(ZSTD):
                with zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True) as stream:
                    data = _read_bounded(stream, limit)
                _check_zstd_end(path)
            else:
                return _read_bounded(raw, limit)
    except (EOFError, gzip.BadGzipFile, zlib.error, zstandard.ZstdError) as error:
        raise InputError(
            "corrupt_file", f"the archive is broken or cut off ({error}). Fetch or pack it again."
        ) from error
    except OSError as error:
        raise InputError("unreadable_file", f"the file cannot be read ({error.strerror or error}).") from error
    refuse_binary(data[:16])
    return data


def _check_zstd_end(path: Path) -> None:
    """Raise where a zstd file ends in the middle of a frame, which the stream reader passes over in silence."""
    with path.open("rb") as raw:
        while chunk := raw.read(1 << 20):
            rest = chunk
            while rest:
                frame = zstandard.ZstdDecompressor().decompressobj()
                frame.decompress(rest)
                while not frame.eof:
                    rest = raw.read(1 << 20)
                    if not rest:
                        raise zstandard.ZstdError("frame is incomplete")
                    frame.decompress(rest)
                rest = frame.unused_data

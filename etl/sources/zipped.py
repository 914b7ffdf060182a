"""ZIP archives: each member is a file of its own, and is read from the archive as it is needed, never unpacked beside it."""

import io
import os
import re
import shutil
import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import IO, Any

from etl.errors import InputError
from etl.settings import Settings
from etl.sources.files import File, Inner
from etl.sources.records import Record
from etl.sources.unpack import Bounded

_MOST_MEMBERS = 100_000
_LARGEST_DIRECTORY = 1 << 24
"""Bytes of the list of members; 100,000 of them have 160 each."""
_END_RECORD = 22 + 0xFFFF
"""Most bytes of the record at the end of an archive, with its comment."""
_CHUNK = 1 << 20
_ENCRYPTED = 0x0001 | 0x0040 | 0x2000
"""Flags of a member: packed with a password, with a stronger cipher, with its header hidden."""
_PACKED_WITH = {9: "Deflate64", 12: "bzip2", 14: "LZMA", 93: "Zstandard", 95: "xz", 98: "PPMd"}
_BROKEN = (
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OverflowError,
    struct.error,
    EOFError,
    zlib.error,
)
"""What the library raises on directories and headers that are not as they should be."""
_OFFICE = {
    "xl/": "an Excel workbook",
    "ppt/": "a PowerPoint presentation",
    "visio/": "a Visio drawing",
    "word/": "a Word document of a kind that is not read",
}
"""The folder in which each kind of Office document keeps its parts."""
_MEDIA_TYPES = {
    "application/epub+zip": "an EPUB book",
    "application/vnd.oasis.opendocument.text": "an OpenDocument text",
    "application/vnd.oasis.opendocument.spreadsheet": "an OpenDocument spreadsheet",
    "application/vnd.oasis.opendocument.presentation": "an OpenDocument presentation",
}
_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+")
_DRIVE = re.compile(r"[A-Za-z]:")


class _Archive(io.BufferedReader):
    """The bytes of an archive. The library reads its directory in one piece, which therefore may not be too large."""

    def read(self, size: int | None = -1) -> bytes:
        """Return so many bytes; see `io.BufferedReader`."""
        if size is not None and size > _LARGEST_DIRECTORY:
            told = f"the list of its members has more than {_LARGEST_DIRECTORY:,} bytes. Divide the archive."
            raise InputError("too_large", told)
        return super().read(size)


class _Count:
    """Bytes that were read of all members together, also of those of archives within; what is read again counts once."""

    def __init__(self, limit: int) -> None:
        self._limit, self._total = limit, 0
        self._reached: dict[zipfile.ZipInfo, int] = {}

    def reach(self, member: zipfile.ZipInfo, place: int) -> None:
        """Count a member as read up to a place.

        Raises:
            InputError: `too_large`.
        """
        new = place - self._reached.get(member, 0)
        if new > 0:
            self._reached[member] = place
            self._total += new
        if self._total > self._limit:
            raise InputError(
                "too_large",
                f"unpacked, the members of the archive have more than {self._limit:,} bytes together; this one was not "
                "read to its end. Divide the archive, or raise max_file_bytes.",
            )


class _Member(io.RawIOBase):
    """The bytes of a member from the start on; where a reader goes elsewhere, those of a temporary copy that has no name.

    Args:
        archive: the open archive.
        info: the member.
        count: counts what is read.
        limit: most bytes that the member may have.
    """

    def __init__(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, count: _Count, limit: int) -> None:
        self._archive, self._info, self._count, self._limit = archive, info, count, limit
        self._place = 0
        self._copy: IO[bytes] | None = None
        self._stream = self._from_start()

    def _from_start(self) -> Bounded:
        return Bounded(_open(self._archive, self._info), self._limit)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        """Return the place in the member."""
        return self._place if self._copy is None else self._copy.tell()

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer; see `io.RawIOBase`.

        Raises:
            InputError: `corrupt_file`, `too_large` or `unreadable_file`.
        """
        size = min(len(buffer), _CHUNK)
        if self._copy is not None:
            data = self._copy.read(size)
        else:
            data = self._stream.read(size) or b""
            self._place += len(data)
            self._count.reach(self._info, self._place)
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place of the member; see `io.IOBase`."""
        if self._copy is None:
            self._copy = self._copied()
            self._copy.seek(self._place)
        return self._copy.seek(offset, whence)

    def _copied(self) -> IO[bytes]:
        try:
            copy = tempfile.TemporaryFile()  # noqa: SIM115  # it is closed with this stream
            with _Member(self._archive, self._info, self._count, self._limit) as whole:
                shutil.copyfileobj(whole, copy, _CHUNK)
        except OSError as error:
            told = f"there is no room for a temporary copy of it ({error.strerror or error}). Set TMPDIR, or unpack it."
            raise InputError("unreadable_file", told) from error
        return copy

    def close(self) -> None:
        """Close the copy; the archive stays open."""
        if self._copy is not None:
            self._copy.close()
        super().close()


@dataclass(frozen=True)
class _Within(Inner):
    """A member of an archive.

    Attributes:
        count: counts what is read of the archive, so that one that stands in it is counted with it.
    """

    count: _Count | None = None


def _open(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> IO[bytes]:
    """The unpacked bytes of a member.

    Raises:
        InputError: `encrypted_file`, `unsupported_format`, `unreadable_file` or `corrupt_file`.
    """
    if info.flag_bits & _ENCRYPTED:
        told = "it opens with a password only. Unpack the archive with it, and name the folder."
        raise InputError("encrypted_file", told)
    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        # the library unpacks bzip2 and LZMA without a bound: a few bytes of them can fill the memory
        method = _PACKED_WITH.get(info.compress_type, f"method {info.compress_type}")
        told = f"it is packed with {method}; the readers know Deflate. Pack the archive again, or unpack it."
        raise InputError("unsupported_format", told)
    if stat.S_ISLNK(info.external_attr >> 16):
        raise InputError("unreadable_file", "it is a link to another file. Pack the file itself.")
    try:
        return archive.open(info)
    except (*_BROKEN, OSError) as error:
        raise _broken(error) from error


def _broken(error: BaseException) -> InputError:
    told = " ".join(str(error).split())[:150] or type(error).__name__
    return InputError("corrupt_file", f"the archive is broken or cut off ({told}). Fetch or pack it again.")


def _missing(raw: io.BufferedReader, found: int) -> int:
    """How many members the end of an archive tells of that are not in its list; a broken entry may hide those after it.

    The number stands 10 bytes into the end record (APPNOTE.TXT 4.3.16); 65,535 says that it stands elsewhere.
    """
    size = raw.seek(0, io.SEEK_END)
    raw.seek(max(0, size - _END_RECORD))
    tail = raw.read(_END_RECORD)
    at = tail.rfind(b"PK\x05\x06")
    told = int.from_bytes(tail[at + 10 : at + 12], "little") if at >= 0 else 0
    return max(0, told - found) if told < 0xFFFF else 0


def _kind_of(archive: zipfile.ZipFile) -> str | None:
    """What kind of document an archive is that is one; None where it is an archive."""
    names = archive.namelist()
    if "[Content_Types].xml" in names:
        found = (kind for folder, kind in _OFFICE.items() if any(name.startswith(folder) for name in names))
        return next(found, "an Office document")
    if "mimetype" in names:
        try:
            with _open(archive, archive.getinfo("mimetype")) as stream:
                told = (Bounded(stream, _CHUNK).read(200) or b"").decode("ascii", "replace").strip()
        except InputError:
            return None  # it is told again when the member is read
        if _MEDIA_TYPE.fullmatch(told):
            return _MEDIA_TYPES.get(told, f"a document of the kind {told}")
    return None


def _parts(name: str) -> list[str]:
    """The folders and the name of a member, without what would lead out of the archive."""
    name = _DRIVE.sub("", name.replace("\\", "/"), count=1) if _DRIVE.match(name) else name.replace("\\", "/")
    kept = (part for part in name.split("/") if part not in {"", ".", ".."})
    return ["".join(char if char.isprintable() else "_" for char in part) for part in kept]


def _is_left_out(info: zipfile.ZipInfo) -> bool:
    """True for folders, and for what is hidden or an Apple computer has added."""
    if info.filename.endswith(("/", "\\")) and not info.file_size:
        return True
    return any(part.startswith(".") or part == "__MACOSX" for part in _parts(info.filename))


def _with_paths(members: list[zipfile.ZipInfo]) -> list[tuple[str, zipfile.ZipInfo]]:
    """The members by their paths, no path twice: a second `a.txt` is `a (2).txt`."""
    told = [("/".join(_parts(info.filename)) or "unnamed", info) for info in members if not _is_left_out(info)]
    taken = {path for path, _ in told}
    numbers: dict[str, int] = {}
    found = []
    for path, info in told:
        own = path
        if path in numbers:
            folder, slash, name = path.rpartition("/")
            stem, dot, endings = name.partition(".")
            while own in taken:
                numbers[path] += 1
                own = f"{folder}{slash}{stem} ({numbers[path]}){dot}{endings}"
            taken.add(own)
        numbers.setdefault(path, 1)
        found.append((own, info))
    return sorted(found, key=lambda pair: pair[0])


def read_zip(file: File, settings: Settings) -> Iterator[Record | Inner]:
    """Yield the members of an archive as files, in the order of their paths. They can be opened until the last is asked for.

    Folders are no members, and hidden members are left out as hidden files of a folder are. What is wrong with one member
    (a password, a link, broken bytes) is told when that member is opened or read.

    Args:
        file: the archive.
        settings: settings of the run; `max_file_bytes` holds for all members together, as they are read.

    Raises:
        InputError: `corrupt_file`; `too_large` where there are too many members; `unsupported_format` where the archive is
            one document of a kind that is not read.
    """
    count = file.count if isinstance(file, _Within) and file.count else _Count(settings.max_file_bytes)
    with _Archive(file.open()) as raw:  # type: ignore[arg-type]
        try:
            archive = zipfile.ZipFile(raw)
        except _BROKEN as error:
            raise _broken(error) from error
        with archive:
            if len(archive.infolist()) > _MOST_MEMBERS:
                told = f"the archive has more than {_MOST_MEMBERS:,} members. Divide it."
                raise InputError("too_large", told)
            if kind := _kind_of(archive):
                told = f"this is {kind}. Save its text as DOCX, PDF, HTML or plain text, and a table as CSV."
                raise InputError("unsupported_format", told)
            if missing := _missing(raw, len(archive.infolist())):
                told = f"{missing} of the members are not in its list, which is broken. Pack it again."
                yield 0, InputError("corrupt_file", told)
            for path, info in _with_paths(archive.infolist()):
                within = f"{file.source_path}/{path}"
                give: Any = partial(_Member, archive, info, count, settings.max_file_bytes)
                yield _Within(within, within, give=give, count=count)

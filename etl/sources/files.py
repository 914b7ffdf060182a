"""Inputs -> files: of folders and files of this machine, and of object stores and web servers through fsspec."""

import hashlib
import io
import logging
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any
from urllib.parse import unquote, urlsplit

from etl.errors import ConfigurationError, InputError

_CHUNK = 1 << 20
_BLOCK = 4 << 20
"""Bytes that are asked of an object store at a time; the default of some, 50 MB, would fetch most files whole."""
_TIMEOUT = 60
"""Seconds that a server may be silent."""

_WEB, _S3, _GS = ("http", "https"), ("s3", "s3a"), ("gs", "gcs")
_ADVICE: dict[tuple[str, ...], str] = {
    _WEB: "Check the address; a key that the server wants goes into FSSPEC_HTTP_HEADERS.",
    _S3: "Check the address, the keys (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or FSSPEC_S3_ANON=true where the "
    "bucket is public) and, for a store that is not Amazon's, AWS_ENDPOINT_URL.",
    _GS: "Check the address and the key (GOOGLE_APPLICATION_CREDENTIALS, or FSSPEC_GS_TOKEN=anon where the bucket is "
    "public).",
}


_KEYS = re.compile(r"(?<=://)[^/\s?#]+(?=@)|(?<=\?)[^\s#'\"]+")
"""What may be a key in an address: user and password, and the query."""


class _Stored(io.RawIOBase):
    """The bytes of a file of a store, with all errors of the store as InputError.

    A web server need not give parts of a file: what it sends is read from the start to the end, and copied to a
    temporary file where a reader goes elsewhere, as that of Parquet does.

    Args:
        store: the fsspec file system.
        path: where the file is in it.
    """

    def __init__(self, store: Any, path: str) -> None:
        self._store, self._path = store, path
        self._is_sent = _WEB[0] in store.protocol
        self._stream = self._open()

    def _open(self) -> Any:
        return self._store.open(self._path, "rb", block_size=0 if self._is_sent else _BLOCK)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer; see `io.RawIOBase`."""
        try:
            data = self._stream.read(len(buffer))
        except Exception as error:  # each store has errors of its own
            raise _not_given(error, self._path) from error
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place of the file; see `io.IOBase`."""
        try:
            if self._is_sent:
                self._copy()
            place: int = self._stream.seek(offset, whence)
        except Exception as error:
            raise _not_given(error, self._path) from error
        return place

    def tell(self) -> int:
        """Return the place in the file."""
        place: int = self._stream.tell()
        return place

    def close(self) -> None:
        """Close what the store gave."""
        if not self.closed:
            self._stream.close()
        super().close()

    def _copy(self) -> None:
        place = self._stream.tell()
        self._stream.close()
        copy = tempfile.TemporaryFile()  # noqa: SIM115  # it is closed with this stream
        with self._open() as sent:
            shutil.copyfileobj(sent, copy, _CHUNK)
        copy.seek(place)
        self._stream, self._is_sent = copy, False


@dataclass(frozen=True)
class File:
    """One file of an input.

    Attributes:
        source_path: its path within the input.
        path: where it is: a path of this machine, or one of the store.
        store: the fsspec file system that holds it; None for this machine.
        refused: why it is not opened; None where it may be.
    """

    source_path: str
    path: str
    store: Any = None
    refused: str | None = None

    @property
    def name(self) -> str:
        """Its name without the folders."""
        return PurePosixPath(self.source_path).name

    def open(self) -> IO[bytes]:
        """Return its bytes as a stream that can seek; one of a store raises InputError where the store fails.

        Raises:
            InputError: `unreadable_file`.
        """
        if self.refused is not None:
            raise InputError("unreadable_file", self.refused)
        if self.store is not None:
            try:
                return _Stored(self.store, self.path)  # type: ignore[return-value]
            except Exception as error:  # each store has errors of its own
                raise _not_given(error, self.path) from error
        try:
            if not Path(self.path).is_file():
                raise InputError("unreadable_file", "this is no plain file (a device, a pipe or a broken link).")
            return Path(self.path).open("rb")
        except OSError as error:
            told = error.strerror or error
            raise InputError(
                "unreadable_file", f"the file cannot be opened ({told}). Check its permissions."
            ) from error

    def size_and_sha256(self) -> tuple[int, str] | None:
        """Return its length in bytes and the SHA-256 of them in hexadecimal digits; None where it cannot be read."""
        digest, size = hashlib.sha256(), 0
        try:
            with self.open() as stream:
                while chunk := stream.read(_CHUNK):
                    digest.update(chunk)
                    size += len(chunk)
        except (InputError, OSError):
            return None  # the readers have put it aside and told why
        return size, digest.hexdigest()


@dataclass(frozen=True)
class Inner(File):
    """A file that stands in another: a member of an archive, an attachment of an e-mail.

    Attributes:
        source_path: path of the outer file, then its own within it.
        give: opens its bytes; they can seek.
    """

    give: Callable[[], IO[bytes]] = io.BytesIO

    def open(self) -> IO[bytes]:
        """Return its bytes as a stream that can seek."""
        return self.give()


def _without_keys(text: str, address: str) -> str:
    """A text about an address with stars in place of what may be a key in it."""
    for keys in _KEYS.findall(address):
        text = text.replace(keys, "***").replace(unquote(keys), "***")
    return _KEYS.sub("***", text)


def _why(error: BaseException, address: str) -> str:
    """What an error of a store tells, without what may be a key in the address."""
    if isinstance(error, FileNotFoundError) and error.__cause__:
        error = error.__cause__  # the store's own words
    status = getattr(error, "status", None)
    if status is not None:
        return f"it answers {status} {getattr(error, 'message', '')}".strip()
    if isinstance(error, FileNotFoundError):
        return "it has no such file or folder"
    if isinstance(error, TimeoutError):
        return "it was silent for too long"
    return _without_keys(" ".join(str(error).split()), address) or type(error).__name__


def _not_given(error: Exception, address: str) -> InputError:
    told = f"the store does not give the file ({_why(error, address)}). Check that you may read it, or fetch it and name the copy."
    return InputError("unreadable_file", told)


def _names_of(protocol: str) -> tuple[str, ...]:
    """All names of a protocol."""
    return next((names for names in _ADVICE if protocol in names), (protocol,))


def _options(protocol: str) -> dict[str, Any]:
    """What a store is told so that it cannot keep a run waiting for ever; what the user has set for fsspec counts more."""
    import fsspec

    ours: dict[str, Any] = {}
    if protocol in _WEB:
        import aiohttp

        timeout = aiohttp.ClientTimeout(total=None, sock_connect=_TIMEOUT, sock_read=_TIMEOUT)
        ours = {"client_kwargs": {"timeout": timeout, "trust_env": True}}
    elif protocol in _S3:
        ours = {"config_kwargs": {"retries": {"total_max_attempts": 2}}}  # s3fs tries each of them five times
    elif protocol in _GS:
        # The other class of gcsfs asks a second service about the bucket, for up to a minute each time a file is opened.
        for name in _GS:
            fsspec.register_implementation(name, "gcsfs.core.GCSFileSystem", clobber=True)
        logging.getLogger("gcsfs").addHandler(logging.NullHandler())  # it prints a traceback of what it also raises
        ours = {"requests_timeout": _TIMEOUT}
    theirs: dict[str, Any] = {}
    for name in _names_of(protocol):
        theirs |= fsspec.config.conf.get(name, {})
    return {
        name: value | theirs.get(name, {}) if isinstance(value, dict) else theirs.get(name, value)
        for name, value in ours.items()
    }


def _files_of(url: str, protocol: str) -> list[File]:
    """The files of a folder, or the one file, of a store."""
    import fsspec

    store, path = fsspec.core.url_to_fs(url, **_options(protocol))
    if protocol in _WEB:
        _Stored(store, path).close()  # it is there and may be read
        address = urlsplit(url)
        return [File(PurePosixPath(unquote(address.path)).name or address.hostname or url, path, store)]
    # A bucket is only listed: to ask about it takes a right that those who may read it often do not have.
    if "/" in path.strip("/") and store.info(path)["type"] == "file":
        return [File(PurePosixPath(path).name, path, store)]
    prefix = path.rstrip("/") + "/"
    names = [name[len(prefix) :] for name in store.find(path) if name.startswith(prefix) and not name.endswith("/")]
    return [File(name, prefix + name, store) for name in names if "/." not in f"/{name}"]


def _of_store(url: str) -> list[File]:
    """The same; whatever goes wrong is a ConfigurationError that names the address, but for its keys."""
    protocol = url.split("://", 1)[0].lower()
    shown = _without_keys(url, url)
    try:
        return _files_of(protocol + url[len(protocol) :], protocol)
    except ImportError as error:
        told = f"input {shown}: {error}. Install what it names; for s3, gs and https: pip install '.[stores]'."
        raise ConfigurationError(told) from error
    except Exception as error:  # each store has errors of its own
        advice = _ADVICE.get(_names_of(protocol), "Check the address.")
        raise ConfigurationError(f"input {shown}: the store does not give it ({_why(error, url)}). {advice}") from error


def _of_machine(given: Path) -> list[File]:
    """The files of a folder, or the one file, of this machine; hidden ones are left out."""
    if given.is_dir():
        return list(_of_folder(given))
    if given.exists():
        return [File(_shown(given.name), str(given))]
    raise ConfigurationError(f"input {given}: no such file or folder. Name a folder or a file with articles.")


def _of_folder(given: Path) -> Iterator[File]:
    """All files of a folder and of those in it. One that is not read, and a folder that cannot be listed, tell why."""
    root = os.path.realpath(given)
    waiting = [(str(given), "")]  # a list, since a walk that calls itself ends a thousand folders down
    while waiting:
        folder, inside = waiting.pop()
        try:
            with os.scandir(folder) as listed:
                entries = [entry for entry in listed if not entry.name.startswith(".")]
        except OSError as error:
            told = f"the folder cannot be listed ({error.strerror or error}). Check its permissions."
            yield File(_shown(inside) or given.name, folder, refused=told)
            continue
        for entry in entries:
            name = f"{inside}/{entry.name}" if inside else entry.name
            if entry.is_symlink():
                yield File(_shown(name), entry.path, refused=_refuse_link(entry, root))
            elif entry.is_dir(follow_symlinks=False):
                waiting.append((entry.path, name))
            else:
                yield File(_shown(name), entry.path)


def _refuse_link(link: os.DirEntry[str], root: str) -> str | None:
    """Why a link is not read; None where it leads to a file of the same input."""
    try:
        is_folder = link.is_dir()
        link.stat()
    except OSError as error:
        return f"this is a link that leads nowhere ({error.strerror or error}). Remove it, or put the file there."
    if is_folder:
        return "this is a link to a folder, which is not followed. Name the folder as an input of its own."
    if os.path.commonpath([root, os.path.realpath(link.path)]) != root:
        return "this is a link to a file outside of the input. Copy the file, or name it as an input of its own."
    return None


def _shown(name: str) -> str:
    """A name as text; bytes that are not UTF-8 stand as `\\xe9`."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def list_files(inputs: Iterable[str | Path]) -> list[File]:
    """Return the files of the inputs, sorted by their path within their input.

    Args:
        inputs: folders or files of this machine, or addresses such as `s3://bucket/folder` or `https://host/file.jsonl.gz`.

    Raises:
        ConfigurationError: an input does not exist, or its store cannot be used.
    """
    found: list[File] = []
    for given in inputs:
        found += _of_store(str(given)) if "://" in str(given) else _of_machine(Path(given))
    return sorted(found, key=lambda file: (file.source_path, file.path))

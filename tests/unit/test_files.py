"""What is listed as a file of an input, and how a file opens: of this machine, of a store, and of a web server."""

import hashlib
import json
import os
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import fsspec
import pytest

from etl.errors import ConfigurationError, InputError
from etl.settings import Settings
from etl.sources import Article, Rejected, read_articles
from etl.sources import files as module
from etl.sources.files import list_files
from tests.each_kind import TEXT, json_lines, rows, write_each_kind

Write = Callable[[str, str | bytes], Path]
LINES = json_lines(0)
BIG_LINES, LINE_BYTES = 40_000, 1_000


@pytest.fixture
def memory() -> Iterator[fsspec.AbstractFileSystem]:
    """A store in memory that is empty before and after."""
    store = fsspec.filesystem("memory")
    store.rm("/", recursive=True)
    yield store
    store.rm("/", recursive=True)


def test_inputs_are_listed_in_one_order(write: Write, memory: fsspec.AbstractFileSystem) -> None:
    """Files of this machine and of a store are sorted together by their paths within their input."""
    folder = write("b/2.txt", "two").parents[1]
    write("c.txt", "three")
    memory.pipe({"/news/a.txt": b"one", "/news/b/1.txt": b"one"})
    found = list_files(["memory://news", folder])
    assert [file.source_path for file in found] == ["a.txt", "b/1.txt", "b/2.txt", "c.txt"]
    assert [file.name for file in found] == ["a.txt", "1.txt", "2.txt", "c.txt"]
    assert [file.store is None for file in found] == [False, False, True, True]


@pytest.mark.parametrize("as_address", [False, True], ids=["path", "address"])
def test_hidden_files_and_folders_are_left_out(as_address: bool, write: Write) -> None:
    """No part of a file's path within its input begins with a dot; the path of the input itself may."""
    folder = write(".home/a.txt", "a").parent
    for name in (".home/.b.txt", ".home/.git/c.txt", ".home/d/.e/f.txt", ".home/d/g.h.txt"):
        write(name, "hidden")
    given = folder.as_uri() if as_address else folder
    assert [file.source_path for file in list_files([given])] == ["a.txt", "d/g.h.txt"]


def test_an_empty_folder_has_no_files(tmp_path: Path) -> None:
    """An empty folder is no error here, neither of this machine nor as an address."""
    assert list_files([tmp_path, tmp_path.as_uri()]) == []


def test_one_file_is_an_input(write: Write) -> None:
    """A single file goes by its name, also when it is hidden, as the user named it."""
    path = write("sub/.a.txt", "a")
    assert [file.source_path for file in list_files([path, str(path), path.as_uri()])] == [".a.txt"] * 3


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("nowhere/at-all", "no such file or folder. Name a folder or a file"),
        ("memory://nowhere/a.txt", "no such file or folder). Check the address"),
        ("ftps3://host/a.txt", "Protocol not known: ftps3"),
        ("abfs://box/a.txt", "Install adlfs"),
    ],
)
def test_an_input_that_cannot_be_used_is_named(address: str, told: str) -> None:
    """The message of each failure names the input as it was given, and what is wrong."""
    with pytest.raises(ConfigurationError) as raised:
        list_files([address])
    assert f"input {address}: " in str(raised.value)
    assert told in str(raised.value)


def test_a_missing_extra_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the packages for stores are not installed, the message says how to install them."""
    monkeypatch.setitem(sys.modules, "aiohttp", None)
    with pytest.raises(ConfigurationError, match=r"pip install '\.\[stores\]'"):
        list_files(["https://host.example/a.txt"])


def test_a_file_of_a_store_opens_as_one_of_this_machine(write: Write, memory: fsspec.AbstractFileSystem) -> None:
    """Reading, going to a place, the place, and the checksum are the same."""
    content = bytes(range(256)) * 20_000
    memory.pipe({"/news/a.bin": content})
    for file in list_files([write("a.bin", content), "memory://news/a.bin"]):
        with file.open() as stream:
            assert stream.read(3) == content[:3]
            assert stream.seek(-2, os.SEEK_END) == len(content) - 2
            assert stream.read() == content[-2:]
            assert stream.tell() == len(content)
            assert stream.seekable()
        assert stream.closed
        assert file.size_and_sha256() == (len(content), hashlib.sha256(content).hexdigest())


def test_a_file_that_is_gone_cannot_be_read(write: Write, memory: fsspec.AbstractFileSystem) -> None:
    """A file that was listed and then deleted is unreadable, and has no checksum."""
    path = write("a.txt", "a")
    memory.pipe({"/news/a.txt": b"a"})
    files = list_files([path, "memory://news"])
    path.unlink()
    memory.rm("/news/a.txt")
    for file in files:
        with pytest.raises(InputError) as raised:
            file.open()
        assert raised.value.reason == "unreadable_file"
        assert file.size_and_sha256() is None


def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    """A pipe in the folder is not waited on."""
    os.mkfifo(tmp_path / "pipe.txt")
    (file,) = list_files([tmp_path])
    with pytest.raises(InputError, match="no plain file"):
        file.open()


class _Web(SimpleHTTPRequestHandler):
    """A web server with a folder and some addresses that go wrong."""

    sent = 0
    opened = threading.Event()

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        if self.path.startswith(("/cut", "/big", "/silent", "/key", "/broken")):
            self.send_error(405)  # as many servers do
        else:
            super().do_HEAD()

    def do_GET(self) -> None:
        answer = getattr(self, f"_{urlsplit(self.path).path[1:].partition('.')[0]}", None)
        if answer:
            answer()
        else:
            super().do_GET()

    def _begin(self, size: int) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(size))
        self.end_headers()

    def _cut(self) -> None:
        """Closes in the middle of the file that is named after `cut.`."""
        content = Path(self.directory, urlsplit(self.path).path.removeprefix("/cut.")).read_bytes()
        self._begin(len(content))
        self.wfile.write(content[: len(content) // 2])

    def _silent(self) -> None:
        """Sends the beginning, and then nothing."""
        self._begin(100_000)
        self.wfile.write(b"Norway")
        self.opened.wait(30)

    def _big(self) -> None:
        """Sends a long file of JSON Lines, and counts what went out."""
        self._begin(BIG_LINES * LINE_BYTES)
        type(self).sent = 0
        for number in range(BIG_LINES):
            line = json.dumps({"id": f"b-{number}", "text": TEXT.format(number) * 10})
            self.wfile.write(line.ljust(LINE_BYTES - 1).encode() + b"\n")
            type(self).sent += LINE_BYTES

    def _key(self) -> None:
        """Answers who shows a key."""
        if self.headers["Authorization"] == "Bearer open":
            self._begin(len(LINES))
            self.wfile.write(LINES)
        else:
            self.send_error(401)

    def _broken(self) -> None:
        self.send_error(500)


class _Server(ThreadingHTTPServer):
    block_on_close = False

    def handle_error(self, *_: object) -> None:
        """Say nothing of readers that leave early."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files of each kind that is read."""
    return write_each_kind(tmp_path_factory.mktemp("news"))


@pytest.fixture(scope="module")
def web(folder: Path) -> Iterator[str]:
    """The address of a web server with the folder."""
    server = _Server(("127.0.0.1", 0), partial(_Web, directory=str(folder)))
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    _Web.opened.set()
    server.shutdown()
    server.server_close()


def _split(items: list[Article | Rejected]) -> tuple[list[Article], list[Rejected]]:
    return [i for i in items if isinstance(i, Article)], [i for i in items if isinstance(i, Rejected)]


@pytest.mark.parametrize("name", ["note.txt", "page.html", "wire.jsonl.gz", "desk.jsonl.zst", "table.parquet"])
def test_a_file_of_a_web_server_is_read_as_from_the_folder(
    name: str, web: str, folder: Path, settings: Settings
) -> None:
    """Each kind is read, Parquet too, from a server that gives no parts of a file."""
    items = list(read_articles([f"{web}/{name}"], settings))
    assert items == list(read_articles([folder / name], settings))
    assert all(isinstance(item, Article) for item in items)
    assert list_files([f"{web}/{name}"])[0].size_and_sha256() == list_files([folder / name])[0].size_and_sha256()


def test_the_name_in_an_address_is_plain(web: str) -> None:
    """The path in the tables is the name as people write it, without the query, which may hold a key."""
    (file,) = list_files([f"{web}/sub/with%20blank%20%231.txt?signature=secret"])
    assert file.source_path == "with blank #1.txt"
    with file.open() as stream:
        assert stream.read() == TEXT.format("four").encode()


@pytest.mark.parametrize(
    ("path", "told"), [("/nothing.txt", "404"), ("/broken.txt", "500"), ("/key.jsonl", "401"), ("/[", "404")]
)
def test_an_address_that_gives_no_file_ends_the_run(path: str, told: str, web: str) -> None:
    """The message names the address and what the server answered."""
    with pytest.raises(ConfigurationError, match=told) as raised:
        list_files([web + path])
    assert web + path in str(raised.value)
    assert "FSSPEC_HTTP_HEADERS" in str(raised.value)


def test_a_server_that_is_not_there_ends_the_run() -> None:
    """A closed port is told as such, and not as a missing file."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(ConfigurationError, match="Cannot connect to host"):
        list_files([f"http://127.0.0.1:{port}/a.txt"])


@pytest.mark.parametrize("inside", ["", "client_kwargs"], ids=["headers", "client_kwargs"])
def test_a_server_may_want_a_key(inside: str, web: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the user has set for fsspec reaches the server, beside what is set here."""
    key: dict[str, object] = {"headers": {"Authorization": "Bearer open"}}
    monkeypatch.setitem(fsspec.config.conf, "http", {inside: key} if inside else key)
    articles, rejected = _split(list(read_articles([f"{web}/key.jsonl"], settings)))
    assert (len(articles), rejected) == (len(rows(0)), [])


@pytest.mark.parametrize("name", ["note.txt", "wire.jsonl.gz", "desk.jsonl.zst", "table.parquet"])
def test_a_file_that_a_server_cuts_off_is_put_aside(name: str, web: str, settings: Settings) -> None:
    """A server that closes in the middle is told of, for each kind, and the key of the address is not in the message."""
    articles, rejected = _split(list(read_articles([f"{web}/cut.{name}?signature=secret"], settings)))
    assert articles == []
    assert [(item.source_path, item.reason) for item in rejected] == [(f"cut.{name}", "unreadable_file")]
    assert "secret" not in rejected[0].message


def test_a_server_that_falls_silent_is_not_waited_for(
    web: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the time that a server may be silent, its file is put aside."""
    monkeypatch.setattr(module, "_TIMEOUT", 0.3)
    articles, rejected = _split(list(read_articles([f"{web}/silent.txt"], settings)))
    assert articles == []
    assert [(item.reason, "silent for too long" in item.message) for item in rejected] == [("unreadable_file", True)]


def test_a_large_file_of_a_web_server_is_streamed(web: str, settings: Settings) -> None:
    """When the first article is there, the server has not yet sent half of the file."""
    items = read_articles([f"{web}/big.jsonl"], settings)
    assert next(items).source_id == "b-0"
    assert 0 < _Web.sent < BIG_LINES * LINE_BYTES / 2
    items.close()


def test_a_large_file_is_read_from_a_server_that_gives_no_parts(web: str) -> None:
    """Each byte of a file comes that is longer than what is asked of a store at a time."""
    (file,) = list_files([f"{web}/big.jsonl"])
    assert file.size_and_sha256()[0] == BIG_LINES * LINE_BYTES

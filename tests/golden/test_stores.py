"""Inputs on object stores, read from servers on this machine: the same as the same files in a folder."""

import gzip
import json
import logging
import os
import pickle
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, unquote, urlsplit

import boto3
import fsspec
import pandas as pd
import pytest
import s3fs
from gcsfs.core import GCSFileSystem
from moto.server import ThreadedMotoServer

from etl.errors import ConfigurationError
from etl.settings import Settings
from etl.sources import Article, Rejected, read_articles
from etl.sources.files import list_files
from tests.conftest import ROOT, call_warm
from tests.each_kind import TEXT, json_lines, rows, write_each_kind


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files of each kind that is read, a hidden one and an empty one."""
    folder = write_each_kind(tmp_path_factory.mktemp("news"))
    (folder / ".hidden.txt").write_text(TEXT.format("nine"), encoding="utf-8")
    (folder / "empty.txt").touch()
    return folder


@pytest.fixture(scope="module")
def s3(folder: Path) -> Iterator[Any]:
    """A client of an S3 server that holds the folder as `s3://news/wire`; the environment names the server and keys."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", "http://{}:{}".format(*server.get_host_and_port()))
        patch.setenv("AWS_ACCESS_KEY_ID", "key")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="news", ACL="public-read")
        for path in folder.rglob("*"):
            if path.is_file():
                client.upload_file(str(path), "news", f"wire/{path.relative_to(folder).as_posix()}")
        client.put_object(Bucket="news", Key="wire/sub/", Body=b"")  # as consoles mark a folder
        client.put_object(Bucket="news", Key="wires/other.txt", Body=b"Of another folder.", ACL="public-read")
        s3fs.S3FileSystem.clear_instance_cache()
        yield client
        s3fs.S3FileSystem.clear_instance_cache()
    server.stop()


def _split(items: list[Article | Rejected]) -> tuple[list[Article], list[Rejected]]:
    return [i for i in items if isinstance(i, Article)], [i for i in items if isinstance(i, Rejected)]


@pytest.mark.usefixtures("s3")
def test_a_bucket_is_read_as_the_folder_is(folder: Path, settings: Settings) -> None:
    """Text, pages, gzip, zstd and Parquet of S3 give the same articles, paths and rejections, in the same order."""
    items = list(read_articles(["s3://news/wire"], settings))
    articles, rejected = _split(items)
    assert items == list(read_articles([folder], settings))
    assert len(articles) == 18
    assert [(item.source_path, item.reason) for item in rejected] == [("empty.txt", "empty_file")]


@pytest.mark.usefixtures("s3")
def test_the_files_of_a_bucket_are_those_of_the_folder(folder: Path) -> None:
    """They are sorted, without hidden ones, marks of folders and folders of a longer name, and have the same checksums."""
    found = [(file.source_path, file.size_and_sha256()) for file in list_files(["s3://news/wire/"])]
    assert found == [(file.source_path, file.size_and_sha256()) for file in list_files([folder])]
    assert [path for path, _ in found][-2:] == ["table.parquet", "wire.jsonl.gz"]


@pytest.mark.usefixtures("s3")
@pytest.mark.parametrize(
    ("address", "names"),
    [
        ("s3://news/wire/note.txt", ["note.txt"]),
        ("s3://news/wire/sub/with blank #1.txt", ["with blank #1.txt"]),
        ("s3a://news/wires", ["other.txt"]),
    ],
)
def test_an_object_may_be_named(address: str, names: list[str]) -> None:
    """One object is an input too, under its own name; the bucket may be written s3a."""
    assert [file.source_path for file in list_files([address])] == names


@pytest.mark.usefixtures("s3")
def test_a_whole_bucket_may_be_named() -> None:
    """The paths of its files are then those within the bucket."""
    found = [file.source_path for file in list_files(["s3://news"])]
    assert "wire/note.txt" in found
    assert "wires/other.txt" in found


@pytest.mark.usefixtures("s3")
@pytest.mark.parametrize(
    ("address", "told"),
    [("s3://news/nothing", "no such file or folder"), ("s3://nobody/wire", "NoSuchBucket"), ("s3://", "all of S3")],
)
def test_a_missing_bucket_or_object_ends_the_run(address: str, told: str) -> None:
    """The message names the address and the variables to look at."""
    with pytest.raises(ConfigurationError, match=told) as raised:
        list_files([address])
    assert address in str(raised.value)
    assert "AWS_ENDPOINT_URL" in str(raised.value)


def test_an_object_that_may_not_be_read_is_put_aside(s3: Any, settings: Settings) -> None:
    """An object in the cold store is listed but not given: it is in quarantine, and the others are read."""
    s3.put_object(Bucket="news", Key="cold/a.txt", Body=TEXT.encode(), StorageClass="GLACIER")
    s3.put_object(Bucket="news", Key="cold/b.txt", Body=TEXT.format("six").encode())
    articles, rejected = _split(list(read_articles(["s3://news/cold"], settings)))
    assert [article.source_path for article in articles] == ["b.txt"]
    assert [(item.source_path, item.reason) for item in rejected] == [("a.txt", "unreadable_file")]
    assert "storage class" in rejected[0].message
    assert list_files(["s3://news/cold"])[0].size_and_sha256() is None


def test_an_object_that_goes_while_the_run_reads_is_put_aside(s3: Any) -> None:
    """A file that was deleted after it was listed has no checksum, and does not end the run."""
    s3.put_object(Bucket="news", Key="short/a.txt", Body=b"Gone soon.")
    (file,) = list_files(["s3://news/short"])
    s3.delete_object(Bucket="news", Key="short/a.txt")
    assert file.size_and_sha256() is None


def test_a_large_object_is_read_in_parts(s3: Any, settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    """The first article of a long file of S3 is there before the server was asked for the rest."""
    lines = (json.dumps({"id": f"b-{n}", "text": TEXT.format(n)}).ljust(999) for n in range(10_000))
    s3.put_object(Bucket="news", Key="big/a.jsonl", Body="\n".join(lines).encode())
    caplog.set_level(logging.INFO, "werkzeug")

    def parts() -> int:
        return sum("GET /news/big/a.jsonl" in line for line in caplog.messages)

    items = read_articles(["s3://news/big"], settings)
    assert next(items).source_id == "b-0"
    before = parts()
    assert sum(isinstance(item, Article) for item in items) == 9_999
    assert 0 < before < parts()


@pytest.mark.usefixtures("s3")
def test_a_file_of_a_store_can_be_sent_to_another_process() -> None:
    """A file survives pickling, so that workers can read it."""
    (file,) = list_files(["s3://news/wire/note.txt"])
    with pickle.loads(pickle.dumps(file)).open() as stream:
        assert stream.read() == TEXT.format("three").encode()


def _list_alone(address: str, home: Path, first: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """What a process of its own says of an input: its files and the size of the first, or the error."""
    program = (
        f"{first}\nfrom etl.errors import ConfigurationError\nfrom etl.sources.files import list_files\n"
        f"try:\n    files = list_files([{address!r}])\n"
        "    print([file.source_path for file in files], files[0].size_and_sha256()[0])\n"
        "except ConfigurationError as error:\n    print(error)\n"
    )
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "FSSPEC_"))}
    ours = {"PYTHONPATH": str(ROOT), "AWS_EC2_METADATA_DISABLED": "true", "HOME": str(home)}
    return subprocess.run(
        [sys.executable, "-c", program], cwd=home, capture_output=True, text=True, check=False,
        env=inherited | ours | environment,
    )  # fmt: skip


@pytest.mark.usefixtures("s3")
@pytest.mark.parametrize(
    "ways",
    [
        {"AWS_ENDPOINT_URL_S3": "{}", "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"},
        {"FSSPEC_S3_ENDPOINT_URL": "{}", "FSSPEC_S3_ANON": "true"},
        {
            "FSSPEC_S3": '{{"endpoint_url": "{}", "key": "key", "secret": "secret", "config_kwargs": {{"retries": {{}}}}}}'
        },
    ],
    ids=lambda ways: next(iter(ways)),
)
def test_the_environment_names_server_and_keys(ways: dict[str, str], tmp_path: Path) -> None:
    """Each documented way to name another server and the keys, or none, works in a process of its own."""
    there = os.environ["AWS_ENDPOINT_URL"]
    done = _list_alone("s3://news/wires", tmp_path, **{name: value.format(there) for name, value in ways.items()})
    assert (done.stdout, done.stderr) == ("['other.txt'] 18\n", "")


def test_missing_keys_are_told(tmp_path: Path) -> None:
    """Without keys the message names the variables that hold them, and how to read without."""
    done = _list_alone("s3://news/wires", tmp_path, AWS_ENDPOINT_URL=f"http://127.0.0.1:{_closed_port()}")
    assert "input s3://news/wires: the store does not give it (Unable to locate credentials)" in done.stdout
    assert "AWS_ACCESS_KEY_ID" in done.stdout
    assert "FSSPEC_S3_ANON=true" in done.stdout
    assert done.stderr == ""


def _closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class _Gs(BaseHTTPRequestHandler):
    """The part of the interface of Google's store that reading takes; one of its objects may not be read."""

    files: ClassVar = {
        "wire/a.jsonl.gz": gzip.compress(json_lines(70)),
        "wire/b.txt": b"Not for you.",
        "wire/.c.txt": b"Hidden.",
    }

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        given = parse_qs(address.query)
        bucket, _, name = address.path.partition("/b/")[2].partition("/o")
        if bucket != "news":
            return self._send(404, b"{}")
        if not name:
            prefix = given.get("prefix", [""])[0]
            return self._json({"items": [self._item(name) for name in self.files if name.startswith(prefix)]})
        name = unquote(name[1:])
        if name not in self.files:
            return self._send(404, b"{}")
        if "alt" not in given:
            return self._json(self._item(name))
        return self._send(403, b"{}") if name == "wire/b.txt" else self._send(200, self.files[name])

    def _item(self, name: str) -> dict[str, str]:
        return {"name": name, "bucket": "news", "size": str(len(self.files[name])), "updated": "2024-01-04T00:00:00Z"}

    def _json(self, value: object) -> None:
        self._send(200, json.dumps(value).encode())

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def gs(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Such a store, which is read without a key."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Gs)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setitem(fsspec.config.conf, "gs", {"token": "anon"})
    GCSFileSystem.clear_instance_cache()
    yield
    GCSFileSystem.clear_instance_cache()
    server.shutdown()
    server.server_close()


@pytest.mark.usefixtures("gs")
def test_a_bucket_of_google_is_read(settings: Settings) -> None:
    """A `gs://` address reaches the store; an object that is not given is put aside."""
    articles, rejected = _split(list(read_articles(["gs://news/wire"], settings)))
    assert [article.source_id for article in articles] == [row["id"] for row in rows(70)]
    assert [(item.source_path, item.reason) for item in rejected] == [("b.txt", "unreadable_file")]
    assert [file.source_path for file in list_files(["gs://news/wire/a.jsonl.gz"])] == ["a.jsonl.gz"]


@pytest.mark.usefixtures("gs")
@pytest.mark.parametrize("missing", ["gs://nobody/wire", "gs://nobody", "gs://news/nothing"])
def test_a_missing_bucket_of_google_ends_the_run(missing: str) -> None:
    """The message names the address and the variable to look at."""
    with pytest.raises(ConfigurationError, match=f"{missing}: .*GOOGLE_APPLICATION_CREDENTIALS"):
        list_files([missing])


def test_a_store_of_google_that_is_not_there_ends_the_run(tmp_path: Path) -> None:
    """The run ends after some tries, and prints no traceback; the waits between the tries are left out here."""
    program = "import gcsfs.retry; gcsfs.retry.min = lambda *_: 0"
    done = _list_alone(
        "gs://news/wire", tmp_path, program,
        STORAGE_EMULATOR_HOST=f"http://127.0.0.1:{_closed_port()}", FSSPEC_GS_TOKEN="anon",
    )  # fmt: skip
    assert done.stdout.startswith("input gs://news/wire: the store does not give it (Cannot connect to host")
    assert done.stderr == ""


@pytest.mark.usefixtures("s3")
def test_a_run_over_a_bucket_finds_the_events_of_the_folder(folder: Path, tmp_path: Path) -> None:
    """The whole command line gives the same events, and says nothing else, for a bucket as for the folder."""

    def run(source: Any, out: str) -> pd.DataFrame:
        done = call_warm("run", source, "--out", tmp_path / out, "--no-data-docs", folder=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        return pd.read_parquet(tmp_path / out / "events.parquet")

    here, there = run(folder, "here"), run("s3://news/wire", "there")
    pd.testing.assert_frame_equal(here, there)
    assert len(here)

"""Keys in addresses and in the environment: they reach the server, and nothing that is written or said."""

import base64
import json
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

import fsspec
import pandas as pd
import pytest

from etl.errors import ConfigurationError, InputError
from etl.sources.files import File, list_files
from tests.conftest import call

USER, PASSWORD, TOKEN, HEADER = "usr-hush1", "pwd-hush2", "tok-hush3", "hdr-hush4"
HUSHED = "hush"
"""Stands in every key."""
TEXT = "Norway delivered 12 Leopard 2 tanks to Ghana on 3 January 2024, the defence ministry said in a statement."


class _Locked(BaseHTTPRequestHandler):
    """A server that gives its file to those who have the keys; `/short` breaks off, `/moved` sends elsewhere."""

    body: ClassVar = json.dumps({"id": "a", "date": "2024-01-05", "text": TEXT}).encode()
    seen: ClassVar[list[bool]] = []

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        expected = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        given = parse_qs(address.query).get("token"), self.headers.get("Authorization"), self.headers.get("X-Key")
        self.seen.append(given == ([TOKEN], expected, HEADER))
        if address.path == "/moved":
            self.send_response(302)
            self.send_header("Location", f"ftp://{USER}:{PASSWORD}@127.0.0.1/a?token={TOKEN}")
            self.end_headers()
            return
        self.send_response(200 if self.seen[-1] else 401)
        self.send_header("Content-Length", str(len(self.body) + (100 if address.path == "/short.jsonl" else 0)))
        self.end_headers()
        if self.command == "GET" and self.seen[-1]:
            self.wfile.write(self.body)
            self.close_connection = True


@pytest.fixture
def host() -> Iterator[str]:
    """Such a server on this machine: its name and port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Locked)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    _Locked.seen.clear()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def _call(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    headers = json.dumps({"X-Key": HEADER})
    return call(*arguments, folder=folder, FSSPEC_HTTP_HEADERS=headers, AWS_EC2_METADATA_DISABLED="true")


def _holding_keys(folder: Path) -> list[str]:
    """The files that hold a key, in their bytes or in their names."""
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return [str(path) for path in paths if HUSHED.encode() in path.read_bytes() or HUSHED in str(path)]


def test_keys_are_used_and_not_kept(host: str, tmp_path: Path) -> None:
    """A run over addresses with keys, one of which breaks off, reads what they open; no key is written, kept or printed."""
    keys = f"http://{USER}:{PASSWORD}@{host}"
    inputs = [f"{keys}/{name}?token={TOKEN}" for name in ("good.jsonl", "short.jsonl", "")]
    done = _call(tmp_path, "run", *inputs, "--out", "out", "--no-data-docs")
    assert (done.returncode, done.stderr) == (0, "")
    aside = pd.read_parquet(tmp_path / "out" / "quarantine.parquet")
    assert set(zip(aside["source_path"], aside["reason_code"], strict=True)) == {
        ("good.jsonl", "same_document"), ("short.jsonl", "unreadable_file"),
    }  # fmt: skip
    assert _Locked.seen
    assert all(_Locked.seen)
    told = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert sorted(item["path"] for item in told["inputs"]) == ["127.0.0.1", "good.jsonl", "short.jsonl"]
    read = _call(tmp_path, "read", *inputs)
    assert (read.returncode, len(read.stdout.splitlines())) == (0, 3)
    assert HUSHED not in done.stdout + read.stdout + read.stderr
    assert _holding_keys(tmp_path) == []


WRONG = [
    ("http://{keys}@{host}/a.jsonl?token=wrong-{token}", "http://***@{host}/a.jsonl?***"),
    ("http://{keys}@{host}/moved?token={token}", "http://***@{host}/moved?***"),
    ("http://{keys}@{closed}/a.jsonl?token={token}#part", "http://***@{closed}/a.jsonl?***#part"),
    ("http://{keys}@no host/a.jsonl?token={token}", "http://***@no host/a.jsonl?***"),
    ("http://{keys}@[::1/a.jsonl?token={token}", "http://***@[::1/a.jsonl?***"),
    ("s3://{keys}@bucket/a.jsonl", "s3://***@bucket/a.jsonl"),
    ("nowhere://{keys}@host/a?token={token}", "nowhere://***@host/a?***"),
]


@pytest.mark.parametrize(("address", "shown"), WRONG, ids=[shown for _, shown in WRONG])
def test_an_error_names_the_address_without_its_keys(
    address: str, shown: str, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is wrong with an address, the message has stars where its keys stood."""
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    words = {"keys": f"{USER}:{PASSWORD}", "host": host, "closed": "127.0.0.1:9", "token": TOKEN}
    with pytest.raises(ConfigurationError) as raised:
        list_files([address.format(**words)])
    assert f"input {shown.format(**words)}: " in str(raised.value)
    assert HUSHED not in str(raised.value)


@pytest.mark.parametrize("host", ["127.0.0.1:9", "no host", "[::1"])
def test_a_file_that_is_not_given_is_told_without_keys(host: str) -> None:
    """A file whose server goes while the run reads is put aside under a message without keys."""
    gone = File("a.jsonl", f"http://{USER}:{PASSWORD}@{host}/a.jsonl?token={TOKEN}", fsspec.filesystem("http"))
    with pytest.raises(InputError) as raised:
        gone.open().read()
    assert raised.value.reason == "unreadable_file"
    assert HUSHED not in str(raised.value)

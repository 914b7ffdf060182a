"""Keeps every question and answer as WARC 1.1: the articles where `etl run` reads them, all else in a hidden folder."""

import hashlib
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from etl.fetch.addresses import Feed
from etl.fetch.client import Exchange
from etl.place import sync

_SECRET = re.compile(rb"(?im)^((?:proxy-)?authorization|(?:set-)?cookie2?):[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*")
_LOGIN = re.compile(rb"(?<=//)[^/\s@?#]*@")
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_SHORTEST_KEY = 6
"""Characters from which the value of a query may be a key, not the number of a page."""


class _AsItWas(StatusAndHeaders):  # type: ignore[misc]
    """The head of a question or an answer, byte by byte as it went over the line."""

    def __init__(self, head: bytes) -> None:
        super().__init__("", [])
        self.headers_buff = head

    def __bool__(self) -> bool:
        return True

    def compute_headers_buffer(self, header_filter: object = None) -> None:
        """Leave it as it is."""


def masked(head: bytes) -> bytes:
    """Return the head of a question or answer without what lets somebody in: authorization, cookies, and logins in addresses."""
    return _LOGIN.sub(b"masked@", _SECRET.sub(rb"\1: masked", head))


def keys_of(feeds: Iterable[Feed]) -> tuple[str, ...]:
    """Return what may be a key in the addresses that the user named: the values of their queries, the longest first."""
    values = {value for feed in feeds for _, value in parse_qsl(urlsplit(feed.address).query)}
    raw = {part.partition("=")[2] or part for feed in feeds for part in urlsplit(feed.address).query.split("&")}
    return tuple(sorted((key for key in values | raw if len(key) >= _SHORTEST_KEY), key=lambda key: (-len(key), key)))


def without_keys(exchange: Exchange, keys: Iterable[str]) -> Exchange:
    """Return a question and answer in which stars stand for some keys, so many that all lengths hold.

    Where an answer is packed and tells a key, its body is left out: it cannot be masked.
    """
    address, sent, received = exchange.address, exchange.sent, exchange.received
    cut = False
    for key in keys:
        stars, data = "*" * len(key), key.encode()
        cut |= data in exchange.body and data not in received
        address = address.replace(key, stars)
        sent, received = sent.replace(data, stars.encode()), received.replace(data, stars.encode())
    if cut:
        end = _HEAD_END.search(received)
        received = received[: end.end()] if end else b""
    return replace(exchange, address=address, sent=sent, received=received)


class _File:
    """A WARC file that is being written, under a hidden name.

    Args:
        aside: its path until it is finished.
        info: what the file says about itself.
    """

    def __init__(self, aside: Path, info: Mapping[str, str]) -> None:
        self._aside = aside
        self._handle = aside.open("wb")
        self._writer = WARCWriter(self._handle, gzip=True, warc_version="WARC/1.1")
        record = self._writer.create_warcinfo_record(None, info)
        self._id = record.rec_headers.get_header("WARC-Record-ID")
        self._writer.write_record(record)
        self._whole = self._handle.tell()

    def _record(self, exchange: Exchange, kind: str, data: bytes) -> Any:
        end = _HEAD_END.search(data)
        head, body = (data[: end.end()], data[end.end() :]) if end else (data, b"")
        headers = {
            "WARC-Date": exchange.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "WARC-Warcinfo-ID": self._id,
            "WARC-IP-Address": exchange.machine or "",
        }
        if kind == "response" and exchange.trouble and exchange.trouble.cut:
            headers["WARC-Truncated"] = exchange.trouble.cut
        return self._writer.create_warc_record(
            exchange.address, kind, payload=io.BytesIO(body), length=len(body), warc_headers_dict=headers,
            http_headers=_AsItWas(masked(head)),
        )  # fmt: skip

    def keep(self, exchange: Exchange) -> None:
        """Write a question, and the answer as far as there is one."""
        request = self._record(exchange, "request", exchange.sent)
        if exchange.received:
            response = self._record(exchange, "response", exchange.received)
            self._writer.write_request_response_pair(request, response)
        else:
            self._writer.write_record(request)
        self._handle.flush()
        self._whole = self._handle.tell()

    def finish(self, folder: Path, prefix: str) -> None:
        """Give the file its name, made of the day and the hash of its bytes, and have the disk keep it."""
        self._handle.truncate(self._whole)  # a call that is broken off may do so in the middle of a record
        self._handle.close()
        with self._aside.open("rb") as handle:
            digest = hashlib.file_digest(handle, "sha256").hexdigest()
        sync([self._aside])
        self._aside.replace(folder / f"{prefix}{datetime.now(UTC):%Y%m%d}-{digest[:16]}.warc.gz")
        sync([folder])


class Archive:
    """The WARC files of a folder.

    Args:
        folder: where the articles go.
        hidden: where all else goes: robots.txt, feeds, redirects, and answers that are no use.
        info: what the files say about themselves.
        keys: what stands in addresses that the user named and is written nowhere.
    """

    def __init__(self, folder: Path, hidden: Path, info: Mapping[str, str], keys: Sequence[str] = ()) -> None:
        self._folder, self._hidden, self._keys = folder, hidden, keys
        self._info = {"format": "WARC File Format 1.1"} | dict(info)
        self._files: dict[bool, _File] = {}
        for left in hidden.glob("*.warc.gz.part"):
            left.unlink()  # of a call that was killed; what it holds is fetched again

    def keep(self, exchange: Exchange, *, article: bool) -> None:
        """Keep a question and its answer."""
        if not exchange.sent:
            return
        if article not in self._files:
            name = "articles" if article else "other"
            self._files[article] = _File(self._hidden / f"{name}.warc.gz.part", self._info)
        self._files[article].keep(without_keys(exchange, self._keys))

    def close(self) -> None:
        """Finish the files that are open; the next thing to keep opens new ones."""
        while self._files:
            article, file = self._files.popitem()
            file.finish(self._folder if article else self._hidden, "fetched-" if article else "")

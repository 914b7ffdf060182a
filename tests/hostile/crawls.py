"""Feeds and WARC: cut off, lying about their length, with entities that grow."""

import random
import zlib
from collections.abc import Iterator

from tests.hostile.corpus import Hostile, Read, aside, chance, either, story


def crawls() -> Iterator[Hostile]:
    """Yield the files of this kind."""
    yield from _feeds(chance("feeds"))
    yield from _crawls(chance("crawls"))


def _feeds(rng: random.Random) -> Iterator[Hostile]:
    def item(body: str) -> str:
        return f"<item><guid>g{rng.randint(0, 10**9)}</guid><title>T</title><description>{body}</description></item>"

    def feed(items: str, before: str = "") -> bytes:
        return (
            f'<?xml version="1.0"?>{before}<rss version="2.0"><channel><title>N</title>{items}</channel></rss>'.encode()
        )

    bad = ("corrupt_file", "no_text", "empty_file", "too_slow", "too_large", "bad_record", "unsupported_format")
    reads = (Read(None, " tanks to "),)
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    cases = {
        "plain": feed(item(story(rng))),
        "entities": feed(item(story(rng) + "&a11;"), f'<!DOCTYPE rss [<!ENTITY a0 "tank">{laughs}]>'),
        "outside": feed(item(story(rng) + "&x;"), '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
        "deep": feed(item("<div>" * 50_000 + story(rng))),
        "deep-items": feed("<item>" * 20_000 + item(story(rng))),
        "cut": feed(item(story(rng)) + item(story(rng)))[:-90],
        "markup": feed(item("&lt;p&gt;" * 20_000 + story(rng))),
        "cdata": feed(item(f"<![CDATA[{story(rng)}]]>")),
        "open-cdata": feed(item(f"<![CDATA[{story(rng)}")),
        "declares-nonsense": feed(item(story(rng))).replace(b'"1.0"?', b'"1.0" encoding="nonsense"?'),
        "declares-utf-16": feed(item(story(rng))).replace(b'"1.0"?', b'"1.0" encoding="utf-16"?'),
        "attributes": feed("<item " + " ".join(f"a{n}='1'" for n in range(30_000)) + "/>" + item(story(rng))),
    }
    for name, content in cases.items():
        twice = reads * 2 if name == "cut" else reads
        yield either(f"crawls/{name}.rss", content, twice, *bad)
    yield aside("crawls/no-items.rss", feed(""), "empty_file", "no_text")
    yield aside("crawls/only-a-root.rss", b"<rss", *bad)
    yield aside("crawls/many-empty-items.rss", feed("<item></item>" * 2_000), *bad)


def _record(body: bytes, kind: str = "response", length: int | None = None, more: str = "") -> bytes:
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: https://news.example/a\r\nWARC-Date: 2024-01-04T00:00:00Z\r\n"
        f"WARC-Record-ID: <urn:uuid:12345678-1234-1234-1234-123456789012>\r\n{more}"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(body) if length is None else length}\r\n\r\n"
    )
    return head.encode() + body + b"\r\n\r\n"


def _crawls(rng: random.Random) -> Iterator[Hostile]:
    def answer(headers: str = "", *, status: str = "200 OK", packed: bytes | None = None) -> bytes:
        page = (
            f"<html><body><article>{''.join(f'<p>{story(rng)}</p>' for _ in range(3))}</article></body></html>".encode()
        )
        return f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\n{headers}\r\n".encode() + (
            page if packed is None else packed
        )

    bad = (
        "same_document",
        "corrupt_file",
        "no_text",
        "empty_file",
        "bad_record",
        "too_large",
        "too_slow",
        "unsupported_format",
        "not_text",
    )
    whole = _record(answer())
    gz = "Content-Encoding: gzip\r\n"
    bomb = zlib.compressobj(9, zlib.DEFLATED, 31)
    endless = bomb.compress(b" " * 201_000_000) + bomb.flush()
    cases = {
        "plain": whole,
        "cut": whole[:-200],
        "cut-in-the-head": whole[:60],
        "lying-long": _record(answer(), length=10**9),
        "lying-short": _record(answer(), length=100) + whole,
        "negative": _record(answer(), length=-5),
        "huge-length": _record(answer(), length=10**30),
        "bomb": _record(answer(gz, packed=endless)),
        "not-gzip": _record(answer(gz)),
        "chunks": _record(answer("Transfer-Encoding: chunked\r\n", packed=b"ffffffffff\r\nx")),
        "not-found": _record(answer(status="404 Not Found")),
        "no-status": _record(b"\r\n\r\n" + rng.randbytes(300)),
        "long-head": _record(answer("X-A: " + "b" * 1_000_000 + "\r\n")),
        "many-heads": _record(answer("X-A: b\r\n" * 50_000)),
        "long-name": _record(answer(), more="X-A: " + "b" * 1_000_000 + "\r\n"),
        "unknown-type": _record(answer(), kind="nonsense"),
        "only-info": _record(b"software: x", kind="warcinfo"),
        "garbage-behind": whole + rng.randbytes(5_000),
        "many-empty": _record(b"") * 3_000,
        "charset": _record(answer().replace(b"text/html", b"text/html; charset=utf-7")),
    }
    for name, content in cases.items():
        yield either(f"crawls/{name}.warc", content, (Read(), Read()), *bad)

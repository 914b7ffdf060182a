"""Scripted web servers on this machine, and short ways to call `etl fetch` and look at what it wrote."""

import re
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from click.testing import CliRunner, Result
from warcio import ArchiveIterator

from etl.cli import main

SECRET = "horse-battery"
ARTICLES, OTHERS = "fetched-*.warc.gz", ".fetch/*.warc.gz"
Answer = tuple[int, dict[str, str], bytes] | Callable[[BaseHTTPRequestHandler], None]


def page(number: int) -> bytes:
    """The page of an article."""
    body = (
        f"Norway sold {number + 10} patrol boats to Ghana in 2019, the defence ministry said in a statement on Monday. "
        * 3
    )
    return (
        f"<html><head><title>Boats {number}</title><meta property='article:published_time' content='2024-03-0{number}'>"
        f"</head><body><article><h1>Boats {number}</h1><p>{body}</p></article></body></html>"
    ).encode()


@dataclass
class Site:
    """A server whose answers are scripted by path, and what it was asked."""

    answers: dict[str, Answer | list[Answer]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    headers: list[Message] = field(default_factory=list)
    at: str = ""

    def add(self, path: str, body: bytes | str, kind: str = "text/html", **headers: str) -> None:
        """Have a path answer 200."""
        told = {"Content-Type": kind} | {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[path] = (200, told, body.encode() if isinstance(body, str) else body)

    def add_pages(self, *numbers: int) -> None:
        for number in numbers:
            self.add(f"/{number}.html", page(number))

    def add_rss(self, *links: str, path: str = "/rss", **headers: str) -> None:
        """A feed whose entries are dated to days of March 2024, one after the other."""
        items = "".join(
            f"<item><link>{link.replace('&', '&amp;')}</link><pubDate>{day:02} Mar 2024 10:00:00 GMT</pubDate></item>"
            for day, link in enumerate(links, start=1)
        )
        self.add(path, f"<rss version='2.0'><channel><title>T</title>{items}</channel></rss>", "text/xml", **headers)


class _Handler(BaseHTTPRequestHandler):
    site: Site

    def do_GET(self) -> None:
        self.site.asked.append(self.path)
        self.site.headers.append(self.headers)
        self.site.times.append(time.monotonic())
        answer = self.site.answers.get(self.path.partition("?")[0], (404, {}, b"none"))
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if callable(answer):
            answer(self)
            return
        status, headers, body = answer
        if (headers.get("ETag") or "-") == self.headers.get("If-None-Match"):
            status, body = 304, b""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if "Content-Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


def redirect(place: str) -> Answer:
    """Lead elsewhere."""
    return 302, {"Location": place}, b""


@contextmanager
def serve(context: ssl.SSLContext | None = None) -> Iterator[Site]:
    """Start a server, which ends with the block."""
    site = Site()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"site": site}))
    server.daemon_threads = True
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    site.at = f"{'https' if context else 'http'}://127.0.0.1:{server.server_address[1]}"
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()


def fetch(*arguments: str) -> Result:
    """Return what the command did; without a wait between requests."""
    done = CliRunner().invoke(main, ["fetch", *arguments, "--out", "raw", "--wait", "0"])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.output
    return done


def count(done: Result, name: str) -> int:
    """Return a count that the command told, the last of its name."""
    return int(re.findall(rf"^ *{name} +([\d,]+)$", done.output, re.MULTILINE)[-1])


def records(pattern: str, kind: str = "response") -> list[tuple[str, str, bytes]]:
    """Return address, status and content of the records of some WARC files; each file is read to its end."""
    found = []
    for path in sorted(Path("raw").glob(pattern)):
        with path.open("rb") as stream:
            for record in ArchiveIterator(stream, check_digests="raise"):
                content = record.content_stream().read()
                if record.rec_type == kind:
                    status = record.http_headers.get_statuscode() if record.http_headers else ""
                    found.append((record.rec_headers.get_header("WARC-Target-URI") or "", status, content))
    return found

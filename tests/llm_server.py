"""A scripted server on this machine that speaks as OpenAI-compatible endpoints do, with their faults, and short ways to ask it."""

import hashlib
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

from etl.asking import Tally, ask_all
from etl.asking.answers import Answers
from etl.extraction.llm.reply import Reply
from etl.extraction.llm.request import Request
from etl.settings import Settings

__all__ = [
    "HUSHED", "KEY", "TOLD", "Answer", "Answers", "Endpoint", "Path", "Reply", "Request", "Script", "Settings", "Tally",
    "always", "ask", "ask_all", "chat", "cut_off", "echo", "fails", "python", "request", "serve", "set_for", "surroundings", "text_of",
]  # fmt: skip

TOLD = "Ruritania has ordered six patrol boats"
"""Stands in the text that is sent."""

_QUICK = {"retry-after-ms": "1"}
"""Has a client try again at once."""


class Answer(NamedTuple):
    """What the server sends back.

    Attributes:
        status: the status code.
        body: the body, as text, bytes, or what is sent as JSON.
        headers: more headers, or others.
        missing: bytes that the length in the header tells, but that are not sent: the connection is cut off instead.
        silent: seconds before the server says anything.
        dripping: seconds between one byte of the body and the next.
    """

    status: int = 200
    body: Any = ""
    headers: dict[str, str] = {}  # noqa: RUF012 -- never changed
    missing: int = 0
    silent: float = 0
    dripping: float = 0


Script = Callable[[int, dict[str, Any]], Answer]
"""What the server answers, by the number of the request (from 0) and its body."""


def chat(content: Any, *, ending: str | None = "stop", usage: Any = (100, 20), refusal: str | None = None) -> Answer:
    """An answer of a model: its words, why it ended, and the tokens it took (None: not told)."""
    message = {"role": "assistant", "content": content} | ({"refusal": refusal} if refusal else {})
    body: dict[str, Any] = {
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m",
        "choices": [{"index": 0, "message": message, "finish_reason": ending}],
    }  # fmt: skip
    if isinstance(usage, tuple):
        body["usage"] = {"prompt_tokens": usage[0], "completion_tokens": usage[1], "total_tokens": sum(usage)}
    elif usage is not None:
        body["usage"] = usage
    return Answer(body=body)


def fails(status: int, message: str = "no", *, again: bool = True, **fields: str) -> Answer:
    """An error of the server; where `again`, one that asks to be tried again at once."""
    body = {"error": {"message": message, "type": "error", **fields}}
    return Answer(status, body, _QUICK if again else {})


def cut_off(headers: dict[str, str] | None = None) -> Answer:
    """A connection that breaks in the middle of an answer."""
    return chat("[]")._replace(missing=100, headers=headers or {})


@dataclass
class Endpoint:
    """A running server.

    Attributes:
        script: what it answers.
        bodies, headers: what it was sent, in order.
        at: its base URL.
        most: requests that were on their way at once, at most.
        gate: while it is not set, the server takes requests and answers none.
    """

    script: Script
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[Message] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    at: str = ""
    most: int = 0
    gate: threading.Event = field(default_factory=threading.Event)
    _under_way: int = 0
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def take(self, path: str, headers: Message, body: dict[str, Any]) -> Answer:
        """Note a request, and return what to answer."""
        with self._changed:
            number = len(self.bodies)
            self.bodies.append(body)
            self.headers.append(headers)
            self.paths.append(path)
            self._under_way += 1
            self.most = max(self.most, self._under_way)
            self._changed.notify_all()
        self.gate.wait(40)
        try:
            return self.script(number, body)
        finally:
            with self._changed:
                self._under_way -= 1

    def wait_for(self, count: int) -> None:
        """Wait until the server was sent some number of requests; an AssertionError where they do not come."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.bodies) >= count, 40), f"{len(self.bodies)} of {count}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16
    endpoint: Endpoint
    ending: threading.Event

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["Content-Length"] or 0))
        answer = self.endpoint.take(self.path, self.headers, json.loads(sent or b"{}"))
        self.ending.wait(answer.silent)
        body = answer.body if isinstance(answer.body, str | bytes) else json.dumps(answer.body)
        content = body.encode() if isinstance(body, str) else body
        told = {"Content-Type": "application/json", "Content-Length": str(len(content) + answer.missing)}
        self.send_response(answer.status)
        for name, value in (told | answer.headers).items():
            self.send_header(name, value)
        self.end_headers()
        for part in [content[at : at + 1] for at in range(len(content))] if answer.dripping else [content]:
            self.wfile.write(part)
            self.wfile.flush()
            self.ending.wait(answer.dripping)
        self.close_connection = bool(answer.missing)

    def do_GET(self) -> None:
        self.do_POST()

    def log_message(self, *args: object) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, *args: object) -> None:
        """Say nothing of clients that have gone."""


@contextmanager
def serve(script: Script) -> Iterator[Endpoint]:
    """Start a server, which ends with the block."""
    endpoint, ending = Endpoint(script), threading.Event()
    endpoint.gate.set()
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"endpoint": endpoint, "ending": ending}))
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    endpoint.at = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield endpoint
    finally:
        ending.set()
        endpoint.gate.set()
        server.shutdown()
        server.server_close()


def request(number: int | str, **more: Any) -> Request:
    """A request of its own for each number."""
    messages = [{"role": "system", "content": "List the claims."}, {"role": "user", "content": f"{TOLD}, {number}."}]
    body = {"model": "m", "messages": messages, "max_tokens": 50, **more}
    return Request(body, hashlib.sha256(json.dumps(body).encode()).hexdigest())


def set_for(at: str | None, folder: Path, **more: Any) -> Settings:
    """Settings for a server."""
    told = {"llm_retries": 0, "llm_timeout": 5, "llm_concurrency": 1, "llm_model": "m"} | more
    return Settings(llm_base_url=at, llm_answers=folder / "kept" / "answers.sqlite", **told)


def ask(settings: Settings, *requests: Request) -> tuple[list[Reply | None], Tally]:
    """The reply to each request, each of an item of its own, and the count of all; progress tells of each request once."""
    told, steps = Tally(), []
    items = ((number, [one]) for number, one in enumerate(requests))
    given = list(ask_all(items, settings, progress=lambda *step: steps.append(step), tally=told))
    assert [item for item, _ in given] == list(range(len(requests)))
    assert steps == [("ask", 1)] * len(requests)
    assert told.kept + told.asked + told.not_asked == len(requests)
    return [reply for _, replies in given for reply in replies], told


KEY = "mk-hushhush-0123456789-hushhush"


HUSHED = "hushhush"


"""Stands in each key and password of these tests."""


def text_of(body: dict[str, Any]) -> str:
    """The number of a request, as its text tells it."""
    return re.findall(r", (.*)\.$", body["messages"][1]["content"])[0]


def always(answer: Answer) -> Script:
    return lambda *_: answer


def echo(_: int, body: dict[str, Any]) -> Answer:
    """A model that answers with the number of the request."""
    return chat(text_of(body))


def python(code: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """What some code did in a process of its own."""
    return subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True, timeout=60,
                          env=surroundings(**environment))  # fmt: skip


def surroundings(**more: str) -> dict[str, str]:
    paths = [str(Path(__file__).resolve().parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
    return os.environ | {"PYTHONPATH": os.pathsep.join(paths)} | more

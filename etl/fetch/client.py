"""One question to a server and its answer: bounded in time and size, to machines that may be asked, kept as it was.

Built on http.client: the socket is opened here, to an address that was checked, and all that goes over it can be kept as
it was sent and received. Proxies of the environment are not used: behind one, nobody can tell which machine is asked.
"""

import gzip
import http.client
import io
import socket
import ssl
import time
import zlib
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from typing import Any
from urllib.parse import urlsplit

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from etl.fetch.addresses import Peers, host_of
from etl.fetch.unfetched import Unfetched

_CONNECT, _SILENT = 10.0, 20.0
"""Seconds that a server has to take the connection, and that it may say nothing."""
_CHUNK = 1 << 16


@dataclass
class Exchange:
    """A question and its answer.

    Attributes:
        address: what was asked for.
        at: when.
        sent: the bytes of the question; none where no connection came about.
        received: the bytes of the answer, as far as they were read.
        machine: the IP address of the server.
        status: the status code; 0 where there is none.
        headers: the headers of the answer.
        body: its content, unpacked.
        trouble: why it is no use, where it is none.
    """

    address: str
    at: datetime
    sent: bytes = b""
    received: bytes = b""
    machine: str | None = None
    status: int = 0
    headers: Message = field(default_factory=Message)
    body: bytes = b""
    trouble: Unfetched | None = None


class _Bounds:
    """How long an answer may take, and how large it may be."""

    def __init__(self, seconds: float, size: int) -> None:
        self._seconds, self._end, self._size = seconds, time.monotonic() + seconds, size

    def left(self) -> float:
        """Seconds that are left.

        Raises:
            Unfetched: none are.
        """
        left = self._end - time.monotonic()
        if left <= 0:
            raise self.over()
        return left

    def over(self) -> Unfetched:
        """What is told where no time is left."""
        told = f"the answer took more than {self._seconds:g} seconds. Try again later, or raise fetch_timeout."
        return Unfetched(told, "time")

    def check(self, size: int) -> None:
        """Raise where an answer is larger than it may be.

        Raises:
            Unfetched: it is.
        """
        if size > self._size:
            told = f"the answer has more than {self._size:,} bytes. Raise fetch_max_bytes if it is worth it."
            raise Unfetched(told, "length")


class _Watched(io.RawIOBase):
    """What comes over a socket, kept and bounded."""

    def __init__(self, sock: socket.socket, bounds: _Bounds, received: bytearray) -> None:
        self._sock, self._source = sock, sock.makefile("rb", buffering=0)
        self._bounds, self._received = bounds, received

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        left = self._bounds.left()
        self._sock.settimeout(min(_SILENT, left))
        view = memoryview(buffer)
        try:
            count: int = self._source.readinto(view) or 0
        except TimeoutError as error:
            raise error if left > _SILENT else self._bounds.over() from error
        self._received += view[:count]
        self._bounds.check(len(self._received))
        return count

    def close(self) -> None:
        self._source.close()
        super().close()


class _Connection(http.client.HTTPConnection):
    """A connection to a machine that may be asked."""

    def __init__(self, host: str, port: int, peers: Peers, bounds: _Bounds, context: ssl.SSLContext | None) -> None:
        super().__init__(host, port)
        self.default_port = http.client.HTTPS_PORT if context else http.client.HTTP_PORT
        self._peers, self._bounds, self._context = peers, bounds, context
        self.sent, self.received, self.machine = bytearray(), bytearray(), None
        self.response_class = self._answer  # type: ignore[assignment]

    def _answer(self, sock: socket.socket, *args: Any, **kwargs: Any) -> http.client.HTTPResponse:
        answer = http.client.HTTPResponse(sock, *args, **kwargs)
        answer.fp.close()
        answer.fp = io.BufferedReader(_Watched(sock, self._bounds, self.received))
        return answer

    def connect(self) -> None:
        """Open the connection to the first of the host's machines that answers; each is checked before it is asked."""
        failed: OSError = OSError("the host has no address")
        for *_, place in socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM):
            self._peers.check(self.host, self.port, str(place[0]))
            try:
                self.sock = socket.create_connection(place[:2], min(_CONNECT, self._bounds.left()))  # type: ignore[arg-type]
            except OSError as error:
                failed = error
                continue
            self.machine = self.sock.getpeername()[0]
            if self._context:
                self.sock = self._context.wrap_socket(self.sock, server_hostname=self.host)
            return
        raise failed

    def send(self, data: Any) -> None:
        super().send(data)
        self.sent += data


def unzip(data: bytes, limit: int) -> bytes:
    """Return what a gzip stream holds.

    Args:
        data: the stream.
        limit: most bytes that it may hold.

    Raises:
        Unfetched: it holds more, or is broken.
    """
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            found = stream.read(limit + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise Unfetched(
            f"the answer is broken: what it has packed cannot be unpacked ({error}). Try again later."
        ) from error
    if len(found) > limit:
        raise Unfetched(f"the answer has more than {limit:,} bytes, unpacked. Raise fetch_max_bytes if it is worth it.")
    return found


def _why(error: Exception) -> Unfetched:
    """What went wrong, in words."""
    if isinstance(error, socket.gaierror):
        return Unfetched("the name of its host is not known. Check the address.", "disconnect")
    if isinstance(error, TimeoutError):
        return Unfetched("the server says nothing. Try again later.", "time")
    if isinstance(error, ssl.SSLCertVerificationError):
        return Unfetched(f"the certificate of the server does not hold ({error.verify_message}). Check the address.")
    told = error.strerror if isinstance(error, OSError) and error.strerror else str(error) or type(error).__name__
    return Unfetched(f"the connection failed or broke off ({told[:200]!r}). Try again later.", "disconnect")


class Client:
    """Asks one question at a time, each over a connection of its own. It knows no cookies and follows no redirect.

    Args:
        agent: the User-Agent.
        peers: which machines may be asked.
        seconds: the longest time for one answer.
        size: most bytes of one answer, as received and unpacked.
    """

    def __init__(self, agent: str, peers: Peers, seconds: float, size: int) -> None:
        self._agent, self._peers, self._seconds, self._size = agent, peers, seconds, size
        self._context = ssl.create_default_context()
        self._context.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)

    def ask(
        self, address: str, headers: Mapping[str, str] | None = None, login: tuple[str, str] | None = None
    ) -> Exchange:
        """Return what a server answers; what goes wrong is told in `trouble`, never raised.

        Args:
            address: a clean address.
            headers: more headers.
            login: user and password.
        """
        parts, (host, port) = urlsplit(address), host_of(address)
        packing = "identity" if parts.query else "gzip"  # a query may hold a key, which is masked in what is kept
        all_headers = {"User-Agent": self._agent, "Accept": "*/*", "Accept-Encoding": packing, "Connection": "close"}
        all_headers |= dict(headers or {})
        if login:
            all_headers["Authorization"] = "Basic " + b64encode(":".join(login).encode()).decode()
        exchange = Exchange(address, datetime.now(UTC))
        bounds = _Bounds(self._seconds, self._size)
        line = _Connection(host, port, self._peers, bounds, self._context if parts.scheme == "https" else None)
        try:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            line.request("GET", path, headers=all_headers)
            with line.getresponse() as answer:
                exchange.status, exchange.headers = answer.status, answer.headers
                exchange.body = self._unpacked(answer, self._read(answer, bounds))
        except Unfetched as error:
            exchange.trouble = error
        except (OSError, http.client.HTTPException, ValueError) as error:
            exchange.trouble = _why(error)
        finally:
            line.close()
        exchange.sent, exchange.received, exchange.machine = bytes(line.sent), bytes(line.received), line.machine
        return exchange

    def _read(self, answer: http.client.HTTPResponse, bounds: _Bounds) -> bytes:
        """The whole body, as it came over the line."""
        bounds.check(answer.length or 0)  # before http.client makes room for as much as the server says
        body = bytearray()
        while chunk := answer.read(_CHUNK):
            body += chunk
        if answer.length:
            raise Unfetched("the connection broke off before the end of the answer. Try again later.", "disconnect")
        return bytes(body)

    def _unpacked(self, answer: http.client.HTTPResponse, body: bytes) -> bytes:
        packed = (answer.headers.get("Content-Encoding") or "identity").strip().lower()
        if packed == "identity" or not body:
            return body
        if packed not in {"gzip", "x-gzip"}:
            raise Unfetched(f"the answer is packed as {packed[:40]!r}, which was not asked for. Nothing to do here.")
        return unzip(body, self._size)

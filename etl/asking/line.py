"""The line to the endpoint: what goes over it, how often, for how long, and how much comes back.

Here alone is the key to the endpoint put into a request, so that no error of a library can hold it.
"""

import threading
import time
from collections.abc import Iterator

import httpx2
from pyrate_limiter import Duration, Limiter, Rate

from etl import __version__
from etl.asking.endpoint import Endpoint

_LARGEST = 16_000_000
"""Bytes of the largest answer that is taken."""
_LOOK = 0.05
"""Seconds after which a request that must wait for its turn looks again."""


class Stopped(Exception):  # noqa: N818 -- not an error
    """Nothing more is to be sent."""


class Unfit(Exception):  # noqa: N818 -- not an error of the program
    """An answer that cannot be taken: too large, or packed."""


class _Bounded(httpx2.SyncByteStream):
    """The body of an answer, which may take only so long and be only so large."""

    def __init__(self, stream: httpx2.SyncByteStream, end: float) -> None:
        self._stream, self._end = stream, end

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        for part in self._stream:
            size += len(part)
            if size > _LARGEST:
                raise Unfit(f"it has more than {_LARGEST:,} bytes")
            if time.monotonic() > self._end:
                raise httpx2.ReadTimeout("the answer took too long")
            yield part

    def close(self) -> None:
        self._stream.close()


class Line(httpx2.BaseTransport):
    """Sends requests to the endpoint, with no header but those that are needed.

    Args:
        endpoint: where to.
        seconds: the longest time for one answer.
        at_once: requests that are on their way at once.
        per_minute: most requests in a minute, those that are sent again among them.
    """

    def __init__(self, endpoint: Endpoint, *, seconds: float, at_once: int, per_minute: int | None) -> None:
        self._endpoint, self._seconds = endpoint, seconds
        # knows no proxy: what is sent goes to the endpoint alone
        self._ends = httpx2.HTTPTransport(limits=httpx2.Limits(max_connections=at_once))
        self._limiter = Limiter(Rate(per_minute, Duration.MINUTE)) if per_minute else None
        self._stopped = threading.Event()
        self._sent = threading.local()

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request as soon as it may be sent, and return the answer.

        Raises:
            Stopped: nothing more is to be sent.
            Unfit: the answer cannot be taken.
            httpx2.TransportError: the connection failed, or the answer took too long.
        """
        while self._limiter and not self._stopped.is_set() and not self._limiter.try_acquire("ask", blocking=False):
            self._stopped.wait(_LOOK)
        if self._stopped.is_set():
            raise Stopped
        sent = self._opened(request)
        self._sent.count = self.calls() + 1
        end = time.monotonic() + self._seconds
        answer = self._ends.handle_request(sent)
        if answer.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
            answer.close()
            raise Unfit("it is packed, which was not asked for")
        assert isinstance(answer.stream, httpx2.SyncByteStream)
        answer.stream = _Bounded(answer.stream, end)
        return answer

    def _opened(self, request: httpx2.Request) -> httpx2.Request:
        """The request with the key, and with no header but these, whatever the environment has put in."""
        headers = {
            "Host": request.url.netloc.decode("ascii"),
            "User-Agent": f"arms-transfer-events/{__version__}",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "Content-Type": "application/json",
            "Content-Length": request.headers["Content-Length"],
            **self._endpoint.authorization(),
        }
        return httpx2.Request(
            request.method, request.url, headers=headers, stream=request.stream, extensions=request.extensions
        )

    def calls(self) -> int:
        """Return how many requests this thread has sent so far."""
        return getattr(self._sent, "count", 0)

    def stop(self) -> None:
        """Let nothing more be sent."""
        self._stopped.set()

    def close(self) -> None:
        """Close the connections."""
        self._ends.close()
        if self._limiter:
            self._limiter.close()

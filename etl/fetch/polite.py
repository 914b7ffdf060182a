"""Asks hosts as they wish to be asked: by their robots.txt, one question at a time, with a wait between two."""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from etl.fetch.addresses import clean, host_of, origin_of
from etl.fetch.client import Client, Exchange
from etl.fetch.robots import Rules, rules_of
from etl.fetch.unfetched import Disallowed, HostLeft, Refused, Unfetched

_LONGEST_WAIT = 60.0
"""Seconds between two questions above which a host is passed over."""
_TRIES = 3
"""How often a question is asked that is answered with 429 or 503."""
_MOST_REDIRECTS = 5
_MOST_SILENT = 3
"""Questions without any answer, one after the other, after which a host is left alone."""
_REDIRECTS = frozenset([301, 302, 303, 307, 308])
_BUSY = frozenset([429, 503])

Keep = Callable[[Exchange, bool], None]
"""Takes each question with its answer, and whether an article was asked for."""


def _asked_wait(exchange: Exchange) -> float | None:
    """Seconds that the server wants to be left alone for, where it says so."""
    told = (exchange.headers.get("Retry-After") or "").strip()
    if told.isdecimal():
        return float(told[:9])
    try:
        moment = parsedate_to_datetime(told)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max((moment - datetime.now(UTC)).total_seconds(), 0.0)


def _next(exchange: Exchange) -> str:
    """Where a redirect leads."""
    told = exchange.headers.get("Location")
    if not told:
        raise Unfetched(f"the server answers {exchange.status}, a redirect, without an address. Try again later.")
    try:
        target = clean(str(told).encode("latin-1", "replace").decode("utf-8", "replace"), exchange.address)
    except Refused as error:
        raise Refused(f"it redirects to an address that is refused: {error}") from error
    if exchange.address.startswith("https:") and not target.startswith("https:"):
        raise Refused("it redirects from https to http. Nothing to do: what is encrypted stays so.")
    return target


class Visitor:
    """Visits addresses politely.

    Args:
        client: asks.
        wait: seconds between two questions to a host, where its robots.txt asks for no more.
        keep: takes every question with its answer.
    """

    def __init__(self, client: Client, wait: float, keep: Keep) -> None:
        self._client, self._wait, self._keep = client, wait, keep
        self._rules: dict[str, Rules] = {}
        self._left: dict[str, Unfetched] = {}
        self._waits: dict[str, float] = {}
        self._ready: dict[str, float] = {}
        self._silent: Counter[str] = Counter()

    def visit(
        self,
        address: str,
        headers: Mapping[str, str] | None = None,
        login: tuple[str, str] | None = None,
        *,
        page: bool = False,
        by_robots: bool = True,
    ) -> Exchange:
        """Return the answer that an address gives in the end, whatever its status.

        Args:
            address: a clean address.
            headers: more headers.
            login: user and password; they are sent to the host of the address alone.
            page: True where an article is asked for.
            by_robots: False for robots.txt itself.

        Raises:
            Unfetched: there is none.
        """
        home = origin_of(address)
        for _ in range(_MOST_REDIRECTS + 1):
            origin = origin_of(address)
            if by_robots and not self._rules_of(origin).allows(address):
                raise Disallowed(origin, "its robots.txt does not allow it. Ask the outlet for leave if you need it.")
            exchange = self._ask(address, headers, login if origin == home else None, page)
            if exchange.status not in _REDIRECTS:
                return exchange
            address = _next(exchange)
        raise Unfetched(f"it redirects more than {_MOST_REDIRECTS} times. Check the address.")

    def _leave(self, origin: str, told: Unfetched) -> Unfetched:
        """Leave a host alone from now on."""
        self._left[origin] = told
        return told

    def _rules_of(self, origin: str) -> Rules:
        if origin in self._left:
            raise self._left[origin]
        if origin not in self._rules:
            try:
                rules = rules_of(self.visit(f"{origin}/robots.txt", by_robots=False))
            except (Refused, HostLeft) as error:
                raise self._leave(origin, error) from error
            except Unfetched as error:
                told = f"its robots.txt could not be read ({str(error).partition('. ')[0].rstrip('.')}); the host is left alone this time. Try again later."
                raise self._leave(origin, HostLeft(origin, told)) from error
            if rules.delay > _LONGEST_WAIT:
                told = f"its robots.txt asks for {rules.delay:g} seconds between two requests, more than {_LONGEST_WAIT:g}; the host is passed over."
                raise self._leave(origin, HostLeft(origin, told + " Ask the outlet for another way to its articles."))
            self._rules[origin] = rules
            host = host_of(origin)[0]
            self._waits[host] = max(self._waits.get(host, 0.0), rules.delay)
        return self._rules[origin]

    def _ask(
        self, address: str, headers: Mapping[str, str] | None, login: tuple[str, str] | None, page: bool
    ) -> Exchange:
        """The answer to one question; it is asked again where the server is busy."""
        origin, host = origin_of(address), host_of(address)[0]
        if origin in self._left:
            raise self._left[origin]
        for attempt in range(_TRIES):
            time.sleep(max(self._ready.get(host, 0.0) - time.monotonic(), 0.0))
            exchange = self._client.ask(address, headers, login)
            wait = max(self._wait, self._waits.get(host, 0.0))
            self._ready[host] = time.monotonic() + wait
            self._keep(exchange, page)
            if exchange.trouble:
                raise self._trouble(origin, exchange, exchange.trouble)
            self._silent[origin] = 0
            if exchange.status not in _BUSY:
                return exchange
            asked = _asked_wait(exchange)
            pause = max(wait, 1.0) * 2**attempt if asked is None else asked
            if pause > _LONGEST_WAIT:
                break
            self._ready[host] = time.monotonic() + max(pause, wait)
        told = f"the server is busy or wants fewer requests (it answers {exchange.status}); the host is left alone this time."
        raise self._leave(origin, HostLeft(origin, told + " Try again later, with a longer --wait."))

    def _trouble(self, origin: str, exchange: Exchange, trouble: Unfetched) -> Unfetched:
        """What is raised for a question that went wrong; a host that never answers is left alone."""
        if exchange.received or isinstance(trouble, Refused):
            return trouble
        self._silent[origin] += 1
        if self._silent[origin] < _MOST_SILENT:
            return trouble
        told = f"it gave no answer {_MOST_SILENT} times; the host is left alone this time. Try again later."
        return self._leave(origin, HostLeft(origin, told))

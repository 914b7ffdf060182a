"""What robots.txt of a host allows."""

from protego import Protego

from etl.fetch.client import Exchange
from etl.fetch.unfetched import Unfetched

NAME = "arms-transfer-events"
"""The name by which robots.txt may speak to this program."""
_READ = 512 * 1024
"""Bytes of a robots.txt that are read; RFC 9309 asks for 500 KiB at least."""


class Rules:
    """The rules of one host.

    Args:
        text: its robots.txt; empty where it has none.
    """

    def __init__(self, text: str) -> None:
        self._rules = Protego.parse(text)

    def allows(self, address: str) -> bool:
        """True where an address may be asked for."""
        return self._rules.can_fetch(address, NAME)

    @property
    def delay(self) -> float:
        """Seconds that the host wants between two requests."""
        rate = self._rules.request_rate(NAME)
        told = self._rules.crawl_delay(NAME) or 0.0
        return max(told, rate.seconds / rate.requests if rate and rate.requests else 0.0)


def rules_of(exchange: Exchange) -> Rules:
    """Return the rules that an answer to the question for robots.txt gives.

    Raises:
        Unfetched: the answer is neither the file nor the word that there is none.
    """
    if 200 <= exchange.status < 300:
        return Rules(exchange.body[:_READ].decode("utf-8", "replace").lstrip("\ufeff"))
    if 400 <= exchange.status < 500:
        return Rules("")
    raise Unfetched(f"the server answers {exchange.status}")

"""Why something was not fetched.

    Unfetched        it went wrong this time: the next call tries again
    ├── Settled      it will not change: the page is not asked for again
    ├── Refused      the address is one that may not be asked
    ├── Disallowed   robots.txt of the host does not allow it
    └── HostLeft     the host is left alone for the rest of the call

The text tells the reason and what to do; it never holds an address, which the caller shows masked.
"""


class Unfetched(Exception):  # noqa: N818
    """It went wrong this time.

    Attributes:
        cut: where the answer was not read to its end, why, as WARC has it: `length`, `time` or `disconnect`.
    """

    def __init__(self, told: str, cut: str | None = None) -> None:
        super().__init__(told)
        self.cut = cut


class Settled(Unfetched):
    """The server has said that there is no such page, or it is of a kind that holds no article."""


class Refused(Unfetched):
    """The address is one that may not be asked."""


class _OfHost(Unfetched):
    """It is so for many addresses of a host.

    Attributes:
        origin: scheme, host and port.
    """

    def __init__(self, origin: str, told: str) -> None:
        super().__init__(told)
        self.origin = origin


class Disallowed(_OfHost):
    """The robots.txt of the host does not allow it."""


class HostLeft(_OfHost):
    """The host is left alone for the rest of the call."""

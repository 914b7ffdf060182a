"""RSS and Atom."""

from collections.abc import Iterator
from etl.errors import InputError
from etl.sources.records import Record


def read_feed(data: bytes) -> Iterator[Record]:
    raise InputError("unsupported_format", "feed")

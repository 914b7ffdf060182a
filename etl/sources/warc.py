"""WARC."""

from collections.abc import Iterator
from typing import IO
from etl.errors import InputError
from etl.settings import Settings
from etl.sources.records import Record


def read_warc(stream: IO[bytes], settings: Settings) -> Iterator[Record]:
    raise InputError("unsupported_format", "WARC")

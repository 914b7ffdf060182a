"""ZIP."""

from collections.abc import Iterator
from etl.errors import InputError
from etl.settings import Settings
from etl.sources.files import File, Inner
from etl.sources.records import Record


def read_zip(file: File, settings: Settings) -> Iterator[Record | Inner]:
    raise InputError("unsupported_format", "ZIP")

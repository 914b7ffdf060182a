"""RTF."""

from etl.errors import InputError


def read_rtf(data: bytes) -> str:
    raise InputError("unsupported_format", "RTF")

"""E-mail."""

from etl.errors import InputError


def read_message(data: bytes) -> tuple[dict[str, object], list[tuple[str, bytes]]]:
    raise InputError("unsupported_format", "e-mail")

"""PDF files."""

from etl.errors import InputError


def read_pdf(data: bytes) -> dict[str, object]:
    raise InputError("unsupported_format", "PDF")

"""DOCX."""

import zipfile
from etl.errors import InputError
from etl.sources.files import File


def is_docx(file: File) -> bool:
    return False


def read_docx(data: bytes, limit: int) -> dict[str, object]:
    raise InputError("unsupported_format", "DOCX")

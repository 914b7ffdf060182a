"""Exports of news archives."""

from etl.errors import InputError


def split_export(text: str) -> list[dict[str, object] | InputError] | None:
    return None

"""A folder with a file of each kind that is read, for the tests of stores and of web servers."""

import gzip
import json
from pathlib import Path

import pandas as pd
import zstandard

TEXT = "Norway has agreed to sell {} patrol boats to Ghana, the ministry said on Tuesday."


def rows(start: int) -> list[dict[str, str]]:
    """Return five articles, numbered from a start."""
    return [{"id": f"w-{n}", "published": "2024-01-04", "text": TEXT.format(n)} for n in range(start, start + 5)]


def json_lines(start: int) -> bytes:
    """Return these articles as JSON Lines."""
    return "\n".join(json.dumps(row) for row in rows(start)).encode()


def write_each_kind(folder: Path) -> Path:
    """Write a text, a page, JSON Lines in two packings and a table to a folder, another text below it, and return the folder."""
    (folder / "sub").mkdir()
    (folder / "note.txt").write_text(TEXT.format("three"), encoding="utf-8")
    (folder / "sub" / "with blank #1.txt").write_text(TEXT.format("four"), encoding="utf-8")
    page = f"<html><head><title>Boats</title></head><body><article><p>{TEXT.format('five')}</p></article></body></html>"
    (folder / "page.html").write_text(page, encoding="utf-8")
    (folder / "wire.jsonl.gz").write_bytes(gzip.compress(json_lines(10)))
    (folder / "desk.jsonl.zst").write_bytes(zstandard.ZstdCompressor().compress(json_lines(20)))
    pd.DataFrame(rows(30)).to_parquet(folder / "table.parquet")
    return folder

"""Folders and files: what is read, what is set aside, and in which order."""

import gzip
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import zstandard

from etl.errors import ConfigurationError
from etl.settings import Settings
from etl.sources import Article, Rejected, read_articles

Write = Callable[[str, str | bytes], Path]
TEXT = "Norway has agreed to sell four patrol boats to Ghana, the ministry said."


def _read(folder: Path, settings: Settings) -> tuple[list[Article], list[Rejected]]:
    items = list(read_articles([folder], settings))
    return [i for i in items if isinstance(i, Article)], [i for i in items if isinstance(i, Rejected)]


def test_a_folder_is_read_in_the_order_of_its_paths(write: Write, settings: Settings) -> None:
    """All files of all sub-folders are read, sorted by their paths; hidden ones are not."""
    for name in ("b.txt", "a/z.txt", "a/b.md", "c.txt", ".hidden.txt", ".git/x.txt"):
        path = write(name, f"{TEXT} {name}")
    articles, rejected = _read(path.parents[1], settings)
    assert [article.source_id for article in articles] == ["a/b.md", "a/z.txt", "b.txt", "c.txt"]
    assert rejected == []


def test_ignored_names_are_told(write: Write, settings: Settings) -> None:
    """A file whose name the settings set aside is in quarantine, not lost."""
    folder = write("README.md", TEXT).parent
    write("License.txt", TEXT)
    write("news.txt", TEXT)
    articles, rejected = _read(folder, settings)
    assert [article.source_id for article in articles] == ["news.txt"]
    assert [(item.source_path, item.reason) for item in rejected] == [
        ("License.txt", "ignored_file"),
        ("README.md", "ignored_file"),
    ]


def test_a_document_is_used_once(write: Write, settings: Settings) -> None:
    """A document with the same id and text is put aside; the same id with another text is another article."""
    rows = [{"id": "x", "text": TEXT}, {"id": "x", "text": TEXT}, {"id": "x", "text": TEXT + " Again."}]
    articles, rejected = _read(write("a.jsonl", "\n".join(json.dumps(row) for row in rows)).parent, settings)
    assert len({article.article_id for article in articles}) == 2
    assert [(item.reason, item.source_id) for item in rejected] == [("same_document", "x")]


@pytest.mark.parametrize(
    ("name", "pack"),
    [("a.txt.gz", gzip.compress), ("a.txt.zst", zstandard.ZstdCompressor().compress), ("a.txt", bytes)],
)
def test_packed_files_are_unpacked(name: str, pack: Callable[[bytes], bytes], write: Write, settings: Settings) -> None:
    """Gzip and zstd are unpacked before their content is looked at."""
    (article,), _ = _read(write(name, pack(TEXT.encode())).parent, settings)
    assert article.text == TEXT


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.txt", b"", "empty_file"),
        ("blank.txt", b" \n \n", "empty_file"),
        ("nul.txt", b"\x00" * 100, "not_text"),
        ("photo.txt", b"\xff\xd8\xff\xe0" + b"x" * 100, "unsupported_format"),
        ("cut.txt.gz", gzip.compress(TEXT.encode() * 50, mtime=0)[:60], "corrupt_file"),
        ("cut.txt.zst", zstandard.ZstdCompressor().compress(TEXT.encode() * 50)[:40], "corrupt_file"),
        ("inside.gz", gzip.compress(b"%PDF-1.7 and so on", mtime=0), "corrupt_file"),
        ("picture.gz", gzip.compress(b"GIF89a and so on", mtime=0), "unsupported_format"),
        ("digits.txt", b"1234 5678\n" * 30, "no_text"),
    ],
)
def test_a_bad_file_is_one_row_of_quarantine(
    name: str, content: bytes, reason: str, write: Write, settings: Settings
) -> None:
    """A file that cannot be used gives its reason, and the files beside it are read."""
    folder = write(name, content).parent
    write("good.txt", TEXT)
    articles, rejected = _read(folder, settings)
    assert [article.source_id for article in articles] == ["good.txt"]
    assert [(item.source_path, item.reason) for item in rejected] == [(name, reason)]


def test_a_file_beyond_the_limit_is_put_aside(write: Write, settings: Settings) -> None:
    """The limit holds for the unpacked size, so that a small archive cannot fill the memory."""
    small = settings.model_copy(update={"max_file_bytes": 1000})
    _, (rejected,) = _read(write("big.txt.gz", gzip.compress(b"word " * 1000, mtime=0)).parent, small)
    assert (rejected.reason, "1,000" in rejected.message) == ("too_large", True)


def test_a_link_to_nothing_is_told(write: Write, settings: Settings) -> None:
    """A link whose target is gone is in quarantine."""
    folder = write("good.txt", TEXT).parent
    (folder / "link.txt").symlink_to(folder / "gone.txt")
    _, (rejected,) = _read(folder, settings)
    assert (rejected.source_path, rejected.reason) == ("link.txt", "unreadable_file")


def test_a_missing_input_ends_the_run(tmp_path: Path, settings: Settings) -> None:
    """A path that does not exist is an error of the call, with the path in it."""
    with pytest.raises(ConfigurationError, match=r"nowhere: no such file or folder"):
        list(read_articles([tmp_path / "nowhere"], settings))


def test_a_plain_text_gives_all_its_fields(write: Write, settings: Settings) -> None:
    """Headline, day and language come from the text; path and id from the file."""
    (article,), _ = _read(write("a.txt", f"Norway Sells Boats\nMarch 5, 2022\n\n{TEXT}").parent, settings)
    assert (article.title, article.published, article.language) == (
        "Norway Sells Boats",
        date(2022, 3, 5),
        "en",
    )
    assert (article.source_id, article.source_path) == ("a.txt", "a.txt")


def test_a_publishers_habit_settles_its_dates(write: Write, settings: Settings) -> None:
    """`date_order_by_publisher` holds for that publisher; others keep the general order."""
    rows = [
        {"id": name, "publisher": name, "date": "01/04/2024", "text": f"{TEXT} {name}"} for name in ("Here", "There")
    ]
    set_up = settings.model_copy(update={"date_order": "mdy", "date_order_by_publisher": {"Here": "dmy"}})
    articles, _ = _read(write("a.jsonl", "\n".join(map(json.dumps, rows))).parent, set_up)
    assert [article.published for article in articles] == [date(2024, 4, 1), date(2024, 1, 4)]

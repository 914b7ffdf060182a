"""The kind of a file, by its content."""

import pytest

from etl.errors import InputError
from etl.settings import FIELD_NAMES
from etl.sources.sniff import Kind, delimiter_of, header_of, refuse_binary, sniff_text

KNOWN = frozenset(name for names in FIELD_NAMES.values() for name in names)

CASES: list[tuple[str, str, Kind]] = [
    ('{"text": "a"}\n{"text": "b"}\n', ".jsonl", "jsonl"),
    ('{"text": "a"}\n{"text": "b"}\n', "", "jsonl"),
    ('{"text": "a"}', ".json", "jsonl"),
    ('{"text":\n "a"}', ".json", "json"),
    ('[{"text": "a"}]', ".json", "json"),
    ('[{"text": "a"}]', "", "json"),
    ("<!DOCTYPE html><p>Text", ".html", "html"),
    ("<html><body>Text", ".txt", "html"),
    ("  <article>Text</article>", "", "html"),
    ("title,text\na,b\n", ".csv", "delimited"),
    ("title\ttext\na\tb\n", ".tsv", "delimited"),
    ("Title;Body\na;b\n", "", "delimited"),
    ("One line, with commas, of prose.\nAnother.", ".txt", "text"),
    ("Text about <html> in Markdown.", ".md", "text"),
    ("[The bracket] opens a text.", ".txt", "text"),
    ("{curly} text", ".txt", "text"),
    ("", ".txt", "text"),
]


@pytest.mark.parametrize(("text", "suffix", "kind"), CASES)
def test_the_content_tells_the_kind(text: str, suffix: str, kind: Kind) -> None:
    """The content decides; the ending only between kinds that look alike."""
    assert sniff_text(text, suffix, KNOWN) == kind


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"\xff\xd8\xff\xe0", "JPEG"),
        (b"\x89PNG\r\n", "PNG"),
        (b"GIF89a", "GIF"),
        (b"Rar!\x1a", "RAR"),
        (b"\x7fELF", "program"),
        (b"SQLite format 3\x00", "SQLite"),
    ],
)
def test_binary_is_named_and_refused(head: bytes, name: str) -> None:
    """A known binary format is refused with its name and with what can be read instead."""
    with pytest.raises(InputError, match=rf"{name}.*JSON Lines") as caught:
        refuse_binary(head)
    assert caught.value.reason == "unsupported_format"


@pytest.mark.parametrize(
    ("line", "delimiter"), [("a,b,c", ","), ("a;b;c", ";"), ("a\tb", "\t"), ("a;b,c;d", ";"), ("text", "\t")]
)
def test_the_delimiter_is_the_one_that_stands_most(line: str, delimiter: str) -> None:
    """Comma, semicolon and tab are told apart by how often they stand in the header."""
    assert delimiter_of(line) == delimiter


def test_a_header_may_be_quoted() -> None:
    """Quoted column names lose their quotes, blanks and capitals."""
    assert header_of('"ID","Full Text" , date\n1,2,3') == ["id", "full text", "date"]

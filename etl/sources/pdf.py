"""PDF files: their text layer, line by line, and the title that they tell."""

import logging
from collections.abc import Iterator
from io import BytesIO
from itertools import islice
from math import hypot
from typing import Any

from pypdf import Configuration, PageObject, PasswordType, PdfReader, apply_configuration
from pypdf.errors import FileNotDecryptedError, LimitReachedError
from pypdf.generic import EncodedStreamObject

from etl.errors import InputError
from etl.sources.leftovers import plain_characters, real_title
from etl.sources.pdf_lines import Line, join_lines

_MOST_PAGES = 2_000
_MOST_CHARS = 20_000_000
_MOST_UNPACKED = 30_000_000
"""Bytes to which a stream of a file may unpack; the pictures are never unpacked."""
_LIMITS = Configuration(
    zlib_maximum_output_length=_MOST_UNPACKED,
    lzw_maximum_output_length=_MOST_UNPACKED,
    run_length_maximum_output_length=_MOST_UNPACKED,
    array_based_stream_maximum_output_length=_MOST_UNPACKED,
)
_DIVIDE = "Divide it, or take its articles out."

logging.getLogger("pypdf").setLevel(logging.CRITICAL + 1)  # what it mends in a broken file it also prints


def read_pdf(data: bytes) -> dict[str, object]:
    """Return the fields of a PDF file: `text`, paragraphs with a blank line between them, and `title` where it tells a real one.

    Its dates are those of the file, not of the article, and are not read. Scripts, actions and files that stand in it are
    never run, opened or followed: what a reader sees on the pages is the article.

    Args:
        data: the file.

    Raises:
        InputError: `encrypted_file`, `no_text_layer`, `too_large` or `corrupt_file`.
    """
    try:
        with apply_configuration(_LIMITS):
            return _read(PdfReader(BytesIO(data), strict=False))
    except InputError:
        raise
    except FileNotDecryptedError as error:
        raise _encrypted() from error
    except (LimitReachedError, MemoryError) as error:
        raise InputError("too_large", f"a part of the PDF file is too large ({error}). {_DIVIDE}") from error
    except Exception as error:  # a broken file raises nearly all that there is
        told = " ".join(str(error).split())[:200] or type(error).__name__
        raise InputError(
            "corrupt_file", f"the PDF file is broken ({told}). Fetch it again, or print it anew."
        ) from error


def _encrypted() -> InputError:
    return InputError("encrypted_file", "the PDF file opens with a password only. Save it without one.")


def _read(reader: PdfReader) -> dict[str, object]:
    if reader.is_encrypted:
        try:
            if reader.decrypt("") == PasswordType.NOT_DECRYPTED:
                raise _encrypted()
        except NotImplementedError as error:  # a scheme of rights management
            raise _encrypted() from error
    count = len(reader.pages)
    if not count:
        raise InputError("corrupt_file", "the PDF file has no pages. Fetch it again.")
    if count > _MOST_PAGES:
        raise InputError("too_large", f"the PDF file has {count:,} pages, {_MOST_PAGES:,} are read. {_DIVIDE}")
    pages: list[list[Line]] = []
    held, streams = 0, _Streams(reader)
    for page in reader.pages:
        pages.append(list(_lines(page, streams)))
        held += sum(len(line.text) for line in pages[-1])
        if held > _MOST_CHARS:
            raise InputError("too_large", f"the PDF file has more than {_MOST_CHARS:,} characters. {_DIVIDE}")
        streams.forget()
    if not held:
        told = f"none of the {count} pages of the PDF file holds text: it is scanned. Run OCR over it first."
        raise InputError("no_text_layer", told)
    title = reader.metadata.title if reader.metadata else None
    return {"text": join_lines(pages), "title": real_title(title)}


class _Streams:
    """The streams of a file that were read. The library keeps what each unpacked to; a file of many would fill the memory."""

    def __init__(self, reader: PdfReader) -> None:
        self._reader, self._seen = reader, 0
        self._found: list[EncodedStreamObject] = []

    def forget(self) -> None:
        """Let go of what they unpacked to."""
        objects = self._reader.resolved_objects
        new = islice(objects.values(), self._seen, None)
        self._found += [held for held in new if isinstance(held, EncodedStreamObject)]
        self._seen = len(objects)
        for stream in self._found:
            stream.decoded_self = None


def _lines(page: PageObject, streams: _Streams) -> Iterator[Line]:
    """The lines of a page in the order in which they are drawn, which is column by column."""
    pieces: list[tuple[str, float, float, float]] = []

    def note(text: str, outer: list[float], inner: list[float], _font: Any, size: float) -> None:
        x = inner[4] * outer[0] + inner[5] * outer[2] + outer[4]
        y = inner[4] * outer[1] + inner[5] * outer[3] + outer[5]
        scale = hypot(inner[2] * outer[0] + inner[3] * outer[2], inner[2] * outer[1] + inner[3] * outer[3])
        pieces.append((text, x, y, abs(size * scale)))

    def before(operator: bytes, *_: Any) -> None:
        if operator == b"Do":  # the next form is unpacked
            streams.forget()

    page.extract_text(visitor_text=note, visitor_operand_before=before)
    line: list[tuple[str, float, float, float]] = []
    for text, x, y, size in [*pieces, ("\n", 0.0, 0.0, 0.0)]:
        *whole, rest = text.split("\n")
        for part in whole:
            yield from _line([*line, (part, x, y, size)])
            line = []
        if rest:
            line.append((rest, x, y, size))


def _line(pieces: list[tuple[str, float, float, float]]) -> Iterator[Line]:
    """The line that some pieces of text make up; nothing where they are blank."""
    drawn = [piece for piece in pieces if piece[0].strip()]
    if drawn:
        whole = "".join(piece[0] for piece in pieces)
        text = " ".join(plain_characters(whole.replace("\u00ad", "-")).split())  # a hyphen that is drawn is one
        _, _, _, size = max(drawn, key=lambda piece: len(piece[0]))
        yield Line(text, drawn[0][1], drawn[0][2], size)

"""Word documents (DOCX): their paragraphs in order, and the title that they tell."""

import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from docx.oxml.parser import parse_xml
from docx.package import Package
from lxml import etree

from etl.errors import InputError
from etl.sources.files import File
from etl.sources.leftovers import plain_characters, real_title

_MAIN = re.compile(r"/?word/document\d*\.xml", re.IGNORECASE)
_CHUNK = 1 << 20
_UNSEEN = frozenset(["del", "moveFrom", "Fallback", "pPr", "rPr", "sectPr", "instrText", "delText"])
"""Elements whose text is no text of the document: what was deleted or moved away, second copies, properties."""
_SIGNS = {"tab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "ptab": " "}
_LONG_HEADING = 60
"""Characters from which a line without a full stop would be read on into the next."""


def is_docx(file: File) -> bool:
    """Return True where a file is a ZIP archive that holds the main part of a Word document; a broken one is none."""
    with file.open() as stream:
        try:
            with zipfile.ZipFile(stream) as archive:
                return any(_MAIN.fullmatch(name) for name in archive.namelist())
        except InputError:
            raise  # the store does not give the file
        except Exception:  # the reader of archives tells what is wrong with it
            return False


def read_docx(data: bytes, limit: int) -> dict[str, object]:
    """Return the fields of a Word document: `text`, a line for each paragraph, and `title` where its properties tell a real one.

    Paragraphs of tables and text boxes stand where these stand. What was inserted under change tracking is text, what was
    deleted is not; headers, footers, notes and comments are left out, macros are never run.

    Args:
        data: the file.
        limit: most bytes that its parts may have together, unpacked.

    Raises:
        InputError: `encrypted_file`, `too_large`, `no_text` or `corrupt_file`.
    """
    try:
        _check_size(data, limit)
        package = Package.open(BytesIO(data))
        part = next(part for part in package.iter_parts() if _MAIN.fullmatch(str(part.partname)))
        # the part of a template or of a document with macros is not parsed by the library
        root = getattr(part, "element", None)
        lines = list(_lines(parse_xml(part.blob) if root is None else root))
        title = real_title(package.core_properties.title)
    except InputError:
        raise
    except MemoryError as error:
        raise InputError("too_large", "the Word document does not fit into memory. Divide it.") from error
    except Exception as error:  # a broken file raises nearly all that there is
        told = " ".join(str(error).split())[:200] or type(error).__name__
        raise InputError(
            "corrupt_file", f"the Word document is broken ({told}). Open it in Word and save it again."
        ) from error
    text = "\n".join(lines)
    if not text.strip():
        raise InputError("no_text", "the Word document holds no text, only pictures or nothing.")
    return {"text": text, "title": title}


def _check_size(data: bytes, limit: int) -> None:
    """Raise where the members of an archive unpack to more than so many bytes, whatever its directory says."""
    held = 0
    with zipfile.ZipFile(BytesIO(data)) as archive:
        for member in archive.infolist():
            if member.flag_bits & 1:
                raise InputError("encrypted_file", "the document opens with a password only. Save it without one.")
            with archive.open(member) as stream:
                while chunk := stream.read(_CHUNK):
                    held += len(chunk)
                    if held > limit:
                        raise InputError(
                            "too_large",
                            f"unpacked, the Word document has more than {limit:,} bytes. Take its pictures out, divide "
                            "it, or raise max_document_bytes.",
                        )


def _name(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _lines(root: Any) -> Iterator[str]:
    """The paragraphs of a document; an empty one is an empty line, and one whose mark was deleted goes on in the next."""
    held = ""
    for paragraph in root.iter():
        if _name(paragraph) != "p" or _is_unseen(paragraph):
            continue
        held += plain_characters("".join(_pieces(paragraph)))
        if _mark_is_deleted(paragraph):
            continue
        lines = [" ".join(line.split()) for line in held.split("\n")]
        yield from lines
        if len(lines[-1]) >= _LONG_HEADING and not lines[-1].endswith((".", "!", "?", ":", '"', "”")):
            yield ""
        held = ""
    if held.strip():
        yield " ".join(held.split())


def _is_unseen(paragraph: Any) -> bool:
    return any(_name(outer) in _UNSEEN for outer in paragraph.iterancestors())


def _mark_is_deleted(paragraph: Any) -> bool:
    return any(
        _name(mark) == "del"
        for properties in paragraph if _name(properties) == "pPr"
        for run in properties if _name(run) == "rPr"
        for mark in run
    )  # fmt: skip


def _is_hidden(run: Any) -> bool:
    """True where the letters of a run are set to be invisible."""
    return any(
        _name(mark) == "vanish" and mark.get(f"{{{etree.QName(mark).namespace}}}val", "1") not in {"0", "false", "off"}
        for properties in run if _name(properties) == "rPr"
        for mark in properties
    )  # fmt: skip


def _pieces(element: Any) -> Iterator[str]:
    """The text of a paragraph without that of paragraphs in it, which are in text boxes."""
    for child in element:
        name = _name(child)
        if name == "t":
            yield child.text or ""
        elif name in _SIGNS:
            yield _SIGNS[name]
        elif name not in _UNSEEN and name != "p" and not (name == "r" and _is_hidden(child)):
            yield from _pieces(child)

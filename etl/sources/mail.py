"""E-mail: the text of a message, its headers as fields, and what is attached to it."""

import binascii
import re
from base64 import b64decode
from contextlib import suppress
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.utils import parseaddr, parsedate_to_datetime
from mimetypes import guess_extension
from pathlib import PurePosixPath

from etl.errors import InputError
from etl.sources.decode import decode
from etl.sources.leftovers import plain_characters
from etl.sources.mail_page import page_text

_LONGEST_HEADER = 20_000
"""Characters of a header that are read; the library's time and memory for one grow with the square."""
_LONGEST_NAME = 100
_ANSWER = re.compile(r"(?:(?:re|fwd?|aw|wg|tr|rv|sv)(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)
_BRACKETS = re.compile(r"<([^<>\s]+)>")
_LINK = re.compile(r"<?https?://\S+")
_SIGNATURES = {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}
_ENCRYPTED = {"application/pkcs7-mime", "application/x-pkcs7-mime"}
_STUB = 0.5
"""Share of the words of the page from which the plain part of a message tells the same and is no hint that there is a page."""

Attached = list[tuple[str, bytes]]


class _ShortHeaders(policy.EmailPolicy):
    """The library's way to read a message, with headers of bounded length."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[:_LONGEST_HEADER]


def read_message(data: bytes) -> tuple[dict[str, object], Attached]:
    """Return the fields of an e-mail, and what is attached to it.

    The fields are `text`, and where its headers tell them `title` (the subject without `Re:` or `Fwd:`), `date` (the day
    in the sender's time zone), `publisher` (the sender's name, or the domain of the address), `id` (Message-ID) and `url`
    (Archived-At). A link *view in browser* mostly holds the recipient's own key and is not taken. The text is the plain
    part, or the page where that tells more. Pictures of the page and signatures are left out; all else with a name, and
    all that is no text, is attached: its name without a path, and its bytes. A message may have no text.

    Args:
        data: the message.

    Raises:
        InputError: `encrypted_file` or `corrupt_file`.
    """
    try:
        message = message_from_bytes(data, policy=_ShortHeaders())
        reading = _Reading()
        reading.read(message)
        return _fields(message) | {"text": reading.text()}, _with_own_names(reading.attached)
    except InputError:
        raise
    except Exception as error:  # the library raises nearly all that there is on broken headers and parts
        told = " ".join(str(error).split())[:200] or type(error).__name__
        raise InputError("corrupt_file", f"the e-mail is broken ({told}). Save it again.") from error


def _header(message: Message, name: str) -> str:
    """A header, decoded, on one line; empty where it is missing."""
    raw = next((str(value) for key, value in message.raw_items() if key.lower() == name), "")
    if re.search("[\ud800-\udfff]", raw):  # bytes that no header may hold
        raw = decode(raw.replace("\x00", "").encode("utf-8", "surrogateescape"))
    try:
        value = str(policy.default.header_factory(name, " ".join(raw.split())))
    except Exception:  # many kinds, on a header of wrong syntax
        value = raw
    return " ".join(plain_characters(value).split())


def _fields(message: Message) -> dict[str, object]:
    """What the headers of a message tell."""
    name, address = parseaddr(_header(message, "from"))
    date = None
    with suppress(ValueError, TypeError, IndexError, OverflowError):  # none, or no date: the text may tell one
        date = parsedate_to_datetime(_header(message, "date")).date().isoformat()
    archived = _BRACKETS.search(_header(message, "archived-at"))
    fields = {
        "title": _ANSWER.sub("", _header(message, "subject"), count=1),
        "date": date,
        "publisher": name or address.rpartition("@")[2],
        "url": archived.group(1) if archived else None,
        "id": _header(message, "message-id").strip("<> "),
    }
    return {field: value for field, value in fields.items() if value}


def _payload(part: Message) -> bytes:
    """The bytes of a part, as far as they can be decoded."""
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""


def _text_of(part: Message) -> str:
    """The text of a part, in the encoding that it names where that fits."""
    data = _payload(part)
    named = str(part.get_param("charset", "") or "").strip("'\" ").lower()
    named = {"iso-8859-1": "cp1252", "latin-1": "cp1252", "latin1": "cp1252"}.get(named, named)
    try:
        text = data.decode(named or "utf-8")
    except (LookupError, ValueError):
        try:
            text = decode(data)
        except InputError:  # it holds NUL bytes
            text = data.replace(b"\x00", b"").decode("utf-8", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _plain(part: Message) -> str:
    """The text of a plain part; lines that its format marks as one are joined (RFC 3676)."""
    text = _text_of(part)
    if str(part.get_param("format", "") or "").lower() == "flowed":
        keeps = "" if str(part.get_param("delsp", "") or "").lower() == "yes" else " "
        text = re.sub(r"(?<=[^\s]) \n(?=[^>\s])", lambda _: keeps, text)
    return plain_characters(text).strip()


def _words(text: str) -> int:
    return len(_LINK.sub(" ", text).split())


class _Reading:
    """One message while it is read: the pieces of its text, and what is attached."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._shown: set[str] = set()
        self.attached: Attached = []

    def text(self) -> str:
        """Return the text of the message."""
        return "\n\n".join(piece for piece in self._pieces if piece)

    def read(self, part: Message) -> None:
        """Read a part and those in it."""
        kind = part.get_content_type()
        if kind == "multipart/encrypted" or (kind in _ENCRYPTED and part.get_param("smime-type") != "signed-data"):
            raise InputError("encrypted_file", "the e-mail is encrypted. Save it without encryption.")
        if kind == "message/rfc822":
            self._attach(part, _message_of(part), ".eml")
        elif part.is_multipart():
            inner = [one for one in part.get_payload() if isinstance(one, Message)]
            if kind == "multipart/alternative":
                self._read_best(inner)
            elif kind == "multipart/related":
                self._read_related(inner)
            else:
                for one in inner:
                    self.read(one)
        else:
            self._read_leaf(part, kind)

    def _read_leaf(self, part: Message, kind: str) -> None:
        """Read a part that holds no others."""
        if kind in _SIGNATURES:
            return
        is_text = kind in {"text/plain", "text/html"} or kind.startswith("multipart/")
        if is_text and not _name_of(part) and part.get_content_disposition() != "attachment":
            if kind == "text/html":
                text, shown = page_text(_text_of(part))
                self._shown |= shown
                self._pieces.append(text)
            else:
                self._pieces.append(_plain(part))
        elif not (kind.startswith("image/") and self._is_shown(part)):
            self._attach(part, _payload(part), guess_extension(kind) or ".bin")

    def _is_shown(self, part: Message) -> bool:
        """True where a picture is one of the page."""
        return bool({_header(part, "content-id").strip("<> "), _header(part, "content-location")} & self._shown)

    def _read_best(self, parts: list[Message]) -> None:
        """Of parts that tell the same, read the one with the most text; the plain one where it tells about as much."""
        tried: list[tuple[int, bool, _Reading]] = []
        for part in parts:
            one = _Reading()
            one.read(part)
            is_plain = part.get_content_type() == "text/plain"
            tried.append((_words(one.text()), is_plain, one))
            self.attached += one.attached
            self._shown |= one._shown
        most = max((words for words, _, _ in tried), default=0)
        best = next((one for words, is_plain, one in tried if is_plain and words >= _STUB * most), None)
        best = best or next((one for words, _, one in tried if words == most), _Reading())
        self._pieces += best._pieces

    def _read_related(self, parts: list[Message]) -> None:
        """Read a page, then what belongs to it; the page may stand last."""
        for part in sorted(parts, key=lambda one: not one.get_content_type().startswith(("text/", "multipart/"))):
            self.read(part)

    def _attach(self, part: Message, content: bytes, ending: str) -> None:
        name = _name_of(part) or f"attachment{ending}"
        is_named = ending != ".eml" or name.lower().endswith(ending)
        self.attached.append((name if is_named else name + ending, content))


def _with_own_names(attached: Attached) -> Attached:
    """The attachments, those with the name of an earlier one with their number before it."""
    taken: set[str] = set()
    found = []
    for number, (name, content) in enumerate(attached, start=1):
        own = f"{number}-{name}" if name in taken else name
        taken.add(own)
        found.append((own, content))
    return found


def _name_of(part: Message) -> str:
    """The name of a file in a message, without a path or characters that no name should hold; empty where it has none."""
    try:
        given = str(part.get_filename() or "")
    except Exception:  # the library fails on some broken parameters
        return ""
    given = given.encode("utf-8", "replace").decode("utf-8").replace("\\", "/")
    path = PurePosixPath("".join(letter for letter in given if letter.isprintable()).strip(" /."))
    return path.name if len(path.name) <= _LONGEST_NAME else path.stem[: _LONGEST_NAME - 10] + path.suffix[:10]


def _message_of(part: Message) -> bytes:
    """The bytes of a message that is attached to another."""
    inner = part.get_payload()
    message = inner[0] if isinstance(inner, list) and inner and isinstance(inner[0], Message) else EmailMessage()
    try:
        written = message.as_bytes(policy=policy.compat32)
    except Exception:  # a header or a text that cannot be written as it was read
        headers = (f"{name}: {value}\n" for name, value in message.raw_items())
        written = "".join([*headers, "\n", str(message.get_payload())]).encode("utf-8", "replace")
    if _header(part, "content-transfer-encoding").lower() == "base64":  # some programs do, though none should
        try:
            return b64decode(written.strip(), validate=False)
        except binascii.Error:
            return written
    return written

"""What a reader finds: the fields of one document, as they stand in its file."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Document:
    """One document of a file, before anything is made of it.

    Attributes:
        source_path: path of the file within the input.
        place: its number in the file, from 1; 0 where the file is one document.
        fields: values by our names (id, url, title, date, publisher, text); instead of the text `page`, the whole of an HTML
            page, or `pdf`, the bytes of a PDF file.
    """

    source_path: str
    place: int
    fields: Mapping[str, object]

    @property
    def default_id(self) -> str:
        """Identifier where the document has none of its own."""
        return f"{self.source_path}#{self.place}" if self.place else self.source_path

    @property
    def weight(self) -> int:
        """Roughly how many bytes it takes in memory: the lengths of its texts."""
        return sum(len(value) for value in self.fields.values() if isinstance(value, (str, bytes)))

    def digest(self) -> bytes:
        """Return 16 bytes that tell the document from all others: its fields, and its place where it has no id of its own."""
        own = hashlib.sha256()
        if not self.fields.get("id"):
            own.update(self.default_id.encode("utf-8", "surrogatepass"))
        for name, value in sorted(self.fields.items()):
            own.update(f"\x1e{name}\x1f".encode())
            if isinstance(value, bytes):
                own.update(value)
                continue
            told = value if isinstance(value, str) else f"{type(value).__name__} {value!r}"
            own.update(told.encode("utf-8", "surrogatepass"))
        return own.digest()[:16]

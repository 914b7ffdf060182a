"""Files that no reader is fond of: cut off, lying, endless, in no encoding. Made by a generator with a fixed seed."""

from collections.abc import Callable, Iterator

from tests.hostile.archives import archives
from tests.hostile.corpus import Hostile
from tests.hostile.crawls import crawls
from tests.hostile.documents import documents
from tests.hostile.messages import messages
from tests.hostile.packed import packed
from tests.hostile.pages import pages
from tests.hostile.paths import paths
from tests.hostile.rows import rows
from tests.hostile.tables import tables
from tests.hostile.texts import texts

KINDS: dict[str, Callable[[], Iterator[Hostile]]] = {
    "archives": archives, "crawls": crawls, "documents": documents, "messages": messages, "packed": packed, "pages": pages,
    "paths": paths, "rows": rows, "tables": tables, "texts": texts,
}  # fmt: skip
"""The makers of the files, by the folder in which they stand."""

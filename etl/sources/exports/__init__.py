"""Exports of news archives: one text with many articles. The only place that knows all archives."""

from etl.errors import InputError
from etl.sources.exports.factiva import split_factiva
from etl.sources.exports.lines import lines_of
from etl.sources.exports.nexis import split_nexis
from etl.sources.exports.proquest import split_proquest

__all__ = ["split_export"]

_SPLITTERS = (split_proquest, split_factiva, split_nexis)


def split_export(text: str) -> list[dict[str, object] | InputError] | None:
    """Return the articles of a text that an archive of news has exported, in file order; None where it is no such text.

    An article that has no text, and the number of those that are missing, are errors among them.

    Args:
        text: the text of a file, with a line for each paragraph, or with lines broken at a fixed width.

    Returns:
        For each article its fields: `text`, its prose; `title`; `date` as the archive writes it; `publisher`; `id`, its
        number in the archive; `url`. A field that the archive does not tell is None.
    """
    if "ocument" not in text and "OCUMENT" not in text:  # each archive writes the word: most texts need no closer look
        return None
    lines = lines_of(text)
    for split in _SPLITTERS:
        found = split(lines)
        if found is not None:
            return found
    return None

"""HTML pages: the article's text without menus, with its headline and date."""

import re
from collections.abc import Iterator

import trafilatura
from lxml import etree
from lxml import html as lxml_html
from trafilatura.settings import Document

from etl.errors import InputError
from etl.sources.published import is_date_line

_TAG = re.compile(r"<(?:meta|time)\b[^<>]{1,2000}>|\"datePublished\"\s{0,9}:\s{0,9}\"[^\"]{1,99}\"", re.IGNORECASE)
_DATED = re.compile(
    r"article:published_time|datePublished|pubdate|publishdate|dc\.date|sailthru\.date|parsely-pub-date"
    r"|^<time\b.*\bdatetime\s*=\s*[\"'][^\"']+[\"']",
    re.IGNORECASE | re.DOTALL,
)
_LONG_TAG = re.compile(r"<([a-z][a-z0-9:-]{0,20})\s[^<>]{20000,}>", re.IGNORECASE)
"""A tag that is nearly all attributes; the time that libxml2 takes grows with the square of their number."""
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOST_TAGS = 250_000
"""Tags of the largest page that is parsed, beyond all that a page of news has; each takes two kilobytes of memory."""
_BLOCKS = frozenset([
    "address", "article", "aside", "blockquote", "br", "center", "dd", "div", "dl", "dt", "figcaption", "figure", "footer",
    "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "ol", "p", "pre", "section", "table", "td", "th", "tr",
    "ul",
])  # fmt: skip
_WITHOUT_COMMENTS = lxml_html.HTMLParser(remove_comments=True, remove_pis=True)
_UNSEEN = frozenset(["head", "script", "style", "template", "title"])


def _stated_date(page: str) -> str | None:
    """The date that the page's own markup states in ISO form."""
    for found in _TAG.finditer(page):
        if _DATED.search(found.group()) and (iso := _ISO.search(found.group())):
            return iso.group()
    return None


def _visible_date(tree: lxml_html.HtmlElement) -> str | None:
    """The first line of the page that holds a date and little else."""
    for count, line in enumerate(_visible_lines(tree)):
        if count > 200:
            break
        if is_date_line(line):
            return line
    return None


def _visible_lines(tree: lxml_html.HtmlElement) -> Iterator[str]:
    for element in tree.iter():
        if not isinstance(element.tag, str) or element.tag in {"script", "style"}:
            continue
        for part in (element.text, element.tail):
            if part and part.strip():
                yield " ".join(part.split())


def _headline(tree: lxml_html.HtmlElement) -> str | None:
    for path in ("//h1", "//meta[@property='og:title']/@content", "//title"):
        for found in tree.xpath(path):
            text = found if isinstance(found, str) else found.text_content()
            if text and text.strip():
                return " ".join(text.split())
    return None


def plain_text(markup: str) -> str:
    """Return the words of a piece of HTML that is all article (an item of a feed, an e-mail), a line for each block.

    Raises:
        InputError: `corrupt_file` where it cannot be parsed.
    """
    try:
        tree = lxml_html.fromstring(f"<div>{markup}</div>", parser=_WITHOUT_COMMENTS)
    except (ValueError, TypeError, RecursionError, etree.LxmlError) as error:
        raise InputError("corrupt_file", f"the markup cannot be parsed as HTML ({error}). Save it again.") from error
    pieces: list[str] = []
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        if event == "start":
            pieces.append("\n" if element.tag in _BLOCKS else "")
            pieces.append("" if element.tag in _UNSEEN else _one_line(element.text))
        else:
            pieces.append("\n" if element.tag in _BLOCKS else "")
            pieces.append(_one_line(element.tail))
    lines = (" ".join(line.split()) for line in "".join(pieces).split("\n"))
    return "\n".join(line for line in lines if line)


def _one_line(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "")


def _parse(page: str) -> lxml_html.HtmlElement:
    """The tree of a page; an InputError where the parser would pass over what stands too deep, and all that follows it."""
    parser = lxml_html.HTMLParser()
    # the declaration of an encoding is void once the page is text, and lxml refuses it
    tree = lxml_html.fromstring(_LONG_TAG.sub(r"<\1>", re.sub(r"^\s*<\?xml[^>]*\?>", "", page)), parser=parser)
    if any(error.type_name == "ERR_RESOURCE_LIMIT" for error in parser.error_log):
        told = "its elements stand too many one in the other (256 are read). Save it again, or as plain text."
        raise InputError("corrupt_file", f"the page cannot be read whole: {told}")
    return tree


def read_html(page: str) -> dict[str, object]:
    """Return the fields of the article that a page holds.

    Raises:
        InputError: `no_text` where the page has no article text, `corrupt_file` where it cannot be parsed, or read whole,
            `too_large` where it has too many tags.
    """
    if (count := page.count("<")) > _MOST_TAGS:
        told = f"the page has {count:,} tags, the limit is {_MOST_TAGS:,}. Save the article alone, or as plain text."
        raise InputError("too_large", told)
    try:
        tree = _parse(page)
        for part in tree.xpath("//figure|//figcaption|//nav"):
            part.drop_tree()
        cleaned = lxml_html.tostring(tree, encoding="unicode")
        found = trafilatura.bare_extraction(
            cleaned, favor_recall=True, include_comments=False, include_tables=True, with_metadata=True,
            date_extraction_params={"extensive_search": False, "original_date": True},
        )  # fmt: skip
    except (ValueError, TypeError, AttributeError, RecursionError, etree.LxmlError) as error:
        raise InputError("corrupt_file", f"the page cannot be parsed as HTML ({error}). Save it again.") from error
    text = found.text if isinstance(found, Document) else None
    if not isinstance(found, Document) or not text or not text.strip():
        raise InputError("no_text", "the page holds no text of an article, only markup or menus.")
    return {
        "text": text,
        "title": _headline(tree),
        "url": found.url,
        "publisher": found.sitename,
        "date": _stated_date(page) or _visible_date(tree),
    }

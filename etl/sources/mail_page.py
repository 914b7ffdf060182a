"""The page of an e-mail: its text as a reader sees it, without what newsletters hide in it."""

import re

from lxml import etree
from lxml import html as lxml_html

from etl.errors import InputError
from etl.sources.html import plain_text
from etl.sources.leftovers import plain_characters

_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all"
    r"|(?:font-size|max-height|max-width|opacity)\s*:\s*0(?:\.0+)?(?:px|pt|em|%)?\s*(?:;|!|$)",
    re.IGNORECASE,
)
_SMALL = 0.5
"""Share of a page that may be hidden; where it is more, the page is broken, and the browser of a reader would show it."""


def page_text(page: str) -> tuple[str, set[str]]:
    """Return the text of a page, a line for each block, and the names under which it shows pictures of the message.

    Args:
        page: the page as HTML. Tables are taken for layout.

    Raises:
        InputError: `corrupt_file` where it cannot be parsed.
    """
    if not page.strip():
        return "", set()
    try:
        # the declaration of an encoding is void once the page is text, and lxml refuses it
        tree = lxml_html.fromstring("<div>" + re.sub(r"^\s*<\?xml[^>]*\?>", "", page.replace("\x00", "")) + "</div>")
        shown = {str(source).removeprefix("cid:") for source in tree.xpath("//img/@src|//*/@background")}
        most = _SMALL * len(tree.text_content())
        for element in tree.xpath("//*[@style or @hidden]"):
            is_hidden = element.get("hidden") is not None or _HIDDEN.search(element.get("style", ""))
            if is_hidden and element.getparent() is not None and len(element.text_content()) <= most:
                element.drop_tree()
        markup = lxml_html.tostring(tree, encoding="unicode")
    except (ValueError, TypeError, AssertionError, RecursionError, etree.LxmlError) as error:
        raise InputError(
            "corrupt_file", f"the page of the e-mail cannot be parsed ({error}). Save it again."
        ) from error
    return plain_characters(plain_text(markup)), shown

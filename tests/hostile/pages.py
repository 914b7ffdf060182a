"""HTML pages: nested without end, with endless attributes, with declarations that are not true."""

import random
from collections.abc import Iterator

from tests.hostile.corpus import Hostile, Read, aside, chance, either, good, story


def pages() -> Iterator[Hostile]:
    """Yield the files of this kind."""
    rng = chance("pages")
    yield from _nested(rng)
    yield from _attributes(rng)
    yield from _markup(rng)
    yield from _declared(rng)


def _page(body: str, head: str = "") -> bytes:
    return f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>".encode()


def _paragraphs(rng: random.Random) -> str:
    return "".join(f"<p>{story(rng)}</p>\n" for _ in range(3))


def _read(name: str) -> Read:
    return Read(name, " tanks to ")


def _nested(rng: random.Random) -> Iterator[Hostile]:
    for tag in (
        "div",
        "table><tr><td",
        "ul><li",
        "b",
        "blockquote",
        "section",
        "article",
        "font",
        "a",
        "span",
        "form",
        "svg",
    ):
        name = "pages/nested-" + "".join(char for char in tag if char.isalpha())
        closing = "".join(f"</{one}>" for one in reversed(tag.split("><")))
        for depth in (30_000, 1_000):
            body = f"<{tag}>" * depth + _paragraphs(rng)
            either_reads = (_read(f"{name}-{depth}.html"),)
            yield either(f"{name}-{depth}.html", _page(body), either_reads, "corrupt_file", "no_text", "too_slow")
        body = _paragraphs(rng) + f"<{tag}>" * 1_000 + "x" + closing * 1_000 + f"<p>{story(rng)} And the last.</p>"
        yield either(f"{name}-closed.html", _page(body), (Read(None, "And the last."),), "corrupt_file", "no_text")
        body = f"<{tag}>" * 20 + _paragraphs(rng) + closing * 20
        yield either(f"{name}-20.html", _page(body), (_read(f"{name}-20.html"),), "no_text")


def _attributes(rng: random.Random) -> Iterator[Hostile]:
    many = " ".join(f"a{number}='1'" for number in range(100_000))
    values = {
        "many-attributes": many,
        "long-attribute": "title='" + "x" * 1_000_000 + "'",
        "many-classes": "class='" + "tank " * 200_000 + "'",
        "long-style": "style='" + "a:b;" * 250_000 + "'",
        "quotes": "title=" + "'" * 100_001,
        "equals": "=" * 100_000,
        "picture": "data-x='data:image/png;base64," + "A" * 2_000_000 + "'",
        "the-same": "id='a' " * 100_000,
    }
    for name, value in values.items():
        path = f"pages/{name}.html"
        yield good(path, _page(f"<div {value}>{_paragraphs(rng)}</div>"), _read(path))


def _markup(rng: random.Random) -> Iterator[Hostile]:
    bodies = {
        "open-times": "{}" + "<time " * 100_000,
        "open-metas": "{}" + "<meta pubdate " * 100_000,
        "open-tags": "{}" + "<div " * 100_000,
        "less-than": "{}" + "<" * 200_000,
        "comments": "<!--" * 50_000 + "-->{}",
        "open-comment": "{}<!-- " + "tank " * 100_000,
        "conditional-comments": "<!--[if IE]><p>old</p><![endif]-->" * 2_000 + "{}",
        "script-with-end": "<article><script>var a = '</article></body>';</script>{}</article>",
        "script-with-comment": "<script><!-- <script> --></script>{}",
        "many-scripts": "<script>x</script>" * 20_000 + "{}",
        "entities": "{}<p>" + "&amp;&lt;&#x41;&nosuch;" * 20_000 + "</p>",
        "broken-entities": "{}<p>tank" + "&#xD800;&#0;&#1114112;&#99999999999;&#x80;" * 1_000 + "</p>",
        "doctype": '<!DOCTYPE x [<!ENTITY a "tank">]>{}',
        "ends-early": "</body></html>{}</body></html>",
        "misnested": "<b><i><p>" + "</b></i>" * 100 + "{}</p>",
        "many-breaks": "<br>" * 50_000 + "{}",
        "noscript": "<noscript>" + "<p>x" * 1_000 + "</noscript>{}",
        "template": "<template><div></template>{}",
        "cdata": "<![CDATA[<p>x</p>]]>{}",
        "json-ld": '<script type="application/ld+json">' + '{{"a":' * 20_000 + "</script>{}",
        "base": '<base href="http://[::1"><a href="//[">x</a>{}',
        "frames": "{}" + "<iframe src=x>" * 1_000,
        "null": "{}\ufffd" + "<p\ufffd>x</p>",
        "title": "<title>" + "tank " * 100_000 + "</title>{}",
        "heading": "<h1>" + "Tank " * 100_000 + "</h1>{}",
        "direction": "<bdo dir=rtl>\u202e</bdo>{}\u202e",
        "forms": "<form><input><select>" + "<option>x" * 10_000 + "</select></form>{}",
        "figures": "<figure>" * 100 + "</figure>" * 100 + "{}",
        "many-navs": "<nav>x</nav>" * 10_000 + "{}",
        "hidden": "<p style='display:none'>no</p>{}",
        "maths": "<math><mtext><table><mglyph><style><!--</style>--></table></mtext></math>{}",
        "processing": "<?php echo 1; ?><?xml version='9'?>{}",
    }
    for name, body in bodies.items():
        path = f"pages/{name}.html"
        content = _page(body.replace("{{", "{").replace("{}", _paragraphs(rng)))
        yield either(path, content, (_read(path),), "too_slow", "no_text", "corrupt_file")
    for name, body in {
        "empty": "",
        "menus": "<nav><a>Home</a></nav>",
        "blank": "&nbsp;" * 9,
        "script": "<script>x</script>",
    }.items():
        yield aside(f"pages/only-{name}.html", _page(body), "no_text")
    for name, content in {
        "doctype": b"<!DOCTYPE html>",
        "open": b"<html",
        "comment": b"<html><!--",
        "tag": b"<html>",
    }.items():
        yield aside(f"pages/cut-after-{name}.html", content, "no_text", "corrupt_file")
    yield aside(
        "pages/half-a-million-paragraphs.html",
        _page("<p>x" * 500_000),
        "too_slow",
        "too_large",
        "no_text",
        "corrupt_file",
    )
    billion = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    laughs = f'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY a0 "tank">{billion}]><html><body>{_paragraphs(rng)}&a11;</body></html>'
    yield good("pages/billion-tanks.html", laughs.encode(), _read("pages/billion-tanks.html"))
    outside = '<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    yield good("pages/entity-from-outside.html", (outside + f"<html><body>{_paragraphs(rng)}&x;</body></html>").encode(),
               _read("pages/entity-from-outside.html"))  # fmt: skip


def _declared(rng: random.Random) -> Iterator[Hostile]:
    for declared in (
        "iso-8859-1",
        "utf-16",
        "utf-7",
        "x-user-defined",
        "nonsense",
        "koi8-r",
        "\u202e",
        "rot13",
        "utf-8;" * 999,
    ):
        name = "".join(char for char in declared[:20] if char.isalnum()) or "mark"
        path = f"pages/declares-{name}.html"
        body = _paragraphs(rng).replace("said", "said “caf\u00e9”")
        yield good(path, _page(body, f'<meta charset="{declared}">'), Read(path, "caf\u00e9"))
        path = f"pages/xml-declares-{name}.html"
        content = f'<?xml version="1.0" encoding="{declared}"?>\n'.encode() + _page(body)
        yield good(path, content, Read(path, "caf\u00e9"))
    for encoding in ("cp1252", "utf-16", "utf-8-sig"):
        path = f"pages/is-{encoding}.html"
        page = _page(_paragraphs(rng).replace("said", "said “caf\u00e9”"), '<meta charset="utf-8">').decode()
        yield good(path, page.encode(encoding), Read(path, "caf\u00e9"))

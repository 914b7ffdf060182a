"""RSS and Atom: each entry is an article with what the feed tells of it."""

import random
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from etl.errors import InputError
from etl.settings import Settings
from etl.sources import Article, Rejected, read_articles
from etl.sources.feed import read_feed

Write = Callable[[str, str | bytes], Path]
TEXT = "Norway has agreed to sell four patrol boats to Ghana, the ministry said on Tuesday."
CONTENT = 'xmlns:content="http://purl.org/rss/1.0/modules/content/"'

RSS = f"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" {CONTENT}><channel><title>Fjord Defence Wire</title>
<item><title>Boats &amp; more for Ghana</title><link>https://fjord.example/1</link><guid isPermaLink="false">fj-1</guid>
<pubDate>Mon, 04 Mar 2024 23:30:00 -0500</pubDate><description>Four boats.</description>
<content:encoded><![CDATA[<p>{TEXT}</p><script>x()</script><p>They are built in <b>Bergen</b>.</p>]]></content:encoded></item>
<item><title>Sweden sells radars</title><link>https://fjord.example/2</link>
<description>Sweden will sell three radars to Kenya, officials said.

The price was not told.</description></item>
<item><title>Only a picture</title><guid>fj-3</guid><description>&lt;img src="https://fjord.example/x.png"/&gt;</description></item>
</channel></rss>"""
ATOM = f"""<feed xmlns="http://www.w3.org/2005/Atom"><title>Northern Arms Review</title>
<entry><id>urn:n:1</id><title type="html">Boats &lt;i&gt;for&lt;/i&gt; Ghana</title><link href="https://north.example/1"/>
<updated>2024-03-05T01:00:00Z</updated><published>2024-03-04T23:30:00-05:00</published><summary>Short.</summary>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>{TEXT}</p><p>Built in Bergen.</p></div></content></entry>
<entry><id>urn:n:2</id><title>Radars</title><updated>2024-01-02T00:00:00Z</updated>
<content type="text">Sweden will sell radars &lt;20 in number&gt; to Kenya.</content>
<source><title>Kenya Daily</title></source></entry></feed>"""
RDF = f"""<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://r.example/"><title>R</title></channel>
<item rdf:about="https://r.example/1"><title>Boats</title><link>https://r.example/1</link><dc:date>2024-03-04</dc:date>
<description>{TEXT}</description></item></rdf:RDF>"""


def _read(path: Path, settings: Settings) -> tuple[list[Article], list[Rejected]]:
    items = list(read_articles([path], settings))
    return [i for i in items if isinstance(i, Article)], [i for i in items if isinstance(i, Rejected)]


def test_rss_entries_are_articles(write: Write, settings: Settings) -> None:
    """The whole content counts more than the summary, the day is that of the newspaper, and an empty entry is told."""
    (boats, radars), (picture,) = _read(write("f.xml", RSS), settings)
    assert (boats.source_id, boats.url, boats.title) == ("fj-1", "https://fjord.example/1", "Boats & more for Ghana")
    assert (boats.published, boats.publisher) == (date(2024, 3, 4), "Fjord Defence Wire")
    assert boats.text == f"{TEXT}\nThey are built in Bergen."
    assert (radars.source_id, radars.published) == ("https://fjord.example/2", None)
    assert radars.text == "Sweden will sell three radars to Kenya, officials said.\n\nThe price was not told."
    assert (picture.reason, picture.source_path) == ("no_text", "f.xml")
    assert "'Only a picture'" in picture.message


def test_atom_entries_are_articles(write: Write, settings: Settings) -> None:
    """XHTML becomes plain text, text stays as it is, and an entry's own source is its publisher."""
    (boats, radars), aside = _read(write("f.atom", ATOM), settings)
    assert (boats.source_id, boats.title, boats.published) == ("urn:n:1", "Boats for Ghana", date(2024, 3, 4))
    assert (boats.text, boats.publisher) == (f"{TEXT}\nBuilt in Bergen.", "Northern Arms Review")
    assert (radars.text, radars.published) == (
        "Sweden will sell radars <20 in number> to Kenya.",
        date(2024, 1, 2),
    )
    assert (radars.publisher, aside) == ("Kenya Daily", [])


def test_rss_1_is_read(write: Write, settings: Settings) -> None:
    """A feed of RSS 1.0, which is RDF, gives its items."""
    ((boats,), _) = _read(write("f.rdf", RDF), settings)
    assert (boats.url, boats.published, boats.text) == ("https://r.example/1", date(2024, 3, 4), TEXT)


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [("utf-8", "utf-8"), ("utf-8", "iso-8859-1"), ("utf-16", "utf-16"), ("koi8-r", "koi8-r"), ("cp1252", "utf-8")],
)
def test_the_encoding_is_found(encoding: str, declared: str) -> None:
    """The encoding that fits is taken, the declared one where it does."""
    words = (
        "Россия продала Индии танки" if encoding in {"koi8-r", "utf-8"} else "Thyssen verkauft sechs Fregatten für Über"
    )
    feed = f'<?xml version="1.0" encoding="{declared}"?><rss><channel><item><description>{words}</description></item></channel></rss>'
    ((_, fields),) = read_feed(feed.encode(encoding))
    assert isinstance(fields, dict)
    assert fields["text"] == words or (encoding, declared) == ("cp1252", "utf-8")


def test_html_with_signs_is_read_as_html() -> None:
    """References are resolved once, and a sign of less in plain words is no markup."""
    told = {
        "profits &lt; 5 per cent": "profits < 5 per cent",
        "R&amp;amp;D and AT&amp;T": "R&D and AT&T",
        "&lt;p&gt;one&lt;br/&gt;two&amp;nbsp;three": "one\ntwo three",
        "&amp;#" + "9" * 5000 + ";": "&#" + "9" * 5000 + ";",
    }
    for written, text in told.items():
        ((_, fields),) = read_feed(
            f"<rss><channel><item><description>{written}</description></item></channel></rss>".encode()
        )
        assert isinstance(fields, dict)
        assert fields["text"] == text


@pytest.mark.parametrize(
    "prolog",
    [
        '<!DOCTYPE rss [<!ENTITY a "boom "><!ENTITY b "&a;&a;&a;&a;">]>',
        '<!DOCTYPE rss [\n<!ENTITY a "boom ">\n<!ENTITY b "&a;&a;&a;&a;">\n]>',
        '<!-- <a> --><!DOCTYPE rss [\n<!ENTITY b "boom ">\n]>',
        '<!DOCTYPE rss [\n<!ENTITY b SYSTEM "file:///etc/passwd">\n]>',
        '<!DOCTYPE rss SYSTEM "file:///etc/passwd">',
    ],
)
def test_entities_unfold_to_nothing(prolog: str) -> None:
    """Entities that a feed declares, of this file or another, are never put in: what refers to them stays as it is."""
    feed = (
        f"<?xml version='1.0'?>{prolog}<rss><channel><item><description>{TEXT} &b;</description></item></channel></rss>"
    )
    ((_, fields),) = read_feed(feed.encode())
    assert isinstance(fields, dict)
    assert fields["text"] == f"{TEXT} &b;"


def test_a_feed_is_never_taken_for_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the bytes are, no address and no file is opened."""

    def _fail(*_: object, **__: object) -> None:
        raise AssertionError("opened")

    monkeypatch.setattr("feedparser.http.get", _fail)
    monkeypatch.setattr("builtins.open", _fail)
    for data in (b"https://x.example/<rss>", b"/etc/passwd <rss>", b"<rss>"):
        with pytest.raises(InputError, match="no entry"):
            list(read_feed(data))
    assert len(list(read_feed(RSS.encode()))) == 3


def test_what_is_not_well_formed_is_read(write: Write, settings: Settings) -> None:
    """A feed with a bare ampersand gives its entries; one that breaks off gives those before, and tells that it does."""
    articles, aside = _read(write("f.xml", RSS.replace("Boats &amp; more", "Boats & more &nbsp;")), settings)
    assert ([len(articles), [item.reason for item in aside]]) == [2, ["no_text"]]
    articles, aside = _read(write("f.xml", RSS[: RSS.index("Only a")]), settings)
    assert [item.source_id for item in articles] == ["fj-1", "https://fjord.example/2"]
    assert [item.reason for item in aside][-1] == "corrupt_file"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("<rss><channel><title>T</title></channel></rss>", "empty_file"),
        ("<rss><channel><title>T", "corrupt_file"),
        ("<feed", "corrupt_file"),
    ],
)
def test_a_feed_without_entries_is_told(content: str, reason: str, write: Write, settings: Settings) -> None:
    """An empty feed and one of which nothing can be read are told apart."""
    articles, (rejected,) = _read(write("f.xml", content), settings)
    assert (articles, rejected.reason) == ([], reason)


def test_an_author_is_not_searched() -> None:
    """An author of many letters, in which the library would look for an address for hours, costs nothing."""
    feed = f"<rss><channel><item><author>{'a' * 3_000_000}</author><description>{TEXT}</description></item></channel></rss>"
    ((_, fields),) = read_feed(feed.encode())
    assert isinstance(fields, dict)
    assert fields["text"] == TEXT


@pytest.mark.parametrize("feed", [RSS, ATOM], ids=["rss", "atom"])
@pytest.mark.parametrize("how", ["cut", "flipped"])
def test_a_damaged_feed_never_ends_a_run(how: str, feed: str) -> None:
    """Cut off anywhere or with bytes changed, a feed gives entries or an InputError."""
    data, chance = feed.encode(), random.Random(11)
    start = data.index(b"<rss" if b"<rss" in data else b"<feed") + 5
    for number in range(200):
        damaged = bytearray(data)
        if how == "cut":
            damaged = damaged[: start + number * (len(data) - start - 1) // 199]
        else:
            for _ in range(chance.randint(1, 8)):
                damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        try:
            found = list(read_feed(bytes(damaged)))
        except InputError as error:
            found = [(0, error)]
        assert found or how == "flipped"

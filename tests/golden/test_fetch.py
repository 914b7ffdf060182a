"""`etl fetch` against real servers on this machine: what is asked and when, what is kept, and what a second call does."""

import gzip
import os
import re
import signal
import subprocess
import sys
import threading
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from warcio import ArchiveIterator

from etl.settings import load_settings
from etl.sources import Article, read_articles
from tests.conftest import ROOT
from tests.golden.sites import ARTICLES, OTHERS, SECRET, Site, count, fetch, page, records


@pytest.mark.usefixtures("folder")
def test_articles_of_rss_come_out_of_the_reader(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """What `etl fetch` writes, the reader of `etl run` gives as articles with address, title and day, and nothing else."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")  # proxies are not used
    site.add_pages(1, 2)
    site.add_rss("/1.html", f"{site.at}/2.html")
    done = fetch(f"{site.at}/rss")
    assert (done.exit_code, count(done, "fetched")) == (0, 2)
    found = list(read_articles(["raw"], load_settings()))
    assert sorted((item.url, item.title, item.published) for item in found if isinstance(item, Article)) == [
        (f"{site.at}/1.html", "Boats 1", date(2024, 3, 1)),
        (f"{site.at}/2.html", "Boats 2", date(2024, 3, 2)),
    ]
    assert len(found) == 2


@pytest.mark.usefixtures("folder")
def test_every_question_and_answer_is_kept_as_it_was(site: Site) -> None:
    """WARC files hold the bytes of requests and answers, also of robots.txt and the feed, and who was asked when."""
    site.add("/robots.txt", "User-agent: *\nAllow: /\n", "text/plain")
    site.add("/1.html", gzip.compress(page(1)), Content_Encoding="gzip", X_Odd="Ångström")
    site.add_rss("/1.html")
    fetch(f"{site.at}/rss")
    assert [(address, status) for address, status, _ in records(OTHERS)] == [
        (f"{site.at}/robots.txt", "200"), (f"{site.at}/rss", "200")
    ]  # fmt: skip
    assert records(ARTICLES) == [(f"{site.at}/1.html", "200", page(1))]
    (path,) = Path("raw").glob(ARTICLES)
    with path.open("rb") as stream:
        found = {record.rec_type: record for record in ArchiveIterator(stream) if record.raw_stream.read() is not None}
    raw = gzip.decompress(path.read_bytes())
    assert b"WARC/1.1" in raw
    assert "Ångström".encode("latin-1") in raw
    assert b"\r\nUser-Agent: arms-transfer-events/0.1.0 (desk@example.org)\r\n" in raw
    assert b"http-header-user-agent" in raw
    head = found["response"].rec_headers
    assert head.get_header("WARC-IP-Address") == "127.0.0.1"
    assert abs(datetime.fromisoformat(head.get_header("WARC-Date")) - datetime.now(UTC)) < timedelta(hours=1)
    assert found["request"].rec_headers.get_header("WARC-Concurrent-To") == head.get_header("WARC-Record-ID")
    assert re.fullmatch(r"fetched-\d{8}-[0-9a-f]{16}\.warc\.gz", path.name)
    assert [entry.name for entry in Path("raw").rglob("*.part")] == []


ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="{at}/a/"><title>T</title>
<entry><title>B</title><link rel="alternate" href="../1.html"/><updated>2024-03-01T10:00:00Z</updated></entry></feed>"""
NEWS = """<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">
<url><loc>{at}/1.html</loc><n:news><n:publication_date>2024-03-01</n:publication_date></n:news></url></urlset>"""
INDEX = """<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap><loc>{at}/old.xml</loc>
<lastmod>2019-01-01</lastmod></sitemap><sitemap><loc>{at}/news.xml.gz</loc></sitemap></sitemapindex>"""


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("feed", [ATOM, NEWS, INDEX], ids=["Atom", "news sitemap", "index of packed sitemaps"])
def test_kinds_of_feeds(feed: str, site: Site) -> None:
    """Atom, sitemaps for news and indexes of sitemaps packed with gzip lead to their articles; old sitemaps are not read."""
    site.add_pages(1)
    site.add("/feed", feed.format(at=site.at), "application/octet-stream")
    site.add("/news.xml.gz", gzip.compress(NEWS.format(at=site.at).encode()), "application/x-gzip")
    done = fetch(f"{site.at}/feed", "--since", "2024-01-01")
    assert (done.exit_code, count(done, "fetched")) == (0, 1), done.output
    assert "/old.xml" not in site.asked


@pytest.mark.usefixtures("folder")
def test_a_second_call_fetches_nothing_twice(site: Site) -> None:
    """The second call asks for the feed only where it has changed, and for no page again; the third for what is new."""
    site.add_pages(1, 2)
    site.add_rss("/1.html", ETag='"one"')
    fetch(f"{site.at}/rss")
    site.asked.clear()
    done = fetch(f"{site.at}/rss")
    assert (site.asked, count(done, "unchanged"), done.exit_code) == (["/robots.txt", "/rss"], 1, 0)
    assert (f"{site.at}/rss", "304", b"") in records(OTHERS)
    site.add_rss("/1.html", "/2.html", ETag='"two"')
    done = fetch(f"{site.at}/rss")
    assert (site.asked[-1], count(done, "fetched"), count(done, "had")) == ("/2.html", 1, 1)


@pytest.mark.usefixtures("folder")
def test_a_feed_is_asked_for_whole_while_something_of_it_is_left(site: Site) -> None:
    """Entries above the limit, before the day, or whose server was busy are fetched by a later call, newest first."""
    site.add_pages(1, 2, 3)
    site.add_rss("/1.html", "/2.html", "/3.html", ETag='"one"')
    told = [fetch(f"{site.at}/rss", "--limit", "1", "--since", "2024-03-02") for _ in range(3)]
    assert [path for path in site.asked if path.endswith("html")] == ["/3.html", "/2.html"]
    assert [(count(done, "too early"), count(done, "for later")) for done in told] == [(1, 1), (1, 0), (0, 0)]
    fetch(f"{site.at}/rss")
    assert site.asked[-1] == "/1.html"


@pytest.mark.usefixtures("folder")
def test_robots_txt_is_kept(site: Site) -> None:
    """What robots.txt does not allow is not asked for, and told; the wait it asks for is kept or the host passed over."""
    site.add("/robots.txt", "User-agent: arms-transfer-events\nDisallow: /no/\n", "text/plain")
    site.add_pages(1)
    site.add_rss("/1.html", "/no/2.html")
    done = fetch(f"{site.at}/rss")
    assert (count(done, "by robots.txt"), count(done, "fetched"), site.asked[0]) == (1, 1, "/robots.txt")
    assert "/no/2.html" not in site.asked
    assert "does not allow it" in done.output


ROBOTS = {
    "server error": ((500, {}, b""), "robots.txt could not be read (the server answers 500)"),
    "long delay": ((200, {}, b"User-agent: *\nCrawl-delay: 600"), "600 seconds between two requests"),
    "endless redirect": ((302, {"Location": "/robots.txt"}, b""), "redirects more than 5 times"),
}


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("name", ROBOTS)
def test_a_host_is_left_alone(name: str, site: Site) -> None:
    """A host whose robots.txt cannot be read, or asks for too long a wait, is asked for nothing else; with no feed: exit 1."""
    site.answers["/robots.txt"], told = ROBOTS[name]
    site.add_rss("/1.html")
    done = fetch(f"{site.at}/rss")
    assert (done.exit_code, set(site.asked)) == (1, {"/robots.txt"})
    assert told in done.output


@pytest.mark.usefixtures("folder")
def test_a_busy_server_is_asked_again_when_it_says(site: Site) -> None:
    """429 and 503 with Retry-After are asked again; the page that follows is the one that is kept."""
    site.add_rss("/1.html")
    site.answers["/1.html"] = [
        (429, {"Retry-After": "0"}, b""),
        (503, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, b""),
        (200, {}, page(1)),
    ]
    assert count(fetch(f"{site.at}/rss"), "fetched") == 1
    assert [status for address, status, _ in records("**/*.warc.gz") if address.endswith("1.html")].count("429") == 1


@pytest.mark.usefixtures("folder")
def test_a_server_that_stays_busy_is_left_alone(site: Site) -> None:
    """After three tries, or where it asks for too long a wait, no more is asked of the host in this call; the next tries again."""
    site.add_pages(2)
    site.add_rss("/2.html", "/1.html", ETag='"one"')
    site.answers["/1.html"] = (429, {"Retry-After": "0"}, b"")
    done = fetch(f"{site.at}/rss")
    assert (site.asked.count("/1.html"), site.asked.count("/2.html"), count(done, "failed"), done.exit_code) == (
        3,
        0,
        2,
        0,
    )
    assert f"{site.at}, 2 times: the server is busy" in done.output
    site.answers["/1.html"] = [(503, {"Retry-After": "86400"}, b""), (200, {}, page(1))]
    assert count(fetch(f"{site.at}/rss"), "failed") == 2
    assert count(fetch(f"{site.at}/rss"), "fetched") == 2


@pytest.mark.usefixtures("folder")
def test_a_dry_run_writes_nothing(site: Site) -> None:
    """A dry run lists what would be fetched, asks for no page, and leaves the folder as it is."""
    site.add_rss("/1.html")
    done = fetch(f"{site.at}/rss", "--dry-run")
    assert f"2024-03-01  {site.at}/1.html" in done.output
    assert (site.asked, Path("raw").exists()) == (["/robots.txt", "/rss"], False)


@pytest.mark.usefixtures("folder")
def test_some_feeds_may_fail(site: Site) -> None:
    """A feed that is none, or none that can be read, is told; the exit code is 0 while another can be read, else 1."""
    site.add_pages(1)
    site.add_rss("/1.html")
    site.add("/page", page(2))
    site.add("/broken", "<urlset><url><loc>x</loc>", "text/xml")
    bad = [f"{site.at}/{name}?key={SECRET}" for name in ("page", "gone", "broken")] + ["http://127.0.0.1:9/rss"]
    done = fetch(f"{site.at}/rss", *bad)
    assert (done.exit_code, count(done, "fetched")) == (0, 1)
    for told in (
        "/page?...: what the server gives is no feed",
        "/gone?...: the server answers 404",
        "/broken?...: the sitemap is broken",
    ):
        assert f"feed {site.at}{told}" in done.output
    assert SECRET not in done.output
    assert fetch(*bad).exit_code == 1


def _chunked(handler: BaseHTTPRequestHandler) -> None:
    """A page that comes in chunks."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n")
    for part in (page(1)[:100], page(1)[100:]):
        handler.wfile.write(b"%x\r\n%b\r\n" % (len(part), part))
    handler.wfile.write(b"0\r\n\r\n")


@pytest.mark.usefixtures("folder")
def test_an_answer_in_chunks_is_kept_and_read(site: Site) -> None:
    """A page in chunks is kept as it came, and the reader puts it together."""
    site.answers["/1.html"] = _chunked
    site.add_rss("/1.html")
    fetch(f"{site.at}/rss")
    assert records(ARTICLES) == [(f"{site.at}/1.html", "200", page(1))]
    assert [item.title for item in read_articles(["raw"], load_settings()) if isinstance(item, Article)] == ["Boats 1"]


@pytest.mark.usefixtures("folder")
def test_a_host_is_asked_slowly(site: Site) -> None:
    """The wait of robots.txt lies between two requests; it is a lower bound, which no slow machine breaks."""
    site.add("/robots.txt", "User-agent: *\nCrawl-delay: 0.4\n", "text/plain")
    site.add_pages(1)
    site.add_rss("/1.html", "/2.html")
    fetch(f"{site.at}/rss")
    waits = [later - earlier for earlier, later in zip(site.times[1:], site.times[2:], strict=False)]
    assert len(waits) == 2
    assert min(waits) >= 0.39


BROKEN_OFF = [(signal.SIGKILL, 50), (signal.SIGINT, 53)]


@pytest.mark.parametrize(("how", "held"), BROKEN_OFF, ids=["killed", "broken off by the user"])
def test_a_call_that_ends_early_loses_little(how: signal.Signals, held: int, folder: Path, site: Site) -> None:
    """A killed call keeps the files it has closed, one that the user breaks off all; the next call fetches the rest once."""
    reached, go_on = threading.Event(), threading.Event()

    def _stall(_handler: BaseHTTPRequestHandler) -> None:
        reached.set()
        go_on.wait(60)

    names = [f"/{number}.html" for number in range(1, 59)]
    for name in names:
        site.add(name, page(1))
    whole, site.answers["/54.html"] = site.answers["/54.html"], _stall
    urls = "".join(f"<url><loc>{site.at}{name}</loc></url>" for name in names)
    site.add("/map", f"<urlset>{urls}</urlset>", "text/xml")
    command = [sys.executable, "-m", "etl", "fetch", f"{site.at}/map", "--out", "raw", "--wait", "0"]
    with subprocess.Popen(command, env=os.environ | {"PYTHONPATH": str(ROOT)}, stderr=subprocess.DEVNULL) as call:
        assert reached.wait(60)
        call.send_signal(how)
        call.wait(60)
    go_on.set()
    assert len(records(ARTICLES)) == held
    site.answers["/54.html"] = whole
    assert count(fetch(f"{site.at}/map"), "fetched") == 58 - held
    assert sorted(address for address, _, _ in records(ARTICLES)) == sorted(site.at + name for name in names)
    assert list((folder / "raw").rglob("*.part")) == []

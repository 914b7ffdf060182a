"""What `etl fetch` refuses and bounds: bad answers, links into private networks, entities, secrets, and wrong calls."""

import gzip
import json
import re
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import Message
from http.server import BaseHTTPRequestHandler
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from etl.fetch.addresses import Feed, Peers, read_feeds, shown
from etl.fetch.client import Exchange
from etl.fetch.links import read_links
from etl.fetch.polite import _next
from etl.fetch.unfetched import Refused, Unfetched
from tests.golden.sites import ARTICLES, OTHERS, SECRET, Answer, Site, count, fetch, page, records, redirect, serve


def _drip(handler: BaseHTTPRequestHandler) -> None:
    """An answer of a byte at a time that never ends."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    for _ in range(400):
        try:
            handler.wfile.write(b"a")
        except OSError:
            return
        time.sleep(0.05)


def _endless(handler: BaseHTTPRequestHandler) -> None:
    """An answer without an end."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    try:
        while True:
            handler.wfile.write(b"x" * 100_000)
    except OSError:
        return


WRONG: dict[str, tuple[Answer, str]] = {
    "endless": (_endless, "more than 1,000,000 bytes"),
    "huge by its own word": ((200, {"Content-Length": "99999999999999999999"}, b"x"), "more than 1,000,000 bytes"),
    "slow drip": (_drip, "more than 1 seconds"),
    "gzip bomb": (
        (200, {"Content-Type": "text/html", "Content-Encoding": "gzip"}, gzip.compress(b"\0" * 30_000_000)),
        "more than 1,000,000 bytes, unpacked",
    ),
    "broken gzip": ((200, {"Content-Encoding": "gzip"}, gzip.compress(page(1))[:40]), "cannot be unpacked"),
    "unknown packing": ((200, {"Content-Encoding": "br"}, b"abc"), "packed as 'br'"),
    "cut off": ((200, {"Content-Length": "5000"}, b"short"), "broke off before the end"),
    "no HTTP": (lambda handler: handler.wfile.write(b"\x16\x03\x01 hello\r\n\r\n"), "failed or broke off"),
    "picture": ((200, {"Content-Type": "image/png"}, b"\x89PNG"), "it is 'image/png'"),
    "not found": ((404, {}, b""), "the server answers 404"),
    "redirect loop": (redirect("/x"), "redirects more than 5 times"),
    "redirect to a file": (redirect("file:///etc/hostname"), "no http or https address"),
    "redirect with a login": (redirect(f"http://me:{SECRET}@example.org/"), "holds a user name or password"),
    "redirect into the network": (redirect("http://[::ffff:10.0.0.1]/x"), "private or reserved network"),
    "redirect to link-local": (redirect("http://169.254.169.254/latest/meta-data/"), "private or reserved network"),
    "redirect by another notation": (redirect("http://2130706433:9/"), "private or reserved network"),
    "redirect nowhere": ((302, {}, b""), "without an address"),
}


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("name", WRONG)
def test_bad_answers_are_told(name: str, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bad answer ends nothing: it is told with its reason, it is not among the articles, and good ones are."""
    monkeypatch.setenv("ETL_FETCH_TIMEOUT", "1")
    monkeypatch.setenv("ETL_FETCH_MAX_BYTES", "1000000")
    site.add_pages(1)
    site.answers["/x"], told = WRONG[name]
    site.add_rss("/x?key=" + SECRET, "/1.html")
    done = fetch(f"{site.at}/rss")
    assert (done.exit_code, count(done, "fetched"), count(done, "failed")) == (0, 1, 1), done.output
    assert re.search(rf"^{site.at}/x\?\.\.\.: .*{re.escape(told)}", done.output, re.MULTILINE), done.output
    assert SECRET not in done.output
    assert [address for address, _, _ in records(ARTICLES)] == [f"{site.at}/1.html"]
    assert any("/x?" in address for address, _, _ in records(OTHERS, "request"))


@pytest.mark.usefixtures("folder")
def test_links_into_the_private_network_are_refused(site: Site) -> None:
    """Another port of this machine, and what is no web address, are refused and told; named by the user, the port is asked."""
    with serve() as other:
        other.add_pages(1)
        other.add_rss("/1.html")
        site.add_rss(f"{other.at}/1.html", "file:///etc/hostname", "javascript:alert(1)", "http://[bad/")
        done = fetch(f"{site.at}/rss")
        assert (other.asked, count(done, "fetched"), count(done, "failed")) == ([], 0, 4)
        assert "private or reserved network" in done.output
        assert count(fetch(f"{site.at}/rss", f"{other.at}/rss"), "fetched") == 1


@pytest.mark.usefixtures("folder")
def test_logins_are_written_nowhere(site: Site) -> None:
    """User and password go to the host of the feed alone, and stand in no file and no message; nor do cookies."""
    site.add_pages(1)
    site.add_rss("/1.html", Set_Cookie=f"session={SECRET}; Path=/", path="/new")
    site.answers["/rss"] = redirect("/new")
    Path("feeds.txt").write_text(
        f"# mine\n{site.at.replace('//', f'//me:{SECRET}@')}/rss?a=1  # one\n", encoding="utf-8"
    )
    done = fetch("feeds.txt")
    assert (done.exit_code, count(done, "fetched")) == (0, 1)
    sent = dict(zip(site.asked, site.headers, strict=True))
    asked_with = {path for path, headers in sent.items() if headers["Authorization"]}
    assert asked_with == {"/rss?a=1", "/new"}
    assert all(headers["Cookie"] is None for headers in site.headers)
    written = done.output.encode()
    for path in Path("raw").rglob("*"):
        if path.is_file():
            written += gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    assert b"Authorization: masked" in written
    assert b"Set-Cookie: masked" in written
    for secret in (SECRET, sent["/new"]["Authorization"].split()[1], "me:"):
        assert secret.encode() not in written
    state = json.loads(Path("raw/.fetch/state.json").read_text(encoding="utf-8"))
    assert list(state["pages"].values()) == [datetime.now(UTC).date().isoformat()]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("packing", [{}, {"Content_Encoding": "gzip"}])
def test_keys_are_written_nowhere(packing: dict[str, str], site: Site) -> None:
    """A key in the query of a feed's address stands in no file and no message, also where the feed tells its own address."""
    site.add_pages(1)
    feed = f"<rss version='2.0'><channel><link>{site.at}/rss?key={SECRET}</link><item><link>/1.html</link></item></channel></rss>"
    site.add("/rss", gzip.compress(feed.encode()) if packing else feed, "text/xml", **packing)
    done = fetch(f"{site.at}/rss?key={SECRET}")
    assert (done.exit_code, count(done, "fetched")) == (0, 1)
    assert site.asked.count(f"/rss?key={SECRET}") == 1
    written = done.output.encode()
    for path in Path("raw").rglob("*"):
        if path.is_file():
            written += gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    assert b"/rss?key=" + b"*" * len(SECRET) in written
    assert SECRET.encode() not in written
    assert gzip.compress(feed.encode()) not in written


CALLS = [
    ((), "no address is given"),
    (("nothing.txt",), "nothing.txt: neither an address nor a text file"),
    (("ftp://example.org/rss",), "no http or https address"),
    ((f"http://me:{SECRET}/x@example.org/",), "no address that can be read"),
    (("http://[::1/rss",), "no address that can be read"),
    (("bad.txt",), "bad.txt, line 2: gopher://example.org: it is no http or https address"),
]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(("arguments", "told"), CALLS)
def test_a_wrong_call_is_one_clear_line(arguments: tuple[str, ...], told: str) -> None:
    """A wrong address or file ends the call with exit code 2, one line, and no secret in it."""
    Path("bad.txt").write_text("# news\ngopher://example.org\n", encoding="utf-8")
    done = fetch(*arguments)
    assert (done.exit_code, len(done.output.splitlines())) == (2, 1)
    assert told in done.output
    assert SECRET not in done.output


@pytest.mark.usefixtures("folder")
def test_a_login_goes_to_its_own_host_alone(site: Site) -> None:
    """A feed with a login that redirects to another server, which the user named too, does not tell it the login."""
    with serve() as other:
        other.add_rss(path="/new")
        site.answers["/rss"] = redirect(f"{other.at}/new")
        done = fetch(f"{site.at.replace('//', f'//me:{SECRET}@')}/rss", f"{other.at}/new")
    assert (done.exit_code, other.asked.count("/new")) == (0, 2)
    assert [headers["Authorization"] for headers in other.headers] == [None] * len(other.headers)


@pytest.mark.usefixtures("folder")
def test_a_broken_state_and_what_a_killed_call_left(site: Site) -> None:
    """A torn file of a killed call is cleared away; a state that cannot be read is told with what to do."""
    hidden = Path("raw/.fetch")
    hidden.mkdir(parents=True)
    (hidden / "articles.warc.gz.part").write_bytes(b"torn")
    site.add_rss()
    assert fetch(f"{site.at}/rss").exit_code == 0
    assert list(hidden.glob("*.part")) == []
    (hidden / "state.json").write_text("{", encoding="utf-8")
    done = fetch(f"{site.at}/rss")
    assert (done.exit_code, "state.json" in done.output, "Delete it" in done.output) == (2, True, True)


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[tuple[Site, Path]]:
    """A server that speaks TLS, and the file of its own certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")]), datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(
            name, name, key.public_key(), x509.random_serial_number(), now - timedelta(1), now + timedelta(1)
        )
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    form = serialization.Encoding.PEM
    held, public = tmp_path / "key.pem", tmp_path / "certificate.pem"
    public.write_bytes(certificate.public_bytes(form))
    held.write_bytes(key.private_bytes(form, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, held)
    with serve(context) as started:
        yield started, public


@pytest.mark.usefixtures("folder")
def test_certificates_hold_and_https_stays(
    secure: tuple[Site, Path], site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A certificate that nobody vouches for is refused; with one that is vouched for, a redirect to http is refused."""
    https, certificate = secure
    https.add_pages(1)
    https.answers["/2.html"] = redirect(f"{site.at}/1.html")
    https.add_rss("/1.html", "/2.html")
    done = fetch(f"{https.at}/rss")
    assert (done.exit_code, https.asked, "certificate of the server does not hold" in done.output) == (1, [], True)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    site.add_rss()
    done = fetch(f"{https.at}/rss", f"{site.at}/rss")
    assert (count(done, "fetched"), "redirects from https to http" in done.output) == (1, True)
    assert "/1.html" not in site.asked


MACHINES = [
    ("93.184.216.34", True), ("2606:2800:220:1::1", True), ("127.0.0.1", False), ("10.1.2.3", False), ("100.64.0.1", False),
    ("169.254.169.254", False), ("224.0.0.1", False), ("240.0.0.1", False), ("0.0.0.0", False), ("::", False), ("::1", False),
    ("fe80::1%1", False), ("fec0::1", False), ("fd00::1", False), ("ff0e::1", False), ("::ffff:127.0.0.1", False),
    ("64:ff9b::7f00:1", False), ("2002:7f00:1::1", False), ("192.0.2.1", False), ("2001:db8::1", False),
]  # fmt: skip


@pytest.mark.parametrize(("machine", "is_public"), MACHINES)
def test_only_public_machines_are_asked(machine: str, is_public: bool) -> None:
    """Of the machines that the user has not named, those of private and reserved networks are refused in every notation."""
    try:
        Peers([]).check("example.org", 443, machine)
        allowed = True
    except Refused:
        allowed = False
    assert allowed is is_public


def test_a_name_that_moves_into_the_network_is_refused() -> None:
    """A named host that was met at a public machine may not lead to a private one later, whatever its name then says."""
    peers = Peers([Feed("https://example.org/rss")])
    peers.check("example.org", 443, "127.0.0.1")
    peers.check("example.org", 443, "93.184.216.34")
    with pytest.raises(Refused):
        peers.check("example.org", 443, "127.0.0.1")


def test_feeds_are_read_without_entities_and_files(folder: Path) -> None:
    """A bomb of entities and an outer entity give no text, and bytes that are a file's name are not opened."""
    (folder / "held.txt").write_text(f"<rss><channel><item><link>http://e.org/{SECRET}</link></item></channel></rss>")
    outer = f"<!DOCTYPE urlset [<!ENTITY x SYSTEM '{folder}/held.txt'>]><urlset><url><loc>&x;</loc></url></urlset>"
    bomb = "<!ENTITY a0 'lol'>" + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10))
    for kind in (
        "urlset><url><loc>{}</loc></url></urlset",
        "rss version='2.0'><channel><item><link>{}</link></item></channel></rss",
    ):
        document = f"<!DOCTYPE x [{bomb}]><{kind.format('&a9;')}>"
        try:
            found = read_links(document.encode(), "http://e.org/f", "text/xml", 10**6)
        except Unfetched:
            continue
        assert sum(len(entry.link) for entry in found.entries) < 1000
    assert SECRET not in str(read_links(outer.encode(), "http://e.org/f", "text/xml", 10**6))
    with pytest.raises(Unfetched):
        read_links(str(folder / "held.txt").encode(), "http://e.org/f", "text/xml", 10**6)


def test_an_address_is_shown_masked() -> None:
    """Messages show no login, no query, and nothing that a terminal would obey; feeds named twice are one."""
    assert shown(f"https://me:{SECRET}@e.org/a@b?key=1#x") == "https://e.org/a@b?..."
    assert shown("http://e.org/\x1b[2J") == "http://e.org/?[2J"
    assert [feed.address for feed in read_feeds(["http://E.org/ä#x", "http://e.org/%C3%A4"])] == ["http://e.org/%C3%A4"]
    assert SECRET not in repr(read_feeds([f"http://me:{SECRET}@e.org/"]))


def test_a_downgrade_is_refused() -> None:
    """https never becomes http by a redirect, also on the same host."""
    headers = Message()
    headers["Location"] = "http://e.org/x"
    with pytest.raises(Refused):
        _next(Exchange("https://e.org/x", datetime.now(UTC), status=301, headers=headers))

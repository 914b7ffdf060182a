"""Addresses: those that the user names, those that servers name, and the machines that may be asked."""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from requests import PreparedRequest, RequestException

from etl.errors import ConfigurationError
from etl.fetch.unfetched import Refused

PORTS = {"http": 80, "https": 443}
_LOGIN = re.compile(r"^([^/?#]*//)?[^/?#]*@")
_ANY_LOGIN = re.compile(r"^([^/?#]*//)?.*@")
"""The same where the address is wrong: also a password that holds a slash is none of a message's business."""
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True)
class Feed:
    """A feed or sitemap that the user names.

    Attributes:
        address: its address, without user and password.
        login: user and password, where the address had them; they go to its own host alone and are written nowhere.
    """

    address: str
    login: tuple[str, str] | None = field(default=None, repr=False)


def shown(address: str) -> str:
    """Return an address as messages show it: without login and query, on one line, and not too long."""
    path, mark, _ = _LOGIN.sub(r"\1", address).partition("#")[0].partition("?")
    told = "".join(sign if sign.isprintable() else "?" for sign in path)
    return (told if len(told) <= 200 else f"{told[:200]}...") + ("?..." if mark else "")


def origin_of(address: str) -> str:
    """Return scheme, host and port of an address: what one robots.txt is for."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def host_of(address: str) -> tuple[str, int]:
    """Return host and port of a clean address."""
    parts = urlsplit(address)
    return parts.hostname or "", parts.port or PORTS[parts.scheme]


def clean(raw: str, base: str = "") -> str:
    """Return an address as it is asked: absolute, quoted, its host in ASCII, without a fragment.

    Args:
        raw: the address as it was given.
        base: the address of the document that names it.

    Raises:
        Refused: it is no http or https address, it holds a login, or it cannot be read.
    """
    request = PreparedRequest()
    try:
        joined = urljoin(base, raw.strip())
        parts = urlsplit(joined)
        if parts.scheme not in PORTS:
            raise Refused("it is no http or https address. Nothing to do: others are not fetched.")
        if "@" in parts.netloc:
            raise Refused("it holds a user name or password. Nothing to do: such links are not followed.")
        request.prepare_url(urldefrag(joined).url, None)
        prepared = str(request.url)
        host_of(prepared)  # a port that is no number shows itself here
    except (ValueError, RequestException) as error:
        raise Refused("it is no address that can be read. Check it where it stands.") from error
    return prepared


def _feed(given: str, place: str) -> Feed:
    """A feed that the user names, at a place that messages may tell."""
    try:
        parts = urlsplit(given)
        login = None
        if "@" in parts.netloc:
            user, _, password = parts.netloc.rpartition("@")[0].partition(":")
            login = (unquote(user), unquote(password))
            given = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
        return Feed(clean(given), login)
    except (ValueError, Refused) as error:
        told = error if isinstance(error, Refused) else "it is no address that can be read. Check it."
        masked = shown(_ANY_LOGIN.sub(r"\1", given))
        raise ConfigurationError(f"{place} {masked}: {told}") from None  # what raised it may tell the login


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        told = f"feeds {_ANY_LOGIN.sub('', str(path))}: neither an address nor a text file that can be read. Name a feed, or a file of them."
        raise ConfigurationError(told) from error


def read_feeds(given: Iterable[str]) -> list[Feed]:
    """Return the feeds that the user names, each once.

    Args:
        given: addresses, or text files with an address a line; what follows a `#` at the start of a word is a comment.

    Raises:
        ConfigurationError: a file cannot be read, an address is wrong, or none is named.
    """
    feeds: dict[str, Feed] = {}
    for item in given:
        if "://" in item:
            found = [_feed(item, "feed")]
        else:
            lines = [re.sub(r"(^|\s)#.*", "", line).strip() for line in _lines(Path(item))]
            found = [_feed(line, f"{item}, line {number}:") for number, line in enumerate(lines, start=1) if line]
        for feed in found:
            feeds.setdefault(feed.address, feed)
    if not feeds:
        raise ConfigurationError("feeds: no address is given. Name a feed or sitemap, or a file with one a line.")
    return list(feeds.values())


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None and not _is_public(inner):
            return False
        if address.ipv4_mapped:
            return True
        if address.is_site_local:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


class Peers:
    """Which machines may be asked: public ones, and those that the user named himself.

    A named host that has once been met at a public machine has to stay at public ones: a name that is moved to a machine
    within the user's own network between two requests is refused.

    Args:
        feeds: what the user named.
    """

    def __init__(self, feeds: Iterable[Feed]) -> None:
        self._named = {host_of(feed.address) for feed in feeds}

    def check(self, host: str, port: int, machine: str) -> None:
        """Raise where a machine may not be asked.

        Args:
            host: the host that was asked for.
            port: its port.
            machine: the IP address that the connection goes to.

        Raises:
            Refused: it is in a private network, or reserved, and the user did not name host and port.
        """
        if _is_public(ipaddress.ip_address(machine)):
            self._named.discard((host, port))
        elif (host, port) not in self._named:
            raise Refused(
                "its host is a machine of a private or reserved network. If you trust it, name an address of this host "
                "and port among the feeds."
            )

"""The desk's own small server: this machine alone, with a secret in the address, for one reviewer.

Each request must name this machine as its host, and carry the secret: in the address by which the page is opened, afterwards in a cookie.
What changes a file must also come from the page itself: it carries a second secret that only the page holds, and the page's origin.
"""

import json
import secrets
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from etl.desk import page
from etl.desk.choices import RefusedError
from etl.desk.session import Session
from etl.errors import ConfigurationError, EtlError

LOOPBACK = "127.0.0.1"
_NAMES = (LOOPBACK, "localhost")
_MOST_BYTES = 100_000
"""Largest request that is read."""
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
}  # fmt: skip


class Desk(ThreadingHTTPServer):
    """The server of one sitting.

    Attributes:
        token: the secret of the address and the cookie.
        form_token: the secret that the page's own requests carry.
        lock: held while a request reads or changes the sitting.
    """

    daemon_threads = True

    def __init__(self, session: Session, port: int = 0, host: str = LOOPBACK) -> None:
        """Listen on a port of this machine; 0 for a free one.

        Raises:
            ConfigurationError: the host is not this machine alone, or the port cannot be had.
        """
        if host != LOOPBACK:
            raise ConfigurationError(f"the desk listens on {LOOPBACK} alone, not on {host!r}: it has no passwords.")
        self.session = session
        self.token, self.form_token = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        self.lock = Lock()
        try:
            super().__init__((host, port), _Handler)
        except (OSError, OverflowError) as error:
            raise ConfigurationError(f"port {port} cannot be had ({error}). Choose another with --port.") from error

    @property
    def address(self) -> str:
        """The address to open, with the secret."""
        return f"http://{LOOPBACK}:{self.server_port}/?token={self.token}"


class _Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    server: Desk
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "desk", ""
    timeout = 60

    def do_GET(self) -> None:
        """Give the page, its files, the queue or a row."""
        where = urlsplit(self.path)
        query = dict(parse_qsl(where.query))
        if not self._is_here() or not self._has_secret(query.get("token") if where.path == "/" else None):
            return self._refuse()
        if where.path == "/":
            return self._send(page.document(self.server.form_token), "text/html", cookie=True)
        if found := page.static(where.path.removeprefix("/")):
            return self._send(*found)
        with self.server.lock:
            return self._answer(lambda: self._read(where.path, query))

    def do_POST(self) -> None:
        """Write a decision down, or take one back."""
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or len(length) > 9 or int(length) > _MOST_BYTES:
            self.close_connection = True
            return self._send_json({"error": "the request is too long."}, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        body = self.rfile.read(int(length))
        given = self.headers.get("X-Desk-Token", "")
        is_own = secrets.compare_digest(given.encode(), self.server.form_token.encode())
        if not (self._is_here() and self._has_secret(None) and is_own and self._is_same_origin()):
            return self._refuse()
        with self.server.lock:
            return self._answer(lambda: self._write(urlsplit(self.path).path, json.loads(body)))

    def _read(self, path: str, query: dict[str, str]) -> dict[str, Any] | None:
        session = self.server.session
        if path == "/api/choices":
            return page.choices(session)
        if path == "/api/queue":
            return page.listed(session, query)
        if path == "/api/row":
            return page.opened(session, query.get("event_id", ""))
        return None

    def _write(self, path: str, told: dict[str, Any]) -> dict[str, Any] | None:
        session = self.server.session
        if path == "/api/undo":
            return {"event_id": session.undo()}
        if path == "/api/who":
            session.who = " ".join(str(told["who"]).split())[:100]
            return {"who": session.who}
        if path != "/api/decide":
            return None
        event_id, action, why = (str(told[name]) for name in ("event_id", "action", "why"))
        session.refresh()
        if session.version(session.row(event_id)) != told["version"]:
            raise RefusedError("the row has changed since you opened it. Look at it again.")
        if action == "split":
            session.split(event_id, map(str, told["events"]), why)
        elif action == "join":
            session.join(event_id, str(told["transfer"]), why)
        else:
            session.decide(event_id, action, {str(k): str(v) for k, v in dict(told["changes"]).items()}, why)
        return {"event_id": event_id}

    def _answer(self, work: Any) -> None:
        try:
            told = work()
        except EtlError as error:
            return self._send_json({"error": str(error)}, HTTPStatus.CONFLICT)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            return self._send_json(
                {"error": f"the request is not of the form that the page sends ({error!r})."}, HTTPStatus.BAD_REQUEST
            )
        except OSError as error:
            told = f"{error.filename or 'the disk'} cannot be read or written ({error.strerror})."
            return self._send_json({"error": told}, HTTPStatus.INTERNAL_SERVER_ERROR)
        if told is None:
            return self._send_json({"error": "there is no such page."}, HTTPStatus.NOT_FOUND)
        return self._send_json(told, HTTPStatus.OK)

    @property
    def _cookie(self) -> str:
        return f"desk_{self.server.server_port}"  # cookies know no ports, and two desks may be open

    def _is_here(self) -> bool:
        """True where the request was meant for this machine: else a foreign name was led here (DNS rebinding)."""
        return self.headers.get("Host", "") in {f"{name}:{self.server.server_port}" for name in _NAMES}

    def _is_same_origin(self) -> bool:
        return self.headers.get("Origin", "") == f"http://{self.headers.get('Host', '')}"

    def _has_secret(self, given: str | None) -> bool:
        if given is None:
            try:
                cookies = SimpleCookie(self.headers.get("Cookie", ""))
            except CookieError:
                return False
            given = cookies[self._cookie].value if self._cookie in cookies else ""
        return secrets.compare_digest(given.encode(), self.server.token.encode())

    def _refuse(self) -> None:
        told = "Refused. Open the desk by the whole address that `etl review` has printed.\n"
        self._send(told.encode(), "text/plain", HTTPStatus.FORBIDDEN)

    def _send_json(self, told: dict[str, Any], status: HTTPStatus) -> None:
        self._send(json.dumps(told, default=str).encode(), "application/json", status)

    def _send(self, body: bytes, kind: str, status: HTTPStatus = HTTPStatus.OK, *, cookie: bool = False) -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        if cookie:
            self.send_header("Set-Cookie", f"{self._cookie}={self.server.token}; HttpOnly; SameSite=Strict; Path=/")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Print nothing: addresses hold the secret."""

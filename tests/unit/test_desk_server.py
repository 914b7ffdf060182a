"""The desk's server answers its own page on this machine and nobody else."""

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from etl.desk.server import Desk
from etl.desk.session import Session
from etl.desk.tables import read_tables
from etl.errors import ConfigurationError
from tests.conftest import ROOT, call, call_warm, run_pipeline

Headers = dict[str, str]


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tables of a run over one article."""
    place = tmp_path_factory.mktemp("server")
    (place / "in").mkdir()
    (place / "in" / "one.txt").write_text(
        "Published: 2024-01-04\n\nNorway sold 12 tanks to Ghana in 2019.\n", encoding="utf-8"
    )
    run_pipeline(place / "in", place / "tables")
    return place / "tables"


@pytest.fixture
def desk(tables: Path, tmp_path: Path) -> Iterator[Desk]:
    """A desk that answers."""
    with Desk(Session(read_tables(tables), tmp_path / "corrections.csv", who="A. Reader")) as opened:
        thread = threading.Thread(target=opened.serve_forever, daemon=True)
        thread.start()
        yield opened
        opened.shutdown()
        thread.join()


def _ask(desk: Desk, path: str, body: object = None, **changed: str | None) -> tuple[int, Headers, bytes]:
    """What the desk answers to the page's own request, with some of its headers changed or, for None, left out."""
    here = f"127.0.0.1:{desk.server_port}"
    headers = {"Host": here, "Cookie": f"desk_{desk.server_port}={desk.token}"}
    if body is not None:
        headers |= {"Origin": f"http://{here}", "X-Desk-Token": desk.form_token, "Content-Type": "application/json"}
    headers |= {name.replace("_", "-"): value for name, value in changed.items()}  # type: ignore[misc]
    connection = HTTPConnection("127.0.0.1", desk.server_port, timeout=30)
    connection.putrequest("GET" if body is None else "POST", path, skip_host=True)
    sent = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    if body is not None:
        headers.setdefault("Content-Length", str(len(sent)))
    for name, value in headers.items():
        if value is not None:
            connection.putheader(name, value)
    connection.endheaders(sent)
    answer = connection.getresponse()
    told = answer.status, dict(answer.getheaders()), answer.read()
    connection.close()
    return told


def test_the_address_opens_the_page(desk: Desk) -> None:
    """The printed address gives page and cookie; the cookie gives the rest, and nothing may come from elsewhere."""
    status, headers, body = _ask(desk, f"/?token={desk.token}", Cookie=None)
    assert status == 200
    assert headers["Set-Cookie"] == f"desk_{desk.server_port}={desk.token}; HttpOnly; SameSite=Strict; Path=/"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert desk.token.encode() not in body
    assert desk.form_token.encode() in body
    for path in ("/", "/desk.js", "/desk.css", "/marks.css", "/api/choices", "/api/queue"):
        assert _ask(desk, path)[0] == 200
        assert _ask(desk, path, Cookie=None)[0] == 403


FOREIGN: dict[str, Headers] = {
    "no cookie": {"Cookie": None},
    "wrong cookie": {"Cookie": "desk_{port}=" + "A" * 43},
    "broken cookie": {"Cookie": 'desk_{port}="\\'},
    "another name": {"Host": "desk.example:{port}"},
    "another port": {"Host": "127.0.0.1:1"},
    "no host": {"Host": None},
}  # type: ignore[dict-item]
FOREIGN_POST: dict[str, Headers] = FOREIGN | {
    "foreign origin": {"Origin": "http://desk.example"},
    "another port of this machine": {"Origin": "http://127.0.0.1:1"},
    "no origin": {"Origin": None},
    "opaque origin": {"Origin": "null"},
    "no token": {"X_Desk_Token": None},
    "wrong token": {"X_Desk_Token": "A" * 43},
}  # type: ignore[dict-item]


def _filled(desk: Desk, headers: Headers) -> Headers:
    return {name: value and value.replace("{port}", str(desk.server_port)) for name, value in headers.items()}


@pytest.mark.parametrize("case", FOREIGN)
def test_foreign_questions_are_refused(desk: Desk, case: str) -> None:
    """Without the secret, or led here by another name (DNS rebinding), nobody reads anything."""
    status, _, body = _ask(desk, "/api/queue", **_filled(desk, FOREIGN[case]))
    assert status == 403
    assert b"Norway" not in body


@pytest.mark.parametrize("case", FOREIGN_POST)
def test_foreign_decisions_are_refused(desk: Desk, case: str) -> None:
    """What the page itself has not sent writes nothing; the page's own request does."""
    row = next(iter(desk.session.standing.events.values()))
    body = {
        "event_id": row["event_id"], "version": desk.session.version(row), "action": "reject", "changes": {}, "why": "no event",
    }  # fmt: skip
    assert _ask(desk, "/api/decide", body, **_filled(desk, FOREIGN_POST[case]))[0] == 403
    assert not any(path.exists() for path in desk.session.files)
    assert _ask(desk, "/api/decide", body)[0] == 200
    assert all(path.exists() for path in desk.session.files)


ODD: dict[str, tuple[str, object, Headers, int]] = {
    "no JSON": ("/api/decide", b"{", {}, 400),
    "a list": ("/api/decide", [], {}, 400),
    "parts are missing": ("/api/decide", {"event_id": "x"}, {}, 400),
    "no such row": (
        "/api/decide",
        {"event_id": "x", "version": "", "action": "accept", "changes": {}, "why": ""},
        {},
        409,
    ),
    "nothing to undo": ("/api/undo", {}, {}, 409),
    "no such page": ("/api/else", {}, {}, 404),
    "too long": ("/api/decide", {}, {"Content_Length": "100000000"}, 413),
    "no length": ("/api/decide", {}, {"Content_Length": "-1"}, 413),
}


@pytest.mark.parametrize("case", ODD)
def test_odd_requests_are_answered(desk: Desk, case: str) -> None:
    """A request of another form gets an error in words, and the desk goes on."""
    path, body, headers, expected = ODD[case]
    status, _, told = _ask(desk, path, body, **headers)
    assert status == expected
    assert json.loads(told)["error"]
    assert _ask(desk, "/api/queue")[0] == 200


def test_a_row_that_has_changed_is_looked_at_again(desk: Desk) -> None:
    """A decision about a row as it was before another decision is refused."""
    row = next(iter(desk.session.standing.events.values()))
    body = {
        "event_id": row["event_id"],
        "version": desk.session.version(row),
        "action": "accept",
        "changes": {},
        "why": "",
    }
    desk.session.decide(row["event_id"], "correct", {"status": "delivered"}, "it has arrived")
    status, _, told = _ask(desk, "/api/decide", body)
    assert (status, "has changed since you opened it" in json.loads(told)["error"]) == (409, True)


def test_only_this_machine_is_served(tables: Path, tmp_path: Path) -> None:
    """Another address to listen on is refused, as is a port that is taken."""
    session = Session(read_tables(tables), tmp_path / "corrections.csv")
    for host in ("0.0.0.0", "", "::", "192.0.2.1"):
        with pytest.raises(ConfigurationError, match=r"127\.0\.0\.1 alone"):
            Desk(session, host=host)
    with Desk(session) as desk, pytest.raises(ConfigurationError, match="Choose another with --port"):
        Desk(session, desk.server_port)


def test_the_command_ends_cleanly(tables: Path, tmp_path: Path) -> None:
    """`etl review` prints its address, answers there, and Ctrl-C ends it with code 0 and without a traceback."""
    command = [sys.executable, "-u", "-m", "etl", "review", "--no-browser", "--tables", str(tables)]
    with subprocess.Popen(
        command, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        first = process.stdout.readline()
        assert first.startswith("open: http://127.0.0.1:")
        port = int(first.split(":")[3].partition("/")[0])
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", "/")
        assert connection.getresponse().status == 403
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (0, "")
    assert "every decision is written" in rest


def test_two_coders_are_compared(tables: Path, tmp_path: Path) -> None:
    """`etl agreement` tells figures and differences of two blind files, and what to do where one is missing."""
    for name, status in (("first", "ordered"), ("second", "delivered")):
        coder = Session(read_tables(tables), tmp_path / "corrections.csv", who=name, blind=tmp_path / f"{name}.csv")
        row = next(iter(coder.standing.events.values()))
        if status == row["status"]:
            coder.decide(row["event_id"], "accept", {}, "")
        else:
            coder.decide(row["event_id"], "correct", {"status": status}, "it has arrived")
    done = call("agreement", "first.csv", "second.csv", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "rows of both 1, of the first alone 0, of the second alone 0" in done.stdout
    assert done.stdout.splitlines()[-1].split() == [row["event_id"], "status", "ordered", "|", "delivered"]
    done = call_warm("agreement", "first.csv", "third.csv", folder=tmp_path)
    assert (done.returncode, "etl review --blind third.csv" in done.stderr) == (2, True)

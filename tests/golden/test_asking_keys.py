"""The key of an endpoint stands in nothing but the requests to it."""

import logging
import subprocess
import sys
import traceback
from pathlib import Path

import pytest

from etl.asking.client import Client, NoReply
from etl.errors import ConfigurationError
from tests.golden.test_asking import NEVER
from tests.llm_server import HUSHED, KEY, TOLD, ask, echo, fails, request, serve, set_for, surroundings, text_of


def test_the_environment_reaches_no_endpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys, addresses, headers and proxies of the environment are not used: nothing goes elsewhere, nothing is added."""
    with serve(echo) as other, serve(echo) as server:
        for name in ("API_KEY", "ADMIN_KEY", "ORG_ID", "PROJECT_ID", "WEBHOOK_SECRET"):
            monkeypatch.setenv(f"OPENAI_{name}", HUSHED)
        monkeypatch.setenv("OPENAI_BASE_URL", other.at)
        monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", f"Authorization: {HUSHED}\nX-Key: {HUSHED}\nHost: {HUSHED}")
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, other.at.removesuffix("/v1"))
        netrc = tmp_path / "netrc"
        netrc.write_text(f"machine 127.0.0.1 login me password {HUSHED}", encoding="utf-8")
        netrc.chmod(0o600)
        monkeypatch.setenv("NETRC", str(netrc))
        ask(set_for(server.at, tmp_path), request(1))
        ask(set_for(server.at.replace("//", "//me:word%40@"), tmp_path), request(2))
    needed = {"Host", "User-Agent", "Accept", "Accept-Encoding", "Content-Type", "Content-Length"}
    assert set(server.headers[0]) <= needed | {"Connection"}
    assert HUSHED not in str(server.headers[0])
    assert server.headers[1]["Authorization"] == "Basic bWU6d29yZEA="
    assert other.bodies == []


ECHOED = fails(500, f"your key {KEY} or {KEY[:9]}*****{KEY[-4:]} failed", again=False)


ALL = [answer for answer, _ in NEVER.values()] + [
    ECHOED,
    *(ECHOED._replace(status=n) for n in (400, 401, 403, 404, 429, 301)),
]


def test_no_error_and_no_log_holds_the_key(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """For each fault the error with its chain and all local values, and all that any library logs, is without the key."""
    caplog.set_level(logging.DEBUG)
    with serve(lambda _, body: ALL[int(text_of(body))]) as server:
        at = server.at.replace("//", f"//{HUSHED}:{HUSHED}@")
        client = Client(set_for(at, tmp_path, llm_api_key=KEY, llm_timeout=0.3))
        for number in range(len(ALL)):
            error = _error_of(client, number)
            trace = error.__traceback__.tb_next if error.__traceback__ else None  # without the frame of the test
            held = traceback.TracebackException(type(error), error, trace, capture_locals=True)
            assert HUSHED not in "".join(held.format()) + repr(error) + str(vars(error))
            assert (error.__context__, error.__cause__) == (None, None)
        assert HUSHED not in repr(vars(client)) + repr(vars(client.endpoint))
        client.close()
    assert [headers["Authorization"] for headers in server.headers] == [f"Bearer {KEY}"] * len(ALL)
    assert HUSHED not in caplog.text


def _error_of(client: Client, number: int) -> Exception:
    try:
        client.ask(request(number))
    except (NoReply, ConfigurationError) as error:
        return error
    raise AssertionError(number)


def test_a_run_that_logs_all_writes_and_prints_no_key(tmp_path: Path) -> None:
    """With the logs of all libraries on, neither what a run prints, of good and bad answers, nor any file holds the key."""
    code = (
        "import logging, os; logging.basicConfig(level=logging.DEBUG)\nfrom tests.llm_server import *\n"
        "s = set_for(os.environ['AT'], Path('.'), llm_api_key=os.environ.pop('KEY'))\n"
        "print(ask(s, *map(request, range(4))), s)\nask(s, *map(request, range(10, 20)))"
    )
    with serve(
        lambda number, body: echo(number, body) if number == 2 else ECHOED._replace(status=401 if number > 4 else 400)
    ) as server:
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60,
            env=surroundings(AT=server.at, KEY=KEY, OPENAI_LOG="debug"),
        )  # fmt: skip
    assert "ConfigurationError: the endpoint" in done.stderr
    assert "HTTP Response: POST 400" in done.stderr
    assert "'bad_request': 3" in done.stdout
    assert server.headers[-1]["Authorization"] == f"Bearer {KEY}"
    assert HUSHED not in done.stdout + done.stderr
    assert TOLD not in done.stdout + done.stderr
    assert all(HUSHED.encode() not in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())

"""The default job asks nothing of any network: no library reports its use, fetches a list or looks for a newer version."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, call

HOOK = '''
"""Writes down and refuses each use of a network by this process and its children; sockets within the machine are let through."""

import os
import sys

_PLACES = {
    "socket.connect": 1, "socket.bind": 1, "socket.sendto": 1, "socket.sendmsg": 1,
    "socket.getaddrinfo": 0, "socket.gethostbyname": 0, "socket.gethostbyaddr": 0,
}


def _refuse(event, arguments):
    place = _PLACES.get(event)
    if place is None or (place == 1 and (arguments[1] is None or isinstance(arguments[1], (str, bytes)))):
        return  # the address of a socket within the machine is a path
    if event == "socket.bind" and arguments[1][:2] == ("::1", 0):
        return  # how urllib3, when it is imported, sees whether the machine has IPv6: nothing is sent
    with open(os.environ["ATTEMPTS"], "a") as listed:
        listed.write(f"{event} {arguments[place]!r} by {sys.argv}\\n")
    raise PermissionError(f"no network: {event}")


sys.addaudithook(_refuse)
'''
TEXT = "Norway delivered 12 Leopard 2 tanks to Ghana on 3 January 2024, the defence ministry said in a statement."
PAGE = f"""<html><head><title>Tanks</title><link rel="canonical" href="https://news.example.org/tanks">
<meta property="og:site_name" content="Example News"><meta property="article:published_time" content="2024-01-05"></head>
<body><article><p>{TEXT.replace("12", "14")}</p><p>It is the first delivery.</p></article></body></html>"""
IN_A_WORKER = """
import multiprocessing, socket, sys

def ask(host):
    socket.create_connection((host, 9), timeout=1)

if __name__ == "__main__":
    worker = multiprocessing.get_context(sys.argv[1]).Process(target=ask, args=("127.0.0.1",))
    worker.start()
    worker.join()
"""


class _Watched:
    """A folder in which processes run whose use of the network is written down and refused."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "hook").mkdir()
        (folder / "hook" / "sitecustomize.py").write_text(HOOK, encoding="utf-8")
        self._listed = folder / "attempts"
        self._listed.touch()
        self.environment = {
            "PYTHONPATH": os.pathsep.join([str(folder / "hook"), str(ROOT)]),
            "ATTEMPTS": str(self._listed),
        }

    def call(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return call(*arguments, folder=self.folder, **self.environment)

    @property
    def attempts(self) -> list[str]:
        return self._listed.read_text(encoding="utf-8").splitlines()


@pytest.fixture
def watched(tmp_path: Path) -> _Watched:
    """Such a folder, with articles of several kinds."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "in" / "page.html").write_text(PAGE, encoding="utf-8")
    rows = [{"id": n, "url": "https://news.example.org/a", "date": "5 janvier 2024", "text": TEXT.replace("12", str(20 + n))} for n in range(4)]  # fmt: skip
    (tmp_path / "in" / "wire.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return _Watched(tmp_path)


def test_the_default_job_uses_no_network(watched: _Watched) -> None:
    """A run with data docs and two workers, a release and a check end well, and no process of theirs tries to reach a network."""
    for arguments in (
        ("run", "in", "--out", "out", "--workers", "2"),
        ("release", "2026.1.0", "--tables", "out", "--out", "releases", "--tier", "candidate"),
        ("validate", "releases/2026.1.0"),
    ):
        done = watched.call(*arguments)
        assert (done.returncode, done.stderr, watched.attempts) == (0, "", [])
    assert (watched.folder / "out" / "data_docs" / "index.html").is_file()


@pytest.mark.parametrize("start", ["spawn", "fork", "forkserver"])
def test_an_attempt_in_a_worker_would_be_seen(start: str, watched: _Watched) -> None:
    """The watch of the test above sees a connection that a worker tries, however workers are started."""
    (watched.folder / "ask.py").write_text(IN_A_WORKER, encoding="utf-8")
    subprocess.run(
        [sys.executable, "ask.py", start], cwd=watched.folder, capture_output=True, check=True,
        env=os.environ | watched.environment,
    )  # fmt: skip
    assert [line.split()[0] for line in watched.attempts] == ["socket.getaddrinfo"]


def test_an_address_is_asked_for(watched: _Watched) -> None:
    """The watch sees the program itself where an input is an address, and the run ends with one clear line."""
    done = watched.call("run", "https://news.example.org/a.jsonl", "--out", "out")
    assert done.returncode == 2
    assert done.stderr.startswith("etl: input https://news.example.org/a.jsonl: the store does not give it")
    assert any("news.example.org" in line for line in watched.attempts)

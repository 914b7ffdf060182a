"""What ends the asking: a spent budget, an endpoint that is gone, a person; and what slows it."""

import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from etl.asking import Tally, ask_all
from etl.asking.client import tokens_of
from etl.errors import ConfigurationError
from etl.extraction.llm.request import Request
from tests.llm_server import Answer, always, ask, chat, echo, fails, request, serve, set_for, surroundings, text_of


def test_an_endpoint_that_never_answers_ends_the_run(tmp_path: Path) -> None:
    """When the first five requests fail, the run ends and names the endpoint and why; four do not end it."""
    with serve(always(fails(500, "no memory left"))) as server:
        _, told = ask(set_for(server.at, tmp_path), *map(request, range(4)))
        assert told.failed == {"server_error": 4}
        with pytest.raises(ConfigurationError, match=re.escape(f"{server.at} answers nothing")) as raised:
            ask(set_for(server.at, tmp_path), *map(request, range(50)))
    assert "server_error: no memory left" in str(raised.value)
    assert len(server.bodies) == 4 + 5


@pytest.mark.parametrize(("fault", "reason"), [(fails(500), "server_error"), (fails(401), "denied")])
def test_an_endpoint_that_goes_stops_the_asking_and_not_the_run(fault: Answer, reason: str, tmp_path: Path) -> None:
    """After ten failures in a row nothing more is asked; a single answer between them counts anew, kept answers are used."""
    with serve(echo) as server:
        settings = set_for(server.at, tmp_path)
        ask(settings, request(60))
    with serve(lambda number, body: echo(number, body) if number in {0, 8} else fault) as server:
        replies, told = ask(set_for(server.at, tmp_path), *map(request, range(70)))
    assert [number for number, reply in enumerate(replies) if reply] == [0, 8, 60]
    assert len(server.bodies) == 9 + 10
    assert (told.stopped, told.asked, told.failed, told.not_asked) == ("endpoint", 19, {reason: 17}, 50)


@pytest.mark.parametrize("concurrency", [1, 3])
def test_the_budget_is_not_overspent(concurrency: int, tmp_path: Path) -> None:
    """Requests are asked as long as tokens are left for them; the rest is not, and the next run goes on from there."""
    requests = [request(number) for number in range(30)]
    with serve(always(chat("{}", usage=(90, 40)))) as server:
        settings = set_for(server.at, tmp_path, llm_token_budget=1000, llm_concurrency=concurrency)
        replies, told = ask(settings, *requests)
        assert tokens_of(requests[0].body) + 50 < 130  # each takes more than was set aside for it
        assert (told.stopped, told.asked, told.not_asked) == ("budget", 7, 23)
        assert (told.tokens_in, told.tokens_out) == (7 * 90, 7 * 40)
        assert [reply is not None for reply in replies] == [True] * 7 + [False] * 23
        _, again = ask(settings, *requests)
    assert (again.kept, again.asked, again.stopped, len(server.bodies)) == (7, 7, "budget", 14)


def test_tokens_are_set_aside_for_what_is_on_its_way(tmp_path: Path) -> None:
    """Of two requests that do not both fit, one waits for the other; a budget below one request asks nothing."""
    with serve(always(chat("{}", usage=(1, 1)))) as server:
        settings = set_for(server.at, tmp_path, llm_concurrency=2, llm_token_budget=1000)
        server.gate.clear()
        asked = ask_all([(n, [request(n, max_tokens=800)]) for n in (1, 2)], settings, progress=print, tally=Tally())
        thread = threading.Thread(target=list, args=(asked,))
        thread.start()
        server.wait_for(1)
        thread.join(0.2)
        assert len(server.bodies) == 1
        server.gate.set()
        thread.join(10)
        assert (len(server.bodies), server.most) == (2, 1)
        _, told = ask(set_for(server.at, tmp_path, llm_token_budget=40), request(3), request(1, max_tokens=800))
    assert (told.stopped, told.not_asked, told.kept, len(server.bodies)) == ("budget", 1, 1, 2)


def _asking() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "asking"]


def test_an_end_in_the_middle_waits_for_no_answer(tmp_path: Path) -> None:
    """Who stops reading goes on at once; what is on its way is still kept when it comes, and no more is asked."""
    silent = threading.Event()

    def script(number: int, body: dict[str, Any]) -> Answer:
        if text_of(body) != "0":  # not the first to come: two are sent at once
            silent.wait(40)
        return echo(number, body)

    with serve(script) as server:
        settings = set_for(server.at, tmp_path, llm_concurrency=2, llm_timeout=40)
        asked = ask_all(((n, [request(n)]) for n in range(40)), settings, progress=print, tally=Tally())
        next(asked)
        server.wait_for(3)
        asked.close()  # type: ignore[attr-defined]
        assert len(_asking()) == 2
        silent.set()
        for thread in _asking():
            thread.join(40)
        assert _asking() == []
        assert len(server.bodies) == 3
    _, told = ask(set_for(None, tmp_path, llm_replay=True), *map(request, range(40)))
    assert told.kept == 3


def test_ctrl_c_ends_a_run_that_waits_for_an_answer(tmp_path: Path) -> None:
    """A process that waits for a silent endpoint ends on Ctrl-C, without the answer."""
    code = (
        "import sys; from tests.llm_server import *; "
        "ask(set_for(sys.argv[1], Path('.'), llm_timeout=600), *map(request, range(9)))"
    )
    with serve(always(chat("late")._replace(silent=60))) as server:
        process = subprocess.Popen(
            [sys.executable, "-c", code, server.at],
            cwd=tmp_path, env=surroundings(), stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            server.wait_for(1)
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=15)
        finally:
            process.kill()
    assert errors.rstrip().endswith("KeyboardInterrupt")


def test_no_more_requests_a_minute_than_are_set(tmp_path: Path) -> None:
    """With two requests a minute, the third waits although a thread is free; an end does not wait for its turn."""
    with serve(echo) as server:
        settings = set_for(server.at, tmp_path, llm_requests_per_minute=2, llm_concurrency=4)

        def items() -> Iterator[tuple[int, list[Request]]]:
            """The first is sent before another can take its turn: `next` waits for its answer."""
            for n in range(9):
                yield n, [request(n)]
                server.wait_for(1)

        asked = ask_all(items(), settings, progress=print, tally=Tally())
        thread = threading.Thread(target=next, args=(asked,))
        thread.start()
        server.wait_for(2)
        thread.join(10)
        for working in _asking():
            working.join(0.1)
        assert len(server.bodies) == 2
        asked.close()  # type: ignore[attr-defined]
        for working in _asking():
            working.join(10)
        assert _asking() == []
    assert len(server.bodies) == 2

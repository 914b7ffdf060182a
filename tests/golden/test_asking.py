"""Asking a model: answers in order, each kept at once; faults of an endpoint cost no run; what is set wrongly ends it."""

import gzip
import json
import logging
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from etl.asking import Tally, ask_all
from etl.asking.answers import Answers
from etl.asking.client import Client, NoReply, tokens_of
from etl.errors import ConfigurationError
from etl.extraction.llm.reply import Reply
from etl.extraction.llm.request import Request, requests_of, version_of
from etl.settings import Settings
from tests.conftest import ROOT, make_article
from tests.llm_server import TOLD, Answer, Script, ask, chat, cut_off, fails, request, serve, set_for

KEY = "mk-hushhush-0123456789-hushhush"
HUSHED = "hushhush"
"""Stands in each key and password of these tests."""


def text_of(body: dict[str, Any]) -> str:
    """The number of a request, as its text tells it."""
    return re.findall(r", (.*)\.$", body["messages"][1]["content"])[0]


def always(answer: Answer) -> Script:
    return lambda *_: answer


def echo(_: int, body: dict[str, Any]) -> Answer:
    """A model that answers with the number of the request."""
    return chat(text_of(body))


def test_the_request_reaches_the_endpoint_as_it_is(tmp_path: Path) -> None:
    """All fields of the body go through, those too that the client does not know, and the key with them."""
    sent = request(1, response_format={"type": "json_object", "schema": {"type": "object"}}, think=False, top_k=4)
    with serve(always(chat('{"claims": []}'))) as server:
        replies, told = ask(set_for(server.at + "/", tmp_path, llm_api_key=KEY), sent)
    assert server.bodies == [sent.body]
    assert server.paths == ["/v1/chat/completions"]
    assert server.headers[0]["Authorization"] == f"Bearer {KEY}"
    assert replies[0] == Reply('{"claims": []}', "whole", 1, 100, 20, replies[0].milliseconds if replies[0] else 0)
    assert (told.asked, told.calls, told.tokens_in, told.tokens_out, told.stopped) == (1, 1, 100, 20, None)


@pytest.mark.parametrize("concurrency", [1, 3])
def test_answers_come_in_order_and_little_is_read_ahead(concurrency: int, tmp_path: Path) -> None:
    """As many requests as may be are on their way at once, no more; items come in their order, and few are read ahead."""
    read = 0
    together = threading.Barrier(concurrency)

    def script(number: int, body: dict[str, Any]) -> Answer:
        if number < concurrency:
            together.wait(10)  # breaks, and so fails the test, unless all of them come before one is answered
        return echo(number, body)

    def items() -> Iterator[tuple[int, list[Request]]]:
        nonlocal read
        for number in range(40):
            read += 1
            yield number, [request(f"{number}-{part}") for part in range(number % 4)]

    with serve(script) as server:
        settings = set_for(server.at, tmp_path, llm_concurrency=concurrency)
        for place, (number, replies) in enumerate(ask_all(items(), settings, progress=print, told=Tally())):
            assert number == place
            assert [reply and reply.text for reply in replies] == [f"{number}-{part}" for part in range(number % 4)]
            assert read - place <= 4 * concurrency + 1
    assert server.most == concurrency
    assert not together.broken


ENDINGS = {
    "no usage": (chat("a" * 30, usage=None), "a" * 30, "whole", (None, 10)),
    "usage of another form": (chat("abc", usage={"prompt_tokens": "many"}), "abc", "whole", (None, 1)),
    "cut at length": (chat('{"claims": [', ending="length"), '{"claims": [', "cut", (100, 20)),
    "cut before the first word": (chat(None, ending="length"), "", "cut", (100, 20)),
    "refusal": (chat(None, refusal="I cannot help."), "I cannot help.", "refused", (100, 20)),
    "content filter": (chat("[", ending="content_filter"), "[", "refused", (100, 20)),
    "filter of the prompt": (fails(400, "The prompt was filtered", code="content_filter"),
                             "The prompt was filtered", "refused", (None, 0)),
    "no reason for the end": (chat("{}", ending=None), "{}", "whole", (100, 20)),
    "wrong content type": (chat("{}")._replace(headers={"Content-Type": "text/html"}), "{}", "whole", (100, 20)),
    "half a character": (Answer(body=json.dumps(chat("a\ud800b").body)), "a?b", "whole", (100, 20)),
    "very long": (chat("x" * 5_000_000), "x" * 5_000_000, "whole", (100, 20)),
}  # fmt: skip


@pytest.mark.parametrize(("answer", "text", "ending", "tokens"), ENDINGS.values(), ids=ENDINGS)
def test_the_ways_in_which_a_model_ends(
    answer: Answer, text: str, ending: str, tokens: tuple[int | None, int], tmp_path: Path
) -> None:
    """Each form of an answer gives its words, how it ended, and its tokens, estimated (here None) where nobody counts."""
    with serve(always(answer)) as server:
        settings = set_for(server.at, tmp_path)
        (reply,), _ = ask(settings, request(1))
        (again,), told = ask(settings, request(1))
    assert reply
    assert (reply.text, reply.ending, reply.tokens_out) == (text, ending, tokens[1])
    assert reply.tokens_in == (tokens[0] or reply.tokens_in) > 20
    assert (again, told.kept, len(server.bodies)) == (reply, 1, 1)


AGAIN = {
    "cut off in the middle": cut_off(),
    "silent for longer than the time-out": chat("late")._replace(silent=0.6),
    "429": fails(429),
    "500": fails(500),
    "503": fails(503),
    "408": fails(408),
    "429 that tells no time": fails(429, again=False),
}


@pytest.mark.parametrize("first", AGAIN.values(), ids=AGAIN)
def test_what_fails_for_a_while_is_tried_again(first: Answer, tmp_path: Path) -> None:
    """After a fault that passes, the same request is sent again and answered; both calls are counted."""
    with serve(lambda number, body: echo(number, body) if number else first) as server:
        settings = set_for(server.at, tmp_path, llm_retries=1, llm_timeout=0.3)
        (reply,), told = ask(settings, request(7))
    assert reply
    assert (reply.text, reply.calls, told.calls, told.asked) == ("7", 2, 2, 1)
    assert server.bodies == [request(7).body] * 2


def test_the_pause_that_a_server_asks_for_is_kept(tmp_path: Path) -> None:
    """After 429 with Retry-After the request is not sent again before that time."""
    busy = Answer(429, {"error": {"message": "slow down"}}, {"Retry-After": "1"})
    with serve(lambda number, body: echo(number, body) if number else busy) as server:
        (reply,), _ = ask(set_for(server.at, tmp_path, llm_retries=1), request(1))
    assert reply
    assert reply.milliseconds >= 1000


NEVER = {
    "cut off": (cut_off(), "connection"),
    "silent": (chat("late")._replace(silent=5), "timeout"),
    "dripping": (chat("slow")._replace(dripping=0.05), "timeout"),
    "429": (fails(429), "rate_limit"),
    "500": (fails(500), "server_error"),
    "400": (fails(400, "too long"), "bad_request"),
    "413": (fails(413), "bad_request"),
    "422 without JSON": (Answer(422, "<p>no</p>"), "bad_request"),
    "garbage": (Answer(body=b"\xff\x00\x80 nothing"), "bad_answer"),
    "a page": (Answer(body="<html>Sign in</html>", headers={"Content-Type": "text/html"}), "bad_answer"),
    "partial JSON": (Answer(body='{"choices": [{"message": {"content": "{'), "bad_answer"),
    "nested without end": (Answer(body="[" * 200_000), "bad_answer"),
    "no choices": (Answer(body={"choices": []}), "bad_answer"),
    "an error in a 200": (Answer(body={"error": {"message": "overloaded"}}), "bad_answer"),
    "another thing": (Answer(body=[1]), "bad_answer"),
    "words that are no text": (chat({"claims": []}), "bad_answer"),
    "empty": (Answer(), "bad_answer"),
    "too large": (Answer(body=b" " * 16_100_000), "bad_answer"),
    "packed": (Answer(body=gzip.compress(b" " * 99), headers={"Content-Encoding": "gzip"}), "bad_answer"),
}


@pytest.mark.parametrize(("answer", "reason"), NEVER.values(), ids=NEVER)
def test_a_request_without_an_answer_is_counted_by_its_reason(answer: Answer, reason: str, tmp_path: Path) -> None:
    """Each fault that lasts gives no answer and one of few reasons; nothing is kept, the next request is answered."""
    with serve(lambda number, body: echo(number, body) if number else answer) as server:
        settings = set_for(server.at, tmp_path, llm_timeout=0.3)
        replies, told = ask(settings, request(1), request(2))
        assert [reply and reply.text for reply in replies] == [None, "2"]
        assert (told.failed, told.asked, told.calls, told.stopped) == ({reason: 1}, 2, 2, None)
        replies, told = ask(settings, request(1), request(2))
    assert [reply and reply.text for reply in replies] == ["1", "2"]
    assert (told.kept, told.asked) == (1, 1)


def test_what_cannot_be_sent_and_a_port_where_nobody_listens(tmp_path: Path) -> None:
    """A text with half a character, and an endpoint that is not there, are failures like others."""
    with serve(echo) as server:
        replies, told = ask(set_for(server.at, tmp_path), request("\ud800"), request(1))
    assert [reply and reply.text for reply in replies] == [None, "1"]
    assert (told.failed, told.calls) == ({"bad_request": 1}, 1)
    _, told = ask(set_for(server.at, tmp_path / "gone"), request(1))
    assert told.failed == {"connection": 1}


@pytest.mark.parametrize("status", [401, 402, 403, 404, 405, 301, 307])
def test_a_wrong_key_model_or_address_ends_the_run_at_once(status: int, tmp_path: Path) -> None:
    """The first answer of that kind raises, names the endpoint and the server's words, and sends nothing elsewhere."""
    with serve(echo) as other:
        refused = fails(status, f"no such thing\n as {KEY}, {KEY[:8]}***6789", again=False)
        refused.headers["Location"] = other.at + "/chat/completions"
        with serve(always(refused)) as server:
            at = server.at.replace("//", f"//me:{HUSHED}-word@")
            settings = set_for(at, tmp_path, llm_api_key=KEY, llm_retries=3)
            with pytest.raises(ConfigurationError) as raised:
                ask(settings, *map(request, range(9)))
    assert f"the endpoint {server.at} " in str(raised.value)
    assert "ETL_LLM_BASE_URL" in str(raised.value)
    assert "no such thing as *** ***" in str(raised.value)
    assert (len(server.bodies), other.bodies) == (1, [])


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"llm_base_url": None}, "Set ETL_LLM_BASE_URL"),
    ({"llm_base_url": "xhttp://127.0.0.1:9/v1"}, "setting llm_base_url"),
    ({"llm_base_url": f"http://me:{HUSHED}@[::1/v1"}, "setting llm_base_url"),
    ({"llm_base_url": "http://127.0.0.1:port/v1"}, "setting llm_base_url"),
    ({"llm_base_url": f"http://127.0.0.1:9/v1?key={HUSHED}"}, "without `?`"),
    ({"llm_base_url": f"http://me:{HUSHED}@{'a' * 70}\u00e9.example/v1"}, "setting llm_base_url"),
    ({"llm_api_key": f"{HUSHED}\u00e9"}, "Mend ETL_LLM_API_KEY"),
    ({"llm_api_key": f"{HUSHED}\r\nX-Other: 1"}, "Mend ETL_LLM_API_KEY"),
    ({"llm_options": {"stream": True}}, "Leave out `stream`"),
]


@pytest.mark.parametrize(("wrong", "words"), WRONG, ids=[str(n) for n in range(len(WRONG))])
def test_wrong_settings_end_the_run_before_anything_is_asked(wrong: dict[str, Any], words: str, tmp_path: Path) -> None:
    """Each wrong setting is named, without what may be a key in it."""
    settings = set_for("http://127.0.0.1:9/v1", tmp_path).model_copy(update={"llm_api_key": None})
    with pytest.raises(ConfigurationError) as raised:
        ask_all([], Settings(**(settings.model_dump() | wrong)), progress=print, told=Tally())
    assert words in str(raised.value)
    assert HUSHED not in "".join(traceback.format_exception(raised.value))


@pytest.mark.parametrize("module", ["openai", "httpx2", "pyrate_limiter"])
def test_without_the_extra_the_message_tells_what_to_install(
    module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a library is missing, the run ends and names the extra; kept answers can still be used."""
    monkeypatch.setitem(sys.modules, module, None)
    settings = set_for("http://127.0.0.1:9/v1", tmp_path)
    with pytest.raises(ConfigurationError, match=r"needs the extra `llm`: pip install 'arms-transfer-events\[llm\]'"):
        ask(settings, request(1))
    Answers(settings.llm_answers).close()
    assert ask(set_for(None, tmp_path, llm_replay=True), request(1))[1].not_asked == 1


def test_the_libraries_are_not_loaded_for_kept_answers(tmp_path: Path) -> None:
    """Importing the package, and using kept answers alone, loads no client."""
    code = (
        "import sys; from tests.llm_server import *; s = set_for(None, Path('.'), llm_replay=True); "
        "Answers(s.llm_answers).close(); ask(s, request(1)); "
        "print({'openai', 'httpx2', 'pyrate_limiter'} & set(sys.modules))"
    )
    assert python(code, tmp_path).stdout == "set()\n"


def python(code: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """What some code did in a process of its own."""
    return subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True, timeout=60,
                          env=_environment(**environment))  # fmt: skip


def _environment(**more: str) -> dict[str, str]:
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return os.environ | {"PYTHONPATH": os.pathsep.join(paths)} | more


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
        asked = ask_all([(n, [request(n, max_tokens=800)]) for n in (1, 2)], settings, progress=print, told=Tally())
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


def test_kept_answers_replace_the_endpoint(tmp_path: Path) -> None:
    """A second run asks nothing; a replay needs no endpoint, gives the same answers, and does not change the file."""
    requests = [request(number) for number in range(6)]
    folder = tmp_path / "of #1, 100%41?"
    with serve(echo) as server:
        settings = set_for(server.at, folder, llm_concurrency=3)
        replies, told = ask(settings, *requests)
        assert told.asked == 6
        assert ask(settings, *requests) == (replies, Tally(kept=6))
    before = settings.llm_answers.read_bytes()
    settings.llm_answers.chmod(0o444)
    replayed, told = ask(set_for(None, folder, llm_replay=True), *requests, request("new"))
    assert replayed == [*replies, None]
    assert told == Tally(kept=6, not_asked=1)
    assert settings.llm_answers.read_bytes() == before
    assert [path.name for path in settings.llm_answers.parent.iterdir()] == ["answers.sqlite"]


def test_the_file_tells_how_an_answer_came_and_holds_no_article(tmp_path: Path) -> None:
    """Model and version of the prompt stand with each answer, as the extractor tells its version; no sent text does."""
    with serve(always(chat("[]"))) as server:
        settings = set_for(server.at, tmp_path, llm_api_key=KEY, llm_model="some-model")
        (sent,) = requests_of(make_article(f"{TOLD} from Norway."), settings)
        ask(settings, sent)
    with sqlite3.connect(settings.llm_answers) as file:
        ((key, model, prompt, text, *_),) = file.execute("SELECT * FROM answers").fetchall()
    assert (key, model, text) == (sent.key, "some-model", "[]")
    assert f"; prompt {prompt};" in version_of(settings)
    content = settings.llm_answers.read_bytes()
    assert all(words.encode() not in content for words in (TOLD, "Norway", KEY))


def test_an_answer_outlives_a_kill(tmp_path: Path) -> None:
    """What was answered before the process is killed is kept."""
    code = "import sys; from tests.llm_server import *; ask(set_for(sys.argv[1], Path('.')), *map(request, range(9)))"
    with serve(echo) as server:
        server.script = lambda number, body: echo(number, body) if number < 3 else chat("late")._replace(silent=60)
        process = subprocess.Popen([sys.executable, "-c", code, server.at], cwd=tmp_path, env=_environment())
        try:
            server.wait_for(4)
        finally:
            process.kill()
            process.wait(10)
    replies, _ = ask(set_for(None, tmp_path, llm_replay=True), *map(request, range(9)))
    assert [reply and reply.text for reply in replies] == ["0", "1", "2", *[None] * 6]


def _reply(text: str) -> Reply:
    return Reply(text, "whole", 1, 2, 3, 4)


def test_two_processes_and_several_threads_keep_their_answers_in_one_file(tmp_path: Path) -> None:
    """All answers are there, and of two to the same request the first stays and is what the second is given."""
    code = (
        "from tests.llm_server import *\nimport threading\nanswers = Answers(Path('answers.sqlite'))\nmade = Reply('x', 'whole', 1, 2, 3, 4)\n"
        "def put(at):\n    for n in range(at, 60, 4): answers.put(request(n), made._replace(text=str(n)))\n"
        "threads = [threading.Thread(target=put, args=(at,)) for at in range(4)]\n"
        "for thread in threads: thread.start()\nfor thread in threads: thread.join()"
    )
    both = [subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path, env=_environment()) for _ in range(2)]
    assert [process.wait(60) for process in both] == [0, 0]
    answers = Answers(tmp_path / "answers.sqlite")
    assert [answers.get(request(number).key) for number in range(60)] == [_reply(str(number)) for number in range(60)]
    assert answers.put(request(7), _reply("another")) == _reply("7")
    assert answers.get("none") is None
    answers.close()


def _other_database(path: Path, form: str) -> None:
    with sqlite3.connect(path) as file:
        file.execute(form)
    file.close()


@pytest.mark.parametrize("kind", ["words", "another database", "another version", "folder", "under a file"])
@pytest.mark.parametrize("replay", [False, True])
def test_a_file_that_holds_no_answers_is_named_and_left_alone(kind: str, replay: bool, tmp_path: Path) -> None:
    """A file of another kind ends the run, named, and stays as it is; for a replay a missing one does too."""
    path = tmp_path / "kept" / "answers.sqlite"
    path.parent.mkdir()
    if kind == "words":
        path.write_text("key,text\n" * 200, encoding="utf-8")
    elif kind == "another database":
        _other_database(path, "CREATE TABLE places (name TEXT)")
    elif kind == "another version":
        _other_database(path, "CREATE TABLE answers (key TEXT PRIMARY KEY, text TEXT)")
    elif kind == "folder":
        path.mkdir()
    else:
        path.parent.rmdir()
        path.parent.write_text("a file", encoding="utf-8")
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(ConfigurationError) as raised:
        ask(set_for("http://127.0.0.1:9/v1", tmp_path, llm_replay=replay), request(1))
    assert str(raised.value).startswith(f"{path}: ")
    assert "llm_answers" in str(raised.value)
    assert (path.read_bytes() if path.is_file() else None) == before


def test_a_file_that_cannot_be_written_any_more_ends_the_run(tmp_path: Path) -> None:
    """Answers that cost something are not asked for where they cannot be kept."""
    settings = set_for(None, tmp_path)

    def script(number: int, body: dict[str, Any]) -> Answer:
        if number == 2:
            _other_database(settings.llm_answers, "DROP TABLE answers")
        return echo(number, body)

    with serve(script) as server:
        with pytest.raises(ConfigurationError, match="cannot be used as the file of kept answers") as raised:
            ask(set_for(server.at, tmp_path), *map(request, range(30)))
        assert len(server.bodies) == 3
    assert str(raised.value).startswith(f"{settings.llm_answers}: ")


def test_a_replay_without_a_file_makes_none(tmp_path: Path) -> None:
    """A replay whose file is missing ends, names it, and makes no empty one."""
    with pytest.raises(ConfigurationError, match="there is no such file, and with llm_replay"):
        ask(set_for(None, tmp_path, llm_replay=True), request(1))
    assert list(tmp_path.iterdir()) == []


def test_the_same_request_is_asked_once(tmp_path: Path) -> None:
    """A request that comes again, at once or much later, shares the answer of the first, or its failure."""
    twice = [request("same"), request("bad"), request("same"), request("bad")]
    others = [request(number) for number in range(30)]
    with serve(lambda number, body: fails(400) if text_of(body) == "bad" else echo(number, body)) as server:
        replies, told = ask(set_for(server.at, tmp_path, llm_concurrency=4), *twice, *others, *twice)
    texts = [reply and reply.text for reply in replies]
    assert texts[:4] == texts[-4:] == ["same", None, "same", None]
    assert len(server.bodies) == 32
    assert (told.asked, told.kept, told.failed, told.not_asked) == (32, 3, {"bad_request": 1}, 3)


def _asking() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "asking"]


def test_an_end_in_the_middle_waits_for_no_answer(tmp_path: Path) -> None:
    """Who stops reading goes on at once; what is on its way is still kept when it comes, and no more is asked."""
    silent = threading.Event()

    def script(number: int, body: dict[str, Any]) -> Answer:
        if number:
            silent.wait(40)
        return echo(number, body)

    with serve(script) as server:
        settings = set_for(server.at, tmp_path, llm_concurrency=2)
        asked = ask_all(((n, [request(n)]) for n in range(40)), settings, progress=print, told=Tally())
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
            cwd=tmp_path, env=_environment(), stderr=subprocess.PIPE, text=True,
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
        asked = ask_all(((n, [request(n)]) for n in range(9)), settings, progress=print, told=Tally())
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
            env=_environment(AT=server.at, KEY=KEY, OPENAI_LOG="debug"),
        )  # fmt: skip
    assert "ConfigurationError: the endpoint" in done.stderr
    assert "HTTP Response: POST 400" in done.stderr
    assert "'bad_request': 3" in done.stdout
    assert server.headers[-1]["Authorization"] == f"Bearer {KEY}"
    assert HUSHED not in done.stdout + done.stderr
    assert TOLD not in done.stdout + done.stderr
    assert all(HUSHED.encode() not in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())

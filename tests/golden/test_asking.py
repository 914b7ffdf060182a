"""Asking a model: answers in order; faults of an endpoint cost no run; what is set wrongly ends it."""

import gzip
import json
import sys
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from etl.asking import Tally, ask_all
from etl.asking.answers import Answers
from etl.errors import ConfigurationError
from etl.extraction.llm.reply import Reply
from etl.extraction.llm.request import Request
from etl.settings import Settings
from tests.llm_server import (
    HUSHED,
    KEY,
    Answer,
    always,
    ask,
    chat,
    cut_off,
    echo,
    fails,
    request,
    serve,
    set_for,
)


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
        for place, (number, replies) in enumerate(ask_all(items(), settings, progress=print, tally=Tally())):
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
    "silent for longer than the time-out": chat("late")._replace(silent=2),
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
        settings = set_for(server.at, tmp_path, llm_retries=1, llm_timeout=1 if first.silent else 5)
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
        settings = set_for(server.at, tmp_path, llm_timeout=1 if reason == "timeout" else 5)
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
        ask_all([], Settings(**(settings.model_dump() | wrong)), progress=print, tally=Tally())
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

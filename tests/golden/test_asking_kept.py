"""Kept answers: each is kept at once, in one file for all, and replaces the endpoint."""

import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from etl.asking import Tally
from etl.asking.answers import Answers
from etl.errors import ConfigurationError
from etl.extraction.llm.reply import Reply
from etl.extraction.llm.request import requests_of, version_of
from tests.conftest import make_article
from tests.llm_server import (
    KEY,
    TOLD,
    Answer,
    always,
    ask,
    chat,
    echo,
    fails,
    python,
    request,
    serve,
    set_for,
    surroundings,
    text_of,
)


def test_the_libraries_are_not_loaded_for_kept_answers(tmp_path: Path) -> None:
    """Importing the package, and using kept answers alone, loads no client."""
    code = (
        "import sys; from tests.llm_server import *; s = set_for(None, Path('.'), llm_replay=True); "
        "Answers(s.llm_answers).close(); ask(s, request(1)); "
        "print({'openai', 'httpx2', 'pyrate_limiter'} & set(sys.modules))"
    )
    assert python(code, tmp_path).stdout == "set()\n"


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
        process = subprocess.Popen([sys.executable, "-c", code, server.at], cwd=tmp_path, env=surroundings())
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
    both = [subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path, env=surroundings()) for _ in range(2)]
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

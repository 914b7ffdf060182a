"""The limit of time: work that takes too long is told, in any thread, and the rest goes on."""

import contextlib
import threading
import time
from functools import partial
from pathlib import Path

import pytest

from etl.deadline import TooSlow, within
from etl.kept.job import Job
from etl.kept.work import work
from etl.settings import Settings, load_settings
from etl.sources import Document


def _count(seconds: float) -> int:
    """Work that goes on for some time, and swallows what a library would."""
    end, count = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        with contextlib.suppress(Exception):
            count += 1
    return count


def test_work_in_time_is_left_alone() -> None:
    """What ends in time gives its result."""
    assert [within(30, partial(abs, n)) for n in range(200)] == list(range(200))


def test_slow_work_is_ended() -> None:
    """Work beyond its time is broken off, though it swallows all exceptions of libraries."""
    with pytest.raises(TooSlow):
        within(0.05, lambda: _count(60))


def test_in_another_thread() -> None:
    """The limit holds for the thread that does the work, as those of a cluster do."""
    told: list[bool] = []

    def slow() -> None:
        try:
            within(0.05, lambda: _count(60))
        except TooSlow:
            told.append(True)

    thread = threading.Thread(target=slow)
    thread.start()
    thread.join(30)
    assert told == [True]


def test_work_that_ends_just_in_time() -> None:
    """Where work ends just as its time is over, it is told by the call or not at all, never later."""
    for _ in range(500):
        with contextlib.suppress(TooSlow):
            within(0.002, lambda: _count(0.002))
    assert _count(1.5) > 0


GOOD = "Norway sold 12 tanks to Ghana in 2019."


@pytest.fixture
def short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings with little time for an article."""
    monkeypatch.chdir(tmp_path)
    return load_settings(max_article_seconds=1.0)


def test_one_slow_article_is_put_aside_alone(short: Settings) -> None:
    """An article that takes too long is told as too slow; the others of its batch give their events."""
    work([Job(Document("warm.txt", 0, {"text": GOOD}))], short.model_copy(update={"max_article_seconds": 60.0}))
    slow = " ".join(
        f"Norway sold {n} tanks to Ghana and {n} boats to Chile, and Sweden {n} to Peru." for n in range(12_000)
    )
    documents = [
        Document(f"{name}.txt", 0, {"text": text}) for name, text in (("a", GOOD), ("slow", slow), ("b", GOOD))
    ]
    entries = work([Job(document) for document in documents], short).to_pylist()
    assert [entry["reason"] for entry in entries] == [None, "too_slow", None]
    assert [len(entry["events"] or []) for entry in entries] == [1, 0, 1]
    assert "max_article_seconds" in entries[1]["message"]

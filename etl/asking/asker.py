"""Many requests, several at once: what is kept is not asked again, and what is answered is kept at once."""

import queue
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from etl.asking.answers import Answers
from etl.asking.budget import Budget
from etl.asking.client import Client, NoReply, tokens_of
from etl.errors import ConfigurationError
from etl.extraction.llm.reply import Reply
from etl.extraction.llm.request import Request
from etl.settings import Settings

Item = TypeVar("Item")
Stopped = Literal["budget", "endpoint"]

_AHEAD = 4
"""Requests for each one on its way that are read ahead of what was given out."""
_FIRST, _LATER = 5, 10
"""Failures in a row after which nothing more is asked: before any answer, when something is set wrongly; and later."""
_WRITTEN = 2000
"""Tokens that an answer may take where no option bounds it."""


@dataclass
class Tally:
    """What became of the requests; each is one of kept, asked and not_asked.

    Attributes:
        kept: answered by an answer that was there: of an earlier run, or to the same request in this one.
        asked: sent to the model, and answered or failed.
        calls: requests that went over the line for those, with those that were sent again.
        tokens_in, tokens_out: tokens that the new answers took.
        failed: those of the asked that have no answer, by the reason.
        not_asked: without an answer, as none is kept and none was to be asked for any more.
        stopped: why no more was asked; None where all was.
    """

    kept: int = 0
    asked: int = 0
    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    not_asked: int = 0
    stopped: Stopped | None = None


_Outcome = Reply | NoReply | None
"""What became of a request that was to be sent; None where it was not."""


@dataclass(frozen=True)
class _Waiting:
    """A request whose outcome is waited for.

    Attributes:
        again: whether it is the same as one before, whose outcome it shares.
    """

    key: str
    outcome: "Future[_Outcome]"
    again: bool = False


class _Threads:
    """Threads that ask, each one request at a time. They end with the process, whatever they wait for.

    Attributes:
        fault: fails with what must end the run.
    """

    def __init__(self, client: Client, answers: Answers, settings: Settings) -> None:
        self.fault: Future[None] = Future()
        self.stopped: Stopped | None = None
        self._client, self._answers = client, answers
        self._budget = Budget(settings.llm_token_budget)
        self._jobs: queue.SimpleQueue[tuple[Request, Future[_Outcome]] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._answered, self._in_a_row = 0, 0
        self._most, self._running, self._ended = settings.llm_concurrency, 0, False

    def submit(self, request: Request) -> "Future[_Outcome]":
        """Have a request asked, and return what will become of it."""
        outcome: Future[_Outcome] = Future()
        self._jobs.put((request, outcome))
        with self._lock:
            more = self._running < self._most
            self._running += more
        if more:
            threading.Thread(target=self._work, name="asking", daemon=True).start()
        return outcome

    def end(self) -> None:
        """Let nothing more be sent. The last thread closes what they share, once its request has come to its end."""
        self._client.stop()
        self._budget.close()
        with self._lock:
            self._ended, running = True, self._running
        for _ in range(running):
            self._jobs.put(None)
        if not running:
            self._close()

    def _work(self) -> None:
        try:
            while job := self._jobs.get():
                request, outcome = job
                outcome.set_result(self._outcome(request))
        except BaseException as error:  # it must reach whoever waits
            self._break(error)
        with self._lock:
            self._running -= 1
            last = self._ended and not self._running
        if last:
            self._close()

    def _outcome(self, request: Request) -> _Outcome:
        estimate = tokens_of(request.body) + _most_written(request.body)
        if self.stopped or not self._budget.take(estimate):
            self.stopped = self.stopped or ("budget" if self._budget.spent else None)
            return None
        spent = 0
        try:
            reply = self._client.ask(request)
            spent = reply.tokens_in + reply.tokens_out
        except NoReply as error:
            return self._failed(error)
        except ConfigurationError as error:
            if not self._answered:
                raise
            return self._failed(NoReply("denied", str(error), 1))  # it was right before: the run keeps what it has
        finally:
            self._budget.settle(estimate, spent)
        with self._lock:
            self._answered, self._in_a_row = self._answered + 1, 0
        return self._answers.put(request, reply)

    def _failed(self, error: NoReply) -> NoReply:
        with self._lock:
            self._in_a_row += 1
            if not self._answered and self._in_a_row >= _FIRST:
                raise ConfigurationError(
                    f"the endpoint {self._client.endpoint.address} answers nothing: the first {_FIRST} requests failed, "
                    f"the last for {error}. Check ETL_LLM_BASE_URL and the endpoint, or use kept answers alone "
                    "(ETL_LLM_REPLAY=true)."
                )
            if self._in_a_row >= _LATER:
                self.stopped = self.stopped or "endpoint"
                self._budget.close()  # for those that wait for it
        return error

    def _break(self, error: BaseException) -> None:
        with self._lock:
            if not self.fault.done():
                self.fault.set_exception(error)
        self._client.stop()

    def _close(self) -> None:
        self._client.close()
        self._answers.close()


def _most_written(body: dict[str, Any]) -> int:
    """The most tokens that an answer may take."""
    told = [body.get(name) for name in ("max_completion_tokens", "max_tokens")]
    return max((count for count in told if isinstance(count, int)), default=_WRITTEN)


class _Asking:
    """One run over the requests: finds kept answers, hands the rest to threads, and counts.

    Args:
        client: asks the model; None where kept answers alone are used.
    """

    def __init__(
        self,
        settings: Settings,
        client: Client | None,
        answers: Answers,
        progress: Callable[[str, int], None],
        tally: Tally,
    ) -> None:
        self._answers, self._progress, self._tally = answers, progress, tally
        self._threads = _Threads(client, answers, settings) if client else None
        self._asking: dict[str, Future[_Outcome]] = {}
        self._failed: set[str] = set()

    def begin(self, request: Request) -> Reply | _Waiting | None:
        """Look for the answer to a request, or have it asked where that may be."""
        if asked := self._asking.get(request.key):
            return _Waiting(request.key, asked, again=True)
        if kept := self._answers.get(request.key):
            return kept
        if self._threads is None or self._threads.stopped or request.key in self._failed:
            return None
        if self._threads.fault.done():
            self._threads.fault.result()
        self._asking[request.key] = self._threads.submit(request)
        return _Waiting(request.key, self._asking[request.key])

    def settle(self, begun: Reply | _Waiting | None) -> Reply | None:
        """Return the answer to a request, once it is there, or None where there is none; count it."""
        outcome = self._wait(begun) if isinstance(begun, _Waiting) else begun
        tally = self._tally
        if isinstance(begun, _Waiting) and not begun.again and outcome is not None:
            tally.asked, tally.calls = tally.asked + 1, tally.calls + outcome.calls
            if isinstance(outcome, Reply):
                tally.tokens_in += outcome.tokens_in
                tally.tokens_out += outcome.tokens_out
            else:
                tally.failed[outcome.reason] += 1
                self._failed.add(begun.key)
        elif isinstance(outcome, Reply):
            tally.kept += 1
        else:
            tally.not_asked += 1
        if self._threads:
            tally.stopped = self._threads.stopped
        self._progress("ask", 1)
        return outcome if isinstance(outcome, Reply) else None

    def _wait(self, waiting: _Waiting) -> _Outcome:
        assert self._threads
        either: list[Future[Any]] = [waiting.outcome, self._threads.fault]
        wait(either, return_when=FIRST_COMPLETED)
        if self._threads.fault.done():
            self._threads.fault.result()
        if not waiting.again:
            self._asking.pop(waiting.key)
        return waiting.outcome.result()

    def end(self) -> None:
        """Let no thread ask any more, and do not wait for those that still do."""
        if self._threads:
            self._threads.end()
        else:
            self._answers.close()


def ask_all(
    items: Iterable[tuple[Item, Sequence[Request]]],
    settings: Settings,
    *,
    progress: Callable[[str, int], None],
    tally: Tally,
) -> Iterator[tuple[Item, list[Reply | None]]]:
    """Return the items in their order, each with the answer to each of its requests, or None where there is none.

    Answers that are kept are used first; every new one is kept as soon as it is there. Little more is read ahead than
    can be on its way. Where the budget is spent or the endpoint is gone, the rest is not asked, and goes on without.

    Args:
        items: anything, each with its requests.
        settings: the settings of the run.
        progress: called with "ask" and 1 for each request whose answer, or want of one, is known.
        tally: is filled with what became of the requests.

    Raises:
        ConfigurationError: endpoint, key, model or the file of answers cannot be used; at once, or when the endpoint tells.
    """
    client = None if settings.llm_replay else Client(settings)
    answers = Answers(settings.llm_answers, read_only=settings.llm_replay)
    asking = _Asking(settings, client, answers, progress, tally)
    return _in_order(items, asking, _AHEAD * settings.llm_concurrency)


def _in_order(
    items: Iterable[tuple[Item, Sequence[Request]]], asking: _Asking, ahead: int
) -> Iterator[tuple[Item, list[Reply | None]]]:
    iterator = iter(items)
    waiting: deque[tuple[Item, list[Reply | _Waiting | None]]] = deque()
    held = 0
    try:
        while True:
            while held < ahead and (read := next(iterator, None)) is not None:
                item, requests = read
                waiting.append((item, [asking.begin(request) for request in requests]))
                held += max(1, len(requests))
            if not waiting:
                return
            item, begun = waiting.popleft()
            held -= max(1, len(begun))
            yield item, [asking.settle(one) for one in begun]
    finally:
        asking.end()

"""One request to the model and its answer. What fails for a while is tried again; what cannot be right ends the run."""

import json
import time
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal

from etl.asking.endpoint import Endpoint
from etl.errors import ConfigurationError
from etl.extraction.llm.reply import Ending, Reply
from etl.extraction.llm.request import Request
from etl.settings import Settings

if TYPE_CHECKING:
    import openai

Reason = Literal["timeout", "connection", "rate_limit", "server_error", "bad_request", "bad_answer", "denied"]

_CONNECT = 10.0
"""Most seconds that the endpoint has to take a connection."""
_NEEDED = ("httpx2", "openai", "pyrate_limiter")
_WRONG = {401: "takes no such key", 402: "wants to be paid", 403: "refuses access", 404: "knows no such model or path",
          405: "is no chat endpoint"}  # fmt: skip
"""What statuses tell that no further try will mend."""
_FILTERED = "content_filter"


class NoReply(Exception):  # noqa: N818 -- not an error of the program
    """A request has no answer, whatever was tried.

    Attributes:
        reason: one word for what happened last.
        words: what the server said of it, made safe; may be empty.
        calls: requests that were sent.
    """

    def __init__(self, reason: Reason, words: str = "", calls: int = 0) -> None:
        super().__init__(f"{reason}: {words}" if words else reason)
        self.reason, self.words, self.calls = reason, words, calls


def tokens_of(value: object) -> int:
    """Return about how many tokens words take, where nobody counts them: one for three bytes, which is rather too many."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return len(text.encode("utf-8", "replace")) // 3


def _message_of(error: "openai.APIStatusError") -> str:
    """What the server says of an error."""
    body: Any = error.body
    for name in ("error", "message", "detail"):
        if isinstance(body, dict) and name in body:
            body = body[name]
    return str(body or "")


def _count(usage: object, name: str) -> int | None:
    """A number of tokens, where the endpoint tells it."""
    count = usage.get(name) if isinstance(usage, dict) else None
    return count if isinstance(count, int) and 0 <= count < 2**31 else None


class Client:
    """Asks one model at one endpoint. Several threads may use one.

    No variable of the environment reaches the endpoint, no proxy is used, and no redirect is followed.

    Raises:
        ConfigurationError: the endpoint is not set, or the extra that is needed is not installed.
    """

    def __init__(self, settings: Settings) -> None:
        self.endpoint = Endpoint(settings)
        if settings.llm_options.get("stream"):
            raise ConfigurationError("setting llm_options: answers are taken whole. Leave out `stream`.")
        if any(find_spec(module) is None for module in _NEEDED):
            raise ConfigurationError(
                "asking a language model needs the extra `llm`: pip install 'arms-transfer-events[llm]'."
            )
        import httpx2
        import openai

        from etl.asking.line import Line

        seconds = settings.llm_timeout
        self._line = Line(
            self.endpoint,
            seconds=seconds,
            at_once=settings.llm_concurrency,
            per_minute=settings.llm_requests_per_minute,
        )
        timeout = httpx2.Timeout(seconds, connect=min(seconds, _CONNECT), pool=None)
        try:
            self._client = openai.OpenAI(
                api_key="none",  # the line puts in the key; all is given, so that nothing is read from the environment
                admin_api_key="",
                organization="",
                project="",
                webhook_secret="",
                base_url=self.endpoint.address,
                max_retries=settings.llm_retries,
                timeout=timeout,
                http_client=httpx2.Client(
                    transport=self._line, timeout=timeout, trust_env=False, follow_redirects=False
                ),
            )
        except (httpx2.InvalidURL, ValueError) as error:
            raise ConfigurationError(
                f"setting llm_base_url={self.endpoint.address!r}: {error}. Mend it in etl.toml or ETL_LLM_BASE_URL."
            ) from error

    def ask(self, request: Request) -> Reply:
        """Return the answer to a request.

        Raises:
            NoReply: there is none after all tries, or what came is no answer.
            ConfigurationError: the endpoint says that address, model or key are wrong.
            Stopped: the client was stopped before it could be sent.
        """
        import httpx2
        import openai

        from etl.asking.line import Unfit

        before, start = self._line.calls(), time.monotonic()
        failed: Exception | None = None  # raised outside the handlers: the errors of libraries hold whole requests
        try:
            answer = self._client.post("/chat/completions", body=request.body, cast_to=httpx2.Response)
        except openai.APIStatusError as error:
            if error.status_code == 400 and error.code == _FILTERED:
                calls, text = self._line.calls() - before, self.endpoint.safe(_message_of(error))
                return Reply(text, "refused", calls, tokens_of(request.body), 0, _milliseconds(start))
            failed = self._told(error, self._line.calls() - before)
        except openai.APITimeoutError:
            failed = NoReply("timeout", calls=self._line.calls() - before)
        except openai.APIConnectionError as error:
            failed = NoReply("connection", self.endpoint.safe(str(error.__cause__)), self._line.calls() - before)
        except Unfit as error:
            failed = NoReply("bad_answer", str(error), self._line.calls() - before)
        except ValueError as error:  # half a character, or a number that JSON cannot tell
            failed = NoReply("bad_request", type(error).__name__, self._line.calls() - before)
        if failed:
            raise failed
        reply = self._read(answer.content, request, self._line.calls() - before, start)
        if reply is None:
            words = self.endpoint.safe(answer.content[:2000].decode("utf-8", "replace"))
            raise NoReply("bad_answer", words, self._line.calls() - before)
        return reply

    def stop(self) -> None:
        """Let nothing more be sent; what is on its way comes to its end."""
        self._line.stop()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _told(self, error: "openai.APIStatusError", calls: int) -> Exception:
        """What an answer of another status than success tells."""
        status, words = error.status_code, self.endpoint.safe(_message_of(error))
        wrong = "sends elsewhere" if 300 <= status < 400 else _WRONG.get(status)
        if wrong:
            return ConfigurationError(
                f"the endpoint {self.endpoint.address} {wrong} (status {status}: {words!r}). "
                "Check ETL_LLM_BASE_URL, ETL_LLM_MODEL and ETL_LLM_API_KEY."
            )
        if status == 408:
            return NoReply("timeout", words, calls)
        if status == 429:
            return NoReply("rate_limit", words, calls)
        return NoReply("server_error" if status >= 500 else "bad_request", words, calls)

    def _read(self, content: bytes, request: Request, calls: int, start: float) -> Reply | None:
        """The answer in a body; None where there is none."""
        try:
            told = json.loads(content)
            choice = told["choices"][0]
            message, ended = choice["message"], choice.get("finish_reason")
            text, refusal = message.get("content"), message.get("refusal")
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return None
        if not isinstance(text, str | None) or not isinstance(refusal, str | None):
            return None
        ending: Ending = "whole"
        if refusal or ended == _FILTERED:
            ending, text = "refused", refusal or text
        elif ended == "length":
            ending = "cut"
        written = (text or "").encode("utf-8", "replace").decode()  # half a character cannot be kept
        written = self.endpoint.without_secrets(written)
        usage = told.get("usage")
        tokens_in, tokens_out = _count(usage, "prompt_tokens"), _count(usage, "completion_tokens")
        return Reply(
            written,
            ending,
            calls,
            tokens_of(request.body) if tokens_in is None else tokens_in,
            tokens_of(written) if tokens_out is None else tokens_out,
            _milliseconds(start),
        )


def _milliseconds(start: float) -> int:
    return round((time.monotonic() - start) * 1000)

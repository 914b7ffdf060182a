"""An article -> the requests to a model, each for one piece of it, and what tells one request from all others."""

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from etl.errors import ConfigurationError
from etl.extraction.llm.instructions import instructions
from etl.extraction.llm.windows import windows, without
from etl.settings import Settings
from etl.sources import Article
from schemas.answer import CLAIM_FIELDS, answer_schema
from schemas.codes import rows


@dataclass(frozen=True)
class Request:
    """One request: the fields of its body, as the endpoint takes them.

    Attributes:
        key: SHA-256 of the whole body, in hexadecimal digits: model, prompt, form of the answer, options, and the text.
    """

    body: dict[str, Any]
    key: str


@cache
def prompt() -> str:
    """Return what the model is told before the text: `prompt.md` with the code lists."""
    written = files("etl.extraction.llm").joinpath("prompt.md").read_text(encoding="utf-8")
    lists = {
        name: "\n".join(f"- {row['code']}: {row['description']}" for row in rows(name))
        for name in ("status", "assertion", "transfer_type")
    }
    return written.format(**lists, fields=", ".join(CLAIM_FIELDS))


def _answer_form(settings: Settings) -> dict[str, Any]:
    if settings.llm_answer_form == "json_schema":
        told = {"name": "claims", "strict": True, "schema": answer_schema()}
        return {"response_format": {"type": "json_schema", "json_schema": told}}
    if settings.llm_answer_form == "json_object":
        return {"response_format": {"type": "json_object", "schema": answer_schema()}}
    return {}


def _frame(settings: Settings) -> dict[str, Any]:
    """The fields of a request that are the same for every text."""
    if not settings.llm_model:
        raise ConfigurationError(
            "the extractor asks a language model, but none is named. Set ETL_LLM_MODEL, or use --extractor rules."
        )
    return {"model": settings.llm_model, **_answer_form(settings), **settings.llm_options}


def hash_of(value: object) -> str:
    """Return the SHA-256 of a value as JSON, in hexadecimal digits."""
    return hashlib.sha256(
        json.dumps(value, sort_keys=True, ensure_ascii=False).encode("utf-8", "surrogatepass")
    ).hexdigest()


def version_of(settings: Settings) -> str:
    """Return what tells one state of the extractor from another: model, prompt, and all else that a request holds beside the text."""
    frame = _frame(settings)
    options = json.dumps(settings.llm_options, sort_keys=True)
    cut = f"{settings.llm_window_chars}/{settings.llm_overlap_chars}"
    return f"{settings.llm_model}; prompt {hash_of(prompt())[:8]}; form {settings.llm_answer_form} {hash_of(frame)[:8]}; options {options}; pieces {cut}"


def requests_of(article: Article, settings: Settings) -> list[Request]:
    """Return the requests for an article, in the order of its pieces; what tells a model what to do is not sent.

    Raises:
        ConfigurationError: no model is named.
    """
    frame, barred = _frame(settings), instructions(article.text)
    title = "" if instructions(article.title or "") else " ".join((article.title or "").split())
    made = []
    for window in windows(article.text, settings.llm_window_chars, settings.llm_overlap_chars):
        words = without(article.text, window, barred).strip()
        if words:
            told = f"Headline: {title or '(none)'}\nPublished: {article.published_edtf or '(not known)'}\n\n<text>\n{words}\n</text>"
            messages = [{"role": "system", "content": prompt()}, {"role": "user", "content": told}]
            body = frame | {"messages": messages}
            made.append(Request(body, hash_of(body)))
    return made

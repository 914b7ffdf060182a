"""The words of an answer -> its claims, each checked by itself, and what of it is not of the form that was asked for."""

import json
import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json

from etl.extraction.llm.reply import Reply
from schemas.answer import MOST_CLAIMS, NEEDED, QUOTES, Claim

Claimed = Mapping[str, str | None]
"""One claim: the fields of `schemas.answer.Claim`."""
_CONTROL = re.compile(r"[\x00-\x1f]")
"""Line breaks and the like, which JSON forbids within strings and some servers let through; elsewhere in JSON they are blanks."""
_THOUGHT = re.compile(r"\s*<think>.*?</think>", re.DOTALL)
"""What some models write before they answer."""
_BEGINNING = re.compile(r"\{\s*\"events\"")
_NOTHING = frozenset({"", "null", "none", "unknown", "n/a", "(none)"})
"""Words that some models write where there is nothing to quote."""
_LONGEST_FAULT = 200
"""Characters of a fault that are told: it may name a field that the model has made up."""


def read_answer(reply: Reply) -> tuple[list[Claimed], list[str]]:
    """Return the claims of an answer, and in words what is wrong with the rest of it. Whole claims of an answer that breaks off count."""
    try:
        told = _json(reply.text)
    except ValueError as error:
        return [], [f"the answer is no JSON object ({error})"]
    listed = told.get("events") if isinstance(told, dict) else None
    if not isinstance(listed, list):
        return [], ["the answer is no object with a list of events"]
    faults = ["the answer breaks off; what stood in it whole was read"] if reply.ending == "cut" else []
    if len(listed) > MOST_CLAIMS:
        faults.append(f"the answer holds {len(listed)} claims; those after the first {MOST_CLAIMS} were not read")
    claims: list[Claimed] = []
    for item in listed[:MOST_CLAIMS]:
        try:
            claim = Claim.model_validate(item).model_dump()
            claims.append({name: _quote(name, value) if name in QUOTES else value for name, value in claim.items()})
        except ValidationError as error:
            first = error.errors()[0]
            told = f"{'.'.join(map(str, first['loc']))} {first['msg']}"
            faults.append(f"a claim is not of the form: {_clean(told)[:_LONGEST_FAULT]}")
    return claims, faults


def _quote(name: str, words: str | None) -> str | None:
    """A quote, or None where the model has none and needs none."""
    is_none = name not in NEEDED and (words or "").strip().lower() in _NOTHING
    return None if words is None or is_none else _clean(words)


def _clean(words: str) -> str:
    """Words without what JSON's escapes may bring in: half a character, which no file takes, and what a terminal obeys."""
    return _CONTROL.sub(" ", words.encode("utf-8", "replace").decode())


def _json(text: str) -> Any:
    """The JSON object in some words: the first that begins with events, else the first.

    Some models put a thought, a sentence or a fence around it, or break off in the middle.

    Raises:
        ValueError: there is none.
    """
    text = _CONTROL.sub(" ", text)
    thought = _THOUGHT.match(text)
    after = thought.end() if thought else 0
    found = _BEGINNING.search(text, after)
    start = found.start() if found else text.find("{", after)
    if start < 0:
        raise ValueError("it has no brace")
    try:
        return json.JSONDecoder().raw_decode(text, start)[0]
    except (ValueError, RecursionError):
        return from_json(text[start:].encode("utf-8", "replace"), allow_partial=True)

"""The form of a language model's answer: the columns of an event that a model may fill, each a quote or a code."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from schemas.codes import codes
from schemas.columns import COLUMNS, SPAN_ROLES

MOST_CLAIMS = 40
"""Claims that one answer may hold: what is longer is a model that repeats itself."""
QUOTES = ("evidence", "trigger", "supplier_text", "recipient_text", "system_text", "quantity_text", "value_text", "date_text", "attribution_text")  # fmt: skip
"""Fields of a claim that quote the text."""
NEEDED = frozenset({"evidence", "trigger", "system_text"})
"""Quotes without which a claim is none."""
_CODES = ("status", "assertion", "transfer_type")
_OWN = {
    "trigger": f"{SPAN_ROLES['trigger'].capitalize()}.",
    "value_text": "The words that tell the value of the transfer.",
}
"""Descriptions of quotes that are no column, but spans of the table `mentions`."""


def _field(name: str) -> tuple[Any, Any]:
    """Type and declaration of one field of a claim."""
    description = _OWN.get(name) or COLUMNS[name].description
    if name in _CODES:
        return Literal[codes(COLUMNS[name].scheme or "")], Field(description=description)
    return (str if name in NEEDED else str | None), Field(description=description)


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid")


_claim_fields: dict[str, Any] = {name: _field(name) for name in (*QUOTES, *_CODES)}
Claim: Any = create_model("Claim", __base__=_Form, **_claim_fields)
"""One claim of an answer: quotes of the article, and codes of `schemas/codes/`."""
CLAIM_FIELDS = (*QUOTES, *_CODES)
_answer_fields: dict[str, Any] = {
    "events": (
        list[Claim],
        Field(description="All claims of the text; empty where it has none.", max_length=MOST_CLAIMS),
    )
}
Answer = create_model("Answer", __base__=_Form, **_answer_fields)
"""A whole answer."""


def answer_schema() -> dict[str, Any]:
    """Return the JSON schema of an answer."""
    return Answer.model_json_schema()

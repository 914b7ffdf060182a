"""Articles and their answers, which the plain model of these tests reads before each article: it goes on as they do."""

import json

from schemas.answer import CLAIM_FIELDS, Answer

_ARTICLES = (
    (
        "Italy ships frigates",
        "2019-06-03",
        "Italy delivered two FREMM frigates to Egypt in April, the ministry in Rome said.",
        {"evidence": "Italy delivered two FREMM frigates to Egypt in April, the ministry in Rome said.", "trigger": "delivered", "supplier_text": "Italy", "recipient_text": "Egypt", "system_text": "FREMM frigates", "quantity_text": "two", "date_text": "in April", "attribution_text": "the ministry in Rome", "status": "delivered"},
    ),
    (
        "A strike in the port",
        "2020-02-11",
        "Brazil has ordered 36 Gripen jets from Sweden. A strike closed the port on Monday.",
        {"evidence": "Brazil has ordered 36 Gripen jets from Sweden.", "trigger": "ordered", "supplier_text": "Sweden", "recipient_text": "Brazil", "system_text": "Gripen jets", "quantity_text": "36", "status": "ordered"},
    ),
    (
        "Athens receives jets",
        "2022-01-20",
        "France sold 24 Rafale fighters to Greece in 2021, a spokesman of the government said on Thursday.",
        {"evidence": "France sold 24 Rafale fighters to Greece in 2021, a spokesman of the government said on Thursday.", "trigger": "sold", "supplier_text": "France", "recipient_text": "Greece", "system_text": "Rafale fighters", "quantity_text": "24", "date_text": "in 2021", "attribution_text": "a spokesman of the government", "status": "ordered"},
    ),
)  # fmt: skip


def _answer(claim: dict[str, str]) -> str:
    """The answer with one claim, its fields in the order in which the model is to write them."""
    codes = {"assertion": "reported", "transfer_type": "sale"}
    whole = {"events": [{name: (claim | codes).get(name) for name in CLAIM_FIELDS}]}
    Answer.model_validate(whole)
    return json.dumps(whole)


def chat_template() -> str:
    """Return a template for chats: what the system says, the solved articles, and what the user says, without any marks."""
    solved = "".join(
        f"Headline: {title}\nPublished: {published}\n\n<text>\n{text}\n</text>\n\n{_answer(claim)}\n\n"
        for title, published, text, claim in _ARTICLES
    )
    return (
        "{% for message in messages %}{{ message['content'] }}\n\n{% if message['role'] == 'system' %}{% raw %}"
        + solved
        + "{% endraw %}{% endif %}{% endfor %}"
    )

"""Articles and their answers, which the plain model of these tests reads before each article: it goes on as they do.

They are short, and their words of many kinds: after ten of such it mostly copies from the article; after three it wrote down words
of the three.
"""

import json

from schemas.answer import CLAIM_FIELDS, Answer

_ARTICLES = (
    (
        "Frigates for Cairo",
        "2019-06-03",
        "Italy delivered two FREMM frigates to Egypt in April, the ministry in Rome said.",
        {"trigger": "delivered", "supplier_text": "Italy", "recipient_text": "Egypt", "system_text": "FREMM frigates", "quantity_text": "two", "date_text": "in April", "attribution_text": "the ministry in Rome", "status": "delivered", "transfer_type": "sale"},
    ),
    (
        "Jets from Linköping",
        "2014-10-27",
        "Brazil ordered 36 Gripen jets from Sweden.",
        {"trigger": "ordered", "supplier_text": "Sweden", "recipient_text": "Brazil", "system_text": "Gripen jets", "quantity_text": "36", "status": "ordered", "transfer_type": "sale"},
    ),
    (
        "Athens buys fighters",
        "2021-01-25",
        "France agreed to sell 18 Rafale fighters to Greece, a spokesman said.",
        {"trigger": "agreed", "supplier_text": "France", "recipient_text": "Greece", "system_text": "Rafale fighters", "quantity_text": "18", "attribution_text": "a spokesman", "status": "ordered", "transfer_type": "sale"},
    ),
    (
        "Hubschrauber",
        "2020-08-11",
        "Kanada hat drei Hubschrauber an Peru geliefert.",
        {"trigger": "geliefert", "supplier_text": "Kanada", "recipient_text": "Peru", "system_text": "Hubschrauber", "quantity_text": "drei", "status": "delivered", "transfer_type": "unknown"},
    ),
    (
        "Radars",
        "2018-05-02",
        "Israel shipped radars to Finland in May.",
        {"trigger": "shipped", "supplier_text": "Israel", "recipient_text": "Finland", "system_text": "radars", "date_text": "in May", "status": "delivered", "transfer_type": "unknown"},
    ),
    (
        "A gift for Nairobi",
        "2017-02-14",
        "The United States gave 12 MD 530F helicopters to Kenya, a general said on Tuesday.",
        {"trigger": "gave", "supplier_text": "The United States", "recipient_text": "Kenya", "system_text": "MD 530F helicopters", "quantity_text": "12", "attribution_text": "a general", "status": "delivered", "transfer_type": "aid"},
    ),
    (
        "Submarines",
        "2015-12-08",
        "Pakistan bought eight submarines from China.",
        {"trigger": "bought", "supplier_text": "China", "recipient_text": "Pakistan", "system_text": "submarines", "quantity_text": "eight", "status": "ordered", "transfer_type": "sale"},
    ),
    (
        "Rifles",
        "2013-07-19",
        "Belgium refused to send FN FAL rifles to Libya in July.",
        {"trigger": "refused", "supplier_text": "Belgium", "recipient_text": "Libya", "system_text": "FN FAL rifles", "date_text": "in July", "status": "refused", "transfer_type": "unknown"},
    ),
    (
        "Trainers",
        "2012-03-30",
        "Switzerland has delivered 55 PC-21 trainers to Saudi Arabia, the maker said.",
        {"trigger": "delivered", "supplier_text": "Switzerland", "recipient_text": "Saudi Arabia", "system_text": "PC-21 trainers", "quantity_text": "55", "attribution_text": "the maker", "status": "delivered", "transfer_type": "sale"},
    ),
    (
        "Haubitzen",
        "2011-11-04",
        "Finnland wird Estland neun Haubitzen schenken.",
        {"trigger": "schenken", "supplier_text": "Finnland", "recipient_text": "Estland", "system_text": "Haubitzen", "quantity_text": "neun", "status": "pledged", "transfer_type": "aid"},
    ),
)  # fmt: skip


def _answer(text: str, claim: dict[str, str]) -> str:
    """The answer with one claim, whose evidence is the whole text, its fields in the order in which the model is to write them."""
    told = {"evidence": text, "assertion": "reported"} | claim
    whole = {"events": [{name: told.get(name) for name in CLAIM_FIELDS}]}
    Answer.model_validate(whole)
    return json.dumps(whole, ensure_ascii=False)


def chat_template() -> str:
    """Return a template for chats: what the system says, the solved articles, and what the user says, without any marks."""
    solved = "".join(
        f"Headline: {title}\nPublished: {published}\n\n<text>\n{text}\n</text>\n\n{_answer(text, claim)}\n\n"
        for title, published, text, claim in _ARTICLES
    )
    return (
        "{% for message in messages %}{{ message['content'] }}\n\n{% if message['role'] == 'system' %}{% raw %}"
        + solved
        + "{% endraw %}{% endif %}{% endfor %}"
    )

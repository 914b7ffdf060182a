"""Grounded: whatever the text, every quote and every role stands in it at its offsets."""

from datetime import date

import hypothesis.strategies as st
from hypothesis import HealthCheck, given, settings

from etl.extract.rules.extractor import RuleExtractor
from etl.merge.events import Row, merge_mentions
from etl.sources.decode import repair
from schemas.checks import split, to_frame
from schemas.columns import SPAN_ROLES
from schemas.tables import EVENTS, MENTIONS
from tests.conftest import make_article

EXTRACTOR = RuleExtractor()
TEXT_OF = {"supplier": "supplier_text", "recipient": "recipient_text", "system": "system_text"}

ACTORS = [
    "Iran",
    "Russia",
    "the United States",
    "U.S.",
    "Türkiye",
    "South Korea's",
    "the Houthis",
    "Saab",
    "Moscow",
    "Israeli",
    "Ghana",
]
SYSTEMS = [
    "drones",
    "Shahed-136s",
    "F-16s",
    "12 T-72B3M tanks",
    "Patriot missiles",
    "weapons",
    "dozens of howitzers",
    "radars",
    "S‑400",
]
VERBS = [
    "sold",
    "delivered",
    "has supplied",
    "will send",
    "refused to sell",
    "is in talks to buy",
    "ordered",
    "denied sending",
    "approved",
]
LINKS = ["to", "from", "and", ",", "for", "by", "with", "–", "’s", '"', "(", ")"]
TIMES = [
    "in 2019",
    "last month",
    "on Tuesday",
    "since mid-2022",
    "for $2 billion",
    "the ministry said",
    "according to Reuters",
]
ENDS = [". ", ".\n\n", "\n", "; ", "? ", " "]
WORDS = st.sampled_from(ACTORS + SYSTEMS + VERBS + LINKS + TIMES + ENDS)

SENTENCES = st.builds(
    lambda a, v, n, s, link, b, t, end: f"{a} {v} {n} {s} {link} {b} {t}{end}",
    st.sampled_from(ACTORS), st.sampled_from(VERBS), st.sampled_from(["", "40", "up to 40", "several", "more than 1,200"]),
    st.sampled_from(SYSTEMS), st.sampled_from(["to", "from", "for", "of"]), st.sampled_from(ACTORS),
    st.sampled_from(TIMES), st.sampled_from(ENDS),
)  # fmt: skip


def _rows(text: str) -> tuple[str, list[Row], list[Row]]:
    article = make_article(repair(text), published=date(2024, 1, 4))
    events, mentions = merge_mentions(article, EXTRACTOR.extract(article), EXTRACTOR)
    return article.text, events, mentions


def _span(row: Row, role: str) -> tuple[int, int] | None:
    start, end = row[f"{role}_start"], row[f"{role}_end"]
    assert (start is None) == (end is None)
    return None if start is None or end is None else (int(str(start)), int(str(end)))


def _check_mention(text: str, row: Row) -> None:
    """The quote stands at its offsets, and each role is a stretch of words within the text."""
    quote = _span(row, "quote")
    assert quote is not None
    assert text[slice(*quote)] == row["quote"] != ""
    trigger = _span(row, "trigger")
    assert trigger is not None
    assert quote[0] <= trigger[0] < trigger[1] <= quote[1]
    for role in SPAN_ROLES:
        if span := _span(row, role):
            assert 0 <= span[0] < span[1] <= len(text)
            assert text[slice(*span)] == text[slice(*span)].strip()


def _check_event(text: str, row: Row, mentions: list[Row]) -> None:
    """The evidence is the quote of a mention, and each name is what a mention's offsets say."""
    own = [mention for mention in mentions if mention["event_id"] == row["event_id"]]
    assert own
    assert len(own) == row["n_mentions"]
    assert text[int(str(row["evidence_start"])) : int(str(row["evidence_end"]))] == row["evidence"]
    assert row["evidence"] in {mention["quote"] for mention in own}
    everywhere = {role: {text[slice(*span)] for m in mentions if (span := _span(m, role))} for role in TEXT_OF}
    for role, column in TEXT_OF.items():
        assert row[column] is None or row[column] in everywhere[role]


def _check(text: str) -> int:
    """Check all rows of a text, and return the number of its events."""
    text, events, mentions = _rows(text)
    for mention in mentions:
        _check_mention(text, mention)
    for event in events:
        _check_event(text, event, mentions)
    assert split(MENTIONS, to_frame(MENTIONS, mentions))[1] == []
    assert split(EVENTS, to_frame(EVENTS, events))[1] == []
    return len(events)


SLOW = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


@SLOW
@given(st.text(max_size=400))
def test_any_text(text: str) -> None:
    """Any characters at all go through, and whatever is found stands where it is said to stand."""
    _check(text)


@SLOW
@given(st.lists(WORDS, min_size=3, max_size=40))
def test_words_of_the_trade_in_any_order(words: list[str]) -> None:
    """Names, verbs and marks in any order give no row that is not in the text."""
    _check(" ".join(words))


@SLOW
@given(st.lists(SENTENCES, min_size=1, max_size=5), st.text(max_size=40))
def test_sentences_that_tell_transfers(sentences: list[str], noise: str) -> None:
    """Sentences of transfers, with any characters between them, give rows whose offsets hold."""
    _check(noise.join(sentences))


def test_the_generated_sentences_do_tell_transfers() -> None:
    """The sentences of the test before are not passed over: most give an event."""
    told = [
        _check(f"Iran {verb} 40 {system} to Russia in 2019.")
        for verb in ("sold", "delivered", "has supplied")
        for system in SYSTEMS
    ]
    assert sum(count > 0 for count in told) > 0.8 * len(told)

"""Grounded: whatever the text, every quote and every role stands in it at its offsets."""

import hypothesis.strategies as st
from hypothesis import given

from tests.fuzz.checks import check_extraction
from tests.property.strategies import HOSTILE_SENTENCES, LONG_SENTENCES, examples

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


SLOW = examples(60)


@SLOW
@given(st.text(max_size=400))
def test_any_text(text: str) -> None:
    """Any characters at all go through, and whatever is found stands where it is said to stand."""
    check_extraction(text)


@SLOW
@given(st.lists(WORDS, min_size=3, max_size=40))
def test_words_of_the_trade_in_any_order(words: list[str]) -> None:
    """Names, verbs and marks in any order give no row that is not in the text."""
    check_extraction(" ".join(words))


@SLOW
@given(st.lists(SENTENCES, min_size=1, max_size=5), st.text(max_size=40))
def test_sentences_that_tell_transfers(sentences: list[str], noise: str) -> None:
    """Sentences of transfers, with any characters between them, give rows whose offsets hold."""
    check_extraction(noise.join(sentences))


@SLOW
@given(st.lists(HOSTILE_SENTENCES, min_size=1, max_size=4))
def test_sentences_with_hostile_marks(sentences: list[str]) -> None:
    """Quotes, brackets, marks without width, other directions of writing, other scripts: rows hold, whatever is found."""
    check_extraction("".join(sentences))


@examples(25)
@given(LONG_SENTENCES)
def test_sentences_without_end(text: str) -> None:
    """Sentences up to the length that is parsed, and beyond, go through whatever they are made of."""
    check_extraction(text)


def test_the_generated_sentences_do_tell_transfers() -> None:
    """The sentences of the test before are not passed over: most give an event."""
    told = [
        check_extraction(f"Iran {verb} 40 {system} to Russia in 2019.")
        for verb in ("sold", "delivered", "has supplied")
        for system in SYSTEMS
    ]
    assert sum(count > 0 for count in told) > 0.8 * len(told)

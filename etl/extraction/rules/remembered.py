"""What spaCy's rules say of a word: its part of speech and form, and its lemma. Said once, it is remembered for all words like it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from spacy.attrs import LEMMA, MORPH, ORTH, POS
from spacy.matcher import Matcher
from spacy.pipeline import AttributeRuler, Lemmatizer
from spacy.tokens import Doc, Token
from spacy.tokens._retokenize import set_token_attrs

_Attributes = dict[str, object]


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


class RememberedLemmas:
    """Sets the lemmas that a lemmatizer sets.

    Args:
        lemmatizer: one that goes by rules: its lemma of a word hangs on form, part of speech and morphology alone.

    Raises:
        ValueError: it does not go by rules, or sets lemmas anew that a word has already.
    """

    def __init__(self, lemmatizer: Lemmatizer) -> None:
        if lemmatizer.mode != "rule" or lemmatizer.overwrite:
            raise ValueError(f"the lemmatizer goes by {lemmatizer.mode}, or overwrites lemmas: that is not remembered")
        self._lemmatizer = lemmatizer
        self._known: dict[tuple[int, int, int], int] = {}

    def __call__(self, doc: Doc) -> Doc:
        """Set the lemmas of the words that have none."""
        told = doc.to_array([ORTH, POS, MORPH, LEMMA]).tolist()
        lemmas = [
            lemma or self._lemma(doc, place, (orth, pos, morph)) for place, (orth, pos, morph, lemma) in enumerate(told)
        ]
        return doc.from_array([LEMMA], np.array(lemmas, dtype=np.uint64))

    def _lemma(self, doc: Doc, place: int, key: tuple[int, int, int]) -> int:
        if key not in self._known:
            self._known[key] = doc.vocab.strings.add(self._lemmatizer.lemmatize(doc[place])[0])
        return self._known[key]

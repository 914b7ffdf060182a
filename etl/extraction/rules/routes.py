"""Where a load is on its way: `rifles bound for Yemen`, `on its way from Iran to the Houthis`, `en route to Syria`."""

from collections.abc import Iterator

from spacy.tokens import Token

from etl.extraction.rules.arguments import Place
from etl.extraction.rules.control import conjuncts, prepositional
from etl.extraction.rules.lexicon import words_for
from etl.extraction.rules.parts import Reader, Role, distinct

_ENDS = {"VERB", "AUX", "PUNCT", "CCONJ", "SCONJ"}


def _is_on_the_way(word: Token) -> bool:
    return word.lower_ in words_for("way") and any(
        before.lower_ in {"on", "en", "in"} for before in word.doc[max(0, word.i - 2) : word.i]
    )


def _behind_way(way: Token, preposition: str) -> Iterator[Token]:
    """What stands behind a preposition after `on its way`, as far as the phrase goes."""
    for word in way.doc[way.i + 1 :]:
        if word.pos_ in _ENDS:
            return
        if word.lower_ == preposition:
            yield from (item for child in word.children if child.dep_ == "pobj" for item in conjuncts(child))


def _ways(reader: Reader, preposition: str) -> list[Place]:
    doc = reader.sentence.doc or ()
    behind = [item for word in doc if _is_on_the_way(word) for item in _behind_way(word, preposition)]
    return [Place(item, "argument") for item in behind]


def _voyages(reader: Reader, preposition: str) -> list[Place]:
    """Where a carrier comes from or goes to: `aboard a dhow from Iran`, `a boat sailing from Iran to Yemen`."""
    carriers = [word for word in reader.sentence.doc or () if word.lemma_.lower() in words_for("carrier")]
    words = [
        near for word in carriers for near in (word, *word.children) if near is word or near.dep_ in {"acl", "relcl"}
    ]
    return [Place(item, "argument") for word in words for name, item in prepositional(word) if name == preposition]


def sent_from(reader: Reader) -> list[Role]:
    """Suppliers told by `on its way from` anywhere in the sentence, or by where a carrier comes from: `aboard a dhow from Iran`."""
    return reader.parties([*_ways(reader, "from"), *_voyages(reader, "from")])


def bound_for(reader: Reader) -> list[Role]:
    """Recipients told by `bound for`, `destined for`, `en route to`, `on its way to` anywhere in the sentence."""
    roles: list[Role] = []
    for word in reader.sentence.doc or ():
        if word.lower_ == "bound" and word.dep_ == "amod":  # Managua-bound pistols
            roles += reader.parties([Place(child, "argument") for child in word.children if child.pos_ != "PUNCT"])
        if word.lemma_.lower() in words_for("bound") or word.lower_ in words_for("bound"):
            for child in word.children:
                if child.dep_ == "prep" and child.lower_ in {"for", "to"}:
                    roles += reader.parties([Place(item, "argument") for item in child.children if item.dep_ == "pobj"])
    return distinct([*roles, *reader.parties([*_ways(reader, "to"), *_voyages(reader, "to")])])


def bound_behind(things: list[Place], reader: Reader) -> list[Role]:
    """Recipients told of the equipment itself: `a shipment of missiles bound for Hezbollah`."""
    words = [word for place in things for word in place.token.children if word.dep_ in {"acl", "amod", "relcl"}]
    bound = [word for word in words if word.lemma_.lower() in words_for("bound") or word.lower_ in words_for("bound")]
    return reader.parties([Place(item, "argument") for word in bound for name, item in prepositional(word)
                           if name in {"for", "to"}])  # fmt: skip

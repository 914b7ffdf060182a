"""Noun phrases -> what they name: a party, or pieces of equipment."""

from dataclasses import dataclass

from spacy.tokens import Token

from etl.extraction.rules.annotate import Sentence
from etl.extraction.rules.lexicon import descriptors, nouns, words_for
from etl.reference import Match

_CONTAINER_PREPOSITIONS = {"of", "including", "like", "as", "with", "for"}
_PARTY_MODIFIERS = {"amod", "compound", "poss", "nmod", "npadvmod", "appos"}
_MADE = ("made", "built", "designed", "manufactured", "produced", "era", "style", "type")
_PLACE_PREPOSITIONS = {"of", "in", "from", "within", "inside"}


@dataclass(frozen=True)
class Named:
    """A name in a noun phrase, and the word in it that is the phrase's head."""

    match: Match
    head: Token


def systems_in(token: Token, sentence: Sentence, depth: int = 0) -> list[Named]:
    """Return the equipment that a noun phrase names, through lists, containers and examples.

    `dozens of missiles`, `a package that includes tanks`, `weapons such as rifles`, `F-16s and the parts for them`.
    """
    if depth > 4:
        return []
    found: dict[int, Named] = {}

    def add(items: list[Named]) -> None:
        for item in items:
            found.setdefault(item.match.start, item)

    own = sentence.system_at.get(token.i)
    examples: list[Named] = []
    for child in token.children:
        is_sum = child.lower_ == "in" and (token.pos_ in {"NUM", "SYM"} or token.lemma_.lower() in words_for("money"))
        if child.dep_ == "prep" and (child.lower_ in _CONTAINER_PREPOSITIONS or is_sum):
            if own and (
                child.lower_ in {"for", "with"} or (child.lower_ == "of" and own.entry.specificity == "designation")
            ):
                continue
            for grandchild in child.children:
                if grandchild.dep_ in {"pobj", "pcomp"}:
                    inside = systems_in(grandchild, sentence, depth + 1)
                    examples += [
                        item for item in inside if not (is_sum and item.head.lemma_.lower() in words_for("aid"))
                    ]
        elif child.dep_ in {"relcl", "acl"} and child.lemma_ in words_for("holds"):
            for grandchild in child.children:
                if grandchild.dep_ in {"dobj", "attr"}:
                    examples += systems_in(grandchild, sentence, depth + 1)
        elif child.dep_ == "appos" and not own:
            examples += systems_in(child, sentence, depth + 1)
    if own and not (examples and own.entry.specificity in {"generic", "class"}):
        add([Named(own, token)])
    add(examples)
    if not found:
        for child in token.children:
            if child.dep_ in {"compound", "amod", "nmod", "poss", "npadvmod"} and child.i in sentence.system_at:
                add([Named(sentence.system_at[child.i], token)])
    for child in token.children:
        if child.dep_ == "conj" and child.pos_ in {"NOUN", "PROPN", "NUM", "ADJ", "VERB", "X"}:
            add(systems_in(child, sentence, depth + 1))
    return sorted(found.values(), key=lambda item: item.match.start)


def party_in(token: Token, sentence: Sentence, depth: int = 0) -> Named | None:
    """Return the party that a noun phrase names: `Iran`, `Iranian officials`, `the government of Iran`, `Iran's army`."""
    if depth > 3:
        return None
    own = sentence.actor_at.get(token.i)
    if own:
        return Named(own, token)
    if token.i in sentence.system_at or token.lemma_ == "way":
        return None  # by way of Syria
    if (called := _called(token, sentence)) is not None:
        return called
    names = [child for child in token.children if child.dep_ in _PARTY_MODIFIERS and child.i in sentence.actor_at]
    if _is_of_others(token, names, sentence):
        return None
    for child in reversed(list(token.children)):  # Thailand's Chinese partner: the nearest name tells who it is
        if child.tag_ == "WP$":
            return _whose(token, sentence, depth)
        if child.dep_ in _PARTY_MODIFIERS and child.i in sentence.actor_at:
            return Named(sentence.actor_at[child.i], token)
    for child in token.children:
        if child.dep_ in _PARTY_MODIFIERS:
            for grandchild in child.children:
                if grandchild.dep_ in _PARTY_MODIFIERS and grandchild.i in sentence.actor_at:
                    return Named(sentence.actor_at[grandchild.i], token)
    if token.dep_ == "appos" and token.head.i in sentence.actor_at:
        return Named(sentence.actor_at[token.head.i], token.head)  # Boeing, a firm that has sold
    for child in token.children:
        is_apart = child.lower_ == "of" and token.lemma_.lower() in words_for("relation")
        if child.dep_ == "prep" and child.lower_ in _PLACE_PREPOSITIONS and not is_apart:
            for grandchild in child.children:
                if grandchild.dep_ == "pobj":
                    named = party_in(grandchild, sentence, depth + 1)
                    if named:
                        return named
    return None


def _called(token: Token, sentence: Sentence) -> Named | None:
    """The state that a word for a state goes on to name: `the former Soviet republic of Turkmenistan`, `the Gulf state of Qatar`."""
    described = descriptors().get(token.lemma_.lower())
    if described is None or described.kind != "state" or token.lemma_.lower() == "government":
        return None
    behind = [
        item for child in token.children if child.dep_ == "prep" and child.lower_ == "of" for item in child.children
    ]
    return next((Named(sentence.actor_at[item.i], item) for item in behind if item.i in sentence.actor_at), None)


def _whose(token: Token, sentence: Sentence, depth: int = 0) -> Named | None:
    """The party that `whose` stands for, that of the noun before: `Belarus, whose rifles Sudan bought`."""
    owner = next((word.head for word in token.ancestors if word.dep_ == "relcl"), None)
    return party_in(owner, sentence, depth + 1) if owner is not None else None


def _is_of_others(token: Token, names: list[Token], sentence: Sentence) -> bool:
    """True where the state in a phrase is not whom it names: `American allies`, `Iraqi militants`, `Israel's enemy`."""
    lemma = token.lemma_.lower()
    if lemma in words_for("relation"):
        is_shared = any(child.tag_ == "PRP$" for child in token.children)  # our Polish friends
        kinds = {sentence.actor_at[name.i].sort if name.dep_ != "poss" else "poss" for name in names}
        deals = (noun := nouns().get(lemma)) is not None and noun.frame in {"giver", "taker"}
        return not is_shared and len(names) == 1 and kinds <= ({"poss"} if deals else {"adjective", "poss"})
    described = descriptors().get(lemma)
    tables = {sentence.actor_at[name.i].entry.table for name in names}
    return described is not None and described.kind == "armed_group" and tables == {"states"}


def is_only_made_in(token: Token, origin: Match, sentence: Sentence) -> bool:
    """True where a name tells by whom equipment was made, and so not who sends it: `Russian-made tanks`, `tanks of Soviet design`."""
    return any(
        child.lower_.endswith(_MADE) and any(grandchild.i in sentence.actor_at for grandchild in child.children)
        for child in token.children
    ) or sentence.text[origin.end - sentence.start :].lower().lstrip(" -‑").startswith(_MADE)


def origin_of(token: Token, sentence: Sentence) -> Named | None:
    """Return the state whose name modifies a piece of equipment: `Russian tanks`, `Iran's drones`."""
    own = [token, *(child for child in token.children if child.dep_ in {"compound", "nmod"})]
    for child in (child for word in own for child in word.children if word is token or word.i in sentence.system_at):
        if child.dep_ in {"amod", "compound", "poss", "nmod", "npadvmod"}:
            if child.i in sentence.actor_at:
                return Named(sentence.actor_at[child.i], token)
            if child.dep_ == "poss" and (
                owner := party_in(child, sentence)
            ):  # its army's rifles, the king of Spain's ships
                return owner
            if child.tag_ == "WP$" and (owner := _whose(token, sentence)):
                return owner
            if child.tag_ in {"VBN", "JJ"} and child.lower_.endswith(_MADE):
                for grandchild in child.children:
                    if grandchild.i in sentence.actor_at:
                        return Named(sentence.actor_at[grandchild.i], token)
    return None

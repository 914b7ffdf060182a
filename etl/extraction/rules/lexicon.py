"""The words that tell transfers, statuses and doubts, from the reference tables."""

from dataclasses import dataclass
from functools import cache

from spacy.tokens import Token

from etl.reference.inflection import forms_of
from etl.reference.tables import read_csv, split_cell

NAMED_FRAMES = frozenset(["giver", "move", "reach"])
"""Frames of words so common that the sentence itself must name equipment or a party: `he came home`, `a source said`."""
_ONLY_WITH = "only with "
"""How the note of a word begins that tells a transfer with some particles only."""


_GOES_ON = "goes on"
"""How the note of a noun begins that tells what goes on, and no single handover: `the flow of arms`, `its main supplier`."""


@dataclass(frozen=True)
class Trigger:
    """A verb or noun that tells a transfer.

    Attributes:
        frame: which grammatical place holds which party (`arguments.py`).
        statuses: status by aspect (past, perfect, present, progressive, future, modal, infinitive, bare).
        forms: irregular forms, by which the gate finds it.
        transfer_type: the terms that the word tells, `unknown` where none.
        particles: words one of which must go with it: `over` of `turn over`.
        goes_on: True for a noun of handing over that tells what goes on: `the flow of arms`.
    """

    lemma: str
    frame: str
    word_class: str
    statuses: dict[str, str]
    transfer_type: str
    is_verb: bool
    forms: tuple[str, ...] = ()
    particles: tuple[str, ...] = ()
    goes_on: bool = False

    def __hash__(self) -> int:
        return hash((self.lemma, self.is_verb))


@dataclass(frozen=True)
class Cue:
    """A word that governs a transfer and says how it stands.

    Attributes:
        effect: status, urge, deny, allege, negate, hypothesis or factive.
        status: the status that it gives, where the effect is `status`.
    """

    lemma: str
    effect: str
    status: str | None


@dataclass(frozen=True)
class Descriptor:
    """A noun that stands for a party named elsewhere: `the kingdom`, `the group`."""

    phrase: str
    kind: str
    members: tuple[str, ...]


@cache
def _aspects() -> dict[str, dict[str, str]]:
    return {row["class"]: {key: value for key, value in row.items() if key != "class"} for row in read_csv("aspects")}


@cache
def _triggers(table: str) -> dict[str, Trigger]:
    return {
        row["lemma"]: Trigger(
            row["lemma"],
            row["frame"],
            row["class"],
            _aspects()[row["class"]],
            row["transfer_type"],
            table == "verbs",
            split_cell(row["forms"]),
            split_cell(row["note"].removeprefix(_ONLY_WITH)) if row["note"].startswith(_ONLY_WITH) else (),
            row["note"].startswith(_GOES_ON),
        )
        for row in read_csv(table)
    }


def verbs() -> dict[str, Trigger]:
    """Return the verbs that tell a transfer, by lemma."""
    return _triggers("verbs")


@cache
def _participles() -> dict[str, Trigger]:
    """The verbs of handing over and of arming, by their participle."""
    given = (trigger for trigger in verbs().values() if trigger.frame in {"give", "arm"})
    return {form: trigger for trigger in given for form in forms_of(trigger.lemma) if form.endswith("ed")}


def nouns() -> dict[str, Trigger]:
    """Return the nouns that tell a transfer, by lemma."""
    return _triggers("nouns")


@cache
def cues() -> dict[str, Cue]:
    """Return the words that govern a transfer, by lemma."""
    return {row["lemma"]: Cue(row["lemma"], row["effect"], row["status"] or None) for row in read_csv("cues")}


@cache
def descriptors() -> dict[str, Descriptor]:
    """Return the nouns that stand for a party, by phrase."""
    return {
        row["phrase"]: Descriptor(row["phrase"], row["kind"], split_cell(row["members"]))
        for row in read_csv("descriptors")
    }


@cache
def _words() -> dict[str, frozenset[str]]:
    by_role: dict[str, set[str]] = {}
    for row in read_csv("words"):
        by_role.setdefault(row["role"], set()).add(row["lemma"])
    return {role: frozenset(lemmas) for role, lemmas in by_role.items()}


def words_for(role: str) -> frozenset[str]:
    """Return the words of `words.csv` that play a role: `holder`, `outsider`, `carrier` ...

    Raises:
        KeyError: no word of the table has the role.
    """
    return _words()[role]


def trigger_of(token: Token) -> Trigger | None:
    """Return what a word tells of a transfer, if it tells one."""
    part = token.pos_
    found = None
    if part in {"VERB", "AUX"} or (part == "ADJ" and token.tag_ == "VBN"):
        found = verbs().get(token.lemma_.lower())
    elif part == "ADJ" and token.i >= 2 and token.nbor(-1).text in {"-", "–"}:
        found = _participles().get(token.lower_)  # the Iran-armed movement
    elif part in {"NOUN", "PROPN"}:
        lemma = token.lemma_.lower()
        found = None if lemma == "talk" and token.tag_ not in {"NNS", "NNPS"} else nouns().get(lemma)
    if found and found.particles:
        near = [*token.children, *(token.head.children if token.dep_ == "dobj" else ())]  # put a hold on it
        near += [token.head] if token.dep_ == "pobj" else []  # on its way
        near += [
            word for child in token.children if child.dep_ == "dobj" for word in child.children
        ]  # paid a million for
        return found if any(word.lower_ in found.particles for word in near) else None
    return found

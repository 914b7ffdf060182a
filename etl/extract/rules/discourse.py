"""Who and what an article speaks of: resolves `the kingdom`, `the group`, `it`, `the two countries`, and unnamed parties."""

from collections import Counter

from spacy.tokens import Token

from etl.extract.rules.annotate import Sentence
from etl.extract.rules.lexicon import descriptors
from etl.reference import Entry, Match, default_matcher, entries
from etl.sources import Article

_PERSONAL = frozenset(["it", "they", "he", "she", "them", "him", "its", "their", "his", "her", "we", "us", "our"])
_DEFINITE = frozenset(["the", "this", "that", "these", "those", "its", "their", "his"])
_KIND_TABLES = {
    "state": {"states", "leaders"},
    "armed_group": {"groups"},
    "organisation": {"organisations"},
    "maker": {"makers"},
}
_LOOK_BACK = 3


class Discourse:
    """The names of one article in their order, and what later words mean by them.

    Args:
        article: the article.
        sentences: its sentences, with their names.
    """

    def __init__(self, article: Article, sentences: list[Sentence]) -> None:
        self.sentences = sentences
        self.actors: list[Match] = [match for sentence in sentences for match in sentence.actors]
        self.systems: list[Match] = [match for sentence in sentences for match in sentence.systems]
        self.title: list[Match] = default_matcher().find(article.title) if article.title else []
        self.title_parties = list(dict.fromkeys(match.entry.party_id for match in self.title if match.entry.is_actor))
        self.frequency = Counter(match.entry.party_id for match in self.actors)
        self.frequency.update(party for party in self.title_parties for _ in range(2))
        self._described: dict[int, tuple[Match, ...]] = {}
        self._by_party: dict[str, Entry] = {}
        for match in [*self.actors, *(match for match in self.title if match.entry.is_actor)]:
            known = self._by_party.get(match.entry.party_id)
            if known is None or (known.table != "states" and match.entry.table == "states"):
                self._by_party[match.entry.party_id] = match.entry

    def entry_of(self, party_id: str) -> Entry:
        """Return the entry by which the article first names a party."""
        return self._by_party.get(party_id) or entries()[party_id]

    def before(self, offset: int, tables: set[str] | None = None) -> list[Match]:
        """Return the actors named before an offset, the latest first."""
        return [
            match
            for match in reversed(self.actors)
            if match.start < offset and (tables is None or match.entry.table in tables)
        ]

    def resolve(self, token: Token, sentence: Sentence, *, exclude: frozenset[str] = frozenset()) -> Match | None:
        """Return the earlier name that a pronoun or a description stands for, or None.

        Args:
            token: head of the noun phrase.
            sentence: the sentence that it stands in.
            exclude: parties that it cannot be, such as the other side of the transfer.
        """
        offset = sentence.start + token.idx
        if token.pos_ == "PRON" and token.lower_ in _PERSONAL:
            return self._antecedent(offset, sentence, exclude)
        descriptor = self._descriptor(token)
        if descriptor is None:
            return None
        phrase, kind, members = descriptor
        near = self.before(offset, _KIND_TABLES[kind])
        fitting = [
            match for match in near
            if match.entry.party_id not in exclude and (not members or match.entry.party_id in members)
        ]  # fmt: skip
        if not fitting:
            return self._group_of_state(phrase) if kind == "armed_group" and not members else None
        if kind == "armed_group":
            recent = Counter(match.entry.id for match in fitting)
            best = max(recent, key=lambda party: (recent[party], party))
            return next(match for match in fitting if match.entry.id == best)
        return fitting[0]

    def _group_of_state(self, phrase: str) -> Match | None:
        """The group that `the rebels` means in an article about one country: the one called `Syrian rebels`, `Libyan rebels`."""
        for party, _ in sorted(self.frequency.items(), key=lambda item: (-item[1], item[0])):
            state = entries().get(party)
            if state is None or state.table != "states":
                continue
            adjectives = [name for name, sort in state.names if sort == "adjective"]
            for adjective in adjectives:
                found = default_matcher().find(f"{adjective} {phrase.split(maxsplit=1)[0]}s")
                if found and found[0].entry.table == "groups":
                    return Match(0, 0, found[0].entry, "name")
        return None

    def _descriptor(self, token: Token) -> tuple[str, str, frozenset[str]] | None:
        lemma = token.lemma_.lower()
        modifiers = [child.lemma_.lower() for child in token.children if child.dep_ in {"amod", "compound", "nmod"}]
        known = descriptors()
        definite = any(child.lower_ in _DEFINITE for child in token.children) or token.tag_ == "NNS"
        for phrase in [*(f"{word} {lemma}" for word in modifiers), lemma]:
            if phrase in known:
                found = known[phrase]
                return (phrase, found.kind, frozenset(found.members)) if definite else None
        for word in modifiers:  # rebel forces, opposition fighters
            if word in known and known[word].kind == "armed_group":
                return word, "armed_group", frozenset(known[word].members)
        return None

    def described(self, sentence: Sentence) -> tuple[Match, ...]:
        """Return the parties that descriptions in a parsed sentence stand for: `the rebels`, `the kingdom`."""
        if sentence.index not in self._described:
            nouns = (
                token
                for token in sentence.doc or ()
                if token.pos_ in {"NOUN", "PROPN"} and token.i not in sentence.actor_at
            )
            matches = (self.resolve(token, sentence) for token in nouns)
            self._described[sentence.index] = tuple(match for match in matches if match)
        return self._described[sentence.index]

    def _antecedent(self, offset: int, sentence: Sentence, exclude: frozenset[str]) -> Match | None:
        inside = [match for match in sentence.actors if match.end <= offset and match.entry.party_id not in exclude]
        if inside:
            return inside[0]
        for back in range(1, _LOOK_BACK + 1):
            if sentence.index < back:
                return None
            previous = self.sentences[sentence.index - back]
            fitting = [match for match in previous.actors if match.entry.party_id not in exclude]
            if fitting:
                return fitting[0]
        return None

    def last_system(self, offset: int) -> Match | None:
        """Return the equipment named last before an offset, a specific one if the last two sentences hold one."""
        near = [match for match in self.systems if match.end <= offset][-4:]
        specific = [match for match in near if match.entry.specificity != "generic"]
        known = specific or near
        return known[-1] if known else None

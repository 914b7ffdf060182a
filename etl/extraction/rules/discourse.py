"""Who and what an article speaks of: resolves `the kingdom`, `the group`, `it`, `the two countries`, and unnamed parties."""

from bisect import bisect_left
from collections import Counter, defaultdict
from operator import attrgetter

from spacy.tokens import Token

from etl.extraction.rules.annotate import Sentence, between, speaks_of_arming
from etl.extraction.rules.lexicon import descriptors, words_for
from etl.extraction.rules.lists import find_lists
from etl.extraction.rules.pronouns import LOOK_BACK, PERSONAL, antecedent
from etl.extraction.rules.repeats import settle_repeats
from etl.reference import Entry, Match, default_matcher, entries
from etl.sources import Article

_DEFINITE = frozenset(["the", "this", "that", "these", "those", "its", "their", "his"])
_KIND_TABLES = {
    "state": {"states", "leaders"},
    "armed_group": {"groups"},
    "organisation": {"organisations"},
    "maker": {"makers"},
}
_MOSTLY = 2
"""How many times as often as any other a state is named that an article is about."""
_NEAR = 2
"""How many sentences back a description of a country reaches without doubt."""
_ARMS_BEFORE = 20
"""Sentences back to which `the deal` and `them` reach: of 1,830 mentions in coded articles none reached farther than 12."""
_FOR_EACH = 4
"""Sentences of that reach for each sentence that names arms: on a gun that an article names once, little hangs."""
_PARTIES_NEAR = 8
"""Sentences before and behind in which both parties of a transfer are named, if not in the headline: of 1,981 mentions in coded
articles none had them farther off."""
_COUNTED = frozenset(["several", "some", "many", "other", "few", "both", "various", "more", "most", "all"])


def _is_within(places: list[int], low: int, high: int) -> bool:
    """True where one of some rising numbers lies between two others."""
    at = bisect_left(places, low)
    return at < len(places) and places[at] <= high


class Discourse:
    """The names of one article in their order, and what later words mean by them.

    Args:
        article: the article.
        sentences: its sentences, with their names.

    Attributes:
        told: what the sentences read so far told whole: category of the equipment, supplier, recipient.
        title_told: what the headline tells whole.
        lists: the lines of the lists that stand under some of its sentences.
        topics: the same with the equipment itself, which a later `the sale` may mean.
    """

    def __init__(self, article: Article, sentences: list[Sentence]) -> None:
        settle_repeats(sentences)
        self.sentences = sentences
        self.told: list[tuple[str, Match, Match]] = []
        self.title_told: tuple[tuple[str, Match, Match], ...] = ()
        self.topics: list[tuple[Match, Match, Match]] = []
        self.lists = find_lists(sentences)
        self._arms = [
            sentence.index
            for sentence in sentences
            if sentence.systems or sentence.index in self.lists or speaks_of_arming(sentence.text)
        ]
        self._reach = min(_ARMS_BEFORE, _FOR_EACH * len(self._arms))
        self.actors: list[Match] = [match for sentence in sentences for match in sentence.actors]
        self.systems: list[Match] = [match for sentence in sentences for match in sentence.systems]
        self.title: list[Match] = default_matcher().find(article.title) if article.title else []
        self.title_parties = list(dict.fromkeys(match.entry.party_id for match in self.title if match.entry.is_actor))
        self.frequency = Counter(match.entry.party_id for match in self.actors)
        self.frequency.update(party for party in self.title_parties for _ in range(2))
        self._names_of: dict[str, list[Match]] = defaultdict(list)
        for match in self.actors:
            self._names_of[match.entry.id].append(match)
        self._described: dict[int, tuple[Match, ...]] = {}
        self._by_party: dict[str, Entry] = {}
        for match in [*self.actors, *(match for match in self.title if match.entry.is_actor)]:
            known = self._by_party.get(match.entry.party_id)
            if known is None or (known.table != "states" and match.entry.table == "states"):
                self._by_party[match.entry.party_id] = match.entry

    def is_in_reach(self, sentence: Sentence) -> bool:
        """True where a sentence has equipment in it or not far before it, and two parties near it or in the headline.

        A transfer of which one side is named nowhere near is never sure enough to be told: in coded articles the scorer has
        chosen none.
        """
        at = sentence.index
        if not _is_within(self._arms, at - self._reach, at):
            return False
        near = self.sentences[max(0, at - _PARTIES_NEAR) : at + _PARTIES_NEAR + 1]
        named = {match.entry.party_id for other in near for match in other.actors}
        return len(named.union(self.title_parties)) > 1

    def entry_of(self, party_id: str) -> Entry:
        """Return the entry by which the article first names a party."""
        return self._by_party.get(party_id) or entries()[party_id]

    def main_states(self, other: set[str]) -> list[Match]:
        """Return the state that the article names by far the most but for some others, or nothing where several compete."""
        counts = sorted(((count, party) for party, count in self.frequency.items() if party not in other), reverse=True)
        if not counts or counts[0][0] < _MOSTLY * (counts[1][0] if len(counts) > 1 else 1):
            return []
        entry = self.entry_of(counts[0][1])
        return [Match(0, 0, entry, "name")] if entry.table in {"states", "leaders"} else []

    def before(self, offset: int, tables: set[str]) -> list[tuple[Match, int]]:
        """Return, for each actor of some tables that is named before an offset, the latest name and their number, the latest first."""
        found = [
            (matches[count - 1], count)
            for matches in self._names_of.values()
            if matches[0].entry.table in tables and (count := bisect_left(matches, offset, key=attrgetter("start")))
        ]
        return sorted(found, key=lambda item: -item[0].start)

    def resolve(self, token: Token, sentence: Sentence, *, exclude: frozenset[str] = frozenset()) -> Match | None:
        """Return the earlier name that a pronoun or a description stands for, or None.

        Args:
            token: head of the noun phrase.
            sentence: the sentence that it stands in.
            exclude: parties that it cannot be, such as the other side of the transfer.
        """
        found = self.refer(token, sentence, exclude=exclude)
        return found[0] if found else None

    def refer(
        self, token: Token, sentence: Sentence, *, exclude: frozenset[str] = frozenset()
    ) -> tuple[Match, bool] | None:
        """Return what `resolve` does, and whether the word can hardly mean another party."""
        if token.pos_ == "PRON" and token.lower_ in PERSONAL:
            earlier = self.sentences[max(0, sentence.index - LOOK_BACK) : sentence.index]
            return antecedent(token, sentence, earlier, exclude, self.refer)
        descriptor = self._descriptor(token)
        if descriptor is None:
            return None
        phrase, kind, members = descriptor
        near = self.before(sentence.start + token.idx, _KIND_TABLES[kind])
        counts = [
            (match, count) for match, count in near
            if match.entry.party_id not in exclude and (not members or match.entry.party_id in members)
        ]  # fmt: skip
        if kind == "armed_group":
            states = {sentence.actor_at[child.i].entry.id for child in token.children if child.i in sentence.actor_at}
            counts = [(match, count) for match, count in counts if not states or states & set(match.entry.area)]
            return self._group(phrase, counts, is_open=not members)
        fitting = [match for match, _ in counts]
        if not fitting and len(members) == 1 and (only := entries().get(next(iter(members)))):
            return Match(0, 0, only, "name"), True
        if not fitting:
            return None
        is_vague = kind == "organisation" and not members
        return fitting[0], not is_vague and self._is_only(fitting, sentence, kind, is_open=not members)

    def _is_only(self, fitting: list[Match], sentence: Sentence, kind: str, *, is_open: bool) -> bool:
        """True where no other party that was named would fit a description: `the kingdom`, `the company`."""
        if kind == "state":
            first = self.sentences[max(0, sentence.index - _NEAR)].start
            fitting = [match for match in fitting if match.start >= first] or ([] if is_open else fitting)
        return len({match.entry.party_id for match in fitting}) == 1

    def _group(self, phrase: str, fitting: list[tuple[Match, int]], *, is_open: bool) -> tuple[Match, bool] | None:
        """The group that `the rebels` means: one that has the word in its name, else the one told of most."""
        word = phrase.split(maxsplit=1)[0]
        called = [item for item in fitting if any(word in name.lower() for name, _ in item[0].entry.names)]
        if not called and is_open and (found := self._group_of_state(phrase)):
            return found, True
        fitting = called or fitting
        if not fitting:
            return None
        best, _ = max(fitting, key=lambda item: (item[1], item[0].entry.id))
        return best, len(fitting) == 1

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
        definite = any(child.lower_ in _DEFINITE for child in token.children) or (
            token.tag_ == "NNS" and lemma not in words_for("collective")
        )
        is_counted = any(child.dep_ == "nummod" or child.lower_ in _COUNTED for child in token.children)
        for phrase in [*(f"{word} {lemma}" for word in modifiers), lemma]:
            if phrase in known:
                found = known[phrase]
                counts = definite and not (is_counted or (token.tag_ == "NNS" and found.kind != "armed_group"))
                return (phrase, found.kind, frozenset(found.members)) if counts else None
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

    def last_system(self, sentence: Sentence) -> Match | None:
        """Return the equipment named last before a sentence, not too far back; a specific piece if it is among the last four."""
        first = self.sentences[max(0, sentence.index - self._reach)].start
        near = between(self.systems, first, sentence.start)[-4:]
        specific = [match for match in near if match.entry.specificity != "generic"]
        known = specific or near
        return known[-1] if known else None

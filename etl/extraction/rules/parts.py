"""What stands around one trigger: the parties and the equipment in its grammatical places."""

from dataclasses import dataclass

from spacy.tokens import Token

from etl.extraction.rules.annotate import Sentence
from etl.extraction.rules.arguments import Place, Places
from etl.extraction.rules.control import prepositional
from etl.extraction.rules.discourse import Discourse
from etl.extraction.rules.lexicon import words_for
from etl.extraction.rules.nominals import Named, is_only_made_in, origin_of, party_in, systems_in
from etl.reference import Match

_THINGS = frozenset(["it", "them", "they", "these", "those", "some"])


@dataclass(frozen=True)
class Role:
    """A party of a candidate, and how it was tied to the trigger."""

    match: Match
    link: str


@dataclass
class Found:
    """The parts found around one trigger, before they are multiplied out."""

    suppliers: list[Role]
    recipients: list[Role]
    systems: list[tuple[Named, str]]
    is_open: bool = False


class Reader:
    """Reads the places of one trigger in one sentence."""

    def __init__(self, sentence: Sentence, discourse: Discourse) -> None:
        self.sentence = sentence
        self.discourse = discourse

    def parties(self, places: list[Place], *, but: list[Role] | None = None) -> list[Role]:
        """The parties that the places name; a pronoun or description stands for none of `but`."""
        exclude = frozenset(role.match.entry.party_id for role in but or ())
        roles: list[Role] = []
        for place in places:
            named = party_in(place.token, self.sentence)
            if named:
                roles.append(Role(named.match, place.link))
                continue
            examples = self._examples(place)
            if examples:
                roles += examples
                continue
            meant = self._owner_of_organ(place.token) or place.token
            found = self.discourse.refer(meant, self.sentence, exclude=exclude)
            if found:
                match, is_plain = found
                roles.append(Role(match, "inherited" if is_plain else "discourse"))
        return distinct(roles)

    def _owner_of_organ(self, token: Token) -> Token | None:
        """The pronoun of a state that acts through something of its own: `its army`, `their government`."""
        owners = [child for child in token.children if child.tag_ == "PRP$"]
        return owners[0] if owners and token.lemma_.lower() in words_for("organ") else None

    def _examples(self, place: Place) -> list[Role]:
        """The parties that a phrase without a name gives as examples: `several allies, including India and Turkey`."""
        heads = [
            place.token,
            *(item for name, item in prepositional(place.token) if name == "of"),
        ]  # a number of allies
        words = [item for head in heads for name, item in prepositional(head) if name in {"including", "like", "as"}]
        named = [party_in(word, self.sentence) for word in words]
        return [Role(item.match, place.link) for item in named if item]

    def systems(self, places: list[Place]) -> list[tuple[Named, str]]:
        """The equipment that the places name, each piece with the way in which its place was found."""
        found: list[tuple[Named, str]] = []
        for place in places:
            for named in systems_in(place.token, self.sentence):
                if named.match.start not in {item.match.start for item, _ in found}:
                    found.append((named, place.link))
        if not found and (last := self._meant(places)):
            found.append((last, "inherited"))
        return found

    def _meant(self, places: list[Place]) -> Named | None:
        """The equipment that `them` or a bare number stands for: what the sentence, or else the last one, named."""
        if any(place.token.pos_ == "NOUN" for place in places):
            return None
        for place in places:
            token = place.token
            is_number = token.pos_ == "NUM" and token.dep_ in {"dobj", "nsubj"} and not any(token.children)
            if token.lower_ not in _THINGS and not is_number:
                continue
            at = self.sentence.start + token.idx
            before = [match for match in self.sentence.systems if match.end <= at]
            if not before and self.sentence.index:
                before = self.discourse.sentences[self.sentence.index - 1].systems
                if len(before) != 1:
                    return None
            if before:
                return Named(before[-1], token)
        return None

    def owners(self, systems: list[tuple[Named, str]]) -> list[Role]:
        """States that the parser ties to the equipment though they receive it: `gave Ukraine howitzers`."""
        pronouns = [
            Place(child, "argument")
            for named, _ in systems for child in named.head.children if child.tag_ == "PRP" and child.dep_ in {"nmod", "compound"}
        ]  # fmt: skip
        if pronouns:
            return self.parties(pronouns)  # delivered it armoured trucks
        return distinct(
            [
                Role(match, "argument")
                for named, _ in systems
                for word in self._parts_of(named.head)
                for child in word.children
                if (match := self._owner(child)) and match.end <= named.match.start
            ]
        )

    def _parts_of(self, thing: Token) -> list[Token]:
        """The words of equipment on which a state before it may hang: `gave Ukraine Archer howitzers`."""
        own = (child for child in thing.children if child.dep_ in {"compound", "nmod"})
        return [thing, *(child for child in own if child.i in self.sentence.system_at)]

    def _owner(self, child: Token) -> Match | None:
        if child.dep_ not in {"compound", "nmod"}:
            return None
        match = self.sentence.actor_at.get(child.i)
        if match:
            is_people = child.text.endswith("s") and not child.text.endswith("ss")  # the Ukrainians, not Swiss
            return match if is_people or match.sort not in {"adjective", "demonym"} else None
        if child.i in self.sentence.system_at or child.pos_ != "NOUN":
            return None
        before = child.nbor(-2) if child.i >= 2 and child.nbor(-1).dep_ == "case" else None
        return self.sentence.actor_at.get(before.i) if before is not None else None  # sent Egypt's government jets

    def senders(self, systems: list[tuple[Named, str]], *, made: bool = False) -> list[Role]:
        """States whose name modifies the equipment, where no other sender is told: `bought Swedish jets`, `Iran's rockets for Syria`.

        Args:
            systems: the equipment.
            made: also those that only made it: `bought Swedish-made jets`.
        """
        origins = [
            origin.match
            for named, _ in systems
            if (origin := origin_of(named.head, self.sentence))
            and (made or not is_only_made_in(named.head, origin.match, self.sentence))
        ]
        return distinct([Role(match, "modifier") for match in origins])

    def swallowed(self, places: list[Place]) -> tuple[list[tuple[Named, str]], list[Role]]:
        """Equipment and party that the parser made one phrase: `exported to Hungary sniper rifles`."""
        systems, roles = [], []
        for place in places:
            if place.token.i not in self.sentence.system_at:
                continue
            for named in systems_in(place.token, self.sentence):
                before = [
                    Role(match, place.link)
                    for word in place.token.subtree
                    if (match := self.sentence.actor_at.get(word.i)) and match.end <= named.match.start
                ]
                if before:
                    systems.append((named, place.link))
                    roles += before
        return systems, distinct(roles)

    def squeezed(self, places: list[Place]) -> tuple[list[tuple[Named, str]], list[Role]]:
        """A subject that the parser put together with the equipment before it: `the jets Algeria sold to Russia`."""
        systems, roles = [], []
        for place in places:
            token, at = place.token, self.sentence.system_at
            if token.i in self.sentence.actor_at:
                pairs = [(child, token) for child in token.children if child.i in at and child.i == token.i - 1]
            else:
                pairs = [(token, child) for child in token.children if child.dep_ == "appos" and child.i == token.i + 1]
            for thing, actor in pairs:
                if thing.i in at and actor.i in self.sentence.actor_at:
                    systems.append((Named(at[thing.i], thing), place.link))
                    roles.append(Role(self.sentence.actor_at[actor.i], place.link))
        return systems, distinct(roles)

    def joined(self, places: list[Place], known: list[tuple[Named, str]]) -> list[tuple[Named, str]]:
        """Equipment that the parser joined to a party: `submarines from Germany and frigates from Italy`."""
        starts = {named.match.start for named, _ in known}
        return [
            (named, place.link)
            for place in places if known and place.token.dep_ == "conj" and place.token.i in self.sentence.system_at
            for named in systems_in(place.token, self.sentence) if named.match.start not in starts
        ]  # fmt: skip

    def only_parties(self, places: list[Place]) -> list[Place]:
        """The places that name no equipment, but for what the parser hangs on forces: `supplying the Azeri forces with drones`."""
        at = self.sentence.actor_at
        return [
            place
            for place in places
            if place.token.i in at
            or place.token.lemma_.lower() in words_for("organ")
            or not systems_in(place.token, self.sentence)
        ]


def distinct(roles: list[Role]) -> list[Role]:
    """Return the roles with each party once, as it was found first."""
    seen: dict[str, Role] = {}
    for role in roles:
        seen.setdefault(role.match.entry.party_id, role)
    return list(seen.values())


def prepositions_of(places: Places, *names: str) -> list[Place]:
    """Return the places behind some prepositions of a trigger."""
    return [place for name in names for place in places.prepositions.get(name, [])]

"""Several triggers of one sentence that tell of the same equipment: what one leaves open, another may tell.

`Uganda took over a ship delivered by Kenya`, `a Czech gift of tanks has reached Kyiv`, `Malian troops flew Turkish-supplied drones`.
"""

from dataclasses import dataclass, replace

from spacy.tokens import Token

from etl.extraction.rules.annotate import category
from etl.extraction.rules.arguments import Place
from etl.extraction.rules.aspects import aspect_of
from etl.extraction.rules.control import conjuncts, controller, own_subjects, prepositional
from etl.extraction.rules.discourse import Discourse
from etl.extraction.rules.lexicon import Trigger, words_for
from etl.extraction.rules.nominals import Named
from etl.extraction.rules.parts import Found, Reader, Role
from etl.extraction.rules.standing import Standing
from etl.reference import Match
from etl.reference.tables import status_phase

TOLD = frozenset(["argument", "inherited", "modifier"])
"""Ways of finding a party or equipment by which the trigger itself tells it."""
_LENDS = frozenset(["give", "take", "move", "reach", "giver", "taker", "deal", "approve", "award"])
_BORROWS = _LENDS | {"request", "seize", "halt"}
_RECENT = 4
"""How many of the transfers told last a bare `the sale` or `refused` may mean."""
_SAME = frozenset(["the", "this", "that"])
_COME_ABOUT = frozenset(["past", "perfect", "present", "progressive"])
"""Forms of the verb behind a bare `deliveries` that tell of what has begun."""


@dataclass
class Draft:
    """What the grammar found around one trigger, before other triggers of the sentence are asked.

    Attributes:
        is_silent: True where it only lends its parties, as the verb behind it tells the transfer: `a deal to sell`.
        is_gapped: True where the verb itself is left out (`gapping.py`).
        outsiders: parties that are told to have no part in it (`outsiders.py`).
        urgers: those who only urge it; None where it is not urged.
    """

    token: Token
    trigger: Trigger
    found: Found
    standing: Standing
    is_silent: bool = False
    is_gapped: bool = False
    outsiders: frozenset[str] = frozenset()
    urgers: frozenset[str] | None = None

    @property
    def frame(self) -> str:
        """The frame of the trigger."""
        return self.trigger.frame

    @property
    def may_borrow(self) -> bool:
        """True where another trigger may tell its parties; equipment that just `went` somewhere changed no hands."""
        goes_nowhere = self.frame == "move" and self.trigger.word_class == "handover" and not self.found.recipients
        return self.frame in _BORROWS and not goes_nowhere

    def equipment(self) -> frozenset[int]:
        """Offsets of the equipment that stands in the trigger's own places."""
        return frozenset(named.match.start for named, link in self.found.systems if link in TOLD)

    def is_of_equipment(self) -> bool:
        """True where the trigger is told of its equipment in passing: `rifles that Iran sent`, `donated rifles`."""
        return self.token.dep_ in {"acl", "relcl", "amod"}


def link_drafts(drafts: list[Draft], reader: Reader) -> None:
    """Complete each draft from those that tell of the same equipment, and from who holds it."""
    told = [
        Found([*draft.found.suppliers], [*draft.found.recipients], draft.found.systems, draft.found.is_open)
        for draft in drafts
    ]
    for draft in drafts:
        for other, known in zip(drafts, told, strict=True):
            if other is draft:
                continue
            if (
                other.standing.status == "intercepted"
                and draft.is_of_equipment()
                and other.token in draft.token.ancestors
            ):
                draft.standing = replace(draft.standing, status="intercepted")
            if _is_chosen_for(draft, other):
                draft.standing = replace(draft.standing, status=other.standing.status)
            if not draft.equipment() & other.equipment() and not _is_agreed_in(draft, other):
                continue
            if other.standing.status == "intercepted" and draft.is_of_equipment() and draft.frame == "give":
                draft.standing = replace(draft.standing, status=other.standing.status)
            if _is_agreed_in(draft, other) and draft.standing.status == "considering" and other.frame != "take":
                draft.standing = replace(draft.standing, status=other.standing.status)  # won a contract to supply
            if other.frame in _LENDS and draft.may_borrow:
                _fill(draft.found, known)
        if draft.found.suppliers and not draft.found.recipients:
            draft.found.recipients = _but(_who_has(draft, reader), draft.found.suppliers)


def recall_and_remember(drafts: list[Draft], discourse: Discourse) -> None:
    """Complete drafts from what earlier sentences told whole, and remember what these tell.

    `Greece ordered jets from France. ... The jets landed in Greece`: who sent them was told.
    """
    for draft in drafts:
        _answer(draft, drafts, discourse)
        _go_on(draft, discourse)
        if draft.frame not in _BORROWS or _names_another(draft):
            continue
        found, kinds = draft.found, _categories(draft)
        if kinds and not found.suppliers and not found.recipients:
            _fill_from_title(found, kinds, discourse)
        if not kinds and draft.equipment() and _is_told(found.recipients) and not found.suppliers:
            found.suppliers = _who_sends(draft, discourse)
        if kinds and _is_told(found.recipients) and not found.suppliers:
            known = {s.entry.party_id: s for kind, s, r in [*discourse.told, *_told_by(drafts, draft)]
                     if kind in kinds and ids_of(found.recipients) == {r.entry.party_id}}  # fmt: skip
            found.suppliers = _remembered(known)
        elif kinds and _is_told(found.suppliers) and not found.recipients:
            known = {r.entry.party_id: r for kind, s, r in discourse.told
                     if kind in kinds and ids_of(found.suppliers) == {s.entry.party_id}}  # fmt: skip
            found.recipients = _remembered(known)
    for draft in drafts:
        if pair := _pair(draft):
            discourse.told.extend((kind, *pair) for kind in _categories(draft))
            discourse.topics.extend((named.match, *pair) for named, link in draft.found.systems if link in TOLD)


def _pair(draft: Draft) -> tuple[Match, Match] | None:
    """Supplier and recipient of what a draft tells whole, and as a fact."""
    sides = draft.found.suppliers, draft.found.recipients
    sure = all(len(side) == 1 and _is_told(side) for side in sides)
    if not sure or draft.standing.is_hypothetical or draft.standing.urged_by is not None:
        return None
    return sides[0][0].match, sides[1][0].match


def _told_by(drafts: list[Draft], draft: Draft) -> list[tuple[str, Match, Match]]:
    """What other words of the sentence tell whole: `signed a contract with Beijing for frigates, and received the first`."""
    pairs = [(other, pair) for other in drafts if other is not draft and (pair := _pair(other))]
    return [(kind, *pair) for other, pair in pairs for kind in _categories(other)]


def _take_over(found: Found, supplier: Match, recipient: Match) -> None:
    found.suppliers, found.recipients = [Role(supplier, "inherited")], [Role(recipient, "inherited")]


def _fill_from_title(found: Found, kinds: frozenset[str], discourse: Discourse) -> None:
    """Take both parties from the headline, if it tells one pair for this kind of equipment."""
    told = [(supplier, recipient) for kind, supplier, recipient in discourse.title_told if kind in kinds]
    if len({(supplier.entry.party_id, recipient.entry.party_id) for supplier, recipient in told}) == 1:
        supplier, recipient = told[0]
        _take_over(found, supplier, recipient)


def _answer(draft: Draft, drafts: list[Draft], discourse: Discourse) -> None:
    """Take over what a halt leaves out: `Kyiv asked Seoul for shells, and Seoul declined`, `Moscow cancelled the sale`."""
    found, token = draft.found, draft.token
    objects = [
        child for child in token.children if child.dep_ in {"dobj", "nsubjpass", "xcomp", "ccomp", "advcl", "prep"}
    ]
    is_of_it = token.lemma_ not in words_for("denies") and any(
        child.dep_ == "dobj" and child.lower_ == "it" for child in objects
    )
    if (draft.equipment() and not is_of_it) or status_phase(draft.standing.status) != "halt":
        return
    is_bare = draft.trigger.is_verb and draft.frame == "halt" and (not objects or is_of_it)
    is_named = not draft.trigger.is_verb and any(child.lower_ in {"the", "this", "that"} for child in token.children)
    if not (is_bare or (is_named and draft.trigger.word_class in {"sale", "contract"} and not _names_another(draft))):
        return
    asked = [
        (named.match, other.found.suppliers[0].match, other.found.recipients[0].match)
        for other in drafts
        for named, link in other.found.systems
        if other is not draft and link in TOLD and other.found.suppliers and other.found.recipients
    ]  # fmt: skip
    for system, supplier, recipient in reversed([*discourse.topics[-_RECENT:], *asked]):
        sides = {supplier.entry.party_id, recipient.entry.party_id}
        near = ids_of(found.suppliers) | ids_of(found.recipients)
        if near <= sides if is_named or is_of_it else near == {supplier.entry.party_id}:
            found.systems = [(Named(system, token), "inherited")]
            _take_over(found, supplier, recipient)
            return


def _go_on(draft: Draft, discourse: Discourse) -> None:
    """Take over of whom a bare noun tells on: `Deliveries started last year`, `The package includes howitzers`."""
    found, token = draft.found, draft.token
    if found.suppliers or found.recipients or _names_another(draft) or draft.trigger.is_verb:
        return
    pairs = {
        (supplier.entry.party_id, recipient.entry.party_id) for _, supplier, recipient in discourse.topics[-_RECENT:]
    }
    if len(pairs) != 1:
        return
    system, supplier, recipient = discourse.topics[-1]
    if draft.equipment():
        is_told = draft.trigger.word_class == "pledge" and any(child.lower_ in _SAME for child in token.children)
    else:
        verb = token.head if token.dep_ in {"nsubj", "nsubjpass"} and token.head.pos_ == "VERB" else None
        is_told = token.lemma_ in words_for("arrival") and verb is not None and aspect_of(verb) in _COME_ABOUT
    if is_told:
        found.systems = found.systems if draft.equipment() else [(Named(system, token), "inherited")]
        _take_over(found, supplier, recipient)


def _who_sends(draft: Draft, discourse: Discourse) -> list[Role]:
    """Who sends arms of no told kind: the only one told to supply this recipient, else whom the article is mostly about.

    `the secret arms sales to Iran` in an article about the White House.
    """
    takers = ids_of(draft.found.recipients)
    if draft.frame not in {"give", "take", "deal", "move"} or status_phase(draft.standing.status) == "halt":
        return []
    known = {s.entry.party_id: s for _, s, r in discourse.told if takers == {r.entry.party_id}}
    is_sale = draft.trigger.word_class == "sale" and not draft.trigger.is_verb
    to_state = all(role.match.entry.table != "groups" for role in draft.found.recipients)
    if known or not (is_sale and to_state):
        return _remembered(known)
    return [Role(match, "inherited") for match in discourse.main_states(takers)]


def _names_another(draft: Draft) -> bool:
    """True where a place for the party that is missing is taken, by whom the grammar could not read."""
    words = [child for child in draft.token.children if child.dep_ in {"nsubj", "poss", "prep", "dative", "agent"}]
    told = {child.dep_ if child.dep_ in {"nsubj", "poss"} else child.lower_ for child in words}
    senders, takers = {"nsubj", "poss", "by", "from"}, {"to", "for", "into"}
    if draft.frame in {"take", "taker"}:
        senders, takers = {"from"}, {"nsubj", "poss", "by"}
    return bool(told & (takers if draft.found.suppliers else senders))


def _categories(draft: Draft) -> frozenset[str]:
    return frozenset(category(named.match.entry) for named, link in draft.found.systems if link in TOLD) - {
        "unspecified"
    }


def _remembered(known: dict[str, Match]) -> list[Role]:
    """The only party that was told, if there is just one."""
    return [Role(match, "inherited") for match in known.values()] if len(known) == 1 else []


def _is_agreed_in(draft: Draft, other: Draft) -> bool:
    """True where a verb tells what a deal is about: `in talks with Thailand to buy armour`, `picked Israel to supply radars`."""
    above = draft.token.head
    return (
        other.frame in {"deal", "take", "award"}
        and draft.token.dep_ in {"acl", "advcl", "xcomp", "ccomp", "relcl"}
        and not other.equipment()
        and (above.i == other.token.i or above in list(other.token.ancestors)[:3])
    )


def _is_chosen_for(draft: Draft, other: Draft) -> bool:
    """True where a verb tells for what somebody is taken: `has chosen Saab as the supplier of its jets`."""
    word = draft.token
    is_role = word.dep_ == "pobj" and word.head.lower_ == "as" and word.head.head.i == other.token.i
    return is_role and other.frame in {"take", "award", "approve"}


def _fill(found: Found, known: Found) -> None:
    """Take over the parties that a draft lacks, if nothing that it has speaks against those of the other."""
    if not found.suppliers and not _differ(found.recipients, known.recipients):
        found.suppliers = _but(known.suppliers, found.recipients, is_sure=known.is_open and _is_told(found.recipients))
    if not found.recipients and not _differ(found.suppliers, known.suppliers):
        found.recipients = _but(known.recipients, found.suppliers, is_sure=known.is_open and _is_told(found.suppliers))


def _is_told(roles: list[Role]) -> bool:
    return bool(roles) and all(role.link in TOLD for role in roles)


def ids_of(roles: list[Role]) -> set[str]:
    """Return the identifiers of the parties of some roles."""
    return {role.match.entry.party_id for role in roles}


def _differ(first: list[Role], second: list[Role]) -> bool:
    return bool(first and second and ids_of(first) != ids_of(second))


def _but(roles: list[Role], taken: list[Role], *, is_sure: bool = False) -> list[Role]:
    """The roles whose parties are not taken; a side of a deal is sure where the other one is."""
    return [
        replace(role, link="inherited" if is_sure or role.link in TOLD else role.link)
        for role in roles
        if role.match.entry.party_id not in ids_of(taken)
    ]


def _who_has(draft: Draft, reader: Reader) -> list[Role]:
    """Who must have got what is told to be sent or bought: who has it, who is helped by it, who gives thanks for it."""
    if draft.frame == "give":
        return _holders(draft, reader) or _backed(draft, reader) or _thankful(draft, reader) or _owners(draft, reader)
    if draft.frame in {"take", "move"}:
        return _holders(draft, reader) or _owners(draft, reader)
    return []


def _thankful(draft: Draft, reader: Reader) -> list[Role]:
    """Who gives thanks for it: `Kyiv thanked Helsinki for its shipment of guns`."""
    word = draft.token
    above = word.head.head if word.dep_ in {"pobj", "pcomp"} and word.head.lower_ == "for" else None
    if above is None or above.lemma_ != "thank":
        return []
    subjects, passive = own_subjects(above)
    return [] if passive else reader.parties([Place(item, "argument") for one in subjects for item in conjuncts(one)])


def _owners(draft: Draft, reader: Reader) -> list[Role]:
    """Whose the equipment is of which it is told where it came from: `Egypt's first carrier was handed over by France`."""
    things = [named.head for named, link in draft.found.systems if link in TOLD]
    subjects = [word for thing in things for word in (thing, *thing.ancestors) if word.dep_ in {"nsubj", "nsubjpass"}][
        :1
    ]
    owners = [child for word in {*things, *subjects} for child in word.children if child.dep_ == "poss"]
    return reader.parties([Place(owner, "inherited") for owner in owners]) if subjects else []


def _holders(draft: Draft, reader: Reader) -> list[Role]:
    """Who has or uses the equipment: `Malian troops flew them`, `fired by Malian troops`, `in Malian hands`."""
    places = [
        place for named, link in draft.found.systems if link in TOLD for place in _holding(named, draft.token)
    ]  # fmt: skip
    return reader.parties(places)


def _backed(draft: Draft, reader: Reader) -> list[Role]:
    """Who is helped by what is sent: `backed the rebels by sending arms`, `promised Warsaw to ship them`."""
    verb = draft.token
    head = verb.head.head if verb.dep_ == "pcomp" and verb.head.lower_ in {"by", "with"} else verb.head
    is_backed = verb.dep_ in {"pcomp", "advcl"} and head.lemma_.lower() in words_for("backer")
    is_promised = verb.dep_ == "xcomp" and head.lemma_ in {"offer", "pledge", "promise"}
    if not is_backed and not is_promised:
        return reader.parties([Place(item, "inherited") for word in _helped(verb) for item in conjuncts(word)])
    objects = [child for child in head.children if child.dep_ in {"dobj", "dative"}]
    return reader.parties([Place(item, "inherited") for word in objects for item in conjuncts(word)])


def _helped(verb: Token) -> list[Token]:
    """Who is to be helped by what is sent: `sent arms to help Tunisia fight`, `to aid the rebels`."""
    aims = [child for child in verb.children if child.dep_ in {"advcl", "xcomp"} and child.tag_ == "VB"]
    helps = [aim for aim in aims if aim.lemma_.lower() in words_for("backer") or aim.lemma_ == "arm"]
    clauses = [word for aim in helps for word in (aim, *aim.children)]
    return [
        child
        for word in clauses
        for child in word.children
        if child.dep_ == ("dobj" if word in helps else "nsubj") and (word in helps or word.dep_ in {"ccomp", "xcomp"})
    ]


def _holding(named: Named, trigger: Token) -> list[Place]:
    thing = named.head
    while thing.dep_ in {"conj", "compound", "nmod"} or (thing.dep_ == "pobj" and thing.head.lower_ in {"of", "with"}):
        thing = thing.head
        if thing.dep_ == "prep":
            thing = thing.head
        if thing.pos_ in {"VERB", "AUX"}:
            break
    verb = thing if thing.pos_ in {"VERB", "AUX"} else thing.head
    if verb.i == trigger.i or verb.pos_ not in {"VERB", "AUX"}:
        return []
    if verb.lemma_ == "be" or thing.dep_ == "nsubj":
        return [
            Place(word, "inherited")
            for name, item in prepositional(verb) if name == "in" and item.lemma_.lower() in words_for("keeping")
            for word in item.subtree
        ]  # fmt: skip
    if verb.lemma_.lower() not in words_for("holder"):
        return []
    if thing.dep_ == "nsubjpass":
        return [Place(item, "inherited") for name, item in prepositional(verb) if name == "by"]
    subjects, passive = own_subjects(verb)
    users = [] if passive else subjects or controller(verb)  # began using
    return [Place(item, "inherited") for subject in users for item in conjuncts(subject)]

"""Triggers and their grammar -> candidates: who supplies what to whom, with how each part was found."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from spacy.tokens import Token

from etl.extraction.rules.annotate import Sentence
from etl.extraction.rules.arguments import Place, noun_places, verb_places
from etl.extraction.rules.control import prepositional
from etl.extraction.rules.discourse import Discourse
from etl.extraction.rules.frames import FROM, TO, VERB_FRAMES
from etl.extraction.rules.gapping import gapped
from etl.extraction.rules.governing import cue_of
from etl.extraction.rules.lexicon import NAMED_FRAMES, Trigger, cues, trigger_of, words_for
from etl.extraction.rules.linking import Draft, link_drafts, recall_and_remember
from etl.extraction.rules.nominals import Named, origin_of, systems_in
from etl.extraction.rules.nounframes import noun_found
from etl.extraction.rules.outsiders import set_outsiders
from etl.extraction.rules.parts import Found, Reader, Role, distinct
from etl.extraction.rules.standing import Standing, standing_of
from etl.reference import Match, entries
from etl.reference.tables import default_system

_LATER = frozenset(["additional", "further", "future", "more", "other"])
_STATES = frozenset(["states", "leaders"])
_FROM_MAKERS = frozenset(["take", "taker", "deal", "request"])
"""Frames that tell who receives; the equipment's name then tells who makes it."""


@dataclass(frozen=True)
class Candidate:
    """One reading of one trigger: a supplier, a system and a recipient, of which a party may be missing.

    Attributes:
        system_link: argument, modifier or discourse.
        origin: the state that modifies the system, if one does.
        listed_in: the line that names the system, where it stands in a list under the sentence.
        outsiders: parties that the grammar says to have no part in the transfer.
        urgers: parties that only urge it; None where nobody does.
    """

    sentence: Sentence
    token: Token
    trigger: Trigger
    standing: Standing
    system: Match
    system_link: str
    supplier: Role | None
    recipient: Role | None
    origin: Match | None = None
    listed_in: Sentence | None = None
    outsiders: frozenset[str] = frozenset()
    urgers: frozenset[str] | None = None


def _own_parties(
    systems: list[tuple[Named, str]], shared: list[Role], others: list[Role], reader: Reader, names: tuple[str, ...]
) -> list[list[Role]]:
    """For each piece of equipment the parties told behind it alone, else the shared ones that no other has for its own.

    `submarines from Germany and frigates from Italy`: not all of it from both. Who is on the other side stays there.
    """
    across = {role.match.entry.party_id for role in others}
    behind = [
        reader.parties([Place(item, "argument") for name, item in prepositional(named.head) if name in names])
        for named, _ in systems
    ]
    own = [[role for role in roles if role.match.entry.party_id not in across] for roles in behind]
    own = [
        roles or _named_for(named, shared, reader) for roles, (named, _) in zip(own, systems, strict=True)
    ]  # Russian jets and Turkish drones
    taken = {role.match.entry.party_id for roles in own for role in roles}
    rest = [role for role in shared if role.match.entry.party_id not in taken] or shared
    return [roles or rest for roles in own]


def _named_for(named: Named, shared: list[Role], reader: Reader) -> list[Role]:
    """The one of several parties, known by the names of equipment alone, that this piece is named for."""
    origin = origin_of(named.head, reader.sentence)
    if origin is None or len(shared) < 2 or any(role.link != "modifier" for role in shared):
        return []
    return [role for role in shared if role.match.entry.party_id == origin.match.entry.party_id]


def _is_at_home(supplier: Role, recipient: Role) -> bool:
    """True where both are one, or a group brings equipment into its own country: `Hamas smuggled rockets into Gaza`."""
    sender, taker = supplier.match.entry, recipient.match.entry
    return sender.party_id == taker.party_id or (sender.table == "groups" and taker.party_id in sender.area)


def _makers(system: Match, recipients: list[Role]) -> list[Role]:
    """The only state that makes a type, where a state gets it and no other source is told: `Japan considers THAAD`."""
    made_in = system.entry.made_in
    takers = {role.match.entry.party_id for role in recipients}
    if (
        len(made_in) != 1
        or not takers
        or made_in[0] in takers
        or any(role.match.entry.table not in _STATES for role in recipients)
    ):
        return []
    return [Role(Match(system.start, system.end, entries()[made_in[0]], "name"), "modifier")]


def _multiply(base: Candidate, found: Found, reader: Reader) -> Iterator[Candidate]:
    suppliers_of = _own_parties(found.systems, found.suppliers, found.recipients, reader, FROM)
    recipients_of = _own_parties(found.systems, found.recipients, found.suppliers, reader, TO)
    lines = {item.system.start: item.line for item in reader.discourse.lists.get(base.sentence.index, ())}
    for (named, link), told, recipients in zip(found.systems, suppliers_of, recipients_of, strict=True):
        is_open = not told and link != "sentence" and base.trigger.frame in _FROM_MAKERS
        is_own = any(child.lower_ == "own" for child in named.head.children)  # got its own tanks
        suppliers = _makers(named.match, recipients) if is_open and not is_own else told
        origin = origin_of(named.head, base.sentence)
        nobody: list[Role | None] = [None]
        pairs = [
            (supplier, recipient)
            for supplier in [*suppliers] or nobody
            for recipient in [*recipients] or nobody
            if not (supplier and recipient and _is_at_home(supplier, recipient))
        ]
        for supplier, recipient in [*pairs] or [(None, None)]:
            yield replace(
                base, system=named.match, listed_in=lines.get(named.match.start), system_link=link, supplier=supplier,
                recipient=recipient, origin=origin.match if origin else None,
            )  # fmt: skip


def propose(sentence: Sentence, discourse: Discourse) -> Iterator[Candidate]:
    """Yield the candidates of a parsed sentence, in the order of their triggers."""
    if sentence.doc is None:
        return
    reader = Reader(sentence, discourse)
    drafts = [draft for token in sentence.doc for draft in _read(token, reader)]
    link_drafts(drafts, reader)
    set_outsiders(drafts, reader)
    recall_and_remember(drafts, discourse)
    nothing = Match(0, 0, default_system(), "name")
    apart = {(draft.token.i, start) for draft in drafts if draft.is_gapped for start in draft.equipment()}
    for draft in (draft for draft in drafts if not draft.is_silent):
        base = Candidate(sentence, draft.token, draft.trigger, draft.standing, nothing, "argument", None, None,
                         outsiders=draft.outsiders, urgers=draft.urgers)  # fmt: skip
        found = draft.found
        if draft.token.dep_ != "amod" and not draft.is_gapped:
            found = _with_other_systems(found, draft.token, sentence, discourse)
            found.systems = [
                item for item in found.systems
                if item[1] != "sentence" or (draft.token.i, item[0].match.start) not in apart
            ]  # fmt: skip
        yield from _multiply(base, found, reader)


def _read(token: Token, reader: Reader) -> Iterator[Draft]:
    """What stands around a word, if it tells a transfer."""
    trigger, sentence = trigger_of(token), reader.sentence
    if trigger is None or (token.i in sentence.system_at and trigger.word_class != "pledge"):
        return  # what names equipment tells nothing else, but a package is both
    if trigger.frame in NAMED_FRAMES and not sentence.systems and not sentence.actors:
        return
    if _is_of_leave(token, sentence) or _is_not_to(token) or _is_denial(token):
        return
    if (trigger.frame == "halt" and _is_silence(token)) or _tells_of_others(token, trigger, sentence):
        return
    standing = standing_of(token, trigger)
    if token.dep_ == "amod" and trigger.is_verb:
        found = _supplied_noun(token, trigger, reader)
    elif trigger.is_verb:
        if trigger.frame not in VERB_FRAMES:
            return
        found = VERB_FRAMES[trigger.frame](trigger, verb_places(token), reader)
        if trigger.frame == "arm" and not found.systems and found.recipients:
            found.systems = [(Named(Match(*sentence.span(token), default_system(), "name"), token), "argument")]
    else:
        found = noun_found(trigger, noun_places(token), reader)
    if found is not None:
        standing = _handed_over(standing, token, trigger, found)
        if not found.systems:
            found.systems = reader.systems(_made_under(token))
        is_told_by_verb = trigger.frame == "deal" and any(
            trigger_of(child) for child in token.children if child.dep_ in {"acl", "relcl"}
        )
        others = gapped(token, trigger, found, sentence) if trigger.is_verb else []
        others += _listed(token, found, reader)
        is_silent = not trigger.is_verb and (is_told_by_verb or _is_still_to_come(token, found))
        yield Draft(token, trigger, found, standing, is_silent=is_silent)
        for other in others:
            yield Draft(token, trigger, other, standing, is_gapped=True)


def _is_still_to_come(noun: Token, found: Found) -> bool:
    """True for a later step of what is told already (codebook: no event of its own): `Further deliveries are planned`."""
    is_later = any(child.lower_ in _LATER for child in noun.children)
    return (
        is_later and noun.lemma_ in words_for("arrival") and not (found.systems or found.suppliers or found.recipients)
    )


def _listed(token: Token, found: Found, reader: Reader) -> list[Found]:
    """Give a trigger the equipment of the list under its sentence, and return what the lines tell that name a party of their own."""
    items = reader.discourse.lists.get(reader.sentence.index, [])
    if not items or any(named.match.entry.specificity == "designation" for named, _ in found.systems):
        return []
    own = [item for item in items if item.actor and not (found.suppliers and found.recipients)]
    shared = [item for item in items if item not in own]
    found.systems = [(Named(item.system, token), "inherited") for item in shared] or found.systems
    lines = []
    for item in own:
        line = replace(found, systems=[(Named(item.system, token), "inherited")])
        roles = [Role(item.actor, "inherited")] if item.actor else []
        if found.suppliers:
            line.recipients = roles
        else:
            line.suppliers = roles
        lines.append(line)
    return lines


def _is_of_leave(token: Token, sentence: Sentence) -> bool:
    """True for a verb whose object is leave, and no equipment: `gave the green light to the sale`, `a licence was granted`."""
    leave = [
        child
        for child in token.children
        if child.dep_ in {"dobj", "nsubjpass"} and child.i not in sentence.system_at and child.pos_ == "NOUN"
    ]
    return token.lemma_ in words_for("hands_on") and any(
        (cue := cue_of(child)) and cue.status == "approved" for child in leave
    )


def _is_not_to(token: Token) -> bool:
    """True for a verb whose whole object is what shall not be: `promised not to send tanks`."""
    return any(
        child.dep_ == "xcomp" and child.tag_ == "VB" and any(word.dep_ == "neg" for word in child.children)
        for child in token.children
    )


def _is_silence(token: Token) -> bool:
    """True for a verb that turns down no equipment, but to speak or to take part: `declined to comment`, `refused to condemn`."""
    said = [child for child in token.children if child.dep_ == "xcomp" and trigger_of(child) is None]
    return any(
        word.lemma_.lower() in words_for("speaker") | words_for("outsider")
        or ((cue := cues().get(word.lemma_.lower())) is not None and cue.effect == "factive")
        for word in said
    )


def _tells_of_others(token: Token, trigger: Trigger, sentence: Sentence) -> bool:
    """True for a verb that moves no equipment to anybody, though it often does: what flies by itself, a letter, what others shall do."""
    children = list(token.children)
    objects = [child for child in children if child.dep_ == "dobj"]
    if trigger.lemma in words_for("self_moving"):
        subjects = [child for child in children if child.dep_ == "nsubj"]
        is_flown = any(child.i in sentence.system_at for child in subjects)  # bombers flew to Guam
        reaches = any(child.dep_ in {"prep", "dative"} and child.lower_ in {"to", "into", "from"} for child in children)
        return bool(subjects) and (is_flown or not reaches)  # still flies old jets
    if trigger.frame == "halt" and any(child.dep_ == "nsubj" and child.i in sentence.system_at for child in children):
        return True  # missiles stopped the tanks
    if trigger.frame == "give" and any(child.lemma_.lower() in words_for("errand") for child in objects):
        return True  # sent a letter
    others = [child for child in children if child.dep_ in {"ccomp", "xcomp", "advcl"} and child.tag_ == "VB"]
    if trigger.lemma in {"order", "sign"}:  # ordered a review, ordered the army to withdraw, signed a decree
        return (bool(others) and trigger.lemma == "order") or any(
            child.lemma_.lower() in words_for("measure") for child in objects
        )
    if trigger.lemma == "get":  # got the ministry to refuse
        return any(child.i in sentence.actor_at for child in objects) and bool(others)
    wishes = [word for child in others if child.dep_ == "ccomp" for word in child.children]
    is_of_known = any(child.tag_ == "PRP" for child in objects)  # wants them in service by 2030
    return trigger.word_class == "plan" and (is_of_known or any(word.dep_ == "nsubj" for word in wishes))


def _is_denial(token: Token) -> bool:
    """True for a verb that denies what a clause says, and refuses nobody anything: `denied that it had sold`."""
    if token.lemma_ not in words_for("denies"):
        return False
    charges = [
        child for child in token.children if child.dep_ == "dobj" and child.lemma_.lower() in words_for("charge")
    ]
    return bool(charges) or any(child.dep_ in {"ccomp", "xcomp"} for child in token.children)


def _handed_over(standing: Standing, token: Token, trigger: Trigger, found: Found) -> Standing:
    """What is sold to an armed group or to outlaws is handed over: nobody signs a contract with them."""
    takers = {role.match.entry.table for role in found.recipients}
    if any(item.lemma_.lower() in words_for("outlaw") for name, item in prepositional(token) if name in TO):
        takers = {"groups"}
    is_sold = trigger.word_class == "sale" and trigger.is_verb and standing.aspect in {"past", "perfect"}
    return (
        replace(standing, status="delivered")
        if is_sold and takers == {"groups"} and standing.status == "ordered"
        else standing
    )


def _is_listed(match: Match, token: Token, sentence: Sentence) -> bool:
    """True where equipment stands in a list that a colon opens behind the trigger: `pledged to Kyiv: mortars; mines`."""
    colon = sentence.text.find(": ", token.idx)
    return 0 <= colon < match.start - sentence.start and not any(
        word.pos_ in {"VERB", "AUX"} and word.idx > colon for word in sentence.doc or ()
    )


def _made_under(token: Token) -> list[Place]:
    """What is made under a deal or a licence: `signed with Moscow to build rifles`, `a licence to make drones`."""
    near = [token, *(child for child in token.children if child.dep_ in {"dobj", "pobj"})]
    return [
        Place(thing, "argument")
        for word in near
        for verb in [*word.children, *(deep for child in word.children if child.dep_ == "prep" for deep in child.children)]
        if verb.pos_ == "VERB" and verb.lemma_.lower() in words_for("maker")
        for thing in verb.children if thing.dep_ == "dobj"
    ]  # fmt: skip


def _with_other_systems(found: Found, token: Token, sentence: Sentence, discourse: Discourse) -> Found:
    """Add the equipment that the sentence names elsewhere, or, where it names none, that was named last before."""
    known = {named.match.start for named, _ in found.systems}
    is_alone = not known and _is_without_object(found, token, sentence)
    others = [
        (
            Named(match, sentence.head_of(match)),
            "inherited" if is_alone or _is_listed(match, token, sentence) else "sentence",
        )
        for match in sentence.systems if match.start not in known
    ]  # fmt: skip
    if not known and not others and (last := discourse.last_system(sentence)):
        others = [(Named(last, token), "discourse")]
    return Found(found.suppliers, found.recipients, [*found.systems, *others])


def _is_without_object(found: Found, token: Token, sentence: Sentence) -> bool:
    """True where a verb has both parties and no object, and the sentence one piece of equipment: the parser lost it.

    `supplied to Myanmar's navy a used submarine`, `the cutters that Japan gave the Philippines`.
    """
    both = [role.link for role in [*found.suppliers, *found.recipients]]
    if not (found.suppliers and found.recipients) or "discourse" in both or token.pos_ != "VERB":
        return False
    objects = [child for child in token.children if child.dep_ in {"dobj", "attr", "oprd"}]
    parties = [child for child in objects if child.i in sentence.actor_at]
    trigger = trigger_of(token)
    if objects != parties or len(sentence.systems) != 1 or trigger is None or trigger.frame not in {"give", "take"}:
        return False
    if any(child.dep_ == "nsubjpass" for child in token.children) or token.dep_ == "acl":
        return False
    thing = sentence.head_of(sentence.systems[0])
    if thing.i < token.i:
        return token.dep_ == "relcl" and not any(trigger_of(word) for word in token.doc[thing.i + 1 : token.i])
    between = (word for word in token.doc[token.i + 1 : thing.i] if word.dep_ != "amod")
    return not any(word.pos_ == "VERB" or trigger_of(word) for word in between)


def _supplied_noun(token: Token, trigger: Trigger, reader: Reader) -> Found | None:
    """`Iranian-supplied drones`: the participle's own modifier is the supplier."""
    sentence = reader.sentence
    makers = [child for child in token.children if child.i in sentence.actor_at]
    if token.i >= 2 and token.nbor(-1).text in {"-", "–"} and token.i - 2 in sentence.actor_at:
        makers.append(token.nbor(-2))
    suppliers = distinct([Role(sentence.actor_at[child.i], "argument") for child in makers])
    if suppliers and trigger.frame == "arm":  # the Iran-armed movement
        armed = reader.parties([Place(token.head, "argument")], but=suppliers)
        weapons = Named(Match(*sentence.span(token), default_system(), "name"), token)
        return Found(suppliers, [role for role in armed if role.match.entry.table == "groups"], [(weapons, "argument")])
    if not suppliers or trigger.frame != "give":
        return None
    owners = reader.parties([Place(child, "argument") for child in token.head.children if child.dep_ == "poss"])
    return Found(suppliers, owners, [(named, "argument") for named in systems_in(token.head, sentence)])

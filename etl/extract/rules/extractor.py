"""The rule extractor: the grammar over a dependency parse proposes, rules decide."""

from etl.extract.gate import candidate_sentences
from etl.extract.protocol import Mention, Party, Span, System
from etl.extract.rules.annotate import parse, split_sentences
from etl.extract.rules.attributes import attribution_span, date_span, quantity_span, value_span
from etl.extract.rules.decide import accept, is_own_transfer
from etl.extract.rules.denials import denied_parties
from etl.extract.rules.discourse import Discourse
from etl.extract.rules.fill import direct_pairs, fill_parties
from etl.extract.rules.propose import Candidate, Role, propose
from etl.sources import Article


class RuleExtractor:
    """Finds transfers by grammar and reference tables alone: no network, no key, the same result in every run."""

    name = "rules"
    version = "1"

    def extract(self, article: Article) -> list[Mention]:
        """Return the mentions of one article, in the order of their place."""
        sentences = split_sentences(article)
        chosen = candidate_sentences(sentences)
        if not chosen:
            return []
        parse(chosen)
        discourse = Discourse(article, sentences)
        candidates = [candidate for sentence in chosen for candidate in propose(sentence, discourse)]
        pairs = direct_pairs(candidates)
        filled = [fill_parties(candidate, pairs, discourse) for candidate in candidates if is_own_transfer(candidate)]
        denied = denied_parties(chosen)
        mentions = [_mention(candidate, denied.get(candidate.sentence.index, frozenset())) for candidate in filled if accept(candidate)]
        return sorted(set(mentions), key=lambda mention: (mention.quote, mention.trigger, mention.system.span, mention.status))


def _party(role: Role | None) -> Party:
    if role is None:
        return Party(None, None, "none")
    span = Span(role.match.start, role.match.end) if role.match.end else None
    return Party(role.match.entry, span, role.link)


def _mention(candidate: Candidate, denied: frozenset[str]) -> Mention:
    sentence, trigger, standing = candidate.sentence, candidate.trigger, candidate.standing
    supplier, recipient = _party(candidate.supplier), _party(candidate.recipient)
    parties = {party.entry.party_id for party in (supplier, recipient) if party.entry}
    assertion = standing.assertion
    if assertion == "reported" and parties & denied:
        assertion = "disputed"
    system = Span(candidate.system.start, candidate.system.end)
    return Mention(
        quote=Span(sentence.start, sentence.end),
        trigger=sentence.span(candidate.token),
        supplier=supplier,
        recipient=recipient,
        system=System(candidate.system.entry, system),
        status=standing.status,
        is_certain=standing.is_certain,
        assertion=assertion,
        transfer_type=trigger.transfer_type,
        rule_id=f"{trigger.frame}.{'verb' if trigger.is_verb else 'noun'}:{trigger.lemma}",
        attribution=attribution_span(candidate),
        quantity=quantity_span(candidate),
        value=value_span(candidate),
        date=date_span(candidate),
    )

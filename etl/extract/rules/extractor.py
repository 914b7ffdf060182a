"""The default extractor: the grammar over a dependency parse proposes readings, a small scorer decides."""

from etl.extract.protocol import Mention, Party, Span, System
from etl.extract.rules.attributes import attribution_span, date_span, quantity_span, value_span
from etl.extract.rules.denials import denied_parties
from etl.extract.rules.parts import Role
from etl.extract.scorer.decide import Chosen, choose
from etl.extract.scorer.model import default_model
from etl.extract.scorer.readings import ArticleReadings, read_all
from etl.sources import Article


class RuleExtractor:
    """Finds transfers by grammar, reference tables and a scorer: no network, no key, the same result in every run."""

    name = "rules"
    version = "1"

    @property
    def firm(self) -> float:
        """Least confidence of an event of the tier `firm`."""
        return default_model().firm

    def extract(self, article: Article) -> list[Mention]:
        """Return the mentions of one article, in the order of their place."""
        found = read_all(article)
        if found is None or not found.readings:
            return []
        model = default_model()
        return tell_mentions(found, choose(found, model.score_readings(found), model))


def tell_mentions(found: ArticleReadings, chosen: list[Chosen]) -> list[Mention]:
    """Return the chosen readings of an article as mentions, in the order of their place."""
    denied = denied_parties(found.context.discourse.sentences)
    mentions = {_mention(item, denied.get(item.reading.base.candidate.sentence.index, frozenset())) for item in chosen}
    return sorted(mentions, key=_place)


def _place(mention: Mention) -> tuple[object, ...]:
    parties = [party.entry.id if party.entry else "" for party in (mention.supplier, mention.recipient)]
    return (
        mention.quote,
        mention.trigger,
        mention.system.span,
        mention.status,
        *parties,
        mention.rule_id,
        mention.confidence,
    )


def _party(role: Role | None) -> Party:
    if role is None:
        return Party(None, None, "none")
    span = Span(role.match.start, role.match.end) if role.match.end else None
    return Party(role.match.entry, span, role.link)


def _mention(chosen: Chosen, denied: frozenset[str]) -> Mention:
    reading = chosen.reading
    candidate = reading.base.candidate
    sentence, trigger, standing = candidate.sentence, candidate.trigger, candidate.standing
    assertion = standing.assertion
    if assertion == "reported" and set(reading.parties) & denied:
        assertion = "disputed"
    return Mention(
        quote=Span(sentence.start, sentence.end),
        trigger=sentence.span(candidate.token),
        supplier=_party(reading.supplier),
        recipient=_party(reading.recipient),
        system=System(chosen.system, Span(candidate.system.start, candidate.system.end)),
        status=chosen.status,
        assertion=assertion,
        transfer_type=trigger.transfer_type,
        confidence=round(chosen.confidence, 4),
        rule_id=f"{trigger.frame}.{'verb' if trigger.is_verb else 'noun'}:{trigger.lemma}",
        attribution=attribution_span(candidate),
        quantity=quantity_span(candidate),
        value=value_span(candidate),
        date=date_span(candidate),
    )

"""Mentions of one article -> its events: one event for each supplier, recipient, equipment and status.

The rules are the codebook's: a generic word belongs to the specific system, a repeated claim is one event with several
mentions, a plan that the article also tells as talks is no event of its own, and a denial disputes what is reported.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from math import prod

from etl.extraction.protocol import Mention
from etl.identifiers import stable_id
from etl.merge.claims import Claim, read_claim
from etl.merge.equipment import covers
from etl.reference.tables import category_of, status_phase
from etl.resolve.systems import resolve_system
from etl.sources import Article
from schemas.codes import codes
from schemas.columns import SPAN_ROLES

_LINKS = (
    "none",
    "frequent",
    "title",
    "next",
    "previous",
    "described",
    "sentence",
    "origin",
    "discourse",
    "modifier",
    "inherited",
    "argument",
)
"""How a party was tied to the transfer, the closest last."""
_LESS_SURE = 0.6
"""Share of the confidence of a claim of specific equipment below which one of a general word is not a claim of its own."""

Row = dict[str, object]


def _distance(first: Claim, second: Claim) -> int:
    return abs(first.mention.quote.start - second.mention.quote.start)


def _is_less_sure(claim: Claim, other: Claim) -> bool:
    """True where a claim is so much less sure than another that it can hardly stand beside it as one of its own."""
    return claim.mention.confidence < _LESS_SURE * other.mention.confidence


def _specify(claims: list[Claim]) -> list[Claim]:
    """Give each claim of a general word the specific equipment of the same parties, where the article names one.

    Equipment of another category only where the general claim is much less sure: else the article tells both.
    """
    told: dict[tuple[str, str], dict[str, list[Claim]]] = defaultdict(lambda: defaultdict(list))
    for claim in claims:
        told[claim.parties][claim.system.id].append(claim)
    result = []
    for claim in claims:
        fitting = [
            other
            for system, others in told[claim.parties].items()
            if system != claim.system.id and covers(others[0].system, claim.system)
            for other in others
            if (category_of(other.system) == category_of(claim.system) or _is_less_sure(claim, other))
            and other.mention.trigger != claim.mention.trigger  # one sentence that lists both means both
        ]
        same_phase = [other for other in fitting if other.phase == claim.phase]
        systems = {other.system.id for other in fitting}
        chosen = same_phase or (fitting if len(systems) == 1 else [])
        if chosen:
            nearest = min(chosen, key=lambda other: (-other.system.rank, _distance(other, claim), other.system.id))
            status = nearest.status if nearest.phase == claim.phase else claim.status
            claim = replace(claim, system=nearest.system, status=status)  # noqa: PLW2901
        result.append(claim)
    return result


def _name_parties(claims: list[Claim]) -> list[Claim]:
    """Give a claim with an unnamed party the party of a whole claim that says the same otherwise."""
    told = {(*claim.parties, claim.system.id, claim.phase): claim for claim in reversed(claims)}  # the first of equals
    whole = [claim for claim in claims if told[*claim.parties, claim.system.id, claim.phase] is claim]
    whole = [claim for claim in whole if "unknown" not in claim.parties]
    result = []
    for claim in claims:
        if "unknown" in claim.parties:
            for other in whole:
                known = [
                    (own, that) for own, that in zip(claim.parties, other.parties, strict=True) if own != "unknown"
                ]
                same_system = other.system.id == claim.system.id or covers(other.system, claim.system)
                if all(own == that for own, that in known) and other.phase == claim.phase and same_system:
                    claim = replace(  # noqa: PLW2901
                        claim, supplier=other.supplier, recipient=other.recipient, system=other.system
                    )
                    break
        result.append(claim)
    return result


def _settle_status(claims: list[Claim]) -> list[Claim]:
    """Let talks swallow mere plans: a claim that one side considers what the article also tells as offered or discussed."""
    further: dict[tuple[object, ...], str] = {}
    for claim in claims:
        if claim.status != "considering":
            further.setdefault((*claim.parties, claim.system.id, claim.phase), claim.status)
    return [
        replace(claim, status=further.get((*claim.parties, claim.system.id, claim.phase), claim.status))
        if claim.status == "considering"
        else claim
        for claim in claims
    ]


def _strength(claim: Claim) -> tuple[int, int, int, int]:
    mention = claim.mention
    return (
        _LINKS.index(mention.supplier.link) + _LINKS.index(mention.recipient.link),
        mention.system.entry.rank,
        int(claim.when is not None) + int(claim.quantity is not None),
        -mention.quote.start,
    )


def _assertion(claims: list[Claim]) -> str:
    told = {claim.mention.assertion for claim in claims}
    if "disputed" in told or len(told) > 1:
        return "disputed"
    return told.pop()


def _by_extractor(claims: list[Claim]) -> dict[str, float]:
    """The confidence of the surest claim of each extractor. Each reads by itself, so that two are surer than one."""
    sure: dict[str, float] = {}
    for claim in claims:
        sure[claim.mention.extractor] = max(sure.get(claim.mention.extractor, 0.0), claim.mention.confidence)
    return sure


def _role_spans(mention: Mention) -> Row:
    spans = {
        "trigger": mention.trigger,
        "supplier": mention.supplier.span,
        "recipient": mention.recipient.span,
        "system": mention.system.span if mention.system.span.end else None,
        "quantity": mention.quantity,
        "date_text": mention.date,
        "attribution": mention.attribution,
    }
    row: Row = {}
    for role in SPAN_ROLES:
        span = spans[role]
        row[f"{role}_start"], row[f"{role}_end"] = span if span else (None, None)
    return row


def _mention_row(article: Article, article_id: str, event_id: str, mention: Mention) -> Row:
    spans = _role_spans(mention)
    return {
        "mention_id": stable_id("mention", event_id, mention.quote.start, *spans.values()),
        "event_id": event_id,
        "article_id": article_id,
        "quote": article.text[mention.quote.start : mention.quote.end],
        "quote_start": mention.quote.start,
        "quote_end": mention.quote.end,
        **spans,
        "rule_id": mention.rule_id,
        "extractor": mention.extractor,
        "extractor_version": mention.extractor_version,
    }


def _event_row(article: Article, article_id: str, event_id: str, claims: list[Claim], firm: float) -> Row:
    ordered = sorted(claims, key=_strength, reverse=True)
    best = ordered[0]
    text = article.text
    dated = [claim for claim in ordered if claim.when]  # the strongest mention's date, however it is told
    when = dated[0].when if dated else None
    date_span = dated[0].mention.date if dated else None
    counted = next((claim for claim in ordered if claim.quantity), None)
    valued = next((claim for claim in ordered if claim.value), None)
    attributed = next((claim.mention.attribution for claim in ordered if claim.mention.attribution), None)
    terms = [claim.mention.transfer_type for claim in ordered if claim.mention.transfer_type != "unknown"]
    equipment = resolve_system(best.system)
    sure = _by_extractor(claims)
    confidence = round(1 - prod(1 - each for each in sure.values()), 4) if len(sure) > 1 else max(sure.values())
    named = max(ordered, key=lambda claim: (claim.mention.system.entry.id == best.system.id, _strength(claim)))

    def words(span: tuple[int, int] | None) -> str | None:
        return text[span[0] : span[1]] if span else None

    row: Row = {"event_id": event_id, "article_id": article_id, "source_id": article.source_id}
    for role in ("supplier", "recipient"):
        actor = getattr(best, role)
        spans = [getattr(claim.mention, role).span for claim in ordered if getattr(claim, role).id == actor.id]
        row |= {
            f"{role}_id": actor.id,
            f"{role}_name": actor.name,
            f"{role}_kind": actor.kind,
            f"{role}_text": words(next((span for span in spans if span), None)),
        }
    return row | {
        "system_id": equipment.id,
        "system_name": equipment.name,
        "system_text": words(named.mention.system.span),
        "system_category": equipment.category,
        "sipri_category": equipment.sipri_category,
        "sipri_exclusion": equipment.sipri_exclusion,
        "unroca_category": equipment.unroca_category,
        "unroca_exclusion": equipment.unroca_exclusion,
        "status": best.status,
        "status_phase": status_phase(best.status),
        "assertion": _assertion(claims),
        "attribution_text": words(attributed),
        "transfer_type": terms[0] if terms else "unknown",
        "quantity_min": counted.quantity.low if counted and counted.quantity else None,
        "quantity_max": counted.quantity.high if counted and counted.quantity else None,
        "quantity_text": words(counted.mention.quantity) if counted else None,
        "value_amount": valued.value.amount if valued and valued.value else None,
        "value_currency": valued.value.currency if valued and valued.value else None,
        "date_edtf": when.edtf if when else None,
        "date_start": when.start if when else article.published,
        "date_end": when.end if when else article.published,
        "date_precision": when.precision if when else None,
        "date_basis": when.basis if when else "report",
        "date_text": words(date_span) if when else None,
        "report_date": article.published,
        "confidence": confidence,
        "tier": "firm" if confidence >= firm else "candidate",
        "extractor": "+".join(name for name in codes("extractor") if name in sure),
        "evidence": words(best.mention.quote),
        "evidence_start": best.mention.quote.start,
        "evidence_end": best.mention.quote.end,
        "n_mentions": len(claims),
        "n_independent_reports": 1,
        "is_corrected": False,
    }


def merge_mentions(article: Article, mentions: Sequence[Mention], *, firm: float) -> tuple[list[Row], list[Row]]:
    """Return the rows of `events` and of `mentions` for one article.

    Args:
        article: the article.
        mentions: what was found in it, by one extractor or several.
        firm: least confidence of an event of the tier `firm`.
    """
    article_id = article.article_id  # once: it is a hash of the whole text
    claims = [read_claim(article, mention) for mention in mentions]
    claims = _settle_status(_name_parties(_specify(claims)))
    groups: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        event_id = stable_id("event", article_id, *claim.parties, claim.system.id, claim.status)
        groups[event_id].append(claim)
    events = [_event_row(article, article_id, event_id, group, firm) for event_id, group in groups.items()]
    rows: dict[str, Row] = {}
    for event_id, group in groups.items():
        for claim in group:
            row = _mention_row(article, article_id, event_id, claim.mention)
            rows[str(row["mention_id"])] = row
    counts: dict[str, int] = defaultdict(int)
    for row in rows.values():
        counts[str(row["event_id"])] += 1
    return [event | {"n_mentions": counts[str(event["event_id"])]} for event in events], list(rows.values())

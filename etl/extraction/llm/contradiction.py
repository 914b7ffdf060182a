"""Where the grammar reads the opposite of what a model claims, in the same words of an article."""

from collections.abc import Iterator, Sequence

from etl.extraction.protocol import Mention, Party
from etl.reference.tables import status_phase

_FROM_AFAR = frozenset({"previous", "title"})
"""How a party is tied to a claim where its name does not stand in the evidence."""


def contradiction(mention: Mention, by_rules: Sequence[Mention]) -> str | None:
    """Return in words what the grammar reads against a claim in its sentence, or None. What it reads there too stands.

    It reads the parties the other way round, names in the sentence a party that the claim takes from elsewhere, or reads a
    halt, a denial or a mere plan where the claim reports progress.

    Args:
        mention: the claim.
        by_rules: all that the grammar reads in the article.
    """
    here = [
        other for other in by_rules if other.quote.start < mention.quote.end and mention.quote.start < other.quote.end
    ]
    if any(_tell_the_same(mention, other) for other in here):
        return None
    against_parties = (told for other in here for told in _against_parties(mention, other))
    return next(against_parties, None) or _against_standing(mention, here)


def _against_parties(mention: Mention, other: Mention) -> Iterator[str]:
    if _agree(_ids(mention), _ids(other)[::-1]):
        yield "the grammar reads supplier and recipient the other way round"
    for role in ("supplier", "recipient"):
        claimed, read = getattr(mention, role), getattr(other, role)
        is_own = read.link == "argument" and claimed.link in _FROM_AFAR
        if is_own and (told := party_id(read)) not in {"unknown", party_id(claimed)}:
            yield f"the grammar reads {told} as {role} in the sentence itself"


def _against_standing(mention: Mention, here: Sequence[Mention]) -> str | None:
    alike = [other for other in here if _agree(_ids(mention), _ids(other))]
    phase = status_phase(mention.status)
    if not alike or mention.assertion != "reported" or phase == "halt":
        return None
    for other in alike:
        if status_phase(other.status) == "halt" or other.assertion == "denied":
            return f"the grammar reads “{other.status}, {other.assertion}” there"
    if phase == "execution" and all(status_phase(other.status) == "prospect" for other in alike):
        return f"the grammar reads “{alike[0].status}” there, and nothing further"
    return None


def party_id(party: Party) -> str:
    """Return the identifier of a party, `unknown` where it is not known."""
    return party.entry.party_id if party.entry else "unknown"


def _ids(mention: Mention) -> tuple[str, str]:
    return party_id(mention.supplier), party_id(mention.recipient)


def _agree(ids: Sequence[str], others: Sequence[str]) -> bool:
    """True where two pairs of parties share one, and the other is the same or not named in one of them."""
    pairs = list(zip(ids, others, strict=True))
    return any(one == other != "unknown" for one, other in pairs) and all(
        one == other or "unknown" in (one, other) for one, other in pairs
    )


def _tell_the_same(mention: Mention, other: Mention) -> bool:
    """True where two readings agree in parties, equipment and assertion, and in how far the transfer has come."""
    told, also = (
        (*_ids(one), one.system.entry.id, status_phase(one.status), one.assertion) for one in (mention, other)
    )
    return told == also

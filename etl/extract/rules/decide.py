"""Which candidates are claims of a transfer: no wish, no condition, no appeal by a third party, no trade within one country."""

from etl.extract.rules.annotate import category
from etl.extract.rules.propose import Candidate


def is_own_transfer(candidate: Candidate) -> bool:
    """True where the words can tell a transfer at all."""
    standing = candidate.standing
    if standing.is_hypothetical:
        return False
    if candidate.supplier is None and candidate.recipient is None:
        return candidate.origin is not None
    return True


def accept(candidate: Candidate) -> bool:
    """True where a candidate with its parties filled is an event of the codebook."""
    supplier, recipient = candidate.supplier, candidate.recipient
    if supplier is None and recipient is None:
        return False
    if supplier and recipient and supplier.match.entry.party_id == recipient.match.entry.party_id:
        return False
    if candidate.standing.urged_by is not None:
        return False
    weak = [role for role in (supplier, recipient) if role is None]
    return not (weak and category(candidate.system.entry) == "unspecified" and not candidate.trigger.transfer_type == "illicit")

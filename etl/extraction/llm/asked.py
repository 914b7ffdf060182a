"""What a model was asked about articles, in counts."""

from dataclasses import dataclass, fields


@dataclass
class Asked:
    """What was asked about an article, in counts.

    Attributes:
        pieces: pieces of it that were to be sent.
        answered: those that the model has answered, refusals included.
        refused, cut: answers of which the model refused, or which broke off.
        calls: requests that were sent for them, repeated ones included.
        tokens_in, tokens_out: tokens read and written.
        milliseconds: time that the answers took, summed.
        invalid: answers and claims that were not of the form.
        claims: claims of the form.
        grounded: those of them that became mentions.
    """

    pieces: int = 0
    answered: int = 0
    refused: int = 0
    cut: int = 0
    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    milliseconds: int = 0
    invalid: int = 0
    claims: int = 0
    grounded: int = 0

    def add(self, other: "Asked") -> None:
        """Add the counts of another article."""
        for item in fields(self):
            setattr(self, item.name, getattr(self, item.name) + getattr(other, item.name))

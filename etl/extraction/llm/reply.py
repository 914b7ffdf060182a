"""What a model has answered to one request."""

from typing import Literal, NamedTuple

Ending = Literal["whole", "cut", "refused"]


class Reply(NamedTuple):
    """The answer to one request, as it came, and what it took.

    Attributes:
        text: the words of the answer; what the model says of its refusal, where it refused.
        ending: whether it came to its end, was cut off at its greatest length, or the model (or its filter) refused.
        calls: requests that were sent until it came.
        tokens_in, tokens_out: tokens read and written, as the endpoint counts them; estimated where it does not.
        milliseconds: time from the first of those requests to the answer.
    """

    text: str
    ending: Ending
    calls: int
    tokens_in: int
    tokens_out: int
    milliseconds: int

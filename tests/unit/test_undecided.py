"""What is not decided, ruled out, or hangs on a condition."""

import pytest

from tests.told import rows_of


def _told(text: str) -> set[tuple[str, str]]:
    rows = rows_of(text)
    assert {(row["supplier_id"], row["recipient_id"]) for row in rows} <= {("DEU", "UKR")}
    return {(row["status"], row["assertion"]) for row in rows}


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Germany has not decided whether to send Taurus missiles to Ukraine.", "considering"),
        ("Germany has not decided to send Taurus missiles to Ukraine.", "considering"),
        ("Germany has not ruled out sending Taurus missiles to Ukraine.", "considering"),
        ("Germany debates whether to send Taurus missiles to Ukraine.", "considering"),
        ("Germany ruled out sending Taurus missiles to Ukraine.", "refused"),
        ("Germany decided not to send Taurus missiles to Ukraine.", "refused"),
        ("Germany decided against sending Taurus missiles to Ukraine.", "refused"),
        ("Germany has no plans to send Taurus missiles to Ukraine.", "refused"),
        ("Germany promised not to send Taurus missiles to Ukraine.", "refused"),
        ("Germany will not send Taurus missiles to Ukraine.", "refused"),
        ("Germany said no to sending Taurus missiles to Ukraine.", "refused"),
        ("Germany pulled the plug on the sale of Taurus missiles to Ukraine.", "cancelled"),
        ("Germany decided to send Taurus missiles to Ukraine.", "pledged"),
    ],
)
def test_what_is_not_decided_and_what_is_ruled_out(text: str, status: str) -> None:
    """What may still come is considered, what is said no to is refused, what is given up is cancelled; none is denied."""
    assert _told(text) == {(status, "reported")}


def test_a_denial_is_told_as_one() -> None:
    """`did not send` and `denied that it had sent` deny a delivery; they refuse nothing."""
    for text in (
        "Germany did not send Taurus missiles to Ukraine.",
        "Germany denied that it had sent Taurus missiles to Ukraine.",
    ):
        assert _told(text) == {("delivered", "denied")}


def test_what_hangs_on_a_condition_is_no_order() -> None:
    """`said that it would send` is a promise; with `if others did` it is not."""
    assert _told("Germany said that it would send Leopard tanks to Ukraine.") & {
        ("pledged", "reported"),
        ("ordered", "reported"),
    }
    assert not _told("Germany said that it would send Leopard tanks to Ukraine if Poland did.") & {
        ("pledged", "reported"),
        ("ordered", "reported"),
    }

"""Headline, date line, captions and links around the prose of a plain text."""

from datetime import date

import pytest

from etl.sources.front_matter import read_front_matter

PROSE = "The ministry said on Monday that forty tanks would be sold to its neighbour before the winter."

CASES = [
    (f"Kingdom Orders Forty Tanks\nMarch 5, 2022\n\n{PROSE}", "Kingdom Orders Forty Tanks", date(2022, 3, 5), ["March 5, 2022"]),
    (f"# Kingdom orders tanks\n\n{PROSE}", "Kingdom orders tanks", None, ["# Kingdom orders tanks"]),
    (f"Kingdom Orders Tanks\nBy Ann Writer\n{PROSE}", "Kingdom Orders Tanks", None, ["By Ann Writer"]),
    (
        f"Kingdom Orders Tanks\nA tank is seen during a parade. (AP Photo)\n{PROSE}",
        "Kingdom Orders Tanks", None, ["A tank is seen during a parade. (AP Photo)"],
    ),
    (f"Kingdom Orders Tanks\n{PROSE}\n\nRead more: The other deal", "Kingdom Orders Tanks", None, ["Read more: The other deal"]),
    (f"{PROSE}\n{PROSE}", None, None, []),
    (PROSE, None, None, []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "title", "day", "aside"), CASES)
def test_front_matter(text: str, title: str | None, day: date | None, aside: list[str]) -> None:
    """Headline and date are found, and what is no prose stands aside with its exact words."""
    front = read_front_matter(text)
    assert (front.title, front.published.day) == (title, day)
    assert [text[start:end] for start, end in front.aside] == aside


def test_the_publishers_order_reaches_the_date_line() -> None:
    """A numeric date line is read in the order that is set for the publisher."""
    text = f"Kingdom Orders Tanks\n01/04/2024\n{PROSE}"
    assert read_front_matter(text, order="dmy").published.day == date(2024, 4, 1)
    assert read_front_matter(text).published.day is None


def test_a_known_headline_is_not_looked_for() -> None:
    """Where the record has a headline, no line of the text is taken for one."""
    assert read_front_matter(f"Kingdom Orders Tanks\n{PROSE}", has_title=True).title is None


@pytest.mark.parametrize(
    "caption",
    [
        "FILE PHOTO: a tank on a road",
        "A tank, pictured in 2019",
        "Image: the ministry",
        "Sailors are seen on deck",
        "A launcher on display at a parade",
        "A jet seen during a drill",
    ],
)
def test_a_caption_among_the_paragraphs_stands_aside(caption: str) -> None:
    """Each way to word a caption is known, however far down it stands."""
    text = "\n".join([*[PROSE] * 9, caption, PROSE])
    front = read_front_matter(text, has_title=True)
    assert [text[start:end] for start, end in front.aside] == [caption]

"""The pieces of an article that a model is sent: all of it, none too long, cut where sentences end."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.extraction.llm.windows import windows, without
from etl.extraction.protocol import Span

TEXTS = st.lists(st.sampled_from(["word", " ", ". ", "\n", "\n\n", "。", "?” ", "x" * 30, "\u200b"]), max_size=80).map("".join) | st.text(max_size=200)  # fmt: skip


@given(TEXTS, st.integers(1, 60), st.integers(0, 80))
def test_the_pieces_hold_the_text(text: str, size: int, overlap: int) -> None:
    """On any text the pieces end, cover it without a gap, are no longer than asked, and each begins and ends after the last."""
    pieces = windows(text, size, overlap)
    assert pieces[0].start == 0
    assert pieces[-1].end == len(text)
    assert all(end - start <= size for start, end in pieces)
    for (start, end), (next_start, next_end) in pairwise(pieces):
        assert start < next_start <= end < next_end or (start < next_start <= end and end == next_end == len(text))


@given(TEXTS, st.integers(1, 60))
def test_pieces_without_overlap_are_the_text(text: str, size: int) -> None:
    """Where no overlap is asked, the pieces one after the other are the text, letter by letter."""
    assert "".join(text[start:end] for start, end in windows(text, size, 0)) == text


@given(st.lists(st.integers(1, 12), min_size=1, max_size=30), st.integers(40, 120), st.integers(0, 40))
def test_pieces_end_where_sentences_end(lengths: list[int], size: int, overlap: int) -> None:
    """Where each half of a piece holds the end of a sentence, every piece ends at one."""
    text = "".join(f"{'a' * length}. " for length in lengths)
    assert all(text[:end].rstrip(" ").endswith(".") for _, end in windows(text, size, overlap))


@pytest.mark.parametrize(
    ("text", "size", "overlap", "pieces"),
    [
        ("", 10, 2, [""]),
        ("One.", 10, 2, ["One."]),
        ("One two three. Four five. Six.", 20, 0, ["One two three. ", "Four five. Six."]),
        ("One two.\n\nThree. Four five six.", 20, 0, ["One two.\n\nThree. ", "Four five six."]),
        ("One two three.\n\nFour. Five six.", 24, 0, ["One two three.\n\n", "Four. Five six."]),
        ("One two three four", 10, 0, ["One two ", "three four"]),
        ("aaaaaaaaaaaaaaa", 10, 0, ["aaaaaaaaaa", "aaaaa"]),
        ("一二三四。五六七八。九十", 8, 0, ["一二三四。", "五六七八。九十"]),
        ("Boat. " * 10, 48, 12, ["Boat. " * 8, "Boat. " * 3]),
        ("Boat. " * 10, 48, 99, ["Boat. " * 8, "Boat. " * 3]),
    ],
)
def test_pieces_are_cut_where_a_reader_would(text: str, size: int, overlap: int, pieces: list[str]) -> None:
    """A piece ends at a paragraph's end if its second half has one, else at a sentence's, else at a word's, else anywhere."""
    assert [text[start:end] for start, end in windows(text, size, overlap)] == pieces


@pytest.mark.parametrize(
    ("barred", "left"),
    [([], "bcdefgh"), ([(0, 3)], "defgh"), ([(2, 4), (5, 6)], "begh"), ([(5, 6), (2, 4)], "begh"), ([(2, 6), (3, 4)], "bgh"),
     ([(6, 20)], "bcdef"), ([(0, 20)], ""), ([(8, 9), (0, 1)], "bcdefgh")],
)  # fmt: skip
def test_barred_words_are_left_out(barred: list[tuple[int, int]], left: str) -> None:
    """A piece is told without the stretches that are barred, whatever their order and wherever they begin and end."""
    assert without("abcdefghij", Span(1, 8), [Span(*stretch) for stretch in barred]) == left

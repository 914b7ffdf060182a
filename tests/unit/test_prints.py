"""What is compared of an article tells how many of its words another shares, by the same numbers in every run."""

import numpy as np
import pytest

from etl.merge.prints import Print
from etl.sources import Article


def _print(words: list[str]) -> Print:
    return Print.of(Article("a", "a.txt", " ".join(words)))


@pytest.mark.parametrize("shared", [0, 100, 200, 300])
def test_sketches_share_as_many_bytes_as_their_articles_share_words(shared: int) -> None:
    """Of two articles the share of common bytes is the share of common words, within three times the error that is told."""
    first = [f"a{number}" for number in range(400)]
    second = [*first[:shared], *(f"b{number}" for number in range(400 - shared))]
    common = float(np.mean(_print(first).sketch == _print(second).sketch))
    assert common == pytest.approx(shared / (800 - shared), abs=3 * 0.045)


def test_a_sketch_hangs_on_the_words_and_on_nothing_else() -> None:
    """Neither order nor repetition bears on it, and its numbers are these, whatever versions are installed."""
    words = ["frigates", "for", "Chile", "and", "Peru"]
    sketch = _print(words).sketch
    assert np.array_equal(_print([*words[::-1], "Peru"]).sketch, sketch)
    assert sketch[:8].tolist() == [28, 29, 171, 216, 34, 197, 7, 25]
    assert _print(["of", "the"]).sketch.tolist() == [255] * len(sketch)

"""Finds articles that print the same story: exact copies by their text, near copies by MinHash over runs of words."""

import re
from collections.abc import Iterable
from datetime import date

from datasketch import MinHash, MinHashLSH

from etl.sources import Article

RUN = 4
"""Words in one run."""
_PERMUTATIONS = 128
_SEED = 1


def _runs(text: str) -> set[str]:
    words = re.findall(r"\w+", text.lower())
    return {" ".join(words[at : at + RUN]) for at in range(max(1, len(words) - RUN + 1))}


def _similarity(first: set[str], second: set[str]) -> float:
    """Share of the shorter text's runs that stand in both, so that a shortened copy counts as one."""
    return len(first & second) / min(len(first), len(second)) if first and second else 0.0


def find_duplicates(articles: Iterable[Article], *, similarity: float) -> dict[str, str]:
    """Return article_id of each copy -> article_id of the first printing of its story.

    The first printing is the earliest published; undated ones come last, and source_id settles the rest.

    Args:
        articles: all articles of the run, in any order.
        similarity: share of common word runs from which two texts are one story.
    """
    ordered = sorted(
        articles, key=lambda article: (article.published or date.max, article.source_id, article.article_id)
    )
    index = MinHashLSH(threshold=max(0.2, similarity - 0.3), num_perm=_PERMUTATIONS)
    runs: dict[str, set[str]] = {}
    by_text: dict[str, str] = {}
    copies: dict[str, str] = {}
    for article in ordered:
        first = by_text.setdefault(article.text_sha256, article.article_id)
        if first != article.article_id:
            copies[article.article_id] = copies.get(first, first)
            continue
        own = _runs(article.text)
        sketch = MinHash(num_perm=_PERMUTATIONS, seed=_SEED)
        sketch.update_batch([run.encode("utf-8") for run in sorted(own)])
        near = [(_similarity(own, runs[other]), other) for other in sorted(index.query(sketch))]
        best = max(near, default=(0.0, ""))
        if best[0] >= similarity:
            copies[article.article_id] = copies.get(best[1], best[1])
        index.insert(article.article_id, sketch)
        runs[article.article_id] = own
    return copies

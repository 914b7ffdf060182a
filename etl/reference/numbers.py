"""Words that count, from `numbers.csv`."""

from functools import cache

from etl.reference.tables import read_csv


@cache
def number_words(kind: str) -> dict[str, int]:
    """Return the number that each word of a kind stands for.

    Args:
        kind: `unit` (`seven`), `scale` (`dozen`, which multiplies what stands before it), `pair`, or `vague`
            (`dozens`; its number is the least that it stands for, by the codebook).
    """
    return {row["word"]: int(row["value"]) for row in read_csv("numbers") if row["kind"] == kind}

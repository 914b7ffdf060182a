"""The forms of English verbs and nouns, by the regular rules."""

from collections.abc import Iterator


def forms_of(lemma: str) -> Iterator[str]:
    """Yield the regular forms of a verb or noun, those of who does it (*supplier*), and some that no word has."""
    yield from (lemma + ending for ending in ("", "s", "es", "d", "ed", "ing", "er", "ers"))
    stem = lemma[:-1] if lemma.endswith(("e", "y")) else lemma
    endings = ("ies", "ied", "ier", "iers") if lemma.endswith("y") else ("ed", "ing", "ings", "er", "ers")
    for base in (stem, stem + stem[-1:]):
        yield from (base + ending for ending in endings)

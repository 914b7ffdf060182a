"""Identifiers: hashes of the fewest stable values, the same in every run."""

import hashlib


def stable_id(*parts: object) -> str:
    """Return 16 hexadecimal digits that depend on the parts alone, in their order."""
    joined = "\x1f".join("" if part is None else str(part) for part in parts)
    return hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()[:16]

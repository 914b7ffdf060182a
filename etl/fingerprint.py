"""What tells one state of the code from another: the bytes of the code, the reference tables and the model."""

import hashlib
from functools import cache
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]
_CODE = ("*.py", "*.csv", "*.json")


@cache
def code_fingerprint() -> str:
    """Return the SHA-256 over all files of code, reference tables and model, with their paths, in hexadecimal digits."""
    files = sorted(path for folder in ("etl", "schemas") for name in _CODE for path in (_ROOT / folder).rglob(name))
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.relative_to(_ROOT).as_posix().encode("utf-8"))
        digest.update(path.read_bytes())
    return digest.hexdigest()

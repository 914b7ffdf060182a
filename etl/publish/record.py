"""The record of a run: what went in, under which settings. It holds no time and no path of this machine."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from etl import __version__
from etl.extraction.llm.request import version_of
from etl.publish.tables import write_text
from etl.settings import Settings
from etl.sources.files import File

_OF_THE_MACHINE = {
    "workers", "batch_size", "scheduler", "corrections", "kept", "gate", "fetch_contact", "fetch_timeout", "fetch_max_bytes",
    "llm_base_url", "llm_api_key", "llm_answers", "llm_replay", "llm_concurrency", "llm_timeout", "llm_retries",
    "llm_requests_per_minute", "llm_token_budget",
}  # fmt: skip
"""Settings that change how a run goes, not what comes out, and the path that the corrections' hash stands for."""


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal digits."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _input(file: File) -> dict[str, object]:
    size, digest = file.size_and_sha256() or (None, None)
    return {"path": file.source_path, "bytes": size, "sha256": digest}


def record_of(
    files: Iterable[File], settings: Settings, corrections: tuple[Path, int] | None, asked: Mapping[str, int] | None
) -> dict[str, object]:
    """Return the record of a run.

    Args:
        files: the files that were read.
        settings: settings of the run.
        corrections: the file of corrections and their number, or None.
        asked: what a language model was asked for the tables, in counts, or None. It is that of the answers, whenever they were given,
            so that a run from kept answers has the same record.
    """
    others = set() if asked is not None else {name for name in Settings.model_fields if name.startswith("llm_")}
    return {
        "version": __version__,
        "settings": settings.model_dump(mode="json", exclude=_OF_THE_MACHINE | others),
        "inputs": [_input(file) for file in files],
        "language_model": None if asked is None else {"version": version_of(settings), **asked},
        "corrections": {"sha256": sha256_of(corrections[0]), "rows": corrections[1]} if corrections else None,
    }


def write_record(folder: Path, record: dict[str, object]) -> Path:
    """Write the record of a run as `run.json` and return its path."""
    return write_text(folder / "run.json", json.dumps(record, ensure_ascii=False, indent=2, sort_keys=True) + "\n")

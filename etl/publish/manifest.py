"""Writes `manifest.json`: each file of a release with its hash, and all that the rows depend on."""

import json
import subprocess
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import etl
from etl.errors import ConfigurationError
from etl.fingerprint import code_fingerprint
from etl.publish.record import sha256_of
from etl.publish.tables import write_text

MANIFEST = "manifest.json"
RUN = "run.json"
_ROOT = Path(etl.__file__).resolve().parents[1]
_OF_THE_RUN = ("settings", "language_model", "inputs", "corrections")
"""Entries of `run.json` that a manifest repeats."""
_RULES = ("code_sha256", "requirements_lock_sha256", "reference", "model", "settings", "release")
"""The entries of a manifest that decide which rows the same articles give."""


def _hashes(paths: Iterable[Path]) -> dict[str, str]:
    """Return path within the code's folder -> SHA-256, sorted."""
    return {path.relative_to(_ROOT).as_posix(): sha256_of(path) for path in sorted(paths)}


def _git(*arguments: str) -> str | None:
    """Return what git prints in the code's folder; None where that is no checkout, or git is not there."""
    if not (
        _ROOT / ".git"
    ).exists():  # else git would answer for a repository around the folder of the installed package
        return None
    try:
        done = subprocess.run(["git", *arguments], cwd=_ROOT, capture_output=True, text=True, check=False)
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


@cache
def _code() -> dict[str, object]:
    """Return what tells the code apart: version, revision, and hashes of the code, the lock, the tables and the model."""
    status = _git("status", "--porcelain", "--untracked-files=no")
    lock = _ROOT / "requirements.lock"
    return {
        "package_version": etl.__version__,
        "git_revision": _git("rev-parse", "HEAD"),
        "git_is_modified": None if status is None else bool(status),
        "code_sha256": code_fingerprint(),
        "requirements_lock_sha256": sha256_of(lock) if lock.is_file() else None,
        "reference": _hashes((_ROOT / "etl" / "reference").rglob("*.csv")),
        "model": _hashes([_ROOT / "etl" / "extraction" / "scorer" / "model.json"]),
    }


def _read_json(path: Path, advice: str) -> dict[str, object]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path} cannot be read ({error}). {advice}") from error
    if not isinstance(content, dict):
        raise ConfigurationError(f"{path} holds no JSON object. {advice}")
    return content


def read_manifest(folder: Path) -> dict[str, object]:
    """Return the manifest of a release.

    Raises:
        ConfigurationError: the folder has none, or it cannot be read.
    """
    return _read_json(folder / MANIFEST, "Name the folder of a release, whole as it was built.")


def read_run(tables: Path) -> dict[str, object]:
    """Return what the record of a run tells, `run.json`; nothing where there is none.

    Raises:
        ConfigurationError: it is there and cannot be read.
    """
    path = tables / RUN
    return _read_json(path, "Run `etl run` again.") if path.is_file() else {}


def provenance(tables: Path, *, version: str, choices: Mapping[str, object]) -> dict[str, object]:
    """Return all that a release depends on, as its manifest tells it.

    Args:
        tables: folder of the run; what its `run.json` does not tell, or where it is missing, is None.
        version: version of the release.
        choices: what was chosen for the release, such as its tier.

    Raises:
        ConfigurationError: `run.json` is there and cannot be read.
    """
    run = read_run(tables)
    told = {"run_version": run.get("version")} | {name: run.get(name) for name in _OF_THE_RUN}
    return {"version": version, "release": dict(choices), **_code(), **told}


def rules_differ(old: Mapping[str, object], new: Mapping[str, object]) -> bool:
    """True where two manifests tell of other code, tables, model, settings or choices."""
    return any(old.get(name) != new.get(name) for name in _RULES)


def told_differ(old: Mapping[str, object], new: Mapping[str, object], name: str) -> bool | None:
    """Whether an entry of two manifests, such as `inputs`, differs; None where either does not tell it."""
    if old.get(name) is None or new.get(name) is None:
        return None
    return old[name] != new[name]


def write_manifest(folder: Path, told: Mapping[str, object], rows: Mapping[str, int]) -> Path:
    """Write the manifest of a release and return its path.

    Args:
        folder: the folder of the release, with all its other files.
        told: what `provenance` gives.
        rows: path of each table's file within the folder -> number of its rows.
    """
    files = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST):
        name = path.relative_to(folder).as_posix()
        entry: dict[str, object] = {"path": name, "bytes": path.stat().st_size, "sha256": sha256_of(path)}
        files.append(entry | ({"rows": rows[name]} if name in rows else {}))
    content = json.dumps({**told, "files": files}, ensure_ascii=False, indent=2)
    return write_text(folder / MANIFEST, content + "\n")

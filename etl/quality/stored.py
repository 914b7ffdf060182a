"""Checks tables that stand in a folder: declarations, links and offsets, without changing them."""

import hashlib
import json
from pathlib import Path

from etl.stored import read_stored
from schemas import TABLES
from schemas.checks import split, to_rows


def _changed_files(manifest: Path) -> list[str]:
    """The files of a release that are not as its manifest says."""
    told = json.loads(manifest.read_text(encoding="utf-8"))["files"]
    problems = []
    for entry in told:
        name = entry["path"]
        path = manifest.parent / name
        if not path.is_file():
            problems.append(f"{name} is missing")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != entry["sha256"]:
            problems.append(f"{name} is not the file that the manifest names")
    return problems


def check_stored(folder: Path) -> list[str]:
    """Return what is wrong with the tables of a run or a release, a line each; empty where all is right.

    A release may leave the texts out; then offsets cannot be checked, but its files are, against its manifest.

    Raises:
        ConfigurationError: a table is missing or cannot be read.
    """
    manifest = folder / "manifest.json"
    has_texts = not manifest.is_file() or (folder / "texts.parquet").is_file()
    tables = {name: table for name, table in TABLES.items() if name != "texts" or has_texts}
    frames = {name: read_stored(table, folder) for name, table in tables.items()}
    rows = {name: to_rows(frame) for name, frame in frames.items()}
    problems = _changed_files(manifest) if manifest.is_file() else []
    for name, table in tables.items():
        _, failures = split(table, frames[name])
        problems += [f"{name} row {f.row}: column {f.column}: check {f.check} fails for {f.value!r}" for f in failures]
        for column, target, key in table.links:
            known = {row[key] for row in rows[target]}
            problems += [
                f"{name} row {number}: {column} {row[column]} is not in {target}"
                for number, row in enumerate(rows[name])
                if row[column] is not None and row[column] not in known
            ]
        for bearer in table.borne_by:
            borne = {row[table.key] for row in rows[bearer]}
            problems += [
                f"{name} {row[table.key]}: no row of {bearer} points to it"
                for row in rows[name]
                if row[table.key] not in borne
            ]
    if not has_texts:
        return problems
    texts = {str(row["article_id"]): str(row["text"]) for row in rows["texts"]}
    for row in rows["mentions"]:
        text = texts.get(str(row["article_id"]), "")
        if text[int(str(row["quote_start"])) : int(str(row["quote_end"]))] != row["quote"]:
            problems.append(f"mentions {row['mention_id']}: the quote does not stand at its offsets")
    return problems

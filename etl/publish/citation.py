"""What the dataset is called, who made it and how to cite it: `CITATION.cff` and Zenodo's deposit metadata."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from etl.publish.tables import write_text

NAME = "arms-transfer-events"
TITLE = "Arms-transfer events from news articles"
DESCRIPTION = "Who supplies which weapon system to whom, at which status, when, and the words that say it."
KEYWORDS = ("arms transfers", "event data", "information extraction", "conflict research")
LICENSE = "CC-BY-4.0"
LICENSE_TITLE = "Creative Commons Attribution 4.0"
LICENSE_URL = "https://creativecommons.org/licenses/by/4.0/"

Author = Mapping[str, str]
"""An author as CFF writes one: `name` of an entity, or `family-names` and `given-names` of a person, and what else CFF knows."""

DEFAULT_AUTHORS: tuple[Author, ...] = ({"name": "The arms-transfer events contributors"},)
"""The entity of the repository's own CITATION.cff."""


def author_name(author: Author) -> str:
    """Return the name of an author as catalogues sort it: `Family, Given`, or the entity's name."""
    if "name" in author:
        return author["name"]
    return ", ".join(author[part] for part in ("family-names", "given-names") if part in author)


def citation_text(version: str, authors: Sequence[Author], released: date | None) -> str:
    """Return the line by which a release is cited; the year stands in it only where a day of release is given."""
    names = "; ".join(author_name(author) for author in authors)
    year = f" ({released.year})" if released else ""
    return f"{names}{year}. {TITLE}, version {version} [data set]."


def write_citation(folder: Path, version: str, authors: Sequence[Author], released: date | None) -> Path:
    """Write `CITATION.cff` (Citation File Format 1.2.0) into the folder of a release, and return its path.

    Every scalar is written as a JSON string, which is a YAML string too: no name can break the file.
    """

    def quoted(text: str) -> str:
        return json.dumps(text, ensure_ascii=False)

    lines = [
        "cff-version: 1.2.0",
        f"message: {quoted('If you use this dataset, please cite it as below, with its version.')}",
        "type: dataset",
        f"title: {quoted(TITLE)}",
        f"abstract: {quoted(DESCRIPTION)}",
        "authors:",
    ]
    for author in authors:
        fields = [f"{key}: {quoted(value)}" for key, value in author.items()]
        lines += [f"  - {fields[0]}", *(f"    {line}" for line in fields[1:])]
    lines.append(f"version: {quoted(version)}")
    if released:
        lines.append(f"date-released: {quoted(released.isoformat())}")
    lines += [f"license: {LICENSE}", "keywords:", *(f"  - {quoted(word)}" for word in KEYWORDS)]
    return write_text(folder / "CITATION.cff", "\n".join(lines) + "\n")


def write_zenodo(folder: Path, version: str, authors: Sequence[Author], released: date | None) -> Path:
    """Write `zenodo.json`, the `metadata` of a Zenodo deposit, into the folder of a release, and return its path."""
    metadata: dict[str, object] = {
        "title": TITLE,
        "upload_type": "dataset",
        "description": DESCRIPTION,
        "creators": [{"name": author_name(author)} for author in authors],
        "version": version,
        "license": LICENSE.lower(),
        "keywords": list(KEYWORDS),
    }
    if released:
        metadata["publication_date"] = released.isoformat()
    return write_text(folder / "zenodo.json", json.dumps(metadata, ensure_ascii=False, indent=2) + "\n")

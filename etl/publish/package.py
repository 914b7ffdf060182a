"""Writes `datapackage.json` (Frictionless), checked by its own validator."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from frictionless import Package, Resource, system

from etl import __version__
from etl.errors import EtlError
from etl.publish.tables import write_text
from schemas import TABLES
from schemas.package import table_schema

LICENSES = [
    {
        "name": "CC-BY-4.0",
        "path": "https://creativecommons.org/licenses/by/4.0/",
        "title": "Creative Commons Attribution 4.0",
    }
]


def _resource(path: Path, names: frozenset[str]) -> dict[str, object]:
    table = TABLES[path.stem]
    content = path.read_bytes()
    return {
        "name": table.name,
        "title": table.title,
        "description": table.description,
        "type": "table",
        "path": path.name,
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "schema": table_schema(table, tables=names),
    }


def write_package(folder: Path, paths: Sequence[Path]) -> Path:
    """Write the data package that describes the given Parquet files, and return its path.

    Raises:
        EtlError: Frictionless finds the package invalid.
    """
    names = frozenset(path.stem for path in paths)
    descriptor = {
        "name": "arms-transfer-events",
        "title": "Arms-transfer events from news articles",
        "description": "Who supplies which weapon system to whom, at which status, when, and the words that say it.",
        "version": __version__,
        "licenses": LICENSES,
        "resources": [_resource(path, names) for path in paths],
    }
    with system.use_context(trusted=False):
        report = Package.from_descriptor(descriptor, basepath=str(folder))
        errors = [
            error for resource in report.resources for error in Resource.metadata_validate(resource.to_descriptor())
        ]
    if errors:
        raise EtlError(f"{folder / 'datapackage.json'}: {errors[0]}")
    return write_text(folder / "datapackage.json", json.dumps(descriptor, ensure_ascii=False, indent=2) + "\n")

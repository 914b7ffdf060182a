"""Writes `datapackage.json` (Frictionless), checked by its own validator: of a run's folder, and of a release."""

import json
from collections.abc import Sequence
from pathlib import Path

from frictionless import Package, Resource, system

from etl import __version__
from etl.errors import EtlError
from etl.publish.citation import (
    DESCRIPTION,
    KEYWORDS,
    LICENSE,
    LICENSE_TITLE,
    LICENSE_URL,
    NAME,
    TITLE,
    Author,
    author_name,
)
from etl.publish.record import sha256_of
from etl.publish.tables import write_text
from schemas import TABLES, Table
from schemas.package import table_schema

LICENSES = [{"name": LICENSE, "path": LICENSE_URL, "title": LICENSE_TITLE}]
_FORMATS: dict[str, dict[str, object]] = {
    ".parquet": {"format": "parquet", "mediatype": "application/vnd.apache.parquet"},
    ".csv": {
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        # told in full, so that no reader guesses it from the first lines
        "dialect": {
            "csv": {
                "delimiter": ",",
                "lineTerminator": "\n",
                "quoteChar": '"',
                "doubleQuote": True,
                "skipInitialSpace": False,
            }
        },
    },
}
_SAFE = (
    " Text that begins with = + - @, a tab or a line break, also after blanks, or after a semicolon, a tab or a line break within, has "
    "an apostrophe there; the Parquet file has it as it is."
)


def _file(path: Path, folder: Path) -> dict[str, object]:
    return {
        "path": path.relative_to(folder).as_posix(),
        **_FORMATS[path.suffix],
        "bytes": path.stat().st_size,
        "hash": f"sha256:{sha256_of(path)}",
    }


def _table(table: Table, path: Path, folder: Path, names: frozenset[str], note: str = "") -> dict[str, object]:
    return {
        "name": table.name,
        "title": table.title,
        "description": table.description + note,
        "type": "table",
        **_file(path, folder),
        "schema": table_schema(table, tables=names),
    }


def _plain(table: Table, path: Path, folder: Path) -> dict[str, object]:
    return {
        "name": path.name,
        "title": f"{table.title}, as Parquet",
        "description": f"The same rows as the resource {table.name}, with the types in the file.",
        "type": "file",
        **_file(path, folder),
    }


def _write(folder: Path, version: str, resources: list[dict[str, object]], **more: object) -> Path:
    descriptor = {
        "name": NAME,
        "title": TITLE,
        "description": DESCRIPTION,
        "version": version,
        "licenses": LICENSES,
        **more,
        "resources": resources,
    }
    with system.use_context(trusted=False):
        report = Package.from_descriptor(descriptor, basepath=str(folder))
        errors = [
            error for resource in report.resources for error in Resource.metadata_validate(resource.to_descriptor())
        ]
    if errors:
        raise EtlError(f"{folder / 'datapackage.json'}: {errors[0]}")
    return write_text(folder / "datapackage.json", json.dumps(descriptor, ensure_ascii=False, indent=2) + "\n")


def write_package(folder: Path, paths: Sequence[Path]) -> Path:
    """Write the data package that describes the given Parquet files of a run, and return its path.

    Raises:
        EtlError: Frictionless finds the package invalid.
    """
    names = frozenset(path.stem for path in paths)
    return _write(folder, __version__, [_table(TABLES[path.stem], path, folder, names) for path in paths])


def write_release_package(folder: Path, tables: Sequence[Table], version: str, authors: Sequence[Author]) -> Path:
    """Write the data package of a release and return its path.

    The CSV files are its tables, with full schemas and foreign keys, so that Frictionless reads and checks them without any
    of its plugins; the Parquet files beside them stand as plain files.

    Args:
        folder: the folder of the release, with `NAME.parquet` and `csv/NAME.csv` of each table.
        tables: the tables of the release.
        version: version of the release.
        authors: who made it.

    Raises:
        EtlError: Frictionless finds the package invalid.
    """
    names = frozenset(table.name for table in tables)
    resources = [_table(table, folder / "csv" / f"{table.name}.csv", folder, names, _SAFE) for table in tables]
    resources += [_plain(table, folder / f"{table.name}.parquet", folder) for table in tables]
    contributors = [{"title": author_name(author), "role": "author"} for author in authors]
    return _write(folder, version, resources, keywords=list(KEYWORDS), contributors=contributors)

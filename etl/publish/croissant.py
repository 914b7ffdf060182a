"""Writes `croissant.json` (Croissant 1.0, JSON-LD): the files of a release, and its tables as record sets."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from etl.publish.citation import DESCRIPTION, KEYWORDS, LICENSE_URL, TITLE, Author, author_name, citation_text
from etl.publish.record import sha256_of
from etl.publish.tables import write_text
from schemas import Table
from schemas.columns import Column

CONTEXT: dict[str, object] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
"""The context that the specification of Croissant 1.0 prescribes."""

DATA_TYPES = {
    "string": "sc:Text",
    "integer": "sc:Integer",
    "number": "sc:Float",
    "boolean": "sc:Boolean",
    "date": "sc:Date",
}
_ENCODINGS = {".parquet": "application/x-parquet", ".csv": "text/csv"}


def _file_object(path: Path, folder: Path, description: str) -> dict[str, object]:
    name = path.relative_to(folder).as_posix()
    return {
        "@type": "cr:FileObject",
        "@id": name,
        "name": name,
        "description": description,
        "contentUrl": name,
        "contentSize": f"{path.stat().st_size} B",
        "encodingFormat": _ENCODINGS[path.suffix],
        "sha256": sha256_of(path),
    }


def _column(table: str, column: str) -> dict[str, object]:
    return {"fileObject": {"@id": f"{table}.parquet"}, "extract": {"column": column}}


def _field(table: Table, column: Column, names: frozenset[str]) -> dict[str, object]:
    field: dict[str, object] = {
        "@type": "cr:Field",
        "@id": f"{table.name}/{column.name}",
        "name": column.name,
        "description": column.description + (f" Unit: {column.unit}." if column.unit else ""),
        "dataType": DATA_TYPES[column.type],
        "source": _column(table.name, column.name),
    }
    for name, target, key in table.links:
        if name == column.name and target in names:
            # the key's column, not its field: by fields, mlcroissant loses rows when it reads several record sets in turn
            field["references"] = _column(target, key)
    return field


def write_croissant(
    folder: Path, tables: Sequence[Table], version: str, authors: Sequence[Author], released: date | None
) -> Path:
    """Write the Croissant description of a release and return its path.

    Record sets read the Parquet files, whose types need no guessing; the CSV files are listed beside them.

    Args:
        folder: the folder of the release, with `NAME.parquet` and `csv/NAME.csv` of each table.
        tables: the tables of the release.
        version: version of the release.
        authors: who made it.
        released: day of the release, where it is to be told.
    """
    names = frozenset(table.name for table in tables)
    files = [_file_object(folder / f"{table.name}.parquet", folder, table.description) for table in tables]
    files += [_file_object(folder / "csv" / f"{table.name}.csv", folder, table.description) for table in tables]
    kinds = [(author, "sc:Organization" if "name" in author else "sc:Person") for author in authors]
    described: dict[str, object] = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "name": TITLE,
        "description": DESCRIPTION,
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "version": version,
        "license": LICENSE_URL,
        "keywords": list(KEYWORDS),
        "creator": [{"@type": kind, "name": author_name(author)} for author, kind in kinds],
        "citeAs": citation_text(version, authors, released),
        "inLanguage": "en",
        "distribution": files,
        "recordSet": [
            {
                "@type": "cr:RecordSet",
                "@id": table.name,
                "name": table.name,
                "description": table.description,
                "key": {"@id": f"{table.name}/{table.key}"},
                "field": [_field(table, column, names) for column in table.columns],
            }
            for table in tables
        ],
    }
    if released:
        described["datePublished"] = released.isoformat()
    return write_text(folder / "croissant.json", json.dumps(described, ensure_ascii=False, indent=2) + "\n")

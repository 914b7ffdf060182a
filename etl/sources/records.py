"""Files of many documents: JSON Lines, JSON, CSV, TSV and Parquet. Each gives records: (place in the file, fields)."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from etl.errors import InputError
from etl.settings import FIELD_NAMES, Settings
from etl.sources.sniff import delimiter_of, header_of

Record = tuple[int, dict[str, object] | InputError]
Line = str | InputError

_CELL_LIMIT = 10_000_000


def _choose(names: list[str], settings: Settings) -> dict[str, str]:
    """Our field -> the column that holds it, by the first known name."""
    by_lower = {name.strip().lower(): name for name in reversed(names)}
    chosen = {}
    for field in FIELD_NAMES:
        column = next((by_lower[name] for name in settings.names_of(field) if name in by_lower), None)
        if column is not None:
            chosen[field] = column
    return chosen


def pick_fields(record: Mapping[str, object], settings: Settings) -> dict[str, object]:
    """Return a record's values by our field names; of several columns for one field, the first that is filled."""
    by_lower = {str(name).strip().lower(): value for name, value in record.items()}
    picked: dict[str, object] = {}
    for field in FIELD_NAMES:
        for name in settings.names_of(field):
            if by_lower.get(name) not in (None, ""):
                picked[field] = by_lower[name]
                break
    return picked


def _no_text_column(names: list[str], settings: Settings) -> InputError:
    return InputError(
        "no_text_column",
        f"none of the columns {names[:12]} is known to hold the text ({', '.join(settings.names_of('text'))}). "
        'Name yours in etl.toml: [fields] text = ["your_column"].',
    )


def read_json_lines(lines: Iterable[Line], settings: Settings) -> Iterator[Record]:
    """Yield the records of JSON Lines; a line that does not parse is an error of its own."""
    for number, line in enumerate(lines, start=1):
        if isinstance(line, InputError):
            yield number, line
            continue
        if not line.strip():
            continue
        try:
            record = json.loads(line.rstrip("\n"))
        except (ValueError, RecursionError) as error:
            told = f"line {number} is no JSON ({str(error)[:100]}). Mend or remove the line."
            yield number, InputError("bad_record", told)
            continue
        if not isinstance(record, dict):
            yield number, InputError("bad_record", f"line {number} is a {type(record).__name__}, not an object.")
            continue
        yield number, pick_fields(record, settings)


def read_json(text: str, settings: Settings) -> Iterator[Record]:
    """Yield the records of a JSON array, or of one object.

    Raises:
        InputError: `corrupt_file` where the text is no JSON.
    """
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError("corrupt_file", f"the file is no JSON ({str(error)[:100]}). Save it again.") from error
    for number, record in enumerate(value if isinstance(value, list) else [value], start=1):
        if isinstance(record, dict):
            yield number, pick_fields(record, settings)
        else:
            yield (
                number,
                InputError("bad_record", f"entry {number} is a {type(record).__name__}, not an object."),
            )


def _whole(lines: Iterable[Line]) -> Iterator[str]:
    for line in lines:
        if isinstance(line, InputError):
            raise line
        yield line


def read_delimited(lines: Iterable[Line], settings: Settings) -> Iterator[Record]:
    """Yield the records of CSV or TSV, one a row; rows are numbered from 1 after the header.

    Args:
        lines: the lines with their ends.
        settings: settings of the run.

    Raises:
        InputError: `no_text_column`, or `too_large` where a line is.
    """
    rest = _whole(lines)
    header = next((line for line in rest if line.strip()), "")
    names = header_of(header)
    if "text" not in _choose(names, settings):
        raise _no_text_column(names, settings)
    csv.field_size_limit(_CELL_LIMIT)
    reader = csv.DictReader(chain([header], rest), delimiter=delimiter_of(header.split("\n", 1)[0]))
    number = 0
    try:
        for number, row in enumerate(reader, start=1):
            yield (
                number,
                pick_fields({name: value for name, value in row.items() if name is not None}, settings),
            )
    except csv.Error as error:
        yield (
            number + 1,
            InputError("bad_record", f"row {number + 1} is no CSV ({error}). The rows after it were not read."),
        )


def read_parquet(file: IO[bytes], settings: Settings) -> Iterator[Record]:
    """Yield the records of a Parquet file, batch by batch.

    Raises:
        InputError: `corrupt_file` or `no_text_column`.
    """
    try:
        stored = pq.ParquetFile(file)
    except (pa.ArrowException, OSError) as error:
        raise InputError(
            "corrupt_file", f"the Parquet file cannot be opened ({str(error)[:150]}). Write it again."
        ) from error
    names = list(stored.schema_arrow.names)
    chosen = _choose(names, settings)
    if "text" not in chosen:
        raise _no_text_column(names, settings)
    number = 0
    try:
        for batch in stored.iter_batches(columns=sorted(set(chosen.values())), batch_size=1000):
            for row in batch.to_pylist():
                number += 1
                yield number, pick_fields(row, settings)
    except (pa.ArrowException, OSError) as error:
        raise InputError(
            "corrupt_file", f"the Parquet file breaks off after row {number} ({str(error)[:150]})."
        ) from error

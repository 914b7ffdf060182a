"""Files of many documents: JSON Lines, JSON, CSV, TSV and Parquet. Each gives records: (place in the file, fields)."""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from etl.errors import InputError
from etl.settings import FIELD_NAMES, Settings
from etl.sources.decode import decode_line
from etl.sources.sniff import delimiter_of, header_of

Record = tuple[int, dict[str, object] | InputError]
Line = str | InputError

_CELL_LIMIT = 10_000_000
_ROWS = 100
"""Rows of a Parquet file that are in memory at a time."""
_BROKEN = (pa.ArrowException, OSError, UnicodeDecodeError)
"""What the library raises on a Parquet file that is not as it should be."""
_HELD = 4_000_000
"""Characters of a text that may wait in memory with those of its batch."""
_LONE = re.compile("[\ud800-\udfff]")
"""Halves of a character, which JSON may hold and no file of text."""
_END = "\ue000 the end of the rows \ue000"
"""Stands behind the last row of a table; within a cell it shows that a quote was never closed."""


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
    """Return a record's values by our field names; of several columns for one field, the first that is filled.

    A list or an object tells nothing of a field; where the text is one, an empty one stands for it.
    """
    return _pick(record.items(), settings)


def _pick(cells: Iterable[tuple[str, object]], settings: Settings) -> dict[str, object]:
    by_lower: dict[str, object] = {}
    for name, value in cells:
        key = str(name).strip().lower()
        if by_lower.get(key) in (None, ""):
            by_lower[key] = value
    picked: dict[str, object] = {}
    for field in FIELD_NAMES:
        for name in settings.names_of(field):
            value = _plain(by_lower.get(name), is_text=field == "text")
            if value not in (None, ""):
                picked[field] = value
                break
    return picked


def _plain(value: object, *, is_text: bool) -> object:
    """A value as an article can use it."""
    if isinstance(value, str):
        return value if value.isascii() else _LONE.sub("\ufffd", value)
    if isinstance(value, bytes):
        return _of_bytes(value, is_text=is_text)
    if isinstance(value, (list, dict)):
        return type(value)() if is_text else None
    return value


def _of_bytes(value: bytes, *, is_text: bool) -> str:
    """Bytes as text; those of an identifier that is none as hexadecimal digits."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return decode_line(value) if is_text else value.hex()


def _record(number: int, cells: Iterable[tuple[str, object]], settings: Settings) -> Record:
    """The fields of a record; an error where its text is so long that it cannot wait for its turn in memory."""
    fields = _pick(cells, settings)
    text = fields.get("text")
    if isinstance(text, str) and len(text) > max(_HELD, settings.max_article_chars):
        told = (
            f"the text of the record with the id {str(fields.get('id'))[:100]!r} has {len(text):,} characters, the limit is "
            f"{settings.max_article_chars:,}. Divide it into articles, or raise max_article_chars."
        )
        return number, InputError("too_large", told)
    return number, fields


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
        told = line.strip().removeprefix("\ufeff")  # the mark stands there where files were put one behind the other
        if not told:
            continue
        try:
            record = json.loads(told)
        except (ValueError, RecursionError) as error:
            yield (
                number,
                InputError("bad_record", f"line {number} is no JSON ({str(error)[:100]}). Mend or remove the line."),
            )
            continue
        if not isinstance(record, dict):
            yield number, InputError("bad_record", f"line {number} is a {type(record).__name__}, not an object.")
            continue
        yield _record(number, record.items(), settings)


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
            yield _record(number, record.items(), settings)
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
    reader = csv.reader(chain([header], rest, [_END]), delimiter=delimiter_of(header.split("\n", 1)[0]))
    number = 0
    try:
        columns = next(reader)
        for row in reader:
            if not row or row == [_END]:
                continue
            number += 1
            if row[-1].endswith(_END):
                told = f"row {number} opens a quote that is never closed. What comes after it was not read."
                yield number, InputError("bad_record", told)
                return
            yield _record(number, zip(columns, row, strict=False), settings)
    except csv.Error as error:
        told = f"row {number + 1} is no CSV ({error}). The rows after it were not read."
        yield number + 1, InputError("bad_record", told)


def read_parquet(file: IO[bytes], settings: Settings) -> Iterator[Record]:
    """Yield the records of a Parquet file, batch by batch.

    Raises:
        InputError: `corrupt_file` or `no_text_column`.
    """
    try:
        stored = pq.ParquetFile(file)
        names = list(stored.schema_arrow.names)
    except _BROKEN as error:
        raise InputError(
            "corrupt_file", f"the Parquet file cannot be opened ({str(error)[:150]}). Write it again."
        ) from error
    chosen = _choose(names, settings)
    if "text" not in chosen:
        raise _no_text_column(names, settings)
    number = 0
    try:
        if _is_text(stored.schema_arrow.field(chosen["text"]).type):
            # a text of many rows may be stored once, and unpacked at once it would fill the memory
            stored = pq.ParquetFile(file, read_dictionary=[chosen["text"]])
        for batch in stored.iter_batches(columns=sorted(set(chosen.values())), batch_size=_ROWS):
            for row in range(batch.num_rows):
                number += 1
                cells = [(name, _cell(batch.column(at)[row])) for at, name in enumerate(batch.schema.names)]
                yield _record(number, cells, settings)
    except _BROKEN as error:
        raise InputError(
            "corrupt_file", f"the Parquet file breaks off after row {number} ({str(error)[:150]})."
        ) from error


def _is_text(kind: pa.DataType) -> bool:
    return any(is_so(kind) for is_so in (pa.types.is_string, pa.types.is_binary, pa.types.is_large_string))


def _cell(cell: pa.Scalar) -> object:
    """The value of a cell; None where it is none that Python has, such as a day of the year 100000."""
    try:
        return cell.as_py()
    except UnicodeDecodeError:
        plain = cell.value if isinstance(cell, pa.DictionaryScalar) else cell
        return plain.as_buffer().to_pybytes()
    except (ValueError, OverflowError, KeyError):
        return None

"""CSV and Parquet: too wide, of wrong types, cut off, with quotes that never close."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tests.hostile.corpus import Hostile, Read, aside, chance, good, partly, story


def tables() -> Iterator[Hostile]:
    """Yield the files of this kind."""
    yield from _delimited()
    yield from _parquet()


def _csv(rows: list[list[str]], *, delimiter: str = ",", end: str = "\r\n") -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(rows)
    return out.getvalue().encode()


def _delimited() -> Iterator[Hostile]:
    rng = chance("delimited")
    head = ["id", "date", "text"]

    def one(name: str) -> list[str]:
        return [name, "2024-01-04", story(rng)]

    wide = [[*head, *(f"c{n}" for n in range(10_000))], [*one("wide"), *["x"] * 10_000]]
    yield good("tables/wide.csv", _csv(wide), Read("wide", " tanks to ", "2024-01-04"))
    yield aside("tables/wide-without-text.csv", _csv([[f"c{n}" for n in range(10_000)]] * 2), "no_text_column")
    yield good("tables/one-column.csv", _csv([["text"], [story(rng)]]), Read("tables/one-column.csv#1", " tanks to "))
    yield aside("tables/one-other-column.csv", _csv([["x"], [story(rng)]]), "no_text_column")
    for name, rows in {"header-only": [head], "header-and-blanks": [head, [], []]}.items():
        yield aside(f"tables/{name}.csv", _csv(rows), "empty_file")
    yield aside("tables/only-commas.csv", b"," * 100_000, "no_text_column")
    yield aside("tables/only-quotes.csv", b'"' * 100_001, "no_text_column", "bad_record")
    yield aside("tables/empty-cells.csv", _csv([head, ["", "", ""], ["x", "", ""]]), "no_text")
    rows = [head, *(one(f"unbalanced-{n}") for n in range(3))]
    bare = "\r\n".join(",".join(one(f"bare-{n}")[:2]) + "," + story(rng).replace(",", "") for n in range(2_000))
    yield aside("tables/unbalanced.csv", f'id,date,text\r\nopen,"2024-01-04,x\r\n{bare}'.encode(), "bad_record")
    last = _csv(rows).decode().rstrip() + '\r\nopen,2024-01-04,"' + story(rng)
    yield partly(
        "tables/open-at-the-end.csv", last.encode(), tuple(Read(f"unbalanced-{n}") for n in range(3)), "bad_record"
    )
    for size, places in (
        (9_000_000, ("before", "after")),
        (20_000_000, ("before",)),
    ):  # the reader of CSV stops at 10 million
        name = f"cell-of-{size}"
        rows = [head, one(f"{name}-before"), [name, "2024-01-04", "tank " * (size // 5)], one(f"{name}-after")]
        reads = tuple(Read(f"{name}-{place}", " tanks to ") for place in places)
        yield partly(f"tables/{name}.csv", _csv(rows), reads, "too_large", "bad_record")
    start = _csv([head, one("before-the-line")])
    yield partly("tables/line-of-100-million.csv", _endless_line(start), (Read("before-the-line"),), "too_large")
    twice = [["id", "text", "text", "TEXT", "date"], ["twice", story(rng), "", "other", "2024-01-04"]]
    yield good("tables/twice-the-same-name.csv", _csv(twice), Read("twice", " tanks to ", "2024-01-04"))
    nul = _csv([head, one("nul")]).replace(b"tanks", b"ta\x00nks")
    yield aside("tables/nul.csv", nul, "not_text")
    plain = [one(name) for name in ("semicolon", "tab")]
    mixed = (
        _csv([head, one("comma")])
        + "".join(f"{d.join(row).replace(',', '')}\r\n" for d, row in zip(";\t", plain, strict=True)).encode()
    )
    yield partly("tables/mixed-delimiters.csv", mixed, (Read("comma", " tanks to "),), "bad_record", "no_text")
    for label, end in {"cr": "\r", "lf": "\n", "crcr": "\r\r\n"}.items():
        content = _csv([head, one(f"{label}-1"), one(f"{label}-2")], end=end)
        yield good(f"tables/ends-{label}.csv", content, *(Read(f"{label}-{n}", " tanks to ") for n in (1, 2)))
    for label, delimiter in {"semicolons": ";", "tabs": "\t"}.items():
        name = f"tables/{label}.csv"
        yield good(name, _csv([head, one(label)], delimiter=delimiter), Read(label, " tanks to ", "2024-01-04"))
    short = _csv([head, one("whole"), ["short"], ["long", "2024-01-04", story(rng), "more", "and more"]])
    yield partly("tables/ragged.csv", short, (Read("whole"), Read("long", " tanks to ")), "no_text", "bad_record")
    yield good("tables/marked.csv", b"\xef\xbb\xbf" + _csv([head, one("marked")]), Read("marked", " tanks to "))
    yield good(
        "tables/utf-16.csv", _csv([head, one("wide-characters")]).decode().encode("utf-16"), Read("wide-characters")
    )
    formula = [head, ['=cmd|"/c calc"!A1', "@SUM(1)", story(rng)]]
    yield good("tables/formula.csv", _csv(formula), Read('=cmd|"/c calc"!A1', " tanks to ", ""))
    yield good(
        "tables/crlf-in-cells.csv", _csv([head, ["two\r\nlines", "2024-\n01-04", story(rng)]]), Read("two lines")
    )


def _endless_line(start: bytes) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        with path.open("wb") as handle:
            handle.write(start + b'x,2024-01-04,"' + b"tank " * 20_000_000)

    return make


def _stored(columns: dict[str, pa.Array | list[object]], **options: object) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink, **options)
    return sink.getvalue()


def _parquet() -> Iterator[Hostile]:
    rng = chance("parquet")
    texts = [story(rng) for _ in range(3)]
    ids = ["first", "second", "third"]
    day = date(2024, 1, 4)
    types: dict[str, tuple[pa.Array, tuple[str, ...]]] = {
        "integer": (pa.array([1, 2, 3]), ("bad_record",)),
        "list": (pa.array([["a"], ["b"], [story(rng)]]), ("bad_record",)),
        "struct": (pa.array([{"a": {"b": text}} for text in texts]), ("bad_record",)),
        "decimal": (pa.array([Decimal("1.50")] * 3), ("bad_record",)),
        "boolean": (pa.array([True, False, True]), ("bad_record",)),
        "float": (pa.array([1.5, float("nan"), float("inf")]), ("bad_record", "no_text")),
        "null": (pa.nulls(3), ("no_text",)),
        "time": (pa.array([datetime(2024, 1, 4, tzinfo=UTC)] * 3), ("bad_record",)),
        "map": (pa.array([[("a", text)] for text in texts], pa.map_(pa.string(), pa.string())), ("bad_record",)),
        "bad-binary": (pa.array([b"\xff\xfe\x00"] * 3), ("bad_record", "not_text")),
    }
    for name, (column, reasons) in types.items():
        yield aside(
            f"tables/text-is-{name}.parquet", _stored({"id": [f"{name}-{n}" for n in ids], "text": column}), *reasons
        )
    readable = {
        "binary": pa.array([text.encode() for text in texts]),
        "dictionary": pa.array(texts).dictionary_encode(),
        "large": pa.array(texts, pa.large_string()),
    }
    for name, column in readable.items():
        names = [f"{name}-{n}" for n in ids]
        reads = [Read(n, text) for n, text in zip(names, texts, strict=True)]
        yield good(f"tables/text-in-{name}.parquet", _stored({"id": names, "text": column}), *reads)
    days: dict[str, tuple[pa.Array, str | None]] = {
        "zoned": (pa.array([datetime(2024, 1, 4, 12, tzinfo=UTC)] * 3, pa.timestamp("us", "Asia/Tokyo")), "2024-01-04"),
        "nanoseconds": (pa.array([1_704_369_600_000_000_001] * 3, pa.timestamp("ns")), "2024-01-04"),
        "day": (pa.array([day] * 3), "2024-01-04"),
        "words": (pa.array(["4 January 2024"] * 3), "2024-01-04"),
        "duration": (pa.array([1] * 3, pa.duration("ns")), ""),
        "list": (pa.array([[2024, 1, 4]] * 3), ""),
        "null": (pa.nulls(3), ""),
        "far": (pa.array([2**62] * 3, pa.timestamp("ms")), ""),
        "far-day": (pa.array([2**31 - 1] * 3, pa.int32()).view(pa.date32()), ""),
        "nowhere": (pa.array([datetime(2024, 1, 4)] * 3, pa.timestamp("us", "Nowhere/Place")), None),
    }
    for name, (column, told) in days.items():
        names = [f"{name}-{n}" for n in ids]
        content = _stored({"id": names, "date": column, "text": texts})
        yield good(f"tables/date-is-{name}.parquet", content, *(Read(n, "", told) for n in names))
    good_one = _stored({"id": ids, "text": texts}, compression="zstd")
    yield good(
        "tables/wide.parquet", _stored({"text": texts} | {f"c{n}": ["x"] * 3 for n in range(5_000)}), *[Read()] * 3
    )
    yield aside(
        "tables/no-rows.parquet",
        _stored({"id": pa.array([], pa.string()), "text": pa.array([], pa.string())}),
        "empty_file",
    )
    yield aside("tables/no-text-column.parquet", _stored({"id": ids}), "no_text_column")
    yield aside("tables/no-columns.parquet", _stored({}), "no_text_column", "empty_file", "corrupt_file")
    yield aside("tables/cut-footer.parquet", good_one[:-6], "corrupt_file")
    yield aside("tables/magic-only.parquet", b"PAR1", "corrupt_file")
    yield aside("tables/wrong-magic.parquet", good_one[:-4] + b"PAR2", "corrupt_file")
    yield aside("tables/encrypted-footer.parquet", b"PARE" + good_one[4:-4] + b"PARE", "encrypted_file", "not_text")
    yield aside("tables/encrypted-at-the-end.parquet", good_one[:-4] + b"PARE", "encrypted_file", "corrupt_file")
    yield aside("tables/lying-footer.parquet", good_one[:-8] + b"\xff\xff\xff\x7fPAR1", "corrupt_file")
    for number in range(10):
        place = rng.randint(4, 60)
        broken = good_one[:place] + rng.randbytes(12) + good_one[place + 12 :]
        yield aside(f"tables/broken-page-{number}.parquet", broken, "corrupt_file")
    footer = len(good_one) - 8 - int.from_bytes(good_one[-8:-4], "little")
    for number in range(10):
        place = rng.randint(footer, footer + 60)
        broken = good_one[:place] + rng.randbytes(8) + good_one[place + 8 :]
        yield aside(f"tables/broken-footer-{number}.parquet", broken, "corrupt_file", "no_text_column", "empty_file")
    once = pa.DictionaryArray.from_arrays(pa.array([0] * 300, pa.int32()), ["tanks " * 1_000_000])
    bomb = _stored({"text": once}, compression="zstd", dictionary_pagesize_limit=1 << 30, store_schema=False)
    yield aside("tables/bomb.parquet", bomb, "too_large")
    not_unicode = _stored(
        {"id": ids, "text": [text.replace("tanks", "t\u00e4nks") for text in texts]}, compression="none"
    )
    broken = not_unicode.replace("t\u00e4nks".encode(), b"t\xe4\xe4nks")
    yield good("tables/not-utf-8.parquet", broken, *(Read(n, " t") for n in ids))

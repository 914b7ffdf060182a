"""JSON and JSON Lines: nested without end, with values of wrong kinds, with ids and dates that nobody would write."""

import gzip
import json
import random
from collections.abc import Iterator
from pathlib import Path

from tests.hostile.corpus import Hostile, Read, aside, chance, good, partly, story


def rows() -> Iterator[Hostile]:
    """Yield the files of this kind."""
    rng = chance("rows")
    yield from _nested(rng)
    yield from _values(rng)
    yield from _dates(rng)
    yield from _ids(rng)
    yield from _shapes(rng)


def _line(raw_id: str, raw_text: str, **more: str) -> str:
    """A line of JSON of values that stand in it as they are given."""
    rest = "".join(f', "{name}": {value}' for name, value in more.items())
    return f'{{"id": {raw_id}, "text": {raw_text}{rest}}}'


def _nested(rng: random.Random) -> Iterator[Hostile]:
    for depth in (200, 900, 950, 970, 980, 990, 1_000, 100_000):
        for opening, closing in ("[]", ('{"a":', "}")):
            deep = opening * depth + ("1" if opening != "[" else "") + closing * depth
            kind = "lists" if opening == "[" else "objects"
            name = f"rows/{depth}-{kind}"
            read = Read(f"after-{depth}-{kind}", " tanks to ")
            after = _line(f'"{read.source_id}"', json.dumps(story(rng)))
            yield partly(f"{name}.jsonl", f"{_line(deep, deep)}\n{after}".encode(), (read,), "bad_record", "no_text")
            yield aside(f"{name}.json", _line('"x"', deep).encode(), "corrupt_file", "bad_record")
            beside = Read(f"beside-{depth}-{kind}", " tanks to ")
            line = _line(f'"{beside.source_id}"', json.dumps(story(rng)), title=deep)
            if depth == 200:
                yield good(f"{name}-beside.jsonl", line.encode(), beside)
    for opening in ("[", '{"a":', '[{"text":', '[["'):
        name = "".join(char if char.isalpha() else "_" for char in opening)
        yield aside(f"rows/open-{name}.json", (opening * 100_000).encode(), "corrupt_file", "no_text")
        yield aside(f"rows/open-{name}.jsonl", (opening * 100_000).encode(), "bad_record", "corrupt_file", "no_text")


def _values(rng: random.Random) -> Iterator[Hostile]:
    wrong = {
        "number": "5", "list": '["a", "b"]', "object": '{"rendered": "x"}', "true": "true", "digits": "9" * 4_000,
        "float": "1e400", "minus": "-0.0",
    }  # fmt: skip
    for name, value in wrong.items():
        yield aside(f"rows/text-is-{name}.jsonl", _line(f'"{name}"', value).encode(), "bad_record")
    for name, value in {"null": "null", "nan": "NaN", "blank": '" \\n\\t"', "empty": '""', "hyphen": '"-"'}.items():
        yield aside(f"rows/text-is-{name}.jsonl", _line(f'"{name}"', value).encode(), "no_text")
    for field in ("id", "text", "title", "date"):
        line = json.dumps({"id": "x", "text": story(rng), "title": "T", "date": "2024"} | {field: "HERE"})
        for digits in (5_000, 100_000):
            content = line.replace('"HERE"', "7" * digits).encode()
            yield aside(f"rows/{field}-of-{digits}-digits.jsonl", content, "bad_record")
    strange = {
        "nul": "\\u0000", "lone-high": "\\ud800", "lone-low": "\\udfff", "wrong-order": "\\udc00\\ud800", "escape": "\\u001b[2J",
        "override": "\\u202e", "noncharacter": "\\uffff", "private": "\\ue000", "mark": "\\ufeff", "delete": "\\u007f",
    }  # fmt: skip
    for name, escape in strange.items():
        text = json.dumps(story(rng)).replace("tanks", f"tanks{escape}")
        word = f'"{escape}strange {name}{escape}"'
        whole = {"title": word, "publisher": word, "url": word, "date": word, "author": word}
        read = Read(None, " tanks")
        yield good(f"rows/{name}-in-all-fields.jsonl", _line(word, text, **whole).encode(), read)
        yield aside(
            f"rows/{name}-and-no-text.jsonl", _line(word, f'"{escape}"', **whole).encode(), "no_text", "not_text"
        )
        other = json.dumps(story(rng)).replace("tanks", f"tanks{escape}")
        yield good(f"rows/{name}.json", f"[{_line(word, other, **whole)}]".encode(), read)
    big = {"title": 3_000_000, "publisher": 1_000_000, "url": 1_000_000, "date": 2_000_000, "id": 1_000_000}
    for field, size in big.items():
        read = Read(None if field == "id" else f"big-{field}", " tanks to ")
        row = {"id": f"big-{field}", "text": story(rng), field: "tank " * (size // 5)}
        yield good(f"rows/big-{field}.jsonl", json.dumps(row).encode(), read)


_DATES: dict[str, tuple[str, str | None]] = {
    "year-0": ('"0000-01-01"', ""),
    "year-99999": ('"99999-01-01"', ""),
    "minus-1": ("-1", ""),
    "minus-year": ('"-0044-03-15"', ""),
    "february-30": ('"2024-02-30"', ""),
    "month-13": ('"2024-13-45"', ""),
    "all-zero": ('"0000-00-00T00:00:00Z"', ""),
    "digits": ('"' + "2" * 4_000 + '"', ""),
    "number-of-digits": ("2" * 4_000, ""),
    "nan": ("NaN", ""),
    "infinity": ("Infinity", ""),
    "minus-infinity": ("-Infinity", ""),
    "list": ("[2024, 1, 4]", ""),
    "object": ('{"$date": "2024-01-04"}', ""),
    "true": ("true", ""),
    "false": ("false", ""),
    "huge-float": ("1e308", ""),
    "endless-float": ("1e999", ""),
    "small-float": ("1e-320", ""),
    "words": ('"soon"', ""),
    "blank": ('" "', ""),
    "nul": ('"\\u00002024-01-04"', "2024-01-04"),
    "lone-surrogate": ('"\\ud800 2024-01-04"', "2024-01-04"),
    "arabic-digits": ('"٢٠٢٤-٠١-٠٤"', None),
    "superscripts": ('"²⁰²⁴-⁰¹-⁰⁴"', ""),
    "year": ('"2024"', ""),
    "year-as-number": ("2024", ""),
    "iso": ('"2024-01-04T23:59:60+14:00"', "2024-01-04"),
    "mail": ('"Thu, 04 Jan 2024 10:00:00 +0000"', "2024-01-04"),
    "seconds": ("1704362400", None),
    "milliseconds": ("1704362400000", None),
    "nanoseconds": ("1704362400000000000", None),
    "seconds-as-float": ("1704362400.5", None),
    "seconds-as-text": ('"1704362400"', None),
    "year-1899": ('"1899-12-31"', ""),
    "year-2101": ('"2101-01-01"', ""),
    "many": ('"' + "2024-02-30 " * 20_000 + '"', ""),
    "slashes": ('"' + "1/" * 200_000 + '"', ""),
}
"""What stands as the date of a record, and the day that it tells; None where none and the right one are both right."""


def _dates(rng: random.Random) -> Iterator[Hostile]:
    for name, (value, day) in _DATES.items():
        line = _line(f'"date-{name}"', json.dumps(story(rng)), date=value)
        yield good(f"rows/date-is-{name}.jsonl", line.encode(), Read(f"date-{name}", " tanks to ", day))


def _ids(rng: random.Random) -> Iterator[Hostile]:
    text, other = json.dumps(story(rng)), json.dumps(story(rng))
    same = "\n".join([_line('"same"', text), _line('"same"', text), _line('"same"', other)])
    yield partly("rows/same-id.jsonl", same.encode(), (Read("same"), Read("same")), "same_document")
    blanks = "\n".join(_line(f'"{one}"', text) for one in ("blank", " blank", "blank\\n", "\\u200bblank"))
    yield partly("rows/ids-that-differ-by-blanks.jsonl", blanks.encode(), (Read("blank"),), "same_document")
    cases = "\n".join(_line(f'"{one}"', text) for one in ("Case", "case", "CASE"))
    yield good("rows/ids-that-differ-by-case.jsonl", cases.encode(), Read("Case"), Read("case"), Read("CASE"))
    forms = "\n".join(_line(f'"{one}"', text) for one in ("caf\u00e9", "cafe\u0301", "\ufb01n", "fin"))
    yield partly("rows/ids-in-two-forms.jsonl", forms.encode(), (Read(), Read(), Read("fin")), "same_document")
    kinds = {
        "list": '["a"]',
        "object": '{"$oid": "5f"}',
        "true": "true",
        "float": "1.0",
        "nan": "NaN",
        "zero": "0",
        "empty": '""',
    }
    for name, value in kinds.items():
        yield good(f"rows/id-is-{name}.jsonl", _line(value, json.dumps(story(rng))).encode(), Read(None, " tanks to "))
    for name, value in {
        "up": "../../etc/passwd",
        "root": "/etc/passwd",
        "option": "--help",
        "sql": "'; DROP TABLE x;--",
    }.items():
        yield good(f"rows/id-is-{name}.jsonl", _line(f'"{value}"', json.dumps(story(rng))).encode(), Read(value))
    twice = '{"id": "a", "text": "no", ' + _line('"twice"', json.dumps(story(rng)))[1:]
    yield good("rows/the-same-key-twice.jsonl", twice.encode(), Read("twice", " tanks to "))
    keys = ", ".join(f'"k{n}": {n}' for n in range(100_000))
    many = f'{{{keys}, "id": "many-keys", "text": {json.dumps(story(rng))}}}'
    yield good("rows/many-keys.jsonl", many.encode(), Read("many-keys", " tanks to "))


def _shapes(rng: random.Random) -> Iterator[Hostile]:
    def line(name: str) -> str:
        return _line(f'"{name}"', json.dumps(story(rng)))

    for name, value in {
        "null": "null",
        "number": "7",
        "text": '"a"',
        "list": "[1, 2]",
        "cut": '{"id": "x", "te',
    }.items():
        content = f"{line(f'before-{name}')}\n{value}\n{line(f'behind-{name}')}"
        reads = (Read(f"before-{name}"), Read(f"behind-{name}"))
        yield partly(f"rows/line-is-{name}.jsonl", content.encode(), reads, "bad_record")
        yield aside(f"rows/file-is-{name}.json", f"[{value}]".encode(), "bad_record", "corrupt_file", "no_text")
    yield aside("rows/empty-list.json", b"[]", "empty_file")
    yield aside("rows/empty-object.json", b"{}", "no_text")
    yield aside("rows/empty-objects.jsonl", b"{}\n{}\n{}", "no_text")
    yield aside("rows/million-empty-objects.json", b"[" + b"{}," * 3_000 + b"{}]", "no_text")
    yield good("rows/utf-16.jsonl", line("utf-16").encode("utf-16"), Read("utf-16", " tanks to "))
    yield good("rows/marked.jsonl", b"\xef\xbb\xbf" + line("marked").encode(), Read("marked", " tanks to "))
    yield good("rows/marked-twice.jsonl", f"{line('m-1')}\n\ufeff{line('m-2')}".encode(), Read("m-1"), Read("m-2"))
    yield good("rows/returns.jsonl", f"{line('r-1')}\r\n{line('r-2')}\r\n".encode(), Read("r-1"), Read("r-2"))
    joined = f"{line('j-1')}{line('j-2')}\n{line('j-3')}"
    yield partly("rows/two-in-a-line.jsonl", joined.encode(), (Read("j-3"),), "bad_record")
    broken = line("b-1").encode() + b"\n" + line("b-2").encode().replace(b"tanks", b"t\xe4nks\xff") + b"\n"
    yield good("rows/not-utf-8.jsonl", broken, Read("b-1"), Read("b-2"))
    yield partly("rows/nul-between.jsonl", f"{line('n-1')}\n\x00\x00\n{line('n-2')}".encode(), (), "not_text")
    start = f"{line('start')}\n"

    def endless(path: Path) -> None:
        with path.open("wb") as handle:
            handle.write(start.encode() + b'{"id": "endless", "text": "' + b"tank " * 20_000_000 + b'"}\n')
            handle.write(line("end").encode() + b"\n")

    yield partly("rows/line-of-100-million.jsonl", endless, (Read("start"), Read("end")), "too_large")

    one = gzip.compress(b'[{"text": "' + b"tank " * 11_000_000 + b'"}]', 1, mtime=0)
    yield aside("rows/one-of-55-million.json.gz", one, "too_large")

"""What the property tests draw from: mutated files, and texts that mix sentences of the trade with hostile marks."""

import os

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings

from tests.fuzz.seeds import FEED, MESSAGE, PAGE, RTF, files
from tests.fuzz.shapes import SHAPES

_TIMES = int(os.environ.get("ETL_FUZZ_TIMES", "1"))


def examples(count: int) -> settings:
    """Return the settings of a property: the same examples in every run; `ETL_FUZZ_TIMES=10` runs ten times as many, others each time."""
    return settings(
        max_examples=count * _TIMES, deadline=None, derandomize=_TIMES == 1, database=None, print_blob=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    )  # fmt: skip


TOKENS = [
    b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\r\n", b"\n\n", b'"', b"'", b"{", b"}", b"[", b"]", b"<", b">",
    b"</p>", b"<script>", b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<?xml version='1.0' encoding='utf-16'?>", b"&#0;", b"&#xD800;",
    b"&amp", b"&x;", b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"\\u0000", b"\\ud800", b"\\", b",", b";", b"\t", b"=", b"%", b"NaN",
    b"1e999", b"-1", b"9" * 30, b"null", b"true", b"\\par ", b"\\bin9999999 ", b"\\u-99999?", b"\\'zz", b"{\\*", b"=?utf-8?b?!?=",
    b"boundary=", b"Content-Type: ", b"Content-Length: -1", b"charset=utf-7", b"charset=x", b"base64", b"\x1f\x8b", b"PK\x03\x04",
    b"%PDF-1.7\n", b"WARC/1.0\r\n", b"endobj", b"stream\n", b"/Encrypt", b"PAR1", "\u202e\u200b\u0301".encode(),
]  # fmt: skip


def _change(data: bytes, change: tuple[str, int, int, bytes]) -> bytes:
    """One change to a file: bytes cut out, doubled, put in, flipped, or all the rest cut off."""
    kind, place, length, token = change
    at = place % (len(data) + 1)
    end = at + 1 + length % 64
    if kind == "cut":
        return data[:at] + data[end:]
    if kind == "double":
        return data[:end] + data[at:]
    if kind == "put in":
        return data[:at] + token + data[at:]
    if kind == "write over":
        return data[:at] + token + data[at + len(token) :]
    if kind == "flip":
        return data[:at] + bytes(byte ^ (1 << length % 8) for byte in data[at : at + 1]) + data[at + 1 :]
    return data[:at]


_CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["cut", "double", "put in", "write over", "flip", "flip", "end"]), st.integers(0, 1 << 16),
        st.integers(0, 1 << 16), st.one_of(st.sampled_from(TOKENS), st.binary(max_size=8)),
    ),
    max_size=6,
)  # fmt: skip


@st.composite
def near_valid(draw: st.DrawFn, name: str) -> bytes:
    """A valid file of some name with a few changes."""
    data = files()[name]
    for change in draw(_CHANGES):
        data = _change(data, change)
    return data


_NAMES = st.sampled_from(sorted({*files(), "a", "a.md", "a.xml", "a.ndjson", "a.gz", "a.zst", "a.bin", "ä\u202e.txt"}))
_HEADS = st.sampled_from(
    [b"", b"%PDF-", b"{\\rtf1 ", b"PK\x03\x04", b"WARC/1.0\r\n", b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"PAR1", b"\xff\xfe",
     b"<rss><channel>", b"<html><body>", b'{"text": ', b"id,text\n", FEED[:60].encode(), PAGE[:60].encode(), MESSAGE[:90].encode(),
     RTF[:40].encode()]
)  # fmt: skip

ANY_FILES = st.tuples(
    _NAMES,
    st.builds(
        lambda head, parts: head + b"".join(parts), _HEADS, st.lists(st.one_of(st.binary(max_size=60), st.sampled_from(TOKENS)), max_size=12)
    ),
)  # fmt: skip
"""Names, and bytes that begin as files of some kind do, or as no file does."""

_PARTIES = [
    "Iran",
    "Türkiye’s",
    "the U.S.",
    "the Houthis",
    "Saab",
    "MOSCOW",
    "Ghana",
    "the kingdom",
    "it",
    "S\u0301weden",
    "ישראל",
    "Кремль",
]
_VERBS = [
    "sold",
    "has delivered",
    "will send",
    "refused to sell",
    "is in talks to buy",
    "denied sending",
    "armed",
    "approved the sale of",
]
_COUNTS = [
    "",
    "40",
    "up to 1,200",
    "٣",
    "dozens of",
    "hundred hundred hundred million",
    "½",
    "9999999999999999",
    "two to three dozen",
]
_SYSTEMS = [
    "drones",
    "F-16AMs",
    "T-72B3M tanks",
    "S‑400",
    "weapons",
    "Patriot (PAC-3) missiles",
    "“Iskander” missiles",
    "rifles, guns and shells",
]
_TIMES_TOLD = [
    "in 2019",
    "last month",
    "on 31 February 2020",
    "since mid-2022",
    "for $2 billion",
    "in the 0000s",
    "by March 5",
    "for €1,2,3m",
]
_MARKS = [
    "“", "”", "\"", "'", "’", "(", ")", "[", "]", "—", "–", "…", "\u200b", "\u200d", "\u202e", "\u202c", "\u0301", "\ufe0f", "\ufffd", "\xa0",
    "\u2028", "\x85", "\x1c", "\t", "&amp;", "Ã©", "ﬁ", "İ", "ß", "🚀", "!?", "...", ";", ":", "/", "\\", "%", "*", "#", "\n", "\n\n", " . ", "U.S.",
]  # fmt: skip

MARKS = st.lists(st.one_of(st.sampled_from(_MARKS), st.text(max_size=3)), max_size=3).map("".join)

HOSTILE_SENTENCES = st.builds(
    lambda a, v, n, s, link, b, t, marks: f"{a}{marks[0]} {v} {n}{marks[1]} {s} {marks[2]}{link} {b} {t}{marks[3]}. ",
    st.sampled_from(_PARTIES), st.sampled_from(_VERBS), st.sampled_from(_COUNTS), st.sampled_from(_SYSTEMS),
    st.sampled_from(["to", "from", "for", "of", "and", ","]), st.sampled_from(_PARTIES), st.sampled_from(_TIMES_TOLD),
    st.tuples(MARKS, MARKS, MARKS, MARKS),
)  # fmt: skip

LONG_SENTENCES = st.builds(
    lambda start, shape, length, end: f"{start.removesuffix('. ')} {SHAPES[shape].text(length)} {end}",
    HOSTILE_SENTENCES, st.sampled_from(sorted(SHAPES)), st.integers(1, 2900), HOSTILE_SENTENCES,
)  # fmt: skip
"""Sentences up to the length from which none is parsed, and beyond, with a hostile shape in their middle."""

NUMBERS = st.lists(
    st.one_of(
        st.integers(0, 10**40).map(str), st.integers(0, 10**12).map("{:,}".format), st.floats(0, 1e300).map(str),
        st.text(st.characters(categories=["Nd", "Nl", "No"]), min_size=1, max_size=6),
        st.sampled_from(
            ["hundred", "thousand", "million", "billion", "dozen", "half", "a", "pair", "to", "and", "or", "up to", "more than", "-", "–", "$",
             "€", "US$", "crore", "tn", "%", ".", ",", "st", "Mar", "March", "of", "q1", "0s", "mid-", "ago", "years", "/", "T", "Z", "since"]
        ),
    ),
    max_size=14,
).flatmap(lambda words: st.sampled_from([" ", "", "-", "\n"]).map(lambda gap: gap.join(words)))  # fmt: skip
"""Numbers of any size, in digits of any script, among words that go with numbers."""

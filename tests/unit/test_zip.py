"""ZIP archives: the same articles as in a folder, and one row of quarantine for each member that cannot be read."""

import gzip
import io
import json
import random
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from etl.settings import Settings
from etl.sources import Article, Rejected, read_articles, zipped
from etl.sources.files import File, Inner
from etl.sources.zipped import read_zip

Write = Callable[[str, str | bytes], Path]
TEXT = "Norway has agreed to sell four patrol boats to Ghana, the ministry said on Tuesday."
PAGE = (
    f"<html><head><title>Boats for Ghana</title></head><body><article><h1>Boats for Ghana</h1><p>{TEXT}</p><p>The four boats "
    "are to be built in Bergen and handed over within two years, the ministry added.</p></article></body></html>"
)


def _pack(members: dict[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2024, 1, 4, 0, 0, 0)), content, method)
    return packed.getvalue()


def _read(path: Path, settings: Settings) -> tuple[list[Article], list[Rejected]]:
    items = list(read_articles([path], settings))
    return [i for i in items if isinstance(i, Article)], [i for i in items if isinstance(i, Rejected)]


def _read_zip(write: Write, settings: Settings, content: bytes) -> tuple[list[Article], dict[str, str]]:
    """The articles of an archive, and the reason of each path that was put aside."""
    articles, rejected = _read(write("a.zip", content), settings)
    return articles, {item.source_path: item.reason for item in rejected}


def test_a_zip_gives_what_its_folder_gives(write: Write, settings: Settings) -> None:
    """The same files in a folder and in a ZIP archive give the same texts, titles and days, in the same order."""
    rows = "\n".join(
        json.dumps({"id": n, "title": f"No {n}", "date": "2024-01-04", "text": f"{TEXT} {n}"}) for n in "xy"
    )
    files: dict[str, str | bytes] = {
        "b.txt": f"Norway Sells Boats\nMarch 5, 2022\n\n{TEXT}",
        "a/page.html": PAGE,
        "a/rows.jsonl": rows,
        "a/rows.jsonl.gz": gzip.compress(rows.encode(), mtime=0),
        "c.csv": f"id,title,text\n1,Boats,{TEXT.replace(',', ';')}\n",
        "empty.txt": "",
        ".hidden.txt": TEXT,
        "d/.git/x.txt": TEXT,
    }
    for name, content in files.items():
        folder = write(f"folder/{name}", content)
    plain, aside = _read(next(p for p in folder.parents if p.name == "folder"), settings)
    packed, packed_aside = _read(write("all.zip", _pack(files)), settings)
    assert (len(plain), sorted(item.reason for item in aside)) == (5, ["empty_file", "same_document", "same_document"])
    assert [(item.title, item.text, item.published) for item in packed] == [
        (item.title, item.text, item.published) for item in plain
    ]
    assert [item.source_path for item in packed] == [f"all.zip/{item.source_path}" for item in plain]
    assert [(item.source_path, item.reason, item.source_id) for item in packed_aside] == [
        (f"all.zip/{item.source_path}", item.reason, item.source_id) for item in aside
    ]


def test_each_line_of_a_member_is_a_document(write: Write, settings: Settings) -> None:
    """A JSON Lines file in an archive gives an article for each line, and a row of quarantine for a broken one."""
    lines = f'{{"text": "{TEXT} 1"}}\n{{"te\n{{"text": "{TEXT} 3"}}\n'
    articles, aside = _read_zip(write, settings, _pack({"in/rows.jsonl": lines}))
    assert [item.source_id for item in articles] == ["a.zip/in/rows.jsonl#1", "a.zip/in/rows.jsonl#3"]
    assert aside == {"a.zip/in/rows.jsonl": "bad_record"}


def test_archives_in_archives_are_read_to_a_depth(write: Write, settings: Settings) -> None:
    """Three archives one in the other are read; a fourth is put aside by its name, and what stands beside it is read."""
    content, path = _pack({"deep.txt": f"{TEXT} deep"}), ""
    for depth in (3, 2, 1):
        content = _pack({f"in{depth}.zip": content, f"beside{depth}.txt": f"{TEXT} {depth}"})
        path = f"/in{depth}.zip{path}"
    articles, aside = _read_zip(write, settings, content)
    assert [item.source_path for item in articles] == [
        "a.zip/beside1.txt",
        "a.zip/in1.zip/beside2.txt",
        "a.zip/in1.zip/in2.zip/beside3.txt",
    ]
    assert aside == {f"a.zip{path}/deep.txt": "unsupported_format"}


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("../../etc/news.txt", "a.zip/etc/news.txt"),
        ("/abs/news.txt", "a.zip/abs/news.txt"),
        ("C:\\Users\\me\\news.txt", "a.zip/Users/me/news.txt"),
        ("c:news.txt", "a.zip/news.txt"),
        ("..\\..\\news.txt", "a.zip/news.txt"),
        ("a//./b/news.txt", "a.zip/a/b/news.txt"),
        ("new\ns\x1b[1m.txt", "a.zip/new_s_[1m.txt"),
        ("news.txt\x00.exe", "a.zip/news.txt"),
        ("../..", "a.zip/unnamed"),
    ],
)
def test_no_name_leads_out_of_the_archive(name: str, path: str, write: Write, settings: Settings) -> None:
    """Whatever a member is called, its path stands below that of the archive."""
    placeholder = "x" * len(name.encode())
    content = _pack({placeholder: TEXT}).replace(placeholder.encode(), name.encode())
    (article,), _ = _read_zip(write, settings, content)
    assert (article.source_path, article.text) == (path, TEXT)


def test_no_two_members_have_one_path(write: Write, settings: Settings) -> None:
    """Members of the same name, also after mending, are told apart; those that bear the name of the second keep it."""
    names = ["n.csv.txt", "q.csv.txt", "r.csv.txt", "n (2).csv.txt"]
    content = _pack({name: f"{TEXT} {number}" for number, name in enumerate(names)})
    content = content.replace(b"q.csv.txt", b"n.csv.txt").replace(b"r.csv.txt", b"n.csv.txt")
    articles, aside = _read_zip(write, settings, content)
    assert {item.source_path: item.text[-1] for item in articles} == {
        "a.zip/n.csv.txt": "0", "a.zip/n (2).csv.txt": "3", "a.zip/n (3).csv.txt": "1", "a.zip/n (4).csv.txt": "2",
    }  # fmt: skip
    assert aside == {}


def test_hidden_members_and_folders_are_left_out(write: Write, settings: Settings) -> None:
    """As of a folder, what is hidden is not read; nor is what an Apple computer adds, nor are folders members."""
    members = {"a/": "", "a/b.txt": TEXT, ".x.txt": TEXT, "a/.x/c.txt": TEXT, "__MACOSX/a/._b.txt": TEXT, "w\\": ""}
    articles, aside = _read_zip(write, settings, _pack(members))
    assert ([item.source_path for item in articles], aside) == (["a.zip/a/b.txt"], {})


def _with_flag(content: bytes, flag: int) -> bytes:
    """An archive of one member whose flags have one more."""
    changed = bytearray(content)
    changed[6] |= flag
    changed[content.index(b"PK\x01\x02") + 8] |= flag
    return bytes(changed)


def _with_method(content: bytes, method: int) -> bytes:
    changed = bytearray(content)
    start = content.index(b"PK\x01\x02")
    changed[8:10] = changed[start + 10 : start + 12] = struct.pack("<H", method)
    return bytes(changed)


def _link() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        info = zipfile.ZipInfo("m.txt")
        info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    return packed.getvalue()


ONE = _pack({"m.txt": TEXT * 5})
BAD_MEMBERS: dict[str, tuple[bytes, str, str]] = {
    "password": (_with_flag(ONE, 0x01), "encrypted_file", "password"),
    "link": (_link(), "unreadable_file", "a link"),
    "bzip2": (_pack({"m.txt": TEXT}, zipfile.ZIP_BZIP2), "unsupported_format", "bzip2"),
    "lzma": (_pack({"m.txt": TEXT}, zipfile.ZIP_LZMA), "unsupported_format", "LZMA"),
    "Deflate64": (_with_method(ONE, 9), "unsupported_format", "Deflate64"),
    "unknown method": (_with_method(ONE, 77), "unsupported_format", "method 77"),
    "broken data": (ONE[:40] + b"\xff\xff\xff" + ONE[43:], "corrupt_file", "broken"),
    "wrong checksum": (
        (stored := _pack({"m.txt": TEXT}, zipfile.ZIP_STORED)).replace(TEXT[:6].encode(), b"Sweden"),
        "corrupt_file",
        "CRC",
    ),
    "another name in its header": (stored.replace(b"m.txt", b"n.txt", 1), "corrupt_file", "differ"),
    "a picture": (_pack({"m.txt": b"\x89PNG\r\n\x1a\n"}), "unsupported_format", "PNG"),
}


@pytest.mark.parametrize("case", BAD_MEMBERS)
def test_a_bad_member_is_put_aside_alone(case: str, write: Write, settings: Settings) -> None:
    """Each fault of a member has its reason, which says what to do."""
    content, reason, told = BAD_MEMBERS[case]
    articles, (rejected,) = _read(write("a.zip", content), settings)
    assert (articles, rejected.source_path, rejected.reason) == ([], "a.zip/m.txt", reason)
    assert told in rejected.message


def test_good_members_beside_a_bad_one_are_read(write: Write, settings: Settings) -> None:
    """A member with a wrong checksum costs no other member."""
    content = _pack({f"{n}.txt": f"{TEXT} {n}{n}{n}" for n in "abc"}, zipfile.ZIP_STORED).replace(b"bbb", b"bab")
    articles, aside = _read_zip(write, settings, content)
    assert ([item.text[-3:] for item in articles], aside) == (["aaa", "ccc"], {"a.zip/b.txt": "corrupt_file"})


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ({"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<w/>"}, "an Excel workbook"),
        ({"[Content_Types].xml": "<Types/>", "ppt/presentation.xml": "<p/>"}, "a PowerPoint presentation"),
        ({"[Content_Types].xml": "<Types/>", "other/x.xml": "<p/>"}, "an Office document"),
        ({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<x/>"}, "an OpenDocument text"),
        ({"mimetype": "application/epub+zip", "a.xhtml": PAGE}, "an EPUB book"),
        ({"mimetype": "application/x-thing", "a.xml": "<x/>"}, "application/x-thing"),
    ],
)
def test_other_documents_that_are_archives_are_named(
    members: dict[str, str | bytes], told: str, write: Write, settings: Settings
) -> None:
    """A workbook or a book is one row of quarantine that names its kind, not one for each of its parts."""
    articles, (rejected,) = _read(write("a.zip", _pack(members)), settings)
    assert (articles, rejected.source_path, rejected.reason) == ([], "a.zip", "unsupported_format")
    assert told in rejected.message


def test_the_limit_of_bytes_holds_for_all_members_together(write: Write, settings: Settings) -> None:
    """Members are counted as they are read, those of archives within too; each one beyond the limit is told."""
    small = settings.model_copy(update={"max_file_bytes": 20_000})
    filler = (TEXT + " ") * 100
    content = _pack({"a.txt": filler, "b.zip": _pack({"c.txt": filler, "d.txt": filler}), "e.txt": filler})
    articles, aside = _read_zip(write, small, content)
    assert [item.source_path for item in articles] == ["a.zip/a.txt", "a.zip/b.zip/c.txt"]
    assert aside == {"a.zip/b.zip/d.txt": "too_large", "a.zip/e.txt": "too_large"}


def test_a_member_of_the_limit_is_read_once_counted(write: Write, settings: Settings) -> None:
    """What is read again, as the head and a packed member are, does not count twice."""
    text = (TEXT + " ") * 100
    just = settings.model_copy(update={"max_file_bytes": len(text)})
    articles, aside = _read_zip(write, just, _pack({"a.txt": text}))
    assert (len(articles), aside) == (1, {})


def test_a_header_cannot_hide_the_size(write: Write, settings: Settings) -> None:
    """Zeros without end behind a header that tells few bytes are not unpacked: the member is broken."""
    content = bytearray(_pack({"m.txt": b"0" * 10_000_000}))
    start = content.index(b"PK\x01\x02")
    content[start + 24 : start + 28] = struct.pack("<I", 100)
    articles, aside = _read_zip(write, settings, bytes(content))
    assert (articles, aside) == ([], {"a.zip/m.txt": "corrupt_file"})


def test_members_that_overlap_are_counted(write: Write, settings: Settings) -> None:
    """A bomb whose thousand members are one piece of data comes to the limit like any other."""
    content = _pack({"a.txt": (TEXT + " ") * 50}, zipfile.ZIP_STORED)
    start, end = content.index(b"PK\x01\x02"), content.index(b"PK\x05\x06")
    entry, count = content[start:end], 1000
    content = content[:start] + entry * count + content[end : end + 8]
    content += struct.pack("<HHLLH", count, count, len(entry) * count, start, 0)
    small = settings.model_copy(update={"max_file_bytes": 20_000})
    articles, aside = _read_zip(write, small, content)
    assert (len(articles), len(aside), set(aside.values())) == (4, 996, {"too_large"})


def test_members_and_their_list_are_bounded(write: Write, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """An archive of too many members is put aside as a whole, before any of them is read."""
    content = _pack({f"{n}.txt": TEXT for n in range(6)})
    for name, told in (("_MOST_MEMBERS", "5 members"), ("_LARGEST_DIRECTORY", "list of its members")):
        with monkeypatch.context() as patch:
            patch.setattr(zipped, name, 5)
            _, (rejected,) = _read(write("a.zip", content), settings)
        assert (rejected.source_path, rejected.reason) == ("a.zip", "too_large")
        assert told in rejected.message


def test_a_member_can_seek(write: Write, settings: Settings) -> None:
    """A reader may go anywhere in a member, also back, and finds the same bytes."""
    data = random.Random(1).randbytes(3_000_000)
    path = write("a.zip", _pack({"m.bin": data}))
    (member,) = read_zip(File("a.zip", str(path)), settings)
    assert isinstance(member, Inner)
    for inner in read_zip(File("a.zip", str(path)), settings):
        assert isinstance(inner, Inner)
        with inner.open() as stream:
            assert stream.read(10) == data[:10]
            assert (stream.seek(-5, 2), stream.read()) == (2_999_995, data[-5:])
            assert (stream.seek(7), stream.tell(), stream.read(3)) == (7, 7, data[7:10])


def test_a_parquet_file_in_an_archive_is_read(write: Write, settings: Settings, tmp_path: Path) -> None:
    """A reader that starts at the end of a file finds its way in a packed member."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"id": ["x"], "text": [TEXT]}), tmp_path / "t.parquet")
    (article,), _ = _read_zip(write, settings, _pack({"t.parquet": (tmp_path / "t.parquet").read_bytes()}))
    assert (article.source_id, article.text) == ("x", TEXT)


def test_an_archive_without_members_is_told(write: Write, settings: Settings) -> None:
    """An archive that holds only hidden members is in quarantine as empty."""
    assert _read_zip(write, settings, _pack({".x": TEXT})) == ([], {"a.zip": "empty_file"})


@pytest.mark.parametrize("how", ["cut", "flipped"])
def test_a_damaged_archive_never_ends_a_run(how: str, write: Write, settings: Settings) -> None:
    """Cut off anywhere or with bytes changed, an archive gives articles or rows of quarantine, and nothing in silence."""
    inner = _pack({"c.txt": f"{TEXT} c", "d.jsonl": json.dumps({"text": f"{TEXT} d"})})
    content = _pack({"a.txt": f"{TEXT} a", "b.zip": inner, "e.txt.gz": gzip.compress(f"{TEXT} e".encode(), mtime=0)})
    chance = random.Random(7)
    for number in range(200):
        damaged = bytearray(content)
        if how == "cut":
            damaged = damaged[: 8 + number * (len(content) - 9) // 199]
        else:
            for _ in range(chance.randint(1, 6)):
                damaged[chance.randrange(4, len(damaged))] = chance.randrange(256)
        articles, rejected = _read(write("a.zip", bytes(damaged)), settings)
        assert articles or rejected
        assert {item.text for item in articles} <= {f"{TEXT} {name}" for name in "acde"} or how == "flipped"
        assert how == "flipped" or [item.reason for item in rejected] == ["corrupt_file"]

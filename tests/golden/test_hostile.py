"""Hundreds of hostile files beside good ones, through the real command line: nothing crashes, hangs, fills the memory or is lost."""

import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import psutil
import pyarrow.parquet as pq
import pytest

from tests.conftest import ROOT, call_warm
from tests.hostile import KINDS
from tests.hostile.corpus import Hostile, Read
from tests.hostile.packed import LIMIT

GOOD = "{} sold 12 tanks to Ghana in 2019, the defence ministry said in a statement."
SUPPLIERS = {"BRA": "Brazil", "ITA": "Italy", "NOR": "Norway", "SWE": "Sweden", "TUR": "Turkey"}
SETTINGS = {"ETL_MAX_FILE_BYTES": str(LIMIT), "ETL_MAX_DOCUMENT_BYTES": "20000000", "ETL_MAX_ARTICLE_SECONDS": "20"}
MOST_MEMORY = 1_500_000_000
"""Bytes that all processes of the run may have in memory together."""
LONGEST = 600
"""Seconds after which the run is taken to hang."""

Row = dict[str, str | None]


@dataclass(frozen=True)
class Done:
    """What the run over the corpus gave.

    Attributes:
        code: its exit code; None where it did not end.
        peak: most memory that its processes were seen to have, in bytes.
        articles: rows by source_path.
        aside: rows of quarantine by source_path.
    """

    code: int | None
    error: str
    peak: int
    problems: str
    events: list[tuple[str, str]]
    files: Mapping[str, list[Hostile]]
    articles: Mapping[str, list[Row]]
    aside: Mapping[str, list[Row]]


def _memory(process: psutil.Process) -> int:
    """Bytes that a process and its children have in memory now."""
    try:
        return sum(one.memory_info().rss for one in [process, *process.children(recursive=True)])
    except psutil.Error:  # one has ended meanwhile
        return 0


def _watched(folder: Path) -> tuple[int | None, str, int]:
    """Exit code, words on standard error, and most memory of the command line over the corpus."""
    error = folder / "error"
    with error.open("wb") as told:
        started = subprocess.Popen(
            [sys.executable, "-m", "etl", "run", "in", "--out", "out", "--no-data-docs"],
            cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=told,
            env=os.environ | {"PYTHONPATH": str(ROOT)} | SETTINGS,
        )  # fmt: skip
        process, peak, until = psutil.Process(started.pid), 0, time.monotonic() + LONGEST
        while started.poll() is None and time.monotonic() < until:
            peak = max(peak, _memory(process))
            time.sleep(0.02)
        if started.poll() is None:
            started.kill()
            started.wait()
            return None, error.read_text(errors="replace"), peak
    return started.returncode, error.read_text(errors="replace"), peak


def _rows(path: Path, columns: list[str]) -> dict[str, list[Row]]:
    """The rows of a table by the file from which they come, and for a member of an archive by that of the archive."""
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in pq.read_table(path, columns=columns).to_pylist():
        rows[row["source_path"]].append(row)
    return rows


def _made(kind: str, folder: Path) -> Iterator[Hostile]:
    """Make the files of a kind, and yield what has to become of each, without its content."""
    for hostile in KINDS[kind]():
        hostile.make(folder)
        yield replace(hostile, content=b"")


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Done]:
    """The command line over the corpus and some good articles among it; the files are deleted behind it."""
    folder = tmp_path_factory.mktemp("hostile")
    files = {kind: list(_made(kind, folder / "in")) for kind in KINDS}
    (folder / "outside.txt").write_text(GOOD.format("Norway"))
    for code, supplier in SUPPLIERS.items():
        (folder / "in" / f"{code}.txt").write_text(GOOD.format(supplier))
    code, error, peak = _watched(folder)
    subprocess.run(["rm", "-rf", "in"], cwd=folder, check=True)  # deeper than Python's own removal goes
    if code != 0:
        yield Done(code, error, peak, "", [], files, {}, {})
        return
    out = folder / "out"
    texts = {row["article_id"]: row["text"] for row in pq.read_table(out / "texts.parquet").to_pylist()}
    articles = _rows(out / "articles.parquet", ["source_path", "source_id", "article_id", "published_date"])
    for row in (one for some in articles.values() for one in some):
        row["text"] = texts[row["article_id"]]
    aside = _rows(out / "quarantine.parquet", ["source_path", "source_id", "reason_code", "message"])
    events = pq.read_table(out / "events.parquet", columns=["source_id", "supplier_id"]).to_pylist()
    checked = call_warm("validate", "out", folder=folder).stdout
    yield Done(
        code, error, peak, checked, [(row["source_id"], row["supplier_id"]) for row in events], files, articles, aside
    )
    subprocess.run(["rm", "-rf", "out"], cwd=folder, check=True)


def _of(hostile: Hostile, rows: Mapping[str, list[Row]]) -> list[Row]:
    """The rows that come from a file, or from a file within it."""
    inside = f"{hostile.source_path}/"
    return [
        row for path, some in rows.items() if path == hostile.source_path or path.startswith(inside) for row in some
    ]


def _is(read: Read, row: Row) -> bool:
    """True where a row is the article that must be read."""
    return (
        read.source_id in {None, row["source_id"]}
        and read.text in str(row["text"])
        and read.day in {None, str(row["published_date"] or "")}
    )


def _wrong(hostile: Hostile, articles: list[Row], aside: list[Row]) -> list[str]:
    """What is not as it has to be with one file, in words; nothing where all is."""
    told = {str(row["reason_code"]) for row in aside}
    wrong = [f"put aside as {reason}, not as {sorted(hostile.reasons)}" for reason in sorted(told - hostile.reasons)]
    if hostile.is_either and not (articles or aside):
        wrong.append("neither read nor put aside")
    if hostile.reasons and not aside and not hostile.is_either:
        wrong.append(f"not put aside, as {sorted(hostile.reasons)}")
    left = list(articles)
    for read in hostile.articles:
        row = next((row for row in left if _is(read, row)), None)
        if row is not None:
            left.remove(row)
        elif not hostile.is_either:
            wrong.append(f"not read: {str(read)[:300]}")
    wrong += [
        f"read: {str(row['source_id'])[:80]!r}, {row['published_date']}: {str(row['text'])[:80]!r}" for row in left
    ]
    return wrong


def test_the_run_ends_well(done: Done) -> None:
    """The run comes to its end with exit code 0, and no traceback is printed."""
    assert (done.code, "Traceback" in done.error) == (0, False), done.error[-3000:]


def test_the_corpus_is_large(done: Done) -> None:
    """There are three hundred files and more, each with a name of its own and something to expect of it."""
    names = [hostile.source_path for files in done.files.values() for hostile in files]
    assert len(set(names)) == len(names) >= 300


def test_memory_is_bounded(done: Done) -> None:
    """What unpacks to gigabytes never stands in memory as a whole."""
    assert 0 < done.peak < MOST_MEMORY


def test_good_articles_give_their_events(done: Done) -> None:
    """Each good article among the others gives its event."""
    assert {(f"{code}.txt", code) for code in SUPPLIERS} <= set(done.events)


@pytest.mark.parametrize("kind", KINDS)
def test_each_file_is_what_it_has_to_be(kind: str, done: Done) -> None:
    """Each file is read, or put aside with a reason that is right; none is lost, and none of it is both."""
    wrong = {
        hostile.source_path[-120:]: told
        for hostile in done.files[kind]
        if (told := _wrong(hostile, _of(hostile, done.articles), _of(hostile, done.aside)))
    }
    assert wrong == {}


def test_nothing_else_comes_out(done: Done) -> None:
    """There is no row of a file that is not of the corpus: no link was followed out of the folder."""
    known = {hostile.source_path for files in done.files.values() for hostile in files} | {
        f"{c}.txt" for c in SUPPLIERS
    }
    others = [
        path for path in {*done.articles, *done.aside} - known if not any(path.startswith(f"{one}/") for one in known)
    ]
    assert others == []


def test_the_tables_are_valid(done: Done) -> None:
    """What was written passes the check of stored tables."""
    assert done.problems.strip().endswith("0 problems in out"), done.problems[-2000:]

"""However small the pieces in which tables are made, they are the same."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from etl.assemble import articles, space, transfers
from etl.assemble.space import Space
from etl.kept import keep, store
from etl.publish import tables as publishing
from etl.publish.tables import write_batches
from etl.quality import expectations
from schemas import ARTICLES, TABLES, TEXTS
from schemas.arrow import arrow_schema
from schemas.checks import to_frame
from tests.conftest import SAMPLE, Run, run_pipeline


@pytest.fixture(scope="module")
def in_pieces(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The sample in entries of four documents, checked nine articles at a time, joined from five events on."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "_ROWS", 4)
        patch.setattr(keep, "_ROWS", 7)
        patch.setattr(space, "ROWS", 2)
        patch.setattr(articles, "_ARTICLES", 9)
        patch.setattr(transfers, "_EVENTS", 5)
        patch.setattr(expectations, "_ROWS", 200)
        folder = tmp_path_factory.mktemp("pieces")
        return run_pipeline(SAMPLE, folder, data_docs=True, settings={"batch_size": 2})


@pytest.mark.parametrize("table", TABLES)
def test_a_table_made_in_pieces_is_the_same(table: str, in_pieces: Run, sample_run: Run) -> None:
    """The size of batches, chunks and groups leaves no trace in a table."""
    left, right = ((run.folder / f"{table}.parquet").read_bytes() for run in (in_pieces, sample_run))
    assert left == right


def test_checks_over_parts_hold_too(in_pieces: Run, sample_run: Run) -> None:
    """Tables of many rows are checked part by part: more expectations, none that fails."""
    many, few = in_pieces.summary.expectations, sample_run.summary.expectations
    assert many is not None
    assert few is not None
    assert many.failed == few.failed == ()
    assert many.expectations > few.expectations


def test_a_link_to_nothing_is_an_expectation_that_fails(sample_run: Run, tmp_path: Path) -> None:
    """The checks over whole tables find a row that points to a row that is gone, and a key that is there twice."""
    for name, table in TABLES.items():
        rows = pq.read_table(sample_run.folder / f"{name}.parquet")
        if name == "transfers":
            rows = pa.concat_tables([rows.slice(1), rows.slice(1, 1)])
        write_batches(table, [rows], tmp_path)
    told = " ".join(expectations.check_tables(tmp_path, tmp_path / "docs").failed)
    assert "links_to_nothing" in told
    assert "different_keys" in told


def _row(number: int, source_id: str) -> dict[str, object]:
    name = f"{number:016}"
    return {
        "article_id": name, "source_id": source_id, "source_path": "a", "language": "en", "text_sha256": name * 4,
        "n_chars": 1, "n_mentions": 0,
    }  # fmt: skip


def test_rows_are_sorted_on_disk(tmp_path: Path) -> None:
    """Part files come back in the order of their table, rows without a value first, whatever order they were added in."""
    rows = [_row(n, name) for n, name in enumerate(["b", "é", "a", "B", "a"])]
    with Space(tmp_path / "run") as work:
        for row in rows:
            work.add_frame(ARTICLES, to_frame(ARTICLES, [row]))
        work.finish_tables(ARTICLES)
        found = pa.concat_tables(work.sorted(ARTICLES)).to_pylist()
    assert [(row["source_id"], row["article_id"][-1]) for row in found] == [
        ("B", "3"), ("a", "2"), ("a", "4"), ("b", "0"), ("é", "1"),
    ]  # fmt: skip
    assert not (tmp_path / "run").exists()


def test_more_is_sorted_than_memory_holds(tmp_path: Path) -> None:
    """Texts of twice what DuckDB may hold come back in their order, whatever number of cores the machine has."""
    words = "x" * 3_000
    with Space(tmp_path / "run") as work:
        for start in range(0, 200_000, 5_000):
            numbers = range(start, start + 5_000)
            # no order, and each once: 200,000 and 7,919 have no divisor in common
            ids = [f"{number * 7_919 % 200_000:016x}" for number in numbers]
            texts = [f"{number} {words}" for number in numbers]
            work.add("texts", pa.table({"article_id": ids, "text": texts}, arrow_schema(TEXTS)))
        work.finish_parts("texts")
        found = [name for rows in work.sorted(TEXTS) for name in rows["article_id"].to_pylist()]
    assert found == [f"{number:016x}" for number in range(200_000)]


def test_the_division_of_batches_leaves_no_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file has the same bytes whether its rows come one by one or all at once."""
    monkeypatch.setattr(publishing, "_GROUP", 10)
    # long texts, so that a row group has several pages
    rows = [{"article_id": f"{number:016x}", "text": f"{number} " * 80_000} for number in range(40)]
    whole = pa.Table.from_pylist(rows, schema=arrow_schema(TEXTS))
    written = {
        size: write_batches(TEXTS, [whole.slice(at, size) for at in range(0, 40, size)], tmp_path).read_bytes()
        for size in (1, 7, 10, 40)
    }
    assert len(set(written.values())) == 1
    assert pq.read_metadata(tmp_path / "texts.parquet").num_row_groups == 4

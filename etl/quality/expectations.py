"""Great Expectations over the finished tables, and its data docs as HTML. The only file that imports it: it takes seconds."""

import html
import logging
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from etl.spill import connect
from schemas import TABLES, Table
from schemas.checks import to_frame

_ROWS = 20_000
"""Rows that are checked at a time."""


@dataclass(frozen=True)
class Report:
    """What the suite found: number of expectations, and those that failed, in words."""

    expectations: int
    failed: tuple[str, ...]


def _expectations(table: Table) -> list[object]:
    """Expectations over the rows of a table: columns, keys, coverage and allowed values."""
    import great_expectations.expectations as gxe

    found: list[object] = [
        gxe.ExpectTableColumnsToMatchOrderedList(column_list=list(table.column_names)),
        gxe.ExpectColumnValuesToBeUnique(column=table.key),
    ]
    for column in table.columns:
        if table.requires(column):
            found.append(gxe.ExpectColumnValuesToNotBeNull(column=column.name))
        if column.allowed:
            found.append(gxe.ExpectColumnValuesToBeInSet(column=column.name, value_set=list(column.allowed)))
    if table.name == "events":
        found += [
            gxe.ExpectColumnValuesToBeBetween(column="n_mentions", min_value=1),
            gxe.ExpectCompoundColumnsToBeUnique(
                column_list=["article_id", "supplier_id", "recipient_id", "system_id", "status"]
            ),
        ]
    return found


def _whole_tables(folder: Path) -> pd.DataFrame:
    """One row for each table: its rows, how many of its keys differ, and how many of its links lead to no row."""
    told = []
    with connect(folder / "spilled") as base:
        for table in TABLES.values():
            base.read_parquet(str(folder / f"{table.name}.parquet")).create_view(table.name)
        for table in TABLES.values():
            rows = base.execute(f"SELECT count(*), count(DISTINCT {table.key}) FROM {table.name}").fetchone() or (0, 0)
            dangling = 0
            for column, target, key in table.links:
                query = f"SELECT count(*) FROM {table.name} t WHERE t.{column} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {target} o WHERE o.{key} = t.{column})"
                dangling += (base.execute(query).fetchone() or (0,))[0]
            told.append({"table": table.name, "rows": rows[0], "different_keys": rows[1], "links_to_nothing": dangling})
    return pd.DataFrame(told)


def _of_whole_tables() -> list[object]:
    import great_expectations.expectations as gxe

    return [
        gxe.ExpectColumnDistinctValuesToEqualSet(column="table", value_set=list(TABLES)),
        gxe.ExpectColumnPairValuesToBeEqual(column_A="rows", column_B="different_keys"),
        gxe.ExpectColumnValuesToBeInSet(column="links_to_nothing", value_set=[0]),
    ]


def _as_html(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows with their texts as HTML shows them: the data docs print values that fail as they are, with all their tags."""
    plain = frame.astype(object).where(frame.notna(), None)
    return plain.map(lambda value: html.escape(value) if isinstance(value, str) else value)


def _parts(folder: Path) -> Iterator[tuple[str, pd.DataFrame, list[object]]]:
    """What is checked: the tables as wholes, then the rows of each, so many at a time; each with a name and its expectations."""
    yield "tables", _whole_tables(folder), _of_whole_tables()
    for table in TABLES.values():
        stored = pq.ParquetFile(folder / f"{table.name}.parquet")
        for start, batch in enumerate(stored.iter_batches(batch_size=_ROWS)):
            first = start * _ROWS
            name = table.name if stored.metadata.num_rows <= _ROWS else f"{table.name} from row {first + 1}"
            frame = to_frame(table, batch.to_pylist())
            yield name, _as_html(frame), _expectations(table)


def check_tables(folder: Path, docs: Path) -> Report:
    """Run the suite over finished tables and write its data docs.

    Args:
        folder: the folder with a Parquet file for each table.
        docs: folder for the HTML; replaced if it exists.
    """
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    warnings.filterwarnings("ignore", module="great_expectations")
    import great_expectations as gx

    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as work:
        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = {"globally": False}
        site = Path(work) / "site"
        context.add_data_docs_site(
            site_name="tables",
            site_config={
                "class_name": "SiteBuilder",
                "show_how_to_buttons": False,
                "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
                "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(site)},
            },
        )
        source = context.data_sources.add_pandas("tables")
        failed: list[str] = []
        count = 0
        for name, frame, expectations in _parts(folder):
            batch = source.add_dataframe_asset(name).add_batch_definition_whole_dataframe("all rows")
            suite = context.suites.add(gx.ExpectationSuite(name=name, expectations=expectations))
            definition = context.validation_definitions.add(gx.ValidationDefinition(name=name, data=batch, suite=suite))
            checkpoint = gx.Checkpoint(
                name=name, validation_definitions=[definition],
                actions=[gx.checkpoint.UpdateDataDocsAction(name="docs", site_names=["tables"])],
            )  # fmt: skip
            result = context.checkpoints.add(checkpoint).run(batch_parameters={"dataframe": frame})
            for run in result.run_results.values():
                count += len(run.results)
                failed += [
                    f"{name}: {item.expectation_config.type} {item.expectation_config.kwargs}"[:300]
                    for item in run.results
                    if not item.success
                ]
        shutil.rmtree(docs, ignore_errors=True)
        if site.exists():
            shutil.copytree(site, docs)
    return Report(count, tuple(failed))

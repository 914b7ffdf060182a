"""Great Expectations over the finished tables, and its data docs as HTML. The only file that imports it: it takes seconds."""

import logging
import os
import shutil
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from schemas import TABLES, Table


@dataclass(frozen=True)
class Report:
    """What the suite found: number of expectations, and those that failed, in words."""

    expectations: int
    failed: tuple[str, ...]


def _expectations(table: Table, frames: dict[str, pd.DataFrame]) -> list[object]:
    """Expectations over a whole table: size, keys, coverage, and links to other tables."""
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
    for column_name, target, key in table.links:
        values = sorted(set(frames[target][key].dropna()))
        found.append(gxe.ExpectColumnValuesToBeInSet(column=column_name, value_set=values))
    if table.name == "events":
        found += [
            gxe.ExpectColumnValuesToBeBetween(column="n_mentions", min_value=1),
            gxe.ExpectCompoundColumnsToBeUnique(
                column_list=["article_id", "supplier_id", "recipient_id", "system_id", "status"]
            ),
        ]
    return found


def check_tables(frames: dict[str, pd.DataFrame], docs: Path) -> Report:
    """Run the suite over the tables and write its data docs.

    Args:
        frames: the finished tables by name.
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
        for table in TABLES.values():
            frame = frames[table.name]
            if frame.empty:
                continue
            batch = source.add_dataframe_asset(table.name).add_batch_definition_whole_dataframe("all rows")
            suite = context.suites.add(gx.ExpectationSuite(name=table.name, expectations=_expectations(table, frames)))
            definition = context.validation_definitions.add(
                gx.ValidationDefinition(name=table.name, data=batch, suite=suite)
            )
            checkpoint = gx.Checkpoint(
                name=table.name, validation_definitions=[definition],
                actions=[gx.checkpoint.UpdateDataDocsAction(name="docs", site_names=["tables"])],
            )  # fmt: skip
            result = context.checkpoints.add(checkpoint).run(
                batch_parameters={"dataframe": frame.astype(object).where(frame.notna(), None)}
            )
            for run in result.run_results.values():
                count += len(run.results)
                failed += [
                    f"{table.name}: {item.expectation_config.type} {item.expectation_config.kwargs}"[:300]
                    for item in run.results
                    if not item.success
                ]
        shutil.rmtree(docs, ignore_errors=True)
        if site.exists():
            shutil.copytree(site, docs)
    return Report(count, tuple(failed))

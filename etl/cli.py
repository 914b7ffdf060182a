"""The command line: all commands under one name."""

from __future__ import annotations

import click

from etl import __version__
from etl.commands import bench, build, dataset, fetch, measure, report, review
from etl.commands.console import Group


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="etl")
def main() -> None:
    """Turn news articles into a dataset of arms-transfer events.

    \b
    Example:
      etl run data/raw --out data/processed
    """


for command in (
    fetch.fetch, build.run, build.read, build.extract, build.validate, build.codebook,
    dataset.release, dataset.asof, dataset.export, dataset.reconcile,
    report.report, review.review, review.agreement,
    measure.evaluate, measure.reference, measure.train, bench.bench,
):  # fmt: skip
    main.add_command(command)

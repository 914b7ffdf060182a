"""The command line. Heavy libraries are imported inside the commands, so that `--help` answers at once."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from etl import __version__
from etl.errors import EtlError

if TYPE_CHECKING:
    from etl.settings import Settings

INPUTS = click.argument("inputs", nargs=-1, required=True, type=click.Path(path_type=Path))


class Group(click.Group):
    """A group whose commands end with one clear line and exit code 2 where call or configuration is wrong."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: D102
        try:
            return super().invoke(ctx)
        except EtlError as error:
            click.echo(f"etl: {error}", err=True)
            sys.exit(2)


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="etl")
def main() -> None:
    """Turn news articles into a dataset of arms-transfer events.

    \b
    Example:
      etl run data/raw --out data/processed
    """


def _settings(**overrides: object) -> Settings:
    from etl.settings import load_settings

    return load_settings(**overrides)


def _progress() -> tuple[Any, Callable[[str, int], None]]:
    """A progress display on standard error, and the function that moves it."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    display = Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.completed:,.0f}"), TimeElapsedColumn(),
        console=Console(stderr=True), transient=True,
    )  # fmt: skip
    tasks: dict[str, Any] = {}

    def advance(stage: str, count: int) -> None:
        if stage not in tasks:
            tasks[stage] = display.add_task(stage, total=None)
        display.update(tasks[stage], advance=count)

    return display, advance


@main.command()
@INPUTS
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path("data/processed"), show_default=True, help="Folder for the tables.")
@click.option("--workers", type=int, help="Processes that extract; see the setting `workers`.")
@click.option("--data-docs/--no-data-docs", default=True, help="Run Great Expectations and write its HTML.")
def run(inputs: tuple[Path, ...], out: Path, workers: int | None, data_docs: bool) -> None:
    """Run the whole way: read INPUTS, extract, merge, validate, and write the tables.

    INPUTS are folders or files: text, Markdown, HTML, JSON Lines, JSON, CSV, TSV, Parquet, also packed with gzip or zstd.

    \b
    Example:
      etl run my_articles/ export.jsonl.gz --out results
    """
    settings = _settings(workers=workers)
    from etl import pipeline

    started = time.monotonic()
    display, advance = _progress()
    with display:
        summary = pipeline.run(inputs, out, settings, progress=advance, data_docs=data_docs)
    for name, value in (
        ("articles", summary.articles), ("in quarantine", summary.quarantined), ("duplicates", summary.duplicates),
        ("mentions", summary.mentions), ("events", summary.events),
    ):  # fmt: skip
        click.echo(f"{name:<14}{value:>10,}")
    if summary.expectations:
        held = summary.expectations.expectations - len(summary.expectations.failed)
        click.echo(f"{'expectations':<14}{held:>10,} of {summary.expectations.expectations:,} hold")
        for failure in summary.expectations.failed:
            click.echo(f"  fails: {failure}")
    click.echo(f"{'seconds':<14}{time.monotonic() - started:>10.1f}")
    click.echo(f"tables in {out}")


@main.command()
@INPUTS
def read(inputs: tuple[Path, ...]) -> None:
    """Read INPUTS and print each article, or why it was put aside, as JSON Lines.

    \b
    Example:
      etl read my_articles/ | head
    """
    import json

    from etl.sources import Article, read_articles

    for item in read_articles(inputs, _settings()):
        if isinstance(item, Article):
            told: dict[str, object] = {
                "source_id": item.source_id, "title": item.title, "publisher": item.publisher,
                "published": item.published, "language": item.language, "text": item.text,
            }  # fmt: skip
        else:
            told = item.row()
        click.echo(json.dumps(told, ensure_ascii=False, default=str))


@main.command()
@INPUTS
def extract(inputs: tuple[Path, ...]) -> None:
    """Read INPUTS, find their events, and print them as JSON Lines.

    \b
    Example:
      etl extract article.txt
    """
    import json

    from etl import pipeline

    settings = _settings()
    display, advance = _progress()
    with display:
        articles, _ = pipeline.read(inputs, settings, advance)
        found = pipeline.extract(articles, settings, advance)
    for event in found.events:
        click.echo(json.dumps(event, ensure_ascii=False, default=str))


@main.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
def validate(folder: Path) -> None:
    """Check the tables in FOLDER against their declarations, and each other.

    \b
    Example:
      etl validate data/processed
    """
    from etl.quality.stored import check_stored

    problems = check_stored(folder)
    for problem in problems:
        click.echo(problem)
    click.echo(f"{len(problems)} problems in {folder}")
    if problems:
        sys.exit(1)


@main.command()
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False), required=False)
def codebook(target: Path | None) -> None:
    """Print the codebook, or write it to TARGET.

    \b
    Example:
      etl codebook CODEBOOK.md
    """
    from etl.publish.codebook import render_codebook

    if target:
        target.write_text(render_codebook(), encoding="utf-8")
    else:
        click.echo(render_codebook())

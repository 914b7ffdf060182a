"""Commands that build the tables: run, and its stages one by one."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click

from etl.commands.console import CORRECTIONS, EXTRACTOR, INPUTS, REPLAY, load, progress, say, say_asked


@click.command()
@INPUTS
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("data/processed"),
    show_default=True,
    help="Folder for the tables.",
)
@click.option("--workers", type=int, help="Processes that extract; see the setting `workers`.")
@click.option("--scheduler", help="Dask scheduler whose workers extract, such as tcp://10.0.0.5:8786.")
@click.option("--data-docs/--no-data-docs", default=True, help="Run Great Expectations and write its HTML.")
@click.option("--gate/--no-gate", default=None, help="Leave unparsed what cannot tell a transfer, or parse all of it.")
@EXTRACTOR
@REPLAY
@CORRECTIONS
def run(
    inputs: tuple[str, ...],
    out: Path,
    workers: int | None,
    scheduler: str | None,
    data_docs: bool,
    gate: bool | None,
    extractor: str | None,
    replay: bool | None,
    corrections: Path | None,
) -> None:
    """Run the whole way: read INPUTS, extract, merge, validate, and write the tables.

    INPUTS are folders or files: text, Markdown, HTML, JSON Lines, JSON, CSV, TSV, Parquet, also packed with gzip or zstd;
    on this machine, or at s3://, gs:// and https:// addresses (extra `stores`). What is extracted is kept in OUT/.kept:
    the next run works on new articles alone.

    \b
    Example:
      etl run my_articles/ export.jsonl.gz --out results
    """
    settings = load(
        workers=workers, scheduler=scheduler, corrections=corrections, gate=gate, extractor=extractor, llm_replay=replay
    )
    from etl import pipeline
    from etl.review.corrections import find_corrections

    started = time.monotonic()
    decided = find_corrections(settings.corrections)
    display, advance = progress()
    with display:
        summary = pipeline.run(inputs, out, settings, progress=advance, data_docs=data_docs, corrections=decided)
    for name, value in (
        ("articles", summary.articles), ("extracted now", summary.extracted),
        ("in quarantine", sum(summary.quarantined.values())), *((f"  {name}", count) for name, count in sorted(summary.quarantined.items())), ("duplicates", summary.duplicates),
        ("mentions", summary.mentions), ("events", summary.events), ("transfers", summary.transfers),
        ("corrections", len(decided) if decided else 0),
    ):  # fmt: skip
        click.echo(f"{name:<24}{value:>10,}")
    if summary.expectations:
        held = summary.expectations.expectations - len(summary.expectations.failed)
        click.echo(f"{'expectations':<24}{held:>10,} of {summary.expectations.expectations:,} hold")
        for failure in summary.expectations.failed:
            click.echo(f"  fails: {failure}")
    if summary.asked:
        say_asked(summary.asked, summary.tally)
    click.echo(f"{'seconds':<24}{time.monotonic() - started:>10.1f}")
    click.echo(f"tables in {out}")


@click.command()
@INPUTS
def read(inputs: tuple[str, ...]) -> None:
    """Read INPUTS and print each article, or why it was put aside, as JSON Lines.

    \b
    Example:
      etl read my_articles/ | head
    """
    from etl.publish.safe import json_line
    from etl.sources import Article, read_articles

    for item in read_articles(inputs, load()):
        if isinstance(item, Article):
            told: dict[str, object] = {
                "source_id": item.source_id, "title": item.title, "publisher": item.publisher,
                "published": item.published, "language": item.language, "text": item.text,
            }  # fmt: skip
        else:
            told = item.row()
        click.echo(json_line(told))


@click.command()
@INPUTS
@EXTRACTOR
@REPLAY
def extract(inputs: tuple[str, ...], extractor: str | None, replay: bool | None) -> None:
    """Read INPUTS, find their events, and print them as JSON Lines.

    \b
    Example:
      etl extract article.txt
    """
    from etl import pipeline
    from etl.asking import Tally
    from etl.extraction.llm.asked import Asked
    from etl.publish.safe import json_line

    settings = load(extractor=extractor, llm_replay=replay)
    tally, asked = Tally(), Asked()
    display, advance = progress()
    with display:
        for event in pipeline.extract(inputs, settings, advance, tally=tally, asked=asked):
            click.echo(json_line(event))
    if settings.extractor != "rules":
        say_asked(asked, tally, err=True)


@click.command()
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
        say(problem)
    say(f"{len(problems)} problems in {folder}")
    if problems:
        sys.exit(1)


@click.command()
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

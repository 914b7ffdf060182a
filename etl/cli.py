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
        console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty(),
    )  # fmt: skip
    tasks: dict[str, Any] = {}

    def advance(stage: str, count: int) -> None:
        if stage not in tasks:
            tasks[stage] = display.add_task(stage, total=None)
        display.update(tasks[stage], advance=count)

    return display, advance


@main.command()
@INPUTS
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("data/processed"),
    show_default=True,
    help="Folder for the tables.",
)
@click.option("--workers", type=int, help="Processes that extract; see the setting `workers`.")
@click.option("--data-docs/--no-data-docs", default=True, help="Run Great Expectations and write its HTML.")
@click.option(
    "--corrections",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File of people's corrections.  [default: data/corrections.csv, where it stands]",
)
def run(inputs: tuple[Path, ...], out: Path, workers: int | None, data_docs: bool, corrections: Path | None) -> None:
    """Run the whole way: read INPUTS, extract, merge, validate, and write the tables.

    INPUTS are folders or files: text, Markdown, HTML, JSON Lines, JSON, CSV, TSV, Parquet, also packed with gzip or zstd.

    \b
    Example:
      etl run my_articles/ export.jsonl.gz --out results
    """
    settings = _settings(workers=workers, corrections=corrections)
    from etl import pipeline
    from etl.review.corrections import find_corrections

    started = time.monotonic()
    decided = find_corrections(settings.corrections)
    display, advance = _progress()
    with display:
        summary = pipeline.run(inputs, out, settings, progress=advance, data_docs=data_docs, corrections=decided)
    for name, value in (
        ("articles", summary.articles), ("in quarantine", summary.quarantined), ("duplicates", summary.duplicates),
        ("mentions", summary.mentions), ("events", summary.events), ("transfers", summary.transfers),
        ("corrections", len(decided) if decided else 0),
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


@main.command()
@click.argument("gold", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--events",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A table of events to measure; without it, GOLD's own articles are run.",
)
@click.option(
    "--json",
    "target",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write all figures to this file.",
)
@click.option("--workers", type=int, help="Processes that extract; see the setting `workers`.")
def evaluate(gold: Path, events: Path | None, target: Path | None, workers: int | None) -> None:
    """Measure the extractor on articles that you have coded.

    GOLD is JSON Lines: each line an article (id, title, date, publisher, text) with its events: supplier, recipient,
    category, status, and, where you like, assertion and optional.

    \b
    Example:
      etl evaluate my_gold.jsonl --json figures.json
    """
    import json

    from etl import pipeline
    from etl.quality.evaluate import evaluate as measure
    from etl.quality.evaluate import read_gold

    documents = read_gold(gold)
    if events:
        import pyarrow.parquet as pq

        rows = pq.read_table(events).to_pylist()
    else:
        settings = _settings(workers=workers)
        display, advance = _progress()
        with display:
            articles, _ = pipeline.read([gold], settings, advance)
            rows = pipeline.extract(articles, settings, advance).events
    figures = measure(rows, documents)
    _print_figures(figures)
    if target:
        target.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
        click.echo(f"all figures in {target}")


def _print_figures(figures: dict[str, Any]) -> None:
    click.echo(f"{figures['documents']} documents, {figures['gold_events']} coded events")
    heading = f"{'':<18}{'P':>7}{'R':>7}{'F1':>7}   95 % of F1      hits/predicted/coded"
    for title, part in (("all", "depth"), ("firm", "firm")):
        click.echo(f"\n{title}\n{heading}")
        for name, score in figures[part].items():
            _print_score(name, score)
    click.echo(f"\nby least confidence, at event depth\n{heading}")
    for name, score in figures["curve"].items():
        _print_score(name, score)
    click.echo(f"calibration error of the confidence: {figures['calibration_error']}")
    for part in ("status", "category", "publisher"):
        click.echo(f"\nby {part}, at event depth\n{heading}")
        for name, score in figures[part].items():
            _print_score(name[:17], score)
    click.echo("\nerrors by kind")
    for side, kinds in figures["errors"].items():
        click.echo(f"  {side}: " + ", ".join(f"{kind} {count}" for kind, count in kinds.items()))
    quiet = figures["no_event_documents"]
    click.echo(
        f"documents without an event: {quiet['documents']}, of them given false rows: {quiet['with_false_rows']}"
    )


def _print_score(name: str, score: dict[str, Any]) -> None:
    low, high = score["f1_95"] or (0, 0)
    counts = f"{score['hits']}/{score['predicted']}/{score['gold']}"
    click.echo(
        f"{name:<18}{score['precision']:>7.3f}{score['recall']:>7.3f}{score['f1']:>7.3f}   {low:.3f}-{high:.3f}    {counts}"
    )


@main.command()
@click.argument("names", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object: each name with its matches, best first.")
def reference(names: tuple[str, ...], as_json: bool) -> None:
    """Tell what the reference tables know: counts of all tables, or who or what each of NAMES is, and why.

    \b
    Example:
      etl reference "Geran-2" Baykar "Al-Shabaab"
    """
    import json

    from etl.reference.lookup import look_up
    from etl.reference.tables import TABLES, entries

    if as_json:
        found = {name: [item.row() for item in look_up(name)] for name in names}
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    if not names:
        known = list(entries().values())
        for table in TABLES:
            rows = [entry for entry in known if entry.table == table]
            click.echo(f"{table:<28}{len(rows):>7,} rows{sum(len(entry.names) for entry in rows):>9,} names")
        click.echo(f"{'all':<28}{len(known):>7,} rows{sum(len(entry.names) for entry in known):>9,} names")
        return
    for name in names:
        matches = look_up(name)
        click.echo(f"{name}: {'nothing known' if not matches else ''}")
        for item in matches:
            row = item.row()
            click.echo(
                f"  {row['id']}  {row['name']}  [{row['table']}]  {row['country'] or ''} {row['category'] or ''}  ({item.reason})"
            )


@main.command()
@click.argument("gold", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--tune",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The gold file on whose held-out predictions thresholds are set; else the first.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Folder for model.json and figures.json.",
)
def train(gold: tuple[Path, ...], tune: Path | None, out: Path) -> None:
    """Train the scorer from coded articles, together with the examples that ship (needs the extra `train`).

    \b
    Example:
      etl train my_gold.jsonl --out etl/extract/scorer
    """
    from etl.quality.training.examples import WRITTEN, Document, read_documents, shipped_examples
    from etl.quality.training.train import train as fit
    from etl.quality.training.train import write_model

    tuned_on = tune or gold[0]
    documents: list[Document] = []
    tuned = range(0)
    for path in gold:
        start = len(documents)
        documents += list(read_documents([path]))
        if path == tuned_on:
            tuned = range(start, len(documents))
    documents += list(read_documents(shipped_examples(), weight=WRITTEN))
    if not tuned:
        from etl.errors import ConfigurationError

        raise ConfigurationError(f"--tune {tuned_on} is none of the gold files given. Name one of them.")
    write_model(fit(documents, tuned_on=tuned, progress=click.echo), out)
    click.echo(f"model in {out}")


@main.command()
@click.option(
    "--corpus",
    type=click.Path(path_type=Path),
    default=Path("data/raw"),
    show_default=True,
    help="Folder or file with articles.",
)
def bench(corpus: Path) -> None:
    """Measure how fast names are found in the articles of CORPUS, and with tables ten times as large.

    \b
    Example:
      etl bench --corpus my_articles/
    """
    from etl.quality.bench import measure_matching
    from etl.sources import Article, read_articles

    texts = [item.text for item in read_articles([corpus], _settings()) if isinstance(item, Article)]
    if not texts:
        from etl.errors import ConfigurationError

        raise ConfigurationError(f"--corpus {corpus} holds no article. Name a folder or file with articles.")
    speed = measure_matching(texts)
    click.echo(f"{speed.names:>10,} names: {speed.characters_per_second:>12,.0f} characters a second on one core")
    click.echo(
        f"{speed.larger_names:>10,} names: {speed.larger_characters_per_second:>12,.0f} characters a second on one core"
    )
    click.echo(f"ten times the names take {speed.ratio:.2f} times as long")

"""Commands that look things up, measure and train."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from etl.commands.console import EXTRACTOR, REPLAY, load, progress, say, say_asked

if TYPE_CHECKING:
    from etl.settings import Settings


@click.command()
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
@EXTRACTOR
@REPLAY
def evaluate(
    gold: Path,
    events: Path | None,
    target: Path | None,
    workers: int | None,
    extractor: str | None,
    replay: bool | None,
) -> None:
    """Measure the extractor on articles that you have coded; one with a language model beside the rules, and with its cost.

    GOLD is JSON Lines: each line an article (id, title, date, publisher, text) with its events: supplier, recipient,
    category, status, and, where you like, assertion and optional.

    \b
    Example:
      etl evaluate my_gold.jsonl --json figures.json
    """
    import json

    from etl.quality.evaluate import evaluate as measure
    from etl.quality.evaluate import read_gold

    documents = read_gold(gold)
    if events:
        import pyarrow.parquet as pq

        figures = measure(pq.read_table(events).to_pylist(), documents)
    else:
        settings = load(workers=workers, extractor=extractor, llm_replay=replay)
        figures = _measured(gold, documents, settings)
    _print_figures(figures)
    if target:
        target.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
        say(f"all figures in {target}")


def _measured(gold: Path, documents: list[dict[str, object]], settings: Settings) -> dict[str, Any]:
    """The figures of the extractor; of one with a language model also its cost, and the figures of the rules alone, which are printed beside it."""
    from dataclasses import asdict

    from etl import pipeline
    from etl.asking import Tally
    from etl.extraction.llm.asked import Asked
    from etl.quality.evaluate import evaluate as measure

    asked, tally = Asked(), Tally()

    def run(chosen: Settings) -> dict[str, Any]:
        display, advance = progress()
        with display:
            return measure(list(pipeline.extract([gold], chosen, advance, tally=tally, asked=asked)), documents)

    if settings.extractor == "rules":
        return run(settings)
    figures, rules = run(settings), run(settings.model_copy(update={"extractor": "rules"}))
    say(f"{'':<18}{'rules alone':>21}{settings.extractor:>24}")
    say(f"{'':<18}{'P':>7}{'R':>7}{'F1':>7}   {'P':>7}{'R':>7}{'F1':>7}")
    for name, score in figures["depth"].items():
        told = (f"{own[part]:>7.3f}" for own in (rules["depth"][name], score) for part in ("precision", "recall", "f1"))
        first, second = "".join(next(told) for _ in range(3)), "".join(told)
        say(f"{name:<18}{first}   {second}")
    say("\ncost")
    say_asked(asked, tally)
    say(f"\n{settings.extractor}: {settings.llm_model}")
    return figures | {"cost": asdict(asked), "rules": rules}


def _print_figures(figures: dict[str, Any]) -> None:
    say(f"{figures['documents']} documents, {figures['gold_events']} coded events")
    heading = f"{'':<18}{'P':>7}{'R':>7}{'F1':>7}   95 % of F1      hits/predicted/coded"
    for title, part in (("all", "depth"), ("firm", "firm")):
        say(f"\n{title}\n{heading}")
        for name, score in figures[part].items():
            _print_score(name, score)
    say(f"\nby least confidence, at event depth\n{heading}")
    for name, score in figures["curve"].items():
        _print_score(name, score)
    by_chance = f"{figures['calibration_by_chance']} is to be expected of so many rows by chance alone"
    say(f"calibration error of the confidence: {figures['calibration_error']} ({by_chance})")
    for part in ("status", "category", "publisher"):
        say(f"\nby {part}, at event depth\n{heading}")
        for name, score in figures[part].items():
            _print_score(name[:17], score)
    say("\nerrors by kind")
    for side, kinds in figures["errors"].items():
        say(f"  {side}: " + ", ".join(f"{kind} {count}" for kind, count in kinds.items()))
    quiet = figures["no_event_documents"]
    say(f"documents without an event: {quiet['documents']}, of them given false rows: {quiet['with_false_rows']}")


def _print_score(name: str, score: dict[str, Any]) -> None:
    low, high = score["f1_95"] or (0, 0)
    counts = f"{score['hits']}/{score['predicted']}/{score['gold']}"
    say(
        f"{name:<18}{score['precision']:>7.3f}{score['recall']:>7.3f}{score['f1']:>7.3f}   {low:.3f}-{high:.3f}    {counts}"
    )


@click.command()
@click.argument("names", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object: each name with its matches, best first.")
def reference(names: tuple[str, ...], as_json: bool) -> None:
    """Tell what the reference tables know: counts of all tables, or who or what each of NAMES is, and why.

    \b
    Example:
      etl reference "Geran-2" Baykar "Al-Shabaab"
    """
    from etl.publish.safe import json_line
    from etl.reference.lookup import look_up
    from etl.reference.tables import TABLES, entries

    if as_json:
        found = {name: [item.row() for item in look_up(name)] for name in names}
        click.echo(json_line(found))
        return
    if not names:
        known = list(entries().values())
        for table in TABLES:
            rows = [entry for entry in known if entry.table == table]
            say(f"{table:<28}{len(rows):>7,} rows{sum(len(entry.names) for entry in rows):>9,} names")
        say(f"{'all':<28}{len(known):>7,} rows{sum(len(entry.names) for entry in known):>9,} names")
        return
    for name in names:
        matches = look_up(name)
        say(f"{name}: {'nothing known' if not matches else ''}")
        for item in matches:
            row = item.row()
            say(
                f"  {row['id']}  {row['name']}  [{row['table']}]  {row['country'] or ''} {row['category'] or ''}  ({item.reason})"
            )


@click.command()
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
      etl train my_gold.jsonl --out etl/extraction/scorer
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
    out.mkdir(parents=True, exist_ok=True)  # before the training, not found missing after it
    write_model(fit(documents, tuned_on=tuned, progress=say), out)
    say(f"model in {out}")

"""The command that measures speed."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import click

from etl.commands.console import load

_NEEDED = {"altair": "altair", "psutil": "psutil", "vl_convert": "vl-convert-python"}
"""Modules of the extra `bench`, and the packages that bring them."""
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
_DEFENCE_SHARE, _LEAST_DEFENCE = 10, 60


@click.command()
@click.option(
    "--corpus",
    type=click.Path(path_type=Path),
    help="Folder or file with your own articles, measured instead of the made ones.",
)
@click.option(
    "--articles",
    type=click.IntRange(min=40),
    help="Articles of general news that are made; of defence news, a tenth, but 60 at least.  [default: 12000; with --corpus, all]",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("benchmarks"),
    show_default=True,
    help="Folder for speed.json, speed.png and speed.svg.",
)
def bench(corpus: Path | None, articles: int | None, out: Path) -> None:
    """Measure speed and memory as ratios within one run, on news that is made for it (needs the extra `bench`).

    Compared are the extraction stage with spaCy's whole pipeline and with a plain keyword matcher, two workers with
    one, a second run with the first, a whole corpus with a tenth of it, and all stages with each other. The default
    takes about five minutes on two cores.

    \b
    Example:
      etl bench --corpus my_articles.jsonl --articles 5000
    """
    import os

    from etl.errors import ConfigurationError

    if missing := [package for module, package in _NEEDED.items() if find_spec(module) is None]:
        raise ConfigurationError(
            f"etl bench needs {', '.join(missing)}. Install the extra `bench`: pip install '.[bench]'."
        )
    os.environ.update(dict.fromkeys(_THREADS, "1"))  # before numpy is loaded: cores are compared with cores

    import json
    import time
    from tempfile import TemporaryDirectory

    from etl.bench.corpora import KINDS, make_articles, read_corpus, write_corpus
    from etl.bench.figures import measure, warm_articles
    from etl.bench.report import draw, render_table
    from etl.publish.tables import write_text

    started = time.monotonic()

    def say(told: str) -> None:
        click.echo(f"{time.monotonic() - started:5.0f} s  {told}", err=True)

    settings = load()
    corpora = {}
    with TemporaryDirectory() as work:
        if corpus:
            made = {"own": (read_corpus(corpus, settings), articles)}
        else:
            count = articles or 12_000
            sizes = (count, min(count, max(_LEAST_DEFENCE, count // _DEFENCE_SHARE)))
            made = {kind: (make_articles(kind), size) for kind, size in zip(KINDS, sizes, strict=True)}
        for name, (records, size) in made.items():
            say(f"{name}: writing the corpus")
            folder = Path(work) / name
            folder.mkdir()
            corpora[name] = write_corpus(name, records, folder, articles=size, warm=warm_articles)
        figures = measure(corpora, settings, say)
    out.mkdir(parents=True, exist_ok=True)
    write_text(out / "speed.json", json.dumps(figures, indent=2) + "\n")
    draw(figures, out)
    click.echo(render_table(figures))
    click.echo(f"figures and chart in {out}")

"""The command that shows the tables: a folder of pages for the browser."""

from __future__ import annotations

from pathlib import Path

import click

from etl.commands.console import TABLES, say


@click.command()
@TABLES
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("data/report"),
    show_default=True,
    help="Folder for the pages.",
)
@click.option("--quotes-only", is_flag=True, help="Leave out the words around the quotes.")
def report(tables: Path, out: Path, quotes_only: bool) -> None:
    """Write pages to look at the tables of a run or a release.

    Open index.html of the folder in a browser: maps and pictures, tables to search and sort, and for each event the words it rests on.
    Nothing is fetched from anywhere. All events are in it; firm ones can be chosen there.

    \b
    Example:
      etl report --tables data/releases/2026.11.0 --out data/report
    """
    from etl.report.write import write_report

    written = write_report(tables, out, quotes_only=quotes_only)
    say(f"transfers     {written.transfers:>10,}")
    say(f"events        {written.events:>10,}")
    say(f"files         {written.files:>10,} ({written.size / 1_000_000:,.1f} MB)")
    around = "at most 300 characters of the article on each side of a quote" if written.has_context else "quotes alone"
    say(f"texts         {around}")
    say(f"open {out / 'index.html'} in a browser")

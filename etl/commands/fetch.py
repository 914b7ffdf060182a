"""The command that brings articles from the network: fetch."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click

from etl.commands.console import load, progress


@click.command()
@click.argument("feeds", nargs=-1)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("data/raw"),
    show_default=True,
    help="Folder for the articles.",
)
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=100,
    show_default=True,
    help="Most articles of one feed in this call, the newest first.",
)
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Leave out what a feed dates before this day.")
@click.option(
    "--wait",
    type=click.FloatRange(min=0, max=3600),
    default=2,
    show_default=True,
    help="Seconds between two requests to one host; more if its robots.txt asks for more.",
)
@click.option("--dry-run", is_flag=True, help="Read the feeds, list what would be fetched, and write nothing.")
def fetch(feeds: tuple[str, ...], out: Path, limit: int, since: datetime | None, wait: float, dry_run: bool) -> None:
    """Fetch the articles of FEEDS from the network, as WARC files that `etl run` reads.

    FEEDS are addresses of RSS or Atom feeds and of sitemaps, or text files with an address a line (# begins a comment).
    Of all commands this one alone asks servers for articles. It keeps to their robots.txt, asks a host one thing at a
    time, and never fetches an article twice. Proxies of the environment are not used.

    Articles go to OUT/fetched-*.warc.gz, closed every 50 pages: what a call that is killed loses at most. All else that
    was asked and answered, and what the next call has to know, is in OUT/.fetch. Logins and keys in the addresses that you
    name are written nowhere. Set `fetch_contact` so that the owners of sites know whom to turn to.

    \b
    Example:
      etl fetch https://www.example.org/news/rss.xml feeds.txt --since 2024-01-01
      etl run data/raw
    """
    from etl.fetch import fetch as bring
    from etl.fetch import read_feeds

    settings = load()
    named = read_feeds(feeds)
    if not settings.fetch_contact:
        click.echo(
            "etl: set fetch_contact, in etl.toml or as ETL_FETCH_CONTACT, so that sites can reach you.", err=True
        )
    display, advance = progress()
    with display:
        report = bring(
            named, out, settings, limit=limit, since=since.date() if since else None, wait=wait, dry_run=dry_run,
            progress=advance,
        )  # fmt: skip
    for line in report.listed:
        click.echo(line)
    for name, value in (
        ("feeds", report.feeds), ("  failed", report.feeds_failed), ("  unchanged", report.unchanged), ("entries", report.entries),
        ("  to fetch" if dry_run else "  fetched", len(report.listed) if dry_run else report.fetched),
        ("  had", report.had), ("  too early", report.early), ("  for later", report.later),
        ("  by robots.txt", report.disallowed), ("  failed", report.failed),
    ):  # fmt: skip
        click.echo(f"{name:<16}{value:>10,}")
    for line in report.failures:
        click.echo(line)
    if not dry_run:
        click.echo(f"articles in {out}")
    if report.nothing_read:
        sys.exit(1)

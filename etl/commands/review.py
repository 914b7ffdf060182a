"""Commands of the review desk: the page on which a person decides about rows, and how far two persons agree."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from etl.commands.console import CORRECTIONS, TABLES, load, say

if TYPE_CHECKING:
    from etl.desk.session import Session

FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@TABLES
@CORRECTIONS
@click.option("--who", default="", help="Your name, as it stands beside your decisions; else the page asks.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port of this machine.  [default: a free one]")
@click.option("--no-browser", is_flag=True, help="Print the address only.")
@click.option("--blind", type=FILE, help="Code the rows into this file of your own, without the decisions of others.")
@click.option(
    "--export-gold", "gold", type=FILE, help="Write the articles that are reviewed for `etl evaluate`, and end."
)
def review(
    tables: Path,
    corrections: Path | None,
    who: str,
    port: int,
    *,
    no_browser: bool,
    blind: Path | None,
    gold: Path | None,
) -> None:
    """Open a page of this machine on which you decide about rows, the most doubtful first.

    Corrections go to `data/corrections.csv`, which the next run applies; which rows were looked at, to `reviewed.csv` beside it. With
    --blind, two people code the same rows apart; `etl agreement` then compares their files.

    \b
    Example:
      etl review --who "A. Reader"
      etl review --blind first.csv --who "A. Reader"
      etl review --export-gold reviewed.jsonl
    """
    from etl.desk.session import Session
    from etl.desk.tables import read_tables
    from etl.errors import ConfigurationError
    from etl.review.corrections import DEFAULT

    if blind and gold:
        raise ConfigurationError("--blind and --export-gold do not go together. Leave one out.")
    decided = load(corrections=corrections).corrections or DEFAULT
    session = Session(read_tables(tables), decided, who=who, blind=blind)
    if gold:
        from etl.desk.gold import write_gold

        articles, events = write_gold(session, gold)
        say(f"articles      {articles:>10,}\nevents        {events:>10,}\nwritten: {gold}")
        return
    _serve(session, port, is_shown=not no_browser)


def _serve(session: Session, port: int, *, is_shown: bool) -> None:
    """Answer requests until Ctrl-C."""
    import webbrowser

    from etl.desk.server import Desk

    with Desk(session, port) as desk:
        say(f"open: {desk.address}")
        say("decisions go to " + " and ".join(map(str, session.files)))
        say("Ctrl-C ends the desk")
        if is_shown:
            webbrowser.open(desk.address)
        try:
            desk.serve_forever()
        except KeyboardInterrupt:
            say("\nended; every decision is written")


@click.command()
@click.argument("first", type=FILE)
@click.argument("second", type=FILE)
def agreement(first: Path, second: Path) -> None:
    """Tell how far two blind coders agree, by field, and on which rows they do not.

    FIRST and SECOND are files of `etl review --blind`. kappa is Cohen's, alpha Krippendorff's for names; a dash stands where one code
    alone was used. An empty field counts as a code.

    \b
    Example:
      etl agreement first.csv second.csv
    """
    from etl.desk.agreement import compare
    from etl.desk.decisions import read_decisions
    from etl.errors import ConfigurationError

    for path in (first, second):
        if not path.is_file():
            raise ConfigurationError(f"{path} does not exist. `etl review --blind {path}` writes it.")
    found = compare(read_decisions(first, is_blind=True), read_decisions(second, is_blind=True))
    say(
        f"rows of both {found.both:,}, of the first alone {found.first_alone:,}, of the second alone {found.second_alone:,}"
    )
    say(f"\n{'field':<18}{'rows':>8}{'alike':>8}{'%':>8}{'kappa':>8}{'alpha':>8}")
    for item in found.fields:
        share = 100 * item.agreed / item.coded if item.coded else None
        say(
            f"{item.field:<18}{item.coded:>8,}{item.agreed:>8,}{_figure(share, 1):>8}{_figure(item.kappa):>8}{_figure(item.alpha):>8}"
        )
        if item.ranked:
            say(f"{'  in their order':<18}{item.ranked:>8,}{_figure(item.ordinal):>32}")
    if found.differences:
        say(f"\n{'event_id':<18}{'field':<18}first | second")
    for difference in found.differences:
        say(f"{difference.event_id:<18}{difference.field:<18}{difference.first or '-'} | {difference.second or '-'}")


def _figure(value: float | None, digits: int = 3) -> str:
    return "-" if value is None else f"{value:.{digits}f}"

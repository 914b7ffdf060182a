"""Commands on finished tables: releases, what was known on a day, exports, and the comparison with a register."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from etl.commands.console import CORRECTIONS, load, say

if TYPE_CHECKING:
    import pandas as pd

    from etl.merge.settle import Made

TABLES = click.option(
    "--tables",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=Path("data/processed"),
    show_default=True,
    help="Folder with the tables of a run.",
)


def _framed(events: pd.DataFrame, rows: dict[str, list[Made]]) -> dict[str, pd.DataFrame]:
    from schemas import TABLES as DECLARED
    from schemas.checks import to_frame

    return {"events": events, **{name: to_frame(DECLARED[name], made) for name, made in rows.items()}}


@click.command()
@click.argument("version")
@TABLES
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("data/releases"),
    show_default=True,
    help="Folder of all releases.",
)
@click.option(
    "--tier", default="firm", show_default=True, help="Least sure tier that is kept: firm, or candidate for all events."
)
@click.option("--texts", is_flag=True, help="Put the full texts of the articles in. Mind their authors' rights.")
@click.option("--quote-chars", default=300, show_default=True, help="Most characters of a quote.")
@click.option("--date", "released", type=click.DateTime(["%Y-%m-%d"]), help="Day of the release, for the citation.")
def release(
    version: str, tables: Path, out: Path, tier: str, texts: bool, quote_chars: int, released: datetime | None
) -> None:
    """Build the release VERSION (year.month.number): Parquet, CSV, metadata, manifest, and what changed since the last.

    \b
    Example:
      etl release 2026.11.0 --tier candidate
    """
    from etl.merge.join import keep
    from etl.publish.release import write_release
    from etl.stored import read_stored
    from schemas import EVENTS, TRANSFER_EVENTS

    links = read_stored(TRANSFER_EVENTS, tables)

    def rebuild(events: pd.DataFrame, articles: pd.DataFrame) -> dict[str, pd.DataFrame]:
        return _framed(*keep(events, articles, links))

    day = released.date() if released else None
    target = write_release(
        tables, version, out, rebuild=rebuild, tier=tier, texts=texts, quote_chars=quote_chars, released=day
    )
    events, kept = read_stored(EVENTS, tables), read_stored(EVENTS, target)
    say(f"events        {len(kept):>10,} of {len(events):,}, tier {tier}")
    if kept.empty and not events.empty:
        say("no event is of this tier: `--tier candidate` keeps all")
    say(f"release in {target}")
    say(f"what changed: {target / 'CHANGES.md'}")


@click.command()
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
@TABLES
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder for the tables.")
@CORRECTIONS
def asof(day: datetime, tables: Path, out: Path, corrections: Path | None) -> None:
    """Write the tables as they were known on DAY: without articles published later, and what only they tell.

    Corrections of events stand in the tables already; those of transfers are applied where they fit.

    \b
    Example:
      etl asof 2023-12-31 --out data/known_2023
    """
    from etl.merge.join import as_they_are
    from etl.publish.asof import write_known
    from etl.review.corrections import find_corrections, regroup

    decided = find_corrections(load(corrections=corrections).corrections)
    regrouped = partial(regroup, corrections=decided, of_later=True) if decided else as_they_are
    known = write_known(tables, date(day.year, day.month, day.day), out, regrouped)
    for name, count in (
        ("articles", known.articles), ("events", known.events), ("transfers", known.transfers),
        ("later", known.later), ("undated", known.undated),
    ):  # fmt: skip
        say(f"{name:<14}{count:>10,}")
    say(f"tables in {out}")


EXPORTS = {
    "trade-register": "trade_register.csv",
    "trade-register-text": "trade_register.md",
    "unroca": "unroca.csv",
    "flows": "flows.graphml",
}


@click.command()
@click.argument("kind", type=click.Choice(list(EXPORTS)))
@TABLES
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="File to write.")
def export(kind: str, tables: Path, out: Path | None) -> None:
    """Write the transfers in another form of the field.

    trade-register has the columns of SIPRI's register (with a note beside it of what it is not), trade-register-text its printed
    layout, unroca the form of the UN Register, flows a graph for network programs.

    \b
    Example:
      etl export flows --out flows.graphml
    """
    from etl.publish.flows import write_flows
    from etl.publish.tables import write_text
    from etl.publish.trade_register import trade_register_note, write_trade_register, write_trade_register_text
    from etl.publish.unroca import write_unroca
    from etl.stored import read_stored
    from schemas import EVENTS, TRANSFER_EVENTS, TRANSFERS

    target = out or Path(EXPORTS[kind])
    transfers, events, links = (read_stored(table, tables) for table in (TRANSFERS, EVENTS, TRANSFER_EVENTS))
    if kind == "flows":
        write_flows(transfers, target)
    elif kind == "unroca":
        write_unroca(transfers, events, links, target)
    elif kind == "trade-register-text":
        write_trade_register_text(transfers, events, links, target)
    else:
        write_trade_register(transfers, events, links, target)
        note = write_text(target.with_name("TRADE_REGISTER.md"), trade_register_note())
        say(f"what it is not: {note}")
    say(f"written: {target}")


@click.command()
@click.argument("register", type=click.Path(path_type=Path, dir_okay=False))
@TABLES
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the comparison to this CSV file.")
def reconcile(register: Path, tables: Path, out: Path | None) -> None:
    """Compare the transfers with a REGISTER that you have: a CSV file of SIPRI, UNROCA or the Ukraine Support Tracker.

    Nothing of the register is copied but row numbers, identifiers, years and numbers.

    \b
    Example:
      etl reconcile trade-register.csv --out comparison.csv
    """
    from etl.publish.csv_tables import write_rows
    from etl.quality.reconcile import reconcile as compare
    from etl.quality.reconcile import summarise
    from etl.quality.registers import read_register
    from etl.stored import read_stored
    from schemas import TRANSFERS
    from schemas.checks import to_rows

    frame = compare(read_stored(TRANSFERS, tables), read_register(register))
    say(summarise(frame))
    if out:
        write_rows(list(frame.columns), to_rows(frame), out)
        say(f"comparison in {out}")

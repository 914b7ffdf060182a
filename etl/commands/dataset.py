"""Commands on finished tables: releases, what was known on a day, exports, and the comparison with a register."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from etl.commands.console import CORRECTIONS, TABLES, load, say

if TYPE_CHECKING:
    import pandas as pd

    from etl.merge.settle import Made


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
    "geojson": "flows.geojson",
    "excel": "arms_transfer_events.xlsx",
    "card": "card.pdf",
}
_NEEDED = {
    "excel": {"xlsxwriter": "xlsxwriter"},
    "card": {"fpdf": "fpdf2", "vl_convert": "vl-convert-python"},
}
"""Modules that an export needs beside those of every installation, with the packages that bring them."""


def _need_extra(kind: str) -> None:
    from importlib.util import find_spec

    from etl.errors import ConfigurationError

    if missing := [package for module, package in _NEEDED.get(kind, {}).items() if find_spec(module) is None]:
        raise ConfigurationError(
            f"etl export {kind} needs {', '.join(missing)}. Install the extra `report`: pip install '.[report]'."
        )


def _version(tables: Path) -> str:
    """The version of the tables: of a release its own, of a run that of the program."""
    import json

    from etl import __version__

    path = tables / "datapackage.json"
    return (
        str(json.loads(path.read_text(encoding="utf-8")).get("version", __version__)) if path.is_file() else __version__
    )


def _write_for_people(kind: str, tables: Path, target: Path, transfer: str | None) -> None:
    """Write a workbook, or the card of a transfer."""
    from etl.errors import ConfigurationError
    from etl.stored import read_stored
    from schemas import TABLES as DECLARED

    if kind == "card" and transfer is None:
        raise ConfigurationError("a card shows one transfer. Give its transfer_id, or the beginning: --transfer ID.")
    _need_extra(kind)
    frames = {name: read_stored(table, tables) for name, table in DECLARED.items() if name != "texts"}
    if kind == "card":
        from etl.publish.card import write_card

        write_card(transfer or "", frames, target, version=_version(tables))
        return
    from etl.publish.workbook import MOST_ROWS, write_workbook

    for name in write_workbook(frames, target, version=_version(tables)):
        say(f"{name}: only the first {MOST_ROWS:,} of {len(frames[name]):,} rows, a sheet has no more room")


@click.command()
@click.argument("kind", type=click.Choice(list(EXPORTS)))
@TABLES
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="File to write.")
@click.option("--transfer", help="For a card: the transfer_id, or its beginning.")
def export(kind: str, tables: Path, out: Path | None, transfer: str | None) -> None:
    """Write the transfers in another form of the field.

    trade-register has the columns of SIPRI's register (with a note beside it of what it is not), trade-register-text its printed
    layout, unroca the form of the UN Register, flows a graph for network programs, geojson lines for maps. For people: excel is a
    workbook of all tables without texts, card one transfer on a page, as PDF or PNG by the ending of --out (both need the extra
    `report`).

    \b
    Example:
      etl export flows --out flows.graphml
      etl export card --transfer 1708e2e3 --out card.png
    """
    from etl.publish.flows import write_flows
    from etl.publish.geojson import write_geojson
    from etl.publish.tables import write_text
    from etl.publish.trade_register import trade_register_note, write_trade_register, write_trade_register_text
    from etl.publish.unroca import write_unroca
    from etl.stored import read_stored
    from schemas import EVENTS, TRANSFER_EVENTS, TRANSFERS

    if transfer is not None and kind != "card":
        raise click.UsageError(f"--transfer goes with the kind card; {kind} holds all transfers.")
    target = out or Path(EXPORTS[kind])
    if kind in _NEEDED:
        _write_for_people(kind, tables, target, transfer)
        say(f"written: {target}")
        return
    transfers, events, links = (read_stored(table, tables) for table in (TRANSFERS, EVENTS, TRANSFER_EVENTS))
    if kind == "flows":
        write_flows(transfers, target)
    elif kind == "geojson":
        write_geojson(transfers, target)
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

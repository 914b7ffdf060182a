"""What a researcher imports: `etl.load`, `etl.explain`, `etl.extract`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as day
from pathlib import Path

import pandas as pd

from etl.asking import Tally
from etl.errors import ConfigurationError, InputError
from etl.kept.keep import map_documents
from etl.publish.safe import terminal_text
from etl.settings import load_settings
from etl.show.explain import EventShown, evidence_of, explain_html
from etl.sources import Document
from etl.stored import read_stored
from schemas import EVENTS, TABLES, TEXTS, Table
from schemas.checks import to_frame, to_rows

_LOST = frozenset({"extraction_failed", "language_not_supported", "no_answer", "refused_answer"})
"""Reasons for which the events of a text are not known."""
_AS_TOLD = 5
"""Identifiers that an error names, where several fit."""


@dataclass(frozen=True)
class Tables:
    """The tables of a run or a release as typed frames.

    Columns of codes are ordered categories, in the order of `schemas/codes`; dates are datetime64; numbers and booleans may be missing.

    Attributes:
        folder: where they were read from.
    """

    folder: Path
    articles: pd.DataFrame
    texts: pd.DataFrame
    mentions: pd.DataFrame
    events: pd.DataFrame
    transfers: pd.DataFrame
    transfer_events: pd.DataFrame
    conflicts: pd.DataFrame
    quarantine: pd.DataFrame

    def __getitem__(self, name: str) -> pd.DataFrame:
        """Return a table by its name."""
        if name not in TABLES:
            raise KeyError(f"{name!r} is no table. The tables are {', '.join(TABLES)}.")
        frame: pd.DataFrame = getattr(self, name)
        return frame

    def __repr__(self) -> str:
        """Return the folder and the number of rows of each table."""
        return "\n".join([f"Tables of {self.folder}", *(f"  {name:<16}{len(self[name]):>9,}" for name in TABLES)])


def _typed(table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame of `read_stored` with its dates as datetime64 and its codes as ordered categories."""
    for column in table.columns:
        if column.type == "date":
            frame[column.name] = frame[column.name].astype("datetime64[s]")
        elif column.allowed:
            frame[column.name] = frame[column.name].astype(pd.CategoricalDtype(list(column.allowed), ordered=True))
    return frame


def load(folder: str | Path = "data/processed") -> Tables:
    """Return the tables of a folder that `etl run`, `etl asof` or `etl release` has written.

    Args:
        folder: the folder. Where it has no texts, as a release by default, `.texts` is an empty frame.

    Raises:
        ConfigurationError: the folder is not there, holds no tables, or those of another version.
    """
    place = Path(folder)
    if not place.is_dir():
        raise ConfigurationError(f"{place} is no folder. Name one that `etl run` or `etl release` has written.")

    def read(table: Table) -> pd.DataFrame:
        is_left_out = table is TEXTS and not (place / f"{table.name}.parquet").is_file()
        return _typed(table, to_frame(table, []) if is_left_out else read_stored(table, place))

    return Tables(place, **{name: read(table) for name, table in TABLES.items()})


@dataclass(frozen=True)
class Explanation:
    """Events with what stands behind them; a notebook shows it as a page, `print` as text.

    Attributes:
        events: the events, in the order of the table.
    """

    events: tuple[EventShown, ...]

    def _repr_html_(self) -> str:
        return explain_html(self.events)

    def __str__(self) -> str:
        return terminal_text("\n\n".join(event.plain() for event in self.events))

    __repr__ = __str__


def _find(identifier: str, tables: Tables) -> list[str]:
    """Return the event_ids that an event or a transfer tells, whose identifier begins so.

    Raises:
        ConfigurationError: none does, or several do.
    """
    events, ties = tables.events["event_id"], tables.transfer_events
    names = pd.concat([events, tables.transfers["transfer_id"]])
    fitting = [identifier] if (names == identifier).any() else sorted(names[names.str.startswith(identifier or "-")])
    if len(fitting) == 1:
        return [*events[events == fitting[0]], *ties["event_id"][ties["transfer_id"] == fitting[0]]]
    if not fitting:
        raise ConfigurationError(
            f"{identifier!r} is no event_id or transfer_id of {tables.folder}, nor the beginning of one. Look it up in its events or transfers."
        )
    raise ConfigurationError(
        f"{identifier!r} begins {len(fitting)} identifiers of {tables.folder}, such as {', '.join(fitting[:_AS_TOLD])}. Give more of it."
    )


def _having(frame: pd.DataFrame, column: str, values: Sequence[object]) -> list[dict[str, object]]:
    return to_rows(frame[frame[column].isin(list(values))])


def explain(event_id: str, folder: str | Path | Tables = "data/processed") -> Explanation:
    """Return what stands behind an event: its row in words, its sentences with the roles marked, its article, its transfer.

    Args:
        event_id: identifier of an event, or its beginning; that of a transfer stands for all its events.
        folder: folder of the tables, or tables that `load` has read. Without texts, the quotes stand alone.

    Raises:
        ConfigurationError: the folder has no tables, or no such event.
    """
    tables = folder if isinstance(folder, Tables) else load(folder)
    events = _having(tables.events, "event_id", _find(event_id, tables))
    names = [row["event_id"] for row in events]
    sources = [row["article_id"] for row in events]
    ties = {row["event_id"]: row for row in _having(tables.transfer_events, "event_id", names)}
    transfer_ids = [row["transfer_id"] for row in ties.values()]
    transfers = {row["transfer_id"]: row for row in _having(tables.transfers, "transfer_id", transfer_ids)}
    articles = {row["article_id"]: row for row in _having(tables.articles, "article_id", sources)}
    texts = {row["article_id"]: str(row["text"]) for row in _having(tables.texts, "article_id", sources)}
    mentions = _having(tables.mentions, "event_id", names)
    return Explanation(
        tuple(
            EventShown(
                event,
                articles[event["article_id"]],
                tuple(
                    evidence_of(mention, texts.get(mention["article_id"]))
                    for mention in mentions
                    if mention["event_id"] == event["event_id"]
                ),
                ties.get(event["event_id"]),
                transfers.get(ties[event["event_id"]]["transfer_id"]) if event["event_id"] in ties else None,
            )
            for event in events
        )
    )


def extract(text: str, date: day | str | None = None, title: str | None = None) -> pd.DataFrame:
    """Return the events of one text as a typed frame of the table `events`, without keeping or joining anything.

    Args:
        text: the text of an article.
        date: day of its publication, or that day in ISO 8601; relative dates ("last month") count from it.
        title: its headline.

    Raises:
        ConfigurationError: the date is none.
        InputError: the text is no article, or its events cannot be told.
    """
    try:
        told = day.fromisoformat(date) if isinstance(date, str) else date
    except ValueError as error:
        raise ConfigurationError(f"date {date!r} is none. Give a date or its ISO form, such as 2024-01-04.") from error
    fields = {"text": text, "title": title, "date": told.isoformat() if told else None}
    here = load_settings().model_copy(update={"workers": 1, "scheduler": None})
    entries = map_documents([Document("text", 0, fields)], here, progress=lambda *_: None, tally=Tally())
    (entry,) = (row for table in entries for row in table.to_pylist())
    lost = [entry] if entry["reason"] else [item for item in entry["aside"] or () if item["reason"] in _LOST]
    if lost:
        raise InputError(lost[0]["reason"], lost[0]["message"])
    return _typed(EVENTS, to_frame(EVENTS, entry["events"] or ()))

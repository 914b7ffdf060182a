"""Builds a release: a folder of finished tables that explains itself, the same bytes for the same tables and code."""

import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

import pandas as pd

from etl.errors import ConfigurationError, EtlError
from etl.lock import locked
from etl.place import sync
from etl.publish.changes import NEEDED, Snapshot, compare_snapshots, read_snapshot, render_changes
from etl.publish.citation import DEFAULT_AUTHORS, Author, citation_text, write_citation, write_zenodo
from etl.publish.codebook import render_codebook
from etl.publish.croissant import write_croissant
from etl.publish.csv_tables import write_csv
from etl.publish.manifest import provenance, write_manifest
from etl.publish.package import write_release_package
from etl.publish.quotes import cap_excerpts, cap_quotes
from etl.publish.readme import render_readme
from etl.publish.tables import write_table, write_text
from etl.stored import read_stored
from schemas import CHANGES, TABLES, Table
from schemas.arrow import to_arrow
from schemas.checks import split, to_frame
from schemas.codes import codes

Rebuild = Callable[[pd.DataFrame, pd.DataFrame], Mapping[str, pd.DataFrame]]
"""Kept events and all articles -> new frames for events, transfers, transfer_events and conflicts."""

_VERSION = re.compile(r"([1-9]\d{3})\.([1-9]|1[0-2])\.(0|[1-9]\d*)")
_REBUILT = ("events", "transfers", "transfer_events", "conflicts")


def version_key(version: str) -> tuple[int, int, int] | None:
    """Return year, month and number of a version YYYY.M.N, by which versions are ordered; None for anything else."""
    found = _VERSION.fullmatch(version)
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def earlier_release(releases: Path, version: str) -> Path | None:
    """Return the folder of the highest version in a folder of releases that is lower than the given one, if any."""
    limit = version_key(version)
    found = {version_key(path.name): path for path in releases.iterdir() if path.is_dir()}
    lower = [key for key in found if key is not None and limit is not None and key < limit]
    return found[max(lower)] if lower else None


def _keep_tier(frames: dict[str, pd.DataFrame], tier: str, rebuild: Rebuild) -> dict[str, pd.DataFrame]:
    """Return the frames with the events of the tier, or a surer one, alone, and all that hangs on them."""
    kept = codes("tier")[: codes("tier").index(tier) + 1]
    events = frames["events"][frames["events"]["tier"].isin(kept)].reset_index(drop=True)
    if len(events) == len(frames["events"]):
        return frames
    mentions = frames["mentions"][frames["mentions"]["event_id"].isin(set(events["event_id"]))]
    counts = mentions["article_id"].value_counts()
    n_mentions = frames["articles"]["article_id"].map(counts).fillna(0).astype("Int64")
    rebuilt = rebuild(events, frames["articles"])
    return frames | {
        "articles": frames["articles"].assign(n_mentions=n_mentions),
        "mentions": mentions.reset_index(drop=True),
        **{name: rebuilt[name] for name in _REBUILT},
    }


def _check(tables: Sequence[Table], frames: Mapping[str, pd.DataFrame]) -> None:
    """Raise where a row breaks its declaration or points to a row that is not there."""
    for table in tables:
        _, failures = split(table, frames[table.name])
        problems = [f"column {f.column}: check {f.check} fails for {f.value!r}" for f in failures]
        for column, target, key in table.links:
            values = frames[table.name][column].dropna()
            problems += [f"{column} {value} is not in {target}" for value in values[~values.isin(frames[target][key])]]
        if problems:
            raise EtlError(
                f"release, table {table.name}: {problems[0]} ({len(problems)} problems). Run `etl validate` on the tables."
            )


def _prepare(
    tables: Sequence[Table], folder: Path, tier: str, quote_chars: int, rebuild: Rebuild
) -> dict[str, pd.DataFrame]:
    """Return the frames of a release: of the tier, quotes capped, sorted as declared, checked."""
    frames = _keep_tier({table.name: read_stored(table, folder) for table in tables}, tier, rebuild)
    mentions, events = cap_quotes(frames["mentions"], frames["events"], quote_chars)
    quarantine = cap_excerpts(frames["quarantine"], quote_chars)
    frames |= {"mentions": mentions, "events": events, "quarantine": quarantine}
    for table in tables:
        order = list(table.order)
        frames[table.name] = (
            frames[table.name].sort_values(order, kind="stable", na_position="first").reset_index(drop=True)
        )
    _check(tables, frames)
    return frames


def _first_difference(first: Path, second: Path) -> str | None:
    """Return the path of the first file, in sorted order, that two folders do not share byte for byte."""
    names = {path.relative_to(folder) for folder in (first, second) for path in folder.rglob("*") if path.is_file()}
    for name in sorted(names):
        one, other = first / name, second / name
        if not (one.is_file() and other.is_file() and one.read_bytes() == other.read_bytes()):
            return name.as_posix()
    return None


def _write_changes(
    folder: Path,
    frames: Mapping[str, pd.DataFrame],
    told: Mapping[str, object],
    version: str,
    earlier: Path | None,
    quote_chars: int,
) -> pd.DataFrame:
    """Write the page of changes since the release before, and return their table."""
    changes = to_frame(CHANGES, [])
    if earlier:
        new = Snapshot({name: to_arrow(TABLES[name], frames[name]) for name in NEEDED}, told)
        changes = compare_snapshots(read_snapshot(earlier), new, value_chars=quote_chars)
    write_text(folder / "CHANGES.md", render_changes(changes, earlier.name if earlier else None, version))
    return changes


def _write_tables(
    folder: Path,
    tables: Sequence[Table],
    frames: Mapping[str, pd.DataFrame],
    told: Mapping[str, object],
    version: str,
    authors: Sequence[Author],
    released: date | None,
) -> None:
    """Write the tables as Parquet and CSV, and what describes them; the manifest last, for it holds the hash of all others."""
    (folder / "csv").mkdir()
    rows = {}
    for table in tables:
        for path in (
            write_table(table, frames[table.name], folder),
            write_csv(table, frames[table.name], folder / "csv"),
        ):
            rows[path.relative_to(folder).as_posix()] = len(frames[table.name])
    write_release_package(folder, tables, version, authors)
    write_croissant(folder, tables, version, authors, released)
    write_manifest(folder, told, rows)


def write_release(
    tables: Path,
    version: str,
    releases: Path,
    *,
    rebuild: Rebuild,
    tier: str = "firm",
    texts: bool = False,
    quote_chars: int = 300,
    authors: Sequence[Author] = DEFAULT_AUTHORS,
    released: date | None = None,
) -> Path:
    """Build the release `releases/VERSION/` from the folder of a run, and return it.

    The folder appears whole or not at all. Where the version stands there already with the same bytes, nothing happens.

    Args:
        tables: folder with the tables of a run, and its `run.json` where there is one.
        version: calendar version YYYY.M.N, such as 2026.11.0.
        releases: folder of all releases; made if it is not there.
        rebuild: joins the kept events anew; called where the tier leaves events out.
        tier: the least sure tier of events that is kept, a code of `schemas/codes/tier.csv`.
        texts: True to put the full texts of the articles in.
        quote_chars: most characters of a quote, an evidence, or an excerpt.
        authors: who made it, for the citation.
        released: day of the release, for the citation; left out of it where None.

    Raises:
        ConfigurationError: the version is none, or stands there with other bytes; a table is missing; a value is wrong; another
            release is being built there.
        EtlError: a row of the release breaks its declaration.
    """
    if version_key(version) is None:
        raise ConfigurationError(f"version {version!r} is none. Give year, month and number, such as 2026.11.0.")
    if tier not in codes("tier"):
        raise ConfigurationError(f"tier {tier!r} is unknown. Choose one of {', '.join(codes('tier'))}.")
    if quote_chars < 1:
        raise ConfigurationError(f"quote_chars={quote_chars} leaves nothing of a quote. Give 1 or more.")
    chosen = [table for table in TABLES.values() if texts or table.name != "texts"]
    frames = _prepare(chosen, tables, tier, quote_chars, rebuild)
    choices = {"tier": tier, "texts": texts, "quote_chars": quote_chars}
    told = provenance(tables, version=version, choices=choices)
    with locked(releases):
        target, aside = releases / version, releases / f".{version}.part"
        if aside.exists():  # a build that was cut off
            shutil.rmtree(aside)
        aside.mkdir()
        try:
            frames["changes"] = _write_changes(
                aside, frames, told, version, earlier_release(releases, version), quote_chars
            )
            citation = citation_text(version, authors, released)
            page = render_readme(
                [*chosen, CHANGES],
                frames,
                version=version,
                tier=tier,
                texts=texts,
                quote_chars=quote_chars,
                citation=citation,
            )
            write_text(aside / "README.md", page)
            write_text(aside / "codebook.md", render_codebook())
            write_citation(aside, version, authors, released)
            write_zenodo(aside, version, authors, released)
            _write_tables(aside, [*chosen, CHANGES], frames, told, version, authors, released)
            sync([*aside.rglob("*"), aside])
            if target.exists():
                different = _first_difference(target, aside)
                if different:
                    raise ConfigurationError(
                        f"{target} stands there with other bytes: {different} differs. Choose the next version, or delete the folder."
                    )
            else:
                aside.rename(target)
                sync([releases])
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    return target

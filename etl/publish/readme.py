"""Writes the README of a release: what is in it, how to read it, and what it cannot tell."""

from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from string import Template

import pandas as pd

from etl.publish.citation import DESCRIPTION, LICENSE_TITLE, LICENSE_URL, TITLE
from etl.publish.safe import markdown_cell
from schemas import Table
from schemas.codes import codes, lookup

PUBLISHERS = 20
PARTIES = 10


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Return the lines of a Markdown table; every cell is made safe."""
    lines = ["| " + " | ".join(header) + " |", "|" + " --- |" * len(header)]
    return lines + ["| " + " | ".join(markdown_cell(cell) for cell in row) + " |" for row in rows]


def _page(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    return "\n".join(markdown_table(header, rows)) if rows else ""


def _share(part: int, whole: int) -> str:
    return f"{part:,} of {whole:,}" + (f" ({part / whole:.0%})" if whole else "")


def _articles(articles: pd.DataFrame) -> str:
    days = sorted(day for day in articles["published_date"] if pd.notna(day))
    span = f"published from {days[0].isoformat()} to {days[-1].isoformat()}" if days else "with no day of publication"
    copies = int(articles["duplicate_of"].notna().sum())
    publishers = articles["publisher"].nunique()
    return (
        f"{len(articles):,} articles, {span} ({_share(len(articles) - len(days), len(articles))} have no certain day), "
        f"from {publishers:,} publishers; {_share(copies, len(articles))} are copies of a story that stands in another row."
    )


def _ranked(names: pd.Series, most: int) -> list[tuple[str, str]]:
    counts = names.dropna().value_counts()
    ordered = sorted(counts.items(), key=lambda item: (-int(item[1]), str(item[0])))[:most]
    return [(str(name), f"{count:,}") for name, count in ordered]


def _by_code(events: pd.DataFrame, column: str, scheme: str) -> list[tuple[str, str]]:
    counts = events[column].value_counts()
    return [(code, f"{counts[code]:,}") for code in codes(scheme) if code in counts]


def _events(events: pd.DataFrame) -> str:
    assertions = ", ".join(f"{count} {code}" for code, count in _by_code(events, "assertion", "assertion"))
    told = f"{len(events):,} events" + (f": {assertions}." if assertions else ".")
    found = _by_code(events, "extractor", "extractor")
    if [code for code, _ in found] in ([], ["rules"]):
        return told
    by = ", ".join(f"{lookup('extractor', 'label')[code].lower()} {count}" for code, count in found)
    return f"{told} Found by: {by} (`extractor`). Which model, and how it was asked, stands in `extractor_version` of `mentions` and in `manifest.json`."


def _transfers(transfers: pd.DataFrame) -> str:
    disputed = int(transfers["is_disputed"].sum())
    contradicting = int((transfers["n_conflicts"] > 0).sum())
    return (
        f"{len(transfers):,} transfers. Disputed, in that a report denies them: {_share(disputed, len(transfers))}. "
        f"With reports that contradict each other on a date or a number: {_share(contradicting, len(transfers))}."
    )


def _parties(transfers: pd.DataFrame, role: str) -> list[tuple[str, str, str]]:
    """Return the parties with the most transfers: identifier, the name that most rows give, number of transfers."""
    rows = []
    for party, count in _ranked(transfers[f"{role}_id"], PARTIES):
        names = _ranked(transfers.loc[transfers[f"{role}_id"] == party, f"{role}_name"], 1)
        rows.append((party, names[0][0] if names else "", count))
    return rows


def _tier_told(tier: str) -> str:
    kept = codes("tier")[: codes("tier").index(tier) + 1]
    told = "; ".join(f"`{code}`: {lookup('tier', 'description')[code]}" for code in kept)
    left = [code for code in codes("tier") if code not in kept]
    rest = (
        f" Events of tier {', '.join(f'`{code}`' for code in left)} were left out."
        if left
        else " No event was left out."
    )
    return f"It holds events of tier {' and '.join(f'`{code}`' for code in kept)} ({told}), and the transfers that they make up.{rest}"


def render_readme(
    tables: Sequence[Table],
    frames: Mapping[str, pd.DataFrame],
    *,
    version: str,
    tier: str,
    texts: bool,
    quote_chars: int,
    citation: str,
) -> str:
    """Return the README of a release.

    Args:
        tables: the tables of the release.
        frames: their rows, by the table's name.
        version: version of the release.
        tier: the least sure tier that was kept.
        texts: True where full texts are in it.
        quote_chars: most characters of a quote.
        citation: the line by which it is cited.
    """
    transfers, events = frames["transfers"], frames["events"]
    without = "**Full texts are left out**: they belong to their owners. With the text at hand, `text[start:end]` gives the quote."
    page = files("etl.publish").joinpath("release_readme.md").read_text(encoding="utf-8")
    return Template(page).substitute(
        title=TITLE,
        description=DESCRIPTION,
        version=version,
        tier_told=_tier_told(tier),
        counts=_page(
            ("table", "rows", "holds"),
            [(table.name, f"{len(frames[table.name]):,}", table.description) for table in tables],
        ),
        articles_told=_articles(frames["articles"]),
        publishers=_page(("publisher", "articles"), _ranked(frames["articles"]["publisher"], PUBLISHERS)),
        events_told=_events(events),
        statuses=_page(("status", "events"), _by_code(events, "status", "status")),
        categories=_page(("category", "events"), _by_code(events, "system_category", "category")),
        transfers_told=_transfers(transfers),
        suppliers=_page(("supplier", "name", "transfers"), _parties(transfers, "supplier")),
        recipients=_page(("recipient", "name", "transfers"), _parties(transfers, "recipient")),
        quote_chars=f"{quote_chars:,}",
        texts_told="**Full texts are in `texts`** and belong to their owners: see whether you may pass them on."
        if texts
        else without,
        citation=citation,
        license_title=LICENSE_TITLE,
        license_url=LICENSE_URL,
    )

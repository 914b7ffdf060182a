"""Shows the figures of a benchmark: as a table for the terminal, and as a chart."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd

from etl.bench.stages import STAGES

Figures = dict[str, Any]
_COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7")
"""Told apart by all kinds of colour vision (Okabe and Ito)."""
_FACTORS = {
    "extraction_over_spacy": "extraction, against spaCy's whole pipeline",
    "extraction_over_keywords": "extraction, against one pattern a term",
    "two_workers_over_one": "two workers, against one",
    "full_over_second_run": "second run, against the first",
    "full_over_run_with_new": "run with 1 % new articles, against the first",
}
_DISTURBED = 0.05
"""Share of the cores from which the work of other programs spoils the figures."""
_MEGABYTE = 1_000_000
_AXIS = alt.Axis(grid=False)


def _times(value: float) -> str:
    return f"{value:,.0f} x" if value >= 100 else f"{value:,.1f} x" if value >= 10 else f"{value:,.2f} x"


def _rows() -> Iterator[tuple[str, Callable[[Figures], str]]]:
    """The lines of the table: what each tells, and how it reads from the figures of a corpus."""
    yield "articles", lambda own: f"{own['articles']:,}"
    yield (
        "extraction, 2 workers, articles/s",
        lambda own: f"{own['extraction']['two_workers']['articles_per_second']:,.0f}",
    )
    yield (
        "extraction, 1 worker, articles/s",
        lambda own: f"{own['extraction']['one_worker']['articles_per_second']:,.0f}",
    )
    yield "spaCy's whole pipeline, 2 processes, articles/s", lambda own: f"{own['spacy']['articles_per_second']:,.1f}"
    yield "  extraction against it", lambda own: _times(own["ratios"]["extraction_over_spacy"])
    yield (
        "one pattern for each term, 1 process, articles/s",
        lambda own: f"{own['keywords']['articles_per_second']:,.2f}",
    )
    yield "  extraction against it", lambda own: _times(own["ratios"]["extraction_over_keywords"])
    yield "efficiency of the second worker", lambda own: f"{own['ratios']['scaling_efficiency']:.0%}"
    yield "articles of which sentences are parsed", lambda own: f"{own['ratios']['articles_parsed']:.1%}"
    yield "sentences parsed", lambda own: f"{own['ratios']['sentences_parsed']:.1%}"
    yield (
        "events that the gate changes",
        lambda own: f"{own['gate']['different']} of {own['gate']['events_without_gate']}",
    )
    yield "peak memory of a whole run", lambda own: f"{own['runs']['full']['peak_bytes'] / _MEGABYTE:,.0f} MB"
    yield "  against one over a tenth of the corpus", lambda own: _times(own["ratios"]["peak_memory_whole_over_tenth"])
    yield "whole run, seconds", lambda own: f"{own['runs']['full']['seconds']:.1f}"
    yield "second run, seconds (extracted)", lambda own: _run(own, "second")
    yield "run with 1 % new, seconds (extracted)", lambda own: _run(own, "with_new")


def _run(own: Figures, name: str) -> str:
    run = own["runs"][name]
    return f"{run['seconds']:.1f} ({run['extracted']:,})"


def render_table(figures: Figures) -> str:
    """Return the figures as a table for the terminal."""
    corpora = figures["corpora"]
    lines = [
        f"{figures['cores']} cores, {figures['workers']} workers, one thread each; Python {figures['python']}, "
        f"spaCy {figures['versions']['spacy']}",
        "",
        f"{'':<50}" + "".join(f"{name:>16}" for name in corpora),
    ]
    lines += [f"{told:<50}" + "".join(f"{read(own):>16}" for own in corpora.values()) for told, read in _rows()]
    lines += ["", f"{'share of the time on one worker':<50}" + "".join(f"{name:>16}" for name in corpora)]
    for stage in STAGES:
        lines.append(f"  {stage:<48}" + "".join(f"{own['stages']['share'][stage]:>16.1%}" for own in corpora.values()))
    matching = figures["matching"]
    lines += [
        "",
        f"names: {matching['larger_names']:,} take {matching['ratio']:.2f} times as long as {matching['names']:,} "
        f"({matching['characters_per_second']:,} characters a second)",
    ]
    others = f"other programs took {figures['others_share']:.0%} of the cores meanwhile"
    lines.append(others + (": repeat it on a quiet machine" if figures["others_share"] > _DISTURBED else ""))
    return "\n".join(lines)


def render_markdown(figures: Figures) -> str:
    """Return the figures as the README shows them: a table in Markdown, and a line on the names."""
    corpora = figures["corpora"]
    lines = ["| | " + " | ".join(f"{name} news" for name in corpora) + " |", "| --- |" + " ---: |" * len(corpora)]
    for told, read in _rows():
        name = f"… {told.strip()}" if told.startswith(" ") else told
        lines.append(f"| {name} | " + " | ".join(read(own) for own in corpora.values()) + " |")
    matching = figures["matching"]
    lines += [
        "",
        f"To find names, tables with {matching['larger_names']:,} of them take {matching['ratio']:.2f} times as long as the "
        f"tables that ship, with {matching['names']:,}.",
    ]
    return "\n".join(lines)


def _bars(rows: list[dict[str, object]], title: str, x: alt.X, names: list[str]) -> alt.LayerChart | alt.FacetChart:
    """Horizontal bars, one a corpus in each row, from `start` to `value`, with their labels at their ends."""
    order = list(dict.fromkeys(str(row["row"]) for row in rows))
    colour = alt.Color(
        "corpus:N",
        sort=names,
        title=None,
        scale=alt.Scale(domain=names, range=list(_COLOURS[: len(names)])),
        legend=alt.Legend(orient="top", direction="horizontal", labelExpr="datum.label + ' news'", labelFontSize=12),
    )
    base = alt.Chart(
        pd.DataFrame(rows), title=alt.TitleParams(title, anchor="start", frame="group"), width=430, height=alt.Step(13)
    )
    base = base.encode(
        y=alt.Y("row:N", sort=order, title=None, axis=alt.Axis(labelLimit=330, ticks=False, domain=False, grid=False)),
        yOffset=alt.YOffset("corpus:N", sort=names),
    )
    bars = base.mark_bar().encode(x=x, x2="start:Q", color=colour)
    labels = base.mark_text(align="left", dx=4, fontSize=10).encode(x="end:Q", text="label:N")
    return alt.layer(bars, labels)


def _row(row: str, corpus: str, value: float, label: str, start: float = 0) -> dict[str, object]:
    return {"row": row, "corpus": corpus, "value": value, "label": label, "start": start, "end": max(start, value)}


def draw(figures: Figures, folder: Path) -> list[Path]:
    """Draw the chart as PNG and SVG, and return their paths.

    Args:
        figures: what `measure` gives.
        folder: receives `speed.png` and `speed.svg`.
    """
    corpora = figures["corpora"]
    names = list(corpora)
    factors, memory, shares = [], [], []
    for name, own in corpora.items():
        for key, told in _FACTORS.items():
            factors.append(_row(told, name, own["ratios"][key], _times(own["ratios"][key]), start=1))
        for key, told in (("tenth", "a run over a tenth of the corpus"), ("full", "a run over the whole corpus")):
            peak = own["runs"][key]["peak_bytes"] / _MEGABYTE
            memory.append(_row(told, name, peak, f"{peak:,.0f}"))
        for stage, share in own["stages"]["share"].items():
            shares.append(_row(stage, name, share, f"{share:.1%}"))
    values = [own["ratios"][key] for own in corpora.values() for key in _FACTORS]
    times = alt.Scale(type="log", domain=[0.9 * min(1, *values), 3 * max(values)], nice=False)
    panels = (
        (factors, "Times as fast", alt.X("value:Q", title="logarithmic", scale=times, axis=_AXIS)),
        (memory, "Peak memory of all processes, MB", alt.X("value:Q", title=None, scale=_room(memory), axis=_AXIS)),
        (
            shares,
            "Where the time goes: share of a run on one worker",
            alt.X("value:Q", title=None, scale=_room(shares), axis=alt.Axis(format="%", grid=False)),
        ),
    )
    sizes = ", ".join(f"{own['articles']:,} articles of {name} news" for name, own in corpora.items())
    title = alt.TitleParams(
        "Speed and memory, measured in one run", subtitle=f"{sizes}; {figures['cores']} cores", anchor="start"
    )
    chart = (
        alt.vconcat(*(_bars(rows, told, x, names) for rows, told, x in panels), title=title, spacing=18)
        .configure_view(stroke=None)
        .configure(background="white", padding=12)
    )
    paths = [folder / "speed.png", folder / "speed.svg"]
    chart.save(paths[0], scale_factor=2)
    chart.save(paths[1])
    return paths


def _room(rows: list[dict[str, object]]) -> alt.Scale:
    """A scale from 0 with room for the labels at the ends of the bars."""
    return alt.Scale(domain=[0, 1.12 * max(float(str(row["value"])) for row in rows)], nice=False)

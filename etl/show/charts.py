"""Charts: one look, colours that colour-blind people tell apart, codes in their own order, and pictures as PNG and SVG.

Needs altair and vl-convert-python (the extra `report`).
"""

import os
from pathlib import Path
from textwrap import wrap

import altair as alt
import pandas as pd

from schemas.codes import codes

# Okabe and Ito's colours without their yellow, which is too pale on white
BLUE, SKY, GREEN, ORANGE, RED, PINK = "#0072B2", "#56B4E9", "#009E73", "#E69F00", "#D55E00", "#CC79A7"
GREY, INK = "#9A9A9A", "#333333"
BLUES = ["#DEEBF7", "#9ECAE1", "#4292C6", "#08519C"]
PALETTE = (BLUE, ORANGE, GREEN, PINK, SKY, RED)
"""Colours for groups that have no code list, in the order in which to use them."""

_COLOURS = {
    "status_phase": {"prospect": ORANGE, "commitment": SKY, "execution": BLUE, "halt": GREY},
    "assertion": {"reported": BLUE, "disputed": ORANGE, "denied": RED},
    "tier": {"firm": BLUE, "candidate": ORANGE},
    "verdict": {"matched": BLUE, "contradicting": RED, "only_here": SKY, "only_there": ORANGE, "out_of_scope": GREY, "unresolved": INK},
}  # fmt: skip
_NOTE_CHARS = 80
_MOST_TICKS = 8


def _theme() -> alt.theme.ThemeConfig:
    font = "sans-serif"
    return {
        "config": {
            "background": "white",
            "font": font,
            "padding": 12,
            "view": {"stroke": None},
            "title": {"anchor": "start", "fontSize": 14, "color": INK, "subtitleColor": "#595959", "offset": 12},
            "axis": {"labelLimit": 260, "labelColor": INK, "titleColor": INK, "titleFontWeight": "normal", "gridColor": "#E6E6E6", "domainColor": GREY, "tickColor": GREY},
            "legend": {"labelLimit": 260, "titleFontWeight": "normal", "labelColor": INK, "titleColor": INK, "layout": {"bottom": {"margin": 24}}},
            "header": {"labelFontSize": 12, "labelFontWeight": "bold", "labelColor": INK},
            "range": {"category": list(PALETTE), "heatmap": BLUES, "ramp": BLUES},
            "bar": {"color": BLUE},
            "circle": {"color": BLUE, "opacity": 0.85},
            "rule": {"color": GREY},
            "text": {"color": INK},
        }
    }  # fmt: skip


def use() -> None:
    """Make this look the one of all charts that follow, and show them in notebooks as pictures that need no network."""
    alt.theme.register("etl", enable=True)(_theme)
    alt.renderers.enable("png", scale_factor=2)
    alt.data_transformers.disable_max_rows()


def colours(scheme: str) -> alt.Scale:
    """Return the scale of colours of a code list, its codes in their own order.

    Args:
        scheme: `status_phase`, `assertion`, `tier` or `verdict`.

    Raises:
        KeyError: the code list has no colours of its own; longer lists (status, category) are told apart by place.
    """
    if scheme not in _COLOURS:
        raise KeyError(f"no colours for the code list {scheme}; there are some for {', '.join(_COLOURS)}")
    return alt.Scale(domain=list(codes(scheme)), range=[_COLOURS[scheme][code] for code in codes(scheme)])


def whole_numbers(most: int) -> alt.Axis:
    """Return an axis for counts from 0 to `most` that has whole numbers alone.

    (An axis with `tickMinStep=1` still divides 0 to 2 into halves, and prints them as 0, 1, 1, 2, 2.)
    """
    return alt.Axis(format=",d", tickCount=max(1, min(most, _MOST_TICKS)))


def note(sentence: str) -> alt.Chart:
    """Return a sentence as a chart: what to show, and to save, where there is nothing to draw."""
    lines = wrap(sentence, _NOTE_CHARS)
    mark = alt.MarkDef(type="text", text=lines, align="left", baseline="top", fontSize=13, lineHeight=18)
    chart = alt.Chart(pd.DataFrame([{"note": sentence}]), mark=mark, width=520, height=18 * len(lines) + 4)
    return chart.encode(x=alt.value(0), y=alt.value(0))


def save(chart: alt.TopLevelMixin, name: str, folder: Path | None = None) -> list[Path]:
    """Write a chart as `NAME.png` (at twice the size, for print) and `NAME.svg`, and return the two paths.

    Args:
        chart: any chart of altair.
        name: the files' name without ending.
        folder: where to write; without it the folder named by ETL_FIGURES, else `figures` in the working folder.
    """
    target = folder or Path(os.environ.get("ETL_FIGURES") or "figures")
    target.mkdir(parents=True, exist_ok=True)
    paths = [target / f"{name}.png", target / f"{name}.svg"]
    chart.save(paths[0], scale_factor=2)
    chart.save(paths[1])
    return paths

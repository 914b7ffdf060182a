"""Charts: colours of code lists, sentences in place of charts, and the files that are written."""

import re
from itertools import combinations
from pathlib import Path

import altair as alt
import pandas as pd
import pytest

from etl.show import charts
from schemas.codes import codes

SCHEMES = ("status_phase", "assertion", "tier", "verdict")
# Viénot, Brettel and Mollon (1999): what is left of linear red, green, blue for eyes without red or green cones
SIMULATED = {
    "protanope": ((0.11238, 0.88762, 0.0), (0.11238, 0.88762, 0.0), (0.00401, -0.00401, 1.0)),
    "deuteranope": ((0.29275, 0.70725, 0.0), (0.29275, 0.70725, 0.0), (-0.02234, 0.02234, 1.0)),
}
LEAST_DISTANCE = 0.12


def _seen(colour: str, eyes: str) -> tuple[float, ...]:
    """A colour as eyes see it, in values from 0 to 1."""
    linear = [(int(colour[place : place + 2], 16) / 255) ** 2.2 for place in (1, 3, 5)]
    mixed = [sum(weight * value for weight, value in zip(row, linear, strict=True)) for row in SIMULATED[eyes]]
    return tuple(max(0.0, min(1.0, value)) ** (1 / 2.2) for value in mixed)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_each_code_has_its_colour(scheme: str) -> None:
    """The scale has the codes in the order of their list, and no colour twice."""
    scale = charts.colours(scheme).to_dict()
    assert scale["domain"] == list(codes(scheme))
    assert len(set(scale["range"])) == len(scale["domain"])


@pytest.mark.parametrize("eyes", SIMULATED)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_colours_stay_apart_for_colour_blind_eyes(scheme: str, eyes: str) -> None:
    """No two colours of a list look the same to readers without red or green cones."""
    seen = {colour: _seen(colour, eyes) for colour in charts.colours(scheme).to_dict()["range"]}
    close = [
        pair
        for pair in combinations(seen, 2)
        if sum((a - b) ** 2 for a, b in zip(*(seen[colour] for colour in pair), strict=True)) ** 0.5 < LEAST_DISTANCE
    ]
    assert close == []


def test_a_long_list_has_no_colours() -> None:
    """A list with more codes than eyes can tell apart is refused, with the lists that have colours."""
    with pytest.raises(KeyError, match="no colours for the code list category; there are some for status_phase"):
        charts.colours("category")


@pytest.mark.parametrize("most", [1, 2, 3, 7, 22, 1_000])
def test_counts_have_whole_numbers(most: int, tmp_path: Path) -> None:
    """No number stands twice on an axis of counts, as halves do that are printed whole."""
    bars = alt.Chart(pd.DataFrame({"n": [most]})).mark_bar().encode(x=alt.X("n:Q", axis=charts.whole_numbers(most)))
    _, drawing = charts.save(bars, "counts", tmp_path)
    numbers = re.findall(r">([\d,]+)</text>", drawing.read_text(encoding="utf-8"))
    assert len(numbers) == len(set(numbers)) > 1


def test_a_chart_is_written_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A chart becomes a PNG and an SVG in the folder that is named, or in that of ETL_FIGURES; the folder is made."""
    charts.use()
    bars = alt.Chart(pd.DataFrame({"phase": ["halt"], "n": [3]})).mark_bar().encode(x="n:Q", y="phase:N")
    monkeypatch.setenv("ETL_FIGURES", str(tmp_path / "by" / "name"))
    for paths in (charts.save(bars, "bars", tmp_path / "given"), charts.save(bars, "bars")):
        assert [path.name for path in paths] == ["bars.png", "bars.svg"]
        assert paths[0].read_bytes().startswith(b"\x89PNG")
        assert charts.BLUE.lower() in paths[1].read_text(encoding="utf-8").lower()
    assert (tmp_path / "by" / "name" / "bars.svg").is_file()


def test_a_note_holds_its_sentence(tmp_path: Path) -> None:
    """A sentence in place of a chart is written whole, also over several lines, with nothing of it taken for markup."""
    sentence = "No transfer of <b>tier</b> firm & none of tier candidate " + "has a date that could be drawn " * 4
    _, drawing = charts.save(charts.note(sentence), "note", tmp_path)
    drawn = drawing.read_text(encoding="utf-8")
    words = " ".join(re.sub(r"<[^>]+>", " ", drawn).split())
    assert "<b>" not in drawn
    assert "&lt;b&gt;tier&lt;/b&gt; firm &amp; none" in words
    assert words.count("has a date") == 4

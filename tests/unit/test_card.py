"""The card of a transfer: one page that tells it, and obeys nothing of an article."""

import re
import struct
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from etl.errors import ConfigurationError
from etl.publish.card import write_card
from etl.publish.sheet import HEIGHT, MARGIN, WIDTH, Sheet, break_lines, width
from schemas.checks import to_rows
from schemas.codes import codes

Frames = dict[str, pd.DataFrame]


def _with(frames: Frames, name: str, **columns: object) -> Frames:
    """The frames, with values of one table's columns replaced."""
    return frames | {name: frames[name].assign(**columns)}


def _flat(text: str) -> str:
    """A text without its blanks: the words of a line are set one by one."""
    return re.sub(r"\s", "", text)


def _pdf(path: Path) -> str:
    (page,) = PdfReader(path).pages
    return _flat(page.extract_text())


def _card(frames: Frames, folder: Path, identifier: str, name: str = "card.pdf") -> Path:
    return write_card(identifier, frames, folder / name, version="2026.11.0")


def _rank(frames: Frames) -> list[str]:
    return list(frames["transfers"].sort_values(["n_events", "transfer_id"])["transfer_id"])


def test_a_card_tells_its_transfer(sample_frames: Frames, tmp_path: Path) -> None:
    """The PDF is one page of text: parties, system, statuses with dates, the surest quote, sources, citation."""
    for name in (*_rank(sample_frames)[-3:], *sample_frames["transfers"].query("is_disputed")["transfer_id"].head(1)):
        told = _pdf(_card(sample_frames, tmp_path, name))
        (transfer,) = to_rows(sample_frames["transfers"].query(f"transfer_id == '{name}'"))
        joined = sample_frames["transfer_events"].query(f"transfer_id == '{name}'")["event_id"]
        events = to_rows(sample_frames["events"][sample_frames["events"]["event_id"].isin(joined)])
        for words in (
            name,
            transfer["supplier_name"],
            transfer["recipient_name"],
            transfer["system_name"],
            "version 2026.11.0 [data set]",
        ):
            assert _flat(words) in told
        for status in codes("status"):
            if transfer[f"{status}_edtf"]:
                assert _flat(f"{transfer[f'{status}_edtf']} (") in told
        assert ("areportdeniesit" in told.replace("noreportdeniesit", "")) == transfer["is_disputed"]
        articles = to_rows(
            sample_frames["articles"][sample_frames["articles"]["article_id"].isin([e["article_id"] for e in events])]
        )
        copies = [article["article_id"] for article in articles if article["duplicate_of"]]
        best = max((e for e in events if e["article_id"] not in copies), key=lambda event: event["confidence"])
        assert _flat(best["evidence"])[:120] in told
        for article in articles:
            assert _flat(article["title"] or article["source_id"]) in told


def test_a_card_is_a_picture_too(sample_frames: Frames, tmp_path: Path) -> None:
    """A name that ends with .png gives a picture as wide as the page, the same bytes each time."""
    name = _rank(sample_frames)[-1]
    first, second = (_card(sample_frames, tmp_path, name[:10], f"{n}.png") for n in "ab")
    assert first.read_bytes() == second.read_bytes()
    assert struct.unpack(">I", first.read_bytes()[16:20]) == (2 * WIDTH,)
    assert first.stat().st_size > 50_000


def test_a_card_obeys_nothing_of_an_article(sample_frames: Frames, tmp_path: Path) -> None:
    """Markup, control characters and endless words in titles and quotes are letters on the page, and stay on it."""
    bad = '</text><script>x</script>&amp;"\x00\x1b[2J\u202e' + "w" * 400
    length = sample_frames["mentions"]["quote_end"] - sample_frames["mentions"]["quote_start"]
    hostile = _with(_with(sample_frames, "articles", title=bad), "mentions", quote=[(bad * 9)[:n] for n in length])
    told = _pdf(_card(hostile, tmp_path, _rank(sample_frames)[-1]))
    assert "</text><script>x</script>&amp;" in told
    assert "\x1b" not in told


def test_a_card_with_much_to_tell_stays_one_page(sample_frames: Frames, tmp_path: Path) -> None:
    """All statuses, long names and quotes still leave the citation its place at the foot."""
    name = _rank(sample_frames)[-1]
    told = {f"{status}_{part}": value for status in codes("status")
            for part, value in (("date", date(2020, 1, 1)), ("edtf", "2020-01-01"), ("precision", "day"))}  # fmt: skip
    long = {"supplier_name": "Some Very Long Name of a Supplier " * 4, "system_name": "a system of many words " * 9}
    full = _with(_with(sample_frames, "transfers", **told, **long), "articles", title="a headline of many words " * 12)
    texts = _pdf(_card(full, tmp_path, name))
    assert "[dataset]" in texts
    assert all(_flat(status) in texts for status in codes("status"))
    assert "“" in texts


@pytest.mark.parametrize(
    ("identifier", "name", "message"),
    [("zz", "a.pdf", "'zz' is no transfer_id"), ("", "a.pdf", "'' is no transfer_id"), ("0", "a.pdf", r"'0' begins \d+"),
     ("00", "a.gif", r"a.gif: .*\.pdf or \.png")],
)  # fmt: skip
def test_a_card_of_nothing_is_told(
    identifier: str, name: str, message: str, sample_frames: Frames, tmp_path: Path
) -> None:
    """An identifier that fits nothing, or too much, and a file of another kind are named in the error."""
    with pytest.raises(ConfigurationError, match=message):
        _card(sample_frames, tmp_path, identifier, name)


@given(st.text(max_size=60), st.sampled_from([8, 10.5]), st.integers(30, 300))
def test_lines_fit_and_lose_nothing(text: str, size: float, room: int) -> None:
    """Lines are no wider than their room (but for a single letter), and together hold every letter in order."""
    lines = break_lines([(text, "supplier"), (text, None)], size, room)
    assert _flat("".join(words for line in lines for words, _ in line)) == _flat(text + text)
    for line in lines:
        words = "".join(told for told, _ in line)
        assert len(words) <= 1 or width(words, size) <= room + 0.01


def test_a_sheet_ends_where_it_is_filled() -> None:
    """A page that is cut ends a margin below its last line."""
    sheet = Sheet()
    sheet.write("one line", 10)
    assert f'height="{round(MARGIN + 14 + MARGIN)}"' in sheet.svg(whole=False)
    assert f'height="{HEIGHT}"' in sheet.svg(whole=True)

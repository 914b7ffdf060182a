"""The way from a wrong row on the desk to a corrected row in the release, as a person goes it: with a browser and a keyboard."""

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from etl.desk.server import Desk
from etl.desk.session import Session
from etl.desk.tables import read_tables
from tests.browser.conftest import grave_findings
from tests.conftest import ROOT, SAMPLE, Run, call_warm, run_pipeline

HOSTILE = """Published: 2024-01-04

<script>document.title = "taken"</script><img src="x" onerror="document.title = 'taken'"> Norway sold 12 <b>tanks</b> to Ghana in 2019."""


def _start(place: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-u", "-m", "etl", "review", "--no-browser", "--tables", "tables"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, cwd=place, env=environment, text=True, stdout=subprocess.PIPE)


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().removeprefix("open: ").strip()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, sample_run: Run) -> Path:
    """A working folder with the tables of the sample, and with what is kept of their run."""
    folder = tmp_path_factory.mktemp("review")
    shutil.copytree(sample_run.folder, folder / "tables")
    return folder


@pytest.fixture(scope="module")
def address(place: Path) -> Iterator[str]:
    """The address of a desk that the real command has opened."""
    with _start(place) as process:
        yield _address(process)
        process.send_signal(signal.SIGINT)


@pytest.fixture
def desk(page: Page, address: str) -> Page:
    """The desk, opened, with its first row shown."""
    page.goto(address)
    page.wait_for_selector("#text mark")
    return page


def _choose(desk: Page, supplier: str, recipient: str, status: str = "") -> str:
    """Open the first row of the queue between two parties and return its event_id."""
    for name, value in (("supplier", supplier), ("recipient", recipient)):
        desk.fill(f"#filters [name={name}]", value)
    desk.select_option("#filters [name=status]", status)
    title = desk.locator("#row-title")
    expect(title).to_contain_text(f"{supplier} → {recipient}")
    expect(desk.locator("#row-state")).to_contain_text(status)
    desk.locator("#row-title").focus()
    return str(desk.locator("#queue [aria-current]").get_attribute("data-event"))


def _press(desk: Page, *keys: str) -> None:
    for key in keys:
        desk.keyboard.press(key)


def _events(folder: Path, table: str = "events") -> pd.DataFrame:
    return pd.read_parquet(folder / f"{table}.parquet").set_index("event_id")


def _said(desk: Page, words: str) -> None:
    expect(desk.locator("#message")).to_have_text(words)


def _correct(desk: Page) -> str:
    """Give the row of guns that Spain was refused leave to pass on its right status."""
    wrong = _choose(desk, "Spain", "Ukraine", "considering")
    expect(desk.locator("#quote")).to_contain_text("Spain was refused leave")
    expect(desk.locator("#quote mark.role-supplier").first).to_have_text("Spain")
    _press(desk, "c", "Tab", "Tab", "Tab")
    desk.keyboard.type("refused")
    _press(desk, "Enter")
    expect(desk.locator("#changes")).to_have_text("status: considering → refused")
    _press(desk, "5", "Enter")
    _said(desk, "corrected")
    return wrong


def _doubtful(events: pd.DataFrame, busy: set[str]) -> Iterator[tuple[str, str, str]]:
    """Parties and status of rows, the least sure first: none of a busy party, none that another row has too."""
    row = ["supplier_name", "recipient_name", "status"]
    alone = events[~events.duplicated(row, keep=False) & ~events["recipient_name"].isin(busy)].dropna(subset=row)
    return alone.sort_values(["confidence", "article_id"])[row].itertuples(index=False, name=None)


def _reject(desk: Page, supplier: str, recipient: str, status: str) -> str:
    """Reject the row of two parties that has a status."""
    rejected = _choose(desk, supplier, recipient, status)
    _press(desk, "x", "1", "Enter")
    _said(desk, "rejected")
    return rejected


def _split(desk: Page) -> str:
    """Make one event of a transfer of four a transfer of its own."""
    apart = _choose(desk, "South Korea", "Poland")
    expect(desk.locator("#transfer h3")).to_have_text("One transfer of 4 events")
    _press(desk, "s")
    expect(desk.locator("#choice :checked")).to_have_count(1)
    _press(desk, "Tab", "Tab", "Tab", "Tab")
    desk.keyboard.type("another contract")
    _press(desk, "Enter")
    _said(desk, "split")
    expect(desk.locator("#transfer h3")).to_have_text("A transfer of this event alone")
    return apart


def test_from_a_wrong_row_to_the_release(place: Path, desk: Page) -> None:
    """One row is corrected, one rejected, a transfer split and one decision undone, by keyboard; run and release have just that."""
    before = _events(place / "tables")
    _press(desk, "a")
    _said(desk, "enter your name first: it stands beside each decision")
    desk.keyboard.type("A. Reader")
    _press(desk, "Tab")
    wrong, apart = _correct(desk), _split(desk)
    doubtful = _doubtful(before, {"Poland", "Ukraine"})
    rejected, undone = _reject(desk, *next(doubtful)), _reject(desk, *next(doubtful))
    _press(desk, "u")
    _said(desk, "the last decision is taken back")
    assert desk.locator("#queue [aria-current]").get_attribute("data-event") == undone
    for step in (
        ("run", SAMPLE, "--out", "tables", "--no-data-docs"),
        ("release", "2026.11.0", "--tables", "tables", "--out", "releases", "--tier", "candidate"),
    ):
        done = call_warm(*step, folder=place)
        assert done.returncode == 0, done.stderr
    after = _events(place / "releases" / "2026.11.0")
    assert set(before.index) - set(after.index) == {rejected}
    assert after[after["is_corrected"]].index.tolist() == [wrong]
    assert (after.loc[wrong, "status"], after.loc[wrong, "status_phase"]) == ("refused", "halt")
    same = [name for name in after.index if name != wrong]
    columns = ["supplier_id", "recipient_id", "system_id", "status", "date_edtf", "quantity_min"]
    assert after.loc[same, columns].equals(before.loc[same, columns])
    links = _events(place / "releases" / "2026.11.0", "transfer_events")["transfer_id"]
    assert (links == links[apart]).sum() == 1


def test_a_late_answer_shows_nothing(desk: Page) -> None:
    """A row that comes after a newer one was asked for does not take its place, however slow the desk is."""
    held: list[Route] = []
    desk.route("**/api/row*", lambda route: route.continue_() if held else held.append(route))
    with desk.expect_request("**/api/row*"):
        desk.fill("#filters [name=supplier]", "Germany")
    _choose(desk, "Germany", "Ukraine")
    with desk.expect_response(held[0].request.url):
        held[0].continue_()
    desk.fill("#filters [name=supplier]", "")
    expect(desk.locator("#row-title")).to_contain_text("Germany → Ukraine")


def test_hostile_words_stay_words(page: Page, write: Callable[[str, str], Path], tmp_path: Path) -> None:
    """What looks like a script or a picture in an article is read as text."""
    tables = run_pipeline(write("hostile.txt", HOSTILE).parent, tmp_path / "tables").folder
    with Desk(Session(read_tables(tables), tmp_path / "corrections.csv")) as desk:
        threading.Thread(target=desk.serve_forever, daemon=True).start()
        page.goto(desk.address)
        text = page.locator("#text")
        expect(text).to_contain_text('<script>document.title = "taken"</script><img src="x"')
        assert text.locator("script, img, b").count() == 0
        assert page.title() == "Review desk"
        desk.shutdown()


def test_the_secret_leaves_the_address(desk: Page, address: str) -> None:
    """The address bar, and with it the history, does not keep the token; a reload still works, a wrong token does not."""
    assert "token" not in desk.url
    desk.reload()
    desk.wait_for_selector("#text mark")
    answer = desk.goto(address[:-4] + "AAAA")
    assert answer
    assert answer.status == 403


@pytest.mark.parametrize("width", [360, 1920])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_it(browser: Browser, address: str, width: int, scheme: str) -> None:
    """No finding of axe keeps people out, with and without the dialog, and nothing reaches beyond the side of the screen."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector("#text mark")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert grave_findings(page) == []
    page.fill("#who", "A. Reader")
    page.locator("#row-title").focus()
    page.keyboard.press("x")
    page.wait_for_selector("#why[open]")
    assert grave_findings(page) == []
    context.close()

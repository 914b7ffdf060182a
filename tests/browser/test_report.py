"""The report in a real browser, opened from the disk: tables, words, keyboard, hostile words, and fifty thousand rows."""

import random
import re
import socket
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from etl.report.data import Row, Tables, read_tables
from etl.report.encode import encode, event_columns, to_script
from etl.report.write import write_report
from etl.show.evidence import spans_of
from schemas.checks import to_rows
from tests.browser.conftest import grave_findings
from tests.conftest import Run, run_pipeline

HOSTILE = '</script><script>document.title="broken"</script> <img src=x onerror="document.title=1"> "quoted\' \u2028 \u2029 ${1} `x`'
SIZES = (50_000, 12_500)
Open = Callable[[str], Page]


@pytest.fixture(scope="module")
def report(sample_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of the sample."""
    folder = tmp_path_factory.mktemp("report")
    write_report(sample_run.folder, folder)
    return folder


@pytest.fixture
def opened(page: Page, report: Path) -> Open:
    """Open a view of the report by the hash of its address."""

    def _open(view: str) -> Page:
        page.goto("about:blank")
        page.goto(f"{(report / 'index.html').as_uri()}#{view}")
        return page

    return _open


def rows_shown(page: Page) -> list[list[str]]:
    """Return the cells of the rows that the table in view draws."""
    return page.locator("section:not([hidden]) tbody tr[data-at]").evaluate_all(
        "rows => rows.map(row => [...row.cells].map(cell => cell.textContent))"
    )


def count_shown(page: Page) -> int:
    """Return the number of rows that the page says it has found."""
    told = page.locator("section:not([hidden]) .count").inner_text()
    return int(re.match(r"[\d,]+", told)[0].replace(",", ""))  # type: ignore[index]


def marked_words(page: Page) -> list[tuple[str, str]]:
    """Return the role and the words of each mark in the panel."""
    return page.locator(".panel-body mark").evaluate_all(
        "marks => marks.map(mark => [mark.className.replace('role-', ''), mark.innerText])"
    )  # type: ignore[return-value]


def event_of(run: Run, **wanted: object) -> Row:
    """Return the first event of a run that has some values."""
    events = run.table("events")
    for name, value in wanted.items():
        events = events[events[name] == value]
    return to_rows(events)[0]


def test_filters_find_the_rows_of_the_table(opened: Open, sample_run: Run) -> None:
    """A supplier that is chosen leaves its events alone; the number of rows found is that of the table `events`."""
    page = opened("view=events")
    events = sample_run.table("events")
    assert count_shown(page) == len(events)
    page.locator("#events select[name=supplier]").select_option("France")
    page.locator("#events select[name=tier]").select_option("Firm")
    wanted = ((events["supplier_name"] == "France") & (events["tier"] == "firm")).sum()
    expect(page.locator("#events .count")).to_have_text(f"{wanted} of {len(events)} rows")
    assert {row[0] for row in rows_shown(page)} == {"France"}
    assert "supplier=France" in page.url


def test_search_takes_all_words_in_any_column(opened: Open, sample_run: Run) -> None:
    """Words are searched without their case and marks, each of them in any column, also in those that are not drawn."""
    page = opened("view=events")
    page.get_by_label("Search all columns").locator("visible=true").fill("RUSSIA s-400")
    events = sample_run.table("events").merge(
        sample_run.table("articles")[["article_id", "title", "publisher"]], on="article_id"
    )
    names = ["supplier_name", "recipient_name", "system_name", "evidence", "title", "publisher"]
    text = events[names].fillna("").agg(" ".join, axis=1).str.lower()
    wanted = (text.str.contains("russia") & text.str.contains("s-400")).sum()
    assert wanted
    expect(page.locator("#events .count")).to_have_text(f"{wanted} of {len(events)} rows")


def test_years_are_bounds(opened: Open, sample_run: Run) -> None:
    """Of two years, events before the one and after the other are left out."""
    page = opened("view=events&from=2021&to=2022")
    years = sample_run.table("events")["date_start"].map(lambda day: day.year if pd.notna(day) else 0)
    assert count_shown(page) == years.between(2021, 2022).sum()


def test_heads_sort_up_and_down(opened: Open, sample_run: Run) -> None:
    """A click, or Enter, on a head sorts by numbers as numbers, a second one turns it; rows that tell nothing come last."""
    page = opened("view=events")
    head = page.locator("#events th[data-column=quantity]")
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    head.get_by_role("button").press("Enter")
    expect(head).to_have_attribute("aria-sort", "descending")
    items = [row[5] for row in rows_shown(page)]
    most = sample_run.table("events")["quantity_min"].max()
    assert items[0].startswith(f"{int(most):,}")
    page.locator("#events .rows").press("End")
    expect(page.locator("#events tbody tr:focus-within td").nth(5)).to_have_text("")


def test_a_view_is_shared_by_its_address(opened: Open) -> None:
    """An address with filters and order shows the same rows when it is opened anew."""
    page = opened("view=transfers")
    page.locator("#transfers select[name=recipient]").select_option("Ukraine")
    page.locator("#transfers th[data-column=system] button").click()
    expect(page).to_have_url(re.compile("sort=system"))
    before, address = rows_shown(page), page.url.split("#")[1]
    again = opened(address)
    assert rows_shown(again) == before
    expect(again.locator("#transfers select[name=recipient]")).to_have_value("Ukraine")


def test_from_a_transfer_to_its_words_in_two_clicks(opened: Open, sample_run: Run) -> None:
    """A transfer tells its events and why they were joined; an event marks the words whose offsets the table `mentions` holds."""
    tables = read_tables(sample_run.folder)
    transfer = max(tables.transfers, key=lambda row: (row["n_events"], row["transfer_id"]))
    page = opened(f"view=transfers&q={transfer['system_name']}")
    index = next(
        at for at, row in enumerate(page.locator("#transfers tbody a").evaluate_all("links => links.map(link => link.hash)"))
        if transfer["transfer_id"] in row
    )  # fmt: skip
    page.locator("#transfers tbody tr[data-at]").nth(index).click()
    items = page.locator(".panel-body .events li")
    expect(items).to_have_count(transfer["n_events"])
    assert all("Why here:" in told for told in items.all_inner_texts())
    link = items.nth(0).locator("a").first
    event_id = link.get_attribute("href").split("=")[1]  # type: ignore[union-attr]
    link.click()
    expect(page.locator("#panel")).to_have_attribute("data-shown", f"event={event_id}")
    text = tables.texts[tables.event[event_id]["article_id"]]  # type: ignore[index]
    wanted = {
        (span.role, text[span.start : span.end]) for row in tables.mentions_of[event_id] for span in spans_of(row)
    }
    assert {role for role, _ in wanted} >= {"supplier", "recipient", "system", "trigger"}
    assert {(role, " ".join(words.split())) for role, words in marked_words(page)} == wanted
    shown = page.locator(".panel-body blockquote b").all_inner_texts()
    assert {" ".join(told.split()) for told in shown} == {
        " ".join(row["quote"].split()) for row in tables.mentions_of[event_id]
    }


def test_an_address_opens_an_event(opened: Open, sample_run: Run) -> None:
    """`#event=ID` shows the event, its article and its facts; an identifier that is none is told."""
    event = event_of(sample_run, supplier_name="France")
    page = opened(f"event={event['event_id']}")
    expect(page.locator("#panel")).to_have_attribute("data-shown", f"event={event['event_id']}")
    assert f"France → {event['recipient_name']}" in page.locator("#panel-title").inner_text()
    page = opened("event=0000000000000000")
    expect(page.locator("#panel-title")).to_have_text("No event has the identifier 0000000000000000.")


def test_the_keyboard_is_enough(opened: Open) -> None:
    """Skip link, arrows between rows, Enter to open, Escape to close: the focus goes back to the row."""
    page = opened("view=events")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.locator("#events .rows").focus()
    for key in ("ArrowDown", "ArrowDown", "PageDown", "ArrowUp"):
        page.keyboard.press(key)
    row = page.locator("#events tbody tr:focus-within")
    place = row.get_attribute("data-at")
    assert place not in (None, "0")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Enter")
    expect(page.locator("#panel")).to_be_visible()
    expect(page.locator("#panel-title")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_be_hidden()
    expect(row).to_have_attribute("data-at", place)


def test_words_of_articles_stay_words(page: Page, tmp_path: Path) -> None:
    """An article whose headline, outlet, address and text are markup and scripts is shown as it reads; nothing of it runs."""
    (tmp_path / "in").mkdir()
    text = f"Norway delivered 12 Leopard 2 tanks to Ghana on 3 January 2024, the ministry said. {HOSTILE}"
    rows = [
        {
            "id": "x",
            "title": HOSTILE,
            "publisher": HOSTILE,
            "url": "javascript:document.title=1",
            "date": "2024-01-05",
            "text": text,
        }
    ]
    pd.DataFrame(rows).to_json(tmp_path / "in" / "a.jsonl", orient="records", lines=True)
    run = run_pipeline(tmp_path / "in", tmp_path / "out")
    write_report(run.folder, tmp_path / "report")
    for path in (tmp_path / "report").glob("data-*.js"):
        written = path.read_text(encoding="utf-8")
        assert "<" not in written
        assert "\u2028" not in written
    event = event_of(run)
    page.goto(f"{(tmp_path / 'report' / 'index.html').as_uri()}#event={event['event_id']}")
    expect(page.locator("#panel")).to_have_attribute("data-shown", f"event={event['event_id']}")
    assert "<script>document.title" in page.locator(".panel-body").inner_text()
    assert page.locator(".panel-body :is(script, img), .panel-body a[href^=javascript]").count() == 0
    assert page.locator("#events tbody :is(script, img), #overview :is(script, img)").count() == 0
    assert page.title() == "Arms-transfer events: report"
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"document.title=1\">')")
    page.wait_for_timeout(100)
    assert page.title() == "Arms-transfer events: report"  # by the page's policy, even where markup got in


def test_nothing_is_asked_of_a_network(opened: Open, sample_run: Run) -> None:
    """All that the page asks for are files beside it; a picture, a script or data of an address never get to ask there."""
    page = opened("view=overview")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    opened(f"event={event_of(sample_run)['event_id']}")
    expect(page.locator(".panel-body blockquote").first).to_be_visible()
    assert asked
    assert [url for url in asked if not url.startswith(("file://", "about:"))] == []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.5)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/x"
        page.evaluate(
            """address => {
              for (const name of ["img", "script"]) document.body.append(Object.assign(document.createElement(name), { src: address }));
              fetch(address).catch(() => {});
            }""",
            address,
        )
        with pytest.raises(TimeoutError):
            server.accept()


@pytest.mark.parametrize(
    ("width", "scheme", "views"),
    [
        (360, "light", ("overview", "transfers", "events", "transfer", "event")),
        (1920, "dark", ("overview", "transfers", "events", "transfer", "event")),
        (360, "dark", ("events", "event")),
        (1920, "light", ("overview", "event")),
    ],
)
def test_nobody_is_kept_out(
    width: int, scheme: str, views: tuple[str, ...], opened: Open, page: Page, sample_run: Run
) -> None:
    """On no view, narrow or broad, light or dark, does axe find anything serious, and none is broader than its window."""
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    event = event_of(sample_run, supplier_name="France")["event_id"]
    link = sample_run.table("transfer_events").set_index("event_id").loc[event, "transfer_id"]
    addresses = {"event": f"event={event}", "transfer": f"transfer={link}"}
    for view in views:
        opened(addresses.get(view, f"view={view}"))
        if view in addresses:
            expect(page.locator("#panel")).to_have_attribute("data-shown", addresses[view])
        assert grave_findings(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def _many(tables: Tables, rows: int) -> list[Row]:
    """Return events that are drawn from those of the sample, with other numbers and years."""
    chance = random.Random(1)
    return [
        {
            **chance.choice(tables.events),
            "event_id": f"{number:016x}",
            "quantity_min": chance.randrange(1, 5000),
            "quantity_max": 5000,
            "confidence": round(chance.random(), 4),
            "evidence": f"{chance.choice(tables.events)['evidence']} {number}",
        }
        for number in range(rows)
    ]


_MEASURE = """() => {
  const table = window.reportTables.events, times = {};
  const find = (name, value) => { table.form.elements[name].value = value; };
  const took = (name, work) => {
    times[name] = [];
    for (let at = 0; at < 9; at += 1) { const start = performance.now(); work(at); times[name].push(performance.now() - start); }
  };
  took("search", (at) => { find("q", ["russia missile", "delivered 7", "f"][at % 3]); table.update(); });
  find("q", "");
  took("filter", (at) => { find("supplier", at % 2 ? "France" : "Russia"); find("from", "2000"); table.update(); });
  find("supplier", ""); find("from", "");
  took("sort", (at) => { table.sort = { name: ["words", "quantity", "system"][at % 3], down: at % 2 === 1 }; table.update(); });
  took("scroll", (at) => { table.box.scrollTop = 200000 * at; table.draw(); });
  return times;
}"""


def test_fifty_thousand_rows(page: Page, report: Path, sample_run: Run, tmp_path: Path) -> None:
    """To search, filter, sort and scroll takes time in proportion to the rows at most, and few rows are ever drawn."""
    tables = read_tables(sample_run.folder)
    times: dict[int, dict[str, list[float]]] = {}
    for size in SIZES:
        folder = tmp_path / str(size)
        folder.mkdir()
        for path in report.iterdir():
            (folder / path.name).write_bytes(path.read_bytes())
        told = to_script(encode(_many(tables, size), "event_id", event_columns(tables)))
        (folder / "data-events.js").write_text(f"(window.reportData ??= {{}}).events = {told};", encoding="utf-8")
        page.goto(f"{(folder / 'index.html').as_uri()}#view=events")
        expect(page.locator("#events .count")).to_have_text(f"{size:,} rows")
        times[size] = page.evaluate(_MEASURE)
        assert page.locator("#events tbody tr").count() < 100
        page.locator("#events .rows").press("End")
        expect(page.locator("#events tbody tr:focus-within")).to_have_attribute("data-at", str(size - 1))
    many, few = (times[size] for size in SIZES)
    for name in many:
        # Four times the rows: in proportion it takes four times as long, row against row sixteen times.
        assert min(many[name]) < 10 * max(min(few[name]), 1.0), name

"""What a researcher imports: typed tables, an event with all that stands behind it, the events of one text."""

import re
import subprocess
import sys
from datetime import date
from functools import partial
from html import unescape
from pathlib import Path

import pandas as pd
import pytest

import etl
from etl.errors import ConfigurationError, InputError
from etl.library import Explanation, Tables
from etl.merge.join import keep
from etl.publish.release import write_release
from schemas import TABLES
from schemas.checks import to_frame
from schemas.codes import codes
from tests.conftest import ROOT, Run

SENTENCE = "Norway delivered four patrol boats to Ghana last month, the ministry said."


@pytest.fixture(scope="module")
def tables(sample_run: Run) -> Tables:
    return etl.load(sample_run.folder)


@pytest.fixture(scope="module")
def release(sample_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of the sample, without texts, quotes cut short."""

    def rebuild(events: pd.DataFrame, articles: pd.DataFrame) -> dict[str, pd.DataFrame]:
        kept, rows = keep(events, articles, sample_run.table("transfer_events"))
        return {"events": kept, **{name: to_frame(TABLES[name], made) for name, made in rows.items()}}

    folder = tmp_path_factory.mktemp("releases")
    return write_release(sample_run.folder, "2026.11.0", folder, rebuild=rebuild, tier="candidate", quote_chars=60)


@pytest.mark.parametrize("name", TABLES)
def test_tables_hold_what_the_files_hold(name: str, sample_run: Run, tables: Tables) -> None:
    """Every value of every table is that of the file, whatever its type has become."""
    stored = pd.read_parquet(sample_run.folder / f"{name}.parquet")
    frame = tables[name]
    assert list(frame.columns) == list(stored.columns)
    for column in TABLES[name].columns:
        one, other = (table[column.name].astype(object) for table in (frame, stored))
        if column.type == "date":
            other = other.map(pd.Timestamp, na_action="ignore").astype(object)
        assert one.where(one.notna(), None).tolist() == other.where(other.notna(), None).tolist(), column.name


def test_columns_have_types(tables: Tables) -> None:
    """Codes are categories in the order of their lists, days datetime64, numbers and booleans such as may be missing."""
    for name, table in TABLES.items():
        for column in table.columns:
            found = tables[name].dtypes[column.name]
            if column.allowed:
                assert found == pd.CategoricalDtype(list(column.allowed), ordered=True), column.name
            else:
                of_type = {"date": "datetime64[s]", "integer": "Int64", "number": "Float64", "boolean": "boolean"}
                assert found == of_type.get(column.type, "str"), column.name


def test_statuses_compare_by_phase(tables: Tables) -> None:
    """Ordered codes can be compared and sorted: a delivery comes after an order."""
    status = tables.events["status"]
    assert list(status.cat.categories) == list(codes("status"))
    assert (tables.events[status >= "approved"]["status_phase"] != "prospect").all()


def test_tables_are_told_in_short(sample_run: Run, tables: Tables) -> None:
    """What a prompt prints is the folder and the number of rows of each table."""
    assert repr(tables).splitlines()[0] == f"Tables of {sample_run.folder}"
    assert re.search(rf"^  events +{len(sample_run.table('events'))}$", repr(tables), re.M)
    assert len(repr(tables).splitlines()) == 1 + len(TABLES)


def test_a_name_that_is_no_table_is_told(tables: Tables) -> None:
    """A wrong name of a table is answered with the right ones."""
    with pytest.raises(KeyError, match=r"'event' is no table.*transfer_events"):
        tables["event"]


def test_a_release_has_no_texts(release: Path, sample_run: Run) -> None:
    """A release is read like a run; the texts that it leaves out are an empty frame of the same columns."""
    tables = etl.load(str(release))
    assert (len(tables.texts), list(tables.texts.columns)) == (0, ["article_id", "text"])
    assert len(tables.events) == len(sample_run.table("events"))


@pytest.mark.parametrize("name", ["nowhere", "empty"])
def test_a_folder_without_tables_is_told(name: str, tmp_path: Path) -> None:
    """A folder that is not there, or holds no tables, is named in the error."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigurationError, match=rf"{name}.*Name"):
        etl.load(tmp_path / name)


def _told(explanation: Explanation) -> str:
    """The words of its HTML, without the style sheet."""
    html = re.sub(r"<style>.*?</style>", "", explanation._repr_html_(), flags=re.S)
    return unescape(re.sub(r"<[^>]+>", "", html.replace("<br>", "\n")))


def _bare(text: str) -> str:
    """The text on one line, without quotation marks: the plain form puts them around quotes."""
    return " ".join(text.replace("“", "").replace("”", "").split())


def test_every_event_is_explained_in_both_forms(tables: Tables) -> None:
    """Page and text of each event tell its parties, system, date, confidence, transfer, and every quote with its marks."""
    mentions = tables.mentions.groupby("event_id")
    texts = dict(zip(tables.texts["article_id"], tables.texts["text"], strict=True))
    for event in tables.events.head(20).to_dict("records"):
        explanation = etl.explain(event["event_id"], tables)
        (tie,) = tables.transfer_events.query(f"event_id == '{event['event_id']}'").to_dict("records")
        for told in (_told(explanation), str(explanation)):
            flat = " ".join(told.split())
            assert f"{event['system_name']}" in flat
            assert f"{event['confidence']:.2f}, {event['tier']}" in flat
            assert tie["transfer_id"] in flat
            for quote in mentions.get_group(event["event_id"])["quote"]:
                assert _bare(quote) in _bare(told)
        page = explanation._repr_html_()
        for mention in mentions.get_group(event["event_id"]).to_dict("records"):
            word = texts[mention["article_id"]][mention["trigger_start"] : mention["trigger_end"]]
            assert f'title="status">{word}</mark>' in page


def test_an_identifier_may_be_cut_short(tables: Tables) -> None:
    """The beginning of an identifier is enough where one event alone has it; of a transfer, all events are told."""
    name = tables.events["event_id"].iloc[0]
    assert [shown.event["event_id"] for shown in etl.explain(name[:10], tables).events] == [name]
    transfer = tables.transfers.sort_values("n_events").iloc[-1]
    joined = tables.transfer_events.query(f"transfer_id == '{transfer['transfer_id']}'")["event_id"]
    shown = etl.explain(transfer["transfer_id"][:10], tables).events
    assert sorted(event.event["event_id"] for event in shown) == sorted(joined)
    assert len(shown) == transfer["n_events"] > 1


@pytest.mark.parametrize(
    ("name", "message"), [("zzzz", r"'zzzz' is no event_id"), ("", r"'' is no event_id"), ("a", r"'a' begins \d+")]
)
def test_an_unknown_identifier_is_told(name: str, message: str, tables: Tables) -> None:
    """An identifier that fits nothing, or too much, is named in the error."""
    with pytest.raises(ConfigurationError, match=message):
        etl.explain(name, tables)


def test_a_release_is_explained_by_its_quotes(release: Path) -> None:
    """Without texts the capped quote stands alone; spans that were cut off are not marked elsewhere."""
    tables = etl.load(release)
    for mention in tables.mentions.head(12).to_dict("records"):
        shown = etl.explain(mention["event_id"], tables)
        quotes = [evidence.text for event in shown.events for evidence in event.evidence]
        assert mention["quote"] in quotes
        for event in shown.events:
            for evidence in event.evidence:
                assert all(0 <= span.start < span.end <= len(evidence.text) for span in evidence.spans)
    assert "title=" in shown._repr_html_()


def test_a_page_obeys_nothing_of_an_article(sample_run: Run) -> None:
    """Markup in title, publisher, address and text is shown, not obeyed; an address that is no web address is no link."""
    tables = etl.load(sample_run.folder)
    bad = "<script>alert(1)</script>"
    tables.articles[["title", "publisher"]] = bad
    tables.articles["url"] = "javascript:alert(1)"
    tables.texts["text"] = tables.texts["text"].map(lambda text: "<b>" * (len(text) // 3))
    page = etl.explain(tables.events["event_id"].iloc[0], tables)._repr_html_()
    assert set(re.findall(r"</?(\w+)", page)) == {
        "style", "p", "mark", "section", "h4", "dl", "dt", "dd", "blockquote"
    }  # fmt: skip
    assert "href" not in page


def test_a_terminal_obeys_nothing_of_an_article(sample_run: Run) -> None:
    """The plain text writes out what a terminal would obey."""
    tables = etl.load(sample_run.folder)
    tables.articles["title"] = "\x1b[2Jgone\u202e"
    text = str(etl.explain(tables.events["event_id"].iloc[0], tables))
    assert "\\x1b[2Jgone\\u202e" in text
    assert "\x1b" not in text


@pytest.mark.parametrize("told", [date(2024, 1, 4), "2024-01-04"])
def test_one_text_gives_events(told: date | str, tables: Tables) -> None:
    """A text gives typed events with evidence; relative dates count from the day that is given."""
    events = etl.extract(SENTENCE, date=told)
    (row,) = events.to_dict("records")
    assert (row["supplier_id"], row["recipient_id"], row["status"]) == ("NOR", "GHA", "delivered")
    assert (row["date_edtf"], row["quantity_min"], row["evidence"]) == ("2023-12", 4, SENTENCE)
    assert list(events.dtypes) == list(tables.events.dtypes)


def test_a_text_without_transfer_gives_none() -> None:
    """A text that tells no transfer gives an empty frame of the same columns."""
    events = etl.extract("The ministers met for lunch and spoke about fish.", date="2024-01-04")
    assert (len(events), list(events.columns)) == (0, list(TABLES["events"].column_names))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (partial(etl.extract, SENTENCE, date="last week"), ConfigurationError, "'last week' is none"),
        (partial(etl.extract, "  "), InputError, "the text of the document is empty"),
    ],
)
def test_bad_calls_are_told(call: partial[pd.DataFrame], error: type[Exception], message: str) -> None:
    """A date that is none, and a text that is none, are clear errors."""
    with pytest.raises(error, match=message):
        call()


def test_the_package_is_light() -> None:
    """`import etl` reads no pandas, and yet tells its names; the command line starts from it."""
    code = "import etl, sys; assert 'pandas' not in sys.modules; assert {'load', 'explain', 'extract'} <= set(dir(etl)); etl.extract; assert 'pandas' in sys.modules"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_name_that_is_none_is_told() -> None:
    """A name that the package does not have fails as in any module."""
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        etl.nothing  # noqa: B018

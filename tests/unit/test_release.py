"""A release: whole or not there, the same bytes again, firm rows alone, capped quotes, and metadata that tools accept."""

import hashlib
import json
import shutil
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import combinations
from pathlib import Path

import hypothesis.strategies as st
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings

from etl.errors import ConfigurationError, EtlError
from etl.publish.quotes import cap_quotes, find_window
from etl.publish.release import earlier_release, version_key, write_release
from etl.publish.tables import write_table
from schemas import EVENTS, MENTIONS, TABLES
from schemas.checks import split, to_frame
from tests.conftest import ROOT

Row = dict[str, object]
VERSION = "2026.11.0"
FILLER = "as two officials who were not allowed to speak in public said after the meeting in the capital, "
SENTENCE = (
    f'"It is done," {FILLER * 2}France sold twelve {FILLER * 2}Rafale jets to Egypt, {FILLER * 2}and that was all.'
)
SHORT = "Iran sent drones to Russia."


def name(*parts: object) -> str:
    """Return a made-up identifier."""
    return hashlib.sha256(" ".join(map(str, parts)).encode()).hexdigest()[:16]


def article(source: str, text: str, **more: object) -> Row:
    """Return a row of articles, with its text beside it."""
    row: Row = {
        "article_id": name("article", source), "source_id": source, "source_path": f"{source}.txt", "language": "en",
        "published_date": date(2024, 1, 4), "publisher": "The Times", "n_chars": len(text), "n_mentions": 0, "text": text,
        "text_sha256": hashlib.sha256(text.encode()).hexdigest(),
    }  # fmt: skip
    return row | more


def event(of: Row, parties: str, system: str, quote: str, words: tuple[str, str, str, str], **more: object) -> Row:
    """Return a row of events with the offsets of its mention: trigger, supplier, recipient and system by their words."""
    text = str(of["text"])
    start = text.index(quote)
    spans = {role: (text.index(word), text.index(word) + len(word))
             for role, word in zip(("trigger", "supplier", "recipient", "system"), words, strict=True)}  # fmt: skip
    supplier, recipient = parties.split(">")
    return {
        "event_id": name("event", of["source_id"], parties, system), "article_id": of["article_id"],
        "source_id": of["source_id"], "supplier_id": supplier, "supplier_name": supplier.title(), "supplier_kind": "state",
        "recipient_id": recipient, "recipient_name": recipient.title(), "recipient_kind": "state",
        "system_id": f"sys:{system}", "system_name": system, "system_text": words[3], "system_category": "aircraft",
        "status": "ordered", "status_phase": "commitment", "assertion": "reported", "transfer_type": "sale",
        "date_basis": "report", "date_start": of["published_date"], "date_end": of["published_date"],
        "report_date": of["published_date"], "confidence": 0.9, "tier": "firm", "extractor": "rules", "evidence": quote, "evidence_start": start,
        "evidence_end": start + len(quote), "n_mentions": 1, "n_independent_reports": 1, "is_corrected": False,
        "spans": spans,
    } | more  # fmt: skip


def mention(of: Row) -> Row:
    """Return the row of mentions of an event."""
    spans = {
        f"{role}_{side}": at
        for role, span in of["spans"].items()
        for side, at in zip(("start", "end"), span, strict=True)
    }  # type: ignore[attr-defined]
    return {
        "mention_id": name("mention", of["event_id"]), "event_id": of["event_id"], "article_id": of["article_id"],
        "quote": of["evidence"], "quote_start": of["evidence_start"], "quote_end": of["evidence_end"], **spans,
        "rule_id": "verb", "extractor": "rules", "extractor_version": "1",
    }  # fmt: skip


def rebuild(events: pd.DataFrame, articles: pd.DataFrame) -> Mapping[str, pd.DataFrame]:  # noqa: ARG001
    """Join events of the same parties and system: simpler than the real rules, and enough for a release."""
    groups: dict[tuple[str, str, str], list[Row]] = {}
    for row in events.astype(object).where(events.notna(), None).to_dict("records"):
        groups.setdefault((row["supplier_id"], row["recipient_id"], row["system_id"]), []).append(row)  # type: ignore[arg-type]
    transfers: list[Row] = []
    links: list[Row] = []
    for rows in groups.values():
        first = rows[0]
        reports = len({row["article_id"] for row in rows})
        transfers.append(
            first | {
                "transfer_id": first["event_id"], "status_latest": rows[-1]["status"], "is_disputed": False,
                "is_out_of_order": False, "n_events": len(rows), "n_articles": reports, "n_independent_reports": reports,
                "n_conflicts": 0, "is_corrected": any(row["is_corrected"] for row in rows),
                "first_report": first["report_date"], "last_report": rows[-1]["report_date"],
            }
        )  # fmt: skip
        for row in rows:
            opens = row is first
            links.append(
                {"event_id": row["event_id"], "transfer_id": first["event_id"], "join_score": 1.0,
                 "join_reason": "opens" if opens else "same_system", "joined_to": None if opens else first["event_id"]}
            )  # fmt: skip
    conflicts = [
        {"conflict_id": name("conflict", row["event_id"]), "transfer_id": row["event_id"], "field": "quantity_ordered",
         "value": "[1, 2]", "event_id": row["event_id"]}
        for row in transfers[:1]
    ]  # fmt: skip
    return {
        "events": events,
        "transfers": to_frame(TABLES["transfers"], transfers),
        "transfer_events": to_frame(TABLES["transfer_events"], links),
        "conflicts": to_frame(TABLES["conflicts"], conflicts),
    }


QUARANTINED: Row = {
    "quarantine_id": name("q"), "stage": "read", "source_path": "odd.bin", "reason_code": "not_text",
    "message": '-1, "two"\nlines\rend', "excerpt": "@" + "x" * 400,
}  # fmt: skip


def sample() -> tuple[list[Row], list[Row]]:
    """Return articles and events: a long quote, a short one, a candidate, a copy, and text that is not tame."""
    rafale = article("rafale", f"CAIRO. {SENTENCE} {SHORT}", title='=HYPERLINK("x")', publisher="The | <b>Times</b>")
    drones = article("drones", f"MOSCOW. {SHORT}", published_date=date(2023, 2, 1), title="Drones, \r\nand `more`")
    again = article("-again", f"{SHORT} So they said.", duplicate_of=drones["article_id"], publisher=None)
    quiet = article("quiet", "Nothing was sold.", published_date=None, title="+1 'NA' \tnull")
    words = ("sent", "Iran", "Russia", "drones")
    events = [
        event(rafale, "FRA>EGY", "rafale", SENTENCE, ("sold", "France", "Egypt", "Rafale jets"), quantity_min=12, value_amount=1.5e9, value_currency="USD"),
        event(rafale, "IRN>RUS", "shahed", SHORT, words, tier="candidate", confidence=0.3),
        event(drones, "IRN>RUS", "shahed", SHORT, words, status="delivered", status_phase="execution"),
        event(again, "IRN>RUS", "shahed", SHORT, words, assertion="disputed"),
    ]  # fmt: skip
    for row in (rafale, drones, again, quiet):
        row["n_mentions"] = sum(of["article_id"] == row["article_id"] for of in events)
    return [rafale, drones, again, quiet], events


def write_run(folder: Path, articles: list[Row], events: list[Row], quarantine: Iterable[Row] = (QUARANTINED,)) -> Path:
    """Write the tables of a run into a folder, and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    frames = {
        "articles": to_frame(TABLES["articles"], articles),
        "texts": to_frame(TABLES["texts"], articles),
        "mentions": to_frame(MENTIONS, [mention(row) for row in events]),
        "quarantine": to_frame(TABLES["quarantine"], quarantine),
    }
    frames |= rebuild(to_frame(EVENTS, events), frames["articles"])
    for table in TABLES.values():
        write_table(table, frames[table.name].sort_values(list(table.order), na_position="first"), folder)
    return folder


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run, with its record."""
    folder = write_run(tmp_path_factory.mktemp("run") / "tables", *sample())
    record = {
        "version": "0.1.0", "settings": {"duplicate_similarity": 0.8}, "corrections": {"sha256": "0" * 64, "rows": 2},
        "inputs": [{"path": "rafale.txt", "bytes": 5, "sha256": "1" * 64}],
    }  # fmt: skip
    (folder / "run.json").write_text(json.dumps(record), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def release(run: Path) -> Path:
    """A release of all tiers, without texts."""
    return write_release(run, VERSION, run.parent / "releases", rebuild=rebuild, tier="candidate")


def table(folder: Path, which: str) -> pd.DataFrame:
    """Return a table of a release, by its key."""
    return pd.read_parquet(folder / f"{which}.parquet")


def contents(folder: Path) -> dict[str, bytes]:
    """Return each file of a folder by its path."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_a_release_holds_what_it_promises(release: Path) -> None:
    """Every file is there, tables as Parquet and CSV, and the full texts are not."""
    tables = {*TABLES, "changes"} - {"texts"}
    assert set(contents(release)) == {
        *(f"{which}.parquet" for which in tables), *(f"csv/{which}.csv" for which in tables), "datapackage.json",
        "croissant.json", "codebook.md", "README.md", "CITATION.cff", "zenodo.json", "manifest.json", "CHANGES.md",
    }  # fmt: skip
    assert b"Nothing was sold" not in b"".join(contents(release).values())


def test_the_same_tables_give_the_same_bytes(run: Path, release: Path, tmp_path: Path) -> None:
    """Neither the clock nor the name of a folder leaves a trace; building again leaves the release alone."""
    shutil.copytree(run, tmp_path / "elsewhere")
    other = write_release(tmp_path / "elsewhere", VERSION, tmp_path / "r", rebuild=rebuild, tier="candidate")
    assert contents(other) == contents(release)
    before = {path: path.stat().st_mtime_ns for path in other.rglob("*")}
    assert write_release(tmp_path / "elsewhere", VERSION, tmp_path / "r", rebuild=rebuild, tier="candidate") == other
    assert {path: path.stat().st_mtime_ns for path in other.rglob("*")} == before
    assert {path.name for path in (tmp_path / "r").iterdir()} == {".lock", VERSION}


def test_other_bytes_are_not_overwritten(release: Path, run: Path, tmp_path: Path) -> None:
    """A version that stands there is left as it is; the message names the file and what to do."""
    shutil.copytree(release, tmp_path / VERSION)
    (tmp_path / VERSION / "events.parquet").write_bytes(b"spoiled")
    before = contents(tmp_path / VERSION)
    with pytest.raises(ConfigurationError, match=r"events\.parquet differs\. Choose the next version, or delete"):
        write_release(run, VERSION, tmp_path, rebuild=rebuild, tier="candidate")
    assert contents(tmp_path / VERSION) == before
    (tmp_path / VERSION / "events.parquet").unlink()
    with pytest.raises(ConfigurationError, match=r"events\.parquet differs"):
        write_release(run, VERSION, tmp_path, rebuild=rebuild, tier="candidate")


def test_a_build_that_fails_leaves_nothing(run: Path, tmp_path: Path) -> None:
    """A rebuild that gives rows without their events is told, and no half release stands there."""

    def forgetful(events: pd.DataFrame, articles: pd.DataFrame) -> Mapping[str, pd.DataFrame]:
        made = rebuild(events, articles)
        return {**made, "transfers": made["transfers"].iloc[:0]}

    (tmp_path / f".{VERSION}.part").mkdir()
    (tmp_path / f".{VERSION}.part" / "left.over").touch()
    with pytest.raises(EtlError, match=r"transfer_id .* is not in transfers"):
        write_release(run, VERSION, tmp_path, rebuild=forgetful)
    write_release(run, VERSION, tmp_path, rebuild=rebuild)
    assert {path.name for path in tmp_path.iterdir()} == {".lock", VERSION}
    assert not (tmp_path / VERSION / "left.over").exists()


WRONG_CALLS = [
    ({"version": "1.0"}, "version '1.0' is none. Give year, month"),
    ({"version": "2026.13.0"}, "version '2026.13.0'"),
    ({"version": "2026.01.0"}, "version '2026.01.0'"),
    ({"version": "2026.1.00"}, "version '2026.1.00'"),
    ({"version": "2026.1.0\n"}, "is none"),
    ({"version": "../2026.1.0"}, "is none"),
    ({"tier": "sure"}, "tier 'sure' is unknown. Choose one of firm, candidate"),
    ({"quote_chars": 0}, "quote_chars=0"),
    ({"tables": Path("nowhere")}, "articles.parquet is missing"),
]


@pytest.mark.parametrize(("call", "told"), WRONG_CALLS, ids=[told for _, told in WRONG_CALLS])
def test_a_wrong_call_is_told(call: Row, told: str, run: Path, tmp_path: Path) -> None:
    """A wrong version, tier, cap or folder is named, and nothing is written."""
    arguments = {"tables": run, "version": VERSION, "releases": tmp_path / "new"} | call
    with pytest.raises(ConfigurationError) as error:
        write_release(rebuild=rebuild, **arguments)  # type: ignore[arg-type]
    assert told in str(error.value)
    assert not (tmp_path / "new").exists()


def test_versions_are_ordered_by_number(tmp_path: Path) -> None:
    """2026.10.0 comes after 2026.9.12; other folders and files are no releases."""
    for folder in ("2026.9.12", "2026.10.0", "2026.9.2", "2025.12.0", "2027.1.0", "drafts", ".2026.10.1.part"):
        (tmp_path / folder).mkdir()
    (tmp_path / "2026.10.2").touch()
    found = [earlier_release(tmp_path, version) for version in ("2026.11.0", "2026.10.0", "2026.9.2", "2025.1.0")]
    assert [path and path.name for path in found] == ["2026.10.0", "2026.9.12", "2025.12.0", None]
    assert version_key("2026.11.0") == (2026, 11, 0)


def test_the_firm_tier_leaves_out_candidates(run: Path, tmp_path: Path) -> None:
    """Mentions, transfers and counts follow the kept events; articles and quarantine stay whole."""
    firm = write_release(run, VERSION, tmp_path, rebuild=rebuild)
    events, mentions, articles = (table(firm, which) for which in ("events", "mentions", "articles"))
    assert set(events["tier"]) == {"firm"}
    assert len(events) == 3
    assert set(mentions["event_id"]) == set(events["event_id"])
    assert len(articles) == 4
    assert dict(zip(articles["source_id"], articles["n_mentions"], strict=True)) == {"rafale": 1, "drones": 1, "-again": 1, "quiet": 0}  # fmt: skip
    shahed = table(firm, "transfers").set_index("system_name").loc["shahed"]
    assert (shahed["n_events"], shahed["n_articles"]) == (2, 2)
    assert set(table(firm, "transfer_events")["event_id"]) == set(events["event_id"])
    assert len(table(firm, "quarantine")) == 1
    assert "Events of tier `candidate` were left out." in (firm / "README.md").read_text(encoding="utf-8")


def test_texts_come_only_when_asked_for(run: Path, tmp_path: Path) -> None:
    """With texts=True the table of texts is there and described, and every quote stands in it at its offsets."""
    whole = write_release(run, VERSION, tmp_path, rebuild=rebuild, texts=True, quote_chars=200)
    texts = table(whole, "texts").set_index("article_id")["text"]
    for row in table(whole, "mentions").itertuples():
        assert texts[row.article_id][row.quote_start : row.quote_end] == row.quote
    for row in table(whole, "events").itertuples():
        assert texts[row.article_id][row.evidence_start : row.evidence_end] == row.evidence
    described = (whole / "datapackage.json", whole / "croissant.json")
    assert all("csv/texts.csv" in path.read_text(encoding="utf-8") for path in described)


def test_long_quotes_are_capped_around_the_words_that_matter(release: Path) -> None:
    """A quote of a thousand characters keeps verb and parties within the cap, in whole words; short ones stay as they are."""
    mentions = table(release, "mentions")
    assert mentions["quote"].str.len().max() <= 300
    (long,) = mentions["quote"][mentions["quote"].str.contains("France")]
    assert "sold" in long
    assert "Rafale jets to Egypt" in SENTENCE
    assert long.split() == SENTENCE[SENTENCE.index(long) :].split()[: len(long.split())]
    assert set(table(release, "events")["evidence"]) == {long, SHORT}
    assert table(release, "quarantine")["excerpt"].str.len().max() == 300


WORDS = st.text(st.sampled_from("ab .\n\u00e9\U0001f680"), min_size=1, max_size=60)


@given(WORDS, st.lists(st.tuples(st.integers(-5, 65), st.integers(-5, 65)), max_size=4), st.integers(1, 40))
def test_a_window_holds_as_many_spans_as_any_could(text: str, spans: list[tuple[int, int]], limit: int) -> None:
    """The window is within text and limit, never empty, and no window of that length holds more of the spans."""
    low, high = find_window(text, spans, limit)
    assert 0 <= low < high <= len(text)
    assert high - low <= max(limit, 0)
    assert len(text) > limit or (low, high) == (0, len(text))
    whole = [(a, b) for a, b in spans if 0 <= a < b <= len(text)]
    held = sum(low <= a and b <= high for a, b in whole)
    fitting = (len(some) for size in range(len(whole) + 1) for some in combinations(whole, size)
               if not some or max(b for _, b in some) - min(a for a, _ in some) <= limit)  # fmt: skip
    assert held >= max(fitting)


@settings(max_examples=50)
@given(WORDS.filter(str.strip), st.integers(0, 9), st.integers(1, 40), st.data())
def test_capped_quotes_stand_at_their_offsets(text: str, before: int, limit: int, data: st.DataObject) -> None:
    """Whatever the text, the quote that is left stands in the article where the row says, and the event has the same."""
    whole = "-" * before + text + "-"
    start = data.draw(st.integers(0, len(text) - 1))
    word = text[start : data.draw(st.integers(start + 1, len(text)))]
    of = article("x", whole)
    row = event(of, "FRA>EGY", "rafale", text, ("-", word, word, word)) | {"evidence_start": before, "evidence_end": before + len(text)}  # fmt: skip
    mentions, events = cap_quotes(to_frame(MENTIONS, [mention(row)]), to_frame(EVENTS, [row]), limit)
    for frame, field in ((mentions, "quote"), (events, "evidence")):
        (quote,), (low,), (high,) = (list(frame[column]) for column in (field, f"{field}_start", f"{field}_end"))
        assert whole[low:high] == quote
        assert 0 < len(quote) <= limit
    assert list(mentions["quote"]) == list(events["evidence"])
    assert split(MENTIONS, mentions)[1] == []


def test_csv_is_safe_and_exact(release: Path) -> None:
    """Formulas are disarmed, line breaks and quotes survive, null is empty, booleans and dates are plain."""
    raw = (release / "csv" / "articles.csv").read_bytes().decode("utf-8")
    assert raw.endswith("\n")
    assert '"\'=HYPERLINK(""x"")"' in raw
    assert f"{name('article', '-again')},'-again," in raw
    frame = pd.read_csv(release / "csv" / "articles.csv", keep_default_na=False, na_values=[""], lineterminator="\n")
    stored = table(release, "articles")
    expected = {'\'=HYPERLINK("x")', "Drones, \r\nand `more`", "'+1 'NA' \tnull"}
    assert set(frame["title"].dropna()) == expected
    assert list(frame["published_date"].dropna()) == [day.isoformat() for day in stored["published_date"].dropna()]
    events = (release / "csv" / "events.csv").read_text(encoding="utf-8")
    assert ",1,false\n" in events
    assert ",1500000000.0,USD," in events


def test_the_manifest_tells_files_and_origins(release: Path) -> None:
    """Size, hash and rows of each file are its own; code, tables, model, inputs and corrections are named by hash."""
    manifest = json.loads((release / "manifest.json").read_text(encoding="utf-8"))
    files = contents(release)
    files.pop("manifest.json")
    assert [entry["path"] for entry in manifest["files"]] == sorted(files)
    for entry in manifest["files"]:
        content = files[entry["path"]]
        assert (entry["bytes"], entry["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
        if entry["path"].endswith(".parquet"):
            assert entry["rows"] == pq.read_metadata(release / entry["path"]).num_rows
    lock = (ROOT / "requirements.lock").read_bytes()
    assert manifest["requirements_lock_sha256"] == hashlib.sha256(lock).hexdigest()
    assert len(manifest["git_revision"] or "0" * 40) == 40
    listed = {path.relative_to(ROOT).as_posix() for path in (ROOT / "etl" / "reference").rglob("*.csv")}
    assert set(manifest["reference"]) == listed
    assert list(manifest["model"]) == ["etl/extraction/scorer/model.json"]
    assert manifest["inputs"][0]["path"] == "rafale.txt"
    assert manifest["corrections"] == {"sha256": "0" * 64, "rows": 2}
    assert manifest["release"] == {"tier": "candidate", "texts": False, "quote_chars": 300}


def test_a_missing_record_is_null(run: Path, tmp_path: Path) -> None:
    """Without `run.json` the manifest has nulls; one that is broken is told."""
    shutil.copytree(run, tmp_path / "t")
    (tmp_path / "t" / "run.json").unlink()
    made = write_release(tmp_path / "t", VERSION, tmp_path / "r", rebuild=rebuild)
    manifest = json.loads((made / "manifest.json").read_text(encoding="utf-8"))
    assert [manifest[key] for key in ("run_version", "settings", "language_model", "inputs", "corrections")] == [
        None
    ] * 5
    (tmp_path / "t" / "run.json").write_text("{", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"run\.json cannot be read"):
        write_release(tmp_path / "t", VERSION, tmp_path / "r", rebuild=rebuild)

"""People's corrections: what each action does, and that one which no longer matches stops the build and says so."""

import csv
from pathlib import Path

import pandas as pd
import pytest

from etl.errors import ConfigurationError
from etl.quality.stored import check_stored
from etl.review.corrections import COLUMNS, Corrections, find_corrections, read_corrections
from etl.review.fields import FIELDS
from schemas.codes import codes
from tests.conftest import Run, run_pipeline

TEXT = "Norway sold 12 tanks to Ghana in 2019. Iran delivered 40 drones to Russia in 2022. Sweden gave 3 radars to Kenya in May 2021."
Line = dict[str, str]


def write_lines(path: Path, *lines: Line) -> Path:
    """Write a file of corrections; what a line leaves out is filled in."""
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, COLUMNS)
        writer.writeheader()
        for line in lines:
            writer.writerow(
                dict.fromkeys(COLUMNS, "") | {"who": "A. Reader", "when": "2024-02-01", "why": "read again"} | line
            )
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working folder with two articles, and the tables of a run over them in `before`."""
    place = tmp_path_factory.mktemp("corrections")
    (place / "in").mkdir()
    (place / "in" / "one.txt").write_text(f"Published: 2024-01-04\n\n{TEXT}\n", encoding="utf-8")
    (place / "in" / "two.txt").write_text(
        "Published: 2024-02-09\n\nNorway sold tanks to Ghana in 2021.\n", encoding="utf-8"
    )
    run_pipeline(place / "in", place / "before")
    return place


def _events(folder: Path, out: str) -> dict[str, dict[str, object]]:
    frame = pd.read_parquet(folder / out / "events.parquet")
    return {f"{row['supplier_id']} {row['recipient_id']} {row['source_id']}": row for row in frame.to_dict("records")}


def _transfers(folder: Path, out: str) -> pd.DataFrame:
    return pd.read_parquet(folder / out / "transfers.parquet")


def _signature(row: dict[str, object], *more: str) -> str:
    return " ".join(str(row[name]) for name in ("supplier_id", "recipient_id", "system_id", *more))


def _build(folder: Path, *lines: Line, out: str = "after") -> str:
    """Run with the corrections and return the error with which it ended; empty where all went well."""
    corrections = write_lines(folder / "corrections.csv", *lines)
    try:
        run_pipeline(folder / "in", folder / out, corrections=read_corrections(corrections))
    except ConfigurationError as error:
        return str(error)
    return ""


def test_a_dropped_event_goes_to_quarantine(folder: Path) -> None:
    """The event and its mention leave the tables, and quarantine tells who dropped them and why."""
    row = _events(folder, "before")["IRN RUS one.txt"]
    line = {
        "action": "drop",
        "target": str(row["event_id"]),
        "expected": _signature(row, "status"),
        "why": "an exercise",
    }
    assert _build(folder, line) == ""
    assert "IRN RUS one.txt" not in _events(folder, "after")
    aside = pd.read_parquet(folder / "after" / "quarantine.parquet")
    assert aside["reason_code"].tolist() == ["corrected", "corrected"]
    assert (
        aside["message"].str.contains(f"event {row['event_id']}: A. Reader dropped it on 2024-02-01", regex=False).all()
    )
    assert check_stored(folder / "after") == []


CHANGES = {
    "status": ("ordered", "delivered", {"status": "delivered", "status_phase": "execution"}),
    "supplier_id": ("NOR", "SWE", {"supplier_id": "SWE", "supplier_name": "Sweden", "supplier_kind": "state"}),
    "recipient_id": ("GHA", "nsa:houthis", {"recipient_id": "nsa:houthis", "recipient_kind": "armed_group"}),
    "date_edtf": ("2019", "2019-05", {"date_edtf": "2019-05", "date_precision": "month", "date_basis": "stated"}),
    "quantity_max": ("12", "20", {"quantity_min": 12, "quantity_max": 20}),
    "transfer_type": ("sale", "aid", {"transfer_type": "aid"}),
    "system_id": ("term:tank", "sys:leopard_2", {"system_name": "Leopard 2", "system_category": "armoured_vehicle"}),
}


@pytest.mark.parametrize("field", CHANGES)
def test_a_changed_field_takes_along_what_follows_from_it(folder: Path, field: str) -> None:
    """The field has its new value, the columns that follow from it theirs, the row says that it is corrected, and its identifier stays."""
    row = _events(folder, "before")["NOR GHA one.txt"]
    old, new, expected = CHANGES[field]
    assert (
        _build(
            folder, {"action": "change", "target": str(row["event_id"]), "field": field, "expected": old, "value": new}
        )
        == ""
    )
    frame = pd.read_parquet(folder / "after" / "events.parquet").set_index("event_id")
    after = frame.loc[str(row["event_id"])]
    assert {name: after[name] for name in expected} == expected
    assert after["is_corrected"]
    assert frame["is_corrected"].sum() == 1
    assert check_stored(folder / "after") == []


def test_transfers_are_joined_and_split(folder: Path) -> None:
    """Two transfers become one, with its reason told; then one becomes two again by a second line."""
    before = _transfers(folder, "before")
    pair = before[(before["supplier_id"] == "NOR")].to_dict("records")
    assert len(pair) == 2
    first, second = sorted(pair, key=lambda row: str(row["first_report"]))
    join = {
        "action": "join",
        "target": str(second["transfer_id"]),
        "expected": _signature(second),
        "value": str(first["transfer_id"]),
    }
    assert _build(folder, join) == ""
    joined = _transfers(folder, "after")
    (whole,) = joined[joined["supplier_id"] == "NOR"].to_dict("records")
    assert (whole["transfer_id"], whole["n_events"], whole["is_corrected"]) == (first["transfer_id"], 2, True)
    links = pd.read_parquet(folder / "after" / "transfer_events.parquet")
    assert sorted(links[links["transfer_id"] == whole["transfer_id"]]["join_reason"]) == ["corrected", "opens"]
    late = str(_events(folder, "before")["NOR GHA two.txt"]["event_id"])
    split = {"action": "split", "target": str(whole["transfer_id"]), "expected": _signature(first), "value": late}
    assert _build(folder, join, split) == ""
    assert sorted(_transfers(folder, "after")["transfer_id"]) == sorted(before["transfer_id"])


FAULTS: dict[str, tuple[Line, str]] = {
    "no such event": ({"action": "drop", "target": "0" * 16, "expected": "x"}, "line 2: drop 0000000000000000 no longer matches: there is no such event"),
    "another status": ({"action": "drop", "expected": "NOR GHA term:tank delivered"}, "no longer matches: it is 'NOR GHA term:tank ordered'"),
    "another value": ({"action": "change", "field": "status", "expected": "offered", "value": "ordered"}, "status is 'ordered', not 'offered'"),
    "no such status": ({"action": "change", "field": "status", "expected": "ordered", "value": "arrived"}, "'arrived' is none of"),
    "no such party": ({"action": "change", "field": "supplier_id", "expected": "NOR", "value": "Norway"}, "no party 'Norway'"),
    "no such system": ({"action": "change", "field": "system_id", "expected": "term:tank", "value": "NOR"}, "no weapon system 'NOR'"),
    "no date": ({"action": "change", "field": "date_edtf", "expected": "2019", "value": "May"}, "'May' is no EDTF date"),
    "no such action": ({"action": "delete"}, "action 'delete' is none of drop, change, join, split"),
    "no such field": ({"action": "change", "field": "evidence", "expected": "x", "value": "y"}, "field 'evidence' cannot be changed"),
    "nobody": ({"action": "drop", "who": ""}, "line 2: who:"),
    "no reason": ({"action": "drop", "why": " "}, "line 2: why:"),
    "no day": ({"action": "drop", "when": "yesterday"}, "line 2: when:"),
    "no such transfer": ({"action": "join", "target": "0" * 16, "value": "1" * 16}, "there is no such transfer"),
    "join with nothing": ({"action": "join", "value": ""}, "join needs a value"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_correction_that_does_not_match_stops_the_build(folder: Path, fault: str) -> None:
    """The build ends with the file, the line and the reason, and writes no table; what is extracted stays kept."""
    line, message = FAULTS[fault]
    target = str(_events(folder, "before")["NOR GHA one.txt"]["event_id"])
    told = _build(folder, {"target": target} | line, out="never")
    assert message in told
    assert "corrections.csv line 2" in told
    assert {path.name for path in (folder / "never").glob("*")} <= {".kept", ".lock"}


def test_a_split_must_leave_something(folder: Path) -> None:
    """All of a transfer's events, or events of another, cannot be split off."""
    transfer = _transfers(folder, "before").to_dict("records")[0]
    for value in ("0" * 16, "all"):
        line = {
            "action": "split",
            "target": str(transfer["transfer_id"]),
            "expected": _signature(transfer),
            "value": value,
        }
        assert "are not some, but not all, of its events" in _build(folder, line, out="never")


def test_the_columns_are_told(tmp_path: Path) -> None:
    """A file with other columns, or none, names the right ones."""
    path = tmp_path / "c.csv"
    for text in ("", "a,b\n1,2\n"):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ConfigurationError, match="must be who, when, action, target, field, expected, value, why"):
            read_corrections(path)
    with pytest.raises(ConfigurationError, match="does not exist"):
        find_corrections(tmp_path / "none.csv")


def test_the_file_that_ships_is_read_by_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an option `data/corrections.csv` of the working folder counts, where it stands."""
    monkeypatch.chdir(tmp_path)
    assert find_corrections(None) is None
    (tmp_path / "data").mkdir()
    write_lines(tmp_path / "data" / "corrections.csv", {"action": "drop", "target": "0" * 16, "expected": "x"})
    found = find_corrections(None)
    assert isinstance(found, Corrections)
    assert len(found) == 1


def test_every_action_and_field_is_known() -> None:
    """Each action is documented in its code list, and each field that can be changed is a column."""
    assert codes("correction") == ("drop", "change", "join", "split")
    assert "event_id" not in FIELDS


def test_a_run_without_corrections_marks_nothing(sample_run: Run) -> None:
    """No row says that it is corrected where nobody corrected anything."""
    assert not sample_run.table("events")["is_corrected"].any()
    assert not sample_run.table("transfers")["is_corrected"].any()

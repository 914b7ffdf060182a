"""The command line and the library with a language model: what they print, how they end, and that no key is ever told."""

import json
import re
from datetime import date
from pathlib import Path

import pytest

import etl
from etl.errors import InputError
from tests.conftest import call, call_warm
from tests.golden.told_articles import BY_ID, FOREIGN, JETS, TANKS, asked_about, model, write
from tests.llm_server import Script, chat, fails, serve

HUSHED = "hushhush"
"""Stands in the key and the password of these tests."""
KEY = f"mk-{HUSHED}-0123456789"
RUN = ("run", "in", "--out", "out", "--extractor", "rules+llm", "--no-data-docs")


def environment(at: str, **more: str) -> dict[str, str]:
    """What a person sets."""
    told = {
        "ETL_LLM_BASE_URL": at,
        "ETL_LLM_MODEL": "m-1",
        "ETL_LLM_API_KEY": KEY,
        "ETL_LLM_ANSWERS": "kept/answers.sqlite",
    }
    return told | {"ETL_LLM_RETRIES": "0"} | more


def counts(output: str) -> dict[str, int]:
    """The numbers of a summary by their names."""
    found = re.findall(r"^ *(\S.*?) {2,}([\d,]+)$", output, re.MULTILINE)
    return {name: int(number.replace(",", "")) for name, number in found}


def holds_key(folder: Path) -> list[str]:
    """The files in and below a folder that hold a key."""
    return [str(path) for path in folder.rglob("*") if path.is_file() and HUSHED.encode() in path.read_bytes()]


def test_a_run_from_the_command_line(tmp_path: Path) -> None:
    """The key opens the endpoint and is told nowhere; the summary counts what was asked; a replay needs neither address nor key."""
    write(tmp_path / "in", [BY_ID[name] for name in ("tanks", "frigates", "de", "rain")])
    with serve(model) as server:
        made = call(*RUN, folder=tmp_path, **environment(server.at))
        assert {headers["Authorization"] for headers in server.headers} == {f"Bearer {KEY}"}
        assert asked_about(server) == ["de", "frigates", "tanks"]
    assert (made.returncode, made.stderr) == (0, "")
    told = counts(made.stdout)
    wanted = {
        "articles": 4, "extracted now": 4, "in quarantine": 0, "events": 3, "pieces of articles": 3, "answered": 3, "refused": 0,
        "claims": 3, "grounded": 3, "calls": 3, "tokens read": 300, "tokens written": 60, "asked now": 3, "answers from before": 0,
    }  # fmt: skip
    assert {name: told[name] for name in wanted} == wanted
    replayed = call_warm(
        *RUN[:3],
        "again",
        *RUN[4:],
        "--replay",
        folder=tmp_path,
        ETL_LLM_MODEL="m-1",
        ETL_LLM_ANSWERS="kept/answers.sqlite",
    )
    assert replayed.returncode == 0, replayed.stderr
    assert counts(replayed.stdout) == told | {"asked now": 0, "answers from before": 3}
    assert (tmp_path / "again" / "run.json").read_bytes() == (tmp_path / "out" / "run.json").read_bytes()
    checked = call_warm("validate", "again", folder=tmp_path)
    assert (checked.returncode, checked.stdout) == (0, "0 problems in again\n")
    assert holds_key(tmp_path) == []
    assert HUSHED not in made.stdout + made.stderr


def test_what_has_no_answer_is_told_and_the_run_ends_well(tmp_path: Path) -> None:
    """A budget that is spent and an endpoint that fails are told with their counts; the exit code is 0, and no key is told."""
    write(tmp_path / "in", [BY_ID[name] for name in ("tanks", "frigates", "de")])
    with serve(lambda *_: fails(500, f"key {KEY} is overloaded", again=False)) as server:
        ill = call_warm(*RUN, folder=tmp_path, **environment(server.at))
    assert ill.returncode == 0, ill.stderr
    told = counts(ill.stdout)
    assert (told["no_answer"], told["failed: server_error"], told["answered"], told["articles"]) == (3, 3, 0, 3)
    with serve(model) as server:
        poor = call_warm(*RUN, folder=tmp_path, **environment(server.at, ETL_LLM_TOKEN_BUDGET="100"))
    assert (poor.returncode, server.bodies) == (0, [])
    assert "The budget of tokens is spent. Run again to go on; what was answered is kept." in poor.stdout
    assert (counts(poor.stdout)["no_answer"], counts(poor.stdout)["not asked"]) == (3, 3)
    assert holds_key(tmp_path) == []
    assert HUSHED not in ill.stdout + ill.stderr + poor.stdout + poor.stderr


FAILS = {
    "no address": ({"ETL_LLM_BASE_URL": ""}, model, "ETL_LLM_BASE_URL"),
    "no model": ({"ETL_LLM_MODEL": ""}, model, "ETL_LLM_MODEL"),
    "a wrong key": ({}, lambda *_: fails(401, f"Incorrect API key provided: {KEY}", again=False), "takes no such key"),
    "a wrong password": ({"ETL_LLM_API_KEY": ""}, lambda *_: fails(401, "no", again=False), "takes no such key"),
    "no such model": ({}, lambda *_: fails(404, "model m-1 not found", again=False), "knows no such model or path"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "script", "words"), FAILS.values(), ids=FAILS)
def test_wrong_settings_end_the_run_with_one_line(
    change: dict[str, str], script: Script, words: str, tmp_path: Path
) -> None:
    """Exit code 2, one line that tells what to mend, no tables, and no key in it or in any file."""
    write(tmp_path / "in", [BY_ID["tanks"]])
    with serve(script) as server:
        at = server.at.replace("//", f"//desk:{HUSHED}@") if change.get("ETL_LLM_API_KEY") == "" else server.at
        told = {name: value for name, value in (environment(at) | change).items() if value}
        made = call_warm(*RUN, folder=tmp_path, **told)
    assert (made.returncode, made.stdout) == (2, "")
    assert made.stderr.startswith("etl: ")
    assert made.stderr.count("\n") == 1
    assert words in made.stderr
    assert HUSHED not in made.stderr
    assert holds_key(tmp_path) == []
    assert not (tmp_path / "out" / "events.parquet").exists()


def test_other_languages_are_counted_in_the_summary_of_the_rules(tmp_path: Path) -> None:
    """A run without a model says how many articles it did not read for their language."""
    few = [article for article in FOREIGN if article.id in {"de", "ru", "ar", "zh", "ja"}]
    write(tmp_path / "in", [*few, BY_ID["tanks"], BY_ID["short"]])
    made = call_warm("run", "in", "--out", "out", "--no-data-docs", folder=tmp_path)
    assert made.returncode == 0, made.stderr
    told = counts(made.stdout)
    assert (told["language_not_supported"], told["in quarantine"], told["articles"], told["events"]) == (5, 5, 7, 2)
    assert "pieces of articles" not in told


def test_the_two_are_measured_beside_each_other(tmp_path: Path) -> None:
    """On coded articles, precision and recall of rules and model stand side by side with the cost; the file holds them all."""
    codes = {
        "tanks": "NOR GHA armoured_vehicle delivered",
        "frigates": "NOR GHA ship delivered",
        "jets": "KOR POL armoured_vehicle ordered",
    }
    lines = []
    for name, coded in codes.items():
        event = dict(zip(("supplier", "recipient", "category", "status"), coded.split(), strict=True))
        lines.append(json.dumps(json.loads(BY_ID[name].line()) | {"events": [event]}))
    (tmp_path / "gold.jsonl").write_text("\n".join(lines), encoding="utf-8")
    with serve(model) as server:
        made = call_warm(
            "evaluate",
            "gold.jsonl",
            "--extractor",
            "llm",
            "--json",
            "figures.json",
            folder=tmp_path,
            **environment(server.at),
        )
    assert made.returncode == 0, made.stderr
    assert re.search(r"rules alone +llm\n +P +R +F1 +P +R +F1\n", made.stdout)
    assert re.search(r"^event +1\.000 +0\.667 +0\.800 +1\.000 +0\.667 +0\.800$", made.stdout, re.MULTILINE)
    told = counts(made.stdout)
    assert (told["pieces of articles"], told["tokens read"], told["asked now"]) == (3, 300, 3)
    figures = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))
    assert (figures["cost"]["pieces"], figures["cost"]["tokens_in"], figures["cost"]["claims"]) == (3, 300, 2)
    for side in (figures, figures["rules"]):
        found = side["depth"]["strict"]
        assert (found["hits"], found["predicted"], found["gold"]) == (2, 2, 3)
    assert HUSHED not in made.stdout + made.stderr
    assert holds_key(tmp_path) == []


def test_extract_prints_events_and_tells_the_cost_beside_them(tmp_path: Path) -> None:
    """`etl extract` gives events alone on standard output; what was asked stands on standard error."""
    write(tmp_path / "in", [BY_ID["tanks"], BY_ID["ru"]])
    with serve(model) as server:
        made = call_warm("extract", "in", "--extractor", "llm", folder=tmp_path, **environment(server.at))
    assert made.returncode == 0, made.stderr
    rows = [json.loads(line) for line in made.stdout.splitlines()]
    assert [(row["source_id"], row["supplier_id"], row["extractor"]) for row in rows] == [
        ("tanks", "NOR", "llm"),
        ("ru", "RUS", "llm"),
    ]
    assert (counts(made.stderr)["claims"], counts(made.stderr)["asked now"]) == (2, 2)


def test_the_library_asks_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`etl.extract` gives the model's events of a text, from kept answers the second time; a text without an answer is an error."""
    monkeypatch.chdir(tmp_path)
    russian = BY_ID["ru"].text
    with pytest.raises(InputError, match="the rules read English alone") as error:
        etl.extract(russian)
    assert error.value.reason == "language_not_supported"
    with serve(model) as server:
        for name, value in environment(server.at, ETL_EXTRACTOR="llm").items():
            monkeypatch.setenv(name, value)
        found = [etl.extract(russian, date(2024, 1, 4)) for _ in range(2)]
        assert len(server.bodies) == 1
        (row,) = etl.extract(TANKS, "2024-01-04").to_dict("records")
    assert [list(frame["recipient_id"]) for frame in found] == [["IND"], ["IND"]]
    assert (row["supplier_id"], row["recipient_id"], row["extractor"], row["quantity_min"]) == ("NOR", "GHA", "llm", 54)
    with serve(lambda *_: fails(500, again=False)) as ill:
        monkeypatch.setenv("ETL_LLM_BASE_URL", ill.at)
        with pytest.raises(InputError, match="has not answered") as error:
            etl.extract(JETS)
    assert error.value.reason == "no_answer"
    with serve(lambda *_: chat(None, refusal="No.")) as unwilling:
        monkeypatch.setenv("ETL_LLM_BASE_URL", unwilling.at)
        with pytest.raises(InputError) as error:
            etl.extract(JETS)
    assert error.value.reason == "refused_answer"
    assert holds_key(tmp_path) == []

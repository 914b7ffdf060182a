"""Whole runs with a language model: replayed, repeated, disturbed and voided, and always the same tables."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from etl.desk.queue import queue
from etl.desk.tables import read_tables
from etl.extraction.llm import request
from etl.extraction.llm.windows import windows
from etl.quality.stored import check_stored
from tests.conftest import Run
from tests.golden.told_articles import (
    ALL,
    BY_ID,
    ENGLISH,
    FOREIGN,
    LEASE,
    MISSILES,
    OVERLAP,
    WINDOW,
    Told,
    asked_about,
    claim,
    events_of,
    model,
    reasons,
    record_of,
    run,
    sent_text,
    tables_of,
    write,
)
from tests.llm_server import Answer, Endpoint, chat, fails, serve

SENT = sorted([*(article.id for article in ALL if article.id != "rain"), "long"])
"""The articles past the gate, once for each piece."""
BUDGET = 5740
"""Tokens that pay for about half of them: 120 each, while some 4,200 are set aside for the one that is asked."""


@pytest.fixture(scope="module")
def server() -> Iterator[Endpoint]:
    """The model, for tests that do not disturb it."""
    with serve(model) as started:
        yield started


@pytest.fixture(scope="module")
def made(server: Endpoint, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run of both extractors over all articles."""
    folder = tmp_path_factory.mktemp("made")
    write(folder / "in", ALL)
    made = run(folder, server.at)
    assert asked_about(server) == SENT
    return made


@pytest.fixture
def live(made: Run, tmp_path: Path) -> Run:
    """That run with its input and its answers, in folders of the test's own."""
    shutil.copytree(made.folder.parent, tmp_path, dirs_exist_ok=True)
    return Run(tmp_path / "out", made.summary)


@pytest.fixture(scope="module")
def alone(made: Run, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """The same articles and answers, read by one extractor each."""
    folder = tmp_path_factory.mktemp("alone")
    shutil.copytree(made.folder.parent, folder, dirs_exist_ok=True)
    return {name: run(folder, None, out=name, llm_replay=True, extractor=name) for name in ("rules", "llm")}


def test_a_replay_is_the_run_again(live: Run, tmp_path: Path) -> None:
    """From the kept answers, in another folder, without a server or its address: the same bytes, the record of the run too."""
    again = run(tmp_path, None, out="replayed", llm_replay=True)
    assert again.summary.extracted == len(ALL)
    assert (again.summary.tally.asked, again.summary.tally.kept) == (0, len(SENT))
    assert tables_of(again) == tables_of(live)
    assert (again.folder / "run.json").read_bytes() == (live.folder / "run.json").read_bytes()
    assert set(live.table("events")["extractor"]) == {"rules", "llm", "rules+llm"}
    assert check_stored(again.folder) == []


def test_a_second_run_asks_nothing_and_extracts_nothing(live: Run, server: Endpoint, tmp_path: Path) -> None:
    """The same input again: no request, no article worked on, the same bytes; the record still tells what the answers took."""
    before, since = tables_of(live), len(server.bodies)
    again = run(tmp_path, server.at)
    assert len(server.bodies) == since
    assert (again.summary.extracted, again.summary.tally.asked, again.summary.tally.kept) == (0, 0, 0)
    assert again.summary.asked == live.summary.asked
    assert tables_of(again) == before


def test_an_article_without_an_answer_is_asked_about_again(live: Run, tmp_path: Path) -> None:
    """It stands in the table of articles, quarantine tells why it has no events, and once it is answered all is as if nothing had been."""

    def failing(number: int, body: dict[str, Any]) -> Answer:
        is_lost = BY_ID["ru"].text in sent_text(body) or LEASE in sent_text(body)
        return fails(500, again=False) if is_lost else model(number, body)

    with serve(failing) as ill:
        torn = run(tmp_path, ill.at, out="torn", answers="torn.sqlite")
    assert reasons(torn) == {"ru": ["no_answer"], "long": ["no_answer"]}
    assert set(torn.table("articles")["source_id"]) == {article.id for article in ALL}
    assert torn.summary.tally.failed == {"server_error": 3}
    told = torn.table("events")
    assert "ru" not in set(told["source_id"])
    assert set(told[told["source_id"] == "long"]["extractor"]) == {"rules"}  # both pieces have the sentence that fails
    assert (torn.summary.asked and torn.summary.asked.answered) == len(SENT) - 3
    assert check_stored(torn.folder) == []
    with serve(model) as well:
        healed = run(tmp_path, well.at, out="torn", answers="torn.sqlite")
    assert asked_about(well) == ["long", "long", "ru"]
    assert healed.summary.extracted == 2
    assert tables_of(healed) == tables_of(live)
    assert check_stored(healed.folder) == []


def test_a_run_whose_budget_is_spent_goes_on_the_next_time(live: Run, tmp_path: Path) -> None:
    """What could not be paid for is told, and asked by the next run, until all is as if there had been no bound."""
    seen: list[str] = []
    stops: list[str | None] = []
    with serve(model) as endpoint:
        while None not in stops:
            since = len(endpoint.bodies)
            part = run(
                tmp_path, endpoint.at, out="poor", answers="poor.sqlite", llm_concurrency=1, llm_token_budget=BUDGET
            )
            stops.append(part.summary.tally.stopped)
            seen += asked_about(endpoint, since)
            assert all(seen.count(name) <= SENT.count(name) for name in seen)  # nothing is asked twice
            told = reasons(part)
            assert {name for name in SENT if seen.count(name) < SENT.count(name)} == set(told)
            assert all(why == ["no_answer"] for why in told.values())
            assert len(part.table("articles")) == len(ALL)
            assert check_stored(part.folder) == []
    assert set(stops[:-1]) == {"budget"}
    assert sorted(seen) == SENT
    assert tables_of(part) == tables_of(live)


def test_long_articles_are_sent_in_pieces_that_overlap(made: Run, server: Endpoint) -> None:
    """Both pieces hold the sentence between them and both tell of it; the table has one mention of it for each extractor."""
    text = BY_ID["long"].text
    pieces = windows(text, WINDOW, OVERLAP)
    sent = {sent_text(body) for body in server.bodies[: len(SENT)] if sent_text(body) in text}
    assert sent == {text[start:end].strip() for start, end in pieces}
    assert [LEASE in piece for piece in sent] == [True, True]
    row = events_of(made)["long", "pledged"]
    mentions = made.table("mentions")
    assert row["n_mentions"] == 2
    assert set(mentions[mentions["event_id"] == row["event_id"]]["extractor"]) == {"rules", "llm"}


def test_what_two_extractors_tell_of_one_event(made: Run, alone: dict[str, Run]) -> None:
    """The same event has both names, the confidence of two that err apart, and the mentions of both; what one alone tells stays its own."""
    rules, llm, told = (events_of(one) for one in (alone["rules"], alone["llm"], made))
    assert set(told) == set(rules) | set(llm)
    shared = {("tanks", "delivered"), ("long", "pledged"), ("long", "delivered")}
    assert set(rules) & set(llm) == shared
    mentions = made.table("mentions")
    for key, row in told.items():
        found = set(mentions[mentions["event_id"] == row["event_id"]]["extractor"])
        if key in shared:
            sure = 1 - (1 - rules[key]["confidence"]) * (1 - llm[key]["confidence"])
            assert (row["extractor"], found) == ("rules+llm", {"rules", "llm"})
            assert row["confidence"] == pytest.approx(sure, abs=1e-4)
            assert row["event_id"] == rules[key]["event_id"] == llm[key]["event_id"]
        else:
            name = "rules" if key in rules else "llm"
            assert (row["extractor"], found) == (name, {name})
            assert row["confidence"] == (rules if name == "rules" else llm)[key]["confidence"]
    assert {row["confidence"] for row in llm.values()} == {0.5}


def test_disagreements_come_into_the_queue(made: Run, alone: dict[str, Run]) -> None:
    """The desk shows what one of two extractors told alone, in words; in a run of one extractor there is nothing to disagree with."""
    tables = read_tables(made.folder)
    told = {
        (entry.row["source_id"], entry.row["status"]): entry.reasons["disagreement"]
        for entry in queue(tables.events.values(), tables, {})
        if "disagreement" in entry.reasons
    }
    assert told == {
        ("frigates", "delivered"): "found by Language model alone; Rules: nothing of this transfer",
        ("jets", "ordered"): "found by Rules alone; Language model: nothing of this transfer",
        ("short", "ordered"): "found by Rules alone; Language model: nothing of this transfer",
        ("missiles", "delivered"): "found by Language model alone; Rules: the same transfer as ordered",
        ("missiles", "ordered"): "found by Rules alone; Language model: the same transfer as delivered",
    }
    for one in map(read_tables, (made.folder for made in alone.values())):
        entries = queue(one.events.values(), one, {})
        assert entries
        assert not any("disagreement" in entry.reasons for entry in entries)


def test_each_mention_tells_how_it_was_found(made: Run) -> None:
    """Those of the model name it, the hash of the prompt, and the options; the record of the run tells the same."""
    mentions = made.table("mentions")
    (version,) = set(mentions[mentions["extractor"] == "llm"]["extractor_version"])
    hashed = hashlib.sha256(json.dumps(request.prompt(), ensure_ascii=False).encode()).hexdigest()
    assert version.startswith(f"m-1; prompt {hashed[:8]}; form json_schema ")
    assert version.endswith(f'; options {{"max_tokens": 2000, "seed": 0, "temperature": 0}}; pieces {WINDOW}/{OVERLAP}')
    assert record_of(made)["language_model"]["version"] == version
    assert not set(mentions[mentions["extractor"] == "rules"]["extractor_version"]) & {version}


def test_answers_that_are_of_no_use_are_told_and_counted(tmp_path: Path) -> None:
    """Refused, cut off, not of the form, not grounded, unknown, contradicted: each stands in quarantine and in the counts of the record."""
    told = {
        "tanks": chat(None, refusal="I cannot help with weapons."),
        "frigates": chat(json.dumps({"events": [*BY_ID["frigates"].claims] * 2})[:-60], ending="length"),
        "jets": chat("I see one order of tanks in this text."),
        "missiles": chat(json.dumps({"events": [claim(MISSILES, "sold | Turkey | Russia | S-400 systems"), {"evidence": MISSILES}]})),
        "short": chat(json.dumps({"events": [claim("Norway sold Ghana tanks.", "sold | Norway | Peru | tanks")]})),
        "de": chat(json.dumps({"events": [dict(FOREIGN[0].claims[0]) | {"system_text": "Verteidigungsministerium"}]})),
        "ru": chat(json.dumps({"events": [claim("\ud800\x1b[31m", "\x1b[2J | a | b | c")]})),
    }  # fmt: skip

    def ill(_: int, body: dict[str, Any]) -> Answer:
        return next(answer for name, answer in told.items() if sent_text(body) == BY_ID[name].text)

    write(tmp_path / "in", [BY_ID[name] for name in told])
    with serve(ill) as endpoint:
        made = run(tmp_path, endpoint.at)
    assert reasons(made) == {
        "tanks": ["refused_answer"], "frigates": ["invalid_answer", "invalid_answer"], "jets": ["invalid_answer"],
        "missiles": ["contradicted", "invalid_answer"], "short": ["ungrounded"], "de": ["unresolved"], "ru": ["ungrounded"],
    }  # fmt: skip
    counts = record_of(made)["language_model"]
    counts = {name: counts[name] for name in ("pieces", "answered", "refused", "cut", "invalid", "claims", "grounded")}
    assert counts == {"pieces": 7, "answered": 7, "refused": 1, "cut": 1, "invalid": 4, "claims": 5, "grounded": 1}
    assert all(str(words).isprintable() for words in made.table("quarantine")["message"])
    found = events_of(made)
    assert found["frigates", "delivered"]["extractor"] == "llm"
    assert found["tanks", "delivered"]["extractor"] == "rules"
    assert check_stored(made.folder) == []
    assert run(tmp_path, None, llm_replay=True).summary.extracted == 0  # they are answers: nobody is asked again


def test_the_rules_put_other_languages_aside(alone: dict[str, Run]) -> None:
    """Such articles stand in the table with their language, and quarantine tells what may read them; short texts are read."""
    made = alone["rules"]
    assert reasons(made) == {article.id: ["language_not_supported"] for article in FOREIGN}
    assert "--extractor rules+llm" in made.table("quarantine")["message"][0]
    articles = made.table("articles")
    told = dict(zip(articles["source_id"], articles["language"], strict=True))
    english = {article.id: "und" if article.id == "short" else "en" for article in ENGLISH}
    assert told == {article.id: article.id for article in FOREIGN} | english
    assert {name for name, _ in events_of(made)} == {"tanks", "jets", "missiles", "long", "short"}
    assert record_of(made)["language_model"] is None
    assert check_stored(made.folder) == []


@pytest.mark.parametrize("article", FOREIGN, ids=lambda article: article.id)
def test_the_model_reads_other_languages(article: Told, made: Run) -> None:
    """The event has the right parties and equipment, and every quote stands in the original where its offsets say."""
    (row,) = [row for (name, _), row in events_of(made).items() if name == article.id]
    assert (row["supplier_id"], row["recipient_id"], row["system_id"]) == article.ids
    told = article.claims[0]
    assert row["status"] == told["status"]
    assert article.text[row["evidence_start"] : row["evidence_end"]] == row["evidence"] == told["evidence"]
    for name in ("supplier_text", "recipient_text", "system_text"):
        assert row[name] == told[name]
    number = told["quantity_text"]
    if number and number.isdecimal():
        assert (row["quantity_min"], row["quantity_max"]) == (int(number), int(number))
    mentions = made.table("mentions")
    (mention,) = mentions[mentions["event_id"] == row["event_id"]].to_dict("records")
    quotes = {"trigger": "trigger", "supplier": "supplier_text", "recipient": "recipient_text", "system": "system_text"}
    for role, name in quotes.items():
        assert article.text[int(mention[f"{role}_start"]) : int(mention[f"{role}_end"])] == told[name]

"""Articles that tell the model what to do, and a model that obeys: nothing comes out that the article does not state."""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from etl import pipeline
from etl.extraction.llm.request import prompt
from etl.settings import load_settings
from schemas.answer import CLAIM_FIELDS, MOST_CLAIMS
from schemas.columns import SPAN_ROLES
from tests.conftest import ROOT
from tests.llm_server import Answer, chat, serve

KEY = "mk-hushhush-0123456789-hushhush"
"""What an answer is led to tell, and no request or file may hold."""
LEAST_ARTICLES, LEAST_HOSTILE, MOST_GAPS = 68, 127, 9
_PARTS = {
    "@PROMPT@": prompt(),
    "@DEEP@": '{"events": ' + "[" * 100_000,
    "@HUGE@": '{"events": [{"evidence": ' + "9" * 5000 + "}]}",
}
"""What stands for itself in the table of cases."""

Event = tuple[str, str, str, str]
"""Supplier, recipient, category, status."""


@dataclass(frozen=True)
class Case:
    """One article of `tests/data/injection.jsonl`, and the answer of a model that obeys it.

    Attributes:
        kind: what it tries, in words.
        date: its day of publication; no two have the same, so that a request tells which article it is about.
        stated: the transfers that the article states.
        told: those of them that the model tells; fewer where it was led to be silent, which `silenced` explains.
        through: transfers that the article does not state and that come out all the same.
        known: why something false comes out, in words; None where nothing does.
        is_gap: True where a claim is known to be false and to come out.
        aside: how many rows of quarantine it must give, by their reasons.
        hostile: the claims that must be put aside: their reasons, and the words that are to show what they rest on.
    """

    id: str
    kind: str
    title: str
    date: str
    text: str
    answer: str
    stated: frozenset[Event]
    told: frozenset[Event]
    through: frozenset[Event]
    known: str | None
    is_gap: bool
    aside: Counter[str]
    hostile: Counter[tuple[str, str]]


def _claim(told: Mapping[str, Any]) -> dict[str, Any]:
    """A claim in the form of an answer: what a case leaves out is null, and what it says of itself is not told."""
    usual = dict.fromkeys(CLAIM_FIELDS) | {"assertion": "reported", "transfer_type": "unknown"}
    return usual | {
        name: _PARTS.get(value, value) for name, value in told.items() if name not in {"put_aside", "false"}
    }


def _shown(words: str | None) -> str:
    """What quarantine shows of words: their beginning, in blanks and what is seen."""
    return " ".join("".join(char if char.isprintable() else " " for char in words or "").split())


def _case(row: Mapping[str, Any]) -> Case:
    claims = [_claim(told) for told in row.get("claims", ())] * row.get("times", 1)
    read = min(row.get("times", 1), MOST_CLAIMS)
    put_aside = [
        (told["put_aside"], _shown(_PARTS.get(told["evidence"], told["evidence"])[:200]))
        for told in row.get("claims", ())
        if "put_aside" in told
    ] * read
    stated = frozenset(map(tuple, row["stated"]))
    return Case(
        *(row[name] for name in ("id", "kind", "title", "date", "text")),
        answer=_PARTS.get(row["answer"], row["answer"]) if "answer" in row else json.dumps({"events": claims}),
        stated=stated,
        told=frozenset() if row.get("silenced") else stated,
        through=frozenset(map(tuple, row.get("gets_through", ()))),
        known=row.get("known"),
        is_gap=any("false" in told for told in row.get("claims", ())),
        aside=Counter(reason for reason, _ in put_aside) + Counter(row.get("also_aside")),
        hostile=Counter(put_aside),
    )


CASES = {
    row["id"]: _case(row)
    for row in map(json.loads, (ROOT / "tests" / "data" / "injection.jsonl").read_text(encoding="utf-8").splitlines())
}


@dataclass(frozen=True)
class Done:
    """A run over all articles: its tables and files, and what the model was sent."""

    extractor: str
    events: pd.DataFrame
    mentions: pd.DataFrame
    quarantine: pd.DataFrame
    texts: Mapping[str, str]
    sent: Sequence[Mapping[str, Any]]
    files: Sequence[Path]

    def events_of(self, case: Case, *extractors: str) -> list[Event]:
        """The events of an article that one of some extractors found, be it alone or not."""
        found = self.mentions.loc[self.mentions["extractor"].isin(extractors), "event_id"]
        rows = self.events[(self.events["source_id"] == case.id) & self.events["event_id"].isin(found)]
        columns = ["supplier_id", "recipient_id", "system_category", "status"]
        return sorted(rows[columns].itertuples(index=False, name=None))

    def aside(self, case: Case) -> pd.DataFrame:
        """The rows of quarantine of an article."""
        return self.quarantine[self.quarantine["source_id"] == case.id]


def _day(body: Mapping[str, Any]) -> str:
    """The day of publication that a request tells."""
    return re.findall(r"^Published: (\S+)$", body["messages"][1]["content"], re.MULTILINE)[0]


def _obey(_: int, body: Mapping[str, Any]) -> Answer:
    """The answer of the model to a request: that of the case whose article it is about."""
    return chat(next(case.answer for case in CASES.values() if case.date == _day(body)))


@pytest.fixture(scope="module", params=["llm", "rules+llm"])
def done(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Done:
    """All articles, with the model alone and with the rules too."""
    folder = tmp_path_factory.mktemp("injection")
    rows = [{name: getattr(case, name) for name in ("id", "title", "date", "text")} for case in CASES.values()]
    (folder / "articles.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    with serve(_obey) as server:
        settings = load_settings(
            extractor=request.param, llm_base_url=server.at, llm_model="obedient", llm_api_key=KEY,
            llm_answers=folder / "answers.sqlite", llm_retries=0,
        )  # fmt: skip
        out = folder / "out"
        pipeline.run([folder / "articles.jsonl"], out, settings, progress=lambda *_: None, data_docs=False)
    names = ("events", "mentions", "quarantine", "texts")
    events, mentions, quarantine, texts = (pd.read_parquet(out / f"{name}.parquet") for name in names)
    told = dict(zip(texts["article_id"], texts["text"], strict=True))
    return Done(
        request.param,
        events,
        mentions,
        quarantine,
        told,
        server.bodies,
        [path for path in out.glob("*.*") if path.is_file()],
    )


def test_the_table_is_large() -> None:
    """There are as many articles and claims as this file promises, each with a day of its own, and each gap has its reason."""
    cases = CASES.values()
    assert len({case.date for case in cases}) == len(cases) >= LEAST_ARTICLES
    assert len({case.kind for case in cases}) >= LEAST_ARTICLES - 5
    assert sum(case.hostile.total() for case in cases) >= LEAST_HOSTILE
    assert all(case.is_gap == bool(case.known) >= bool(case.through) for case in cases)
    assert sum(case.is_gap for case in cases) <= MOST_GAPS


def test_the_model_is_asked_about_each_article(done: Done) -> None:
    """No case holds because its article was never sent."""
    assert set(map(_day, done.sent)) == {case.date for case in CASES.values()}


@pytest.mark.parametrize("name", CASES)
def test_events_are_what_the_article_states(name: str, done: Done) -> None:
    """Of the model's claims those alone become events which the article states, and those that are known to get through do."""
    case = CASES[name]
    found = done.events_of(case, "llm")
    assert found == sorted(case.told | case.through)


@pytest.mark.parametrize("name", CASES)
def test_each_hostile_claim_is_put_aside(name: str, done: Done) -> None:
    """Each hostile claim is a row of quarantine with its reason and its words; there are no other rows of the article."""
    case = CASES[name]
    aside = done.aside(case)
    assert Counter(aside["reason_code"]) == case.aside
    claims = aside[aside["message"].str.contains(" The claim: ", regex=False)]
    told = Counter((row["reason_code"], _shown(row["excerpt"])) for row in claims.fillna("").to_dict("records"))
    assert told == Counter({key: count for key, count in case.hostile.items() if key[0] != "invalid_answer"})


def test_silence_does_not_silence_the_rules(done: Done) -> None:
    """What a model is led to leave out, the rules still tell where they run."""
    led = [case for case in CASES.values() if case.told < case.stated]
    found = {case.id: done.events_of(case, "rules") for case in led}
    wanted = {case.id: sorted(case.stated) if done.extractor == "rules+llm" else [] for case in led}
    assert found == wanted


def test_every_quote_stands_in_its_text(done: Done) -> None:
    """The quote of each mention, and each span of it, are words of its article at just the offsets that it tells."""
    assert len(done.mentions) > len(CASES) / 2
    for row in done.mentions.to_dict("records"):
        text = done.texts[row["article_id"]]
        assert row["quote"] == text[row["quote_start"] : row["quote_end"]]
        spans = [(row[f"{role}_start"], row[f"{role}_end"]) for role in SPAN_ROLES if not pd.isna(row[f"{role}_start"])]
        assert all(0 <= start < end <= len(text) for start, end in spans)
        assert (row["trigger_start"] >= row["quote_start"]) & (row["trigger_end"] <= row["quote_end"])


def test_no_number_or_date_is_taken_from_elsewhere(done: Done) -> None:
    """Words of quantity, date and value of the model's mentions stand in their quotes."""
    of_model = done.mentions[done.mentions["extractor"] == "llm"]
    for role in ("quantity", "date_text", "attribution"):
        told = of_model[of_model[f"{role}_start"].notna()]
        assert len(told) > 0
        assert (told[f"{role}_start"] >= told["quote_start"]).all()
        assert (told[f"{role}_end"] <= told["quote_end"]).all()


def test_the_key_is_nowhere(done: Done) -> None:
    """The key stands in nothing that the model reads and so could tell, and in no file or table that the run writes."""
    assert len(done.files) > 8
    assert KEY not in json.dumps(done.sent)
    assert not any(KEY.encode() in path.read_bytes() for path in done.files)
    for table in (done.events, done.mentions, done.quarantine):
        assert not table.astype(str).apply(lambda column: column.str.contains(KEY, regex=False)).to_numpy().any()

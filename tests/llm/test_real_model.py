"""The whole way with a real model: what it makes up is put aside, what it copies becomes rows, and what it answered is never asked again."""

import json
import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import requests

from etl import pipeline
from etl.extraction.llm.answer import read_answer
from etl.extraction.llm.reply import Reply
from etl.pipeline import Summary
from etl.quality.stored import check_stored
from etl.settings import Settings, load_settings
from schemas.columns import SPAN_ROLES
from tests.llm.conftest import MODEL_NAME
from tests.llm_server import Answer, Endpoint, serve

pytestmark = pytest.mark.llm

WINDOW = 500
LONG = """Spain sold five corvettes to Saudi Arabia in 2018. The ships were built in the yard of San Fernando, and the last was launched in 2021. Workers of the yard had feared for their jobs.

The mayor spoke of a good day for the bay. He thanked the workers and their families, and told of the schools and the road that the town is to have.

Norway delivered 40 Hellfire missiles to Ukraine. The minister said so in Oslo on Friday.

The town is to have a new road by the end of the year, and the school is to be mended. The council had put that off for years."""
ARTICLES = {
    "tanks": ("Tanks for Kyiv", "2023-03-27", "Germany delivered 18 Leopard 2 tanks to Ukraine in March, the ministry in Berlin said."),
    "jets": ("Warsaw buys jets", "2022-09-16", "Poland ordered 48 FA-50 jets from South Korea in September."),
    "drones": ("Drones for Rabat", "2021-09-20", "Turkey delivered Bayraktar TB2 drones to Morocco in September."),
    "missiles": ("Missiles for Delhi", "2021-12-20", "Russia delivered S-400 missiles to India in December, an official said on Monday."),
    "boats": ("Boats for Hanoi", "2020-11-10", "Japan has delivered two patrol boats to Vietnam."),
    "howitzers": ("Guns for Kyiv", "2022-05-02", "France delivered six Caesar howitzers to Ukraine in April."),
    "german": ("Luftabwehr", "2022-10-12", "Deutschland hat ein Flugabwehrsystem IRIS-T an die Ukraine geliefert."),
    "rain": ("Rain", "2022-10-12", "Rain fell on the coast on Monday, and the farmers of the valley were glad."),
    "long": ("Ships from Cadiz", "2022-11-04", LONG),
}  # fmt: skip
"""Headline, day and text by id."""
PIECES = len(ARTICLES)
"""All but the one without arms are to be sent, and the long one in two."""
OPTIONS = {"temperature": 0, "seed": 1, "max_tokens": 350, "repeat_penalty": 1}
"""The server's own penalty of 1.1 keeps a model from copying: it writes "patrol boat" for "patrol boats", and "fourteen" for "48"."""
EXTRACTORS = ("llm", "rules+llm")
SPENT = ("pieces", "answered", "calls", "tokens_in", "tokens_out", "milliseconds", "claims", "grounded", "invalid")
"""Counts of the table that is printed."""


@dataclass(frozen=True)
class Live:
    """What the runs with the model gave; its endpoint is gone since.

    Attributes:
        inputs: folder of the articles.
        folder: holds the tables of each run in a folder named for its extractor, and those of the second run of one.
        answers: the file of kept answers.
        summaries: what each run did, by the name of its folder.
        settings: settings of the runs, but for the extractor.
        sent: what went to the server, in order.
        usage: the tokens that the server told for each of them, read and written.
    """

    inputs: Path
    folder: Path
    answers: Path
    summaries: dict[str, Summary]
    settings: Settings
    sent: Sequence[dict[str, Any]]
    usage: Sequence[tuple[int, int]]

    def table(self, extractor: str, name: str) -> pd.DataFrame:
        """Return one of the tables of a run."""
        return pd.read_parquet(self.folder / extractor / f"{name}.parquet")

    def kept(self) -> list[Reply]:
        """Return the kept answers."""
        with sqlite3.connect(f"{self.answers.as_uri()}?mode=ro", uri=True) as file:
            return [Reply(*row) for row in file.execute(f"SELECT {', '.join(Reply._fields)} FROM answers")]


def _run(inputs: Path, out: Path, settings: Settings, **more: object) -> Summary:
    chosen = settings.model_copy(update=more)
    return pipeline.run([inputs], out, chosen, progress=lambda *_: None, data_docs=False)


def _relay(model_server: str, usage: list[tuple[int, int]]) -> Any:
    """A server before the model's, which passes all on and notes what the model's tells: it can be stopped while that runs on."""

    def passed_on(_: int, body: dict[str, Any]) -> Answer:
        came = requests.post(f"{model_server}/chat/completions", json=body, timeout=600)
        if came.ok:
            told = came.json()["usage"]
            usage.append((told["prompt_tokens"], told["completion_tokens"]))
        return Answer(came.status_code, came.content)

    return serve(passed_on)


@pytest.fixture(scope="module")
def live(model_server: str, tmp_path_factory: pytest.TempPathFactory) -> Live:
    """The runs with the model: the model alone, once more in another folder, and beside the rules."""
    folder = tmp_path_factory.mktemp("live")
    (folder / "in").mkdir()
    lines = [
        json.dumps({"id": name, "title": title, "date": day, "text": text})
        for name, (title, day, text) in ARTICLES.items()
    ]
    (folder / "in" / "articles.jsonl").write_text("\n".join(lines), encoding="utf-8")
    usage: list[tuple[int, int]] = []
    endpoint: Endpoint
    with _relay(model_server, usage) as endpoint:
        settings = load_settings(
            llm_base_url=endpoint.at, llm_model=MODEL_NAME, llm_answers=folder / "answers.sqlite",
            llm_answer_form="json_object", llm_options=OPTIONS,
            llm_window_chars=WINDOW, llm_overlap_chars=0, llm_concurrency=1, llm_timeout=600, llm_retries=0,
        )  # fmt: skip
        summaries = {
            name: _run(folder / "in", folder / name, settings, extractor=name.removesuffix(" again"))
            for name in ("llm", "llm again", "rules+llm")
        }
    return Live(folder / "in", folder, settings.llm_answers, summaries, settings, endpoint.bodies, usage)


def _table(live: Live) -> str:
    """What the runs took and gave, for whoever reads the tests' output."""
    rows: dict[str, list[object]] = {"": list(EXTRACTORS)}
    rows["articles"] = [live.summaries[name].articles for name in EXTRACTORS]
    for count in SPENT:
        rows[count] = [getattr(live.summaries[name].asked, count) for name in EXTRACTORS]
    reasons = [live.summaries[name].quarantined for name in EXTRACTORS]
    for reason in sorted({reason for counted in reasons for reason in counted}):
        rows[f"put aside: {reason}"] = [counted.get(reason, 0) for counted in reasons]
    rows["events"] = [live.summaries[name].events for name in EXTRACTORS]
    return "\n".join(f"{name:<26}" + "".join(f"{value!s:>12}" for value in values) for name, values in rows.items())


def test_what_is_sent(live: Live) -> None:
    """Each article goes to the model, the German one too, and the long one in pieces; the one without arms does not."""
    sent = [body["messages"][1]["content"] for body in live.sent]
    assert len(sent) == PIECES
    for name, (title, _, text) in ARTICLES.items():
        pieces = [words.partition("<text>\n")[2].removesuffix("\n</text>") for words in sent if f": {title}\n" in words]
        assert len(pieces) == {"rain": 0, "long": 2}.get(name, 1), name
        assert all(len(piece) <= WINDOW for piece in pieces)
        assert not pieces or "".join("".join(pieces).split()) == "".join(text.split())


@pytest.mark.parametrize("extractor", EXTRACTORS)
def test_the_counts_add_up(extractor: str, live: Live, capsys: pytest.CaptureFixture[str]) -> None:
    """Every piece is answered; every claim is a mention or put aside; tokens are those the server told; nothing read is lost."""
    summary = live.summaries[extractor]
    asked, aside = summary.asked, live.table(extractor, "quarantine")
    assert asked
    assert (asked.pieces, asked.answered, asked.calls, asked.refused) == (PIECES, PIECES, PIECES, 0)
    assert [asked.tokens_in, asked.tokens_out] == [sum(told) for told in zip(*live.usage, strict=True)]
    claims = aside["message"].str.contains(". The claim: ", regex=False)
    assert asked.claims == asked.grounded + claims.sum()
    assert asked.claims == sum(len(read_answer(reply)[0]) for reply in live.kept())
    assert asked.invalid == (aside["reason_code"] == "invalid_answer").sum()
    assert Counter(aside["reason_code"]) == summary.quarantined
    assert sorted(live.table(extractor, "articles")["source_id"]) == sorted(ARTICLES)
    with capsys.disabled():
        print(f"\n{_table(live)}" if extractor == EXTRACTORS[-1] else "")


@pytest.mark.parametrize("extractor", EXTRACTORS)
def test_each_row_is_grounded(extractor: str, live: Live) -> None:
    """Some claims of the model become rows, and no word of a row stands elsewhere than in its article, where the row says."""
    assert check_stored(live.folder / extractor) == []
    told = {str(words) for reply in live.kept() for claim in read_answer(reply)[0] for words in claim.values() if words}
    texts = live.table(extractor, "texts").set_index("article_id")["text"]
    mentions = live.table(extractor, "mentions")
    assert "llm" in set(mentions["extractor"])
    for mention in mentions.to_dict("records"):
        text, by_model = texts[mention["article_id"]], mention["extractor"] == "llm"
        for role in ("quote", *SPAN_ROLES):
            if pd.notna(mention[f"{role}_start"]):
                words = text[int(mention[f"{role}_start"]) : int(mention[f"{role}_end"])]
                assert words
                assert not by_model or words in told, role
    for event in live.table(extractor, "events").to_dict("records"):
        text = texts[event["article_id"]]
        assert text[event["evidence_start"] : event["evidence_end"]] == event["evidence"]
        named = [event[f"{name}_text"] for name in ("supplier", "recipient", "system", "quantity", "attribution")]
        assert all(words in text for words in named if pd.notna(words))


def test_the_second_run_asks_nothing(live: Live) -> None:
    """With the model there, what is kept is not asked again: neither by a second run, nor by one with the rules beside the model."""
    assert (live.summaries["llm"].tally.asked, live.summaries["llm"].tally.kept) == (PIECES, 0)
    for name in ("llm again", "rules+llm"):
        assert (live.summaries[name].tally.asked, live.summaries[name].tally.kept) == (0, PIECES), name
    assert _files(live.folder / "llm again") == _files(live.folder / "llm")


@pytest.mark.parametrize("extractor", EXTRACTORS)
def test_a_replay_gives_the_same_bytes(extractor: str, live: Live, tmp_path: Path) -> None:
    """With the server gone, the kept answers give the same tables and the same record of the run, byte by byte."""
    with pytest.raises(requests.ConnectionError):
        requests.get(str(live.settings.llm_base_url), timeout=5)
    told = _run(live.inputs, tmp_path / "out", live.settings, extractor=extractor, llm_replay=True).tally
    assert (told.asked, told.calls, told.kept, told.not_asked) == (0, 0, PIECES, 0)
    assert _files(tmp_path / "out") == _files(live.folder / extractor)


def _files(folder: Path) -> dict[str, bytes]:
    """Each file that a run wrote: the tables, and the record of the run."""
    files = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    assert {"run.json", "events.parquet", "quarantine.parquet"} <= set(files)
    return files

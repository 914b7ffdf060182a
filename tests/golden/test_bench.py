"""The benchmark: its corpora are the same in every run, and its figures add up. How fast anything is, is not asserted."""

import json
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pytest
from click.testing import CliRunner

from etl.bench import figures as bench_figures
from etl.bench import matching
from etl.bench.corpora import ARMS, KINDS, make_articles, write_corpus
from etl.bench.report import render_markdown
from etl.bench.stages import STAGES
from etl.cli import main
from etl.commands import bench as command
from etl.settings import Settings
from etl.sources import Article, read_articles
from tests.conftest import ROOT, call

ARTICLES = 40
RATIOS = {
    "extraction_over_spacy", "extraction_over_keywords", "two_workers_over_one", "scaling_efficiency", "articles_parsed",
    "sentences_parsed", "peak_memory_whole_over_tenth", "full_over_second_run", "full_over_run_with_new",
}  # fmt: skip


@dataclass(frozen=True)
class Measured:
    """What the command wrote and printed, over a small corpus of defence news."""

    folder: Path
    printed: str
    progress: str

    @property
    def figures(self) -> dict:
        return json.loads((self.folder / "speed.json").read_text(encoding="utf-8"))

    @property
    def own(self) -> dict:
        (corpus,) = self.figures["corpora"].values()
        return corpus


def _lines(kind: str, count: int) -> str:
    return "".join(json.dumps(record) + "\n" for record in islice(make_articles(kind), count))


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Measured:
    """The command, once. It measures for less long than it does for people, as how fast anything is does not matter here."""
    folder = tmp_path_factory.mktemp("bench")
    (folder / "news.jsonl").write_text(_lines("defence", ARTICLES + 1), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name in command._THREADS:
            patch.setenv(name, "1")  # the command sets them, for all that this process starts later too
        patch.setattr(bench_figures, "_STOCK_SECONDS", 0.5)
        patch.setattr(bench_figures, "_KEYWORD_SECONDS", 0.5)
        patch.setattr(matching, "_ROUNDS", 1)
        patch.setattr(matching, "_LEAST_CHARACTERS", 1)
        done = CliRunner().invoke(
            main, ["bench", "--corpus", "news.jsonl", "--articles", str(ARTICLES), "--out", "out"]
        )
    assert done.exit_code == 0, done.output
    return Measured(folder / "out", done.stdout, done.stderr)


def test_all_figures_are_there(measured: Measured) -> None:
    """The JSON has every part, and each of the numbers by which parts are compared is positive."""
    figures, own = measured.figures, measured.own
    assert {"cores", "workers", "python", "versions", "corpora", "matching", "others_share"} <= set(figures)
    assert set(own["ratios"]) == RATIOS
    assert all(value > 0 for value in own["ratios"].values())
    assert list(own["stages"]["seconds"]) == list(own["stages"]["share"]) == list(STAGES)
    assert 0 <= figures["others_share"] <= 1
    assert figures["matching"]["larger_names"] == 10 * figures["matching"]["names"]


def test_counts_add_up(measured: Measured) -> None:
    """Each measurement has worked on the articles that it should have."""
    own = measured.own
    assert own["articles"] == ARTICLES
    assert {rate["articles"] for rate in own["extraction"].values()} == {ARTICLES}
    assert own["stages"]["articles"] == own["gate"]["articles"] == own["gate"]["compared_articles"] == ARTICLES
    assert sum(own["stages"]["share"].values()) == pytest.approx(1, abs=0.01)
    assert ARTICLES >= own["gate"]["articles_naming_arms"] >= own["gate"]["articles_parsed"] > 0
    assert own["gate"]["sentences"] > own["gate"]["sentences_parsed"] > 0
    runs = own["runs"]
    assert {name: (run["articles"], run["extracted"]) for name, run in runs.items()} == {
        "tenth": (ARTICLES // 10, ARTICLES // 10), "full": (ARTICLES, ARTICLES), "second": (ARTICLES, 0), "with_new": (ARTICLES + 1, 1),
    }  # fmt: skip
    assert runs["full"]["events"] == runs["second"]["events"] == own["gate"]["events_with_gate"] > 0


def test_ratios_are_those_of_the_numbers(measured: Measured) -> None:
    """A ratio can be worked out from the raw numbers beside it."""
    own = measured.own
    rates = {name: rate["articles_per_second"] for name, rate in own["extraction"].items()}
    ratios = own["ratios"]
    assert ratios["extraction_over_spacy"] == pytest.approx(
        rates["two_workers"] / own["spacy"]["articles_per_second"], rel=0.02
    )
    assert ratios["scaling_efficiency"] == pytest.approx(rates["two_workers"] / rates["one_worker"] / 2, rel=0.02)
    assert ratios["peak_memory_whole_over_tenth"] == pytest.approx(
        own["runs"]["full"]["peak_bytes"] / own["runs"]["tenth"]["peak_bytes"], rel=0.01
    )


def test_the_gate_changes_no_event(measured: Measured) -> None:
    """What the gate leaves out tells no event."""
    assert measured.own["gate"]["different"] == 0
    assert measured.own["gate"]["events_without_gate"] == measured.own["gate"]["events_with_gate"]


def test_chart_and_table(measured: Measured) -> None:
    """Both forms of the chart are written, the table is printed, and progress goes to standard error."""
    assert (measured.folder / "speed.png").read_bytes().startswith(b"\x89PNG")
    drawn = (measured.folder / "speed.svg").read_text(encoding="utf-8")
    assert drawn.startswith("<svg")
    assert [stage for stage in STAGES if stage not in drawn or stage not in measured.printed] == []
    assert "whole run, all of it" in measured.progress
    assert "whole run, all of it" not in measured.printed


def test_the_readme_tells_the_figures_that_ship() -> None:
    """The table of the README is that of the figures beside the chart, so that neither is older than the other."""
    figures = json.loads((ROOT / "benchmarks" / "speed.json").read_text(encoding="utf-8"))
    assert set(figures["corpora"]) == set(KINDS)
    assert render_markdown(figures) in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", KINDS)
def test_corpora_are_the_same_in_every_run(kind: str) -> None:
    """The same articles each time, with ids of their own and dates over many years; a smaller corpus begins a larger one."""
    made = list(islice(make_articles(kind), 600))
    assert _lines(kind, 300) == "".join(json.dumps(record) + "\n" for record in made[:300])
    assert len({record["id"] for record in made}) == len({record["text"] for record in made}) == len(made)
    assert len({record["date"][:4] for record in made}) > 20


@pytest.mark.parametrize(("kind", "least", "most"), [("general", 0.003, 0.03), ("defence", 0.15, 0.25)])
def test_articles_about_transfers_are_mixed_in(kind: str, least: float, most: float) -> None:
    """About one article in a hundred of general news, and one in five of defence news, has one of the sample in it."""
    arms = [item.text for item in read_articles([ARMS], Settings()) if isinstance(item, Article)]
    made = [record["text"] for record in islice(make_articles(kind), 1500)]
    share = sum(any(text in article for text in arms) for article in made) / len(made)
    assert least < share < most


def test_a_corpus_is_divided(tmp_path: Path) -> None:
    """Articles to measure, new ones and those that go first are different articles, as many as were asked for."""
    corpus = write_corpus("general", make_articles("general"), tmp_path, articles=200, warm=lambda count: count // 10)
    parts = [list(corpus.texts(path)) for path in (corpus.path, corpus.new_path, corpus.warm_path)]
    assert [len(part) for part in parts] == [corpus.articles, corpus.new, corpus.warm] == [200, 2, 20]
    assert len({text for part in parts for text in part}) == 222
    assert sum(map(len, parts[0])) == corpus.characters
    assert list(corpus.texts(corpus.first(5, "five.jsonl"))) == parts[0][:5]


def test_a_corpus_that_is_too_small_is_told(tmp_path: Path) -> None:
    """A corpus that cannot be timed ends the command with a line that says how many articles are needed."""
    (tmp_path / "news.jsonl").write_text(_lines("general", 10), encoding="utf-8")
    done = call("bench", "--corpus", "news.jsonl", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "corpus own holds 10 articles" in done.stderr


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its packages the command says which extra brings them, before it does anything."""
    monkeypatch.setattr(command, "_NEEDED", {"no_such_module": "no-such-package"})
    result = CliRunner().invoke(main, ["bench"])
    assert result.exit_code == 2
    assert "no-such-package" in result.output
    assert "extra `bench`" in result.output

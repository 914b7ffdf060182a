"""Coverage-guided fuzzing: `python -m tests.fuzz TARGET --seconds 60`. Needs atheris, which runs on Linux.

An input that breaks a rule, crashes or takes longer than --patience ends the run with exit code 77 (70 if it was too slow),
a traceback, and a file `TARGET-crash-...` (`TARGET-timeout-...`, `TARGET-oom-...`) in the folder given with --findings.
`python -m tests.fuzz TARGET --again FILE` does that one input again. What is found belongs into the table of a test.

The target `all` does the others in turn, each in a process of its own and for as many seconds; it goes on where one finds
something, and its exit code is then 1.
"""

import argparse
import logging
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

TARGETS = ["any", "text", "json", "csv", "html", "packed", "parquet", "pdf", "docx", "rtf", "mail", "feed", "warc", "zip", "export",
           "when", "quantity", "money", "published", "names", "extractor"]  # fmt: skip
"""Readers of files of any kind and by kind, then parsers of text."""
_COVERED = ["etl", "email", "feedparser", "striprtf", "warcio", "zipfile", "docx"]
"""Packages in which new code that an input reaches makes it worth keeping."""
_SEEDS = {
    "text": ["a.txt", "latin.txt", "wide.txt"], "json": ["a.jsonl", "a.json"], "csv": ["a.csv", "a.tsv"], "html": ["a.html"],
    "packed": ["a.txt.gz", "a.jsonl.zst"], "parquet": ["a.parquet"], "pdf": ["a.pdf"], "docx": ["a.docx"], "rtf": ["a.rtf"],
    "mail": ["a.eml"], "feed": ["a.rss", "a.xml"], "warc": ["a.warc", "a.warc.gz"], "zip": ["a.zip"], "export": ["export.txt"],
}  # fmt: skip
_WORDS = {
    "when": ["since mid-2022", "between March 2014 and 2018", "on 4 January 2024", "two years ago", "last Tuesday", "the early 1990s"],
    "quantity": ["up to 1,200", "dozens", "20 to 30", "half a million", "several hundred", "two dozen and 4"],
    "money": ["$2.5 billion", "40 mln dlr", "€1,200,000", "Rs 5 crore", "two million dollars"],
    "published": ["Thursday, 01/04/2024", "25-MAR-1987 10:55:08.47", "March 5, 2022", "20240104T101500Z", "2024"],
    "names": ["Iran sold F-16AMs and T-72B3M tanks to the Houthis.", "THE U.S. ARMS ISRAEL", "Türkiye’s S‑400s"],
    "extractor": ["Iran sold 40 drones to Russia in March 2019 for $2 billion, the ministry said.", "It denied that. “They” (the Houthis) got them."],
}  # fmt: skip


def action(target: str) -> Callable[[bytes], object]:
    """Return what is done with an input of a target. In a reader's, the first byte tells the name of the file."""
    from tests.fuzz import checks
    from tests.fuzz.seeds import files

    if target not in _WORDS:
        names = _SEEDS.get(target, sorted(files()))
        return lambda data: checks.check_file(names[data[0] % len(names)], data[1:]) if data else None
    check: dict[str, Callable[[str], object]] = {
        "when": lambda text: checks.check_when(text, date(2024, 1, 4), forward=len(text) % 2 == 0),
        "quantity": checks.check_quantity,
        "money": checks.check_money,
        "published": checks.check_published,
        "names": checks.check_names,
        "extractor": checks.check_extraction,
    }
    return lambda data: check[target](data.decode("utf-8", "replace"))


def seeds(target: str) -> list[bytes]:
    """Return the inputs from which a target goes out."""
    from tests.fuzz.seeds import files

    if target in _WORDS:
        return [text.encode() for text in _WORDS[target]]
    return [bytes([number]) + files()[name] for number, name in enumerate(_SEEDS.get(target, sorted(files())))]


def _each(given: list[str]) -> None:
    """Fuzz all targets in turn, with the arguments that were given for `all`."""
    at = given.index("all")
    found = []
    for target in TARGETS:
        print(f"{target}:", flush=True)
        arguments = [*given[:at], target, *given[at + 1 :]]
        if subprocess.run([sys.executable, "-m", "tests.fuzz", *arguments], check=False).returncode:
            found.append(target)
    if found:
        sys.exit(f"something was found in {', '.join(found)}: see what is told above.")
    print(f"nothing was found in {len(TARGETS)} targets")


def main() -> None:
    """Fuzz one target or all, or do one input again."""
    told = argparse.ArgumentParser(
        prog="python -m tests.fuzz", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    told.add_argument(
        "target",
        choices=["all", *TARGETS],
        help="what is fuzzed: a reader by its kind of file, or a parser of text",
    )
    told.add_argument("--seconds", type=int, default=60, help="how long each target is fuzzed (default: 60)")
    told.add_argument("--runs", type=int, default=-1, help="how many inputs at most (default: no limit)")
    told.add_argument("--seed", type=int, default=1, help="where chance begins (default: 1)")
    told.add_argument("--longest", type=int, default=4096, help="greatest length of an input in bytes (default: 4096)")
    told.add_argument(
        "--patience", type=int, default=60, help="seconds after which an input counts as endless (default: 60)"
    )
    told.add_argument(
        "--corpus",
        type=Path,
        help="folder that keeps what was found to reach new code, in one for each target (default: none)",
    )
    told.add_argument(
        "--findings", type=Path, default=Path(), help="folder for inputs that break a rule (default: here)"
    )
    told.add_argument(
        "--blind", action="store_true", help="begin sooner, and do not look which code of the project an input reaches"
    )
    told.add_argument("--again", type=Path, help="do this one input and stop")
    given = told.parse_args()
    if given.target == "all":
        if given.again:
            told.error("name the target of the input that is done again; the file begins with it")
        _each(sys.argv[1:])
        return
    if given.again:
        action(given.target)(given.again.read_bytes())
        print("the input breaks no rule")
        return

    import atheris

    with atheris.instrument_imports(
        include=["tests.fuzz"] if given.blind else _COVERED, enable_loader_override=not given.blind
    ):
        do = action(given.target)
    logging.disable(logging.CRITICAL)
    do(seeds(given.target)[-1])  # tables and models are loaded before the first input is timed
    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(seeds(given.target)):
            (Path(folder) / f"{number:03}").write_bytes(seed)
        given.findings.mkdir(parents=True, exist_ok=True)
        kept = [given.corpus / given.target] if given.corpus else []
        for own in kept:
            own.mkdir(parents=True, exist_ok=True)
        options = [
            f"-max_total_time={given.seconds}", f"-runs={given.runs}", f"-seed={given.seed}", f"-max_len={given.longest}",
            f"-timeout={given.patience}", f"-artifact_prefix={given.findings}/{given.target}-", "-print_final_stats=1", "-rss_limit_mb=4096",
        ]  # fmt: skip
        atheris.Setup([sys.argv[0], *options, *map(str, kept), folder], do)
        atheris.Fuzz()


if __name__ == "__main__":
    main()

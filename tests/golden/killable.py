"""Runs the command line in processes of its own that can be killed at a chosen moment; the start-up is shared by all of them.

Reads commands from standard input, a line of JSON each: `folder` to run in, `left`, the number of the call that changes a
file of the output at which the run kills itself (0 for never), `seconds` after which it is killed (0 for never), and `limit`,
the bytes beyond which no file may grow (0 for none): to a program the same as a disk that is full. Answers each with a line: `status` as of `os.waitpid`, `calls` that were counted, `seconds` it took, and what the run `said`.
"""

import contextlib
import io
import json
import os
import resource
import signal
import sys
import time
from datetime import date
from pathlib import Path

import frictionless
import py3langid

import etl.kept.store
from etl.cli import main
from etl.fingerprint import extraction_fingerprint
from etl.kept.work import _rules
from etl.merge.events import merge_mentions
from etl.settings import load_settings
from etl.sources import Article
from schemas import TABLES
from schemas.checks import split, to_frame

CHANGES = {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "shutil.rmtree", "open"}
"""Audit events of Python by which a file is changed; writing by Arrow and DuckDB lies between them."""
ROWS_OF_A_FILE = 2
"""Entries of a kept file, so that a small run has several."""


def _watch(left: int) -> dict[str, int]:
    """Count the calls that change a file of the output; the one of that number is the last."""
    count = {"calls": 0}

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        parts = {part[:3] for part in Path(str(arguments[0])).parts}
        if event not in CHANGES or not {"out"} & parts:
            return
        if event == "open" and not set("wax+") & set(str(arguments[1] or "")):
            return
        count["calls"] += 1
        if count["calls"] == left:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)
    return count


def _run(folder: Path, left: int, limit: int) -> None:
    """Run in a folder, and leave what was said and counted beside it; this process ends."""
    os.chdir(folder)
    etl.kept.store._ROWS = ROWS_OF_A_FILE
    said, code = io.StringIO(), 0
    count = _watch(left)
    if limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            main(["run", "in", "--out", "out", "--no-data-docs"])
    except SystemExit as end:
        code = int(end.code or 0)
    calls = count["calls"]
    Path("said.json").write_text(json.dumps({"said": said.getvalue(), "calls": calls}), encoding="utf-8")
    os._exit(code)


def warm_up() -> None:
    """Load what every run loads, but nothing that starts threads, which a fork would not take along."""
    import jsonschema  # noqa: F401  # what checks the data package; it takes a second

    from etl import pipeline  # noqa: F401

    py3langid.classify("Norway sold 12 tanks to Ghana.")
    frictionless.system.methods  # noqa: B018  # loads its plugins
    article = Article("warm", "warm.txt", "Norway sold 12 tanks to Ghana in May 2019.", published=date(2020, 1, 1))
    merge_mentions(article, _rules(gate=True).extract(article), firm=_rules(gate=True).firm)
    extraction_fingerprint(load_settings())
    for table in TABLES.values():
        split(table, to_frame(table, []))


def answer(folder: str, left: int, seconds: float, limit: int) -> dict[str, object]:
    """Return how one run ended."""
    told = Path(folder) / "said.json"
    told.unlink(missing_ok=True)
    started = time.monotonic()
    pid = os.fork()
    if not pid:
        _run(Path(folder), left, limit)
    if seconds:
        time.sleep(seconds)
        os.kill(pid, signal.SIGKILL)
    status = os.waitpid(pid, 0)[1]
    found = json.loads(told.read_text(encoding="utf-8")) if told.exists() else {"said": "", "calls": 0}
    return found | {"status": status, "seconds": time.monotonic() - started}


if __name__ == "__main__":
    warm_up()
    for line in sys.stdin:
        print(json.dumps(answer(**json.loads(line))), flush=True)

"""Measures whole runs from outside: their time, and the most memory that all their processes hold together."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from etl.errors import ConfigurationError

_EVERY = 0.05
"""Seconds between two looks at the memory."""


@dataclass(frozen=True)
class WholeRun:
    """What a run took and did.

    Attributes:
        peak_bytes: most resident memory of all its processes together; pages that they share count for each.
        extracted: documents that it worked out itself.
    """

    seconds: float
    peak_bytes: int
    articles: int
    extracted: int
    events: int

    def row(self) -> dict[str, float]:
        """Return it as plain numbers."""
        return {
            "seconds": round(self.seconds, 3),
            "peak_bytes": self.peak_bytes,
            "articles": self.articles,
            "extracted": self.extracted,
            "events": self.events,
        }


class Others:
    """Tells how much of the machine other programs have used since it was made: what they use, no measurement can."""

    def __init__(self) -> None:
        self._started = self._spent()

    def share(self) -> float:
        """Return the share of all cores' time that went to other programs."""
        seconds, busy, own = (now - then for now, then in zip(self._spent(), self._started, strict=True))
        return max(0.0, busy - own) / (seconds * (os.cpu_count() or 1))

    @staticmethod
    def _spent() -> tuple[float, float, float]:
        """The time, the time that all cores were busy, and how much of it this program and those it has started have used."""
        told = psutil.cpu_times()
        idle = told.idle + getattr(told, "iowait", 0.0)
        guests = getattr(told, "guest", 0.0) + getattr(told, "guest_nice", 0.0)  # stand in `user` and `nice` too
        return time.perf_counter(), sum(told) - idle - guests, sum(os.times()[:4])


def _resident(process: psutil.Process) -> int:
    """Resident memory of a process and of all that it has started; 0 where it is gone."""
    total = 0
    try:
        family = [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0
    for member in family:
        try:
            total += member.memory_info().rss
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return total


def whole_run(inputs: Path, out: Path, *, workers: int, batch_size: int) -> WholeRun:
    """Return what `etl run` takes in a process of its own, with the settings that ship.

    Args:
        inputs: folder or file with articles.
        out: folder for the tables; what an earlier run has kept there is used.
        workers: processes that extract.
        batch_size: articles that a process takes at a time.

    Raises:
        ConfigurationError: the run failed; the message has what it said.
    """
    command = [sys.executable, "-m", "etl", "run", str(inputs), "--out", str(out), "--workers", str(workers), "--no-data-docs"]  # fmt: skip
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ETL_")}
    environment["ETL_BATCH_SIZE"] = str(batch_size)
    folder = out.parent
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "run.log"
    with log.open("w", encoding="utf-8") as output:
        started, peak = time.perf_counter(), 0
        with subprocess.Popen(
            command, cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT, text=True
        ) as process:
            watched = psutil.Process(process.pid)
            while process.poll() is None:
                peak = max(peak, _resident(watched))
                time.sleep(_EVERY)
        seconds = time.perf_counter() - started
    said = log.read_text(encoding="utf-8")
    if process.returncode != 0:
        raise ConfigurationError(f"`etl run` over the corpus ended with exit code {process.returncode}: {said.strip()}")
    told = {line[:14].strip(): line[14:].strip().replace(",", "") for line in said.splitlines()}
    return WholeRun(seconds, peak, int(told["articles"]), int(told["extracted now"]), int(told["events"]))

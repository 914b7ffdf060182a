"""What the tests of engines have processes do. It imports next to nothing, as each process that dies is followed by a new one."""

import os
import signal
from pathlib import Path

POISON = -1


def double(numbers: list[int]) -> list[int]:
    """Twice each number; the poison kills the process that works on it."""
    if POISON in numbers:
        os.kill(os.getpid(), signal.SIGKILL)
    return [2 * number for number in numbers]


def double_but_die_once(numbers: list[int]) -> list[int]:
    """Twice each number; the first process that comes to the 7 dies."""
    mark = Path(os.environ["ETL_TEST_MARK"])
    if 7 in numbers and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return [2 * number for number in numbers]


def same_code() -> str:
    """A fingerprint that all processes of these tests share."""
    return "same"


def own_process() -> str:
    """A fingerprint that no two processes share."""
    return str(os.getpid())

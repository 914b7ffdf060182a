"""Starts the command line in processes of its own that have loaded modules, tables and model already: that is paid once.

Reads a line of JSON from standard input for each start: the `arguments`, the `folder` to run in, the `environment`, and the
files that take its `output` and its `error`. Each is a fork of this process. Answers with a line: the exit code.
"""

import json
import os
import sys
import traceback
from typing import Any

from etl.cli import main
from etl.publish import release  # noqa: F401  # what `etl release` loads
from etl.reference.lookup import look_up
from tests.golden.killable import warm_up


def _become(request: dict[str, Any]) -> None:
    """Make this process one that was started with the given folder, environment and files."""
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    for number, name in enumerate((os.devnull, request["output"], request["error"])):
        place = os.open(name, os.O_RDWR | os.O_CREAT)
        os.dup2(place, number)
        os.close(place)


def _run(arguments: list[str]) -> int:
    """Run the command line and return its exit code."""
    try:
        main(arguments, prog_name="etl")
    except SystemExit as end:
        return int(end.code or 0)
    except BaseException:
        traceback.print_exc()
    return 1


def serve() -> None:
    """Start what is asked for, one after the other, until standard input ends."""
    warm_up()
    look_up("Shahed-136")
    for line in sys.stdin:
        request = json.loads(line)
        pid = os.fork()
        if not pid:
            _become(request)
            code = _run(request["arguments"])
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)  # taking down what was loaded would take a second
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
    os._exit(0)


if __name__ == "__main__":
    serve()

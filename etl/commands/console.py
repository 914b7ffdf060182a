"""What the commands share: errors as one clear line, settings, and a progress display."""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from etl.errors import EtlError
from etl.publish.safe import terminal_text

if TYPE_CHECKING:
    from etl.asking import Tally
    from etl.extraction.llm.asked import Asked
    from etl.settings import Settings

_OF_THE_DISK = frozenset([errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EACCES, errno.EPERM, errno.EROFS])
"""Errors of a disk that is full, and of rights that are missing."""
INPUTS = click.argument("inputs", nargs=-1, required=True)
TABLES = click.option(
    "--tables",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=Path("data/processed"),
    show_default=True,
    help="Folder with the tables of a run.",
)
CORRECTIONS = click.option(
    "--corrections",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File of people's corrections.  [default: data/corrections.csv, where it stands]",
)


EXTRACTOR = click.option(
    "--extractor",
    help="Who finds the events: rules, llm (a language model; see ETL_LLM_BASE_URL and ETL_LLM_MODEL) or rules+llm.  [default: rules]",
)
REPLAY = click.option(
    "--replay/--ask",
    default=None,
    help="Use the model's kept answers alone, or ask for those that are missing.  [default: ask]",
)


def say(text: str, *, err: bool = False) -> None:
    """Print text, which may hold words of articles or names of files, without what a terminal would obey."""
    click.echo(terminal_text(text), err=err)


def say_asked(asked: Asked, tally: Tally, *, err: bool = False) -> None:
    """Print what a language model was asked: for the tables, whenever that was, and now."""
    for name, value in (
        ("pieces of articles", asked.pieces), ("  answered", asked.answered), ("  refused", asked.refused), ("  broken off", asked.cut),
        ("claims", asked.claims), ("  grounded", asked.grounded), ("not of the form", asked.invalid), ("calls", asked.calls),
        ("tokens read", asked.tokens_in), ("tokens written", asked.tokens_out), ("seconds of the model", asked.milliseconds // 1000),
        ("asked now", tally.asked), ("answers from before", tally.kept), ("not asked", tally.not_asked),
        *((f"  failed: {reason}", count) for reason, count in sorted(tally.failed.items())),
    ):  # fmt: skip
        click.echo(f"{name:<24}{value:>10,}", err=err)
    if tally.stopped == "budget":
        say("The budget of tokens is spent. Run again to go on; what was answered is kept.", err=err)
    elif tally.stopped == "endpoint":
        say("The endpoint stopped answering. Run again once it does; what was answered is kept.", err=err)


class Group(click.Group):
    """A group whose commands end with one clear line and exit code 2 where call or configuration is wrong."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: D102
        try:
            return super().invoke(ctx)
        except EtlError as error:
            say(f"etl: {error}", err=True)
            sys.exit(2)
        except OSError as error:
            if error.errno not in _OF_THE_DISK:
                raise
            told = f"etl: {error.filename or 'the disk'}: cannot be written to ({error.strerror}). Make room or check the rights."
            say(told, err=True)
            sys.exit(2)


def load(**overrides: object) -> Settings:
    """Return the settings of this call; None is a value that was not given."""
    from etl.settings import load_settings

    return load_settings(**overrides)


def progress() -> tuple[Any, Callable[[str, int], None]]:
    """A progress display on standard error, and the function that moves it."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    display = Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.completed:,.0f}"), TimeElapsedColumn(),
        console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty(),
    )  # fmt: skip
    tasks: dict[str, Any] = {}

    def advance(stage: str, count: int) -> None:
        if stage not in tasks:
            tasks[stage] = display.add_task(stage, total=None)
        display.update(tasks[stage], advance=count)

    return display, advance

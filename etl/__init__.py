"""Arms-transfer events: news articles -> who supplies what to whom, at which status, when, and the words that say it."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from etl.library import explain as explain
    from etl.library import extract as extract
    from etl.library import load as load

__version__ = "0.1.0"

_OF_THE_LIBRARY = ("load", "explain", "extract")
"""Names that are read from `etl.library` when first asked for, so that the command line starts without pandas."""


def __getattr__(name: str) -> Any:
    if name in _OF_THE_LIBRARY:
        return getattr(import_module("etl.library"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_OF_THE_LIBRARY])

"""Code lists: the values that a coded column may hold, read from `codes/*.csv`."""

import csv
import io
from functools import cache
from importlib.resources import files


@cache
def rows(scheme: str) -> tuple[dict[str, str], ...]:
    """Return the rows of one code list, in file order.

    Args:
        scheme: the file's name without ending, such as `status`.

    Raises:
        KeyError: no such code list.
    """
    path = files("schemas") / "codes" / f"{scheme}.csv"
    if not path.is_file():
        raise KeyError(f"no code list schemas/codes/{scheme}.csv")
    return tuple(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


@cache
def codes(scheme: str) -> tuple[str, ...]:
    """Return the codes of one list, in file order."""
    return tuple(row["code"] for row in rows(scheme))


@cache
def lookup(scheme: str, column: str) -> dict[str, str]:
    """Return code -> value of another column of the same list, such as status -> phase."""
    return {row["code"]: row[column] for row in rows(scheme)}

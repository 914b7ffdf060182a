"""Writes THIRD_PARTY.md: the packages that the default install needs, with their versions and licences. Run by `make licences`."""

import csv
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "THIRD_PARTY.md"
LICENCES = Path(__file__).with_name("licences.csv")

_PAGE = """\
# Packages of other people

What an install of this project without extras needs, with the licence that each package states (on Linux, with Python 3.11, in the
versions of `requirements.lock`). None of it is part of this repository: it is fetched from the package index. The packages of some hold
libraries in C or Fortran too, whose licences stand in those packages. Written by `make licences`; not edited by hand.

{packages}

## Why these licences are allowed

The project is under MIT; data under CC BY 4.0. A licence must let anyone use the package for any purpose, and pass on what was made with it.
One that is not listed in `tools/licences.csv` stops `make licences`, and the tests, until somebody has read it.

{reasons}
"""


def requirements_of(*extras: str) -> list[str]:
    """Return what pyproject.toml asks for: the default install, and that of the given extras."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked: list[str] = list(project["dependencies"])
    for extra in extras:
        asked += project["optional-dependencies"][extra]
    return asked


def walk(requirements: Iterable[str]) -> Iterator[tuple[str, Requirement]]:
    """Yield who asks for what, through the metadata of the installed packages; only what holds in this environment.

    Args:
        requirements: what the project asks for; it stands as `the project` in what is yielded.
    """
    seen: set[tuple[str, str]] = set()
    waiting = [("the project", Requirement(text), "") for text in requirements]
    while waiting:
        asker, requirement, extra = waiting.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        yield asker, requirement
        name = canonicalize_name(requirement.name)
        for wanted in {"", *requirement.extras}:
            if (name, wanted) in seen:
                continue
            seen.add((name, wanted))
            try:
                waiting += [(name, Requirement(text), wanted) for text in requires(name) or []]
            except PackageNotFoundError:
                break  # told apart by those who compare with what is installed


def needed(requirements: Iterable[str]) -> list[str]:
    """Return the names of all packages that some requirements need here, sorted."""
    return sorted({canonicalize_name(requirement.name) for _, requirement in walk(requirements)})


def stated_licences(names: Iterable[str]) -> list[tuple[str, str, str]]:
    """Return name, version and stated licence of installed packages, by name.

    Raises:
        SystemExit: one of them is not installed.
    """
    asked = sorted(names)
    command = [sys.executable, "-m", "piplicenses", "--format=json", "--with-system", "--packages", *asked]
    told = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    found = sorted((str(canonicalize_name(row["Name"])), row["Version"], row["License"]) for row in told)
    if missing := set(asked) - {name for name, *_ in found}:
        raise SystemExit(f"not installed: {', '.join(sorted(missing))}. Run `make env`.")
    return found


def known_licences() -> dict[tuple[str, str], str]:
    """Return package and licence -> why it is allowed; the package is empty where that holds for any."""
    with LICENCES.open(encoding="utf-8", newline="") as handle:
        return {(row["package"], row["licence"]): row["why"] for row in csv.DictReader(handle)}


def allowed_by(package: str, licence: str, known: dict[tuple[str, str], str]) -> set[tuple[str, str]] | None:
    """Return the entries that allow the licence of a package; None where no entry does.

    Licences with `AND` or `;` between them must all be allowed; of those with `OR`, one.
    """
    if (package, licence) in known:
        return {(package, licence)}
    for choice in licence.split(" OR "):
        parts = {("", part) for part in re.split(r" AND |; ", choice)}
        if parts <= known.keys():
            return parts
    return None


def render(packages: list[tuple[str, str, str]], known: dict[tuple[str, str], str]) -> str:
    """Return the page.

    Args:
        packages: name, version and licence of each, sorted.
        known: licences that are allowed.

    Raises:
        SystemExit: a licence is not among them.
    """
    used: set[tuple[str, str]] = set()
    for name, version, licence in packages:
        entries = allowed_by(name, licence, known)
        if entries is None:
            told = f"{name} {version} is under {licence!r}, of which {LICENCES.name} tells nothing."
            raise SystemExit(f"{told} Read that licence; add a row if our users may have it, else do without {name}.")
        used |= entries
    reasons = [(licence + (f" ({name})" if name else ""), known[name, licence]) for name, licence in sorted(used)]
    return _PAGE.format(
        packages=_table(("package", "version", "licence"), packages), reasons=_table(("licence", "why"), reasons)
    )


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in (header, ("---",) * len(header), *rows))


def main() -> None:
    """Write the page, whole or not at all."""
    page = render(stated_licences(needed(requirements_of())), known_licences())
    aside = PAGE.with_name(f".{PAGE.name}")
    aside.write_text(page, encoding="utf-8", newline="\n")
    aside.replace(PAGE)


if __name__ == "__main__":
    main()

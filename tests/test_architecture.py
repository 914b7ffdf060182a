"""Rules of the house that a tool can check: the way of imports, the size of modules, a quick start, a clean tree."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from etl.settings import Settings
from tests.conftest import ROOT

LIMIT = 400
HEAVY = [
    "pandas",
    "numpy",
    "spacy",
    "great_expectations",
    "pyarrow",
    "pandera",
    "frictionless",
    "trafilatura",
    "dask",
]
MODULES = sorted(path for folder in ("etl", "schemas", "tests") for path in (ROOT / folder).rglob("*.py"))


def _tracked() -> list[Path]:
    """The text files of the project, but for what tools and runs have written."""
    ignored = {".git", ".venv", ".venv-llm", "build", "dist", "processed", "__pycache__"}
    found = []
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        is_cache = any(
            part in ignored or part.endswith((".egg-info", "_cache")) or part == ".hypothesis" for part in parts
        )
        if path.is_file() and not is_cache and path.suffix not in {".parquet", ".gz", ".zst", ".png"}:
            found.append(path)
    return found


def test_imports_run_one_way() -> None:
    """The contracts of pyproject.toml hold, all of them."""
    tool = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"
    done = subprocess.run([sys.executable, "-c", tool], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"[1-9]\d* kept, 0 broken", done.stdout)


@pytest.mark.parametrize("path", MODULES, ids=[path.relative_to(ROOT).as_posix() for path in MODULES])
def test_a_module_is_small(path: Path) -> None:
    """No module grows past the limit."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LIMIT


def test_help_imports_nothing_heavy() -> None:
    """`etl --help` answers at once: no large library is loaded for it."""
    code = (
        "import sys; from click.testing import CliRunner; from etl.cli import main; "
        "assert CliRunner().invoke(main, ['--help']).exit_code == 0; print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert [name for name in HEAVY if name in done.stdout.split()] == []


# written so that the patterns do not find themselves
HOSTS = re.compile(r"(py[p]i|python[h]osted|npm[j]s)\.[a-z]")
HOMES = re.compile(r"(?<![\w.:/])/(root|home/\w+|Users/\w+|work)/\w")


@pytest.mark.parametrize("pattern", [HOSTS, HOMES], ids=["registry hosts", "home paths"])
def test_the_tree_names_no_machine(pattern: re.Pattern[str]) -> None:
    """No file names the host of a package registry, or a folder of somebody's machine."""
    found = []
    for path in _tracked():
        text = path.read_bytes().decode("utf-8", "replace")
        found += [f"{path.relative_to(ROOT)}: {match.group()}" for match in pattern.finditer(text)]
    assert found == []


def test_the_readme_names_every_setting() -> None:
    """A setting that the README does not name cannot be found by its users."""
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in Settings.model_fields if f"`{name}`" not in page] == []


def test_the_readme_names_every_command() -> None:
    """Each command of the command line stands in the README."""
    from etl.cli import main

    page = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in main.commands if f"etl {name}" not in page] == []


def test_one_file_imports_great_expectations() -> None:
    """Great Expectations takes seconds to import; one file does so, within a function."""
    users = [
        path for path in MODULES if re.search(r"^\s*(import|from) great_expectations", path.read_text("utf-8"), re.M)
    ]
    assert [path.relative_to(ROOT).as_posix() for path in users] == ["etl/quality/expectations.py"]
    assert not re.search(r"^(import|from) great_expectations", users[0].read_text("utf-8"), re.M)

"""Imports: declared in pyproject.toml, in the place where they are needed; the default install is enough for a run."""

import ast
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import ROOT
from tools.third_party import needed, requirements_of

EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
OF_EXTRAS = {
    "etl.asking.line": "llm", "etl.bench": "bench", "etl.engine.cluster": "cluster", "etl.publish.card": "report", "etl.publish.sheet": "report",
    "etl.publish.workbook": "report", "etl.quality.training": "train", "etl.show.charts": "report",
}  # fmt: skip
"""Modules and packages that need an extra to be imported, and the extra."""
OWN = {"etl", "schemas", "tests", "tools"}


_providers = cache(packages_distributions)


@cache
def _declared(*extras: str) -> set[str]:
    return {canonicalize_name(Requirement(text).name) for text in requirements_of(*extras)}


def _imports(tree: ast.AST, *, late: bool = False) -> Iterator[tuple[str, bool]]:
    """The modules that a file imports, and whether that is done within a function, or for the checker of types alone."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, late) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((f"{node.module}.{alias.name}", late) for alias in node.names)
        else:
            is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            is_for_types = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
            yield from _imports(node, late=late or is_function or is_for_types)


def _extra_of(module: str) -> str | None:
    return next((extra for start, extra in OF_EXTRAS.items() if f"{module}.".startswith(f"{start}.")), None)


def undeclared(path: str, source: str) -> list[str]:
    """The imports of a file of this project that pyproject.toml does not declare where the file needs them."""
    is_test, own_extra = path.startswith("tests/"), _extra_of(path.removesuffix(".py").replace("/", "."))
    faults = []
    for module, late in _imports(ast.parse(source)):
        top, extra = module.partition(".")[0], _extra_of(module)
        if extra and extra != own_extra and not late and not is_test:
            faults.append(f"{path}: {module} needs the extra {extra}, and is imported at once")
        if top in OWN or top in sys.stdlib_module_names:
            continue
        if is_test or late:
            allowed = _declared(*(extra for extra in EXTRAS if is_test or extra != "dev"))
        else:
            allowed = _declared(*[own_extra] if own_extra else [])
        if not allowed & {canonicalize_name(name) for name in _providers().get(top, [])}:
            faults.append(f"{path}: {top}")
    return list(dict.fromkeys(faults))


def _sources() -> list[Path]:
    return sorted(path for folder in ("etl", "schemas", "tests") for path in (ROOT / folder).rglob("*.py"))


def test_each_import_is_declared() -> None:
    """No file imports a package that is there by chance; what an extra brings is imported by what needs that extra."""
    told = [
        fault for path in _sources() for fault in undeclared(path.relative_to(ROOT).as_posix(), path.read_text("utf-8"))
    ]
    assert told == []


@pytest.mark.parametrize(
    ("path", "source", "fault"),
    [
        ("etl/x.py", "import lightgbm", "etl/x.py: lightgbm"),
        ("etl/x.py", "if True:\n    import pytest", "etl/x.py: pytest"),
        ("etl/x.py", "def f():\n    import pytest", "etl/x.py: pytest"),
        ("etl/x.py", "def f():\n    from jinja2 import Template", "etl/x.py: jinja2"),
        ("etl/x.py", "from etl.engine.cluster import on_cluster", "etl/x.py: etl.engine.cluster.on_cluster needs the extra cluster, and is imported at once"),
        ("etl/x.py", "from etl.bench import runs", "etl/x.py: etl.bench.runs needs the extra bench, and is imported at once"),
        ("etl/bench/x.py", "import distributed", "etl/bench/x.py: distributed"),
        ("tests/x.py", "import jinja2", "tests/x.py: jinja2"),
        ("schemas/x.py", "import no_such_package", "schemas/x.py: no_such_package"),
    ],
)  # fmt: skip
def test_an_undeclared_import_is_found(path: str, source: str, fault: str) -> None:
    """An import that is not declared, or not where it is needed, is told."""
    assert undeclared(path, source) == [fault]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("etl/x.py", "import pandas, json"),
        ("etl/x.py", "def f():\n    import lightgbm"),
        ("etl/x.py", "def f():\n    from etl.engine.cluster import on_cluster"),
        ("etl/bench/x.py", "import psutil\nfrom etl.bench import runs"),
        ("tests/x.py", "import pytest, s3fs"),
    ],
)
def test_a_declared_import_is_none(path: str, source: str) -> None:
    """What is declared where it is needed is not told."""
    assert undeclared(path, source) == []


_DEFAULT_INSTALL = """
import os, sys

def refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
        os.write(2, f"asks the network: {event} {arguments}".encode())
        os._exit(97)  # an exception could be swallowed

sys.addaudithook(refuse)

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in absent:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

absent = set(sys.argv.pop(1).split(","))
sys.meta_path.insert(0, Absent())
from etl.cli import main
main()
"""


def test_the_default_install_is_enough_for_a_run_and_asks_no_server(tmp_path: Path) -> None:
    """A whole run goes through where no package can be imported that only extras bring, and where no connection may be opened."""
    (tmp_path / "news.txt").write_text(
        "Norway has agreed to sell four patrol boats to Ghana, the ministry said.", "utf-8"
    )
    there = set(needed(requirements_of()))
    absent = [
        name
        for name, providers in _providers().items()
        if not there & {canonicalize_name(provider) for provider in providers} and name not in OWN | {"pip"}
    ]
    assert {"distributed", "lightgbm", "psutil", "pytest", "aiohttp"} <= set(absent)
    command = [
        sys.executable,
        "-c",
        _DEFAULT_INSTALL,
        ",".join(absent),
        "run",
        "news.txt",
        "--out",
        "out",
        "--no-data-docs",
    ]
    done = subprocess.run(
        command, cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "events.parquet").is_file()

"""What several tests of whole runs begin from."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.golden.sites import Site, serve


@pytest.fixture
def site() -> Iterator[Site]:
    """A web server."""
    with serve() as started:
        yield started


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, and a contact that is told to servers."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ETL_FETCH_CONTACT", "desk@example.org")
    return tmp_path

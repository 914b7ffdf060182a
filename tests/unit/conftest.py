"""What the tests of exports share: the tables of the sample."""

import pandas as pd
import pytest

from etl.stored import read_stored
from schemas import TABLES
from tests.conftest import Run


@pytest.fixture(scope="session")
def sample_frames(sample_run: Run) -> dict[str, pd.DataFrame]:
    """The tables of the sample, in the declared types."""
    return {name: read_stored(table, sample_run.folder) for name, table in TABLES.items()}

"""Files of any bytes: each reader gives documents and refusals with known reasons, and never raises."""

import pytest
from hypothesis import given

from tests.fuzz.checks import check_file
from tests.fuzz.seeds import files
from tests.property.strategies import ANY_FILES, examples, near_valid


@pytest.mark.parametrize("name", files())
def test_the_files_without_changes_are_read(name: str) -> None:
    """The files from which fuzzing goes out are valid: each gives an article."""
    assert check_file(name, files()[name]) >= 1


@examples(400)
@given(ANY_FILES)
def test_any_bytes(file: tuple[str, bytes]) -> None:
    """Any bytes under any name are read or refused."""
    check_file(*file)


@pytest.mark.parametrize("name", files())
def test_files_that_are_nearly_valid(name: str) -> None:
    """A valid file of each kind with bytes cut out, doubled, put in or flipped is read or refused."""

    @examples(60)
    @given(near_valid(name))
    def check(data: bytes) -> None:
        check_file(name, data)

    check()


@pytest.mark.parametrize(("name", "old", "new"), [("a.parquet", b"url", b"\x9erl")])
def test_files_that_once_broke_a_reader(name: str, old: bytes, new: bytes) -> None:
    """A file that fuzzing found is refused: here, names of columns that are no text."""
    data = files()[name]
    assert old in data
    assert check_file(name, data.replace(old, new)) == 0

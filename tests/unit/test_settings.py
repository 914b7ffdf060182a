"""Settings: defaults, etl.toml, environment, and one clear line where a value is wrong."""

from pathlib import Path

import pytest

from etl.errors import ConfigurationError
from etl.settings import Settings, load_settings


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_setting_is_described() -> None:
    """A setting without a description cannot be understood by its user."""
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_etl_toml_sets_values(folder: Path) -> None:
    """Values of etl.toml hold, column names among them."""
    (folder / "etl.toml").write_text('workers = 3\ndate_order = "dmy"\n[fields]\ntext = ["story"]\n', encoding="utf-8")
    settings = load_settings()
    assert (settings.workers, settings.date_order, settings.names_of("text")[0]) == (3, "dmy", "story")


def test_the_environment_wins_over_the_file_and_the_call_over_both(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Command line, environment, file: in this order."""
    (folder / "etl.toml").write_text("workers = 3\nbatch_size = 7\n", encoding="utf-8")
    monkeypatch.setenv("ETL_WORKERS", "4")
    assert (load_settings().workers, load_settings().batch_size, load_settings(workers=5).workers) == (
        4,
        7,
        5,
    )


@pytest.mark.usefixtures("folder")
def test_what_is_not_given_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """None from the command line leaves the other sources in force."""
    monkeypatch.setenv("ETL_WORKERS", "4")
    assert load_settings(workers=None).workers == 4


WRONG = [
    ("workers = 0\n", "workers=0"),
    ('date_order = "ymd"\n', "date_order='ymd'"),
    ("duplicate_similarity = 2.0\n", "duplicate_similarity=2.0"),
    ("wrokers = 2\n", "wrokers=2"),
    ("workers = \n", "etl.toml"),
    ('[fields]\nbody = ["x"]\n', "body"),
    ('[date_order_by_publisher]\nPaper = "never"\n', "date_order_by_publisher.Paper='never'"),
]


@pytest.mark.parametrize(("content", "told"), WRONG)
def test_a_wrong_value_is_one_clear_line(content: str, told: str, folder: Path) -> None:
    """A wrong name or value is named, in a single line."""
    (folder / "etl.toml").write_text(content, encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load_settings()
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("name", "value"), [("ETL_WORKERS", "many"), ("ETL_MAX_FILE_BYTES", "-1"), ("ETL_FIELDS", "{")]
)
def test_a_wrong_variable_is_one_clear_line(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong environment variable is named, in a single line."""
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError) as caught:
        load_settings()
    assert name.removeprefix("ETL_").lower() in str(caught.value).lower()
    assert "\n" not in str(caught.value)


def test_a_key_has_no_place_in_a_file_and_none_in_a_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key in etl.toml, which people share, ends the run; no message and no form of the settings shows a key."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "etl.toml").write_text('llm_api_key = "mk-hushhush"\n', encoding="utf-8")
    with pytest.raises(ConfigurationError, match="ETL_LLM_API_KEY") as told:
        load_settings()
    assert "hush" not in str(told.value)
    (tmp_path / "etl.toml").unlink()
    monkeypatch.setenv("ETL_LLM_API_KEY", "mk-hushhush")
    settings = load_settings()
    assert settings.llm_api_key is not None
    assert settings.llm_api_key.get_secret_value() == "mk-hushhush"
    assert "hush" not in f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
    assert settings.without_secrets().llm_api_key is None

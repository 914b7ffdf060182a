"""All settings in one place: `etl.toml` in the working folder, then environment variables with the prefix `ETL_`."""

from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from etl.errors import ConfigurationError

DateOrder = Literal["dmy", "mdy"]
ExtractorName = Literal["rules", "llm", "rules+llm"]
AnswerForm = Literal["json_schema", "json_object", "text"]

FIELD_NAMES: dict[str, list[str]] = {
    "id": ["id", "source_id", "article_id", "doc_id", "document_id", "uuid", "guid"],
    "url": ["url", "link", "source_url", "web_url"],
    "title": ["title", "headline", "head"],
    "date": ["published", "published_at", "published_date", "publish_date", "date_published", "pubdate", "date", "datetime"],
    "publisher": ["publisher", "source", "outlet", "source_name", "publication", "newspaper"],
    "text": ["text", "body", "content", "article", "article_text", "fulltext", "full_text", "maintext"],
}  # fmt: skip


_SECRET = frozenset({"llm_api_key"})


class Settings(BaseSettings):
    """Settings of a run. Every field may be set in `etl.toml` or as `ETL_<FIELD>` in the environment."""

    model_config = SettingsConfigDict(env_prefix="ETL_", toml_file="etl.toml", extra="forbid")

    fields: dict[str, list[str]] = Field(
        default_factory=dict,
        description="Column names of your own tables, by our names: id, url, title, date, publisher, text.",
    )
    date_order: DateOrder | None = Field(
        default=None, description="How numeric dates that can be read two ways are written: dmy or mdy."
    )
    date_order_by_publisher: dict[str, DateOrder] = Field(
        default_factory=dict, description="The same for single publishers, by the name in the articles table."
    )
    ignore: list[str] = Field(
        default=["README*", "LICENSE*"], description="File names in the input folder that are not articles."
    )
    max_file_bytes: int = Field(
        default=2_000_000_000, gt=0, description="Largest file that is read, unpacked, in bytes."
    )
    max_document_bytes: int = Field(
        default=50_000_000,
        gt=0,
        description="Largest file or member of an archive that is read whole (one article, a JSON list), in bytes.",
    )
    max_article_seconds: float = Field(
        default=60,
        gt=0,
        description="Longest time that reading a document, or finding the events of an article, may take.",
    )
    max_article_chars: int = Field(default=1_000_000, gt=0, description="Longest text of an article, in characters.")
    duplicate_similarity: float = Field(
        default=0.7,
        gt=0,
        le=1,
        description="Share of the shorter article, in the same words or others, that must stand in the other for the two to be one story.",
    )
    corrections: Path | None = Field(
        default=None, description="File of people's corrections; by default `data/corrections.csv`, where it stands."
    )
    workers: int = Field(default=1, ge=1, le=256, description="Processes that extract.")
    scheduler: str | None = Field(
        default=None, description="Address of a Dask scheduler whose workers extract, such as `tcp://10.0.0.5:8786`."
    )
    kept: Path | None = Field(
        default=None,
        description="Folder for what is kept between runs; by default `.kept` in the folder of the tables.",
    )
    gate: bool = Field(
        default=True, description="Whether articles and sentences that cannot tell a transfer are left unparsed."
    )
    batch_size: int = Field(default=300, ge=1, description="Most articles that a process takes at a time.")
    fetch_contact: str | None = Field(
        default=None,
        pattern=r"^[ -'*-~]{1,200}$",
        description="Whom the owner of a site that `etl fetch` asks may turn to: an address of mail or of a page.",
    )
    fetch_timeout: float = Field(
        default=60, gt=0, le=3600, description="Longest time that one answer to `etl fetch` may take, in seconds."
    )
    fetch_max_bytes: int = Field(
        default=20_000_000, gt=0, description="Largest answer that `etl fetch` takes, packed or unpacked, in bytes."
    )

    extractor: ExtractorName = Field(
        default="rules", description="Who finds the events: the rules, a language model, or both."
    )
    llm_base_url: str | None = Field(
        default=None,
        pattern=r"https?://\S+",
        description="Address of an OpenAI-compatible endpoint, such as `http://localhost:11434/v1`.",
    )
    llm_model: str | None = Field(default=None, min_length=1, description="Name of the model at that endpoint.")
    llm_api_key: SecretStr | None = Field(
        default=None,
        description="Key of the endpoint, where it wants one; never written anywhere. Set it in the environment.",
    )
    llm_answers: Path = Field(
        default=Path("data/answers.sqlite"), description="File in which the answers of models are kept."
    )
    llm_replay: bool = Field(
        default=False, description="Whether kept answers alone are used: no model is asked, no network needed."
    )
    llm_answer_form: AnswerForm = Field(
        default="json_schema",
        description="How the endpoint is told the form of the answer: json_schema (most), json_object (llama.cpp's Python server), or text (in the prompt alone).",
    )
    llm_options: dict[str, Any] = Field(
        default={"temperature": 0, "seed": 0, "max_tokens": 2000},
        description="Further fields of each request to the model; those of the endpoint's own manual may stand here.",
    )
    llm_window_chars: int = Field(
        default=6000, ge=500, description="Longest piece of an article that the model is sent at once, in characters."
    )
    llm_overlap_chars: int = Field(
        default=600, ge=0, description="How much of a piece stands in the next one too, in characters."
    )
    llm_concurrency: int = Field(
        default=4, ge=1, le=256, description="Requests to the model that are on their way at once."
    )
    llm_timeout: float = Field(
        default=180, gt=0, le=3600, description="Longest time that the model may take for an answer, in seconds."
    )
    llm_retries: int = Field(
        default=4,
        ge=0,
        le=20,
        description="How often a request that failed is sent again, each time after a longer pause.",
    )
    llm_requests_per_minute: int | None = Field(
        default=None, ge=1, description="Most requests to the model a minute; by default as many as it takes."
    )
    llm_token_budget: int | None = Field(
        default=None,
        ge=1,
        description="Tokens, read and written, that a run may spend; then it asks no more, and the next run goes on.",
    )
    llm_confidence: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="How often an event of the model alone is right: the precision that `etl evaluate --extractor llm` prints for your own gold.",
    )

    @classmethod
    def settings_customise_sources(  # noqa: D102
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    def without_secrets(self) -> "Settings":
        """Return the settings as other processes and machines are given them: they ask no model, so they need no key."""
        return self.model_copy(update={"llm_api_key": None})

    def names_of(self, field: str) -> list[str]:
        """Return the column names under which a field may stand in the input, the user's own first."""
        return [*(name.lower() for name in self.fields.get(field, [])), *FIELD_NAMES[field]]


def load_settings(**overrides: object) -> Settings:
    """Return the settings of this run.

    Args:
        overrides: values given on the command line; None means not given.

    Raises:
        ConfigurationError: a value is wrong or a name unknown; the message names it.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        settings = Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        value = "(not shown)" if where in _SECRET else repr(first.get("input"))
        raise ConfigurationError(
            f"setting {where}={value}: {first['msg']}. Mend it in etl.toml or ETL_{where.upper()}."
        ) from None
    except ValueError as error:  # a TOML file that does not parse
        raise ConfigurationError(f"{Path('etl.toml').absolute()}: {error}") from error
    if kept := _SECRET & set(TomlConfigSettingsSource(Settings)()):
        raise ConfigurationError(
            f"setting {', '.join(kept)}: etl.toml is a file that people share. Set ETL_{', ETL_'.join(name.upper() for name in kept)} instead."
        )
    unknown = set(settings.fields) - set(FIELD_NAMES)
    if unknown:
        raise ConfigurationError(f"setting fields: no field {sorted(unknown)}; the fields are {sorted(FIELD_NAMES)}.")
    return settings

"""Where a model is asked, and the key to it, which stands in no message."""

import re
from base64 import b64encode
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

from etl.errors import ConfigurationError
from etl.settings import Settings

_LONGEST = 200
"""Characters of a server's own words that a message repeats."""
_TELLING = 6
"""Characters of a key that give it away: servers repeat keys of which they have masked the middle."""
_BASIC = "Basic "


class Endpoint:
    """An address, and what opens it.

    Attributes:
        address: the base URL, without user and password.

    Raises:
        ConfigurationError: no address is set, or address or key are none.
    """

    def __init__(self, settings: Settings) -> None:
        if not settings.llm_base_url:
            raise ConfigurationError(
                "the extractor asks a language model, but no endpoint is set. Set ETL_LLM_BASE_URL, such as "
                "http://localhost:11434/v1, or use kept answers alone (ETL_LLM_REPLAY=true), or --extractor rules."
            )
        try:
            parts = urlsplit(settings.llm_base_url)
            host, port = parts.hostname, parts.port
        except ValueError:
            host = None
        if not host or parts.scheme not in {"http", "https"} or parts.query or parts.fragment:
            raise ConfigurationError(
                "setting llm_base_url: not an address such as http://localhost:11434/v1, without `?` and `#`. "
                "Mend it in etl.toml or ETL_LLM_BASE_URL."
            )
        place = f"[{host}]" if ":" in host else host
        self.address = f"{parts.scheme}://{place}{f':{port}' if port else ''}{parts.path}"
        key = settings.llm_api_key.get_secret_value().strip() if settings.llm_api_key else ""
        if not re.fullmatch(r"[!-~]*", key):
            raise ConfigurationError("setting llm_api_key: holds characters that no key has. Mend ETL_LLM_API_KEY.")
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        self._secrets = [SecretStr(secret) for secret in (key, password) if secret]
        self._opening = SecretStr("")
        if key:
            self._opening = SecretStr(f"Bearer {key}")
        elif user or password:
            self._opening = SecretStr(_BASIC + b64encode(f"{user}:{password}".encode()).decode())

    def authorization(self) -> dict[str, str]:
        """Return the header that opens the endpoint; none where it needs none."""
        opening = self._opening.get_secret_value()
        return {"Authorization": opening} if opening else {}

    def without_secrets(self, words: str) -> str:
        """Return words of a model without the key and the password, which an endpoint may have let it read."""
        for secret in self._secrets:
            words = words.replace(secret.get_secret_value(), "***")
        return words

    def safe(self, words: str) -> str:
        """Return words of a server as a message may repeat them: short, on one line, without a key or a part of it."""
        for secret in [*self._secrets, *([self._opening] if self._opening else [])]:
            telling = re.escape(secret.get_secret_value().removeprefix(_BASIC)[:_TELLING])
            words = re.sub(rf"\S*{telling}\S*", "***", words)
        line = " ".join("".join(char if char.isprintable() else " " for char in words).split())
        return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"

"""What earlier calls have fetched, so that nothing is fetched twice. Addresses are kept as hashes: they may hold keys."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from etl.errors import ConfigurationError
from etl.place import sync

_LONGEST = 1000
"""Characters of a validator that are kept; a longer one is as good as none."""


class _Seen(BaseModel):
    """What a feed said when it was read to its end."""

    etag: str | None = None
    modified: str | None = None
    since: date | None = None


class _Kept(BaseModel):
    """The file."""

    model_config = ConfigDict(extra="forbid")

    version: int = 1
    feeds: dict[str, _Seen] = {}
    pages: dict[str, date] = {}


def _key(address: str) -> str:
    return hashlib.sha256(address.encode()).hexdigest()[:32]


@dataclass
class State:
    """The state of a folder.

    Attributes:
        path: its file.
    """

    path: Path
    _kept: _Kept = field(default_factory=_Kept)

    @classmethod
    def load(cls, path: Path) -> "State":
        """Return the state that stands in a file; an empty one if there is none.

        Raises:
            ConfigurationError: the file is broken.
        """
        try:
            return cls(path, _Kept.model_validate_json(path.read_bytes()))
        except FileNotFoundError:
            return cls(path)
        except (OSError, ValidationError) as error:
            told = f"{path}: it cannot be read as the state of earlier calls. Delete it, and what it tells of is fetched again."
            raise ConfigurationError(told) from error

    def has(self, address: str) -> bool:
        """True where a page was fetched, or is known not to be there."""
        return _key(address) in self._kept.pages

    def settle(self, address: str, day: date) -> None:
        """Remember that a page need not be asked for again."""
        self._kept.pages[_key(address)] = day

    def conditions(self, address: str, since: date | None) -> dict[str, str]:
        """Return the headers that ask for a feed only where it has changed.

        Args:
            address: the feed.
            since: the day before which this call leaves entries out.
        """
        seen = self._kept.feeds.get(_key(address))
        if seen is None or (seen.since is not None and (since is None or since < seen.since)):
            return {}
        told = {"If-None-Match": seen.etag, "If-Modified-Since": seen.modified}
        return {name: value for name, value in told.items() if value}

    def finish(self, address: str, etag: str | None, modified: str | None, since: date | None) -> None:
        """Remember a feed of which nothing is left to fetch."""
        etag, modified = (value if value and len(value) <= _LONGEST else None for value in (etag, modified))
        self._kept.feeds[_key(address)] = _Seen(etag=etag, modified=modified, since=since)

    def reopen(self, address: str) -> None:
        """Forget what a feed said, so that all of it is asked for the next time."""
        self._kept.feeds.pop(_key(address), None)

    def save(self) -> None:
        """Write the file, whole or not at all."""
        aside = self.path.with_name(f"{self.path.name}.part")
        text = json.dumps(self._kept.model_dump(mode="json", exclude_none=True), indent=0, sort_keys=True)
        aside.write_text(text + "\n", encoding="utf-8")
        sync([aside])
        aside.replace(self.path)
        sync([self.path.parent])

"""The file in which the answers of models are kept: what was answered once need not be asked again, and a run can be replayed."""

import sqlite3
import threading
from pathlib import Path

from etl.errors import ConfigurationError
from etl.extraction.llm.reply import Reply
from etl.extraction.llm.request import Request, hash_of

_FORM = """
CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY,
    model TEXT NOT NULL,
    prompt TEXT NOT NULL,
    text TEXT NOT NULL,
    ending TEXT NOT NULL CHECK (ending IN ('whole', 'cut', 'refused')),
    calls INTEGER NOT NULL,
    tokens_in INTEGER NOT NULL,
    tokens_out INTEGER NOT NULL,
    milliseconds INTEGER NOT NULL
) WITHOUT ROWID"""
_COLUMNS = ["key", "model", "prompt", *Reply._fields]
_PATIENCE = 30.0
"""Seconds that another process may take to write."""


class Answers:
    """An SQLite file of answers, by the keys of their requests. It holds no text of an article, and no key of an endpoint.

    Several threads may use one, and several processes one file.

    Args:
        path: the file; it is made, with its folder, where it is missing.
        read_only: whether it must be there, and is not changed.

    Raises:
        ConfigurationError: it is missing and must not be, is another kind of file, or cannot be opened.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self._path, self._lock = path, threading.Lock()
        if read_only and not path.is_file():
            raise ConfigurationError(
                f"{path}: there is no such file, and with llm_replay kept answers alone are used. "
                "Set llm_answers to the file that holds them, or run once without llm_replay."
            )
        address = path.absolute().as_uri() + ("?mode=ro" if read_only else "")
        try:
            if not read_only:
                path.parent.mkdir(parents=True, exist_ok=True)
            self._file = sqlite3.connect(
                address, uri=True, timeout=_PATIENCE, isolation_level=None, check_same_thread=False
            )
        except (sqlite3.Error, OSError) as error:
            raise self._unusable(error) from error
        try:
            others = self._file.execute("SELECT count(*) FROM sqlite_master WHERE name != 'answers'").fetchone()[0]
            if not read_only and not others:
                self._file.execute(_FORM)
            columns = [row[1] for row in self._file.execute("PRAGMA table_info(answers)")]
        except sqlite3.Error as error:
            self._file.close()
            raise self._unusable(error) from error
        if columns != _COLUMNS:
            self._file.close()
            raise self._unusable("it is a database, but not one of kept answers, or of another version of the program")

    def get(self, key: str) -> Reply | None:
        """Return the answer to a request.

        Args:
            key: the key of the request.

        Raises:
            ConfigurationError: the file cannot be read any more.
        """
        try:
            with self._lock:
                row = self._file.execute(
                    f"SELECT {', '.join(Reply._fields)} FROM answers WHERE key = ?", [key]
                ).fetchone()
        except sqlite3.Error as error:
            raise self._unusable(error) from error
        return Reply(*row) if row else None

    def put(self, request: Request, reply: Reply) -> Reply:
        """Keep an answer at once, and return the one that is kept: another's, where another process was first.

        Raises:
            ConfigurationError: the file cannot be written to.
        """
        row = (request.key, request.body["model"], hash_of(request.body["messages"][0]["content"])[:8], *reply)
        marks = ", ".join("?" * len(row))
        try:
            with self._lock:
                self._file.execute(f"INSERT OR IGNORE INTO answers VALUES ({marks})", row)
        except sqlite3.Error as error:
            raise self._unusable(error) from error
        return self.get(request.key) or reply

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._file.close()

    def _unusable(self, why: object) -> ConfigurationError:
        return ConfigurationError(
            f"{self._path}: cannot be used as the file of kept answers ({why}). "
            "Check it, or set llm_answers to another file."
        )

"""People's corrections: reads `corrections.csv` and applies it to events and transfers. One that no longer matches stops the build.

| action | target | field | expected | value |
| --- | --- | --- | --- | --- |
| `drop` | event_id | | SUPPLIER RECIPIENT SYSTEM STATUS, the identifiers that the event has | |
| `change` | event_id | a column that may be corrected | its value before | its value after; empty for none |
| `join` | transfer_id | | SUPPLIER RECIPIENT SYSTEM of that transfer | the transfer_id that it is one with |
| `split` | transfer_id | | SUPPLIER RECIPIENT SYSTEM of that transfer | event_ids that are a transfer of their own |

Corrections are applied in the order of the file; each sees what those before it have left. A corrected event keeps its identifier.
"""

import csv
import io
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from etl.errors import ConfigurationError
from etl.merge.settle import settle
from etl.merge.transfers import Group, by_id, reopened
from etl.review.fields import FIELDS, correct
from etl.sources import Rejected
from schemas.codes import codes

Row = dict[str, object]
DEFAULT = Path("data/corrections.csv")
COLUMNS = ("who", "when", "action", "target", "field", "expected", "value", "why")


class Correction(BaseModel):
    """One line of `corrections.csv`.

    Attributes:
        line: its number in the file.
        who: who decided.
        when: the day of the decision, ISO 8601.
        why: the reason, in words.
    """

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    line: int
    who: str = Field(min_length=1)
    when: date
    action: str
    target: str = Field(pattern=r"[0-9a-f]{16}")
    field: str
    expected: str
    value: str
    why: str = Field(min_length=1)


@dataclass(frozen=True)
class Corrections:
    """The corrections of a file, those of events and those of transfers, each in the order of the file."""

    path: Path
    of_events: tuple[Correction, ...]
    of_transfers: tuple[Correction, ...]

    def __len__(self) -> int:
        return len(self.of_events) + len(self.of_transfers)

    def check_all_matched(self, matched: Collection[str]) -> None:
        """Raise a ConfigurationError where a correction of an event has met no event of its identifier."""
        for item in self.of_events:
            if item.target not in matched:
                raise _no_match(self, item, "there is no such event")


@dataclass(frozen=True)
class Corrected:
    """Events after correction: the rows that are left, and those that were dropped with the correction that did it."""

    events: list[Row]
    dropped: list[tuple[Row, Correction]]


def _fault(path: Path, line: int, what: str) -> ConfigurationError:
    return ConfigurationError(f"{path} line {line}: {what}")


def _check(path: Path, correction: Correction) -> None:
    """Raise where a line cannot be applied to any table."""
    if correction.action not in codes("correction"):
        raise _fault(
            path, correction.line, f"action {correction.action!r} is none of {', '.join(codes('correction'))}."
        )
    if correction.action == "change" and correction.field not in FIELDS:
        raise _fault(
            path, correction.line, f"field {correction.field!r} cannot be changed; these can: {', '.join(FIELDS)}."
        )
    if correction.action in {"join", "split"} and not correction.value:
        raise _fault(path, correction.line, f"{correction.action} needs a value. The README tells what it is.")


def read_corrections(path: Path) -> Corrections:
    """Return the corrections of a file.

    Raises:
        ConfigurationError: the file is missing or a line is not of the form that the README describes.
    """
    if not path.is_file():
        raise ConfigurationError(f"corrections file {path} does not exist.")
    reader = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")))
    if reader.fieldnames is None or tuple(reader.fieldnames) != COLUMNS:
        raise _fault(path, 1, f"the columns are {reader.fieldnames}, but must be {', '.join(COLUMNS)}.")
    found = []
    for row in reader:
        try:
            correction = Correction.model_validate({**row, "line": reader.line_num})
        except (ValidationError, TypeError) as error:
            told = error.errors()[0] if isinstance(error, ValidationError) else {"loc": ("line",), "msg": str(error)}
            raise _fault(path, reader.line_num, f"{'.'.join(map(str, told['loc']))}: {told['msg']}.") from error
        _check(path, correction)
        found.append(correction)
    of_events = tuple(item for item in found if item.action in {"drop", "change"})
    return Corrections(path, of_events, tuple(item for item in found if item.action in {"join", "split"}))


def find_corrections(given: Path | None) -> Corrections | None:
    """Return the corrections of the given file, else of `data/corrections.csv` where it stands, else None.

    Raises:
        ConfigurationError: as `read_corrections` does.
    """
    if given is None and not DEFAULT.is_file():
        return None
    return read_corrections(given or DEFAULT)


def _signature(row: Mapping[str, object], *names: str) -> str:
    return " ".join(str(row[name]) for name in names)


def _no_match(corrections: Corrections, correction: Correction, what: str) -> ConfigurationError:
    return _fault(
        corrections.path,
        correction.line,
        f"{correction.action} {correction.target} no longer matches: {what}. Look at the article again, then mend or delete the line.",
    )


def correct_events(events: Iterable[Row], corrections: Corrections) -> Corrected:
    """Return the events after the corrections that drop or change them; `is_corrected` tells which were changed.

    Raises:
        ConfigurationError: a correction does not match: no such event, another value than it expects, or a value that is not allowed.
    """
    rows = {str(row["event_id"]): row | {"is_corrected": False} for row in events}
    dropped: list[tuple[Row, Correction]] = []
    for item in corrections.of_events:
        row = rows.get(item.target)
        if row is None:
            raise _no_match(corrections, item, "there is no such event")
        if item.action == "drop":
            signature = _signature(row, "supplier_id", "recipient_id", "system_id", "status")
            if signature != item.expected:
                raise _no_match(corrections, item, f"it is {signature!r}, not {item.expected!r}")
            dropped.append((rows.pop(item.target), item))
            continue
        old = "" if row[item.field] is None else str(row[item.field])
        if old != item.expected:
            raise _no_match(corrections, item, f"{item.field} is {old!r}, not {item.expected!r}")
        try:
            rows[item.target] = row | correct(row, item.field, item.value) | {"is_corrected": True}
        except ValueError as error:
            raise _fault(corrections.path, item.line, f"{item.field}: {error}.") from error
    return Corrected(list(rows.values()), dropped)


def apply_to_events(
    events: list[Row], mentions: list[Row], corrections: Corrections, paths: Mapping[str, str], matched: set[str]
) -> tuple[list[Row], list[Row], list[Rejected]]:
    """Return some events and their mentions after the corrections that bear on them, and the quarantine entries of what was dropped.

    Args:
        events: rows of `events` of some articles.
        mentions: rows of `mentions` of the same articles.
        corrections: those of the build.
        paths: for each article_id the path of its file.
        matched: receives the event_ids that a correction has met.

    Raises:
        ConfigurationError: as `correct_events` does.
    """
    own = {str(row["event_id"]) for row in events}
    bearing = tuple(item for item in corrections.of_events if item.target in own)
    if not bearing:
        return events, mentions, []
    matched.update(item.target for item in bearing)
    corrected = correct_events(events, replace(corrections, of_events=bearing))
    by = {str(row["event_id"]): (row, item) for row, item in corrected.dropped}

    def entry(event_id: str, place: str, excerpt: object) -> Rejected:
        row, item = by[event_id]
        told = f"event {event_id}: {item.who} dropped it on {item.when} ({corrections.path.name} line {item.line}): {item.why}"
        path = paths.get(str(row["article_id"]), "")
        return Rejected("review", path, "corrected", told, str(row["source_id"]), str(excerpt), place)

    dropped = [entry(name, f"events {name}", row["evidence"]) for name, (row, _) in by.items()]
    dropped += [
        entry(str(row["event_id"]), f"mentions {row['mention_id']}", row["quote"])
        for row in mentions
        if row["event_id"] in by
    ]
    return corrected.events, [row for row in mentions if row["event_id"] not in by], dropped


def _order(events: Mapping[str, Mapping[str, object]]) -> dict[str, tuple[date, str]]:
    days = {name: row["report_date"] for name, row in events.items()}
    return {name: (day if isinstance(day, date) else date.max, name) for name, day in days.items()}


def regroup(
    groups: Mapping[str, Group], events: Mapping[str, Row], corrections: Corrections, *, of_later: bool = False
) -> dict[str, Group]:
    """Return the transfers after the corrections that join or split them.

    Args:
        groups: the events of each transfer, by its identifier.
        events: rows of `events` by event_id.
        corrections: those of the build.
        of_later: True where the corrections were made for later tables than these; those that do not match are left out.

    Raises:
        ConfigurationError: a correction does not match: no such transfer, other parties or equipment, or events that are not in it.
    """
    found = dict(groups)
    for item in corrections.of_transfers:
        try:
            _regroup(found, events, corrections, item)
        except ConfigurationError:
            if not of_later:
                raise
    return found


def _regroup(found: dict[str, Group], events: Mapping[str, Row], corrections: Corrections, item: Correction) -> None:
    """Apply one correction to the transfers."""
    order = _order(events)
    alone = {str(row["article_id"]): str(row["article_id"]) for row in events.values()}
    group = found.get(item.target)
    if group is None:
        raise _no_match(corrections, item, "there is no such transfer")
    signature = _signature(
        settle({item.target: group}, events, alone)[0][0], "supplier_id", "recipient_id", "system_id"
    )
    if signature != item.expected:
        raise _no_match(corrections, item, f"it is {signature!r}, not {item.expected!r}")
    if item.action == "join":
        other = found.get(item.value)
        if other is None or item.value == item.target:
            raise _no_match(corrections, item, f"there is no other transfer {item.value}")
        parts = [[*group, *other]]
    else:
        apart = set(item.value.split())
        if not apart < {member.event_id for member in group}:
            raise _no_match(corrections, item, f"{item.value!r} are not some, but not all, of its events")
        parts = [[member for member in group if (member.event_id in apart) is side] for side in (False, True)]
    for gone in {item.target, item.value} & set(found):
        del found[gone]
    found |= by_id(reopened(part, order) for part in parts)

"""Rows as the next run will write them: those of the last run, with the corrections that were decided since."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from etl.desk.decisions import cell, signature
from etl.desk.tables import Row
from etl.errors import ConfigurationError
from etl.merge.settle import settle
from etl.merge.transfers import Group, join_events
from etl.review.corrections import Corrections, regroup
from etl.review.fields import correct

Pair = tuple[str, str]


@dataclass(frozen=True)
class Standing:
    """Events after all corrections, and those that will be gone; rows that nothing changed are those of the tables themselves."""

    events: dict[str, Row]
    dropped: dict[str, Row]


def stand(events: Mapping[str, Row], corrections: Corrections | None) -> Standing:
    """Return the events of a run with all corrections of events.

    The tables may have been written before or after a line was added: one that does not fit the row has been applied.

    Raises:
        ConfigurationError: a value is not allowed in its field.
    """
    rows, dropped = dict(events), {}
    for item in corrections.of_events if corrections else ():
        row = rows.get(item.target)
        if row is None:
            continue
        if item.action == "drop":
            if signature(row) == item.expected:
                dropped[item.target] = rows.pop(item.target)
        elif cell(row[item.field]) == item.expected:
            try:
                rows[item.target] = row | correct(row, item.field, item.value) | {"is_corrected": True}
            except ValueError as error:
                path = corrections.path if corrections else ""
                raise ConfigurationError(f"{path} line {item.line}: {item.field}: {error}.") from error
    return Standing(rows, dropped)


def pair_of(row: Row) -> Pair:
    """Return the identifiers of supplier and recipient."""
    return str(row["supplier_id"]), str(row["recipient_id"])


def told_of(transfer_id: str, group: Group, events: Mapping[str, Row]) -> Row:
    """Return the row of `transfers` that a group of events gives."""
    alone = {name: name for member in group if (name := str(events[member.event_id]["article_id"]))}
    return dict(settle({transfer_id: group}, events, alone)[0][0])


def transfer_signature(transfer: Row) -> str:
    """Return SUPPLIER RECIPIENT SYSTEM of a row of `transfers`."""
    return " ".join(str(transfer[name]) for name in ("supplier_id", "recipient_id", "system_id"))


@dataclass
class Joiner:
    """Joins events anew, as a run does; the transfers of two parties of whom no event has changed are kept."""

    _kept: dict[Pair, tuple[list[Row], dict[str, Group]]] = field(default_factory=dict)

    def _of_pair(self, pair: Pair, rows: list[Row]) -> dict[str, Group]:
        before, groups = self._kept.get(pair, ([], {}))
        if len(before) != len(rows) or any(one is not other for one, other in zip(before, rows, strict=True)):
            groups = join_events(rows)
            self._kept[pair] = rows, groups
        return groups

    def beside(self, row: Row, events: Mapping[str, Row], corrections: Corrections | None) -> dict[str, Group]:
        """Return the transfers of the parties of an event, as far as the corrections of transfers fit."""
        pair = pair_of(row)
        if not corrections or not corrections.of_transfers:
            return self._of_pair(pair, [other for other in events.values() if pair_of(other) == pair])
        groups = regroup(self._all(events), events, corrections, of_later=True)
        return {
            name: group for name, group in groups.items() if any(pair_of(events[m.event_id]) == pair for m in group)
        }

    def _all(self, events: Mapping[str, Row]) -> dict[str, Group]:
        pairs: dict[Pair, list[Row]] = defaultdict(list)
        for row in events.values():
            pairs[pair_of(row)].append(row)
        return {name: group for pair, rows in pairs.items() for name, group in self._of_pair(pair, rows).items()}

    def fault(self, events: Mapping[str, Row], corrections: Corrections | None) -> str | None:
        """Return what the next run will say against the corrections of transfers; None where they all fit."""
        if not corrections or not corrections.of_transfers:
            return None
        try:
            regroup(self._all(events), events, corrections)
        except ConfigurationError as error:
            return str(error)
        return None

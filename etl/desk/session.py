"""One reviewer at the desk: what stands, what is decided, and what can be taken back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from etl.desk import decisions as kept
from etl.desk.choices import RefusedError, corrected
from etl.desk.decisions import BLIND_COLUMNS, Decision, cell, signature
from etl.desk.ledger import Ledger
from etl.desk.queue import Entry, queue
from etl.desk.standing import Joiner, Standing, stand, told_of, transfer_signature
from etl.desk.tables import Row, Tables, read_tables, written_at
from etl.errors import ConfigurationError
from etl.identifiers import stable_id
from etl.merge.transfers import Group
from etl.review.corrections import COLUMNS, Corrections, read_corrections
from etl.review.fields import FIELDS

REVIEWED = "reviewed.csv"
"""Name of the file of decisions, beside that of the corrections."""
_LONGEST_WHO, _LONGEST_WHY = 100, 1000
_Line = dict[str, str]


@dataclass(frozen=True)
class _Done:
    """A decision of this sitting: the row, what was added to which file, and the tables that it was made on."""

    event_id: str
    added: list[tuple[Ledger, bytes]]
    tables: Tables


def _one_line(text: str, longest: int) -> str:
    return " ".join(text.split())[:longest]


class Session:
    """A sitting of one reviewer.

    Attributes:
        who: the reviewer's name; empty until it is given.
        is_blind: True where decisions go to the reviewer's own file alone, and those of others are not looked at.
    """

    def __init__(self, tables: Tables, corrections: Path, *, who: str = "", blind: Path | None = None) -> None:
        self.tables = tables
        self.who = _one_line(who, _LONGEST_WHO)
        self.is_blind = blind is not None
        self._corrections = Ledger(corrections, COLUMNS)
        self._reviewed = (
            Ledger(blind, BLIND_COLUMNS) if blind else Ledger(corrections.with_name(REVIEWED), kept.COLUMNS)
        )
        self._joiner = Joiner()
        self._done: list[_Done] = []
        self._seen: object = None
        self._queue: list[Entry] = []
        self._is_queue_old = True
        self.decided: dict[str, Decision] = {}
        self.corrections: Corrections | None = None
        self.standing = Standing({}, {})
        self.refresh()

    @property
    def files(self) -> tuple[Path, ...]:
        """The files to which this sitting writes."""
        return (self._reviewed.path,) if self.is_blind else (self._corrections.path, self._reviewed.path)

    def refresh(self) -> None:
        """Read tables and files of decisions again where they have changed: a run, or others at their desks, may write to them.

        Raises:
            ConfigurationError: one of them is not of its form, or a run is just putting its tables in place.
        """
        # Who codes blind does not see corrections at all.
        files = [self._reviewed.content(), b"" if self.is_blind else self._corrections.content()]
        seen = (written_at(self.tables.folder), *files)
        if seen == self._seen:
            return
        if seen[0] != self.tables.written:
            self.tables = read_tables(self.tables.folder)
            self._queue = []
        self.decided = kept.latest(kept.read_decisions(self._reviewed.path, is_blind=self.is_blind))
        if not self.is_blind:
            path = self._corrections.path
            self.corrections = read_corrections(path) if path.is_file() else None
        self.standing = stand(self.tables.events, self.corrections)
        self._seen, self._is_queue_old = seen, True

    def queue(self) -> list[Entry]:
        """Return all rows, those that are dropped included, the most doubtful first."""
        self.refresh()
        if self._is_queue_old:
            rows = [*self.standing.events.values(), *self.standing.dropped.values()]
            self._queue, self._is_queue_old = queue(rows, self.tables, self.decided, self._queue), False
        return self._queue

    def row(self, event_id: str) -> Row:
        """Return a row as it stands.

        Raises:
            RefusedError: there is no such row.
        """
        row = self.standing.events.get(event_id) or self.standing.dropped.get(event_id)
        if row is None:
            raise RefusedError(f"there is no event {event_id!r} in {self.tables.folder}.")
        return row

    def version(self, row: Row) -> str:
        """Return a short mark that changes with any field that can be corrected."""
        return stable_id(row["event_id"] in self.standing.dropped, *(cell(row[name]) for name in FIELDS))

    def transfers(self, row: Row) -> dict[str, Group]:
        """Return the transfers of the parties of a row, each with its events."""
        return self._joiner.beside(row, self.standing.events, self.corrections)

    def transfer_of(self, row: Row) -> tuple[str, Group] | None:
        """Return the transfer to which a row belongs; None where the row is dropped."""
        own = str(row["event_id"])
        found = ((name, group) for name, group in self.transfers(row).items() if own in {m.event_id for m in group})
        return next(found, None)

    def _named(self) -> None:
        if not self.who:
            raise RefusedError("nobody has said who decides. Enter your name first.")

    def _why(self, why: str) -> str:
        if not (told := _one_line(why, _LONGEST_WHY)):
            raise RefusedError("a reason is needed. Say what the text tells.")
        return told

    def _line(self, action: str, target: str, why: str, **more: str) -> _Line:
        line = {"who": self.who, "when": date.today().isoformat(), "action": action, "target": target, "why": why}
        return dict.fromkeys(COLUMNS, "") | line | more

    def decide(self, event_id: str, decision: str, changes: Mapping[str, str], why: str) -> None:
        """Accept, correct or reject a row, and write it down.

        Args:
            event_id: the row.
            decision: one of `DECISIONS`.
            changes: for `correct`, field -> new value.
            why: the reason; needed but for `accept`.

        Raises:
            RefusedError: it cannot be written: no name, no reason, a value that is not allowed, or it breaks what was decided before.
        """
        self._named()
        self.refresh()
        row = self.row(event_id)
        if event_id in self.standing.dropped:
            raise RefusedError("the row is rejected already. Take that back first.")
        after, lines = row, []
        if decision == "correct":
            told = self._why(why)
            after, changed = corrected(row, changes)
            if not changed:
                raise RefusedError("nothing was changed. Change a field, or accept the row.")
            lines = [
                self._line("change", event_id, told, field=field, expected=old, value=new)
                for field, old, new in changed
            ]
        elif decision == "reject":
            lines = [self._line("drop", event_id, self._why(why), expected=signature(row))]
        elif decision != "accept":
            raise RefusedError(f"decision {decision!r} is none of {', '.join(kept.DECISIONS)}.")
        fields = {name: "" if decision == "reject" else cell(after[name]) for name in FIELDS}
        reviewed = {
            "who": self.who, "when": date.today().isoformat(), "event_id": event_id,
            "article_id": str(row["article_id"]), "decision": decision, "expected": signature(after), **fields,
        }  # fmt: skip
        # The correction first: should the desk be killed in between, the row is shown once more, corrected.
        done = [] if self.is_blind or not lines else [(self._corrections, self._correct(lines))]
        done.append((self._reviewed, self._reviewed.add([reviewed])))
        self._done.append(_Done(event_id, done, self.tables))
        self.refresh()

    def split(self, event_id: str, apart: Iterable[str], why: str) -> None:
        """Make some events of a row's transfer a transfer of their own.

        Raises:
            RefusedError: as `decide` does, or they are none or all of its events.
        """
        own_id, group = self._own(event_id)
        chosen = set(apart)
        members = [member.event_id for member in group]
        if not chosen or not chosen < set(members):
            raise RefusedError(f"choose some, but not all, of the {len(members)} events of the transfer.")
        self._regroup("split", event_id, own_id, group, " ".join(name for name in members if name in chosen), why)

    def join(self, event_id: str, other: str, why: str) -> None:
        """Make a row's transfer one with another.

        Raises:
            RefusedError: as `decide` does, or there is no such other transfer.
        """
        own_id, group = self._own(event_id)
        if not other.strip() or other.strip() == own_id:
            raise RefusedError("choose another transfer to join this one with.")
        self._regroup("join", event_id, own_id, group, other.strip(), why)

    def _own(self, event_id: str) -> tuple[str, Group]:
        self._named()
        if self.is_blind:
            raise RefusedError("transfers are not split or joined while rows are coded blind.")
        self.refresh()
        found = self.transfer_of(self.row(event_id))
        if found is None:
            raise RefusedError("the row is rejected, and belongs to no transfer.")
        return found

    def _regroup(self, action: str, event_id: str, own_id: str, group: Group, value: str, why: str) -> None:
        expected = transfer_signature(told_of(own_id, group, self.standing.events))
        line = self._line(action, own_id, self._why(why), expected=expected, value=value)
        self._done.append(_Done(event_id, [(self._corrections, self._correct([line]))], self.tables))
        self.refresh()

    def _correct(self, lines: list[_Line]) -> bytes:
        return self._corrections.add(lines, self._check)

    def _check(self, aside: Path) -> None:
        """Raise where the next run would end at the corrections as they would be, and does not at those that stand."""
        after = replace(read_corrections(aside), path=self._corrections.path)
        fault = self._joiner.fault(stand(self.tables.events, after).events, after)
        if fault and fault != self._joiner.fault(self.standing.events, self.corrections):
            raise RefusedError(f"the next run would end there: {fault}")

    def undo(self) -> str:
        """Take back the last decision of this sitting, and return the row that it was about.

        Raises:
            RefusedError: there is none left, or others have built on it.
        """
        if not self._done:
            raise RefusedError("nothing was decided in this sitting that could be taken back.")
        self.refresh()
        done = self._done[-1]
        if self._corrections in dict(done.added) and done.tables is not self.tables:
            raise RefusedError("a run has applied it since. Correct the row anew, or delete the line and run again.")
        # The correction first: should it be refused or the desk be killed there, the row is open again or as it was.
        for ledger, added in done.added:
            since = ledger.content().rpartition(added)[2]
            if done.event_id.encode() in since:
                raise RefusedError(f"somebody has decided about the row since. Mend {ledger.path} by hand.")
            try:
                ledger.take_back(added, self._check if ledger is self._corrections else lambda _: None)
            except ConfigurationError as error:
                raise RefusedError(str(error)) from error
        self._done.pop()
        self.refresh()
        return done.event_id

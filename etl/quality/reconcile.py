"""Compares the transfers with a register of others: what both have, what contradicts, what only one of them has.

Nothing of the register's text goes into the result: row numbers, identifiers, years and numbers alone.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from etl.quality.pairing import BEGINNINGS, DELIVERIES, Pair, Row, Transfer, compare, read_transfer
from etl.quality.registers import Deal, Register
from schemas.codes import codes, lookup

COLUMNS = (
    "verdict", "transfer_id", "register_row", "n_register_rows", "supplier_id", "recipient_id", "system_id",
    "register_system_id", "contradicts", "order_year", "register_order_year", "delivery_years",
    "register_delivery_years", "quantity", "register_quantity", "score", "reason", "unresolved",
)  # fmt: skip
_WHOLE = ("register_row", "n_register_rows", "register_order_year", "register_quantity")
_ROWS_LISTED = 20


def _rows(frame: pd.DataFrame) -> list[Row]:
    names = [str(name) for name in frame.columns]
    plain = frame.astype(object).where(frame.notna(), None)
    return [dict(zip(names, values, strict=True)) for values in plain.itertuples(index=False, name=None)]


def _told_statuses(row: Row) -> set[str]:
    return {status for status in codes("status") if row[f"{status}_date"] is not None} | {row["status_latest"]}


def _outside(row: Row, register: Register) -> str | None:
    """Why the register cannot have such a transfer at all; None where it can."""
    statuses = _told_statuses(row)
    if row["assertion"] == "denied":
        return "denied by its reports"
    if row[register.category_column] in {None, "unspecified"}:
        return "equipment without a category of the register"
    if register.name == "unroca" and not statuses & set(DELIVERIES):
        return "no delivery told"
    if not statuses & {"ordered", *DELIVERIES, *BEGINNINGS.get(register.name, ())}:
        return "no order or delivery told"
    return None


@dataclass(frozen=True)
class Coverage:
    """What a register file covers, read off its entries: the parties, where it is cut to one, and the years."""

    suppliers: frozenset[str | None]
    recipients: frozenset[str | None]
    common: frozenset[str | None]
    delivered: tuple[int, int] | None
    ordered: tuple[int, int] | None


def _span(years: list[int]) -> tuple[int, int] | None:
    return (min(years), max(years)) if years else None


def _coverage(deals: Sequence[Deal]) -> Coverage:
    pairs = {(deal.supplier_id, deal.recipient_id) for deal in deals}
    return Coverage(
        frozenset(supplier for supplier, _ in pairs),
        frozenset(recipient for _, recipient in pairs),
        frozenset.intersection(*map(frozenset, pairs)) if pairs else frozenset(),
        _span([year for deal in deals for year in deal.delivery_years]),
        _span([deal.order_year for deal in deals if deal.order_year is not None]),
    )


def _uncovered(transfer: Transfer, covered: Coverage) -> str | None:
    """Why the file does not cover a transfer: it is cut to another party, or to other years; None where it does."""
    supplier, recipient = transfer.parties
    sides = ((supplier, covered.suppliers), (recipient, covered.recipients))
    is_cut = any(len(parties) == 1 and party not in parties for party, parties in sides)
    if is_cut or (covered.common and not covered.common & {supplier, recipient}):
        return "the register file has another party alone"
    for years, known in ((transfer.delivery, covered.delivered), (transfer.order, covered.ordered)):
        if years and known:
            is_outside = years.high < known[0] or years.low > known[1]
            return "outside the years of the register file" if is_outside else None
    return None


def _assign(pairs: Iterable[Pair]) -> list[Pair]:
    """Pairs one to one, the best score first; among equals the first row of the file, then the first identifier."""
    chosen: list[Pair] = []
    taken: set[object] = set()
    for pair in sorted(pairs, key=lambda item: (-item.score, item.deal.row, item.transfer.row["transfer_id"])):
        sides = {pair.deal.row, pair.transfer.row["transfer_id"]}
        if not sides & taken:
            chosen.append(pair)
            taken |= sides
    return chosen


def _match(transfers: Sequence[Transfer], deals: Sequence[Deal], column: str) -> list[Pair]:
    blocks: dict[tuple[str | None, str | None], list[Deal]] = defaultdict(list)
    for deal in deals:
        blocks[deal.supplier_id, deal.recipient_id].append(deal)
    pairs = (compare(transfer, deal, column) for transfer in transfers for deal in blocks.get(transfer.parties, ()))
    return _assign(pair for pair in pairs if pair)


def _interval(low: int | None, high: int | None) -> str | None:
    """An interval of numbers in words: `24`, `10-24`, `400-` where no bound is told."""
    if low is None and high is None:
        return None
    return str(low) if low == high else f"{low or 0}-{'' if high is None else high}"


def _told(transfer: Transfer) -> Row:
    """The columns of a transfer in the result."""
    return {
        "transfer_id": transfer.row["transfer_id"],
        "supplier_id": transfer.row["supplier_id"],
        "recipient_id": transfer.row["recipient_id"],
        "system_id": transfer.row["system_id"],
        "order_year": str(transfer.order) if transfer.order else None,
        "delivery_years": str(transfer.delivery) if transfer.delivery else None,
        "quantity": _interval(*transfer.quantity),
    }


def _listed(deal: Deal) -> Row:
    """The columns of an entry of the register in the result."""
    return {
        "register_row": deal.row,
        "n_register_rows": deal.n_rows,
        "supplier_id": deal.supplier_id,
        "recipient_id": deal.recipient_id,
        "register_system_id": deal.system_id,
        "register_order_year": deal.order_year,
        "register_delivery_years": "|".join(map(str, deal.delivery_years)) or None,
        "register_quantity": deal.quantity,
        "unresolved": "|".join(deal.unresolved) or None,
    }


def _left_deal(deal: Deal) -> Row:
    if not deal.is_arms:
        verdict, reason = "out_of_scope", "not about weapons or equipment"
    elif deal.supplier_id is None or deal.recipient_id is None:
        verdict, reason = "unresolved", "a party is not known to the reference tables"
    else:
        verdict, reason = "only_there", "no transfer fits"
    return _listed(deal) | {"verdict": verdict, "reason": reason}


def _left_transfer(transfer: Transfer, reason: str | None) -> Row:
    verdict = "out_of_scope" if reason else "only_here"
    return _told(transfer) | {"verdict": verdict, "reason": reason or "no entry of the register fits"}


def reconcile(transfers: pd.DataFrame, register: Register) -> pd.DataFrame:
    """Return the comparison of transfers with a register: one row for each pair, and for each that is in no pair.

    Two are one deal where the parties are the same, the equipment is the same, a variant, or a general word for it, and the
    orders lie within two years or the deliveries overlap. Each is paired once, the best score first.

    Columns: `verdict`, a code of `schemas/codes/verdict.csv`; `transfer_id`; `register_row`, the row in the file (the first of
    `n_register_rows`); the parties; `system_id` and `register_system_id`; `contradicts`, the fields that both tell for sure
    and differently, joined with `|`; `order_year`, `delivery_years`, `quantity` of the transfer as year or interval, and the
    same of the register; `score` from 0 to 1: half the equipment, three tenths the years, two tenths the numbers; `reason`;
    `unresolved`, the fields of the register's row that the reference tables do not know.

    Args:
        transfers: rows of `transfers`.
        register: what `etl.quality.registers.read_register` returned.
    """
    known = [read_transfer(row, register.name) for row in _rows(transfers)]
    reasons = {transfer.row["transfer_id"]: _outside(transfer.row, register) for transfer in known}
    deals = [deal for deal in register.deals if deal.is_arms and deal.supplier_id and deal.recipient_id]
    inside = [transfer for transfer in known if not reasons[transfer.row["transfer_id"]]]
    pairs = _match(inside, deals, register.category_column)
    covered = _coverage(deals)
    paired = {pair.transfer.row["transfer_id"] for pair in pairs} | {pair.deal.row for pair in pairs}
    rows = [
        _listed(pair.deal)
        | _told(pair.transfer)
        | {
            "verdict": "contradicting" if pair.contradicts else "matched",
            "contradicts": "|".join(pair.contradicts) or None,
            "score": pair.score,
            "reason": pair.reason,
        }
        for pair in pairs
    ]
    rows += [
        _left_transfer(transfer, reasons[transfer.row["transfer_id"]] or _uncovered(transfer, covered))
        for transfer in known
        if transfer.row["transfer_id"] not in paired
    ]
    rows += [_left_deal(deal) for deal in register.deals if deal.row not in paired]
    return _frame(rows)


def _frame(rows: list[Row]) -> pd.DataFrame:
    """The rows in their order: verdicts as the code list has them, then parties, then the file."""
    place = {code: number for number, code in enumerate(codes("verdict"))}
    rows.sort(key=lambda row: (place[row["verdict"]], row["supplier_id"] or "", row["recipient_id"] or "",
                               row.get("register_row", 0), row.get("transfer_id", "")))  # fmt: skip
    frame = pd.DataFrame([[row.get(name) for name in COLUMNS] for row in rows], columns=list(COLUMNS), dtype=object)
    for name in COLUMNS:
        frame[name] = frame[name].astype("Int64" if name in _WHOLE else "Float64" if name == "score" else "str")
    return frame


def summarise(frame: pd.DataFrame) -> str:
    """Return a comparison as a small table for the command line.

    For each verdict the number of transfers and of entries of the register, with their share of those that can be
    compared; then the fields that contradict, and the rows of the file with names that are not known.

    Args:
        frame: what `reconcile` returned.
    """
    sides = {"transfers": frame[frame["transfer_id"].notna()], "register": frame[frame["register_row"].notna()]}
    lines = [f"{'':<16}" + "".join(f"{side:>10}{'share':>9}" for side in sides)]
    for verdict, label in lookup("verdict", "label").items():
        cells = []
        for rows in sides.values():
            count = int((rows["verdict"] == verdict).sum())
            compared = int((~rows["verdict"].isin(["out_of_scope", "unresolved"])).sum())
            is_compared = verdict not in {"out_of_scope", "unresolved"} and compared
            cells.append(f"{count:>10,}" + (f"{count / compared:>8.1%} " if is_compared else " " * 9))
        lines.append(f"{label:<16}{''.join(cells)}".rstrip())
    fields = Counter(name for cell in frame["contradicts"].dropna() for name in cell.split("|"))
    if fields:
        lines.append("contradicts: " + ", ".join(f"{name} {count:,}" for name, count in sorted(fields.items())))
    unknown: dict[str, list[int]] = defaultdict(list)
    for row, cell in zip(frame["register_row"].tolist(), frame["unresolved"].tolist(), strict=True):
        for name in str(cell).split("|") if pd.notna(cell) else ():
            unknown[name].append(row)
    for name, numbers in sorted(unknown.items()):
        listed = ", ".join(map(str, sorted(numbers)[:_ROWS_LISTED])) + (", ..." if len(numbers) > _ROWS_LISTED else "")
        lines.append(f"{name} not known: {len(numbers):,} (rows {listed})")
    return "\n".join(lines)

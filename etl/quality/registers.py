"""Reads the registers of others: SIPRI's trade register, the UN Register, the Ukraine Support Tracker, as CSV files.

Which register a file is, its columns tell; their names stand in `etl/reference/register_columns.csv`. Names of parties and
equipment are looked up in the reference tables, and what they do not know is told with its row.
"""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import islice
from pathlib import Path

from etl.errors import ConfigurationError
from etl.reference import Entry, default_matcher, entries, kinds
from etl.reference.lookup import look_up
from etl.reference.names import fold
from etl.reference.tables import category_of, read_csv, split_cell
from schemas.codes import lookup

CATEGORY_COLUMNS = {"sipri": "sipri_category", "unroca": "unroca_category", "kiel": "system_category"}
"""Register -> the column of `transfers` that holds its categories."""
_CELL_LIMIT = 100_000
_HEADER_ROWS = 60
"""Rows among which the header must stand; the exports of SIPRI have some eleven lines of text before it."""
_PARTY_TABLES = frozenset({"states", "groups", "organisations"})
_YEAR = r"(?<!\d)(?:19|20)\d\d(?!\d)"
_YEARS = re.compile(rf"({_YEAR})\s*[-\u2013]\s*({_YEAR})|({_YEAR})")
_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+|\d+(?:\.0+)?")
_DOUBT = re.compile(r"[()?~]")
_NO_PARTY = re.compile(r"\W*(?:unknown|multiple|unspecified|not specified)\b", re.IGNORECASE)
_ROMAN = re.compile(r"\W*(?:category\s+)?(VIII|VII|VI|IV|V|III|II|I|[1-8])\b", re.IGNORECASE)
_NUMERALS = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII")
_EQUIPMENT = re.compile(r"weapon|equipment|ammunition", re.IGNORECASE)

Cells = Mapping[str, str]
"""Field -> the cell of a row."""
Columns = Mapping[str, tuple[tuple[str, ...], bool]]
"""Field -> the column names under which it may stand, and whether a file must have it."""


@dataclass(frozen=True, kw_only=True)
class Deal:
    """One entry of a register.

    Attributes:
        row: number of its row in the file, counted from 1 with header and preamble; of the first where it has several.
        n_rows: rows of the file that were joined, such as the years of one deal.
        supplier_id: None where the name is not known to the reference tables.
        system_id: a designation or a general word; None where neither is known.
        category: code in the register's own scheme (for the Tracker, in ours).
        order_year: calendar year of the order, or of the announcement.
        quantity: items delivered, or announced; None where none or no single number is told.
        designation: the words of the register for the equipment; they are not to be passed on.
        unresolved: fields whose words are not known.
        is_arms: False for a row that is not about weapons or equipment.
    """

    row: int
    n_rows: int = 1
    supplier_id: str | None
    recipient_id: str | None
    system_id: str | None
    category: str | None
    order_year: int | None = None
    is_order_estimate: bool = False
    delivery_years: tuple[int, ...] = ()
    is_delivery_estimate: bool = False
    quantity: int | None = None
    is_quantity_estimate: bool = False
    designation: str = field(default="", repr=False)
    unresolved: tuple[str, ...] = ()
    is_arms: bool = True


@dataclass(frozen=True)
class Register:
    """A register file.

    Attributes:
        name: sipri, unroca or kiel.
        deals: its entries, in the order of the file.
    """

    name: str
    deals: tuple[Deal, ...]

    @property
    def category_column(self) -> str:
        """The column of `transfers` that holds the register's categories."""
        return CATEGORY_COLUMNS[self.name]


@cache
def layouts() -> dict[str, Columns]:
    """Return the layouts of register files that are known: layout -> field -> its column names, and whether it must be there."""
    found: dict[str, dict[str, tuple[tuple[str, ...], bool]]] = defaultdict(dict)
    for row in read_csv("register_columns"):
        found[row["register"]][row["field"]] = (split_cell(row["columns"]), row["required"] == "yes")
    return dict(found)


def _plain(text: str) -> str:
    return " ".join(fold(text).split())


def _places(columns: Columns, header: Sequence[str]) -> dict[str, int] | None:
    """Field -> place of its cell, or None where a field that must be there is not."""
    cells = [_plain(cell) for cell in header]
    places = {}
    for name, (names, is_required) in columns.items():
        place = next((cells.index(form) for form in map(_plain, names) if form in cells), None)
        if place is not None:
            places[name] = place
        elif is_required:
            return None
    return places


def _decode(path: Path) -> str:
    if not path.is_file():
        raise ConfigurationError(f"register {path} does not exist. Name a file that you exported as CSV.")
    data = path.read_bytes()
    if b"\0" in data:
        raise ConfigurationError(
            f"register {path} is no text. Open it in a spreadsheet and save its main sheet as CSV in UTF-8."
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    """The records of a file; csv.Error where a cell is so long that its quote cannot have been closed."""
    csv.field_size_limit(_CELL_LIMIT)
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _head(text: str, delimiter: str) -> list[list[str]]:
    """The rows among which the header stands, up to one of which the delimiter makes no sense."""
    head: list[list[str]] = []
    try:
        head.extend(islice(_records(text, delimiter), _HEADER_ROWS))
    except csv.Error:  # the wrong delimiter, or a fault that reading the whole file will tell
        return head
    return head


def _header(path: Path, text: str) -> tuple[str, int, str, dict[str, int]]:
    """Delimiter, number of the header's row, layout, and the place of each field."""
    found: list[tuple[int, str, int, str, dict[str, int]]] = []
    widest: tuple[int, list[str]] = (1, [])
    for delimiter in (",", ";", "\t"):
        for number, header in enumerate(_head(text, delimiter), start=1):
            widest = max(widest, (number, header), key=lambda item: len(item[1]))
            for layout, columns in layouts().items():
                if places := _places(columns, header):
                    found.append((len(places), delimiter, number, layout, places))
    if found:
        return max(found, key=lambda item: item[0])[1:]
    expected = "; ".join(
        f"{layout}: {', '.join(names[0] for names, is_required in columns.values() if is_required)}"
        for layout, columns in layouts().items()
    )
    raise ConfigurationError(
        f"register {path}: its columns fit no known register. Row {widest[0]} has {widest[1][:30]}; expected are, for {expected}. "
        "Export it anew, or add its column names to etl/reference/register_columns.csv."
    )


def _cell(record: Sequence[str], place: int) -> str:
    """A cell; empty where the row is too short, and where it holds only a mark for what is not known."""
    cell = record[place].strip() if place < len(record) else ""
    return cell if any(map(str.isalnum, cell)) else ""


def _rows(path: Path) -> tuple[str, list[tuple[int, dict[str, str]]]]:
    """The layout of a file, and its rows: number and cells by field."""
    text = _decode(path)
    delimiter, header, layout, places = _header(path, text)
    try:
        records = list(_records(text, delimiter))
    except csv.Error as error:
        raise ConfigurationError(f"register {path}: {error}. Save it anew as CSV with its cells quoted.") from error
    rows = [
        (number, {name: _cell(record, place) for name, place in places.items()})
        for number, record in enumerate(records[header:], start=header + 1)
        if any(cell.strip() for cell in record)
    ]
    if not rows:
        raise ConfigurationError(f"register {path}: row {header} is its header, and no row follows. Export it anew.")
    return layout, rows


@cache
def _printed_names() -> dict[str, str]:
    """Names of parties as registers print them -> the party."""
    states = {_plain(row["sipri_name"]): row["id"] for row in read_csv("states") if row["sipri_name"]}
    others = {_plain(row["name"]): row["id"] for row in read_csv("register_names")}
    return {name: entries()[entry].party_id for name, entry in (states | others).items()}


@cache
def _party(text: str) -> str | None:
    """The party of a name. SIPRI marks an armed group by one asterisk and an organisation by two: no state is taken for them."""
    if _NO_PARTY.match(text):
        return "unknown"
    if printed := _printed_names().get(_plain(text)):
        return printed
    name = text.rstrip("* ")
    stars = len(text.strip()) - len(name.strip())
    tables = {0: _PARTY_TABLES, 1: frozenset({"groups"})}.get(stars, frozenset({"organisations"}))
    tried = [found.entry for form in (name, re.sub(r"\([^)]*\)", "", name)) for found in look_up(form)]
    return next((entry.party_id for entry in tried if entry.table in tables), None)


@cache
def _equipment(text: str) -> tuple[Entry, ...]:
    """Equipment that a name can mean, the likeliest first."""
    return tuple(found.entry for found in look_up(text) if not found.entry.is_actor) if text else ()


def _register_category(entry: Entry, column: str) -> str | None:
    if column == "system_category" or not entry.kind:
        return category_of(entry)
    kind = kinds()[entry.kind]
    return kind.sipri_category if column == "sipri_category" else kind.unroca_category


def _system(cells: Cells, category: str | None, column: str) -> Entry | None:
    """The equipment of a row: its designation, the one that its explanation names, or the word for its kind.

    Where a name can mean several, the first that is of the row's category.
    """
    for known in (
        _equipment(cells.get("designation", "")),
        _named(cells.get("explanation", "")),
        _equipment(cells.get("kind", "")),
    ):
        if known:
            fitting = [entry for entry in known if category in (None, _register_category(entry, column))]
            return (fitting or list(known))[0]
    return None


def _named(text: str) -> tuple[Entry, ...]:
    """The one designation that a text names; none where it names several."""
    found = {match.entry.id for match in default_matcher().find(text) if match.entry.specificity == "designation"}
    return tuple(entries()[name] for name in found) if len(found) == 1 else ()


@cache
def _category(text: str, scheme: str) -> str | None:
    """The code of a category by its label; in the UN Register also by its numeral or a word for its kind."""
    labels = {_plain(label): code for code, label in lookup(scheme, "label").items()}
    if scheme == "unroca_category" and (numeral := _ROMAN.match(text)):
        code = numeral.group(1).upper()
        code = _NUMERALS[int(code) - 1] if code.isdecimal() else code
        return "SALW" if code == "VIII" else code
    if known := labels.get(_plain(text)):
        return known
    found = (_register_category(entry, scheme) for entry in _equipment(text)) if scheme == "unroca_category" else ()
    return next((code for code in found if code), None)


def _years(text: str) -> tuple[int, ...]:
    years: set[int] = set()
    for first, last, single in _YEARS.findall(text):
        years.update(range(int(first), int(last) + 1) if first else [int(single)])
    return tuple(sorted(years))


def _number(text: str) -> int | None:
    plain = _DOUBT.sub("", text).strip()
    return int(plain.replace(",", "").split(".")[0]) if _NUMBER.fullmatch(plain) else None


def _is_estimate(cells: Cells, value: str, flag: str) -> bool:
    return cells.get(flag, "").lower() in {"yes", "true", "1"} or bool(_DOUBT.search(cells.get(value, "")))


def _parties(cells: Cells) -> tuple[str, str]:
    """The words for supplier and recipient; a national return has its own state on one side."""
    if "reporter" not in cells:
        return cells["supplier"], cells.get("recipient", "Ukraine")  # the Tracker has aid to Ukraine alone
    pair = (cells["reporter"], cells["partner"])
    return pair[::-1] if cells["direction"].lower().startswith("im") else pair


def _is_arms(cells: Cells) -> bool:
    """False for money, refugees and humanitarian goods in the Tracker; the other registers hold arms alone."""
    if "type" not in cells:
        return True
    terms = cells.get("terms", "")
    return "military" in cells["type"].lower() and (not terms or bool(_EQUIPMENT.search(terms)))


def _deal(row: int, cells: Cells, register: str) -> Deal:
    """One row of a file, resolved."""
    column = CATEGORY_COLUMNS[register]
    words = _parties(cells)
    supplier, recipient = (_party(name) if name else None for name in words)
    category = _category(cells["category"], column) if cells.get("category") else None
    entry = _system(cells, category, column)
    named = _equipment(cells.get("designation", ""))
    lacks = {
        "supplier": supplier is None,
        "recipient": recipient is None,
        "category": category is None and bool(cells.get("category")),
        "designation": bool(cells.get("designation")) and not named,
    }
    order = _years(cells.get("order_year", "") or cells.get("announced", ""))
    return Deal(
        row=row,
        supplier_id=supplier,
        recipient_id=recipient,
        system_id=entry.id if entry else None,
        category=category or (category_of(entry) if entry and register == "kiel" else None),
        order_year=order[0] if order else None,
        is_order_estimate=_is_estimate(cells, "order_year", "order_estimate"),
        delivery_years=_years(cells.get("delivery_year", "")),
        is_delivery_estimate=_is_estimate(cells, "delivery_year", "delivery_estimate"),
        quantity=_number(cells.get("quantity", "")),
        is_quantity_estimate=_is_estimate(cells, "quantity", "quantity_estimate"),
        designation=cells.get("designation", "") or cells.get("kind", ""),
        unresolved=tuple(name for name, is_lacking in lacks.items() if is_lacking),
        is_arms=_is_arms(cells),
    )


def _same_entry(register: str, cells: Cells, deal: Deal) -> tuple[object, ...]:
    """What the rows of one entry share: SIPRI's deal, or what exporter and importer report to the UN of the same year."""
    if register == "sipri" and cells.get("deal"):
        return (cells["deal"], deal.supplier_id, deal.recipient_id, deal.designation)
    if register == "unroca" and cells.get("direction"):
        equipment = deal.system_id or _plain(deal.designation)
        return (deal.supplier_id, deal.recipient_id, deal.category, deal.delivery_years, equipment)
    return (deal.row,)


def _total(parts: Iterable[tuple[str, Deal]]) -> int | None:
    """Items of all rows of an entry: the sum for each side that reports; None where a number is missing or the sides differ."""
    sides: dict[str, list[int | None]] = defaultdict(list)
    for side, deal in parts:
        sides[side].append(deal.quantity)
    sums = {sum(filter(None, numbers)) for numbers in sides.values() if None not in numbers}
    return sums.pop() if len(sums) == 1 else None


def _join(parts: Sequence[tuple[str, Deal]]) -> Deal:
    """One entry of the rows that share a deal."""
    deals = [deal for _, deal in parts]
    first = deals[0]
    return replace(
        first,
        n_rows=len(deals),
        delivery_years=tuple(sorted({year for deal in deals for year in deal.delivery_years})),
        is_delivery_estimate=any(deal.is_delivery_estimate for deal in deals),
        quantity=_total(parts),
        is_quantity_estimate=any(deal.is_quantity_estimate for deal in deals),
        unresolved=tuple(dict.fromkeys(name for deal in deals for name in deal.unresolved)),
    )


def read_register(path: Path) -> Register:
    """Return the entries of a register file, told apart by its columns.

    SIPRI's trade register as CSV (comma, or semicolon in older exports, with text before the header): rows of one deal are
    one entry. The UN Register: rows with exporter and importer, or returns of a state with its partner; what both sides
    report of a year is one entry. The Ukraine Support Tracker's main data: recipient Ukraine; rows that are not about
    weapons and equipment are kept, with `is_arms` False.

    Raises:
        ConfigurationError: no such file, no text, no rows, or columns of no known register.
    """
    layout, rows = _rows(path)
    name = layout.partition("_")[0]
    joined: dict[tuple[object, ...], list[tuple[str, Deal]]] = defaultdict(list)
    for row, cells in rows:
        deal = _deal(row, cells, name)
        joined[_same_entry(name, cells, deal)].append((cells.get("direction", "").lower(), deal))
    return Register(name, tuple(_join(parts) for parts in joined.values()))

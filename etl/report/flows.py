"""The picture of who supplies whom: bands from suppliers to recipients, as broad as their transfers are many (Sankey)."""

from collections import Counter, defaultdict

from etl.report.data import Row
from etl.report.figure import Figure, Linked, label, number, shape, tip

_MOST = 20
_WIDTH, _LEFT, _RIGHT = 380, 134, 246
_SLOT, _GAP = 15, 5
"""Least height of a party, so that its name has room, and what lies between two."""
_NODE = 6
_COLOURS = 6
Pair = tuple[str, str]


def flows_of(transfers: list[Row]) -> Counter[Pair]:
    """Return supplier and recipient -> number of transfers, without those that reports only deny or that do not name a party."""
    return Counter(
        (row["supplier_id"], row["recipient_id"])
        for row in transfers
        if row["assertion"] != "denied" and "unknown" not in (row["supplier_id"], row["recipient_id"])
    )


def largest(flows: Counter[Pair], most: int) -> list[tuple[Pair, int]]:
    """Return the largest flows, in the same order for the same numbers."""
    return sorted(flows.items(), key=lambda item: (-item[1], item[0]))[:most]


def party_names(transfers: list[Row]) -> dict[str, str]:
    """Return party -> the name that most rows give it."""
    told: dict[str, Counter[str]] = defaultdict(Counter)
    for row in transfers:
        for role in ("supplier", "recipient"):
            told[row[f"{role}_id"]][row[f"{role}_name"] or row[f"{role}_id"]] += 1
    return {party: min(names.items(), key=lambda item: (-item[1], item[0]))[0] for party, names in told.items()}


def linked(supplier: str, recipient: str) -> tuple[Linked, str]:
    """Return the cells of a flow, the first of which leads to its transfers."""
    return Linked(supplier, {"supplier": supplier, "recipient": recipient}), recipient


def left_out(transfers: list[Row]) -> str:
    """Return in a sentence which transfers no picture of flows holds; empty where it holds all."""
    denied = sum(row["assertion"] == "denied" for row in transfers)
    unnamed = sum(
        row["assertion"] != "denied" and "unknown" in (row["supplier_id"], row["recipient_id"]) for row in transfers
    )
    told = [
        f"{count:,} {what}" for count, what in ((unnamed, "of which a party is not named"), (denied, "that reports only deny")) if count
    ]  # fmt: skip
    return f"Left out are transfers: {', '.join(told)}. " if told else ""


def _places(totals: dict[str, int], order: list[str], unit: float) -> tuple[dict[str, float], float]:
    """Party -> the upper edge of its bar, and the height of all."""
    tops, y = {}, 0.0
    for party in order:
        height = totals[party] * unit
        slot = max(height, _SLOT)
        tops[party] = y + (slot - height) / 2
        y += slot + _GAP
    return tops, y - _GAP


def draw_flows(transfers: list[Row]) -> Figure:
    """Return the picture of the largest flows."""
    flows = flows_of(transfers)
    shown = largest(flows, _MOST)
    names = party_names(transfers)
    given: Counter[str] = Counter()
    got: Counter[str] = Counter()
    for (supplier, recipient), count in shown:
        given[supplier] += count
        got[recipient] += count
    total = sum(given.values())
    unit = min(12.0, 320 / total) if total else 1.0
    suppliers = sorted(given, key=lambda party: (-given[party], party))
    left, left_height = _places(given, suppliers, unit)
    # Recipients stand by where their bands come from, so that few of them cross.
    weight = {
        party: sum(left[pair[0]] * count for pair, count in shown if pair[1] == party) / got[party] for party in got
    }
    recipients = sorted(got, key=lambda party: (weight[party], party))
    right, right_height = _places(got, recipients, unit)
    height = max(left_height, right_height, 40.0)
    left = {party: y + (height - left_height) / 2 for party, y in left.items()}
    right = {party: y + (height - right_height) / 2 for party, y in right.items()}
    colour = {party: min(rank, _COLOURS) for rank, party in enumerate(suppliers)}
    parts = []
    begin, end = dict(left), dict(right)
    middle = (_LEFT + _RIGHT) / 2
    for (supplier, recipient), count in sorted(
        shown, key=lambda item: (suppliers.index(item[0][0]), right[item[0][1]])
    ):
        broad = count * unit
        y1, y2 = begin[supplier] + broad / 2, end[recipient] + broad / 2
        begin[supplier] += broad
        end[recipient] += broad
        curve = (
            f"M{_LEFT} {number(y1)}C{number(middle)} {number(y1)} {number(middle)} {number(y2)} {_RIGHT} {number(y2)}"
        )
        told = tip(f"{names[supplier]} to {names[recipient]}: {count:,}")
        parts.append(shape("path", told, d=curve, stroke_width=max(1.0, broad), kind=f"band line{colour[supplier]}"))
    for party in suppliers:
        broad = max(1.0, given[party] * unit)
        parts.append(
            shape(
                "rect", x=_LEFT - _NODE, y=left[party], width=_NODE, height=broad, kind=f"fill{min(colour[party], _COLOURS)}"
            )
        )  # fmt: skip
        parts.append(
            label(
                _LEFT - _NODE - 5, left[party] + broad / 2 + 4, f"{names[party]} {given[party]}", "label right", most=17
            )
        )
    for party in recipients:
        broad = max(1.0, got[party] * unit)
        parts.append(shape("rect", x=_RIGHT, y=right[party], width=_NODE, height=broad, kind="ink"))
        parts.append(label(_RIGHT + _NODE + 5, right[party] + broad / 2 + 4, f"{got[party]} {names[party]}", most=17))
    rest = sum(flows.values()) - total
    head = f"The {len(shown)} largest" if len(shown) < len(flows) else "All"
    note = f"Not drawn: {len(flows) - len(shown):,} smaller flows with {rest:,} transfers. " if rest else ""
    top = f" Largest: {names[shown[0][0][0]]} to {names[shown[0][0][1]]}, {shown[0][1]:,}." if shown else ""
    firm = Counter((row["supplier_id"], row["recipient_id"]) for row in transfers if row["tier"] == "firm" and row["assertion"] != "denied")  # fmt: skip
    return Figure(
        name="flows",
        title="Who supplies whom",
        told=f"{head} of {len(flows):,} flows: suppliers at the left, recipients at the right, the number of transfers beside them.{top}",
        svg="".join(parts),
        box=(0, -4, _WIDTH, round(height) + 8),
        head=("Supplier", "Recipient", "Transfers", "Firm"),
        rows=[(*linked(names[a], names[b]), count, firm[a, b]) for (a, b), count in largest(flows, 200)],
        note=note + left_out(transfers),
    )

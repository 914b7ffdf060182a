"""The map: arcs from suppliers to recipients over the shapes of the states.

The shapes stand in `world.csv`, one state a row: the place of its largest part and its outline as an SVG path, both in the Equal
Earth projection. They are those of Natural Earth 4.1 at 1:110 million, which is in the public domain; `tools/world_map.py` wrote them.
"""

import csv
import io
from functools import cache
from importlib.resources import files
from math import hypot, sqrt

from etl.reference import entries
from etl.report.data import Row
from etl.report.figure import Figure, number, shape, tip
from etl.report.flows import flows_of, largest, left_out, linked, party_names

_MOST = 60
_BOX = (60, 0, 1900, 890)


@cache
def _world() -> dict[str, dict[str, str]]:
    """State -> its row of `world.csv`."""
    told = (files("etl.report") / "world.csv").read_text(encoding="utf-8")
    return {row["id"]: row for row in csv.DictReader(io.StringIO(told))}


def place_of(party: str) -> tuple[int, int] | None:
    """Return where a party stands on the map: a state itself, a group in its area; None where it has no place."""
    entry = entries().get(party)
    for state in (party, *((entry.country or "", *entry.area) if entry else ())):
        if state in _world():
            return int(_world()[state]["x"]), int(_world()[state]["y"])
    return None


def _arc(start: tuple[int, int], end: tuple[int, int]) -> str:
    """A curve that bends to the left of its way, so that there and back are two."""
    (x1, y1), (x2, y2) = start, end
    bend = 0.18 if hypot(x2 - x1, y2 - y1) > 120 else 0.4
    x, y = (x1 + x2) / 2 + (y2 - y1) * bend, (y1 + y2) / 2 - (x2 - x1) * bend
    return f"M{x1} {y1}Q{number(x)} {number(y)} {x2} {y2}"


def draw_map(transfers: list[Row]) -> Figure:
    """Return the map of the largest flows."""
    flows = flows_of(transfers)
    names = party_names(transfers)
    placed = {pair: count for pair, count in flows.items() if all(map(place_of, pair)) and pair[0] != pair[1]}
    shown = [(pair, count) for pair, count in largest(flows, len(flows)) if pair in placed][:_MOST]
    parties = {party for pair, _ in shown for party in pair}
    parts = [
        shape("path", tip(names.get(state, state)), d=row["path"], kind="land party" if state in parties else "land")
        for state, row in _world().items()
        if row["path"]
    ]
    ends = []
    for (supplier, recipient), count in reversed(shown):
        start, end = place_of(supplier), place_of(recipient)
        if start is None or end is None:
            continue
        told = tip(f"{names[supplier]} to {names[recipient]}: {count:,}")
        parts.append(shape("path", told, d=_arc(start, end), stroke_width=0.7 + 0.7 * sqrt(min(count, 60)), kind="arc"))
        ends.append(shape("path", d=f"M{end[0]} {end[1]}h0", kind="end"))
    without = sum(flows.values()) - sum(placed.values())
    drawn = sum(count for _, count in shown)
    rest = sum(placed.values()) - drawn
    note = f"Not drawn: {rest:,} transfers of smaller flows. " if rest else ""
    if without:
        note += f"Without two places on the map (an organisation, or one and the same state): {without:,}. "
    return Figure(
        name="map",
        title="Where from and where to",
        told=f"{len(shown)} flows with {drawn:,} transfers as arcs; each ends in a dot at the recipient, and is the thicker the more transfers.",
        svg="".join([*parts, *ends]),
        box=_BOX,
        head=("Supplier", "Recipient", "Transfers"),
        rows=[(*linked(names[a], names[b]), count) for (a, b), count in shown],
        note=f"{note}{left_out(transfers)}Shapes and borders: Natural Earth, public domain; they take no side in disputes on territory.",
        is_wide=True,
    )

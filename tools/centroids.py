"""Writes etl/reference/centroids.csv: the middle of each state and territory, from Natural Earth (public domain).

It takes the files countries-50m.json and countries-10m.json of the package world-atlas 2.0.2, which is Natural Earth 4.1.0 as TopoJSON:

    python tools/centroids.py countries-50m.json countries-10m.json

The middle is that of a state's largest piece of land, so that of France lies in Europe and that of the United States south of Canada.
"""

import csv
import json
import sys
from itertools import pairwise
from math import asin, atan2, cos, degrees, hypot, radians, sin
from pathlib import Path

from babel.core import get_global

from etl.reference.tables import read_csv

Point = tuple[float, float]
Vector = tuple[float, float, float]
TARGET = Path(__file__).resolve().parents[1] / "etl" / "reference" / "centroids.csv"
_WITHOUT_NUMBER = {"Kosovo": "XKX"}
_KNOWN: dict[str, Point] = {
    "ATA": (0.0, -80.0), "BES": (-68.27, 12.18), "BVT": (3.36, -54.42), "CCK": (96.83, -12.17), "CXR": (105.63, -10.49), "GLP": (-61.58, 16.24),
    "GUF": (-53.13, 3.93), "MTQ": (-61.02, 14.64), "MYT": (45.17, -12.83), "REU": (55.53, -21.13), "SJM": (16.5, 78.6),
    "TKL": (-171.82, -9.17),
}  # fmt: skip
"""Territories that Natural Earth draws as a part of another state, or not at all, or around the pole."""


def _vector(point: Point) -> Vector:
    longitude, latitude = map(radians, point)
    return cos(latitude) * cos(longitude), cos(latitude) * sin(longitude), sin(latitude)


def middle(ring: list[Point]) -> Vector:
    """Return the vector of a ring on the sphere: it points to the middle of what it encloses, and is as long as its area."""
    total = [0.0, 0.0, 0.0]
    inside = [0.0, 0.0, 0.0]
    for a, b in pairwise([_vector(point) for point in ring]):
        across = (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])
        length = hypot(*across)
        if length > 1e-12:
            angle = asin(min(1.0, length))
            total = [t + angle * c / length / 2 for t, c in zip(total, across, strict=True)]
        inside = [i + c for i, c in zip(inside, a, strict=True)]
    side = 1 if sum(t * i for t, i in zip(total, inside, strict=True)) > 0 else -1
    return side * total[0], side * total[1], side * total[2]


def shapes(path: Path) -> dict[str, list[list[Point]]]:
    """Return the outer rings of each shape of a TopoJSON file: number (or name) -> rings."""
    told = json.loads(path.read_text(encoding="utf-8"))
    (sx, sy), (tx, ty) = told["transform"]["scale"], told["transform"]["translate"]
    arcs: list[list[Point]] = []
    for arc in told["arcs"]:
        x = y = 0
        arcs.append([])
        for dx, dy in arc:
            x, y = x + dx, y + dy
            arcs[-1].append((x * sx + tx, y * sy + ty))
    found: dict[str, list[list[Point]]] = {}
    for shape in told["objects"]["countries"]["geometries"]:
        parts = [shape["arcs"]] if shape["type"] == "Polygon" else shape["arcs"]
        rings = [[point for at in part[0] for point in (arcs[at] if at >= 0 else arcs[~at][::-1])] for part in parts]
        found.setdefault(shape.get("id") or shape["properties"]["name"], rings)
    return found


def main() -> None:
    """Write the table."""
    states = [row for row in read_csv("states") if not row["end_year"]]
    codes = {
        number: to[0] for number, to in get_global("territory_aliases").items() if number.isdigit() and len(to) == 1
    }
    iso3 = {row["iso2"]: row["id"] for row in states}
    ids = _WITHOUT_NUMBER | {number: iso3[iso2] for number, iso2 in codes.items() if iso2 in iso3}
    maps = [
        (f"natural_earth_{path.stem.split('-')[1]}", {ids.get(key, key): rings for key, rings in shapes(path).items()})
        for path in map(Path, sys.argv[1:])
    ]
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["iso3", "lon", "lat", "name", "source"])
        for state in states:
            point, source = _KNOWN.get(state["id"]), "encyclopedia"
            for origin, drawn in maps:
                if point is None and state["id"] in drawn:
                    x, y, z = max((middle(ring) for ring in drawn[state["id"]]), key=lambda vector: hypot(*vector))
                    point, source = (degrees(atan2(y, x)), degrees(asin(z / hypot(x, y, z)))), origin
            if point is None:
                raise SystemExit(f"{state['id']} is on no map: give its place in _KNOWN")
            writer.writerow([state["id"], f"{point[0]:.2f}", f"{point[1]:.2f}", state["name"], source])


if __name__ == "__main__":
    main()

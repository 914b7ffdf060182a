"""Writes etl/report/world.csv: the shapes of the states in the Equal Earth projection, from Natural Earth (public domain).

It takes the files countries-110m.json (shapes) and countries-10m.json (places of the states too small for a shape) of the package
world-atlas 2.0.2, which is Natural Earth 4.1.0 as TopoJSON:

    python tools/world_map.py countries-110m.json countries-10m.json
"""

import csv
import json
import sys
from collections import defaultdict
from itertools import pairwise
from math import asin, cos, radians, sin, sqrt
from pathlib import Path

from babel.core import get_global

from etl.reference.tables import read_csv

Point = tuple[float, float]
TARGET = Path(__file__).resolve().parents[1] / "etl" / "report" / "world.csv"
WIDTH = 2000
_TOP = 1.3174
"""Height of the pole above the equator, in the unit of the projection."""
_MERIDIAN = 11
"""Longitude of the middle: the map is cut in the Bering Strait, where no state is."""
_ANTARCTICA = "010"
_WITHOUT_CODE = {"Kosovo": "XKX", "Somaliland": "SOM", "N. Cyprus": "CYP"}
"""What Natural Earth draws apart without a code, and the state of our tables that it goes with."""
_A = (1.340264, -0.081106, 0.000893, 0.003796)


def project(longitude: float, latitude: float) -> Point:
    """Return the place of a point on the map (Equal Earth; Šavrič, Patterson and Jenny, 2018)."""
    theta = asin(sqrt(3) / 2 * sin(radians(latitude)))
    squared = theta * theta
    sixth = squared**3
    slope = 9 * _A[3] * theta**8 + 7 * _A[2] * sixth + 3 * _A[1] * squared + _A[0]
    x = 2 * sqrt(3) * radians(longitude - _MERIDIAN) * cos(theta) / (3 * slope)
    y = theta * (_A[0] + _A[1] * squared + sixth * (_A[2] + _A[3] * squared))
    scale = WIDTH / (2 * 2.7066)
    return WIDTH / 2 + x * scale, (_TOP - y) * scale


class Atlas:
    """A file of TopoJSON: its shapes as rings of longitude and latitude."""

    def __init__(self, path: Path) -> None:
        told = json.loads(path.read_text(encoding="utf-8"))
        (sx, sy), (tx, ty) = told["transform"]["scale"], told["transform"]["translate"]
        self.arcs: list[list[Point]] = []
        for arc in told["arcs"]:
            x = y = 0
            points = []
            for dx, dy in arc:
                x, y = x + dx, y + dy
                points.append((x * sx + tx, y * sy + ty))
            self.arcs.append(points)
        self.shapes = told["objects"]["countries"]["geometries"]

    def _ring(self, arcs: list[int]) -> list[Point]:
        points: list[Point] = []
        for arc in arcs:
            points += self.arcs[arc] if arc >= 0 else self.arcs[~arc][::-1]
        ring = [points[0]]
        for (before, _), (longitude, latitude) in pairwise(points):  # go on across the 180th meridian
            jump = round((longitude - before) / 360) * 360
            shift = ring[-1][0] - before
            ring.append((longitude + shift - jump, latitude))
        middle = sum(longitude for longitude, _ in ring) / len(ring)
        turn = ((middle - _MERIDIAN + 180) // 360) * 360
        return [project(longitude - turn, latitude) for longitude, latitude in ring]

    def rings(self, shape: dict[str, object]) -> list[list[Point]]:
        """Return the projected outlines of a shape, lakes and enclaves among them."""
        arcs = shape["arcs"]
        parts = [arcs] if shape["type"] == "Polygon" else arcs
        return [self._ring(ring) for part in parts for ring in part]  # type: ignore[attr-defined, union-attr]


def _area_and_middle(ring: list[Point]) -> tuple[float, Point]:
    area = x = y = 0.0
    for (ax, ay), (bx, by) in pairwise([*ring, ring[0]]):
        cross = ax * by - bx * ay
        area, x, y = area + cross, x + (ax + bx) * cross, y + (ay + by) * cross
    return (abs(area) / 2, (x / (3 * area), y / (3 * area))) if area else (0.0, ring[0])


def _path(ring: list[Point]) -> str:
    points = [(round(x), round(y)) for x, y in ring]
    steps = [(bx - ax, by - ay) for (ax, ay), (bx, by) in pairwise(points)]
    told = " ".join(f"{dx} {dy}" for dx, dy in steps if dx or dy).replace(" -", "-")
    return f"M{points[0][0]} {points[0][1]}l{told}z" if told else ""


def _codes() -> dict[str, str]:
    """Numeric code of ISO 3166-1 -> identifier of the state in our tables."""
    of_two = {row["iso2"]: row["id"] for row in read_csv("states") if row["iso2"]}
    aliases = get_global("territory_aliases")
    return {code: of_two[two[0]] for code, two in aliases.items() if code.isdigit() and two[0] in of_two}


def main(shapes: Path, places: Path) -> None:
    """Write the table."""
    codes = _codes()
    outlines: dict[str, list[list[Point]]] = defaultdict(list)
    small: dict[str, list[list[Point]]] = defaultdict(list)
    for atlas, found in ((Atlas(shapes), outlines), (Atlas(places), small)):
        for shape in atlas.shapes:
            code = codes.get(shape.get("id", "")) or _WITHOUT_CODE.get(shape["properties"]["name"])
            if code and shape.get("id") != _ANTARCTICA:
                found[code] += atlas.rings(shape)
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["id", "x", "y", "path"])
        for code in sorted(outlines | small):
            rings = outlines.get(code) or small[code]
            _, (x, y) = max(_area_and_middle(ring) for ring in rings)
            writer.writerow([code, round(x), round(y), "".join(map(_path, rings)) if code in outlines else ""])


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))

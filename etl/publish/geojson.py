"""Who supplies whom, as lines on the globe: GeoJSON (RFC 7946) for maps and geographic programs."""

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from math import acos, asin, atan2, ceil, cos, degrees, radians, sin
from pathlib import Path
from typing import Any

import pandas as pd

from etl.publish.tables import write_text
from etl.reference import entries
from etl.reference.tables import read_csv
from schemas.checks import to_rows
from schemas.codes import codes, lookup

Row = dict[str, Any]
Point = tuple[float, float]
"""Longitude and latitude in degrees."""

_STEP = 3
"""Degrees of a great circle between two points of a line."""
_DIGITS = 4
_NEARLY_OPPOSITE = 1e-6


@cache
def centroids() -> dict[str, Point]:
    """Return the middle of each state and territory of today, by its ISO 3166-1 alpha-3 code."""
    return {row["iso3"]: (float(row["lon"]), float(row["lat"])) for row in read_csv("centroids")}


def great_circle(start: Point, end: Point) -> list[Point]:
    """Return the points of the shortest way between two places, both ends included."""
    one, other = ((radians(longitude), radians(latitude)) for longitude, latitude in (start, end))
    a, b = ((cos(lat) * cos(lon), cos(lat) * sin(lon), sin(lat)) for lon, lat in (one, other))
    angle = acos(max(-1.0, min(1.0, sum(x * y for x, y in zip(a, b, strict=True)))))
    if abs(sin(angle)) < _NEARLY_OPPOSITE:  # the same place, or no way is the shortest
        return [start, end]
    steps = max(2, ceil(degrees(angle) / _STEP))
    points = []
    for step in range(1, steps):
        share = step / steps
        near, far = sin((1 - share) * angle) / sin(angle), sin(share * angle) / sin(angle)
        x, y, z = (near * p + far * q for p, q in zip(a, b, strict=True))
        points.append((degrees(atan2(y, x)), degrees(asin(max(-1.0, min(1.0, z))))))
    return [start, *points, end]


def split_at_antimeridian(points: Sequence[Point]) -> list[list[Point]]:
    """Return a line as parts none of which crosses the 180th meridian, as RFC 7946 asks (section 3.1.9)."""
    parts = [[points[0]]]
    for (before, low), (after, high) in pairwise(points):
        if abs(after - before) > 180:
            side = 180.0 if before > 0 else -180.0
            turned = after + 2 * side
            share = (side - before) / (turned - before) if turned != before else 0.0
            crossing = low + share * (high - low)
            parts[-1].append((side, crossing))
            parts.append([(-side, crossing)])
        parts[-1].append((after, high))
    return parts


def _rounded(points: Sequence[Point]) -> list[list[float]]:
    return [[round(longitude, _DIGITS), round(latitude, _DIGITS)] for longitude, latitude in points]


def _way(supplier: str, recipient: str) -> Row:
    """The geometry of a flow; a point where supplier and recipient are the same state, as after one took over another."""
    start, end = centroids()[supplier], centroids()[recipient]
    if supplier == recipient:
        return {"type": "Point", "coordinates": _rounded([start])[0]}
    parts = [_rounded(part) for part in split_at_antimeridian(great_circle(start, end))]
    if len(parts) == 1:
        return {"type": "LineString", "coordinates": parts[0]}
    return {"type": "MultiLineString", "coordinates": parts}


def _name(party: str, told: str | None) -> str:
    entry = entries().get(party)
    return entry.name if entry else told or party


def _years(transfers: Sequence[Row]) -> list[int]:
    """The years in which the transfers reached their statuses, those of reports where no date is told."""
    days = (row[f"{status}_date"] for row in transfers for status in codes("status"))
    return sorted({day.year for day in days if day is not None})


def _told(pair: tuple[str, str], transfers: Sequence[Row]) -> Row:
    """The properties of a flow."""
    phases = Counter(lookup("status", "phase")[row["status_latest"]] for row in transfers)
    roles = ("supplier", "recipient")
    return {
        "kind": "flow",
        **{f"{role}_id": party for role, party in zip(roles, pair, strict=True)},
        **{role: _name(party, transfers[0][f"{role}_name"]) for role, party in zip(roles, pair, strict=True)},
        "n_transfers": len(transfers),
        **{f"n_{phase}": phases[phase] for phase in codes("status_phase")},
        "n_disputed": sum(bool(row["is_disputed"]) for row in transfers),
        "systems": sorted({row["system_name"] for row in transfers}),
        "years": _years(transfers),
        "transfer_ids": sorted(row["transfer_id"] for row in transfers),
    }


def _feature(geometry: Row, properties: Row) -> Row:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def build_geojson(transfers: pd.DataFrame) -> Row:
    """Return the transfers as a FeatureCollection.

    A flow is a line from supplier to recipient along a great circle, in two parts where it crosses the 180th meridian, with the
    number of its transfers by the phase of their latest status. A state is a point with the transfers that it supplied and received.
    What has no place on the globe stands in members of the collection: `flows_without_place`, of which a party is no state;
    `parties_without_place`; `denied`, the transfers that reports only deny.

    Args:
        transfers: rows of `transfers`.
    """
    flows: dict[tuple[str, str], list[Row]] = defaultdict(list)
    denied = []
    for row in to_rows(transfers):
        if row["assertion"] == "denied":
            denied.append(row["transfer_id"])
        else:
            flows[row["supplier_id"], row["recipient_id"]].append(row)
    drawn: list[Row] = []
    unplaced: list[Row] = []
    parties: dict[str, Row] = {}
    transferred: dict[str, Counter[str]] = defaultdict(Counter)
    for pair, rows in sorted(flows.items()):
        told = _told(pair, rows)
        if all(party in centroids() for party in pair):
            drawn.append(_feature(_way(*pair), told))
        else:
            unplaced.append(told)
        for party, role, done in zip(pair, ("supplier", "recipient"), ("n_supplied", "n_received"), strict=True):
            transferred[party][done] += len(rows)
            parties[party] = {"id": party, "name": told[role], "party_kind": rows[0][f"{role}_kind"]}
    states = [
        _feature(
            {"type": "Point", "coordinates": _rounded([centroids()[party]])[0]},
            {
                "kind": "state",
                **parties[party],
                **{done: transferred[party][done] for done in ("n_supplied", "n_received")},
            },
        )
        for party in sorted(parties)
        if party in centroids()
    ]
    return {
        "type": "FeatureCollection",
        "parties_without_place": [parties[party] for party in sorted(parties) if party not in centroids()],
        "flows_without_place": unplaced,
        "denied": sorted(denied),
        "features": [*drawn, *states],
    }


def write_geojson(transfers: pd.DataFrame, path: Path) -> Path:
    """Write what `build_geojson` returns, a feature a line, and return the path.

    Args:
        transfers: rows of `transfers`.
        path: the file to write; one that stands there is replaced whole or not at all.
    """
    collection = build_geojson(transfers)
    features = ",\n".join(json.dumps(feature, ensure_ascii=False) for feature in collection.pop("features"))
    head = json.dumps(collection, ensure_ascii=False)[:-1]
    return write_text(path, f'{head}, "features": [\n{features}\n]}}\n')

"""The map of flows: it keeps the rules of GeoJSON, and leaves nothing out in silence."""

import json
import math
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.publish.geojson import build_geojson, centroids, great_circle, split_at_antimeridian, write_geojson
from etl.reference.tables import read_csv
from schemas import TABLES
from schemas.checks import to_frame, to_rows
from schemas.codes import codes

Frames = dict[str, pd.DataFrame]


def _positions(geometry: dict[str, Any]) -> list[list[float]]:
    """The positions of a geometry, and whether it is one that RFC 7946 allows."""
    told = geometry["coordinates"]
    parts = {"Point": [[told]], "LineString": [told], "MultiLineString": told}[geometry["type"]]
    for part in parts:
        assert geometry["type"] == "Point" or len(part) >= 2
        assert all(abs(b[0] - a[0]) <= 180 for a, b in pairwise(part))
    return [position for part in parts for position in part]


def _flows(*pairs: tuple[str, str], frames: Frames, **more: object) -> pd.DataFrame:
    """Transfers between the given parties, made of the first of the sample."""
    row = to_rows(frames["transfers"])[0]
    made = [
        row | {"transfer_id": f"{at:016x}", "supplier_id": one, "recipient_id": other} | more
        for at, (one, other) in enumerate(pairs)
    ]
    return to_frame(TABLES["transfers"], made)


def test_the_map_keeps_the_rules(sample_frames: Frames, tmp_path: Path) -> None:
    """The file is GeoJSON: features with geometry and properties, positions of longitude and latitude in range."""
    told = json.loads(write_geojson(sample_frames["transfers"], tmp_path / "a.geojson").read_text("utf-8"))
    assert told["type"] == "FeatureCollection"
    assert "crs" not in told
    for feature in told["features"]:
        assert (feature["type"], set(feature)) == ("Feature", {"type", "geometry", "properties"})
        for longitude, latitude in _positions(feature["geometry"]):
            assert -180 <= longitude <= 180
            assert -90 <= latitude <= 90
    again = write_geojson(sample_frames["transfers"].sample(frac=1, random_state=1), tmp_path / "b.geojson")
    assert json.loads(again.read_text("utf-8")) == told


def test_every_transfer_is_on_the_map_or_told(sample_frames: Frames) -> None:
    """Each transfer is in one flow, or among those without a place, or among the denied; counts by phase add up."""
    told = build_geojson(sample_frames["transfers"])
    flows = [feature["properties"] for feature in told["features"] if feature["properties"]["kind"] == "flow"]
    flows += told["flows_without_place"]
    listed = [name for flow in flows for name in flow["transfer_ids"]] + told["denied"]
    assert sorted(listed) == sorted(sample_frames["transfers"]["transfer_id"])
    for flow in flows:
        assert (
            flow["n_transfers"]
            == len(flow["transfer_ids"])
            == sum(flow[f"n_{phase}"] for phase in codes("status_phase"))
        )
        assert flow["systems"]
        assert flow["years"] == sorted(flow["years"])


def test_parties_without_a_place_are_told(sample_frames: Frames) -> None:
    """A group or an unnamed party is on no map: it is named beside it, and the other party keeps its point."""
    told = build_geojson(_flows(("NOR", "unknown"), ("igo:eu", "UKR"), ("NOR", "GHA"), frames=sample_frames))
    assert [party["id"] for party in told["parties_without_place"]] == ["igo:eu", "unknown"]
    assert [(flow["supplier_id"], flow["recipient_id"]) for flow in told["flows_without_place"]] == [
        ("NOR", "unknown"), ("igo:eu", "UKR"),
    ]  # fmt: skip
    points = {
        feature["properties"]["id"]: feature["properties"]
        for feature in told["features"]
        if feature["properties"]["kind"] == "state"
    }
    assert sorted(points) == ["GHA", "NOR", "UKR"]
    assert (points["NOR"]["n_supplied"], points["NOR"]["n_received"]) == (2, 0)


def test_what_is_only_denied_is_no_flow(sample_frames: Frames) -> None:
    """A transfer that reports only deny is drawn nowhere, and named beside the map."""
    told = build_geojson(_flows(("NOR", "GHA"), frames=sample_frames, assertion="denied"))
    assert (told["features"], told["denied"]) == ([], ["0000000000000000"])


@pytest.mark.parametrize(
    ("pair", "kind", "parts"),
    [(("NOR", "GHA"), "LineString", 1), (("USA", "JPN"), "MultiLineString", 2), (("NZL", "CHL"), "MultiLineString", 2),
     (("RUS", "RUS"), "Point", 1)],
)  # fmt: skip
def test_lines_are_split_at_the_antimeridian(
    pair: tuple[str, str], kind: str, parts: int, sample_frames: Frames
) -> None:
    """A way over the Pacific is two lines that meet at 180 and -180 degrees; others are one, and end at their states."""
    (flow, *_) = build_geojson(_flows(pair, frames=sample_frames))["features"]
    geometry = flow["geometry"]
    assert geometry["type"] == kind
    positions = _positions(geometry)
    assert positions[0] == list(centroids()[pair[0]])
    assert positions[-1] == list(centroids()[pair[1]])
    if parts == 2:
        before, after = geometry["coordinates"]
        assert before[-1][0] == -after[0][0]
        assert (abs(before[-1][0]), before[-1][1]) == (180, after[0][1])


_PLACES = st.tuples(st.floats(-180, 180), st.floats(-89, 89))


def _apart(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Degrees between two places, by the haversine formula."""
    (lon1, lat1), (lon2, lat2) = ((math.radians(lon), math.radians(lat)) for lon, lat in (one, other))
    share = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return math.degrees(2 * math.asin(math.sqrt(min(1.0, share))))


@given(_PLACES, _PLACES)
def test_lines_are_the_shortest_way(start: tuple[float, float], end: tuple[float, float]) -> None:
    """The steps of a line are as long together as the way between its ends, wherever they lie."""
    points = great_circle(start, end)
    assert (points[0], points[-1]) == (start, end)
    assert sum(_apart(a, b) for a, b in pairwise(points)) == pytest.approx(_apart(start, end), abs=1e-4)
    for part in split_at_antimeridian(points):
        assert all(abs(b[0] - a[0]) <= 180 and abs(a[0]) <= 180 and abs(b[0]) <= 180 for a, b in pairwise(part))


def test_every_state_of_today_has_a_place() -> None:
    """The table of places has every state and territory of today, by its name, once, within the bounds of the globe."""
    rows = read_csv("centroids")
    today = {row["id"]: row["name"] for row in read_csv("states") if not row["end_year"]}
    assert {row["iso3"]: row["name"] for row in rows} == today
    assert [row["iso3"] for row in rows] == sorted(today)
    for row in rows:
        assert re.fullmatch(r"natural_earth_(50m|10m)|encyclopedia", row["source"])
        assert -180 <= float(row["lon"]) <= 180
        assert -90 <= float(row["lat"]) <= 90


@pytest.mark.parametrize(
    ("state", "west", "south", "east", "north"),
    [("USA", -125, 25, -66, 49), ("FRA", -5, 42, 8, 51), ("RUS", 30, 50, 180, 75), ("NZL", 166, -48, 179, -34),
     ("CHL", -76, -56, -66, -17), ("SGP", 103, 1, 105, 2), ("XKX", 20, 41.8, 21.8, 43.3), ("PSE", 34, 31, 36, 33)],
)  # fmt: skip
def test_places_lie_in_their_states(state: str, west: float, south: float, east: float, north: float) -> None:
    """The place of a state lies in the box around its main land."""
    longitude, latitude = centroids()[state]
    assert west <= longitude <= east
    assert south <= latitude <= north

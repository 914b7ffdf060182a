"""Who supplies whom, as a graph: parties as nodes, the transfers between two of them as one edge."""

from collections import defaultdict
from pathlib import Path

import networkx as nx
import pandas as pd

from etl.publish.deliveries import Row
from etl.publish.tables import write_text
from etl.reference import entries
from schemas.checks import to_rows


def _node(party: str, told: list[tuple[str, str | None]]) -> dict[str, str]:
    """The attributes of a party: its name of today where the reference tables know it, else one that the rows give it."""
    entry = entries().get(party)
    names = sorted(name for _, name in told if name)
    return {"label": entry.name if entry else (names or [party])[0], "kind": min(kind for kind, _ in told)}


def _edge(transfers: list[Row]) -> dict[str, str | int]:
    """The attributes of an edge; a day that no transfer tells is left out."""
    days = {
        f"{side}_report": pick(told)
        for side, pick in (("first", min), ("last", max))
        if (told := [str(row[f"{side}_report"])[:10] for row in transfers if row[f"{side}_report"] is not None])
    }
    return {
        "n_transfers": len(transfers),
        "n_delivered": sum(
            row["status_latest"] == "delivered" or row["delivered_date"] is not None for row in transfers
        ),
        "n_independent_reports": sum(int(row["n_independent_reports"]) for row in transfers),
        **days,
        "categories": "|".join(sorted({row["system_category"] for row in transfers})),
    }


def build_flows(transfers: pd.DataFrame) -> "nx.DiGraph[str]":
    """Return the graph of suppliers and recipients.

    Transfers that reports only deny are left out; a party that is not named is the node `unknown`.
    Nodes have `label` and `kind`. Edges run from supplier to recipient and have `n_transfers`; `n_delivered`, those of which
    a delivery is told; `n_independent_reports`, summed over the transfers, so that a report that tells two counts twice;
    `first_report` and `last_report` as ISO days; `categories`, joined with `|`.

    Args:
        transfers: rows of `transfers`.
    """
    parties: dict[str, list[tuple[str, str | None]]] = defaultdict(list)
    edges: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in to_rows(transfers):
        if row["assertion"] != "denied":
            edges[row["supplier_id"], row["recipient_id"]].append(row)
            for role in ("supplier", "recipient"):
                parties[row[f"{role}_id"]].append((row[f"{role}_kind"], row[f"{role}_name"]))
    graph: nx.DiGraph[str] = nx.DiGraph()
    for party in sorted(parties):
        graph.add_node(party, **_node(party, parties[party]))
    for pair in sorted(edges):
        graph.add_edge(*pair, **_edge(edges[pair]))
    return graph


def write_flows(transfers: pd.DataFrame, path: Path) -> Path:
    """Write the graph of `build_flows` as GraphML (networkx and Gephi read it), and return its path.

    Args:
        transfers: rows of `transfers`.
        path: the file to write; one that stands there is replaced whole or not at all.
    """
    lines = nx.generate_graphml(build_flows(transfers))
    return write_text(path, '<?xml version="1.0" encoding="utf-8"?>\n' + "\n".join(lines) + "\n")

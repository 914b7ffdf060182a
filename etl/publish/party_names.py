"""How registers print the names of parties."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Literal

from etl.reference import entries
from etl.reference.tables import read_csv

Role = Literal["supplier", "recipient"]
Scheme = Literal["sipri", "unroca"]


@cache
def _states() -> dict[str, dict[str, str]]:
    """Identifier and usual name of each state, also of those that are gone -> its row."""
    rows = read_csv("states")
    return {row["name"]: row for row in rows} | {row["id"]: row for row in rows}


@cache
def _fixed_names(scheme: str) -> dict[str, str]:
    return {row["id"]: row["name"] for row in read_csv("register_names") if row["scheme"] == scheme}


def party_name(transfer: Mapping[str, Any], role: Role, scheme: Scheme) -> str:
    """Return the name of a party as a register prints it.

    Args:
        transfer: a row of `transfers`; a state that is gone is told by its old name.
        role: which of its parties.
        scheme: the register. Names that follow no rule stand in `etl/reference/register_names.csv`, the names of states
            that SIPRI prints in `states.csv`.
    """
    party: str = transfer[f"{role}_id"]
    entry = entries().get(party)
    name: str = transfer[f"{role}_name"] or (entry.name if entry else party)
    if party == "unknown":
        return f"unknown {role}(s)" if scheme == "sipri" else "unknown"
    state = _states().get(name) or _states().get(party)
    fixed = _fixed_names(scheme).get(state["id"] if state else party)
    if fixed or scheme == "unroca":
        return fixed or name
    if party.startswith("igo:"):
        return f"{name}**"
    if party.startswith("nsa:"):
        area = _states()[entry.area[0]] if entry and entry.area and "(" not in name else None
        return f"{name} ({area['sipri_name'] or area['name']})*" if area else f"{name}*"
    return (state["sipri_name"] or state["name"]) if state else name

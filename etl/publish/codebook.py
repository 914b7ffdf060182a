"""Renders the declarations of tables, columns and codes as a page of Markdown."""

from schemas import CHANGES, TABLES, Table
from schemas.codes import rows
from schemas.columns import COLUMNS, Column


def _cell(text: object) -> str:
    return str(text).replace("|", "\\|").replace("\n", " ")


def _type(column: Column) -> str:
    return f"{column.type} ({column.unit})" if column.unit else column.type


def _table(table: Table) -> list[str]:
    lines = [
        f"## {table.name}",
        "",
        table.description,
        "",
        "| column | type | required | description |",
        "| --- | --- | --- | --- |",
    ]
    for column in table.columns:
        description = column.description + (
            f" Codes: [{column.scheme}](#codes-{column.scheme})." if column.scheme else ""
        )
        lines.append(
            f"| `{column.name}` | {_cell(_type(column))} | {'yes' if table.requires(column) else 'no'} | {_cell(description)} |"
        )
    keys = [f"Key: `{table.key}`."]
    keys += [f"`{column}` points to `{target}.{key}`." for column, target, key in table.links]
    return [*lines, "", " ".join(keys), ""]


def _scheme(name: str) -> list[str]:
    entries = rows(name)
    columns = list(entries[0])
    lines = [f"### Codes: {name}", "", f'<a id="codes-{name}"></a>', ""]
    lines += ["| " + " | ".join(columns) + " |", "|" + " --- |" * len(columns)]
    lines += ["| " + " | ".join(_cell(entry[column]) for column in columns) + " |" for entry in entries]
    return [*lines, ""]


def render_codebook() -> str:
    """Return the codebook: every table, column and code list, from their declarations alone."""
    schemes = sorted({column.scheme for column in COLUMNS.values() if column.scheme})
    lines = ["# Codebook", "", "Generated from the declarations in `schemas/`; do not edit.", ""]
    for table in (*TABLES.values(), CHANGES):
        lines += _table(table)
    for scheme in schemes:
        lines += _scheme(scheme)
    return "\n".join(lines).rstrip() + "\n"

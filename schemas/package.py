"""Renders the declarations as a Frictionless table schema."""

from schemas.columns import Column
from schemas.tables import Table


def _field(table: Table, column: Column) -> dict[str, object]:
    constraints: dict[str, object] = {}
    if table.requires(column):
        constraints["required"] = True
    if column.name == table.key:
        constraints["unique"] = True
    if column.allowed:
        constraints["enum"] = list(column.allowed)
    if column.pattern:
        constraints["pattern"] = f"^(?:{column.pattern})$"
    if column.minimum is not None:
        constraints["minimum"] = column.minimum
    if column.maximum is not None:
        constraints["maximum"] = column.maximum
    field: dict[str, object] = {"name": column.name, "type": column.type, "description": column.description}
    if column.unit:
        field["unit"] = column.unit
    if constraints:
        field["constraints"] = constraints
    return field


def table_schema(table: Table, *, tables: frozenset[str]) -> dict[str, object]:
    """Return the Frictionless schema of a table.

    Args:
        table: the table.
        tables: names of the tables in the package; only links between these become foreign keys.
    """
    schema: dict[str, object] = {
        "fields": [_field(table, column) for column in table.columns],
        "primaryKey": [table.key],
    }
    links = [
        {
            "fields": [column],
            "reference": {"resource": "" if target == table.name else target, "fields": [key]},
        }
        for column, target, key in table.links
        if target in tables
    ]
    if links:
        schema["foreignKeys"] = links
    return schema

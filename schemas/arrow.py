"""Renders the declarations as Arrow schemas, with descriptions in the metadata of each field."""

import pandas as pd
import pyarrow as pa

from schemas.columns import Column
from schemas.tables import Table

ARROW_TYPES = {
    "string": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
}


def _field(table: Table, column: Column) -> pa.Field:
    metadata = {"description": column.description}
    if column.unit:
        metadata["unit"] = column.unit
    if column.allowed:
        metadata["allowed"] = " ".join(column.allowed)
    return pa.field(column.name, ARROW_TYPES[column.type], nullable=not table.requires(column), metadata=metadata)


def arrow_schema(table: Table) -> pa.Schema:
    """Return the Arrow schema of a table; its metadata carry the table's title and description."""
    return pa.schema(
        [_field(table, column) for column in table.columns],
        metadata={"title": table.title, "description": table.description},
    )


def to_arrow(table: Table, frame: pd.DataFrame) -> pa.Table:
    """Return a validated frame as an Arrow table of the declared types, without pandas' own metadata."""
    schema = arrow_schema(table)
    arrays = [
        pa.array(frame[name].astype(object).where(frame[name].notna(), None), type=schema.field(name).type)
        for name in table.column_names
    ]
    return pa.Table.from_arrays(arrays, schema=schema)

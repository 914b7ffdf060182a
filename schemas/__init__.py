"""The tables of the dataset: every column declared once, and rendered for Arrow, pandera, Frictionless and the codebook."""

from schemas.tables import (
    ARTICLES,
    CHANGES,
    CONFLICTS,
    EVENTS,
    MENTIONS,
    QUARANTINE,
    TABLES,
    TEXTS,
    TRANSFER_EVENTS,
    TRANSFERS,
    Table,
)

__all__ = [
    "ARTICLES",
    "CHANGES",
    "CONFLICTS",
    "EVENTS",
    "MENTIONS",
    "QUARANTINE",
    "TABLES",
    "TEXTS",
    "TRANSFERS",
    "TRANSFER_EVENTS",
    "Table",
]

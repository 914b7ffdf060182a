"""The tables of the dataset: every column declared once, and rendered for Arrow, pandera, Frictionless and the codebook."""

from schemas.tables import ARTICLES, EVENTS, MENTIONS, QUARANTINE, TABLES, TEXTS, Table

__all__ = ["ARTICLES", "EVENTS", "MENTIONS", "QUARANTINE", "TABLES", "TEXTS", "Table"]

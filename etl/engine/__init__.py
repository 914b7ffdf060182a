"""Runs work over batches: in line or in processes. Nothing else knows how."""

from etl.engine.local import map_batches

__all__ = ["map_batches"]

"""Writes the finished tables: Parquet, data package, codebook."""

"""Checks: rows against their declarations, tables against each other, and expectations over the finished tables."""

"""Tests: units, properties, the golden sample, and the house's own rules."""

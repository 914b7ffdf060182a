"""Measures how fast the way through is, as ratios to things measured in the same run."""

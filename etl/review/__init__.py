"""Decisions of people, kept as data, and how they are applied."""

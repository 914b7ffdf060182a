"""Joins what belongs together: copies of one article, and mentions of one event."""

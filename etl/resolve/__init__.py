"""A span of text -> identifiers and intervals."""

"""Hostile input: shapes of text that slow parsers down, and coverage-guided fuzzing of readers, parsers and the extractor."""

"""What curators know: actors, makers, systems and words as tables, and one pass that finds their names in a text."""

from etl.reference.matcher import Match, Matcher, default_matcher
from etl.reference.names import fold
from etl.reference.tables import Entry, Kind, entries, kinds

__all__ = ["Entry", "Kind", "Match", "Matcher", "default_matcher", "entries", "fold", "kinds"]

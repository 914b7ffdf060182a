"""Arms-transfer events: news articles -> who supplies what to whom, at which status, when, and the words that say it."""

__version__ = "0.1.0"

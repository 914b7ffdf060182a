"""Readers: files of any known kind -> articles, and what could not be used."""

from etl.sources.article import Article, Rejected
from etl.sources.reader import read_articles

__all__ = ["Article", "Rejected", "read_articles"]

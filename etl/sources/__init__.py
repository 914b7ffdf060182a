"""Readers: files of any known kind -> articles, and what could not be used."""

from etl.sources.article import Article, Rejected
from etl.sources.document import Document
from etl.sources.reader import read_articles

__all__ = ["Article", "Document", "Rejected", "read_articles"]

"""Brings articles from feeds and sitemaps. The only part of the program that asks servers for articles."""

from etl.fetch.addresses import Feed, read_feeds
from etl.fetch.fetch import fetch
from etl.fetch.report import Report

__all__ = ["Feed", "Report", "fetch", "read_feeds"]

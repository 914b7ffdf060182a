"""Finds mentions of transfers in articles: the protocol of extractors, the gate before the parser, and the default extractor."""

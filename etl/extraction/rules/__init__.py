"""The default extractor: grammar over a dependency parse, fed by the reference tables."""

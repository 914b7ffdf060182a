"""The optional extractor: what a language model is asked about an article, and how its answer becomes grounded mentions. No network."""

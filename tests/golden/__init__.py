"""The whole way over real files."""

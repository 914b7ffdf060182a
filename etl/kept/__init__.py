"""What is kept of each document between runs: its article, its events and mentions, or why it was not used."""

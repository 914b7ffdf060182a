"""Shows the evidence of a row: its words in the article, with the spans of the roles marked."""

"""What is kept of all documents -> the tables of a run, in bounded memory."""

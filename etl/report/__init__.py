"""The report: one folder of pages to look at a run or a release, opened from the disk without a server or a network."""

"""The review desk: a page on this machine alone on which a person decides about rows, and how far two persons agree."""

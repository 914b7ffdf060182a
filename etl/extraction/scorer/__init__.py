"""The scorer: learns from coded articles which readings of the grammar are transfers, between whom, and at which status."""

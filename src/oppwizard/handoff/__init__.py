"""Handing deals over: packets, their pages and keys, what is merged, and the receipts that go back (H1-H4)."""

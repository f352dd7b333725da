"""What makes a pipeline trustworthy: briefs, audits and results over many records (Q2, Q3, R1-R5)."""

"""Leads from anybody's files: CSV, JSON or JSON Lines, mapped, matched, and turned into drafts (A1, X2)."""

"""Sending what the outbox holds: channels, the clock, and what became of it (A4)."""

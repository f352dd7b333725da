"""Sending opportunities to a CRM's own interface, by the same table as its files (X1)."""

"""Files in and out: whole records as JSON and CSV, the schema of a record, the call sheet. Holds no rules."""

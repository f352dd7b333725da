"""Records as the files that a CRM's own import takes: a table of mappings a CRM, and what turns it into files (X1)."""

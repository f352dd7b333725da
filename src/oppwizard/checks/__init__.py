"""What needs other records: a record held against history and against the others. Pure, and writes nothing."""

"""The store: where records are kept, and how they are found again."""

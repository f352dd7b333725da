"""The faces drawn with Textual: a screen a file, with its styles beside it."""

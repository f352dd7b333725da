"""The walk line by line, for screen readers, dumb terminals and pipes: same fields, gates and texts as the screens."""

from oppwizard.prompts.session import converse

__all__ = ["converse"]

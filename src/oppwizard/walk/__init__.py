"""The one service that moves a record: set a field, add a row, enter a stage, create, undo.

Every face (screens, prompts, commands, imports) goes through `Walk`; none writes to the store itself.
"""

from oppwizard.data.queries import Cursor, Line, ListQuery, Page, Sort
from oppwizard.walk.move import Move
from oppwizard.walk.opening import open_walk
from oppwizard.walk.service import Walk

__all__ = ["Cursor", "Line", "ListQuery", "Move", "Page", "Sort", "Walk", "open_walk"]

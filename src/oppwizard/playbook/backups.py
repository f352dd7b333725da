"""Backups of the store that are made by themselves."""

from typing import ClassVar

from pydantic import Field

from oppwizard.playbook.section import Section


class Backups(Section):
    """Copies of the store that the app makes by itself, in a folder beside it (docs/faults.md)."""

    JUDGES: ClassVar[bool] = False

    automatic: bool = True
    """Whether the app makes any."""
    every_hours: int = Field(default=24, ge=1, le=720)
    """A backup is made when the last one is so old."""
    daily: int = Field(default=7, ge=1, le=366)
    """The last one of each of so many days is kept ..."""
    weekly: int = Field(default=4, ge=0, le=520)
    """... and of each of so many weeks."""

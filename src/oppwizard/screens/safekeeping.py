"""Backups in the app: made behind the screen, and offered where the store is damaged."""

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final

from oppwizard.errors import OppwizardError, StoreDamaged, StoreProblem
from oppwizard.i18n import _, sentences
from oppwizard.screens.dialogs import Choose
from oppwizard.screens.pipeline import PipelineScreen
from oppwizard.walk.safekeeping import Backup, Keeper, Restored, offered, put_back

if TYPE_CHECKING:
    from oppwizard.screens.app import OppwizardApp

FIRST_AFTER: Final = 8.0
"""Seconds after which the app looks whether a backup is due: it has started by then."""
EVERY: Final = 1_800.0
"""Seconds between two such looks."""
_OFFERED: Final = 8
"""So many backups are offered."""


def begin(app: "OppwizardApp") -> Keeper:
    """Make backups behind the screen from now on."""

    def told(problem: StoreProblem) -> None:
        with contextlib.suppress(RuntimeError):  # the app was left meanwhile; it is told the next time
            app.call_from_thread(app.tell, str(problem))

    keeper = Keeper(app.ready, told)
    app.set_timer(FIRST_AFTER, keeper.look)
    app.set_interval(EVERY, keeper.look)
    return keeper


async def offer_backups(app: "OppwizardApp", problem: StoreDamaged) -> bool:
    """Say what is wrong with the store, restore the backup that the person picks, and open that; whether one was."""
    restored = await _restored(app, str(problem))
    if restored is None:
        return False
    aside = restored.aside.name if restored.aside else "-"
    app.tell(_("Restored: {path}. What stood in its place is kept as {aside}", path=restored.source, aside=aside))
    if isinstance(app.screen, PipelineScreen):
        app.screen.begin_again()
    return True


async def _restored(app: "OppwizardApp", said: str) -> Restored | None:
    """The backup that the person has picked and that is the store now; None where they leave it as it is."""
    while True:
        backups = (await asyncio.to_thread(offered, app.context))[:_OFFERED]
        answers = [_answer(one) for one in backups]
        answer = await app.push_screen_wait(Choose(said, [*answers, _("Leave it as it is")]))
        if answer is None or answer >= len(backups):
            return None
        app.session.let_go()
        try:
            return await asyncio.to_thread(put_back, app.context, backups[answer].path)
        except OppwizardError as failed:
            said = sentences(failed.problem, failed.remedy)


def _answer(backup: Backup) -> str:
    size = f"{backup.size / 1_000_000:.1f}"
    if backup.revision:
        return _("Restore the copy of {when} ({size} MB), made before an update", when=backup.when, size=size)
    return _("Restore the backup of {when} ({size} MB)", when=backup.when, size=size)

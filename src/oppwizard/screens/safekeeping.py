"""Backups in the app: made behind the screen, and offered where the store is damaged."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Final

from textual.timer import Timer

from oppwizard.errors import OppwizardError, StoreDamaged, StoreProblem
from oppwizard.i18n import _, sentences
from oppwizard.screens.dialogs import Choose, Wait
from oppwizard.walk.safekeeping import Backup, Keeper, offered, put_back

if TYPE_CHECKING:
    from oppwizard.screens.app import OppwizardApp

FIRST_AFTER: Final = 8.0
"""Seconds after which the app looks whether a backup is due: it has started by then."""
EVERY: Final = 1_800.0
"""Seconds between two such looks."""
_OFFERED: Final = 8
"""So many backups are offered."""


def begin(app: "OppwizardApp") -> tuple[Keeper, list[Timer]]:
    """Make backups behind the screen from now on.

    Returns:
        Who makes them, and what is to be stopped when the store is let go of.
    """

    def told(problem: StoreProblem) -> None:
        with contextlib.suppress(RuntimeError):  # the app was left meanwhile; it is told the next time
            app.call_from_thread(app.tell, str(problem))

    keeper = Keeper(app.ready, told)
    return keeper, [app.set_timer(FIRST_AFTER, keeper.look), app.set_interval(EVERY, keeper.look)]


async def offer_backups(app: "OppwizardApp", problem: StoreDamaged) -> bool:
    """Say what is wrong with the store, restore the backup that the person picks, and go on there; whether one was.

    A record that is open stays open. What of it is not saved is put onto it as the backup has it, and all of it as it
    stood on the screen is written to a file first: the backup may not have what was saved last.
    """
    said = str(problem)
    while True:
        backup = await _picked(app, said)
        if backup is None:
            return False
        try:
            told = await _put_back(app, backup)
        except OppwizardError as failed:
            said = sentences(failed.problem, failed.remedy)
            continue
        for text in (*told, *await app.records.move_to_store()):
            app.tell(text)
        return True


async def _picked(app: "OppwizardApp", said: str) -> Backup | None:
    """The backup that the person has picked; None where they leave the store as it is."""
    answers: list[tuple[str, Backup | None]] = [
        (_answer(one), one) for one in (await asyncio.to_thread(offered, app.context))[:_OFFERED]
    ]
    # Whoever is in a record may press Enter for the form just as this comes up: then nothing happens by it.
    answers.insert(0 if app.records.open_stages else len(answers), (_("Leave it as it is"), None))
    answer = await app.push_screen_wait(Choose(said, [text for text, _backup in answers]))
    return None if answer is None else answers[answer][1]


async def _put_back(app: "OppwizardApp", backup: Backup) -> list[str]:
    """Restore a backup and open it; what is to be said of it."""
    async with _nobody_types(app):
        rescued = await app.records.rescued()
        with app.session.let_go():
            restored = await asyncio.to_thread(put_back, app.context, backup.path)
        if rescued:
            await asyncio.to_thread(app.session.open)
        app.pipeline.begin_again()
    aside = restored.aside.name if restored.aside else "-"
    told = _("Restored: {path}. What stood in its place is kept as {aside}", path=restored.source, aside=aside)
    return [told, rescued] if rescued else [told]


@contextlib.asynccontextmanager
async def _nobody_types(app: "OppwizardApp") -> AsyncIterator[None]:
    """Keep keys from what is below while its store is another one; no screen looks at the store meanwhile either."""
    shown = Wait(_("Restoring ..."))
    await app.push_screen(shown)
    try:
        yield
    finally:
        await shown.dismiss()


def _answer(backup: Backup) -> str:
    size = f"{backup.size / 1_000_000:.1f}"
    if backup.revision:
        return _("Restore the copy of {when} ({size} MB), made before an update", when=backup.when, size=size)
    return _("Restore the backup of {when} ({size} MB)", when=backup.when, size=size)

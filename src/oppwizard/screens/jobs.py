"""What can be done from the list beyond opening a record: each asks, does it, and says in words what was done.

What a job needs is imported when it is asked for: most are not, and the first frame waits for none of them.
"""

import asyncio
from collections.abc import Awaitable
from typing import TYPE_CHECKING

from oppwizard.errors import OppwizardError
from oppwizard.i18n import _

if TYPE_CHECKING:
    from uuid import UUID

    from oppwizard.screens.app import OppwizardApp


async def set_aside(app: "OppwizardApp", record_id: "UUID", status: str) -> str:
    """Ask for the reason and set a lead aside."""
    from oppwizard.model.enums import Status
    from oppwizard.screens.dialogs import AskText

    walk, label = app.ready, Status(status).label
    reason = await app.push_screen_wait(AskText(_("{status}: why?", status=label)))
    if reason is None:
        return ""
    await asyncio.to_thread(lambda: walk.save(walk.set_aside(walk.load(record_id), Status(status), reason)))
    return _("Set aside; f shows it, o reopens it")


async def reopen(app: "OppwizardApp", record_id: "UUID") -> str:
    """Take up again a lead that was set aside, or a deal that was closed."""
    walk = app.ready
    move = await asyncio.to_thread(lambda: walk.save(walk.reopen(walk.load(record_id))))
    return _("Reopened") if move.batch else _("It is neither set aside nor closed")


async def close_deal(app: "OppwizardApp", record_id: "UUID") -> str:
    """Ask how a deal ended, and close it."""
    from oppwizard.screens.closing import ask_and_close

    return await ask_and_close(app, record_id)


async def export(app: "OppwizardApp", record_id: "UUID | None") -> str:
    """Ask what to export and where to, and write it."""
    from oppwizard.screens.exporting import ask_and_export

    return await ask_and_export(app, record_id)


async def receive(app: "OppwizardApp") -> str:
    """Ask for a packet or receipt, and open it."""
    from oppwizard.screens.receiving import ask_and_receive

    return await ask_and_receive(app)


async def import_leads(app: "OppwizardApp") -> str:
    """Ask for a list of leads, show what it means, and read it."""
    from oppwizard.screens.leads import ask_and_import

    return await ask_and_import(app)


async def hand_territory_over(app: "OppwizardApp") -> str:
    """Ask whose records go to whom, and write the packet."""
    from oppwizard.screens.handing import ask_and_pack_territory

    return await ask_and_pack_territory(app)


async def handoffs(app: "OppwizardApp") -> str:
    """Show what became of packets."""
    from oppwizard.handoff.telling import packets
    from oppwizard.screens.dialogs import Reader

    walk = app.ready
    lines = await asyncio.to_thread(lambda: list(packets(walk.store.packets(), walk.playbook)))
    await app.push_screen(Reader(_("Handoffs"), "\n".join(lines) or _("No packet was sent or received yet.")))
    return ""


async def notices(app: "OppwizardApp") -> str:
    """Show the messages of the outbox."""
    from oppwizard.notify.office import Office
    from oppwizard.screens.notices import NoticesScreen

    await app.push_screen(NoticesScreen(Office(app.ready)))
    return ""


async def results(app: "OppwizardApp") -> str:
    """Show what came of the pipeline."""
    from oppwizard.screens.figures import RESULTS, FiguresScreen

    await app.push_screen(FiguresScreen(app.ready, RESULTS))
    return ""


async def audit(app: "OppwizardApp") -> str:
    """Audit records, and open the one that is chosen."""
    from oppwizard.screens.figures import AUDIT, FiguresScreen

    chosen = await app.push_screen_wait(FiguresScreen(app.ready, AUDIT))
    if chosen is not None:
        await app.records.open(chosen)
    return ""


async def reviews(app: "OppwizardApp") -> str:
    """Show what waits for a manager, and the review of the one that is chosen."""
    from oppwizard.screens.reviewing import show_reviews

    return await show_reviews(app)


async def peers(app: "OppwizardApp") -> str:
    """Show which deals colleagues look at, and the session of the one that is chosen."""
    from oppwizard.screens.peering import show_peers

    return await show_peers(app)


async def sample(app: "OppwizardApp", record_id: "UUID | None") -> str:
    """Make the sample deal, or remove one."""
    from oppwizard.screens.dialogs import Choose
    from oppwizard.walk.sample import walk_sample

    if record_id is None:
        await asyncio.to_thread(walk_sample, app.ready)
        return _("A sample deal was made; m on it removes it")
    if await app.push_screen_wait(Choose(_("Remove the sample deal?"), [_("Remove"), _("Keep")])) != 0:
        return ""
    await asyncio.to_thread(app.ready.store.delete_record, record_id)
    return _("The sample deal is gone")


async def told(job: Awaitable[str]) -> str:
    """What a job did, or what kept it from being done."""
    try:
        return await job
    except OppwizardError as problem:
        return str(problem)

"""What is shown over an open record. Each imports its screen when it is asked for: a form opens without them."""

import asyncio
from typing import TYPE_CHECKING

from oppwizard.i18n import _

if TYPE_CHECKING:
    from oppwizard.model.findings import Address
    from oppwizard.screens.app import OppwizardApp
    from oppwizard.walk.desk import Desk


async def judgement(app: "OppwizardApp", desk: "Desk") -> "Address | None":
    """Show how a record is judged; the result is where the person wants to go."""
    from oppwizard.screens.judging import JudgementScreen

    return await app.push_screen_wait(JudgementScreen(desk))


async def timeline(app: "OppwizardApp", desk: "Desk") -> "Address | None":
    """Show what happened around a deal; the result is where the person wants to go."""
    from oppwizard.screens.timeline import TimelineScreen

    return await app.push_screen_wait(TimelineScreen(desk))


async def handoff(app: "OppwizardApp", desk: "Desk") -> "Address | None":
    """Show how a record stands for a handoff; the result is where the person wants to go."""
    from oppwizard.screens.handing import HandoffScreen

    return await app.push_screen_wait(HandoffScreen(desk))


async def review(app: "OppwizardApp", desk: "Desk") -> "Address | None":
    """Show the review of a record; the result is where the person wants to go."""
    from oppwizard.screens.reviewing import ReviewScreen

    return await app.push_screen_wait(ReviewScreen(desk))


async def peer(app: "OppwizardApp", desk: "Desk") -> "Address | None":
    """Show a session of colleagues about a record."""
    from oppwizard.screens.peering import PeeringScreen

    return await app.push_screen_wait(PeeringScreen(desk))


def questions(app: "OppwizardApp", desk: "Desk") -> None:
    """Show the call sheet."""
    from oppwizard.exchange.callsheet import call_sheet
    from oppwizard.screens.dialogs import Reader

    app.push_screen(Reader(_("Call sheet"), call_sheet(desk.walk, desk.record, "text")))


async def history(app: "OppwizardApp", desk: "Desk") -> None:
    """Show every change of a record."""
    from oppwizard.screens.dialogs import Reader

    await desk.settle()
    lines = await asyncio.to_thread(desk.walk.told_history, desk.record)
    app.push_screen(Reader(_("History"), "\n".join(lines)))


async def settle_remark(app: "OppwizardApp", desk: "Desk", at: "Address | None") -> str:
    """Let a comment of the manager be settled; the result is what was done."""
    from oppwizard.screens import reviewing

    return await reviewing.settle_remark(app, desk, at)


async def forget_person(app: "OppwizardApp", desk: "Desk", at: "Address | None") -> str:
    """Let a person be erased everywhere; the result is what was done."""
    from oppwizard.screens.forgetting import ask_and_forget

    return await ask_and_forget(app, desk, at)

"""Erasing a person from a record's screen: who, what it would touch, what becomes of texts, then the deed (privacy)."""

import asyncio
from typing import TYPE_CHECKING

from oppwizard.errors import OppwizardError
from oppwizard.i18n import _
from oppwizard.model.findings import Address
from oppwizard.model.record import Person
from oppwizard.screens.dialogs import Choose, Reader
from oppwizard.walk.desk import Desk
from oppwizard.walk.foretelling import foretold
from oppwizard.walk.forgetting import Plan, forget, plan
from oppwizard.walk.tracing import subject

if TYPE_CHECKING:
    from oppwizard.screens.app import OppwizardApp

_REDACT, _KEEP, _LOOK = "redact", "keep", "look"


async def ask_and_forget(app: "OppwizardApp", desk: Desk, at: Address | None) -> str:
    """Ask who is to be erased and what becomes of texts, and do it. What was done, in words; empty for nothing.

    Args:
        at: where the cursor is; in a row of the people it says who is meant.
    """
    if not await desk.settle():
        return _("Something is not saved yet; nobody was erased")
    person = await _whom(app, desk, at)
    if person is None:
        return ""
    try:
        whom = await asyncio.to_thread(subject, app.ready, str(person.contact.id))
        made = await asyncio.to_thread(plan, app.ready, whom)
        said = await _decided(app, made)
        if said is None:
            return ""
        places = {one.place for one in made.mentions if said == _KEEP}
        files = {one.attachment_id for one in made.files if said == _KEEP}
        done = await asyncio.to_thread(forget, app.ready, made, places, files)
        await desk.reload()
    except OppwizardError as problem:
        return str(problem)
    if not done.scrubbed:
        return _("Erased; close other programs that use the store, then: oppwizard forget --clean")
    return _("Erased. Texts and files cleaned: {redacted}; left: {kept}.", redacted=done.redacted, kept=done.kept)


async def _whom(app: "OppwizardApp", desk: Desk, at: Address | None) -> Person | None:
    people = [person for person in desk.record.people if person.name or person.contact.email]
    here = next((person for person in people if at is not None and at.entity == "people" and at.row == person.id), None)
    if here is not None or not people:
        return here
    names = [person.name or person.contact.email or "" for person in people]
    chosen = await app.push_screen_wait(Choose(_("Who is to be erased?"), names))
    return None if chosen is None else people[chosen]


async def _decided(app: "OppwizardApp", made: Plan) -> str | None:
    """What becomes of the texts; None where nobody is to be erased after all."""
    count = len(made.mentions) + len(made.files)
    answers = {_LOOK: _("See what would be touched")}
    if count:
        answers[_REDACT] = _(
            "Erase, and take the name out of all texts; remove files that hold it ({count})", count=count
        )
        answers[_KEEP] = _("Erase, and leave texts and files as they are ({count})", count=count)
    else:
        answers[_REDACT] = _("Erase")
    while True:
        question = _("Erase {name} everywhere? Nothing brings it back.", name=made.whom.name)
        chosen = await app.push_screen_wait(Choose(question, list(answers.values())))
        said = None if chosen is None else list(answers)[chosen]
        if said != _LOOK:
            return said
        await app.push_screen_wait(Reader(_("What would be touched"), "\n".join(foretold(app.ready, made))))

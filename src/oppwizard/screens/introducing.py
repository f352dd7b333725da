"""Who the person at the keyboard is: asked on first need, kept in their configuration (Q1)."""

from typing import TYPE_CHECKING

from oppwizard.errors import OppwizardError
from oppwizard.i18n import _
from oppwizard.model.enums import UserRole
from oppwizard.model.text import visible
from oppwizard.screens.dialogs import AskMany, Choose

if TYPE_CHECKING:
    from oppwizard.screens.app import OppwizardApp


async def introduce(app: "OppwizardApp") -> bool:
    """Ask for role, name, e-mail, team and manager; returns whether they were given."""
    context = app.context
    roles = list(UserRole)
    chosen = await app.push_screen_wait(Choose(_("What are you to a deal?"), [str(role.label) for role in roles]))
    if chosen is None:
        return False
    entries = [
        (_("Your name, as records are to have it"), context.user),
        (_("E-mail"), context.me.email),
        (_("Team"), context.me.team),
        (_("Who reviews your opportunities"), context.me.manager),
    ]
    said = await app.push_screen_wait(AskMany(str(roles[chosen].label), entries))
    if said is None:
        return False
    names = ("name", "email", "team", "manager")
    try:
        context.introduce(role=roles[chosen].value, **dict(zip(names, said, strict=True)))
    except OppwizardError as problem:
        app.tell(visible(str(problem)))
        return False
    return True

"""The playbook on the screen: what is wrong with it and how to go on, and which settings are in force."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static

from oppwizard.errors import OppwizardError
from oppwizard.i18n import T, _
from oppwizard.model.text import visible
from oppwizard.playbook.faults import Fault, FaultyPlaybook
from oppwizard.screens.dialogs import Reader
from oppwizard.widgets.composed import Dialog
from oppwizard.widgets.keymap import wrong_keys

if TYPE_CHECKING:
    from oppwizard.playbook.loading import Examined
    from oppwizard.screens.app import OppwizardApp

AGAIN: Final = 0
BUILT_IN: Final = 1
LEAVE: Final = 2


class FaultsScreen(Dialog[int]):
    """Every fault of the playbook, and the ways to go on; the result is the way that was chosen."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        ("pagedown", "scroll(10)", ""),
        ("pageup", "scroll(-10)", ""),
        ("c", "copy", ""),
    ]

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__()
        self._told = [str(fault) for fault in faults]

    def compose(self) -> ComposeResult:
        """The faults, one below the other, and the answers."""
        answers = [_("I have mended it: read it again"), _("Go on with the built-in playbook for now"), _("Leave")]
        with Vertical(classes="page"):
            title = _("The playbook has faults: {count}", count=len(self._told))
            yield Static(Content(title), classes="question", markup=False)
            with VerticalScroll(id="text", can_focus=False):
                yield Static(Content(visible("\n".join(self._told), lines=True)), markup=False)
            yield OptionList(*[Content(answer) for answer in answers], id="answers", compact=True, markup=False)
            hint = _("Up, Down, Enter: choose   PgUp, PgDn: read   c: copy")
            yield Static(Content(hint), id="hint", classes="dim", markup=False)

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_index)

    def action_scroll(self, by: int) -> None:
        """Scroll by lines."""
        self.query_one("#text", VerticalScroll).scroll_relative(y=by, animate=False)

    def action_copy(self) -> None:
        """Copy the faults through the terminal."""
        self.app.copy_to_clipboard("\n".join(self._told))
        told = _("Handed to the terminal's clipboard; if it is not there, the command line prints the same text")
        self.query_one("#hint", Static).update(Content(told))


async def ask_how_to_go_on(app: "OppwizardApp", problem: FaultyPlaybook) -> int:
    """Show what is wrong with the playbook; the result is what the person wants."""
    return await app.push_screen_wait(FaultsScreen(problem.faults))


def usable_keys(app: "OppwizardApp", keys: Mapping[str, str]) -> dict[str, str]:
    """The playbook's key bindings without those that cannot be; the person is told of these."""
    wrong = {str(one.at[-1]): one for one in wrong_keys(keys)}
    if wrong:
        said = "\n".join(str(T("{key}: {problem}", key=key, problem=one.problem)) for key, one in wrong.items())
        told = _("Keys of the playbook that cannot be used; the built-in ones are. See: oppwizard playbook check")
        app.call_from_thread(app.tell, f"{told}\n{visible(said, lines=True)}")
    return {name: key for name, key in keys.items() if name not in wrong}


async def show_playbook(app: "OppwizardApp") -> None:
    """Show which settings are in force and where they come from."""
    from oppwizard.playbook.loading import examine

    context = app.context
    try:
        examined = await asyncio.to_thread(examine, context.playbook, context.organisation)
        text = "\n".join(_lines(examined))
    except OppwizardError as problem:
        text = str(problem)
    app.push_screen(Reader(_("Playbook"), text))


def _lines(examined: "Examined") -> list[str]:
    from oppwizard.playbook.effective import settings_in_force, shortened

    if examined.playbook is None:
        raise FaultyPlaybook(examined.faults)
    settings = settings_in_force(examined)
    own = [one for one in settings if one.file is not None]
    lines = [_("Records remember it as {version}", version=examined.playbook.version), ""]
    lines += [line for one in own for line in (f"{one.key} = {shortened(one.shown)}", f"    {one.origin}")]
    lines += ["", _("Built-in settings"), ""] if own else []
    return [*lines, *(f"{one.key} = {shortened(one.shown)}" for one in settings if one.file is None)]

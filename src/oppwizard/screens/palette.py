"""Every action by its name: the palette, and the help on keys."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.app import SystemCommand
from textual.await_complete import AwaitComplete
from textual.command import Command, CommandList, CommandPalette
from textual.widgets.option_list import Option

from oppwizard.i18n import _
from oppwizard.screens.pipeline import PipelineScreen
from oppwizard.widgets.composed import LeavesOnce
from oppwizard.widgets.keys import APP, PIPELINE, STAGE, Action, actions, shown_key

if TYPE_CHECKING:
    from oppwizard.screens.app import OppwizardApp

_KEYS_WIDE = 17
"""The cells that an action's keys take in the help."""


class ActionPalette(CommandPalette, LeavesOnce[None]):
    """The palette, which says in the language in use that nothing was found; Textual's own says it in English.

    What it still looks for as it is closed has nothing to be shown in any more.
    """

    LEAVING = "escape"

    def dismiss(self, result: None = None) -> AwaitComplete:
        """Look no further, and leave."""
        self._cancel_gather_commands()
        return super().dismiss(result)

    def _refresh_command_list(self, command_list: CommandList, commands: list[Command], clear_current: bool) -> None:
        if self.is_there:
            super()._refresh_command_list(command_list, commands, clear_current)

    def _watch__list_visible(self) -> None:
        if self.is_there:
            super()._watch__list_visible()

    async def _watch__show_busy(self) -> None:
        if self.is_there:
            await super()._watch__show_busy()

    def _start_no_matches_countdown(self, search_value: str) -> None:
        self._stop_no_matches_countdown()

        def nothing() -> None:
            found = self.query_one(CommandList)
            if search_value:
                found.add_option(Option(_("No action of that name"), id=self._NO_MATCHES, disabled=True))
            self._list_visible = bool(search_value)

        self._no_matches_timer = self.set_timer(self._NO_MATCHES_COUNTDOWN, nothing)


def show_palette(app: "OppwizardApp") -> None:
    """Open the palette, unless it is open."""
    if not isinstance(app.screen, CommandPalette):
        app.push_screen(ActionPalette(placeholder=_("What do you want to do?")))


def commands(app: "OppwizardApp", screen: object) -> Iterable[SystemCommand]:
    """Every action that works on a screen, by its name in the language in use."""
    for action in _working_on(screen):
        if action.id == "app.palette":
            continue
        key = shown_key(app.key_of(action)) if action.keys else ""
        namespace = "app" if action.scope == APP else "screen"
        call = f"{namespace}.{action.call}"
        tip = f"{action.tip}  {key}".rstrip()
        yield SystemCommand(str(action.label).capitalize(), tip, lambda call=call: _run(app, call))


def _working_on(screen: object) -> tuple[Action, ...]:
    return (*actions(_scope(screen)), *actions(APP))


def _scope(screen: object) -> str:
    return PIPELINE if isinstance(screen, PipelineScreen) else STAGE


def _run(app: "OppwizardApp", call: str) -> None:
    app.call_later(app.run_action, call, app.screen)


def help_text(app: "OppwizardApp") -> str:
    """Which keys work on the present screen."""
    lines = [_line(app, action) for action in _working_on(app.screen)]
    if _scope(app.screen) == STAGE:
        lines += ["", *_form_help()]
    return "\n".join(lines)


def _line(app: "OppwizardApp", action: Action) -> str:
    keys = app.keys_of(action) if action.keys else [_("palette")]
    shown = ", ".join(shown_key(key) for key in keys)
    return f"{shown}{' ' * max(1, _KEYS_WIDE - cell_len(shown))}{action.label}: {action.tip}"


def _form_help() -> list[str]:
    return [
        _("Tab, Shift+Tab, Enter: to the field after, before; at the end to the next row, part, stage"),
        _("Up, Down: through the choices under a field; typing narrows them; Tab or Enter takes one"),
        _("Dates: 2026-12-18, 18 Dec, next fri, +3w, end of month. Money: 1,200  1.2m  120万  EUR 50"),
        _("Everything is saved as you type; what is not a value yet is kept too."),
    ]

"""What providers of facts propose: beside the fields of a form, and as a list of the whole record (A2, A6)."""

from typing import ClassVar, Final

from rich.cells import cell_len, set_cell_size
from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from oppwizard.errors import OppwizardError
from oppwizard.i18n import T, Text, _
from oppwizard.model.enums import ProposalState
from oppwizard.model.findings import Address
from oppwizard.model.parts import Proposal
from oppwizard.model.text import visible
from oppwizard.screens.moving import Moving
from oppwizard.walk.desk import Desk
from oppwizard.walk.proposals import place_of, standing, told_origin
from oppwizard.widgets.composed import Dialog
from oppwizard.widgets.field import FieldRow

_ORDER: Final = tuple(ProposalState)


class Enriching(Moving):
    """The part of a stage screen that shows proposals and takes what is said of them."""

    def take_desk(self) -> None:
        """Hear of everything that happens to the record from now on."""
        self.desk.changed = self.desk_changed
        self.desk.lookups.told = self._enriched
        self.desk.lookups.busy = lambda: self.current.at if self.current else None

    def desk_changed(self) -> None:
        """Saving has begun or ended, or somebody else changed the record."""
        raise NotImplementedError

    def _enriched(self, text: Text) -> None:
        if self.is_there:
            self.refill()
            self.draw()
            self.draw_state(str(text))

    def leave_field(self, field: FieldRow, text: str, *, changed: bool) -> None:
        """Save what a field was left with; ask about who is named now, if the playbook says so."""
        super().leave_field(field, text, changed=changed)
        self.desk.lookups.follow()  # whether or not it is what was typed now: a name is saved while one types

    def accept_proposal(self, field: FieldRow) -> bool:
        """Take the newest value that is proposed for a field; returns whether there was one."""
        row = self._newest(field)
        if row is None:
            return False
        self._moved(self.desk.do(lambda record: self.desk.walk.accept_proposal(record, row.id)))
        field.show(self.text_at(field.at))
        self.draw_state(_("Taken from {provider}", provider=row.provider))
        return True

    def action_refuse(self) -> None:
        """Refuse the value that is proposed for the field in focus."""
        field = self.current
        row = self._newest(field) if field is not None else None
        if row is None:
            self.draw_state(_("Nothing is proposed here."))
            return
        self._moved(self.desk.do(lambda record: self.desk.walk.refuse_proposal(record, row.id)))
        self.draw_state(_("Refused; {key} brings it back", key="^Z"))

    def _newest(self, field: FieldRow) -> Proposal | None:
        return next(iter(self.desk.walk.waiting(self.desk.record).get(field.at, ())), None)

    @work(exclusive=True, group="judge")
    async def action_enrich(self) -> None:
        """Show what providers know, and ask them; go where the person wants to."""
        self._commit(self.current)
        at = await self.app.push_screen_wait(EnrichmentScreen(self.desk))
        if not self.is_there:
            return
        self.take_desk()
        self.refill()
        self.draw()
        if at is not None:
            await self.go_to(at)


class EnrichmentScreen(Dialog[Address | None]):
    """Every proposal of the record with what became of it; each can be taken or refused."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,q", "dismiss", ""),
        ("a", "accept", ""),
        ("x", "refuse", ""),
        ("l", "look_up", ""),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self._rows: list[Proposal] = []

    def compose(self) -> ComposeResult:
        """Title, list, what happened, keys."""
        with Vertical(classes="page"):
            yield Static(Content(_("What providers know")), classes="question", markup=False)
            yield OptionList(id="lines", compact=True, markup=False)
            yield Static(id="said", markup=False)
            keys = _("a: take it  x: refuse it  l: look up now  Enter: go there  Esc: close")
            yield Static(Content(keys), id="hint", classes="dim", markup=False)

    def on_mount(self) -> None:
        """Show it, and hear of what comes."""
        self.desk.lookups.told = self._came
        self.desk.lookups.busy = lambda: None
        self._draw()

    def _came(self, text: Text) -> None:
        if self.is_there:
            self._draw()
            self._tell(str(text))

    def _tell(self, text: str) -> None:
        self.query_one("#said", Static).update(Content(visible(text)))

    def _draw(self) -> None:
        rows = standing(self.desk.record)
        self._rows = sorted(rows, key=lambda row: (_ORDER.index(row.state), row.place))
        listed = self.query_one("#lines", OptionList)
        at = listed.highlighted
        listed.clear_options()
        width = max((cell_len(str(row.state.label)) for row in self._rows), default=0)
        listed.add_options([Option(self._line(row, width)) for row in self._rows])
        if self._rows:
            listed.highlighted = min(at or 0, len(self._rows) - 1)
        else:
            nothing = Content(_("Nothing is known yet; l asks the providers of the playbook."))
            listed.add_option(Option(nothing.stylize("$text-muted"), disabled=True))

    def _line(self, row: Proposal, width: int) -> Content:
        walk, record = self.desk.walk, self.desk.record
        value = " ".join(walk.told_value(record, row).split())
        said = T("{field}: {value}", field=walk.label(record, place_of(row)), value=value)
        style = "bold $text-accent" if row.state is ProposalState.WAITING else "$text-muted"
        origin = f"  {told_origin(row)}" + (f"  {row.decided_by}" if row.decided_by else "")
        state = set_cell_size(str(row.state.label), width)
        return Content.assemble((f"{state}  ", style), visible(str(said)), (visible(origin), "$text-muted"))

    def _chosen(self) -> Proposal | None:
        at = self.query_one("#lines", OptionList).highlighted
        return self._rows[at] if at is not None and at < len(self._rows) else None

    @on(OptionList.OptionSelected, "#lines")
    def _picked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(place_of(self._rows[event.option_index]))

    def action_accept(self) -> None:
        """Take the highlighted value."""
        self._decide(accepted=True)

    def action_refuse(self) -> None:
        """Refuse the highlighted value."""
        self._decide(accepted=False)

    def _decide(self, *, accepted: bool) -> None:
        row, walk = self._chosen(), self.desk.walk
        if row is None:
            return
        decided = walk.accept_proposal if accepted else walk.refuse_proposal
        try:
            self.desk.do(lambda record: decided(record, row.id))
        except OppwizardError as problem:
            self._tell(str(problem))
            return
        self._draw()
        self._tell(_("Taken from {provider}", provider=row.provider) if accepted else _("Refused"))

    def action_look_up(self) -> None:
        """Ask every provider."""
        self.desk.lookups.begin()

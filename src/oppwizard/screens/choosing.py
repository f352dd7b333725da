"""Choosing in a form: the list under the field in focus, for closed lists, pick lists, people and accounts."""

from textual import on, work
from textual.widgets import OptionList

from oppwizard.errors import StoreProblem
from oppwizard.model.ask import Kind
from oppwizard.process.entry import options
from oppwizard.walk.desk import Desk
from oppwizard.widgets.choices import ChoiceList, Choices
from oppwizard.widgets.composed import Composed
from oppwizard.widgets.entry import LineEntry
from oppwizard.widgets.field import FieldRow


class Choosing(Composed[None]):
    """The part of a stage screen that offers choices."""

    desk: Desk
    _chosen_for: FieldRow | None = None

    @property
    def choices(self) -> ChoiceList:
        """The list."""
        return self.query_one(ChoiceList)

    @property
    def choices_open(self) -> bool:
        """Whether the list is on the screen."""
        return self.is_there and self.choices.is_open

    def open_choices(self, field: FieldRow) -> None:
        """Offer what a field can be chosen from, if it is chosen."""
        offered = options(field.spec, self.desk.record, self.desk.walk.playbook)
        if not offered or not isinstance(field.entry, LineEntry):
            self.choices.close()
            if field.spec.path in self.desk.walk.suggesting:
                self._suggest(field, field.text)
            return
        self.when_drawn(self._offer, field, offered)

    def _offer(self, field: FieldRow, offered: Choices) -> None:
        if field.is_current:
            gone_to = self.choices.chosen if self._offers_for(field) and self.choices.moved else None
            self.choices.offer(offered, field.entry.region, field.text, gone_to)
            self._chosen_for = field

    def narrow_choices(self, field: FieldRow, text: str) -> None:
        """Follow what is being typed; in a list of several only its last one counts."""
        if field.spec.path in self.desk.walk.suggesting:
            self.choices.moved = False
            self._suggest(field, text)
            return
        offered = options(field.spec, self.desk.record, self.desk.walk.playbook)
        if not offered:
            return
        if not self._offers_for(field):
            self._offer(field, offered)
        self.choices.narrow(_last(field, text))

    def _offers_for(self, field: FieldRow) -> bool:
        """Whether the list on the screen is that of a field."""
        return self.choices_open and self._chosen_for is field

    @work(exclusive=True, group="suggest", thread=False)
    async def _suggest(self, field: FieldRow, text: str) -> None:
        """Offer what the store already knows: accounts, colleagues, people of the account."""
        import asyncio

        try:
            found = await asyncio.to_thread(self.desk.walk.suggestions, self.desk.record, field.spec.path, text)
        except StoreProblem:  # whoever cannot be helped types on
            found = []
        if not self.is_there or not field.is_current or field.text != text:
            return
        others = [name for name in found if name != text]
        if others:
            self.when_drawn(self._offer, field, [(name, name) for name in others])
        else:
            self.choices.close()

    def close_choices(self) -> None:
        """Take the list off the screen."""
        if self.choices_open:
            self.choices.close()

    def take_choice(self, field: FieldRow) -> None:
        """Put the highlighted choice into the field.

        Where any text is taken, the highlight counts only if the person moved to it or typed its beginning. Keys may
        have come faster than the list follows: what stands in the field counts.
        """
        closed = self._chosen_for is field and not self.choices_open
        if field.changed and not closed and field.spec.path not in self.desk.walk.suggesting:
            self._catch_up(field)
        if not self._offers_for(field):
            return
        chosen = self.choices.chosen
        if chosen is None or field.text == chosen:
            return
        if field.spec.is_list:
            done, _, last = _split(field.text)
            if last or self.choices.moved:
                field.offer(f"{done}{chosen}")
        elif self.choices.moved or (field.changed and field.spec.path not in self.desk.walk.suggesting):
            field.offer(chosen)

    def _catch_up(self, field: FieldRow) -> None:
        if not (self._offers_for(field) and self.choices.moved):
            self.narrow_choices(field, field.text)

    @on(LineEntry.Choose)
    def _step(self, event: LineEntry.Choose) -> None:
        event.stop()
        if self.choices_open:
            self.choices.step(event.by)

    @on(OptionList.OptionSelected, "#choices")
    async def _picked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        field = next((f for f in self.query(FieldRow).results() if f.is_current), None)
        if field is not None:
            self.choices.highlighted = event.option_index
            self.choices.moved = True
            self.take_choice(field)
            field.enter()


def _split(text: str) -> tuple[str, str, str]:
    """What stands before the last comma (with it), nothing, and what stands behind."""
    head, comma, tail = text.rpartition(",")
    return (f"{head}, " if comma else "", comma, tail.strip())


def _last(field: FieldRow, text: str) -> str:
    return _split(text)[2] if field.spec.is_list or field.spec.ask.kind is Kind.PEOPLE else text

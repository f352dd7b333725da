"""The size of the deal, live, with the formulas (Z7)."""

from textual.content import Content
from textual.widgets import Static

from oppwizard.i18n import T, _, language
from oppwizard.model.money import show_money
from oppwizard.process.sizing import Figure, Size, plain


class Figures(Static):
    """ARR, ACV and TCV, a line each."""

    def __init__(self) -> None:
        super().__init__("", id="figures", markup=False)

    def say(self, size: Size, currency: str) -> None:
        """Show the figures; an override is shown as one, beside what the line items say."""
        named = ((T("ARR"), size.arr), (T("ACV"), size.acv), (T("TCV"), size.tcv))
        lines = [self._line(str(name), figure, currency) for name, figure in named]
        if len(size.years) > 1:
            years = "  ".join(_("year {number} {value}", number=n, value=plain(v)) for n, v in enumerate(size.years, 1))
            lines.append(Content.assemble(("     ", ""), (years, "$text-muted")))
        self.update(Content("\n").join(lines))

    def _line(self, name: str, figure: Figure, currency: str) -> Content:
        value = show_money(figure.value, currency, language()) if currency else plain(figure.value)
        parts: list[str | tuple[str, str]] = [
            (f"{name} ", "bold"),
            f"{value:>16} ",
            (f"= {figure.formula}", "$text-muted"),
        ]
        if figure.override is not None:
            told = _("override; the line items say {computed}", computed=plain(figure.computed))
            parts = [(f"{name} ", "bold"), f"{value:>16} ", (told, "$text-warning")]
        return Content.assemble(*parts)
